//! What holds for every row of the table of functions.

use expr_core::{Error, Inputs, Limits, Profile, Program, functions};

#[test]
fn every_name_is_a_function() {
    for row in functions().filter(|row| !row.helper) {
        let source = format!("$type(${})", row.name);
        assert_eq!(
            evaluate(&source, Profile::Jsonata),
            Ok(Some("\"function\"".to_owned())),
            "{}: is its family sorted?",
            row.name
        );
    }
}

#[test]
fn every_signature_is_one() {
    for row in functions().filter(|row| !row.helper) {
        if let Err(error) = evaluate(&format!("${}()", row.name), Profile::Jsonata) {
            assert!(!error.code().starts_with('X'), "{}: {error}", row.name);
        }
    }
}

#[test]
fn every_example_is_true() {
    let mut examples = 0;
    for row in functions() {
        let profile = if row.helper { Profile::Workflow } else { Profile::Jsonata };
        for (source, expected) in row.examples {
            examples += 1;
            assert_eq!(
                evaluate(source, profile),
                Ok(Some((*expected).to_owned())),
                "{source}"
            );
        }
    }
    assert!(examples > 100, "only {examples} examples were found");
}

fn evaluate(source: &str, profile: Profile) -> Result<Option<String>, Error> {
    let program = Program::compile(source.into(), profile)?;
    let mut inputs = Inputs::new();
    inputs.set_now(Some(1_510_067_557_121));
    let evaluation = program.evaluate(&mut inputs, Limits::default());
    let json = evaluation.outcome?;
    Ok(json.map(|json| String::from_utf8(json).unwrap_or_default()))
}
