//! [`Code`] over values: a machine with a stack of frames of its own.
//!
//! Calls, loops over items and functions that wait for other functions are frames, so the
//! host's stack does not grow with the expression or the data, and the budget can stop
//! the machine between any two operations.

mod call;
mod failure;
mod frame;
mod group;
mod object;
mod operator;
mod path;
mod scope;
mod sort;
mod transform;
mod tuple;

use crate::builtin::Context;
use crate::compile::Library;
use crate::error::{Error, ErrorKind, Result};
use crate::program::{Code, Constant, Op, Pc};
use crate::value::{
    Array, Function, Heap, Key, Mark, Marks, Object, Text, Value, index, length,
};
use alloc::sync::Arc;
use alloc::vec::Vec;
use frame::Frame;
use scope::Scopes;

/// What an evaluation is given besides its program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given {
    /// The context.
    pub(crate) context: Value,
    /// The host's bindings.
    pub(crate) bindings: Option<Object>,
    /// The time in milliseconds.
    pub(crate) now: Option<i64>,
    /// The seed of random numbers.
    pub(crate) seed: Option<u64>,
    /// Whose functions names mean; in the contract's, only the helpers can be called.
    pub(crate) library: Library,
}

/// Evaluates the program that is loaded.
pub(crate) fn evaluate(heap: &mut Heap, room: &mut Room, given: Given) -> Result<Value> {
    let (program, before) = room.loaded.take().ok_or_else(|| bug("nothing is loaded"))?;
    let mut machine = Machine::new(heap, room, program, given);
    let ended = machine.run_to_end();
    let Machine { program, programs, .. } = machine;
    // Where one that `$eval` compiled has failed, it still is the one that runs.
    let first = programs.into_iter().next().unwrap_or(program);
    room.loaded = Some((first, before));
    room.clear();
    ended
}

/// What a machine works in, to be used again.
#[derive(Default)]
pub(crate) struct Room {
    /// The program that was evaluated last, and how far the heap was filled before it came.
    loaded: Option<(Arc<Loaded>, Mark)>,
    stack: Vec<Value>,
    frames: Vec<Frame>,
    scopes: Scopes,
    /// For the arguments of a call.
    arguments: Vec<Value>,
    /// For the keys of an object.
    keys: Vec<Key>,
}

impl Room {
    /// Puts a program among the values of `heap`, unless it still is there from the evaluation
    /// before: whoever cuts the heap back does so to a later mark, or calls [`Room::forget`].
    pub(crate) fn load(&mut self, heap: &mut Heap, code: &Arc<Code>) {
        if let Some((loaded, before)) = &self.loaded {
            if Arc::ptr_eq(&loaded.code, code) {
                return;
            }
            heap.reset(*before);
        }
        let before = heap.mark();
        self.loaded = Some((Loaded::new(heap, code, 0), before));
    }

    fn clear(&mut self) {
        self.stack.clear();
        self.frames.clear();
        self.scopes.clear();
        self.arguments.clear();
        self.keys.clear();
    }

    /// Forgets the program, and gives back what is much.
    pub(crate) fn forget(&mut self) {
        self.loaded = None;
        let lists = [
            self.stack.capacity(),
            self.frames.capacity(),
            self.scopes.capacity(),
            self.arguments.capacity(),
            self.keys.capacity(),
        ];
        if lists.into_iter().any(|capacity| capacity > KEPT) {
            *self = Room::default();
        }
    }
}

/// Items of a list for which the room is kept.
const KEPT: usize = 256;

/// How many operations run at a time. An engine that compiles WebAssembly while it runs
/// enters the better code with the next call, so a program is not one call.
const SLICE: u32 = 4096;

/// A program in the heap it works on: its names are keys there, its texts values.
#[derive(Debug)]
pub(crate) struct Loaded {
    code: Arc<Code>,
    number: u32,
    keys: Vec<Key>,
    /// Where its texts begin in the heap.
    texts: u32,
}

impl Loaded {
    fn new(heap: &mut Heap, code: &Arc<Code>, number: u32) -> Arc<Loaded> {
        let bytes = heap.add_text_unpaid(&code.bytes);
        let texts = bytes.start;
        let mut keys = Vec::with_capacity(code.names.len());
        for name in &code.names {
            let text = Text { start: texts.saturating_add(name.start), len: name.len };
            keys.push(heap.intern_known(text, name.hash));
        }
        Arc::new(Loaded { code: Arc::clone(code), number, keys, texts })
    }

    fn constant(&self, number: u32) -> Value {
        match self.code.constants.get(index(number)) {
            None | Some(Constant::Null) => Value::Null,
            Some(&Constant::Bool(value)) => Value::Bool(value),
            Some(&Constant::Number(number)) => Value::Number(number),
            Some(&Constant::Text { start, len }) => {
                Value::String(Text { start: self.texts.saturating_add(start), len })
            }
        }
    }

    fn key(&self, name: u32) -> Key {
        self.keys.get(index(name)).copied().unwrap_or_default()
    }
}

struct Machine<'h> {
    heap: &'h mut Heap,
    room: &'h mut Room,
    given: Given,
    random: Option<u64>,
    /// All programs by number, once `$eval` has compiled one.
    programs: Vec<Arc<Loaded>>,
    /// The program that is running.
    program: Arc<Loaded>,
    /// The next operation.
    pc: Pc,
    /// `$`
    input: Value,
    /// The innermost scope.
    scope: u32,
    /// How many calls are nested.
    depth: u32,
    /// Whether the program came to its end: its value is on the stack.
    ended: bool,
    /// The operation that failed, where it is not the one that runs.
    failing: Option<Pc>,
}

/// The program with a number, which is the one that runs or among all.
fn numbered<'a>(
    number: u32,
    running: &'a Arc<Loaded>,
    all: &'a [Arc<Loaded>],
) -> Option<&'a Arc<Loaded>> {
    if number == running.number { Some(running) } else { all.get(index(number)) }
}

#[cold]
#[inline(never)]
fn bug(what: &'static str) -> Error {
    Error::from(ErrorKind::Bug { what })
}

impl<'h> Machine<'h> {
    fn new(
        heap: &'h mut Heap,
        room: &'h mut Room,
        program: Arc<Loaded>,
        given: Given,
    ) -> Self {
        Machine {
            heap,
            room,
            given,
            random: given.seed,
            programs: Vec::new(),
            program,
            pc: 0,
            input: given.context,
            scope: 0,
            depth: 0,
            ended: false,
            failing: None,
        }
    }

    fn run_to_end(&mut self) -> Result<Value> {
        if let context @ Value::Array(_) = self.input {
            let marks = Marks::SEQUENCE.with(Marks::OUTER);
            self.input = self.heap.add_array(&[context], marks)?;
        }
        self.scope = self.open_scope(None, self.program.code.layout)?;
        while !self.ended {
            self.run()?;
        }
        self.pop()
    }

    /// Runs a number of operations, or up to the end.
    #[inline(never)]
    fn run(&mut self) -> Result<()> {
        for _ in 0..SLICE {
            let pc = self.pc;
            let op = self.program.code.ops.get(index(pc)).copied();
            let op = op.ok_or_else(|| bug("the program ran past its end"))?;
            self.pc = pc.saturating_add(1);
            let charged = self.heap.budget.charge(op.steps()).map_err(Error::from);
            if let Err(error) = charged.and_then(|()| self.step(op)) {
                let pc = self.failing.unwrap_or(pc);
                return Err(self.failure(error, pc));
            }
            if self.ended {
                break;
            }
        }
        Ok(())
    }

    /// Carries out one operation.
    #[inline(always)]
    fn step(&mut self, op: Op) -> Result<()> {
        match op {
            Op::Constant(number) => {
                let value = self.program.constant(number);
                self.push(value);
            }
            Op::Undefined => self.push(Value::Undefined),
            Op::Input { raw } => {
                let value = match self.input {
                    Value::Array(array) if array.marks.has(Marks::OUTER) => {
                        self.heap.item(array, 0)
                    }
                    input if raw => input,
                    input => self.heap.unwrap_sequence(input),
                };
                self.push(value);
            }
            Op::Source => self.push(self.input),
            Op::Root => self.push(self.given.context),
            Op::Load { up, slot, raw, bound } => self.load((up, slot), raw, bound),
            Op::LoadTuple { up, name, bound } => self.load_tuple(up, name, bound),
            Op::LoadNamed(name) => self.load_named(name)?,
            Op::LoadGlobal { name, builtin } => {
                let value = self.global(self.program.key(name), builtin)?;
                self.push(value);
            }
            Op::Bind { up, slot } => self.bind(up, slot)?,
            Op::BindNamed(name) => self.bind_named(name)?,
            Op::EnterScope(layout) => {
                self.scope = self.open_scope(Some(self.scope), layout)?;
            }
            Op::LeaveScope => self.leave_scope(),
            Op::Drop => {
                self.pop()?;
            }
            Op::Jump(target) => self.pc = target,
            Op::JumpIfFalse(target) => {
                if !self.pop_truth()? {
                    self.pc = target;
                }
            }
            Op::And(target) => {
                if !self.pop_truth()? {
                    self.push(Value::Bool(false));
                    self.pc = target;
                }
            }
            Op::Or(target) => {
                if self.pop_truth()? {
                    self.push(Value::Bool(true));
                    self.pc = target;
                }
            }
            Op::Truth => {
                let truth = self.pop_truth()?;
                self.push(Value::Bool(truth));
            }
            Op::Elvis(target) => {
                let value = self.pop()?;
                if self.heap.truth(value)? {
                    self.push(value);
                    self.pc = target;
                }
            }
            Op::Coalesce(target) => {
                let value = self.pop()?;
                if !value.is_undefined() {
                    self.push(value);
                    self.pc = target;
                }
            }
            Op::Negate => self.negate()?,
            Op::Arithmetic(operator) => self.arithmetic(operator)?,
            Op::Compare(operator) => self.compare(operator)?,
            Op::Equal => self.equality(true)?,
            Op::NotEqual => self.equality(false)?,
            Op::In => self.contains()?,
            Op::Concat => self.concat()?,
            Op::Range => self.range()?,
            Op::ArrayStart => {
                let base = self.height();
                self.room.frames.push(Frame::Items { base });
            }
            Op::ArrayItem { nested } => self.array_item(nested)?,
            Op::ArrayEnd { constructed } => self.array_end(constructed)?,
            Op::Field { name, last, keep } => {
                let items = self.pop()?;
                self.field(items, name, last, keep)?;
            }
            Op::InputField { name, last, keep } => {
                self.field(self.input, name, last, keep)?;
            }
            Op::Lookup { name, keep } => {
                let key = self.program.key(name);
                let value = self.heap.field(self.input, key, keep)?;
                self.push(value);
            }
            Op::Wildcard => self.wildcard()?,
            Op::Descendants => self.descendants()?,
            Op::Each { first, end } => self.each(first, end)?,
            Op::Next { last } => self.next(last)?,
            Op::StepResult { last } => {
                let value = self.pop()?;
                let results: &[Value] = if value.is_undefined() { &[] } else { &[value] };
                let value = self.heap.flatten_results(results, last)?;
                self.push(value);
            }
            Op::ListInput => self.list_input()?,
            Op::PutInputBack => {
                let value = self.pop()?;
                self.input = self.pop()?;
                self.push(value);
            }
            Op::ConstructedItems { end, keep, listed } => {
                self.constructed_items(end, keep, listed)?;
            }
            Op::Filter { tuples, end } => self.filter(tuples, end)?,
            Op::FilterNext => self.filter_next()?,
            Op::FilterIndex(number) => self.filter_index(number)?,
            Op::KeepSingleton => self.keep_singleton()?,
            Op::KeepSequence => {
                let value = self.pop()?;
                let kept = self.heap.keep_sequence(value)?;
                self.push(kept);
            }
            Op::Unwrap { keep } => {
                let mut value = self.pop()?;
                if let Value::Array(array) = &mut value
                    && keep
                    && array.is_sequence()
                {
                    array.marks = array.marks.with(Marks::KEEP);
                }
                let value = self.heap.unwrap_sequence(value);
                self.push(value);
            }
            Op::Group(number) => self.group(number)?,
            Op::GroupNext => self.group_next()?,
            Op::Sort(number) => self.sort(number)?,
            Op::SortNext => self.sort_next()?,
            Op::TupleEach { step, end, path_end } => {
                self.tuple_each(step, end, path_end)?
            }
            Op::TupleNext => self.tuple_next()?,
            Op::TupleSorted { step } => self.tuple_sorted(step)?,
            Op::TupleIndex(name) => self.tuple_index(name)?,
            Op::TupleItems => self.tuple_items()?,
            Op::Closure(number) => self.closure(number)?,
            Op::Transform(transform) => {
                let (program, scope) = (self.program.number, self.capture());
                let function = Function::Transform { program, transform, scope };
                self.push_function(function)?;
            }
            Op::TransformNext => self.transform_next()?,
            Op::Regex(number) => {
                let regex = self.program.code.regexes.get(index(number)).cloned();
                let regex = regex.ok_or_else(|| bug("a lost regular expression"))?;
                self.push_function(Function::Regex(regex))?;
            }
            Op::CheckCallee { name, partial } => self.check_callee(name, partial)?,
            Op::Swap => {
                let top = self.pop()?;
                let below = self.pop()?;
                self.push(top);
                self.push(below);
            }
            Op::Copy => {
                let top = self.pop()?;
                self.push(top);
                self.push(top);
            }
            Op::Call { arguments, piped } => self.call(arguments, piped)?,
            Op::TailCall { arguments } => self.tail_call(arguments)?,
            Op::CallBuiltin { builtin, arguments, piped } => {
                self.call_builtin(builtin, arguments, piped)?
            }
            Op::Apply => self.apply()?,
            Op::Partial(number) => self.partial(number)?,
            Op::Return => self.leave_call()?,
            Op::End => self.end()?,
        }
        Ok(())
    }

    /// The program with that number.
    fn loaded(&self, number: u32) -> Option<&Arc<Loaded>> {
        numbered(number, &self.program, &self.programs)
    }

    /// Goes on in the program with that number.
    fn switch_to(&mut self, number: u32) {
        if number != self.program.number
            && let Some(program) = self.programs.get(index(number))
        {
            self.program = Arc::clone(program);
        }
    }

    fn push(&mut self, value: Value) {
        self.room.stack.push(value);
    }

    fn pop(&mut self) -> Result<Value> {
        self.room.stack.pop().ok_or_else(|| bug("an operand is missing"))
    }

    fn pop_truth(&mut self) -> Result<bool> {
        let value = self.pop()?;
        self.heap.truth(value)
    }

    fn push_function(&mut self, function: Function) -> Result<()> {
        let value = self.heap.add_function(function)?;
        self.push(value);
        Ok(())
    }

    /// How many values are on the stack.
    fn height(&self) -> u32 {
        length(self.room.stack.len())
    }

    /// The values from `base` up.
    fn above(&self, base: u32) -> &[Value] {
        self.room.stack.get(index(base)..).unwrap_or_default()
    }

    fn truncate(&mut self, base: u32) {
        self.room.stack.truncate(index(base));
    }

    /// What a built-in function can reach.
    fn context(&mut self) -> Context<'_> {
        Context { heap: self.heap, now: self.given.now, random: &mut self.random }
    }

    fn array_item(&mut self, nested: bool) -> Result<()> {
        let value = self.pop()?;
        match value {
            Value::Undefined => {}
            Value::Array(array) if !nested => self.push_items(array)?,
            value => self.push(value),
        }
        Ok(())
    }

    /// Pushes the items of an array, one by one.
    fn push_items(&mut self, array: Array) -> Result<()> {
        self.heap.pay_items(index(array.len))?;
        self.room.stack.extend_from_slice(self.heap.items(array));
        Ok(())
    }

    fn array_end(&mut self, constructed: bool) -> Result<()> {
        let Some(Frame::Items { base }) = self.room.frames.pop() else {
            return Err(bug("an array constructor without a beginning"));
        };
        let marks = if constructed { Marks::CONSTRUCTED } else { Marks::NONE };
        let items = self.room.stack.get(index(base)..).unwrap_or_default();
        let array = self.heap.add_array(items, marks)?;
        self.truncate(base);
        self.push(array);
        Ok(())
    }
}
