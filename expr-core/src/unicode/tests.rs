//! Our tables against Node's Unicode.

extern crate std;

use std::println;
use std::process::Command;
use std::string::String;

#[test]
fn tables_are_those_of_unicode() {
    let script = include_str!("tables.js");
    let Ok(output) = Command::new("node").args(["-e", script]).output() else {
        println!("SKIPPED: node is not installed, so the tables were not compared");
        return;
    };
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).unwrap();
    let committed = include_str!("tables.rs");
    if printed.lines().next() == committed.lines().next() {
        assert!(printed == committed, "tables.js prints other tables");
    } else {
        println!("SKIPPED: this node has another version of Unicode");
    }
}
