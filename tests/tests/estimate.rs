//! Estimates are sound: nothing that succeeds takes fewer steps than the least, nothing
//! takes more than a constant most, and what grows grows as the formula says.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

use expr_core::{Document, Estimate, Inputs, Limits, NodeKind, Profile, Program};
use expr_tests::corpus::FIXTURES;
use expr_tests::fixture::{Task, read_all};
use expr_tests::subject::{self, Outcome};
use std::path::Path;
use std::time::Duration;

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors");

/// How many estimates are of which kind.
#[derive(Debug, Default)]
struct Counts {
    constant: usize,
    grows: usize,
    unbounded: usize,
}

fn most(estimate: &Estimate) -> &str {
    estimate.max.as_wtf8().to_str().unwrap_or("O(a name that is no text)")
}

/// The estimate of a source that is given as JSON text, if it compiles.
fn estimate_of(source: &str, profile: &str) -> Option<Estimate> {
    let document = Document::read(source.as_bytes()).ok()?;
    let NodeKind::String(source) = document.root().kind() else { return None };
    let program = Program::compile(source, Profile::from_name(profile)?).ok()?;
    Some(program.estimate())
}

fn check(folder: &str) -> Counts {
    let mut native = subject::start("native", Duration::from_secs(30)).unwrap();
    let mut counts = Counts::default();
    let mut wrong = Vec::new();
    for case in read_all(&[folder.into()]).unwrap() {
        let Task::Evaluate(evaluate) = case.task else { continue };
        let request = &evaluate.request;
        let Some(estimate) = estimate_of(&request.source, request.profile) else {
            continue;
        };
        let answer = native.evaluate(request).unwrap();
        let steps = answer.cost.map_or(0, |cost| cost.steps);
        let succeeded = !matches!(answer.outcome, Outcome::Error(_));
        let constant: Option<u64> = most(&estimate).parse().ok();
        let too_high = succeeded && estimate.min > steps;
        if too_high || constant.is_some_and(|most| steps > most) {
            wrong.push(format!(
                "{}: {} took {steps}, not {estimate:?}",
                case.name, request.source
            ));
        }
        match constant {
            Some(_) => counts.constant += 1,
            None if most(&estimate).starts_with("O(") => counts.grows += 1,
            None => counts.unbounded += 1,
        }
    }
    assert!(wrong.is_empty(), "{} of {counts:?}:\n{}", wrong.len(), wrong.join("\n"));
    counts
}

#[test]
fn what_the_fixtures_take_is_in_their_estimates() {
    let counts = check(FIXTURES);
    println!("{counts:?}");
    assert!(counts.constant > 500 && counts.grows > 500, "{counts:?}");
}

#[test]
fn what_the_vectors_take_is_in_their_estimates() {
    if !Path::new(VECTORS).is_dir() {
        println!("SKIPPED: the vectors are not here");
        return;
    }
    let counts = check(VECTORS);
    println!("{counts:?}");
    assert!(counts.constant > 100 && counts.grows > 2_000, "{counts:?}");
}

/// A list of as many objects, each with a list of a few numbers, as JSON text.
fn objects(count: usize) -> String {
    let object = |at: usize| {
        format!(r#"{{"id":"n{at}","group":"g{}","price":{at},"tags":["a","b"]}}"#, at % 5)
    };
    let objects: Vec<String> = (0..count).map(object).collect();
    format!("[{}]", objects.join(","))
}

/// Steps over lists of that many objects.
fn steps(source: &str, count: usize) -> f64 {
    let program = Program::compile(source.into(), Profile::Jsonata).unwrap();
    let list = objects(count);
    let context =
        format!(r#"{{"payload":{{"items":{list}}},"vars":{{"limits":{list}}}}}"#);
    let mut inputs = Inputs::from_json(context.as_bytes()).unwrap();
    let limits = Limits { steps: u64::MAX, bytes: u64::MAX, ..Limits::default() };
    let evaluation = program.evaluate(&mut inputs, limits);
    evaluation.outcome.unwrap_or_else(|error| panic!("{source}: {error}"));
    evaluation.spent.steps as f64
}

/// Expressions, their estimates, and the power of the size with which they grow.
const GROWING: [(&str, &str, f64); 24] = [
    ("payload.items.price", "O(n)", 1.0),
    ("payload.items[price > 10].id", "O(n)", 1.0),
    ("payload.items", "O(n)", 1.0),
    ("payload.items.{\"id\": id, \"n\": price}", "O(n)", 1.0),
    ("{\"a\": payload.items.id, \"b\": {\"c\": vars.limits.price}}", "O(n)", 1.0),
    ("payload.items{group: price}", "O(n)", 1.0),
    ("payload.items{group: $sum(price)}", "O(n)", 1.0),
    ("payload.items.tags", "O(n)", 1.0),
    ("payload.items.(tags[$ = \"a\"])", "O(n)", 1.0),
    ("payload.items.(price * 2)", "O(n)", 1.0),
    ("$sum(payload.items.price)", "O(n)", 1.0),
    ("payload & \"\"", "O(n)", 1.0),
    ("payload.*", "O(n)", 1.0),
    ("payload.items = vars.limits", "O(n)", 1.0),
    ("($x := payload.items; $x[0] & $x[1].id)", "O(n)", 0.0),
    ("payload.items.id & \"\"", "O(n)", 1.0),
    ("payload.items^(price).price", "O(n log n)", 1.0),
    ("payload.items.(tags^($))", "O(n log n)", 1.0),
    ("payload.items[id in $$.vars.limits.id]", "O(n^2)", 2.0),
    ("payload.items.($$.vars.limits.id)", "O(n^2)", 2.0),
    ("payload.items.($$.vars.limits^(price))", "O(n^2 log n)", 2.0),
    ("($l := vars.limits; payload.items.{\"n\": $l[0].price})", "O(n^2)", 1.0),
    ("payload.items.($i := $; $$.vars.limits[price = $i.price].id)", "O(n^3)", 2.0),
    ("payload.items.($$.payload.items.($$.vars.limits.price))", "O(n^3)", 3.0),
];

#[test]
fn growth_is_what_the_formula_says() {
    let mut wrong = Vec::new();
    for (source, formula, power) in GROWING {
        let program = Program::compile(source.into(), Profile::Jsonata).unwrap();
        let estimate = program.estimate();
        let estimate = most(&estimate);
        if estimate != formula {
            wrong.push(format!("{source} is {estimate}, not {formula}"));
        }
        let n = 40;
        let [once, twice, four] = [n, 2 * n, 4 * n].map(|count| steps(source, count));
        let measured = (four / twice).log2();
        let logarithm = if formula.contains("log") { 0.3 } else { 0.0 };
        if measured > power + 0.05 + logarithm || measured < power - 0.3 {
            wrong.push(format!(
                "{source} takes {once}, {twice}, {four}: power {measured}"
            ));
        }
        let allowed: f64 = match formula.split_once('^') {
            Some((_, rest)) => {
                rest.trim_end_matches(" log n)").trim_end_matches(')').parse().unwrap()
            }
            None => 1.0,
        };
        assert!(allowed >= power, "{formula}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_cannot_be_estimated_says_why() {
    let expected = [
        ("$eval(a)", "unbounded: evaluated text"),
        ("[1..n]", "unbounded: a range"),
        ("$pad(a, n)", "unbounded: a function that is no helper"),
        ("$contains(a, /b+/)", "unbounded: a regular expression"),
        (
            "($f := function($n) { $n = 0 ? 0 : $f($n - 1) }; $f(n))",
            "unbounded: a function that is a value",
        ),
        ("$map(a, $sum)", "unbounded: a function that is a value"),
        ("a.b.%.c", "unbounded: `@`, `#` or `%`"),
        ("a@$x.b", "unbounded: `@`, `#` or `%`"),
        ("$join(a, b)", "unbounded: a function that is no helper"),
        (
            "($s := \"x\"; a[$s := $s & $s])",
            "unbounded: a variable that is bound in a loop",
        ),
        ("(c ? $x := a; b.($$.c.$x))", "O(n^3)"),
    ];
    for (source, max) in expected {
        let program = Program::compile(source.into(), Profile::Jsonata).unwrap();
        assert_eq!((source, most(&program.estimate())), (source, max));
    }
}
