//! The documents of docs/wire.md, natively: the same functions that the exports call.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use expr_wasm::handle::{CAPACITY, Kept};
use expr_wasm::wire::{Status, compile, describe, evaluate, load, release, validate};
use serde_json::{Value, json};

/// A module as a host sees it: documents in, documents out.
#[derive(Default)]
struct Module {
    kept: Kept,
}

impl Module {
    fn compile(&mut self, request: Value) -> Value {
        answer(|out| compile(&mut self.kept, request.to_string().as_bytes(), out))
    }

    fn evaluate(&mut self, handle: u32, request: Value) -> Value {
        self.evaluate_text(handle, &request.to_string())
    }

    fn evaluate_text(&mut self, handle: u32, request: &str) -> Value {
        answer(|out| self.evaluate_into(handle, request, out))
    }

    fn evaluate_into(&mut self, handle: u32, request: &str, out: &mut Vec<u8>) -> Status {
        evaluate(&mut self.kept, handle, &mut request.as_bytes().to_vec(), out)
    }

    fn load(&mut self, request: &str) -> Value {
        answer(|out| load(&mut self.kept, &mut request.as_bytes().to_vec(), out))
    }

    fn release(&mut self, handle: u32) -> Value {
        answer(|out| release(&mut self.kept, handle, out))
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

/// The result document as it stands.
fn answer_text(call: impl FnOnce(&mut Vec<u8>) -> Status) -> String {
    let mut out = Vec::new();
    call(&mut out);
    String::from_utf8(out).unwrap()
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
fn a_full_module_gives_up_what_is_not_used() {
    let mut module = Module::default();
    let handles: Vec<u32> =
        (0..CAPACITY).map(|_| module.handle_of("v", "jsonata")).collect();
    let context = json!({"v": 1, "context": {"v": 7}});
    assert_eq!(module.evaluate(handles[0], context.clone())["ok"], 7);
    for _ in 1..CAPACITY {
        let last = module.handle_of("v", "jsonata");
        assert_eq!(module.evaluate(last, context.clone())["ok"], 7);
        assert_eq!(module.evaluate(handles[0], context.clone())["ok"], 7);
    }
    assert_eq!(wire_error(&module.evaluate(handles[1], context)).0, "W0108");
}

#[test]
fn the_functions_of_a_source_are_named() {
    let mut module = Module::default();
    let request = json!({"v": 1, "source": "len(a) + len(toString(b))"});
    let result = module.compile(request);
    assert_eq!(result["functions"], json!(["len", "len", "toString"]));
}

#[test]
fn a_program_says_what_it_will_cost() {
    let mut module = Module::default();
    let mut estimate =
        |source| module.compile(json!({"v": 1, "source": source}))["estimate"].take();
    assert_eq!(estimate("1 + 2"), json!({"min": 3, "max": "6"}));
    assert_eq!(estimate("a.b"), json!({"min": 2, "max": "O(n)"}));
    assert_eq!(estimate("[1..a]"), json!({"min": 5, "max": "unbounded: a range"}));
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
    let mut kept = Kept::default();
    for request in ["", "{", "{}{}", "\u{feff}{}", "{\"v\":1e999}"] {
        let result = answer(|out| compile(&mut kept, request.as_bytes(), out));
        wire_error(&result);
    }
}

#[test]
fn bytes_that_are_no_utf_8_are_an_error_of_the_wire() {
    let mut module = Module::default();
    let source = b"{\"v\":1,\"source\":\"\xC3(\"}";
    let refused = answer(|out| compile(&mut module.kept, source, out));
    assert_eq!(wire_error(&refused).0, "W0002");
    let refused = answer(|out| validate(source, out));
    assert_eq!(wire_error(&refused).0, "W0002");

    let handle = module.handle_of("a", "workflow");
    // A stray byte, an overlong slash, half of a surrogate pair, a text that is cut.
    for text in [&b"\xFF"[..], b"\xC0\xAF", b"\xED\xA0\x80", b"\xF0\x9F\x98"] {
        let request = [&b"{\"v\":1,\"context\":{\"a\":\""[..], text, b"\"}}"].concat();
        let refused =
            answer(|out| evaluate(&mut module.kept, handle, &mut request.clone(), out));
        assert_eq!(wire_error(&refused).0, "W0002");
        let refused = answer(|out| load(&mut module.kept, &mut request.clone(), out));
        assert_eq!(wire_error(&refused).0, "W0002");
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

#[test]
fn a_resident_context_answers_as_one_that_is_sent() {
    let mut module = Module::default();
    let sources =
        ["$map(payload.items, function($i) { $i * 2 })", "$$", "$undefined.a", "1/0"];
    let context = r#"{"payload": {"items": [3, 1, 2]}, "text": "\ud800"}"#;
    let loaded = module.load(&format!(r#"{{"v":1,"context":{context}}}"#));
    let resident = loaded["resident"].as_u64().unwrap();
    let handles = sources.map(|source| module.handle_of(source, "jsonata"));
    for _ in 0..3 {
        for handle in handles {
            let sent = format!(r#"{{"v":1,"now":0,"context":{context}}}"#);
            let kept = format!(r#"{{"v":1,"now":0,"resident":{resident}}}"#);
            let sent = answer_text(|out| module.evaluate_into(handle, &sent, out));
            let kept = answer_text(|out| module.evaluate_into(handle, &kept, out));
            assert_eq!(sent, kept);
        }
    }
}

#[test]
fn only_the_context_that_was_loaded_last_is_resident() {
    let mut module = Module::default();
    let handle = module.handle_of("$", "jsonata");
    let ask = |resident: u64| json!({"v": 1, "resident": resident});
    let first = module.load(r#"{"v":1,"context":1}"#)["resident"].as_u64().unwrap();
    assert_eq!(module.evaluate(handle, ask(first))["ok"], 1);
    let second = module.load(r#"{"v":1}"#)["resident"].as_u64().unwrap();
    assert_eq!(wire_error(&module.evaluate(handle, ask(first))).0, "W0111");
    assert_eq!(module.evaluate(handle, ask(second))["undefined"], true);
    assert_eq!(module.load("")["forgotten"], true);
    assert_eq!(wire_error(&module.evaluate(handle, ask(second))).0, "W0111");
    let third = module.load(r#"{"v":1,"context":3}"#)["resident"].as_u64().unwrap();
    assert_eq!(wire_error(&module.load(r#"{"v":1,"now":3}"#)).0, "W0103");
    assert_eq!(wire_error(&module.evaluate(handle, ask(third))).0, "W0111");
    assert_eq!(wire_error(&module.evaluate(handle, ask(0))).0, "W0111");
}

#[test]
fn a_context_is_either_sent_or_resident() {
    let mut module = Module::default();
    let handle = module.handle_of("$", "jsonata");
    let resident = module.load(r#"{"v":1,"context":1}"#)["resident"].clone();
    for member in ["context", "bindings"] {
        let result =
            module.evaluate(handle, json!({"v": 1, "resident": resident, member: {}}));
        assert_eq!(wire_error(&result).0, "W0105");
    }
}

#[test]
fn a_batch_answers_as_its_programs_do_alone() {
    let mut module = Module::default();
    let handles = ["a + b", "a.b.c", "$error('no')", "$string($)"]
        .map(|source| module.handle_of(source, "jsonata"));
    let context = json!({"b": 2, "a": 1});
    let alone: Vec<_> = handles
        .iter()
        .map(|&handle| module.evaluate(handle, json!({"v": 1, "context": context})))
        .map(|mut result| {
            result.as_object_mut().unwrap().remove("v");
            result
        })
        .collect();
    assert_eq!((&alone[0]["ok"], &alone[1]["undefined"]), (&json!(3), &json!(true)));
    let batch = json!({"v": 1, "context": context, "programs": handles});
    assert_eq!(module.evaluate(0, batch)["results"], json!(alone));
    let resident = module.load(&json!({"v": 1, "context": context}).to_string());
    let batch = json!({"v": 1, "resident": resident["resident"], "programs": handles});
    assert_eq!(module.evaluate(0, batch)["results"], json!(alone));
}

#[test]
fn nothing_of_a_batch_is_evaluated_when_one_of_it_is_refused() {
    let mut module = Module::default();
    let plain = module.handle_of("1", "jsonata");
    let contract = module.handle_of("1", "workflow");
    let gone = module.handle_of("2", "workflow");
    module.release(gone);
    let cases = [
        (json!({"v": 1, "programs": [plain, gone]}), "W0108"),
        (json!({"v": 1, "programs": [plain, 0]}), "W0108"),
        (json!({"v": 1, "programs": [plain, contract], "bindings": {}}), "W0107"),
        (json!({"v": 1, "programs": [plain, -1]}), "W0105"),
        (json!({"v": 1, "programs": plain}), "W0105"),
        (json!({"v": 1}), "W0104"),
    ];
    for (request, code) in cases {
        let result = module.evaluate(0, request);
        assert_eq!(wire_error(&result).0, code);
        assert_eq!(result.get("results"), None);
    }
    let result = module.evaluate(plain, json!({"v": 1, "programs": [plain]}));
    assert_eq!(wire_error(&result).0, "W0103");
}
