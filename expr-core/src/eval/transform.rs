//! Transforms `|pattern|update, deletions|`: functions that give a changed copy.

use super::call::Called;
use super::frame::{Frame, Return, Saved};
use super::{Machine, bug};
use crate::error::{Error, ErrorKind, Result};
use crate::map::NumberMap;
use crate::value::{
    Array, Heap, Key, Marks, Object, Value, index, length, split_members,
};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// A transform in progress.
pub(super) struct Transformer {
    saved: Saved,
    /// Which one of the program.
    number: u32,
    /// What is copied.
    subject: Value,
    copy: Value,
    matches: Vec<Value>,
    /// The match that is being changed.
    position: usize,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// `$clone` is looked up and called.
    Clone,
    Pattern,
    Update,
    Delete,
}

impl Machine<'_> {
    pub(super) fn start_transform(
        &mut self,
        (program, number): (u32, u32),
        scope: u32,
        arguments: &[Value],
        ret: Return,
    ) -> Result<Called> {
        let subject = match arguments {
            [] => return Err(Error::from(ErrorKind::BadArgument { index: 1 })),
            [Value::Undefined] => return Ok(Called::Result(Value::Undefined)),
            [subject @ (Value::Object(_) | Value::Array(_))] => *subject,
            [_] => return Err(Error::from(ErrorKind::BadArgument { index: 1 })),
            _ => return Err(Error::from(ErrorKind::BadArgument { index: 2 })),
        };
        let loaded = self.loaded(program);
        let loaded = loaded.ok_or_else(|| bug("a transform of a lost program"))?;
        let described = loaded.code.transforms.get(index(number)).copied();
        let described = described.ok_or_else(|| bug("a transform is not described"))?;
        let saved = self.save(ret);
        self.switch_to(program);
        self.scope = scope;
        self.pc = described.clone;
        self.push_transform(Box::new(Transformer {
            saved,
            number,
            subject,
            copy: Value::Undefined,
            matches: Vec::new(),
            position: 0,
            stage: Stage::Clone,
        }));
        Ok(Called::Running)
    }

    /// Takes the value of a part.
    pub(super) fn transform_next(&mut self) -> Result<()> {
        let value = self.pop()?;
        let Some(Frame::Transform(mut transformer)) = self.room.frames.pop() else {
            return Err(bug("a transform's part without the transform"));
        };
        match transformer.stage {
            Stage::Clone => {
                if !matches!(value, Value::Function(_)) {
                    return Err(Error::from(ErrorKind::CloneRebound));
                }
                let subject = transformer.subject;
                self.push_transform(transformer);
                return self.launch(
                    value,
                    alloc::vec![subject],
                    Value::Null,
                    Return::Below,
                );
            }
            Stage::Pattern => {
                transformer.matches = match value {
                    Value::Undefined => Vec::new(),
                    value => self.heap.to_items(value),
                };
                self.heap.pay_items(transformer.matches.len())?;
            }
            Stage::Update => {
                self.update(transformer.current(), value)?;
                if let Some(delete) = self.parts(&transformer)?.delete {
                    transformer.stage = Stage::Delete;
                    self.pc = delete;
                    self.push_transform(transformer);
                    return Ok(());
                }
                transformer.position = transformer.position.saturating_add(1);
            }
            Stage::Delete => {
                self.delete(transformer.current(), value)?;
                transformer.position = transformer.position.saturating_add(1);
            }
        }
        self.next_match(transformer)
    }

    fn parts(&self, transformer: &Transformer) -> Result<crate::program::Transform> {
        let parts = self.program.code.transforms.get(index(transformer.number)).copied();
        parts.ok_or_else(|| bug("a transform is not described"))
    }

    /// The copy is there: its objects become cells, so that changing one changes it
    /// wherever the copy holds it.
    pub(super) fn transform_cloned(
        &mut self,
        mut transformer: Box<Transformer>,
        copy: Option<Value>,
    ) -> Result<(Called, Return)> {
        let copy = self.heap.copy_into_cells(copy.unwrap_or_default())?;
        transformer.copy = copy;
        transformer.stage = Stage::Pattern;
        self.input = copy;
        self.pc = self.parts(&transformer)?.pattern;
        self.push_transform(transformer);
        Ok((Called::Running, Return::Below))
    }

    /// Evaluates the update of the next match, or ends the transform.
    fn next_match(&mut self, mut transformer: Box<Transformer>) -> Result<()> {
        self.heap.budget.charge(1)?;
        if transformer.position < transformer.matches.len() {
            self.input = transformer.current();
            self.pc = self.parts(&transformer)?.update;
            transformer.stage = Stage::Update;
            self.push_transform(transformer);
            return Ok(());
        }
        let copy = transformer.copy;
        let ret = self.restore(transformer.saved);
        self.settle(Called::Result(copy), ret)
    }

    fn update(&mut self, target: Value, update: Value) -> Result<()> {
        let update = match update {
            Value::Undefined => return Ok(()),
            Value::Object(update) => update,
            _ => return Err(Error::from(ErrorKind::BadUpdate)),
        };
        let changes = self.heap.member_list(update);
        let target = match target {
            Value::Object(target) => target,
            Value::Array(target) => return self.update_items(target, &changes),
            // JavaScript takes properties of functions and never shows them.
            Value::Function(_) => return Ok(()),
            _ if changes.is_empty() => return Ok(()),
            _ => {
                let what = "a transform can only change objects";
                return Err(Error::from(ErrorKind::NativeFault { what }));
            }
        };
        let mut members = self.heap.member_list(target);
        self.heap.budget.charge(u64::from(length(members.len())))?;
        let mut places = NumberMap::default();
        for (member, place) in members.iter().zip(0_u32..) {
            places.insert(u64::from(member.0.0), place);
        }
        for (key, value) in changes {
            let place = length(members.len());
            match places.insert(u64::from(key.0), place) {
                Some(place) => {
                    if let Some(member) = members.get_mut(index(place)) {
                        member.1 = value;
                    }
                }
                None => members.push((key, value)),
            }
        }
        self.replace(target, members)
    }

    /// Members that are called as an index is replace the items of an array; JavaScript
    /// takes others as properties of it, and never shows them.
    fn update_items(&mut self, target: Array, changes: &[(Key, Value)]) -> Result<()> {
        for &(key, value) in changes {
            match self.heap.index_of(key) {
                None => {}
                Some(position) if position < target.len => {
                    self.heap.set_item(target, position, value);
                }
                Some(_) => {
                    let what = "a transform cannot make an array longer";
                    return Err(Error::from(ErrorKind::NativeFault { what }));
                }
            }
        }
        Ok(())
    }

    fn delete(&mut self, target: Value, deletions: Value) -> Result<()> {
        if deletions.is_undefined() {
            return Ok(());
        }
        let mut doomed = Vec::new();
        for name in self.heap.to_items(deletions) {
            let Value::String(text) = name else {
                return Err(Error::from(ErrorKind::BadDelete));
            };
            doomed.push(self.heap.intern_text(text));
        }
        let Value::Object(target) = target else { return Ok(()) };
        let mut members = self.heap.member_list(target);
        self.heap.budget.charge(u64::from(length(members.len())))?;
        members.retain(|member| !doomed.contains(&member.0));
        self.replace(target, members)
    }

    fn replace(&mut self, target: Object, members: Vec<(Key, Value)>) -> Result<()> {
        let (keys, values) = split_members(&members);
        self.heap.pay_members(keys.len())?;
        let changed = self.heap.add_object_unpaid(&keys, &values, target.constructed);
        self.heap.set_cell(target, changed);
        Ok(())
    }
}

impl Transformer {
    /// What a failing call of the transform restores: where it was called.
    pub(super) fn saved(&self) -> &Saved {
        &self.saved
    }

    fn current(&self) -> Value {
        self.matches.get(self.position).copied().unwrap_or_default()
    }
}

/// A container that is being copied: its items so far lie in a list from `start` up.
struct Copying {
    source: Value,
    position: u32,
    start: usize,
}

impl Heap {
    /// A copy of a value in which every object is a cell.
    fn copy_into_cells(&mut self, value: Value) -> Result<Value> {
        let mut open: Vec<Copying> = Vec::new();
        let mut copied: Vec<Value> = Vec::new();
        let mut next = Some(value);
        loop {
            if let Some(value) = next.take() {
                self.budget.charge(1)?;
                match value {
                    Value::Array(_) | Value::Object(_) => {
                        open.push(Copying {
                            source: value,
                            position: 0,
                            start: copied.len(),
                        });
                    }
                    scalar => copied.push(scalar),
                }
            }
            let Some(top) = open.last_mut() else {
                return Ok(copied.pop().unwrap_or_default());
            };
            let (source, position, start) = (top.source, top.position, top.start);
            top.position = position.saturating_add(1);
            match source {
                Value::Array(array) if position < array.len => {
                    next = Some(self.item(array, position));
                }
                Value::Object(object) if position < self.member_count(object) => {
                    next = Some(self.member_at(object, position));
                }
                source => {
                    open.pop();
                    let parts = copied.split_off(start);
                    copied.push(self.rebuilt(source, &parts)?);
                }
            }
        }
    }

    fn rebuilt(&mut self, source: Value, parts: &[Value]) -> Result<Value> {
        match source {
            Value::Object(object) => {
                let keys = self.keys(object).to_vec();
                self.pay_members(keys.len())?;
                let copy = self.add_object_unpaid(&keys, parts, object.constructed);
                Ok(Value::Object(self.add_cell(copy)))
            }
            Value::Array(Array { .. }) => self.add_array(parts, Marks::NONE),
            scalar => Ok(scalar),
        }
    }
}
