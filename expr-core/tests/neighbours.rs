//! What holds for every decision about events and runs: authority, cancelling, ingress.
#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use expr_core::{
    Document, Limits, Node, NodeKind, decide, operator_actions, run_statuses,
};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Actions and statuses that nobody knows.
const OTHER_ACTIONS: [&str; 2] = ["delete", ""];
const OTHER_STATUSES: [&str; 3] = ["\"PAUSED\"", "\"\"", "null"];
const OPEN: [&str; 2] = ["\"RUNNING\"", "\"WAITING\""];

/// A small random generator, so that every run is the same.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit).unwrap()).unwrap()
    }

    fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }
}

/// The members of a result document, and whether it is an error.
fn answer(request: &str) -> (Document, bool) {
    let mut out = b"{".to_vec();
    let document = Document::read(request.as_bytes()).unwrap();
    let failed = decide(document, None, Limits::default(), &mut out);
    out.push(b'}');
    (Document::read(&out).unwrap(), failed)
}

fn member<'a>(node: Node<'a>, path: &str) -> Option<Node<'a>> {
    path.split('.').try_fold(node, |node, name| node.get(name))
}

fn text(node: Node<'_>, path: &str) -> Option<String> {
    match member(node, path)?.kind() {
        NodeKind::String(text) => text.to_str().map(str::to_owned),
        _ => None,
    }
}

fn items(node: Node<'_>, path: &str) -> Vec<String> {
    let Some(list) = member(node, path) else { return Vec::new() };
    list.items().map(|item| text(item, "id").unwrap_or_default()).collect()
}

#[test]
fn every_cell_of_authority_is_decided_by_temporal_or_refused() {
    let statuses: Vec<String> = run_statuses()
        .map(|status| format!("{status:?}"))
        .chain(OTHER_STATUSES.map(str::to_owned))
        .collect();
    let mut cells = 0;
    for action in operator_actions().chain(OTHER_ACTIONS) {
        for engine in ["\"temporal\"", "\"db\"", "\"other\"", "\"\"", "null"] {
            for status in &statuses {
                for pause in ["quota", "event"] {
                    for place in ["s", "other"] {
                        cells += 1;
                        let request = format!(
                            r#"{{"ask":"authority","action":"{action}","engine":{engine},
                            "status":{status},"runId":"r","nodePath":"{place}",
                            "wait":{{"type":"{pause}","stepPath":"s"}},
                            "quotaExhausted":false}}"#
                        );
                        let cell = [action, engine, status, pause, place].join(" ");
                        check_cell(&request, &cell, engine, action, status);
                    }
                }
            }
        }
    }
    assert_eq!(cells, 1_600);
}

fn check_cell(request: &str, cell: &str, engine: &str, action: &str, status: &str) {
    let (document, failed) = answer(request);
    assert!(!failed, "{cell}: {request}");
    let ok = document.root().get("ok").unwrap();
    if member(ok, "allow").map(Node::kind) == Some(NodeKind::Bool(true)) {
        assert_eq!(text(ok, "via").as_deref(), Some("temporal"), "{cell}");
        let operation = text(ok, "operation").unwrap();
        assert!(["cancel", "start", "signal"].contains(&operation.as_str()), "{cell}");
        let members: Vec<_> = ok.members().map(|(name, _)| name.to_str()).collect();
        assert_eq!(members, [Some("allow"), Some("via"), Some("operation")], "{cell}");
        // A run is touched only through its engine and in a status in which that can work.
        if operation != "start" {
            assert!(engine == "\"temporal\"" && OPEN.contains(&status), "{cell}");
        }
    } else {
        assert_eq!(member(ok, "allow").map(Node::kind), Some(NodeKind::Bool(false)));
        let http = member(ok, "status").map(Node::kind);
        assert_eq!(http, Some(NodeKind::Number(409.0)), "{cell}");
        for name in ["message", "details.code", "details.hint"] {
            assert!(text(ok, name).is_some_and(|text| !text.is_empty()), "{cell} {name}");
        }
        assert_eq!(text(ok, "details.action").as_deref(), Some(action), "{cell}");
        assert_eq!(text(ok, "details.runId").as_deref(), Some("r"), "{cell}");
        let refused = text(ok, "details.engine");
        assert_eq!(refused.as_deref().unwrap_or("null"), engine.trim_matches('"'));
    }
}

#[test]
fn every_step_of_cancelling_is_taken_or_says_what_can_be() {
    let states = ["none", "requested", "accepted", "failed", "closed"];
    for state in states {
        for event in ["request", "accept", "fail", "close"] {
            let request = format!(
                r#"{{"ask":"cancel","state":"{state}","event":"{event}","tenant":"t",
                "runId":"r","closeStatus":"CANCELED"}}"#
            );
            let (document, failed) = answer(&request);
            let root = document.root();
            if failed {
                let message = text(root, "error.message").unwrap();
                for part in [state, event, "request"] {
                    assert!(message.contains(&format!("`{part}`")) || part == "request");
                    assert!(message.contains(part), "{state} {event}: {message}");
                }
                assert_eq!(state, "none");
                continue;
            }
            let ok = root.get("ok").unwrap();
            let next = text(ok, "state").unwrap();
            let writes = ok.get("writes").unwrap().items().count();
            let case = format!("{state} {event} {next}");
            assert!(states.contains(&next.as_str()), "{case}");
            // Only what Temporal said is written, and only the first time.
            let may_write = next != state && (next == "accepted" || next == "closed");
            assert_eq!(writes > 0, may_write, "{case}");
            assert!(event == "accept" || event == "close" || writes == 0, "{case}");
            // A run that has closed stays closed, and an acceptance stands until then.
            assert!(state != "closed" || next == "closed", "{case}");
            assert!(state != "accepted" || next != "requested", "{case}");
            // Every write names its tenant and its run, those to logs too.
            for write in ok.get("writes").unwrap().items() {
                let (tenant, run) = match write.get("table") {
                    Some(_) => ("where.tenant", "where.run_id"),
                    None => ("tenant", "runId"),
                };
                assert_eq!(text(write, tenant).as_deref(), Some("t"), "{case}");
                assert_eq!(text(write, run).as_deref(), Some("r"), "{case}");
            }
        }
    }
}

/// An event of a tenant and candidates of two tenants, by random.
struct Delivery {
    event: String,
    waits: Vec<String>,
    launches: Vec<String>,
}

impl Delivery {
    fn random(random: &mut Random) -> Self {
        let event = format!(
            r#""event":{{"eventId":"e{}","eventName":"E","tenant":"t","payload":{{"taskId":"x"}}}},
            "correlation":{{"key":"a","keys":["a","b"],"source":"derived","detail":""}}"#,
            random.below(3)
        );
        let mut waits = Vec::new();
        for _ in 0..random.below(12) {
            waits.push(format!(
                r#"{{"waitId":"{}","runId":"{}","tenant":"{}","type":"{}","eventName":"{}","key":{}}}"#,
                random.pick(&["w1", "w2", "w3", "w/4"]),
                random.pick(&["r1", "r2", "r3", ""]),
                random.pick(&["t", "t", "t", "u"]),
                random.pick(&["event", "event", "human", "time"]),
                random.pick(&["E", "E", "E", "F"]),
                random.pick(&["null", "\"a\"", "\" b \"", "\"c\"", "1", "[]"]),
            ));
        }
        let mut launches = Vec::new();
        for version in 0..random.below(6) {
            launches.push(format!(
                r#"{{"workflowId":"{}","version":{version},"tenant":"{}","eventName":"{}"}}"#,
                random.pick(&["wf", "wg"]),
                random.pick(&["t", "t", "u"]),
                random.pick(&["E", "E", "F"]),
            ));
        }
        Delivery { event, waits, launches }
    }

    fn plan(&self, done: &[String], failed: &[String]) -> Document {
        let done: Vec<String> = done.iter().map(|id| format!("{id:?}")).collect();
        let failure = |id| format!(r#"{{"id":{id:?},"reason":"gone"}}"#);
        let failed: Vec<String> = failed.iter().map(failure).collect();
        let request = format!(
            r#"{{"ask":"ingress",{},"waits":[{}],"launches":[{}],"done":[{}],"failed":[{}]}}"#,
            self.event,
            self.waits.join(","),
            self.launches.join(","),
            done.join(","),
            failed.join(",")
        );
        let (document, failed) = answer(&request);
        assert!(!failed, "{request}");
        document
    }
}

/// The ids of all that a plan wants carried out.
fn ids(plan: &Document) -> Vec<String> {
    let root = plan.root();
    [items(root, "ok.signals"), items(root, "ok.launches")].concat()
}

#[test]
fn an_event_delivered_twice_is_carried_out_once() {
    let mut random = Random(0x5eed_1001);
    let mut planned = 0;
    for _ in 0..2_000 {
        let mut delivery = Delivery::random(&mut random);
        let first = ids(&delivery.plan(&[], &[]));
        planned += first.len();
        let distinct: BTreeSet<_> = first.iter().collect();
        assert_eq!(distinct.len(), first.len(), "{first:?}");
        assert_eq!(first, ids(&delivery.plan(&[], &[])));
        // Whatever was done before a crash, the rest is done after it, and nothing twice.
        let crash = random.below(first.len() + 1);
        random.shuffle(&mut delivery.waits);
        random.shuffle(&mut delivery.launches);
        let second = ids(&delivery.plan(&first[..crash], &[]));
        let both: BTreeSet<_> = first[..crash].iter().chain(&second).collect();
        assert_eq!(both, distinct);
        assert_eq!(crash + second.len(), first.len());
        // What can never succeed is not tried again, and the audit says so.
        let (done, failed) = first.split_at(crash);
        let given_up = delivery.plan(done, failed);
        assert_eq!(text(given_up.root(), "ok.state").as_deref(), Some("done"));
        let audit = member(given_up.root(), "ok.audit").unwrap();
        let told = audit.get("failures").map_or(0, |failures| failures.items().count());
        assert_eq!(told, failed.len());
        let message = (!failed.is_empty()).then_some("gone");
        assert_eq!(text(audit, "message").as_deref(), message);
        let last = delivery.plan(&first, &[]);
        assert_eq!(text(last.root(), "ok.state").as_deref(), Some("done"));
        assert!(ids(&last).is_empty());
    }
    assert!(planned > 2_000, "only {planned} signals and launches");
}

#[test]
fn the_order_of_candidates_changes_nothing_and_no_tenant_sees_another() {
    let mut random = Random(0x5eed_1002);
    for _ in 0..2_000 {
        let mut delivery = Delivery::random(&mut random);
        let before = signals(&delivery.plan(&[], &[]));
        random.shuffle(&mut delivery.waits);
        assert_eq!(before, signals(&delivery.plan(&[], &[])), "{:?}", delivery.waits);
        // Without the candidates of the other tenant the plan is the same.
        let own = |candidate: &String| candidate.contains(r#""tenant":"t""#);
        delivery.waits.retain(own);
        delivery.launches.retain(own);
        let alone = delivery.plan(&[], &[]);
        assert_eq!(before, signals(&alone));
    }
}

/// Everything about the signals of a plan but their order and that of their waits.
fn signals(plan: &Document) -> BTreeSet<Vec<String>> {
    let mut signals = BTreeSet::new();
    for signal in member(plan.root(), "ok.signals").unwrap().items() {
        let mut facts: Vec<String> = ["id", "runId", "signal", "key", "tenant"]
            .map(|name| text(signal, name).unwrap_or_default())
            .to_vec();
        let waits = signal.get("waitIds").unwrap().items().map(Node::kind);
        let mut waits: Vec<String> = waits.map(|wait| format!("{wait:?}")).collect();
        waits.sort();
        facts.extend(waits);
        assert_eq!(facts.get(4).map(String::as_str), Some("t"));
        signals.insert(facts);
    }
    let launches = ids(plan).into_iter().filter(|id| id.contains("/launch/"));
    signals.extend(launches.map(|id| vec![id]));
    signals
}

/// Every wait that the plan names is woken by its signal when the run matches it.
#[test]
fn what_is_signalled_is_what_a_run_matches() {
    for key in ["null", "\"a\"", "\" b \"", "7", "true", "\"c\"", "\"\""] {
        let request = format!(
            r#"{{"ask":"ingress","event":{{"eventId":"e","eventName":"E","tenant":"t"}},
            "correlation":{{"key":"a","keys":["a","b","7","true"],"source":"derived"}},
            "waits":[{{"waitId":"w","runId":"r","tenant":"t","type":"event",
            "eventName":"E","key":{key}}}]}}"#
        );
        let (plan, failed) = answer(&request);
        assert!(!failed);
        let signal = member(plan.root(), "ok.signals").unwrap().items().next();
        let request = format!(
            r#"{{"ask":"waitMatch","descriptor":{{"eventName":"E","correlationKey":{key}}},
            "signals":[{{"eventName":"E","correlationKey":"a",
            "correlationKeys":["a","b","7","true"]}}]}}"#
        );
        let (matched, _) = answer(&request);
        let index = member(matched.root(), "ok.index").map(Node::kind);
        let woken = index == Some(NodeKind::Number(0.0));
        assert_eq!(signal.is_some(), woken, "{key}");
    }
}

/// Rules that cannot be read are not taken for none.
#[test]
fn unreadable_rules_are_an_error() {
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    for (rules, code) in [(deep.as_str(), "R0005"), (r"\ud800", "W0002")] {
        let request = format!(
            r#"{{"ask":"correlation","eventName":"E","payload":{{"ticketId":1}},
            "legacyRules":"{rules}"}}"#
        );
        let (refused, failed) = answer(&request);
        assert!(failed, "{code}");
        assert_eq!(text(refused.root(), "error.code").as_deref(), Some(code));
    }
}

/// Signals that are not for a wait cost so little that they do not keep it from its own.
#[test]
fn long_texts_of_other_signals_stop_no_match() {
    let (text, part) = ("a".repeat(100_000), "a".repeat(50_000) + "b");
    for op in ["contains", "starts_with", "ends_with"] {
        let foreign = format!(
            r#",{{"eventName":"F","correlationKey":"k","payload":{{"s":"{text}"}}}}"#
        );
        let request = format!(
            r#"{{"ask":"waitMatch","descriptor":{{"eventName":"E","correlationKey":"k",
            "filters":[{{"path":"s","op":"{op}","value":"{part}"}}]}},
            "signals":[{{"eventName":"E","correlationKey":"k",
            "payload":{{"s":"{part}"}}}}{}]}}"#,
            foreign.repeat(25)
        );
        let (matched, failed) = answer(&request);
        assert!(!failed, "{op}");
        let index = member(matched.root(), "ok.index").map(Node::kind);
        assert_eq!(index, Some(NodeKind::Number(0.0)), "{op}");
    }
}

#[test]
fn ten_thousand_runs_are_within_the_default_budget() {
    let mut waits = String::new();
    let mut done = String::new();
    for run in 0..10_000 {
        let comma = if run == 0 { "" } else { "," };
        write!(
            waits,
            r#"{comma}{{"waitId":"w{run}","runId":"r{run}","tenant":"t","type":"event","eventName":"E","key":"b"}}"#
        )
        .unwrap();
        if run % 2 == 1 {
            write!(done, r#","/t/e/workflowRuntimeV2Event/r{run}""#).unwrap();
        }
    }
    let request = format!(
        r#"{{"ask":"ingress","event":{{"eventId":"e","eventName":"E","tenant":"t"}},
        "correlation":{{"key":"a","keys":["a","b"],"source":"derived"}},
        "waits":[{waits}],"done":["x"{done}]}}"#
    );
    let (plan, failed) = answer(&request);
    assert!(!failed);
    assert_eq!(items(plan.root(), "ok.signals").len(), 5_000);
}
