//! Deadlines: what stops, what does not, and what stays usable.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::thread;
use std::time::{Duration, Instant};

use host_wasmtime::{
    Expr, Host, HostError, Inputs, Json, Limits, MappingInputs, MatchOptions, Profile,
    Settings,
};
use serde_json::{Value, json};

/// Runs for long, if nobody stops it.
fn endless(host: &Host) -> (Expr, Inputs) {
    let source = "($f := function($n){$n > 0 ? $f($n - 1) : 0}; $f(100000000))";
    let inputs = Inputs { limits: WIDE, ..Inputs::default() };
    (host.compile(source, Profile::Jsonata).unwrap(), inputs)
}

/// What a workflow can write that runs for long.
const ENDLESS_WORKFLOW: &str = "len([1..100000][len([1..100000][$ < 0]) > 0])";

const WIDE: Limits =
    Limits { steps: Some(u64::MAX >> 11), bytes: Some(1 << 50), depth: None };
const LONG: Duration = Duration::from_secs(600);
const SHORT: Duration = Duration::from_millis(10);
/// How late a busy machine may notice a deadline.
const SLACK: Duration = Duration::from_secs(20);

/// A host, the same with a short time, and with machine code for deadlines.
fn hosts() -> (Host, Host) {
    let settings = Settings { memory_bytes: 1 << 30, ..Settings::default() };
    let host = Host::with_settings(settings).unwrap();
    host.within(LONG).describe().unwrap();
    let short = host.within(SHORT);
    (host, short)
}

/// Sees that `call` is stopped close to its deadline, and its instance dropped.
fn assert_stopped<T>(
    host: &Host,
    name: &str,
    call: impl FnOnce() -> Result<T, HostError>,
) {
    let before = host.metrics();
    let started = Instant::now();
    let error = call().err();
    assert!(matches!(error, Some(HostError::Deadline)), "{name}: {error:?}");
    assert!(started.elapsed() < SLACK, "{name}: {:?}", started.elapsed());
    let after = host.metrics();
    assert_eq!(
        after.instances_dropped,
        before.instances_dropped.saturating_add(1),
        "{name}"
    );
    assert_eq!(
        after.errors_of("host"),
        before.errors_of("host").saturating_add(1),
        "{name}"
    );
}

fn parse(text: &str) -> Json {
    Json::parse(text).unwrap()
}

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
    assert!(started.elapsed() < SLACK);
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
    assert_eq!(
        error.to_string(),
        "X0202: the host stopped the module: its deadline has passed"
    );
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

#[test]
fn every_kind_of_call_is_stopped() {
    let (host, short) = hosts();
    let steps: Vec<Value> = (0..20_000)
        .map(|n| json!({"id": n.to_string(), "type": "x", "config": {"$expr": "a.b"}}))
        .collect();
    let definition = json!({ "steps": steps });
    let slow = parse(&json!({ "a": { "$expr": ENDLESS_WORKFLOW } }).to_string());
    let inputs = MappingInputs { limits: WIDE, ..MappingInputs::default() };
    let many = format!("[{}1]", "1,".repeat(49_000));
    let (expr, wide) = endless(&host);
    let exprs = [host.compile("1", Profile::Jsonata).unwrap(), expr];

    assert_stopped(&host, "a mapping", || short.resolve_mapping(&slow, &inputs));
    assert_stopped(&host, "a value", || short.resolve_value(&slow, None, &inputs));
    assert_stopped(&host, "a definition", || {
        short.check_document(&definition, &Value::Null)
    });
    assert_stopped(&host, "a batch", || short.evaluate_many(&exprs, &wide));
    assert_stopped(&host, "an expression of the host", || {
        short.compile(ENDLESS_WORKFLOW, Profile::Workflow)?.evaluate(&wide)
    });
    let none = host.within(Duration::ZERO);
    assert_stopped(&host, "compiling", || none.compile(&many, Profile::Jsonata));
    assert_stopped(&host, "a check", || none.check(&many, Profile::Jsonata));

    // What was stopped is usable again, and so is the host.
    let host = host.within(LONG);
    assert_eq!(host.evaluate_many(&exprs[..1], &wide).unwrap().len(), 1);
    host.compile(&many, Profile::Jsonata).unwrap();
    host.check_document(&definition, &Value::Null).unwrap();
}

#[test]
fn reading_a_context_is_stopped() {
    let (host, short) = hosts();
    let large = parse(&format!("[{}1]", "1,".repeat(3_000_000)));
    assert_stopped(&host, "a context", || short.context(Some(&large)));
    let mut context = host.within(LONG).context(Some(&large)).unwrap();
    let last = host.compile("$[-1]", Profile::Jsonata).unwrap();
    let result = context.evaluate(&last, &Inputs::default()).unwrap();
    assert_eq!(result.json.as_deref(), Some("1"));
}

#[test]
fn a_context_outlives_the_evaluation_that_is_stopped() {
    let (host, _) = hosts();
    // The expression has a host without a time: the context's own is what counts.
    let (slow, wide) = endless(&host);
    let small = host.compile("a + 1", Profile::Jsonata).unwrap();
    let time = Duration::from_millis(300);
    let mut context = host.within(time).context(Some(&parse(r#"{"a":1}"#))).unwrap();
    for _ in 0..2 {
        assert_stopped(&host, "over a context", || context.evaluate(&slow, &wide));
        let result = context.evaluate(&small, &Inputs::default()).unwrap();
        assert_eq!(result.json.as_deref(), Some("2"));
    }

    // An instance waits for the next call although the last deadline has passed meanwhile.
    thread::sleep(time);
    let before = host.metrics();
    drop(context);
    host.within(LONG).describe().unwrap();
    let after = host.metrics();
    assert_eq!(after.instances_dropped, before.instances_dropped);
    assert_eq!(after.instances_created, before.instances_created);
}

#[test]
fn looking_up_secrets_counts() {
    let (host, _) = hosts();
    let time = Duration::from_secs(2);
    let secrets = |_: &str| {
        thread::sleep(time);
        Ok("value".to_owned())
    };
    let mapping = json!({ "a": { "$secret": "A" }, "b": { "$expr": ENDLESS_WORKFLOW } });
    let mapping = parse(&mapping.to_string());
    let inputs =
        MappingInputs { secrets: Some(&secrets), limits: WIDE, ..Default::default() };
    let started = Instant::now();
    assert_stopped(&host, "a mapping", || {
        host.within(time).resolve_mapping(&mapping, &inputs)
    });
    assert!(started.elapsed() < 2 * time, "{:?}", started.elapsed());
}

/// What a host answers to calls of every kind, errors among them.
fn answers(host: &Host) -> Vec<String> {
    let compile = |source| host.compile(source, Profile::Workflow);
    let exprs = [compile("a + 1").unwrap(), compile("a & 1").unwrap()];
    let json = parse(r#"{"a":"b"}"#);
    let mut context = host.context(Some(&json)).unwrap();
    let inputs = Inputs { context: Some(json), ..Inputs::default() };
    let mapping = parse(r#"{"a":{"$expr":"a.b"},"s":{"$secret":"S"}}"#);
    let secrets = |name: &str| Ok(format!("the value of {name}"));
    let of_mapping = MappingInputs { secrets: Some(&secrets), ..Default::default() };
    let event = json!({"eventName": "TICKET_CREATED", "payload": {"ticketId": 7}});
    let action = json!({"action": "retry", "engine": "temporal", "status": "FAILED"});
    let step = json!({"id": "a", "type": "x", "config": {"all": {"$expr": "1 +"}}});
    let wait = parse(r#"{"eventName":"PAID","correlationKey":"7"}"#);
    let signals = parse(r#"[{"eventName":"PAID","correlationKey":"7"}]"#);
    let empty = Inputs::default();
    vec![
        format!("{:?}", host.describe()),
        format!("{:?}", compile("1 +").unwrap_err()),
        format!("{:?}", host.check("$eval('1')", Profile::Workflow)),
        format!("{:?}", host.evaluate_many(&exprs, &inputs)),
        format!("{:?}", exprs.each_ref().map(|expr| context.evaluate(expr, &empty))),
        format!("{:?}", host.resolve_mapping(&mapping, &of_mapping)),
        format!("{:?}", host.resolve_mapping(&mapping, &MappingInputs::default())),
        format!("{:?}", host.resolve_value(&mapping, Some("/x"), &of_mapping)),
        format!("{:?}", host.check_document(&json!({ "steps": [step] }), &Value::Null)),
        format!("{:?}", host.correlate(&event)),
        format!("{:?}", host.match_wait(&wait, &signals, MatchOptions::default())),
        format!("{:?}", host.decide_action(&action)),
        format!("{:?}", host.validate_wait(&json!({ "eventName": "PAID" }))),
        format!("{:?}", host.functions()),
        format!("{:?}", host.ask("none", &json!({}))),
    ]
}

#[test]
fn a_host_with_a_time_answers_like_one_without() {
    let host = Host::new().unwrap();
    let plain = answers(&host);
    assert_eq!(answers(&host.within(LONG)), plain);
    assert_eq!(answers(&host.within(Duration::MAX)), plain);
}
