//! A compiled expression: one flat list of operations that refer to each other by index.
//!
//! The operations work on a stack of values. Where a construct evaluates a part of itself
//! for each of many items, the part lies between two operations: the first opens a frame
//! and enters the part, the second takes the part's result and either enters it again or
//! closes the frame. So nothing in the evaluator calls itself.

use crate::builtin::BuiltinId;
use crate::error::Token;
use crate::regex::Regex;
use crate::size::index;
use crate::span::Span;
use crate::syntax::{Operator, Signature};
use crate::text::Wtf8;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// A place in the list of operations.
pub(crate) type Pc = u32;

/// A name of the program, an index into its list of names.
pub(crate) type NameIndex = u32;

/// The layout of a scope without variables.
pub(crate) const NO_NAMES: u32 = u32::MAX;

/// A name that the program uses, in the program's own bytes.
pub(crate) use crate::syntax::Name;

/// One operation. `last` marks the last step of a path, whose single array stays one;
/// `keep` marks a step with `[]`, whose list of one item stays a list.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Op {
    /// Pushes a constant.
    Constant(u32),
    /// Pushes undefined.
    Undefined,
    /// Pushes `$`, seen through the sequence around an array context. Here and below, a
    /// `raw` value is not unwrapped yet, as something that follows looks at it first.
    Input { raw: bool },
    /// Pushes the input as it is: what a first step or a constructor iterates over.
    Source,
    /// Pushes `$$`.
    Root,
    /// Pushes a variable. If it is bound, the operations up to `bound` are skipped; else
    /// they look further out.
    Load { up: u16, slot: u16, raw: bool, bound: Pc },
    /// Pushes a name bound by the tuples of a path, skipping likewise.
    LoadTuple { up: u16, name: NameIndex, bound: Pc },
    /// Pushes a variable by its name, as `$eval` may have bound it anywhere.
    LoadNamed(NameIndex),
    /// Pushes a binding of the host, or the built-in function of that name.
    LoadGlobal { name: NameIndex, builtin: Option<BuiltinId> },
    /// Binds the top of the stack, which stays there.
    Bind { up: u16, slot: u16 },
    /// Binds the top of the stack by its name in the innermost scope.
    BindNamed(NameIndex),
    /// Opens a scope with that layout.
    EnterScope(u32),
    /// Closes the innermost scope.
    LeaveScope,
    /// Drops the top of the stack.
    Drop,
    /// Goes on elsewhere.
    Jump(Pc),
    /// Goes on elsewhere when the top, which is dropped, is false.
    JumpIfFalse(Pc),
    /// `and`: false goes on elsewhere with `false`.
    And(Pc),
    /// `or`: true goes on elsewhere with `true`.
    Or(Pc),
    /// Makes the top a boolean.
    Truth,
    /// `?:`: a true top stays and goes on elsewhere, a false one is dropped.
    Elvis(Pc),
    /// `??`: a top that is not undefined stays and goes on elsewhere.
    Coalesce(Pc),
    /// Unary minus.
    Negate,
    /// `+ - * / %`
    Arithmetic(Arithmetic),
    /// `< <= > >=`
    Compare(Comparison),
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `in`
    In,
    /// `&`
    Concat,
    /// `..`
    Range,
    /// Opens an array constructor.
    ArrayStart,
    /// Adds the top to the array; a constructor's array is added as one item.
    ArrayItem { nested: bool },
    /// Closes an array constructor.
    ArrayEnd { constructed: bool },
    /// A field of every item of the top.
    Field { name: NameIndex, last: bool, keep: bool },
    /// A field of the input: the first step of most paths.
    InputField { name: NameIndex, last: bool, keep: bool },
    /// A field of the input as one value: a step that is entered for each item.
    Lookup { name: NameIndex, keep: bool },
    /// `*` of the input.
    Wildcard,
    /// `**` of the input.
    Descendants,
    /// Enters the part up to `Next` with each item of the top as input. A missing input
    /// of a `first` step is one undefined item, of any other step no item at all.
    Each { first: bool, end: Pc },
    /// Takes the part's result as one of a step's results.
    Next { last: bool },
    /// Makes the value of a first step what a step results in.
    StepResult { last: bool },
    /// Makes the input a list, as the constructor at the beginning of a path has it.
    ListInput,
    /// Puts the input below the top back.
    PutInputBack,
    /// Makes the value of an array constructor at the beginning of a path what the next
    /// step iterates over; where there is nothing, the path ends with it. A step that
    /// makes tuples (`listed`) needs a list, and `[]` (`keep`) something to keep.
    ConstructedItems { end: Pc, keep: bool, listed: bool },
    /// Enters the part up to `FilterNext` with each item of the top as input.
    Filter { tuples: bool, end: Pc },
    /// Keeps the item if the part's result says so.
    FilterNext,
    /// Keeps the item at a literal index.
    FilterIndex(u32),
    /// Marks the result of a path with `[]`.
    KeepSingleton,
    /// Marks the result of a path that is `[]` as a whole: a single item is a list.
    KeepSequence,
    /// Turns a sequence into the value that it is.
    Unwrap { keep: bool },
    /// Groups the items of the top.
    Group(u32),
    /// Takes a key or value of a group.
    GroupNext,
    /// Sorts the items of the top.
    Sort(u32),
    /// Takes a sort key.
    SortNext,
    /// Enters the part up to `TupleNext` for every tuple of the top.
    TupleEach { step: u32, end: Pc, path_end: Pc },
    /// Takes the part's result as new tuples.
    TupleNext,
    /// Makes sorted items tuples that know their position.
    TupleSorted { step: u32 },
    /// Binds the position of every tuple of the top.
    TupleIndex(NameIndex),
    /// Makes the tuples of the top the items that they stand for.
    TupleItems,
    /// Pushes a closure.
    Closure(u32),
    /// Pushes a transform function.
    Transform(u32),
    /// Takes the matches of a transform's pattern, an update, the deletions.
    TransformNext,
    /// Pushes a regular expression.
    Regex(u32),
    /// With a callee below the value of the variable of its name: complains if the callee
    /// is missing and the variable is there.
    CheckCallee { name: NameIndex, partial: bool },
    /// Moves the top below the value under it: the value piped into a call.
    Swap,
    /// Pushes the top once more.
    Copy,
    /// Calls the function below that many arguments, the first of which may have been
    /// `piped` by `~>`.
    Call { arguments: u32, piped: bool },
    /// Calls it in place of the function that is running.
    TailCall { arguments: u32 },
    /// Calls a built-in function with that many arguments.
    CallBuiltin { builtin: BuiltinId, arguments: u32, piped: bool },
    /// Applies the function on top to the value below, or composes two functions.
    Apply,
    /// Applies a function to some of its arguments.
    Partial(u32),
    /// Leaves a function.
    Return,
    /// Ends the program.
    End,
}

/// Arithmetic operators.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// Comparison operators.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Comparison {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// Where an operation comes from, for errors.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Site {
    pub(crate) span: Span,
    /// The contract's position.
    pub(crate) at: Option<u32>,
    /// The contract's token.
    pub(crate) token: Option<SiteToken>,
}

/// The token of a site.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum SiteToken {
    Operator(Operator),
    /// A text in the program's own bytes.
    Text {
        start: u32,
        len: u32,
    },
    Number(f64),
    Bool(bool),
}

/// The right side of `and` or `or`: the operator's place stands in for that of every
/// error in it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Region {
    pub(crate) start: Pc,
    pub(crate) end: Pc,
    pub(crate) site: u32,
}

/// A constant.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Constant {
    Null,
    Bool(bool),
    Number(f64),
    /// A text in the program's own bytes.
    Text {
        start: u32,
        len: u32,
    },
}

/// A function definition.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Lambda {
    pub(crate) entry: Pc,
    pub(crate) parameters: u32,
    pub(crate) layout: u32,
    pub(crate) signature: Option<Signature>,
}

/// A group-by or object constructor.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Grouping {
    pub(crate) pairs: Vec<Pair>,
    /// Whether the items can be tuples.
    pub(crate) tuples: bool,
    /// Whether all keys are literals that differ and are not reserved.
    pub(crate) fixed: bool,
    pub(crate) end: Pc,
}

/// Whether no object may have a member of that name.
pub(crate) fn is_reserved_key(name: &[u8]) -> bool {
    matches!(name, b"_jsonata_lambda" | b"_jsonata_function")
}

/// A key and its value.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Pair {
    /// The key, where it is a literal.
    pub(crate) literal: Option<NameIndex>,
    pub(crate) key: Pc,
    pub(crate) value: Pc,
}

/// An order-by.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Sorting {
    pub(crate) terms: Vec<Term>,
    /// Whether the items can be tuples.
    pub(crate) tuples: bool,
    pub(crate) end: Pc,
    /// Where to go on when there is nothing to sort.
    pub(crate) nothing: Pc,
}

/// A key of an order-by.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Term {
    pub(crate) key: Pc,
    pub(crate) descending: bool,
}

/// A step that makes tuples.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct TupleStep {
    /// Whether its path has no tuples before it.
    pub(crate) plain: bool,
    /// Whether it is the first step of its path, or follows a constructor that makes
    /// tuples: then a missing input is one item.
    pub(crate) begins: bool,
    /// Whether it is applied to the whole input, be that a list or not.
    pub(crate) whole: bool,
    pub(crate) focus: Option<NameIndex>,
    pub(crate) index: Option<NameIndex>,
    /// The label under which a `%` finds the item that the step was applied to.
    pub(crate) ancestor: Option<NameIndex>,
}

/// A transform.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Transform {
    pub(crate) pattern: Pc,
    pub(crate) update: Pc,
    pub(crate) delete: Option<Pc>,
    /// Pushes what `$clone` is here.
    pub(crate) clone: Pc,
    /// The sites of update and deletions.
    pub(crate) sites: [u32; 3],
}

/// A partial application: which arguments are still to come.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct PartialCall {
    pub(crate) arguments: u32,
    pub(crate) holes: Vec<u32>,
}

/// The compiled form of one source.
#[derive(Debug, Default)]
pub(crate) struct Code {
    pub(crate) ops: Vec<Op>,
    /// The site of every operation.
    pub(crate) op_sites: Vec<u32>,
    pub(crate) sites: Vec<Site>,
    pub(crate) regions: Vec<Region>,
    /// Texts and names.
    pub(crate) bytes: Vec<u8>,
    pub(crate) constants: Vec<Constant>,
    pub(crate) names: Vec<Name>,
    /// The names of a scope's variables, by slot; none of a layout that is not there.
    pub(crate) layouts: Vec<Vec<NameIndex>>,
    pub(crate) lambdas: Vec<Lambda>,
    pub(crate) groupings: Vec<Grouping>,
    pub(crate) sortings: Vec<Sorting>,
    pub(crate) tuple_steps: Vec<TupleStep>,
    pub(crate) transforms: Vec<Transform>,
    pub(crate) partials: Vec<PartialCall>,
    pub(crate) regexes: Vec<Arc<Regex>>,
    /// The signatures of the built-in functions that are mentioned.
    pub(crate) signatures: Vec<(BuiltinId, Signature)>,
    /// The layout of the outermost scope.
    pub(crate) layout: u32,
}

impl Code {
    /// A text among its bytes.
    pub(crate) fn text(&self, start: u32, len: u32) -> Wtf8<'_> {
        let start = index(start);
        let bytes = self.bytes.get(start..start.saturating_add(index(len)));
        Wtf8::new(bytes.unwrap_or_default())
    }

    /// What an error at a site names.
    pub(crate) fn token(&self, site: &Site) -> Option<Token> {
        Some(match site.token? {
            SiteToken::Operator(operator) => Token::from(operator.as_str()),
            SiteToken::Text { start, len } => {
                Token::Text(self.text(start, len).to_owned())
            }
            SiteToken::Number(number) => Token::Number(number),
            SiteToken::Bool(value) => Token::Bool(value),
        })
    }
}

impl Op {
    /// The steps of the construct that an operation stands for; items and text are
    /// charged where they are visited.
    pub(crate) fn steps(self) -> u64 {
        match self {
            Op::Jump(_)
            | Op::Drop
            | Op::Swap
            | Op::Copy
            | Op::EnterScope(_)
            | Op::LeaveScope
            | Op::Source
            | Op::Unwrap { .. }
            | Op::StepResult { .. }
            | Op::ArrayEnd { .. }
            | Op::ListInput
            | Op::PutInputBack
            | Op::KeepSingleton
            | Op::KeepSequence
            | Op::CheckCallee { .. }
            | Op::Return
            | Op::End => 0,
            _ => 1,
        }
    }
}

const _: () = assert!(size_of::<Op>() <= 16, "operations are read one after the other");
