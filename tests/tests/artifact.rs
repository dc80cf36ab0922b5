//! The one artifact: it imports nothing, and every package carries the same bytes.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};
use wasmparser::{Parser, Payload};
use wasmtime::{Engine, Linker, Module, Store};

const NPM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../npm");

fn artifact() -> Vec<u8> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../target/artifact/workflow_expr.wasm");
    let path = env::var_os("WORKFLOW_EXPR_WASM").map_or(built, PathBuf::from);
    fs::read(path).expect("the artifact is built; `cargo xtask wasm` does that")
}

#[test]
fn the_import_section_is_empty() {
    for payload in Parser::new(0).parse_all(&artifact()) {
        if let Payload::ImportSection(imports) = payload.expect("a valid module") {
            assert_eq!(imports.count(), 0, "the module imports something");
        }
    }
}

#[test]
fn an_empty_linker_instantiates_it() {
    let engine = Engine::default();
    let module = Module::new(&engine, artifact()).expect("a valid module");
    let mut store = Store::new(&engine, ());
    let instance = Linker::new(&engine).instantiate(&mut store, &module);
    let instance = instance.expect("nothing is asked of the host");
    let describe = instance.get_typed_func::<(), u32>(&mut store, "describe");
    let status = describe.expect("the export").call(&mut store, ()).expect("no trap");
    assert_eq!(status, 0);
}

#[test]
fn npm_and_the_rust_crate_report_one_digest() {
    let script = "import('./dist/index.js').then(({digest}) => console.log(digest))";
    let node = Command::new("node").args(["-e", script]).current_dir(NPM).output();
    let node = node.expect("node runs");
    let digest = String::from_utf8_lossy(&node.stdout);
    assert_eq!(
        digest.trim(),
        host_wasmtime::DIGEST,
        "npm/dist carries another artifact; build it with `cargo xtask npm`"
    );
}
