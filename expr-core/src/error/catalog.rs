//! The one table of codes, messages and help texts.
//!
//! `S` syntax, `T` type and `D` dynamic keep JSONata's own numbers; from `D9001` on they
//! are ours. `C` contract, `R` resources, `W` wire, `X` fault of the engine. A published
//! code never changes its meaning; a withdrawn one is never used again.

use super::ErrorClass;
use crate::decimal::write_whole;
use crate::text::{Wtf8Buf, push_text, split_at_byte};
use alloc::vec::Vec;

/// A row of the catalogue, for documentation and tools.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CatalogEntry {
    /// The code, such as `T2001`.
    pub code: &'static str,
    /// The class.
    pub class: ErrorClass,
    /// The message, with its parameters in braces.
    pub message: &'static str,
    /// What to do about it.
    pub help: Option<&'static str>,
}

macro_rules! catalog {
    ($($code:ident $name:ident $({ $($field:ident: $type:ty),* })?: $class:ident =>
        $message:literal $(, help $help:literal)?;)*) => {
        /// What went wrong: one variant a code.
        #[derive(Clone, PartialEq, Debug)]
        pub(crate) enum ErrorKind {
            $(
                #[doc = $message]
                $name $({ $(
                    #[doc = "A parameter of the message."]
                    $field: $type
                ),* })?,
            )*
        }

        impl ErrorKind {
            /// The row of the table.
            fn row(&self) -> CatalogEntry {
                enum Row { $($name,)* }
                let row = match self { $(Self::$name { .. } => Row::$name,)* };
                entry(row as usize)
            }

            /// What stands in the message, in the order of the braces.
            fn parameters(&self) -> [Parameter<'_>; 2] {
                match self {
                    $(Self::$name $({ $($field),* })? => catalog!(@parameters $($($field)*)?),)*
                }
            }
        }

        /// The classes of the rows.
        static CLASSES: &[ErrorClass] = &[$(ErrorClass::$class,)*];

        /// The texts of the rows, two lines each: the code and the message, and the help.
        static TEXTS: &str =
            concat!($(stringify!($code), $message, "\n", $($help,)? "\n",)*);
    };
    (@parameters) => { [Parameter::NONE, Parameter::NONE] };
    (@parameters $first:ident) => { [Parameter::from($first), Parameter::NONE] };
    (@parameters $first:ident $second:ident) => {
        [Parameter::from($first), Parameter::from($second)]
    };
}

/// Every code, in the order of the table.
///
/// ```
/// let entry = expr_core::catalog().find(|entry| entry.code == "D1001");
/// assert_eq!(entry.map(|entry| entry.message), Some("the number is not finite"));
/// ```
pub fn catalog() -> impl Iterator<Item = CatalogEntry> {
    (0..CLASSES.len()).map(entry)
}

/// A row. The texts are one, and rows are looked for in it: addresses and lengths of their
/// own would be half as large again as the texts, and only errors ask for them.
fn entry(row: usize) -> CatalogEntry {
    let mut rest = TEXTS;
    for _ in 0..row.saturating_mul(2) {
        (_, rest) = split_at_byte(rest, b'\n');
    }
    let (line, rest) = split_at_byte(rest, b'\n');
    let (code, message) = line.split_at_checked(CODE).unwrap_or_default();
    let (help, _) = split_at_byte(rest, b'\n');
    let class = CLASSES.get(row).copied().unwrap_or(ErrorClass::Host);
    CatalogEntry { code, class, message, help: (!help.is_empty()).then_some(help) }
}

/// How long a code is.
const CODE: usize = 5;

/// What a message says of the case at hand.
#[derive(Clone, Copy)]
enum Parameter<'a> {
    Text(&'a [u8]),
    Number(u64),
}

impl Parameter<'_> {
    const NONE: Self = Parameter::Text(b"");
}

impl<'a> From<&'a Wtf8Buf> for Parameter<'a> {
    fn from(text: &'a Wtf8Buf) -> Self {
        Parameter::Text(text.as_wtf8().bytes())
    }
}

impl From<&&'static str> for Parameter<'_> {
    fn from(text: &&'static str) -> Self {
        Parameter::Text(text.as_bytes())
    }
}

impl From<&Option<&'static str>> for Parameter<'_> {
    fn from(text: &Option<&'static str>) -> Self {
        Parameter::Text(text.unwrap_or_default().as_bytes())
    }
}

impl From<&u32> for Parameter<'_> {
    fn from(number: &u32) -> Self {
        Parameter::Number(u64::from(*number))
    }
}

impl From<&u64> for Parameter<'_> {
    fn from(number: &u64) -> Self {
        Parameter::Number(*number)
    }
}

impl ErrorKind {
    /// The published code.
    pub(crate) fn code(&self) -> &'static str {
        self.row().code
    }

    /// The class that callers branch on.
    pub(crate) fn class(&self) -> ErrorClass {
        self.row().class
    }

    /// What to do about it.
    pub(crate) fn help(&self) -> Option<&'static str> {
        self.row().help
    }

    /// The message: the row's, with parameters for the braces. A name that stands in two
    /// braces in a row is one parameter. Lone surrogates are kept.
    pub(crate) fn message(&self) -> Wtf8Buf {
        let mut parameters = self.parameters().into_iter();
        let mut parameter = Parameter::NONE;
        let mut name: &[u8] = b"";
        let mut message = Vec::new();
        let mut rest = self.row().message.as_bytes();
        while let Some(open) = rest.iter().position(|&byte| byte == b'{') {
            let (text, braces) = rest.split_at_checked(open).unwrap_or((rest, b""));
            let close = braces.iter().position(|&byte| byte == b'}').unwrap_or(0);
            let named = braces.get(..close).unwrap_or_default();
            if named != name {
                name = named;
                parameter = parameters.next().unwrap_or(Parameter::NONE);
            }
            push_text(&mut message, text);
            match parameter {
                Parameter::Text(text) => push_text(&mut message, text),
                Parameter::Number(number) => write_whole(&mut message, number),
            }
            rest = braces.get(close.saturating_add(1)..).unwrap_or_default();
        }
        push_text(&mut message, rest);
        Wtf8Buf::from_bytes(message)
    }
}

catalog! {
    S0101 UnterminatedString: Syntax =>
        "the string has no closing quote",
        help "end it with the quote that it began with";

    S0102 NumberRange { number: Wtf8Buf }: Syntax =>
        "the number `{number}` is out of range",
        help "numbers reach up to about 1.8e308";

    S0103 UnknownEscape { escape: Wtf8Buf }: Syntax =>
        "`\\{escape}` is no escape sequence",
        help "write a backslash itself as `\\\\`";

    S0104 BadUnicodeEscape: Syntax =>
        "`\\u` must be followed by four hexadecimal digits";

    S0105 UnterminatedName: Syntax =>
        "the quoted name has no closing backtick";

    S0106 UnterminatedComment: Syntax =>
        "the comment has no end",
        help "close it with `*/`";

    S0201 UnexpectedToken { token: Wtf8Buf }: Syntax =>
        "unexpected `{token}` after the expression",
        help "an operator may be missing before it";

    S0202 Expected { wanted: &'static str, token: Wtf8Buf }: Syntax =>
        "expected `{wanted}`, got `{token}`";

    S0203 ExpectedBeforeEnd { wanted: &'static str }: Syntax =>
        "expected `{wanted}` before the end of the expression";

    S0204 UnknownOperator { token: Wtf8Buf }: Syntax =>
        "`{token}` is no operator";

    S0207 UnexpectedEnd: Syntax =>
        "the expression ends where a value is expected";

    S0208 BadParameter { index: u32 }: Syntax =>
        "parameter {index} of a function definition must be a variable",
        help "start its name with `$`";

    S0209 PredicateAfterGroup: Syntax =>
        "a predicate cannot follow a group-by in a step",
        help "filter before grouping";

    S0210 SecondGroup: Syntax =>
        "a step can have only one group-by";

    S0211 NoPrefixOperator { token: Wtf8Buf }: Syntax =>
        "`{token}` cannot begin an expression";

    S0212 BadAssignment: Syntax =>
        "the left side of `:=` must be a variable",
        help "start its name with `$`";

    S0213 LiteralStep: Syntax =>
        "a literal value cannot be a step of a path";

    S0214 BadBinding { operator: &'static str }: Syntax =>
        "the right side of `{operator}` must be a variable",
        help "start its name with `$`";

    S0215 BindingAfterPredicate: Syntax =>
        "a context binding `@` must come before the predicates of its step";

    S0216 BindingAfterSort: Syntax =>
        "a context binding `@` must come before the order-by of its step";

    S0217 NoParent: Syntax =>
        "the parent `%` cannot be derived from this expression",
        help "`%` needs a path step before it whose parent is known";

    S0301 EmptyRegex: Syntax =>
        "a regular expression must not be empty";

    S0302 UnterminatedRegex: Syntax =>
        "the regular expression has no closing `/`",
        help "a `/` closes it only outside of brackets";

    S0303 BadRegex { reason: Wtf8Buf }: Syntax =>
        "the regular expression is invalid: {reason}";

    S0401 BadTypeParameter: Syntax =>
        "only functions and arrays take type parameters in a signature";

    S0402 ParameterizedChoice: Syntax =>
        "a choice group of a signature cannot hold parameterized types";

    S0202 PartialOfRest: Evaluation =>
        "a function that takes any number of arguments cannot be partially applied",
        help "call it with all its arguments";

    S0208 PartialOfDefault: Evaluation =>
        "a function whose parameters have defaults cannot be partially applied",
        help "wrap the call in a function definition";

    S9001 SourceNotText: Syntax =>
        "the source of an expression must be text",
        help "write it as `{\"$expr\": \"…\"}`";

    T0410 BadArgument { index: u32 }: Evaluation =>
        "argument {index} does not match the signature of the function";

    T0411 BadContext { index: u32 }: Evaluation =>
        "the context value is no suitable argument {index} of the function",
        help "give the argument";

    T0412 BadArrayArgument { index: u32, items: &'static str }: Evaluation =>
        "argument {index} must be an array of {items}";

    D1001 NumberOverflow: Evaluation =>
        "the number is not finite";

    D1002 BadNegation: Evaluation =>
        "only a number can be negated",
        help "convert it first with `$number(…)`";

    T1003 KeyNotString: Evaluation =>
        "the key of an object must be a string",
        help "convert it first with `$string(…)`";

    D1004 EmptyMatch: Evaluation =>
        "the regular expression matches the empty string";

    T1005 CallOfField { name: Wtf8Buf }: Evaluation =>
        "`{name}` names a field, which is no function; did you mean `${name}`?",
        help "the name of a function begins with `$`";

    T1006 NotCallable: Evaluation =>
        "Attempted to invoke a non-function";

    T1007 PartialOfField { name: Wtf8Buf }: Evaluation =>
        "`{name}` names a field, which cannot be applied; did you mean `${name}`?",
        help "the name of a function begins with `$`";

    T1008 NotApplicable: Evaluation =>
        "what is partially applied is no function";

    D1009 DuplicateKey { key: Wtf8Buf }: Evaluation =>
        "two keys of the object are both `{key}`";

    T1010 BadMatcher: Evaluation =>
        "the matcher function does not return a match object";

    D1013 ReservedKey { key: Wtf8Buf }: Evaluation =>
        "the key `{key}` is reserved";

    T2001 LeftNotNumber: Evaluation =>
        "the left side of the operator must be a number",
        help "convert it first with `$number(…)`";

    T2002 RightNotNumber: Evaluation =>
        "the right side of the operator must be a number",
        help "convert it first with `$number(…)`";

    T2003 LeftNotInteger: Evaluation =>
        "the left side of `..` must be an integer";

    T2004 RightNotInteger: Evaluation =>
        "the right side of `..` must be an integer";

    T2006 ApplyNotFunction: Evaluation =>
        "the right side of `~>` must be a function";

    T2007 MixedSortKeys: Evaluation =>
        "an order-by cannot compare a string with a number";

    T2008 BadSortKey: Evaluation =>
        "the keys of an order-by must be strings or numbers";

    T2009 MixedComparison: Evaluation =>
        "a string cannot be compared with a number",
        help "convert one of them first";

    T2010 BadComparison: Evaluation =>
        "only strings and numbers can be compared";

    T2011 BadUpdate: Evaluation =>
        "the update of a transform must be an object";

    T2012 BadDelete: Evaluation =>
        "the deletions of a transform must be a string or an array of strings";

    T2013 CloneRebound: Evaluation =>
        "a transform needs `$clone`, which is bound to something that is no function";

    D2014 RangeTooLong: Evaluation =>
        "a range cannot have more than ten million items";

    D3001 StringOfNonFinite: Evaluation =>
        "a number that is not finite has no text";

    D3010 EmptyPattern: Evaluation =>
        "the pattern of `$replace` must not be empty";

    D3011 BadReplaceLimit: Evaluation =>
        "the limit of `$replace` must not be negative";

    D3012 ReplacementNotString: Evaluation =>
        "the replacement must be a string";

    D3020 BadSplitLimit: Evaluation =>
        "the limit of `$split` must not be negative";

    D3030 NotNumeric: Evaluation =>
        "the value cannot be turned into a number";

    D3040 BadMatchLimit: Evaluation =>
        "the limit of `$match` must not be negative";

    D3050 BadReducer: Evaluation =>
        "the function given to `$reduce` must take at least two arguments";

    D3060 NegativeRoot: Evaluation =>
        "a negative number has no square root";

    D3061 PowerOverflow: Evaluation =>
        "the power is no finite number";

    D3070 SortNeedsFunction: Evaluation =>
        "`$sort` without a function takes an array of strings or of numbers",
        help "pass a function that says which of two comes later";

    D3080 TooManySubPictures: Evaluation =>
        "a number picture has at most two sub-pictures";

    D3081 TwoDecimalSeparators: Evaluation =>
        "a sub-picture has at most one decimal separator";

    D3082 TwoPercents: Evaluation =>
        "a sub-picture has at most one percent sign";

    D3083 TwoPerMilles: Evaluation =>
        "a sub-picture has at most one per-mille sign";

    D3084 PercentAndPerMille: Evaluation =>
        "a sub-picture has a percent or a per-mille sign, not both";

    D3085 NoMantissaDigit: Evaluation =>
        "the mantissa of a sub-picture needs at least one digit";

    D3086 PassiveInside: Evaluation =>
        "a sub-picture cannot have a passive character between active ones";

    D3087 GroupingBesideDecimal: Evaluation =>
        "a grouping separator cannot stand beside the decimal separator";

    D3088 GroupingAtEnd: Evaluation =>
        "a grouping separator cannot end the integer part";

    D3089 AdjacentGrouping: Evaluation =>
        "two grouping separators cannot stand side by side";

    D3090 OptionalAfterMandatory: Evaluation =>
        "an optional digit cannot follow a mandatory one in the integer part";

    D3091 MandatoryAfterOptional: Evaluation =>
        "a mandatory digit cannot follow an optional one in the fractional part";

    D3092 PercentWithExponent: Evaluation =>
        "a percent or per-mille sign cannot be combined with an exponent";

    D3093 BadExponent: Evaluation =>
        "the exponent of a sub-picture consists of digits only";

    D3100 BadRadix: Evaluation =>
        "the radix must be between 2 and 36";

    D3110 BadTimestamp: Evaluation =>
        "the timestamp must be in ISO 8601 format";

    D3120 EvalSyntax { inner: Wtf8Buf }: Evaluation =>
        "syntax error in the expression given to `$eval`: {inner}";

    D3121 EvalFailed { inner: Wtf8Buf }: Evaluation =>
        "the expression given to `$eval` failed: {inner}";

    D3130 UnsupportedSequence: Evaluation =>
        "integers cannot be formatted or parsed as this sequence";

    D3131 MixedDigits: Evaluation =>
        "the digits of a picture must come from one family";

    D3132 UnknownComponent { component: Wtf8Buf }: Evaluation =>
        "`{component}` is no component of a date picture";

    D3133 NameModifier { component: Wtf8Buf }: Evaluation =>
        "only months and days have names, not `{component}`";

    D3134 TimezoneTooLong: Evaluation =>
        "the integer format of a time zone has at most four digits";

    D3135 UnclosedMarker: Evaluation =>
        "the date picture has no closing `]`";

    D3136 MissingComponents: Evaluation =>
        "the date picture lacks components that are needed to parse the timestamp";

    D3137 AuthorError { message: Wtf8Buf }: Evaluation =>
        "{message}";

    D3138 SingleMatchedMore: Evaluation =>
        "`$single` expected one match and found more";

    D3139 SingleMatchedNone: Evaluation =>
        "`$single` expected one match and found none";

    D3140 MalformedUrl { function: &'static str }: Evaluation =>
        "the text passed to `${function}` is malformed";

    D3141 AssertionFailed { message: Wtf8Buf }: Evaluation =>
        "{message}";

    D9001 NativeFault { what: &'static str }: Evaluation =>
        "{what}";

    D9002 NoClock { function: &'static str }: Evaluation =>
        "`${function}` reads the clock, and no `now` was given",
        help "pass `now` with the evaluation";

    D9003 NoSeed { function: &'static str }: Evaluation =>
        "`${function}` needs randomness, and no seed was given",
        help "pass `seed` with the evaluation";

    R0001 OutOfSteps { limit: u64 }: Budget =>
        "evaluation stopped after {limit} steps",
        help "raise the limit `steps`, or narrow the path before mapping over it";

    R0002 OutOfBytes { limit: u64 }: Budget =>
        "evaluation stopped after building {limit} bytes",
        help "raise the limit `bytes`, or build smaller values";

    R0003 TooDeep { limit: u32 }: Budget =>
        "evaluation stopped at {limit} nested calls",
        help "raise the limit `depth`, or make the last call a tail call";

    R0004 SourceTooDeep { limit: u32 }: Budget =>
        "the source is nested deeper than {limit} levels",
        help "split the expression with variables";

    R0005 DataTooDeep { limit: u32 }: Budget =>
        "the JSON text is nested deeper than {limit} levels",
        help "flatten the data before passing it in";

    R0006 SourceTooLong { limit: u32 }: Budget =>
        "the source is longer than {limit} bytes",
        help "split the expression";

    R0007 TooManyParents { limit: u32 }: Budget =>
        "the parents `%` in the source climb over more than {limit} steps",
        help "bind the parents with `@$name` instead";

    R0008 TooManyParts { limit: u32 }: Budget =>
        "the source has more than {limit} names, values and operators",
        help "pass large data in the context instead";

    R0009 DataTooLarge { limit: u32 }: Budget =>
        "what is read of the JSON text takes more than {limit} bytes",
        help "pass less data, or read less of it";

    C0001 Lambda: Lambda =>
        "Expression uses a function definition (lambda), which is not allowed",
        help "write the computation with paths, predicates and operators";

    C0002 DynamicCall: DynamicCall =>
        "Expression uses a dynamic or computed function call, which is not allowed",
        help "call a helper by its name";

    C0003 Apply: Apply =>
        "Expression applies (~>) a value that cannot be validated against the function allowlist",
        help "put a helper's name after `~>`";

    C0004 DisallowedFunction { name: Wtf8Buf, suggestion: Option<&'static str> }: DisallowedFunction =>
        "Expression uses disallowed function: {name}",
        help "the allowed functions are nowIso, coalesce, len, toString and append";

    C0005 HelperRebinding { name: Wtf8Buf }: HelperRebinding =>
        "Expression rebinds the helper function: {name}, which is not allowed",
        help "choose another name for the variable";

    C0006 NotSerializable: NotSerializable =>
        "Expression result is not JSON-serializable",
        help "make sure that the result exists and holds no function";

    C0007 TooLarge: TooLarge =>
        "Expression result exceeded max output size",
        help "select less, at most 262,144 UTF-16 units of JSON";

    C0008 SecretUnresolved { name: Wtf8Buf, reason: Wtf8Buf }: Host =>
        "Failed to resolve secret \"{name}\": {reason}";

    C0009 BadRules { pointer: Wtf8Buf, problem: Wtf8Buf }: Wire =>
        "the rules are invalid at `{pointer}`: {problem}",
        help "ask for `rules` to see everything that is wrong with them";

    C0010 BadMember { member: Wtf8Buf, wanted: Wtf8Buf }: Wire =>
        "the member `{member}` of the request must be {wanted}",
        help "see docs/wire.md";

    C0011 MissingKey { event: Wtf8Buf, rules: Wtf8Buf }: Evaluation =>
        "the event `{event}` has no value for a required rule; tried {rules}",
        help "send the value or an explicit key";

    W0001 NotJson { reason: &'static str, offset: u64 }: Wire =>
        "the text is no JSON: {reason} at byte {offset}";

    W0002 BadUtf8 { offset: u64 }: Wire =>
        "the text is no UTF-8 at byte {offset}";

    W0003 NumberOutOfRange { offset: u64 }: Wire =>
        "the number at byte {offset} is out of range",
        help "numbers reach up to about 1.8e308";

    X0001 Bug { what: &'static str }: Host =>
        "the engine broke its own rule: {what}",
        help "please report the expression";
}
