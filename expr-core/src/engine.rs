//! Compile, check, evaluate: the whole interface of the crate.

use crate::budget::{Budget, Limits, Spent};
use crate::compile::{Estimate, Library, compile, estimate, reads};
use crate::contract::{self, Kind, Normalized, Unevaluated, Validation, guard, validate};
use crate::error::{Error, ErrorKind, Result};
use crate::eval::{Given, Room, evaluate};
use crate::program::Code;
use crate::reads::Reads;
use crate::syntax::{Tree, Word};
use crate::text::{Wtf8, Wtf8Buf};
use crate::value::{
    Heap, Object, ReadLimits, Text, Value, Wanted, read_json, write_result,
};
use alloc::sync::Arc;
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

    fn library(self) -> Library {
        match self {
            Profile::Workflow => Library::Workflow,
            Profile::Jsonata => Library::Jsonata,
        }
    }

    fn normalize(self, source: Wtf8<'_>) -> Normalized {
        match self {
            Profile::Workflow => Normalized::new(source),
            Profile::Jsonata => Normalized::unchanged(source),
        }
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
///
/// ```
/// use expr_core::{Profile, check};
/// let checked = check("len(payload.tags) > 0".into(), Profile::Workflow);
/// assert_eq!(checked.error, None);
/// assert_eq!(checked.normalized.as_wtf8().to_str(), Some("$len(payload.tags) > 0"));
///
/// let checked = check("$sum(payload.amounts)".into(), Profile::Workflow);
/// let error = checked.error.ok_or("an error is expected")?;
/// assert_eq!(error.to_string(), "C0004: Expression uses disallowed function: sum");
/// # Ok::<(), &str>(())
/// ```
pub fn check(source: Wtf8<'_>, profile: Profile) -> Check {
    let normalized = profile.normalize(source);
    let (functions, error) = match normalized.parse() {
        Ok(tree) => {
            let workflow = profile == Profile::Workflow;
            let Validation { functions, error } = validate(&tree, workflow);
            // Plain JSONata has no list of functions to keep to.
            let error = error.filter(|_| workflow);
            (functions.map(|words| texts(&tree, &words)), error)
        }
        Err(error) => (None, Some(error)),
    };
    let error = error.map(|error| normalized.locate(error, source));
    Check { normalized: Wtf8Buf::from_bytes(normalized.text), functions, error }
}

/// Every violation of the contract in a source, in the order in which each would be
/// reported alone; of a source that does not parse the one error.
///
/// ```
/// use expr_core::violations;
/// let found = violations("$sum(1) + $f(function($x){$x})".into());
/// let codes: Vec<_> = found.iter().map(|error| error.code()).collect();
/// assert_eq!(codes, ["C0001", "C0004", "C0004"]);
/// ```
pub fn violations(source: Wtf8<'_>) -> Vec<Error> {
    let normalized = Normalized::new(source);
    let found = match normalized.parse() {
        Ok(tree) => contract::violations(&tree),
        Err(error) => alloc::vec![error],
    };
    found.into_iter().map(|error| normalized.locate(error, source)).collect()
}

fn texts(tree: &Tree, words: &[Word]) -> Vec<Wtf8Buf> {
    let mut texts = Vec::with_capacity(words.len());
    for &word in words {
        texts.push(tree.text(word).to_owned());
    }
    texts
}

/// A compiled expression, ready to be evaluated any number of times.
///
/// Names are resolved and regular expressions compiled once. A program is immutable and
/// keeps nothing from one evaluation to the next.
///
/// ```
/// use expr_core::{Inputs, Limits, Profile, Program};
/// let program = Program::compile("payload.items[price > 10].sku".into(), Profile::Workflow)?;
/// let context = br#"{"payload":{"items":[{"sku":"a1","price":12},{"sku":"b2","price":3}]}}"#;
/// let mut inputs = Inputs::from_json(context)?;
/// let evaluation = program.evaluate(&mut inputs, Limits::default());
/// assert_eq!(evaluation.outcome?, Some(br#""a1""#.to_vec()));
/// # Ok::<(), expr_core::Error>(())
/// ```
pub struct Program {
    code: Arc<Code>,
    /// The source, where it is not the normalized text.
    source: Option<Wtf8Buf>,
    normalized: Normalized,
    functions: Vec<Wtf8Buf>,
    reads: Reads,
    profile: Profile,
}

impl Program {
    /// Compiles a source. In the workflow profile it is normalized and validated first.
    pub fn compile(source: Wtf8<'_>, profile: Profile) -> Result<Program, Error> {
        let normalized = profile.normalize(source);
        let compiled = normalized.parse().and_then(|mut tree| {
            let workflow = profile == Profile::Workflow;
            let Validation { functions, error } = validate(&tree, workflow);
            match error {
                Some(error) if workflow => Err(error),
                _ => {
                    let functions = texts(&tree, &functions.unwrap_or_default());
                    let reads = reads(&tree);
                    Ok((compile(&mut tree, profile.library())?, functions, reads))
                }
            }
        });
        match compiled {
            Ok((code, functions, reads)) => Ok(Program {
                code,
                source: match normalized.as_authored() {
                    Some(_) => None,
                    None => Some(source.to_owned()),
                },
                normalized,
                functions,
                reads,
                profile,
            }),
            Err(error) => Err(normalized.locate(error, source)),
        }
    }

    /// The callee names that the source mentions, in the order of the walk.
    pub fn functions(&self) -> &[Wtf8Buf] {
        &self.functions
    }

    /// What it reads of its context: an evaluation over that part alone gives the same
    /// answer and costs the same.
    pub fn reads(&self) -> &Reads {
        &self.reads
    }

    /// What an evaluation will cost, as far as the source tells.
    pub fn estimate(&self) -> Estimate {
        estimate(&self.code, self.profile.library())
    }

    /// Evaluates over `inputs`, which can be used again afterwards.
    pub fn evaluate(&self, inputs: &mut Inputs, limits: Limits) -> Evaluation {
        let mut json = Vec::new();
        let (outcome, spent) = self.evaluate_into(inputs, limits, &mut json);
        let outcome = outcome.map(|is_there| is_there.then_some(json));
        Evaluation { outcome, spent }
    }

    /// Like [`evaluate`](Program::evaluate), with the JSON text after what `out` holds, so
    /// that a large one is in memory once. Gives whether there is a value; if there is none,
    /// `out` stays as it is.
    pub fn evaluate_into(
        &self,
        inputs: &mut Inputs,
        limits: Limits,
        out: &mut Vec<u8>,
    ) -> (Result<bool>, Spent) {
        let start = out.len();
        let mark = inputs.heap.mark();
        inputs.heap.budget = Budget::new(limits);
        let outcome = match self.run(inputs, out) {
            Ok(false) if self.profile == Profile::Workflow => {
                Err(Error::from(ErrorKind::NotSerializable))
            }
            outcome => outcome.map_err(|error| self.locate(error)),
        };
        if outcome.is_err() {
            out.truncate(start);
        }
        let spent = inputs.heap.budget.spent();
        inputs.heap.reset(mark);
        (outcome, spent)
    }

    /// An error with its place in the source.
    fn locate(&self, error: Error) -> Error {
        let written = self.source.as_ref().map(Wtf8Buf::as_wtf8);
        let source = written.or_else(|| self.normalized.as_authored());
        self.normalized.locate(error, source.unwrap_or_default())
    }

    /// Gives whether there is a value, and its JSON text after what `out` holds.
    fn run(&self, inputs: &mut Inputs, out: &mut Vec<u8>) -> Result<bool> {
        let workflow = self.profile == Profile::Workflow;
        let given = Given {
            context: inputs.context,
            bindings: inputs.bindings.filter(|_| !workflow),
            now: inputs.now,
            seed: inputs.seed,
            library: self.profile.library(),
        };
        let value = evaluate(&mut inputs.heap, &mut inputs.room, &self.code, given)?;
        if value.is_undefined() {
            return Ok(false);
        }
        let start = out.len();
        let finite = write_result(&mut inputs.heap, value, out)?;
        if workflow {
            guard(out.get(start..).unwrap_or_default())?;
        }
        if !finite {
            return Err(Error::from(ErrorKind::NotSerializable));
        }
        Ok(true)
    }
}

/// Evaluates an authored source among the values of a heap, whose budget it spends; gives
/// JSON text, or nothing if there is no value, and leaves the heap as it was.
pub(crate) fn evaluate_authored(
    heap: &mut Heap,
    source: Text,
    context: Value,
    now: Option<i64>,
) -> Result<Option<Vec<u8>>, Unevaluated> {
    let program = Program::compile(heap.text(source), Profile::Workflow)
        .map_err(Unevaluated::Source)?;
    let mark = heap.mark();
    let mut inputs =
        Inputs { heap: core::mem::take(heap), context, now, ..Inputs::default() };
    let mut json = Vec::new();
    let outcome = program
        .run(&mut inputs, &mut json)
        .map(|is_there| is_there.then_some(json))
        .map_err(|error| program.locate(error));
    *heap = inputs.heap;
    heap.reset(mark);
    outcome.map_err(Unevaluated::Run)
}

/// Memory that inputs have left, for the next ones: most are small, and asking for memory
/// would take as long as reading them.
#[derive(Default)]
pub struct Spare {
    heap: Heap,
    room: Room,
}

/// What an evaluation reads: context, bindings, clock and seed.
#[derive(Default)]
pub struct Inputs {
    heap: Heap,
    room: Room,
    context: Value,
    bindings: Option<Object>,
    now: Option<i64>,
    seed: Option<u64>,
}

impl Inputs {
    /// No context (undefined), no bindings.
    pub fn new() -> Self {
        Inputs::default()
    }

    /// The context from JSON text.
    pub fn from_json(context: &[u8]) -> Result<Self, Error> {
        Inputs::from_wanted(context, Wanted::Whole)
    }

    /// What a program reads of the context from JSON text; the rest of the text is checked
    /// and left out.
    pub fn from_json_read(context: &[u8], reads: &Reads) -> Result<Self, Error> {
        Inputs::from_wanted(context, Wanted::Parts(reads))
    }

    fn from_wanted(context: &[u8], wanted: Wanted<'_>) -> Result<Self> {
        let mut inputs = Inputs::default();
        let limits = ReadLimits::default();
        inputs.context = read_json(&mut inputs.heap, context, wanted, limits)?;
        Ok(inputs)
    }

    /// The context and bindings from members of a document's root object; a member that
    /// is absent means an undefined context or no bindings.
    pub fn from_document(document: Document, context: &str, bindings: &str) -> Self {
        let Document { heap, room, root } = document;
        let member = |name: &str| match root {
            Value::Object(object) => {
                heap.find_key(name.as_bytes()).and_then(|key| heap.member(object, key))
            }
            _ => None,
        };
        let context = member(context).unwrap_or_default();
        let bindings = match member(bindings) {
            Some(Value::Object(bindings)) => Some(bindings),
            _ => None,
        };
        Inputs { heap, room, context, bindings, ..Inputs::default() }
    }

    /// Leaves the memory to other inputs, but for what is much.
    pub fn into_spare(self) -> Spare {
        let Inputs { mut heap, mut room, .. } = self;
        heap.clear();
        room.shrink();
        Spare { heap, room }
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
    heap: Heap,
    room: Room,
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
        Document::read_wanted(json, Wanted::Whole, Spare::default())
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
        let Spare { mut heap, room } = spare;
        let root = read_json(&mut heap, json, wanted, ReadLimits::default())?;
        Ok(Document { heap, room, root })
    }

    /// The root value.
    pub fn root(&self) -> Node<'_> {
        Node { document: self, value: self.root }
    }

    /// The heap and the root value in it.
    pub(crate) fn into_parts(self) -> (Heap, Value) {
        (self.heap, self.root)
    }
}

impl<'a> Node<'a> {
    /// Whether it is what a member of a request must be.
    pub fn fits(self, kind: Kind) -> bool {
        kind.fits(&self.document.heap, self.value)
    }

    /// What it is.
    pub fn kind(self) -> NodeKind<'a> {
        let heap = &self.document.heap;
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
        let heap = &self.document.heap;
        let Value::Object(object) = self.value else { return None };
        let value = if heap.member_count(object) <= FEW_MEMBERS {
            let mut members = heap.members(object);
            members.find(|&(key, _)| heap.bytes(heap.name(key)) == name.as_bytes())?.1
        } else {
            heap.member(object, heap.find_key(name.as_bytes())?)?
        };
        Some(Node { value, ..self })
    }

    /// Keys and values of an object, in JavaScript's order; nothing otherwise.
    pub fn members(self) -> impl Iterator<Item = (Wtf8<'a>, Node<'a>)> {
        let heap = &self.document.heap;
        let object = match self.value {
            Value::Object(object) => Some(object),
            _ => None,
        };
        object.into_iter().flat_map(move |object| {
            heap.members(object).map(move |(key, value)| {
                (heap.text(heap.name(key)), Node { value, ..self })
            })
        })
    }

    /// Items of an array; nothing otherwise.
    pub fn items(self) -> impl Iterator<Item = Node<'a>> {
        let items = match self.value {
            Value::Array(array) => self.document.heap.items(array),
            _ => &[],
        };
        items.iter().map(move |&value| Node { value, ..self })
    }
}
