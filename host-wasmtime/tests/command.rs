//! The command `expr` as a person meets it: what it prints, where, and how it ends.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::json;

/// Runs `expr` with `arguments` and `input` on its standard input.
fn expr_with(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_expr"))
        .args(arguments)
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// What a run that must succeed prints.
fn printed(arguments: &[&str], input: &str) -> String {
    let output = expr_with(arguments, input);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{arguments:?}: {error}");
    assert_eq!(error, "", "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a run that must fail says, after the checks that hold for every failure.
fn refused(arguments: &[&str]) -> String {
    let output = expr_with(arguments, "");
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {error}");
    assert!(output.stdout.is_empty(), "{arguments:?} prints a result");
    for unwanted in ["panicked", "backtrace", "RUST_BACKTRACE", "\u{1b}["] {
        assert!(!error.contains(unwanted), "{arguments:?}: {error}");
    }
    error
}

#[test]
fn eval_prints_the_value() {
    assert_eq!(printed(&["eval", "1 + 2"], ""), "3\n");
    let context = r#"{"payload":{"name":"Ada 😀"}}"#;
    let arguments = ["eval", "--context", "-", "payload.name & \"!\""];
    assert_eq!(printed(&arguments, context), "\"Ada 😀!\"\n");
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), context).unwrap();
    let path = file.path().to_str().unwrap();
    assert_eq!(printed(&["eval", "--context", path, "len(payload.name)"], ""), "6\n");
}

#[test]
fn eval_knows_profiles_and_the_time() {
    let arguments = ["eval", "--profile", "jsonata", "missing"];
    assert_eq!(printed(&arguments, ""), "undefined\n");
    let arguments = ["eval", "--now", "2026-03-04T06:06:07.089+01:00", "nowIso()"];
    assert_eq!(printed(&arguments, ""), "\"2026-03-04T05:06:07.089Z\"\n");
}

#[test]
fn eval_stops_at_the_limits() {
    for (option, source, code) in [
        ("--max-steps", "[1..1000].($ * 2)", "R0001"),
        ("--max-bytes", "[1..1000]", "R0002"),
        ("--max-depth", "($f := function($n){1 + $f($n)}; $f(1))", "R0003"),
    ] {
        let arguments = ["eval", "--profile", "jsonata", option, "100", source];
        let error = refused(&arguments);
        assert!(error.contains(&format!("error[{code}]")), "{option}: {error}");
    }
    let arguments = ["eval", "--max-steps", "1000", "--max-bytes", "1000", "1 + 2"];
    assert_eq!(printed(&arguments, ""), "3\n");
}

#[test]
fn check_names_the_functions() {
    assert_eq!(printed(&["check", "len(a) > 1"], ""), "valid, calls len\n");
    assert_eq!(printed(&["check", "a > 1"], ""), "valid, calls no function\n");
}

#[test]
fn explain_says_what_is_read_and_called() {
    let source = "len(payload.items[price > 10].sku) == 1";
    assert_eq!(
        printed(&["explain", source], ""),
        "normalized: $len(payload.items[price > 10].sku) = 1\n\
         calls: len\n\
         reads: payload.items.price, payload.items.sku\n\
         costs: 6 to O(n) steps, n being the size of what it reads\n"
    );
    assert_eq!(
        printed(&["explain", "1"], ""),
        "normalized: 1\ncalls: nothing\nreads: nothing\ncosts: 1 to 3 steps\n"
    );
    let unbounded = printed(&["explain", "[1..payload.n]"], "");
    let cost = "costs: at least 6 steps, unbounded: a range\n";
    assert!(unbounded.ends_with(cost), "{unbounded}");
    let arguments = ["explain", "--format", "json", "--profile", "jsonata", "$sum(*)"];
    assert_eq!(
        printed(&arguments, ""),
        "{\"normalized\":\"$sum(*)\",\"functions\":[\"sum\"],\"reads\":true,\
         \"estimate\":{\"min\":2,\"max\":\"O(n)\"}}\n"
    );
    assert!(refused(&["explain", "a +"]).contains("error[S0"));
}

#[test]
fn digest_prints_the_digest_of_the_artifact() {
    assert_eq!(printed(&["digest"], ""), format!("{}\n", host_wasmtime::DIGEST));
}

#[test]
fn machine_code_is_kept_unless_the_user_says_no() {
    let caches = tempfile::TempDir::new().unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_expr"))
            .args(arguments)
            .env("XDG_CACHE_HOME", caches.path())
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "3\n");
    };
    let left = caches.path().join("workflow-expr");
    run(&["eval", "--no-cache", "1 + 2"]);
    assert!(!left.exists());
    for _ in 0..2 {
        run(&["eval", "1 + 2"]);
        assert_eq!(fs::read_dir(&left).unwrap().count(), 1);
    }
}

#[test]
fn shells_complete_the_arguments() {
    for shell in ["bash", "zsh", "fish"] {
        let script = printed(&["completions", shell], "");
        assert!(script.contains("max-steps"), "{shell}");
    }
    assert!(refused(&["completions", "tcsh"]).contains("tcsh"));
}

#[test]
fn help_is_no_failure() {
    assert!(printed(&["--help"], "").contains("Exit codes:"));
    assert!(printed(&["--help"], "").contains("eval"));
    assert!(printed(&["--version"], "").starts_with("expr "));
}

#[test]
fn a_syntax_error_shows_its_place() {
    for command in ["eval", "check"] {
        let error = refused(&[command, "payload.a +\n  )"]);
        assert!(error.contains("error[S0"), "{error}");
        assert!(error.contains("expression:2:3"), "{error}");
        assert!(error.contains('^'), "{error}");
    }
}

#[test]
fn a_disallowed_function_is_refused() {
    let error = refused(&["check", "$sum(a)"]);
    assert!(error.contains("Expression uses disallowed function: sum"), "{error}");
}

#[test]
fn a_missing_file_is_named() {
    let error = refused(&["eval", "--context", "no/such/file.json", "a"]);
    assert!(error.contains("no/such/file.json"), "{error}");
}

#[test]
fn invalid_json_shows_its_place() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "{\"a\": 1,\n }").unwrap();
    let error = refused(&["eval", "--context", file.path().to_str().unwrap(), "a"]);
    assert!(error.contains("not valid JSON"), "{error}");
    assert!(error.contains("line 2 column 2"), "{error}");
}

#[test]
fn usage_errors_say_what_is_known() {
    let error = refused(&["eval", "--profile", "sql", "1"]);
    assert!(error.contains("sql") && error.contains("workflow, jsonata"), "{error}");
    let error = refused(&["eval", "--frobnicate", "1"]);
    assert!(error.contains("--frobnicate"), "{error}");
    let error = refused(&["eval", "--now", "yesterday", "1"]);
    assert!(error.contains("yesterday") && error.contains("2026-"), "{error}");
    let error = refused(&["eval", "--now", "2026-03-04T05:06:07.0891Z", "1"]);
    assert!(error.contains("three digits"), "{error}");
    let error = refused(&["eval", "--seed", "-1", "1"]);
    assert!(error.contains("--seed"), "{error}");
    refused(&["frobnicate"]);
    refused(&[]);
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    file
}

fn path(file: &tempfile::NamedTempFile) -> &str {
    file.path().to_str().unwrap()
}

#[test]
fn what_check_would_ignore_is_refused() {
    let error = refused(&["check", "missing/definition.json"]);
    assert!(error.contains("there is no file missing/definition.json"), "{error}");
    assert_eq!(printed(&["check", "(a.json)"], ""), "valid, calls no function\n");
    for option in [["--format", "sarif"], ["--rules", "rules.json"]] {
        let error = refused(&["check", "a > 1", option[0], option[1]]);
        assert!(error.contains("are for a definition"), "{error}");
    }
    let error = refused(&["check", "-", "--profile", "jsonata"]);
    assert!(error.contains("is for expressions"), "{error}");
}

#[test]
fn a_file_of_another_shape_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("list.json");
    fs::write(&file, "[]").unwrap();
    let path = file.to_str().unwrap();
    for command in ["check", "audit", "correlate", "test"] {
        let error = refused(&[command, path]);
        assert!(error.contains(path), "{error}");
        assert!(!error.contains("struct"), "{error}");
    }
}

#[test]
fn check_goes_through_a_whole_definition() {
    let broken = file(
        r#"{"steps":[{"id":"a","type":"x","config":{"b":{"$expr":"1 +\n lenn(2)"}}}]}"#,
    );
    let output = expr_with(&["check", path(&broken)], "");
    assert_eq!(output.status.code(), Some(1));
    let report = String::from_utf8(output.stdout).unwrap();
    let place = format!("{}/steps/0/config/b:2:2: error[INVALID_EXPR]", path(&broken));
    assert!(report.starts_with(&place), "{report}");
    assert!(report.contains("did you mean `len`?"), "{report}");
    assert!(report.ends_with("1 expressions, 1 errors, 0 warnings\n"), "{report}");

    let output = expr_with(&["check", "--format", "json", path(&broken)], "");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["diagnostics"][0]["stepPath"], "root.steps[0]");

    let output = expr_with(&["check", "--format", "sarif", path(&broken)], "");
    assert_eq!(output.status.code(), Some(1));
    let log: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let result = &log["runs"][0]["results"][0];
    assert_eq!(
        (&result["ruleId"], &result["level"]),
        (&json!("INVALID_EXPR"), &json!("error"))
    );
    let place = &result["locations"][0];
    assert_eq!(place["logicalLocations"][0]["fullyQualifiedName"], "/steps/0/config/b");
    assert_eq!(place["physicalLocation"]["artifactLocation"]["uri"], path(&broken));

    let fine =
        r#"{"steps":[{"id":"a","type":"x","config":{"b":{"$expr":"payload.a"}}}]}"#;
    let report = printed(&["check", "-"], fine);
    assert_eq!(
        report,
        "-/steps/0/config/b: note[ESTIMATE] 2 to O(n) steps\n\
         1 expressions, 0 errors, 0 warnings\n"
    );
}

/// A definition whose one step has the expressions `sources`.
fn definition(sources: &[&str]) -> String {
    let sources: Vec<_> = sources.iter().map(|it| json!({"$expr": it})).collect();
    let step = json!({"id": "s", "type": "x", "config": {"a/b": sources}});
    json!({"steps": [step]}).to_string()
}

#[test]
fn audit_names_what_the_contract_takes_otherwise() {
    let folder = tempfile::TempDir::new().unwrap();
    let root = folder.path().to_str().unwrap();
    fs::create_dir(folder.path().join("deep")).unwrap();
    fs::write(folder.path().join("notes.txt"), "no definition").unwrap();
    fs::write(folder.path().join("deep/fine.json"), definition(&["payload.a + 1"]))
        .unwrap();
    assert_eq!(printed(&["audit", root], ""), "1 files, 1 expressions, 0 findings\n");

    let sources = [
        "payload.a +",
        " ",
        "($len := 1; $len)",
        "{\"len\": payload.x}.len(1)",
        "nowIso()",
        "payload.outerWrapper.b",
        "$sum(payload.a)",
    ];
    fs::write(folder.path().join("b.json"), definition(&sources)).unwrap();
    let output = expr_with(&["audit", "--format", "json", root], "");
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["files"], &report["expressions"]), (&json!(2), &json!(8)));
    let mut found: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["pointer"].as_str().unwrap(), it["rule"].as_str().unwrap()))
        .collect();
    found.sort_unstable();
    let rules = [
        "INVALID_EXPR",
        "EMPTY_EXPRESSION",
        "helper-rebinding",
        "foreign-call",
        "given-inputs",
        "marker-key",
        "INVALID_EXPR",
    ];
    let pointers = (0..7).map(|at| format!("/steps/0/config/a~1b/{at}"));
    let wanted: Vec<_> = pointers.zip(rules).collect();
    let wanted: Vec<_> = wanted.iter().map(|(at, rule)| (at.as_str(), *rule)).collect();
    assert_eq!(found, wanted);

    let output = expr_with(&["audit", root], "");
    let report = String::from_utf8(output.stdout).unwrap();
    let place = format!("{root}/b.json/steps/0/config/a~1b/4: warning[given-inputs] ");
    assert!(report.contains(&place), "{report}");
    assert!(report.ends_with("2 files, 8 expressions, 7 findings\n"), "{report}");
    let output = expr_with(&["audit", "--format", "sarif", root], "");
    let log: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 7);
    assert_eq!(log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap().len(), 6);
}

#[test]
fn audit_cannot_pass_over_what_it_cannot_read() {
    assert!(refused(&["audit", "no/such/folder"]).contains("no/such/folder"));
    let folder = tempfile::TempDir::new().unwrap();
    fs::write(folder.path().join("broken.json"), "{").unwrap();
    let error = refused(&["audit", folder.path().to_str().unwrap()]);
    assert!(error.contains("broken.json is not valid JSON"), "{error}");
}

#[test]
fn repl_answers_line_after_line() {
    let first = file(r#"{"n": 1}"#);
    let second = file(r#"{"n": 2}"#);
    let input = format!(
        "n + 1\n\n:context {}\nn + 1\n1 +\n:nonsense\n:context\n$\n:quit\n9\n",
        path(&second)
    );
    let arguments = ["repl", "--profile", "jsonata", "--context", path(&first)];
    let output = expr_with(&arguments, &input);
    assert!(output.status.success());
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<&str> = answers.lines().collect();
    let taken = format!("the context is that of {}", path(&second));
    assert_eq!(answers, ["2", &taken, "3", "there is no context", "undefined", "bye"]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("S0207"), "{errors}");
    assert!(errors.contains("`:nonsense` is nothing to ask for"), "{errors}");
    assert_eq!(printed(&["repl"], "1 + 2"), "3\nbye\n");
}

#[test]
fn correlate_and_match_print_what_is_decided() {
    let event = file(r#"{"eventName":"PAID","payload":{"order":{"id":7}}}"#);
    let rules = file(r#"{"version":1,"events":{"PAID":["order.id"]}}"#);
    let found = printed(&["correlate", "--rules", path(&rules), path(&event)], "");
    assert!(found.starts_with(r#"{"key":"7","keys":["7"]"#), "{found}");

    let half = file(r#"{"eventName":"PAID","payload":{"order":{"id":"\ud800"}}}"#);
    let found = printed(&["correlate", "--rules", path(&rules), path(&half)], "");
    assert!(found.starts_with(r#"{"key":"\ud800","#), "{found}");

    let by_time =
        file(r#"{"version":1,"events":{"PAID":[{"$expr":"nowIso()"},"order.id"]}}"#);
    let now = "2026-03-04T05:06:07.089Z";
    let timed = ["correlate", "--now", now, "--rules", path(&by_time), path(&event)];
    assert!(printed(&timed, "").starts_with(&format!(r#"{{"key":"{now}""#)));
    let short = ["correlate", "--max-steps", "0", "--rules", path(&rules), path(&event)];
    assert!(refused(&short).contains("R0001"));

    let wait = file(r#"{"eventName":"PAID","correlationKey":"7"}"#);
    let signals = file(r#"[{"eventName":"PAID","correlationKey":"8"}]"#);
    let found = printed(&["match", path(&wait), path(&signals)], "");
    assert!(found.contains(r#""index":-1,"#), "{found}");
    assert!(found.contains("correlation-key"), "{found}");
    let found = printed(&["match", "--now", now, path(&wait), path(&signals)], "");
    assert!(found.contains(now), "{found}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_expr"))
        .args(["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert!(output.status.success());
}
