//! The official JSONata suite: what its cases ask for, and how answers are judged.

mod files;
mod source;

use crate::compare::{Mismatch, describe_outcome};
use crate::json::Json;
use crate::report::Score;
use crate::subject::{
    Answer, Failure, Limits, Outcome, Request, Subject, evaluate_both_ways,
};
use files::Fields;
pub use files::{Suite, read};
pub use source::Source;
use std::collections::BTreeMap;

/// Steps that stand for a millisecond of a case's `timelimit`.
const STEPS_PER_MILLISECOND: u64 = 100_000;
/// Levels of the reference's `depth` that one nested lambda call takes.
const LEVELS_PER_CALL: u32 = 3;
/// Bytes that a case with a `timelimit` may build.
const LARGE_BYTES: u64 = 512 << 20;
/// 2026-03-04T05:06:07.089Z
const NOW: i64 = 1_772_600_767_089;
const SEED: u64 = 1;
/// Codes whose message is the author's own.
const AUTHORS_MESSAGE: [&str; 2] = ["D3137", "D3141"];

/// One case of the suite.
#[derive(Debug)]
pub struct Case {
    /// `group/name`.
    pub name: String,
    /// The file or folder that it is in.
    pub group: String,
    request: Request,
    expect: Expect,
}

#[derive(Debug)]
enum Expect {
    Value { json: Json, unordered: bool },
    Undefined,
    Error { code: String, token: Option<Json>, message: Option<Json> },
}

/// Runs all cases on one subject.
pub fn run(subject: &mut dyn Subject, cases: &[Case]) -> Score {
    let mut score = Score::new(subject.name());
    for case in cases {
        let got = match evaluate_both_ways(subject, &case.request) {
            Ok(answer) if case.expect.is_met(&answer) => {
                score.passed += 1;
                continue;
            }
            Ok(answer) => describe_outcome(&answer.outcome),
            Err(crash) => crash.0,
        };
        let mismatch = Mismatch { want: case.expect.describe(), got };
        score.failures.push((case.name.clone(), mismatch));
    }
    score
}

fn read_case(
    names: (&str, String),
    fields: &Fields,
    datasets: &BTreeMap<String, String>,
) -> Result<Case, String> {
    let (group, name) = names;
    let raw = |name: &str| fields.get(name).map(|raw| raw.get().to_owned());
    let json = |name: &str| raw(name).map(|text| Json::parse(&text)).transpose();
    let number = |name: &str| json(name).map(|it| it.as_ref().and_then(Json::to_number));
    let source = raw("expr").ok_or("there is no `expr`")?;
    let dataset = json("dataset")?.and_then(|it| it.to_text());
    // `data` counts even when it is null; a data set only when there is no `data`.
    let context = match (raw("data"), &dataset) {
        (Some(data), _) => Some(data),
        (None, None) => None,
        (None, Some(set)) => {
            let found = datasets.get(set).cloned();
            Some(found.ok_or(format!("there is no data set `{set}`"))?)
        }
    };
    let time_limit = number("timelimit")?.map(|it| it as u64);
    let depth = number("depth")?.map(|it| it as u32);
    let limits = Limits {
        steps: time_limit.map(|it| it * STEPS_PER_MILLISECOND),
        bytes: time_limit.map(|_| LARGE_BYTES),
        depth: depth.map(|it| it / LEVELS_PER_CALL),
    };
    let bindings = raw("bindings");
    let request = Request {
        source,
        profile: "jsonata",
        context,
        bindings,
        now: Some(NOW),
        seed: Some(SEED),
        limits,
        ..Request::default()
    };
    let expect = expectation(&json)?.ok_or("nothing is expected")?;
    Ok(Case { name: format!("{group}/{name}"), group: group.to_owned(), request, expect })
}

fn expectation(
    json: &impl Fn(&str) -> Result<Option<Json>, String>,
) -> Result<Option<Expect>, String> {
    let details = match json("error")? {
        Some(error) => Some(error),
        None => json("code")?.map(|code| {
            let mut members = vec![("code".encode_utf16().collect(), code)];
            if let Ok(Some(token)) = json("token") {
                members.push(("token".encode_utf16().collect(), token));
            }
            Json::Object(members)
        }),
    };
    if let Some(error) = details {
        let code = error.get("code").and_then(Json::to_text).unwrap_or_default();
        let (token, message) =
            (error.get("token").cloned(), error.get("message").cloned());
        return Ok(Some(Expect::Error { code, token, message }));
    }
    if let Some(result) = json("result")? {
        let unordered = json("unordered")? == Some(Json::Bool(true));
        return Ok(Some(Expect::Value { json: result, unordered }));
    }
    Ok(json("undefinedResult")?.map(|_| Expect::Undefined))
}

impl Expect {
    fn is_met(&self, answer: &Answer) -> bool {
        match (self, &answer.outcome) {
            (Expect::Undefined, Outcome::Undefined) => true,
            (Expect::Value { json, unordered }, Outcome::Value(got)) => Json::parse(got)
                .is_ok_and(|got| {
                    if *unordered { json.same_items(&got) } else { json.same_value(&got) }
                }),
            (Expect::Error { code, token, message }, Outcome::Error(failure)) => {
                same_error(code, token.as_ref(), message.as_ref(), failure)
            }
            _ => false,
        }
    }

    fn describe(&self) -> String {
        match self {
            Expect::Value { json, unordered: false } => json.to_canonical(),
            Expect::Value { json, unordered: true } => {
                format!("{} in any order", json.to_canonical())
            }
            Expect::Undefined => "undefined".to_owned(),
            Expect::Error { code, token, message } => {
                format!("error {code} token={token:?} message={message:?}")
            }
        }
    }
}

fn same_error(
    code: &str,
    token: Option<&Json>,
    message: Option<&Json>,
    failure: &Failure,
) -> bool {
    // The reference stops by the clock and the stack; our budget stands for both.
    let same_code =
        code == failure.code || (code == "U1001" && failure.class == "budget");
    let author_wrote = AUTHORS_MESSAGE.contains(&code);
    same_code
        && token.is_none_or(|token| Some(token) == failure.get("token"))
        && (!author_wrote || message.is_none_or(|it| Some(it) == failure.get("message")))
}
