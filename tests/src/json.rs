//! JSON text → values → canonical text, as JavaScript reads and writes it.
//!
//! A reader of our own, because serde_json refuses the lone surrogates that fixtures hold
//! on purpose, and because the engine's reader is one of the things under test.

mod read;

use read::Reader;
use std::fmt::Write as _;

/// A JSON value. Object members keep the order of the text.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// Any number, also the non-finite ones that `$num` markers stand for.
    Number(f64),
    /// UTF-16 units, paired or not.
    Text(Vec<u16>),
    /// `[…]`
    Array(Vec<Json>),
    /// `{…}`; of a duplicate key the last value wins at its first position.
    Object(Vec<(Vec<u16>, Json)>),
}

impl Json {
    /// Reads one JSON value.
    pub fn parse(text: &str) -> Result<Json, String> {
        Reader::read(text)
    }

    /// Text without escapes that the caller has as UTF-8.
    pub fn text(text: &str) -> Json {
        Json::Text(text.encode_utf16().collect())
    }

    /// The member with that name.
    pub fn get(&self, name: &str) -> Option<&Json> {
        let Json::Object(members) = self else {
            return None;
        };
        let name: Vec<u16> = name.encode_utf16().collect();
        members.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The text, if it is text; lone surrogates become U+FFFD.
    pub fn to_text(&self) -> Option<String> {
        match self {
            Json::Text(units) => Some(String::from_utf16_lossy(units)),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn to_number(&self) -> Option<f64> {
        match self {
            Json::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// What `JSON.stringify` writes, members in the order they have here.
    pub fn to_canonical(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// JSON text that keeps negative zero, which contexts can hold.
    pub fn to_wire(&self) -> String {
        match self {
            Json::Number(number) if number.is_sign_negative() && *number == 0.0 => {
                "-0".to_owned()
            }
            Json::Array(items) => {
                let items: Vec<String> = items.iter().map(Json::to_wire).collect();
                format!("[{}]", items.join(","))
            }
            Json::Object(members) => {
                let member = |(key, value): &(Vec<u16>, Json)| {
                    format!(
                        "{}:{}",
                        Json::Text(key.clone()).to_canonical(),
                        value.to_wire()
                    )
                };
                let members: Vec<String> = members.iter().map(member).collect();
                format!("{{{}}}", members.join(","))
            }
            scalar => scalar.to_canonical(),
        }
    }

    fn write(&self, out: &mut String) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Json::Number(number) => out.push_str(&format_number(*number)),
            Json::Text(units) => write_text(out, units),
            Json::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    item.write(out);
                }
                out.push(']');
            }
            Json::Object(members) => {
                out.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    write_text(out, key);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }

    /// Replaces the markers of the vector format by what they stand for; `None` if one
    /// of them, a function say, stands for nothing that JSON has.
    pub fn decode_markers(self) -> Option<Json> {
        match self {
            Json::Array(items) => {
                let items: Option<_> =
                    items.into_iter().map(Json::decode_markers).collect();
                Some(Json::Array(items?))
            }
            Json::Object(members) => decode_object(members),
            scalar => Some(scalar),
        }
    }

    /// The same value with members in the order in which JavaScript enumerates them: those
    /// whose names are indices first, by number.
    pub fn in_javascript_order(&self) -> Json {
        match self {
            Json::Array(items) => {
                Json::Array(items.iter().map(Json::in_javascript_order).collect())
            }
            Json::Object(members) => {
                let member = |(key, value): &(Vec<u16>, Json)| {
                    (key.clone(), value.in_javascript_order())
                };
                let mut members: Vec<_> = members.iter().map(member).collect();
                members.sort_by_key(|(key, _)| index_of(key).unwrap_or(u32::MAX));
                Json::Object(members)
            }
            scalar => scalar.clone(),
        }
    }

    /// Equality that takes members in any order, as the official suite compares.
    pub fn same_value(&self, other: &Json) -> bool {
        match (self, other) {
            (Json::Array(ours), Json::Array(theirs)) => {
                ours.len() == theirs.len()
                    && ours.iter().zip(theirs).all(|(a, b)| a.same_value(b))
            }
            (Json::Object(ours), Json::Object(theirs)) => {
                ours.len() == theirs.len()
                    && ours.iter().all(|(key, value)| {
                        theirs
                            .iter()
                            .any(|(name, it)| name == key && value.same_value(it))
                    })
            }
            (a, b) => a == b,
        }
    }

    /// [`Json::same_value`] for two arrays whose items may stand in any order.
    pub fn same_items(&self, other: &Json) -> bool {
        let (Json::Array(ours), Json::Array(theirs)) = (self, other) else {
            return self.same_value(other);
        };
        let mut left: Vec<&Json> = theirs.iter().collect();
        ours.len() == theirs.len()
            && ours.iter().all(|item| {
                let found = left.iter().position(|it| it.same_value(item));
                found.map(|index| left.swap_remove(index)).is_some()
            })
    }
}

/// The number that a name is, if it is written as an array's index is.
fn index_of(key: &[u16]) -> Option<u32> {
    let text = String::from_utf16(key).ok()?;
    let index: u32 = text.parse().ok()?;
    (index < u32::MAX && index.to_string() == text).then_some(index)
}

fn decode_object(members: Vec<(Vec<u16>, Json)>) -> Option<Json> {
    if let [(key, value)] = members.as_slice() {
        match (String::from_utf16_lossy(key).as_str(), value.to_text().as_deref()) {
            ("$num", Some("-0")) => return Some(Json::Number(-0.0)),
            ("$num" | "$regex", Some(_)) => return None,
            ("$undefined" | "$fn" | "$cycle", _) if *value == Json::Bool(true) => {
                return None;
            }
            _ => {}
        }
    }
    let decoded: Option<_> = members
        .into_iter()
        .map(|(key, value)| Some((key, value.decode_markers()?)))
        .collect();
    Some(Json::Object(decoded?))
}

/// The digits that JavaScript prints. Negative zero is `0`, as `JSON.stringify` has it.
pub fn format_number(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    ryu_js::Buffer::new().format(number).to_owned()
}

fn write_text(out: &mut String, units: &[u16]) {
    out.push('"');
    for unit in char::decode_utf16(units.iter().copied()) {
        match unit {
            Ok('"') => out.push_str("\\\""),
            Ok('\\') => out.push_str("\\\\"),
            Ok('\u{8}') => out.push_str("\\b"),
            Ok('\t') => out.push_str("\\t"),
            Ok('\n') => out.push_str("\\n"),
            Ok('\u{c}') => out.push_str("\\f"),
            Ok('\r') => out.push_str("\\r"),
            Ok(control @ '\0'..='\u{1f}') => write_escape(out, u32::from(control)),
            Ok(character) => out.push(character),
            Err(lone) => write_escape(out, u32::from(lone.unpaired_surrogate())),
        }
    }
    out.push('"');
}

fn write_escape(out: &mut String, unit: u32) {
    // Writing to a String cannot fail.
    let _ = write!(out, "\\u{unit:04x}");
}

#[cfg(test)]
mod tests {
    use super::Json;

    #[test]
    fn numbers_print_as_javascript_prints_them() {
        let numbers =
            "[1e-07,1e21,0.30000000000000004,-0,-0.0,1e3,123456789012345680000]";
        let printed = Json::parse(numbers).unwrap().to_canonical();
        assert_eq!(
            printed,
            "[1e-7,1e+21,0.30000000000000004,0,0,1000,123456789012345680000]"
        );
    }

    #[test]
    fn text_keeps_lone_surrogates() {
        let text = r#""\ud800 \ud83d\ude00 \u0001\n\/\u007f""#;
        let printed = Json::parse(text).unwrap().to_canonical();
        assert_eq!(printed, "\"\\ud800 😀 \\u0001\\n/\u{7f}\"");
    }

    #[test]
    fn the_last_duplicate_wins_at_the_first_position() {
        let printed = Json::parse(r#"{"a":1,"b":2,"a":3}"#).unwrap().to_canonical();
        assert_eq!(printed, r#"{"a":3,"b":2}"#);
    }

    #[test]
    fn items_in_any_order_are_counted() {
        let [a, b, c] =
            ["[1,1,2]", "[2,1,1]", "[2,2,1]"].map(|it| Json::parse(it).unwrap());
        assert!(a.same_items(&b));
        assert!(!a.same_items(&c));
    }
}
