//! An instance answers for as long as it is used, and does not grow.

use expr_tests::corpus::FIXTURES;
use expr_tests::soak::soak;

const EVALUATIONS: usize = 200_000;

#[test]
fn one_instance_neither_grows_nor_changes_its_answers() {
    let soak = soak(FIXTURES.into(), EVALUATIONS).unwrap();
    println!("{} evaluations, {} → {} bytes", soak.evaluations, soak.before, soak.after);
    assert!(soak.evaluations >= EVALUATIONS);
}
