//! One instance of the artifact, used for a long time.

use crate::fixture::{Evaluate, Task, read_all};
use crate::subject::wasmtime::{document, inputs, profile};
use host_wasmtime::{Expr, Host, HostError, Inputs};
use std::path::PathBuf;

/// What WebAssembly grows memory by.
const PAGE: usize = 64 << 10;
/// Programs that the instance holds all the time.
const PROGRAMS: usize = 400;

/// What came of a soak.
#[derive(Debug)]
pub struct Soak {
    /// Evaluations.
    pub evaluations: usize,
    /// Linear memory after each program was evaluated once, in bytes.
    pub before: usize,
    /// Linear memory at the end.
    pub after: usize,
}

/// Evaluates the cases of a folder in turn, in one instance. An error says what changed:
/// an answer, the memory beyond a page, or the instance.
pub fn soak(folder: PathBuf, evaluations: usize) -> Result<Soak, String> {
    let cases = read_all(&[folder])?;
    let cases: Vec<Box<Evaluate>> = cases
        .into_iter()
        .filter_map(|case| match case.task {
            Task::Evaluate(evaluate) => Some(evaluate),
            _ => None,
        })
        .collect();
    let each = (cases.len() / PROGRAMS).max(1);
    let mixed: Vec<&Evaluate> = cases.iter().step_by(each).map(AsRef::as_ref).collect();
    let host = Host::new().map_err(|error| error.to_string())?;
    let compiled = compile(&host, &mixed)?;
    let first: Vec<String> = compiled.iter().map(answer).collect();
    let (before, created) =
        (host.metrics().memory_bytes, host.metrics().instances_created);
    let rounds = evaluations.div_ceil(compiled.len().max(1));
    for _ in 0..rounds {
        for (pair, first) in compiled.iter().zip(&first) {
            let now = answer(pair);
            if now != *first {
                return Err(format!("was {first}, is {now}"));
            }
        }
    }
    let metrics = host.metrics();
    if metrics.instances_created != created || metrics.instances_dropped != 0 {
        return Err(format!("the instance was replaced: {metrics:?}"));
    }
    let after = metrics.memory_bytes;
    if after.abs_diff(before) > PAGE {
        return Err(format!("the memory had {before} bytes and has {after}"));
    }
    let fresh = Host::new().map_err(|error| error.to_string())?;
    for (pair, used) in compile(&fresh, &mixed)?.iter().zip(&first) {
        let fresh = answer(pair);
        if fresh != *used {
            return Err(format!("a fresh instance answers {fresh}, not {used}"));
        }
    }
    Ok(Soak { evaluations: rounds * compiled.len(), before, after })
}

/// The programs of the cases that compile, with what they are evaluated over.
fn compile(host: &Host, cases: &[&Evaluate]) -> Result<Vec<(Expr, Inputs)>, String> {
    let mut compiled = Vec::new();
    for case in cases {
        let source = document(&case.request.source).map_err(|crash| crash.0)?;
        if let Ok(expr) = host.compile_json(&source, profile(case.request.profile)) {
            compiled
                .push((expr, inputs(&case.request).map_err(|error| error.to_string())?));
        }
    }
    Ok(compiled)
}

fn answer((expr, inputs): &(Expr, Inputs)) -> String {
    match expr.evaluate(inputs) {
        Ok(evaluation) => format!("{:?} {:?}", evaluation.json, evaluation.spent),
        Err(HostError::Engine(error)) => format!("{} {:?}", error.json(), error.spent),
        Err(error) => error.to_string(),
    }
}
