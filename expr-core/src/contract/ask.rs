//! What every ask of docs/wire.md works on: the values of its request, the budget of its
//! expressions, and the answer that it writes.

use super::answer::Answer;
use super::assignment::segments;
use crate::decimal::write_whole;
use crate::error::{Error, ErrorKind, Result};
use crate::text::{Wtf8, Wtf8Buf};
use crate::value::{
    Array, Heap, Object, ReadLimits, Text, Value, Wanted, format_number, index, length,
    read_json, write_result,
};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// Why an expression has no value.
pub(crate) enum Unevaluated {
    /// The source breaks the contract.
    Source(Error),
    /// The evaluation failed.
    Run(Error),
}

/// Evaluates an authored source over a context; gives JSON text, or nothing if there is no
/// value. The contract lies below the engine, so the engine hands it this.
pub(crate) type Evaluate =
    fn(&mut Heap, Text, Value, Option<i64>) -> Result<Option<Vec<u8>>, Unevaluated>;

/// An ask that is being answered.
pub(crate) struct Ask {
    /// The values of the request, and the budget.
    pub(crate) heap: Heap,
    /// The request, an object.
    pub(crate) root: Value,
    /// The time of the evaluation.
    pub(crate) now: Option<i64>,
    /// How expressions are evaluated.
    pub(crate) evaluate: Evaluate,
    /// The value of the member `ok`.
    pub(crate) out: Answer,
    /// Where secrets stand that were resolved, of an ask that resolves them. What fails
    /// after that has seen them too, so they are told whatever the answer is.
    pub(crate) redactions: Option<Vec<Vec<u8>>>,
}

/// Why an ask has no answer.
pub(crate) struct Failure {
    /// What went wrong.
    pub(crate) error: Error,
    /// Whose fault it is, of a mapping that failed at run time.
    pub(crate) category: Option<&'static str>,
    /// Where in the mapping, as a JSON pointer.
    pub(crate) path: Option<Vec<u8>>,
}

impl From<Error> for Box<Failure> {
    /// Asks do this in dozens of places.
    #[inline(never)]
    fn from(error: Error) -> Self {
        Box::new(Failure { error, category: None, path: None })
    }
}

/// The outcome of an ask.
pub(crate) type Answered<T = ()> = Result<T, Box<Failure>>;

impl Ask {
    /// A member of the request; undefined if it is absent.
    pub(crate) fn given(&self, name: &str) -> Value {
        self.member(self.root, name)
    }

    /// A member of an object; undefined if it is absent, or if this is no object.
    pub(crate) fn member(&self, value: Value, name: &str) -> Value {
        self.own(value, name.as_bytes())
    }

    /// The own member of an object whose name comes from a document.
    pub(crate) fn own(&self, value: Value, name: &[u8]) -> Value {
        let Value::Object(object) = value else { return Value::Undefined };
        let key = self.heap.find_key(name);
        key.and_then(|key| self.heap.member(object, key)).unwrap_or_default()
    }

    /// The bytes of a string.
    pub(crate) fn bytes(&self, value: Value) -> Option<&[u8]> {
        value.as_text().map(|text| self.heap.bytes(text))
    }

    /// Names and values of an object, in JavaScript's order; none of anything else.
    pub(crate) fn members(&self, value: Value) -> Vec<(Text, Value)> {
        let Value::Object(object) = value else { return Vec::new() };
        let mut members = Vec::with_capacity(index(self.heap.member_count(object)));
        for (key, value) in self.heap.members(object) {
            members.push((self.heap.name(key), value));
        }
        members
    }

    /// The items of an array; none of anything else.
    pub(crate) fn items(&self, value: Value) -> Vec<Value> {
        value.as_array().map_or_else(Vec::new, |array| self.heap.items(array).to_vec())
    }

    /// Whether a value is exactly this text.
    pub(crate) fn is(&self, value: Value, text: &str) -> bool {
        self.bytes(value) == Some(text.as_bytes())
    }

    /// What JavaScript's `String` makes of a scalar; nothing for null and containers.
    pub(crate) fn scalar_text(&self, value: Value) -> Option<Vec<u8>> {
        Some(match value {
            Value::String(text) => self.heap.bytes(text).to_vec(),
            Value::Number(number) => format_number(number).into_bytes(),
            Value::Bool(true) => b"true".to_vec(),
            Value::Bool(false) => b"false".to_vec(),
            _ => return None,
        })
    }

    /// The one text that stands for all texts of these bytes, so that two that are equal are
    /// the same.
    pub(crate) fn intern(&mut self, bytes: &[u8]) -> Text {
        let key = self.heap.intern(bytes);
        self.heap.name(key)
    }

    /// Charges for a value that is looked at.
    pub(crate) fn charge(&mut self, steps: u64) -> Result<()> {
        Ok(self.heap.budget.charge(steps)?)
    }

    /// Charges for text of an answer that the values of the request do not bound.
    pub(crate) fn allocate(&mut self, bytes: usize) -> Result<()> {
        Ok(self.heap.budget.allocate(u64::from(length(bytes)))?)
    }

    /// Writes a value of the request as it is; undefined is null.
    pub(crate) fn write(&mut self, value: Value) -> Result<()> {
        let value = if value.is_undefined() { Value::Null } else { value };
        let mut json = Vec::new();
        write_result(&mut self.heap, value, &mut json)?;
        self.out.raw(json);
        Ok(())
    }

    /// Writes JSON text in which every `@` and a dotted path through the request stand for
    /// the value there.
    #[inline(never)]
    pub(crate) fn fill(&mut self, template: &str) -> Result<()> {
        for (nth, part) in template.as_bytes().split(|&byte| byte == b'@').enumerate() {
            let is_end = |&byte: &u8| byte == b',' || byte == b'}';
            let end = part.iter().position(is_end).unwrap_or(part.len());
            let (path, rest) = part.split_at_checked(end).unwrap_or((part, b""));
            // Before the first `@` there is no path.
            if nth == 0 {
                self.out.raw(path);
            } else {
                self.write(self.at(self.root, path))?;
            }
            self.out.raw(rest);
        }
        Ok(())
    }

    /// The own member at the end of a dotted path through objects.
    pub(crate) fn at(&self, root: Value, path: &[u8]) -> Value {
        segments(path).fold(root, |value, segment| self.own(value, segment))
    }

    /// Reads JSON text that an evaluation gave.
    pub(crate) fn read(&mut self, json: &[u8]) -> Result<Value> {
        read_json(&mut self.heap, json, Wanted::Whole, ReadLimits::default())
    }

    /// Evaluates a source over a context; gives JSON text, which there must be.
    pub(crate) fn run(
        &mut self,
        source: Text,
        context: Value,
    ) -> Result<Vec<u8>, Unevaluated> {
        let json = (self.evaluate)(&mut self.heap, source, context, self.now)?;
        json.ok_or_else(|| Unevaluated::Run(Error::from(ErrorKind::NotSerializable)))
    }

    /// The text of an expression: an object whose `$expr` is text.
    pub(crate) fn expression(&self, value: Value) -> Option<Text> {
        self.member(value, "$expr").as_text()
    }

    /// A new object with the members in the order given.
    pub(crate) fn object(&mut self, members: &[(&str, Value)]) -> Result<Value> {
        let mut keys = Vec::with_capacity(members.len());
        let mut values = Vec::with_capacity(members.len());
        for &(name, value) in members {
            keys.push(self.heap.intern(name.as_bytes()));
            values.push(value);
        }
        self.heap.add_plain_object(&keys, &values)
    }
}

/// A member inside the request that is not what it must be.
pub(crate) fn bad_member(member: impl AsRef<[u8]>, wanted: impl AsRef<[u8]>) -> Error {
    let (member, wanted) = (quoted(member.as_ref()), quoted(wanted.as_ref()));
    Error::from(ErrorKind::BadMember { member, wanted })
}

/// Appends a segment to a JSON pointer.
pub(crate) fn push_segment(pointer: &mut Vec<u8>, segment: &[u8]) {
    pointer.push(b'/');
    for &byte in segment {
        match byte {
            b'~' => pointer.extend_from_slice(b"~0"),
            b'/' => pointer.extend_from_slice(b"~1"),
            byte => pointer.push(byte),
        }
    }
}

/// Appends the place of an item to a JSON pointer.
pub(crate) fn push_index(pointer: &mut Vec<u8>, position: usize) {
    pointer.push(b'/');
    write_whole(pointer, u64::from(length(position)));
}

/// Walks a container item by item with the pointer of each, without recursing.
pub(crate) struct Cursor {
    container: Value,
    position: u32,
    /// How long the pointer of the container is.
    pointer: usize,
}

impl Cursor {
    /// Before the first item of a container whose pointer is given.
    pub(crate) fn new(container: Value, pointer: &[u8]) -> Self {
        Cursor { container, position: 0, pointer: pointer.len() }
    }

    /// Whether an object is walked.
    pub(crate) fn in_object(&self) -> bool {
        matches!(self.container, Value::Object(_))
    }

    /// The next item and the name it has in an object; `pointer` becomes its own.
    pub(crate) fn next(
        &mut self,
        heap: &Heap,
        pointer: &mut Vec<u8>,
    ) -> Option<(Option<Text>, Value)> {
        pointer.truncate(self.pointer);
        let position = self.position;
        self.position = position.saturating_add(1);
        match self.container {
            Value::Array(array) => array_item(heap, array, position).inspect(|_| {
                push_index(pointer, index(position));
            }),
            Value::Object(object) => {
                object_item(heap, object, position).inspect(|item| {
                    push_segment(pointer, heap.bytes(item.0.unwrap_or_default()));
                })
            }
            _ => None,
        }
    }
}

fn array_item(heap: &Heap, array: Array, position: u32) -> Option<(Option<Text>, Value)> {
    (position < array.len).then(|| (None, heap.item(array, position)))
}

fn object_item(
    heap: &Heap,
    object: Object,
    position: u32,
) -> Option<(Option<Text>, Value)> {
    let key = *heap.keys(object).get(index(position))?;
    Some((Some(heap.name(key)), heap.member_at(object, position)))
}

/// Parts of a text, one behind the other.
#[inline(never)]
pub(crate) fn joined(parts: &[&[u8]]) -> Vec<u8> {
    let mut whole = Vec::new();
    for part in parts {
        whole.extend_from_slice(part);
    }
    whole
}

/// Text of a document for use inside an error.
pub(crate) fn quoted(bytes: &[u8]) -> Wtf8Buf {
    Wtf8::new(bytes).to_owned()
}
