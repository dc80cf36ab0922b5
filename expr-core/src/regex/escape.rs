//! What follows a backslash, names of groups, and classes in brackets.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::parse::{Parsed, Parser, Term};
use super::set::{Set, extend_with_others};
use super::tree::{Assertion, Node};
use crate::unicode;

type Ranges = Vec<(u16, u16)>;

/// A member of a class: one unit, or a class escape that was added already.
#[derive(Clone, Copy)]
enum Member {
    Unit(u16),
    Class,
}

impl Parser<'_> {
    /// An escape outside classes; `offset` is that of the backslash, which was read.
    pub(super) fn escape(&mut self, offset: usize) -> Parsed<Term> {
        let Some(unit) = self.peek(0) else {
            return self.fail("the pattern ends in a backslash", offset);
        };
        let byte = u8::try_from(unit).unwrap_or(0);
        match byte {
            b'b' | b'B' => {
                self.advance(1);
                let plain = byte == b'b';
                Ok(self.assertion(if plain {
                    Assertion::Boundary
                } else {
                    Assertion::NotBoundary
                }))
            }
            b'1'..=b'9' => {
                let node = match self.back_reference() {
                    Some(group) => Node::BackReference(group),
                    None => Node::Unit(self.unit_escape(offset, false)?),
                };
                Ok(self.atom(node))
            }
            b'd' | b'D' | b's' | b'S' | b'w' | b'W' => {
                self.advance(1);
                let set = self.class_escape_set(byte);
                Ok(self.atom(Node::Set(set)))
            }
            b'k' if self.has_names => {
                self.advance(1);
                self.named_reference(offset)
            }
            _ => {
                let unit = self.unit_escape(offset, false)?;
                Ok(self.atom(Node::Unit(unit)))
            }
        }
    }

    /// `\12` is a reference only if the whole pattern has twelve groups.
    fn back_reference(&mut self) -> Option<u32> {
        let (mut group, mut at) = (0_u32, self.at);
        while let Some(digit) = self.digit(at, 10) {
            group = group.saturating_mul(10).saturating_add(digit);
            at = at.saturating_add(1);
        }
        if group > self.total_groups {
            return None;
        }
        self.at = at;
        Some(group)
    }

    fn named_reference(&mut self, offset: usize) -> Parsed<Term> {
        if !self.eat(b'<') {
            return self.fail("`\\k` needs the name of a group", offset);
        }
        let name_offset = self.at as u32;
        let name = self.group_name()?;
        let term = self.atom(Node::BackReference(0));
        self.references.push((self.last_term(), name, name_offset));
        Ok(term)
    }

    fn class_escape_set(&mut self, byte: u8) -> u32 {
        if let Some(set) = self.class_escapes.get(u64::from(byte)) {
            return set;
        }
        let mut ranges = Ranges::new();
        add_class_escape(&mut ranges, byte);
        let set = self.add_set(Set::new(ranges, false, self.ignore_case));
        self.class_escapes.insert(u64::from(byte), set);
        set
    }

    fn add_set(&mut self, set: Set) -> u32 {
        let index = self.tree.sets.len() as u32;
        self.tree.sets.push(set);
        index
    }

    /// An escape that stands for one unit. Whatever is no known escape stands for
    /// itself, and so does an escape that breaks off: `\x1` is `x1`.
    fn unit_escape(&mut self, offset: usize, in_class: bool) -> Parsed<u16> {
        let Some(unit) = self.peek(0) else {
            return self.fail("the pattern ends in a backslash", offset);
        };
        let Ok(byte) = u8::try_from(unit) else {
            self.advance(1);
            return Ok(unit);
        };
        match byte {
            b'0'..=b'7' => return Ok(self.octal()),
            b'c' => return Ok(self.control(in_class)),
            b'k' if self.has_names => {
                return self.fail("`\\k` is no member of a class", offset);
            }
            _ => self.advance(1),
        }
        let escaped = match byte {
            b'f' => 0x0c,
            b'n' => 0x0a,
            b'r' => 0x0d,
            b't' => 0x09,
            b'v' => 0x0b,
            b'x' => self.hex(2).unwrap_or(unit),
            b'u' => self.hex(4).unwrap_or(unit),
            _ => unit,
        };
        Ok(escaped)
    }

    /// Up to three octal digits of a value below 256.
    fn octal(&mut self) -> u16 {
        let mut value = 0_u32;
        for _ in 0..3 {
            let Some(digit) = self.digit(self.at, 8).filter(|_| value < 32) else {
                break;
            };
            value = value.saturating_mul(8).saturating_add(digit);
            self.advance(1);
        }
        value as u16
    }

    /// `\cA`, and in classes `\c0` and `\c_` too. Before anything else the backslash
    /// stands for itself, and the `c` is text.
    fn control(&mut self, in_class: bool) -> u16 {
        let letter = self.peek(1).and_then(|unit| u8::try_from(unit).ok()).unwrap_or(0);
        let also = in_class && (letter.is_ascii_digit() || letter == b'_');
        if letter.is_ascii_alphabetic() || also {
            self.advance(2);
            return u16::from(letter & 0x1f);
        }
        u16::from(b'\\')
    }

    fn hex(&mut self, digits: usize) -> Option<u16> {
        let end = self.at.saturating_add(digits);
        let mut value = 0_u32;
        for at in self.at..end {
            value = value << 4 | self.digit(at, 16)?;
        }
        self.at = end;
        Some(value as u16)
    }

    /// The name of a group with its closing `>`; the `<` was read.
    pub(super) fn group_name(&mut self) -> Parsed<Box<[u16]>> {
        let offset = self.at;
        let mut name = Vec::new();
        while name.is_empty() || !self.eat(b'>') {
            let Some(point) = self.name_point() else {
                return self.fail("this is no name for a group", offset);
            };
            let fits = if name.is_empty() {
                unicode::starts_name(point)
            } else {
                unicode::continues_name(point)
            };
            let Some(character) = char::from_u32(point).filter(|_| fits) else {
                return self.fail("this is no name for a group", offset);
            };
            name.extend_from_slice(character.encode_utf16(&mut [0; 2]));
        }
        Ok(name.into_boxed_slice())
    }

    /// A code point of a name. Names know surrogate pairs and `\u{…}`, as identifiers
    /// do, though the rest of the pattern does not.
    fn name_point(&mut self) -> Option<u32> {
        if !self.eat(b'\\') {
            let lead = self.peek(0)?;
            self.advance(1);
            let pair = self.peek(0).and_then(|trail| combine(lead, trail));
            self.advance(usize::from(pair.is_some()));
            return Some(pair.unwrap_or(u32::from(lead)));
        }
        if !self.eat(b'u') {
            return None;
        }
        if self.eat(b'{') {
            return self.braced_hex();
        }
        let lead = self.hex(4)?;
        let after_lead = self.at;
        let trail = if self.eat(b'\\') && self.eat(b'u') { self.hex(4) } else { None };
        let pair = trail.and_then(|trail| combine(lead, trail));
        if pair.is_none() {
            self.at = after_lead;
        }
        Some(pair.unwrap_or(u32::from(lead)))
    }

    fn braced_hex(&mut self) -> Option<u32> {
        let mut value = self.digit(self.at, 16)?;
        self.advance(1);
        while let Some(digit) = self.digit(self.at, 16) {
            value = value << 4 | digit;
            if value > 0x10_ffff {
                return None;
            }
            self.advance(1);
        }
        self.eat(b'}').then_some(value)
    }

    /// A class; its `[` at `offset` was read.
    pub(super) fn class(&mut self, offset: usize) -> Parsed<Node> {
        let negated = self.eat(b'^');
        let mut ranges = Ranges::new();
        while !self.eat(b']') {
            let from = self.class_member(offset, &mut ranges)?;
            let is_range = self.unit_is(self.at, b'-')
                && !self.unit_is(self.at.saturating_add(1), b']');
            if !is_range {
                from.add_to(&mut ranges);
                continue;
            }
            self.advance(1);
            let to_offset = self.at;
            let to = self.class_member(offset, &mut ranges)?;
            if let (Member::Unit(first), Member::Unit(last)) = (from, to) {
                if first > last {
                    return self.fail("this range ends before it begins", to_offset);
                }
                ranges.push((first, last));
                continue;
            }
            // Beside a class escape the hyphen is text.
            Member::Unit(u16::from(b'-')).add_to(&mut ranges);
            from.add_to(&mut ranges);
            to.add_to(&mut ranges);
        }
        if let ([(first, last)], false) = (ranges.as_slice(), negated)
            && first == last
        {
            return Ok(Node::Unit(*first));
        }
        let set = Set::new(ranges, negated, self.ignore_case);
        Ok(Node::Set(self.add_set(set)))
    }

    fn class_member(&mut self, class: usize, ranges: &mut Ranges) -> Parsed<Member> {
        let offset = self.at;
        let Some(unit) = self.peek(0) else {
            return self.fail("this class is not closed", class);
        };
        self.advance(1);
        if unit != u16::from(b'\\') {
            return Ok(Member::Unit(unit));
        }
        let byte = self.peek(0).and_then(|unit| u8::try_from(unit).ok()).unwrap_or(0);
        if byte == b'b' {
            self.advance(1);
            return Ok(Member::Unit(0x08));
        }
        if add_class_escape(ranges, byte) {
            self.advance(1);
            return Ok(Member::Class);
        }
        self.unit_escape(offset, true).map(Member::Unit)
    }
}

impl Member {
    fn add_to(self, ranges: &mut Ranges) {
        if let Member::Unit(unit) = self {
            ranges.push((unit, unit));
        }
    }
}

/// Adds what `\d`, `\W` and so on take; false if the letter names no class.
fn add_class_escape(ranges: &mut Ranges, byte: u8) -> bool {
    let members = match byte.to_ascii_lowercase() {
        b'd' => unicode::DIGITS,
        b's' => unicode::SPACES,
        b'w' => unicode::WORD,
        _ => return false,
    };
    if byte.is_ascii_lowercase() {
        ranges.extend_from_slice(members);
    } else {
        extend_with_others(ranges, members);
    }
    true
}

fn combine(lead: u16, trail: u16) -> Option<u32> {
    let point = char::decode_utf16([lead, trail]).next()?.ok()?;
    (point.len_utf16() == 2).then_some(u32::from(point))
}
