//! Calls, `~>`, partial application, function definitions, transforms.

use super::{Compiler, Task};
use crate::error::{Result, Token};
use crate::program::{Lambda, Op, PartialCall, Transform};
use crate::syntax::{NodeId, NodeKind};
use crate::text::Wtf8Buf;
use crate::value::length;
use alloc::vec;
use alloc::vec::Vec;

impl Compiler<'_> {
    /// Plans a call; in a tail position it takes the place of the running function.
    pub(super) fn call(&mut self, id: NodeId, tail: bool) -> Result<()> {
        let NodeKind::Call { procedure, arguments } = self.get(id)?.kind.clone() else {
            return Ok(());
        };
        let count = length(arguments.len());
        let mut tasks = Vec::new();
        let builtin = if tail { None } else { self.callee_builtin(procedure)? };
        if builtin.is_none() {
            self.callee(procedure, id, false, &mut tasks)?;
        }
        push_nodes(&mut tasks, &arguments);
        let call = match builtin {
            Some(builtin) => Op::CallBuiltin { builtin, arguments: count, piped: false },
            None if tail => Op::TailCall { arguments: count },
            None => Op::Call { arguments: count, piped: false },
        };
        tasks.push(match call {
            Op::TailCall { .. } => Task::EmitAt(call, self.tail_site(id)?),
            _ => Task::Emit(call, id),
        });
        self.plan(tasks);
        Ok(())
    }

    /// Plans `lhs ~> rhs`. A call on the right gets the left value as its first argument,
    /// whatever follows the call itself is passed over, as in the reference.
    pub(super) fn apply(&mut self, id: NodeId, lhs: NodeId, rhs: NodeId) -> Result<()> {
        let NodeKind::Call { procedure, arguments } = self.get(rhs)?.kind.clone() else {
            self.plan(vec![Task::Node(lhs), Task::Node(rhs), Task::Emit(Op::Apply, id)]);
            return Ok(());
        };
        let count = length(arguments.len()).saturating_add(1);
        let mut tasks = vec![Task::Node(lhs)];
        let builtin = self.callee_builtin(procedure)?;
        if builtin.is_none() {
            self.callee(procedure, rhs, false, &mut tasks)?;
            tasks.push(Task::Emit(Op::Swap, rhs));
        }
        push_nodes(&mut tasks, &arguments);
        let call = match builtin {
            Some(builtin) => Op::CallBuiltin { builtin, arguments: count, piped: true },
            None => Op::Call { arguments: count, piped: true },
        };
        tasks.push(Task::Emit(call, rhs));
        self.plan(tasks);
        Ok(())
    }

    /// Plans a partial application: first the arguments, then the function.
    pub(super) fn partial(&mut self, id: NodeId) -> Result<()> {
        let NodeKind::Partial { procedure, arguments } = self.get(id)?.kind.clone()
        else {
            return Ok(());
        };
        let mut holes = Vec::new();
        for (&argument, position) in arguments.iter().zip(0_u32..) {
            if matches!(self.get(argument)?.kind, NodeKind::Placeholder) {
                holes.push(position);
            }
        }
        let number = length(self.code.partials.len());
        let count = length(arguments.len());
        self.code.partials.push(PartialCall { arguments: count, holes });
        let mut tasks = Vec::new();
        push_nodes(&mut tasks, &arguments);
        self.callee(procedure, id, true, &mut tasks)?;
        tasks.push(Task::Emit(Op::Partial(number), id));
        self.plan(tasks);
        Ok(())
    }

    fn callee(
        &mut self,
        procedure: NodeId,
        call: NodeId,
        partial: bool,
        tasks: &mut Vec<Task>,
    ) -> Result<()> {
        tasks.push(Task::Node(procedure));
        let NodeKind::Path { steps, .. } = &self.get(procedure)?.kind else {
            return Ok(());
        };
        let Some(&first) = steps.first() else { return Ok(()) };
        if let NodeKind::Name(name) | NodeKind::Variable(name) = &self.get(first)?.kind {
            let name = name.clone();
            let number = self.name(name.as_wtf8().bytes());
            let span = self.get(procedure)?.span;
            tasks.push(Task::Load(name, span));
            let check = Op::CheckCallee { name: number, partial };
            tasks.push(Task::Emit(check, call));
        }
        Ok(())
    }

    fn callee_builtin(
        &mut self,
        procedure: NodeId,
    ) -> Result<Option<crate::builtin::BuiltinId>> {
        let node = self.get(procedure)?;
        let plain = node.predicates.is_empty() && node.group.is_none();
        match &node.kind {
            NodeKind::Variable(name) if plain && !name.as_wtf8().is_empty() => {
                let name = name.clone();
                Ok(self.builtin(name.as_wtf8().bytes()))
            }
            _ => Ok(None),
        }
    }

    /// What an error in a call names.
    pub(super) fn callee_token(&self, procedure: NodeId) -> Option<Token> {
        let node = self.tree.get(procedure)?;
        let named = match &node.kind {
            NodeKind::Path { steps, .. } => self.tree.get(*steps.first()?)?,
            _ => node,
        };
        Some(match &named.kind {
            NodeKind::Name(text) | NodeKind::Variable(text) | NodeKind::String(text) => {
                Token::Text(text.clone())
            }
            NodeKind::Number(number) => Token::Number(*number),
            NodeKind::Bool(value) => Token::Bool(*value),
            NodeKind::Call { .. } | NodeKind::Partial { .. } => Token::from("("),
            NodeKind::Array(_) => Token::from("["),
            NodeKind::Object(_) => Token::from("{"),
            NodeKind::Negate(_) => Token::from("-"),
            NodeKind::Wildcard => Token::from("*"),
            NodeKind::Descendants => Token::from("**"),
            NodeKind::Binary { operator, .. } => Token::from(operator.as_str()),
            NodeKind::Bind { .. } => Token::from(":="),
            NodeKind::Apply { .. } => Token::from("~>"),
            _ => return None,
        })
    }

    /// Plans a function definition; its body comes after the code around it.
    pub(super) fn lambda(&mut self, id: NodeId) -> Result<()> {
        let NodeKind::Lambda { parameters, signature, body } = self.get(id)?.kind.clone()
        else {
            return Ok(());
        };
        let mut names = Vec::with_capacity(parameters.len());
        for parameter in &parameters {
            names.push(self.name(parameter.as_wtf8().bytes()));
        }
        let count = length(names.len());
        let scope = self.scopes.add_lambda(id, names);
        let layout = self.layout(scope);
        let entry = self.label();
        let number = length(self.code.lambdas.len());
        let parameters = count;
        self.code.lambdas.push(Lambda { entry, parameters, layout, signature });
        self.bodies.push(vec![
            Task::Place(entry),
            Task::Scope(scope),
            Task::Tail(body),
            Task::Emit(Op::Return, body),
        ]);
        self.plan(vec![Task::Emit(Op::Closure(number), id)]);
        Ok(())
    }

    /// Plans a transform: its parts are jumped over here and entered when it is applied.
    pub(super) fn transform(&mut self, id: NodeId) -> Result<()> {
        let NodeKind::Transform { pattern, update, delete } = self.get(id)?.kind.clone()
        else {
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
        let mut tasks = vec![
            Task::Emit(Op::Transform(number), id),
            Task::Emit(Op::Jump(end), id),
            Task::Place(clone_label),
            Task::Load(Wtf8Buf::from("clone"), span),
            Task::Emit(Op::TransformNext, id),
            Task::Place(pattern_label),
            Task::Node(pattern),
            Task::Emit(Op::TransformNext, id),
            Task::Place(update_label),
            Task::Node(update),
            Task::Emit(Op::TransformNext, update),
        ];
        if let (Some(delete), Some(label)) = (delete, delete_label) {
            tasks.push(Task::Place(label));
            tasks.push(Task::Node(delete));
            tasks.push(Task::Emit(Op::TransformNext, delete));
        }
        tasks.push(Task::Place(end));
        self.plan(tasks);
        Ok(())
    }
}

fn push_nodes(tasks: &mut Vec<Task>, nodes: &[NodeId]) {
    for &node in nodes {
        tasks.push(Task::Node(node));
    }
}
