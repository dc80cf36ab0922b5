//! The implementations, each called as its documentation says.

use crate::hand::hand;
use crate::measure::{Candidate, calls, seconds};
use crate::workload::Workload;
use bumpalo::Bump;
use expr_core::{Inputs, Limits, Profile, Program};
use expr_peers::converted;
use jlens_core::{Bindings, Document, Options};
use jsonata_core::value::JValue;
use jsonata_rs::JsonAta;
use serde_json::Value;
use std::hint::black_box;

/// Beyond what any workload takes: all but jsonata-rs count something, and none may stop.
const LIMITS: Limits = Limits { steps: 1 << 50, bytes: 1 << 50, depth: 100_000 };

/// What is timed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// From a context that was read before to a result in the form in which it is given.
    Pre,
    /// From JSON text to JSON text.
    Json,
    /// From a source to what can be evaluated.
    Compile,
}

impl Mode {
    pub(crate) const ALL: [Mode; 3] = [Mode::Pre, Mode::Json, Mode::Compile];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Mode::Pre => "native-pre",
            Mode::Json => "native-json",
            Mode::Compile => "compile-native",
        }
    }
}

/// A value, nothing where there is none, or why there is no answer.
type Answer = Result<Option<Value>, String>;

/// An implementation that has answered a workload and can be timed on it.
pub(crate) struct Entrant<'a> {
    /// What it answered; nothing where it only compiles.
    pub(crate) answer: Option<Option<Value>>,
    pub(crate) candidate: Candidate<'a>,
}

/// An entrant, nothing where the implementation takes no part, or why it cannot.
type Entered<'a> = Result<Option<Entrant<'a>>, String>;

/// Prepares a workload for one implementation.
type Enter = for<'a> fn(&'a Workload, Mode) -> Entered<'a>;

/// Every implementation, ours first.
pub(crate) const ENGINES: [(&str, Enter); 5] = [
    ("ours", ours),
    ("hand", written),
    ("jsonata-core", jsonata_core),
    ("jlens-core", jlens_core),
    ("jsonata-rs", jsonata_rs),
];

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn parsed(text: Option<String>) -> Answer {
    text.map(|text| serde_json::from_str(&text).map_err(told)).transpose()
}

/// Answers by `run` and is timed on it; `read` makes JSON of what it gives.
fn entrant<'a, T>(
    mut run: impl FnMut() -> Result<T, String> + 'a,
    read: impl FnOnce(T) -> Answer,
) -> Entered<'a> {
    let answer = Some(read(run()?)?);
    let candidate = calls(move || drop(black_box(run())));
    Ok(Some(Entrant { answer, candidate }))
}

fn compiling<'a, T>(compile: impl Fn() -> T + 'a) -> Entered<'a> {
    let candidate = calls(move || drop(black_box(compile())));
    Ok(Some(Entrant { answer: None, candidate }))
}

fn ours(workload: &Workload, mode: Mode) -> Entered<'_> {
    let context = workload.context.as_bytes();
    let compile = || Program::compile(workload.source.as_str().into(), Profile::Jsonata);
    let program = compile().map_err(told)?;
    match mode {
        Mode::Pre => {
            let mut inputs = Inputs::from_json(context).map_err(told)?;
            into_buffer(move |out| evaluate(&program, &mut inputs, out))
        }
        Mode::Json => {
            let mut inputs = Inputs::new();
            into_buffer(move |out| {
                inputs.read(context, program.reads()).map_err(told)?;
                evaluate(&program, &mut inputs, out)
            })
        }
        Mode::Compile => compiling(compile),
    }
}

/// Whether there is a value, whose JSON text is then in the buffer.
fn evaluate(
    program: &Program,
    inputs: &mut Inputs,
    out: &mut Vec<u8>,
) -> Result<bool, String> {
    program.evaluate_into(inputs, LIMITS, out).0.map_err(told)
}

/// Answers by `run` and is timed on it, each time in the same buffer.
fn into_buffer<'a>(
    mut run: impl FnMut(&mut Vec<u8>) -> Result<bool, String> + 'a,
) -> Entered<'a> {
    let mut out = Vec::new();
    let answer = match run(&mut out)? {
        true => Some(serde_json::from_slice(&out).map_err(told)?),
        false => None,
    };
    let candidate = calls(move || {
        out.clear();
        drop(black_box(run(&mut out)));
        black_box(&out);
    });
    Ok(Some(Entrant { answer: Some(answer), candidate }))
}

fn written(workload: &Workload, mode: Mode) -> Entered<'_> {
    let Some(hand) = hand(&workload.name) else { return Ok(None) };
    let context = || serde_json::from_str::<Value>(&workload.context).map_err(told);
    let answer = move |context: &Value| hand(context).ok_or("a member is missing");
    match mode {
        Mode::Pre => {
            let context = context()?;
            entrant(move || answer(&context).map_err(told), |value| Ok(Some(value)))
        }
        Mode::Json => {
            let run = move || {
                serde_json::to_string(&answer(&context()?)?).map(Some).map_err(told)
            };
            entrant(run, parsed)
        }
        Mode::Compile => Ok(None),
    }
}

fn jsonata_core(workload: &Workload, mode: Mode) -> Entered<'_> {
    let compile = || jsonata_core::Expression::compile(&workload.source);
    let expression = compile().map_err(told)?;
    let context = || JValue::from_json_str(&workload.context).map_err(told);
    let text = |value: JValue| match value.is_undefined() {
        true => Ok(None),
        false => value.to_json_string().map(Some).map_err(told),
    };
    match mode {
        Mode::Pre => {
            let context = context()?;
            let run = move || expression.evaluate(&context).map_err(told);
            entrant(run, |value| parsed(text(value)?))
        }
        Mode::Json => {
            let run = move || text(expression.evaluate(&context()?).map_err(told)?);
            entrant(run, parsed)
        }
        Mode::Compile => compiling(compile),
    }
}

fn jlens_core(workload: &Workload, mode: Mode) -> Entered<'_> {
    let compile = || jlens_core::Expression::compile(&workload.source);
    let expression = compile().map_err(told)?;
    let (bindings, options) = (Bindings::new(), Options::default());
    match mode {
        Mode::Pre => {
            let context = Document::parse(&workload.context).map_err(told)?;
            let run = move || {
                expression.evaluate_document(&context, &bindings, &options).map_err(told)
            };
            entrant(run, Ok)
        }
        Mode::Json => {
            let reads = expression.reads();
            let run = move || {
                let context = match reads.input() {
                    Some(read) => Document::parse_cut(&workload.context, read),
                    None => Document::parse(&workload.context),
                };
                let value = expression
                    .evaluate_document(&context.map_err(told)?, &bindings, &options)
                    .map_err(told)?;
                value.map(|value| serde_json::to_string(&value).map_err(told)).transpose()
            };
            entrant(run, parsed)
        }
        Mode::Compile => compiling(compile),
    }
}

/// Its values live in an arena that only grows, so each batch has one of its own.
fn jsonata_rs(workload: &Workload, mode: Mode) -> Entered<'_> {
    let answer = match mode {
        Mode::Compile => None,
        Mode::Pre => {
            let arena = Bump::new();
            let value =
                peer(workload, mode, &arena)?.evaluate(None, None).map_err(told)?;
            Some((!value.is_undefined()).then(|| converted(value)))
        }
        Mode::Json => {
            let arena = Bump::new();
            let expression = peer(workload, mode, &arena)?;
            let value =
                expression.evaluate(Some(&workload.context), None).map_err(told)?;
            Some(parsed((!value.is_undefined()).then(|| value.serialize(false)))?)
        }
    };
    let batch = move |times| {
        let arena = Bump::new();
        let Ok(expression) = peer(workload, mode, &arena) else { return f64::NAN };
        let text = Some(workload.context.as_str());
        match mode {
            Mode::Pre => seconds(times, || {
                drop(black_box(expression.evaluate(None, None)));
            }),
            Mode::Json => seconds(times, || {
                let value = expression.evaluate(text, None);
                drop(black_box(value.map(|value| value.serialize(false))));
            }),
            Mode::Compile => seconds(times, || {
                drop(black_box(JsonAta::new(&workload.source, &arena)));
            }),
        }
    };
    Ok(Some(Entrant { answer, candidate: Box::new(batch) }))
}

/// What was read before is a variable: an evaluation takes its context as text alone.
fn peer<'a>(
    workload: &Workload,
    mode: Mode,
    arena: &'a Bump,
) -> Result<JsonAta<'a>, String> {
    if mode != Mode::Pre {
        return JsonAta::new(&workload.source, arena).map_err(told);
    }
    let source = format!("$context.({})", workload.source);
    let expression = JsonAta::new(&source, arena).map_err(told)?;
    let context = JsonAta::new(&workload.context, arena).map_err(told)?;
    expression.assign_var("context", context.evaluate(None, None).map_err(told)?);
    Ok(expression)
}
