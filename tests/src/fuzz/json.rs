//! JSON bytes: read as two other readers read them, or refused where they refuse.

use super::inputs::json_bytes;
use super::{Holds, Verdict};
use crate::json::Json;
use expr_core::{Document, Inputs, Limits, Profile, Program};
use proptest::prelude::TestCaseError;
use proptest::strategy::BoxedStrategy;

/// Reading a context.
pub(super) struct Read {
    everything: Program,
}

impl Holds for Read {
    const NAME: &'static str = "read";
    const PROMISE: &'static str =
        "any bytes are read as JSON with the value they have, or refused";
    type Input = Vec<u8>;

    fn start() -> Result<Self, String> {
        let everything = Program::compile("$".into(), Profile::Jsonata)
            .map_err(|error| error.to_string())?;
        Ok(Read { everything })
    }

    fn inputs() -> BoxedStrategy<Vec<u8>> {
        json_bytes()
    }

    fn check(&mut self, bytes: &Vec<u8>) -> Verdict {
        let ours = Document::read(bytes);
        let text = std::str::from_utf8(bytes);
        // Lone surrogates, which serde_json refuses, are what the second reader is for.
        let has_surrogate = text.is_ok_and(|text| text.contains("\\u"));
        let theirs = serde_json::from_slice::<serde_json::Value>(bytes);
        if !has_surrogate && theirs.is_ok() != ours.is_ok() {
            let reason = format!("{:?} for serde_json, {:?}", theirs.err(), ours.err());
            return Err(TestCaseError::fail(reason));
        }
        let Ok(text) = text else {
            return refused(ours.is_err(), "invalid UTF-8 is read");
        };
        // It refuses numbers that no double can hold, as a context does.
        let Ok(json) = Json::parse(text) else {
            return refused(ours.is_err(), "what is no JSON is read");
        };
        match ours {
            Ok(_) => self.same(bytes, &json),
            Err(error) => refused(false, &format!("JSON is refused: {error}")),
        }
    }
}

impl Read {
    fn same(&self, bytes: &[u8], json: &Json) -> Verdict {
        let mut inputs = Inputs::from_json(bytes)
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
        let evaluation = self.everything.evaluate(&mut inputs, Limits::default());
        let written = evaluation
            .outcome
            .map_err(|error| TestCaseError::fail(error.to_string()))?
            .unwrap_or_default();
        let expected = json.in_javascript_order().to_canonical();
        refused(written == expected.as_bytes(), &format!("the value is not {expected}"))
    }
}

fn refused(holds: bool, reason: &str) -> Verdict {
    if holds { Ok(()) } else { Err(TestCaseError::fail(reason.to_owned())) }
}
