//! What `JSON.stringify` sees where a JavaScript value is.

use expr_core::Wtf8Buf;
use js_sys::{Array, Function, JsString, Object, Reflect, Symbol};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["Object", "prototype", "toString"], js_name = call, catch)]
    fn tag_of(value: &JsValue) -> Result<String, JsValue>;
    #[wasm_bindgen(js_namespace = ["Object", "prototype", "propertyIsEnumerable"], js_name = call, catch)]
    fn is_member(value: &JsValue, name: &JsValue) -> Result<bool, JsValue>;
    #[wasm_bindgen(js_namespace = ["Boolean", "prototype", "valueOf"], js_name = call, catch)]
    fn unboxed_boolean(value: &JsValue) -> Result<bool, JsValue>;
    #[wasm_bindgen(js_namespace = Object, js_name = keys, catch)]
    fn keys_of(value: &JsValue) -> Result<Array, JsValue>;
    #[wasm_bindgen(js_namespace = Object, js_name = getPrototypeOf, catch)]
    fn prototype_of(value: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = Array, js_name = isArray, catch)]
    fn is_array(value: &JsValue) -> Result<bool, JsValue>;
    #[wasm_bindgen(js_name = Number, catch)]
    fn to_number(value: &JsValue) -> Result<f64, JsValue>;
    #[wasm_bindgen(js_name = String, catch)]
    fn to_text(value: &JsValue) -> Result<JsValue, JsValue>;
}

/// A value, or what stands for it.
pub(super) enum Seen {
    /// Nothing to be sent.
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    /// Text with lone surrogates, or with U+FFFD, which they become in UTF-8.
    Units(Wtf8Buf),
    Array(JsValue),
    Object(JsValue),
    /// Something that JSON cannot carry, and how messages call it.
    Foreign(&'static str),
    /// A `Map` or a `Set`.
    Collection(JsValue, &'static str),
}

/// Looks at values; holds what it compares them with.
pub(super) struct Looking {
    to_json: JsValue,
    tag: JsValue,
    length: JsValue,
    plain_prototype: JsValue,
}

impl Looking {
    pub(super) fn new() -> Self {
        Looking {
            to_json: "toJSON".into(),
            tag: Symbol::to_string_tag().into(),
            length: "length".into(),
            plain_prototype: Object::get_prototype_of(&Object::new()).into(),
        }
    }

    /// What is sent for `value`: the answer of its `toJSON`, which is told the key, and the
    /// primitive inside a `Number`, `String` or `Boolean` object.
    pub(super) fn look(
        &self,
        value: JsValue,
        key: impl FnOnce() -> JsValue,
    ) -> Result<Seen, JsValue> {
        if let Some(primitive) = primitive(&value) {
            return Ok(primitive);
        }
        let is_object = value.is_object();
        if !is_object && !value.is_bigint() {
            return Ok(Seen::Foreign(kind_of(&value)));
        }
        // A primitive has no members of its own.
        let to_json = match is_object {
            true => Reflect::get(&value, &self.to_json)?,
            false => Reflect::get(&prototype_of(&value)?, &self.to_json)?,
        };
        if to_json.is_function() {
            let plain = to_json.unchecked_ref::<Function>().call1(&value, &key())?;
            return match primitive(&plain) {
                Some(primitive) => Ok(primitive),
                None if plain.is_object() => self.container(plain),
                None => Ok(Seen::Foreign(kind_of(&plain))),
            };
        }
        match is_object {
            true => self.container(value),
            false => Ok(Seen::Foreign(kind_of(&value))),
        }
    }

    /// An object whose `toJSON` was asked already.
    fn container(&self, value: JsValue) -> Result<Seen, JsValue> {
        let is_array = is_array(&value)?;
        // What has no tag and comes from nowhere else is what most values are.
        let is_plain = !Reflect::has(&value, &self.tag)?
            && (is_array || prototype_of(&value)? == self.plain_prototype);
        if !is_plain {
            match &*tag_of(&value)? {
                "[object Number]" => return Ok(Seen::Number(to_number(&value)?)),
                "[object String]" => return Ok(text(&to_text(&value)?)),
                // An object that merely calls itself Boolean stays an object.
                "[object Boolean]" => {
                    if let Ok(inside) = unboxed_boolean(&value) {
                        return Ok(Seen::Bool(inside));
                    }
                }
                "[object BigInt]" => return Ok(Seen::Foreign("bigint")),
                "[object Map]" => return Ok(Seen::Collection(value, "Map")),
                "[object Set]" => return Ok(Seen::Collection(value, "Set")),
                _ => {}
            }
        }
        Ok(if is_array { Seen::Array(value) } else { Seen::Object(value) })
    }

    /// The length of an array, which a proxy may answer with anything.
    pub(super) fn length(&self, array: &JsValue) -> Result<u32, JsValue> {
        Ok(Reflect::get(array, &self.length)?.as_f64().unwrap_or(0.0) as u32)
    }
}

/// The names of an object's own enumerable members.
pub(super) fn keys(object: &JsValue) -> Result<Array, JsValue> {
    keys_of(object)
}

/// A member that JSON would send, which is never one of a prototype.
pub(super) fn own_member(
    object: &JsValue,
    name: &JsValue,
) -> Result<Option<JsValue>, JsValue> {
    Ok(match is_member(object, name)? {
        true => Some(Reflect::get(object, name)?),
        false => None,
    })
}

/// Text as a value, whatever its units are.
pub(super) fn text(value: &JsValue) -> Seen {
    match value.as_string() {
        Some(text) if text.contains('\u{FFFD}') => {
            let units: Vec<u16> = value.unchecked_ref::<JsString>().iter().collect();
            Seen::Units(Wtf8Buf::from_units(&units))
        }
        Some(text) => Seen::Text(text),
        None => Seen::Undefined,
    }
}

fn primitive(value: &JsValue) -> Option<Seen> {
    if let seen @ (Seen::Text(_) | Seen::Units(_)) = text(value) {
        return Some(seen);
    }
    if let Some(number) = value.as_f64() {
        return Some(Seen::Number(number));
    }
    if value.is_object() {
        return None;
    }
    if let Some(truth) = value.as_bool() {
        return Some(Seen::Bool(truth));
    }
    if value.is_null() {
        return Some(Seen::Null);
    }
    value.is_undefined().then_some(Seen::Undefined)
}

fn kind_of(value: &JsValue) -> &'static str {
    if value.is_function() {
        "function"
    } else if value.is_symbol() {
        "symbol"
    } else {
        "bigint"
    }
}
