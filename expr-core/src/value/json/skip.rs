//! Passing over a value that is not read: it is checked like any other and not built.

use super::Reader;
use crate::error::Result;

impl Reader<'_> {
    /// Passes over a value. No limit applies to it, since nothing of it is kept: a byte
    /// for each level is all that it takes.
    pub(super) fn skip_value(&mut self) -> Result<()> {
        // Whether each open container is an object.
        self.skipped.clear();
        loop {
            self.skip_space();
            let opened = match self.peek() {
                Some(b'{') => self.skip_opening(b'}')?,
                Some(b'[') => self.skip_opening(b']')?,
                Some(b'"') => {
                    self.advance();
                    self.rest_of_string(false)?;
                    false
                }
                Some(b'-' | b'0'..=b'9') => {
                    let start = self.at;
                    self.number_text()?;
                    // Only an exponent or hundreds of digits can lead out of range.
                    let digits = self.since(start);
                    if digits.len() > 300 || digits.iter().any(|&it| it | 0x20 == b'e') {
                        self.in_range(start)?;
                    }
                    false
                }
                _ => {
                    self.literal()?;
                    false
                }
            };
            if !opened && self.skip_closings()? {
                return Ok(());
            }
        }
    }

    /// Passes over the beginning of a container, and says whether something is in it.
    fn skip_opening(&mut self, closing: u8) -> Result<bool> {
        self.advance();
        self.skip_space();
        if self.peek() == Some(closing) {
            self.advance();
            return Ok(false);
        }
        let object = closing == b'}';
        if object {
            self.skip_key()?;
        }
        self.skipped.push(object);
        Ok(true)
    }

    /// Passes over what follows a value, up to the next one. Says whether there is none.
    fn skip_closings(&mut self) -> Result<bool> {
        loop {
            let Some(&object) = self.skipped.last() else { return Ok(true) };
            self.skip_space();
            match (self.peek(), object) {
                (Some(b','), true) => {
                    self.advance();
                    self.skip_space();
                    self.skip_key()?;
                    return Ok(false);
                }
                (Some(b','), false) => {
                    self.advance();
                    return Ok(false);
                }
                (Some(b'}'), true) | (Some(b']'), false) => {
                    self.advance();
                    self.skipped.pop();
                }
                (_, object) => return Err(self.unclosed(object)),
            }
        }
    }

    fn skip_key(&mut self) -> Result<()> {
        self.open_key()?;
        self.rest_of_string(false)?;
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
        let mut reads = Reads::new(false);
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
