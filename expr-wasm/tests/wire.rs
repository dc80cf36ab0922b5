//! The documents of docs/wire.md, natively: the same functions that the exports call.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use expr_wasm::handle::Programs;
use expr_wasm::wire::{Status, compile, describe, evaluate, release, validate};
use serde_json::{Value, json};

/// A module as a host sees it: documents in, documents out.
#[derive(Default)]
struct Module {
    programs: Programs,
}

impl Module {
    fn compile(&mut self, request: Value) -> Value {
        answer(|out| compile(&mut self.programs, request.to_string().as_bytes(), out))
    }

    fn evaluate(&mut self, handle: u32, request: Value) -> Value {
        self.evaluate_text(handle, &request.to_string())
    }

    fn evaluate_text(&mut self, handle: u32, request: &str) -> Value {
        let mut request = request.as_bytes().to_vec();
        answer(|out| evaluate(&mut self.programs, handle, &mut request, out))
    }

    fn release(&mut self, handle: u32) -> Value {
        answer(|out| release(&mut self.programs, handle, out))
    }

    fn handle_of(&mut self, source: &str, profile: &str) -> u32 {
        let result = self.compile(json!({"v": 1, "source": source, "profile": profile}));
        u32::try_from(result["handle"].as_u64().unwrap()).unwrap()
    }
}

/// The result document, after checking that the status tells the truth about it.
fn answer(call: impl FnOnce(&mut Vec<u8>) -> Status) -> Value {
    let mut out = Vec::new();
    let status = call(&mut out);
    let result: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(result["v"], 1);
    assert_eq!(status == Status::Error, result.get("error").is_some(), "{result}");
    result
}

/// Code and message of an error, which must be of class `wire`.
fn wire_error(result: &Value) -> (&str, &str) {
    let error = &result["error"];
    assert_eq!(error["class"], "wire", "{result}");
    (error["code"].as_str().unwrap(), error["message"].as_str().unwrap())
}

#[test]
fn a_program_is_compiled_evaluated_and_released() {
    let mut module = Module::default();
    let handle = module.handle_of("len(payload.name)", "workflow");
    let context = json!({"v": 1, "context": {"payload": {"name": "Ada"}}});
    let result = module.evaluate(handle, context.clone());
    assert_eq!(result["ok"], 3);
    assert!(result["steps"].as_u64().unwrap() > 0);
    assert_eq!(module.release(handle)["released"], true);
    assert_eq!(wire_error(&module.evaluate(handle, context)).0, "W0108");
    assert_eq!(wire_error(&module.release(handle)).0, "W0108");
}

#[test]
fn the_functions_of_a_source_are_named() {
    let mut module = Module::default();
    let request = json!({"v": 1, "source": "len(a) + len(toString(b))"});
    let result = module.compile(request);
    assert_eq!(result["functions"], json!(["len", "len", "toString"]));
}

#[test]
fn a_program_says_what_it_reads() {
    let mut module = Module::default();
    let mut reads =
        |source| module.compile(json!({"v": 1, "source": source}))["reads"].take();
    assert_eq!(reads("a.b = c"), json!({"a": {"b": true}, "c": true}));
    assert_eq!(reads("$"), json!(true));
    assert_eq!(reads("1"), json!({}));
}

#[test]
fn what_is_not_read_changes_nothing() {
    let mut module = Module::default();
    let handle = module.handle_of("a.b", "workflow");
    let part = r#"{"v":1,"context":{"a":{"b":[1,2]}}}"#;
    let expected = module.evaluate_text(handle, part);
    assert_eq!(expected["ok"], json!([1, 2]));
    let whole = r#"{"v":1,"context":{"x":[{"\u0061":-1.5e3},"\"\ud800",[[],{}]],
        "a":{"y":true,"b":[1,2],"b\u0020":null}, "z" : { } }}"#;
    assert_eq!(module.evaluate_text(handle, whole), expected);
    let all = whole.replace(r#""v":1"#, r#""reads":"all","v":1"#);
    assert_eq!(module.evaluate_text(handle, &all), expected);
    let twice = r#"{"v":1,"context":{"a":{"b":1},"x":0,"\u0061":{"c":1,"b":[1,2]}}}"#;
    let last = module.evaluate_text(handle, twice);
    assert_eq!(last, expected, "of a duplicate key the last value counts");
}

#[test]
fn what_is_wrong_is_refused_whether_it_is_read_or_not() {
    let mut module = Module::default();
    let handle = module.handle_of("a.b", "workflow");
    let whole = module.handle_of("$", "workflow");
    // A value of a field that the first one does not read, and the byte where it is wrong.
    let wrong = [
        ("", 0),
        ("tru", 0),
        ("[1,]", 3),
        ("[1}", 2),
        ("{\"k\" 1}", 5),
        ("{\"k\":1,}", 7),
        ("{\"k\":[1}}", 7),
        ("\"\u{1}\"", 1),
        ("\"\\x\"", 2),
        ("\"\\u12\"", 2),
        ("01", 1),
        ("1.", 2),
        ("-", 1),
        ("1e999", 0),
    ];
    for (text, at) in wrong {
        let request = format!(r#"{{"v":1,"context":{{"x":{text}}}}}"#);
        let result = module.evaluate_text(handle, &request);
        let (code, message) = wire_error(&result);
        assert!(code.starts_with("W000"), "{text}: {message}");
        assert!(message.contains(&format!("byte {}", 22 + at)), "{text}: {message}");
        let read = module.evaluate_text(whole, &request);
        assert_eq!(wire_error(&read), (code, message), "{text}");
    }
}

#[test]
fn limits_on_reading_hold_for_what_is_read() {
    let mut module = Module::default();
    let deep = "[".repeat(20_000) + &"]".repeat(20_000);
    let request = format!(r#"{{"v":1,"context":{{"a":1,"b":{deep}}}}}"#);
    for (source, code) in [("a", None), ("b", Some("R0005"))] {
        let handle = module.handle_of(source, "workflow");
        let result = module.evaluate_text(handle, &request);
        assert_eq!(result["error"]["code"].as_str(), code, "{source}");
    }
}

#[test]
fn undefined_is_not_null() {
    let mut module = Module::default();
    let handle = module.handle_of("missing", "jsonata");
    let result = module.evaluate(handle, json!({"v": 1, "context": {}}));
    assert_eq!(result["undefined"], true);
    assert!(result.get("ok").is_none());
}

#[test]
fn what_a_request_gets_wrong_is_named() {
    let mut module = Module::default();
    let handle = module.handle_of("1", "jsonata");
    let cases = [
        (json!([]), "W0101", "object"),
        (json!({}), "W0102", "`v`"),
        (json!({"v": 2}), "W0102", "`v`"),
        (json!({"v": "1"}), "W0102", "`v`"),
        (json!({"v": 1, "contxt": 1}), "W0103", "`contxt`"),
        (json!({"v": 1, "limits": {"stepz": 1}}), "W0103", "`limits.stepz`"),
        (json!({"v": 1, "limits": 5}), "W0105", "`limits`"),
        (json!({"v": 1, "limits": {"steps": -1}}), "W0105", "`limits.steps`"),
        (json!({"v": 1, "limits": {"depth": 1e10}}), "W0105", "`limits.depth`"),
        (json!({"v": 1, "now": "today"}), "W0105", "`now`"),
        (json!({"v": 1, "now": 1.5}), "W0105", "`now`"),
        (json!({"v": 1, "seed": -1}), "W0105", "`seed`"),
        (json!({"v": 1, "bindings": []}), "W0105", "`bindings`"),
        (json!({"v": 1, "reads": "some"}), "W0105", "`reads`"),
        (json!({"v": 1, "reads": true}), "W0105", "`reads`"),
    ];
    for (request, code, member) in cases {
        let result = module.evaluate(handle, request);
        let (found, message) = wire_error(&result);
        assert_eq!(found, code, "{message}");
        assert!(message.contains(member), "{message}");
        assert_eq!(result["steps"], 0);
    }
}

#[test]
fn what_a_source_gets_wrong_is_named() {
    let mut module = Module::default();
    let cases = [
        (json!({"v": 1}), "W0104", "`source`"),
        (json!({"v": 1, "source": 1}), "W0105", "`source`"),
        (json!({"v": 1, "source": "1", "profile": 1}), "W0105", "`profile`"),
        (json!({"v": 1, "source": "1", "profile": "sql"}), "W0106", "`sql`"),
        (json!({"v": 1, "source": "1", "context": 1}), "W0103", "`context`"),
    ];
    for (request, code, member) in cases {
        let checked = answer(|out| validate(request.to_string().as_bytes(), out));
        for result in [module.compile(request), checked] {
            let (found, message) = wire_error(&result);
            assert_eq!(found, code, "{message}");
            assert!(message.contains(member), "{message}");
        }
    }
}

#[test]
fn bindings_belong_to_plain_jsonata() {
    let mut module = Module::default();
    let request = json!({"v": 1, "bindings": {"x": 2}});
    let plain = module.handle_of("$x", "jsonata");
    assert_eq!(module.evaluate(plain, request.clone())["ok"], 2);
    let contract = module.handle_of("1", "workflow");
    assert_eq!(wire_error(&module.evaluate(contract, request)).0, "W0107");
}

#[test]
fn what_is_no_json_is_an_error_of_the_wire() {
    let mut programs = Programs::default();
    for request in ["", "{", "{}{}", "\u{feff}{}", "{\"v\":1e999}"] {
        let result = answer(|out| compile(&mut programs, request.as_bytes(), out));
        wire_error(&result);
    }
}

#[test]
fn an_error_points_into_the_authored_text() {
    let mut module = Module::default();
    let result = module.compile(json!({"v": 1, "source": "1 +\n  )"}));
    let error = &result["error"];
    assert_eq!(error["class"], "syntax");
    assert_eq!((&error["line"], &error["column"]), (&json!(2), &json!(3)));
}

#[test]
fn validation_gives_the_normalized_text() {
    let request = json!({"v": 1, "source": "len(a) == 1"}).to_string();
    let result = answer(|out| validate(request.as_bytes(), out));
    assert_eq!(result["normalized"], "$len(a) = 1");
    assert_eq!(result["functions"], json!(["len"]));

    let request = json!({"v": 1, "source": "$sum(a)"}).to_string();
    let result = answer(|out| validate(request.as_bytes(), out));
    assert_eq!(result["error"]["class"], "disallowed-function");
}

#[test]
fn a_module_describes_itself() {
    let result = answer(describe);
    assert_eq!(result["contract"], "workflow/1");
    assert_eq!(result["wire"], 1);
    assert_eq!(result["profiles"], json!(["workflow", "jsonata"]));
}
