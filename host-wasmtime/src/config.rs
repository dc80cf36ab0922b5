//! What a service may set, and the bounds in which wasmtime runs the artifact.

use std::path::PathBuf;

use wasmtime::{StoreLimits, StoreLimitsBuilder};

/// What a service may set. The defaults suit one that evaluates what its tenants write.
///
/// ```
/// # use host_wasmtime::Settings;
/// let settings = Settings { idle_instances: 2, ..Settings::default() };
/// assert!(settings.cache.is_none());
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// The most linear memory that one instance may have, in bytes. The engine's own
    /// budget ends an evaluation long before, unless the limits are raised.
    pub memory_bytes: usize,
    /// How many idle instances are kept for the next calls; as many again for calls with
    /// a deadline, once there was one.
    pub idle_instances: usize,
    /// An instance that one call has grown beyond this many bytes is dropped after it, and
    /// the next call starts a small one: memory of a module never shrinks.
    pub idle_memory_bytes: usize,
    /// How many compiled expressions are kept, so that [`Host::compile`] gives the same
    /// one for a source that it has seen; 0 for none.
    ///
    /// [`Host::compile`]: crate::Host::compile
    pub kept_expressions: usize,
    /// The directory in which machine code is kept for the next process, which then does
    /// not compile the module again.
    ///
    /// What lies there is run as it is. So the directory, which is made if it is not
    /// there, must belong to the user that this process runs as, and others must be able
    /// to change neither it nor what is above it. Else, and where a file is damaged, the
    /// module is compiled as without a cache, and [`Metrics::cache_problems`] tells.
    ///
    /// [`Metrics::cache_problems`]: crate::Metrics::cache_problems
    pub cache: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            memory_bytes: 256 << 20,
            idle_instances: 8,
            idle_memory_bytes: 8 << 20,
            kept_expressions: 512,
            cache: None,
        }
    }
}

/// A store's limits. Growing beyond them is a trap, which says what happened; a refused
/// growth would show as a plain `unreachable`, like a bug of the engine.
pub(crate) fn limits(settings: &Settings) -> StoreLimits {
    StoreLimitsBuilder::new()
        .memory_size(settings.memory_bytes)
        .trap_on_grow_failure(true)
        .build()
}
