//! What the members of a request must be, in the request itself and inside it.

use super::ask::{Ask, bad_member, push_index, push_segment};
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
            | (Kind::Scalar | Kind::Bool, Value::Bool(_))
            | (Kind::Object | Kind::ObjectOrNull, Value::Object(_))
            | (Kind::TextOrNull | Kind::Scalar | Kind::ObjectOrNull, Value::Null)
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

/// What the first thing that is wrong with an object must be instead; `pointer` becomes
/// its place.
pub(super) fn misfit(
    ask: &Ask,
    value: Value,
    members: &[Member],
    pointer: &mut Vec<u8>,
) -> Option<&'static str> {
    if !matches!(value, Value::Object(_)) {
        return Some(Kind::Object.wanted());
    }
    for &Member { name, kind, required } in members {
        let member = ask.member(value, name);
        let absent = member.is_undefined() && !required;
        if !absent && !kind.fits(&ask.heap, member) {
            push_segment(pointer, name.as_bytes());
            return Some(kind.wanted());
        }
    }
    None
}

/// Refuses a request whose member with that pointer lacks one of its own.
pub(super) fn expect(
    ask: &Ask,
    value: Value,
    members: &[Member],
    pointer: &str,
) -> Result<()> {
    let mut pointer = pointer.as_bytes().to_vec();
    match misfit(ask, value, members, &mut pointer) {
        Some(wanted) => Err(bad_member(pointer, wanted)),
        None => Ok(()),
    }
}

/// Refuses a request that has something else than objects with these members in a list.
pub(super) fn expect_items(
    ask: &mut Ask,
    items: &[Value],
    members: &[Member],
    pointer: &str,
) -> Result<()> {
    for (position, &item) in items.iter().enumerate() {
        ask.charge(1)?;
        let mut pointer = pointer.as_bytes().to_vec();
        push_index(&mut pointer, position);
        if let Some(wanted) = misfit(ask, item, members, &mut pointer) {
            return Err(bad_member(pointer, wanted));
        }
    }
    Ok(())
}
