//! The features that the gate leaves out, since each of them compiles wasmtime once more.

use anyhow::{Context, Result};

use crate::tool;
use crate::wasm;
use crate::workspace::Workspace;

/// host-wasmtime without its command, and with the machine code that its build makes.
const COMBINATIONS: [&[&str]; 2] = [
    &[
        "check",
        "--quiet",
        "--locked",
        "--package=host-wasmtime",
        "--lib",
        "--no-default-features",
    ],
    &[
        "test",
        "--quiet",
        "--locked",
        "--package=host-wasmtime",
        "--features=precompile",
        "--test=host",
    ],
];

/// Builds and tests them; a part of `nightly`.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    wasm::build(workspace)?;
    let shell = tool::shell(workspace.root())?;
    for arguments in COMBINATIONS {
        tool::cargo(&shell)
            .args(arguments)
            .env("CARGO_TARGET_DIR", workspace.path("target/features"))
            .run()
            .with_context(|| format!("`cargo {}`", arguments.join(" ")))?;
    }
    Ok(())
}
