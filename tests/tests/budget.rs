//! What real expressions take of the default budgets.

use expr_core::Limits;
use expr_tests::fixture::{Task, read_all};
use expr_tests::subject;
use std::path::Path;
use std::time::Duration;

const REAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors/real.json");

#[test]
fn real_expressions_take_less_than_a_tenth_of_the_default_budgets() {
    if !Path::new(REAL).is_file() {
        println!("SKIPPED: the vectors of real expressions are not here");
        return;
    }
    let mut native = subject::start("native", Duration::from_secs(10)).unwrap();
    let limits = Limits::default();
    let mut count = 0;
    for case in read_all(&[REAL.into()]).unwrap() {
        let Task::Evaluate(evaluate) = case.task else { continue };
        let answer = native.evaluate(&evaluate.request).unwrap();
        if let Some(cost) = answer.cost {
            assert!(cost.steps <= limits.steps / 10, "{}: {cost:?}", case.name);
            assert!(cost.bytes <= limits.bytes / 10, "{}: {cost:?}", case.name);
            count += 1;
        }
    }
    assert!(count > 500, "only {count} real expressions compile");
}
