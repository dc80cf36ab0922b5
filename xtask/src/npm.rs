//! The npm package: the artifact as text inside it, built and tested.

use std::fs;

use anyhow::{Context, Result};
use xshell::cmd;

use crate::tool;
use crate::wasm::Artifact;
use crate::workspace::{Inputs, Workspace, write};

/// Installs what the package needs and builds it around the artifact, unless both are as
/// they were.
pub(crate) fn build(workspace: &Workspace, artifact: &Artifact) -> Result<()> {
    install(workspace)?;
    let shell = tool::shell(&workspace.path("npm"))?;
    let wasm = &artifact.path;
    cmd!(shell, "node scripts/artifact.mjs {wasm}")
        .quiet()
        .ignore_stdout()
        .run()
        .context("cannot write npm/src/artifact.ts")?;
    let inputs = hash_sources(workspace)?;
    let stamp = workspace.path("target/npm/built.sha256");
    let built = workspace.path("npm/dist/index.js").is_file()
        && fs::read_to_string(&stamp).is_ok_and(|stamped| stamped == inputs);
    if built {
        return Ok(());
    }
    cmd!(shell, "npm run --silent build")
        .quiet()
        .ignore_stdout()
        .run()
        .context("the npm package does not build")?;
    write(&stamp, inputs)
}

/// Checks the types of package and tests, and runs the tests.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    let shell = tool::shell(&workspace.path("npm"))?;
    cmd!(shell, "npm run --silent types")
        .quiet()
        .run()
        .context("npm/ has type errors")?;
    cmd!(shell, "npm run --silent test").quiet().run().context("a test of npm/ fails")
}

fn install(workspace: &Workspace) -> Result<()> {
    tool::require_node()?;
    let mut inputs = Inputs::new();
    inputs.add_files(workspace, &["npm/package.json", "npm/package-lock.json"])?;
    let wanted = inputs.finish();
    let stamp = workspace.path("target/npm/installed.sha256");
    let installed = workspace.path("npm/node_modules").is_dir()
        && fs::read_to_string(&stamp).is_ok_and(|stamped| stamped == wanted);
    if installed {
        return Ok(());
    }
    println!("installing what npm/ needs");
    let shell = tool::shell(&workspace.path("npm"))?;
    cmd!(shell, "npm ci --no-audit --no-fund --loglevel=error")
        .quiet()
        .ignore_stdout()
        .run()
        .context("`npm ci` fails in npm/")?;
    write(&stamp, wanted)
}

/// Everything that can change the built package. The artifact is among it as text.
fn hash_sources(workspace: &Workspace) -> Result<String> {
    let mut inputs = Inputs::new();
    inputs.add_files(workspace, &["npm"])?;
    Ok(inputs.finish())
}
