//! Random cases, answered by the engine and by the reference.
//!
//! A [`Pair`] is a generator of cases and the profile that they are meant for; the oracle
//! of the fixtures answers for every profile. What differs is made smaller before it is
//! reported, unless a divergence explains it.

mod contract;
mod language;
mod peer;
mod phrase;
mod random;
mod reference;

use crate::compare::{
    Comparison, Mismatch, compare, compare_decision, describe, describe_outcome,
};
use crate::fixture::{DEFAULT_NOW, Evaluate, milliseconds};
use crate::json::Json;
use crate::subject::{self, Answer, Crash, Outcome, Request, Subject};
use expr_core::Document;
pub use peer::{PeerTally, run_peer};
pub use phrase::{Phrase, list};
pub use random::{Random, read_seed};
pub use reference::install;
use reference::{REMEDIES, Reference};
use std::collections::BTreeMap;
use std::time::Duration;

/// A case that the engine has longer to answer than the reference, which may hang.
const REFERENCE_TIME: Duration = Duration::from_secs(2);
const OUR_TIME: Duration = Duration::from_secs(20);
/// How often a case that differs is asked again to make it smaller.
const ATTEMPTS: usize = 600;
/// What parts of a case are replaced by.
const ATOMS: [&str; 4] = ["1", "\"a\"", "a", "[]"];

/// The profile of cases whose source is a request of `decide`.
const DECIDE: &str = "decide";

/// An expression and its context, or a request for a decision.
#[derive(Clone, Debug)]
pub struct Case {
    /// The source.
    pub source: Phrase,
    /// JSON text, or no context.
    pub context: Option<Phrase>,
    /// `workflow`, `jsonata` or [`DECIDE`].
    pub profile: &'static str,
}

impl Case {
    /// Cases with a smaller source or a smaller context.
    pub fn smaller(&self) -> Vec<Case> {
        let sources = self.source.smaller(&ATOMS).into_iter();
        let sources = sources.map(|source| Case { source, ..self.clone() });
        let contexts = self.context.iter().flat_map(|it| it.smaller(&["1"]));
        let is_json =
            |context: &Phrase| Document::read(context.to_string().as_bytes()).is_ok();
        let contexts = contexts.filter(is_json);
        let contexts = contexts.map(|it| Case { context: Some(it), ..self.clone() });
        sources.chain(contexts).collect()
    }
}

/// What is compared with what.
pub struct Pair {
    /// The name on command lines and in reports.
    pub name: &'static str,
    /// Makes a case.
    pub case: fn(&mut Random) -> Case,
    /// Whether positions and tokens of evaluation errors are always compared.
    pub positions: bool,
}

/// How many cases of a pair, from which seed.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Where the random numbers begin.
    pub seed: u64,
    /// How many cases.
    pub cases: usize,
    /// Whether another position or token of an evaluation error is a difference.
    pub positions: bool,
}

/// All pairs.
pub const PAIRS: [Pair; 4] = [
    Pair { name: "language", case: language::case, positions: false },
    Pair { name: "contract", case: contract::case, positions: true },
    Pair { name: "mapping", case: contract::mapping_case, positions: false },
    Pair { name: "event", case: contract::event_case, positions: false },
];

/// What came of a case.
enum Verdict {
    Equal,
    TimedOut,
    Divergent(&'static str),
    Different(Mismatch),
}

/// How many cases came to what.
#[derive(Debug, Default)]
pub struct Tally {
    /// Same value, or same code.
    pub equal: usize,
    /// The reference gave no answer in its time.
    pub timed_out: usize,
    /// Explained by a divergence, by its name.
    pub divergent: BTreeMap<&'static str, usize>,
    /// Same code, another position or token.
    pub positions: usize,
    /// How many cases we answered with a value, with undefined, with which code.
    pub outcomes: BTreeMap<String, usize>,
    /// Neither equal nor explained: the smallest forms, as text.
    pub different: Vec<String>,
}

impl Tally {
    /// The line that ends a run.
    pub fn summary(&self, pair: &str) -> String {
        format!(
            "differential {pair}: {} equal, {} timed out, {} divergent, {} different",
            self.equal,
            self.timed_out,
            self.divergent.values().sum::<usize>(),
            self.different.len()
        )
    }
}

/// Compares the answers to random cases. A reference that is silent too often has compared
/// nothing, which is an error and no result.
pub fn run(pair: &Pair, run: Run) -> Result<Tally, String> {
    let mut judge = Judge::start(run.positions || pair.positions)?;
    let mut random = Random::new(run.seed);
    let mut tally = Tally::default();
    for _ in 0..run.cases {
        let case = (pair.case)(&mut random);
        let (verdict, position_differs) = judge.verdict(&case);
        *tally.outcomes.entry(judge.outcome.clone()).or_default() += 1;
        tally.positions += usize::from(position_differs);
        match verdict {
            Verdict::Equal => tally.equal += 1,
            Verdict::TimedOut => tally.timed_out += 1,
            Verdict::Divergent(name) => *tally.divergent.entry(name).or_default() += 1,
            Verdict::Different(mismatch) => {
                tally.different.push(judge.smallest(case, mismatch));
            }
        }
    }
    let silent = tally.timed_out;
    if silent > run.cases / 20 {
        return Err(format!("the reference did not answer {silent} cases"));
    }
    Ok(tally)
}

/// Both sides of a comparison.
struct Judge {
    ours: Box<dyn Subject>,
    reference: Reference,
    now: i64,
    positions: bool,
    /// What we answered last: a value, undefined or a code.
    outcome: String,
}

impl Judge {
    fn start(positions: bool) -> Result<Self, String> {
        Ok(Judge {
            ours: subject::start("native", OUR_TIME)?,
            reference: Reference::start(REFERENCE_TIME)?,
            now: milliseconds(DEFAULT_NOW)?,
            positions,
            outcome: String::new(),
        })
    }

    fn verdict(&mut self, case: &Case) -> (Verdict, bool) {
        if case.profile == DECIDE {
            return (self.decision(&case.source.to_string()), false);
        }
        let request = self.request(case);
        let answer = self.ours.evaluate(&request);
        self.outcome = match &answer {
            Ok(Answer { outcome: Outcome::Value(_), .. }) => "value".to_owned(),
            Ok(Answer { outcome: Outcome::Undefined, .. }) => "undefined".to_owned(),
            Ok(Answer { outcome: Outcome::Error(failure), .. }) => failure.code.clone(),
            Err(_) => "crash".to_owned(),
        };
        let (mismatch, refused, position_differs) =
            match self.compared(case, &request, &answer, &[]) {
                Ok(Compared { mismatch: None, refused: None, position_differs }) => {
                    return (Verdict::Equal, position_differs);
                }
                Ok(Compared { mismatch: None, refused: Some(name), .. }) => {
                    return (Verdict::Divergent(name), false);
                }
                Ok(Compared { mismatch: Some(mismatch), refused, position_differs }) => {
                    (mismatch, refused, position_differs)
                }
                Err(Crash(_)) => return (Verdict::TimedOut, false),
            };
        let explained = REMEDIES.iter().find(|without| {
            self.compared(case, &request, &answer, without)
                .is_ok_and(|compared| compared.mismatch.is_none())
        });
        let verdict = match explained {
            Some(without) => Verdict::Divergent(without.first().unwrap_or(&"")),
            None if is_error(&answer, "R0") => Verdict::Divergent("budget"),
            // What would leave holes in a list is refused sooner than the list, and also
            // where the list is not seen in the end.
            None if says(&answer, "a transform cannot make an array longer")
                || (refused == Some("undefined-inside")
                    && is_error(&answer, "D9001")) =>
            {
                Verdict::Divergent("undefined-inside")
            }
            // `$eval` reports it as its own error.
            None if ["D9001", "D3121"].iter().any(|code| is_error(&answer, code))
                && is_partial(&case.source) =>
            {
                Verdict::Divergent("unchecked-arguments")
            }
            None => Verdict::Different(mismatch),
        };
        (verdict, position_differs)
    }

    /// The reference decides as we do on purpose, so only the budget explains anything.
    fn decision(&mut self, request: &str) -> Verdict {
        let versioned = request.replacen('{', "{\"v\":1,", 1);
        let answer = self.ours.decide(&versioned);
        self.outcome = "decision".to_owned();
        if let Ok(result) = &answer {
            if has_code(result, "R0") {
                return Verdict::Divergent("budget");
            }
            // What is no request of the wire comes of making a case smaller.
            if has_code(result, "W0") {
                return Verdict::Divergent("wire");
            }
        }
        let Ok(expect) = self.reference.decide(request) else {
            return Verdict::TimedOut;
        };
        let comparison = match answer {
            Ok(result) => compare_decision(&expect, None, &result),
            Err(Crash(reason)) => Comparison::failed("a decision", reason),
        };
        comparison.mismatch.map_or(Verdict::Equal, Verdict::Different)
    }

    fn request(&self, case: &Case) -> Request {
        Request {
            source: Json::text(&case.source.to_string()).to_canonical(),
            profile: case.profile,
            context: case.context.as_ref().map(Phrase::to_string),
            now: Some(self.now),
            ..Request::default()
        }
    }

    fn compared(
        &mut self,
        case: &Case,
        request: &Request,
        answer: &Result<Answer, Crash>,
        without: &[&str],
    ) -> Result<Compared, Crash> {
        let answered = self.reference.ask(case, without)?;
        let mut validate = || self.ours.validate(&request.source, request.profile);
        let verdict = answered.check.as_ref().map(|_| validate()).transpose()?;
        let evaluate = Evaluate {
            request: request.clone(),
            expect: answered.expect,
            steps: None,
            check: answered.check,
        };
        let comparison = match answer {
            Ok(answer) => compare(&evaluate, answer, verdict.as_ref()),
            Err(Crash(reason)) => Comparison::failed(
                &describe(&evaluate.expect),
                format!("crashed: {reason}"),
            ),
        };
        let misplaced =
            || match (answer, self.positions && comparison.other_place.is_some()) {
                (Ok(answer), true) => Some(Mismatch {
                    want: describe(&evaluate.expect),
                    got: describe_outcome(&answer.outcome),
                }),
                _ => None,
            };
        let mismatch = comparison.mismatch.clone().or_else(misplaced);
        Ok(Compared {
            mismatch,
            position_differs: comparison.other_place.is_some(),
            refused: answered.refused,
        })
    }

    /// The smallest form of a case that still differs, and how.
    fn smallest(&mut self, mut case: Case, mut mismatch: Mismatch) -> String {
        let mut attempts = ATTEMPTS;
        'smaller: loop {
            for smaller in case.smaller() {
                if attempts == 0 {
                    break 'smaller;
                }
                attempts -= 1;
                if let (Verdict::Different(found), _) = self.verdict(&smaller) {
                    (case, mismatch) = (smaller, found);
                    continue 'smaller;
                }
            }
            break;
        }
        let context = case.context.map_or("none".to_owned(), |it| it.to_string());
        let Mismatch { want, got } = mismatch;
        format!(
            "{}\n  context   {context}\n  reference {want}\n  ours      {got}",
            case.source
        )
    }
}

struct Compared {
    mismatch: Option<Mismatch>,
    position_differs: bool,
    refused: Option<&'static str>,
}

fn is_error(answer: &Result<Answer, Crash>, code: &str) -> bool {
    let Ok(Answer { outcome: Outcome::Error(failure), .. }) = answer else {
        return false;
    };
    failure.code.starts_with(code)
}

fn says(answer: &Result<Answer, Crash>, message: &str) -> bool {
    let Ok(Answer { outcome: Outcome::Error(failure), .. }) = answer else {
        return false;
    };
    failure.get("message").and_then(Json::to_text).as_deref() == Some(message)
}

fn has_code(result: &Json, start: &str) -> bool {
    let code = result.get("error").and_then(|error| error.get("code"));
    code.and_then(Json::to_text).is_some_and(|code| code.starts_with(start))
}

/// Whether a source applies a function partially.
fn is_partial(source: &Phrase) -> bool {
    let mut source = source.to_string();
    source.retain(|character| !character.is_whitespace());
    ["(?", ",?"].iter().any(|hole| source.contains(hole))
}
