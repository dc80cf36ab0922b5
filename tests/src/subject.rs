//! The thing under test, whichever host it runs on.

mod isolated;
mod native;
mod node;
#[cfg(feature = "wasmtime")]
pub(crate) mod wasmtime;

use crate::compare::describe_outcome;
use crate::json::Json;
use serde::{Deserialize, Serialize};
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
    /// How much of the context is read.
    pub reads: Reads,
    /// How often it is evaluated.
    pub rounds: Rounds,
    /// The name of a live object of tests/node/live.mjs, in place of a context.
    pub live: Option<&'static str>,
}

/// How often a request is evaluated, which must make no difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounds {
    /// In every way that the host has.
    #[default]
    Every,
    /// Once, so that time and memory are those of one evaluation.
    Once,
}

/// How much of a context an evaluation reads, which must make no difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reads {
    /// What the program can look at.
    #[default]
    Needed,
    /// Everything.
    All,
}

/// Limits that differ from the engine's defaults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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

impl Answer {
    /// Everything that is compared between hosts: the outcome, all members of an error,
    /// the cost.
    pub fn describe(&self) -> String {
        let mut out = format!("{}, {:?}", describe_outcome(&self.outcome), self.cost);
        if let Outcome::Error(failure) = &self.outcome {
            out.push_str(&format!(" {}", failure.rest.to_canonical()));
        }
        out
    }
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
    /// What the last case took, where the subject knows better than who asked.
    fn time(&mut self) -> Option<Duration> {
        None
    }
}

/// What a subject answers over the part of the context that the program reads. Over the
/// whole context it must answer the same, at the same cost; if it does not, it has failed.
pub fn evaluate_both_ways(
    subject: &mut dyn Subject,
    request: &Request,
) -> Result<Answer, Crash> {
    let needed = subject.evaluate(request)?;
    let all = subject.evaluate(&Request { reads: Reads::All, ..request.clone() })?;
    agreed(&[("over what is read", &needed), ("over everything", &all)])?;
    Ok(needed)
}

/// Fails unless all ways to the same answer gave the same.
fn agreed(answers: &[(&str, &Answer)]) -> Result<(), Crash> {
    let Some((_, first)) = answers.first() else { return Ok(()) };
    if answers.iter().all(|(_, answer)| answer == first) {
        return Ok(());
    }
    let told: Vec<String> = answers
        .iter()
        .map(|(way, answer)| format!("{way} {}", answer.describe()))
        .collect();
    Err(Crash(format!("answers differ: {}", told.join("; "))))
}

/// The names of all subjects, in the order in which they report.
pub const NAMES: [&str; 5] = ["native", "wasmtime", "node", "sandbox", "values"];

/// Starts the subject with that name. A case may take `time_limit`.
pub fn start(name: &str, time_limit: Duration) -> Result<Box<dyn Subject>, String> {
    match name {
        "native" => Ok(Box::new(isolated::Isolated::start("native", time_limit, || {
            Ok(Box::new(native::Native))
        }))),
        #[cfg(feature = "wasmtime")]
        "wasmtime" => {
            Ok(Box::new(isolated::Isolated::start("wasmtime", time_limit, || {
                Ok(Box::new(wasmtime::Wasmtime::start()?))
            })))
        }
        "node" => Ok(Box::new(node::Node::start(time_limit)?)),
        "sandbox" => Ok(Box::new(node::Node::start_sandbox(time_limit)?)),
        "values" => Ok(Box::new(node::Node::start_values(time_limit)?)),
        _ => Err(format!("unknown subject `{name}`; there are {}", NAMES.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spends a step more where everything is read, if its source says so.
    struct Careless;

    impl Subject for Careless {
        fn name(&self) -> &'static str {
            "careless"
        }

        fn evaluate(&mut self, request: &Request) -> Result<Answer, Crash> {
            let more = request.source == "careless" && request.reads == Reads::All;
            let cost = Cost { steps: 1 + u64::from(more), bytes: 0 };
            Ok(Answer { outcome: Outcome::Undefined, cost: Some(cost) })
        }

        fn validate(&mut self, _: &str, _: &'static str) -> Result<Verdict, Crash> {
            Err(Crash("unused".to_owned()))
        }

        fn decide(&mut self, _: &str) -> Result<Json, Crash> {
            Err(Crash("unused".to_owned()))
        }
    }

    #[test]
    fn a_step_that_projection_spares_is_a_failure() {
        let ask = |source: &str| {
            let request = Request { source: source.to_owned(), ..Request::default() };
            evaluate_both_ways(&mut Careless, &request)
        };
        assert!(ask("careful").is_ok());
        let Err(Crash(reason)) = ask("careless") else { panic!("nothing was noticed") };
        assert!(reason.starts_with("answers differ: over what is read"), "{reason}");
    }
}
