//! `$toMillis` without a picture: ISO 8601, as far as the reference's pattern and V8's
//! `Date.parse` take it. Without a zone the time is in UTC.
//!
//! The pattern lets some texts through that are no ISO 8601, such as `2017-10.5`. ECMAScript
//! leaves those to the engine, and V8 hands them to an older parser, whose answers we give.

use super::calendar::Moment;
use crate::builtin::coerce::leading;
use alloc::vec::Vec;

/// The fields of a text that has the form of a timestamp.
struct Fields<'a> {
    has_time: bool,
    year: u32,
    /// The groups `-NN`: the month, which is 00 to 19, and the day, which is 00 to 39.
    groups: Vec<u32>,
    time: [u32; 3],
    fraction: Option<&'a [u8]>,
    /// Minutes and whether they are to be subtracted; the hour of the zone.
    zone: Option<(i32, u32, u32)>,
}

/// The milliseconds of a timestamp: `None` when the text has another form, NaN when it has
/// the form of one and is none.
pub(super) fn parse_timestamp(text: &[u8]) -> Option<f64> {
    let fields = Fields::parse(text)?;
    Some(if fields.has_time { fields.millis() } else { older(text).unwrap_or(f64::NAN) })
}

impl<'a> Fields<'a> {
    /// `^\d{4}(-[01]\d)?(-[0-3]\d)?(T[0-2]\d:[0-5]\d:[0-5]\d)?(\.\d+)?(zone)?$`, the zone
    /// being `Z` or `[+-][0-2]\d:?[0-5]\d`.
    fn parse(text: &'a [u8]) -> Option<Fields<'a>> {
        let year = two(text, b'9')?
            .saturating_mul(100)
            .saturating_add(two(text.get(2..)?, b'9')?);
        // A group `-NN` may turn out to begin the zone, so the longest date comes first.
        let groups = |count| Fields::with_groups(text, year, count);
        groups(2).or_else(|| groups(1)).or_else(|| groups(0))
    }

    fn with_groups(text: &'a [u8], year: u32, count: usize) -> Option<Fields<'a>> {
        let mut rest = text.get(4..)?;
        let mut groups = Vec::new();
        for position in 0..count {
            // A single group may be the month or the day.
            let most = if position == 0 && count == 2 { b'1' } else { b'3' };
            let group = rest.strip_prefix(b"-")?;
            groups.push(two(group, most)?);
            rest = group.get(2..)?;
        }
        let mut time = [0; 3];
        let has_time = rest.first() == Some(&b'T');
        if has_time {
            for (part, (mark, most)) in
                time.iter_mut().zip([(b'T', b'2'), (b':', b'5'), (b':', b'5')])
            {
                let digits = rest.strip_prefix(&[mark])?;
                *part = two(digits, most)?;
                rest = digits.get(2..)?;
            }
        }
        let mut fraction = None;
        if let Some(digits) = rest.strip_prefix(b".") {
            let count = leading(digits, u8::is_ascii_digit);
            fraction = Some(digits.get(..count)?).filter(|digits| !digits.is_empty());
            fraction?;
            rest = digits.get(count..)?;
        }
        let zone = match rest {
            [] => None,
            b"Z" => Some((1, 0, 0)),
            [sign @ (b'+' | b'-'), digits @ ..] => {
                let hours = two(digits, b'2')?;
                let minutes = digits.get(2..)?;
                let minutes = minutes.strip_prefix(b":").unwrap_or(minutes);
                if minutes.len() != 2 {
                    return None;
                }
                Some((if *sign == b'-' { -1 } else { 1 }, hours, two(minutes, b'5')?))
            }
            _ => return None,
        };
        Some(Fields { has_time, year, groups, time, fraction, zone })
    }

    /// A date with a time: ISO 8601 or nothing.
    fn millis(&self) -> f64 {
        let [hour, minute, second] = self.time;
        let month = self.groups.first().copied().unwrap_or(1);
        let day = self.groups.get(1).copied().unwrap_or(1);
        let fraction = self.fraction.unwrap_or_default();
        let past_midnight =
            minute > 0 || second > 0 || fraction.iter().any(|&digit| digit != b'0');
        let zone = self.zone.unwrap_or((1, 0, 0));
        let wrong = !(1..=12).contains(&month)
            || !(1..=31).contains(&day)
            || hour > 24
            || hour == 24 && past_midnight
            || zone.1 > 23;
        if wrong {
            return f64::NAN;
        }
        let millis = thousandths(fraction);
        let offset = zone.1.saturating_mul(60).saturating_add(zone.2);
        time_value([self.year, month, day], [hour, minute, second, millis])
            - f64::from(zone.0) * f64::from(offset) * 60_000.0
    }
}

/// Two digits, the first one at most `most`.
fn two(text: &[u8], most: u8) -> Option<u32> {
    match text {
        [high, low, ..] if (b'0'..=most).contains(high) && low.is_ascii_digit() => {
            let digit = |byte: &u8| u32::from(byte.saturating_sub(b'0'));
            Some(digit(high).saturating_mul(10).saturating_add(digit(low)))
        }
        _ => None,
    }
}

/// The first three digits of a fraction.
fn thousandths(digits: &[u8]) -> u32 {
    let digit = |at: usize| {
        u32::from(digits.get(at).map_or(0, |digit| digit.saturating_sub(b'0')))
    };
    let tens = digit(0).saturating_mul(10).saturating_add(digit(1));
    tens.saturating_mul(10).saturating_add(digit(2))
}

fn time_value(date: [u32; 3], time: [u32; 4]) -> f64 {
    let [year, month, day] = date.map(f64::from);
    // `Date.UTC` takes small years for those of the last century, so they are shifted by a
    // whole cycle of the calendar.
    const CYCLE: f64 = 146_097.0 * super::calendar::DAY;
    let shifted = Moment::utc(year + 400.0, month - 1.0, day, time.map(f64::from));
    shifted.millis() - CYCLE
}

#[derive(Clone, Copy)]
enum Piece {
    /// A number and how many digits it has.
    Number(u32, usize),
    Mark(u8),
}

fn pieces(text: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((&first, tail)) = rest.split_first() {
        let count = leading(rest, u8::is_ascii_digit);
        if count == 0 {
            pieces.push(Piece::Mark(first));
            rest = tail;
            continue;
        }
        let digits = rest.get(..count).unwrap_or_default();
        let value = digits.iter().fold(0_u32, |value, &digit| {
            let digit = u32::from(digit.saturating_sub(b'0'));
            value.saturating_mul(10).saturating_add(digit)
        });
        pieces.push(Piece::Number(value, count));
        rest = rest.get(count..).unwrap_or_default();
    }
    pieces
}

/// What V8 reads from left to right: first as ISO 8601 as far as it goes, then piece by
/// piece into a date, a time and a zone.
struct Reader {
    pieces: Vec<Piece>,
    at: usize,
    date: Vec<u32>,
    time: Vec<u32>,
    zone: Option<Zone>,
}

struct Zone {
    negative: bool,
    hours: u32,
    /// Still to come after `hh:`.
    minutes: Option<u32>,
}

/// A date without a time, in whatever form the pattern let through.
fn older(text: &[u8]) -> Option<f64> {
    let (date, time) = (Vec::new(), Vec::new());
    let mut reader = Reader { pieces: pieces(text), at: 0, date, time, zone: None };
    let iso = reader.read_date();
    while !iso && reader.at < reader.pieces.len() {
        reader.read_piece()?;
    }
    reader.finish(iso)
}

impl Reader {
    fn peek(&self) -> Option<Piece> {
        self.pieces.get(self.at).copied()
    }

    fn next(&mut self) -> Option<Piece> {
        let piece = self.peek();
        self.at = self.at.saturating_add(1);
        piece
    }

    fn skip(&mut self, mark: u8) -> bool {
        let found = matches!(self.peek(), Some(Piece::Mark(other)) if other == mark);
        if found {
            self.at = self.at.saturating_add(1);
        }
        found
    }

    /// Year, month and day by ISO 8601; whether that was all.
    fn read_date(&mut self) -> bool {
        if let Some(Piece::Number(year, _)) = self.next() {
            self.date.push(year);
        }
        for most in [12, 31] {
            if !self.skip(b'-') {
                break;
            }
            match self.peek() {
                Some(Piece::Number(number, 2)) if (1..=most).contains(&number) => {
                    self.date.push(number);
                    self.at = self.at.saturating_add(1);
                }
                _ => return false,
            }
        }
        self.peek().is_none()
    }

    fn read_piece(&mut self) -> Option<()> {
        match self.next()? {
            Piece::Number(number, _) => self.read_number(number),
            Piece::Mark(b'Z') => {
                self.zone = Some(Zone { negative: false, hours: 0, minutes: Some(0) });
                Some(())
            }
            Piece::Mark(sign @ (b'+' | b'-')) => {
                let utc = self
                    .zone
                    .as_ref()
                    .is_some_and(|zone| zone.hours == 0 && zone.minutes == Some(0));
                if !utc && self.time.is_empty() {
                    return None;
                }
                self.read_zone(sign == b'-')
            }
            Piece::Mark(_) => Some(()),
        }
    }

    fn read_number(&mut self, number: u32) -> Option<()> {
        if self.skip(b':') {
            return self.add_time(number);
        }
        let expected = match self.time.len() {
            1 | 2 => number <= 59,
            3 => number <= 999,
            _ => false,
        };
        let waiting = self.zone.as_ref().is_some_and(|zone| zone.minutes.is_none());
        if self.skip(b'.') && expected {
            self.add_time(number)?;
            self.next()?;
            self.time.resize(4, 0);
        } else if waiting && number <= 59 {
            if let Some(zone) = self.zone.as_mut() {
                zone.minutes = Some(number);
            }
        } else if expected {
            self.add_time(number)?;
            self.time.resize(4, 0);
        } else {
            if self.date.len() >= 3 {
                return None;
            }
            self.date.push(number);
            self.skip(b'-');
        }
        Some(())
    }

    fn add_time(&mut self, number: u32) -> Option<()> {
        (self.time.len() < 4).then(|| self.time.push(number))
    }

    fn read_zone(&mut self, negative: bool) -> Option<()> {
        let Some(Piece::Number(number, digits)) = self.next() else { return None };
        let (hours, minutes) = match digits {
            _ if matches!(self.peek(), Some(Piece::Mark(b':'))) => (number, None),
            1 | 2 => (number, Some(0)),
            3 | 4 => (number / 100, Some(number % 100)),
            _ => return None,
        };
        self.zone = Some(Zone { negative, hours, minutes });
        Some(())
    }

    fn finish(self, iso: bool) -> Option<f64> {
        let mut date = self.date;
        date.resize(3, 1);
        let &[first, second, third] = date.as_slice() else { return None };
        let (year, month, day) = if iso || !(1..=31).contains(&first) {
            (first, second, third)
        } else {
            (third, first, second)
        };
        let year = match year {
            0..=49 if !iso => year.saturating_add(2000),
            50..=99 if !iso => year.saturating_add(1900),
            year => year,
        };
        let mut time = self.time;
        time.resize(4, 0);
        let &[hour, minute, second, millis] = time.as_slice() else { return None };
        let within = hour <= 23 && minute <= 59 && second <= 59 && millis <= 999;
        let midnight = (hour, minute, second, millis) == (24, 0, 0, 0);
        let exists = (1..=12).contains(&month) && (1..=31).contains(&day);
        if !exists || !(within || midnight) {
            return None;
        }
        let offset = self.zone.map_or(0.0, |zone| {
            let minutes = zone.minutes.unwrap_or(0);
            let minutes = zone.hours.saturating_mul(60).saturating_add(minutes);
            if zone.negative { -f64::from(minutes) } else { f64::from(minutes) }
        });
        let millis = time_value([year, month, day], [hour, minute, second, millis]);
        Some(millis - offset * 60_000.0)
    }
}
