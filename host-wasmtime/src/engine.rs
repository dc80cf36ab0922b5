//! How wasmtime compiles the artifact: the same on every machine. `build.rs` includes this
//! file, so that machine code which is made there fits the engine that runs it.

use wasmtime::Config;

/// Whether evaluations can be interrupted. The checks in every loop that this takes cost
/// time, so it is machine code of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Interruption {
    Never,
    AtDeadlines,
}

/// Settings whose results do not depend on the machine: NaNs have one bit pattern, and
/// instructions with a choice of results are off.
pub(crate) fn configuration(interruption: Interruption) -> Config {
    let mut config = Config::new();
    config
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        .epoch_interruption(interruption == Interruption::AtDeadlines);
    config
}
