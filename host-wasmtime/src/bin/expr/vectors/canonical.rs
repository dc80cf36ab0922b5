//! JSON text in the one form in which results are compared: as the module writes it.
//!
//! Expectations go through the module as the context of `$`, so numbers, escapes and
//! duplicate keys are as in results, and lone surrogates survive. That a number is written
//! as JavaScript writes it is for the parity runner to say, which has a writer of its own.

use host_wasmtime::{Expr, Host, Inputs, Json, Limits, Profile};

/// Stand for what JSON cannot hold. In compact text they cannot stand inside of a string,
/// whose quotes would be escaped.
const NO_JSON: [&str; 6] = [
    r#"{"$num":"NaN"}"#,
    r#"{"$num":"Infinity"}"#,
    r#"{"$num":"-Infinity"}"#,
    r#"{"$undefined":true}"#,
    r#"{"$fn":true}"#,
    r#"{"$regex":""#,
];
const NEGATIVE_ZERO: &str = r#"{"$num":"-0"}"#;

/// No text that a vector holds reaches them.
const WIDE: Limits = Limits { steps: Some(1 << 50), bytes: Some(1 << 50), depth: None };

/// Writes JSON as the module does.
pub(super) struct Canonical {
    context: Expr,
}

impl Canonical {
    pub(super) fn new(host: &Host) -> Result<Self, String> {
        let context = host.compile("$", Profile::Jsonata);
        Ok(Canonical { context: context.map_err(|error| error.to_string())? })
    }

    /// `json` as the module writes it, markers as they are.
    pub(super) fn text(&self, json: &str) -> Result<String, String> {
        let context = Json::parse(json).map_err(|error| error.to_string())?;
        let inputs = Inputs { context: Some(context), limits: WIDE, ..Inputs::default() };
        let written = self.context.evaluate(&inputs);
        let json = written.map_err(|error| error.to_string())?.json;
        json.ok_or_else(|| "the module writes nothing".to_owned())
    }

    /// An expected value; `None` for one that is no JSON, which the contract refuses.
    pub(super) fn value(&self, json: &str) -> Result<Option<String>, String> {
        let text = self.text(json)?;
        let refused = NO_JSON.iter().any(|marker| text.contains(marker));
        Ok((!refused).then(|| text.replace(NEGATIVE_ZERO, "0")))
    }

    /// A document that the module is given: as it stands, unless it has markers.
    pub(super) fn document(&self, json: &str) -> Result<Json, String> {
        let text = match json.contains(r#""$num""#) {
            true => self.text(json)?.replace(NEGATIVE_ZERO, "-0"),
            false => json.to_owned(),
        };
        Json::parse(&text).map_err(|error| error.to_string())
    }
}
