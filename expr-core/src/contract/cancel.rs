//! The protocol of cancelling a run: requested, accepted, closed.
//!
//! Temporal accepts a request long before the run ends, and a run may end otherwise than
//! by it. So the projection says `CANCELED` only once the run has closed that way, and all
//! that an answer writes belongs to one transaction. A request that failed writes nothing.

use super::ask::{Answered, Ask, bad_member, joined};
use crate::error::{Error, Result};
use alloc::vec::Vec;

/// What can happen.
const EVENTS: [&str; 4] = ["request", "accept", "fail", "close"];

/// Each state, and the one after each of [`EVENTS`]; nothing where the event cannot be.
///
/// Hosts deliver more than once and out of order: an acceptance may come after its request
/// seemed to fail, and everything may come again after the run has closed. What tells
/// nothing new leaves the state as it is. But nothing follows a request that nobody made.
const STATES: [(&str, [&str; 4]); 5] = [
    ("none", ["requested", "", "", ""]),
    ("requested", ["requested", "accepted", "failed", "closed"]),
    ("accepted", ["accepted", "accepted", "accepted", "closed"]),
    ("failed", ["requested", "accepted", "failed", "closed"]),
    ("closed", ["closed", "closed", "closed", "closed"]),
];

/// How Temporal says that a run closed, and the status that the projection gives it.
const CLOSE_STATUSES: [(&str, &str); 5] = [
    ("CANCELED", "CANCELED"),
    ("COMPLETED", "SUCCEEDED"),
    ("FAILED", "FAILED"),
    ("TERMINATED", "FAILED"),
    ("TIMED_OUT", "FAILED"),
];

/// Takes one step.
pub(crate) fn cancel(ask: &mut Ask) -> Answered {
    Ok(step(ask)?)
}

fn step(ask: &mut Ask) -> Result<()> {
    let (state, event) = (ask.given("state"), ask.given("event"));
    let Some((from, next)) = STATES.iter().find(|row| ask.is(state, row.0)) else {
        let wanted = "none, requested, accepted, failed or closed";
        return Err(bad_member("state", wanted));
    };
    let steps = EVENTS.iter().zip(next);
    let Some((&event, to)) = steps.into_iter().find(|step| ask.is(event, step.0)) else {
        return Err(bad_member("event", "request, accept, fail or close"));
    };
    if to.is_empty() {
        return Err(impossible(from, event, next));
    }
    // Only what changes the state writes, so a delivery that comes again writes nothing.
    let entered = if from == to { "" } else { to };
    let status = if entered == "closed" { close_status(ask)? } else { "" };
    ask.out.raw("{").name("state").text(to).name("changed").bool(from != to);
    ask.out.raw(r#","writes":["#);
    match entered {
        "accepted" => {
            ask.out.raw(r#"{"audit":"cancel accepted"}"#);
        }
        "closed" => write_closing(ask, status),
        _ => {}
    }
    ask.out.raw("]");
    if event == "fail" && *to == "failed" {
        write_failure(ask);
    }
    ask.out.raw("}");
    Ok(())
}

/// The error for an event that a state does not allow.
fn impossible(state: &str, event: &str, next: &[&str; 4]) -> Error {
    let mut wanted = Vec::new();
    let allowed = EVENTS.iter().zip(next).filter(|step| !step.1.is_empty());
    for (name, _) in allowed {
        if !wanted.is_empty() {
            wanted.extend_from_slice(b" or ");
        }
        wanted.extend_from_slice(name.as_bytes());
    }
    let [state, event] = [state, event].map(str::as_bytes);
    let parts = [wanted.as_slice(), b" in the state `", state, b"`, not `", event, b"`"];
    bad_member("event", joined(&parts))
}

fn close_status(ask: &Ask) -> Result<&'static str> {
    let closed = ask.given("closeStatus");
    let found = CLOSE_STATUSES.iter().find(|row| ask.is(closed, row.0));
    let wanted = "CANCELED, COMPLETED, FAILED, TERMINATED or TIMED_OUT";
    Ok(found.ok_or_else(|| bad_member("closeStatus", wanted))?.1)
}

fn write_closing(ask: &mut Ask, status: &str) {
    let (tenant, run) = (ask.given("tenant"), ask.given("runId"));
    ask.out.raw(r#"{"table":"workflow_runs","where":{"tenant":"#);
    ask.text(tenant).raw(r#","run_id":"#);
    ask.text(run).raw(r#"},"set":{"status":"#).text(status);
    ask.out.raw(r#","node_path":null,"completed_at":{"$now":true}}}"#);
    ask.out.raw(r#",{"table":"workflow_run_waits","where":{"tenant":"#);
    ask.text(tenant).raw(r#","run_id":"#);
    ask.text(run).raw(r#","status":"WAITING"},"set":{"status":"CANCELED","#);
    ask.out.raw(r#""resolved_at":{"$now":true}}}"#);
    if status == "CANCELED" {
        ask.out.raw(r#",{"log":{"level":"WARN","message":"Run canceled by operator"}}"#);
    }
    ask.out.raw(r#",{"audit":"cancel closed"}"#);
}

fn write_failure(ask: &mut Ask) {
    let [run, reason, error] = ["runId", "reason", "error"].map(|name| ask.given(name));
    ask.out
        .raw(r#","response":{"status":409,"message":"Failed to cancel Temporal-backed "#);
    ask.out.raw(
        r#"workflow run","details":{"code":"WORKFLOW_TEMPORAL_CANCEL_FAILED","action":"#,
    );
    ask.out.raw(r#""cancel","engine":"temporal","runId":"#);
    ask.text(run).raw(r#","reason":"#);
    ask.text(reason).raw(r#","hint":"nothing was changed: try again, or end "#);
    ask.out.raw(r#"the run in Temporal","error":"#);
    ask.text(error).raw("}}");
}
