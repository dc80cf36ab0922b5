//! What an evaluation reads: documents, the inputs in them, and the memory that both use.

use crate::contract::Kind;
use crate::error::{Error, Result};
use crate::eval::Room;
use crate::reads::Reads;
use crate::text::Wtf8;
use crate::value::{Heap, Object, ReadLimits, Value, Wanted, read_json};
use alloc::boxed::Box;

/// The values of an evaluation and what a machine works in. Behind a pointer, since it goes
/// from a document to inputs and on to the next document.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) heap: Heap,
    pub(crate) room: Room,
}

impl Memory {
    /// Forgets everything, and gives back what is much.
    fn clear(&mut self) {
        self.heap.clear();
        self.room.forget();
    }
}

/// Memory that a document or inputs have left, for the next ones: most are small, and asking
/// for memory would take as long as reading them.
#[derive(Default)]
pub struct Spare {
    memory: Box<Memory>,
}

impl Spare {
    fn of(mut memory: Box<Memory>) -> Spare {
        memory.clear();
        Spare { memory }
    }
}

/// What an evaluation reads: context, bindings, clock and seed.
#[derive(Default)]
pub struct Inputs {
    pub(crate) memory: Box<Memory>,
    pub(crate) context: Value,
    pub(crate) bindings: Option<Object>,
    pub(crate) now: Option<i64>,
    pub(crate) seed: Option<u64>,
}

impl Inputs {
    /// No context (undefined), no bindings.
    pub fn new() -> Self {
        Inputs::default()
    }

    /// The context from JSON text.
    pub fn from_json(context: &[u8]) -> Result<Self, Error> {
        let mut inputs = Inputs::default();
        inputs.read_wanted(context, Wanted::Whole)?;
        Ok(inputs)
    }

    /// What a program reads of a context in JSON text, in place of the context and bindings
    /// before, and in their memory; the rest of the text is checked and left out. Clock and
    /// seed stay. If the text is refused, there is no context.
    ///
    /// ```
    /// use expr_core::{Inputs, Limits, Profile, Program};
    /// let program = Program::compile("payload.id".into(), Profile::Workflow)?;
    /// let mut inputs = Inputs::new();
    /// for id in ["1", "2"] {
    ///     let context = format!(r#"{{"payload":{{"id":{id}}}}}"#);
    ///     inputs.read(context.as_bytes(), program.reads())?;
    ///     let evaluation = program.evaluate(&mut inputs, Limits::default());
    ///     assert_eq!(evaluation.outcome?, Some(id.into()));
    /// }
    /// # Ok::<(), expr_core::Error>(())
    /// ```
    pub fn read(&mut self, context: &[u8], reads: &Reads) -> Result<(), Error> {
        self.memory.clear();
        self.read_wanted(context, Wanted::Parts(reads))
    }

    fn read_wanted(&mut self, context: &[u8], wanted: Wanted<'_>) -> Result<()> {
        (self.context, self.bindings) = (Value::Undefined, None);
        let limits = ReadLimits::default();
        self.context = read_json(&mut self.memory.heap, context, wanted, limits)?;
        Ok(())
    }

    /// The context and bindings from members of a document's root object; a member that
    /// is absent means an undefined context or no bindings.
    pub fn from_document(document: Document, context: &str, bindings: &str) -> Self {
        let member = |name: &str| document.root().get(name).map(|node| node.value);
        let context = member(context).unwrap_or_default();
        let bindings = match member(bindings) {
            Some(Value::Object(bindings)) => Some(bindings),
            _ => None,
        };
        let Document { memory, .. } = document;
        Inputs { memory, context, bindings, now: None, seed: None }
    }

    /// Leaves the memory to other inputs, but for what is much.
    pub fn into_spare(self) -> Spare {
        Spare::of(self.memory)
    }

    /// The time of the evaluation in milliseconds since 1970, UTC.
    pub fn set_now(&mut self, now: Option<i64>) {
        self.now = now;
    }

    /// The seed of `$random` and `$shuffle`.
    pub fn set_seed(&mut self, seed: Option<u64>) {
        self.seed = seed;
    }
}

/// A JSON document that was read.
///
/// ```
/// use expr_core::{Document, NodeKind};
/// let document = Document::read(br#"{"v": 1, "tags": ["a", "b"]}"#)?;
/// let tags = document.root().get("tags").ok_or("no tags")?;
/// assert_eq!(tags.items().count(), 2);
/// assert_eq!(document.root().get("v").map(|v| v.kind()), Some(NodeKind::Number(1.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Document {
    memory: Box<Memory>,
    root: Value,
}

/// A value in a document.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    document: &'a Document,
    value: Value,
}

/// Names of so few members are compared sooner than one is hashed.
const FEW_MEMBERS: u32 = 8;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NodeKind<'a> {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    String(Wtf8<'a>),
    /// An array of that length.
    Array(usize),
    /// An object with that many members.
    Object(usize),
}

impl Document {
    /// Reads JSON text strictly: UTF-8 without BOM, numbers in range, limited depth; of a
    /// duplicate key the last value wins at its first position.
    pub fn read(json: &[u8]) -> Result<Self, Error> {
        Document::read_into(json, Spare::default())
    }

    /// Reads JSON text like [`Document::read`], in memory that is spare.
    pub fn read_into(json: &[u8], spare: Spare) -> Result<Self, Error> {
        Document::read_wanted(json, Wanted::Whole, spare)
    }

    /// Reads JSON text like [`Document::read`], but of the root object's member with that
    /// name keeps only what `reads` says, in memory that is spare.
    pub fn read_within(
        json: &[u8],
        member: &str,
        reads: &Reads,
        spare: Spare,
    ) -> Result<Self, Error> {
        Document::read_wanted(json, Wanted::Within(member.as_bytes(), reads), spare)
    }

    fn read_wanted(json: &[u8], wanted: Wanted<'_>, spare: Spare) -> Result<Self> {
        let Spare { mut memory } = spare;
        let root = read_json(&mut memory.heap, json, wanted, ReadLimits::default())?;
        Ok(Document { memory, root })
    }

    /// Leaves the memory to other documents, but for what is much.
    pub fn into_spare(self) -> Spare {
        Spare::of(self.memory)
    }

    /// The root value.
    pub fn root(&self) -> Node<'_> {
        Node { document: self, value: self.root }
    }

    /// The heap and the root value in it.
    pub(crate) fn into_parts(self) -> (Heap, Value) {
        (self.memory.heap, self.root)
    }
}

impl<'a> Node<'a> {
    /// Whether it is what a member of a request must be.
    pub fn fits(self, kind: Kind) -> bool {
        kind.fits(&self.document.memory.heap, self.value)
    }

    /// What it is.
    pub fn kind(self) -> NodeKind<'a> {
        let heap = &self.document.memory.heap;
        match self.value {
            Value::Bool(value) => NodeKind::Bool(value),
            Value::Number(number) => NodeKind::Number(number),
            Value::String(text) => NodeKind::String(heap.text(text)),
            Value::Array(array) => NodeKind::Array(crate::value::index(array.len)),
            Value::Object(object) => {
                NodeKind::Object(crate::value::index(heap.member_count(object)))
            }
            Value::Null | Value::Undefined | Value::Function(_) => NodeKind::Null,
        }
    }

    /// The member with that name, of an object.
    pub fn get(self, name: &str) -> Option<Node<'a>> {
        let heap = &self.document.memory.heap;
        let Value::Object(object) = self.value else { return None };
        if heap.member_count(object) <= FEW_MEMBERS {
            let mut members = self.members();
            return Some(members.find(|(found, _)| found.bytes() == name.as_bytes())?.1);
        }
        let value = heap.member(object, heap.find_key(name.as_bytes())?)?;
        Some(Node { value, ..self })
    }

    /// Keys and values of an object, in JavaScript's order; nothing otherwise.
    pub fn members(self) -> impl Iterator<Item = (Wtf8<'a>, Node<'a>)> {
        let heap = &self.document.memory.heap;
        let (keys, values) = match self.value {
            Value::Object(object) => (heap.keys(object), heap.member_values(object)),
            _ => (&[][..], &[][..]),
        };
        keys.iter().zip(values).map(move |(&key, &value)| {
            (heap.text(heap.name(key)), Node { value, ..self })
        })
    }

    /// Items of an array; nothing otherwise.
    pub fn items(self) -> impl Iterator<Item = Node<'a>> {
        let items = match self.value {
            Value::Array(array) => self.document.memory.heap.items(array),
            _ => &[],
        };
        items.iter().map(move |&value| Node { value, ..self })
    }
}
