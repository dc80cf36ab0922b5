//! An event that came in → whom it is for, as a plan.
//!
//! The plan is a pure function of the event, its correlation and the candidates, so it can
//! be made again at any time and is the same. Every signal and launch has an id made of
//! tenant, event and target, which the receiver drops when it has seen it; the host passes
//! back what is done, and the plan shrinks. What follows from that:
//!
//! 1. A crash between the event's row and its signals loses nothing: the row is an outbox
//!    in state `received` or `routed` until the plan is empty, then `done`.
//! 2. Signals and launches stand alone. One that fails is tried again by itself.
//! 3. An event stays until its plan is empty, and `audit` keeps its keys for waits that
//!    open later, which look through recent events with `waitMatch`, but for those that a
//!    wait of their run has consumed.
//! 4. A signal is `done` when its run has acknowledged it: recorded its id, and consumed or
//!    buffered it. Both go with the run when it continues as new; what it lost before is
//!    sent again.
//! 5. A run is signalled once, however many of its waits are found: the signal has all
//!    keys of the event, so it wakes each of them, and each takes it at most once.
//! 6. A wait without a key waits for any, here as in the run.
//! 7. All keys are tried, whichever way the event came in, and its id is its own.
//! 8. A candidate of another tenant is refused by name, and ids have the tenant; that an
//!    event is known is a fact that the host states (`done`), and failing to read it is no
//!    answer.

use super::answer::Answer;
use super::ask::{Answered, Ask, bad_member, joined, push_segment};
use super::shape::{Kind, Shape, closed, expect, may, misfit, must, pointer, same_name};
use super::wait::wait_key;
use crate::error::Result;
use crate::map::NumberMap;
use crate::value::{Text, Value, index, length};
use alloc::vec::Vec;

const EVENT: Shape = closed(&[
    must("eventId", Kind::Name),
    must("tenant", Kind::Name),
    must("eventName", Kind::Name),
    may("payload", Kind::Any),
    may("payloadSchemaRef", Kind::TextOrNull),
]);

const CORRELATION: Shape = closed(&[
    may("key", Kind::TextOrNull),
    must("keys", Kind::Array),
    must("source", Kind::Text),
    may("detail", Kind::Text),
    may("ambiguous", Kind::Bool),
]);

/// A signal or launch that can never succeed, and why.
const FAILURE: Shape = closed(&[must("id", Kind::Text), must("reason", Kind::Text)]);

/// Where the keys of an event come from.
const SOURCES: [&str; 3] = ["explicit", "derived", "missing"];

/// A list of those that an event may be for.
struct Candidates {
    list: &'static str,
    /// The member that names one.
    id: &'static str,
    shape: Shape,
    /// Takes one into the plan, or says why not.
    take: fn(&mut Ask, &mut Plan, Value, Text) -> Option<&'static str>,
}

const CANDIDATES: [Candidates; 2] = [
    Candidates {
        list: "waits",
        id: "waitId",
        shape: closed(&[
            must("waitId", Kind::Name),
            must("runId", Kind::Name),
            must("tenant", Kind::Name),
            must("type", Kind::Text),
            may("eventName", Kind::TextOrNull),
            may("key", Kind::Scalar),
            may("status", Kind::TextOrNull),
        ]),
        take: take_wait,
    },
    Candidates {
        list: "launches",
        id: "workflowId",
        shape: closed(&[
            must("workflowId", Kind::Name),
            must("tenant", Kind::Name),
            must("version", Kind::Number),
            may("eventName", Kind::TextOrNull),
            may("problem", Kind::TextOrNull),
        ]),
        take: take_launch,
    },
];

/// Who is signalled how, by the type of the wait.
const SIGNALS: [(&str, &str); 2] =
    [("event", "workflowRuntimeV2Event"), ("human", "workflowRuntimeV2HumanTask")];

/// What starts a workflow, where the numbers of [`SIGNALS`] are of signals.
const LAUNCH: u64 = 2;

/// What the event's row says of the event and of its correlation.
const AUDIT: &str = r#","audit":{"eventId":@event.eventId,"eventName":@event.eventName,"tenant":@event.tenant,"payloadSchemaRef":@event.payloadSchemaRef,"correlationKey":@correlation.key,"correlationKeys":@correlation.keys,"correlationSource":@correlation.source,"correlationDetail":@correlation.detail,"signals":"#;

/// The workflow that has a run.
const WORKFLOW_ID: &[u8] = b"workflow-runtime-v2:run:";

/// What is carried out already, and what never can be: the lists that tell it, and why it
/// is not planned again.
const SETTLED: [&str; 2] = ["done", "failed"];

/// The rank of no key: that of any real one is less.
const ANY: u32 = u32::MAX;

/// A signal to a run, for one or more of its waits.
struct Signal {
    run: Text,
    signal: &'static str,
    /// The least rank among the keys that found it.
    rank: u32,
    waits: Vec<Text>,
}

/// What follows from an event.
struct Plan {
    event: Value,
    /// What all ids begin with: tenant and event.
    pointer: Vec<u8>,
    tenant: Value,
    keys: Vec<Value>,
    /// Key of the event → its rank.
    ranks: NumberMap,
    signals: Vec<Signal>,
    /// The latest version of each workflow.
    launches: Vec<Value>,
    /// What happens and the name of its target → its place in one of these lists.
    targets: NumberMap,
    /// Place of a signal and name of a wait → nothing, for waits that it is for already.
    listed: NumberMap,
    /// Candidates that the event is not for, although they were offered.
    refused: Answer,
    /// Id of what is [`SETTLED`] → in which way.
    settled: NumberMap,
    /// How many signals and launches of the event are planned or done.
    planned: [u32; 2],
    /// What of it never can be carried out, with the reason.
    failures: Vec<Value>,
}

/// Plans what follows from an event.
pub(crate) fn ingress(ask: &mut Ask) -> Answered {
    Ok(answer(ask)?)
}

fn answer(ask: &mut Ask) -> Result<()> {
    let (event, correlation) = (ask.given("event"), ask.given("correlation"));
    expect(ask, event, &EVENT, ("event", None))?;
    expect(ask, correlation, &CORRELATION, ("correlation", None))?;
    let mut pointer = Vec::new();
    for name in ["tenant", "eventId"] {
        let part = ask.bytes(ask.member(event, name)).unwrap_or_default();
        push_segment(&mut pointer, part);
    }
    let mut plan = Plan {
        event,
        pointer,
        tenant: ask.member(event, "tenant"),
        keys: ask.items(ask.member(correlation, "keys")),
        ranks: NumberMap::default(),
        signals: Vec::new(),
        launches: Vec::new(),
        targets: NumberMap::default(),
        listed: NumberMap::default(),
        refused: Answer::default(),
        settled: NumberMap::default(),
        planned: [0; 2],
        failures: Vec::new(),
    };
    let source = ask.member(correlation, "source");
    if !SOURCES.iter().any(|known| ask.is(source, known)) {
        return Err(bad_member("/correlation/source", "explicit, derived or missing"));
    }
    rank_keys(ask, &mut plan)?;
    settle(ask, &mut plan)?;
    for candidates in &CANDIDATES {
        sift(ask, &mut plan, candidates)?;
    }
    let settled = plan.planned;
    ask.out.raw(r#"{"signals":["#);
    write_signals(ask, &mut plan)?;
    ask.out.raw(r#"],"launches":["#);
    write_launches(ask, &mut plan)?;
    let state = if plan.planned == settled { "done" } else { "routed" };
    ask.out.raw(r#"],"state":"#).text(state);
    ask.out.raw(r#","refused":["#).raw(plan.refused.bytes()).raw("]");
    write_audit(ask, &plan, correlation)
}

/// Numbers the keys of the event in their order.
fn rank_keys(ask: &mut Ask, plan: &mut Plan) -> Result<()> {
    for (rank, &key) in plan.keys.iter().enumerate() {
        ask.charge(1)?;
        let Some(text) = key.as_text().filter(|_| Kind::Name.fits(&ask.heap, key)) else {
            let pointer = pointer(("correlation/keys", Some(rank)));
            return Err(bad_member(pointer, Kind::Name.wanted()));
        };
        plan.ranks.insert(name(ask, text), length(rank));
    }
    Ok(())
}

/// Notes what is settled, each id once, and counts what is done for the event: also that
/// whose candidates are gone since.
fn settle(ask: &mut Ask, plan: &mut Plan) -> Result<()> {
    for (how, list) in (0_u32..).zip(SETTLED) {
        for (position, item) in ask.items(ask.given(list)).into_iter().enumerate() {
            ask.charge(1)?;
            let (at, fails) = ((list, Some(position)), how > 0);
            if fails {
                expect(ask, item, &FAILURE, at)?;
            }
            let told = if fails { ask.member(item, "id") } else { item };
            let Some(id) = told.as_text() else {
                return Err(bad_member(pointer(at), Kind::Text.wanted()));
            };
            if plan.settled.insert(name(ask, id), how).is_some() {
                continue;
            }
            let target = ask.heap.bytes(id).strip_prefix(plan.pointer.as_slice());
            let Some([b'/', target @ ..]) = target else { continue };
            if fails {
                plan.failures.push(item);
            } else {
                plan.count(usize::from(target.starts_with(b"launch/")));
            }
        }
    }
    Ok(())
}

/// A number that stands for a text.
fn name(ask: &mut Ask, text: Text) -> u64 {
    u64::from(ask.heap.intern_text(text).0)
}

/// A number that stands for two.
fn pair(left: u64, right: u64) -> u64 {
    left << 32 | right
}

/// Takes those into the plan that the event is for, and refuses the others one by one: what
/// is wrong with one concerns no other.
fn sift(ask: &mut Ask, plan: &mut Plan, candidates: &Candidates) -> Result<()> {
    for (position, candidate) in
        ask.items(ask.given(candidates.list)).into_iter().enumerate()
    {
        ask.charge(1)?;
        let mut pointer = pointer((candidates.list, Some(position)));
        if misfit(ask, candidate, &candidates.shape, &mut pointer).is_some() {
            plan.refuse("pointer", &pointer, b"malformed");
            continue;
        }
        let id = ask.member(candidate, candidates.id).as_text().unwrap_or_default();
        let reason = if same_name(ask, plan.tenant, ask.member(candidate, "tenant")) {
            (candidates.take)(ask, plan, candidate, id)
        } else {
            Some("tenant")
        };
        if let Some(reason) = reason {
            plan.refuse(candidates.id, ask.heap.bytes(id), reason.as_bytes());
        }
    }
    Ok(())
}

fn has_name(ask: &Ask, event: Value, candidate: Value) -> bool {
    let [event, wanted] = [event, candidate].map(|it| ask.member(it, "eventName"));
    same_name(ask, event, wanted)
}

/// Why an event does not start a workflow in this version, for which an older one does not
/// stand in.
fn obstacle(ask: &Ask, event: Value, launch: Value) -> Option<&[u8]> {
    if has_name(ask, event, launch) {
        ask.bytes(ask.member(launch, "problem"))
    } else {
        Some(b"event-name")
    }
}

/// Adds a wait to the one signal that its run has of its kind.
fn take_wait(
    ask: &mut Ask,
    plan: &mut Plan,
    wait: Value,
    id: Text,
) -> Option<&'static str> {
    let kind = ask.member(wait, "type");
    let Some(kind) = SIGNALS.iter().position(|row| ask.is(kind, row.0)) else {
        return Some("type");
    };
    let status = ask.member(wait, "status");
    if !status.is_undefined() && !ask.is(status, "WAITING") {
        return Some("status");
    }
    if !has_name(ask, plan.event, wait) {
        return Some("event-name");
    }
    let rank = match wait_key(ask, ask.member(wait, "key")) {
        None => ANY,
        Some(key) => {
            let rank = ask.heap.find_key(&key);
            match rank.and_then(|key| plan.ranks.get(u64::from(key.0))) {
                None => return Some("correlation-key"),
                Some(rank) => rank,
            }
        }
    };
    let task = ask.member(ask.member(plan.event, "payload"), "taskId");
    let (wait_type, signal) = *SIGNALS.get(kind)?;
    if wait_type == "human" && !Kind::Name.fits(&ask.heap, task) {
        return Some("task-id");
    }
    let run = ask.member(wait, "runId").as_text().unwrap_or_default();
    let target = pair(u64::from(length(kind)), name(ask, run));
    let place = length(plan.signals.len());
    let place = plan.targets.insert(target, place).unwrap_or_else(|| {
        plan.signals.push(Signal { run, signal, rank, waits: Vec::new() });
        place
    });
    let known = plan.signals.get_mut(index(place))?;
    known.rank = known.rank.min(rank);
    let listed = pair(u64::from(place), name(ask, id));
    if plan.listed.insert(listed, 0).is_none() {
        known.waits.push(id);
    }
    None
}

/// Keeps the latest version of each workflow, whichever comes first. Of one that is offered
/// twice, what speaks against it counts.
fn take_launch(
    ask: &mut Ask,
    plan: &mut Plan,
    launch: Value,
    id: Text,
) -> Option<&'static str> {
    let target = pair(LAUNCH, name(ask, id));
    let place = length(plan.launches.len());
    let Some(place) = plan.targets.insert(target, place) else {
        plan.launches.push(launch);
        return None;
    };
    let known = plan.launches.get_mut(index(place))?;
    let rank = |launch| {
        (ask.member(launch, "version").as_number(), obstacle(ask, plan.event, launch))
    };
    if rank(launch) > rank(*known) {
        *known = launch;
    }
    Some("version")
}

impl Plan {
    /// Counts a signal or a launch.
    fn count(&mut self, kind: usize) {
        if let Some(count) = self.planned.get_mut(kind) {
            *count = count.saturating_add(1);
        }
    }

    fn refuse(&mut self, member: &str, id: &[u8], reason: &[u8]) {
        let item = self.refused.item().raw("{").name(member).text(id);
        item.raw(r#","reason":"#).text(reason).raw("}");
    }

    /// Starts a signal or launch with the id by which its receiver knows that it has seen
    /// it already, a pointer, so that no two are alike; or says how it is settled.
    fn begin(&self, ask: &mut Ask, kind: &str, target: Text) -> Option<&'static str> {
        let mut pointer = self.pointer.clone();
        push_segment(&mut pointer, kind.as_bytes());
        push_segment(&mut pointer, ask.heap.bytes(target));
        let known = ask.heap.find_key(&pointer);
        if let Some(how) = known.and_then(|known| self.settled.get(u64::from(known.0))) {
            return SETTLED.get(index(how)).copied();
        }
        ask.out.item().raw(r#"{"id":"#).text(pointer);
        None
    }
}

/// Writes the signals that are still to be sent, and counts them.
fn write_signals(ask: &mut Ask, plan: &mut Plan) -> Result<()> {
    for Signal { run, signal, rank, waits } in core::mem::take(&mut plan.signals) {
        ask.charge(u64::from(length(plan.keys.len())))?;
        if let Some(why) = plan.begin(ask, signal, run) {
            for wait in waits {
                plan.refuse("waitId", ask.heap.bytes(wait), why.as_bytes());
            }
            continue;
        }
        plan.count(0);
        let run = ask.heap.bytes(run);
        let out = &mut ask.out;
        out.raw(r#","runId":"#).text(run);
        out.raw(r#","workflowId":"#).text(joined(&[WORKFLOW_ID, run]));
        out.raw(r#","signal":"#).text(signal).raw(r#","key":"#);
        let key =
            if rank == ANY { plan.keys.first() } else { plan.keys.get(index(rank)) };
        out.optional(key.and_then(|key| key.as_text()).map(|key| ask.heap.bytes(key)));
        ask.fill(r#","keys":@correlation.keys,"waitIds":["#)?;
        for wait in waits {
            ask.out.item().text(ask.heap.bytes(wait));
        }
        ask.fill(r#"],"tenant":@event.tenant}"#)?;
    }
    Ok(())
}

/// Writes the launches that are still to be made, and counts them.
fn write_launches(ask: &mut Ask, plan: &mut Plan) -> Result<()> {
    for launch in core::mem::take(&mut plan.launches) {
        let id = ask.member(launch, "workflowId").as_text().unwrap_or_default();
        let mut why = obstacle(ask, plan.event, launch).map(<[u8]>::to_vec);
        if why.is_none() {
            why = plan.begin(ask, "launch", id).map(|how| how.as_bytes().to_vec());
        }
        if let Some(why) = why {
            plan.refuse("workflowId", ask.heap.bytes(id), &why);
            continue;
        }
        plan.count(1);
        ask.out.raw(r#","workflowId":"#).text(ask.heap.bytes(id));
        ask.out.raw(r#","version":"#);
        ask.write(ask.member(launch, "version"))?;
        ask.fill(r#","tenant":@event.tenant}"#)?;
    }
    Ok(())
}

/// What the row of the event says: all that was planned for it up to now, what cannot be
/// carried out, and why nothing follows if nothing does.
fn write_audit(ask: &mut Ask, plan: &Plan, correlation: Value) -> Result<()> {
    let [signals, launches] = plan.planned.map(u64::from);
    ask.fill(AUDIT)?;
    ask.out.number(signals).raw(r#","launches":"#).number(launches);
    if let Some(&failure) = plan.failures.first() {
        ask.out.raw(r#","failures":["#);
        for &failure in &plan.failures {
            ask.out.item();
            ask.write(failure)?;
        }
        ask.out.raw(r#"],"message":"#);
        ask.write(ask.member(failure, "reason"))?;
    } else if plan.planned == [0, 0]
        && ask.is(ask.member(correlation, "source"), "missing")
    {
        let detail = ask.bytes(ask.member(correlation, "detail")).unwrap_or_default();
        let message = joined(&[b"Missing workflow correlation key (", detail, b")"]);
        ask.out.raw(r#","message":"#).text(message);
    }
    ask.out.raw("}}");
    Ok(())
}
