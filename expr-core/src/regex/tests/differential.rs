//! Our matcher against Node's `RegExp`, and our tables against its Unicode.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::io::Write;
use std::process::{Command, Stdio};
use std::{eprintln, println};

use super::generator::{self, Random};
use super::{Budget, Flags, IMPATIENT, Limits, Patience, Regex};
use crate::regex::PATIENCE;

use super::std;

const SEEDS: [u64; 2] = [1, 20_261_122];
const CASES: usize = 4_000;
const SUBJECTS: usize = 4;
/// As in oracle.js.
const MATCHES: usize = 4;

struct Case {
    pattern: Vec<u16>,
    flags: Flags,
    subjects: Vec<Vec<u16>>,
}

#[test]
fn agrees_with_javascript() {
    for seed in SEEDS {
        compare(seed, CASES);
    }
}

/// `REGEX_SEED=7 REGEX_CASES=100000 cargo test -p expr-core javascript -- --nocapture`
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test that is run by hand has no other way"
)]
fn agrees_with_javascript_on_more() {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let Some(cases) = number("REGEX_CASES") else {
        return;
    };
    let seed = number("REGEX_SEED").unwrap_or(1);
    for part in 0..cases / CASES as u64 {
        compare(seed + part, CASES);
    }
}

fn compare(seed: u64, count: usize) {
    let mut random = Random(seed);
    let cases: Vec<Case> = (0..count).map(|_| case(&mut random)).collect();
    let input: String = cases.iter().map(|case| case.question() + "\n").collect();
    let Some(answers) = ask(include_str!("../oracle.js"), &input) else {
        return;
    };
    let answers: Vec<&str> = answers.lines().collect();
    assert_eq!(answers.len(), cases.len());
    let (mut refused, mut matched, mut unanswered) = (0, 0, 0);
    let mut failures = Vec::new();
    for (case, &expected) in cases.iter().zip(&answers) {
        refused += usize::from(expected == "E");
        matched += expected.split('|').filter(|found| found.contains('-')).count();
        for patience in [PATIENCE, IMPATIENT] {
            match case.answer(patience) {
                Some(found) if found == expected => {}
                _ if expected == "T" => unanswered += 1,
                None => unanswered += 1,
                Some(found) => failures.push(format!(
                    "{}\n  want {expected}\n  got  {found}",
                    case.describe()
                )),
            }
        }
    }
    println!(
        "regex differential: seed {seed}, {count} patterns × {SUBJECTS} subjects, \
         {refused} refused, {matched} matches, {unanswered} without an answer, {} differ",
        failures.len()
    );
    for failure in failures.iter().take(20) {
        eprintln!("{failure}");
    }
    assert!(failures.is_empty(), "seed {seed}: {} cases differ", failures.len());
    assert!(unanswered * 100 < count, "too many cases have no answer");
}

fn case(random: &mut Random) -> Case {
    Case {
        pattern: generator::pattern(random),
        flags: Flags {
            ignore_case: random.below(3) == 0,
            multiline: random.below(3) == 0,
        },
        subjects: (0..SUBJECTS).map(|_| generator::subject(random)).collect(),
    }
}

impl Case {
    fn letters(&self) -> String {
        let mut letters = String::new();
        letters.push_str(if self.flags.ignore_case { "i" } else { "" });
        letters.push_str(if self.flags.multiline { "m" } else { "" });
        letters
    }

    fn question(&self) -> String {
        let subjects: Vec<String> = self.subjects.iter().map(|text| hex(text)).collect();
        format!("{}\t{}\t{}", self.letters(), hex(&self.pattern), subjects.join(","))
    }

    fn describe(&self) -> String {
        let texts: Vec<_> =
            self.subjects.iter().map(|text| String::from_utf16_lossy(text)).collect();
        let pattern = String::from_utf16_lossy(&self.pattern);
        format!("/{pattern}/{} ({}) {texts:?}", self.letters(), hex(&self.pattern))
    }

    /// What oracle.js would print, or `None` if the budget does not suffice.
    fn answer(&self, patience: Patience) -> Option<String> {
        let Ok(regex) = Regex::compile(&self.pattern, self.flags) else {
            return Some("E".into());
        };
        let answers: Option<Vec<String>> =
            self.subjects.iter().map(|text| matches(&regex, text, patience)).collect();
        answers.map(|answers| answers.join("|"))
    }
}

fn matches(regex: &Regex, text: &[u16], patience: Patience) -> Option<String> {
    let mut budget = Budget::new(Limits::default());
    let (mut start, mut found) = (0, Vec::new());
    while found.len() < MATCHES {
        let Some(captures) = regex.find_with(patience, text, start, &mut budget).ok()?
        else {
            break;
        };
        let ranges: Vec<String> = (0..=regex.capture_count())
            .map(|group| match captures.get(group) {
                Some((start, end)) => format!("{start}-{end}"),
                None => "u".into(),
            })
            .collect();
        found.push(ranges.join(" "));
        let (from, to) = captures.get(0).unwrap();
        start = to + usize::from(from == to);
    }
    Some(found.join(";"))
}

fn hex(text: &[u16]) -> String {
    text.iter().map(|unit| format!("{unit:04x}")).collect()
}

/// Runs a script in Node; `None`, with a line that says so, where there is no Node.
fn ask(script: &str, input: &str) -> Option<String> {
    let child = Command::new("node")
        .args(["-e", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        println!("node is not installed: not compared with JavaScript");
        return None;
    };
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn tables_are_those_of_unicode() {
    let Some(printed) = ask(include_str!("../../unicode/tables.js"), "") else {
        return;
    };
    let committed = include_str!("../../unicode/tables.rs");
    if printed.lines().next() == committed.lines().next() {
        assert!(printed == committed, "tables.js prints other tables");
    } else {
        println!("this node has another version of Unicode: tables not compared");
    }
}
