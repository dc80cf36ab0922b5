//! What every case spends, as a record that is committed: steps and bytes are part of the
//! contract, so a change of either must be seen.

use crate::fixture::{Case, Task};
use crate::subject::{Crash, Subject};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const HEAD: &str = "\
# What the cases of each group spend: how many there are, the sum of their steps, the sum
# of their bytes, and a digest of what each case spends. Another line is another contract.
# `cargo xtask bless` rewrites the file.
";

/// What the cases of each group spend, by `CORPUS GROUP`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Charges(BTreeMap<String, String>);

#[derive(Default)]
struct Sum {
    cases: u64,
    steps: u64,
    bytes: u64,
    digest: Sha256,
}

impl Charges {
    /// Evaluates every case of a corpus.
    pub fn of(
        corpus: &str,
        cases: &[Case],
        subject: &mut dyn Subject,
    ) -> Result<Self, Crash> {
        let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
        for case in cases {
            let Task::Evaluate(evaluate) = &case.task else { continue };
            let Some(cost) = subject.evaluate(&evaluate.request)?.cost else { continue };
            let sum = sums.entry(format!("{corpus} {}", case.group)).or_default();
            sum.cases += 1;
            sum.steps += cost.steps;
            sum.bytes += cost.bytes;
            sum.digest.update(format!("{} {} {}\n", case.name, cost.steps, cost.bytes));
        }
        let lines = sums.into_iter().map(|(group, sum)| (group, sum.into_line()));
        Ok(Charges(lines.collect()))
    }

    /// Reads the record.
    pub fn parse(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let groups = lines.filter_map(|line| line.split_once(": "));
        Charges(groups.map(|(name, sum)| (name.to_owned(), sum.to_owned())).collect())
    }

    /// Replaces the groups that `other` has and keeps the others.
    pub fn take(&mut self, other: Charges) {
        self.0.extend(other.0);
    }

    /// The groups of `run` that this record has otherwise, or not at all.
    pub fn changes(&self, run: &Charges) -> Vec<String> {
        let changed = run.0.iter().filter(|(group, now)| self.0.get(*group) != Some(now));
        let before = |group| self.0.get(group).map_or("nothing", String::as_str);
        changed
            .map(|(group, now)| format!("{group}: {now}, was {}", before(group)))
            .collect()
    }

    /// The record as text.
    pub fn to_text(&self) -> String {
        self.0.iter().fold(HEAD.to_owned(), |mut text, (group, sum)| {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{group}: {sum}");
            text
        })
    }
}

impl Sum {
    fn into_line(self) -> String {
        let Sum { cases, steps, bytes, digest } = self;
        let digest = digest.finalize();
        let start = digest.iter().take(8).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        format!("{cases} cases, {steps} steps, {bytes} bytes, {start}")
    }
}
