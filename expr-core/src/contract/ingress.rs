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
use super::ask::{Answered, Ask, bad_member, joined, push_index, push_segment};
use super::shape::{Kind, Member, expect, may, misfit, must};
use super::wait::wait_key;
use crate::error::Result;
use crate::map::NumberMap;
use crate::value::{Text, Value, index, length};
use alloc::vec::Vec;

const EVENT: [Member; 3] = [
    must("eventId", Kind::Name),
    must("tenant", Kind::Name),
    must("eventName", Kind::Name),
];

const CORRELATION: [Member; 4] = [
    may("key", Kind::TextOrNull),
    must("keys", Kind::Array),
    must("source", Kind::Text),
    may("detail", Kind::Text),
];

/// Where the keys of an event come from.
const SOURCES: [&str; 3] = ["explicit", "derived", "missing"];

/// A list of those that an event may be for.
struct Candidates {
    list: &'static str,
    /// The member that names one.
    id: &'static str,
    members: &'static [Member],
    /// Takes one into the plan, or says why not.
    take: fn(&mut Ask, &mut Plan, Value, Text) -> Option<&'static str>,
}

const CANDIDATES: [Candidates; 2] = [
    Candidates {
        list: "waits",
        id: "waitId",
        members: &[
            must("waitId", Kind::Name),
            must("runId", Kind::Name),
            must("tenant", Kind::Name),
            must("type", Kind::Text),
            may("eventName", Kind::TextOrNull),
            may("key", Kind::Scalar),
            may("status", Kind::TextOrNull),
        ],
        take: take_wait,
    },
    Candidates {
        list: "launches",
        id: "workflowId",
        members: &[
            must("workflowId", Kind::Name),
            must("tenant", Kind::Name),
            must("version", Kind::Number),
            may("eventName", Kind::TextOrNull),
            may("problem", Kind::TextOrNull),
        ],
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

/// Why what is carried out already is not planned again.
const DONE: &[u8] = b"done";

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
}

/// Plans what follows from an event.
pub(crate) fn ingress(ask: &mut Ask) -> Answered {
    Ok(answer(ask)?)
}

fn answer(ask: &mut Ask) -> Result<()> {
    let (event, correlation) = (ask.given("event"), ask.given("correlation"));
    expect(ask, event, &EVENT, "/event")?;
    expect(ask, correlation, &CORRELATION, "/correlation")?;
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
    };
    let source = ask.member(correlation, "source");
    if !SOURCES.iter().any(|known| ask.is(source, known)) {
        return Err(bad_member("/correlation/source", "explicit, derived or missing"));
    }
    plan.ranks = numbered(ask, &plan.keys, "/correlation/keys", Kind::Name)?;
    let done_ids = ask.items(ask.given("done"));
    let done = numbered(ask, &done_ids, "/done", Kind::Text)?;
    let mut planned = carried_out(ask, &plan.pointer, &done_ids, &done);
    for candidates in &CANDIDATES {
        sift(ask, &mut plan, candidates)?;
    }
    ask.out.raw(r#"{"signals":["#);
    let [signals, launches] = &mut planned;
    let before = [*signals, *launches];
    write_signals(ask, &mut plan, &done, signals)?;
    ask.out.raw(r#"],"launches":["#);
    for launch in core::mem::take(&mut plan.launches) {
        let id = ask.member(launch, "workflowId").as_text().unwrap_or_default();
        let fits = obstacle(ask, plan.event, launch).is_none();
        if fits && plan.begin(ask, "launch", id, &done) {
            *launches = launches.saturating_add(1);
            ask.out.raw(r#","workflowId":"#).text(ask.heap.bytes(id));
            ask.out.raw(r#","version":"#);
            ask.write(ask.member(launch, "version"))?;
            ask.fill(r#","tenant":@event.tenant}"#)?;
            continue;
        }
        let reason = obstacle(ask, plan.event, launch).unwrap_or(DONE);
        plan.refuse("workflowId", ask.heap.bytes(id), reason);
    }
    let state = if planned == before { "done" } else { "routed" };
    ask.out.raw(r#"],"state":"#).text(state);
    ask.out.raw(r#","refused":["#).raw(plan.refused.into_bytes()).raw("]");
    write_audit(ask, correlation, planned)
}

/// The place of each text in a list, in which nothing of another kind may be.
fn numbered(
    ask: &mut Ask,
    texts: &[Value],
    pointer: &str,
    kind: Kind,
) -> Result<NumberMap> {
    let mut places = NumberMap::default();
    for (place, &text) in texts.iter().enumerate() {
        ask.charge(1)?;
        let Some(text) = text.as_text().filter(|_| kind.fits(&ask.heap, text)) else {
            let mut pointer = pointer.as_bytes().to_vec();
            push_index(&mut pointer, place);
            return Err(bad_member(pointer, kind.wanted()));
        };
        places.insert(name(ask, text), length(place));
    }
    Ok(places)
}

/// How many signals and launches of the event whose ids begin with `pointer` are done,
/// each once: also those whose candidates are gone since.
fn carried_out(
    ask: &mut Ask,
    pointer: &[u8],
    ids: &[Value],
    places: &NumberMap,
) -> [u32; 2] {
    let mut counts = [0_u32; 2];
    for (place, id) in ids.iter().enumerate() {
        let Some(id) = id.as_text() else { continue };
        let number = name(ask, id);
        let target = ask.heap.bytes(id).strip_prefix(pointer);
        let Some([b'/', target @ ..]) = target else { continue };
        let [signals, launches] = &mut counts;
        let count = if target.starts_with(b"launch/") { launches } else { signals };
        if places.get(number) == Some(length(place)) {
            *count = count.saturating_add(1);
        }
    }
    counts
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
        let mut pointer = Vec::new();
        push_segment(&mut pointer, candidates.list.as_bytes());
        push_index(&mut pointer, position);
        if misfit(ask, candidate, candidates.members, &mut pointer).is_some() {
            plan.refuse("pointer", &pointer, b"malformed");
            continue;
        }
        let id = ask.member(candidate, candidates.id).as_text().unwrap_or_default();
        let reason = if same_text(ask, plan.tenant, ask.member(candidate, "tenant")) {
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

fn same_text(ask: &Ask, left: Value, right: Value) -> bool {
    ask.bytes(left) == ask.bytes(right)
}

fn has_name(ask: &Ask, event: Value, candidate: Value) -> bool {
    let [event, wanted] = [event, candidate].map(|it| ask.member(it, "eventName"));
    same_text(ask, event, wanted)
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
    fn refuse(&mut self, member: &str, id: &[u8], reason: &[u8]) {
        let item = self.refused.item().raw("{").name(member).text(id);
        item.raw(r#","reason":"#).text(reason).raw("}");
    }

    /// Starts a signal or launch with the id by which its receiver knows that it has seen
    /// it already, a pointer, so that no two are alike; gives false when the host says that
    /// it is done.
    fn begin(&self, ask: &mut Ask, kind: &str, target: Text, done: &NumberMap) -> bool {
        let mut pointer = self.pointer.clone();
        push_segment(&mut pointer, kind.as_bytes());
        push_segment(&mut pointer, ask.heap.bytes(target));
        let known = ask.heap.find_key(&pointer);
        if known.is_some_and(|known| done.get(u64::from(known.0)).is_some()) {
            return false;
        }
        ask.out.item().raw(r#"{"id":"#).text(pointer);
        true
    }
}

/// Writes the signals that are still to be sent, and counts them.
fn write_signals(
    ask: &mut Ask,
    plan: &mut Plan,
    done: &NumberMap,
    count: &mut u32,
) -> Result<()> {
    for Signal { run, signal, rank, waits } in core::mem::take(&mut plan.signals) {
        ask.charge(u64::from(length(plan.keys.len())))?;
        if !plan.begin(ask, signal, run, done) {
            for wait in waits {
                plan.refuse("waitId", ask.heap.bytes(wait), DONE);
            }
            continue;
        }
        *count = count.saturating_add(1);
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

/// What the event's row says: what was planned for it up to now, and why nothing follows if nothing does.
fn write_audit(ask: &mut Ask, correlation: Value, planned: [u32; 2]) -> Result<()> {
    let [signals, launches] = planned.map(u64::from);
    ask.fill(AUDIT)?;
    ask.out.number(signals).raw(r#","launches":"#).number(launches);
    if planned == [0, 0] && ask.is(ask.member(correlation, "source"), "missing") {
        let detail = ask.bytes(ask.member(correlation, "detail")).unwrap_or_default();
        let message = joined(&[b"Missing workflow correlation key (", detail, b")"]);
        ask.out.raw(r#","message":"#).text(message);
    }
    ask.out.raw("}}");
    Ok(())
}
