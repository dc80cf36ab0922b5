//! The committed score file: counts a group, and the name of each failing case.
//!
//! It makes the effect of a change visible in its diff. A case that passed when the file
//! was written may not fail; what passes anew is taken in by `--bless`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

const HEAD: &str = "\
# Counts a group, and every case that fails on at least one host.
# A case that passed here may not fail. `cargo xtask bless` rewrites the file.
";

/// Groups by `RUNNER GROUP`, such as `suite closures`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    groups: BTreeMap<String, Group>,
}

/// One group.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Group {
    total: usize,
    failing: BTreeSet<String>,
}

/// How a run compares with the file.
#[derive(Debug, Default)]
pub struct Change {
    /// Cases that passed there and fail now.
    pub broken: Vec<String>,
    /// Cases that failed there and pass now.
    pub fixed: Vec<String>,
    /// Groups that are not in the file.
    pub unknown: Vec<String>,
    /// Groups that had more cases there: what is gone cannot fail.
    pub shrunk: Vec<String>,
}

impl Snapshot {
    /// What a run found. `groups` are the names of all cases, `failing` of those that fail.
    pub fn of_run(
        runner: &str,
        groups: &BTreeMap<String, Vec<String>>,
        failing: &BTreeSet<&str>,
    ) -> Self {
        let group = |(name, cases): (&String, &Vec<String>)| {
            let failing = cases.iter().filter(|it| failing.contains(it.as_str()));
            let group = Group { total: cases.len(), failing: failing.cloned().collect() };
            (format!("{runner} {name}"), group)
        };
        Snapshot { groups: groups.iter().map(group).collect() }
    }

    /// Reads the file; one that does not exist yet is empty.
    pub fn read(path: &Path) -> Result<Self, String> {
        match fs::read_to_string(path) {
            Ok(text) => {
                Self::parse(&text).map_err(|it| format!("{}: {it}", path.display()))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut groups: BTreeMap<String, Group> = BTreeMap::new();
        let mut current = None;
        for (number, line) in text.lines().enumerate() {
            let broken = || format!("line {} is no group and no case", number + 1);
            if line.starts_with('#') || line.is_empty() {
                continue;
            }
            if let Some(case) = line.strip_prefix("  ") {
                let name: &String = current.as_ref().ok_or_else(broken)?;
                let group: &mut Group = groups.entry(name.clone()).or_default();
                group.failing.insert(case.to_owned());
                continue;
            }
            let (name, counts) = line.split_once(": ").ok_or_else(broken)?;
            let (_, total) = counts.split_once(" of ").ok_or_else(broken)?;
            let total = total.parse().map_err(|_| broken())?;
            groups.insert(name.to_owned(), Group { total, failing: BTreeSet::new() });
            current = Some(name.to_owned());
        }
        Ok(Snapshot { groups })
    }

    /// Compares the groups of `run` with those of this file.
    pub fn compare(&self, run: &Snapshot) -> Change {
        let mut change = Change::default();
        for (name, found) in &run.groups {
            let Some(known) = self.groups.get(name) else {
                change.unknown.push(name.clone());
                continue;
            };
            if found.total < known.total {
                let (now, before) = (found.total, known.total);
                change.shrunk.push(format!("{name}, {now} cases of {before}"));
            }
            change.broken.extend(found.failing.difference(&known.failing).cloned());
            change.fixed.extend(known.failing.difference(&found.failing).cloned());
        }
        change
    }

    /// Replaces the groups that `run` has and keeps the others.
    pub fn take(&mut self, run: Snapshot) {
        self.groups.extend(run.groups);
    }

    /// Writes the file.
    pub fn write(&self, path: &Path) -> Result<(), String> {
        fs::write(path, self.to_text()).map_err(|it| format!("{}: {it}", path.display()))
    }

    fn to_text(&self) -> String {
        let mut out = HEAD.to_owned();
        for (name, Group { total, failing }) in &self.groups {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "{name}: {} of {total}", total - failing.len());
            for case in failing {
                let _ = writeln!(out, "  {case}");
            }
        }
        out
    }
}

/// Compares a run with the file, or rewrites it, and says whether the run may stand.
pub fn settle(path: &Path, run: Snapshot, bless: bool) -> Result<bool, String> {
    let mut snapshot = Snapshot::read(path)?;
    let change = snapshot.compare(&run);
    if bless {
        snapshot.take(run);
        snapshot.write(path)?;
        println!("{}: written", path.display());
        return Ok(true);
    }
    for case in &change.broken {
        println!("passed before, fails now: {case}");
    }
    for group in &change.shrunk {
        println!("cases are gone: {group}; take it in with `cargo xtask bless`");
    }
    for group in &change.unknown {
        println!(
            "not in {}: {group}; take it in with `cargo xtask bless`",
            path.display()
        );
    }
    if !change.fixed.is_empty() {
        let count = change.fixed.len();
        println!(
            "{count} cases pass that did not; take them in with `cargo xtask bless`"
        );
    }
    let accused = [&change.broken, &change.unknown, &change.shrunk];
    Ok(accused.iter().all(|list| list.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(failing: &[&str]) -> Snapshot {
        let cases = ["g/a", "g/b"].map(str::to_owned).to_vec();
        let groups = BTreeMap::from([("g".to_owned(), cases)]);
        Snapshot::of_run("suite", &groups, &failing.iter().copied().collect())
    }

    #[test]
    fn the_file_reads_back() {
        let snapshot = run(&["g/b"]);
        assert_eq!(Snapshot::parse(&snapshot.to_text()).unwrap(), snapshot);
    }

    #[test]
    fn only_what_passed_before_is_broken() {
        let change = run(&["g/b"]).compare(&run(&["g/a"]));
        assert_eq!(change.broken, ["g/a"]);
        assert_eq!(change.fixed, ["g/b"]);
    }

    #[test]
    fn a_group_may_not_lose_cases() {
        let one = BTreeMap::from([("g".to_owned(), vec!["g/a".to_owned()])]);
        let fewer = Snapshot::of_run("suite", &one, &BTreeSet::new());
        assert_eq!(run(&[]).compare(&fewer).shrunk, ["suite g, 1 cases of 2"]);
        assert!(fewer.compare(&run(&[])).shrunk.is_empty());
    }
}
