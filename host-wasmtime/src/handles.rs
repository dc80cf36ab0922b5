//! Which programs an instance has compiled, and when it may forget them.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use crate::program::Program;

/// One less than the module keeps, so that this table gives up the one that was used longest
/// ago before the module has to give up one: what it remembers is there.
const CAPACITY: usize = 1023;

/// Below this many nothing is looked through for programs that nobody has any more.
const FEW: usize = 64;

/// Handles by the number of their program.
pub(crate) struct Handles {
    known: BTreeMap<u64, Known>,
    /// Counts uses, which orders handles by how recently they were used.
    clock: u64,
    /// With so many the table is looked through: twice what was left the last time, so
    /// that looking costs little for each program.
    sweep_at: usize,
}

struct Known {
    handle: u32,
    used: u64,
    program: Weak<Program>,
}

impl Default for Handles {
    fn default() -> Self {
        Handles { known: BTreeMap::new(), clock: 0, sweep_at: FEW }
    }
}

impl Handles {
    /// The handle of a program, marked as used now.
    pub(crate) fn find(&mut self, program: &Program) -> Option<u32> {
        let used = self.tick();
        let known = self.known.get_mut(&program.number)?;
        known.used = used;
        Some(known.handle)
    }

    /// Remembers that `program` is behind `handle`. What is returned is to be released:
    /// handles of programs that were dropped, or the one that was used longest ago.
    pub(crate) fn remember(&mut self, program: &Arc<Program>, handle: u32) -> Vec<u32> {
        let released = self.make_room();
        let (used, weak) = (self.tick(), Arc::downgrade(program));
        self.known.insert(program.number, Known { handle, used, program: weak });
        released
    }

    fn make_room(&mut self) -> Vec<u32> {
        if self.known.len() < self.sweep_at {
            return Vec::new();
        }
        let mut released: Vec<u32> = self
            .known
            .extract_if(.., |_, known| known.program.strong_count() == 0)
            .map(|(_, known)| known.handle)
            .collect();
        if self.known.len() >= CAPACITY {
            let oldest = self.known.iter().min_by_key(|(_, known)| known.used);
            let oldest = oldest.map(|(number, _)| *number);
            released
                .extend(oldest.and_then(|it| self.known.remove(&it)).map(|it| it.handle));
        }
        self.sweep_at = self.known.len().saturating_mul(2).clamp(FEW, CAPACITY);
        released
    }

    fn tick(&mut self) -> u64 {
        self.clock = self.clock.saturating_add(1);
        self.clock
    }
}

#[cfg(test)]
mod tests {
    // These reach past the public interface because a handle that is kept too long shows
    // outside as memory alone.
    use super::*;
    use crate::{Estimate, Json, Most, Profile};

    fn program() -> Arc<Program> {
        let estimate = Estimate { min: 0, max: Most::Steps(0) };
        let parts = (Vec::new(), Json::from_text(""), estimate);
        Arc::new(Program::new(Arc::default(), Profile::Workflow, parts))
    }

    #[test]
    fn handles_of_dropped_programs_are_released() {
        let mut handles = Handles::default();
        let kept = program();
        let mut released = handles.remember(&kept, 0);
        for handle in 1..10_000 {
            released.extend(handles.remember(&program(), handle));
            assert!(handles.known.len() <= FEW);
        }
        assert_eq!(handles.find(&kept), Some(0));
        assert_eq!(released.len() + handles.known.len(), 10_000);
    }

    #[test]
    fn of_too_many_programs_the_one_used_longest_ago_is_released() {
        let mut handles = Handles::default();
        let programs: Vec<_> = (0..CAPACITY).map(|_| program()).collect();
        for (program, handle) in programs.iter().zip(0..) {
            assert!(handles.remember(program, handle).is_empty());
        }
        handles.find(&programs[0]);
        let last = program();
        assert_eq!(handles.remember(&last, 5000), [1]);
        assert_eq!(handles.find(&programs[0]), Some(0));
        assert_eq!(handles.find(&programs[1]), None);
        assert_eq!(handles.known.len(), CAPACITY);
    }
}
