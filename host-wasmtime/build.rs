//! Embeds the artifact, so that a service carries the very bytes it was tested with.
//!
//! The bytes come from the file that `WORKFLOW_EXPR_WASM` names, else from what
//! `cargo xtask wasm` built. A digest beside the file must agree with them.

#[cfg(feature = "precompile")]
#[path = "src/engine.rs"]
mod engine;

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

const VARIABLE: &str = "WORKFLOW_EXPR_WASM";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/engine.rs");
    println!("cargo::rerun-if-env-changed={VARIABLE}");
    let path = artifact_path()?;
    println!("cargo::rerun-if-changed={}", path.display());
    println!("cargo::rerun-if-changed={}", digest_path(&path).display());
    match embed(&path) {
        Ok(digest) => println!("cargo::rustc-env=WORKFLOW_EXPR_SHA256={digest}"),
        Err(message) => println!("cargo::error={message}"),
    }
    Ok(())
}

fn artifact_path() -> Result<PathBuf, Box<dyn Error>> {
    if let Some(path) = env::var_os(VARIABLE) {
        return Ok(PathBuf::from(path));
    }
    let manifest = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    Ok(manifest.join("../target/artifact/workflow_expr.wasm"))
}

/// Copies the artifact to where `include_bytes!` finds it, and returns its digest.
fn embed(path: &Path) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|error| {
        format!(
            "cannot read the artifact {} ({error}): build it with `cargo xtask wasm`, or \
             name another file in {VARIABLE}",
            path.display()
        )
    })?;
    let digest: String =
        Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if let Ok(wanted) = fs::read_to_string(digest_path(path))
        && wanted.split_whitespace().next() != Some(digest.as_str())
    {
        return Err(format!(
            "the artifact {} has the digest {digest}, and the file beside it names \
             another: build it again with `cargo xtask wasm`",
            path.display()
        ));
    }
    let folder = env::var_os("OUT_DIR").ok_or("cargo sets no OUT_DIR")?;
    let folder = Path::new(&folder);
    #[cfg(feature = "precompile")]
    precompile::write(&bytes, folder)
        .map_err(|error| format!("cannot compile the artifact: {error}"))?;
    fs::write(folder.join("workflow_expr.wasm"), bytes)
        .map_err(|error| format!("cannot copy the artifact: {error}"))?;
    Ok(digest)
}

/// Machine code for the target, which `src/embedded.rs` embeds.
#[cfg(feature = "precompile")]
mod precompile {
    use std::error::Error;
    use std::path::Path;
    use std::{env, fs};

    use super::engine::{Interruption, configuration};
    use wasmtime::Engine;

    pub(crate) fn write(artifact: &[u8], folder: &Path) -> Result<(), Box<dyn Error>> {
        let kinds = [
            ("plain.code", Interruption::Never),
            ("timed.code", Interruption::AtDeadlines),
        ];
        for (name, interruption) in kinds {
            let mut config = configuration(interruption);
            // Naming the target leaves out what this machine's processor alone can do.
            config.target(&env::var("TARGET")?)?;
            let code = Engine::new(&config)?.precompile_module(artifact)?;
            fs::write(folder.join(name), code)?;
        }
        Ok(())
    }
}

fn digest_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".sha256");
    PathBuf::from(name)
}
