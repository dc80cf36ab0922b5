//! The artifact, built once more in another directory, must be the same bytes.
//!
//! Digests are published, so anyone must be able to check them from the sources alone.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::tool;
use crate::wasm::{self, Artifact};
use crate::workspace::{Workspace, write};

/// Where the second checkout goes. The depth and the name differ from any checkout's, so
/// that a path that leaks into the artifact changes its length too.
const ELSEWHERE: &str = "target/reproduce/in/quite/another/directory";

/// Builds the artifact from a copy of the sources, from nothing, and compares digests. A
/// digest that was reproduced once is not reproduced again.
pub(crate) fn check(workspace: &Workspace, artifact: &Artifact) -> Result<()> {
    let stamp = workspace.path("target/reproduce/reproduced.sha256");
    if fs::read_to_string(&stamp).is_ok_and(|digest| digest == artifact.sha256) {
        println!("reproduced before: {}", artifact.sha256);
        return Ok(());
    }
    let root = workspace.path(ELSEWHERE);
    if root.exists() {
        fs::remove_dir_all(&root)
            .with_context(|| format!("cannot remove {}", root.display()))?;
    }
    for file in tool::tracked_files(workspace)? {
        write(&root.join(&file), fs::read(workspace.path(&file))?)?;
    }
    let again = wasm::build(&workspace.elsewhere(root))?;
    ensure!(
        again.sha256 == artifact.sha256,
        "the artifact is not reproducible: {} here, {} in {ELSEWHERE}",
        artifact.sha256,
        again.sha256
    );
    println!("reproduced: {}", again.sha256);
    write(&stamp, again.sha256)
}
