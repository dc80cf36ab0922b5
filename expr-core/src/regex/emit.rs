//! [`Tree`] → [`Program`].
//!
//! A counted repetition is a loop with a counter, never copies of its body, so a program
//! is as long as its pattern whatever the counts are. Inside a lookbehind everything is
//! laid out right to left. The tree is walked with a stack of tasks, not by recursion.

use alloc::vec::Vec;

use super::program::{First, Look, Loop, Op, Pc, Program, Run, Scope, Test, Way};
use super::tree::{Assertion, List, Node, NodeId, Repeat, Tree, UNBOUNDED, Width};
use crate::unicode;

pub(super) fn emit(tree: Tree, ignore_case: bool, multiline: bool) -> Program {
    let mut emitter = Emitter {
        tree: &tree,
        ignore_case,
        multiline,
        ops: Vec::new(),
        runs: Vec::new(),
        loops: Vec::new(),
        looks: Vec::new(),
        scopes: Vec::from([Scope::Pattern]),
        scope: 0,
        memoizable: true,
        tasks: Vec::new(),
    };
    emitter.emit_all();
    let Emitter { ops, runs, loops, looks, scopes, memoizable, .. } = emitter;
    Program {
        first: first(&ops, &runs),
        openings: openings(&ops, &runs).into_boxed_slice(),
        ops: ops.into_boxed_slice(),
        runs: runs.into_boxed_slice(),
        loops: loops.into_boxed_slice(),
        looks: looks.into_boxed_slice(),
        scopes: scopes.into_boxed_slice(),
        groups: tree.groups,
        sets: tree.sets.into_boxed_slice(),
        ignore_case,
        memoizable,
    }
}

/// Finds the first test that every match passes. Before it there can be beginnings of
/// groups, a step each; another step is the start's, and one or two are the test's.
fn first(ops: &[Op], runs: &[Run]) -> First {
    let saves = ops.iter().take_while(|op| matches!(op, Op::Save(_))).count();
    let unit = |test, steps| {
        let steps = steps_before(saves).saturating_add(steps);
        First::Unit { test, steps }
    };
    match ops.get(saves) {
        Some(Op::Start { multiline: false }) => First::TextStart,
        Some(Op::Test { test, way: Way::Forward }) => unit(*test, 1),
        Some(Op::Run(run)) => match runs.get(*run as usize) {
            Some(run) if run.min > 0 && run.way == Way::Forward => unit(run.test, 2),
            _ => First::Anything,
        },
        _ => First::Anything,
    }
}

/// So many operations are followed to find the tests that open a match.
const MOST_OPENINGS: usize = 16;

/// Finds the tests that open a match, where nothing but beginnings of groups and choices
/// comes before them: then whoever passes none of them always fails in the same way.
fn openings(ops: &[Op], runs: &[Run]) -> Vec<Test> {
    let (mut tests, mut pending) = (Vec::new(), alloc::vec![0 as Pc]);
    for _ in 0..MOST_OPENINGS {
        let Some(pc) = pending.pop() else { return tests };
        let next = pc.wrapping_add(1);
        match ops.get(pc as usize) {
            Some(Op::Save(_)) => pending.push(next),
            Some(&Op::Jump(target)) => pending.push(target),
            Some(&(Op::Try { target, .. } | Op::Prefer { target, .. })) => {
                pending.extend([next, target]);
            }
            Some(&Op::Test { test, way: Way::Forward }) => tests.push(test),
            Some(&Op::Run(run)) => match runs.get(run as usize) {
                Some(run) if run.min > 0 && run.way == Way::Forward => {
                    tests.push(run.test);
                }
                _ => break,
            },
            _ => break,
        }
    }
    Vec::new()
}

fn steps_before(saves: usize) -> u32 {
    (saves as u32).saturating_add(1)
}

struct Emitter<'t> {
    tree: &'t Tree,
    ignore_case: bool,
    multiline: bool,
    ops: Vec<Op>,
    runs: Vec<Run>,
    loops: Vec<Loop>,
    looks: Vec<Look>,
    scopes: Vec<Scope>,
    scope: u32,
    memoizable: bool,
    /// What is left to do, the next thing last.
    tasks: Vec<Task>,
}

#[derive(Clone, Copy)]
enum Task {
    Node(NodeId, Way),
    /// The items of a list from this index on.
    Items(List, u32, Way),
    /// The alternatives from this index on, after the one whose choice is given.
    Alternatives {
        list: List,
        index: u32,
        choice: Pc,
        jumps: Pc,
        way: Way,
    },
    /// Gives the jumps at the ends of alternatives their destination.
    LandJumps(Pc),
    Op(Op),
    /// Ends a plain loop: goes back to `head`, whose choice leads out.
    Back {
        head: Pc,
    },
    /// Ends an optional body: the choice at this place leads here.
    Land(Pc),
    /// Ends a counted loop.
    LeaveLoop(u32),
    LeaveLook {
        look: u32,
        outer: u32,
    },
    Scope(u32),
}

/// Ends the chain that jumps to one place form through their targets until they know it.
const NO_JUMP: Pc = Pc::MAX;

impl Emitter<'_> {
    fn emit_all(&mut self) {
        self.tasks.push(Task::Op(Op::Accept));
        self.tasks.push(Task::Node(self.tree.root, Way::Forward));
        while let Some(task) = self.tasks.pop() {
            self.perform(task);
        }
    }

    fn perform(&mut self, task: Task) {
        match task {
            Task::Node(id, way) => self.node(self.tree.node(id), way),
            Task::Items(list, index, way) => self.item(list, index, way),
            Task::Alternatives { list, index, choice, jumps, way } => {
                let jump = self.pc();
                self.push(Op::Jump(jumps));
                self.land(choice);
                self.alternative(list, index, jump, way);
            }
            Task::LandJumps(jumps) => self.land_jumps(jumps),
            Task::Op(op) => self.push(op),
            Task::Back { head } => {
                self.push(Op::Jump(head));
                self.land(head);
            }
            Task::Land(choice) => self.land(choice),
            Task::LeaveLoop(index) => {
                self.push(Op::Again(index));
                let exit = self.pc();
                if let Some(entry) = self.loops.get_mut(index as usize) {
                    entry.exit = exit;
                    self.scope = entry.outer;
                }
            }
            Task::LeaveLook { look, outer } => {
                self.push(Op::Found(look));
                self.scope = outer;
                let exit = self.pc();
                if let Some(look) = self.looks.get_mut(look as usize) {
                    look.exit = exit;
                }
            }
            Task::Scope(scope) => self.scope = scope,
        }
    }

    fn node(&mut self, node: Node, way: Way) {
        match node {
            Node::Empty => {}
            Node::Unit(_) | Node::Dot | Node::Set(_) => {
                if let Some(test) = self.test(node) {
                    self.push(Op::Test { test, way });
                }
            }
            Node::Assertion(assertion) => self.assertion(assertion),
            Node::BackReference(group) => {
                self.memoizable = false;
                self.push(Op::BackReference { group, way });
            }
            Node::Capture { group, body } => {
                let start = group.wrapping_mul(2);
                let end = start.wrapping_add(1);
                let (first, last) =
                    if way == Way::Forward { (start, end) } else { (end, start) };
                self.push(Op::Save(first));
                self.tasks.extend([Task::Op(Op::Save(last)), Task::Node(body, way)]);
            }
            Node::Look { ahead, negative, body } => self.look(ahead, negative, body),
            Node::Sequence(list) => self.tasks.push(Task::Items(list, 0, way)),
            Node::Alternatives(list) => self.alternative(list, 0, NO_JUMP, way),
            Node::Repeat(index) => {
                if let Some(&repeat) = self.tree.repeats.get(index as usize) {
                    self.repeat(repeat, way);
                }
            }
        }
    }

    /// The test that a node of one unit makes, or `None` for any other node.
    fn test(&self, node: Node) -> Option<Test> {
        match node {
            Node::Unit(unit) if self.ignore_case => {
                let folded = unicode::canonicalize(unit);
                let alone = unicode::origins(folded).next().is_none();
                Some(if alone { Test::Unit(folded) } else { Test::Folded(folded) })
            }
            Node::Unit(unit) => Some(Test::Unit(unit)),
            Node::Dot => Some(Test::Dot),
            Node::Set(set) => Some(Test::Set(set)),
            _ => None,
        }
    }

    fn assertion(&mut self, assertion: Assertion) {
        let multiline = self.multiline;
        self.push(match assertion {
            Assertion::Start => Op::Start { multiline },
            Assertion::End => Op::End { multiline },
            Assertion::Boundary => Op::Boundary { negated: false },
            Assertion::NotBoundary => Op::Boundary { negated: true },
        });
    }

    fn look(&mut self, ahead: bool, negative: bool, body: NodeId) {
        let look = self.looks.len() as u32;
        self.looks.push(Look { negative, exit: 0 });
        self.push(Op::Look(look));
        self.tasks.push(Task::LeaveLook { look, outer: self.scope });
        self.enter_scope(Scope::Look(look));
        let way = if ahead { Way::Forward } else { Way::Backward };
        self.tasks.push(Task::Node(body, way));
    }

    fn item(&mut self, list: List, index: u32, way: Way) {
        let place = match way {
            Way::Forward => index,
            Way::Backward => list.len.wrapping_sub(index).wrapping_sub(1),
        };
        if let Some(item) = self.tree.item(list, place) {
            self.tasks.push(Task::Items(list, index.wrapping_add(1), way));
            self.tasks.push(Task::Node(item, way));
        }
    }

    fn alternative(&mut self, list: List, index: u32, jumps: Pc, way: Way) {
        let Some(item) = self.tree.item(list, index) else {
            return;
        };
        let next = index.wrapping_add(1);
        if next == list.len {
            self.tasks.extend([Task::LandJumps(jumps), Task::Node(item, way)]);
            return;
        }
        let choice = self.pc();
        self.push(Op::Try { target: 0, scope: self.scope });
        let rest = Task::Alternatives { list, index: next, choice, jumps, way };
        self.tasks.extend([rest, Task::Node(item, way)]);
    }

    fn repeat(&mut self, repeat: Repeat, way: Way) {
        let Repeat { body, min, max, .. } = repeat;
        let width = self.tree.width(body);
        let pointless = min == 0 && width == Width::Zero;
        if max == 0 || pointless {
            return;
        }
        // A body that is always empty matches the second time as it did the first.
        if (min, max) == (1, 1) || width == Width::Zero {
            self.tasks.push(Task::Node(body, way));
            return;
        }
        if let Some(test) = self.test(self.tree.node(body)) {
            self.run(repeat, test, way);
            return;
        }
        let can_idle = width == Width::Unknown;
        match (min, max) {
            (0, 1 | UNBOUNDED) => self.plain_loop(repeat, can_idle, way),
            (1, UNBOUNDED) if !can_idle => self.at_least_once(repeat, way),
            _ => self.counted_loop(repeat, can_idle, way),
        }
    }

    fn run(&mut self, repeat: Repeat, test: Test, way: Way) {
        let Repeat { min, max, greedy, .. } = repeat;
        let run = self.runs.len() as u32;
        self.runs.push(Run { test, way, min, max, greedy, scope: self.scope });
        self.push(Op::Run(run));
    }

    /// `?` and `*`: the choice comes first, and no count is needed.
    fn plain_loop(&mut self, repeat: Repeat, can_idle: bool, way: Way) {
        let choice = self.pc();
        let (target, scope) = (0, self.scope);
        self.push(match repeat.greedy {
            true => Op::Try { target, scope },
            false => Op::Prefer { target, scope },
        });
        if repeat.max == 1 {
            self.tasks.push(Task::Land(choice));
        } else {
            self.tasks.push(Task::Back { head: choice });
            self.forget(repeat);
        }
        if can_idle {
            let index = self.add_loop(repeat, false, true);
            self.push(Op::Mark(index));
            self.tasks.extend([Task::Scope(scope), Task::Op(Op::Progress(index))]);
            self.enter_scope(Scope::Loop(index));
        }
        self.tasks.push(Task::Node(repeat.body, way));
    }

    /// `+` over a body that always consumes: the choice comes last.
    fn at_least_once(&mut self, repeat: Repeat, way: Way) {
        let (target, scope) = (self.pc(), self.scope);
        self.forget(repeat);
        let again = match repeat.greedy {
            true => Op::Prefer { target, scope },
            false => Op::Try { target, scope },
        };
        self.tasks.extend([Task::Op(again), Task::Node(repeat.body, way)]);
    }

    fn counted_loop(&mut self, repeat: Repeat, can_idle: bool, way: Way) {
        let index = self.add_loop(repeat, true, can_idle);
        self.push(Op::Enter(index));
        let head = self.pc();
        if let Some(entry) = self.loops.get_mut(index as usize) {
            entry.head = head;
        }
        self.push(Op::Count(index));
        self.forget(repeat);
        self.tasks.extend([Task::LeaveLoop(index), Task::Node(repeat.body, way)]);
        self.enter_scope(Scope::Loop(index));
    }

    fn add_loop(&mut self, repeat: Repeat, counted: bool, can_idle: bool) -> u32 {
        let Repeat { min, max, greedy, .. } = repeat;
        let (head, exit, outer) = (0, 0, self.scope);
        let entry = Loop { min, max, greedy, counted, can_idle, head, exit, outer };
        self.loops.push(entry);
        self.loops.len().saturating_sub(1) as u32
    }

    fn forget(&mut self, repeat: Repeat) {
        let (from, to) = repeat.groups;
        if from < to {
            self.push(Op::Forget { from, to });
        }
    }

    fn enter_scope(&mut self, scope: Scope) {
        self.scope = self.scopes.len() as u32;
        self.scopes.push(scope);
    }

    fn pc(&self) -> Pc {
        self.ops.len() as Pc
    }

    fn push(&mut self, op: Op) {
        self.ops.push(op);
    }

    /// Points the choice at `choice` to the next operation.
    fn land(&mut self, choice: Pc) {
        let here = self.pc();
        if let Some(Op::Try { target, .. } | Op::Prefer { target, .. }) =
            self.ops.get_mut(choice as usize)
        {
            *target = here;
        }
    }

    fn land_jumps(&mut self, mut jump: Pc) {
        let here = self.pc();
        while let Some(Op::Jump(target)) = self.ops.get_mut(jump as usize) {
            jump = core::mem::replace(target, here);
        }
    }
}
