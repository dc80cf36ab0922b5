//! What wasmtime costs beside the engine linked into the process: JSON text in, JSON text
//! out, the same work in both.

use super::measure::{calls, median, medians};
use super::workload::Workload;
use expr_core::{Inputs as NativeInputs, Profile as NativeProfile, Program};
use host_wasmtime::{Expr, Host, Inputs, Json, Limits, Profile, Settings};
use serde::Serialize;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Longer than any evaluation here takes.
const DEADLINE: Duration = Duration::from_secs(60);
/// Beyond what any workload takes.
const NATIVE_LIMITS: expr_core::Limits =
    expr_core::Limits { steps: 1 << 50, bytes: 1 << 50, depth: 5_000 };
const LIMITS: Limits = Limits { steps: Some(1 << 50), bytes: Some(1 << 50), depth: None };
/// How often a process is started.
const STARTS: usize = 40;

/// What the run found.
#[derive(Serialize)]
pub(crate) struct Report {
    rows: Vec<Row>,
    fresh_instance_us: f64,
    call_overhead_us: f64,
    start_over_empty_ms: Option<f64>,
}

#[derive(Serialize)]
struct Row {
    workload: String,
    native_ns: f64,
    wasmtime_ns: f64,
    deadline_ns: f64,
}

/// Times every workload, an instance, a call and a start.
pub(crate) fn run(workloads: &[Workload]) -> Result<Report, String> {
    let host = Host::new().map_err(|error| error.to_string())?;
    let rows: Result<Vec<Row>, String> =
        workloads.iter().map(|workload| timed(&host, workload)).collect();
    let small = Workload {
        name: "one".to_owned(),
        source: "1".to_owned(),
        context: "{}".to_owned(),
    };
    let small_row = timed(&host, &small)?;
    let settings = Settings { idle_instances: 0, ..Settings::default() };
    let fresh = Host::with_settings(settings).map_err(|error| error.to_string())?;
    let (expr, inputs) = prepared(&fresh, &small)?;
    let first = calls(|| drop(expr.evaluate(&inputs)));
    let fresh_ns = medians(&mut [first]).first().copied().unwrap_or(f64::NAN);
    Ok(Report {
        rows: rows?,
        fresh_instance_us: fresh_ns / 1e3,
        call_overhead_us: (small_row.wasmtime_ns - small_row.native_ns) / 1e3,
        start_over_empty_ms: start_over_empty(),
    })
}

fn timed(host: &Host, workload: &Workload) -> Result<Row, String> {
    let program =
        Program::compile(workload.source.as_str().into(), NativeProfile::Jsonata)
            .map_err(|error| format!("{}: {error}", workload.name))?;
    let native = || {
        let context = workload.context.as_bytes();
        let mut inputs = NativeInputs::new();
        inputs.read(context, program.reads()).ok()?;
        program.evaluate(&mut inputs, NATIVE_LIMITS).outcome.ok().flatten()
    };
    let (expr, inputs) = prepared(host, workload)?;
    let answered = expr.evaluate(&inputs).map_err(|error| error.to_string())?.json;
    let within =
        expr.evaluate_within(&inputs, DEADLINE).map_err(|it| it.to_string())?.json;
    let linked = native().and_then(|json| String::from_utf8(json).ok());
    if linked.is_none() || linked != answered || linked != within {
        return Err(format!("{}: the hosts answer differently", workload.name));
    }
    let times = medians(&mut [
        calls(|| drop(native())),
        calls(|| drop(expr.evaluate(&inputs))),
        calls(|| drop(expr.evaluate_within(&inputs, DEADLINE))),
    ]);
    let [native_ns, wasmtime_ns, deadline_ns] = times.as_slice() else {
        return Err("three candidates give three times".to_owned());
    };
    Ok(Row {
        workload: workload.name.clone(),
        native_ns: *native_ns,
        wasmtime_ns: *wasmtime_ns,
        deadline_ns: *deadline_ns,
    })
}

fn prepared(host: &Host, workload: &Workload) -> Result<(Expr, Inputs), String> {
    let told = |error: host_wasmtime::HostError| format!("{}: {error}", workload.name);
    let expr = host.compile(&workload.source, Profile::Jsonata).map_err(told)?;
    let context = Some(Json::parse(&workload.context).map_err(told)?);
    Ok((expr, Inputs { context, limits: LIMITS, ..Inputs::default() }))
}

/// Milliseconds from a start of the command to its first result, with machine code in its
/// cache, over those of a program that does nothing. Nothing where the command is not there.
fn start_over_empty() -> Option<f64> {
    let expr: PathBuf = std::env::current_exe().ok()?.with_file_name("expr");
    let wall = |program: &std::path::Path, arguments: &[&str]| {
        let started = Instant::now();
        let status =
            Command::new(program).args(arguments).stdout(Stdio::null()).status().ok()?;
        status.success().then(|| started.elapsed().as_secs_f64() * 1e3)
    };
    let evaluate = || wall(&expr, &["eval", "1 + 2"]);
    let empty = || wall(std::path::Path::new("true"), &[]);
    evaluate()?;
    let mut over = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        over.push(evaluate()? - empty()?);
    }
    Some(median(over))
}

/// Prints a line a workload and one for each of the rest; the last line is the summary.
pub(crate) fn print(report: &Report) {
    println!("{:20} {:>12} {:>9} {:>9}", "workload", "native ns", "wasmtime", "deadline");
    for row in &report.rows {
        let Row { workload, native_ns, wasmtime_ns, deadline_ns } = row;
        let (plain, timed) = (wasmtime_ns / native_ns, deadline_ns / native_ns);
        println!("{workload:20} {native_ns:12.0} {plain:8.2}x {timed:8.2}x");
    }
    println!("fresh instance and first evaluation: {:.1} us", report.fresh_instance_us);
    println!("call of a kept instance over native: {:.2} us", report.call_overhead_us);
    match report.start_over_empty_ms {
        Some(milliseconds) => {
            println!("start to first result over an empty program: {milliseconds:.2} ms");
        }
        None => {
            println!("start to first result: SKIPPED, the command `expr` is not built")
        }
    }
    let ratios = |of: fn(&Row) -> f64| {
        let ratios: Vec<f64> =
            report.rows.iter().map(|it| of(it) / it.native_ns).collect();
        (geometric_mean(&ratios), ratios.into_iter().fold(f64::NAN, f64::max))
    };
    let (plain, worst) = ratios(|row| row.wasmtime_ns);
    let (timed, worst_timed) = ratios(|row| row.deadline_ns);
    println!(
        "bench host: wasmtime {plain:.2}x native (at most {worst:.2}x), with a deadline \
         {timed:.2}x (at most {worst_timed:.2}x)"
    );
}

/// The mean of ratios.
fn geometric_mean(ratios: &[f64]) -> f64 {
    let sum: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    let count = u32::try_from(ratios.len()).unwrap_or(u32::MAX);
    (sum / f64::from(count)).exp()
}
