//! How the parity runner ends when there is nothing to run.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::process::Command;

const FIXTURES: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../parity-fixtures/contract");

/// What the runner complains of, ending as a run that failed.
fn complaint(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_parity"))
        .args(["--subject", "native"])
        .args(arguments)
        .output()
        .expect("the runner runs");
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(output.stderr).expect("text")
}

#[test]
fn a_run_of_nothing_fails() {
    let filtered = complaint(&["--filter", "elsewhere/none", FIXTURES]);
    assert!(filtered.contains(r#"GROUP/ID, with "elsewhere/none" in it"#), "{filtered}");

    let path = concat!(env!("CARGO_TARGET_TMPDIR"), "/no-cases.json");
    std::fs::write(path, r#"{"meta":{"group":"g"},"vectors":[]}"#).expect("a file");
    assert_eq!(complaint(&[path]), format!("parity: no case is in [{path:?}]\n"));
    assert_eq!(complaint(&["--filter", "a", path]), complaint(&[path]));
}
