//! The protocol of cancelling a run: requested, accepted, closed.
//!
//! Temporal accepts a request long before the run ends, and a run may end otherwise than
//! by it. So the projection says `CANCELED` only once the run has closed that way, and all
//! that an answer writes belongs to one transaction. A request that failed writes nothing.

use super::ask::{Answered, Ask, bad_member, joined};
use crate::error::Result;

/// What can happen.
const EVENTS: [&str; 4] = ["request", "accept", "fail", "close"];

/// Each state, and the initial of the one after each of [`EVENTS`]; a dot where the event
/// cannot be.
///
/// Hosts deliver more than once and out of order: an acceptance may come after its request
/// seemed to fail, and everything may come again after the run has closed. What tells
/// nothing new leaves the state as it is. But nothing follows a request that nobody made.
const STATES: [(&str, &[u8; 4]); 5] = [
    ("none", b"r..."),
    ("requested", b"rafc"),
    ("accepted", b"aaac"),
    ("failed", b"rafc"),
    ("closed", b"cccc"),
];

/// How Temporal says that a run closed, and the status that the projection gives it.
const CLOSE_STATUSES: [(&str, &str); 5] = [
    ("CANCELED", "CANCELED"),
    ("COMPLETED", "SUCCEEDED"),
    ("FAILED", "FAILED"),
    ("TERMINATED", "FAILED"),
    ("TIMED_OUT", "FAILED"),
];

const CLOSED_RUN: &str = r#"{"table":"workflow_runs","where":{"tenant":@tenant,"run_id":@runId},"set":{"status":"#;
const CLOSED_WAITS: &str = r#","node_path":null,"completed_at":{"$now":true}}},{"table":"workflow_run_waits","where":{"tenant":@tenant,"run_id":@runId,"status":"WAITING"},"set":{"status":"CANCELED","resolved_at":{"$now":true}}}"#;
const CANCELED_LOG: &str =
    r#",{"log":{"level":"WARN","message":"Run canceled by operator"}"#;
/// Ends what is written to a log, which names its run as the tables do.
const OF_RUN: &str = r#","tenant":@tenant,"runId":@runId}"#;

/// What the operator is told whose request failed.
const FAILURE: &str = r#","response":{"status":409,"message":"Failed to cancel Temporal-backed workflow run","details":{"code":"WORKFLOW_TEMPORAL_CANCEL_FAILED","action":"cancel","engine":"temporal","runId":@runId,"reason":@reason,"hint":"nothing was changed: try again, or end the run in Temporal","error":@error}}"#;

/// Takes one step.
pub(crate) fn cancel(ask: &mut Ask) -> Answered {
    Ok(step(ask)?)
}

fn step(ask: &mut Ask) -> Result<()> {
    let (state, event) = (ask.given("state"), ask.given("event"));
    let Some(&(from, next)) = STATES.iter().find(|row| ask.is(state, row.0)) else {
        let wanted = "none, requested, accepted, failed or closed";
        return Err(bad_member("state", wanted));
    };
    let mut steps = EVENTS.iter().zip(next);
    let Some((&event, initial)) = steps.find(|step| ask.is(event, step.0)) else {
        return Err(bad_member("event", "request, accept, fail or close"));
    };
    let Some(&(to, _)) =
        STATES.iter().find(|row| row.0.as_bytes().first() == Some(initial))
    else {
        // Only `none` has such events.
        let parts = [b"request in the state `none`, not `", event.as_bytes(), b"`"];
        return Err(bad_member("event", joined(&parts)));
    };
    // Only what changes the state writes, so a delivery that comes again writes nothing.
    let entered = if from == to { "" } else { to };
    let status = if entered == "closed" { close_status(ask)? } else { "" };
    ask.out.raw("{").name("state").text(to).name("changed").bool(from != to);
    ask.out.raw(r#","writes":["#);
    match entered {
        "accepted" => {
            ask.out.raw(r#"{"audit":"cancel accepted""#);
            ask.fill(OF_RUN)?;
        }
        "closed" => {
            ask.fill(CLOSED_RUN)?;
            ask.out.text(status);
            ask.fill(CLOSED_WAITS)?;
            if status == "CANCELED" {
                ask.out.raw(CANCELED_LOG);
                ask.fill(OF_RUN)?;
            }
            ask.out.raw(r#",{"audit":"cancel closed""#);
            ask.fill(OF_RUN)?;
        }
        _ => {}
    }
    ask.out.raw("]");
    if event == "fail" && to == "failed" {
        ask.fill(FAILURE)?;
    }
    ask.out.raw("}");
    Ok(())
}

fn close_status(ask: &Ask) -> Result<&'static str> {
    let closed = ask.given("closeStatus");
    let found = CLOSE_STATUSES.iter().find(|row| ask.is(closed, row.0));
    let wanted = "CANCELED, COMPLETED, FAILED, TERMINATED or TIMED_OUT";
    Ok(found.ok_or_else(|| bad_member("closeStatus", wanted))?.1)
}
