//! Every divergence that a vector names is in the list, with a reason and with fixtures.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use expr_tests::json::Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../parity-fixtures");
const SHARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors");

fn divergences() -> BTreeMap<String, toml::Value> {
    let text = fs::read_to_string(Path::new(FIXTURES).join("divergences.toml"));
    toml::from_str(&text.expect("divergences.toml is there")).expect("it is TOML")
}

/// The divergences that the vectors of a file name.
fn named_in(path: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(path).expect("a vector file");
    let file = Json::parse(&text).expect("JSON");
    let vectors = match file.get("vectors") {
        Some(Json::Array(vectors)) => vectors.as_slice(),
        _ => &[],
    };
    let name = |vector: &Json| vector.get("divergence").and_then(Json::to_text);
    vectors.iter().filter_map(name).collect()
}

#[test]
fn each_has_a_reason_in_one_sentence() {
    for (name, entry) in divergences() {
        let reason =
            entry.get("reason").and_then(toml::Value::as_str).unwrap_or_default();
        let sentences = reason.matches(". ").count();
        assert!(reason.ends_with('.') && sentences == 0, "{name}: {reason}");
    }
}

#[test]
fn each_fixture_that_is_listed_shows_it() {
    // These two answer alike in both, but for the text: the reason is beside the case.
    let silent = ["native-error", "undefined-inside"];
    for (name, entry) in divergences() {
        let fixtures = entry.get("fixtures").and_then(toml::Value::as_array);
        for fixture in fixtures.expect("a list `fixtures`") {
            let fixture = fixture.as_str().expect("a path");
            let path = Path::new(FIXTURES).join(format!("{fixture}.json"));
            let shows = named_in(&path).contains(&name);
            assert!(shows || silent.contains(&name.as_str()), "{fixture}: no {name}");
        }
    }
}

#[test]
fn each_name_in_a_shared_vector_is_listed() {
    let Ok(files) = fs::read_dir(SHARED) else {
        println!("SKIPPED: ../shared/vectors is not here");
        return;
    };
    let known = divergences();
    for file in files {
        let path = file.expect("an entry").path();
        if path.extension().is_none_or(|it| it != "json") {
            continue;
        }
        for name in named_in(&path) {
            assert!(known.contains_key(&name), "{}: {name}", path.display());
        }
    }
}

#[test]
fn each_name_in_an_own_fixture_is_listed() {
    let known = divergences();
    let cases = expr_tests::fixture::read_all(&[FIXTURES.into()]).expect("the fixtures");
    assert!(cases.len() >= 400, "{} fixtures", cases.len());
    for folder in ["language/block", "language/result", "contract"] {
        let folder = Path::new(FIXTURES).join(folder);
        for file in fs::read_dir(folder).expect("a folder of fixtures") {
            let path = file.expect("an entry").path();
            for name in named_in(&path) {
                assert!(known.contains_key(&name), "{}: {name}", path.display());
            }
        }
    }
}
