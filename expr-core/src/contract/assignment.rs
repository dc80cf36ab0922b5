//! Paths that can be written: dotted keys made into nested objects, and assignments to
//! the scopes of a run.
//!
//! Objects are never changed in place: writing below one makes new objects along the path,
//! so nothing that others hold is touched and every key is an ordinary key.

use super::ask::{Answered, Ask, Unevaluated, bad_member};
use super::mapping::{expression_failure, member_pointer};
use super::shape::{Kind, Shape, closed, expect, may};
use crate::builtin::trim;
use crate::error::Result;
use crate::map::NumberMap;
use crate::value::{Heap, Key, Value, index, length, split_members};
use alloc::vec::Vec;

/// The scopes of a run that can be written.
const SCOPES: [&str; 3] = ["payload", "vars", "local"];
const PAYLOAD: usize = 0;
const VARS: usize = 1;
const LOCAL: usize = 2;
/// The scopes that expressions only read.
const READ_ONLY: [&str; 3] = ["system", "meta", "error"];
/// All of them.
const ALL: Shape = closed(&[
    may(SCOPES[PAYLOAD], Kind::Any),
    may(SCOPES[VARS], Kind::Any),
    may(SCOPES[LOCAL], Kind::Any),
    may(READ_ONLY[0], Kind::Any),
    may(READ_ONLY[1], Kind::Any),
    may(READ_ONLY[2], Kind::Any),
]);

/// `expandDottedKeys`: the last of several values for a place wins.
pub(crate) fn expand(ask: &mut Ask) -> Answered {
    let members = ask.members(ask.given("value"));
    let mut root = Members::default();
    for (name, value) in members {
        ask.charge(1)?;
        let bytes = ask.heap.bytes(name).to_vec();
        if !bytes.contains(&b'.') {
            root.set(ask.heap.intern_text(name), value);
            continue;
        }
        let segments = intern_segments(&mut ask.heap, &bytes);
        let Some((&first, rest)) = segments.split_first() else { continue };
        let old = root.get(first);
        root.set(first, write_path(&mut ask.heap, old, rest, value)?);
    }
    let expanded = ask.heap.add_plain_object(&root.keys, &root.values)?;
    Ok(ask.write(expanded)?)
}

/// Writes `values` as they are, then the results of the expressions in `assign`, each of
/// which sees what was written before it.
pub(crate) fn assign(ask: &mut Ask) -> Answered {
    let given = ask.given("scopes");
    expect(ask, given, &ALL, ("scopes", None))?;
    let mut scopes = SCOPES.map(|name| ask.member(given, name));
    for (path, value) in ask.members(ask.given("values")) {
        let path = ask.heap.bytes(path).to_vec();
        write_scope(ask, &mut scopes, &path, value)?;
    }
    for (path, value) in ask.members(ask.given("assign")) {
        let source = ask.expression(value).ok_or_else(|| {
            bad_member("assign", "an expression map: an object of `{\"$expr\": …}`")
        })?;
        let context = context(ask, given, scopes)?;
        let json = ask.run(source, context).map_err(|error| match error {
            Unevaluated::Source(error) => error.into(),
            Unevaluated::Run(error) => {
                expression_failure(error, Some(member_pointer(&ask.heap, path)))
            }
        })?;
        let value = ask.read(&json)?;
        let path = ask.heap.bytes(path).to_vec();
        write_scope(ask, &mut scopes, &path, value)?;
    }
    ask.out.raw("{");
    for (name, scope) in SCOPES.iter().zip(scopes) {
        if !scope.is_undefined() {
            ask.out.name(name);
            ask.write(scope)?;
        }
    }
    ask.out.raw("}");
    Ok(())
}

/// What an expression of an assignment sees: `{...vars, ...local, payload, vars, …}`.
fn context(ask: &mut Ask, given: Value, scopes: [Value; 3]) -> Result<Value> {
    let mut all = Members::default();
    for &scope in scopes.iter().skip(VARS) {
        if let Value::Object(object) = scope {
            ask.charge(u64::from(ask.heap.member_count(object)))?;
            for (key, value) in ask.heap.members(object) {
                all.set(key, value);
            }
        }
    }
    let read_only = READ_ONLY.map(|name| ask.member(given, name));
    let named = SCOPES.iter().zip(scopes).chain(READ_ONLY.iter().zip(read_only));
    for (&name, value) in named {
        // Nothing failed unless the host says so.
        let value =
            if name == "error" && value.is_undefined() { Value::Null } else { value };
        if !value.is_undefined() {
            all.set(ask.heap.intern(name.as_bytes()), value);
        }
    }
    ask.heap.add_plain_object(&all.keys, &all.values)
}

fn write_scope(
    ask: &mut Ask,
    scopes: &mut [Value; 3],
    path: &[u8],
    value: Value,
) -> Result<()> {
    let dotted = dotted(trim(path));
    let mut segments = intern_segments(&mut ask.heap, &dotted);
    let first = segments.first().map(|&key| ask.heap.name(key));
    let first = first.map(|name| ask.heap.bytes(name).to_vec()).unwrap_or_default();
    let has_local = matches!(scopes.get(LOCAL), Some(Value::Object(_)));
    // A scope's bare name is a variable of that name.
    let scope = match first.as_slice() {
        b"" => {
            segments.push(ask.heap.intern(b"vars"));
            None
        }
        _ if segments.len() == 1 => None,
        b"payload" => Some(PAYLOAD),
        b"vars" | b"meta" => Some(VARS),
        b"local" => Some(if has_local { LOCAL } else { VARS }),
        _ => None,
    };
    let below = segments.get(usize::from(scope.is_some())..).unwrap_or_default();
    if let Some(scope) = scopes.get_mut(scope.unwrap_or(VARS)) {
        *scope = write_path(&mut ask.heap, *scope, below, value)?;
    }
    Ok(())
}

/// A pointer in dotted form; a dot inside a segment splits it again.
pub(super) fn dotted(path: &[u8]) -> Vec<u8> {
    if path.first() != Some(&b'/') {
        return path.to_vec();
    }
    let mut out = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        out.push(match (byte, after.first()) {
            (b'/', _) => b'.',
            (b'~', Some(b'0' | b'1')) => {
                rest = after.get(1..).unwrap_or_default();
                if after.first() == Some(&b'0') { b'~' } else { b'/' }
            }
            (byte, _) => byte,
        });
    }
    out
}

/// The parts of a dotted path; empty ones do not count.
pub(super) fn segments(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|&byte| byte == b'.').filter(|segment| !segment.is_empty())
}

fn intern_segments(heap: &mut Heap, path: &[u8]) -> Vec<Key> {
    let mut keys = Vec::new();
    for segment in segments(path) {
        keys.push(heap.intern(segment));
    }
    keys
}

/// A copy of `root` in which the place at the end of `path` holds `value`. What is no
/// object on the way is replaced by one.
fn write_path(heap: &mut Heap, root: Value, path: &[Key], value: Value) -> Result<Value> {
    let mut passed = Vec::new();
    let mut at = root;
    for &key in path {
        passed.push(at);
        at = match at {
            Value::Object(object) => heap.member(object, key).unwrap_or_default(),
            _ => Value::Undefined,
        };
    }
    let mut written = value;
    for (&key, &container) in path.iter().zip(&passed).rev() {
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        if let Value::Object(object) = container {
            heap.pay_members(index(heap.member_count(object)))?;
            (keys, values) = split_members(&heap.member_list(object));
        }
        match keys.iter().position(|&known| known == key) {
            Some(at) => {
                if let Some(found) = values.get_mut(at) {
                    *found = written;
                }
            }
            None => {
                keys.push(key);
                values.push(written);
            }
        }
        written = heap.add_plain_object(&keys, &values)?;
    }
    Ok(written)
}

/// The members of an object that is being made.
#[derive(Default)]
struct Members {
    keys: Vec<Key>,
    values: Vec<Value>,
    places: NumberMap,
}

impl Members {
    fn get(&self, key: Key) -> Value {
        let place = self.places.get(u64::from(key.0));
        place.and_then(|at| self.values.get(index(at)).copied()).unwrap_or_default()
    }

    /// Sets a member; a known one keeps its place.
    fn set(&mut self, key: Key, value: Value) {
        match self.places.insert(u64::from(key.0), length(self.values.len())) {
            Some(at) => {
                if let Some(found) = self.values.get_mut(index(at)) {
                    *found = value;
                }
            }
            None => {
                self.keys.push(key);
                self.values.push(value);
            }
        }
    }
}
