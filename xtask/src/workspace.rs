//! Where things are, and which files there are.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// A checkout of the project.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    /// Where tasks put what they build. It differs from `root/target` for the second
    /// checkout of the reproducibility test, which shares the first one's tools.
    tools: PathBuf,
}

impl Workspace {
    /// The checkout that this program was built from.
    pub(crate) fn here() -> Result<Self> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest.parent().context("xtask lies in no workspace")?;
        Ok(Workspace { root: root.to_owned(), tools: root.join("target/tools") })
    }

    /// Another checkout, with this one's tools.
    pub(crate) fn elsewhere(&self, root: PathBuf) -> Self {
        Workspace { root, tools: self.tools.clone() }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// The artifact and what belongs to it.
    pub(crate) fn artifact(&self) -> PathBuf {
        self.path("target/artifact")
    }

    /// Where pinned tools are installed.
    pub(crate) fn tools(&self) -> &Path {
        &self.tools
    }

    /// Every file below `relative`, sorted, without build output.
    pub(crate) fn files(&self, relative: impl AsRef<Path>) -> Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        collect(&self.path(relative), &mut files)?;
        files.sort();
        Ok(files)
    }

    /// A path as it is written in messages: relative to the root, with `/`.
    pub(crate) fn display(&self, path: &Path) -> String {
        let relative = path.strip_prefix(&self.root).unwrap_or(path);
        relative.to_string_lossy().replace('\\', "/")
    }
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    const BUILD_OUTPUT: [&str; 4] = ["target", "node_modules", "dist", ".git"];
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    let entries =
        fs::read_dir(path).with_context(|| format!("cannot list {}", path.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        if !BUILD_OUTPUT.iter().any(|output| name == *output) {
            collect(&entry.path(), files)?;
        }
    }
    Ok(())
}

/// Hashes names and contents of files, so that a task can tell whether it has work.
pub(crate) struct Inputs {
    hasher: Sha256,
}

impl Inputs {
    pub(crate) fn new() -> Self {
        Inputs { hasher: Sha256::new() }
    }

    /// Adds a text with a name. Lengths go in too: without them `ab`+`c` equals `a`+`bc`.
    pub(crate) fn add(&mut self, name: &str, content: &[u8]) {
        for part in [name.as_bytes(), content] {
            self.hasher.update(part.len().to_le_bytes());
            self.hasher.update(part);
        }
    }

    /// Adds every file below each path.
    pub(crate) fn add_files(
        &mut self,
        workspace: &Workspace,
        paths: &[&str],
    ) -> Result<()> {
        for path in paths {
            for file in workspace.files(path)? {
                self.add(&workspace.display(&file), &fs::read(&file)?);
            }
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> String {
        hex(&self.hasher.finalize())
    }
}

/// The SHA-256 of `bytes` in lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a file and the folders above it.
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
    }
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}
