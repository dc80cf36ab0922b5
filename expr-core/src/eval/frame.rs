//! What the machine is in the middle of.

use super::group::Grouper;
use super::object::Construction;
use super::sort::Sorter;
use super::transform::Transformer;
use crate::builtin::Waiting;
use crate::program::Pc;
use crate::value::{Array, Marks, Value};
use alloc::boxed::Box;

/// A construct that is being evaluated.
pub(super) enum Frame {
    /// An array constructor, its items on the stack from `base` up.
    Items { base: u32 },
    /// A step that is applied to one item after the other.
    Each(Loop),
    /// A predicate that is asked about one item after the other.
    Filter(Loop),
    /// A step that makes tuples.
    Tuples { each: Loop, step: u32 },
    /// An object constructor.
    Construct(Construction),
    /// A group-by.
    Group(Box<Grouper>),
    /// An order-by.
    Sort(Box<Sorter>),
    /// A function of the expression.
    Call { saved: Saved, context: Value },
    /// A built-in function that waits for another function.
    Native { waiting: Waiting, ret: Return },
    /// A composition whose first function is running.
    Compose {
        second: Value,
        /// What the composition was called with, which the second sees as its context.
        context: Value,
        ret: Return,
    },
    /// A transform function.
    Transform(Box<Transformer>),
    /// The text given to `$eval`.
    Eval { saved: Saved },
}

/// Where the result of a function goes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Return {
    /// On the stack; the program goes on there.
    To(Pc),
    /// To the frame below, which waits for it.
    Below,
}

/// A loop over items, its results on the stack from `base` up.
pub(super) struct Loop {
    /// What is iterated over: the items of an array, or the value itself.
    pub(super) items: Value,
    pub(super) position: u32,
    pub(super) base: u32,
    /// Where the part begins that is entered for each item.
    pub(super) body: Pc,
    /// What `$` and the scope were before.
    pub(super) input: Value,
    pub(super) scope: u32,
    pub(super) entry: Entry,
}

/// How a part is entered for an item.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    /// With the item alone.
    Item,
    /// With the item of a tuple, in a scope of the names that the tuple binds.
    Tuple,
    /// With the item alone, in an empty scope: it could have been a tuple.
    Bare,
}

impl Entry {
    /// For items of a list; `scoped` says that the part was compiled for tuples.
    pub(super) fn new(items: Value, scoped: bool) -> Entry {
        let tuples = |array: Array| array.marks.has(Marks::TUPLES);
        match (scoped, items.as_array().is_some_and(tuples)) {
            (false, _) => Entry::Item,
            (true, true) => Entry::Tuple,
            (true, false) => Entry::Bare,
        }
    }
}

/// What a call restores when it ends.
pub(super) struct Saved {
    pub(super) ret: Return,
    /// The program that called.
    pub(super) program: u32,
    pub(super) input: Value,
    pub(super) scope: u32,
    /// How many scopes there were: those that no function captured are dropped.
    pub(super) scopes: u32,
    /// The operation that called, in the program that it belongs to.
    pub(super) called_at: Pc,
}
