//! What an operator may do to a run, and through whom.
//!
//! The rows of a run that a database holds are a projection of what its engine did. An
//! action is either carried out by the engine or refused; no answer lets a host change the
//! projection to what it would like to be true.

use super::ask::{Answered, Ask};
use crate::value::Value;

/// How an action is decided for a run of an engine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Rule {
    /// Temporal does it, whatever the status.
    Temporal(&'static str),
    /// Temporal does it while the run is open.
    TemporalWhileOpen(&'static str),
    /// Temporal does it to a run that is paused for a quota.
    TemporalWhilePaused(&'static str),
    /// Nobody can do it.
    Refuse(&'static Refusal),
}

/// Why an action is refused.
#[derive(PartialEq, Eq, Debug)]
struct Refusal {
    code: &'static str,
    /// The HTTP status.
    status: u16,
    /// The message. One of two parts has the action, in quotes, between them.
    message: (&'static str, &'static str),
    hint: &'static str,
}

const UNSUPPORTED: Refusal = Refusal {
    code: "WORKFLOW_TEMPORAL_ACTION_UNSUPPORTED",
    status: 409,
    message: ("Unsupported action ", " for Temporal-backed workflow run"),
    hint: "Temporal decides how the run goes on: submit the event it waits for, or cancel \
           it and replay it",
};
const NO_EXECUTION: Refusal = Refusal {
    code: "WORKFLOW_LEGACY_ENGINE_UNSUPPORTED",
    status: 409,
    message: ("Unsupported action ", " for a workflow run without an engine"),
    hint: "the engine of this run is retired: replay it as a new run",
};
const UNKNOWN_ENGINE: Refusal = Refusal {
    code: "WORKFLOW_ENGINE_UNKNOWN",
    status: 409,
    message: ("Unsupported action ", " for a workflow run of an unknown engine"),
    hint: "find out which engine has the run before acting on it",
};
const UNKNOWN_ACTION: Refusal = Refusal {
    code: "WORKFLOW_ACTION_UNKNOWN",
    status: 409,
    message: ("Unknown action ", " for a workflow run"),
    hint: "operators can cancel, replay, and resume a run that is paused for a quota",
};
const CLOSED: Refusal = Refusal {
    code: "WORKFLOW_RUN_CLOSED",
    status: 409,
    message: ("Unsupported action ", " for a closed workflow run"),
    hint: "the run has ended: replay it as a new run",
};
const NOT_WAITING: Refusal = Refusal {
    code: "WORKFLOW_RUN_NOT_WAITING",
    status: 409,
    message: ("Run is not waiting", ""),
    hint: "only a run that waits can be resumed",
};
const NOT_PAUSED: Refusal = Refusal {
    code: "WORKFLOW_RUN_NOT_QUOTA_PAUSED",
    status: 409,
    message: ("Run is not quota-paused", ""),
    hint: "the run waits for something else",
};
const STALE_PAUSE: Refusal = Refusal {
    code: "WORKFLOW_QUOTA_PAUSE_STALE",
    status: 409,
    message: ("Quota pause is stale for this run", ""),
    hint: "the run has gone on since: load it again",
};
/// No conflict but an answer: the run stays paused.
const EXHAUSTED: Refusal = Refusal {
    code: "quota_exhausted",
    status: 200,
    message: ("the quota is still exhausted", ""),
    hint: "raise the quota, or wait for its next period",
};

/// Each action, and its rule for the engines `temporal` and `db`.
const ACTIONS: [(&str, Rule, Rule); 8] = [
    ("resume", Rule::Refuse(&UNSUPPORTED), Rule::Refuse(&NO_EXECUTION)),
    ("retry", Rule::Refuse(&UNSUPPORTED), Rule::Refuse(&NO_EXECUTION)),
    ("requeue_event_wait", Rule::Refuse(&UNSUPPORTED), Rule::Refuse(&NO_EXECUTION)),
    ("cancel", Rule::TemporalWhileOpen("cancel"), Rule::Refuse(&NO_EXECUTION)),
    // A replay is a new run from the input of the old one, which it does not touch.
    ("replay", Rule::Temporal("start"), Rule::Temporal("start")),
    ("quota_resume", Rule::TemporalWhilePaused("signal"), Rule::Refuse(&NO_EXECUTION)),
    ("legacy_execute", Rule::Refuse(&UNSUPPORTED), Rule::Refuse(&NO_EXECUTION)),
    ("wait_resolution", Rule::Refuse(&UNSUPPORTED), Rule::Refuse(&NO_EXECUTION)),
];

/// The statuses of a run that has ended.
const CLOSED_STATUSES: [&str; 3] = ["SUCCEEDED", "FAILED", "CANCELED"];

/// Decides an action.
pub(crate) fn authority(ask: &mut Ask) -> Answered {
    match decide(ask) {
        Ok(operation) => {
            ask.out.raw("{").name("allow").bool(true).name("via").text("temporal");
            ask.out.name("operation").text(operation).raw("}");
        }
        Err(refusal) => refuse(ask, refusal),
    }
    Ok(())
}

fn decide(ask: &Ask) -> Result<&'static str, &'static Refusal> {
    let action = ask.given("action");
    let status = ask.given("status");
    let Some(&(_, temporal, db)) = ACTIONS.iter().find(|row| ask.is(action, row.0))
    else {
        return Err(&UNKNOWN_ACTION);
    };
    let rule = match ask.bytes(ask.given("engine")) {
        Some(b"temporal") => temporal,
        Some(b"db") => db,
        _ => return Err(&UNKNOWN_ENGINE),
    };
    match rule {
        Rule::Temporal(operation) => Ok(operation),
        Rule::TemporalWhileOpen(operation) => {
            let closed = CLOSED_STATUSES.iter().any(|closed| ask.is(status, closed));
            if closed { Err(&CLOSED) } else { Ok(operation) }
        }
        Rule::TemporalWhilePaused(operation) => paused(ask, status).map(|()| operation),
        Rule::Refuse(refusal) => Err(refusal),
    }
}

/// Whether the run still is in the very pause that the operator sees.
fn paused(ask: &Ask, status: Value) -> Result<(), &'static Refusal> {
    let wait = ask.given("wait");
    let place = ask.bytes(ask.given("nodePath"));
    if !ask.is(status, "WAITING") {
        return Err(&NOT_WAITING);
    }
    if !ask.is(ask.member(wait, "type"), "quota") {
        return Err(&NOT_PAUSED);
    }
    if place.is_none() || place != ask.bytes(ask.member(wait, "stepPath")) {
        return Err(&STALE_PAUSE);
    }
    match ask.given("quotaExhausted") {
        Value::Bool(true) => Err(&EXHAUSTED),
        _ => Ok(()),
    }
}

fn refuse(ask: &mut Ask, refusal: &Refusal) {
    let action = ask.bytes(ask.given("action")).unwrap_or_default().to_vec();
    let (before, after) = refusal.message;
    let mut message = before.as_bytes().to_vec();
    if !after.is_empty() {
        message.push(b'"');
        message.extend_from_slice(&action);
        message.push(b'"');
    }
    message.extend_from_slice(after.as_bytes());
    ask.out.raw("{").name("allow").bool(false);
    ask.out.name("status").number(u64::from(refusal.status));
    ask.out.name("message").text(message);
    ask.out.name("details").raw("{").name("code").text(refusal.code);
    ask.out.name("action").text(action);
    write_run(ask);
    ask.out.name("hint").text(refusal.hint).raw("}}");
}

/// The members that say which run a refusal is about.
pub(super) fn write_run(ask: &mut Ask) {
    let engine = ask.bytes(ask.given("engine")).map(<[u8]>::to_vec);
    ask.out.name("engine").optional(engine.as_deref());
    if let Some(run) = ask.bytes(ask.given("runId")).map(<[u8]>::to_vec) {
        ask.out.name("runId").text(run);
    }
}
