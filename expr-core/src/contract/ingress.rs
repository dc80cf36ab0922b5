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

use super::answer::Answer;
use super::ask::{Answered, Ask};
use crate::builtin::trim;
use crate::error::Result;
use crate::value::{Text, Value, index, length};
use alloc::vec::Vec;

/// Who is signalled how, by the type of the wait.
const SIGNALS: [(&str, &str); 2] =
    [("event", "workflowRuntimeV2Event"), ("human", "workflowRuntimeV2HumanTask")];

/// The workflow that has a run.
const WORKFLOW_ID: &[u8] = b"workflow-runtime-v2:run:";

/// A signal to a run, for one or more of its waits.
struct Signal {
    run: Text,
    signal: &'static str,
    /// The rank of the key that found it; the first key wins.
    rank: u32,
    waits: Vec<Text>,
}

/// What all of a plan is about.
struct Plan {
    event: Value,
    id: Vec<u8>,
    tenant: Vec<u8>,
    keys: Vec<Value>,
    done: Vec<Value>,
    /// Candidates that the event is not for, although they were offered.
    refused: Answer,
}

/// Plans what follows from an event.
pub(crate) fn ingress(ask: &mut Ask) -> Answered {
    let event = ask.given("event");
    let id = ask.require_text(event, "eventId", "event.eventId")?;
    let tenant = ask.require_text(event, "tenant", "event.tenant")?;
    ask.require_text(event, "eventName", "event.eventName")?;
    let correlation = ask.given("correlation");
    let mut plan = Plan {
        event,
        id: ask.heap.bytes(id).to_vec(),
        tenant: ask.heap.bytes(tenant).to_vec(),
        keys: ask.items(ask.member(correlation, "keys")),
        done: ask.items(ask.given("done")),
        refused: Answer::default(),
    };
    let signals = signals(ask, &mut plan)?;
    let launches = launches(ask, &mut plan)?;
    let mut open = false;
    ask.out.raw("{").name("signals").raw("[");
    for signal in &signals {
        open |= write_signal(ask, &plan, signal)?;
    }
    ask.out.raw("]").name("launches").raw("[");
    for &(workflow, launch) in &launches {
        open |= write_launch(ask, &plan, workflow, launch)?;
    }
    ask.out.raw("]").name("state").text(if open { "routed" } else { "done" });
    ask.out.name("refused").raw("[").raw(plan.refused.into_bytes()).raw("]");
    write_audit(ask, event, correlation, signals.len(), launches.len())
}

/// The signals of all waits that one of the keys finds, one a run and kind.
fn signals(ask: &mut Ask, plan: &mut Plan) -> Answered<Vec<Signal>> {
    let payload = ask.member(plan.event, "payload");
    let has_task = ask.member(payload, "taskId").as_text().is_some();
    let mut signals: Vec<Signal> = Vec::new();
    for wait in ask.items(ask.given("waits")) {
        let seen = signals.len().saturating_add(plan.keys.len());
        ask.charge(u64::from(length(seen)).saturating_add(1))?;
        let id = ask.require_text(wait, "waitId", "waits.waitId")?;
        let run = ask.require_text(wait, "runId", "waits.runId")?;
        let kind = SIGNALS.iter().find(|row| ask.is(ask.member(wait, "type"), row.0));
        let rank = rank_of(ask, wait, &plan.keys);
        let reason = match (kind, rank) {
            _ if !plan.has_tenant(ask, wait) => "tenant",
            (None, _) => "type",
            _ if !is_waiting(ask, wait) => "status",
            _ if !plan.has_name(ask, wait) => "event-name",
            (_, None) => "correlation-key",
            (Some(&("human", _)), _) if !has_task => "task-id",
            (Some(&(_, signal)), Some(rank)) => {
                let of_run = |known: &&mut Signal| {
                    known.signal == signal
                        && ask.heap.bytes(known.run) == ask.heap.bytes(run)
                };
                match signals.iter_mut().find(of_run) {
                    Some(known) => {
                        known.rank = known.rank.min(rank);
                        known.waits.push(id);
                    }
                    None => {
                        let waits = alloc::vec![id];
                        signals.push(Signal { run, signal, rank, waits });
                    }
                }
                continue;
            }
        };
        plan.refuse(ask, "waitId", id, reason.as_bytes());
    }
    Ok(signals)
}

/// Which key finds a wait: none, or its rank among the keys of the event.
fn rank_of(ask: &Ask, wait: Value, keys: &[Value]) -> Option<u32> {
    match ask.member(wait, "key") {
        Value::Null | Value::Undefined => Some(0),
        key => {
            let key = trim(ask.bytes(key)?);
            keys.iter().position(|&known| ask.bytes(known) == Some(key)).map(length)
        }
    }
}

fn is_waiting(ask: &Ask, wait: Value) -> bool {
    match ask.member(wait, "status") {
        Value::Undefined => true,
        status => ask.is(status, "WAITING"),
    }
}

/// Workflows that the event starts, each once.
fn launches(ask: &mut Ask, plan: &mut Plan) -> Answered<Vec<(Text, Value)>> {
    let mut launches: Vec<(Text, Value)> = Vec::new();
    for launch in ask.items(ask.given("launches")) {
        ask.charge(u64::from(length(launches.len())).saturating_add(1))?;
        let id = ask.require_text(launch, "workflowId", "launches.workflowId")?;
        let problem = ask.bytes(ask.member(launch, "problem")).map(<[u8]>::to_vec);
        let reason = match problem {
            _ if !plan.has_tenant(ask, launch) => b"tenant".to_vec(),
            _ if !plan.has_name(ask, launch) => b"event-name".to_vec(),
            Some(problem) => problem,
            None => {
                let same =
                    |known: &(Text, Value)| ask.heap.bytes(known.0) == ask.heap.bytes(id);
                if !launches.iter().any(same) {
                    launches.push((id, launch));
                }
                continue;
            }
        };
        plan.refuse(ask, "workflowId", id, &reason);
    }
    Ok(launches)
}

impl Plan {
    fn has_tenant(&self, ask: &Ask, candidate: Value) -> bool {
        ask.bytes(ask.member(candidate, "tenant")) == Some(&self.tenant)
    }

    fn has_name(&self, ask: &Ask, candidate: Value) -> bool {
        let name = ask.bytes(ask.member(self.event, "eventName"));
        name == ask.bytes(ask.member(candidate, "eventName"))
    }

    fn refuse(&mut self, ask: &Ask, member: &str, id: Text, reason: &[u8]) {
        self.refused.item().raw("{").name(member).text(ask.heap.bytes(id));
        self.refused.name("reason").text(reason).raw("}");
    }

    /// Starts a signal or launch with the id by which its receiver knows that it has seen
    /// it already; gives false when the host says that it is done.
    fn begin(&self, ask: &mut Ask, kind: &str, target: Text) -> Result<bool> {
        ask.charge(u64::from(length(self.done.len())))?;
        let mut id = self.id.clone();
        for part in [kind.as_bytes(), ask.heap.bytes(target)] {
            id.push(b':');
            id.extend_from_slice(part);
        }
        if self.done.iter().any(|&known| ask.bytes(known) == Some(&id)) {
            return Ok(false);
        }
        ask.out.item().raw("{").name("id").text(id);
        Ok(true)
    }
}

/// Writes a signal that is still to be sent.
fn write_signal(ask: &mut Ask, plan: &Plan, signal: &Signal) -> Result<bool> {
    if !plan.begin(ask, signal.signal, signal.run)? {
        return Ok(false);
    }
    let Ask { out, heap, .. } = ask;
    let run = heap.bytes(signal.run);
    out.name("runId").text(run);
    let mut workflow = WORKFLOW_ID.to_vec();
    workflow.extend_from_slice(run);
    out.name("workflowId").text(workflow).name("signal").text(signal.signal);
    let key = plan.keys.get(index(signal.rank)).and_then(|key| key.as_text());
    out.name("key").optional(key.map(|key| heap.bytes(key)));
    out.name("waitIds").raw("[");
    for &wait in &signal.waits {
        out.item().text(heap.bytes(wait));
    }
    out.raw("]").name("tenant").text(&plan.tenant).raw("}");
    Ok(true)
}

/// Writes a workflow that is still to be started.
fn write_launch(
    ask: &mut Ask,
    plan: &Plan,
    workflow: Text,
    launch: Value,
) -> Result<bool> {
    if !plan.begin(ask, "launch", workflow)? {
        return Ok(false);
    }
    write_member(ask, "workflowId", Value::String(workflow))?;
    write_member(ask, "version", ask.member(launch, "version"))?;
    ask.out.name("tenant").text(&plan.tenant).raw("}");
    Ok(true)
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
        let mut message = b"Missing workflow correlation key (".to_vec();
        message.extend_from_slice(detail);
        message.push(b')');
        ask.out.name("message").text(message);
    }
    ask.out.raw("}}");
    Ok(())
}

fn write_member(ask: &mut Ask, name: &str, value: Value) -> Result<()> {
    ask.out.name(name);
    ask.write(value)
}
