//! What the members of a request must be, in the request itself and inside it.

use super::ask::{Ask, bad_member, joined, push_index, push_segment};
use crate::builtin::trim;
use crate::error::Result;
use crate::value::{Heap, Value};
use alloc::vec::Vec;

/// What a member of a request must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Any JSON value.
    Any,
    /// A string.
    Text,
    /// A string that is not blank.
    Name,
    /// A string or null.
    TextOrNull,
    /// What the key of a wait can be.
    Scalar,
    /// A number.
    Number,
    /// An object.
    Object,
    /// An object or null.
    ObjectOrNull,
    /// An array.
    Array,
    /// True, false or null.
    BoolOrNull,
    /// True or false.
    Bool,
}

impl Kind {
    /// How a message says what is wanted.
    pub const fn wanted(self) -> &'static str {
        match self {
            Kind::Any => "any value",
            Kind::Text => "a string",
            Kind::Name => "a string that is not blank",
            Kind::TextOrNull => "a string or null",
            Kind::Scalar => "a string, a number, a boolean or null",
            Kind::Number => "a number",
            Kind::Object => "an object",
            Kind::ObjectOrNull => "an object or null",
            Kind::Array => "an array",
            Kind::BoolOrNull => "true, false or null",
            Kind::Bool => "true or false",
        }
    }

    /// Whether a value is of this kind.
    pub(crate) fn fits(self, heap: &Heap, value: Value) -> bool {
        match (self, value) {
            (Kind::Name, Value::String(text)) => !trim(heap.bytes(text)).is_empty(),
            (Kind::Any, _)
            | (Kind::Text | Kind::TextOrNull | Kind::Scalar, Value::String(_))
            | (Kind::Scalar | Kind::Number, Value::Number(_))
            | (Kind::Scalar | Kind::BoolOrNull | Kind::Bool, Value::Bool(_))
            | (Kind::Object | Kind::ObjectOrNull, Value::Object(_))
            | (
                Kind::TextOrNull | Kind::Scalar | Kind::BoolOrNull | Kind::ObjectOrNull,
                Value::Null,
            )
            | (Kind::Array, Value::Array(_)) => true,
            _ => false,
        }
    }
}

/// A member of an object.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// What it must be.
    pub kind: Kind,
    /// Whether it must be there.
    pub required: bool,
}

/// A member that must be there.
pub(crate) const fn must(name: &'static str, kind: Kind) -> Member {
    Member { name, kind, required: true }
}

/// A member that may be absent.
pub(crate) const fn may(name: &'static str, kind: Kind) -> Member {
    Member { name, kind, required: false }
}

/// The members of an object.
pub(super) struct Shape {
    pub(super) members: &'static [Member],
    /// Whether it may have others, which are passed over.
    pub(super) open: bool,
}

/// What an object is whose members are these and no others.
pub(super) const fn closed(members: &'static [Member]) -> Shape {
    Shape { members, open: false }
}

/// What a member must be that nobody asked for.
const UNKNOWN: &str = "left out";

/// What the first thing that is wrong with an object must be instead; `pointer` becomes
/// its place.
pub(super) fn misfit(
    ask: &Ask,
    value: Value,
    shape: &Shape,
    pointer: &mut Vec<u8>,
) -> Option<&'static str> {
    if !matches!(value, Value::Object(_)) {
        return Some(Kind::Object.wanted());
    }
    for &Member { name, kind, required } in shape.members {
        let member = ask.member(value, name);
        let absent = member.is_undefined() && !required;
        if !absent && !kind.fits(&ask.heap, member) {
            push_segment(pointer, name.as_bytes());
            return Some(kind.wanted());
        }
    }
    if shape.open {
        return None;
    }
    for (name, _) in ask.members(value) {
        let name = ask.heap.bytes(name);
        if !shape.members.iter().any(|known| known.name.as_bytes() == name) {
            push_segment(pointer, name);
            return Some(UNKNOWN);
        }
    }
    None
}

/// Refuses a request in which something is of another shape.
pub(super) fn expect(
    ask: &Ask,
    value: Value,
    shape: &Shape,
    at: (&str, Option<usize>),
) -> Result<()> {
    let mut pointer = pointer(at);
    match misfit(ask, value, shape, &mut pointer) {
        Some(wanted) => Err(bad_member(pointer, wanted)),
        None => Ok(()),
    }
}

/// The pointer of a member of the request, or of an item in it.
pub(super) fn pointer((member, position): (&str, Option<usize>)) -> Vec<u8> {
    let mut pointer = joined(&[b"/", member.as_bytes()]);
    if let Some(position) = position {
        push_index(&mut pointer, position);
    }
    pointer
}

/// Whether two names are told and the same.
pub(super) fn same_name(ask: &Ask, left: Value, right: Value) -> bool {
    Kind::Name.fits(&ask.heap, left) && ask.bytes(left) == ask.bytes(right)
}
