//! Answers each line `{"source": …, "context": …}` of its input with what jsonata-rs says:
//! `{"ok": …}`, `{"undefined": true}`, `{"error": {"code": …}}` or `{"crash": …}`.
//!
//! It may hang or die; whoever asks has a time limit and starts it again.

use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use bumpalo::Bump;
use expr_peers::converted;
use jsonata_rs::{JsonAta, Value as Peer};
use serde_json::{Value, json};

fn main() -> std::io::Result<()> {
    // What panics is an answer, and no news on the terminal.
    std::panic::set_hook(Box::new(|_| {}));
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let question = serde_json::from_str(&line?)?;
        let answer = catch_unwind(AssertUnwindSafe(|| answer(&question)));
        let answer = answer.unwrap_or_else(|_| json!({"crash": "it panicked"}));
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(question: &Value) -> Value {
    let source = question.get("source").and_then(Value::as_str).unwrap_or_default();
    let context = question.get("context").map(Value::to_string);
    let arena = Bump::new();
    let result = JsonAta::new(source, &arena)
        .and_then(|expression| expression.evaluate(context.as_deref(), None));
    match result {
        Ok(Peer::Undefined) => json!({"undefined": true}),
        Ok(value) => json!({"ok": converted(value)}),
        Err(error) => json!({"error": {"code": error.code()}}),
    }
}
