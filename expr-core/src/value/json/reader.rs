//! JSON text to values. It does not recurse: depth is a limit, not a stack.

use super::cursor::Cursor;
use super::{ReadLimits, Wanted};
use crate::error::{Error, ErrorKind, Result};
use crate::map::NumberMap;
use crate::reads::Part;
use crate::value::{Heap, Key, Marks, Object, Text, Value};
use crate::value::{index, length, make_room};
use alloc::vec::Vec;

/// Reads JSON text strictly into `heap`: UTF-8 without a byte order mark, numbers in range,
/// nothing after the value. Of a duplicate key the last value wins at its first position.
/// What is not wanted is checked and left out.
pub(crate) fn read_json(
    heap: &mut Heap,
    json: &[u8],
    wanted: Wanted<'_>,
    limits: ReadLimits,
) -> Result<Value> {
    if let Err(error) = core::str::from_utf8(json) {
        let offset = u64::from(length(error.valid_up_to()));
        return Err(Error::from(ErrorKind::BadUtf8 { offset }));
    }
    let stacks = core::mem::take(&mut heap.reading);
    let mut reader = Reader {
        heap,
        stacks,
        text: Cursor::new(json),
        limits,
        bytes_left: limits.bytes,
        wanted,
        part: match wanted {
            Wanted::Parts(reads) => reads.context(),
            _ => Part::WHOLE,
        },
        seen: [Seen::default(); SEEN],
    };
    let root = reader.read();
    let Reader { heap, stacks, .. } = reader;
    heap.reading = stacks.emptied();
    root
}

/// What is open while a text is read. A heap keeps it for the next one.
#[derive(Default, Debug)]
pub(in crate::value) struct Stacks {
    open: Vec<Open>,
    keys: Vec<Key>,
    values: Vec<Value>,
    /// Open containers of a value that is passed over.
    skipped: Vec<bool>,
    /// A string with escapes.
    scratch: Vec<u8>,
}

impl Stacks {
    /// Empty ones, with the memory unless it is much.
    fn emptied(mut self) -> Stacks {
        self.open.clear();
        self.keys.clear();
        self.values.clear();
        self.skipped.clear();
        self.scratch.clear();
        let lists = [
            self.open.capacity(),
            self.keys.capacity(),
            self.values.capacity(),
            self.skipped.capacity(),
            self.scratch.capacity(),
        ];
        if lists.into_iter().all(|capacity| capacity <= KEPT) {
            self
        } else {
            Stacks::default()
        }
    }
}

/// Items of a list for which the memory is kept.
const KEPT: usize = 1024;

/// A container whose items are still being read.
#[derive(Debug)]
struct Open {
    /// Where its values begin on the stack of values.
    values: usize,
    /// Where its keys begin on the stack of keys; `None` for an array.
    keys: Option<usize>,
    /// What is wanted of it.
    part: Part,
}

/// How many names are remembered.
const SEEN: usize = 32;

/// A name that was met in an object of some part, and what came of it: objects in a list
/// have the same names, so most are looked up once.
#[derive(Clone, Copy, Default)]
struct Seen<'j> {
    /// It, in the JSON text; the empty name is never remembered.
    name: &'j [u8],
    /// Its first eight bytes, the first one lowest, zeros where it is shorter.
    word: u64,
    /// What was wanted of the object.
    part: Part,
    /// Its key and what is wanted of its value, if anything.
    wanted: Option<(Key, Part)>,
}

pub(super) struct Reader<'a, 'j> {
    heap: &'a mut Heap,
    stacks: Stacks,
    text: Cursor<'j>,
    limits: ReadLimits,
    bytes_left: u32,
    wanted: Wanted<'a>,
    /// What is wanted of the next value.
    part: Part,
    seen: [Seen<'j>; SEEN],
}

impl<'j> Reader<'_, 'j> {
    fn read(&mut self) -> Result<Value> {
        loop {
            let value = match self.value()? {
                Some(value) => value,
                None => continue,
            };
            if let Some(root) = self.place(value)? {
                self.text.skip_space();
                return match self.text.peek() {
                    None => Ok(root),
                    Some(_) => Err(self.text.error("text after the value")),
                };
            }
        }
    }

    /// Reads a scalar, an empty container, or opens a container and gives `None`.
    fn value(&mut self) -> Result<Option<Value>> {
        self.text.skip_space();
        match self.text.peek() {
            Some(b'{') => {
                self.text.advance();
                self.open(true)?;
                self.text.skip_space();
                if self.text.eat(b'}') {
                    return Ok(Some(self.close()));
                }
                let member = self.member()?;
                Ok(if member { None } else { Some(self.close()) })
            }
            Some(b'[') => {
                self.text.advance();
                self.open(false)?;
                self.text.skip_space();
                Ok(if self.text.eat(b']') { Some(self.close()) } else { None })
            }
            Some(b'"') => {
                self.text.advance();
                let text = self.string()?;
                Ok(Some(Value::String(text)))
            }
            Some(b'-' | b'0'..=b'9') => {
                let start = self.text;
                self.text.skip_number()?;
                let number = self.text.number_since(start, self.limits.infinite)?;
                Ok(Some(Value::Number(number)))
            }
            _ => self.text.literal().map(Some),
        }
    }

    /// Puts a value into the innermost open container, closing those that end with it.
    /// Gives the root when everything is closed.
    fn place(&mut self, mut value: Value) -> Result<Option<Value>> {
        loop {
            self.pay(16)?;
            let Some(open) = self.stacks.open.last() else { return Ok(Some(value)) };
            let (in_object, part) = (open.keys.is_some(), open.part);
            make_room(&mut self.stacks.values, 1);
            self.stacks.values.push(value);
            self.text.skip_space();
            if self.text.eat(b',') {
                if !in_object {
                    self.part = part;
                    return Ok(None);
                }
                self.text.skip_space();
                if self.member()? {
                    return Ok(None);
                }
            } else if !self.text.eat(if in_object { b'}' } else { b']' }) {
                return Err(self.text.unclosed(in_object));
            }
            value = self.close();
        }
    }

    fn open(&mut self, object: bool) -> Result<()> {
        if self.stacks.open.len() >= index(self.limits.depth) {
            return Err(Error::from(ErrorKind::DataTooDeep { limit: self.limits.depth }));
        }
        let keys = object.then_some(self.stacks.keys.len());
        self.stacks.open.push(Open {
            values: self.stacks.values.len(),
            keys,
            part: self.part,
        });
        Ok(())
    }

    fn close(&mut self) -> Value {
        let Some(open) = self.stacks.open.pop() else { return Value::Undefined };
        let value = match open.keys {
            None => {
                let items = self.stacks.values.get(open.values..).unwrap_or_default();
                self.heap.add_array_unpaid(items, Marks::NONE)
            }
            Some(start) => Value::Object(self.close_object(start, open.values)),
        };
        self.stacks.values.truncate(open.values);
        value
    }

    fn close_object(&mut self, keys: usize, values: usize) -> Object {
        let own = self.stacks.keys.get(keys..).unwrap_or_default();
        let shape = self.heap.find_shape(own);
        if shape.is_none() {
            drop_duplicates(&mut self.stacks.keys, keys, &mut self.stacks.values, values);
        }
        let object = self.heap.add_object_read(
            shape,
            self.stacks.keys.get(keys..).unwrap_or_default(),
            self.stacks.values.get(values..).unwrap_or_default(),
        );
        self.stacks.keys.truncate(keys);
        object
    }

    /// Goes on to the value of the next member that is wanted; says whether there is one
    /// before the object ends.
    fn member(&mut self) -> Result<bool> {
        let part = self.stacks.open.last().map_or(Part::WHOLE, |open| open.part);
        loop {
            self.text.open_key()?;
            let start = self.text;
            self.text.pass_plain();
            let plain = start.up_to(self.text);
            let wanted = if self.text.eat(b'"') {
                self.look_up(start.word(), plain, part)
            } else {
                self.text = start;
                self.read_scratch()?;
                let name = core::mem::take(&mut self.stacks.scratch);
                let wanted = self.wanted_of(&name, part);
                self.stacks.scratch = name;
                wanted
            };
            self.text.close_key()?;
            if let Some((key, part)) = wanted {
                self.stacks.keys.push(key);
                self.part = part;
                self.pay(index(self.heap.name(key).len))?;
                return Ok(true);
            }
            self.text.skip_value(&mut self.stacks.skipped)?;
            self.text.skip_space();
            if self.text.eat(b',') {
                self.text.skip_space();
            } else if self.text.eat(b'}') {
                return Ok(false);
            } else {
                return Err(self.text.unclosed(true));
            }
        }
    }

    /// What is wanted of a member whose name, in the JSON text, begins with that word.
    #[inline(always)]
    fn look_up(
        &mut self,
        word: Option<u64>,
        name: &'j [u8],
        part: Part,
    ) -> Option<(Key, Part)> {
        let Some(word) = word.filter(|_| !name.is_empty()) else {
            return self.wanted_of(name, part);
        };
        let unused = length(8_usize.saturating_sub(name.len())).wrapping_mul(8);
        let word = word << unused >> unused;
        let mixed =
            (word ^ u64::from(length(name.len()))).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let place = usize::try_from(mixed >> 59).unwrap_or_default();
        if let Some(seen) = self.seen.get(place)
            && seen.word == word
            && seen.name.len() == name.len()
            && seen.part == part
            && (name.len() <= 8 || seen.name == name)
        {
            return seen.wanted;
        }
        let wanted = self.wanted_of(name, part);
        if let Some(seen) = self.seen.get_mut(place) {
            *seen = Seen { name, word, part, wanted };
        }
        wanted
    }

    /// What is wanted of a member of the innermost object, of which `part` is wanted.
    #[inline(never)]
    fn wanted_of(&mut self, name: &[u8], part: Part) -> Option<(Key, Part)> {
        let wanted = self.wanted.member(name, part, self.stacks.open.len() == 1)?;
        Some((self.heap.intern(name), wanted))
    }

    /// Counts bytes of what is read.
    fn pay(&mut self, bytes: usize) -> Result<()> {
        let left = self.bytes_left.checked_sub(length(bytes));
        self.bytes_left = left.ok_or_else(|| {
            Error::from(ErrorKind::DataTooLarge { limit: self.limits.bytes })
        })?;
        Ok(())
    }

    fn string(&mut self) -> Result<Text> {
        let start = self.text;
        self.text.pass_plain();
        let plain = start.up_to(self.text);
        if self.text.eat(b'"') {
            self.pay(plain.len())?;
            return Ok(self.heap.add_text_unpaid(plain));
        }
        self.text = start;
        self.read_scratch()?;
        self.pay(self.stacks.scratch.len())?;
        Ok(self.heap.add_text_unpaid(&self.stacks.scratch))
    }

    /// Reads a string with escapes into `scratch`.
    fn read_scratch(&mut self) -> Result<()> {
        self.stacks.scratch.clear();
        self.text.rest_of_string(Some(&mut self.stacks.scratch))
    }
}

/// Of a duplicate key the last value wins at its first position.
fn drop_duplicates(
    keys: &mut Vec<Key>,
    keys_start: usize,
    values: &mut Vec<Value>,
    values_start: usize,
) {
    let Some(own) = keys.get(keys_start..) else { return };
    let mut first = NumberMap::default();
    let unique = if own.len() <= 8 {
        let seen = |(at, key): (usize, &Key)| own.iter().take(at).any(|k| k == key);
        !own.iter().enumerate().any(seen)
    } else {
        own.iter().all(|key| first.insert(u64::from(key.0), 0).is_none())
    };
    if unique {
        return;
    }
    let members: Vec<(Key, Value)> = own
        .iter()
        .copied()
        .zip(values.get(values_start..).unwrap_or_default().iter().copied())
        .collect();
    first = NumberMap::default();
    keys.truncate(keys_start);
    values.truncate(values_start);
    for (key, value) in members {
        match first.insert(u64::from(key.0), length(values.len())) {
            Some(at) => {
                if let Some(found) = values.get_mut(index(at)) {
                    *found = value;
                }
            }
            None => {
                keys.push(key);
                values.push(value);
            }
        }
    }
}
