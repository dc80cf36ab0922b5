//! JSON text that was checked to be one value.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::error::{HostError, Lossy};

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
    ///
    /// ```
    /// # use host_wasmtime::Json;
    /// let error = Json::parse("{\"a\": 1,}").unwrap_err();
    /// assert!(error.to_string().contains("line 1 column 9"), "{error}");
    /// ```
    pub fn parse(text: &str) -> Result<Self, HostError> {
        serde_json::from_str(text).map(Json).map_err(refuse)
    }

    /// Writes a Rust value.
    pub fn from_value(value: &impl Serialize) -> Result<Self, HostError> {
        serde_json::value::to_raw_value(value).map(Json).map_err(refuse)
    }

    /// A JSON string that holds `text`.
    ///
    /// ```
    /// # use host_wasmtime::Json;
    /// assert_eq!(Json::from_text("say \"hi\"").as_str(), r#""say \"hi\"""#);
    /// ```
    pub fn from_text(text: &str) -> Self {
        let json = Value::from(text).to_string();
        // The text of a JSON value is always JSON; were it not, the module would say so.
        Json(RawValue::from_string(json).unwrap_or_else(|_| RawValue::NULL.to_owned()))
    }

    /// The value as serde_json has it. What it cannot hold is an error that names the place.
    ///
    /// ```
    /// # use host_wasmtime::Json;
    /// let value = Json::parse(r#"{"id": 7}"#).unwrap().to_value().unwrap();
    /// assert_eq!(value["id"], 7);
    /// let error = Json::parse(r#"{"id": "\ud800"}"#).unwrap().to_value().unwrap_err();
    /// assert!(error.to_string().contains("`/id`"), "{error}");
    /// ```
    pub fn to_value(&self) -> Result<Value, HostError> {
        serde_json::from_str(self.as_str()).map_err(|error| {
            let lines = self.as_str().split_inclusive('\n');
            let before = lines.take(error.line().saturating_sub(1)).map(str::len);
            let end = before.sum::<usize>().saturating_add(error.column());
            let pointer = pointer_at(self.as_str(), end);
            HostError::NoValue { pointer, reason: error.to_string() }
        })
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

/// The JSON pointer of what stands before a byte of a valid text.
fn pointer_at(text: &str, end: usize) -> String {
    // Each container around it: the segment of the part that is at hand.
    let mut around: Vec<(bool, usize, &str)> = Vec::new();
    let (mut string, mut last, mut escaped) = (None, "", false);
    for (at, byte) in text.bytes().enumerate().take(end) {
        if let Some(start) = string {
            if byte == b'"' && !escaped {
                last = text.get(start..=at).unwrap_or_default();
                string = None;
            }
            escaped = byte == b'\\' && !escaped;
            continue;
        }
        match (byte, around.last_mut()) {
            (b'"', _) => string = Some(at),
            (b'{' | b'[', _) => around.push((byte == b'{', 0, "")),
            (b'}' | b']', _) => {
                around.pop();
            }
            (b':', Some(object)) => object.2 = last,
            (b',', Some(container)) => container.1 = container.1.saturating_add(1),
            _ => {}
        }
    }
    let segment = |(in_object, position, name): (bool, usize, &str)| match in_object {
        false => format!("/{position}"),
        true => {
            let name =
                serde_json::from_str(name).map_or_else(|_| String::new(), |Lossy(it)| it);
            format!("/{}", name.replace('~', "~0").replace('/', "~1"))
        }
    };
    around.into_iter().map(segment).collect()
}

fn refuse(error: serde_json::Error) -> HostError {
    HostError::Json(error.to_string())
}
