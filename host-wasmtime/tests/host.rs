//! The library: instances come and go, expressions stay.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::thread;

use host_wasmtime::{
    Host, HostError, Inputs, Json, Limits, MappingInputs, MatchOptions, Profile, Settings,
};

fn inputs(context: &str) -> Inputs {
    Inputs { context: Some(Json::parse(context).unwrap()), ..Inputs::default() }
}

#[test]
fn expressions_work_from_every_thread_at_once() {
    let host = Host::new().unwrap();
    let expr = host.compile("a.b + 1", Profile::Workflow).unwrap();
    thread::scope(|scope| {
        for n in 0..8 {
            let expr = &expr;
            scope.spawn(move || {
                let inputs = inputs(&format!(r#"{{"a":{{"b":{n}}}}}"#));
                let result = expr.evaluate(&inputs).unwrap();
                assert_eq!(result.json, Some((n + 1).to_string()));
            });
        }
    });
}

/// What a signal carries is never read on this side: neither its depth nor its text matters.
#[test]
fn a_wait_matches_whatever_a_payload_holds() {
    let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
    let payload = format!(r#"{{"deep":{deep},"half":"\ud800"}}"#);
    let signals = format!(r#"[{{"eventName":"E","payload":{payload}}}]"#);
    let signals = Json::parse(&signals).unwrap();
    let wait = Json::parse(r#"{"eventName": "E"}"#).unwrap();
    let host = Host::new().unwrap();
    let now = Some(1_772_600_767_089);
    let options = MatchOptions { now, ..MatchOptions::default() };
    let found = host.match_wait(&wait, &signals, options).unwrap();
    assert_eq!(found.index, 0);
    let normalized: String = found.normalized.iter().map(Json::as_str).collect();
    assert!(normalized.contains(&payload), "{normalized}");
    assert!(normalized.contains("2026-03-04T05:06:07.089Z"), "{normalized}");

    let limits = Limits { steps: Some(1), ..Limits::default() };
    let options = MatchOptions { limits, ..MatchOptions::default() };
    let refused = host.match_wait(&wait, &signals, options).unwrap_err();
    assert_eq!(refused.engine().unwrap().code, "R0001");
}

#[test]
fn a_mapping_carries_every_text_and_depth() {
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let mapping = format!(
        r#"{{"half":"\ud800","a/b":[{{"$expr":"payload.half"}}],"\ud800":{{"$secret":"K"}},"deep":{deep}}}"#
    );
    let secrets = |name: &str| Ok(format!("<{name}>"));
    let inputs = MappingInputs {
        context: Some(Json::parse(r#"{"payload":{"half":"\udfff"}}"#).unwrap()),
        secrets: Some(&secrets),
        ..MappingInputs::default()
    };
    let host = Host::new().unwrap();
    let mapping = Json::parse(&mapping).unwrap();
    let resolved = host.resolve_mapping(&mapping, &inputs).unwrap();
    let expected =
        format!(r#"{{"half":"\ud800","a/b":["\udfff"],"\ud800":"<K>","deep":{deep}}}"#);
    assert_eq!(resolved.value.as_str(), expected);
    assert_eq!(resolved.redaction_paths.len(), 1);
    let value = Json::parse(&format!(r#"[{{"$secret":"K"}},{expected}]"#)).unwrap();
    assert!(host.resolve_value(&value, Some("/base"), &inputs).is_ok());
}

#[test]
fn a_secret_before_a_failure_is_redacted() {
    let secrets = |name: &str| match name {
        "K" => Ok("s3cr3t".to_owned()),
        _ => Err("no such secret".to_owned()),
    };
    let inputs = MappingInputs { secrets: Some(&secrets), ..MappingInputs::default() };
    let host = Host::new().unwrap();
    for bad in [r#"{"$expr":"1 +"}"#, r#"{"$expr":"1 + \"a\""}"#, r#"{"$secret":"N"}"#] {
        let mapping = format!(r#"{{"k":[{{"$secret":"K"}}],"bad":{bad}}}"#);
        let mapping = Json::parse(&mapping).unwrap();
        let failed = host.resolve_mapping(&mapping, &inputs).unwrap_err();
        assert_eq!(failed.engine().unwrap().redaction_paths, ["/k/0"], "{bad}");
    }
}

#[test]
fn what_a_value_cannot_hold_is_an_error_that_names_its_place() {
    let place = |json: &str| match Json::parse(json).unwrap().to_value() {
        Err(HostError::NoValue { pointer, .. }) => pointer,
        other => unreachable!("{other:?}"),
    };
    assert_eq!(place(r#""\ud800""#), "");
    assert_eq!(
        place(r#"{"x":[1,{"y,}":"]"}],"a~/b":[0,["\\\"","\ud800"]]}"#),
        "/a~0~1b/1/1"
    );
    assert_eq!(place("{\n\"a\": 1,\n\"b\": \"\\ud800\"}"), "/b");
    let deep = format!(r#"{{"d":{}1{}}}"#, "[".repeat(127), "]".repeat(127));
    assert!(place(&deep).starts_with("/d/0/0/0"));
    let held = format!("{}1{}", "[".repeat(127), "]".repeat(127));
    assert!(Json::parse(&held).unwrap().to_value().is_ok());

    let host = Host::new().unwrap();
    let event = r#"{"eventName":"TICKET_CREATED","payload":{"ticketId":"\ud800"}}"#;
    let event = Json::parse(event).unwrap();
    let found = host.ask_json("correlation", &event).unwrap();
    assert!(found.as_str().contains(r#""keys":["\ud800"]"#), "{found:?}");
    let refused = found.to_value().unwrap_err();
    assert_eq!(refused.class(), "transport");
    assert!(refused.to_string().contains("W0201 at `/key`"), "{refused}");
    let refused = host.ask_json("expand", &Json::parse("[]").unwrap()).unwrap_err();
    assert_eq!(refused.class(), "transport");
}

#[test]
fn an_evicted_program_is_compiled_again() {
    let host = Host::new().unwrap();
    let first = host.compile("1", Profile::Workflow).unwrap();
    let others: Vec<_> = (0..1100)
        .map(|n| host.compile(&n.to_string(), Profile::Workflow).unwrap())
        .collect();
    for (n, expr) in others.iter().enumerate().take(100) {
        assert_eq!(expr.evaluate(&Inputs::default()).unwrap().json, Some(n.to_string()));
    }
    assert_eq!(first.evaluate(&Inputs::default()).unwrap().json.as_deref(), Some("1"));
}

#[test]
fn expressions_survive_a_trap() {
    let settings = Settings { memory_bytes: 4 << 20, ..Settings::default() };
    let host = Host::with_settings(settings).unwrap();
    let expr = host.compile("len(a)", Profile::Workflow).unwrap();
    let large = format!(r#"{{"a":"{}"}}"#, "x".repeat(8 << 20));
    let error = expr.evaluate(&inputs(&large)).unwrap_err();
    assert!(matches!(error, HostError::Trap(_)), "{error}");
    assert_eq!(error.class(), "host");
    let result = expr.evaluate(&inputs(r#"{"a":"xyz"}"#)).unwrap();
    assert_eq!(result.json.as_deref(), Some("3"));
    assert_eq!(host.metrics().instances_created, 2);
}

#[test]
fn an_instance_that_one_evaluation_has_grown_is_dropped() {
    let host = Host::new().unwrap();
    let large = host.compile("$count([1..400000])", Profile::Jsonata).unwrap();
    let small = host.compile("1 + 1", Profile::Jsonata).unwrap();
    for _ in 0..2 {
        let result = large.evaluate(&Inputs::default()).unwrap();
        assert_eq!(result.json.as_deref(), Some("400000"));
        assert!(host.metrics().memory_bytes > 8 << 20);
        let result = small.evaluate(&Inputs::default()).unwrap();
        assert_eq!(result.json.as_deref(), Some("2"));
        assert!(host.metrics().memory_bytes <= 1 << 20);
    }
    assert_eq!(host.metrics().instances_dropped, 2);
}

#[test]
fn an_error_tells_what_was_spent() {
    let host = Host::new().unwrap();
    let expr = host.compile("[1..1000].($ * 2)", Profile::Workflow).unwrap();
    let limits = Limits { steps: Some(100), ..Limits::default() };
    let error = expr.evaluate(&Inputs { limits, ..Inputs::default() }).unwrap_err();
    let error = error.engine().unwrap();
    assert_eq!(error.class, "budget");
    assert!(error.spent.steps <= 100, "{error:?}");
}

#[test]
fn every_limit_can_be_set() {
    let host = Host::new().unwrap();
    let none = Limits::default();
    for (source, limits, code) in [
        ("[1..1000].($ * 2)", Limits { steps: Some(100), ..none }, "R0001"),
        ("[1..1000]", Limits { bytes: Some(100), ..none }, "R0002"),
        (
            "($f := function($n){1 + $f($n)}; $f(1))",
            Limits { depth: Some(100), ..none },
            "R0003",
        ),
    ] {
        let expr = host.compile(source, Profile::Jsonata).unwrap();
        let error = expr.evaluate(&Inputs { limits, ..Inputs::default() }).unwrap_err();
        assert_eq!(error.engine().unwrap().code, code, "{source}");
    }
}

#[test]
fn a_context_cannot_leave_its_member() {
    assert!(matches!(Json::parse(r#"1,"seed":2"#), Err(HostError::Json(_))));
    assert!(matches!(Json::parse("1}"), Err(HostError::Json(_))));
}

#[test]
fn the_module_describes_itself() {
    let description = Host::new().unwrap().describe().unwrap();
    assert_eq!(description.contract, "workflow/1");
    assert_eq!(description.wire, 1);
}

#[test]
fn a_source_is_compiled_once() {
    let host = Host::new().unwrap();
    let first = host.compile("payload.a", Profile::Workflow).unwrap();
    let second = host.compile("payload.a", Profile::Workflow).unwrap();
    assert_eq!((host.metrics().calls, host.metrics().expressions_found), (1, 1));
    host.compile("payload.a", Profile::Jsonata).unwrap();
    assert_eq!((host.metrics().calls, host.metrics().expressions_found), (2, 1));
    let context = inputs(r#"{"payload":{"a":7}}"#);
    for expr in [first, second] {
        assert_eq!(expr.evaluate(&context).unwrap().json.as_deref(), Some("7"));
    }
    // Evaluating found the program that compiling left.
    assert_eq!(host.metrics().calls, 4);

    let settings = Settings { kept_expressions: 0, ..Settings::default() };
    let host = Host::with_settings(settings).unwrap();
    for _ in 0..2 {
        host.compile("payload.a", Profile::Workflow).unwrap();
    }
    assert_eq!((host.metrics().calls, host.metrics().expressions_found), (2, 0));
}

#[test]
fn dropped_expressions_leave_the_module() {
    let memory = |keep: bool| {
        let (kept_expressions, idle_memory_bytes) = (0, usize::MAX);
        let host = Host::with_settings(Settings {
            kept_expressions,
            idle_memory_bytes,
            ..Settings::default()
        })
        .unwrap();
        let mut kept = Vec::new();
        for n in 0..1000 {
            let source = format!("[{n}{}]", ", payload.a + 1".repeat(100));
            kept.push(host.compile(&source, Profile::Workflow).unwrap());
            kept.truncate(if keep { 1000 } else { 0 });
        }
        host.metrics().memory_bytes
    };
    let (with, without) = (memory(true), memory(false));
    assert!(without * 4 < with, "{without} bytes beside {with}");
}

#[test]
fn metrics_count_steps_and_errors() {
    let host = Host::new().unwrap();
    let evaluate = |source: &str| {
        let expr = host.compile(source, Profile::Jsonata)?;
        expr.evaluate(&Inputs::default())
    };
    let steps = evaluate("[1..1000].($ * 2)").unwrap().spent.steps;
    assert!((10_000..100_000).contains(&steps), "{steps}");
    evaluate("1").unwrap();
    for failing in ["1 +", "1 + 'a'", "2 + 'b'"] {
        evaluate(failing).unwrap_err();
    }
    let metrics = host.metrics();
    assert_eq!((metrics.steps[0], metrics.steps[4]), (3, 1));
    assert_eq!(metrics.steps.iter().sum::<u64>(), 4);
    assert_eq!(metrics.errors_of("syntax"), 1);
    assert_eq!(metrics.errors_of("evaluation"), 2);
    assert_eq!(metrics.errors.iter().sum::<u64>(), 3);
}

#[test]
fn a_resident_context_survives_a_trap() {
    let settings = Settings { memory_bytes: 4 << 20, ..Settings::default() };
    let host = Host::with_settings(settings).unwrap();
    let id = host.compile("id", Profile::Jsonata).unwrap();
    let large = host.compile("$count([1..1000000].{'x': $})", Profile::Jsonata).unwrap();
    let json = Json::parse(r#"{"id": 7}"#).unwrap();
    let mut context = host.context(Some(&json)).unwrap();
    let limits =
        Limits { steps: Some(1 << 40), bytes: Some(1 << 40), ..Limits::default() };
    let stopped = context.evaluate(&large, &Inputs { limits, ..Inputs::default() });
    assert!(matches!(stopped, Err(HostError::Trap(_))), "{stopped:?}");
    let found = context.evaluate(&id, &Inputs::default()).unwrap();
    assert_eq!(found.json.as_deref(), Some("7"));
    assert_eq!(host.metrics().instances_created, 2);
}

#[test]
fn a_resident_context_gives_its_instance_and_memory_back() {
    let host = Host::new().unwrap();
    let id = host.compile("$length($)", Profile::Jsonata).unwrap();
    for length in [10, 1 << 20, 12 << 20] {
        let json = Json::from_text(&"x".repeat(length));
        let mut context = host.context(Some(&json)).unwrap();
        let found = context.evaluate(&id, &Inputs::default()).unwrap();
        assert_eq!(found.json, Some(length.to_string()));
    }
    let metrics = host.metrics();
    assert_eq!((metrics.instances_created, metrics.instances_dropped), (1, 1));
    id.evaluate(&inputs("\"x\"")).unwrap();
    assert!(host.metrics().memory_bytes <= 1 << 20);
}

#[test]
fn a_resident_context_takes_no_other_context() {
    let host = Host::new().unwrap();
    let all = host.compile("$", Profile::Jsonata).unwrap();
    let mut context = host.context(None).unwrap();
    assert_eq!(context.evaluate(&all, &Inputs::default()).unwrap().json, None);
    let refused = context.evaluate(&all, &inputs("1")).unwrap_err();
    assert_eq!(refused.engine().unwrap().code, "W0105");
}

#[test]
fn a_batch_may_have_more_expressions_than_the_module_keeps() {
    let host = Host::new().unwrap();
    let exprs: Vec<_> = (0..2_100)
        .map(|number| host.compile(&number.to_string(), Profile::Workflow).unwrap())
        .collect();
    for _ in 0..2 {
        let results = host.evaluate_many(&exprs, &Inputs::default()).unwrap();
        let found: Vec<_> =
            results.into_iter().filter_map(|result| result.unwrap().json).collect();
        let wanted: Vec<_> = (0..2_100).map(|number: u32| number.to_string()).collect();
        assert_eq!(found, wanted);
    }
}
