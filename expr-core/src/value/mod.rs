//! Values: 16 bytes each, copied freely, their contents in the [`Heap`].
//!
//! A value says what it is and where its parts lie. Two arrays or objects are the very
//! same one exactly when their values are equal, which is what `in` asks.

mod compare;
mod heap;
mod json;
mod names;
mod number;
mod sequence;
mod shapes;

pub(crate) use crate::size::{index, length, make_room};
pub(crate) use compare::{equality_steps, is_numeric, order_steps};
pub(crate) use heap::{
    Function, Heap, Mark, Searched, keys_at, split_members, values_at,
};
pub(crate) use json::{
    Layout, ReadLimits, Wanted, is_integer, read_json, write_result, write_string,
};
pub(crate) use names::{Key, hash_name};
pub(crate) use number::{format_number, remainder, round_to_15_digits, write_number};
pub(crate) use shapes::Shape;

pub use json::{write_json_number, write_json_reads, write_json_string};

/// A value of the language.
///
/// Its tag, and the marks of an array, take a word each: where they were bytes, every copy
/// was made of bytes and half words, which came to 7 KB of the artifact.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
#[repr(u32)]
pub(crate) enum Value {
    /// There is nothing: a missing field, an empty sequence.
    #[default]
    Undefined,
    /// JSON's `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number; the operators can make NaN and infinities, which no result may hold.
    Number(f64),
    /// Text.
    String(Text),
    /// A list, which may be marked as a sequence.
    Array(Array),
    /// An object.
    Object(Object),
    /// Anything that can be called, an index into the heap's functions, marked if it came
    /// as an argument.
    Function(u32),
}

/// Marks a function that was given to a function.
const PASSED: u32 = 1 << 31;

/// Where a text lies in the heap.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Text {
    /// The first byte.
    pub(crate) start: u32,
    /// The number of bytes.
    pub(crate) len: u32,
}

/// Where an array lies in the heap, and what it is marked as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Array {
    /// The first item; an empty array has a place of its own too.
    pub(crate) start: u32,
    /// The number of items.
    pub(crate) len: u32,
    /// What it is marked as.
    pub(crate) marks: Marks,
}

/// JSONata's hidden marks of an array.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Marks(u32);

impl Marks {
    /// A plain array.
    pub(crate) const NONE: Marks = Marks(0);
    /// A sequence: with one item it is that item, with none it is undefined.
    pub(crate) const SEQUENCE: Marks = Marks(1);
    /// A sequence that stays an array with one item (`[]` in a path).
    pub(crate) const KEEP: Marks = Marks(2);
    /// Made by an array constructor that begins or ends a path: it is not flattened.
    pub(crate) const CONSTRUCTED: Marks = Marks(4);
    /// The sequence around an array context, which `$` looks through.
    pub(crate) const OUTER: Marks = Marks(8);
    /// A stream of tuples: the items of a path with `@`, `#` or `%`.
    pub(crate) const TUPLES: Marks = Marks(16);

    /// Whether all marks of `other` are set.
    pub(crate) fn has(self, other: Marks) -> bool {
        self.0 & other.0 == other.0
    }

    /// With the marks of `other` too.
    #[must_use]
    pub(crate) const fn with(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }
}

impl Array {
    /// Whether it is a sequence, tuples excluded.
    pub(crate) fn is_sequence(self) -> bool {
        self.marks.has(Marks::SEQUENCE)
    }
}

/// Where an object lies in the heap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Object {
    /// Its keys, shared with all objects that have the same.
    pub(crate) shape: Shape,
    /// The first of its values; an empty object has a place of its own too.
    pub(crate) start: u32,
    /// Whether an expression made it. JavaScript then gives it no prototype, and turning
    /// it into text with the helper `toString` fails.
    pub(crate) constructed: bool,
}

impl Value {
    /// Whether there is nothing.
    pub(crate) fn is_undefined(self) -> bool {
        matches!(self, Value::Undefined)
    }

    /// The value as a function gets it. A function that is passed on knows no context when
    /// it is called, and cannot be applied partially.
    pub(crate) fn passed(self) -> Value {
        match self {
            Value::Function(number) => Value::Function(number | PASSED),
            value => value,
        }
    }

    /// Whether it is a function that was given to a function.
    pub(crate) fn is_passed(self) -> bool {
        matches!(self, Value::Function(number) if number & PASSED != 0)
    }

    /// The array, if it is one.
    pub(crate) fn as_array(self) -> Option<Array> {
        match self {
            Value::Array(array) => Some(array),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub(crate) fn as_text(self) -> Option<Text> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub(crate) fn as_number(self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }
}

const _: () = assert!(size_of::<Value>() == 16, "values are copied everywhere");
