//! Compile, check, evaluate: the whole interface of the crate.

use crate::budget::{Budget, Limits, Spent};
use crate::compile::{Estimate, Library, compile, estimate, reads};
use crate::contract::{self, Normalized, Unevaluated, Validation, guard, validate};
use crate::error::{Error, ErrorKind, Result};
use crate::eval::{Given, Room, evaluate};
use crate::inputs::{Inputs, Memory};
use crate::program::Code;
use crate::reads::Reads;
use crate::syntax::{Tree, Word};
use crate::text::{Wtf8, Wtf8Buf};
use crate::value::{Heap, Text, Value, write_result};
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
        let given = Given {
            context: inputs.context,
            bindings: inputs.bindings.filter(|_| self.profile == Profile::Jsonata),
            now: inputs.now,
            seed: inputs.seed,
            library: self.profile.library(),
        };
        let Memory { heap, room } = &mut *inputs.memory;
        room.load(heap, &self.code);
        let mark = heap.mark();
        heap.budget = Budget::new(limits);
        let outcome = match self.run(heap, room, given, out) {
            Ok(false) if self.profile == Profile::Workflow => {
                Err(Error::from(ErrorKind::NotSerializable))
            }
            outcome => outcome.map_err(|error| self.locate(error)),
        };
        if outcome.is_err() {
            out.truncate(start);
        }
        let spent = heap.budget.spent();
        heap.reset(mark);
        (outcome, spent)
    }

    /// An error with its place in the source.
    fn locate(&self, error: Error) -> Error {
        let written = self.source.as_ref().map(Wtf8Buf::as_wtf8);
        let source = written.or_else(|| self.normalized.as_authored());
        self.normalized.locate(error, source.unwrap_or_default())
    }

    /// Gives whether there is a value, and its JSON text after what `out` holds.
    fn run(
        &self,
        heap: &mut Heap,
        room: &mut Room,
        given: Given,
        out: &mut Vec<u8>,
    ) -> Result<bool> {
        let value = evaluate(heap, room, given)?;
        if value.is_undefined() {
            return Ok(false);
        }
        let start = out.len();
        let finite = write_result(heap, value, out)?;
        if self.profile == Profile::Workflow {
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
    let given = Given {
        context,
        bindings: None,
        now,
        seed: None,
        library: Profile::Workflow.library(),
    };
    let mut room = Room::default();
    room.load(heap, &program.code);
    let mut json = Vec::new();
    let outcome = program
        .run(heap, &mut room, given, &mut json)
        .map(|is_there| is_there.then_some(json))
        .map_err(|error| program.locate(error));
    heap.reset(mark);
    outcome.map_err(Unevaluated::Run)
}
