//! What an operator may do to a run, and through whom.
//!
//! The rows of a run that a database holds are a projection of what its engine did. An
//! action is either carried out by the engine or refused; no answer lets a host change the
//! projection to what it would like to be true.

use super::ask::{Answered, Ask, joined};
use super::shape::{Kind, Shape, closed, expect, may, same_name};
use crate::value::Value;

/// When Temporal carries an action out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum When {
    Always,
    /// While the run is open.
    Open,
    /// While the run is paused for a quota.
    Paused,
    Never,
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
const UNKNOWN_STATUS: Refusal = Refusal {
    code: "WORKFLOW_RUN_STATUS_UNKNOWN",
    status: 409,
    message: ("Unsupported action ", " for a workflow run of an unknown status"),
    hint: "find out whether the run is open",
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
const UNKNOWN_QUOTA: Refusal = Refusal {
    code: "WORKFLOW_QUOTA_UNKNOWN",
    status: 409,
    message: ("Quota of this run is unknown", ""),
    hint: "find out whether the quota is exhausted",
};
/// No conflict but an answer: the run stays paused.
const EXHAUSTED: Refusal = Refusal {
    code: "quota_exhausted",
    status: 200,
    message: ("the quota is still exhausted", ""),
    hint: "raise the quota, or wait for its next period",
};

/// Each action, when Temporal carries it out for a run of its own, and by which operation.
/// For a run of the retired engine `db` it does what it always does.
const ACTIONS: [(&str, When, &str); 8] = [
    ("resume", When::Never, ""),
    ("retry", When::Never, ""),
    ("requeue_event_wait", When::Never, ""),
    ("cancel", When::Open, "cancel"),
    // A replay is a new run from the input of the old one, which it does not touch.
    ("replay", When::Always, "start"),
    ("quota_resume", When::Paused, "signal"),
    ("legacy_execute", When::Never, ""),
    ("wait_resolution", When::Never, ""),
];

/// Every status of a run, and whether the run is open.
const STATUSES: [(&str, bool); 5] = [
    ("RUNNING", true),
    ("WAITING", true),
    ("SUCCEEDED", false),
    ("FAILED", false),
    ("CANCELED", false),
];

/// What a wait can tell of itself.
const WAIT: Shape = closed(&[
    may("type", Kind::Any),
    may("stepPath", Kind::Any),
    may("status", Kind::Any),
    may("runId", Kind::Any),
    may("tenant", Kind::Any),
]);

/// Every action that operators know.
#[cfg(feature = "reference")]
pub fn operator_actions() -> impl Iterator<Item = &'static str> {
    ACTIONS.iter().map(|row| row.0)
}

/// Every status that a run can have.
#[cfg(feature = "reference")]
pub fn run_statuses() -> impl Iterator<Item = &'static str> {
    STATUSES.iter().map(|row| row.0)
}

/// Decides an action.
pub(crate) fn authority(ask: &mut Ask) -> Answered {
    let wait = ask.given("wait");
    if let Value::Object(_) = wait {
        expect(ask, wait, &WAIT, ("wait", None))?;
    }
    match decide(ask) {
        Ok(operation) => {
            ask.out.raw(r#"{"allow":true,"via":"temporal","operation":"#);
            ask.out.text(operation).raw("}");
        }
        Err(refusal) => refuse(ask, refusal)?,
    }
    Ok(())
}

fn decide(ask: &Ask) -> Result<&'static str, &'static Refusal> {
    let [action, engine, status] =
        ["action", "engine", "status"].map(|name| ask.given(name));
    let Some(&(_, when, operation)) = ACTIONS.iter().find(|row| ask.is(action, row.0))
    else {
        return Err(&UNKNOWN_ACTION);
    };
    let temporal = ask.is(engine, "temporal");
    if !temporal && !ask.is(engine, "db") {
        return Err(&UNKNOWN_ENGINE);
    }
    match when {
        When::Always => Ok(operation),
        _ if !temporal => Err(&NO_EXECUTION),
        When::Open => match STATUSES.iter().find(|row| ask.is(status, row.0)) {
            Some((_, true)) => Ok(operation),
            Some((_, false)) => Err(&CLOSED),
            None => Err(&UNKNOWN_STATUS),
        },
        When::Paused => paused(ask, status).map(|()| operation),
        When::Never => Err(&UNSUPPORTED),
    }
}

/// Whether the run still is in the very pause that the operator sees.
fn paused(ask: &Ask, status: Value) -> Result<(), &'static Refusal> {
    let wait = ask.given("wait");
    let of_wait = |name| ask.member(wait, name);
    if !ask.is(status, "WAITING") {
        return Err(&NOT_WAITING);
    }
    if !ask.is(of_wait("type"), "quota") {
        return Err(&NOT_PAUSED);
    }
    // What the wait says of itself must be so; only its place has to be told.
    let fits = |name, known| {
        let told = of_wait(name);
        told.is_undefined() || same_name(ask, told, known)
    };
    let is_current = same_name(ask, of_wait("stepPath"), ask.given("nodePath"))
        && fits("status", status)
        && ["runId", "tenant"].into_iter().all(|name| fits(name, ask.given(name)));
    if !is_current {
        return Err(&STALE_PAUSE);
    }
    match ask.given("quotaExhausted") {
        Value::Bool(false) => Ok(()),
        Value::Bool(true) => Err(&EXHAUSTED),
        _ => Err(&UNKNOWN_QUOTA),
    }
}

fn refuse(ask: &mut Ask, refusal: &Refusal) -> crate::error::Result<()> {
    let action = ask.bytes(ask.given("action")).unwrap_or_default();
    let (before, after) = refusal.message;
    let (quote, action): (&[u8], _) =
        if after.is_empty() { (b"", &[][..]) } else { (b"\"", action) };
    let message = joined(&[before.as_bytes(), quote, action, quote, after.as_bytes()]);
    ask.out.raw(r#"{"allow":false,"status":"#).number(u64::from(refusal.status));
    ask.out.raw(r#","message":"#).text(message);
    ask.out.raw(r#","details":{"code":"#).text(refusal.code);
    ask.fill(r#","action":@action,"engine":@engine"#)?;
    if !ask.given("runId").is_undefined() {
        ask.fill(r#","runId":@runId"#)?;
    }
    ask.out.raw(r#","hint":"#).text(refusal.hint).raw("}}");
    Ok(())
}
