//! Whether an answer is what a fixture asks for.

use crate::fixture::{
    Check, Evaluate, Expect, ExpectedAnswer, ExpectedDecision, ExpectedError,
};
use crate::json::Json;
use crate::subject::{Answer, Failure, Outcome, Verdict};
use sha2::{Digest as _, Sha256};

/// Classes whose message the contract fixes.
const FIXED_MESSAGES: [&str; 7] = [
    "lambda",
    "dynamic-call",
    "apply",
    "disallowed-function",
    "helper-rebinding",
    "not-serializable",
    "too-large",
];
/// Codes whose message the contract, or the author of the expression, fixes.
const FIXED_CODES: [&str; 3] = ["D3137", "D3141", "T1006"];
/// Characters of a value that a report shows.
const SHOWN: usize = 600;

/// The outcome of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Why the case fails, if it does.
    pub mismatch: Option<Mismatch>,
    /// Where an evaluation error should be and is, if `position` or `token` differ, which
    /// fails nothing.
    pub other_place: Option<Mismatch>,
}

/// What was asked for and what came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What the fixture says.
    pub want: String,
    /// What the subject says.
    pub got: String,
}

impl Comparison {
    /// A case that fails for a reason outside of its answer.
    pub fn failed(want: &str, got: String) -> Self {
        let mismatch = Mismatch { want: want.to_owned(), got };
        Comparison { mismatch: Some(mismatch), other_place: None }
    }
}

/// Compares an answer, and the verdict of validation where the case asks for one.
pub fn compare(
    case: &Evaluate,
    answer: &Answer,
    verdict: Option<&Verdict>,
) -> Comparison {
    let other_place = match (&case.expect, &answer.outcome) {
        (Expect::Error(want), Outcome::Error(got))
            if !want.native && want.class == got.class && !same_place(want, got) =>
        {
            let (want, got) = (describe_expected(want), describe_failure(got));
            Some(Mismatch { want, got })
        }
        _ => None,
    };
    let mismatch = mismatch(case, answer).or_else(|| match (&case.check, verdict) {
        (Some(check), Some(verdict)) => check_mismatch(check, verdict),
        _ => None,
    });
    Comparison { mismatch, other_place }
}

/// Compares the result document of a decision, and what it took where that is fixed.
pub fn compare_decision(
    expect: &ExpectedDecision,
    steps: Option<u64>,
    result: &Json,
) -> Comparison {
    let empty = Json::Array(Vec::new());
    let error = result.get("error");
    let redacted = result.get("redactionPaths").unwrap_or(&empty) == &expect.redactions;
    let same = match &expect.answer {
        ExpectedAnswer::Ok(value) => {
            result.get("ok").is_some_and(|ok| ok.to_canonical() == value.to_canonical())
        }
        ExpectedAnswer::Members(Json::Object(members)) => {
            members.iter().all(|(name, value)| {
                let found = result
                    .get("ok")
                    .and_then(|ok| ok.get(&String::from_utf16_lossy(name)));
                found.is_some_and(|found| found.to_canonical() == value.to_canonical())
            })
        }
        ExpectedAnswer::Members(_) => false,
        ExpectedAnswer::Raw(want) => error.is_some_and(|error| {
            let got = Failure::from_document(error.clone());
            error.get("category").is_none() && same_error(want, &got)
        }),
        ExpectedAnswer::Mapping(want) => {
            error.is_some_and(|error| same_mapping_failure(want, error))
        }
    };
    let taken = result.get("steps").and_then(Json::to_number);
    let cost = steps.is_none_or(|steps| taken == Some(steps as f64));
    let mismatch = (!same || !redacted || !cost).then(|| Mismatch {
        want: shorten(&format!("{expect:?}, {steps:?} steps")),
        got: shorten(&result.to_canonical()),
    });
    Comparison { mismatch, other_place: None }
}

/// The failure of a mapping; `{"$undefined": true}` and `pathAbsent` are no path.
fn same_mapping_failure(want: &Json, got: &Json) -> bool {
    let path = want.get("path").filter(|path| path.to_text().is_some());
    let known = want.get("path").is_some() || want.get("pathAbsent").is_some();
    want.get("category") == got.get("category")
        && agrees(want.get("message"), got.get("message"))
        && agrees(want.get("code"), got.get("code"))
        && (!known || path == got.get("path"))
}

/// What a case asks for, in words.
pub fn describe(expect: &Expect) -> String {
    match expect {
        Expect::Value(json) => shorten(json),
        Expect::Long { units, sha256 } => format!("{units} characters, SHA-256 {sha256}"),
        Expect::Undefined => "undefined".to_owned(),
        Expect::Error(error) => describe_expected(error),
    }
}

fn mismatch(case: &Evaluate, answer: &Answer) -> Option<Mismatch> {
    let same = match (&case.expect, &answer.outcome) {
        (Expect::Value(want), Outcome::Value(got)) => want == got,
        (Expect::Long { units, sha256 }, Outcome::Value(got)) => {
            got.encode_utf16().count() == *units && digest(got) == *sha256
        }
        (Expect::Undefined, Outcome::Undefined) => true,
        (Expect::Error(want), Outcome::Error(got)) => same_error(want, got),
        _ => false,
    };
    if !same {
        let got = describe_outcome(&answer.outcome);
        return Some(Mismatch { want: describe(&case.expect), got });
    }
    let steps = answer.cost.map(|cost| cost.steps);
    match case.steps {
        Some(want) if steps != Some(want) => Some(Mismatch {
            want: format!("{want} steps"),
            got: format!("{steps:?} steps"),
        }),
        _ => None,
    }
}

fn check_mismatch(check: &Check, verdict: &Verdict) -> Option<Mismatch> {
    let named = |name: &str, want: &Json, got: Option<&Json>| Mismatch {
        want: format!("{name} {}", want.to_canonical()),
        got: format!("{name} {}", got.map_or("absent".to_owned(), Json::to_canonical)),
    };
    if let Some(want) = &check.normalized
        && *want != verdict.normalized
    {
        return Some(named("normalized", want, Some(&verdict.normalized)));
    }
    if let Some(want) = &check.functions
        && Some(want) != verdict.functions.as_ref()
    {
        return Some(named("functions", want, verdict.functions.as_ref()));
    }
    let same = match (check.error.as_ref()?, &verdict.error) {
        (None, None) => true,
        (Some(want), Some(got)) => same_error(want, got),
        _ => false,
    };
    if same {
        return None;
    }
    let want =
        check.error.as_ref()?.as_ref().map_or("valid".to_owned(), describe_expected);
    let got = verdict.error.as_ref().map_or("valid".to_owned(), describe_failure);
    Some(Mismatch { want: format!("validate: {want}"), got: format!("validate: {got}") })
}

fn same_error(want: &ExpectedError, got: &Failure) -> bool {
    if want.class != got.class {
        return false;
    }
    if want.native {
        return true;
    }
    want.code.as_ref().is_none_or(|code| *code == got.code)
        && (!fixes_message(want) || agrees(want.message.as_ref(), got.get("message")))
        && (want.class != "syntax" || same_place(want, got))
}

fn fixes_message(want: &ExpectedError) -> bool {
    let code = want.code.as_deref().unwrap_or_default();
    FIXED_MESSAGES.contains(&want.class.as_str()) || FIXED_CODES.contains(&code)
}

fn same_place(want: &ExpectedError, got: &Failure) -> bool {
    agrees(want.position.as_ref(), got.get("position"))
        && agrees(want.token.as_ref(), got.get("token"))
}

/// What a fixture does not say is not compared.
fn agrees(want: Option<&Json>, got: Option<&Json>) -> bool {
    want.is_none() || want == got
}

/// The SHA-256 of a text, in hexadecimal.
fn digest(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An outcome in one line.
pub fn describe_outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Value(json) => shorten(json),
        Outcome::Undefined => "undefined".to_owned(),
        Outcome::Error(failure) => describe_failure(failure),
    }
}

fn describe_expected(error: &ExpectedError) -> String {
    let text = |json: &Option<Json>| json.as_ref().map(Json::to_canonical);
    describe_error(
        &error.class,
        error.code.as_deref().unwrap_or(if error.native { "(native)" } else { "" }),
        [text(&error.message), text(&error.position), text(&error.token)],
    )
}

fn describe_failure(failure: &Failure) -> String {
    let text = |name| failure.get(name).map(Json::to_canonical);
    describe_error(
        &failure.class,
        &failure.code,
        [text("message"), text("position"), text("token")],
    )
}

fn describe_error(class: &str, code: &str, details: [Option<String>; 3]) -> String {
    let mut out = format!("error {class} {code}");
    for (name, detail) in ["message", "position", "token"].iter().zip(details) {
        if let Some(detail) = detail {
            out.push_str(&format!(" {name}={}", shorten(&detail)));
        }
    }
    out
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => {
            format!("{}… ({} bytes)", text.get(..end).unwrap_or_default(), text.len())
        }
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{Case, Task, read_all};
    use std::fs;
    use std::path::PathBuf;

    /// A file of the vector format in a folder of its own.
    fn file(name: &str, vector: &str) -> PathBuf {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/compare");
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("{name}.json"));
        let head = r#"{"meta":{"group":"g"},"vectors":[{"id":"x","source":"1","#;
        fs::write(&path, format!("{head}{vector}}}]}}")).unwrap();
        path
    }

    fn case(name: &str, vector: &str) -> Case {
        read_all(&[file(name, vector)]).unwrap().pop().unwrap()
    }

    /// What comes of an expectation and an error that the subject answers.
    fn judge(name: &str, expect: &str, error: &str) -> Comparison {
        let Task::Evaluate(evaluate) = case(name, expect).task else {
            panic!("{name} is not evaluated");
        };
        let failure = Failure::from_document(Json::parse(error).unwrap());
        let outcome = Outcome::Error(Box::new(failure));
        compare(&evaluate, &Answer { outcome, cost: None }, None)
    }

    #[test]
    fn the_place_of_a_syntax_error_counts() {
        let want = r#""expect":{"error":{"class":"syntax","code":"S0201","position":3}}"#;
        let got = r#"{"class":"syntax","code":"S0201","position":4}"#;
        assert!(judge("syntax", want, got).mismatch.is_some());
    }

    #[test]
    fn the_place_of_an_evaluation_error_is_counted_only() {
        let want =
            r#""expect":{"error":{"class":"evaluation","code":"T2001","position":3}}"#;
        let got = r#"{"class":"evaluation","code":"T2001","position":4,"message":"m"}"#;
        let comparison = judge("evaluation", want, got);
        assert_eq!(comparison.mismatch, None);
        assert!(comparison.other_place.is_some());
    }

    #[test]
    fn of_a_native_error_the_class_alone_counts() {
        let want = r#""expect":{"error":{"class":"evaluation","native":"TypeError"}}"#;
        let got = r#"{"class":"evaluation","code":"X1","position":4}"#;
        let comparison = judge("native", want, got);
        assert_eq!(comparison, Comparison { mismatch: None, other_place: None });
    }

    #[test]
    fn a_message_counts_where_the_contract_fixes_it() {
        let error = |class: &str, message: &str| {
            format!(r#"{{"class":"{class}","code":"C1","message":"{message}"}}"#)
        };
        let want = |class: &str| {
            format!(r#""expect":{{"error":{{"class":"{class}","message":"theirs"}}}}"#)
        };
        for (class, fixed) in [("lambda", true), ("evaluation", false)] {
            let comparison = judge(class, &want(class), &error(class, "ours"));
            assert_eq!(comparison.mismatch.is_some(), fixed, "{class}");
        }
    }

    #[test]
    fn a_divergence_without_our_answer_is_excluded_by_name() {
        let excluded = case("excluded", r#""expect":{"ok":1},"divergence":"host-text""#);
        assert!(matches!(excluded.task, Task::Exclude(name) if name == "host-text"));
        let ours =
            r#""expect":{"ok":1},"divergence":"d","ours":{"error":{"class":"budget"}}"#;
        assert_eq!(judge("ours", ours, r#"{"class":"budget"}"#).mismatch, None);
    }
}
