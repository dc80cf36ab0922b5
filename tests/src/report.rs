//! Counts and failures of a run, as people and as programs read them.

use crate::compare::Mismatch;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How one subject did.
#[derive(Debug, Default)]
pub struct Score {
    /// The subject.
    pub subject: String,
    /// Cases that gave what was asked for.
    pub passed: usize,
    /// Cases that did not, by name.
    pub failures: Vec<(String, Mismatch)>,
    /// Cases that a divergence excludes, with its name.
    pub excluded: Vec<(String, String)>,
    /// Cases in which an evaluation error has another position or token, which fails none.
    pub other_places: Vec<(String, Mismatch)>,
}

impl Score {
    /// A score that nothing was counted in.
    pub fn new(subject: &str) -> Self {
        Score { subject: subject.to_owned(), ..Score::default() }
    }

    /// The last line of a parity run for this subject.
    pub fn parity_line(&self) -> String {
        format!(
            "parity {}: {} passed, {} failed, {} excluded, {} positions differ",
            self.subject,
            self.passed,
            self.failures.len(),
            self.excluded.len(),
            self.other_places.len(),
        )
    }

    /// The last line of a suite run for this subject.
    pub fn suite_line(&self) -> String {
        format!(
            "suite {}: {} passed, {} failed",
            self.subject,
            self.passed,
            self.failures.len()
        )
    }

    /// Each case whose error is at another place, and each failing case, with what was asked
    /// for and what came.
    pub fn print_failures(&self) {
        for (name, Mismatch { want, got }) in &self.other_places {
            println!(
                "{} {name}: another place\n  want {want}\n  got  {got}",
                self.subject
            );
        }
        for (name, Mismatch { want, got }) in &self.failures {
            println!("{} {name}\n  want {want}\n  got  {got}", self.subject);
        }
    }

    fn to_json(&self) -> Value {
        let failures: Vec<Value> = self
            .failures
            .iter()
            .map(|(name, it)| json!({ "case": name, "want": it.want, "got": it.got }))
            .collect();
        let names = |list: &[(String, Mismatch)]| -> Vec<Value> {
            list.iter().map(|(name, _)| json!(name)).collect()
        };
        let excluded: BTreeMap<_, _> = self.excluded.iter().cloned().collect();
        json!({
            "subject": self.subject,
            "passed": self.passed,
            "failed": self.failures.len(),
            "failures": failures,
            "excluded": excluded,
            "positionsDiffer": names(&self.other_places),
        })
    }
}

/// A case that two subjects answered differently.
#[derive(Debug)]
pub struct Disagreement {
    /// The case.
    pub case: String,
    /// What each subject answered.
    pub answers: Vec<(String, String)>,
}

/// Everything that a parity run found.
#[derive(Debug)]
pub struct Report {
    /// A score a subject.
    pub scores: Vec<Score>,
    /// Cases that every subject was asked.
    pub compared: usize,
    /// Cases that were not answered alike.
    pub disagreements: Vec<Disagreement>,
    /// Cases a group, for the snapshot.
    pub groups: BTreeMap<String, Vec<String>>,
}

impl Report {
    /// Whether every subject passed every case and all answers were alike.
    pub fn is_clean(&self) -> bool {
        self.disagreements.is_empty()
            && self.scores.iter().all(|score| score.failures.is_empty())
    }

    /// Prints the failures and the last lines.
    pub fn print(&self) {
        for score in &self.scores {
            score.print_failures();
        }
        for Disagreement { case, answers } in &self.disagreements {
            println!("answers differ: {case}");
            for (subject, answer) in answers {
                println!("  {subject:<9}{answer}");
            }
        }
        if let [_, _, ..] = self.scores.as_slice() {
            let names: Vec<&str> =
                self.scores.iter().map(|it| it.subject.as_str()).collect();
            println!(
                "agreement of {}: {} cases alike, {} different",
                names.join(", "),
                self.compared - self.disagreements.len(),
                self.disagreements.len(),
            );
        }
        for score in &self.scores {
            println!("{}", score.parity_line());
        }
    }

    /// The report as JSON text.
    pub fn to_json(&self) -> String {
        let scores: Vec<Value> = self.scores.iter().map(Score::to_json).collect();
        let different: BTreeMap<_, _> = self
            .disagreements
            .iter()
            .map(|it| (&it.case, it.answers.iter().cloned().collect::<BTreeMap<_, _>>()))
            .collect();
        let report = json!({ "subjects": scores, "compared": self.compared, "different": different });
        format!("{report:#}\n")
    }
}
