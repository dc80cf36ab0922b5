//! expr-wasm with the feature `js-values` → `target/values/node/`, as somebody's own bundle
//! would have it: the module and the glue of wasm-bindgen, here for Node.js.
//!
//! It is compiled as the artifact is, but not optimized afterwards, which is up to whoever
//! makes the bundle.

use std::fs;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;
use xshell::cmd;

use crate::tool;
use crate::workspace::{Inputs, Workspace, write};

/// Builds the module, unless none of its inputs changed.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    let compiler = tool::require_toolchain(workspace)?;
    let mut inputs = Inputs::new();
    inputs.add("rustc", compiler.as_bytes());
    inputs.add("xtask/src/values.rs", include_bytes!("values.rs"));
    inputs
        .add_files(workspace, &["Cargo.toml", "Cargo.lock", "expr-core", "expr-wasm"])?;
    let inputs = inputs.finish();
    let target = workspace.path("target/values");
    let stamp = target.join("inputs.sha256");
    if fs::read_to_string(&stamp).is_ok_and(|stamped| stamped == inputs) {
        return Ok(());
    }
    let shell = tool::shell(workspace.root())?;
    tool::cargo(&shell)
        .args(["build", "--locked", "--quiet", "--package", "expr-wasm", "--lib"])
        .args(["--features", "js-values", "--profile", "artifact"])
        .args(["--target", tool::TARGET, "--target-dir"])
        .arg(&target)
        .run()
        .context("expr-wasm does not build with the feature `js-values`")?;
    Bindgen::new()
        .input_path(target.join(tool::TARGET).join("artifact/expr_wasm.wasm"))
        .nodejs(true)?
        .typescript(false)
        .generate(target.join("node"))
        .context("wasm-bindgen refuses the module")?;
    write(&stamp, inputs)
}

/// Compares what it makes of live values with what the npm package makes of them, which
/// must be built.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    let shell = tool::shell(workspace.root())?;
    cmd!(shell, "node --test --test-reporter=dot tests/node/values.test.mjs")
        .quiet()
        .run()
        .context("a test of `js-values` fails")
}
