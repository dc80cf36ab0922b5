//! Machine code from an earlier process: taken when it can be trusted, else compiled.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use host_wasmtime::{Host, Inputs, Metrics, Profile, Settings};
use tempfile::TempDir;

/// A host with its cache in `directory`, after it has shown that it works.
fn host(directory: &Path) -> Host {
    let settings = Settings { cache: Some(directory.to_owned()), ..Settings::default() };
    let host = Host::with_settings(settings).unwrap();
    let expr = host.compile("$sum([1..10])", Profile::Jsonata).unwrap();
    assert_eq!(expr.evaluate(&Inputs::default()).unwrap().json.as_deref(), Some("55"));
    host
}

/// Modules compiled, modules loaded, problems.
fn counts(metrics: &Metrics) -> (u64, u64, u64) {
    (metrics.modules_compiled, metrics.modules_loaded, metrics.cache_problems)
}

const COMPILED: (u64, u64, u64) = (1, 0, 0);
const LOADED: (u64, u64, u64) = (0, 1, 0);
const COMPILED_AFTER_A_PROBLEM: (u64, u64, u64) = (1, 0, 1);

fn files(directory: &Path) -> Vec<PathBuf> {
    fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// The one file that a host leaves.
fn code(directory: &Path) -> PathBuf {
    let [file] = files(directory).try_into().unwrap();
    file
}

/// A directory with the file that a host has left, which only the first caller waits for.
fn filled() -> (TempDir, PathBuf) {
    static LEFT: OnceLock<(OsString, Vec<u8>)> = OnceLock::new();
    let directory = TempDir::new().unwrap();
    let (name, bytes) = LEFT.get_or_init(|| {
        assert_eq!(counts(&host(directory.path()).metrics()), COMPILED);
        let file = code(directory.path());
        (file.file_name().unwrap().to_owned(), fs::read(file).unwrap())
    });
    let file = directory.path().join(name);
    fs::write(&file, bytes).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    (directory, file)
}

/// A host that finds `bytes` compiles, and mends the file.
fn is_refused_and_mended(bytes: &[u8]) {
    let (directory, file) = filled();
    fs::write(&file, bytes).unwrap();
    assert_eq!(counts(&host(directory.path()).metrics()), COMPILED_AFTER_A_PROBLEM);
    assert_eq!(counts(&host(directory.path()).metrics()), LOADED);
}

#[test]
fn the_second_host_loads_what_the_first_has_compiled() {
    let directory = TempDir::new().unwrap();
    assert_eq!(counts(&host(directory.path()).metrics()), COMPILED);
    let file = code(directory.path());
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(counts(&host(directory.path()).metrics()), LOADED);
    assert_eq!(code(directory.path()), file);
}

#[test]
fn the_directory_is_made_for_its_user_alone() {
    let parent = TempDir::new().unwrap();
    let directory = parent.path().join("a/b");
    assert_eq!(counts(&host(&directory).metrics()), COMPILED);
    assert_eq!(fs::metadata(&directory).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(counts(&host(&directory).metrics()), LOADED);
}

#[test]
fn code_with_deadlines_is_another_file() {
    let (directory, _) = filled();
    for (wanted, files_wanted) in [((1, 1, 0), 2), ((0, 2, 0), 2)] {
        let host = host(directory.path());
        let expr = host.compile("1", Profile::Workflow).unwrap();
        expr.evaluate_within(&Inputs::default(), Duration::from_secs(600)).unwrap();
        assert_eq!(counts(&host.metrics()), wanted);
        assert_eq!(files(directory.path()).len(), files_wanted);
    }
}

#[test]
fn a_damaged_file_is_refused() {
    let (_directory, file) = filled();
    let good = fs::read(&file).unwrap();
    for place in [0, good.len() - 1] {
        let mut bytes = good.clone();
        bytes[place] ^= 1;
        is_refused_and_mended(&bytes);
    }
}

#[test]
fn a_file_that_is_cut_short_is_refused() {
    let (_directory, file) = filled();
    let good = fs::read(&file).unwrap();
    for len in [31, good.len() / 2] {
        is_refused_and_mended(&good[..len]);
    }
}

#[test]
fn machine_code_for_something_else_is_refused() {
    let (directory, plain) = filled();
    let other = host(directory.path());
    let expr = other.compile("1", Profile::Workflow).unwrap();
    expr.evaluate_within(&Inputs::default(), Duration::from_secs(600)).unwrap();
    let timed = files(directory.path()).into_iter().find(|it| *it != plain).unwrap();
    is_refused_and_mended(&fs::read(timed).unwrap());
}

#[test]
fn a_directory_that_others_can_write_to_is_refused() {
    let (directory, _) = filled();
    for mode in [0o770, 0o702] {
        fs::set_permissions(directory.path(), Permissions::from_mode(mode)).unwrap();
        assert_eq!(counts(&host(directory.path()).metrics()), COMPILED_AFTER_A_PROBLEM);
    }
    let below = directory.path().join("below");
    assert_eq!(counts(&host(&below).metrics()), COMPILED_AFTER_A_PROBLEM);
    fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
    assert_eq!(counts(&host(&below).metrics()), COMPILED);
}

#[test]
fn a_link_counts_as_what_it_leads_to() {
    let (directory, _) = filled();
    let elsewhere = TempDir::new().unwrap();
    let link = elsewhere.path().join("link");
    symlink(directory.path(), &link).unwrap();
    assert_eq!(counts(&host(&link).metrics()), LOADED);
    fs::set_permissions(directory.path(), Permissions::from_mode(0o777)).unwrap();
    assert_eq!(counts(&host(&link).metrics()), COMPILED_AFTER_A_PROBLEM);
}

#[test]
fn a_file_that_others_can_write_to_is_refused() {
    let (directory, file) = filled();
    fs::set_permissions(&file, Permissions::from_mode(0o620)).unwrap();
    assert_eq!(counts(&host(directory.path()).metrics()), COMPILED_AFTER_A_PROBLEM);
    assert_eq!(counts(&host(directory.path()).metrics()), LOADED);
}

#[test]
fn a_directory_that_cannot_be_had_is_no_failure() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    for place in [file, PathBuf::from("/proc/none")] {
        assert_eq!(counts(&host(&place).metrics()), COMPILED_AFTER_A_PROBLEM);
    }
}

#[test]
fn what_cannot_be_replaced_is_no_failure() {
    let (directory, file) = filled();
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    let metrics = host(directory.path()).metrics();
    // It cannot be read, and the new one cannot take its place.
    assert_eq!(counts(&metrics), (1, 0, 2));
    assert_eq!(files(directory.path()), [file], "a draft is left behind");
}
