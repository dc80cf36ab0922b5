//! Errors as JavaScript throws them.

use js_sys::{Error, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::member;

/// The error of a result, with what the evaluation had used up.
pub(super) fn of_reply(reply: &JsValue) -> Result<JsValue, JsValue> {
    let error = of_details(&member(reply, "error")?)?;
    if !member(reply, "steps")?.is_undefined() {
        let cost = Object::new();
        for name in ["steps", "bytes"] {
            Reflect::set(&cost, &name.into(), &member(reply, name)?)?;
        }
        Reflect::set(&error, &"cost".into(), &cost)?;
    }
    Ok(error)
}

/// A value that JSON cannot carry: what the npm package says of it.
pub(super) fn refusal(message: &str) -> JsValue {
    let error = named(message);
    let members = [
        ("class", "transport"),
        ("code", "W0201"),
        (
            "help",
            "convert the value before passing it, or leave it out of what the expression sees",
        ),
    ];
    for (name, text) in members {
        // Nothing keeps a member from an error that was just made.
        let _ = Reflect::set(&error, &name.into(), &text.into());
    }
    error.into()
}

/// An `Error` with the members of ERROR in docs/wire.md.
fn of_details(details: &JsValue) -> Result<JsValue, JsValue> {
    let error = named(&member(details, "message")?.as_string().unwrap_or_default());
    Object::assign(&error, details.unchecked_ref());
    Ok(error.into())
}

fn named(message: &str) -> Error {
    let error = Error::new(message);
    error.set_name("ExpressionError");
    error
}
