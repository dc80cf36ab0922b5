//! JSON text to values and back. Neither way recurses: depth is a limit, not a stack.

use super::{Array, Heap, Key, Marks, Object, Text, Value, length, write_number};
use super::{index, round_to_15_digits};
use crate::error::{Error, ErrorKind, Result};
use crate::map::NumberMap;
use crate::text::{self, Wtf8};
use alloc::vec::Vec;

/// Limits on what is read, counted apart from the evaluation's budget.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadLimits {
    /// Nested arrays and objects.
    pub(crate) depth: u32,
}

impl Default for ReadLimits {
    fn default() -> Self {
        ReadLimits { depth: 10_000 }
    }
}

/// Reads JSON text strictly into `heap`: UTF-8 without a byte order mark, numbers in range,
/// nothing after the value. Of a duplicate key the last value wins at its first position.
pub(crate) fn read_json(
    heap: &mut Heap,
    json: &[u8],
    limits: ReadLimits,
) -> Result<Value> {
    if let Err(error) = core::str::from_utf8(json) {
        let offset = u64::from(length(error.valid_up_to()));
        return Err(Error::from(ErrorKind::BadUtf8 { offset }));
    }
    Reader {
        heap,
        json,
        at: 0,
        limits,
        open: Vec::new(),
        keys: Vec::new(),
        values: Vec::new(),
        scratch: Vec::new(),
    }
    .read()
}

/// A container whose items are still being read.
struct Open {
    /// Where its values begin on the stack of values.
    values: usize,
    /// Where its keys begin on the stack of keys; `None` for an array.
    keys: Option<usize>,
}

struct Reader<'a> {
    heap: &'a mut Heap,
    json: &'a [u8],
    at: usize,
    limits: ReadLimits,
    open: Vec<Open>,
    keys: Vec<Key>,
    values: Vec<Value>,
    scratch: Vec<u8>,
}

impl Reader<'_> {
    fn read(mut self) -> Result<Value> {
        loop {
            let value = match self.value()? {
                Some(value) => value,
                None => continue,
            };
            if let Some(root) = self.place(value)? {
                self.skip_space();
                return match self.peek() {
                    None => Ok(root),
                    Some(_) => Err(self.error("text after the value")),
                };
            }
        }
    }

    /// Reads a scalar, an empty container, or opens a container and gives `None`.
    fn value(&mut self) -> Result<Option<Value>> {
        self.skip_space();
        match self.peek() {
            Some(b'{') => {
                self.advance();
                self.open(true)?;
                self.skip_space();
                if self.peek() == Some(b'}') {
                    self.advance();
                    return Ok(Some(self.close()));
                }
                self.key()?;
                Ok(None)
            }
            Some(b'[') => {
                self.advance();
                self.open(false)?;
                self.skip_space();
                if self.peek() == Some(b']') {
                    self.advance();
                    return Ok(Some(self.close()));
                }
                Ok(None)
            }
            Some(b'"') => {
                self.advance();
                let text = self.string()?;
                Ok(Some(Value::String(text)))
            }
            Some(b'-' | b'0'..=b'9') => self.number().map(Some),
            Some(b't') => self.word(b"true", Value::Bool(true)),
            Some(b'f') => self.word(b"false", Value::Bool(false)),
            Some(b'n') => self.word(b"null", Value::Null),
            Some(_) => Err(self.error("a value is expected")),
            None => Err(self.error("the text ends where a value is expected")),
        }
    }

    /// Puts a value into the innermost open container, closing those that end with it.
    /// Gives the root when everything is closed.
    fn place(&mut self, mut value: Value) -> Result<Option<Value>> {
        loop {
            let Some(open) = self.open.last() else { return Ok(Some(value)) };
            let in_object = open.keys.is_some();
            self.values.push(value);
            self.skip_space();
            match (self.peek(), in_object) {
                (Some(b','), true) => {
                    self.advance();
                    self.skip_space();
                    self.key()?;
                    return Ok(None);
                }
                (Some(b','), false) => {
                    self.advance();
                    return Ok(None);
                }
                (Some(b'}'), true) | (Some(b']'), false) => {
                    self.advance();
                    value = self.close();
                }
                (_, true) => return Err(self.error("`,` or `}` is expected")),
                (_, false) => return Err(self.error("`,` or `]` is expected")),
            }
        }
    }

    fn open(&mut self, object: bool) -> Result<()> {
        if self.open.len() >= index(self.limits.depth) {
            return Err(Error::from(ErrorKind::DataTooDeep { limit: self.limits.depth }));
        }
        let keys = object.then_some(self.keys.len());
        self.open.push(Open { values: self.values.len(), keys });
        Ok(())
    }

    fn close(&mut self) -> Value {
        let Some(open) = self.open.pop() else { return Value::Undefined };
        let value = match open.keys {
            None => {
                let items = self.values.get(open.values..).unwrap_or_default();
                self.heap.add_array_unpaid(items, Marks::NONE)
            }
            Some(start) => Value::Object(self.close_object(start, open.values)),
        };
        self.values.truncate(open.values);
        value
    }

    fn close_object(&mut self, keys: usize, values: usize) -> Object {
        drop_duplicates(&mut self.keys, keys, &mut self.values, values);
        let object = self.heap.add_object_unpaid(
            self.keys.get(keys..).unwrap_or_default(),
            self.values.get(values..).unwrap_or_default(),
            false,
        );
        self.keys.truncate(keys);
        object
    }

    fn key(&mut self) -> Result<()> {
        if self.peek() != Some(b'"') {
            return Err(self.error("a key in quotes is expected"));
        }
        self.advance();
        let start = self.at;
        let end = self.plain_end();
        let key = if self.json.get(end) == Some(&b'"') {
            let name = self.json.get(start..end).unwrap_or_default();
            self.at = end.saturating_add(1);
            self.heap.intern(name)
        } else {
            self.unescape()?;
            self.heap.intern(&self.scratch)
        };
        self.keys.push(key);
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(self.error("`:` is expected"));
        }
        self.advance();
        Ok(())
    }

    fn string(&mut self) -> Result<Text> {
        let start = self.at;
        let end = self.plain_end();
        if self.json.get(end) == Some(&b'"') {
            self.at = end.saturating_add(1);
            let bytes = self.json.get(start..end).unwrap_or_default();
            return Ok(self.heap.add_text_unpaid(bytes));
        }
        self.unescape()?;
        Ok(self.heap.add_text_unpaid(&self.scratch))
    }

    /// The end of the run of characters that stand for themselves.
    fn plain_end(&self) -> usize {
        let rest = self.json.get(self.at..).unwrap_or_default();
        let plain = rest.iter().position(|&b| b == b'"' || b == b'\\' || b < 0x20);
        self.at.saturating_add(plain.unwrap_or(rest.len()))
    }

    /// Reads the rest of a string into `scratch`.
    fn unescape(&mut self) -> Result<()> {
        self.scratch.clear();
        loop {
            let end = self.plain_end();
            let plain = self.json.get(self.at..end).unwrap_or_default();
            text::push_text(&mut self.scratch, plain);
            self.at = end;
            match self.peek() {
                Some(b'"') => {
                    self.advance();
                    return Ok(());
                }
                Some(b'\\') => {
                    self.advance();
                    self.escape()?;
                }
                Some(_) => return Err(self.error("a control character in a string")),
                None => return Err(self.error("a string without its closing quote")),
            }
        }
    }

    fn escape(&mut self) -> Result<()> {
        let code_point = match self.peek() {
            Some(b'"') => 0x22,
            Some(b'\\') => 0x5C,
            Some(b'/') => 0x2F,
            Some(b'b') => 0x08,
            Some(b'f') => 0x0C,
            Some(b'n') => 0x0A,
            Some(b'r') => 0x0D,
            Some(b't') => 0x09,
            Some(b'u') => {
                let digits = self.json.get(self.at.saturating_add(1)..);
                let digits = digits.and_then(|rest| rest.get(..4)).unwrap_or_default();
                let unit = hexadecimal(digits);
                let unit =
                    unit.ok_or_else(|| self.error("`\\u` needs four hex digits"))?;
                self.at = self.at.saturating_add(4);
                unit
            }
            _ => return Err(self.error("an unknown escape")),
        };
        self.advance();
        text::push_code_point(&mut self.scratch, code_point);
        Ok(())
    }

    fn number(&mut self) -> Result<Value> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.advance();
        }
        if self.peek() == Some(b'0') {
            self.advance();
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.advance();
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.advance();
            if let Some(b'+' | b'-') = self.peek() {
                self.advance();
            }
            self.digits()?;
        }
        let digits = self.json.get(start..self.at).unwrap_or_default();
        match crate::decimal::parse(digits) {
            Some(number) if number.is_finite() => Ok(Value::Number(number)),
            _ => {
                let offset = u64::from(length(start));
                Err(Error::from(ErrorKind::NumberOutOfRange { offset }))
            }
        }
    }

    fn digits(&mut self) -> Result<()> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.error("a digit is expected"));
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.advance();
        }
        Ok(())
    }

    fn word(&mut self, word: &[u8], value: Value) -> Result<Option<Value>> {
        let rest = self.json.get(self.at..).unwrap_or_default();
        if !rest.starts_with(word) {
            return Err(self.error("a value is expected"));
        }
        self.at = self.at.saturating_add(word.len());
        Ok(Some(value))
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.advance();
        }
    }

    fn peek(&self) -> Option<u8> {
        self.json.get(self.at).copied()
    }

    fn advance(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn error(&self, reason: &'static str) -> Error {
        let offset = u64::from(length(self.at));
        Error::from(ErrorKind::NotJson { reason, offset })
    }
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    if digits.len() != 4 {
        return None;
    }
    digits.iter().try_fold(0, |value: u32, &digit| {
        Some(value << 4 | char::from(digit).to_digit(16)?)
    })
}

/// Of a duplicate key the last value wins at its first position.
fn drop_duplicates(
    keys: &mut Vec<Key>,
    keys_start: usize,
    values: &mut Vec<Value>,
    values_start: usize,
) {
    let Some(own) = keys.get(keys_start..) else { return };
    let mut first = NumberMap::default();
    let unique = if own.len() <= 8 {
        let seen = |(at, key): (usize, &Key)| own.iter().take(at).any(|k| k == key);
        !own.iter().enumerate().any(seen)
    } else {
        own.iter().all(|key| first.insert(u64::from(key.0), 0).is_none())
    };
    if unique {
        return;
    }
    let members: Vec<(Key, Value)> = own
        .iter()
        .copied()
        .zip(values.get(values_start..).unwrap_or_default().iter().copied())
        .collect();
    first = NumberMap::default();
    keys.truncate(keys_start);
    values.truncate(values_start);
    for (key, value) in members {
        match first.insert(u64::from(key.0), length(values.len())) {
            Some(at) => {
                if let Some(found) = values.get_mut(index(at)) {
                    *found = value;
                }
            }
            None => {
                keys.push(key);
                values.push(value);
            }
        }
    }
}

/// Writes `text` as a JSON string; a lone surrogate becomes a `\udXXX` escape, as in
/// JavaScript's `JSON.stringify`, so the output is always UTF-8.
pub fn write_json_string(out: &mut Vec<u8>, text: Wtf8<'_>) {
    out.push(b'"');
    let mut rest = text.bytes();
    while !rest.is_empty() {
        let special = |&b: &u8| b == b'"' || b == b'\\' || b < 0x20 || b == 0xED;
        let plain = rest.iter().position(special).unwrap_or(rest.len());
        out.extend_from_slice(rest.get(..plain).unwrap_or_default());
        rest = rest.get(plain..).unwrap_or_default();
        let Some((code_point, width)) = text::decode(rest) else { break };
        match code_point {
            0x22 => out.extend_from_slice(b"\\\""),
            0x5C => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0C => out.extend_from_slice(b"\\f"),
            0x0A => out.extend_from_slice(b"\\n"),
            0x0D => out.extend_from_slice(b"\\r"),
            0x09 => out.extend_from_slice(b"\\t"),
            0..0x20 | 0xD800..=0xDFFF => {
                out.extend_from_slice(b"\\u");
                for shift in [12, 8, 4, 0] {
                    let digit = char::from_digit(code_point >> shift & 0xF, 16);
                    out.push(digit.map_or(b'0', |digit| digit as u8));
                }
            }
            _ => out.extend_from_slice(rest.get(..width).unwrap_or_default()),
        }
        rest = rest.get(width..).unwrap_or_default();
    }
    out.push(b'"');
}

/// Writes a finite number as JavaScript's `JSON.stringify` does.
pub fn write_json_number(out: &mut Vec<u8>, number: f64) {
    write_number(out, number);
}

/// How `$string` lays JSON text out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Layout {
    /// On one line.
    Compact,
    /// Indented by two spaces.
    Pretty,
}

/// What becomes of a value that JSON does not have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Policy {
    /// It is an error: results are JSON.
    Strict,
    /// JSONata's `$string`: functions are empty text, undefined items null, numbers have
    /// 15 significant digits.
    Lenient,
}

/// Writes a result; functions and undefined are no JSON. Numbers that are not finite are
/// none either, but the contract looks at the size first, where they count as `null`: the
/// second of the two results says whether all numbers are finite.
pub(crate) fn write_result(heap: &mut Heap, value: Value) -> Result<(Vec<u8>, bool)> {
    let mut out = Vec::new();
    let mut writer = Writer::new(Policy::Strict, Layout::Compact);
    writer.write(heap, value, &mut out)?;
    Ok((out, writer.finite))
}

/// Writes what `$string` makes of an array or object.
pub(crate) fn write_string(
    heap: &mut Heap,
    value: Value,
    layout: Layout,
) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    Writer::new(Policy::Lenient, layout).write(heap, value, &mut out)?;
    Ok(out)
}

/// A container that is being written.
struct Written {
    container: Value,
    position: u32,
    /// Whether a member was written before, so that a comma is due.
    comma: bool,
}

#[derive(Clone, Copy)]
struct Writer {
    policy: Policy,
    layout: Layout,
    /// Whether every number so far is finite.
    finite: bool,
}

impl Writer {
    fn new(policy: Policy, layout: Layout) -> Self {
        Writer { policy, layout, finite: true }
    }

    fn write(&mut self, heap: &mut Heap, value: Value, out: &mut Vec<u8>) -> Result<()> {
        let mut open: Vec<Written> = Vec::new();
        let mut next = Some(value);
        loop {
            if let Some(value) = next.take() {
                self.pay(heap, value)?;
                match value {
                    Value::Array(Array { len: 0, .. }) => out.extend_from_slice(b"[]"),
                    Value::Object(object) if heap.member_count(object) == 0 => {
                        out.extend_from_slice(b"{}");
                    }
                    Value::Array(_) | Value::Object(_) => {
                        let array = matches!(value, Value::Array(_));
                        out.push(if array { b'[' } else { b'{' });
                        open.push(Written {
                            container: value,
                            position: 0,
                            comma: false,
                        });
                    }
                    scalar => self.scalar(heap, scalar, out)?,
                }
            }
            let depth = open.len();
            let Some(top) = open.last_mut() else { return Ok(()) };
            let position = top.position;
            top.position = position.saturating_add(1);
            match top.container {
                Value::Array(array) if position < array.len => {
                    self.separate(out, top.comma, depth);
                    top.comma = true;
                    next = Some(heap.item(array, position));
                }
                Value::Object(object) if position < heap.member_count(object) => {
                    let member = heap.member_at(object, position);
                    if member.is_undefined() && self.policy == Policy::Lenient {
                        continue;
                    }
                    self.separate(out, top.comma, depth);
                    top.comma = true;
                    let key = heap.keys(object).get(index(position)).copied();
                    let name = heap.name(key.unwrap_or_default());
                    write_json_string(out, heap.text(name));
                    out.push(b':');
                    if self.layout == Layout::Pretty {
                        out.push(b' ');
                    }
                    next = Some(member);
                }
                container => {
                    let comma = top.comma;
                    open.pop();
                    if comma {
                        self.break_line(out, open.len());
                    }
                    let array = matches!(container, Value::Array(_));
                    out.push(if array { b']' } else { b'}' });
                }
            }
        }
    }

    /// Every value written costs a step, and its text the bytes that it takes.
    fn pay(self, heap: &mut Heap, value: Value) -> Result<()> {
        heap.budget.charge(1)?;
        if let Value::String(text) = value {
            heap.pay_text(index(text.len))?;
        } else {
            heap.budget.allocate(8)?;
        }
        Ok(())
    }

    fn separate(self, out: &mut Vec<u8>, comma: bool, depth: usize) {
        if comma {
            out.push(b',');
        }
        self.break_line(out, depth);
    }

    fn break_line(self, out: &mut Vec<u8>, depth: usize) {
        if self.layout == Layout::Pretty {
            out.push(b'\n');
            out.extend(core::iter::repeat_n(b' ', depth.saturating_mul(2)));
        }
    }

    fn scalar(&mut self, heap: &Heap, value: Value, out: &mut Vec<u8>) -> Result<()> {
        let strict = self.policy == Policy::Strict;
        match value {
            Value::Null => out.extend_from_slice(b"null"),
            Value::Bool(true) => out.extend_from_slice(b"true"),
            Value::Bool(false) => out.extend_from_slice(b"false"),
            Value::String(text) => write_json_string(out, heap.text(text)),
            Value::Number(number) if number.is_finite() => {
                let number = if strict || is_integer(number) {
                    number
                } else {
                    round_to_15_digits(number)
                };
                write_json_number(out, number);
            }
            Value::Number(_) if strict => {
                self.finite = false;
                out.extend_from_slice(b"null");
            }
            _ if strict => return Err(Error::from(ErrorKind::NotSerializable)),
            Value::Number(number) if number.is_infinite() => {
                return Err(Error::from(ErrorKind::NumberOverflow));
            }
            Value::Function(_) => out.extend_from_slice(b"\"\""),
            _ => out.extend_from_slice(b"null"),
        }
        Ok(())
    }
}

/// Whether a number has no fraction.
pub(crate) fn is_integer(number: f64) -> bool {
    number.is_finite() && libm::trunc(number) == number
}
