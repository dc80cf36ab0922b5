//! Live JavaScript values in and out, for who links this crate into a WebAssembly module of
//! their own with wasm-bindgen: the feature `js-values`, which the artifact is without.
//!
//! A context is walked where it lies and becomes the request of docs/wire.md, so that this
//! face has no rules of its own; only what the program reads of it is looked at. What comes
//! back is parsed by JavaScript. serde-wasm-bindgen would do neither as the contract of
//! transport has it: it asks no `toJSON`, takes a `Map` for an object, an undefined member
//! for null and a lone surrogate for U+FFFD, recurses, and sets prototypes by `__proto__`.

mod look;
mod thrown;
mod writer;

use atomic_refcell::AtomicRefCell;
use js_sys::{JSON, Object, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::handle::Kept;
use crate::wire::{self, Status};
use writer::{Field, Writer, fields_of};

/// A compiled expression over live values. It holds its program and is freed like every
/// object of wasm-bindgen; nothing evicts it.
#[wasm_bindgen]
pub struct Expression {
    /// Borrowed only while no JavaScript runs.
    kept: AtomicRefCell<Kept>,
    handle: u32,
    functions: JsValue,
    reads: JsValue,
    /// What it reads of its context; nothing stands for all of it.
    fields: Option<Vec<Field>>,
}

#[wasm_bindgen]
impl Expression {
    /// Compiles a source. The one option is `profile`: `workflow`, or `jsonata`.
    #[wasm_bindgen(constructor)]
    pub fn new(source: JsValue, options: JsValue) -> Result<Expression, JsValue> {
        let mut kept = Kept::new();
        let request = request(options, "source", source, None)?;
        let reply = reply(|out| wire::compile(&mut kept, &request, out))?;
        let handle = member(&reply, "handle")?.as_f64().unwrap_or(0.0) as u32;
        let fields = match kept.programs.get(handle).map(|it| it.program.reads().root()) {
            Some(root) if !root.is_whole() => Some(fields_of(root)?),
            _ => None,
        };
        let functions = member(&reply, "functions")?;
        let reads = member(&reply, "reads")?;
        Ok(Expression {
            kept: AtomicRefCell::new(kept),
            handle,
            functions,
            reads,
            fields,
        })
    }

    /// The names that the source calls.
    #[wasm_bindgen(getter)]
    pub fn functions(&self) -> JsValue {
        self.functions.clone()
    }

    /// What it reads of its context, as docs/wire.md has it.
    #[wasm_bindgen(getter)]
    pub fn reads(&self) -> JsValue {
        self.reads.clone()
    }

    /// The value over a context. Options are `now` in milliseconds, `seed`, `limits`,
    /// `bindings` and `reads`, as docs/wire.md has them. What fails is thrown: an `Error`
    /// with the members of ERROR and, where something was evaluated, its `cost`.
    pub fn evaluate(
        &self,
        context: JsValue,
        options: JsValue,
    ) -> Result<JsValue, JsValue> {
        member(&self.run(context, options)?, "ok")
    }

    /// Like `evaluate`, with the steps and bytes that it took: `{value, steps, bytes}`.
    #[wasm_bindgen(js_name = evaluateWithCost)]
    pub fn evaluate_with_cost(
        &self,
        context: JsValue,
        options: JsValue,
    ) -> Result<JsValue, JsValue> {
        let reply = self.run(context, options)?;
        let evaluation = Object::new().into();
        for (name, of_reply) in [("value", "ok"), ("steps", "steps"), ("bytes", "bytes")]
        {
            Reflect::set(&evaluation, &name.into(), &member(&reply, of_reply)?)?;
        }
        Ok(evaluation)
    }

    fn run(&self, context: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
        let reads_all = options.is_object() && !member(&options, "reads")?.is_undefined();
        let fields = self.fields.as_deref().filter(|_| !reads_all);
        let mut request = request(options, "context", context, fields)?;
        reply(|out| {
            let kept = &mut *self.kept.borrow_mut();
            wire::evaluate(kept, self.handle, &mut request, out)
        })
    }
}

/// Checks a source: `{normalized, functions, error}`. Options are `profile` and `all`.
#[wasm_bindgen(js_name = validateValue)]
pub fn validate_value(source: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
    let request = request(options, "source", source, None)?;
    let (status, document) = parsed(|out| wire::validate(&request, out))?;
    if status == Status::Error && member(&document, "normalized")?.is_undefined() {
        // The request was refused, and nothing was checked.
        return Err(thrown::of_reply(&document)?);
    }
    Ok(document)
}

/// Answers an ask of the contract, given as its members. The result is the document of
/// docs/wire.md, with the member `error` where there is one.
#[wasm_bindgen(js_name = decideValue)]
pub fn decide_value(ask: JsValue) -> Result<JsValue, JsValue> {
    let request = request(ask, "", JsValue::UNDEFINED, None)?;
    let (_, document) = parsed(|out| wire::decide(&request, out))?;
    Ok(document)
}

/// A request: `v`, what the caller gave, and one member more, which comes last and so is
/// the one that counts.
fn request(
    given: JsValue,
    name: &'static str,
    value: JsValue,
    fields: Option<&[Field]>,
) -> Result<Vec<u8>, JsValue> {
    let mut out = Vec::new();
    if !given.is_undefined() && Writer::new("options", &mut out).write(given, None)? {
        // What is no object stays as it is, and the wire says what it should be.
        if out.first() != Some(&b'{') {
            return Ok(out);
        }
        out.pop();
    } else {
        out.push(b'{');
    }
    let separate = |out: &mut Vec<u8>, key: &str| {
        if out.last() != Some(&b'{') {
            out.push(b',');
        }
        out.extend_from_slice(b"\"");
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b"\":");
    };
    separate(&mut out, "v");
    out.extend_from_slice(b"1");
    if !name.is_empty() {
        let before = out.len();
        separate(&mut out, name);
        if !Writer::new(name, &mut out).write(value, fields)? {
            out.truncate(before);
        }
    }
    out.push(b'}');
    Ok(out)
}

/// The result of a call; an error in it is thrown.
fn reply(call: impl FnOnce(&mut Vec<u8>) -> Status) -> Result<JsValue, JsValue> {
    let (status, document) = parsed(call)?;
    match status {
        Status::Ok => Ok(document),
        Status::Error => Err(thrown::of_reply(&document)?),
    }
}

/// JavaScript's own parser makes the values: it is faster than a call for each of them.
fn parsed(
    call: impl FnOnce(&mut Vec<u8>) -> Status,
) -> Result<(Status, JsValue), JsValue> {
    let mut out = Vec::new();
    let status = call(&mut out);
    let text = String::from_utf8(out).unwrap_or_default();
    Ok((status, JSON::parse(&text)?))
}

fn member(object: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    Reflect::get(object, &name.into())
}
