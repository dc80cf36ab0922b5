//! The decisions of the contract around expressions, by the names that docs/wire.md gives
//! them: a document in, members of the result document out.

use crate::budget::{Budget, Limits};
use crate::contract::{self, Answer, Answered, Ask, Failure, bad_member, may, must};
pub use crate::contract::{Kind, Member};
use crate::engine::evaluate_authored;
use crate::error::{Error, ErrorClass};
use crate::inputs::Document;
use alloc::vec::Vec;

/// An ask and the members of its request besides `v` and `ask`.
#[derive(Clone, Copy, Debug)]
pub struct AskShape {
    /// The name.
    pub name: &'static str,
    /// The members; every ask also takes `now` and `limits`.
    pub members: &'static [Member],
    /// Whether it evaluates, so that the result says what that cost.
    pub evaluates: bool,
}

/// How an ask is answered.
type Answerer = fn(&mut Ask) -> Answered;

const fn shape(name: &'static str, members: &'static [Member]) -> AskShape {
    AskShape { name, members, evaluates: false }
}

const fn evaluating(name: &'static str, members: &'static [Member]) -> AskShape {
    AskShape { name, members, evaluates: true }
}

/// Every ask, in the order of docs/wire.md. One place in memory: each crate that read a
/// constant would have the table once more.
pub static ASKS: [AskShape; 15] = [
    evaluating(
        "mapping",
        &[
            must("mapping", Kind::ObjectOrNull),
            may("context", Kind::Any),
            may("secrets", Kind::Object),
        ],
    ),
    evaluating(
        "value",
        &[
            must("value", Kind::Any),
            may("path", Kind::Text),
            may("context", Kind::Any),
            may("secrets", Kind::Object),
        ],
    ),
    evaluating("expressions", &[must("value", Kind::Any), may("context", Kind::Any)]),
    shape("secrets", &[must("value", Kind::Any), may("root", Kind::Bool)]),
    shape("expand", &[must("value", Kind::Object)]),
    evaluating(
        "assign",
        &[
            must("scopes", Kind::Object),
            may("values", Kind::Object),
            may("assign", Kind::Object),
        ],
    ),
    evaluating(
        "correlation",
        &[
            must("eventName", Kind::Text),
            may("payload", Kind::Any),
            may("explicit", Kind::Any),
            may("rules", Kind::Any),
            may("legacyRules", Kind::TextOrNull),
        ],
    ),
    shape("rules", &[must("rules", Kind::Any)]),
    shape("waitMatch", &[must("descriptor", Kind::Object), must("signals", Kind::Array)]),
    shape("waitConfig", &[may("config", Kind::Any)]),
    shape(
        "authority",
        &[
            must("action", Kind::Text),
            may("engine", Kind::TextOrNull),
            may("status", Kind::TextOrNull),
            may("runId", Kind::Text),
            may("tenant", Kind::Text),
            may("nodePath", Kind::TextOrNull),
            may("wait", Kind::ObjectOrNull),
            may("quotaExhausted", Kind::BoolOrNull),
        ],
    ),
    shape(
        "cancel",
        &[
            must("state", Kind::Text),
            must("event", Kind::Text),
            must("tenant", Kind::Name),
            must("runId", Kind::Name),
            may("closeStatus", Kind::Text),
            may("reason", Kind::TextOrNull),
            may("error", Kind::TextOrNull),
        ],
    ),
    shape(
        "ingress",
        &[
            must("event", Kind::Object),
            must("correlation", Kind::Object),
            must("waits", Kind::Array),
            may("launches", Kind::Array),
            may("done", Kind::Array),
            may("failed", Kind::Array),
        ],
    ),
    shape(
        "document",
        &[
            must("definition", Kind::Object),
            may("rules", Kind::Any),
            may("legacyRules", Kind::TextOrNull),
        ],
    ),
    shape("functions", &[]),
];

/// How each of [`ASKS`] is answered.
const ANSWERERS: [Answerer; 15] = [
    contract::mapping,
    contract::value,
    contract::expressions,
    contract::secrets,
    contract::expand,
    contract::assign,
    contract::correlation,
    contract::rules,
    contract::wait_match,
    contract::wait_config,
    contract::authority,
    contract::cancel,
    contract::ingress,
    contract::document,
    contract::functions,
];

/// Answers the ask in a document: adds the members of the result document to `out`, which
/// holds what stands before them, and says whether the answer is an error.
///
/// ```
/// use expr_core::{Document, Limits, decide};
/// let request = br#"{"ask":"expand","value":{"a.b":1}}"#;
/// let mut out = Vec::new();
/// assert!(!decide(Document::read(request)?, None, Limits::default(), &mut out));
/// assert_eq!(out, br#""ok":{"a":{"b":1}}"#);
/// # Ok::<(), expr_core::Error>(())
/// ```
pub fn decide(
    document: Document,
    now: Option<i64>,
    limits: Limits,
    out: &mut Vec<u8>,
) -> bool {
    let (mut heap, root) = document.into_parts();
    heap.budget = Budget::new(limits);
    let evaluate = evaluate_authored;
    let answer = Answer::default();
    let mut ask = Ask { heap, root, now, evaluate, out: answer, redactions: None };
    ask.out.name("ok");
    let name = ask.given("ask");
    let found = ASKS.iter().zip(&ANSWERERS).find(|(shape, _)| ask.is(name, shape.name));
    let answered = match found {
        Some((_, answer)) => answer(&mut ask),
        None => Err(bad_member("ask", "the name of an ask").into()),
    };
    if let Err(failure) = &answered {
        ask.out.clear();
        write_failure(&mut ask.out, failure);
    }
    if let Some(redactions) = &ask.redactions {
        ask.out.name("redactionPaths").texts(redactions);
    }
    if found.is_some_and(|(shape, _)| shape.evaluates) {
        let spent = ask.heap.budget.spent();
        ask.out.name("steps").number(spent.steps).name("bytes").number(spent.bytes);
    }
    out.extend_from_slice(ask.out.bytes());
    answered.is_err()
}

/// The member `error`; the failure of a mapping has members of its own.
fn write_failure(out: &mut Answer, failure: &Failure) {
    let Failure { error, category, path } = failure;
    let message = category.map(|_| mapping_message(error));
    out.name("error").raw("{").error(error, message.as_deref());
    if let Some(category) = category {
        out.name("category").text(category);
    }
    if let Some(path) = path {
        out.name("path").text(path);
    }
    out.raw("}");
}

/// `CODE at LINE:COLUMN: message` for the coded errors of the language; the contract's
/// own text, and what JavaScript itself says, stand alone.
fn mapping_message(error: &Error) -> Vec<u8> {
    let mut message = Answer::default();
    let coded = matches!(error.class(), ErrorClass::Evaluation | ErrorClass::Budget)
        && error.code() != "D9001";
    if coded {
        message.raw(error.code());
        if let Some(place) = error.location() {
            message.raw(" at ").number(u64::from(place.line));
            message.raw(":").number(u64::from(place.column));
        }
        message.raw(": ");
    }
    message.raw(error.message().as_wtf8().bytes());
    message.bytes().to_vec()
}
