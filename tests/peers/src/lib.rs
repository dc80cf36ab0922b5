//! What the programs of this crate share: the values of jsonata-rs as JSON.

use jsonata_rs::Value as Peer;
use serde_json::{Value, json};

/// The value as JSON. Its own writer drops exponents and digits.
pub fn converted<'a>(value: &'a Peer<'a>) -> Value {
    match value {
        Peer::Null => Value::Null,
        Peer::Bool(value) => json!(value),
        // A whole number is written without a fraction, as JavaScript does.
        Peer::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            json!(*number as i64)
        }
        Peer::Number(number) => json!(number),
        Peer::String(text) => json!(text.as_str()),
        Peer::Array(..) | Peer::Range(_) => value.members().map(converted).collect(),
        Peer::Object(_) => {
            let members = value.entries();
            members.map(|(key, value)| (key.to_string(), converted(value))).collect()
        }
        _ => json!({"$fn": true}),
    }
}
