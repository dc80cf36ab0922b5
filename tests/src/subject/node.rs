//! The built npm package in a Node process that lives for the whole run: in Node itself,
//! or in the contexts in which a Temporal worker runs workflows. Beside it the module that
//! takes live values, which is another build of the engine.

use super::{
    Answer, Cost, Crash, Failure, Outcome, Reads, Request, Rounds, Subject, Verdict,
};
use crate::json::Json;
use crate::process::Responder;
use std::path::Path;
use std::time::Duration;

/// What must have been built, and by which task.
type Built = (&'static str, &'static str);

const PACKAGE: Built =
    (concat!(env!("CARGO_MANIFEST_DIR"), "/../npm/dist/index.js"), "npm");
const MODULE: Built = (
    concat!(env!("CARGO_MANIFEST_DIR"), "/../target/values/node/expr_wasm.js"),
    "parity",
);

/// The script for each kind of surroundings.
const NODE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/node/node.mjs");
const SANDBOX: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/node/sandbox.mjs");
const VALUES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/node/values.mjs");

pub(super) struct Node {
    name: &'static str,
    script: Responder,
}

impl Node {
    pub(super) fn start(time_limit: Duration) -> Result<Self, String> {
        Node::run("node", PACKAGE, NODE, time_limit)
    }

    pub(super) fn start_sandbox(time_limit: Duration) -> Result<Self, String> {
        Node::run("sandbox", PACKAGE, SANDBOX, time_limit)
    }

    pub(super) fn start_values(time_limit: Duration) -> Result<Self, String> {
        Node::run("values", MODULE, VALUES, time_limit)
    }

    fn run(
        name: &'static str,
        (built, task): Built,
        script: &'static str,
        time_limit: Duration,
    ) -> Result<Self, String> {
        if !Path::new(built).exists() {
            return Err(format!("{name} is not built; run `cargo xtask {task}`"));
        }
        let mut script = Responder::node(script, time_limit)?;
        // Whether the script runs at all: if not, every case would fail in its turn.
        let probe = r#"{"call":"validate","source":"1","profile":"workflow"}"#;
        script.ask(probe).map_err(|Crash(reason)| format!("{name}: {reason}"))?;
        Ok(Node { name, script })
    }
}

impl Subject for Node {
    fn name(&self) -> &'static str {
        self.name
    }

    fn evaluate(&mut self, request: &Request) -> Result<Answer, Crash> {
        let answer = self.script.ask(&evaluation_line(request))?;
        let number = |name| answer.get(name).and_then(Json::to_number);
        let cost = match (number("steps"), number("bytes")) {
            (Some(steps), Some(bytes)) => {
                Some(Cost { steps: whole(steps), bytes: whole(bytes) })
            }
            _ => None,
        };
        let outcome = match (answer.get("error"), answer.get("json")) {
            (Some(error), _) => {
                Outcome::Error(Box::new(Failure::from_document(error.clone())))
            }
            (None, Some(json)) => Outcome::Value(json.to_text().unwrap_or_default()),
            (None, None) => Outcome::Undefined,
        };
        Ok(Answer { outcome, cost })
    }

    fn validate(
        &mut self,
        source: &str,
        profile: &'static str,
    ) -> Result<Verdict, Crash> {
        let line =
            format!(r#"{{"call":"validate","source":{source},"profile":"{profile}"}}"#);
        let answer = self.script.ask(&line)?;
        Ok(Verdict {
            normalized: answer.get("normalized").cloned().unwrap_or(Json::Null),
            functions: answer.get("functions").cloned(),
            error: answer.get("error").cloned().map(Failure::from_document),
        })
    }

    fn decide(&mut self, request: &str) -> Result<Json, Crash> {
        let request = Json::text(request).to_canonical();
        let answer =
            self.script.ask(&format!(r#"{{"call":"decide","request":{request}}}"#))?;
        let document = answer.get("document").and_then(Json::to_text);
        Json::parse(&document.unwrap_or_default()).map_err(Crash)
    }

    fn memory(&mut self) -> Option<u64> {
        let answer = self.script.ask(r#"{"call":"memory"}"#).ok()?;
        answer.get("memory").and_then(Json::to_number).map(whole)
    }

    fn time(&mut self) -> Option<Duration> {
        let answer = self.script.ask(r#"{"call":"time"}"#).ok()?;
        let milliseconds = answer.get("milliseconds").and_then(Json::to_number)?;
        Duration::try_from_secs_f64(milliseconds / 1e3).ok()
    }
}

/// Context and bindings travel as text inside text: their bytes must reach the module.
fn evaluation_line(request: &Request) -> String {
    let Request { source, profile, .. } = request;
    let call = match request.rounds {
        Rounds::Every => "evaluate",
        Rounds::Once => "measure",
    };
    let mut line =
        format!(r#"{{"call":"{call}","source":{source},"profile":"{profile}""#);
    let mut add = |name: &str, json: Option<String>| {
        if let Some(json) = json {
            line.push_str(&format!(",\"{name}\":{json}"));
        }
    };
    add(
        "context",
        request.context.as_deref().map(|json| Json::text(json).to_canonical()),
    );
    add("live", request.live.map(|name| Json::text(name).to_canonical()));
    add("bindings", request.bindings.clone());
    add("now", request.now.map(|now| now.to_string()));
    add("seed", request.seed.map(|seed| seed.to_string()));
    add("steps", request.limits.steps.map(|steps| steps.to_string()));
    add("bytes", request.limits.bytes.map(|bytes| bytes.to_string()));
    add("depth", request.limits.depth.map(|depth| depth.to_string()));
    let all = request.reads == Reads::All;
    add("reads", all.then(|| Json::text("all").to_canonical()));
    line.push('}');
    line
}

/// A count that came as a JSON number.
fn whole(number: f64) -> u64 {
    format!("{number}").parse().unwrap_or(u64::MAX)
}
