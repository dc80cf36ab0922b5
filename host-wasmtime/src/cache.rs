//! Machine code of the artifact, kept in a directory for the next process.
//!
//! Running machine code from a file means trusting whoever wrote it. A file is used only
//! when it lies in a directory that nobody else can write to, belongs to the user that
//! asks, and begins with the SHA-256 of what it is for and of the code behind it. The
//! digest is no signature: it finds damage and files of another release, and the directory
//! keeps strangers out. The code is checked in memory and taken from there, so a file that
//! changes meanwhile changes nothing.
//!
//! Whatever is wrong, the module is compiled as if there were no cache.

use std::fs;
use std::hash::{Hash as _, Hasher};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use wasmtime::{Engine, Module};

use crate::error::HostError;
use crate::metrics::Counters;
use crate::{DIGEST, trace};

/// Goes into every key, and changes with the form of the files.
const FORMAT: &str = "workflow-expr machine code 1";

/// The bytes of a SHA-256.
const DIGEST_BYTES: usize = 32;

/// The module for `engine`: from `directory`, if it can be had there, else compiled, and
/// then left there.
pub(crate) fn module(
    engine: &Engine,
    artifact: &[u8],
    directory: Option<&Path>,
    counters: &Counters,
) -> Result<Module, HostError> {
    let complain = |reason: String| {
        Counters::count(&counters.cache_problems);
        trace::cache_problem(&reason);
    };
    let slot = directory
        .and_then(|directory| Slot::open(directory, engine).map_err(complain).ok());
    if let Some(slot) = &slot {
        match slot.load(engine) {
            Ok(Some(module)) => {
                Counters::count(&counters.modules_loaded);
                return Ok(module);
            }
            Ok(None) => {}
            Err(reason) => complain(reason),
        }
    }
    let module = Module::new(engine, artifact).map_err(HostError::setup)?;
    Counters::count(&counters.modules_compiled);
    if let Some(slot) = slot {
        slot.store(&module).unwrap_or_else(complain);
    }
    Ok(module)
}

/// The place of one engine's machine code.
struct Slot {
    path: PathBuf,
    key: [u8; DIGEST_BYTES],
    /// What becomes the file. It is made first, since its owner is the user that asks.
    draft: NamedTempFile,
}

impl Slot {
    fn open(directory: &Path, engine: &Engine) -> Result<Self, String> {
        let name = directory.display();
        owner::make(directory).map_err(|error| format!("cannot make {name}: {error}"))?;
        let directory = directory
            .canonicalize()
            .map_err(|error| format!("cannot resolve {name}: {error}"))?;
        let draft = NamedTempFile::new_in(&directory)
            .map_err(|error| format!("cannot write to {name}: {error}"))?;
        owner::refuse_shared(&directory, draft.as_file())?;
        let key = key(engine);
        let path = directory.join(format!("{}.code", hexadecimal(&key)));
        Ok(Slot { path, key, draft })
    }

    /// The module, unless there is no file.
    fn load(&self, engine: &Engine) -> Result<Option<Module>, String> {
        let told = |reason: &str| format!("{} {reason}", self.path.display());
        let mut file = match fs::File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(None);
            }
            Err(error) => return Err(told(&format!("cannot be opened: {error}"))),
        };
        owner::refuse_foreign(&file, self.draft.as_file()).map_err(|why| told(&why))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .map_err(|error| told(&format!("cannot be read: {error}")))?;
        let (digest, code) =
            bytes.split_at_checked(DIGEST_BYTES).ok_or_else(|| told("is too short"))?;
        if *digest != self.digest(code) {
            return Err(told("is damaged, or was written for something else"));
        }
        trust(engine, code).map(Some).map_err(|error| told(&format!("{error:#}")))
    }

    /// Leaves the machine code where the next process finds it, all of it or nothing.
    fn store(mut self, module: &Module) -> Result<(), String> {
        let code = module.serialize().map_err(|error| format!("{error:#}"))?;
        let digest = self.digest(&code);
        let name = self.path.display();
        self.draft
            .write_all(&digest)
            .and_then(|()| self.draft.write_all(&code))
            .map_err(|error| format!("cannot write {name}: {error}"))?;
        self.draft
            .persist(&self.path)
            .map(|_| ())
            .map_err(|error| format!("cannot write {name}: {error}"))
    }

    fn digest(&self, code: &[u8]) -> [u8; DIGEST_BYTES] {
        Sha256::new().chain_update(self.key).chain_update(code).finalize().into()
    }
}

/// Machine code as a module.
#[expect(unsafe_code, reason = "wasmtime cannot check machine code, so the caller must")]
fn trust(engine: &Engine, code: &[u8]) -> wasmtime::Result<Module> {
    // SAFETY: `code` must be what `Module::serialize` gave. Its digest agrees with the one
    // that `Slot::store` wrote in front of it, for the same artifact, version of wasmtime
    // and settings; and the file was this user's, in a directory that nobody else could
    // write to. Who can forge it can as well replace the program that runs here.
    unsafe { Module::deserialize(engine, code) }
}

/// What machine code depends on: the artifact, wasmtime's version, its settings and the
/// processor.
fn key(engine: &Engine) -> [u8; DIGEST_BYTES] {
    let mut fingerprint =
        Fingerprint(Sha256::new().chain_update(FORMAT).chain_update(DIGEST));
    engine.precompile_compatibility_hash().hash(&mut fingerprint);
    fingerprint.0.finalize().into()
}

/// SHA-256 as a hasher of the standard library, whose own would be too short to tell two
/// engines apart for certain.
struct Fingerprint(Sha256);

impl Hasher for Fingerprint {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Nobody asks: the digest is taken instead.
    fn finish(&self) -> u64 {
        0
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Who may write where, as Unix has it.
#[cfg(unix)]
mod owner {
    use std::fs::{self, DirBuilder, File, Metadata};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
    use std::path::Path;

    const WRITABLE_BY_OTHERS: u32 = 0o022;
    const STICKY: u32 = 0o1000;
    const ROOT: u32 = 0;

    /// Makes the directory, for this user alone, if it is not there.
    pub(super) fn make(directory: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)
    }

    /// Refuses a directory that is not of the user to whom `own` belongs, or that others
    /// can write to or replace. In a sticky directory such as `/tmp` they cannot.
    pub(super) fn refuse_shared(directory: &Path, own: &File) -> Result<(), String> {
        let user = metadata(own)?.uid();
        for (level, place) in directory.ancestors().enumerate() {
            let found = fs::symlink_metadata(place).map_err(|error| error.to_string())?;
            let above = level > 0;
            let owned = found.uid() == user || (above && found.uid() == ROOT);
            let open = found.mode() & WRITABLE_BY_OTHERS != 0;
            if !owned || (open && !(above && found.mode() & STICKY != 0)) {
                let place = place.display();
                return Err(format!("others than the user can write to {place}"));
            }
        }
        Ok(())
    }

    /// Refuses a file that is not of the user to whom `own` belongs, or that others can
    /// write to.
    pub(super) fn refuse_foreign(file: &File, own: &File) -> Result<(), String> {
        let (found, own) = (metadata(file)?, metadata(own)?);
        let mine = found.is_file() && found.uid() == own.uid();
        match mine && found.mode() & WRITABLE_BY_OTHERS == 0 {
            true => Ok(()),
            false => Err("can be written by others than the user".to_owned()),
        }
    }

    fn metadata(file: &File) -> Result<Metadata, String> {
        file.metadata().map_err(|error| error.to_string())
    }
}

/// Elsewhere the standard library does not tell who may write, so nothing is trusted.
#[cfg(not(unix))]
mod owner {
    use std::fs::{self, File};
    use std::io;
    use std::path::Path;

    pub(super) fn make(directory: &Path) -> io::Result<()> {
        fs::create_dir_all(directory)
    }

    pub(super) fn refuse_shared(_: &Path, _: &File) -> Result<(), String> {
        Err("this system does not tell who can write to the cache".to_owned())
    }

    pub(super) fn refuse_foreign(_: &File, _: &File) -> Result<(), String> {
        Err("this system does not tell who can write to it".to_owned())
    }
}
