//! Choices: what is noted when one is made, and how an earlier one is taken up again.

use super::matcher::{Entry, Matcher, Outcome, Progress, State};
use super::memo::Place;
use super::program::{Op, Pc, Run, Scope};
use super::tree::UNBOUNDED;
use crate::budget::Exhausted;

/// Marks the place of a run that has taken its least number of units, which is another
/// place than its beginning.
const SATISFIED: Pc = 1 << 31;

impl Matcher<'_> {
    pub(super) fn choose(
        &mut self,
        here: State,
        scope: u32,
        first: State,
        second: State,
    ) -> Outcome {
        if !self.is_new(here, scope)? {
            return Ok(None);
        }
        self.push(Entry::Choice(second))?;
        Ok(Some(first))
    }

    pub(super) fn count(&mut self, index: u32, here: State) -> Outcome {
        let Some(&entry) = self.program.loops.get(index as usize) else {
            return Ok(None);
        };
        let count = self.progress(index).count;
        if count < entry.min {
            return self.go_round(index, here.at).map(Some);
        }
        let exit = State { pc: entry.exit, at: here.at };
        if count >= entry.max {
            return Ok(Some(exit));
        }
        if self.remembers {
            let count = if entry.is_endless() { entry.min } else { count };
            let context = self.memo.context(0, count, self.budget)?;
            let place = self.place(here, entry.outer, context)?;
            if !self.place_is_new(place, here.at)? {
                return Ok(None);
            }
        }
        if entry.greedy {
            self.push(Entry::Choice(exit))?;
            return self.go_round(index, here.at).map(Some);
        }
        self.push(Entry::GoRound { index, at: here.at })?;
        Ok(Some(exit))
    }

    fn go_round(&mut self, index: u32, at: u32) -> Result<State, Exhausted> {
        let Some(&entry) = self.program.loops.get(index as usize) else {
            return Ok(State { pc: Pc::MAX, at });
        };
        let mut count = self.progress(index).count.saturating_add(1);
        if entry.is_endless() {
            count = count.min(entry.min.saturating_add(1));
        }
        self.set_progress(index, Progress { count, start: at })?;
        Ok(State { pc: entry.head.wrapping_add(1), at })
    }

    pub(super) fn again(&mut self, index: u32, at: u32) -> Option<State> {
        let entry = self.program.loops.get(index as usize)?;
        let Progress { count, start } = self.progress(index);
        let idled = entry.can_idle && count > entry.min && start == at;
        (!idled).then_some(State { pc: entry.head, at })
    }

    /// A quantifier over one unit. It takes all it may at once and notes one choice.
    pub(super) fn run(&mut self, run: Run, here: State) -> Outcome {
        if !self.is_new(here, run.scope)? {
            return Ok(None);
        }
        let satisfied = self.satisfied(run, here)?;
        let Run { min, max, .. } = run;
        let limit = if run.greedy { max } else { min };
        let (mut at, mut least, mut most) = (here.at, None, None);
        let mut taken = 0_u32;
        loop {
            if taken >= min {
                let idle = satisfied.filter(|_| at == here.at).map_or(0, |p| p.idle);
                let place = satisfied.map(|place| Place { idle, ..place });
                if !self.place_is_new(place, at)? {
                    break;
                }
                least = least.or(Some(at));
                most = Some(at);
            }
            if taken >= limit {
                break;
            }
            let Some(after) = self.take(run, at)? else {
                break;
            };
            at = after;
            taken = taken.saturating_add(1);
        }
        let (Some(least), Some(most)) = (least, most) else {
            return Ok(None);
        };
        if !run.greedy {
            self.note_take_more(run, State { at: most, ..here }, taken)?;
        } else if most != least {
            let at = toward(most, least);
            self.push(Entry::GiveBack { pc: here.pc, at, least })?;
        }
        Ok(Some(State { pc: here.pc.wrapping_add(1), at: most }))
    }

    /// Tests one unit for a run; returns the position behind it.
    fn take(&mut self, run: Run, at: u32) -> Result<Option<u32>, Exhausted> {
        self.budget.charge(1)?;
        let (unit, after) = self.unit(at, run.way);
        let passes = unit.is_some_and(|unit| self.program.passes(run.test, unit));
        Ok(passes.then_some(after))
    }

    fn note_take_more(
        &mut self,
        run: Run,
        State { pc, at }: State,
        taken: u32,
    ) -> Result<(), Exhausted> {
        if taken < run.max {
            self.push(Entry::TakeMore { pc, at, taken })?;
        }
        Ok(())
    }

    fn take_more(&mut self, here: State, taken: u32) -> Outcome {
        let run = match self.program.ops.get(here.pc as usize) {
            Some(&Op::Run(run)) => self.program.runs.get(run as usize),
            _ => None,
        };
        let Some(&run) = run else {
            return Ok(None);
        };
        let Some(at) = self.take(run, here.at)? else {
            return Ok(None);
        };
        let here = State { at, ..here };
        let place = self.satisfied(run, here)?;
        if !self.place_is_new(place, at)? {
            return Ok(None);
        }
        self.note_take_more(run, here, taken.saturating_add(1))?;
        Ok(Some(State { pc: here.pc.wrapping_add(1), at }))
    }

    /// Where a run without end is once it has its least number of units: from there on
    /// it does not matter how many it took.
    fn satisfied(&mut self, run: Run, here: State) -> Result<Option<Place>, Exhausted> {
        if !self.remembers || run.max != UNBOUNDED {
            return Ok(None);
        }
        let here = State { pc: here.pc | SATISFIED, ..here };
        self.place(here, run.scope, Some(0))
    }

    /// Begins a lookaround; `next` is its body.
    pub(super) fn look(&mut self, look: u32, next: State) -> Result<State, Exhausted> {
        let height = self.stack.len() as u32;
        if let Some(state) = self.looks.get_mut(look as usize) {
            state.height = height;
        }
        self.push(Entry::LookFailed { look, at: next.at })?;
        Ok(next)
    }

    /// The body of a lookaround has matched. A lookaround is atomic: the choices inside
    /// are given up, but what they did to the registers can still be undone.
    pub(super) fn found(&mut self, look: u32, pc: Pc) -> Outcome {
        let Some(state) = self.looks.get_mut(look as usize) else {
            return Ok(None);
        };
        // The next call may pass the same places and must not find them failed.
        state.generation = 0;
        let height = state.height as usize;
        let above = self.stack.len().saturating_sub(height);
        self.budget.charge(above as u64)?;
        let Some(&Entry::LookFailed { at, .. }) = self.stack.get(height) else {
            return Ok(None);
        };
        if self.program.looks.get(look as usize).is_some_and(|look| look.negative) {
            self.undo_down_to(height);
            return Ok(None);
        }
        let mut kept = height;
        for index in height..self.stack.len() {
            let entry = self.stack.get(index);
            if matches!(entry, Some(Entry::Register { .. } | Entry::Loop { .. })) {
                self.stack.swap(kept, index);
                kept = kept.saturating_add(1);
            }
        }
        self.stack.truncate(kept);
        Ok(Some(State { pc, at }))
    }

    fn undo_down_to(&mut self, height: usize) {
        while self.stack.len() > height {
            if let Some(entry) = self.stack.pop() {
                self.undo(entry);
            }
        }
    }

    /// Undoes what was done since the last choice, and takes that up.
    pub(super) fn backtrack(&mut self) -> Outcome {
        while let Some(entry) = self.stack.pop() {
            let next = match entry {
                Entry::Register { .. } | Entry::Loop { .. } => {
                    self.undo(entry);
                    continue;
                }
                Entry::LookFailed { look, at } => {
                    let look = self.program.looks.get(look as usize);
                    look.filter(|l| l.negative).map(|l| State { pc: l.exit, at })
                }
                Entry::Choice(state) => Some(state),
                Entry::GiveBack { pc, at, least } => {
                    if at != least {
                        let at = toward(at, least);
                        self.push(Entry::GiveBack { pc, at, least })?;
                    }
                    Some(State { pc: pc.wrapping_add(1), at })
                }
                Entry::TakeMore { pc, at, taken } => {
                    self.take_more(State { pc, at }, taken)?
                }
                Entry::GoRound { index, at } => Some(self.go_round(index, at)?),
            };
            self.budget.charge(1)?;
            self.patience = self.patience.saturating_sub(1);
            self.remembers |= self.patience == 0 && self.program.memoizable;
            if next.is_some() {
                return Ok(next);
            }
        }
        Ok(None)
    }

    fn is_new(&mut self, here: State, scope: u32) -> Result<bool, Exhausted> {
        if !self.remembers {
            return Ok(true);
        }
        let place = self.place(here, scope, Some(0))?;
        self.place_is_new(place, here.at)
    }

    fn place_is_new(&mut self, place: Option<Place>, at: u32) -> Result<bool, Exhausted> {
        match place {
            Some(place) => self.memo.is_new(place, at, self.budget),
            None => Ok(true),
        }
    }

    /// The place together with the loops and the lookaround that it is in. Enclosing
    /// loops matter by their count, and by whether the iteration has consumed anything
    /// yet. The latter is one number for all of them: where an inner loop has consumed
    /// something, so have those around it. `None` if the memo has no room.
    fn place(
        &mut self,
        here: State,
        mut scope: u32,
        mut context: Option<u32>,
    ) -> Result<Option<Place>, Exhausted> {
        let (mut idle, mut has_moved) = (0_u32, false);
        while let (Some(outer), Some(&around)) =
            (context, self.program.scopes.get(scope as usize))
        {
            match around {
                Scope::Pattern => break,
                Scope::Look(look) => {
                    let generation = self.generation(look);
                    context = self.memo.context(outer, generation, self.budget)?;
                    break;
                }
                Scope::Loop(index) => {
                    self.budget.charge(1)?;
                    let Some(&entry) = self.program.loops.get(index as usize) else {
                        break;
                    };
                    let Progress { count, start } = self.progress(index);
                    if entry.counted {
                        context = self.memo.context(outer, count, self.budget)?;
                    }
                    has_moved |= entry.can_idle && start != here.at;
                    idle = idle.saturating_add(u32::from(entry.can_idle && !has_moved));
                    scope = entry.outer;
                }
            }
        }
        Ok(context.map(|context| Place { pc: here.pc, context, idle }))
    }

    /// Calls of a lookaround that fail share their failures; a call that succeeds keeps
    /// its own to itself, since its places have not failed.
    fn generation(&mut self, look: u32) -> u32 {
        let Some(state) = self.looks.get_mut(look as usize) else {
            return 0;
        };
        if state.generation == 0 {
            self.generations = self.generations.saturating_add(1);
            state.generation = self.generations;
        }
        state.generation
    }
}

/// One position nearer to `least`, from either side.
fn toward(at: u32, least: u32) -> u32 {
    if at > least { at.wrapping_sub(1) } else { at.wrapping_add(1) }
}
