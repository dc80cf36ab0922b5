//! What holds for every row. The tests look at the table itself, which no expression can.

use super::{builtins, find};
use crate::syntax::Signature;
use crate::{Inputs, Limits, Profile, Program};
use alloc::string::String;

#[test]
fn every_name_finds_its_row() {
    for row in builtins() {
        let found = find(row.name.as_bytes()).and_then(|id| id.row().ok());
        assert_eq!(found.map(|row| row.name), Some(row.name), "is the family sorted?");
    }
}

#[test]
fn every_signature_is_one() {
    for row in builtins() {
        assert!(Signature::parse(row.signature.as_bytes()).is_ok(), "{}", row.name);
    }
}

#[test]
fn every_example_is_true() {
    for row in builtins() {
        for (source, expected) in row.doc.examples {
            assert_eq!(evaluate(source), Ok(Some(String::from(*expected))), "{source}");
        }
    }
}

fn evaluate(source: &str) -> Result<Option<String>, crate::Error> {
    let program = Program::compile(source.into(), Profile::Jsonata)?;
    let mut inputs = Inputs::new();
    inputs.set_now(Some(1_510_067_557_121));
    let evaluation = program.evaluate(&mut inputs, Limits::default());
    let json = evaluation.outcome?;
    Ok(json.map(|json| String::from_utf8(json).unwrap_or_default()))
}
