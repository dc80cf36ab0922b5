//! [`Tree`] → [`Reads`]: which parts of its context a program can look at.
//!
//! The tree is walked once, in the order of evaluation, with the *place* that each value
//! may come from: a part of the context, a variable, one of several places, or nothing
//! that matters. A field step goes from a place to a place below it; whatever else looks at
//! a value reads its place whole. What a constructor, a call or an operator results in is
//! made of values that were read whole, so it comes from nowhere.
//!
//! Variables are known by their name alone, wherever they are bound: more may then be read
//! than needed, never less.

mod place;

use crate::builtin::find;
use crate::reads::Reads;
use crate::syntax::{
    Kinds, Node, NodeId, NodeKind, Signature, Stage, StageKind, Tree, Word,
};
use alloc::vec::Vec;
use core::mem::take;
use place::{CONTEXT, NOWHERE, Place, Places};

/// What the program of a tree reads.
pub(crate) fn reads(tree: &Tree) -> Reads {
    let Some(root) = tree.root() else { return Reads::all() };
    let mut walk = Walk {
        tree,
        places: Places::new(tree.len()),
        input: CONTEXT,
        tasks: Vec::with_capacity(tree.len().saturating_add(4).saturating_mul(2)),
        values: Vec::with_capacity(8),
        parts: Vec::new(),
        calls: Vec::new(),
        fills: false,
    };
    walk.plan(&[Task::Look, Task::Visit(root)]);
    while let Some(task) = walk.tasks.pop() {
        walk.carry_out(task);
    }
    walk.fill_calls();
    walk.places.into_reads(&tree.words)
}

/// Work that is still to be done, the next thing last.
#[derive(Clone, Copy)]
enum Task {
    /// Find out where the value of a node comes from.
    Visit(NodeId),
    /// Push a value from a place.
    Push(Place),
    /// The last value becomes the input.
    Enter,
    /// Something from a place becomes the input.
    Input(Place),
    /// The last value is read whole, and done with.
    Look,
    /// The last value takes the place of the one below it.
    Replace,
    /// The last two values are one that may come from either.
    Join,
    /// The last value is bound to a variable.
    Bind(Word),
    /// The last value is what a step gives for the one below it.
    Step { step: NodeId, spread: bool },
    /// The items of the last value are taken for tuples, whose names are variables.
    Tuples,
}

/// A call of what may be a function that takes its input for a missing argument.
struct Call {
    input: Place,
    /// The variable that the function is, if it is one that also names a built-in.
    name: Option<Word>,
}

struct Walk<'a> {
    tree: &'a Tree,
    places: Places,
    /// Where `$` comes from.
    input: Place,
    tasks: Vec<Task>,
    values: Vec<Place>,
    /// The parts of a node, while they are planned.
    parts: Vec<NodeId>,
    calls: Vec<Call>,
    /// Whether a function that takes its input for a missing argument, and can look into
    /// it, may be called under another name.
    fills: bool,
}

impl<'a> Walk<'a> {
    fn carry_out(&mut self, task: Task) {
        match task {
            Task::Visit(id) => self.visit(id),
            Task::Push(place) => self.values.push(place),
            Task::Enter => self.input = self.last(),
            Task::Input(place) => self.input = place,
            Task::Look => {
                let value = self.pop();
                self.places.look(value);
            }
            Task::Replace => {
                let (second, _) = (self.pop(), self.pop());
                self.values.push(second);
            }
            Task::Join => {
                let (second, first) = (self.pop(), self.pop());
                let joined = self.places.join(first, second);
                self.values.push(joined);
            }
            Task::Bind(name) => {
                let variable = self.places.variable(name);
                self.places.flow(variable, self.last());
            }
            Task::Step { step, spread } => self.finish_step(step, spread),
            Task::Tuples => self.places.look(self.last()),
        }
    }

    fn last(&self) -> Place {
        self.values.last().copied().unwrap_or(NOWHERE)
    }

    fn pop(&mut self) -> Place {
        self.values.pop().unwrap_or(NOWHERE)
    }

    /// Binds a variable to what comes from a place, perhaps nowhere.
    fn bind(&mut self, name: Word, value: Place) {
        let variable = self.places.variable(name);
        self.places.flow(variable, value);
    }

    /// Plans tasks, to be carried out in their order before all that was planned so far:
    /// `visit` turns them round.
    fn plan(&mut self, tasks: &[Task]) {
        self.tasks.extend_from_slice(tasks);
    }

    /// Plans to visit nodes, each followed by a task.
    fn plan_each(&mut self, nodes: &[NodeId], then: Task) {
        for &node in nodes {
            self.plan(&[Task::Visit(node), then]);
        }
    }

    /// Plans to look at the values of nodes, and to push something made of them.
    fn plan_looks(&mut self, nodes: &[NodeId]) {
        self.plan_each(nodes, Task::Look);
        self.plan(&[NOTHING]);
    }

    /// Plans to look at the values of what a construct consists of.
    fn plan_parts(&mut self, node: &Node) {
        let mut parts = take(&mut self.parts);
        parts.clear();
        self.tree.add_parts(&node.kind, &mut parts);
        self.plan_looks(&parts);
        self.parts = parts;
    }

    fn visit(&mut self, id: NodeId) {
        let Some(node) = self.tree.get(id) else { return };
        let planned = self.tasks.len();
        self.plan_core(node);
        let is_path = matches!(node.kind, NodeKind::Path { .. });
        let follows = !node.predicates.is_empty() || node.group.is_some();
        if node.tuple && follows && !is_path {
            self.plan(&[Task::Tuples]);
        }
        self.plan_stages(&node.predicates);
        if let Some(group) = &node.group {
            self.plan(&[Task::Enter]);
            self.plan_each(self.tree.list(group.pairs), Task::Look);
            self.plan(&[NOTHING, Task::Replace]);
        }
        if follows || is_path {
            self.plan(&[Task::Input(self.input)]);
        }
        if let Some(own) = self.tasks.get_mut(planned..) {
            own.reverse();
        }
    }

    /// Plans a node without what follows it.
    fn plan_core(&mut self, node: &'a Node) {
        match node.kind {
            NodeKind::Path { steps, .. } => {
                let steps = self.tree.list(steps);
                self.plan(&[Task::Push(self.input)]);
                let mut spread = steps.len() > 1;
                for &step in steps {
                    self.plan_step(step, spread);
                    spread = false;
                }
            }
            NodeKind::Name(name) => {
                let field = self.places.field(self.input, name);
                self.plan(&[Task::Push(field)]);
            }
            NodeKind::Variable(name) => {
                let value = self.variable(name);
                self.plan(&[Task::Push(value)]);
            }
            NodeKind::Array(items) => {
                self.plan(&[NOTHING]);
                self.plan_each(self.tree.list(items), Task::Join);
            }
            NodeKind::Block(statements) => {
                self.plan(&[NOTHING]);
                self.plan_each(self.tree.list(statements), Task::Replace);
            }
            NodeKind::Condition { condition, then, otherwise } => {
                self.plan(&[Task::Visit(condition), Task::Look, Task::Visit(then)]);
                self.plan_each(otherwise.as_slice(), Task::Join);
            }
            NodeKind::Elvis { lhs, rhs } => self.plan_looks(&[lhs, rhs]),
            NodeKind::Coalesce { exists, lhs, rhs } => {
                let exists = self.tree.get(exists).map(|exists| exists.kind);
                if let Some(NodeKind::Call { procedure, .. }) = exists {
                    self.plan_call(procedure, &[lhs, rhs], 0);
                }
            }
            NodeKind::Bind { name, value } => {
                self.plan(&[Task::Visit(value), Task::Bind(name)]);
            }
            NodeKind::Call { procedure, arguments } => {
                self.plan_call(procedure, self.tree.list(arguments), 0);
            }
            NodeKind::Apply { lhs, rhs } => {
                self.plan(&[Task::Visit(lhs), Task::Look]);
                match self.tree.get(rhs).map(|rhs| rhs.kind) {
                    Some(NodeKind::Call { procedure, arguments }) => {
                        self.plan_call(procedure, self.tree.list(arguments), 1);
                    }
                    _ => self.plan_looks(&[rhs]),
                }
            }
            // A transform works on the copy of an argument, which was read whole.
            NodeKind::Transform { .. } => {
                self.plan(&[Task::Input(NOWHERE)]);
                self.plan_parts(node);
                self.plan(&[Task::Input(self.input)]);
            }
            NodeKind::Wildcard | NodeKind::Descendants => {
                self.places.look(self.input);
                self.plan(&[NOTHING]);
            }
            kind => {
                if let NodeKind::Lambda { head, .. } = kind
                    && let Some(head) = self.tree.head(head)
                {
                    for &parameter in &head.parameters {
                        self.bind(parameter, NOWHERE);
                    }
                    let signature = head.signature.as_ref();
                    self.fills |= signature.is_some_and(|it| takes_input(it, 0));
                }
                self.plan_parts(node);
            }
        }
    }

    fn plan_step(&mut self, step: NodeId, spread: bool) {
        let Some(node) = self.tree.get(step) else { return };
        self.plan(&[Task::Enter]);
        if let NodeKind::Sort(terms) = node.kind {
            for term in self.tree.terms(terms) {
                self.plan(&[Task::Visit(term.key), Task::Look]);
            }
        } else {
            let spread = spread && node.constructs;
            self.plan(&[Task::Visit(step), Task::Step { step, spread }]);
        }
        if let Some(name) = node.index {
            self.bind(name, NOWHERE);
        }
        self.plan_stages(&node.stages);
    }

    /// Plans the predicates after a value, which they look at item by item.
    fn plan_stages(&mut self, stages: &[Stage]) {
        for stage in stages {
            match stage.kind {
                StageKind::Filter(predicate) => {
                    self.plan(&[Task::Enter, Task::Visit(predicate), Task::Look]);
                }
                StageKind::Index(name) => self.bind(name, NOWHERE),
            }
        }
    }

    /// What a step gives for the value below it. An array constructor at the beginning of
    /// a path can give a single value, whose members are then asked for by number.
    fn finish_step(&mut self, step: NodeId, spread: bool) {
        let (value, before) = (self.pop(), self.pop());
        let node = self.tree.get(step);
        // Where there is a `%`, tuples with all that they hold can become values.
        let whole = node.is_some_and(|node| node.tuple) && self.tree.has_parents();
        if whole {
            self.places.look(before);
        }
        if whole || spread {
            self.places.look(value);
        }
        let focus = node.and_then(|node| node.focus);
        let named = node.and_then(|node| self.tree.bound_focus(node));
        if let Some(name) = named {
            self.bind(name, value);
        }
        // `@` binds what the step gives and goes on with what the step was applied to.
        let goes_on = match (focus, named) {
            (Some(_), Some(_)) => before,
            (Some(_), None) => self.places.join(before, value),
            (None, _) => value,
        };
        self.values.push(goes_on);
    }

    fn variable(&mut self, name: Word) -> Place {
        let text = self.tree.words.bytes(name);
        if text.is_empty() {
            return self.input;
        }
        self.fills |= built_in(text).is_some_and(|it| fills(it, 0));
        let variable = self.places.variable(name);
        match text {
            b"$" => self.places.join(variable, CONTEXT),
            // The evaluated text can read anything.
            b"eval" => {
                self.places.look(CONTEXT);
                variable
            }
            _ => variable,
        }
    }

    /// Plans a call, of which `piped` more arguments come from the left of a `~>`.
    fn plan_call(&mut self, procedure: NodeId, arguments: &[NodeId], piped: usize) {
        let called = self.tree.get(procedure);
        let plain = |node: &&Node| node.predicates.is_empty() && node.group.is_none();
        let kind = called.filter(plain).map(|node| node.kind);
        let Some(NodeKind::Variable(name)) = kind else {
            self.plan(&[Task::Visit(procedure), Task::Look]);
            self.plan_looks(arguments);
            self.calls.push(Call { input: self.input, name: None });
            return;
        };
        self.plan_looks(arguments);
        let text = self.tree.words.bytes(name);
        if text == b"eval" {
            self.places.look(CONTEXT);
        }
        let signature = built_in(text);
        let name = signature.map(|_| name);
        let count = arguments.len().saturating_add(piped);
        if signature.is_some_and(|signature| fills(signature, count)) {
            self.places.look(self.input);
            // In the place of a tail call it takes what the caller was called with.
            self.fills = true;
        }
        self.calls.push(Call { input: self.input, name });
    }

    /// Reads the inputs of calls whole, where the function may look into them.
    fn fill_calls(&mut self) {
        if !self.fills {
            return;
        }
        for call in take(&mut self.calls) {
            if call.name.is_none_or(|name| self.places.has_variable(name)) {
                self.places.look(call.input);
            }
        }
    }
}

/// Pushes a value that comes from nowhere.
const NOTHING: Task = Task::Push(NOWHERE);

/// The signature of a built-in function, as it is written.
fn built_in(name: &[u8]) -> Option<&'static [u8]> {
    let row = find(name)?.row().ok()?;
    Some(row.signature().as_bytes())
}

/// Whether a built-in function takes its input, as below.
fn fills(signature: &[u8], count: usize) -> bool {
    // Most say at the first glance that they do not.
    signature.contains(&b'-')
        && Signature::parse(signature).is_ok_and(|it| takes_input(&it, count))
}

/// Whether a function called with that many arguments may take its input for another, and
/// look into it: strings, numbers, booleans and `null` are there in any case.
fn takes_input(signature: &Signature, count: usize) -> bool {
    let parameters = &signature.parameters;
    let required = parameters.iter().filter(|parameter| parameter.is_required()).count();
    parameters.iter().any(|parameter| {
        // One that takes anything takes the first argument that the others leave.
        let enough = if parameter.takes_anything() {
            required.saturating_add(1)
        } else {
            parameters.len()
        };
        let holds = |kinds: Kinds| kinds.has(b'o') || kinds.has(b'a');
        parameter.context.is_some_and(holds) && count < enough
    })
}
