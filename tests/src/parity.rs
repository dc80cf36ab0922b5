//! Runs vector cases through every subject.

use crate::compare::{Comparison, compare, compare_decision, describe};
use crate::fixture::{Case, Decide, Evaluate, Task};
use crate::json::Json;
use crate::report::{Disagreement, Report, Score};
use crate::subject::{Answer, Crash, Subject, Verdict, evaluate_both_ways};
use std::collections::BTreeMap;

/// What a subject said about a case.
#[derive(PartialEq)]
struct Observation {
    answer: Result<Answer, Crash>,
    verdict: Option<Result<Verdict, Crash>>,
}

/// Runs all cases and compares the subjects with the fixtures and with each other.
pub fn run(subjects: &mut [Box<dyn Subject>], cases: &[Case]) -> Report {
    let scores = subjects.iter().map(|subject| Score::new(subject.name())).collect();
    let mut report = Report {
        scores,
        compared: 0,
        disagreements: Vec::new(),
        groups: BTreeMap::new(),
    };
    for case in cases {
        report.groups.entry(case.group.clone()).or_default().push(case.name.clone());
        match &case.task {
            Task::Evaluate(evaluate) => run_case(subjects, case, evaluate, &mut report),
            Task::Exclude(divergence) => {
                for score in &mut report.scores {
                    score.excluded.push((case.name.clone(), divergence.clone()));
                }
            }
            Task::Decide(decide) => run_decision(subjects, case, decide, &mut report),
        }
    }
    report
}

fn run_case(
    subjects: &mut [Box<dyn Subject>],
    case: &Case,
    evaluate: &Evaluate,
    report: &mut Report,
) {
    let observations: Vec<Observation> =
        subjects.iter_mut().map(|subject| observe(subject.as_mut(), evaluate)).collect();
    for (observation, score) in observations.iter().zip(&mut report.scores) {
        count(score, &case.name, judge(evaluate, observation));
    }
    report.compared += 1;
    if observations.iter().zip(observations.iter().skip(1)).any(|(a, b)| a != b) {
        let names = report.scores.iter().map(|score| score.subject.clone());
        let answers = names.zip(observations.iter().map(Observation::describe)).collect();
        report.disagreements.push(Disagreement { case: case.name.clone(), answers });
    }
}

fn run_decision(
    subjects: &mut [Box<dyn Subject>],
    case: &Case,
    decide: &Decide,
    report: &mut Report,
) {
    let answers: Vec<Result<Json, Crash>> =
        subjects.iter_mut().map(|subject| decided(subject.as_mut(), decide)).collect();
    for (answer, score) in answers.iter().zip(&mut report.scores) {
        let comparison = match answer {
            Ok(result) => compare_decision(&decide.expect, decide.steps, result),
            Err(Crash(reason)) => Comparison::failed("an answer", reason.clone()),
        };
        count(score, &case.name, comparison);
    }
    report.compared += 1;
    if answers.iter().zip(answers.iter().skip(1)).any(|(a, b)| a != b) {
        let names = report.scores.iter().map(|score| score.subject.clone());
        let answers = names.zip(answers.iter().map(|it| format!("{it:?}"))).collect();
        report.disagreements.push(Disagreement { case: case.name.clone(), answers });
    }
}

/// Asks as a host does: first which secrets are needed, then with their outcomes.
fn decided(subject: &mut dyn Subject, decide: &Decide) -> Result<Json, Crash> {
    let names = match decide.secrets_request() {
        Some(request) => subject.decide(&request)?.get("ok").cloned(),
        None => None,
    };
    subject.decide(&decide.request(&names.unwrap_or(Json::Null)))
}

fn observe(subject: &mut dyn Subject, evaluate: &Evaluate) -> Observation {
    let request = &evaluate.request;
    let answer = evaluate_both_ways(subject, request);
    let verdict = evaluate
        .check
        .as_ref()
        .map(|_| subject.validate(&request.source, request.profile));
    Observation { answer, verdict }
}

fn judge(evaluate: &Evaluate, observation: &Observation) -> Comparison {
    let crashed =
        |crash: &Crash| Comparison::failed(&describe(&evaluate.expect), crash.0.clone());
    match (&observation.answer, &observation.verdict) {
        (Err(crash), _) | (_, Some(Err(crash))) => crashed(crash),
        (Ok(answer), verdict) => {
            let verdict = verdict.as_ref().and_then(|verdict| verdict.as_ref().ok());
            compare(evaluate, answer, verdict)
        }
    }
}

fn count(score: &mut Score, name: &str, comparison: Comparison) {
    if let Some(other_place) = comparison.other_place {
        score.other_places.push((name.to_owned(), other_place));
    }
    match comparison.mismatch {
        Some(mismatch) => score.failures.push((name.to_owned(), mismatch)),
        None => score.passed += 1,
    }
}

impl Observation {
    /// Everything that was compared between subjects: the answer and the verdict.
    fn describe(&self) -> String {
        let mut out = match &self.answer {
            Ok(answer) => answer.describe(),
            Err(Crash(reason)) => format!("crashed: {reason}"),
        };
        if let Some(verdict) = &self.verdict {
            out.push_str(&format!(" {verdict:?}"));
        }
        out
    }
}
