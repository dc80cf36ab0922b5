//! Text → milliseconds, as a picture shows them.
//!
//! A picture becomes a regular expression with a group for each of its parts, as in the
//! reference, whose greed and backtracking show in what is accepted. Our matcher charges
//! its steps, so no picture and no text can make it run away.

use super::calendar::Moment;
use super::picture::{Marker, Part, parse_picture};
use super::{DAYS, MONTHS};
use crate::builtin::coerce::{fault, number_of, parse_integer, saturate};
use crate::builtin::integer::read_integer;
use crate::builtin::integer_picture::{Case, Grouping, IntegerFormat, Primary};
use crate::builtin::number_words::vocabulary;
use crate::error::{Error, ErrorKind, Result};
use crate::regex::{Flags, Regex};
use crate::text::{Wtf8, Wtf8Buf, push_code_point};
use crate::value::{Heap, format_number, index, length};
use alloc::vec::Vec;

/// The components that were found. One whose text has no value is there without one.
#[derive(Default)]
struct Components(Vec<(char, Option<f64>)>);

impl Components {
    fn get(&self, letter: char) -> Option<f64> {
        self.0.iter().find(|known| known.0 == letter)?.1
    }

    fn insert(&mut self, letter: char, value: Option<f64>) {
        match self.0.iter_mut().find(|known| known.0 == letter) {
            Some(known) => known.1 = value,
            None => self.0.push((letter, value)),
        }
    }
}

/// Reads a time; `None` when the text is not what the picture shows.
pub(super) fn parse_time(
    heap: &mut Heap,
    text: &[u8],
    picture: &[u8],
    now: Option<i64>,
) -> Result<Option<f64>> {
    let parts = parse_picture(picture)?;
    let Some(found) = match_parts(heap, text, &parts)? else { return Ok(None) };
    let mut components = Components::default();
    for (part, text) in parts.iter().zip(&found) {
        if let Part::Marker(marker) = part {
            components.insert(marker.component, read_marker(marker, text)?);
        }
    }
    if components.0.is_empty() {
        return Ok(None);
    }
    assemble(components, now).map(Some)
}

/// The text of each part.
fn match_parts(
    heap: &mut Heap,
    text: &[u8],
    parts: &[Part],
) -> Result<Option<Vec<Vec<u8>>>> {
    let mut pattern = Vec::from(*b"^");
    for part in parts {
        let before = pattern.len();
        pattern.push(b'(');
        push_pattern(&mut pattern, part)?;
        pattern.push(b')');
        // The pattern and what it is compiled to.
        let added = u64::from(length(pattern.len().saturating_sub(before)));
        heap.budget.charge(added)?;
        heap.budget.allocate(added.saturating_mul(48))?;
    }
    pattern.push(b'$');
    let pattern = Wtf8::new(&pattern).to_units();
    let flags = Flags { ignore_case: true, multiline: false };
    let Ok(regex) = Regex::compile(&pattern, flags) else {
        return Err(fault("the separator in the zone of the picture cannot be matched"));
    };
    heap.pay_text(text.len().saturating_mul(2))?;
    let units = Wtf8::new(text).to_units();
    let Some(captures) = regex.find_at(&units, 0, &mut heap.budget)? else {
        return Ok(None);
    };
    let mut groups = Vec::with_capacity(parts.len());
    for number in 1..=parts.len() {
        let (from, to) = captures.get(number).unwrap_or_default();
        let part = units.get(from..to).unwrap_or_default();
        groups.push(Wtf8Buf::from_units(part).into_bytes());
    }
    Ok(Some(groups))
}

fn push_pattern(pattern: &mut Vec<u8>, part: &Part) -> Result<()> {
    let marker = match part {
        Part::Literal(text) => {
            for &byte in text {
                if b".*+?^${}()|[]\\".contains(&byte) {
                    pattern.push(b'\\');
                }
                pattern.push(byte);
            }
            return Ok(());
        }
        Part::Marker(marker) => marker,
    };
    match (marker.component, &marker.integer) {
        (zone @ ('Z' | 'z'), _) => {
            if zone == 'z' {
                pattern.extend_from_slice(b"GMT");
            }
            pattern.extend_from_slice(b"[-+][0-9]+");
            if let Some(separator) = zone_separator(marker) {
                push_code_point(pattern, separator);
                pattern.extend_from_slice(b"[0-9]+");
            }
        }
        ('f', _) => pattern.extend_from_slice(b"[0-9]+"),
        (_, Some(format)) => push_integer_pattern(pattern, format)?,
        ('M' | 'x' | 'F' | 'P', None) => pattern.extend_from_slice(b"[a-zA-Z]+"),
        (letter, None) => {
            let mut component = Wtf8Buf::default();
            component.push_code_point(u32::from(letter));
            return Err(Error::from(ErrorKind::NameModifier { component }));
        }
    }
    Ok(())
}

fn push_integer_pattern(pattern: &mut Vec<u8>, format: &IntegerFormat) -> Result<()> {
    let upper = format.case == Case::Upper;
    match &format.primary {
        Primary::Letters if upper => pattern.extend_from_slice(b"[A-Z]+"),
        Primary::Letters => pattern.extend_from_slice(b"[a-z]+"),
        Primary::Roman if upper => pattern.extend_from_slice(b"[MDCLXVI]+"),
        Primary::Roman => pattern.extend_from_slice(b"[mdclxvi]+"),
        Primary::Words => {
            pattern.extend_from_slice(b"(?:");
            for (word, _) in vocabulary() {
                pattern.extend_from_slice(word.as_bytes());
                pattern.push(b'|');
            }
            pattern.extend_from_slice(b"and|[\\-, ])+");
        }
        Primary::Decimal(_) => {
            pattern.extend_from_slice(b"[0-9]");
            match format.width.filter(|&width| width != 0.0 && !width.is_nan()) {
                None => pattern.push(b'+'),
                Some(width) => {
                    pattern.push(b'{');
                    pattern.extend_from_slice(format_number(width).as_bytes());
                    pattern.push(b'}');
                }
            }
            if format.ordinal {
                pattern.extend_from_slice(b"(?:th|st|nd|rd)");
            }
        }
        Primary::Unknown => return Err(Error::from(ErrorKind::UnsupportedSequence)),
    }
    Ok(())
}

/// What stands between the hours and the minutes of a zone.
fn zone_separator(marker: &Marker) -> Option<u32> {
    match marker.integer.as_ref()?.decimal()?.grouping {
        Grouping::Regular { separator, .. } => Some(separator),
        Grouping::Listed(_) => None,
    }
}

fn read_marker(marker: &Marker, text: &[u8]) -> Result<Option<f64>> {
    Ok(match (marker.component, &marker.integer) {
        ('Z' | 'z', _) => Some(read_zone(marker, text)),
        ('f', _) => {
            let mut fraction = Vec::from(*b"0.");
            fraction.extend_from_slice(text.get(..3).unwrap_or(text));
            Some(number_of(&fraction) * 1000.0)
        }
        (_, Some(format)) => Some(read_integer(text, format)?),
        ('P', None) => match text {
            b"am" | b"AM" => Some(0.0),
            b"pm" | b"PM" => Some(1.0),
            _ => None,
        },
        ('F', None) => read_name(marker, &DAYS, text),
        (_, None) => read_name(marker, &MONTHS, text),
    })
}

/// The number of a name. Of those that are the same when cut the last one counts.
fn read_name(marker: &Marker, names: &[&str], text: &[u8]) -> Option<f64> {
    let most = marker.most.filter(|&most| most != 0.0 && !most.is_nan());
    let cut = |name: &str| {
        let most = most.map_or(usize::MAX, |most| index(saturate(most)));
        name.len().min(most)
    };
    let found =
        names.iter().rposition(|name| name.as_bytes().get(..cut(name)) == Some(text));
    found.map(|at| f64::from(length(at)) + 1.0)
}

/// Minutes east of Greenwich. Minutes after a negative hour are added to it as they are.
fn read_zone(marker: &Marker, text: &[u8]) -> f64 {
    let text = match marker.component {
        'z' => text.get(3..).unwrap_or_default(),
        _ => text,
    };
    let (hours, minutes) = match zone_separator(marker) {
        Some(separator) => {
            let mut sought = Vec::new();
            push_code_point(&mut sought, separator);
            let found =
                text.windows(sought.len()).position(|window| window == sought.as_slice());
            // One unit is skipped, however long the separator is, and all is read again
            // when it is not there.
            match found {
                Some(at) => {
                    let width =
                        crate::text::decode(&sought).map_or(1, |(_, width)| width);
                    (text.get(..at), text.get(at.saturating_add(width)..))
                }
                None => (Some(&[][..]), Some(text)),
            }
        }
        None if text.len() <= 3 => return parse_integer(text) * 60.0,
        None => (text.get(..3), text.get(3..)),
    };
    let hours = parse_integer(hours.unwrap_or_default());
    hours * 60.0 + parse_integer(minutes.unwrap_or_default())
}

/// A time from what is known of it. What is larger than the largest known component comes
/// from the clock, what is smaller than the smallest known one is the least possible; in
/// between nothing may be missing.
fn assemble(components: Components, now: Option<i64>) -> Result<f64> {
    let mut components = components;
    let known = |components: &Components, letters: &str| {
        letters.chars().fold(0_u32, |mask, letter| {
            let value = components.get(letter).unwrap_or(0.0);
            mask << 1 | u32::from(value != 0.0 && !value.is_nan())
        })
    };
    // A kind of date fits when something of it is known and nothing that is not of it.
    let fits = |mask: u32, kind: u32| !kind & mask == 0 && kind & mask != 0;
    let date = known(&components, "YXMxWwdD");
    let by_day = !fits(date, 0b1010_0001) && fits(date, 0b1000_0010);
    let by_month_week = fits(date, 0b0101_0100);
    let by_week = !by_month_week && fits(date, 0b0100_1000);
    let time = known(&components, "PHhmsf");
    let half_day = !fits(time, 0b01_0111) && fits(time, 0b10_1111);
    let date_letters = match () {
        // The day of the year is not among them: the month and the day come from it.
        () if by_day => "YD",
        () if by_month_week => "XxwF",
        () if by_week => "XWF",
        () => "YMD",
    };
    let time_letters = if half_day { "Phmsf" } else { "Hmsf" };
    fill_in(&mut components, &[date_letters, time_letters], now)?;
    let value = |letter: char| components.get(letter);
    let number = |letter: char| value(letter).unwrap_or(f64::NAN);
    let month = value('M').filter(|&month| month > 0.0).map_or(0.0, |month| month - 1.0);
    let (month, day) = if by_day {
        let first = Moment::utc(number('Y'), 0.0, 1.0, [0.0; 4]);
        let day = first.millis() + (number('d') - 1.0) * super::calendar::DAY;
        let (_, month, date) = Moment::new(day).civil();
        (month, date)
    } else {
        (month, number('D'))
    };
    if by_month_week || by_week {
        return Err(Error::from(ErrorKind::MissingComponents));
    }
    let hour = match number('h') {
        _ if !half_day => number('H'),
        hour => {
            let hour = if hour == 12.0 { 0.0 } else { hour };
            if value('P') == Some(1.0) { hour + 12.0 } else { hour }
        }
    };
    let time = [hour, number('m'), number('s'), number('f')];
    let moment = Moment::utc(number('Y'), month, day, time);
    let zone = |letter: char| value(letter).filter(|&zone| zone != 0.0 && !zone.is_nan());
    // A zone without a value is as good as none, unless the other one says so too.
    let zone = zone('Z').or(value('z')).filter(|&zone| zone != 0.0 && !zone.is_nan());
    Ok(zone.map_or(moment.millis(), |zone| moment.millis() - zone * 60_000.0))
}

/// Gives each component of a kind of date a value, from the largest to the smallest.
fn fill_in(
    components: &mut Components,
    letters: &[&str],
    now: Option<i64>,
) -> Result<()> {
    let (mut started, mut ended) = (false, false);
    for letter in letters.iter().flat_map(|letters| letters.bytes()).map(char::from) {
        let known = components.get(letter);
        let value = match known {
            Some(_) if ended => return Err(Error::from(ErrorKind::MissingComponents)),
            Some(known) => {
                started = true;
                known
            }
            None if started => {
                ended = true;
                f64::from(u8::from(matches!(letter, 'M' | 'D' | 'd')))
            }
            None => {
                let Some(now) = now else {
                    return Err(Error::from(ErrorKind::NoClock { function: "toMillis" }));
                };
                // Half of the day by the clock is a word, which no hour is added for.
                Moment::new(now as f64).component(letter).number().unwrap_or(0.0)
            }
        };
        components.insert(letter, Some(value));
    }
    Ok(())
}
