//! `expr test`: what passes, what fails, and what is counted besides.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::process::{Command, Output};

/// `expr test` with the machine code of other tests.
fn expr_test<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_expr"))
        .arg("test")
        .args(arguments)
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .output()
        .unwrap()
}

/// How `expr test` ends, and what it prints, over a file with these vectors.
fn run(vectors: &[&str], options: &[&str]) -> (Option<i32>, String) {
    let (code, output, complaint) = run_all(vectors, options);
    assert_eq!(complaint, "");
    (code, output)
}

/// The same, and what it complains of.
fn run_all(vectors: &[&str], options: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::TempDir::new().unwrap();
    let vectors = vectors.join(",");
    let file = format!(r#"{{"meta":{{"group":"g"}},"vectors":[{vectors}]}}"#);
    fs::write(folder.path().join("vectors.json"), file).unwrap();
    let path = folder.path().to_str().unwrap();
    let output = expr_test([path].into_iter().chain(options.iter().copied()));
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_run_of_nothing_fails() {
    let vector = r#"{"id":"a","source":"1","expect":{"ok":1}}"#;
    let excluded =
        r#"{"id":"b","source":"1","divergence":"marker-key","expect":{"ok":2}}"#;
    let cases: [(&[&str], &[&str], &str); 3] = [
        (&[], &[], "no vectors were run: of 0 that were read 0 are excluded"),
        (&[excluded], &[], "no vectors were run: of 1 that were read 1 are excluded"),
        (
            &[vector, excluded],
            &["--filter", "elsewhere"],
            r#"none of 2 has a name, GROUP/ID, with "elsewhere" in it"#,
        ),
    ];
    for (vectors, options, expected) in cases {
        let (code, output, complaint) = run_all(vectors, options);
        assert_eq!((code, output.as_str()), (Some(1), ""));
        assert!(complaint.contains(expected), "{complaint}");
    }

    let folder = tempfile::TempDir::new().unwrap();
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../parity-fixtures/contract");
    let output = expr_test([fixtures, folder.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(complaint.contains("no file in it ends in `.json`"), "{complaint}");
}

#[test]
fn the_fixtures_of_the_project_pass() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../parity-fixtures");
    let [contract, language] =
        ["contract", "language"].map(|it| format!("{folder}/{it}"));
    let output = expr_test([contract.as_str(), language.as_str()]);
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{report}");
    let (passed, rest) = report.trim_end().split_once(' ').unwrap();
    assert!(passed.parse::<usize>().unwrap() > 2000, "{report}");
    assert_eq!(rest, "passed, 0 failed, 0 excluded");
}

/// A vector that passes, and one that fails.
const WRONG: [(&str, &str); 14] = [
    (r#""source":"1 + 2","expect":{"ok":3}"#, r#""source":"1 + 2","expect":{"ok":4}"#),
    (
        r#""source":"payload","context":{"payload":{"a":1,"b":-0}},"expect":{"ok":{"a":1.0,"b":{"$num":"-0"}}}"#,
        r#""source":"payload","context":{"payload":{"a":1,"b":-0}},"expect":{"ok":{"b":0,"a":1}}"#,
    ),
    (
        r#""source":"payload","context":{"payload":null},"expect":{"ok":null}"#,
        r#""source":"payload","context":{"payload":null},"expect":{"undefined":true}"#,
    ),
    (
        r#""source":"1 +","expect":{"error":{"class":"syntax","code":"S0207","position":3}}"#,
        r#""source":"1 +","expect":{"error":{"class":"syntax","code":"S0207","position":2}}"#,
    ),
    (
        r#""source":"1 + 'a'","expect":{"error":{"class":"evaluation","native":"TypeError","code":"x"}}"#,
        r#""source":"1 + 'a'","expect":{"error":{"class":"evaluation","code":"x"}}"#,
    ),
    (
        r#""source":"sum(1)","expect":{"error":{"class":"disallowed-function","message":"Expression uses disallowed function: sum"}}"#,
        r#""source":"sum(1)","expect":{"error":{"class":"disallowed-function","message":"no"}}"#,
    ),
    (
        r#""source":"'ab'","expect":{"okLength":4,"okSha256":"782beb2948d61c6b50ae083a2c63328c5c4d6f41c746c2fc6061d3dac370bc92"}"#,
        r#""source":"'ab'","expect":{"okLength":5,"okSha256":"782beb2948d61c6b50ae083a2c63328c5c4d6f41c746c2fc6061d3dac370bc92"}"#,
    ),
    (
        r#""source":"nowIso()","expect":{"ok":"2026-03-04T05:06:07.089Z"}"#,
        r#""source":"nowIso()","now":null,"expect":{"ok":"2026-03-04T05:06:07.089Z"}"#,
    ),
    (
        r#""source":"a == 1","context":{},"normalized":"a = 1","expect":{"ok":false}"#,
        r#""source":"a == 1","context":{},"normalized":"a == 1","expect":{"ok":false}"#,
    ),
    (
        r#""source":"len('a')","functions":["len"],"validate":{"ok":true},"expect":{"ok":1}"#,
        r#""source":"len('a')","validate":{"error":{"class":"lambda"}},"expect":{"ok":1}"#,
    ),
    (
        r#""decide":{"ask":"secrets","value":{"a":{"$secret":"K"}}},"expect":{"ok":["K"]}"#,
        r#""decide":{"ask":"secrets","value":{"a":{"$secret":"K"}}},"expect":{"ok":["L"]}"#,
    ),
    (
        r#""group":"mappings","mode":"input","mapping":{"a":{"$secret":"K"}},"secrets":{"K":"v"},"expect":{"ok":{"a":"v"},"redactionPaths":["/a"]}"#,
        r#""group":"mappings","mode":"input","mapping":{"a":{"$secret":"K"}},"secrets":{"K":"v"},"expect":{"ok":{"a":"v"},"redactionPaths":[]}"#,
    ),
    (
        r#""group":"mappings","mode":"valuePath","mapping":{"$secret":"K"},"secrets":{},"expect":{"error":{"thrown":"mapping","category":"ActionError","path":"/base"}}"#,
        r#""group":"mappings","mode":"valuePath","mapping":{"$secret":"K"},"secrets":{},"expect":{"error":{"thrown":"mapping","category":"ActionError","pathAbsent":true}}"#,
    ),
    (
        r#""group":"correlation","env":null,"input":{"eventName":"E","explicitCorrelationKey":"k"},"expect":{"key":"k","source":"explicit"}"#,
        r#""group":"correlation","env":null,"input":{"eventName":"E","explicitCorrelationKey":"k"},"expect":{"key":"k","source":"derived"}"#,
    ),
];

#[test]
fn a_wrong_answer_fails_its_vector() {
    for (right, wrong) in WRONG {
        let (right, wrong) =
            (format!(r#"{{"id":"r",{right}}}"#), format!(r#"{{"id":"w",{wrong}}}"#));
        let (code, report) = run(&[&right, &wrong], &[]);
        assert!(report.ends_with("1 passed, 1 failed, 0 excluded\n"), "{report}");
        assert!(report.contains("/w: "), "{report}");
        assert_eq!(code, Some(1));
    }
}

#[test]
fn what_is_excluded_is_counted() {
    let vectors = [
        r#"{"id":"a","source":"1","divergence":"marker-key","expect":{"ok":2}}"#,
        r#"{"id":"b","source":"1","divergence":"marker-key","expect":{"ok":2},"ours":{"ok":1}}"#,
    ];
    let counts = "1 passed, 0 failed, 1 excluded\n";
    assert_eq!(run(&vectors, &[]), (Some(0), counts.to_owned()));
    let counts = "1 passed, 0 failed, 0 excluded\n";
    assert_eq!(run(&vectors, &["--filter", "g/b"]), (Some(0), counts.to_owned()));
}
