//! The only place that counts: steps and bytes spent, and when to stop.
//!
//! A step is a notion of the language, not of the machine (docs/steps.md), and bytes come
//! from a fixed table, so every host stops at the same place with the same error.

use alloc::boxed::Box;

/// What an evaluation may use up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Steps: nodes evaluated, items visited, units of text, regex choices.
    pub steps: u64,
    /// Bytes of values built, by the table in docs/steps.md.
    pub bytes: u64,
    /// Nested lambda calls.
    pub depth: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { steps: 5_000_000, bytes: 20 << 20, depth: 5_000 }
    }
}

/// What an evaluation used up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Spent {
    /// Steps.
    pub steps: u64,
    /// Bytes.
    pub bytes: u64,
}

/// A limit was reached. Boxed, so that a result that may be one is a single word: there is
/// one wherever something is charged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Exhausted(pub(crate) Box<Limit>);

/// The limit that was reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Limit {
    /// [`Limits::steps`], with its value.
    Steps(u64),
    /// [`Limits::bytes`], with its value.
    Bytes(u64),
    /// [`Limits::depth`], with its value.
    Depth(u32),
}

impl From<Limit> for Exhausted {
    #[cold]
    #[inline(never)]
    fn from(limit: Limit) -> Self {
        Exhausted(Box::new(limit))
    }
}

/// Counts down from the limits.
#[derive(Debug)]
pub(crate) struct Budget {
    limits: Limits,
    steps_left: u64,
    bytes_left: u64,
}

impl Budget {
    /// A full budget.
    pub(crate) fn new(limits: Limits) -> Self {
        Budget { limits, steps_left: limits.steps, bytes_left: limits.bytes }
    }

    /// Charges `steps` before the work is done. Inlined even where size counts, since the
    /// evaluator charges every operation.
    #[inline(always)]
    pub(crate) fn charge(&mut self, steps: u64) -> Result<(), Exhausted> {
        match self.steps_left.checked_sub(steps) {
            Some(left) => {
                self.steps_left = left;
                Ok(())
            }
            None => Err(self.out_of_steps()),
        }
    }

    /// Charges `bytes` before they are allocated.
    #[inline]
    pub(crate) fn allocate(&mut self, bytes: u64) -> Result<(), Exhausted> {
        match self.bytes_left.checked_sub(bytes) {
            Some(left) => {
                self.bytes_left = left;
                Ok(())
            }
            None => Err(self.out_of_bytes()),
        }
    }

    /// Fails when `depth` nested lambda calls are more than the limit.
    #[inline]
    pub(crate) fn enter(&self, depth: u32) -> Result<(), Exhausted> {
        if depth > self.limits.depth {
            return Err(Exhausted::from(Limit::Depth(self.limits.depth)));
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn out_of_steps(&mut self) -> Exhausted {
        self.steps_left = 0;
        Exhausted::from(Limit::Steps(self.limits.steps))
    }

    #[cold]
    #[inline(never)]
    fn out_of_bytes(&mut self) -> Exhausted {
        self.bytes_left = 0;
        Exhausted::from(Limit::Bytes(self.limits.bytes))
    }

    /// The steps that may still be taken.
    pub(crate) fn steps_left(&self) -> u64 {
        self.steps_left
    }

    /// What may still be built.
    pub(crate) fn bytes_left(&self) -> u64 {
        self.bytes_left
    }

    /// What was spent so far.
    pub(crate) fn spent(&self) -> Spent {
        Spent {
            steps: self.limits.steps.saturating_sub(self.steps_left),
            bytes: self.limits.bytes.saturating_sub(self.bytes_left),
        }
    }
}
