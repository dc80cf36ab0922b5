//! An event that came in → whom it is for, as a plan.
//!
//! The plan is a pure function of the event, its correlation and the candidates, so it can
//! be made again at any time and is the same. Every signal and launch has an id made of
//! the event and its target, which the receiver drops when it has seen it; the host passes
//! back what is done, and the plan shrinks. What follows from that:
//!
//! 1. A crash between the event's row and its signals loses nothing: the row is an outbox
//!    in state `received` or `routed` until the plan is empty, then `done`.
//! 2. Signals and launches stand alone. One that fails is tried again by itself.
//! 3. An event stays until its plan is empty, and `audit.matchable` keeps it for waits that
//!    open later, which look through recent events with `waitMatch`.
//! 4. A signal that a run dropped when it continued as new is not `done`, so it is sent
//!    again.
//! 5. A run that is found by two keys is signalled once, with the first of them.
//! 6. A wait without a key waits for any, here as in the run.
//! 7. All keys are tried, whichever way the event came in, and its id is its own.
//! 8. A candidate of another tenant is refused by name; that an event is known is a fact
//!    that the host states (`done`), and failing to read it is no answer.

use super::ask::{Answered, Ask};
use crate::builtin::trim;
use crate::error::Result;
use crate::value::{Value, index, length};
use alloc::vec::Vec;

/// Who is signalled how, by the type of the wait.
const SIGNALS: [(&str, &str); 2] =
    [("event", "workflowRuntimeV2Event"), ("human", "workflowRuntimeV2HumanTask")];

/// The workflow that has a run.
const WORKFLOW_ID: &[u8] = b"workflow-runtime-v2:run:";

/// A signal to a run, for one or more of its waits.
struct Signal {
    id: Vec<u8>,
    run: Vec<u8>,
    signal: &'static str,
    /// The rank of the key that found it; the first key wins.
    rank: u32,
    waits: Vec<Vec<u8>>,
}

/// A candidate that the event is not for, although it was offered.
struct Refused {
    member: &'static str,
    id: Vec<u8>,
    reason: Vec<u8>,
}

/// Plans what follows from an event.
pub(crate) fn ingress(ask: &mut Ask) -> Answered {
    let event = ask.given("event");
    let event_id = ask.require_text(event, "eventId", "event.eventId")?;
    let tenant = ask.require_text(event, "tenant", "event.tenant")?;
    ask.require_text(event, "eventName", "event.eventName")?;
    let [event_id, tenant] = [event_id, tenant].map(|it| ask.heap.bytes(it).to_vec());
    let correlation = ask.given("correlation");
    let keys = ask.items(ask.member(correlation, "keys"));
    let keys: Vec<Vec<u8>> =
        keys.into_iter().filter_map(|key| ask.bytes(key).map(<[u8]>::to_vec)).collect();

    let mut refused = Vec::new();
    let signals = signals(ask, &event_id, &tenant, &keys, &mut refused)?;
    let launches = launches(ask, &event_id, &tenant, &mut refused)?;
    let done = ask.items(ask.given("done"));
    let is_open =
        |ask: &Ask, id: &[u8]| !done.iter().any(|&known| ask.bytes(known) == Some(id));
    ask.charge(u64::from(length(done.len())).saturating_mul(u64::from(length(
        signals.len().saturating_add(launches.len()),
    ))))?;
    let open_signals: Vec<_> = signals.iter().filter(|it| is_open(ask, &it.id)).collect();
    let open_launches: Vec<_> =
        launches.iter().filter(|(id, _)| is_open(ask, id)).collect();
    let finished = open_signals.is_empty() && open_launches.is_empty();
    ask.out.raw("{").name("state").text(if finished { "done" } else { "routed" });
    ask.out.name("signals").raw("[");
    for signal in open_signals {
        write_signal(ask, signal, &keys, &tenant);
    }
    ask.out.raw("]").name("launches").raw("[");
    for (id, launch) in open_launches {
        ask.out.item().raw("{").name("id").text(id);
        for name in ["workflowId", "version"] {
            let value = ask.member(*launch, name);
            ask.out.name(name);
            ask.write(value)?;
        }
        ask.out.name("tenant").text(&tenant).raw("}");
    }
    ask.out.raw("]").name("refused").raw("[");
    for Refused { member, id, reason } in refused {
        ask.out.item().raw("{").name(member).text(id);
        ask.out.name("reason").text(reason).raw("}");
    }
    ask.out.raw("]");
    write_audit(ask, event, correlation, signals.len(), launches.len())
}

/// The signals of all waits that one of the keys finds, one a run and kind.
fn signals(
    ask: &mut Ask,
    event_id: &[u8],
    tenant: &[u8],
    keys: &[Vec<u8>],
    refused: &mut Vec<Refused>,
) -> Answered<Vec<Signal>> {
    let event = ask.given("event");
    let has_task =
        ask.bytes(ask.member(ask.member(event, "payload"), "taskId")).is_some();
    let mut signals: Vec<Signal> = Vec::new();
    for wait in ask.items(ask.given("waits")) {
        ask.charge(1)?;
        let id = ask.require_text(wait, "waitId", "waits.waitId")?;
        let run = ask.require_text(wait, "runId", "waits.runId")?;
        let [id, run] = [id, run].map(|it| ask.heap.bytes(it).to_vec());
        let kind = SIGNALS.iter().find(|row| ask.is(ask.member(wait, "type"), row.0));
        let rank = rank_of(ask, wait, keys);
        let reason = match (kind, rank) {
            _ if ask.bytes(ask.member(wait, "tenant")) != Some(tenant) => "tenant",
            (None, _) => "type",
            _ if !is_waiting(ask, wait) => "status",
            _ if !same_name(ask, wait, event) => "event-name",
            (_, None) => "correlation-key",
            (Some(&("human", _)), _) if !has_task => "task-id",
            (Some(&(_, signal)), Some(rank)) => {
                let cost = u64::from(length(signals.len()));
                ask.charge(cost)?;
                add_signal(&mut signals, event_id, run, signal, rank, id);
                continue;
            }
        };
        refused.push(Refused { member: "waitId", id, reason: reason.into() });
    }
    Ok(signals)
}

fn add_signal(
    signals: &mut Vec<Signal>,
    event_id: &[u8],
    run: Vec<u8>,
    signal: &'static str,
    rank: u32,
    wait: Vec<u8>,
) {
    let known = signals.iter_mut().find(|it| it.run == run && it.signal == signal);
    if let Some(known) = known {
        known.rank = known.rank.min(rank);
        if !known.waits.contains(&wait) {
            known.waits.push(wait);
        }
        return;
    }
    let id = target_id(event_id, signal.as_bytes(), &run);
    signals.push(Signal { id, run, signal, rank, waits: alloc::vec![wait] });
}

/// Which key finds a wait: none, or its rank among the keys of the event.
fn rank_of(ask: &Ask, wait: Value, keys: &[Vec<u8>]) -> Option<u32> {
    match ask.member(wait, "key") {
        Value::Null | Value::Undefined => Some(0),
        key => {
            let key = trim(ask.bytes(key)?);
            keys.iter().position(|known| known == key).map(length)
        }
    }
}

fn is_waiting(ask: &Ask, wait: Value) -> bool {
    match ask.member(wait, "status") {
        Value::Undefined => true,
        status => ask.is(status, "WAITING"),
    }
}

fn same_name(ask: &Ask, candidate: Value, event: Value) -> bool {
    let name = ask.bytes(ask.member(event, "eventName"));
    name == ask.bytes(ask.member(candidate, "eventName"))
}

/// Workflows that the event starts, each with its id.
fn launches(
    ask: &mut Ask,
    event_id: &[u8],
    tenant: &[u8],
    refused: &mut Vec<Refused>,
) -> Answered<Vec<(Vec<u8>, Value)>> {
    let event = ask.given("event");
    let mut launches: Vec<(Vec<u8>, Value)> = Vec::new();
    for launch in ask.items(ask.given("launches")) {
        ask.charge(u64::from(length(launches.len())).saturating_add(1))?;
        let id = ask.require_text(launch, "workflowId", "launches.workflowId")?;
        let workflow = ask.heap.bytes(id).to_vec();
        let id = target_id(event_id, b"launch", &workflow);
        let reason: Vec<u8> = match ask.bytes(ask.member(launch, "problem")) {
            _ if ask.bytes(ask.member(launch, "tenant")) != Some(tenant) => {
                b"tenant".to_vec()
            }
            _ if !same_name(ask, launch, event) => b"event-name".to_vec(),
            Some(problem) => problem.to_vec(),
            None if launches.iter().any(|(known, _)| *known == id) => continue,
            None => {
                launches.push((id, launch));
                continue;
            }
        };
        refused.push(Refused { member: "workflowId", id: workflow, reason });
    }
    Ok(launches)
}

/// The id by which a receiver knows that it has seen this already.
fn target_id(event_id: &[u8], kind: &[u8], target: &[u8]) -> Vec<u8> {
    [event_id, kind, target].join(&b':')
}

fn write_signal(ask: &mut Ask, signal: &Signal, keys: &[Vec<u8>], tenant: &[u8]) {
    let out = &mut ask.out;
    out.item().raw("{").name("id").text(&signal.id).name("runId").text(&signal.run);
    out.name("workflowId").text([WORKFLOW_ID, &signal.run].concat());
    out.name("signal").text(signal.signal);
    out.name("key").optional(keys.get(index(signal.rank)).map(Vec::as_slice));
    out.name("waitIds").texts(&signal.waits).name("tenant").text(tenant).raw("}");
}

/// What the event's row says: facts about the plan, and why nothing follows if nothing does.
fn write_audit(
    ask: &mut Ask,
    event: Value,
    correlation: Value,
    signals: usize,
    launches: usize,
) -> Answered {
    let none = signals == 0 && launches == 0;
    let uncorrelated = ask.is(ask.member(correlation, "source"), "missing");
    ask.out.name("audit").raw("{");
    for name in ["eventId", "eventName", "tenant", "payloadSchemaRef"] {
        write_member(ask, name, ask.member(event, name))?;
    }
    write_member(ask, "correlationKey", ask.member(correlation, "key"))?;
    write_member(ask, "correlationSource", ask.member(correlation, "source"))?;
    write_member(ask, "correlationDetail", ask.member(correlation, "detail"))?;
    let count = |count: usize| u64::from(length(count));
    ask.out.name("signals").number(count(signals));
    ask.out.name("launches").number(count(launches));
    ask.out.name("matchable").bool(!uncorrelated);
    if none && uncorrelated {
        let detail = ask.bytes(ask.member(correlation, "detail")).unwrap_or_default();
        let message = [b"Missing workflow correlation key (", detail, b")"].concat();
        ask.out.name("message").text(message);
    }
    ask.out.raw("}}");
    Ok(())
}

fn write_member(ask: &mut Ask, name: &str, value: Value) -> Result<()> {
    ask.out.name(name);
    ask.write(value)
}
