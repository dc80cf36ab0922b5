//! What a valid expression will certainly, or may surprisingly, do: a walk over its tree
//! that knows the types of constants.
//!
//! It is for authors: nothing is refused for it. A type that is not known for certain is
//! not known, so whatever the data decides gives no warning.

use super::HELPERS;
use crate::builtin;
use crate::span::Span;
use crate::syntax::{List, Node, NodeId, NodeKind, Operator, StageKind, Tree, Word};
use crate::value::index;
use alloc::vec::Vec;

/// A warning about a part of an expression.
pub(super) struct Finding {
    /// The code, as docs/wire.md has it.
    pub(super) code: &'static str,
    /// What will happen.
    pub(super) message: &'static str,
    /// Where, in the normalized text.
    pub(super) span: Span,
}

/// What is known of a node's value.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Fact {
    /// Nothing.
    #[default]
    Unknown,
    /// That there is never one.
    Missing,
    Number,
    String,
    Bool,
    Null,
    Array,
    Object,
    Function,
}

const FAILS: &str = "CERTAIN_FAILURE";
const MISSING: &str = "ALWAYS_MISSING";
const FOREIGN: &str = "FOREIGN_CALL";
const RANDOM: &str = "NON_DETERMINISTIC";
const NESTED: &str = "NESTED_QUANTIFIERS";

/// Functions whose result is not decided by their arguments.
const NON_DETERMINISTIC: [&str; 4] = ["now", "millis", "random", "shuffle"];

/// Looks through a tree that keeps to the contract.
pub(super) fn lint(tree: &Tree) -> Vec<Finding> {
    let mut lint = Lint {
        tree,
        facts: alloc::vec![Fact::Unknown; tree.len()],
        bound: bound_names(tree),
        findings: Vec::new(),
    };
    lint.run();
    lint.findings
}

/// Every name that something in the expression is bound to.
fn bound_names(tree: &Tree) -> Vec<Word> {
    let mut names = Vec::new();
    for node in tree.nodes() {
        if let NodeKind::Bind { name, .. } = node.kind {
            names.push(name);
        }
        names.extend(node.focus);
        names.extend(node.index);
        for stage in &node.stages {
            if let StageKind::Index(name) = stage.kind {
                names.push(name);
            }
        }
    }
    names
}

struct Lint<'a> {
    tree: &'a Tree,
    facts: Vec<Fact>,
    bound: Vec<Word>,
    findings: Vec<Finding>,
}

impl Lint<'_> {
    /// Looks at every node after those below it, each once.
    fn run(&mut self) {
        let Some(root) = self.tree.root() else { return };
        let mut seen = alloc::vec![false; self.tree.len()];
        let mut pending = alloc::vec![(root, false)];
        let mut children = Vec::new();
        while let Some((id, entered)) = pending.pop() {
            if !entered {
                match seen.get_mut(index(id.0)) {
                    Some(seen) if !*seen => *seen = true,
                    _ => continue,
                }
                pending.push((id, true));
                self.tree.add_children(id, &mut children);
                for &child in children.iter().rev() {
                    pending.push((child, false));
                }
                children.clear();
                continue;
            }
            let Some(node) = self.tree.get(id) else { continue };
            let fact = self.look(node);
            let plain = node.predicates.is_empty()
                && node.stages.is_empty()
                && node.group.is_none()
                && !node.keep_array;
            if let Some(known) = self.facts.get_mut(index(id.0)) {
                *known = if plain { fact } else { Fact::Unknown };
            }
        }
        let Some(node) = self.tree.get(root) else { return };
        match self.fact(root) {
            Fact::Missing if self.findings.is_empty() => {
                self.find(node, MISSING, "the expression never has a value");
            }
            Fact::Function => {
                self.find(node, FAILS, "the result is a function, which is no JSON");
            }
            _ => {}
        }
    }

    fn fact(&self, id: NodeId) -> Fact {
        self.facts.get(index(id.0)).copied().unwrap_or_default()
    }

    fn find(&mut self, node: &Node, code: &'static str, message: &'static str) {
        self.findings.push(Finding { code, message, span: node.span });
    }

    fn look(&mut self, node: &Node) -> Fact {
        match node.kind {
            NodeKind::String(_) => Fact::String,
            NodeKind::Number(_) => Fact::Number,
            NodeKind::Bool(_) => Fact::Bool,
            NodeKind::Null => Fact::Null,
            NodeKind::Array(_) => Fact::Array,
            NodeKind::Object(_) => Fact::Object,
            NodeKind::Regex(regex) => {
                let regex = self.tree.regex(regex);
                if regex.is_some_and(|it| it.has_nested_quantifiers()) {
                    let message = "the pattern can take one text in many ways: \
                                   repeat once, as `a+` for `(a+)+`";
                    self.find(node, NESTED, message);
                }
                Fact::Function
            }
            NodeKind::Partial { .. } => Fact::Function,
            NodeKind::Block(statements) => match self.tree.list(statements).last() {
                Some(&last) => self.fact(last),
                None => Fact::Missing,
            },
            NodeKind::Bind { value, .. } => self.fact(value),
            NodeKind::Negate(operand) => self.negate(node, operand),
            NodeKind::Binary { operator, lhs, rhs } => {
                self.binary(node, operator, self.fact(lhs), self.fact(rhs))
            }
            NodeKind::Variable(name) => self.variable(node, name),
            NodeKind::Path { steps, .. } => self.path(steps),
            NodeKind::Call { procedure, .. } => self.call(node, procedure),
            NodeKind::Apply { rhs, .. } => {
                if let Some(callee) = self.tree.get(rhs)
                    && matches!(callee.kind, NodeKind::Name(_) | NodeKind::Path { .. })
                {
                    self.find(callee, FOREIGN, "a field is applied, not a helper");
                }
                Fact::Unknown
            }
            _ => Fact::Unknown,
        }
    }

    fn negate(&mut self, node: &Node, operand: NodeId) -> Fact {
        match self.fact(operand) {
            known @ (Fact::Unknown | Fact::Missing | Fact::Number) => known,
            _ => {
                self.find(node, FAILS, "only a number can be negated (D1002)");
                Fact::Unknown
            }
        }
    }

    fn binary(&mut self, node: &Node, operator: Operator, lhs: Fact, rhs: Fact) -> Fact {
        use Fact::{Bool, Missing, Number, String, Unknown};
        let either_missing = lhs == Missing || rhs == Missing;
        let problem = match operator {
            Operator::Plus
            | Operator::Minus
            | Operator::Star
            | Operator::Slash
            | Operator::Percent => {
                let is_operand = |fact: Fact| matches!(fact, Unknown | Missing | Number);
                if !is_operand(lhs) {
                    Some("the left side of the operator is never a number (T2001)")
                } else if !is_operand(rhs) {
                    Some("the right side of the operator is never a number (T2002)")
                } else {
                    None
                }
            }
            Operator::Less
            | Operator::LessEqual
            | Operator::Greater
            | Operator::GreaterEqual => {
                let is_operand =
                    |fact: Fact| matches!(fact, Unknown | Missing | Number | String);
                match (lhs, rhs) {
                    _ if !is_operand(lhs) || !is_operand(rhs) => {
                        Some("only strings and numbers can be compared (T2010)")
                    }
                    (Number, String) | (String, Number) => {
                        Some("a string is never comparable with a number (T2009)")
                    }
                    _ => None,
                }
            }
            Operator::Concat => return String,
            Operator::Equal
            | Operator::NotEqual
            | Operator::In
            | Operator::And
            | Operator::Or => return Bool,
            _ => return Unknown,
        };
        match problem {
            Some(problem) => {
                self.find(node, FAILS, problem);
                Unknown
            }
            None if either_missing => Missing,
            None if (lhs, rhs) == (Number, Number) => Number,
            None => Unknown,
        }
    }

    fn variable(&mut self, node: &Node, name: Word) -> Fact {
        let bytes = self.tree.text(name).bytes();
        let is = |known: &&str| known.as_bytes() == bytes;
        if bytes.is_empty() || bytes == b"$" || self.bound.contains(&name) {
            return Fact::Unknown;
        }
        if HELPERS.iter().any(is) {
            return Fact::Function;
        }
        if builtin::find(bytes).is_none() {
            return Fact::Missing;
        }
        if NON_DETERMINISTIC.iter().any(is) {
            self.find(node, RANDOM, "the function depends on more than its arguments");
        } else {
            self.find(node, FOREIGN, "the function is no helper and cannot be called");
        }
        Fact::Function
    }

    fn path(&mut self, steps: List) -> Fact {
        let [first, rest @ ..] = self.tree.list(steps) else { return Fact::Unknown };
        let Some(&second) = rest.first() else { return self.fact(*first) };
        let fact = self.fact(*first);
        // After `@` the next step sees what was there before.
        let is_seen = self.tree.get(*first).is_some_and(|first| first.focus.is_none());
        let scalar = is_seen
            && matches!(fact, Fact::Number | Fact::String | Fact::Bool | Fact::Null);
        match self.tree.get(second) {
            Some(step) if scalar && matches!(step.kind, NodeKind::Name(_)) => {
                self.find(
                    step,
                    MISSING,
                    "a string, number, boolean or null has no fields",
                );
                Fact::Missing
            }
            _ => Fact::Unknown,
        }
    }

    fn call(&mut self, node: &Node, procedure: NodeId) -> Fact {
        let Some(callee) = self.tree.get(procedure) else { return Fact::Unknown };
        let NodeKind::Variable(name) = callee.kind else {
            self.find(node, FOREIGN, "a field is called, not a helper");
            return Fact::Unknown;
        };
        match self.tree.text(name).bytes() {
            b"len" => Fact::Number,
            b"append" => Fact::Array,
            b"nowIso" | b"toString" => Fact::String,
            _ => Fact::Unknown,
        }
    }
}
