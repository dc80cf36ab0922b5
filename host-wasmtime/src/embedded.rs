//! Machine code that the build has made, with the feature `precompile`.

use wasmtime::{Engine, Module};

use crate::engine::Interruption;

/// The module as the build has compiled it; nothing without the feature, and where the
/// machine code does not fit `engine`, such as for another processor.
#[cfg(feature = "precompile")]
pub(crate) fn module(engine: &Engine, interruption: Interruption) -> Option<Module> {
    const PLAIN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/plain.code"));
    const TIMED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/timed.code"));
    let code = match interruption {
        Interruption::Never => PLAIN,
        Interruption::AtDeadlines => TIMED,
    };
    trust(engine, code)
}

#[cfg(not(feature = "precompile"))]
pub(crate) fn module(_: &Engine, _: Interruption) -> Option<Module> {
    None
}

/// Machine code as a module, if it fits.
#[cfg(feature = "precompile")]
#[expect(unsafe_code, reason = "wasmtime cannot check machine code, so the caller must")]
fn trust(engine: &Engine, code: &[u8]) -> Option<Module> {
    // SAFETY: `code` must be what wasmtime's compiler gave. It is part of this program, and
    // build.rs has put it there as it came from that compiler.
    unsafe { Module::deserialize(engine, code) }.ok()
}
