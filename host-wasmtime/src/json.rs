//! JSON text that was checked to be one value.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::error::HostError;

/// JSON text, checked to be exactly one value, so that it can stand inside a request.
/// Reading it is left to the module.
///
/// ```
/// # use host_wasmtime::Json;
/// assert_eq!(Json::parse(r#" {"id": 7} "#).unwrap().as_str(), r#"{"id": 7}"#);
/// assert!(Json::parse("{} {}").is_err());
/// assert_eq!(Json::from_value(&[1, 2]).unwrap().as_str(), "[1,2]");
/// ```
#[derive(Clone, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Json(Box<RawValue>);

impl Json {
    /// Checks a text.
    pub fn parse(text: &str) -> Result<Self, HostError> {
        serde_json::from_str(text).map(Json).map_err(refuse)
    }

    /// Writes a Rust value.
    pub fn from_value(value: &impl Serialize) -> Result<Self, HostError> {
        serde_json::value::to_raw_value(value).map(Json).map_err(refuse)
    }

    /// A JSON string that holds `text`.
    pub fn from_text(text: &str) -> Self {
        let json = serde_json::Value::from(text).to_string();
        // The text of a JSON value is always JSON; were it not, the module would say so.
        Json(RawValue::from_string(json).unwrap_or_else(|_| RawValue::NULL.to_owned()))
    }

    /// A value of a document that was read.
    pub(crate) fn from_raw(value: Box<RawValue>) -> Self {
        Json(value)
    }

    /// The text, without white space around it.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn refuse(error: serde_json::Error) -> HostError {
    HostError::Json(error.to_string())
}
