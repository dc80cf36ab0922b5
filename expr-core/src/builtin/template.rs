//! What `$replace` puts in the place of a match.

use super::coerce::{self, Building, leading, parse_integer, saturate};
use super::scan::{Match, Subject};
use crate::error::Result;
use crate::value::{Heap, Text, Value, format_number, index};

/// What takes the place of a match.
pub(super) enum Replacement {
    /// A text in which `$1` stands for the first group, `$0` for the match and `$$` for a
    /// dollar.
    Template(Text),
    /// What a function says.
    Function(Value),
}

/// Adds a template with its groups filled in.
pub(super) fn fill_in(
    heap: &mut Heap,
    template: &[u8],
    found: &Match,
    subject: &Subject,
    groups: usize,
    out: &mut Building,
) -> Result<()> {
    let mut rest = template;
    while let Some(dollar) = rest.iter().position(|&byte| byte == b'$') {
        heap.budget.charge(1)?;
        out.push(heap, rest.get(..dollar).unwrap_or_default())?;
        rest = rest.get(dollar.saturating_add(1)..).unwrap_or_default();
        let used = match rest.first() {
            Some(b'$') => {
                out.push(heap, b"$")?;
                1
            }
            Some(b'0') => {
                let matched = found.text(heap, subject)?;
                push_value(heap, out, matched)?;
                1
            }
            _ => fill_group(heap, rest, found, subject, groups, out)?,
        };
        rest = rest.get(used..).unwrap_or_default();
    }
    out.push(heap, rest)
}

/// Adds the group whose number the text begins with; gives the length of that number. A
/// dollar without a number stands for itself.
fn fill_group(
    heap: &mut Heap,
    text: &[u8],
    found: &Match,
    subject: &Subject,
    groups: usize,
    out: &mut Building,
) -> Result<usize> {
    let count = found.group_count(heap, groups)?;
    let digits = most_digits(count);
    let mut number = parse_integer(prefix(text, digits));
    if digits > 1 && number > f64::from(count) {
        number = parse_integer(prefix(text, digits.saturating_sub(1)));
    }
    if number.is_nan() {
        out.push(heap, b"$")?;
        return Ok(0);
    }
    if count > 0 && number >= 1.0 {
        match found.group(heap, subject, saturate(number))? {
            Value::Undefined => {}
            group => push_value(heap, out, group)?,
        }
    }
    Ok(format_number(number).len())
}

fn push_value(heap: &mut Heap, out: &mut Building, value: Value) -> Result<()> {
    let text = coerce::string(heap, value)?;
    out.push_text(heap, text)
}

/// How many digits a group's number can have. The reference takes the logarithm, which
/// falls short at 1000; that many groups have a three-digit number there.
fn most_digits(count: u32) -> usize {
    if count == 0 {
        return 1;
    }
    let digits = libm::floor(libm::log(f64::from(count)) * core::f64::consts::LOG10_E);
    index(saturate(digits)).saturating_add(1)
}

/// As many characters as a number may have, as far as they are ASCII: no other begins one.
fn prefix(text: &[u8], characters: usize) -> &[u8] {
    let ascii = leading(text, u8::is_ascii);
    text.get(..ascii.min(characters)).unwrap_or_default()
}
