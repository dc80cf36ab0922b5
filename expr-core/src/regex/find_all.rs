//! All matches of a pattern, for tools that compare the matcher with another.

use alloc::vec::Vec;

use super::matcher::Patience;
use super::{Flags, PATIENCE, Regex};
use crate::budget::{Budget, Limits};

/// Start and end of the whole match and of each group, in UTF-16 units; `None` for a group
/// that took no part.
pub type Ranges = Vec<Option<(usize, usize)>>;

/// Finds the first `most` matches of `pattern` in `text`, under the default limits; a
/// search goes on one unit behind an empty match.
///
/// `letters` are flags, of `i` and `m`. A `patient` matcher remembers where it failed in
/// long searches only, as an evaluation's does, another from its first choice on: which
/// of them it is must make no difference.
///
/// An error says why the text is no pattern; `Ok(None)` says that the budget was spent.
pub fn find_all(
    pattern: &[u16],
    letters: &str,
    text: &[u16],
    most: usize,
    patient: bool,
) -> Result<Option<Vec<Ranges>>, &'static str> {
    let flags =
        Flags { ignore_case: letters.contains('i'), multiline: letters.contains('m') };
    let regex = Regex::compile(pattern, flags).map_err(|error| error.message)?;
    let patience =
        if patient { PATIENCE } else { Patience { at_first: 0, each_start: 0 } };
    let mut budget = Budget::new(Limits::default());
    let (mut start, mut found) = (0_usize, Vec::new());
    while found.len() < most {
        let captures = match regex.find_with(patience, text, start, &mut budget) {
            Ok(Some(captures)) => captures,
            Ok(None) => break,
            Err(_) => return Ok(None),
        };
        let groups = 0..=regex.capture_count();
        found.push(groups.map(|group| captures.get(group)).collect());
        let (from, to) = captures.get(0).unwrap_or_default();
        start = to.saturating_add(usize::from(from == to));
    }
    Ok(Some(found))
}
