//! Calling functions, and returning from them.
//!
//! A call either has its result at once or leaves a frame. When a result is there, it goes
//! on the stack, or to the frame that waits for it; that frame may call the next function.
//! [`Machine::settle`] goes back and forth between the two, so a built-in that calls a
//! built-in that calls a built-in needs no more of the host's stack than one.

use super::frame::{Frame, Return, Saved};
use super::{Loaded, Machine, bug, numbered};
use crate::builtin::{Body, BuiltinId, DEFAULTS, Next, REST, argument, check_arguments};
use crate::compile::{Library, compile_text};
use crate::error::{Error, ErrorKind, Result};
use crate::text::Wtf8Buf;
use crate::value::{Array, Function, Marks, Value, index, length};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// What became of a call.
pub(super) enum Called {
    /// Its result is there.
    Result(Value),
    /// It runs in the machine's loop.
    Running,
    /// It is a frame that has to be asked what it wants.
    Waiting,
}

impl Machine<'_> {
    /// The arguments of a call, in the room that `arguments` is; who calls puts it back.
    fn pop_arguments(&mut self, count: u32) -> Result<Vec<Value>> {
        let start = self.room.stack.len().checked_sub(index(count));
        let start = start.ok_or_else(|| bug("an argument is missing"))?;
        let mut arguments = core::mem::take(&mut self.room.arguments);
        arguments.clear();
        arguments.extend_from_slice(self.room.stack.get(start..).unwrap_or_default());
        self.room.stack.truncate(start);
        Ok(arguments)
    }

    /// The arguments of a call as its function gets them. What was piped into it is still
    /// what it was.
    fn pop_passed(&mut self, count: u32, piped: bool) -> Result<Vec<Value>> {
        let mut arguments = self.pop_arguments(count)?;
        for argument in arguments.iter_mut().skip(usize::from(piped)) {
            *argument = argument.passed();
        }
        Ok(arguments)
    }

    pub(super) fn call(&mut self, count: u32, piped: bool) -> Result<()> {
        let arguments = self.pop_passed(count, piped)?;
        let function = self.pop()?;
        let ret = Return::To(self.pc);
        self.launch(function, arguments, self.input, ret)
    }

    pub(super) fn call_builtin(
        &mut self,
        id: BuiltinId,
        count: u32,
        piped: bool,
    ) -> Result<()> {
        let ret = Return::To(self.pc);
        if self.given.bindings.is_some() {
            let name = self.heap.intern(id.row()?.name().as_bytes());
            let function = self.global(name, Some(id))?;
            let arguments = self.pop_passed(count, piped)?;
            return self.launch(function, arguments, self.input, ret);
        }
        let arguments = self.pop_passed(count, piped)?;
        let called = self.invoke_builtin(id, &arguments, self.input, true, ret)?;
        self.room.arguments = arguments;
        self.settle(called, ret)
    }

    /// Calls in place of the running function: its frame goes first, so a loop of tail
    /// calls needs no memory.
    pub(super) fn tail_call(&mut self, count: u32) -> Result<()> {
        let arguments = self.pop_arguments(count)?;
        let function = self.pop()?;
        let (ret, context) = self.close_call()?;
        self.launch(function, arguments, context, ret)
    }

    /// Ends a function: its value is on the stack.
    pub(super) fn leave_call(&mut self) -> Result<()> {
        let value = self.pop()?;
        let (ret, _) = self.close_call()?;
        self.settle(Called::Result(value), ret)
    }

    fn close_call(&mut self) -> Result<(Return, Value)> {
        let Some(Frame::Call { saved, context }) = self.room.frames.pop() else {
            return Err(bug("a return without a call"));
        };
        self.depth = self.depth.saturating_sub(1);
        Ok((self.restore(saved), context))
    }

    /// Goes back to where a call came from.
    pub(super) fn restore(&mut self, saved: Saved) -> Return {
        self.switch_to(saved.program);
        self.input = saved.input;
        self.scope = saved.scope;
        self.room.scopes.release(saved.scopes);
        self.pc = match saved.ret {
            Return::To(pc) => pc,
            Return::Below => saved.called_at.saturating_add(1),
        };
        saved.ret
    }

    pub(super) fn save(&self, ret: Return) -> Saved {
        Saved {
            ret,
            program: self.program.number,
            input: self.input,
            scope: self.scope,
            scopes: self.room.scopes.count(),
            called_at: self.pc.saturating_sub(1),
        }
    }

    /// Hands results on until something runs again.
    pub(super) fn settle(&mut self, mut called: Called, mut ret: Return) -> Result<()> {
        loop {
            let answer = match called {
                Called::Running => return Ok(()),
                Called::Result(value) => {
                    if let Return::To(pc) = ret {
                        self.push(value);
                        self.pc = pc;
                        return Ok(());
                    }
                    Some(value)
                }
                Called::Waiting => None,
            };
            self.heap.budget.charge(1)?;
            let asked = self.ask(answer);
            if asked.is_err() {
                // Not where the last call ended: where the function was called that waits.
                self.failing = self.pc.checked_sub(1);
            }
            (called, ret) = asked?;
        }
    }

    /// Asks the frame on top what it wants, giving it the result that it waited for.
    fn ask(&mut self, answer: Option<Value>) -> Result<(Called, Return)> {
        match self.room.frames.pop() {
            Some(Frame::Native { mut waiting, ret }) => {
                match waiting.resume(&mut self.context(), answer)? {
                    Next::Done(value) => Ok((Called::Result(value), ret)),
                    Next::Call(function, arguments) => {
                        self.room.frames.push(Frame::Native { waiting, ret });
                        let (context, below) = (Value::Null, Return::Below);
                        self.invoke(function, &arguments, context, below)
                    }
                }
            }
            Some(Frame::Compose { second, context, ret }) => {
                let argument = self.heap.unwrap_sequence(answer.unwrap_or_default());
                self.invoke(second, &[argument], context, ret)
            }
            Some(Frame::Transform(transformer)) => {
                self.transform_cloned(transformer, answer)
            }
            _ => Err(bug("a result that nothing waits for")),
        }
    }

    /// Calls a function, and hands on what it gives at once.
    pub(super) fn launch(
        &mut self,
        function: Value,
        arguments: Vec<Value>,
        context: Value,
        ret: Return,
    ) -> Result<()> {
        let (called, ret) = self.invoke(function, &arguments, context, ret)?;
        self.room.arguments = arguments;
        self.settle(called, ret)
    }

    /// Calls a function. Its result goes where it says, which is to the frame below if a
    /// composition called its first function.
    fn invoke(
        &mut self,
        mut function: Value,
        arguments: &[Value],
        mut context: Value,
        mut ret: Return,
    ) -> Result<(Called, Return)> {
        let mut filled = None;
        let mut checks = true;
        // What is applied partially or composed leads to another function.
        loop {
            let arguments = filled.as_deref().unwrap_or(arguments);
            if function.is_passed() {
                (context, checks) = (Value::Null, true);
            }
            let number = match function {
                Value::Function(number) => number,
                Value::Null => {
                    let what = "`null` is called as a function";
                    return Err(Error::from(ErrorKind::NativeFault { what }));
                }
                _ => return Err(Error::from(ErrorKind::NotCallable)),
            };
            let callee = self.heap.function(number).cloned();
            let callee = callee.ok_or_else(|| bug("a function that is not there"))?;
            match callee {
                Function::Partial { target, arguments: given, holes } => {
                    filled = Some(self.fill_holes(given, &holes, arguments)?);
                    (function, checks) = (target, false);
                }
                Function::Composition { first, second } => {
                    self.heap.budget.charge(1)?;
                    filled = Some(alloc::vec![argument(arguments, 0).passed()]);
                    self.room.frames.push(Frame::Compose { second, context, ret });
                    (function, checks) = (first, true);
                    (context, ret) = (Value::Null, Return::Below);
                }
                callee => {
                    let called = self.enter(callee, arguments, context, checks, ret)?;
                    return Ok((called, ret));
                }
            }
        }
    }

    /// Calls a function that has code of its own. Its signature is not checked when the
    /// arguments come from a partial application.
    fn enter(
        &mut self,
        function: Function,
        arguments: &[Value],
        context: Value,
        checks: bool,
        ret: Return,
    ) -> Result<Called> {
        match function {
            Function::Builtin(id) => {
                self.invoke_builtin(BuiltinId(id), arguments, context, checks, ret)
            }
            Function::Closure { program, lambda, scope, input, .. } => {
                self.allow("lambda")?;
                let place = (program, lambda, scope);
                self.enter_closure(place, input, arguments, (context, checks), ret)
            }
            Function::Transform { program, transform, scope } => {
                self.allow("transform")?;
                self.start_transform((program, transform), scope, arguments, ret)
            }
            Function::Regex(regex) => {
                self.allow("regex")?;
                let matched =
                    crate::builtin::match_regex(&mut self.context(), &regex, arguments)?;
                Ok(Called::Result(matched))
            }
            Function::NextMatch { regex, subject, from } => {
                self.allow("next")?;
                let context = &mut self.context();
                let matched = crate::builtin::next_match(context, &regex, subject, from)?;
                Ok(Called::Result(matched))
            }
            Function::Partial { .. } | Function::Composition { .. } => {
                Err(bug("a function that is not there"))
            }
        }
    }

    /// In the contract only the helpers can be called, whatever name they go by.
    fn allow(&self, name: &str) -> Result<()> {
        match self.given.library {
            Library::Jsonata => Ok(()),
            Library::Workflow => Err(Error::from(ErrorKind::DisallowedFunction {
                name: Wtf8Buf::from(name),
                suggestion: None,
            })),
        }
    }

    fn fill_holes(
        &mut self,
        given: Array,
        holes: &[u32],
        arguments: &[Value],
    ) -> Result<Vec<Value>> {
        self.heap.budget.charge(u64::from(given.len))?;
        let mut all = self.heap.items(given).to_vec();
        for (&hole, &argument) in holes.iter().zip(arguments) {
            if let Some(place) = all.get_mut(index(hole)) {
                *place = argument;
            }
        }
        Ok(all)
    }

    fn invoke_builtin(
        &mut self,
        id: BuiltinId,
        arguments: &[Value],
        context: Value,
        checks: bool,
        ret: Return,
    ) -> Result<Called> {
        let row = id.row()?;
        if !id.is_helper() && self.given.library == Library::Workflow {
            self.allow(row.name())?;
        }
        let checked = match checks {
            true => self.checked_arguments(id, arguments, context)?,
            false => None,
        };
        let arguments = checked.as_deref().unwrap_or(arguments);
        row.cost.charge(self.heap, arguments)?;
        match row.call {
            Body::Native(body) => {
                body(&mut self.context(), arguments).map(Called::Result)
            }
            Body::HigherOrder(body) => {
                let waiting = body(&mut self.context(), arguments)?;
                self.room.frames.push(Frame::Native { waiting, ret });
                Ok(Called::Waiting)
            }
            Body::Eval => {
                let context = if checks { context } else { Value::Undefined };
                self.eval_text(arguments, context, ret)
            }
        }
    }

    fn checked_arguments(
        &mut self,
        id: BuiltinId,
        arguments: &[Value],
        context: Value,
    ) -> Result<Option<Vec<Value>>> {
        if !id.row()?.is_checked() {
            return Ok(None);
        }
        let known = self.program.code.signatures.iter().find(|known| known.0 == id);
        let parsed;
        let signature = match known {
            Some((_, signature)) => signature,
            // The function came from another program, through `$eval`.
            None => {
                parsed = id.signature()?;
                &parsed
            }
        };
        check_arguments(self.heap, signature, arguments, context)
    }

    fn enter_closure(
        &mut self,
        (program, lambda, scope): (u32, u32, u32),
        input: Value,
        arguments: &[Value],
        (context, checks): (Value, bool),
        ret: Return,
    ) -> Result<Called> {
        let loaded = numbered(program, &self.program, &self.programs);
        let loaded = loaded.ok_or_else(|| bug("a function of a lost program"))?;
        let lambda = loaded.code.lambdas.get(index(lambda));
        let lambda = lambda.ok_or_else(|| bug("a function without a body"))?;
        let checked = match &lambda.signature {
            Some(signature) if checks => {
                check_arguments(self.heap, signature, arguments, context)?
            }
            _ => None,
        };
        let arguments = checked.as_deref().unwrap_or(arguments);
        let depth = self.depth.saturating_add(1);
        self.heap.budget.enter(depth)?;
        self.depth = depth;
        let (layout, parameters, entry) =
            (lambda.layout, lambda.parameters, lambda.entry);
        let saved = self.save(ret);
        self.room.frames.push(Frame::Call { saved, context });
        self.input = input;
        self.pc = entry;
        self.switch_to(program);
        self.scope = self.open_scope(Some(scope), layout)?;
        self.bind_parameters(self.scope, parameters, arguments);
        Ok(Called::Running)
    }

    pub(super) fn closure(&mut self, number: u32) -> Result<()> {
        let lambda = self.program.code.lambdas.get(index(number));
        let arity = lambda.map(|lambda| lambda.parameters).unwrap_or_default();
        let (program, input) = (self.program.number, self.input);
        let scope = self.capture();
        let closure = Function::Closure { program, lambda: number, scope, input, arity };
        self.push_function(closure)
    }

    /// A callee that is a field: if there is none but a variable of its name, the author
    /// has forgotten the `$`.
    pub(super) fn check_callee(&mut self, name: u32, partial: bool) -> Result<()> {
        let variable = self.pop()?;
        let callee = self.room.stack.last().copied().unwrap_or_default();
        let truthy = match variable {
            Value::Undefined | Value::Null | Value::Bool(false) => false,
            Value::Number(number) => number != 0.0 && !number.is_nan(),
            Value::String(text) => text.len > 0,
            _ => true,
        };
        if callee.is_undefined() && truthy {
            let text = self.heap.name(self.program.key(name));
            let name = self.heap.text(text).to_owned();
            return Err(Error::from(if partial {
                ErrorKind::PartialOfField { name }
            } else {
                ErrorKind::CallOfField { name }
            }));
        }
        Ok(())
    }

    pub(super) fn apply(&mut self) -> Result<()> {
        let function = self.pop()?;
        let lhs = self.pop()?;
        if !matches!(function, Value::Function(_)) {
            return Err(Error::from(ErrorKind::ApplyNotFunction));
        }
        if matches!(lhs, Value::Function(_)) {
            return self
                .push_function(Function::Composition { first: lhs, second: function });
        }
        let ret = Return::To(self.pc);
        self.launch(function, alloc::vec![lhs], Value::Null, ret)
    }

    pub(super) fn partial(&mut self, number: u32) -> Result<()> {
        let function = self.pop()?;
        let described = self.program.code.partials.get(index(number));
        let described =
            described.ok_or_else(|| bug("a partial call is not described"))?;
        let (count, mut holes) = (described.arguments, described.holes.clone());
        let mut arguments = self.pop_arguments(count)?;
        let Value::Function(target) = function else {
            return Err(Error::from(ErrorKind::NotApplicable));
        };
        if function.is_passed() {
            return Err(Error::from(ErrorKind::PartialOfRest));
        }
        let parameters = self.parameters(target)?;
        // Arguments past the declared parameters are dropped, missing ones are undefined.
        if let Some(parameters) = parameters {
            arguments.resize(index(parameters), Value::Undefined);
            holes.retain(|&hole| hole < parameters);
        }
        let array = self.heap.add_array(&arguments, Marks::NONE)?;
        let Value::Array(arguments) = array else { return Err(bug("an array is none")) };
        self.push_function(Function::Partial { target: function, arguments, holes })
    }

    /// How many parameters a function declares, `None` for any number.
    fn parameters(&self, function: u32) -> Result<Option<u32>> {
        Ok(match self.heap.function(function) {
            Some(Function::Builtin(id)) => {
                let row = BuiltinId(*id).row()?;
                match row.parameters {
                    DEFAULTS => return Err(Error::from(ErrorKind::PartialOfDefault)),
                    REST => return Err(Error::from(ErrorKind::PartialOfRest)),
                    parameters => Some(u32::from(parameters)),
                }
            }
            Some(Function::Closure { arity, .. }) => Some(*arity),
            Some(Function::Partial { holes, .. }) => Some(length(holes.len())),
            Some(Function::Composition { .. } | Function::Transform { .. }) => Some(1),
            Some(Function::Regex(_)) => Some(2),
            _ => Some(0),
        })
    }

    /// `$eval`: compiles a text and runs it in the scope of the call.
    fn eval_text(
        &mut self,
        arguments: &[Value],
        context: Value,
        ret: Return,
    ) -> Result<Called> {
        let text = match arguments.first() {
            Some(&Value::String(text)) => text,
            None | Some(Value::Undefined) => return Ok(Called::Result(Value::Undefined)),
            Some(_) => {
                let inner = Wtf8Buf::from("the expression is no text");
                return Err(Error::from(ErrorKind::EvalSyntax { inner }));
            }
        };
        self.heap.budget.charge(u64::from(text.len))?;
        self.heap.budget.allocate(u64::from(text.len).saturating_mul(16))?;
        let source = self.heap.text(text).to_owned();
        let code = compile_text(&source, self.given.library).map_err(|error| {
            Error::from(ErrorKind::EvalSyntax { inner: error.message() })
        })?;
        if self.programs.is_empty() {
            self.programs.push(Arc::clone(&self.program));
        }
        let number = length(self.programs.len());
        self.programs.push(Loaded::new(self.heap, &code, number));
        let input = match arguments.get(1).copied().unwrap_or_default() {
            Value::Undefined => context,
            Value::Array(array) if !array.is_sequence() => {
                let marks = Marks::SEQUENCE.with(Marks::OUTER);
                self.heap.add_array(&[Value::Array(array)], marks)?
            }
            focus => focus,
        };
        let depth = self.depth.saturating_add(1);
        self.heap.budget.enter(depth)?;
        self.depth = depth;
        let saved = self.save(ret);
        self.room.frames.push(Frame::Eval { saved });
        self.switch_to(number);
        self.input = input;
        self.pc = 0;
        Ok(Called::Running)
    }

    /// Ends a program: the main one gives its result, that of `$eval` returns.
    pub(super) fn end(&mut self) -> Result<()> {
        let Some(frame) = self.room.frames.pop() else {
            self.ended = true;
            return Ok(());
        };
        let value = self.pop()?;
        let Frame::Eval { saved } = frame else {
            return Err(bug("a frame was left open"));
        };
        self.depth = self.depth.saturating_sub(1);
        // What the text bound stays bound, so the scopes it used stay too.
        let saved = Saved { scopes: u32::MAX, ..saved };
        let ret = self.restore(saved);
        self.settle(Called::Result(value), ret)
    }

    /// A boxed frame for a transform, for the modules beside this one.
    pub(super) fn push_transform(
        &mut self,
        transformer: Box<super::transform::Transformer>,
    ) {
        self.room.frames.push(Frame::Transform(transformer));
    }
}
