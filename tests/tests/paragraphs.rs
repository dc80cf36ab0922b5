//! Every paragraph of the contract has a fixture, and fixtures name no other paragraphs.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use expr_tests::fixture::{Case, Task, read_all};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../parity-fixtures");

/// The list, with a sentence for each number.
fn listed() -> toml::Table {
    let text = fs::read_to_string(Path::new(FIXTURES).join("paragraphs.toml"));
    text.expect("paragraphs.toml is there").parse().expect("it is TOML")
}

fn cases() -> Vec<Case> {
    read_all(&[FIXTURES.into()]).expect("the fixtures")
}

#[test]
fn each_holds_one_sentence() {
    for (number, holds) in listed() {
        let holds = holds.as_str().expect("a sentence");
        assert!(holds.ends_with('.') && !holds.contains(". "), "{number}: {holds}");
    }
}

#[test]
fn each_has_a_fixture_that_is_run() {
    let cases = cases();
    let run = |case: &&Case| !matches!(case.task, Task::Exclude(_));
    let shown: BTreeSet<&str> =
        cases.iter().filter(run).filter_map(|case| case.paragraph.as_deref()).collect();
    let listed = listed();
    let missing: Vec<&String> =
        listed.keys().filter(|number| !shown.contains(number.as_str())).collect();
    assert!(missing.is_empty(), "paragraphs without a fixture: {missing:?}");
}

#[test]
fn each_fixture_of_the_contract_names_one_that_is_listed() {
    let listed = listed();
    for case in cases() {
        match &case.paragraph {
            Some(number) => {
                assert!(listed.contains_key(number), "{}: {number}", case.name)
            }
            None => assert!(!case.group.starts_with("contract/"), "{}: none", case.name),
        }
    }
}
