//! Pictures of dates, such as `[Y0001]-[M01]-[D01]` or `[FNn], [D1o] [MNn] [Y]`.

use crate::builtin::coerce::is_space;
use crate::builtin::integer_picture::{Case, IntegerFormat, parse_width};
use crate::error::{Error, ErrorKind, Result};
use crate::text::{Wtf8, Wtf8Buf, push_text};
use alloc::vec::Vec;

/// A piece of a picture.
#[derive(Debug)]
pub(super) enum Part {
    /// Text that stands for itself.
    Literal(Vec<u8>),
    /// A component of the date.
    Marker(Marker),
}

/// A component of the date and how it is written.
#[derive(Debug)]
pub(super) struct Marker {
    /// Its letter.
    pub(super) component: char,
    /// Written as a name, in this case.
    pub(super) names: Option<Case>,
    /// Written as an integer.
    pub(super) integer: Option<IntegerFormat>,
    /// The zone: `t`, so that UTC is `Z`.
    pub(super) traditional: bool,
    /// Whether there is a comma with a width after it.
    pub(super) has_width: bool,
    /// The most characters of a name.
    pub(super) most: Option<f64>,
    /// The year: how many of its last digits are shown.
    pub(super) year_digits: Option<f64>,
}

/// The pieces of a picture.
pub(super) fn parse_picture(picture: &[u8]) -> Result<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    let mut rest = picture;
    while let Some(open) = rest.iter().position(|&byte| byte == b'[') {
        push_literal(&mut parts, rest.get(..open).unwrap_or_default());
        let after = rest.get(open.saturating_add(1)..).unwrap_or_default();
        if after.first() == Some(&b'[') {
            parts.push(Part::Literal(b"[".to_vec()));
            rest = after.get(1..).unwrap_or_default();
            continue;
        }
        let Some(close) = after.iter().position(|&byte| byte == b']') else {
            return Err(Error::from(ErrorKind::UnclosedMarker));
        };
        let marker = Marker::parse(after.get(..close).unwrap_or_default())?;
        if is_numeric(marker.component)
            && marker.names.is_none()
            && let Some(Part::Marker(Marker { integer: Some(before), .. })) =
                parts.last_mut()
        {
            // Two numbers without anything in between can only be told apart by width.
            before.width = before.decimal().map(|decimal| decimal.mandatory);
        }
        parts.push(Part::Marker(marker));
        rest = after.get(close.saturating_add(1)..).unwrap_or_default();
    }
    push_literal(&mut parts, rest);
    Ok(parts)
}

/// A doubled `]` stands for one.
fn push_literal(parts: &mut Vec<Part>, text: &[u8]) {
    if text.is_empty() {
        return;
    }
    let mut literal = Vec::new();
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        literal.push(byte);
        rest = match rest {
            [b']', b']', tail @ ..] => tail,
            _ => tail,
        };
    }
    parts.push(Part::Literal(literal));
}

/// Whether a component is written as an integer unless it is named.
fn is_numeric(component: char) -> bool {
    u8::try_from(component).is_ok_and(|letter| b"YMDdFWwXxHhmsf".contains(&letter))
}

/// How a component is written when the picture says nothing more.
fn default_presentation(component: char) -> Option<&'static str> {
    Some(match component {
        'Y' | 'M' | 'D' | 'd' | 'W' | 'w' | 'X' | 'x' | 'H' | 'h' | 'f' => "1",
        'F' | 'P' | 'C' | 'E' => "n",
        'm' | 's' => "01",
        'Z' | 'z' => "01:01",
        _ => return None,
    })
}

impl Marker {
    fn parse(text: &[u8]) -> Result<Marker> {
        let mut units = Wtf8::new(text).to_units();
        // No space is a surrogate.
        units.retain(|&unit| !is_space(u32::from(unit)));
        // A lone surrogate is no letter of any component.
        let component = units.first().and_then(|&unit| char::from_u32(u32::from(unit)));
        let component = component.unwrap_or('\u{FFFD}');
        let comma = units.iter().rposition(|&unit| unit == u16::from(b','));
        let (least, most) = match comma {
            None => (None, None),
            Some(at) => widths(units.get(at.saturating_add(1)..).unwrap_or_default()),
        };
        let presentation = match comma {
            // JavaScript's `substring(1, 0)` is `substring(0, 1)`.
            Some(0) => units.get(..1),
            Some(at) => units.get(1..at),
            None => units.get(1..),
        };
        let presentation = presentation.unwrap_or_default();
        let (presentation, modifier) = match presentation {
            [] => (None, None),
            [first @ .., last] if !first.is_empty() && is_modifier(*last) => {
                (Some(first), Some(*last))
            }
            all => (Some(all), None),
        };
        let mut presentation = match presentation {
            Some(units) => Wtf8Buf::from_units(units).into_bytes(),
            None => match default_presentation(component).filter(|_| !units.is_empty()) {
                Some(default) => default.as_bytes().to_vec(),
                None => {
                    let lead = units.first().map_or(&[][..], core::slice::from_ref);
                    let component = Wtf8Buf::from_units(lead);
                    return Err(Error::from(ErrorKind::UnknownComponent { component }));
                }
            },
        };
        let zone = matches!(component, 'Z' | 'z');
        let names = match presentation.as_slice() {
            [b'n', ..] => Some(Case::Lower),
            [b'N', b'n', ..] => Some(Case::Title),
            [b'N', ..] => Some(Case::Upper),
            _ => None,
        };
        let mut integer = None;
        let mut year_digits = None;
        if names.is_none() && is_numeric(component) {
            if let Some(modifier) = modifier {
                presentation.push(b';');
                push_text(
                    &mut presentation,
                    &Wtf8Buf::from_units(&[modifier]).into_bytes(),
                );
            }
            let mut format = IntegerFormat::parse(&presentation)?;
            if let (Some(decimal), Some(least)) = (format.decimal_mut(), least)
                && decimal.mandatory < least
            {
                decimal.mandatory = least;
            }
            if component == 'Y' {
                year_digits = shown_digits(&mut format, most);
            }
            integer = Some(format);
        }
        if zone {
            integer = Some(IntegerFormat::parse(&presentation)?);
        }
        let traditional = modifier == Some(u16::from(b't'));
        let has_width = comma.is_some();
        Ok(Marker {
            component,
            names,
            integer,
            traditional,
            has_width,
            most,
            year_digits,
        })
    }
}

fn is_modifier(unit: u16) -> bool {
    b"atco".iter().any(|&letter| u16::from(letter) == unit)
}

/// The least and the most characters, as in `2-4`.
fn widths(units: &[u16]) -> (Option<f64>, Option<f64>) {
    let width = |units: &[u16]| parse_width(&Wtf8Buf::from_units(units).into_bytes());
    match units.iter().position(|&unit| unit == u16::from(b'-')) {
        None => (width(units), None),
        Some(at) => {
            let (least, most) = units.split_at_checked(at).unwrap_or((units, &[]));
            (width(least), width(most.get(1..).unwrap_or_default()))
        }
    }
}

/// How many digits of the year are shown: the greatest width, or as many as the picture
/// has when those are two or more.
fn shown_digits(format: &mut IntegerFormat, most: Option<f64>) -> Option<f64> {
    let decimal = format.decimal_mut();
    match (most, decimal) {
        (Some(most), decimal) => {
            if let Some(decimal) = decimal {
                decimal.mandatory = most;
            }
            Some(most)
        }
        (None, Some(decimal)) => {
            let digits = decimal.mandatory + decimal.optional;
            (digits >= 2.0).then_some(digits)
        }
        (None, None) => None,
    }
}
