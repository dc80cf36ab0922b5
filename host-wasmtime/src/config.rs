//! How wasmtime runs the artifact: the same on every machine, and within bounds.

use wasmtime::{Config, Engine, StoreLimits, StoreLimitsBuilder};

use crate::error::HostError;

/// What a service may set. The defaults suit one that evaluates what its tenants write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// The most linear memory that one instance may have, in bytes. The engine's own
    /// budget ends an evaluation long before, unless the limits are raised.
    pub memory_bytes: usize,
    /// How many idle instances are kept for the next calls.
    pub idle_instances: usize,
    /// An instance that one call has grown beyond this many bytes is dropped after it, and
    /// the next call starts a small one: memory of a module never shrinks.
    pub idle_memory_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            memory_bytes: 256 << 20,
            idle_instances: 8,
            idle_memory_bytes: 8 << 20,
        }
    }
}

/// An engine whose results do not depend on the machine: NaNs have one bit pattern, and
/// instructions with a choice of results are off.
pub(crate) fn engine() -> Result<Engine, HostError> {
    let mut config = Config::new();
    config.cranelift_nan_canonicalization(true).wasm_relaxed_simd(false);
    Engine::new(&config).map_err(HostError::setup)
}

/// A store's limits. Growing beyond them is a trap, which says what happened; a refused
/// growth would show as a plain `unreachable`, like a bug of the engine.
pub(crate) fn limits(settings: Settings) -> StoreLimits {
    StoreLimitsBuilder::new()
        .memory_size(settings.memory_bytes)
        .trap_on_grow_failure(true)
        .build()
}
