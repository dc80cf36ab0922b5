//! jsonata-rs as a second peer, on the part of the language that it has.
//!
//! It was written apart from the reference, so an answer that all three give is no copied
//! mistake. Where it answers otherwise than we do and the reference agrees with us, the
//! fault is its own and has a [cause](CAUSES); anything else is a difference.

mod author;

use super::reference::{Answered, Reference};
use super::{Case, OUR_TIME, Phrase, REFERENCE_TIME, Random, Run};
use crate::compare::compare;
use crate::fixture::{DEFAULT_NOW, Evaluate, milliseconds};
use crate::json::Json;
use crate::process::Responder;
use crate::subject::{self, Crash, Outcome, Request};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::time::Duration;

const PEER_TIME: Duration = Duration::from_secs(2);
/// What is taken out of the reference, which would disagree with both.
const REMEDIES: &[&str] = &["shared-mutation"];

/// Why it answers otherwise, and how that shows in a source and in its answer.
struct Cause {
    name: &'static str,
    shows: fn(&str, &Said) -> bool,
}

/// What is known of it, the surest signs first.
const CAUSES: [Cause; 9] = [
    Cause { name: "panic or hang", shows: |_, said| *said == Said::Nothing },
    Cause {
        name: "no $average",
        shows: |source, said| source.contains("$average(") && said.is_error("T1006"),
    },
    Cause {
        name: "group-by of items without the key",
        shows: |source, said| source.contains("{s: ") && said.is_error("T1003"),
    },
    Cause {
        name: "a single value is no list for $reverse",
        shows: |source, said| source.contains("$reverse(") && said.is_error("T0410"),
    },
    Cause {
        name: "lists of one, kept or not, of $append and $distinct",
        shows: |source, said| {
            let joins = source.contains("$append(") || source.contains("$distinct(");
            joins && said.is_value()
        },
    },
    Cause {
        name: "order-by of items without the key",
        shows: |source, said| source.contains("^(") && said.is_value(),
    },
    Cause {
        name: "a call that ends a function is not made",
        shows: |source, said| source.contains("function($v){$") && !said.is_error(""),
    },
    Cause {
        name: "members in the order of a hash",
        shows: |source, said| {
            let listed = source.contains(".*") && said.is_value();
            listed || source.contains(" & ") && said.to_string().contains("{\\\"")
        },
    },
    Cause {
        name: "numbers as text, and what is not finite",
        shows: |source, said| {
            let mut operators = [" / ", " % ", " * ", "-("].iter();
            let computes = operators.any(|operator| source.contains(operator));
            computes && (said.is_value() || *said == Said::Undefined)
        },
    },
];

/// An answer, as far as two implementations can be compared.
#[derive(Debug, Clone, PartialEq)]
enum Said {
    Value(Json),
    Undefined,
    /// An error; codes differ even where both refuse for one reason.
    Error(String),
    /// It hung or died.
    Nothing,
}

impl Said {
    fn is_value(&self) -> bool {
        matches!(self, Said::Value(_))
    }

    fn is_error(&self, code: &str) -> bool {
        matches!(self, Said::Error(found) if found == code)
    }
}

impl fmt::Display for Said {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Said::Value(value) => out.write_str(&value.to_canonical()),
            Said::Undefined => out.write_str("undefined"),
            Said::Error(code) => write!(out, "error {code}"),
            Said::Nothing => out.write_str("no answer"),
        }
    }
}

/// How many cases came to what.
#[derive(Debug, Default)]
pub struct PeerTally {
    /// All say the same.
    pub equal: usize,
    /// The peer's own faults, by their causes.
    pub causes: BTreeMap<&'static str, usize>,
    /// Neither.
    pub different: Vec<String>,
}

impl PeerTally {
    /// The line that ends a run.
    pub fn summary(&self) -> String {
        format!(
            "differential peer: {} equal, {} explained, {} different",
            self.equal,
            self.causes.values().sum::<usize>(),
            self.different.len()
        )
    }
}

/// Compares with the program that answers for the peer.
pub fn run_peer(program: OsString, run: Run) -> Result<PeerTally, String> {
    let mut ours = subject::start("native", OUR_TIME)?;
    let mut peer = Responder::start(vec![program], PEER_TIME)?;
    let mut reference = Reference::start(REFERENCE_TIME)?;
    let mut random = Random::new(run.seed);
    let mut tally = PeerTally::default();
    for _ in 0..run.cases {
        let case = author::case(&mut random);
        let request = request(&case)?;
        let Ok(answer) = ours.evaluate(&request) else {
            tally.different.push(format!("{}\n  ours has crashed", case.source));
            continue;
        };
        let (we, they) = (our_answer(&answer.outcome)?, peer_answer(&mut peer, &case));
        if agree(&we, &they) {
            tally.equal += 1;
            continue;
        }
        let source = case.source.to_string();
        let cause = CAUSES.iter().find(|cause| (cause.shows)(&source, &they));
        let wanted = match reference.ask(&case, REMEDIES) {
            Ok(Answered { expect, check, .. }) => {
                let case = Evaluate { request, expect, steps: None, check };
                compare(&case, &answer, None).mismatch.map(|mismatch| mismatch.want)
            }
            Err(Crash(reason)) => Some(reason),
        };
        match (cause, wanted) {
            (Some(cause), None) => *tally.causes.entry(cause.name).or_default() += 1,
            (_, wanted) => {
                let context = case.context.map_or("none".to_owned(), |it| it.to_string());
                let wanted = wanted.unwrap_or("as ours".to_owned());
                tally.different.push(format!(
                    "{source}\n  context   {context}\n  peer      {they}\n  \
                     reference {wanted}\n  ours      {we}"
                ));
            }
        }
    }
    Ok(tally)
}

/// Whether two say the same. Members may stand in any order, as the peer hashes its keys.
fn agree(one: &Said, other: &Said) -> bool {
    match (one, other) {
        (Said::Value(one), Said::Value(other)) => one.same_value(other),
        (Said::Error(_), Said::Error(_)) => true,
        (one, other) => one == other,
    }
}

fn request(case: &Case) -> Result<Request, String> {
    Ok(Request {
        source: Json::text(&case.source.to_string()).to_canonical(),
        profile: case.profile,
        context: case.context.as_ref().map(Phrase::to_string),
        now: Some(milliseconds(DEFAULT_NOW)?),
        ..Request::default()
    })
}

fn our_answer(outcome: &Outcome) -> Result<Said, String> {
    Ok(match outcome {
        Outcome::Value(text) => Said::Value(Json::parse(text)?),
        Outcome::Undefined => Said::Undefined,
        Outcome::Error(failure) => Said::Error(failure.code.clone()),
    })
}

fn peer_answer(peer: &mut Responder, case: &Case) -> Said {
    let source = Json::text(&case.source.to_string()).to_canonical();
    let context = case.context.as_ref();
    let context =
        context.map_or(String::new(), |context| format!(",\"context\":{context}"));
    let Ok(answer) = peer.ask(&format!("{{\"source\":{source}{context}}}")) else {
        return Said::Nothing;
    };
    match (answer.get("ok"), answer.get("error")) {
        (Some(value), _) => Said::Value(value.clone()),
        (_, Some(error)) => {
            Said::Error(error.get("code").and_then(Json::to_text).unwrap_or_default())
        }
        _ => Said::Undefined,
    }
}
