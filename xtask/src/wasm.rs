//! expr-wasm → `target/artifact/workflow_expr.wasm`, the bytes that every host loads.
//!
//! The build is reproducible: everything that could change a byte is pinned or set here
//! (compiler, flags, paths, bindgen, optimizer), and nothing is taken from the caller's
//! environment. It fails when the module imports anything or is over its size budget.

mod order;
mod panics;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use walrus::ModuleConfig;
use wasm_bindgen_cli_support::Bindgen;
use wasmparser::{Parser, Payload};
use xshell::{Cmd, Shell, cmd};

use crate::tool;
use crate::workspace::{Inputs, Workspace, sha256, write};

/// The largest artifact: every bundle that uses the engine carries three times its size.
const LARGEST_RAW: usize = 418_300;
/// The largest artifact when compressed, which is what a browser downloads.
///
/// The aim is 160,000 bytes. Until it is reached again, this is what the artifact has,
/// rounded up, so that it cannot grow unnoticed.
const LARGEST_GZIPPED: usize = 180_000;

/// What docs/wire.md says that the module exports; anything else is an accident.
const EXPORTS: [&str; 11] = [
    "compile",
    "decide",
    "describe",
    "evaluate",
    "load",
    "memory",
    "release",
    "reserve",
    "result_len",
    "result_ptr",
    "validate",
];

/// Flags of bindgen's runtime for its own glue, which nobody else reads.
const EXPORTS_OF_GLUE: [&str; 2] = ["__abort_handler", "__instance_terminated"];

/// Without the features the module would import a table from bindgen's glue. A small stack
/// keeps linear memory small, which matters where many instances live in one process; of
/// all fixtures and vectors the deepest uses 5.5 KB of it, since nothing recurses.
/// Loops count places and not addresses: what that saves in a loop, the engines of hosts
/// save too, and its preparation makes the compressed artifact larger by 1 KB.
/// A function that is little larger than its call is inlined: this takes an eighth of the
/// time from small evaluations and costs 2 KB.
const RUSTFLAGS: [&str; 4] = [
    "-Ctarget-feature=-reference-types,-multivalue",
    "-Clink-arg=-zstack-size=32768",
    "-Cllvm-args=-disable-lsr",
    "-Cllvm-args=-inline-threshold=8",
];

/// The built artifact.
#[derive(Debug)]
pub(crate) struct Artifact {
    pub(crate) path: PathBuf,
    pub(crate) bytes: Vec<u8>,
    pub(crate) sha256: String,
}

impl Artifact {
    /// Prints path, sizes and digest.
    pub(crate) fn print(&self) {
        println!("artifact  {}", self.path.display());
        println!("raw       {} bytes", self.bytes.len());
        println!("gzipped   {} bytes", gzipped_len(&self.bytes));
        println!("sha256    {}", self.sha256);
    }
}

/// Builds the artifact, or returns the one that is there when none of its inputs changed.
pub(crate) fn build(workspace: &Workspace) -> Result<Artifact> {
    let compiler = tool::require_toolchain(workspace)?;
    let inputs = hash_inputs(workspace, &compiler)?;
    let folder = workspace.artifact();
    let stamp = folder.join("inputs.sha256");
    if fs::read_to_string(&stamp).is_ok_and(|stamped| stamped == inputs)
        && let Some(artifact) = existing(&folder)
    {
        return Ok(artifact);
    }
    let raw = compile(workspace)?;
    let bound = bind(&cut_panics(&raw)?)?;
    let bytes = optimize(workspace, &bound)?;
    check(&bytes)?;
    let artifact = Artifact {
        path: folder.join("workflow_expr.wasm"),
        sha256: sha256(&bytes),
        bytes,
    };
    write(&artifact.path, &artifact.bytes)?;
    write(&digest_path(&folder), format!("{}\n", artifact.sha256))?;
    write(&stamp, inputs)?;
    Ok(artifact)
}

/// The artifact in `folder`, if its bytes are those that the digest beside it names.
fn existing(folder: &Path) -> Option<Artifact> {
    let path = folder.join("workflow_expr.wasm");
    let bytes = fs::read(&path).ok()?;
    let wanted = fs::read_to_string(digest_path(folder)).ok()?;
    let sha256 = sha256(&bytes);
    (wanted.trim() == sha256).then_some(Artifact { path, bytes, sha256 })
}

fn digest_path(folder: &Path) -> PathBuf {
    folder.join("workflow_expr.wasm.sha256")
}

/// Everything that can change a byte of the artifact. The lock file pins bindgen too.
fn hash_inputs(workspace: &Workspace, compiler: &str) -> Result<String> {
    let mut inputs = Inputs::new();
    inputs.add("rustc", compiler.as_bytes());
    inputs.add("xtask/src/wasm.rs", include_bytes!("wasm.rs"));
    inputs.add("xtask/src/wasm/order.rs", include_bytes!("wasm/order.rs"));
    inputs.add("xtask/src/wasm/panics.rs", include_bytes!("wasm/panics.rs"));
    inputs.add_files(
        workspace,
        &["Cargo.toml", "Cargo.lock", "expr-core", "expr-wasm", "xtask/tools"],
    )?;
    Ok(inputs.finish())
}

fn compile(workspace: &Workspace) -> Result<Vec<u8>> {
    let shell = tool::shell(workspace.root())?;
    let target = tool::TARGET;
    let target_dir = workspace.path("target/wasm");
    let mut flags: Vec<String> = RUSTFLAGS.map(str::to_owned).into();
    flags.extend(path_remaps(workspace)?);
    let command = tool::cargo(&shell)
        .args(["build", "--locked", "--quiet", "--package", "expr-wasm", "--lib"])
        .args(["--profile", "artifact", "--target", target])
        .arg("--target-dir")
        .arg(&target_dir)
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    without_settings(command).run().context("expr-wasm does not build")?;
    let path = target_dir.join(target).join("artifact/expr_wasm.wasm");
    fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// Panic messages hold source paths, and those of dependencies are absolute: map them to
/// names that are the same on every machine.
fn path_remaps(workspace: &Workspace) -> Result<Vec<String>> {
    let shell = tool::shell(workspace.root())?;
    let text = tool::cargo(&shell)
        .args(["metadata", "--format-version=1", "--locked"])
        .args(["--filter-platform", tool::TARGET])
        .read()
        .context("cargo cannot resolve the workspace")?;
    let metadata: serde_json::Value = serde_json::from_str(&text)?;
    let registries: BTreeSet<&Path> = metadata
        .get("packages")
        .and_then(|packages| packages.as_array())
        .into_iter()
        .flatten()
        .filter(|package| package.get("source").is_some_and(|source| !source.is_null()))
        .filter_map(|package| package.get("manifest_path")?.as_str())
        .filter_map(|manifest| Path::new(manifest).parent()?.parent())
        .collect();
    let mut remaps: Vec<String> = registries
        .into_iter()
        .map(|folder| format!("--remap-path-prefix={}=/crates", folder.display()))
        .collect();
    remaps.push(format!(
        "--remap-path-prefix={}=/workflow-expr",
        workspace.root().display()
    ));
    remaps.push(library_remap(&shell)?);
    Ok(remaps)
}

/// Where the standard library's source is installed, the compiler names its files by their
/// real paths; elsewhere by the commit that it was built from, which is what they become.
fn library_remap(shell: &Shell) -> Result<String> {
    let sysroot = cmd!(shell, "rustc --print sysroot").quiet().read()?;
    let version = cmd!(shell, "rustc -vV").quiet().read()?;
    let commit = version
        .lines()
        .find_map(|line| line.strip_prefix("commit-hash: "))
        .context("`rustc -vV` does not tell the commit that it was built from")?;
    Ok(format!("--remap-path-prefix={sysroot}/lib/rustlib/src/rust=/rustc/{commit}"))
}

/// Settings in the environment would change the artifact without leaving a trace.
fn without_settings(mut command: Cmd<'_>) -> Cmd<'_> {
    const PREFIXES: [&str; 4] =
        ["CARGO_PROFILE_", "CARGO_BUILD_", "CARGO_TARGET_", "CARGO_UNSTABLE_"];
    const NAMES: [&str; 5] = [
        "RUSTFLAGS",
        "CARGO_INCREMENTAL",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTC_BOOTSTRAP",
    ];
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let is_setting = PREFIXES.iter().any(|prefix| text.starts_with(prefix))
            || NAMES.contains(&text.as_ref());
        if is_setting {
            command = command.env_remove(&name);
        }
    }
    command
}

/// Runs bindgen's library in process, which must be of the crate's exact version. Its glue
/// is thrown away: functions over numbers need none.
fn bind(raw: &[u8]) -> Result<Vec<u8>> {
    let mut output = Bindgen::new()
        .input_bytes("workflow_expr", raw.to_owned())
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()
        .context("wasm-bindgen refuses the module")?;
    let module = output.wasm_mut();
    for export in EXPORTS_OF_GLUE {
        module.exports.remove(export).with_context(|| format!("no export `{export}`"))?;
    }
    Ok(module.emit_wasm())
}

/// Makes every panic the trap that it ends in, and leaves names out, with which bindgen
/// would take the features of the compiler's target for those of this build.
fn cut_panics(raw: &[u8]) -> Result<Vec<u8>> {
    let mut module = ModuleConfig::new().generate_name_section(false).parse(raw)?;
    let features = module.customs.iter().find(|(_, it)| it.name() == "target_features");
    if let Some(features) = features.map(|(id, _)| id) {
        module.customs.delete(features);
    }
    panics::cut(&mut module)?;
    Ok(module.emit_wasm())
}

fn optimize(workspace: &Workspace, bytes: &[u8]) -> Result<Vec<u8>> {
    // Equal code compresses well: inlining once more, after the compiler has, makes the
    // compressed artifact larger by 6 KB, so it is left to functions that are smaller than
    // a call, and keeping in locals what is computed twice makes it larger by 1 KB. Zeros
    // cost less than the heads of the many segments that leaving them out makes. Nothing of
    // the module lies in the first bytes of memory, where the far end of the stack is.
    const SMALLER: [&str; 8] = [
        "-Oz",
        "-Oz",
        "--low-memory-unused",
        "--skip-pass=local-cse",
        "--skip-pass=memory-packing",
        "--always-inline-max-function-size=2",
        "--flexible-inline-max-function-size=0",
        "--one-caller-inline-max-function-size=0",
    ];
    // Levels without a pass are for what writing the module does.
    const ORDERED: [&str; 3] =
        ["--optimize-level=3", "--shrink-level=2", "--reorder-functions-by-name"];
    let optimized = wasm_opt(workspace, bytes, &SMALLER)?;
    let mut ordered = Vec::new();
    for named in order::name_places(&optimized)? {
        ordered.push(wasm_opt(workspace, &named, &ORDERED)?);
    }
    let smallest = ordered.into_iter().min_by_key(|bytes| gzipped_len(bytes));
    smallest.context("no order of the functions")
}

fn wasm_opt(workspace: &Workspace, bytes: &[u8], passes: &[&str]) -> Result<Vec<u8>> {
    let script = tool::wasm_opt(workspace)?;
    let shell = tool::shell(workspace.root())?;
    let input = workspace.path("target/wasm/bound.wasm");
    let output = workspace.path("target/wasm/optimized.wasm");
    write(&input, bytes)?;
    cmd!(shell, "node {script} {input} -o {output} {passes...}")
        .args(["--enable-bulk-memory", "--enable-sign-ext", "--enable-mutable-globals"])
        .args(["--enable-nontrapping-float-to-int"])
        .args(["--strip-debug", "--strip-producers", "--strip-target-features"])
        .quiet()
        .run()
        .context("wasm-opt refuses the module")?;
    fs::read(&output).with_context(|| format!("cannot read {}", output.display()))
}

/// The module can see nothing but its input, is what docs/wire.md says, and is small.
fn check(bytes: &[u8]) -> Result<()> {
    let mut imports = Vec::new();
    let mut exports = BTreeSet::new();
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    imports.push(format!("{}.{}", import.module, import.name));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    exports.insert(export?.name.to_owned());
                }
            }
            _ => {}
        }
    }
    if !imports.is_empty() {
        bail!("the module imports {}: it must import nothing", imports.join(", "));
    }
    if !exports.iter().eq(EXPORTS.iter()) {
        let found: Vec<_> = exports.into_iter().collect();
        bail!(
            "the module exports {}: docs/wire.md has {}",
            found.join(", "),
            EXPORTS.join(", ")
        );
    }
    let (raw, gzipped) = (bytes.len(), gzipped_len(bytes));
    ensure!(raw <= LARGEST_RAW, "the artifact has {raw} bytes, over {LARGEST_RAW}");
    ensure!(
        gzipped <= LARGEST_GZIPPED,
        "the compressed artifact has {gzipped} bytes, over {LARGEST_GZIPPED}"
    );
    Ok(())
}

fn gzipped_len(bytes: &[u8]) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory cannot fail; if it did, the size would be out of budget.
    match encoder.write_all(bytes).and_then(|()| encoder.finish()) {
        Ok(gzipped) => gzipped.len(),
        Err(_) => usize::MAX,
    }
}
