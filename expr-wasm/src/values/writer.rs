//! A live value → the JSON text that crosses, member by member.
//!
//! The text is what `JSON.stringify` would give; what JSON would silently drop or replace
//! is an error that names the path. Of a context only what is read is looked at. It keeps
//! a stack of its own, so that nesting does not use the host's.

use expr_core::{Read, write_json_number, write_json_string, write_whole};
use js_sys::{Array, JSON, Reflect, Set};
use wasm_bindgen::JsValue;

use super::look::{Looking, Seen, keys, own_member, text};
use super::thrown;

/// Deeper than any document, and what stops a `toJSON` that nests without end.
const MAX_DEPTH: usize = 200_000;
/// Bytes; stops a sparse array of a billion holes.
const MAX_LENGTH: usize = 64 << 20;
const TOO_LONG: &str = "makes more than 67108864 bytes of JSON";
/// Segments of a path that a message shows at either end.
const SHOWN_SEGMENTS: usize = 12;

/// A field that is read.
pub(super) struct Field {
    name: JsValue,
    /// What stands before its value: `"name":`.
    key: Vec<u8>,
    /// What is read of it; nothing stands for all of it.
    fields: Option<Vec<Field>>,
}

/// The fields of a part that is not read whole. Parts are never nested deeper than 32
/// levels.
pub(super) fn fields_of(part: Read<'_>) -> Result<Vec<Field>, JsValue> {
    let mut fields = Vec::new();
    for (name, part) in part.fields() {
        let mut json = Vec::new();
        write_json_string(&mut json, name);
        let name = JSON::parse(&String::from_utf8(json.clone()).unwrap_or_default())?;
        json.push(b':');
        let inner = if part.is_whole() { None } else { Some(fields_of(part)?) };
        fields.push(Field { name, key: json, fields: inner });
    }
    Ok(fields)
}

/// A container that is being written.
struct Frame<'a> {
    value: JsValue,
    parts: Parts<'a>,
    /// What is read of the items of an array.
    fields: Option<&'a [Field]>,
    next: u32,
    count: u32,
    written: bool,
}

enum Parts<'a> {
    Items,
    Members(Array),
    Fields(&'a [Field]),
}

/// Writes one value.
pub(super) struct Writer<'a, 'o> {
    /// How messages call the value.
    name: &'static str,
    out: &'o mut Vec<u8>,
    looking: Looking,
    stack: Vec<Frame<'a>>,
    /// The containers on the stack.
    open: Set,
}

impl<'a, 'o> Writer<'a, 'o> {
    pub(super) fn new(name: &'static str, out: &'o mut Vec<u8>) -> Self {
        let (looking, open) = (Looking::new(), Set::new(&JsValue::UNDEFINED));
        Writer { name, out, looking, stack: Vec::new(), open }
    }

    /// Appends the text of `value`, or of the fields that are read of it; says whether
    /// there is one, since undefined has none.
    pub(super) fn write(
        mut self,
        value: JsValue,
        fields: Option<&'a [Field]>,
    ) -> Result<bool, JsValue> {
        match self.looking.look(value, || "".into())? {
            Seen::Undefined => return Ok(false),
            seen => self.value(seen, fields)?,
        }
        while let Some(frame) = self.stack.last_mut() {
            if frame.next == frame.count {
                self.close();
                continue;
            }
            let at = frame.next;
            frame.next = at.saturating_add(1);
            match &frame.parts {
                Parts::Items => self.item(at)?,
                Parts::Members(names) => {
                    let name = names.get(at);
                    self.member(name)?;
                }
                Parts::Fields(fields) => {
                    if let Some(field) = fields.get(index(at)) {
                        self.field(field)?;
                    }
                }
            }
            if self.out.len() > MAX_LENGTH {
                return Err(self.refuse(TOO_LONG));
            }
        }
        Ok(true)
    }

    fn item(&mut self, at: u32) -> Result<(), JsValue> {
        let Some(frame) = self.stack.last() else { return Ok(()) };
        let fields = frame.fields;
        let item = Reflect::get_u32(&frame.value, at)?;
        let seen = self.looking.look(item, || decimal(at).into())?;
        if at > 0 {
            self.out.push(b',');
        }
        match seen {
            Seen::Undefined => self.value(Seen::Null, fields),
            seen => self.value(seen, fields),
        }
    }

    fn member(&mut self, name: JsValue) -> Result<(), JsValue> {
        let Some(frame) = self.stack.last() else { return Ok(()) };
        let member = Reflect::get(&frame.value, &name)?;
        let seen = self.looking.look(member, || name.clone())?;
        if matches!(seen, Seen::Undefined) {
            return Ok(());
        }
        self.separate();
        self.string(&text(&name));
        self.out.push(b':');
        self.value(seen, None)
    }

    fn field(&mut self, field: &'a Field) -> Result<(), JsValue> {
        let Some(frame) = self.stack.last() else { return Ok(()) };
        let Some(member) = own_member(&frame.value, &field.name)? else {
            return Ok(());
        };
        let seen = self.looking.look(member, || field.name.clone())?;
        if matches!(seen, Seen::Undefined) {
            return Ok(());
        }
        self.separate();
        self.out.extend_from_slice(&field.key);
        self.value(seen, field.fields.as_deref())
    }

    /// Writes the comma before a member, unless it is the first.
    fn separate(&mut self) {
        if let Some(frame) = self.stack.last_mut() {
            if frame.written {
                self.out.push(b',');
            }
            frame.written = true;
        }
    }

    fn value(&mut self, seen: Seen, fields: Option<&'a [Field]>) -> Result<(), JsValue> {
        match seen {
            Seen::Undefined | Seen::Null => self.out.extend_from_slice(b"null"),
            Seen::Bool(true) => self.out.extend_from_slice(b"true"),
            Seen::Bool(false) => self.out.extend_from_slice(b"false"),
            Seen::Number(number) if number.is_finite() => {
                // As JSON does: negative zero is written `0`.
                write_json_number(self.out, number);
            }
            Seen::Number(number) => {
                let name = match number {
                    f64::INFINITY => "Infinity",
                    f64::NEG_INFINITY => "-Infinity",
                    _ => "NaN",
                };
                return Err(self.refuse_parts(&[
                    "is ",
                    name,
                    ", which JSON cannot carry",
                ]));
            }
            Seen::Text(_) | Seen::Units(_) => self.string(&seen),
            Seen::Array(value) => return self.open(value, true, fields),
            Seen::Object(value) => return self.open(value, false, fields),
            Seen::Foreign(kind) => {
                let parts = ["is a ", kind, ", which JSON cannot carry"];
                return Err(self.refuse_parts(&parts));
            }
            Seen::Collection(value, kind) => {
                self.expect_room(&value)?;
                let parts = ["is a ", kind, ", which JSON would send as {}"];
                return Err(self.refuse_parts(&parts));
            }
        }
        Ok(())
    }

    fn string(&mut self, seen: &Seen) {
        match seen {
            Seen::Text(text) => write_json_string(self.out, text.as_str().into()),
            Seen::Units(text) => write_json_string(self.out, text.as_wtf8()),
            _ => {}
        }
    }

    fn open(
        &mut self,
        value: JsValue,
        is_array: bool,
        fields: Option<&'a [Field]>,
    ) -> Result<(), JsValue> {
        self.expect_room(&value)?;
        let (parts, count) = match fields {
            _ if is_array => (Parts::Items, self.looking.length(&value)?),
            Some(fields) => {
                (Parts::Fields(fields), u32::try_from(fields.len()).unwrap_or(u32::MAX))
            }
            None => {
                let names = keys(&value)?;
                let count = names.length();
                (Parts::Members(names), count)
            }
        };
        // Every item takes two bytes at least.
        if is_array && index(count) > MAX_LENGTH / 2 {
            return Err(self.refuse(TOO_LONG));
        }
        self.open.add(&value);
        self.out.push(if is_array { b'[' } else { b'{' });
        self.stack.push(Frame { value, parts, fields, next: 0, count, written: false });
        Ok(())
    }

    /// Refuses a container that is open already, or too deep.
    fn expect_room(&self, value: &JsValue) -> Result<(), JsValue> {
        if self.open.has(value) {
            return Err(self.refuse("contains itself, which JSON cannot carry"));
        }
        if self.stack.len() == MAX_DEPTH {
            return Err(self.refuse("is nested deeper than 200000 levels"));
        }
        Ok(())
    }

    fn close(&mut self) {
        if let Some(frame) = self.stack.pop() {
            self.open.delete(&frame.value);
            self.out.push(if matches!(frame.parts, Parts::Items) { b']' } else { b'}' });
        }
    }

    fn refuse(&self, why: &str) -> JsValue {
        self.refuse_parts(&[why])
    }

    fn refuse_parts(&self, why: &[&str]) -> JsValue {
        let mut message = String::from("`");
        message.push_str(self.name);
        let depth = self.stack.len();
        for (at, frame) in self.stack.iter().enumerate() {
            if at >= SHOWN_SEGMENTS && at.saturating_add(SHOWN_SEGMENTS) < depth {
                if at == SHOWN_SEGMENTS {
                    message.push('…');
                }
                continue;
            }
            frame.segment(&mut message);
        }
        message.push_str("` ");
        for part in why {
            message.push_str(part);
        }
        thrown::refusal(&message)
    }
}

impl Frame<'_> {
    /// The part that is being written, as JavaScript would name it.
    fn segment(&self, message: &mut String) {
        let at = self.next.saturating_sub(1);
        let name = match &self.parts {
            Parts::Items => return bracketed(message, decimal(at).as_bytes()),
            Parts::Members(names) => names.get(at),
            Parts::Fields(fields) => fields
                .get(index(at))
                .map_or(JsValue::UNDEFINED, |field| field.name.clone()),
        };
        let mut json = Vec::new();
        match text(&name) {
            Seen::Text(name) if is_word(&name) => {
                message.push('.');
                message.push_str(&name);
                return;
            }
            Seen::Text(name) => write_json_string(&mut json, name.as_str().into()),
            Seen::Units(name) => write_json_string(&mut json, name.as_wtf8()),
            _ => {}
        }
        bracketed(message, &json);
    }
}

fn bracketed(message: &mut String, inside: &[u8]) {
    message.push('[');
    message.push_str(core::str::from_utf8(inside).unwrap_or_default());
    message.push(']');
}

fn decimal(at: u32) -> String {
    let mut digits = Vec::new();
    write_whole(&mut digits, u64::from(at));
    String::from_utf8(digits).unwrap_or_default()
}

fn is_word(name: &str) -> bool {
    let starts = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '$';
    name.starts_with(starts) && name.chars().all(|c| starts(c) || c.is_ascii_digit())
}

fn index(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}
