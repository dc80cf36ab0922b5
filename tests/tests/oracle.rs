//! The fixtures agree with the reference implementation, npm `jsonata`, and with the
//! contract written once more over it.

use expr_tests::differential::install;
use std::process::Command;

const ORACLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../parity-fixtures/oracle");

#[test]
fn every_fixture_has_the_answer_of_the_reference() {
    if !install() {
        println!("SKIPPED: npm cannot install the reference, so nothing was compared");
        return;
    }
    let check = Command::new("node")
        .args(["oracle.mjs", "check", ".."])
        .current_dir(ORACLE)
        .output()
        .expect("node runs");
    assert!(
        check.status.success(),
        "{}{}",
        String::from_utf8_lossy(&check.stdout),
        String::from_utf8_lossy(&check.stderr)
    );
}
