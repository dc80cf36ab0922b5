//! The matcher of regular expressions beside JavaScript's `RegExp`.

mod generator;

use super::{Holds, Verdict};
use crate::differential::Random;
use crate::json::Json;
use crate::process::Responder;
use expr_core::{Ranges, find_all};
use proptest::prelude::{TestCaseError, any};
use proptest::strategy::{BoxedStrategy, Strategy as _};
use serde::{Deserialize, Serialize};
use std::time::Duration;

const ORACLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/fuzz/regex/oracle.mjs");
/// `RegExp` may take exponential time, and then says nothing.
const TIME_LIMIT: Duration = Duration::from_secs(2);
/// As in oracle.mjs.
const GAVE_UP: &str = "\"gave up\"";
const MATCHES: usize = 4;
const SUBJECTS: usize = 4;

/// A pattern and texts to search, in UTF-16 units, since neither need be whole characters.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Search {
    pattern: Vec<u16>,
    flags: String,
    subjects: Vec<Vec<u16>>,
}

/// Searching.
pub(super) struct Matcher(Responder);

impl Holds for Matcher {
    const NAME: &'static str = "regex";
    const PROMISE: &'static str = "a pattern is refused, matches and captures as in JavaScript, with memo or without";
    type Input = Search;

    fn start() -> Result<Self, String> {
        Ok(Matcher(Responder::node(ORACLE, TIME_LIMIT)?))
    }

    fn inputs() -> BoxedStrategy<Search> {
        any::<u64>().prop_map(search).no_shrink().boxed()
    }

    fn check(&mut self, search: &Search) -> Verdict {
        let Ok(answer) = self.0.ask(&search.question()) else {
            return Err(TestCaseError::reject("RegExp takes too long"));
        };
        let expected = answer.to_canonical();
        if expected == GAVE_UP {
            return Err(TestCaseError::reject("the stack of RegExp overflows"));
        }
        for patient in [true, false] {
            let Some(found) = search.answer(patient) else {
                return Err(TestCaseError::reject("the budget does not suffice"));
            };
            if found != expected {
                let reason = format!("want {expected}, got {found}");
                return Err(TestCaseError::fail(reason));
            }
        }
        Ok(())
    }
}

fn search(seed: u64) -> Search {
    let mut random = Random::new(seed);
    let mut flags = String::new();
    for letter in ['i', 'm'] {
        if random.one_in(3) {
            flags.push(letter);
        }
    }
    Search {
        pattern: generator::pattern(&mut random),
        flags,
        subjects: (0..SUBJECTS).map(|_| generator::subject(&mut random)).collect(),
    }
}

impl Search {
    fn question(&self) -> String {
        let subjects = self.subjects.iter().cloned().map(Json::Text).collect();
        Json::Array(vec![
            Json::Text(self.pattern.clone()),
            Json::text(&self.flags),
            Json::Array(subjects),
        ])
        .to_canonical()
    }

    /// What oracle.mjs would answer, or `None` if the budget does not suffice.
    fn answer(&self, patient: bool) -> Option<String> {
        let mut answers = Vec::new();
        for subject in &self.subjects {
            match find_all(&self.pattern, &self.flags, subject, MATCHES, patient) {
                Ok(Some(matches)) => answers.push(list(matches.iter().map(ranges))),
                Ok(None) => return None,
                Err(_) => return Some("\"refused\"".to_owned()),
            }
        }
        Some(list(answers.into_iter()))
    }
}

fn ranges(groups: &Ranges) -> String {
    list(groups.iter().map(|group| match group {
        Some((start, end)) => format!("[{start},{end}]"),
        None => "null".to_owned(),
    }))
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}
