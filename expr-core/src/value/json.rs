//! JSON text to values and back. Neither way recurses: depth is a limit, not a stack.

mod skip;
mod wanted;

use super::{Array, Heap, Key, Marks, Object, Text, Value, length, write_number};
use super::{index, make_room, round_to_15_digits};
use crate::error::{Error, ErrorKind, Result};
use crate::map::NumberMap;
use crate::reads::Part;
use crate::text::{self, Wtf8};
use alloc::vec::Vec;

pub(crate) use wanted::Wanted;
pub use wanted::write_json_reads;

/// Limits on what is read, counted apart from the evaluation's budget. What is passed over
/// does not count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadLimits {
    /// Nested arrays and objects.
    pub(crate) depth: u32,
    /// Bytes of values: their text, and 16 for each value and key.
    pub(crate) bytes: u32,
    /// Whether a number out of range is infinite, as for JavaScript, and no error.
    pub(crate) infinite: bool,
}

impl Default for ReadLimits {
    fn default() -> Self {
        ReadLimits { depth: 10_000, bytes: 256 << 20, infinite: false }
    }
}

/// Reads JSON text strictly into `heap`: UTF-8 without a byte order mark, numbers in range,
/// nothing after the value. Of a duplicate key the last value wins at its first position.
/// What is not wanted is checked and left out.
pub(crate) fn read_json(
    heap: &mut Heap,
    json: &[u8],
    wanted: Wanted<'_>,
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
        bytes_left: limits.bytes,
        wanted,
        part: match wanted {
            Wanted::Parts(reads) => reads.context(),
            _ => Part::WHOLE,
        },
        skipped: Vec::new(),
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
    /// What is wanted of it.
    part: Part,
}

struct Reader<'a> {
    heap: &'a mut Heap,
    json: &'a [u8],
    at: usize,
    limits: ReadLimits,
    bytes_left: u32,
    wanted: Wanted<'a>,
    /// What is wanted of the next value.
    part: Part,
    /// Open containers of a value that is passed over.
    skipped: Vec<bool>,
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
                let member = self.member()?;
                Ok(if member { None } else { Some(self.close()) })
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
            _ => self.literal().map(Some),
        }
    }

    fn literal(&mut self) -> Result<Value> {
        match self.peek() {
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
            self.pay(16)?;
            let Some(open) = self.open.last() else { return Ok(Some(value)) };
            let (in_object, part) = (open.keys.is_some(), open.part);
            make_room(&mut self.values, 1);
            self.values.push(value);
            self.skip_space();
            match (self.peek(), in_object) {
                (Some(b','), true) => {
                    self.advance();
                    self.skip_space();
                    if self.member()? {
                        return Ok(None);
                    }
                    value = self.close();
                }
                (Some(b','), false) => {
                    self.advance();
                    self.part = part;
                    return Ok(None);
                }
                (Some(b'}'), true) | (Some(b']'), false) => {
                    self.advance();
                    value = self.close();
                }
                (_, object) => return Err(self.unclosed(object)),
            }
        }
    }

    fn open(&mut self, object: bool) -> Result<()> {
        if self.open.len() >= index(self.limits.depth) {
            return Err(Error::from(ErrorKind::DataTooDeep { limit: self.limits.depth }));
        }
        let keys = object.then_some(self.keys.len());
        self.open.push(Open { values: self.values.len(), keys, part: self.part });
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

    /// Goes on to the value of the next member that is wanted; says whether there is one
    /// before the object ends.
    fn member(&mut self) -> Result<bool> {
        loop {
            self.open_key()?;
            let start = self.at;
            let end = self.plain_end();
            let json = self.json;
            let mut name = json.get(start..end).unwrap_or_default();
            if json.get(end) == Some(&b'"') {
                self.at = end.saturating_add(1);
            } else {
                self.rest_of_string(true)?;
                name = &self.scratch;
            }
            if let Some(part) = self.part_of(name) {
                self.keys.push(self.heap.intern(name));
                self.part = part;
                let bytes = name.len();
                self.pay(bytes)?;
                self.close_key()?;
                return Ok(true);
            }
            self.close_key()?;
            self.skip_value()?;
            self.skip_space();
            match self.peek() {
                Some(b',') => {
                    self.advance();
                    self.skip_space();
                }
                Some(b'}') => {
                    self.advance();
                    return Ok(false);
                }
                _ => return Err(self.unclosed(true)),
            }
        }
    }

    fn open_key(&mut self) -> Result<()> {
        if self.peek() != Some(b'"') {
            return Err(self.error("a key in quotes is expected"));
        }
        self.advance();
        Ok(())
    }

    fn close_key(&mut self) -> Result<()> {
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(self.error("`:` is expected"));
        }
        self.advance();
        Ok(())
    }

    /// Counts bytes of what is read.
    fn pay(&mut self, bytes: usize) -> Result<()> {
        let left = self.bytes_left.checked_sub(length(bytes));
        self.bytes_left = left.ok_or_else(|| {
            Error::from(ErrorKind::DataTooLarge { limit: self.limits.bytes })
        })?;
        Ok(())
    }

    fn string(&mut self) -> Result<Text> {
        let start = self.at;
        let end = self.plain_end();
        if self.json.get(end) == Some(&b'"') {
            self.at = end.saturating_add(1);
            let bytes = self.json.get(start..end).unwrap_or_default();
            self.pay(bytes.len())?;
            return Ok(self.heap.add_text_unpaid(bytes));
        }
        self.rest_of_string(true)?;
        self.pay(self.scratch.len())?;
        Ok(self.heap.add_text_unpaid(&self.scratch))
    }

    /// The end of the run of characters that stand for themselves.
    fn plain_end(&self) -> usize {
        let mut rest = self.json.get(self.at..).unwrap_or_default();
        while let Some((word, after)) = rest.split_first_chunk::<8>()
            && all_plain(u64::from_le_bytes(*word))
        {
            rest = after;
        }
        let plain = rest.iter().position(|&b| b == b'"' || b == b'\\' || b < 0x20);
        let left = plain.map_or(0, |plain| rest.len().saturating_sub(plain));
        self.json.len().saturating_sub(left)
    }

    /// Reads the rest of a string, into `scratch` if it is `kept`.
    fn rest_of_string(&mut self, kept: bool) -> Result<()> {
        self.scratch.clear();
        loop {
            let end = self.plain_end();
            if kept {
                let plain = self.json.get(self.at..end).unwrap_or_default();
                text::push_text(&mut self.scratch, plain);
            }
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
                _ => return Err(self.unended_string()),
            }
        }
    }

    fn unended_string(&self) -> Error {
        self.error(match self.peek() {
            Some(_) => "a control character in a string",
            None => "a string without its closing quote",
        })
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
        self.number_text()?;
        self.in_range(start).map(Value::Number)
    }

    fn number_text(&mut self) -> Result<()> {
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
        Ok(())
    }

    /// What was passed over since `start`.
    fn since(&self, start: usize) -> &[u8] {
        self.json.get(start..self.at).unwrap_or_default()
    }

    /// The number that was passed over since `start`.
    fn in_range(&self, start: usize) -> Result<f64> {
        match crate::decimal::parse(self.since(start)) {
            Some(number) if number.is_finite() || self.limits.infinite => Ok(number),
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

    fn word(&mut self, word: &[u8], value: Value) -> Result<Value> {
        let rest = self.json.get(self.at..).unwrap_or_default();
        if !rest.starts_with(word) {
            return Err(self.error("a value is expected"));
        }
        self.at = self.at.saturating_add(word.len());
        Ok(value)
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

    /// After a value of an object or array there is neither another nor its end.
    fn unclosed(&self, object: bool) -> Error {
        self.error(if object {
            "`,` or `}` is expected"
        } else {
            "`,` or `]` is expected"
        })
    }

    fn error(&self, reason: &'static str) -> Error {
        let offset = u64::from(length(self.at));
        Error::from(ErrorKind::NotJson { reason, offset })
    }
}

/// Whether eight bytes stand for themselves in a string. A byte is zero, or less than
/// another, where subtracting borrows from its highest bit.
fn all_plain(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const QUOTES: u64 = 0x2222_2222_2222_2222;
    const BACKSLASHES: u64 = 0x5C5C_5C5C_5C5C_5C5C;
    const SPACES: u64 = 0x2020_2020_2020_2020;
    const HIGHEST: u64 = 0x8080_8080_8080_8080;
    let below = |bytes: u64, limits: u64| bytes.wrapping_sub(limits) & !bytes;
    let special = below(word ^ QUOTES, ONES)
        | below(word ^ BACKSLASHES, ONES)
        | below(word, SPACES);
    special & HIGHEST == 0
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

/// The number of bytes that [`write_json_string`] writes.
fn json_string_len(text: Wtf8<'_>) -> usize {
    let (mut len, mut before) = (2_usize, 0);
    for &byte in text.bytes() {
        let more = match byte {
            b'"' | b'\\' | 0x08..=0x0A | 0x0C | 0x0D => 2,
            0..0x20 => 6,
            // The second of the three bytes of a surrogate.
            0xA0..=0xBF if before == 0xED => 4,
            _ => 1,
        };
        len = len.saturating_add(more);
        before = byte;
    }
    len
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
    /// Bytes written that are charged.
    paid: usize,
}

impl Writer {
    fn new(policy: Policy, layout: Layout) -> Self {
        Writer { policy, layout, finite: true, paid: 0 }
    }

    fn write(&mut self, heap: &mut Heap, value: Value, out: &mut Vec<u8>) -> Result<()> {
        let mut open: Vec<Written> = Vec::new();
        let mut next = Some(value);
        loop {
            self.settle(heap, out)?;
            if let Some(value) = next.take() {
                heap.budget.charge(1)?;
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
                    self.string(heap, name, out)?;
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

    /// Charges what was written since the last time, which is never more than a scalar
    /// that is no text, or the indentation of a line.
    fn settle(&mut self, heap: &mut Heap, out: &[u8]) -> Result<()> {
        let unpaid = out.len().saturating_sub(self.paid);
        self.paid = out.len();
        Ok(heap.budget.allocate(u64::from(length(unpaid)))?)
    }

    /// Writes a text or a name, of which many objects may hold a long one: it is charged
    /// before it is written.
    fn string(&mut self, heap: &mut Heap, text: Text, out: &mut Vec<u8>) -> Result<()> {
        let written = json_string_len(heap.text(text));
        heap.budget.charge(u64::from(text.len >> 5))?;
        heap.budget.allocate(u64::from(length(written)))?;
        self.paid = self.paid.saturating_add(written);
        make_room(out, written);
        write_json_string(out, heap.text(text));
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

    fn scalar(&mut self, heap: &mut Heap, value: Value, out: &mut Vec<u8>) -> Result<()> {
        let strict = self.policy == Policy::Strict;
        match value {
            Value::Null => out.extend_from_slice(b"null"),
            Value::Bool(true) => out.extend_from_slice(b"true"),
            Value::Bool(false) => out.extend_from_slice(b"false"),
            Value::String(text) => self.string(heap, text, out)?,
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
