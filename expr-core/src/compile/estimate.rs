//! [`Code`] → [`Estimate`]: what an evaluation will cost, as far as the program tells.
//!
//! The operations are gone through once, in their order, with the size that each value on
//! the stack may have: a number, or a power of the size of what is read. Where one of two
//! parts is evaluated, both are charged. What an operation charges is charged for the
//! items of every loop around it; only a value that is part of a loop's item is not, as
//! over all items together it is as large as what the loop goes through.
//!
//! Functions of the expression, most of JSONata's own, ranges, tuples and regular
//! expressions are not followed:
//! there the estimate ends, with the reason.

use super::Library;
use crate::builtin::{Builtin, BuiltinId, Cost};
use crate::decimal::write_whole;
use crate::program::{Code, Constant, Op, Pc};
use crate::size::{index, length};
use crate::text::Wtf8Buf;
use alloc::vec::Vec;

/// What an evaluation will cost in steps, as far as the source tells.
///
/// ```
/// use expr_core::{Profile, Program};
/// let most = |source: &str| {
///     let program = Program::compile(source.into(), Profile::Jsonata)?;
///     Ok::<_, expr_core::Error>(program.estimate().max.as_wtf8().to_str().map(String::from))
/// };
/// assert_eq!(most("1 + 2")?, Some("6".into()));
/// assert_eq!(most("payload.items[price > 10].sku")?, Some("O(n)".into()));
/// assert_eq!(most("payload.items^(price)")?, Some("O(n log n)".into()));
/// assert_eq!(most("$eval(a)")?, Some("unbounded: evaluated text".into()));
/// # Ok::<(), expr_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Estimate {
    /// An evaluation that succeeds takes no fewer steps.
    pub min: u64,
    /// A number of steps that no evaluation exceeds; or how they grow, as `O(n)`; or
    /// `unbounded: ` and why nothing is known.
    ///
    /// `n` is the size of what the program reads of its context, and of the host's
    /// bindings: one for each value, and for each 32 bytes of text.
    pub max: Wtf8Buf,
}

/// Estimates a program.
pub(crate) fn estimate(code: &Code, library: Library) -> Estimate {
    let mut walk = Walk {
        code,
        library,
        pc: 0,
        sure: 0,
        input: ALL,
        stack: Vec::new(),
        joins: Vec::new(),
        loops: Vec::new(),
        scopes: alloc::vec![0],
        bound: ONE,
        min: 0,
        // A context that is a list is made one item.
        most: ONE,
        unbounded: None,
    };
    for &op in &code.ops {
        walk.arrive();
        if matches!(op, Op::End) {
            break;
        }
        walk.step(op);
        walk.pc = walk.pc.saturating_add(1);
    }
    // Writing the result.
    let result = walk.pop();
    walk.charge(result, 1);
    walk.finish()
}

/// How large a value can be, or how often something can happen, in one word, since there is
/// much handing on: a number of values, where nothing grows; above it the growth, which is
/// twice the power of `n`, and 1 for its logarithm; and above that the loop for all of whose
/// items together the size stands, 0 for none.
#[derive(Clone, Copy, PartialEq)]
struct Size(u64);

const GROWTH: u32 = 48;
const WITHIN: u32 = 56;
/// The largest number of values; what reaches it is not known.
const MOST: u64 = (1 << GROWTH) - 1;

const ONE: Size = Size(1);
const ALL: Size = Size(1 | 2 << GROWTH);
/// The loop of the context, which constructs at the outermost level take for one item.
const OUTERMOST: u64 = 63;

/// More loops inside of each other than are followed.
const MOST_LOOPS: u64 = 60;
/// No built-in function makes more of its arguments, or takes more steps for them.
const BUILT_IN: u64 = 64;

const DEEP: &str = "loops inside loops";
const FUNCTION: &str = "a function that is a value";
const TUPLES: &str = "`@`, `#` or `%`";

impl Size {
    fn new(count: u64, growth: u64, within: u64) -> Size {
        Size(count.min(MOST) | growth.min(255) << GROWTH | within << WITHIN)
    }

    fn count(self) -> u64 {
        self.0 & MOST
    }

    fn growth(self) -> u64 {
        self.0 >> GROWTH & 255
    }

    fn within(self) -> u64 {
        self.0 >> WITHIN
    }

    /// The product, in the loop that the first is in.
    #[inline(never)]
    fn times(self, other: Size) -> Size {
        let count = self.count().saturating_mul(other.count());
        Size::new(count, self.growth().saturating_add(other.growth()), self.within())
    }

    /// A value made of both.
    #[inline(never)]
    fn and(self, other: Size) -> Size {
        let (large, small) =
            if self.growth() < other.growth() { (other, self) } else { (self, other) };
        let constant = small.growth() == 0 && large.growth() > 0;
        let within = constant || small.within() == large.within();
        let count = self.count().saturating_add(other.count());
        Size::new(count, large.growth(), if within { large.within() } else { 0 })
    }

    fn scaled(self, times: u64) -> Size {
        self.times(Size(times))
    }

    /// What decides which of two sizes is charged less.
    fn cost(self) -> u64 {
        self.growth() << 1 | u64::from(self.within() == 0)
    }

    /// The same size in another loop.
    fn put(self, within: u64) -> Size {
        Size((self.0 & ((1 << WITHIN) - 1)) | (within << WITHIN))
    }
}

/// A loop over items.
struct Loop {
    /// Where it ends.
    end: Pc,
    items: Size,
    /// What is gone through.
    value: Size,
    /// What the items give.
    made: Size,
    input: Size,
}

struct Walk<'a> {
    code: &'a Code,
    library: Library,
    pc: Pc,
    /// From here on, operations are evaluated whatever was jumped over.
    sure: Pc,
    /// `$`
    input: Size,
    stack: Vec<Size>,
    /// Values that jumps bring to where they lead.
    joins: Vec<(Pc, Size)>,
    loops: Vec<Loop>,
    /// How many loops are around each block with variables.
    scopes: Vec<u64>,
    /// What any variable may be.
    bound: Size,
    min: u64,
    most: Size,
    unbounded: Option<&'static str>,
}

impl Walk<'_> {
    fn push(&mut self, size: Size) {
        self.stack.push(size);
    }

    #[inline(never)]
    fn pop(&mut self) -> Size {
        self.stack.pop().unwrap_or(ONE)
    }

    fn end(&mut self, reason: &'static str) {
        self.unbounded.get_or_insert(reason);
        self.push(ONE);
    }

    /// Charges for a value of a size a number of times, in every turn of the loops around.
    fn charge(&mut self, size: Size, times: u64) {
        let mut total = size.scaled(times);
        // Loops whose items hold the value, or what a loop inside of them goes through.
        let mut counted = 1_u64 << size.within();
        let mut number = self.depth();
        for around in self.loops.iter().rev() {
            if counted >> number & 1 == 0 {
                total = total.times(around.items);
            }
            counted |= 1 << around.items.within();
            number = number.saturating_sub(1);
        }
        self.most = self.most.and(total);
    }

    /// What lies before `target` may be jumped over.
    fn doubt(&mut self, target: Pc) {
        self.sure = self.sure.max(target);
    }

    /// A jump that brings a value.
    fn join(&mut self, target: Pc, value: Size) {
        self.doubt(target);
        self.joins.push((target, value));
    }

    /// Ends loops and joins values where the walk is now.
    fn arrive(&mut self) {
        while let Some(Loop { items, made, input, .. }) =
            self.loops.pop_if(|it| it.end == self.pc)
        {
            self.input = input;
            let own = made.within() > self.depth();
            let made = if own { made.put(items.within()) } else { items.times(made) };
            self.charge(made, 4);
            self.push(made);
        }
        while let Some((_, value)) = self.joins.pop_if(|it| it.0 == self.pc) {
            let other = self.pop();
            self.push(other.and(value));
        }
    }

    /// Enters a loop over a value.
    fn enter(&mut self, end: Pc, value: Size) {
        let items = if value.within() == OUTERMOST { ONE } else { value };
        self.charge(items, 4);
        let number = self.depth().saturating_add(1);
        if number > MOST_LOOPS {
            self.doubt(Pc::MAX);
            return self.end(DEEP);
        }
        let (made, input) = (ONE.put(number), self.input);
        self.loops.push(Loop { end, items, value, made, input });
        self.input = value.put(number);
    }

    /// How many loops there are around, which is the number of the innermost.
    fn depth(&self) -> u64 {
        u64::from(length(self.loops.len()))
    }

    fn step(&mut self, op: Op) {
        let steps = op.steps();
        if self.pc >= self.sure {
            self.min = self.min.saturating_add(steps);
        }
        self.charge(ONE, steps);
        let does = simple(op);
        let (takes, gives) = (does & 3, does >> 12);
        let second = if takes > 0 { self.pop() } else { ONE };
        let first = if takes > 1 { self.pop() } else { second };
        let both = if takes > 1 { first.and(second) } else { second };
        let single = gives == SINGLE;
        // Pairs are compared, of which there are no more than one side has.
        let less = if first.cost() < second.cost() { first } else { second };
        let used = if matches!(op, Op::In) {
            second
        } else if single {
            less
        } else {
            both
        };
        self.charge(used, u64::from(does >> 2 & 255));
        if gives == INPUT {
            self.charge(self.input, 4);
        }
        if gives != NOTHING {
            self.push(match gives {
                SINGLE => ONE,
                ANY => ALL,
                INPUT => self.input,
                _ => both,
            });
        }
        match op {
            Op::Constant(number) => {
                if let Some(Constant::Text { len, .. }) =
                    self.code.constants.get(index(number))
                {
                    self.pop();
                    self.push(text(*len));
                }
            }
            Op::Source | Op::ListInput if self.loops.is_empty() => {
                self.pop();
                self.push(ALL.put(OUTERMOST));
            }
            Op::Load { bound, .. } => self.join(bound, self.bound),
            Op::Bind { up, .. } => {
                self.bound = self.bound.and(both).put(0);
                // What is bound in one turn of a loop can be seen in the next.
                let scope = self.scopes.iter().rev().nth(usize::from(up));
                if scope.is_none_or(|&loops| loops != self.depth()) {
                    self.unbounded.get_or_insert("a variable that is bound in a loop");
                }
            }
            Op::EnterScope(_) => self.scopes.push(self.depth()),
            Op::LeaveScope => {
                self.scopes.pop();
            }
            Op::LoadGlobal { builtin: None, .. } if self.library == Library::Workflow => {
                self.pop();
                self.push(ONE);
            }
            Op::LoadGlobal { builtin: Some(_), .. } => self.end(FUNCTION),
            Op::Jump(target) | Op::Elvis(target) | Op::Coalesce(target) => {
                self.join(target, both);
            }
            Op::And(target) | Op::Or(target) => self.join(target, ONE),
            Op::JumpIfFalse(target) | Op::ConstructedItems { end: target, .. } => {
                self.doubt(target);
            }
            Op::Range => self.end("a range"),
            Op::PutInputBack => self.push(second),
            // Everything is in the list again for each level above it.
            Op::Descendants => {
                let input = self.pop();
                self.push(input.times(input));
            }
            Op::Each { end, .. } | Op::Filter { end, .. } => {
                self.doubt(end);
                self.enter(end, both);
            }
            Op::Group(number) => self.group(number, both),
            Op::Sort(number) => {
                if let Some(sorting) = self.code.sortings.get(index(number)) {
                    self.doubt(sorting.nothing.max(sorting.end));
                    self.enter(sorting.end, both);
                }
            }
            Op::Next { .. } | Op::FilterNext | Op::GroupNext | Op::SortNext => {
                self.next(op, both);
            }
            Op::CallBuiltin { builtin, arguments, .. } => self.call(builtin, arguments),
            Op::Regex(_) => self.end("a regular expression"),
            Op::LoadNamed(_) | Op::BindNamed(_) => self.end("evaluated text"),
            Op::TupleEach { .. } | Op::TupleSorted { .. } | Op::LoadTuple { .. } => {
                self.doubt(Pc::MAX);
                self.end(TUPLES);
            }
            Op::Closure(_)
            | Op::Transform(_)
            | Op::Call { .. }
            | Op::TailCall { .. }
            | Op::Apply
            | Op::Partial(_) => {
                self.doubt(Pc::MAX);
                self.end(FUNCTION);
            }
            _ => {}
        }
    }

    fn group(&mut self, number: u32, value: Size) {
        let Some(grouping) = self.code.groupings.get(index(number)) else { return };
        self.enter(grouping.end, value);
        let mut made = ONE;
        for pair in &grouping.pairs {
            let name = pair.literal.and_then(|name| self.code.names.get(index(name)));
            match name {
                Some(name) => made = made.and(text(name.len)),
                None => self.doubt(grouping.end),
            }
        }
        // There is at least one item, so the values of literal keys are evaluated.
        if let Some(own) = self.loops.last_mut() {
            own.made = made.put(own.made.within());
        }
    }

    /// Takes what an item gave.
    fn next(&mut self, op: Op, result: Size) {
        let Some(&Loop { items, value, made, .. }) = self.loops.last() else { return };
        let all = value.put(self.depth());
        let made = match op {
            Op::FilterNext if result != ONE => all.times(result),
            Op::FilterNext => all,
            Op::SortNext => {
                self.charge(result.times(log(items)), 4);
                all
            }
            Op::GroupNext => made.and(result),
            _ => result,
        };
        if let Some(own) = self.loops.last_mut() {
            own.made = made;
        }
    }

    /// Follows a call of a helper of the contract, or of a function that goes through its
    /// arguments once.
    fn call(&mut self, id: BuiltinId, arguments: u32) {
        let mut all = ONE;
        for _ in 0..arguments {
            all = all.and(self.pop());
        }
        let made = all.scaled(BUILT_IN);
        self.charge(made, 1);
        let plain = |row: &Builtin| {
            matches!(row.cost, Cost::Unit | Cost::PerItem) && row.name() != "join"
        };
        if id.is_helper() || id.row().is_ok_and(plain) {
            self.push(made);
        } else {
            self.end("a function that is no helper");
        }
    }

    fn finish(self) -> Estimate {
        let mut max = Vec::new();
        let (count, growth) = (self.most.count(), self.most.growth());
        let power = growth >> 1;
        let unknown = growth == 0 && count == MOST || growth == 255;
        match self.unbounded.or(unknown.then_some(DEEP)) {
            Some(reason) => {
                max.extend_from_slice(b"unbounded: ");
                max.extend_from_slice(reason.as_bytes());
            }
            None if growth == 0 => write_whole(&mut max, count),
            None => {
                max.extend_from_slice(b"O(n");
                if power > 1 {
                    max.push(b'^');
                    write_whole(&mut max, power);
                }
                max.extend_from_slice(if growth & 1 == 0 { b")" } else { b" log n)" });
            }
        }
        Estimate { min: self.min, max: Wtf8Buf::from_bytes(max) }
    }
}

/// What an operation does with the stack: it takes some values, charges for what it takes,
/// and gives one of the marks below.
const fn does(takes: u16, charges: u16, gives: u16) -> u16 {
    takes | charges << 2 | gives << 12
}

const NOTHING: u16 = 0;
/// One value, whatever was taken.
const SINGLE: u16 = 1;
/// What may be as large as all that is read.
const ANY: u16 = 2;
/// A part of the input.
const INPUT: u16 = 3;
/// What is made of all that was taken.
const TAKEN: u16 = 4;

/// What an operation does, as a number, of which the compiler can make a table.
fn simple(op: Op) -> u16 {
    match op {
        Op::Constant(_) | Op::Undefined | Op::ArrayStart => does(0, 0, SINGLE),
        Op::Root | Op::LoadGlobal { .. } => does(0, 0, ANY),
        Op::Input { .. }
        | Op::Source
        | Op::ListInput
        | Op::InputField { .. }
        | Op::Lookup { .. }
        | Op::Descendants
        | Op::Wildcard => does(0, 0, INPUT),
        Op::Truth | Op::Negate => does(1, 1, SINGLE),
        Op::Arithmetic(_) | Op::Compare(_) | Op::Equal | Op::NotEqual | Op::In => {
            does(2, 1, SINGLE)
        }
        Op::Concat => does(2, 8, TAKEN),
        Op::ArrayItem { .. } => does(2, 2, TAKEN),
        Op::FilterIndex(_) | Op::KeepSingleton | Op::Bind { .. } => does(1, 2, TAKEN),
        Op::Field { .. } | Op::StepResult { .. } => does(1, 4, TAKEN),
        Op::ConstructedItems { .. } => does(1, BUILT_IN as u16, TAKEN),
        Op::JumpIfFalse(_)
        | Op::And(_)
        | Op::Or(_)
        | Op::Elvis(_)
        | Op::Coalesce(_)
        | Op::Jump(_)
        | Op::Drop
        | Op::Each { .. }
        | Op::Filter { .. }
        | Op::Group(_)
        | Op::Sort(_) => does(1, 1, NOTHING),
        Op::Next { .. } | Op::FilterNext | Op::GroupNext | Op::SortNext => {
            does(1, 4, NOTHING)
        }
        Op::PutInputBack => does(2, 1, NOTHING),
        _ => does(0, 0, NOTHING),
    }
}

/// The size of a text of that many bytes, written as JSON.
fn text(bytes: u32) -> Size {
    // Nothing can overflow, of 32 bits in 64.
    Size((u64::from(bytes).wrapping_mul(6) >> 5).wrapping_add(1))
}

/// The logarithm of a size.
fn log(size: Size) -> Size {
    let bits = u64::BITS.saturating_sub(size.count().leading_zeros());
    Size(u64::from(bits) | (size.growth().min(1) << GROWTH))
}
