//! The answers of the contract's asks are bounded by the budget, however long the places
//! are that they name.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use expr_core::{Document, Limits, decide};

/// What an ask answers within `bytes`.
fn answer(request: &str, bytes: u64) -> String {
    let document = Document::read(request.as_bytes()).unwrap();
    let mut out = b"{".to_vec();
    decide(document, None, Limits { bytes, ..Limits::default() }, &mut out);
    String::from_utf8(out).unwrap()
}

/// `value` inside of that many objects.
fn below(depth: usize, value: &str) -> String {
    format!("{}{value}{}", r#"{"abcdefghijklmnop":"#.repeat(depth), "}".repeat(depth))
}

fn list(count: usize, item: &str) -> String {
    format!("[{}]", vec![item; count].join(","))
}

/// The answer tells of the places up to there, and of no more.
fn ends_with_the_budget(request: &str, bytes: u64) {
    let answer = answer(request, bytes);
    let start = answer.get(..200).unwrap_or(&answer);
    assert!(answer.contains(r#""code":"R0002""#), "{start}");
    assert!(
        answer.len() as u64 <= bytes.saturating_add(10_000),
        "{} bytes: {start}",
        answer.len()
    );
}

#[test]
fn places_of_secrets_are_charged() {
    let mapping = below(4_500, &list(30_000, r#"{"$secret":"s"}"#));
    let secrets = r#"{"s":{"value":1}}"#;
    let request =
        format!(r#"{{"ask":"mapping","mapping":{mapping},"secrets":{secrets}}}"#);
    ends_with_the_budget(&request, Limits::default().bytes);
    let small = format!(
        r#"{{"ask":"mapping","mapping":{},"secrets":{secrets}}}"#,
        below(50, r#"{"$secret":"s"}"#)
    );
    ends_with_the_budget(&small, 800);
    assert!(answer(&small, 1_000).contains("redactionPaths"));
}

#[test]
fn places_of_diagnostics_are_charged() {
    let empty = list(20_000, r#"{"$expr":""}"#);
    let mut step = format!(r#"{{"id":"x","type":"y","config":{empty}}}"#);
    for _ in 0..1_000 {
        step = format!(r#"{{"id":"a","type":"control.forEach","body":[{step}]}}"#);
    }
    let request = format!(r#"{{"ask":"document","definition":{{"steps":[{step}]}}}}"#);
    ends_with_the_budget(&request, Limits::default().bytes);
    let small = r#"{"ask":"document","definition":{"steps":[{"type":"y","config":[{"$expr":""},1,1]}]}}"#;
    ends_with_the_budget(small, 100);
    assert!(answer(small, 1_000).contains("EMPTY_EXPRESSION"));
}
