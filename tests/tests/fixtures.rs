//! Every fixture of the project holds for the engine that is linked here.
//!
//! It needs no artifact and no other host, so it is what `cargo xtask mutants` runs.

use expr_tests::{fixture, parity, subject};
use std::time::Duration;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../parity-fixtures");
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// Cases between two looks at the result: what fails, fails soon.
const CHUNK: usize = 100;

#[test]
fn every_fixture_holds_natively() {
    let cases = fixture::read_all(&[FIXTURES.into()]).expect("the fixtures");
    for cases in cases.chunks(CHUNK) {
        let native = subject::start("native", TIME_LIMIT).expect("the engine");
        let report = parity::run(&mut [native], cases);
        report.print();
        assert!(report.is_clean(), "some fixtures fail");
        // Where the reference has another place, the fixture says ours.
        let places: usize = report.scores.iter().map(|it| it.other_places.len()).sum();
        assert_eq!(places, 0, "errors at other places");
    }
}
