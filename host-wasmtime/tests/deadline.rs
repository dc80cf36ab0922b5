//! Deadlines: what stops, what does not, and what stays usable.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::thread;
use std::time::{Duration, Instant};

use host_wasmtime::{Expr, Host, HostError, Inputs, Limits, Profile};

/// Runs for long, if nobody stops it.
fn endless(host: &Host) -> (Expr, Inputs) {
    let source = "($f := function($n){$n > 0 ? $f($n - 1) : 0}; $f(100000000))";
    let limits =
        Limits { steps: Some(u64::MAX >> 11), bytes: Some(1 << 50), depth: None };
    let inputs = Inputs { limits, ..Inputs::default() };
    (host.compile(source, Profile::Jsonata).unwrap(), inputs)
}

const LONG: Duration = Duration::from_secs(600);

#[test]
fn an_evaluation_is_stopped_and_its_instance_dropped() {
    let host = Host::new().unwrap();
    let (expr, inputs) = endless(&host);
    // The machine code is compiled before the clock is looked at.
    host.compile("1", Profile::Jsonata)
        .unwrap()
        .evaluate_within(&Inputs::default(), LONG)
        .unwrap();
    let (started, time) = (Instant::now(), Duration::from_millis(50));
    let error = expr.evaluate_within(&inputs, time).unwrap_err();
    assert!(matches!(error, HostError::Deadline), "{error}");
    assert!(started.elapsed() >= time);
    assert!(started.elapsed() < Duration::from_secs(20));
    let metrics = host.metrics();
    assert_eq!((metrics.instances_dropped, metrics.errors_of("host")), (1, 1));

    let small = host.compile("1 + 1", Profile::Jsonata).unwrap();
    let result = small.evaluate_within(&Inputs::default(), LONG).unwrap();
    assert_eq!(result.json.as_deref(), Some("2"));
}

#[test]
fn the_error_says_whether_budget_or_deadline_stopped_it() {
    let host = Host::new().unwrap();
    let (expr, mut inputs) = endless(&host);
    inputs.limits.steps = Some(1000);
    let error = expr.evaluate_within(&inputs, LONG).unwrap_err();
    assert_eq!(
        (error.class(), error.engine().unwrap().code.as_str()),
        ("budget", "R0001")
    );
    inputs.limits.steps = Some(u64::MAX >> 11);
    let error = expr.evaluate_within(&inputs, Duration::from_millis(5)).unwrap_err();
    assert_eq!(error.class(), "host");
    assert_eq!(error.to_string(), "the host stopped the module: its deadline has passed");
}

#[test]
fn a_deadline_changes_no_answer() {
    let host = Host::new().unwrap();
    for source in ["$map([1..500], function($v){$v * 2})", "1 + 'a'", "$error('x')", "a"]
    {
        let expr = host.compile(source, Profile::Jsonata).unwrap();
        let [plain, timed] = [
            expr.evaluate(&Inputs::default()),
            expr.evaluate_within(&Inputs::default(), LONG),
        ]
        .map(|it| format!("{it:?}"));
        assert_eq!(plain, timed);
    }
    // Longer than the clock can count is no deadline.
    let expr = host.compile("1", Profile::Jsonata).unwrap();
    expr.evaluate_within(&Inputs::default(), Duration::MAX).unwrap();
}

#[test]
fn a_deadline_stops_no_one_else() {
    let host = Host::new().unwrap();
    let (stopped, inputs) = endless(&host);
    let steady = host.compile("$sum([1..20000].($ * 2))", Profile::Jsonata).unwrap();
    thread::scope(|scope| {
        for milliseconds in [1, 20, 60] {
            let (stopped, inputs) = (&stopped, &inputs);
            scope.spawn(move || {
                for _ in 0..3 {
                    let time = Duration::from_millis(milliseconds);
                    let result = stopped.evaluate_within(inputs, time);
                    assert!(matches!(result, Err(HostError::Deadline)));
                }
            });
        }
        scope.spawn(|| {
            for time in [LONG, LONG, Duration::MAX] {
                let result = steady.evaluate_within(&Inputs::default(), time).unwrap();
                assert_eq!(result.json.as_deref(), Some("400020000"));
            }
        });
    });
}
