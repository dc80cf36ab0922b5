//! Where the official suite comes from.

use serde_json::Value;
use std::env;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const SHARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/jsonata-suite");
/// The crate that carries the suite's files. Nothing of it is compiled: it is a dependency
/// behind a feature that nobody enables, so that Cargo.lock pins it and cargo fetches it.
const CARRIER: &str = "jsonata-rs";

/// A folder of the suite.
#[derive(Debug)]
pub enum Source {
    /// A folder that was named, or the one beside the project.
    Folder(PathBuf),
    /// The files in the crate `jsonata-rs`.
    Crate {
        /// The version of the crate.
        version: String,
        /// The folder.
        folder: PathBuf,
    },
}

impl Source {
    /// The folder beside the project where it exists, else the crate.
    pub fn find() -> Result<Source, String> {
        match Path::new(SHARED).is_dir() {
            true => Ok(Source::Folder(PathBuf::from(SHARED))),
            false => Source::published(),
        }
    }

    /// The crate, as cargo has fetched it.
    pub fn published() -> Result<Source, String> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["metadata", "--format-version=1", "--locked", "--all-features"])
            .current_dir(ROOT)
            .output()
            .map_err(|error| format!("cargo does not run: {error}"))?;
        if !output.status.success() {
            let reason = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!(
                "cargo cannot fetch the crate {CARRIER}, which carries the suite: {reason}"
            ));
        }
        let metadata: Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("cargo metadata: {error}"))?;
        let packages = metadata.get("packages").and_then(Value::as_array);
        packages
            .into_iter()
            .flatten()
            .find_map(carried)
            .ok_or(format!("cargo metadata does not name the crate {CARRIER}"))
    }

    /// Where `groups` and `datasets` are.
    pub fn folder(&self) -> &Path {
        match self {
            Source::Folder(folder) | Source::Crate { folder, .. } => folder,
        }
    }

    /// What the snapshot calls its groups: the sources have other cases.
    pub fn runner(&self) -> &'static str {
        match self {
            Source::Folder(_) => "suite",
            Source::Crate { .. } => "published-suite",
        }
    }
}

fn carried(package: &Value) -> Option<Source> {
    let text = |name| package.get(name).and_then(Value::as_str);
    if text("name")? != CARRIER {
        return None;
    }
    let folder = Path::new(text("manifest_path")?).parent()?.join("tests/testsuite");
    Some(Source::Crate { version: text("version")?.to_owned(), folder })
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Folder(folder) => write!(out, "{}", folder.display()),
            Source::Crate { version, .. } => {
                write!(out, "the files of the crate {CARRIER} {version}")
            }
        }
    }
}
