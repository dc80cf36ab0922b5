//! Compiled expressions: what a host knows of one, and which it keeps.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Estimate, Json, Profile};

/// Longer sources are not kept, so that what is kept has a bound in bytes too.
const LONGEST_KEPT: usize = 16 << 10;

/// Numbers programs, so that each instance knows which it has compiled.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// What is known of a compiled expression, whichever instances have it.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) number: u64,
    /// The request with which it is compiled in another instance.
    pub(crate) request: Arc<[u8]>,
    pub(crate) profile: Profile,
    pub(crate) functions: Vec<String>,
    pub(crate) reads: Json,
    pub(crate) estimate: Estimate,
}

impl Program {
    pub(crate) fn new(
        request: Arc<[u8]>,
        profile: Profile,
        (functions, reads, estimate): (Vec<String>, Json, Estimate),
    ) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Program { number, request, profile, functions, reads, estimate }
    }
}

/// The programs that were asked for last, by source and profile.
pub(crate) struct Programs {
    capacity: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// Counts uses, which orders programs by how recently they were used.
    clock: u64,
    entries: BTreeMap<Arc<[u8]>, Entry>,
}

struct Entry {
    program: Arc<Program>,
    used: u64,
}

impl Programs {
    pub(crate) fn new(capacity: usize) -> Self {
        Programs { capacity, kept: Mutex::default() }
    }

    /// The program that `request` compiles to, if it is kept.
    pub(crate) fn find(&self, request: &[u8]) -> Option<Arc<Program>> {
        let mut kept = self.lock();
        let used = kept.tick();
        let entry = kept.entries.get_mut(request)?;
        entry.used = used;
        Some(Arc::clone(&entry.program))
    }

    /// Keeps a program in place of the one that was used longest ago. Another thread may
    /// have compiled the same meanwhile; then theirs is the one.
    pub(crate) fn keep(&self, program: Program) -> Arc<Program> {
        let program = Arc::new(program);
        if self.capacity == 0 || program.request.len() > LONGEST_KEPT {
            return program;
        }
        let mut kept = self.lock();
        let used = kept.tick();
        if let Some(entry) = kept.entries.get(&program.request) {
            return Arc::clone(&entry.program);
        }
        if kept.entries.len() >= self.capacity {
            kept.drop_oldest();
        }
        let entry = Entry { program: Arc::clone(&program), used };
        kept.entries.insert(Arc::clone(&program.request), entry);
        program
    }

    /// A panic of another thread cannot leave the map half changed.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn tick(&mut self) -> u64 {
        self.clock = self.clock.saturating_add(1);
        self.clock
    }

    fn drop_oldest(&mut self) {
        let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.used);
        if let Some(request) = oldest.map(|(request, _)| Arc::clone(request)) {
            self.entries.remove(&request);
        }
    }
}

#[cfg(test)]
mod tests {
    // These reach past the public interface because which of two equal programs is given
    // cannot be seen from outside.
    use super::*;
    use crate::Most;

    fn program(source: &str) -> Program {
        let estimate = Estimate { min: 0, max: Most::Steps(0) };
        let parts = (Vec::new(), Json::from_text(""), estimate);
        Program::new(source.as_bytes().into(), Profile::Workflow, parts)
    }

    #[test]
    fn the_program_that_was_used_longest_ago_makes_room() {
        let programs = Programs::new(2);
        let [a, b] = ["a", "b"].map(|source| programs.keep(program(source)).number);
        assert_eq!(programs.find(b"a").unwrap().number, a);
        programs.keep(program("c"));
        assert_eq!(programs.find(b"a").unwrap().number, a);
        assert!(programs.find(b"b").is_none(), "{b}");
        assert!(programs.find(b"c").is_some());
    }

    #[test]
    fn of_two_equal_programs_the_first_is_given() {
        let programs = Programs::new(2);
        let first = programs.keep(program("a")).number;
        assert_eq!(programs.keep(program("a")).number, first);
    }

    #[test]
    fn nothing_is_kept_without_capacity_or_of_a_long_source() {
        let none = Programs::new(0);
        none.keep(program("a"));
        assert!(none.find(b"a").is_none());
        let (programs, long) = (Programs::new(2), "a".repeat(LONGEST_KEPT + 1));
        programs.keep(program(&long));
        assert!(programs.find(long.as_bytes()).is_none());
    }
}
