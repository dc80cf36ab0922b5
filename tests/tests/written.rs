//! Printing a source and reading it again, and going on after errors.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use expr_core::Written;
use expr_tests::corpus::{FIXTURES, SUITE, sources};
use expr_tests::differential::{PAIRS, Random};
use expr_tests::fuzz::printed_alike;
use std::path::Path;

const CASES: usize = 5_000;

/// Random sources of the language, one in sixteen of them damaged.
fn random_sources() -> impl Iterator<Item = String> {
    let mut random = Random::new(3);
    (0..CASES).flat_map(move |_| {
        PAIRS
            .iter()
            .map(|pair| (pair.case)(&mut random).source.to_string())
            .collect::<Vec<_>>()
    })
}

/// What must hold of every source. Says whether it is an expression.
fn check(source: &str) -> bool {
    printed_alike(source).unwrap()
}

#[test]
fn what_is_printed_has_the_same_tree() {
    let expressions = random_sources().filter(|source| check(source)).count();
    assert!(expressions > CASES / 2, "only {expressions} of {CASES} are expressions");
}

#[test]
fn fixtures_are_printed_with_the_same_tree() {
    let expressions = sources(FIXTURES).iter().filter(|source| check(source)).count();
    assert!(expressions > 100, "only {expressions} fixtures are expressions");
}

#[test]
fn the_official_suite_is_printed_with_the_same_tree() {
    if !Path::new(SUITE).is_dir() {
        println!("SKIPPED: the official suite is not here");
        return;
    }
    let expressions = sources(SUITE).iter().filter(|source| check(source)).count();
    assert!(expressions > 1_000, "only {expressions} of the suite are expressions");
}

/// The codes of a source's errors, and the text from each place on.
fn errors_of(source: &str) -> Vec<(String, String)> {
    let (_, errors) = Written::parse(source.into());
    let rest =
        |start: u32| source.chars().skip(usize::try_from(start).unwrap()).collect();
    let place = |error: &expr_core::Error| error.location().map_or(0, |it| it.start);
    errors.iter().map(|error| (error.code().to_owned(), rest(place(error)))).collect()
}

#[test]
fn every_mistake_is_reported_once() {
    for (source, expected) in [
        // A bracket that is missing, and one mistake after it.
        ("$sum([1, 2) + (3 4) ", vec![("S0202", ") + (3 4) "), ("S0202", "4) ")]),
        ("{\"a\": , \"b\" 2}", vec![("S0211", ", \"b\" 2}"), ("S0202", "2}")]),
        (
            "(1 +; 2 +; $x := )",
            vec![("S0211", "; 2 +; $x := )"), ("S0211", "; $x := )"), ("S0211", ")")],
        ),
        (
            "[1, 'a\\q', 2, \"\\u12\"]",
            vec![("S0103", "'a\\q', 2, \"\\u12\"]"), ("S0104", "\"\\u12\"]")],
        ),
        ("a ] + b ) c", vec![("S0201", "] + b ) c"), ("S0201", ") c")]),
        ("1 := 2; 3", vec![("S0212", "1 := 2; 3"), ("S0201", "; 3")]),
        (
            "function(1, $a, b){$a",
            vec![("S0208", "1, $a, b){$a"), ("S0208", "b){$a"), ("S0203", "")],
        ),
        ("(1 +", vec![("S0203", "")]),
    ] {
        let expected: Vec<(String, String)> = expected
            .into_iter()
            .map(|(code, rest)| (code.to_owned(), rest.to_owned()))
            .collect();
        assert_eq!(errors_of(source), expected, "{source}");
    }
}

#[test]
fn a_partial_tree_has_what_could_be_read() {
    let (written, errors) = Written::parse("$f(a, ) + $g(b".into());
    assert_eq!(errors.len(), 2);
    let kinds: Vec<&str> = written.parts().map(|part| part.kind).collect();
    assert_eq!(
        kinds,
        ["variable", "name", "missing", "call", "variable", "name", "call", "+"]
    );
}

#[test]
fn damaged_sources_end_with_few_errors() {
    let mut random = Random::new(11);
    let pieces = [
        "(", ")", "[", "]", "{", "}", ",", ";", ":", "|", "?", "a", "1", "+", ":=", "\"",
        "`", "/", "function", "$x", "^", "@", "~",
    ];
    for _ in 0..CASES {
        let count = random.below(40);
        let source: Vec<&str> = (0..count).map(|_| random.pick(&pieces)).collect();
        let separator = random.pick(&["", " "]);
        check(&source.join(separator));
    }
    check(&"(".repeat(100_000));
    check(&"[1 2 ".repeat(20_000));
    check(&") ".repeat(50_000));
}
