//! Inputs that were evaluated over answer as new ones do, whatever came of it before.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use expr_core::{Evaluation, Inputs, Limits, Profile, Program};

const CONTEXT: &str = r#"{"order":{"id":7,"items":[{"price":3},{"price":4}]}}"#;

/// What ends well, what fails in the middle of something, and what runs out of steps.
const SOURCES: [&str; 12] = [
    "order.id",
    "order.items[price > 3].price",
    "$eval('order.id')",
    "$eval('order.missing(1)')",
    "$eval('[1..3].$error(\"no\")')",
    "$map(order.items, function($item) { $eval('price', $item) })",
    "($f := $eval('function($x) { $error($x) }'); $f('no'))",
    "{'a': order.items.(price + 'x')}",
    "order.items^(price)[0].price",
    "$sum(order.items.(price * $error('no')))",
    "($loop := function($x) { $loop($x) }; $loop(1))",
    "order ~> |items|{'price': $error('no')}|",
];

const LIMITS: Limits = Limits { steps: 2_000, bytes: 1 << 20, depth: 100 };

fn programs() -> Vec<Program> {
    let compile =
        |source: &&str| Program::compile((*source).into(), Profile::Jsonata).unwrap();
    SOURCES.iter().map(compile).collect()
}

#[test]
fn every_program_after_every_other() {
    let programs = programs();
    let new: Vec<Evaluation> = programs
        .iter()
        .map(|it| {
            it.evaluate(&mut Inputs::from_json(CONTEXT.as_bytes()).unwrap(), LIMITS)
        })
        .collect();
    assert!(new.iter().any(|it| it.outcome.is_ok()));
    assert!(new.iter().any(|it| it.outcome.is_err()));
    let mut kept = Inputs::from_json(CONTEXT.as_bytes()).unwrap();
    let all = || SOURCES.iter().zip(&programs).zip(&new);
    for before in all() {
        for after in all() {
            for ((source, program), expected) in [before, after, after] {
                let evaluation = program.evaluate(&mut kept, LIMITS);
                let ((first, _), _) = before;
                assert_eq!(&evaluation, expected, "{source} after {first}");
            }
        }
    }
}
