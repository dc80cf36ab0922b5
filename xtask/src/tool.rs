//! The programs that tasks call, and the sentence for one that is missing.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use xshell::{Cmd, Shell, cmd};

use crate::workspace::{Inputs, Workspace, write};

/// The target of the artifact.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// A shell in a folder.
pub(crate) fn shell(folder: &Path) -> Result<Shell> {
    let shell = Shell::new()?;
    shell.change_dir(folder);
    Ok(shell)
}

/// The cargo that runs this task, or the one on the path.
pub(crate) fn cargo(shell: &Shell) -> Cmd<'_> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    cmd!(shell, "{cargo}").quiet()
}

/// Fails with what to install when `node` or `npm` is missing.
pub(crate) fn require_node() -> Result<()> {
    require("node", "install Node.js 20 or newer")?;
    require("npm", "install npm, which comes with Node.js")
}

fn require(program: &str, advice: &str) -> Result<()> {
    let found = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !found {
        bail!("`{program}` was not found: {advice}");
    }
    Ok(())
}

/// The compiler that `rust-toolchain.toml` pins, with the artifact's target installed.
/// Returns what `rustc -vV` says, since another compiler gives another artifact.
pub(crate) fn require_toolchain(workspace: &Workspace) -> Result<String> {
    let shell = shell(workspace.root())?;
    let pin = pinned_channel(workspace)?;
    let version = cmd!(shell, "rustc -vV")
        .quiet()
        .read()
        .context("`rustc` was not found: install Rust with rustup")?;
    if !version.starts_with(&format!("rustc {pin} ")) {
        let found = version.lines().next().unwrap_or_default();
        bail!(
            "the artifact is built with Rust {pin} alone, and this is `{found}`: run \
             `rustup toolchain install {pin}` and unset RUSTUP_TOOLCHAIN"
        );
    }
    add_target(&shell, &pin)?;
    Ok(version)
}

/// `RUSTUP_AUTO_INSTALL=0` makes rustup ignore the targets in `rust-toolchain.toml`, so the
/// task adds the target itself.
fn add_target(shell: &Shell, pin: &str) -> Result<()> {
    let sysroot = PathBuf::from(cmd!(shell, "rustc --print sysroot").quiet().read()?);
    if sysroot.join("lib/rustlib").join(TARGET).is_dir() {
        return Ok(());
    }
    println!("adding the Rust target {TARGET}");
    cmd!(shell, "rustup target add {TARGET} --toolchain {pin}")
        .quiet()
        .run()
        .with_context(|| {
            format!("the Rust target is missing: run `rustup target add {TARGET}`")
        })
}

fn pinned_channel(workspace: &Workspace) -> Result<String> {
    let path = workspace.path("rust-toolchain.toml");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    text.lines()
        .find_map(|line| line.strip_prefix("channel = \"")?.strip_suffix('"'))
        .map(str::to_owned)
        .context("rust-toolchain.toml names no channel")
}

/// The script of `wasm-opt`, installed from the lock file in `xtask/tools`: another
/// version of the optimizer would give another artifact.
pub(crate) fn wasm_opt(workspace: &Workspace) -> Result<PathBuf> {
    require_node()?;
    let folder = workspace.tools();
    let script = folder.join("node_modules/binaryen/bin/wasm-opt");
    let stamp = folder.join("installed.sha256");
    let mut inputs = Inputs::new();
    inputs.add_files(workspace, &["xtask/tools"])?;
    let wanted = inputs.finish();
    let installed = std::fs::read_to_string(&stamp).unwrap_or_default();
    if installed == wanted && script.is_file() {
        return Ok(script);
    }
    println!("installing the pinned wasm-opt");
    for name in ["package.json", "package-lock.json"] {
        write(
            &folder.join(name),
            std::fs::read(workspace.path("xtask/tools").join(name))?,
        )?;
    }
    let shell = shell(folder)?;
    cmd!(shell, "npm ci --ignore-scripts --no-audit --no-fund --loglevel=error")
        .quiet()
        .ignore_stdout()
        .run()
        .context("cannot install the package `binaryen`, which carries wasm-opt")?;
    write(&stamp, wanted)?;
    Ok(script)
}

/// Every file that is part of the project: tracked, or new and not ignored; relative to
/// the root, with `/`.
pub(crate) fn tracked_files(workspace: &Workspace) -> Result<Vec<String>> {
    let shell = shell(workspace.root())?;
    let list = cmd!(shell, "git ls-files -z --cached --others --exclude-standard")
        .quiet()
        .read()
        .context("git cannot list the files: run this task in a clone of the project")?;
    let mut files: Vec<String> = list
        .split('\0')
        .filter(|file| !file.is_empty() && workspace.path(file).is_file())
        .map(str::to_owned)
        .collect();
    files.sort();
    files.dedup();
    Ok(files)
}
