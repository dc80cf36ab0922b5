//! Paths: steps, predicates, order-by, and the tuples of `@`, `#` and `%`.

use super::{Compiler, Label, Task};
use crate::error::Result;
use crate::program::{Op, Sorting, Term, TupleStep};
use crate::syntax::{List, NodeId, NodeKind, SortTerm, Stage, StageKind};
use crate::value::length;
use alloc::vec::Vec;

/// What a step that makes tuples is applied to; `TupleStep` says what each member means.
struct Inputs {
    plain: bool,
    begins: bool,
    whole: bool,
}

impl<'a> Compiler<'a> {
    /// Plans a path with its group-by, and what it is as a value.
    pub(super) fn path(&mut self, id: NodeId) -> Result<()> {
        let node = self.get(id)?;
        let NodeKind::Path { steps, keep_singleton, .. } = node.kind else {
            return Ok(());
        };
        let steps = self.tree.list(steps);
        let (group, keeps_tuples) = (&node.group, node.tuple);
        let keep = node.keep_array;
        let first = steps.first().map(|&first| self.get(first)).transpose()?;
        let constructs = first.is_some_and(|first| first.constructs);
        // A path goes on after a constructor that makes tuples, whatever it gave.
        let unbroken = constructs && first.is_some_and(|first| first.tuple);
        let mut first_tuple = steps.len();
        for (position, &step) in steps.iter().enumerate().rev() {
            if self.get(step)?.tuple {
                // A constructor is evaluated as it is, and binds nothing.
                first_tuple = position.max(usize::from(constructs));
            }
        }
        let (path_end, constructed) = (self.label(), self.label());
        // What a constructor gave alone is no list that a `[]` around the path keeps.
        let done = self.label();
        let nothing = if keep_singleton || group.is_some() { path_end } else { done };
        // An order-by leaves what is no list as it is, for the step after it.
        let mut sorted = 0_usize;
        if constructs && !unbroken {
            for &step in steps.iter().take(first_tuple).skip(1) {
                if !self.sorts(step)? {
                    break;
                }
                sorted = sorted.saturating_add(1);
            }
        }
        let planned = self.tasks.len();
        // Neither is a group-by's object, or what only an order-by took up.
        let mut single = constructs || group.is_some();
        for (position, &step) in steps.iter().enumerate() {
            if position > 0 && !self.sorts(step)? {
                single = group.is_some();
            }
            let last = position.saturating_add(1) == steps.len();
            if position == 0 && constructs {
                self.constructed_step(step, last)?;
            } else if position >= first_tuple {
                let plain = position == first_tuple;
                let mut whole = false;
                if position == 0 {
                    self.add(Task::Emit(Op::Source, step));
                    whole = matches!(self.get(step)?.kind, NodeKind::Variable(_));
                }
                let begins = position == 0 || (unbroken && plain);
                let inputs = Inputs { plain, begins, whole };
                self.tuple_step(step, inputs, path_end)?;
            } else {
                let end = if position <= sorted { constructed } else { path_end };
                self.step(step, position == 0, last, end)?;
            }
            if position == sorted && constructs && !unbroken {
                self.add(Task::Place(constructed));
                let next = steps.get(position.saturating_add(1));
                if let Some(&next) = next
                    && !self.sorts(next)?
                {
                    let (end, keep) = (nothing, keep_singleton);
                    let listed = first_tuple == position.saturating_add(1);
                    let op = Op::ConstructedItems { end, keep, listed };
                    self.add(Task::Emit(op, step));
                }
            }
        }
        let tuples = first_tuple < steps.len();
        if tuples && !keeps_tuples && group.is_none() {
            self.add(Task::Emit(Op::TupleItems, id));
        } else if unbroken && !tuples && !keeps_tuples && group.is_none() {
            // There are no tuples to go on with, whatever the constructor gave.
            let op = Op::ConstructedItems { end: path_end, keep: true, listed: true };
            self.add(Task::Emit(Op::Undefined, id));
            self.add(Task::Emit(op, id));
        }
        // A path that ends early has made no tuples yet.
        self.add(Task::Place(path_end));
        match group {
            Some(group) => self.group(group, tuples)?,
            None => {
                if keep_singleton {
                    self.add(Task::Emit(Op::KeepSingleton, id));
                }
            }
        }
        let keep_list = keep && !single;
        if keep_list {
            self.add(Task::Emit(Op::KeepSequence, id));
        }
        self.add(Task::Place(done));
        self.add(Task::Emit(Op::Unwrap { keep: keep && !keep_list }, id));
        self.planned_from(planned);
        Ok(())
    }

    fn sorts(&self, step: NodeId) -> Result<bool> {
        Ok(matches!(self.get(step)?.kind, NodeKind::Sort(_)))
    }

    /// Adds the tasks of a constructor that a path begins with.
    fn constructed_step(&mut self, step: NodeId, last: bool) -> Result<()> {
        if last {
            self.add(Task::Node(step));
            return Ok(());
        }
        let node = self.get(step)?;
        let (tuple, focus) = (node.tuple, node.focus.is_some());
        self.add(Task::Emit(Op::ListInput, step));
        self.add(Task::Node(step));
        self.add(Task::Emit(Op::PutInputBack, step));
        if focus {
            // The next step starts from the input again.
            self.add(Task::Emit(Op::Drop, step));
            self.add(Task::Emit(Op::Source, step));
        } else if tuple {
            let end = self.label();
            let op = Op::ConstructedItems { end, keep: true, listed: true };
            self.add(Task::Emit(op, step));
            self.add(Task::Place(end));
        }
        Ok(())
    }

    fn step(
        &mut self,
        step: NodeId,
        first: bool,
        last: bool,
        path_end: Label,
    ) -> Result<()> {
        let node = self.get(step)?;
        let bare = node.predicates.is_empty() && node.stages.is_empty();
        let bare = bare && node.group.is_none();
        let (stages, keep) = (&node.stages, node.keep_array);
        match node.kind {
            NodeKind::Variable(_) if first => {
                self.add(Task::Node(step));
                self.stages(stages, false, step)?;
                self.add(Task::Emit(Op::StepResult { last }, step));
            }
            NodeKind::Name(name) if bare => {
                let name = self.name(name);
                let op = match first {
                    true => Op::InputField { name, last, keep },
                    false => Op::Field { name, last, keep },
                };
                self.add(Task::Emit(op, step));
            }
            NodeKind::Sort(terms) => {
                if first {
                    self.add(Task::Emit(Op::Source, step));
                }
                self.sort(terms, false, Some(path_end), step)?;
                self.stages(stages, false, step)?;
            }
            _ => {
                if first {
                    self.add(Task::Emit(Op::Source, step));
                }
                let end = self.label();
                self.add(Task::Emit(Op::Each { first, end }, step));
                self.add(Task::Node(step));
                self.stages(stages, false, step)?;
                self.add(Task::Emit(Op::Next { last }, step));
                self.add(Task::Place(end));
            }
        }
        Ok(())
    }

    fn tuple_step(
        &mut self,
        step: NodeId,
        Inputs { plain, begins, whole }: Inputs,
        path_end: Label,
    ) -> Result<()> {
        let node = self.get(step)?;
        let focus = node.focus.filter(|&name| !self.words.bytes(name).is_empty());
        let focus = focus.map(|name| self.name(name));
        let index = node.index.map(|name| self.name(name));
        let ancestor = node.ancestor.map(|slot| self.label_name(slot));
        let number = length(self.code.tuple_steps.len());
        let described = TupleStep { plain, begins, whole, focus, index, ancestor };
        self.code.tuple_steps.push(described);
        if let NodeKind::Sort(terms) = node.kind {
            let nothing = (plain && !begins).then_some(path_end);
            self.sort(terms, !plain, nothing, step)?;
            if plain {
                self.add(Task::Emit(Op::TupleSorted { step: number }, step));
            }
        } else {
            let (outer, end) = (self.scopes.current(), self.label());
            let inner = self.scopes.add_tuples(outer);
            let each = Op::TupleEach { step: number, end, path_end };
            self.add(Task::Emit(each, step));
            self.add(Task::Scope(inner));
            self.add(Task::Node(step));
            self.add(Task::Scope(outer));
            self.add(Task::Emit(Op::TupleNext, step));
            self.add(Task::Place(end));
        }
        self.stages(&node.stages, true, step)
    }

    /// Adds the tasks for what follows a step.
    fn stages(&mut self, stages: &[Stage], tuples: bool, step: NodeId) -> Result<()> {
        for stage in stages {
            match &stage.kind {
                StageKind::Filter(predicate) => {
                    self.filter(*predicate, tuples, step)?;
                }
                StageKind::Index(name) => {
                    let name = self.name(*name);
                    self.add(Task::Emit(Op::TupleIndex(name), step));
                }
            }
        }
        Ok(())
    }

    /// Adds the tasks of a predicate on the value on the stack.
    pub(super) fn filter(
        &mut self,
        predicate: NodeId,
        tuples: bool,
        owner: NodeId,
    ) -> Result<()> {
        if let NodeKind::Number(number) = self.get(predicate)?.kind {
            let constant = self.constant(crate::program::Constant::Number(number));
            if let Op::Constant(number) = constant {
                self.add(Task::Emit(Op::FilterIndex(number), owner));
            }
            return Ok(());
        }
        let (outer, end) = (self.scopes.current(), self.label());
        let inner = if tuples { self.scopes.add_tuples(outer) } else { outer };
        self.tasks.extend_from_slice(&[
            Task::Emit(Op::Filter { tuples, end }, owner),
            Task::Scope(inner),
            Task::Node(predicate),
            Task::Scope(outer),
            Task::Emit(Op::FilterNext, owner),
            Task::Place(end),
        ]);
        Ok(())
    }

    fn sort(
        &mut self,
        terms: List,
        tuples: bool,
        nothing: Option<Label>,
        step: NodeId,
    ) -> Result<()> {
        let (outer, end) = (self.scopes.current(), self.label());
        let nothing = nothing.unwrap_or(end);
        let inner = if tuples { self.scopes.add_tuples(outer) } else { outer };
        let number = length(self.code.sortings.len());
        self.add(Task::Emit(Op::Sort(number), step));
        self.add(Task::Scope(inner));
        let terms = self.tree.terms(terms);
        let mut described = Vec::with_capacity(terms.len());
        for &SortTerm { key: node, descending } in terms {
            let key = self.label();
            self.add(Task::Place(key));
            self.add(Task::Node(node));
            self.add(Task::Emit(Op::SortNext, step));
            described.push(Term { key, descending });
        }
        self.add(Task::Scope(outer));
        self.add(Task::Place(end));
        self.code.sortings.push(Sorting { terms: described, tuples, end, nothing });
        Ok(())
    }
}
