//! Built-in functions: one file a family, one row a function.
//!
//! A row is the single source for lookup, argument checks, purity, cost, documentation and
//! tests. The signature has been checked before a body runs, so a body holds only meaning.
//! A built-in never calls the evaluator: one that needs a function's result is a
//! [`Resume`], which says whom to call next and goes on with the answer.

mod aggregate;
mod array;
mod boolean;
mod coerce;
mod copy;
mod datetime;
mod distinct;
mod encoding;
mod format_number;
mod helper;
mod higher_order;
mod integer;
mod integer_picture;
mod matching;
mod number;
mod number_picture;
mod number_words;
mod object;
mod power;
mod regex;
mod scan;
mod search;
mod signature;
mod sort;
mod string;
mod template;

use crate::error::{Error, ErrorKind, Result};
use crate::syntax::Signature;
use crate::text::split_at_byte;
use crate::value::{Function, Heap, Value};
use alloc::boxed::Box;
use alloc::vec::Vec;

pub(crate) use coerce::{number as to_number, trim};
pub(crate) use helper::{DESCRIBED, Described, iso_timestamp};
pub(crate) use regex::{match_regex, next_match};
pub(crate) use search::contains;
pub(crate) use signature::check_arguments;

/// A row of the table.
pub(crate) struct Builtin {
    /// The name without its `$`, and JSONata's signature where arguments are checked: one
    /// text, since an address of its own costs the artifact as much as most of them.
    pub(crate) head: &'static str,
    /// How many arguments it asks for when it is passed to `$map` and its like:
    /// the parameters before the first one with a default.
    pub(crate) arity: u8,
    /// How many parameters it has, for partial application, or one of the marks
    /// [`DEFAULTS`] and [`REST`].
    pub(crate) parameters: u8,
    /// What its result depends on.
    #[cfg_attr(
        not(feature = "reference"),
        expect(dead_code, reason = "so far only the reference tells")
    )]
    pub(crate) purity: Purity,
    /// What a call charges before it runs.
    pub(crate) cost: Cost,
    /// What authors read about it.
    #[cfg_attr(
        not(feature = "reference"),
        expect(
            dead_code,
            reason = "only the reference tells, and the artifact has none"
        )
    )]
    pub(crate) doc: Doc,
    /// The body.
    pub(crate) call: Body,
}

impl Builtin {
    /// The name without its `$`.
    pub(crate) fn name(&self) -> &'static str {
        split_at_byte(self.head, b'<').0
    }

    /// JSONata's signature, empty where arguments are not checked.
    pub(crate) fn signature(&self) -> &'static str {
        self.head.get(self.name().len()..).unwrap_or_default()
    }

    /// Whether arguments are checked: a signature ends in `>`.
    pub(crate) fn is_checked(&self) -> bool {
        self.head.as_bytes().last() == Some(&b'>')
    }
}

/// Stands for the parameters of a function that has defaults, and so no partial form.
pub(crate) const DEFAULTS: u8 = 0xFF;
/// Stands for those of a function that takes any number of arguments.
pub(crate) const REST: u8 = 0xFE;

/// What authors read about a function. The artifact evaluates and has no use for it, so
/// there it is left out.
pub(crate) struct Doc {
    /// One sentence.
    #[cfg(feature = "reference")]
    pub(crate) summary: &'static str,
    /// Expressions and their results as JSON.
    #[cfg(feature = "reference")]
    pub(crate) examples: &'static [(&'static str, &'static str)],
}

impl Doc {
    #[cfg(feature = "reference")]
    const fn new(
        summary: &'static str,
        examples: &'static [(&'static str, &'static str)],
    ) -> Self {
        Doc { summary, examples }
    }

    #[cfg(not(feature = "reference"))]
    const fn new(_: &'static str, _: &'static [(&'static str, &'static str)]) -> Self {
        Doc {}
    }
}

/// What the result of a function depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Purity {
    /// On its arguments alone.
    Pure,
    /// On the given `now`.
    Clock,
    /// On the given seed.
    Random,
    /// On what the evaluated text says.
    Dynamic,
}

/// What a call charges, besides the step for the call itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cost {
    /// Nothing more.
    Unit,
    /// A step for every 32 bytes of its text arguments.
    PerText,
    /// A step for every item of its array arguments and member of its objects.
    PerItem,
    /// The body charges as it goes.
    Own,
}

/// How a function is carried out.
pub(crate) enum Body {
    /// At once.
    Native(fn(&mut Context<'_>, &[Value]) -> Result<Value>),
    /// With calls of other functions in between.
    HigherOrder(fn(&mut Context<'_>, &[Value]) -> Result<Waiting>),
    /// By the evaluator: `$eval`.
    Eval,
}

/// What a built-in can reach.
pub(crate) struct Context<'a> {
    /// Where values live, and what may still be spent.
    pub(crate) heap: &'a mut Heap,
    /// The given time in milliseconds.
    pub(crate) now: Option<i64>,
    /// The state of the given seed's generator.
    pub(crate) random: &'a mut Option<u64>,
}

/// A function that is waiting for results of others. It may cross threads as the list does
/// that holds it, which goes with the inputs from one evaluation to the next.
pub(crate) trait Resume: Send + Sync {
    /// Goes on; `result` is what the last call gave, `None` at the start.
    fn resume(
        &mut self,
        context: &mut Context<'_>,
        result: Option<Value>,
    ) -> Result<Next>;
}

/// A function that waits.
pub(crate) type Waiting = Box<dyn Resume>;

/// What a waiting function wants.
pub(crate) enum Next {
    /// The result of a call.
    Call(Value, Vec<Value>),
    /// Nothing more.
    Done(Value),
}

/// All families, each sorted by name.
const FAMILIES: &[&[Builtin]] = &[
    aggregate::TABLE,
    array::TABLE,
    boolean::TABLE,
    datetime::TABLE,
    encoding::TABLE,
    format_number::TABLE,
    higher_order::TABLE,
    integer::TABLE,
    matching::TABLE,
    number::TABLE,
    object::TABLE,
    string::TABLE,
];

/// The number of a row: family and place in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct BuiltinId(pub(crate) u16);

/// A function as authors and their tools see it.
#[cfg(feature = "reference")]
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct FunctionEntry {
    /// The name without its `$`.
    pub name: &'static str,
    /// JSONata's signature, empty where arguments are not checked.
    pub signature: &'static str,
    /// What its result depends on: `arguments`, `now`, `seed`, or `evaluated text`.
    pub depends_on: &'static str,
    /// What a call charges, besides the step for the call itself.
    pub charges: &'static str,
    /// Whether it is a helper of the workflow contract.
    pub helper: bool,
    /// One sentence.
    pub summary: &'static str,
    /// Expressions and their results as JSON.
    pub examples: &'static [(&'static str, &'static str)],
}

/// Every function: the helpers of the contract first, then the language's by family.
///
/// ```
/// let sum = expr_core::functions().find(|function| function.name == "sum");
/// assert_eq!(sum.map(|function| function.signature), Some("<a<n>:n>"));
/// assert_eq!(expr_core::functions().filter(|function| function.helper).count(), 5);
/// ```
#[cfg(feature = "reference")]
pub fn functions() -> impl Iterator<Item = FunctionEntry> {
    let entry = |helper: bool| {
        move |row: &'static Builtin| FunctionEntry {
            name: row.name(),
            signature: row.signature(),
            depends_on: match row.purity {
                Purity::Pure => "arguments",
                Purity::Clock => "now",
                Purity::Random => "seed",
                Purity::Dynamic => "evaluated text",
            },
            charges: match row.cost {
                Cost::Unit => "nothing more",
                Cost::PerText => "1 for each 32 bytes of its text arguments",
                Cost::PerItem => "1 for each item or member of its arguments",
                Cost::Own => "1 for each unit, item or call, as it goes",
            },
            helper,
            summary: row.doc.summary,
            examples: row.doc.examples,
        }
    };
    let language = FAMILIES.iter().copied().flatten();
    helper::TABLE.iter().map(entry(true)).chain(language.map(entry(false)))
}

/// The row of a JSONata function.
pub(crate) fn find(name: &[u8]) -> Option<BuiltinId> {
    if name.len() < SHORTEST {
        return None;
    }
    FAMILIES
        .iter()
        .zip(0_u16..)
        .find_map(|(family, number)| in_family(family, number, name))
}

/// The row of a helper of the contract.
pub(crate) fn find_helper(name: &[u8]) -> Option<BuiltinId> {
    in_family(helper::TABLE, HELPERS, name)
}

/// Names of functions are longer than those of most parameters.
const SHORTEST: usize = 3;

const HELPERS: u16 = 0xFF;

fn in_family(family: &[Builtin], number: u16, name: &[u8]) -> Option<BuiltinId> {
    // Few rows have a name of that length, so that few names are compared.
    let place = family.iter().position(|row| {
        matches!(row.head.as_bytes().get(name.len()), None | Some(b'<'))
            && row.name().as_bytes() == name
    })?;
    Some(BuiltinId(number << 8 | u16::try_from(place).ok()?))
}

impl BuiltinId {
    /// The row.
    pub(crate) fn row(self) -> Result<&'static Builtin> {
        let (family, place) = (self.0 >> 8, usize::from(self.0 & 0xFF));
        let family = match family {
            HELPERS => helper::TABLE,
            family => FAMILIES.get(usize::from(family)).copied().unwrap_or_default(),
        };
        family.get(place).ok_or_else(|| {
            Error::from(ErrorKind::Bug { what: "a built-in function has no row" })
        })
    }

    /// Its signature, of no parameters where arguments are not checked.
    pub(crate) fn signature(self) -> Result<Signature> {
        let signature = Signature::parse(self.row()?.signature().as_bytes());
        signature.map_err(|refused| refused.error)
    }

    /// Whether it is a helper of the contract.
    pub(crate) fn is_helper(self) -> bool {
        self.0 >> 8 == HELPERS
    }
}

impl Cost {
    /// Charges for a call with these arguments.
    pub(crate) fn charge(self, heap: &mut Heap, arguments: &[Value]) -> Result<()> {
        let steps = match self {
            Cost::Unit | Cost::Own => 0,
            Cost::PerText => arguments.iter().map(|&value| text_steps(value)).sum(),
            Cost::PerItem => {
                let items = |&value: &Value| match value {
                    Value::Array(array) => u64::from(array.len),
                    Value::Object(object) => u64::from(heap.member_count(object)),
                    _ => 0,
                };
                arguments.iter().map(items).sum()
            }
        };
        heap.budget.charge(steps)?;
        Ok(())
    }
}

fn text_steps(value: Value) -> u64 {
    value.as_text().map_or(0, |text| u64::from(text.len >> 5))
}

/// How many arguments a function asks for when it is passed to `$map` and its like.
pub(crate) fn arity(heap: &Heap, function: Value) -> usize {
    let Value::Function(number) = function else { return 0 };
    match heap.function(number) {
        Some(Function::Builtin(id)) => {
            BuiltinId(*id).row().map_or(0, |row| usize::from(row.arity))
        }
        Some(Function::Closure { arity, .. }) => crate::value::index(*arity),
        Some(Function::Partial { holes, .. }) => holes.len(),
        Some(Function::Regex(_)) => 2,
        Some(Function::Composition { .. } | Function::Transform { .. }) => 1,
        Some(Function::NextMatch { .. }) | None => 0,
    }
}

/// An argument, undefined when it is missing.
pub(crate) fn argument(arguments: &[Value], position: usize) -> Value {
    arguments.get(position).copied().unwrap_or_default()
}
