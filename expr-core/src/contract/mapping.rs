//! Mappings: values with expressions and secrets in them → plain values.
//!
//! A value is, in this order, an expression (an object with a text `$expr`), a reference
//! to a secret (exactly `{"$secret": name}`), a container whose parts are resolved, or
//! itself. What an expression gives is data and is not looked at again. The result is
//! written as it is found, so that nothing is mutated and every key is an ordinary key.

use super::ask::{Answered, Ask, Cursor, Failure, Unevaluated, push_segment, quoted};
use crate::error::{Error, ErrorKind};
use crate::value::{Heap, Text, Value, length};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// What stands where a mapping has something to resolve.
enum Reference {
    Expression(Value),
    Secret(Text),
}

/// `resolveInputMapping`: the members of an object, or null for nothing.
pub(crate) fn mapping(ask: &mut Ask) -> Answered {
    let mapping = ask.given("mapping");
    Resolution::new(ask, Some(Vec::new()), true).resolve(mapping, false)
}

/// `resolveMappingValue`: any value, with the pointer of its place if it has one.
pub(crate) fn value(ask: &mut Ask) -> Answered {
    let path = ask.bytes(ask.given("path")).map(<[u8]>::to_vec);
    let value = ask.given("value");
    Resolution::new(ask, path, true).resolve(value, true)
}

/// `resolveExpressions`, which is older: no secrets, no places in its errors, and whatever
/// has a member `$expr` is an expression.
pub(crate) fn expressions(ask: &mut Ask) -> Answered {
    let value = ask.given("value");
    Resolution::new(ask, None, false).resolve(value, true)
}

/// The names of all secrets, in the order in which they will be asked for.
pub(crate) fn secrets(ask: &mut Ask) -> Answered {
    let root = ask.given("value");
    let mut is_reference = ask.given("root") != Value::Bool(false);
    let mut names: Vec<Text> = Vec::new();
    let mut pending = alloc::vec![root];
    while let Some(value) = pending.pop() {
        ask.charge(1)?;
        let reference = if is_reference { reference(ask, value, true) } else { None };
        is_reference = true;
        match (reference, value) {
            (Some(Reference::Secret(name)), _) => {
                ask.charge(u64::from(length(names.len())))?;
                let known = |&other: &Text| ask.heap.bytes(other) == ask.heap.bytes(name);
                if !names.iter().any(known) {
                    names.push(name);
                }
            }
            (Some(Reference::Expression(_)), _) => {}
            (None, Value::Array(array)) => {
                pending.extend(ask.heap.items(array).iter().rev());
            }
            (None, value) => {
                for &(_, inner) in ask.members(value).iter().rev() {
                    pending.push(inner);
                }
            }
        }
    }
    ask.out.raw("[");
    for name in names {
        ask.out.item().text(ask.heap.bytes(name));
    }
    ask.out.raw("]");
    Ok(())
}

/// What a value refers to. Without `secrets` only expressions count, of any type.
fn reference(ask: &Ask, value: Value, secrets: bool) -> Option<Reference> {
    let Value::Object(object) = value else { return None };
    match ask.member(value, "$expr") {
        Value::Undefined => {}
        source @ Value::String(_) => return Some(Reference::Expression(source)),
        source if !secrets => return Some(Reference::Expression(source)),
        _ => {}
    }
    match ask.member(value, "$secret").as_text() {
        Some(name) if secrets && name.len > 0 && ask.heap.member_count(object) == 1 => {
            Some(Reference::Secret(name))
        }
        _ => None,
    }
}

struct Resolution<'a> {
    ask: &'a mut Ask,
    /// The pointer of the value at hand, if places are known at all.
    pointer: Vec<u8>,
    /// Whether the root has a place of its own.
    rooted: bool,
    /// Whether this is a mapping, with secrets and places.
    secrets: bool,
}

impl<'a> Resolution<'a> {
    fn new(ask: &'a mut Ask, path: Option<Vec<u8>>, secrets: bool) -> Self {
        let rooted = path.is_some();
        let pointer = path.unwrap_or_default();
        ask.redactions = secrets.then(Vec::new);
        Resolution { ask, pointer, rooted, secrets }
    }

    /// Writes the value; its root is resolved itself only if it is a `reference`.
    fn resolve(mut self, root: Value, mut is_reference: bool) -> Answered {
        let mut open: Vec<Cursor> = Vec::new();
        let mut next = Some(root);
        loop {
            if let Some(value) = next.take() {
                self.ask.charge(1)?;
                let found = match is_reference {
                    true => reference(self.ask, value, self.secrets),
                    false => None,
                };
                is_reference = true;
                match (found, value) {
                    (Some(Reference::Expression(source)), _) => {
                        self.expression(source, open.is_empty())?;
                    }
                    (Some(Reference::Secret(name)), _) => {
                        self.secret(name, open.is_empty())?;
                    }
                    (None, Value::Array(_) | Value::Object(_)) => {
                        let cursor = Cursor::new(value, &self.pointer);
                        self.ask.out.raw(if cursor.in_object() { "{" } else { "[" });
                        open.push(cursor);
                    }
                    (None, scalar) => self.ask.write(scalar)?,
                }
            }
            let Some(cursor) = open.last_mut() else { break };
            match cursor.next(&self.ask.heap, &mut self.pointer) {
                Some((name, value)) => {
                    match name {
                        Some(name) => self.ask.out.key(bytes(&self.ask.heap, name)),
                        None => self.ask.out.item(),
                    };
                    next = Some(value);
                }
                None => {
                    self.ask.out.raw(if cursor.in_object() { "}" } else { "]" });
                    open.pop();
                }
            }
        }
        Ok(())
    }

    /// The place of the value at hand; the root has one only if it was given one.
    fn path(&self, at_root: bool) -> Option<Vec<u8>> {
        let known = self.secrets && (self.rooted || !at_root);
        known.then(|| self.pointer.clone())
    }

    fn expression(&mut self, source: Value, at_root: bool) -> Answered {
        let Value::String(source) = source else {
            return Err(Error::from(ErrorKind::SourceNotText).into());
        };
        let context = self.ask.given("context");
        let json = self.ask.run(source, context).map_err(|error| match error {
            Unevaluated::Source(error) => error.into(),
            Unevaluated::Run(error) => expression_failure(error, self.path(at_root)),
        })?;
        self.ask.out.raw(json);
        Ok(())
    }

    fn secret(&mut self, name: Text, at_root: bool) -> Answered {
        let path = self.path(at_root);
        let outcomes = self.ask.given("secrets");
        let outcome = self.ask.own(outcomes, self.ask.heap.bytes(name));
        let value = self.ask.member(outcome, "value");
        if !value.is_undefined() {
            self.ask.write(value)?;
            let path = path.unwrap_or_default();
            self.ask.allocate(path.len())?;
            if let (Some(redactions), false) = (&mut self.ask.redactions, path.is_empty())
            {
                redactions.push(path);
            }
            return Ok(());
        }
        let name = self.ask.heap.bytes(name);
        let reason = match (outcomes, self.ask.bytes(self.ask.member(outcome, "error"))) {
            (Value::Object(_), Some(reason)) => quoted(reason),
            (Value::Object(_), None) => quoted(b"the host did not look it up"),
            _ => {
                let mut reason =
                    quoted(b"Secret resolution not available in this context: ");
                reason.push(quoted(name).as_wtf8());
                reason
            }
        };
        let kind = ErrorKind::SecretUnresolved { name: quoted(name), reason };
        Err(Box::new(Failure { error: kind.into(), category: Some("ActionError"), path }))
    }
}

/// The failure of an expression in a mapping.
pub(super) fn expression_failure(error: Error, path: Option<Vec<u8>>) -> Box<Failure> {
    Box::new(Failure { error, category: Some("ExpressionError"), path })
}

/// The pointer of a member of the root.
pub(super) fn member_pointer(heap: &Heap, name: Text) -> Vec<u8> {
    let mut pointer = Vec::new();
    push_segment(&mut pointer, heap.bytes(name));
    pointer
}

fn bytes(heap: &Heap, text: Text) -> &[u8] {
    heap.bytes(text)
}
