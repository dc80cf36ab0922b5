//! The compiled pattern: a flat list of operations that the matcher follows.

use alloc::boxed::Box;

use super::set::Set;
use super::tree::UNBOUNDED;
use crate::unicode;

/// An index into [`Program::ops`].
pub(super) type Pc = u32;

/// Where the matcher is heading in the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    Forward,
    Backward,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Op {
    /// Tests the next unit and steps over it.
    Test {
        test: Test,
        way: Way,
    },
    /// A quantifier over one unit: an index into [`Program::runs`].
    Run(u32),
    Start {
        multiline: bool,
    },
    End {
        multiline: bool,
    },
    Boundary {
        negated: bool,
    },
    BackReference {
        group: u32,
        way: Way,
    },
    /// Notes where a group begins (2 × group) or ends (2 × group + 1).
    Save(u32),
    /// Forgets the groups `from` up to and without `to`.
    Forget {
        from: u32,
        to: u32,
    },
    /// Goes on, and can later go to `target` instead.
    Try {
        target: Pc,
        scope: u32,
    },
    /// Goes to `target`, and can later go on instead.
    Prefer {
        target: Pc,
        scope: u32,
    },
    Jump(Pc),
    /// Notes where an iteration of a loop begins.
    Mark(u32),
    /// Refuses an iteration that has matched nothing.
    Progress(u32),
    /// Enters a counted loop.
    Enter(u32),
    /// Decides whether a counted loop goes round once more.
    Count(u32),
    /// Ends an iteration of a counted loop.
    Again(u32),
    /// Begins a lookaround.
    Look(u32),
    /// The body of a lookaround has matched.
    Found(u32),
    Accept,
}

/// What one unit is compared with.
#[derive(Clone, Copy, Debug)]
pub(super) enum Test {
    Unit(u16),
    /// The canonical form of the unit must be this one.
    Folded(u16),
    Dot,
    /// An index into [`Program::sets`].
    Set(u32),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) test: Test,
    pub(super) way: Way,
    pub(super) min: u32,
    pub(super) max: u32,
    pub(super) greedy: bool,
    pub(super) scope: u32,
}

/// A loop that needs to remember something: its count, or where an iteration began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loop {
    pub(super) min: u32,
    pub(super) max: u32,
    pub(super) greedy: bool,
    pub(super) counted: bool,
    /// Whether an iteration can match nothing, which ECMAScript refuses past `min`.
    pub(super) can_idle: bool,
    pub(super) head: Pc,
    pub(super) exit: Pc,
    pub(super) outer: u32,
}

impl Loop {
    pub(super) fn is_endless(self) -> bool {
        self.max == UNBOUNDED
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) negative: bool,
    pub(super) exit: Pc,
}

/// What the outcome at a choice depends on besides place and position.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scope {
    Pattern,
    Look(u32),
    Loop(u32),
}

/// The first thing that every match must pass.
#[derive(Clone, Copy, Debug)]
pub(super) enum First {
    Anything,
    /// `^` without the flag m: there is one place to start.
    TextStart,
    /// A unit; where it fails, trying to match costs this many steps.
    Unit {
        test: Test,
        steps: u32,
    },
}

#[derive(Debug)]
pub(super) struct Program {
    pub(super) ops: Box<[Op]>,
    pub(super) sets: Box<[Set]>,
    pub(super) runs: Box<[Run]>,
    pub(super) loops: Box<[Loop]>,
    pub(super) looks: Box<[Look]>,
    pub(super) scopes: Box<[Scope]>,
    pub(super) groups: u32,
    pub(super) first: First,
    /// The tests one of which every match passes first; none if something else can come
    /// first, or if they are many.
    pub(super) openings: Box<[Test]>,
    pub(super) ignore_case: bool,
    /// Without back references the way to a choice does not matter to its outcome.
    pub(super) memoizable: bool,
}

impl Program {
    #[inline]
    pub(super) fn passes(&self, test: Test, unit: u16) -> bool {
        match test {
            Test::Unit(expected) => unit == expected,
            Test::Folded(expected) => unicode::canonicalize(unit) == expected,
            Test::Dot => !unicode::is_line_end(unit),
            Test::Set(set) => {
                self.sets.get(set as usize).is_some_and(|set| set.contains(unit))
            }
        }
    }
}
