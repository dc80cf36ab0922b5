//! The protocol of cancelling a run: requested, accepted, closed.
//!
//! Temporal accepts a request long before the run ends, and a run may end otherwise than
//! by it. So the projection says `CANCELED` only once the run has closed that way, and all
//! that an answer writes belongs to one transaction. A request that failed writes nothing.

use super::ask::{Answered, Ask, bad_member};
use crate::error::Result;

/// What may be written in a state, beside the state itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Writes {
    Nothing,
    /// That an operator asked and Temporal agreed.
    Acceptance,
    /// How the run ended.
    Closing,
}

/// State, event, next state, what may be written when it is entered.
type Transition = (&'static str, &'static str, &'static str, Writes);

/// Every step there is. A pair that is not here is refused; an event that comes again
/// changes nothing, so that redelivery is harmless.
const TRANSITIONS: [Transition; 12] = [
    ("none", "request", "requested", Writes::Nothing),
    ("failed", "request", "requested", Writes::Nothing),
    ("requested", "request", "requested", Writes::Nothing),
    ("requested", "accept", "accepted", Writes::Acceptance),
    ("requested", "fail", "failed", Writes::Nothing),
    ("requested", "close", "closed", Writes::Closing),
    ("accepted", "request", "accepted", Writes::Nothing),
    ("accepted", "accept", "accepted", Writes::Nothing),
    ("accepted", "close", "closed", Writes::Closing),
    ("failed", "fail", "failed", Writes::Nothing),
    ("failed", "close", "closed", Writes::Closing),
    ("closed", "close", "closed", Writes::Nothing),
];

/// How Temporal says that a run closed, and the status that the projection gives it.
const CLOSE_STATUSES: [(&str, &str); 5] = [
    ("CANCELED", "CANCELED"),
    ("COMPLETED", "SUCCEEDED"),
    ("FAILED", "FAILED"),
    ("TERMINATED", "FAILED"),
    ("TIMED_OUT", "FAILED"),
];

const HINT: &str = "nothing was changed: try again, or end the run in Temporal";

/// Takes one step.
pub(crate) fn cancel(ask: &mut Ask) -> Answered {
    let (state, event) = (ask.given("state"), ask.given("event"));
    let step =
        TRANSITIONS.iter().find(|row| ask.is(state, row.0) && ask.is(event, row.1));
    let Some(&(from, _, to, writes)) = step else {
        let wanted = "an event that the state of the protocol allows";
        return Err(bad_member("event", wanted).into());
    };
    let status = match writes {
        Writes::Closing => Some(close_status(ask)?),
        _ => None,
    };
    ask.out.raw("{").name("state").text(to).name("changed").bool(from != to);
    ask.out.name("writes").raw("[");
    match (writes, status) {
        (Writes::Acceptance, _) => {
            ask.out.item().raw(r#"{"audit":"cancel accepted"}"#);
        }
        (_, Some(status)) => write_closing(ask, status),
        _ => {}
    }
    ask.out.raw("]");
    if to == "failed" {
        write_failure(ask);
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

fn write_closing(ask: &mut Ask, status: &str) {
    let run = ask.bytes(ask.given("runId")).unwrap_or_default().to_vec();
    let out = &mut ask.out;
    out.item().raw("{").name("table").text("workflow_runs");
    out.name("where").raw("{").name("run_id").text(&run).raw("}");
    out.name("set").raw("{").name("status").text(status).name("node_path").raw("null");
    out.name("completed_at").raw(r#"{"$now":true}"#).raw("}}");
    out.item().raw("{").name("table").text("workflow_run_waits");
    out.name("where").raw("{").name("run_id").text(&run);
    out.name("status").text("WAITING").raw("}");
    out.name("set").raw("{").name("status").text("CANCELED");
    out.name("resolved_at").raw(r#"{"$now":true}"#).raw("}}");
    if status == "CANCELED" {
        out.item()
            .raw(r#"{"log":{"level":"WARN","message":"Run canceled by operator"}}"#);
    }
    out.item().raw("{").name("audit").text("cancel closed").raw("}");
}

fn write_failure(ask: &mut Ask) {
    let reason = ask.bytes(ask.given("reason")).map(<[u8]>::to_vec);
    let run = ask.bytes(ask.given("runId")).map(<[u8]>::to_vec);
    let out = &mut ask.out;
    out.name("response").raw("{").name("status").number(409);
    out.name("message").text("Failed to cancel Temporal-backed workflow run");
    out.name("details").raw("{").name("code").text("WORKFLOW_TEMPORAL_CANCEL_FAILED");
    out.name("action").text("cancel").name("engine").text("temporal");
    if let Some(run) = run {
        out.name("runId").text(run);
    }
    out.name("reason").optional(reason.as_deref());
    out.name("hint").text(HINT).raw("}}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_before_temporal_agrees_or_after_it_refused() {
        for (from, event, to, writes) in TRANSITIONS {
            let may_write = event == "accept" || event == "close";
            let case = alloc::format!("{from} {event} {to}");
            assert!(may_write || writes == Writes::Nothing, "{case}");
            assert!(to != "failed" || writes == Writes::Nothing, "{case}");
            assert!(from != to || writes == Writes::Nothing, "{case}: a second time");
        }
    }

    #[test]
    fn how_a_run_ended_is_written_exactly_when_it_closes() {
        for (from, _, to, writes) in TRANSITIONS {
            let closes = to == "closed" && from != "closed";
            assert_eq!(writes == Writes::Closing, closes);
        }
    }
}
