//! Base64 and percent-encoding.

use super::coerce;
use super::{Body, Builtin, Context, Cost, Doc, Purity, argument};
use crate::error::{Error, ErrorKind, Result};
use crate::text::{push_code_point, push_text};
use crate::value::{Heap, Value, index};
use alloc::vec::Vec;

pub(super) const TABLE: &[Builtin] = &[
    Builtin {
        head: "base64decode<s-:s>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(
            "Decodes base64; every byte becomes the character with that number.",
            &[("$base64decode('SGVsbG8=')", "\"Hello\"")],
        ),
        call: Body::Native(base64_decode),
    },
    Builtin {
        head: "base64encode<s-:s>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(
            "Encodes text as base64, one byte a character: only characters up to ÿ survive.",
            &[
                ("$base64encode('Hello')", "\"SGVsbG8=\""),
                ("$base64encode('ÿ')", "\"/w==\""),
            ],
        ),
        call: Body::Native(base64_encode),
    },
    Builtin {
        head: "decodeUrl<s-:s>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(
            "Decodes the percent-encoding of a whole URL; characters with a meaning in URLs stay encoded.",
            &[("$decodeUrl('https://x.org/?q=%C3%A9%2F')", "\"https://x.org/?q=é%2F\"")],
        ),
        call: Body::Native(decode_url),
    },
    Builtin {
        head: "decodeUrlComponent<s-:s>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(
            "Decodes the percent-encoding of a part of a URL.",
            &[("$decodeUrlComponent('a%2Fb%20c')", "\"a/b c\"")],
        ),
        call: Body::Native(decode_url_component),
    },
    Builtin {
        head: "encodeUrl<s-:s>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(
            "Percent-encodes a whole URL; characters with a meaning in URLs stay as they are.",
            &[("$encodeUrl('https://x.org/?q=é b')", "\"https://x.org/?q=%C3%A9%20b\"")],
        ),
        call: Body::Native(encode_url),
    },
    Builtin {
        head: "encodeUrlComponent<s-:s>",
        arity: 1,
        parameters: 1,
        purity: Purity::Pure,
        cost: Cost::PerText,
        doc: Doc::new(
            "Percent-encodes a text so that it can be a part of a URL.",
            &[("$encodeUrlComponent('a/b c')", "\"a%2Fb%20c\"")],
        ),
        call: Body::Native(encode_url_component),
    },
];

const ALPHABET: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Of a UTF-16 unit beyond Latin-1 the lower byte is taken, as Node's `binary` does.
fn base64_encode(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let heap = &mut *context.heap;
    let Some(text) = coerce::text(argument(arguments, 0))? else {
        return Ok(Value::Undefined);
    };
    heap.budget.allocate(u64::from(text.len).saturating_mul(2))?;
    let mut bytes = Vec::new();
    for unit in heap.text(text).to_units() {
        bytes.push((unit & 0xFF) as u8);
    }
    let mut encoded = Vec::with_capacity(bytes.len().saturating_mul(2));
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for (position, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let digit = ALPHABET.get(index(bits >> shift & 0x3F)).copied();
            let present = position <= group.len();
            encoded.push(digit.filter(|_| present).unwrap_or(b'='));
        }
    }
    heap.add_text(&encoded).map(Value::String)
}

/// As Node reads base64: the lower byte of each UTF-16 unit, both alphabets, strangers
/// skipped, the end at the first `=`, and bits that make no whole byte dropped.
fn base64_decode(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    let heap = &mut *context.heap;
    let Some(text) = coerce::text(argument(arguments, 0))? else {
        return Ok(Value::Undefined);
    };
    heap.budget.allocate(u64::from(text.len).saturating_mul(2))?;
    let mut decoded = Vec::new();
    let (mut bits, mut count) = (0_u32, 0_u32);
    let bytes = heap.text(text).units().map(|unit| (unit & 0xFF) as u8);
    for byte in bytes.take_while(|&byte| byte != b'=') {
        let Some(digit) = digit(byte) else { continue };
        bits = (bits << 6 | digit) & 0xFFFF;
        count = count.saturating_add(6);
        if count >= 8 {
            count = count.saturating_sub(8);
            push_code_point(&mut decoded, bits >> count & 0xFF);
        }
    }
    heap.add_text(&decoded).map(Value::String)
}

fn digit(byte: u8) -> Option<u32> {
    let offset = |first: u8, value: u32| {
        Some(u32::from(byte.saturating_sub(first)).saturating_add(value))
    };
    match byte {
        b'A'..=b'Z' => offset(b'A', 0),
        b'a'..=b'z' => offset(b'a', 26),
        b'0'..=b'9' => offset(b'0', 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// ECMAScript's `uriReserved` and `#`, which `encodeURI` and `decodeURI` leave alone.
const RESERVED: &[u8] = b";/?:@&=+$,#";

fn encode_url(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    encode(context.heap, argument(arguments, 0), RESERVED, "encodeUrl")
}

fn encode_url_component(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    encode(context.heap, argument(arguments, 0), b"", "encodeUrlComponent")
}

fn decode_url(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    decode(context.heap, argument(arguments, 0), RESERVED, "decodeUrl")
}

fn decode_url_component(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value> {
    decode(context.heap, argument(arguments, 0), b"", "decodeUrlComponent")
}

fn malformed(function: &'static str) -> Error {
    Error::from(ErrorKind::MalformedUrl { function })
}

fn encode(
    heap: &mut Heap,
    value: Value,
    kept: &[u8],
    function: &'static str,
) -> Result<Value> {
    if value.is_undefined() {
        return Ok(value);
    }
    let text = coerce::string(heap, value)?;
    heap.budget.allocate(u64::from(text.len).saturating_mul(3))?;
    let bytes = heap.bytes(text);
    if core::str::from_utf8(bytes).is_err() {
        return Err(malformed(function));
    }
    let mut encoded = Vec::with_capacity(bytes.len());
    for &byte in bytes {
        let plain = byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte);
        if plain || kept.contains(&byte) {
            encoded.push(byte);
        } else {
            let hexadecimal =
                |digit: u8| b"0123456789ABCDEF".get(usize::from(digit)).copied();
            encoded.push(b'%');
            encoded.extend(hexadecimal(byte >> 4));
            encoded.extend(hexadecimal(byte & 0x0F));
        }
    }
    heap.add_text(&encoded).map(Value::String)
}

fn decode(
    heap: &mut Heap,
    value: Value,
    kept: &[u8],
    function: &'static str,
) -> Result<Value> {
    if value.is_undefined() {
        return Ok(value);
    }
    let text = coerce::string(heap, value)?;
    heap.budget.allocate(u64::from(text.len))?;
    let bytes = heap.bytes(text);
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0_usize;
    while let Some(&byte) = bytes.get(at) {
        if byte != b'%' {
            let rest = bytes.get(at..).unwrap_or_default();
            let plain = rest.iter().position(|&byte| byte == b'%').unwrap_or(rest.len());
            push_text(&mut decoded, rest.get(..plain).unwrap_or_default());
            at = at.saturating_add(plain);
            continue;
        }
        let escapes = bytes.get(at..).unwrap_or_default();
        let character = character(escapes).ok_or_else(|| malformed(function))?;
        let end = at.saturating_add(character.len().saturating_mul(3));
        if character.first().is_some_and(|first| kept.contains(first)) {
            decoded.extend_from_slice(bytes.get(at..end).unwrap_or_default());
        } else {
            decoded.extend_from_slice(character.as_slice());
        }
        at = end;
    }
    heap.add_text(&decoded).map(Value::String)
}

/// The bytes of the character that the escapes at the start stand for.
fn character(escapes: &[u8]) -> Option<Vec<u8>> {
    let lead = escape(escapes)?;
    let width = match lead {
        0x00..=0x7F => 1,
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    let mut bytes = Vec::new();
    for spelled in escapes.chunks(3).take(width) {
        bytes.push(escape(spelled)?);
    }
    (bytes.len() == width && core::str::from_utf8(&bytes).is_ok()).then_some(bytes)
}

fn escape(bytes: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = bytes else { return None };
    let value = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(value(*high)? << 4 | value(*low)?).ok()
}
