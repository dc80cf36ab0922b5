//! Regular expressions as JavaScript has them, on UTF-16 text.
//!
//! Pattern → `Tree` → `Program` → captures. The engine is our own because
//! the language means `RegExp`'s behaviour to the letter, and because a matcher that
//! cannot be stopped would break the promise that every evaluation ends: each step is
//! charged to the [`Budget`], memory is charged and bounded, and nothing here recurses.
//!
//! Patterns have ECMAScript's syntax without the flag u, with Annex B, and are refused
//! exactly where V8 refuses them. Text is a row of UTF-16 units: a surrogate pair is two.
//! Without back references a search takes polynomial time (see `memo`); with them the
//! budget ends what takes too long. Compiling charges nothing: it takes linear time and
//! some 40 bytes for each unit of the pattern, so a limit on the source is one on it.

mod choice;
mod emit;
mod escape;
#[cfg(feature = "reference")]
mod find_all;
mod matcher;
mod memo;
mod parse;
mod program;
mod set;
#[cfg(test)]
mod tests;
mod tree;

#[cfg(feature = "reference")]
pub use find_all::{Ranges, find_all};

use alloc::vec::Vec;

use self::matcher::{Matcher, Patience, UNSET};
use self::program::Program;
use crate::budget::{Budget, Exhausted};

/// A compiled pattern: immutable, and of a size in proportion to the pattern.
#[derive(Debug)]
pub(crate) struct Regex {
    program: Program,
    nested: bool,
}

/// The flags that change what a pattern means.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Flags {
    /// `i`
    pub(crate) ignore_case: bool,
    /// `m`
    pub(crate) multiline: bool,
}

/// Why a text is no pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct SyntaxError {
    pub(crate) message: &'static str,
    /// Where, in UTF-16 units of the pattern.
    pub(crate) offset: u32,
}

/// Where a match and its groups are, in UTF-16 units of the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Captures {
    registers: Vec<u32>,
}

/// Long enough that ordinary searches never use the memo.
const PATIENCE: Patience = Patience { at_first: 1024, each_start: 8 };

impl Regex {
    pub(crate) fn compile(pattern: &[u16], flags: Flags) -> Result<Regex, SyntaxError> {
        let tree = parse::parse(pattern, flags.ignore_case)?;
        let nested = tree.has_nested_quantifiers();
        let program = emit::emit(tree, flags.ignore_case, flags.multiline);
        Ok(Regex { program, nested })
    }

    /// Whether it repeats what can itself take one text in several ways.
    pub(crate) fn has_nested_quantifiers(&self) -> bool {
        self.nested
    }

    /// The number of capturing groups, the whole match not counted.
    pub(crate) fn capture_count(&self) -> usize {
        self.program.groups as usize
    }

    /// The leftmost match that begins at `start` or after it; `^` and lookbehinds see
    /// the text before `start` too, as in a search that continues.
    pub(crate) fn find_at(
        &self,
        text: &[u16],
        start: usize,
        budget: &mut Budget,
    ) -> Result<Option<Captures>, Exhausted> {
        self.find_with(PATIENCE, text, start, budget)
    }

    fn find_with(
        &self,
        patience: Patience,
        text: &[u16],
        start: usize,
        budget: &mut Budget,
    ) -> Result<Option<Captures>, Exhausted> {
        let found = Matcher::new(&self.program, text, patience, budget)?.find(start)?;
        Ok(found.map(|registers| Captures { registers }))
    }
}

impl Captures {
    /// Start and end of a group, or `None` if it did not take part; 0 is the whole match.
    pub(crate) fn get(&self, group: usize) -> Option<(usize, usize)> {
        let at = group.checked_mul(2)?;
        let start = *self.registers.get(at)?;
        let end = *self.registers.get(at.checked_add(1)?)?;
        let is_set = start != UNSET && end != UNSET;
        is_set.then_some((start as usize, end as usize))
    }
}
