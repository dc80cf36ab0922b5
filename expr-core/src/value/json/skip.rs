//! Passing over a value that is not read: it is checked like any other and not built.

use super::cursor::Cursor;
use crate::error::Result;
use alloc::vec::Vec;

impl Cursor<'_> {
    /// Passes over a value. No limit applies to it, since nothing of it is kept: a byte
    /// for each level is all that it takes, in `open`.
    pub(super) fn skip_value(&mut self, open: &mut Vec<bool>) -> Result<()> {
        // The place is kept in locals meanwhile, and whether each open container is an
        // object in `open`.
        let mut text = *self;
        open.clear();
        loop {
            text.skip_space();
            match text.peek() {
                Some(b'"') => {
                    text.advance();
                    text.skip_string()?;
                }
                Some(b'{') => {
                    text.advance();
                    text.skip_space();
                    if !text.eat(b'}') {
                        text.skip_key()?;
                        open.push(true);
                        continue;
                    }
                }
                Some(b'[') => {
                    text.advance();
                    text.skip_space();
                    if !text.eat(b']') {
                        open.push(false);
                        continue;
                    }
                }
                Some(b'-' | b'0'..=b'9') => {
                    let start = text;
                    text.skip_number()?;
                    // Only an exponent or hundreds of digits can lead out of range.
                    let digits = start.up_to(text);
                    if digits.len() > 300 || digits.iter().any(|&it| it | 0x20 == b'e') {
                        text.number_since(start, false)?;
                    }
                }
                _ => {
                    text.literal()?;
                }
            }
            // What follows the value, up to the next one.
            loop {
                let Some(&object) = open.last() else {
                    *self = text;
                    return Ok(());
                };
                text.skip_space();
                if text.eat(b',') {
                    if object {
                        text.skip_space();
                        text.skip_key()?;
                    }
                    break;
                }
                if !text.eat(if object { b'}' } else { b']' }) {
                    return Err(text.unclosed(object));
                }
                open.pop();
            }
        }
    }

    #[inline(always)]
    fn skip_key(&mut self) -> Result<()> {
        self.open_key()?;
        self.skip_string()?;
        self.close_key()
    }
}
#[cfg(test)]
mod tests {
    extern crate std;
    // The limit is set here, since a text that reaches the usual one is too long for a test.
    use crate::error::Error;
    use crate::reads::Reads;
    use crate::value::{Heap, ReadLimits, Value, Wanted, read_json};
    use alloc::format;

    fn read(json: &str, wanted: Wanted<'_>) -> Result<Value, Error> {
        let limits = ReadLimits { bytes: 100, ..ReadLimits::default() };
        read_json(&mut Heap::default(), json.as_bytes(), wanted, limits)
    }

    #[test]
    fn only_what_is_read_counts() {
        let mut reads = Reads::of_size(false, 0, 0);
        reads.add_field(0, b"a", true);
        let code = |result: Result<Value, Error>| result.err().map(|error| error.code());
        let long = "x".repeat(100);
        for json in [
            format!("{{\"a\":1,\"b\":\"{long}\"}}"),
            format!("{{\"a\":1,\"{long}\":2}}"),
            format!("{{\"a\":1,\"b\":[{}0]}}", "0,".repeat(10)),
        ] {
            assert_eq!(code(read(&json, Wanted::Parts(&reads))), None, "{json}");
            assert_eq!(code(read(&json, Wanted::Whole)), Some("R0009"), "{json}");
        }
        let json = format!("{{\"a\":\"{long}\"}}");
        assert_eq!(code(read(&json, Wanted::Parts(&reads))), Some("R0009"));
    }
}
