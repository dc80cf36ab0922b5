//! The built npm package in a Node process that lives for the whole run: in Node itself,
//! or in the contexts in which a Temporal worker runs workflows.

use super::{Answer, Cost, Crash, Failure, Outcome, Request, Subject, Verdict};
use crate::json::Json;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/node");
const PACKAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../npm/dist/index.js");

pub(super) struct Node {
    /// Also the name of its script.
    name: &'static str,
    time_limit: Duration,
    /// Absent after it died or was given up; the next case starts another.
    process: Option<Process>,
}

struct Process {
    child: Child,
    requests: ChildStdin,
    answers: Receiver<String>,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be in an endless loop, in which it never sees that its input ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Node {
    pub(super) fn start(
        name: &'static str,
        time_limit: Duration,
    ) -> Result<Self, String> {
        if !Path::new(PACKAGE).exists() {
            return Err("npm/dist is not built; run `cargo xtask npm`".to_owned());
        }
        let mut node = Node { name, time_limit, process: None };
        // Whether the script runs at all: if not, every case would fail in its turn.
        let probe = r#"{"call":"validate","source":"1","profile":"workflow"}"#;
        node.ask(probe).map_err(|Crash(reason)| format!("{name}: {reason}"))?;
        Ok(node)
    }

    fn ask(&mut self, request: &str) -> Result<Json, Crash> {
        let mut process = match self.process.take() {
            Some(process) => process,
            None => Process::spawn(self.name).map_err(Crash)?,
        };
        let answer = process.ask(request, self.time_limit)?;
        self.process = Some(process);
        match answer.get("crash").and_then(Json::to_text) {
            Some(reason) => Err(Crash(reason)),
            None => Ok(answer),
        }
    }
}

impl Process {
    fn spawn(name: &str) -> Result<Self, String> {
        let mut child = Command::new("node")
            .arg(format!("{SCRIPTS}/{name}.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start `node`: {error}; install Node 20"))?;
        let (Some(requests), Some(stdout)) = (child.stdin.take(), child.stdout.take())
        else {
            return Err("`node` was started without pipes".to_owned());
        };
        let (lines, answers) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if lines.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Process { child, requests, answers })
    }

    fn ask(&mut self, request: &str, time_limit: Duration) -> Result<Json, Crash> {
        let sent =
            writeln!(self.requests, "{request}").and_then(|()| self.requests.flush());
        sent.map_err(|error| Crash(format!("the Node process has died: {error}")))?;
        match self.answers.recv_timeout(time_limit) {
            Ok(line) => Json::parse(&line).map_err(Crash),
            Err(RecvTimeoutError::Timeout) => {
                Err(Crash(format!("no answer within {time_limit:?}")))
            }
            Err(RecvTimeoutError::Disconnected) => {
                Err(Crash("the Node process has died".to_owned()))
            }
        }
    }
}

impl Subject for Node {
    fn name(&self) -> &'static str {
        self.name
    }

    fn evaluate(&mut self, request: &Request) -> Result<Answer, Crash> {
        let answer = self.ask(&evaluation_line(request))?;
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
        let answer = self.ask(&line)?;
        Ok(Verdict {
            normalized: answer.get("normalized").cloned().unwrap_or(Json::Null),
            functions: answer.get("functions").cloned(),
            error: answer.get("error").cloned().map(Failure::from_document),
        })
    }

    fn decide(&mut self, request: &str) -> Result<Json, Crash> {
        let request = Json::text(request).to_canonical();
        let answer = self.ask(&format!(r#"{{"call":"decide","request":{request}}}"#))?;
        let document = answer.get("document").and_then(Json::to_text);
        Json::parse(&document.unwrap_or_default()).map_err(Crash)
    }
}

/// Context and bindings travel as text inside text: their bytes must reach the module.
fn evaluation_line(request: &Request) -> String {
    let Request { source, profile, .. } = request;
    let mut line =
        format!(r#"{{"call":"evaluate","source":{source},"profile":"{profile}""#);
    let mut add = |name: &str, json: Option<String>| {
        if let Some(json) = json {
            line.push_str(&format!(",\"{name}\":{json}"));
        }
    };
    add(
        "context",
        request.context.as_deref().map(|json| Json::text(json).to_canonical()),
    );
    add("bindings", request.bindings.clone());
    add("now", request.now.map(|now| now.to_string()));
    add("seed", request.seed.map(|seed| seed.to_string()));
    add("steps", request.limits.steps.map(|steps| steps.to_string()));
    add("bytes", request.limits.bytes.map(|bytes| bytes.to_string()));
    add("depth", request.limits.depth.map(|depth| depth.to_string()));
    line.push('}');
    line
}

/// A count that came as a JSON number.
fn whole(number: f64) -> u64 {
    format!("{number}").parse().unwrap_or(u64::MAX)
}
