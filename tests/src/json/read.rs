//! JSON text → values, keeping lone surrogates and the order of members.

use super::Json;

/// Walks over the text, one value at a time.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn read(text: &'a str) -> Result<Json, String> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value()?;
        reader.skip_blanks();
        if reader.at == text.len() { Ok(value) } else { Err(reader.unexpected()) }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn unexpected(&self) -> String {
        match self.peek() {
            Some(character) => format!("unexpected `{character}` at byte {}", self.at),
            None => "the text ends too early".to_owned(),
        }
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    /// Steps over `token` if it comes next.
    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    fn value(&mut self) -> Result<Json, String> {
        self.skip_blanks();
        match self.peek() {
            Some('{') => self.object(),
            Some('[') => self.array(),
            Some('"') => Ok(Json::Text(self.string()?)),
            Some('-' | '0'..='9') => self.number(),
            _ if self.take("null") => Ok(Json::Null),
            _ if self.take("true") => Ok(Json::Bool(true)),
            _ if self.take("false") => Ok(Json::Bool(false)),
            _ => Err(self.unexpected()),
        }
    }

    fn number(&mut self) -> Result<Json, String> {
        let rest = self.rest();
        let length = rest
            .find(|it: char| !matches!(it, '-' | '+' | '.' | 'e' | 'E' | '0'..='9'))
            .unwrap_or(rest.len());
        let digits = rest.get(..length).unwrap_or_default();
        match digits.parse::<f64>() {
            Ok(number) if number.is_finite() && is_number(digits) => {
                self.at += length;
                Ok(Json::Number(number))
            }
            _ => Err(self.unexpected()),
        }
    }

    fn array(&mut self) -> Result<Json, String> {
        let mut items = Vec::new();
        self.at += 1;
        self.skip_blanks();
        if self.take("]") {
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value()?);
            self.skip_blanks();
            if self.take("]") {
                return Ok(Json::Array(items));
            }
            if !self.take(",") {
                return Err(self.unexpected());
            }
        }
    }

    fn object(&mut self) -> Result<Json, String> {
        let mut members: Vec<(Vec<u16>, Json)> = Vec::new();
        self.at += 1;
        self.skip_blanks();
        if self.take("}") {
            return Ok(Json::Object(members));
        }
        loop {
            self.skip_blanks();
            let key = self.string()?;
            self.skip_blanks();
            if !self.take(":") {
                return Err(self.unexpected());
            }
            let value = self.value()?;
            match members.iter_mut().find(|(name, _)| *name == key) {
                Some(member) => member.1 = value,
                None => members.push((key, value)),
            }
            self.skip_blanks();
            if self.take("}") {
                return Ok(Json::Object(members));
            }
            if !self.take(",") {
                return Err(self.unexpected());
            }
        }
    }

    fn string(&mut self) -> Result<Vec<u16>, String> {
        let mut units = Vec::new();
        if !self.take("\"") {
            return Err(self.unexpected());
        }
        loop {
            let Some(character) = self.peek() else {
                return Err(self.unexpected());
            };
            if character < ' ' {
                return Err(self.unexpected());
            }
            self.at += character.len_utf8();
            match character {
                '"' => return Ok(units),
                '\\' => units.push(self.escape()?),
                _ => units.extend_from_slice(character.encode_utf16(&mut [0; 2])),
            }
        }
    }

    fn escape(&mut self) -> Result<u16, String> {
        let Some(character) = self.peek() else {
            return Err(self.unexpected());
        };
        let unit = match character {
            '"' | '\\' | '/' => u32::from(character),
            'b' => 8,
            't' => 9,
            'n' => 10,
            'f' => 12,
            'r' => 13,
            'u' => {
                let digits = self.rest().get(1..5).unwrap_or_default();
                let unit =
                    u16::from_str_radix(digits, 16).map_err(|_| self.unexpected())?;
                if digits.starts_with('+') {
                    return Err(self.unexpected());
                }
                self.at += 5;
                return Ok(unit);
            }
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        u16::try_from(unit).map_err(|_| self.unexpected())
    }
}

/// JSON's grammar, which is stricter than Rust's.
fn is_number(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let is_digits =
        |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    let exponent = exponent.map(|it| it.strip_prefix(['+', '-']).unwrap_or(it));
    is_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(is_digits)
        && exponent.is_none_or(is_digits)
}
