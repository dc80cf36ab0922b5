//! Milliseconds → text, as a picture shows them.

use super::calendar::{Component, Moment};
use super::picture::{Marker, Part, parse_picture};
use super::{DAYS, MONTHS};
use crate::builtin::coerce::{Building, fault, parse_integer, saturate};
use crate::builtin::integer::write_integer;
use crate::builtin::integer_picture::{Case, Grouping, IntegerFormat};
use crate::builtin::power::power;
use crate::error::{Error, ErrorKind, Result};
use crate::text::Wtf8Buf;
use crate::value::{Heap, index, remainder};
use alloc::string::String;

/// The picture of ISO 8601, which is the default.
const ISO: &[u8] = b"[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]";

/// The offset of a zone in hours and minutes, as the reference takes it apart: the text is
/// read as one number, and the hours are rounded down, so that half an hour west of
/// Greenwich is an hour and a half.
struct Offset {
    hours: f64,
    minutes: f64,
}

impl Offset {
    fn parse(zone: Option<&[u8]>) -> Offset {
        let Some(zone) = zone else { return Offset { hours: 0.0, minutes: 0.0 } };
        let number = parse_integer(zone);
        Offset { hours: libm::floor(number / 100.0), minutes: remainder(number, 100.0) }
    }

    fn as_number(&self) -> f64 {
        self.hours * 100.0 + self.minutes
    }

    fn millis(&self) -> f64 {
        (self.hours * 60.0 + self.minutes) * 60_000.0
    }
}

/// Writes a time.
pub(super) fn format_time(
    heap: &mut Heap,
    millis: f64,
    picture: Option<&[u8]>,
    zone: Option<&[u8]>,
) -> Result<Building> {
    let offset = Offset::parse(zone);
    let parts = parse_picture(picture.unwrap_or(ISO))?;
    let moment = Moment::new(millis + offset.millis());
    let mut out = Building::default();
    for part in &parts {
        heap.budget.charge(1)?;
        match part {
            Part::Literal(text) => out.push(heap, text)?,
            Part::Marker(marker) => {
                write_marker(heap, marker, moment, &offset, &mut out)?
            }
        }
    }
    Ok(out)
}

fn write_marker(
    heap: &mut Heap,
    marker: &Marker,
    moment: Moment,
    offset: &Offset,
    out: &mut Building,
) -> Result<()> {
    let component = moment.component(marker.component);
    match (marker.component, component) {
        ('Z' | 'z', _) => write_zone(heap, marker, offset, out),
        ('P', Component::Noon { after }) => {
            let lower = if after { "pm" } else { "am" };
            let upper = if after { "PM" } else { "AM" };
            let shown = if marker.names == Some(Case::Upper) { upper } else { lower };
            out.push(heap, shown.as_bytes())
        }
        (_, Component::Iso) => out.push(heap, b"ISO"),
        (letter, Component::Number(number)) => match (&marker.integer, marker.names) {
            (Some(format), None) => {
                let number = match marker.year_digits {
                    Some(digits) if letter == 'Y' => {
                        remainder(number, power(10.0, digits))
                    }
                    _ => number,
                };
                write_integer(heap, number, format, out)
            }
            (_, Some(case)) if letter != 'f' => {
                let name = named(marker, number, case)?;
                out.push(heap, name.as_bytes())
            }
            _ => Err(fault("this component of a date has no name")),
        },
        // JavaScript writes out that there is nothing.
        _ => out.push(heap, b"undefined"),
    }
}

fn named(marker: &Marker, number: f64, case: Case) -> Result<String> {
    let names: &[&str] = match marker.component {
        'M' | 'x' => &MONTHS,
        'F' => &DAYS,
        letter => {
            let mut component = Wtf8Buf::default();
            component.push_code_point(u32::from(letter));
            return Err(Error::from(ErrorKind::NameModifier { component }));
        }
    };
    let name = if number.is_nan() {
        None
    } else {
        names.get(index(saturate(number - 1.0))).copied()
    };
    let Some(name) = name else {
        return if case == Case::Title && !marker.has_width {
            Ok(String::from("undefined"))
        } else {
            Err(fault("a time that does not exist has no names"))
        };
    };
    let mut shown = match case {
        Case::Upper => name.to_ascii_uppercase(),
        Case::Lower => name.to_ascii_lowercase(),
        Case::Title => String::from(name),
    };
    if let Some(most) = marker.most
        && f64::from(crate::value::length(shown.len())) > most
    {
        shown.truncate(index(saturate(most)));
    }
    Ok(shown)
}

fn write_zone(
    heap: &mut Heap,
    marker: &Marker,
    offset: &Offset,
    out: &mut Building,
) -> Result<()> {
    let Some(format) = &marker.integer else {
        return Err(fault("the zone of a picture has no format"));
    };
    let number = offset.as_number();
    let mut shown = Building::default();
    let decimal = format.decimal();
    let regular =
        decimal.is_some_and(|digits| matches!(digits.grouping, Grouping::Regular { .. }));
    match decimal.map(|digits| digits.mandatory) {
        _ if regular => write_integer(heap, number, format, &mut shown)?,
        Some(1.0 | 2.0) => {
            write_integer(heap, offset.hours, format, &mut shown)?;
            if offset.minutes != 0.0 {
                shown.push(heap, b":")?;
                let two_digits = IntegerFormat::parse(b"00")?;
                write_integer(heap, offset.minutes, &two_digits, &mut shown)?;
            }
        }
        Some(3.0 | 4.0) => write_integer(heap, number, format, &mut shown)?,
        _ => return Err(Error::from(ErrorKind::TimezoneTooLong)),
    }
    if number == 0.0 && marker.traditional {
        return out.push(heap, b"Z");
    }
    if marker.component == 'z' {
        out.push(heap, b"GMT")?;
    }
    if number >= 0.0 {
        out.push(heap, b"+")?;
    }
    out.push(heap, shown.bytes())
}
