//! The decisions of the contract, as a host sees them: documents in, documents out.
//!
//! What the contract says in so many words is in the fixtures; here is what must hold for
//! every input of a kind, and how requests are refused.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use expr_wasm::wire::{Status, decide};
use serde_json::{Value, json};

fn ask(request: &Value) -> Value {
    let mut out = Vec::new();
    let status = decide(request.to_string().as_bytes(), &mut out);
    let answer: Value = serde_json::from_slice(&out).expect("an answer is JSON");
    assert_eq!(answer["v"], 1);
    assert_eq!(status == Status::Error, answer.get("error").is_some(), "{answer}");
    answer
}

fn ok(request: &Value) -> Value {
    let answer = ask(request);
    assert!(answer.get("ok").is_some(), "{request} gives {answer}");
    answer["ok"].clone()
}

fn refusal(request: &Value) -> String {
    let answer = ask(request);
    assert_eq!(answer["error"]["class"], "wire", "{answer}");
    answer["error"]["code"].as_str().expect("a code").to_owned()
}

#[test]
fn requests_are_read_strictly() {
    let cases = [
        (json!([1]), "W0101"),
        (json!({"v": 2, "ask": "functions"}), "W0102"),
        (json!({"v": 1, "ask": "functions", "extra": 1}), "W0103"),
        (json!({"v": 1}), "W0104"),
        (json!({"v": 1, "ask": "expand"}), "W0104"),
        (json!({"v": 1, "ask": "expand", "value": 5}), "W0105"),
        (json!({"v": 1, "ask": "nothing"}), "W0105"),
        (json!({"v": 1, "ask": "assign", "scopes": {}, "assign": {"a": 1}}), "C0010"),
    ];
    for (request, code) in cases {
        assert_eq!(refusal(&request), code, "{request}");
    }
}

const ENGINES: [Option<&str>; 4] = [Some("temporal"), Some("db"), Some("other"), None];
const ACTIONS: [&str; 9] = [
    "resume",
    "retry",
    "requeue_event_wait",
    "cancel",
    "replay",
    "quota_resume",
    "legacy_execute",
    "wait_resolution",
    "delete",
];
const STATUSES: [&str; 6] =
    ["RUNNING", "WAITING", "SUCCEEDED", "FAILED", "CANCELED", "PAUSED"];

#[test]
fn no_cell_of_the_authority_table_lets_the_projection_be_changed() {
    let mut allowed = Vec::new();
    for engine in ENGINES {
        for action in ACTIONS {
            for status in STATUSES {
                let answer = ok(&json!({
                    "v": 1, "ask": "authority", "action": action, "engine": engine,
                    "status": status, "runId": "r1", "nodePath": "root.steps[0]",
                    "wait": {"type": "quota", "stepPath": "root.steps[0]"},
                    "quotaExhausted": false,
                }));
                if answer["allow"] == json!(true) {
                    assert_eq!(answer["via"], "temporal", "{engine:?} {action} {status}");
                    allowed.push((engine, action, status));
                } else {
                    assert_eq!(answer["status"], 409);
                    for member in ["code", "action", "hint"] {
                        assert!(answer["details"][member].is_string(), "{answer}");
                    }
                }
            }
        }
    }
    let of = |engine, action| {
        let cells = allowed.iter().filter(|cell| cell.0 == engine && cell.1 == action);
        cells.map(|cell| cell.2).collect::<Vec<_>>()
    };
    assert_eq!(of(Some("temporal"), "cancel"), ["RUNNING", "WAITING"]);
    assert_eq!(of(Some("temporal"), "quota_resume"), ["WAITING"]);
    assert_eq!(of(Some("temporal"), "replay"), STATUSES);
    assert_eq!(of(Some("db"), "replay"), STATUSES);
    assert_eq!(allowed.len(), 2 + 1 + 6 + 6, "nothing else is allowed");
}

#[test]
fn a_cancelled_run_is_written_only_when_it_has_closed() {
    for state in ["none", "requested", "accepted", "failed", "closed"] {
        for event in ["request", "accept", "fail", "close"] {
            let answer = ask(&json!({
                "v": 1, "ask": "cancel", "state": state, "event": event,
                "tenant": "t1", "runId": "r1", "closeStatus": "CANCELED",
            }));
            let Some(step) = answer.get("ok") else {
                assert_eq!(state, "none", "{answer}");
                continue;
            };
            let writes = step["writes"].as_array().expect("writes").clone();
            let tables = writes.iter().filter(|write| write.get("table").is_some());
            let closes = step["state"] == "closed" && state != "closed";
            assert_eq!(tables.count(), if closes { 2 } else { 0 }, "{state} {event}");
            if step["state"] == "failed" {
                assert!(writes.is_empty(), "a failed request writes nothing");
                assert_eq!(step["response"]["status"], 409);
            }
        }
    }
}

#[test]
fn a_run_that_ended_otherwise_keeps_the_status_it_ended_with() {
    let step = ok(&json!({
        "v": 1, "ask": "cancel", "state": "accepted", "event": "close",
        "tenant": "t1", "runId": "r1", "closeStatus": "COMPLETED",
    }));
    assert_eq!(step["writes"][0]["set"]["status"], "SUCCEEDED");
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33).checked_rem(sides).unwrap()
    }
}

const KINDS: [&str; 3] = ["event", "human", "time"];

fn random_waits(dice: &mut Dice) -> Vec<Value> {
    let count = dice.roll(8);
    (0..count)
        .map(|n| {
            let key = match dice.roll(4) {
                0 => Value::Null,
                n => json!(format!("k{n}")),
            };
            json!({
                "waitId": format!("w{n}"),
                "runId": format!("r{}", dice.roll(4)),
                "tenant": if dice.roll(4) == 0 { "t2" } else { "t1" },
                "type": KINDS[usize::try_from(dice.roll(3)).unwrap()],
                "eventName": if dice.roll(5) == 0 { "OTHER" } else { "E" },
                "key": key,
            })
        })
        .collect()
}

fn plan(waits: &[Value], done: &[Value]) -> Value {
    ok(&json!({
        "v": 1, "ask": "ingress",
        "event": {"eventId": "ev", "eventName": "E", "tenant": "t1",
                  "payload": {"taskId": "task"}},
        "correlation": {"key": "k1", "keys": ["k1", "k2"], "source": "derived", "detail": ""},
        "waits": waits, "done": done,
        "launches": [
            {"workflowId": "wf", "version": 3, "tenant": "t1", "eventName": "E"},
            {"workflowId": "wf", "version": 3, "tenant": "t1", "eventName": "E"},
            {"workflowId": "foreign", "version": 1, "tenant": "t2", "eventName": "E"},
            {"workflowId": "broken", "version": 1, "tenant": "t1", "eventName": "E",
             "problem": "the mapping fails"},
        ],
    }))
}

fn column(plan: &Value, list: &str, member: &str) -> Vec<String> {
    let items = plan[list].as_array().expect("a list");
    let mut found: Vec<String> =
        items.iter().filter_map(|it| it[member].as_str().map(str::to_owned)).collect();
    found.sort();
    found
}

#[test]
fn an_event_that_comes_twice_does_nothing_the_second_time() {
    let mut dice = Dice(1);
    for _ in 0..200 {
        let waits = random_waits(&mut dice);
        let first = plan(&waits, &[]);
        let ids: Vec<Value> = ["signals", "launches"]
            .iter()
            .flat_map(|list| column(&first, list, "id"))
            .map(Value::from)
            .collect();
        let second = plan(&waits, &ids);
        assert_eq!(second["signals"], json!([]));
        assert_eq!(second["launches"], json!([]));
        assert_eq!(second["state"], "done");
        assert_eq!(plan(&waits, &[]), first, "made again, the plan is the same");
    }
}

#[test]
fn one_that_failed_is_left_in_the_plan_and_stops_no_other() {
    let mut dice = Dice(2);
    for _ in 0..200 {
        let waits = random_waits(&mut dice);
        let ids = column(&plan(&waits, &[]), "signals", "id");
        for failed in &ids {
            let done: Vec<Value> =
                ids.iter().filter(|id| *id != failed).cloned().map(Value::from).collect();
            assert_eq!(
                column(&plan(&waits, &done), "signals", "id"),
                std::slice::from_ref(failed)
            );
        }
    }
}

#[test]
fn the_order_of_waits_does_not_change_who_is_signalled() {
    let mut dice = Dice(3);
    for _ in 0..200 {
        let mut waits = random_waits(&mut dice);
        let first = plan(&waits, &[]);
        waits.reverse();
        let second = plan(&waits, &[]);
        assert_eq!(column(&first, "signals", "id"), column(&second, "signals", "id"));
        let keys = |plan: &Value| {
            let signals = plan["signals"].as_array().expect("signals").iter();
            let mut keys: Vec<String> =
                signals.map(|it| format!("{}{}", it["id"], it["key"])).collect();
            keys.sort();
            keys
        };
        assert_eq!(keys(&first), keys(&second));
    }
}

#[test]
fn tenants_never_mix_and_a_run_is_signalled_once() {
    let mut dice = Dice(4);
    for _ in 0..200 {
        let waits = random_waits(&mut dice);
        let plan = plan(&waits, &[]);
        let signals = plan["signals"].as_array().expect("signals");
        for signal in signals {
            assert_eq!(signal["tenant"], "t1");
            for id in signal["waitIds"].as_array().expect("waits") {
                let wait = waits.iter().find(|wait| wait["waitId"] == *id);
                assert_eq!(wait.expect("a candidate")["tenant"], "t1");
            }
        }
        let mut ids = column(&plan, "signals", "id");
        ids.dedup();
        assert_eq!(ids.len(), signals.len());
        assert_eq!(column(&plan, "launches", "workflowId"), ["wf"]);
        assert!(column(&plan, "refused", "reason").contains(&"the mapping fails".into()));
    }
}

#[test]
fn the_schema_and_the_reader_of_rules_agree_on_their_examples() {
    let text = include_str!("../../docs/correlation-rules.schema.json");
    let schema: Value = serde_json::from_str(text).expect("the schema is JSON");
    let good = schema["examples"].as_array().expect("examples");
    let bad = schema["$comment-bad"].as_array().expect("bad examples");
    for (documents, valid) in [(good, true), (bad, false)] {
        assert!(!documents.is_empty());
        for rules in documents {
            let answer = ok(&json!({"v": 1, "ask": "rules", "rules": rules}));
            assert_eq!(answer["valid"], valid, "{rules} gives {answer}");
            assert_eq!(fits(&schema, &schema, rules), valid, "the schema on {rules}");
        }
    }
}

/// As much of JSON Schema as the schema of rules uses.
fn fits(root: &Value, schema: &Value, value: &Value) -> bool {
    if let Some(name) = schema["$ref"].as_str() {
        let found = root.pointer(name.trim_start_matches('#')).expect("a definition");
        return fits(root, found, value);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        return choices.iter().filter(|choice| fits(root, choice, value)).count() == 1;
    }
    if let Some(only) = schema.get("const") {
        return only == value;
    }
    match schema["type"].as_str().expect("a type") {
        "boolean" => value.is_boolean(),
        // The only pattern there is asks for something beside white space.
        "string" => value.as_str().is_some_and(|text| !text.trim().is_empty()),
        "array" => value.as_array().is_some_and(|items| {
            !items.is_empty() && items.iter().all(|it| fits(root, &schema["items"], it))
        }),
        "object" => value.as_object().is_some_and(|members| {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let there = |name: &Value| members.contains_key(name.as_str().expect("text"));
            required.iter().all(there)
                && members.iter().all(|(name, it)| {
                    let own = schema["properties"].get(name);
                    match own.or(schema.get("additionalProperties")) {
                        Some(Value::Bool(allowed)) => *allowed,
                        Some(schema) => fits(root, schema, it),
                        None => true,
                    }
                })
        }),
        other => panic!("the test does not know the type {other}"),
    }
}

#[test]
fn every_helper_is_listed_with_an_example_that_is_true() {
    let listed = ok(&json!({"v": 1, "ask": "functions"}));
    assert_eq!(listed["contract"], "workflow/1");
    let functions = listed["functions"].as_array().expect("functions");
    assert_eq!(functions.len(), 5);
    for function in functions {
        let value = ok(&json!({
            "v": 1, "ask": "value", "value": {"$expr": function["example"]},
            "context": {"payload": {}}, "now": 0,
        }));
        let wanted = function["result"].as_str().expect("JSON text");
        assert_eq!(value.to_string(), wanted, "{function}");
    }
}

#[test]
fn a_limit_ends_a_mapping_with_the_cost_so_far() {
    let answer = ask(&json!({
        "v": 1, "ask": "mapping", "limits": {"steps": 50},
        "mapping": {"a": {"$expr": "[1..1000]"}},
    }));
    assert_eq!(answer["error"]["category"], "ExpressionError");
    assert_eq!(answer["error"]["code"], "R0001");
    assert_eq!(answer["steps"], 50);
}

#[test]
fn what_nests_deeper_than_the_host_stack_is_resolved() {
    let depth = 9_000;
    let value = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for name in ["value", "secrets", "expressions"] {
        let request = format!(r#"{{"v":1,"ask":"{name}","value":{value}}}"#);
        let mut out = Vec::new();
        assert_eq!(decide(request.as_bytes(), &mut out), Status::Ok, "{name}");
    }
}
