//! [`Program`] × text → captures: a backtracking matcher with a stack of its own.
//!
//! What is charged, in terms of the pattern (docs/steps.md):
//! - one step for each position where a match is tried;
//! - one for each unit, class, dot or assertion tested, one for each beginning and end
//!   of a group, and for a back reference one, and one more for each equal unit;
//! - for each alternative but the last, one when it is entered and one when it is left;
//! - for a quantifier over a single unit, one and one for each unit tested;
//! - for any other quantifier, one for each decision whether to go on, and one at the
//!   end of each iteration of `*`; where an iteration can be empty, one at its beginning
//!   and one at its end; for `{n,m}`, and for `+` where an iteration can be empty, one
//!   on entering and one at the end of each iteration instead;
//! - for each iteration with groups inside, one, and one for each group to forget;
//! - for a lookaround, one on entering and one when its body matches, and then one for
//!   each choice and register that the body has left noted;
//! - one for each earlier choice that is taken up again, and for each lookaround whose
//!   body fails.
//!
//! Past [`Patience`], a choice is looked up among those that failed; that is charged one
//! step for each enclosing loop which has to be told apart. A place that was visited
//! before charges nothing further, and this is what makes `(a+)+$` linear.
//!
//! Bytes: the registers, the stack at its highest, and the memo.

use alloc::vec::Vec;

use super::memo::Memo;
use super::program::{First, Op, Pc, Program, Test, Way};
use crate::budget::{Budget, Exhausted};
use crate::unicode;

/// A register that holds no position.
pub(super) const UNSET: u32 = u32::MAX;
const ENTRY_BYTES: u64 = 16;
const REGISTER_BYTES: u64 = 8;

/// How many choices may be taken up again before the matcher remembers where it failed.
///
/// Most searches end sooner and need no memory at all. Each position that is tried adds
/// to it, so that a long search which fails quickly everywhere stays as it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    pub(super) at_first: u64,
    pub(super) each_start: u64,
}

/// How far the matcher has come.
#[derive(Clone, Copy)]
pub(super) struct State {
    pub(super) pc: Pc,
    pub(super) at: u32,
}

/// What to do when matching fails, the latest entry first.
#[derive(Clone, Copy)]
pub(super) enum Entry {
    /// Go on here instead.
    Choice(State),
    /// A greedy run gives back one unit, until it is at `least`.
    GiveBack { pc: Pc, at: u32, least: u32 },
    /// A lazy run takes one unit more.
    TakeMore { pc: Pc, at: u32, taken: u32 },
    /// A lazy counted loop goes round once more.
    GoRound { index: u32, at: u32 },
    /// The body of a lookaround has no match.
    LookFailed { look: u32, at: u32 },
    /// Put a register back.
    Register { index: u32, old: u32 },
    /// Put a loop's registers back.
    Loop { index: u32, old: Progress },
}

/// The registers of a loop.
#[derive(Clone, Copy)]
pub(super) struct Progress {
    pub(super) count: u32,
    /// Where the iteration began.
    pub(super) start: u32,
}

#[derive(Clone, Copy, Default)]
pub(super) struct LookState {
    /// The height of the stack when it was entered.
    pub(super) height: u32,
    /// Numbers the calls whose failures can be shared; 0 before the first.
    pub(super) generation: u32,
}

/// What it takes to try a match where none opens.
#[derive(Clone, Copy)]
struct Failure {
    steps: u64,
    /// How many choices are taken up again.
    choices: u64,
}

pub(super) struct Matcher<'m> {
    pub(super) program: &'m Program,
    text: &'m [u16],
    pub(super) budget: &'m mut Budget,
    registers: Vec<u32>,
    loops: Vec<Progress>,
    pub(super) looks: Vec<LookState>,
    pub(super) stack: Vec<Entry>,
    /// The height of the stack that was charged so far.
    charged_height: usize,
    /// The choices that may still be taken up again before the memo is used.
    pub(super) patience: u64,
    each_start: u64,
    /// Set when patience has ended, and never unset.
    pub(super) remembers: bool,
    pub(super) memo: Memo,
    pub(super) generations: u32,
}

/// The next state, or `None` where the pattern does not match on.
pub(super) type Outcome = Result<Option<State>, Exhausted>;

impl<'m> Matcher<'m> {
    pub(super) fn new(
        program: &'m Program,
        text: &'m [u16],
        patience: Patience,
        budget: &'m mut Budget,
    ) -> Result<Self, Exhausted> {
        let registers = (program.groups as usize).saturating_add(1).saturating_mul(2);
        let others = program.loops.len().saturating_add(program.looks.len());
        let charged = (registers / 2).saturating_add(others) as u64;
        budget.allocate(charged.saturating_mul(REGISTER_BYTES))?;
        if u32::try_from(text.len()).is_err() {
            // Positions have 32 bits: such a text is past every memory that is meant.
            budget.allocate(u64::MAX)?;
        }
        Ok(Matcher {
            program,
            text,
            budget,
            registers: alloc::vec![UNSET; registers],
            loops: alloc::vec![Progress { count: 0, start: UNSET }; program.loops.len()],
            looks: alloc::vec![LookState::default(); program.looks.len()],
            stack: Vec::new(),
            charged_height: 0,
            patience: patience.at_first,
            each_start: patience.each_start,
            remembers: program.memoizable && patience.at_first == 0,
            memo: Memo::default(),
            generations: 0,
        })
    }

    /// The registers of the leftmost match at `start` or after it.
    pub(super) fn find(mut self, start: usize) -> Result<Option<Vec<u32>>, Exhausted> {
        let (mut start, mut failure) = (start, None);
        while start <= self.text.len() {
            match self.program.first {
                First::TextStart if start > 0 => return Ok(None),
                First::Unit { test, steps } => {
                    let (skipped, found) = self.skip(start, test, steps)?;
                    if !found {
                        return Ok(None);
                    }
                    start = start.saturating_add(skipped);
                }
                _ => {}
            }
            if let Some(failure) = failure {
                start = start.saturating_add(self.skip_failures(start, failure)?);
            }
            let (left, patience) = (self.budget.steps_left(), self.patience);
            if let Some(end) = self.match_at(start as u32)? {
                self.set(0, start as u32);
                self.set(1, end);
                return Ok(Some(self.registers));
            }
            if failure.is_none()
                && self.text.get(start).is_some_and(|it| !self.opens(*it))
            {
                failure = Some(Failure {
                    steps: left.saturating_sub(self.budget.steps_left()),
                    choices: patience.saturating_sub(self.patience),
                });
            }
            start = start.saturating_add(1);
            self.patience = self.patience.saturating_add(self.each_start);
        }
        Ok(None)
    }

    /// Whether a match may begin with a unit.
    fn opens(&self, unit: u16) -> bool {
        let openings = &self.program.openings;
        openings.is_empty()
            || openings.iter().any(|&test| self.program.passes(test, unit))
    }

    /// Passes over positions where no match opens, and does and charges what trying to
    /// match there would have.
    fn skip_failures(
        &mut self,
        start: usize,
        Failure { steps, choices }: Failure,
    ) -> Result<usize, Exhausted> {
        let Some(patience) = self.each_start.checked_sub(choices) else { return Ok(0) };
        if self.remembers || self.patience <= choices {
            return Ok(0);
        }
        let rest = self.text.get(start..).unwrap_or_default();
        let found = rest.iter().position(|&unit| self.opens(unit));
        let skipped = found.unwrap_or(rest.len());
        let tried = skipped as u64;
        self.budget.charge(tried.saturating_mul(steps))?;
        self.patience = self.patience.saturating_add(tried.saturating_mul(patience));
        Ok(skipped)
    }

    /// Passes over positions where the first test fails, and charges what trying to
    /// match there would have.
    fn skip(
        &mut self,
        start: usize,
        test: Test,
        steps: u32,
    ) -> Result<(usize, bool), Exhausted> {
        let rest = self.text.get(start..).unwrap_or_default();
        let found = rest.iter().position(|&unit| self.program.passes(test, unit));
        let skipped = found.unwrap_or(rest.len());
        let tried = skipped.saturating_add(usize::from(found.is_none())) as u64;
        self.budget.charge(tried.saturating_mul(u64::from(steps)))?;
        Ok((skipped, found.is_some()))
    }

    fn match_at(&mut self, start: u32) -> Result<Option<u32>, Exhausted> {
        self.budget.charge(1)?;
        let mut state = State { pc: 0, at: start };
        loop {
            let Some(&op) = self.program.ops.get(state.pc as usize) else {
                return Ok(None);
            };
            if let Op::Accept = op {
                return Ok(Some(state.at));
            }
            let next = match self.step(op, state)? {
                Some(next) => Some(next),
                None => self.backtrack()?,
            };
            let Some(next) = next else {
                return Ok(None);
            };
            state = next;
        }
    }

    fn step(&mut self, op: Op, state: State) -> Outcome {
        self.budget.charge(1)?;
        let State { pc, at } = state;
        let next = State { pc: pc.wrapping_add(1), at };
        let passes = |holds: bool| Ok(holds.then_some(next));
        match op {
            Op::Test { test, way } => {
                let (unit, at) = self.unit(at, way);
                let passes = unit.is_some_and(|unit| self.program.passes(test, unit));
                Ok(passes.then_some(State { at, ..next }))
            }
            Op::Run(index) => match self.program.runs.get(index as usize) {
                Some(&run) => self.run(run, state),
                None => Ok(None),
            },
            Op::Start { multiline } => passes(self.at_start(at, multiline)),
            Op::End { multiline } => passes(self.at_end(at, multiline)),
            Op::Boundary { negated } => passes(self.at_boundary(at) != negated),
            Op::BackReference { group, way } => self.back_reference(group, way, next),
            Op::Save(index) => {
                self.save(index, at)?;
                Ok(Some(next))
            }
            Op::Forget { from, to } => {
                self.forget(from, to)?;
                Ok(Some(next))
            }
            Op::Try { target, scope } => {
                self.choose(state, scope, next, State { pc: target, at })
            }
            Op::Prefer { target, scope } => {
                self.choose(state, scope, State { pc: target, at }, next)
            }
            Op::Jump(pc) => Ok(Some(State { pc, at })),
            Op::Mark(index) => {
                self.set_progress(index, Progress { count: 0, start: at })?;
                Ok(Some(next))
            }
            Op::Progress(index) => passes(self.progress(index).start != at),
            Op::Enter(index) => {
                self.set_progress(index, Progress { count: 0, start: UNSET })?;
                Ok(Some(next))
            }
            Op::Count(index) => self.count(index, state),
            Op::Again(index) => Ok(self.again(index, at)),
            Op::Look(look) => self.look(look, next).map(Some),
            Op::Found(look) => self.found(look, next.pc),
            Op::Accept => Ok(Some(state)),
        }
    }

    /// The next unit on the way, and the position behind it.
    #[inline]
    pub(super) fn unit(&self, at: u32, way: Way) -> (Option<u16>, u32) {
        let (index, after) = match way {
            Way::Forward => (at, at.wrapping_add(1)),
            Way::Backward => (at.wrapping_sub(1), at.wrapping_sub(1)),
        };
        (self.text.get(index as usize).copied(), after)
    }

    fn at_start(&self, at: u32, multiline: bool) -> bool {
        match self.unit(at, Way::Backward).0 {
            Some(unit) => multiline && unicode::is_line_end(unit),
            None => true,
        }
    }

    fn at_end(&self, at: u32, multiline: bool) -> bool {
        match self.unit(at, Way::Forward).0 {
            Some(unit) => multiline && unicode::is_line_end(unit),
            None => true,
        }
    }

    fn at_boundary(&self, at: u32) -> bool {
        let is_word = |way| self.unit(at, way).0.is_some_and(unicode::is_word);
        is_word(Way::Backward) != is_word(Way::Forward)
    }

    /// A group that has not matched refers to the empty text.
    fn back_reference(&mut self, group: u32, way: Way, next: State) -> Outcome {
        let start = group.wrapping_mul(2);
        let (start, end) = (self.get(start), self.get(start.wrapping_add(1)));
        if start == UNSET || end == UNSET {
            return Ok(Some(next));
        }
        let len = end.saturating_sub(start);
        let from = match way {
            Way::Forward => Some(next.at),
            Way::Backward => next.at.checked_sub(len),
        };
        let (text, folds) = (self.text, self.program.ignore_case);
        let part = |from: u32| {
            text.get(from as usize..from.saturating_add(len) as usize).unwrap_or_default()
        };
        let (Some(from), expected) = (from, part(start)) else {
            return Ok(None);
        };
        let same = |(&a, &b): (&u16, &u16)| {
            a == b || folds && unicode::canonicalize(a) == unicode::canonicalize(b)
        };
        let found = part(from);
        let equal = found.iter().zip(expected).take_while(|&pair| same(pair)).count();
        self.budget.charge(equal as u64)?;
        let matches = found.len() == len as usize && equal == len as usize;
        let end = match way {
            Way::Forward => from.saturating_add(len),
            Way::Backward => from,
        };
        Ok(matches.then_some(State { at: end, ..next }))
    }

    pub(super) fn get(&self, index: u32) -> u32 {
        self.registers.get(index as usize).copied().unwrap_or(UNSET)
    }

    pub(super) fn set(&mut self, index: u32, value: u32) {
        if let Some(register) = self.registers.get_mut(index as usize) {
            *register = value;
        }
    }

    /// Sets a register so that backtracking puts it back.
    fn save(&mut self, index: u32, value: u32) -> Result<(), Exhausted> {
        let old = self.get(index);
        self.set(index, value);
        self.push(Entry::Register { index, old })
    }

    fn forget(&mut self, from: u32, to: u32) -> Result<(), Exhausted> {
        self.budget.charge(u64::from(to.saturating_sub(from)))?;
        for index in from.saturating_mul(2)..to.saturating_mul(2) {
            if self.get(index) != UNSET {
                self.save(index, UNSET)?;
            }
        }
        Ok(())
    }

    pub(super) fn progress(&self, index: u32) -> Progress {
        let idle = Progress { count: 0, start: UNSET };
        self.loops.get(index as usize).copied().unwrap_or(idle)
    }

    pub(super) fn set_progress(
        &mut self,
        index: u32,
        progress: Progress,
    ) -> Result<(), Exhausted> {
        let Some(current) = self.loops.get_mut(index as usize) else {
            return Ok(());
        };
        let old = core::mem::replace(current, progress);
        self.push(Entry::Loop { index, old })
    }

    pub(super) fn push(&mut self, entry: Entry) -> Result<(), Exhausted> {
        if self.stack.len() == self.charged_height {
            self.budget.allocate(ENTRY_BYTES)?;
            self.charged_height = self.charged_height.saturating_add(1);
        }
        self.stack.push(entry);
        Ok(())
    }

    /// Takes back what an entry notes; a choice that is given up leaves nothing.
    pub(super) fn undo(&mut self, entry: Entry) {
        match entry {
            Entry::Register { index, old } => self.set(index, old),
            Entry::Loop { index, old } => {
                if let Some(progress) = self.loops.get_mut(index as usize) {
                    *progress = old;
                }
            }
            _ => {}
        }
    }
}
