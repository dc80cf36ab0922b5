//! Calls, `~>`, partial application, function definitions, transforms.

use super::{Compiler, Task};
use crate::error::Result;
use crate::program::{Lambda, Op, PartialCall, SiteToken, Transform};
use crate::size::length;
use crate::syntax::{List, NodeId, NodeKind, Operator};
use alloc::vec::Vec;

impl Compiler<'_> {
    /// Plans a call; in a tail position it takes the place of the running function.
    pub(super) fn call(&mut self, id: NodeId, tail: bool) -> Result<()> {
        let NodeKind::Call { procedure, arguments } = self.get(id)?.kind else {
            return Ok(());
        };
        let count = length(arguments.len());
        let planned = self.tasks.len();
        let builtin = if tail { None } else { self.callee_builtin(procedure)? };
        if builtin.is_none() {
            self.callee(procedure, id, false)?;
        }
        self.add_nodes(arguments);
        let call = match builtin {
            Some(builtin) => Op::CallBuiltin { builtin, arguments: count, piped: false },
            None if tail => Op::TailCall { arguments: count },
            None => Op::Call { arguments: count, piped: false },
        };
        let call = match call {
            Op::TailCall { .. } => Task::EmitAt(call, self.tail_site(id)?),
            _ => Task::Emit(call, id),
        };
        self.add(call);
        self.planned_from(planned);
        Ok(())
    }

    /// Plans `lhs ~> rhs`. A call on the right gets the left value as its first argument,
    /// whatever follows the call itself is passed over, as in the reference.
    pub(super) fn apply(&mut self, id: NodeId, lhs: NodeId, rhs: NodeId) -> Result<()> {
        let NodeKind::Call { procedure, arguments } = self.get(rhs)?.kind else {
            self.plan(&[Task::Node(lhs), Task::Node(rhs), Task::Emit(Op::Apply, id)]);
            return Ok(());
        };
        let count = length(arguments.len()).saturating_add(1);
        let planned = self.tasks.len();
        self.add(Task::Node(lhs));
        let builtin = self.callee_builtin(procedure)?;
        if builtin.is_none() {
            self.callee(procedure, rhs, false)?;
            self.add(Task::Emit(Op::Swap, rhs));
        }
        self.add_nodes(arguments);
        let call = match builtin {
            Some(builtin) => Op::CallBuiltin { builtin, arguments: count, piped: true },
            None => Op::Call { arguments: count, piped: true },
        };
        self.add(Task::Emit(call, rhs));
        self.planned_from(planned);
        Ok(())
    }

    /// Plans a partial application: first the arguments, then the function.
    pub(super) fn partial(&mut self, id: NodeId) -> Result<()> {
        let NodeKind::Partial { procedure, arguments } = self.get(id)?.kind else {
            return Ok(());
        };
        let mut holes = Vec::new();
        for (&argument, position) in self.tree.list(arguments).iter().zip(0_u32..) {
            if matches!(self.get(argument)?.kind, NodeKind::Placeholder) {
                holes.push(position);
            }
        }
        let number = length(self.code.partials.len());
        let count = length(arguments.len());
        self.code.partials.push(PartialCall { arguments: count, holes });
        let planned = self.tasks.len();
        self.add_nodes(arguments);
        self.callee(procedure, id, true)?;
        self.add(Task::Emit(Op::Partial(number), id));
        self.planned_from(planned);
        Ok(())
    }

    fn callee(&mut self, procedure: NodeId, call: NodeId, partial: bool) -> Result<()> {
        self.add(Task::Node(procedure));
        let NodeKind::Path { steps, .. } = self.get(procedure)?.kind else {
            return Ok(());
        };
        let Some(&first) = self.tree.list(steps).first() else { return Ok(()) };
        if let NodeKind::Name(name) | NodeKind::Variable(name) = self.get(first)?.kind {
            let number = self.name(name);
            let span = self.get(procedure)?.span;
            self.add(Task::Load(name, span));
            let check = Op::CheckCallee { name: number, partial };
            self.add(Task::Emit(check, call));
        }
        Ok(())
    }

    fn callee_builtin(
        &mut self,
        procedure: NodeId,
    ) -> Result<Option<crate::builtin::BuiltinId>> {
        let node = self.get(procedure)?;
        let plain = node.predicates.is_empty() && node.group.is_none();
        Ok(match node.kind {
            NodeKind::Variable(name) if plain => self.builtin(name),
            _ => None,
        })
    }

    /// What an error in a call names.
    pub(super) fn callee_token(&self, procedure: NodeId) -> Option<SiteToken> {
        let node = self.tree.get(procedure)?;
        let named = match node.kind {
            NodeKind::Path { steps, .. } => {
                self.tree.get(*self.tree.list(steps).first()?)?
            }
            _ => node,
        };
        Some(SiteToken::Operator(match named.kind {
            NodeKind::Name(text) | NodeKind::Variable(text) | NodeKind::String(text) => {
                let place = self.words.name(text);
                return Some(SiteToken::Text { start: place.start, len: place.len });
            }
            NodeKind::Number(number) => return Some(SiteToken::Number(number)),
            NodeKind::Bool(value) => return Some(SiteToken::Bool(value)),
            NodeKind::Call { .. } | NodeKind::Partial { .. } => Operator::OpenParen,
            NodeKind::Array(_) => Operator::OpenBracket,
            NodeKind::Object(_) => Operator::OpenBrace,
            NodeKind::Negate(_) => Operator::Minus,
            NodeKind::Wildcard => Operator::Star,
            NodeKind::Descendants => Operator::Descendants,
            NodeKind::Binary { operator, .. } => operator,
            NodeKind::Bind { .. } => Operator::Assign,
            NodeKind::Apply { .. } => Operator::Apply,
            _ => return None,
        }))
    }

    /// Plans a function definition; its body comes after the code around it.
    pub(super) fn lambda(&mut self, id: NodeId) -> Result<()> {
        let NodeKind::Lambda { head, body } = self.get(id)?.kind else { return Ok(()) };
        let Some(head) = self.tree.head(head) else { return Ok(()) };
        let scope = self.scopes.add_lambda(id, &head.parameters);
        let (layout, entry) = (self.layout(scope), self.label());
        let number = length(self.code.lambdas.len());
        let parameters = length(head.parameters.len());
        let signature = head.signature.clone();
        self.code.lambdas.push(Lambda { entry, parameters, layout, signature });
        self.bodies.push([
            Task::Place(entry),
            Task::Scope(scope),
            Task::Tail(body),
            Task::Emit(Op::Return, body),
        ]);
        self.plan(&[Task::Emit(Op::Closure(number), id)]);
        Ok(())
    }

    /// Plans a transform: its parts are jumped over here and entered when it is applied.
    pub(super) fn transform(&mut self, id: NodeId) -> Result<()> {
        let NodeKind::Transform { pattern, update, delete } = self.get(id)?.kind else {
            return Ok(());
        };
        let span = self.get(id)?.span;
        let (pattern_label, update_label) = (self.label(), self.label());
        let (clone_label, end) = (self.label(), self.label());
        let delete_label = delete.map(|_| self.label());
        let number = length(self.code.transforms.len());
        let own_site = self.site_of(id)?;
        let update_site = self.site_of(update)?;
        let delete_site = self.site_of(delete.unwrap_or(update))?;
        self.code.transforms.push(Transform {
            pattern: pattern_label,
            update: update_label,
            delete: delete_label,
            clone: clone_label,
            sites: [own_site, update_site, delete_site],
        });
        let clone = self.word(b"clone");
        let planned = self.tasks.len();
        self.tasks.extend_from_slice(&[
            Task::Emit(Op::Transform(number), id),
            Task::Emit(Op::Jump(end), id),
            Task::Place(clone_label),
            Task::Load(clone, span),
            Task::Emit(Op::TransformNext, id),
            Task::Place(pattern_label),
            Task::Node(pattern),
            Task::Emit(Op::TransformNext, id),
            Task::Place(update_label),
            Task::Node(update),
            Task::Emit(Op::TransformNext, update),
        ]);
        if let (Some(delete), Some(label)) = (delete, delete_label) {
            self.add(Task::Place(label));
            self.add(Task::Node(delete));
            self.add(Task::Emit(Op::TransformNext, delete));
        }
        self.add(Task::Place(end));
        self.planned_from(planned);
        Ok(())
    }

    fn add_nodes(&mut self, nodes: List) {
        for &node in self.tree.list(nodes) {
            self.add(Task::Node(node));
        }
    }
}
