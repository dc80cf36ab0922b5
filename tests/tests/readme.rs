//! The examples of the README do what it says.
//!
//! A block tagged `ts` is type-checked strictly and run; a block tagged `sh` that calls
//! `expr` is run. A block tagged `text` right behind is what they print. Blocks tagged
//! `rust` are doctests of this crate's library.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A fenced block, and what a `text` block behind it says it prints.
struct Example {
    code: String,
    prints: Option<String>,
}

/// The blocks with one of `tags`; none, visibly, when there is no README yet.
fn examples(tags: &[&str]) -> Vec<Example> {
    let Ok(readme) = fs::read_to_string(Path::new(ROOT).join("README.md")) else {
        println!("SKIPPED: there is no README.md");
        return Vec::new();
    };
    let mut blocks: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in readme.lines() {
        match line.strip_prefix("```") {
            Some(tag) if !inside => {
                blocks.push((tag.to_owned(), String::new()));
                inside = true;
            }
            Some(_) => inside = false,
            None if inside => {
                let (_, code) = blocks.last_mut().expect("an open block");
                code.push_str(line);
                code.push('\n');
            }
            None => {}
        }
    }
    let next = |index: usize| blocks.iter().skip(index).nth(1);
    let example = |(index, (tag, code)): (usize, &(String, String))| {
        let prints = next(index).filter(|(tag, _)| tag == "text");
        tags.contains(&tag.as_str()).then(|| Example {
            code: code.clone(),
            prints: prints.map(|(_, text)| text.clone()),
        })
    };
    blocks.iter().enumerate().filter_map(example).collect()
}

fn check(example: &Example, output: &Output) {
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{stdout}{stderr}", example.code);
    if let Some(prints) = &example.prints {
        assert_eq!(stdout.trim_end(), prints.trim_end(), "{}", example.code);
    }
}

#[test]
fn typescript_examples_run() {
    let examples = examples(&["ts", "typescript"]);
    if examples.is_empty() {
        return;
    }
    let folder = typescript_project();
    let options = [
        "--strict",
        "--target",
        "es2022",
        "--module",
        "nodenext",
        "--types",
        "node",
        "--typeRoots",
    ];
    for (index, example) in examples.iter().enumerate() {
        let file = folder.join(format!("example{index}.mts"));
        fs::write(&file, &example.code).expect("a folder to write to");
        let types = Path::new(ROOT).join("npm/node_modules/@types");
        let compiled = Command::new(Path::new(ROOT).join("npm/node_modules/.bin/tsc"))
            .args(options)
            .arg(types)
            .arg(&file)
            .current_dir(&folder)
            .output()
            .expect("the compiler is in npm/node_modules");
        check(&Example { code: example.code.clone(), prints: None }, &compiled);
        let run = Command::new("node").arg(file.with_extension("mjs")).output();
        check(example, &run.expect("node runs"));
    }
}

/// A folder in which `workflow-expr` is installed.
fn typescript_project() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme");
    let modules = folder.join("node_modules");
    fs::create_dir_all(&modules).expect("a folder to write to");
    let package = modules.join("workflow-expr");
    if !package.exists() {
        let npm = Path::new(ROOT).join("npm").canonicalize().expect("npm/ is there");
        symlink(npm, package).expect("a link to npm/");
    }
    folder
}

#[test]
fn command_line_examples_run() {
    let examples = examples(&["sh"]);
    let calls = |code: &str| code.lines().any(|line| line.contains("expr "));
    let ours: Vec<&Example> = examples
        .iter()
        .filter(|it| calls(&it.code) && !it.code.contains("cargo "))
        .collect();
    if ours.is_empty() {
        return;
    }
    let programs = programs();
    let path = std::env::var("PATH").unwrap_or_default();
    for example in ours {
        let output = Command::new("sh")
            .args(["-euc", &example.code])
            .env("PATH", format!("{}:{path}", programs.display()))
            .current_dir(ROOT)
            .output();
        check(example, &output.expect("sh runs"));
    }
}

/// The folder with the command `expr`, which is built if it is not there.
fn programs() -> PathBuf {
    let folder = Path::new(env!("CARGO_BIN_EXE_parity")).parent().expect("a folder");
    let arguments = ["build", "--quiet", "--package", "host-wasmtime", "--bin", "expr"];
    if !folder.join("expr").exists() {
        let built =
            Command::new(env!("CARGO")).args(arguments).current_dir(ROOT).status();
        assert!(built.is_ok_and(|status| status.success()), "`expr` does not build");
    }
    folder.to_owned()
}
