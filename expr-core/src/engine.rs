//! Compile, check, evaluate: the whole interface of the crate.
use crate::{Error, Limits, Spent, Wtf8, Wtf8Buf};
use alloc::vec::Vec;

/// Which language a source is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Profile {
    /// The canonical workflow contract.
    #[default]
    Workflow,
    /// Plain JSONata 2.2.
    Jsonata,
}

impl Profile {
    /// Both profiles, the default first.
    pub const ALL: [Profile; 2] = [Profile::Workflow, Profile::Jsonata];
    /// The spelling on the wire and on command lines.
    pub fn as_str(self) -> &'static str {
        match self {
            Profile::Workflow => "workflow",
            Profile::Jsonata => "jsonata",
        }
    }
    /// The profile with that spelling.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.as_str() == name)
    }
}

/// The outcome of an evaluation.
#[derive(Clone, PartialEq, Debug)]
pub struct Evaluation {
    /// JSON text of the value, `None` for undefined, or the error.
    pub outcome: Result<Option<Vec<u8>>, Error>,
    /// What it cost, failed or not.
    pub spent: Spent,
}

/// The outcome of [`check`].
#[derive(Clone, PartialEq, Debug)]
pub struct Check {
    /// The source after normalization.
    pub normalized: Wtf8Buf,
    /// Callee names in the order of the walk, if it came to its end.
    pub functions: Option<Vec<Wtf8Buf>>,
    /// The first violation.
    pub error: Option<Error>,
}

/// Validates a source without keeping a program.
pub fn check(_source: Wtf8<'_>, _profile: Profile) -> Check {
    Check { normalized: Wtf8Buf::default(), functions: None, error: Some(Error) }
}

/// A compiled expression, ready to be evaluated any number of times.
pub struct Program;

impl Program {
    /// Compiles a source.
    pub fn compile(_source: Wtf8<'_>, _profile: Profile) -> Result<Program, Error> {
        Err(Error)
    }
    /// The callee names that the source mentions, in the order of the walk.
    pub fn functions(&self) -> &[Wtf8Buf] {
        &[]
    }
    /// Evaluates over `inputs`, which can be used again afterwards.
    pub fn evaluate(&self, _inputs: &mut Inputs, _limits: Limits) -> Evaluation {
        Evaluation { outcome: Err(Error), spent: Spent::default() }
    }
}

/// What an evaluation reads: context, bindings, clock and seed.
#[derive(Default)]
pub struct Inputs;

impl Inputs {
    /// No context (undefined), no bindings.
    pub fn new() -> Self {
        Inputs
    }
    /// The context from JSON text.
    pub fn from_json(_context: &[u8]) -> Result<Self, Error> {
        Ok(Inputs)
    }
    /// The context and bindings from members of a document's root object; a member that
    /// is absent means an undefined context or no bindings.
    pub fn from_document(_document: Document, _context: &str, _bindings: &str) -> Self {
        Inputs
    }
    /// The time of the evaluation in milliseconds since 1970, UTC.
    pub fn set_now(&mut self, _now: Option<i64>) {}
    /// The seed of `$random` and `$shuffle`.
    pub fn set_seed(&mut self, _seed: Option<u64>) {}
}

/// A JSON document that was read.
pub struct Document;

/// A value in a document.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    _document: &'a Document,
}

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
    pub fn read(_json: &[u8]) -> Result<Self, Error> {
        Err(Error)
    }
    /// The root value.
    pub fn root(&self) -> Node<'_> {
        Node { _document: self }
    }
}

impl<'a> Node<'a> {
    /// What it is.
    pub fn kind(self) -> NodeKind<'a> {
        NodeKind::Null
    }
    /// The member with that name, of an object.
    pub fn get(self, _name: &str) -> Option<Node<'a>> {
        None
    }
    /// Keys and values of an object, in JavaScript's order; nothing otherwise.
    pub fn members(self) -> impl Iterator<Item = (Wtf8<'a>, Node<'a>)> {
        core::iter::empty()
    }
    /// Items of an array; nothing otherwise.
    pub fn items(self) -> impl Iterator<Item = Node<'a>> {
        core::iter::empty()
    }
}
