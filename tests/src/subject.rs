//! The thing under test, whichever host it runs on.

mod isolated;
mod native;
mod node;
mod wasmtime;

use crate::json::Json;
use std::time::Duration;

/// An evaluation, in the terms of docs/wire.md. Documents are JSON text.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The source as a JSON string, so that lone surrogates survive.
    pub source: String,
    /// `workflow` or `jsonata`.
    pub profile: &'static str,
    /// The context; absent means undefined.
    pub context: Option<String>,
    /// Variables.
    pub bindings: Option<String>,
    /// Milliseconds since 1970 in UTC.
    pub now: Option<i64>,
    /// For `$random` and `$shuffle`.
    pub seed: Option<u64>,
    /// What the evaluation may use up.
    pub limits: Limits,
}

/// Limits that differ from the engine's defaults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Steps.
    pub steps: Option<u64>,
    /// Bytes of values built.
    pub bytes: Option<u64>,
    /// Nested lambda calls.
    pub depth: Option<u32>,
}

/// What a subject answers to a [`Request`].
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The value, nothing, or an error.
    pub outcome: Outcome,
    /// Absent when the source did not compile.
    pub cost: Option<Cost>,
}

/// The two numbers that every host must agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Steps.
    pub steps: u64,
    /// Bytes.
    pub bytes: u64,
}

/// How an evaluation ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The engine's own JSON text, byte for byte.
    Value(String),
    /// No value.
    Undefined,
    /// An error.
    Error(Box<Failure>),
}

/// An error with every member that docs/wire.md gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The class.
    pub class: String,
    /// The code.
    pub code: String,
    /// All the other members.
    pub rest: Json,
}

impl Failure {
    /// An error from the members that travel: `document` is ERROR of docs/wire.md.
    pub fn from_document(document: Json) -> Failure {
        let text = |name| document.get(name).and_then(Json::to_text).unwrap_or_default();
        Failure { class: text("class"), code: text("code"), rest: document }
    }

    /// A member of the error.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.rest.get(name)
    }
}

/// What a subject answers when it only validates.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The source after normalization.
    pub normalized: Json,
    /// The names that it calls, as an array, if the walk came to its end.
    pub functions: Option<Json>,
    /// The first violation.
    pub error: Option<Failure>,
}

/// A subject that did not answer: it panicked, died, or took too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crash(pub String);

/// The thing under test.
pub trait Subject {
    /// Its name on command lines and in reports.
    fn name(&self) -> &'static str;
    /// Compiles and evaluates.
    fn evaluate(&mut self, request: &Request) -> Result<Answer, Crash>;
    /// Validates `source`, a JSON string.
    fn validate(&mut self, source: &str, profile: &'static str)
    -> Result<Verdict, Crash>;
    /// The result document of a request of `decide`.
    fn decide(&mut self, request: &str) -> Result<Json, Crash>;
    /// Linear memory of the instance that ran the last case, in bytes, where there is one.
    fn memory(&mut self) -> Option<u64> {
        None
    }
}

/// The names of all subjects, in the order in which they report.
pub const NAMES: [&str; 4] = ["native", "wasmtime", "node", "sandbox"];

/// Starts the subject with that name. A case may take `time_limit`.
pub fn start(name: &str, time_limit: Duration) -> Result<Box<dyn Subject>, String> {
    match name {
        "native" => Ok(Box::new(isolated::Isolated::start("native", time_limit, || {
            Ok(Box::new(native::Native))
        }))),
        "wasmtime" => {
            Ok(Box::new(isolated::Isolated::start("wasmtime", time_limit, || {
                Ok(Box::new(wasmtime::Wasmtime::start()?))
            })))
        }
        "node" => Ok(Box::new(node::Node::start(time_limit)?)),
        "sandbox" => Ok(Box::new(node::Node::start_sandbox(time_limit)?)),
        _ => Err(format!("unknown subject `{name}`; there are {}", NAMES.join(", "))),
    }
}
