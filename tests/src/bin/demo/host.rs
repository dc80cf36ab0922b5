//! The hosts, each as a service or a program would use it.

use std::error::Error;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use expr_core::{Limits, Program, Wtf8};
use host_wasmtime::{Host, Json};
use serde_json::{Value, json};

use crate::plan::{Case, Plan};

/// The npm package in Node, and where a Temporal worker runs workflows.
const NODE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/node.mjs");
const SANDBOX: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/sandbox.mjs");

/// What a host answered.
pub(crate) struct Report {
    pub(crate) host: &'static str,
    /// The artifact that it loaded; the native engine loads none.
    pub(crate) digest: Option<String>,
    pub(crate) answers: Vec<Answer>,
}

/// An answer, or the error's code and message.
pub(crate) type Answer = Result<Evaluation, String>;

/// A value, what it cost, and how long it took.
pub(crate) struct Evaluation {
    pub(crate) json: String,
    pub(crate) steps: u64,
    pub(crate) bytes: u64,
    pub(crate) time: Duration,
}

/// The engine linked into this program.
pub(crate) fn native(plan: &Plan, repeat: usize) -> Report {
    let answers = plan.cases.iter().map(|case| native_answer(case, plan.now, repeat));
    Report { host: "native", digest: None, answers: answers.collect() }
}

fn native_answer(case: &Case, now: i64, repeat: usize) -> Answer {
    let source = Wtf8::from(case.source.as_str());
    let program =
        Program::compile(source, expr_core::Profile::Workflow).map_err(describe)?;
    let (evaluation, time) = measure(repeat, || {
        let mut inputs = expr_core::Inputs::from_json(case.context.as_bytes())?;
        inputs.set_now(Some(now));
        Ok(program.evaluate(&mut inputs, Limits::default()))
    })
    .map_err(describe)?;
    let json = evaluation.outcome.map_err(describe)?.unwrap_or_default();
    Ok(Evaluation {
        json: String::from_utf8_lossy(&json).into_owned(),
        steps: evaluation.spent.steps,
        bytes: evaluation.spent.bytes,
        time,
    })
}

fn describe(error: expr_core::Error) -> String {
    let message = error.message();
    let message = message.as_wtf8().to_str().unwrap_or("a text with lone surrogates");
    format!("{}: {message}", error.code())
}

/// The artifact, as a Rust service runs it.
pub(crate) fn wasmtime(plan: &Plan, repeat: usize) -> Result<Report, Box<dyn Error>> {
    let host = Host::new()?;
    let answers =
        plan.cases.iter().map(|case| wasmtime_answer(&host, case, plan.now, repeat));
    let digest = Some(host_wasmtime::DIGEST.to_owned());
    Ok(Report { host: "wasmtime", digest, answers: answers.collect() })
}

fn wasmtime_answer(host: &Host, case: &Case, now: i64, repeat: usize) -> Answer {
    let explain = |error: host_wasmtime::HostError| match error.engine() {
        Some(error) => format!("{}: {}", error.code, error.message),
        None => error.to_string(),
    };
    let expr =
        host.compile(&case.source, host_wasmtime::Profile::Workflow).map_err(explain)?;
    let (evaluation, time) = measure(repeat, || {
        let context = Some(Json::parse(&case.context)?);
        let now = Some(now);
        expr.evaluate(&host_wasmtime::Inputs { context, now, ..Default::default() })
    })
    .map_err(explain)?;
    Ok(Evaluation {
        json: evaluation.json.unwrap_or_default(),
        steps: evaluation.spent.steps,
        bytes: evaluation.spent.bytes,
        time,
    })
}

/// The artifact in the npm package in Node.
pub(crate) fn node(plan: &Plan, repeat: usize) -> Result<Report, Box<dyn Error>> {
    package("node", NODE, plan, repeat)
}

/// The artifact in the npm package in a workflow.
pub(crate) fn sandbox(plan: &Plan, repeat: usize) -> Result<Report, Box<dyn Error>> {
    package("sandbox", SANDBOX, plan, repeat)
}

/// A script has a process of its own and measures by itself.
fn package(
    host: &'static str,
    script: &str,
    plan: &Plan,
    repeat: usize,
) -> Result<Report, Box<dyn Error>> {
    let cases: Vec<Value> = plan
        .cases
        .iter()
        .map(|case| json!({ "source": case.source, "context": case.context }))
        .collect();
    let plan = json!({ "now": plan.now, "repeat": repeat, "cases": cases });
    let mut child = Command::new("node")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start `node`: {error}; install Node.js 20"))?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(plan.to_string().as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err("the npm package failed; what it says stands above".into());
    }
    let report: Value = serde_json::from_slice(&output.stdout)?;
    let answers = report.get("answers").and_then(Value::as_array);
    Ok(Report {
        host,
        digest: report.get("digest").and_then(Value::as_str).map(str::to_owned),
        answers: answers.into_iter().flatten().map(node_answer).collect(),
    })
}

fn node_answer(answer: &Value) -> Answer {
    if let Some(error) = answer.get("error").and_then(Value::as_str) {
        return Err(error.to_owned());
    }
    let number = |name| answer.get(name).and_then(Value::as_u64).unwrap_or_default();
    Ok(Evaluation {
        json: answer.get("json").and_then(Value::as_str).unwrap_or_default().to_owned(),
        steps: number("steps"),
        bytes: number("bytes"),
        time: Duration::from_nanos(number("nanoseconds")),
    })
}

/// Runs `work` again and again; the last result and the median time.
fn measure<T, E>(
    repeat: usize,
    mut work: impl FnMut() -> Result<T, E>,
) -> Result<(T, Duration), E> {
    let mut times = Vec::with_capacity(repeat);
    let mut result = work()?;
    for _ in 0..repeat {
        let started = Instant::now();
        result = work()?;
        times.push(started.elapsed());
    }
    times.sort_unstable();
    let median = times.get(repeat / 2).copied().unwrap_or_default();
    Ok((result, median))
}
