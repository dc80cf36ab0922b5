//! The one artifact: the engine as WebAssembly functions over numbers and one buffer.
//!
//! Everything crosses as a JSON document (docs/wire.md), which [`wire`] reads and writes;
//! this file only connects it with the exports. Functions take and return `u32` alone, so
//! that after bindgen they are plain exports without imports, which JavaScript and any
//! other WebAssembly host call in the same way.
//!
//! Who links Rust should use `expr-core`, not this crate; who links a WebAssembly module of
//! their own with wasm-bindgen finds live values under the feature `js-values`.
//!
//! ```
//! let mut result = Vec::new();
//! let status = expr_wasm::wire::describe(&mut result);
//! assert_eq!(status, expr_wasm::wire::Status::Ok);
//! assert!(result.starts_with(br#"{"v":1,"contract":"#));
//! ```
#![cfg_attr(all(target_arch = "wasm32", not(feature = "js-values")), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod error;
pub mod handle;
#[cfg(all(target_arch = "wasm32", not(feature = "js-values")))]
mod runtime;
#[cfg(feature = "js-values")]
pub mod values;
pub mod wire;

use alloc::vec::Vec;
use atomic_refcell::AtomicRefCell;
use handle::Kept;
use wasm_bindgen::prelude::wasm_bindgen;
use wire::Status;

/// What an instance holds between calls. The buffers belong to one of them.
struct Module {
    request: Vec<u8>,
    result: Vec<u8>,
    kept: Kept,
}

/// One module is one thread, so nobody ever waits. After a trap in the middle of a call it
/// stays borrowed, and the next call traps as well.
static MODULE: AtomicRefCell<Module> = AtomicRefCell::new(Module {
    request: Vec::new(),
    result: Vec::new(),
    kept: Kept::new(),
});

/// Makes room for a request of `len` bytes and says where; 0 when there is no room.
#[wasm_bindgen]
pub fn reserve(len: u32) -> u32 {
    let Ok(len) = usize::try_from(len) else { return 0 };
    let request = &mut MODULE.borrow_mut().request;
    request.clear();
    if request.try_reserve(len).is_err() {
        return 0;
    }
    request.resize(len, 0);
    address(request)
}

/// Compiles the source in the request and leaves a handle.
#[wasm_bindgen]
pub fn compile(len: u32) -> u32 {
    call(Some(len), |request, kept, out| wire::compile(kept, request, out))
}

/// Keeps the context in the request for evaluations that name it; with no request forgets
/// the one that is kept.
#[wasm_bindgen]
pub fn load(len: u32) -> u32 {
    call(Some(len), |request, kept, out| wire::load(kept, request, out))
}

/// Evaluates a compiled program over the inputs in the request, or with the handle 0 the
/// programs which it names.
#[wasm_bindgen]
pub fn evaluate(handle: u32, len: u32) -> u32 {
    call(Some(len), |request, kept, out| wire::evaluate(kept, handle, request, out))
}

/// Checks the source in the request without keeping a program.
#[wasm_bindgen]
pub fn validate(len: u32) -> u32 {
    call(Some(len), |request, _, out| wire::validate(request, out))
}

/// Answers the ask in the request: a decision of the contract around expressions.
#[wasm_bindgen]
pub fn decide(len: u32) -> u32 {
    call(Some(len), |request, _, out| wire::decide(request, out))
}

/// Forgets a compiled program.
#[wasm_bindgen]
pub fn release(handle: u32) -> u32 {
    call(None, |_, kept, out| wire::release(kept, handle, out))
}

/// Leaves the versions of contract, engine and wire.
#[wasm_bindgen]
pub fn describe() -> u32 {
    call(None, |_, _, out| wire::describe(out))
}

/// Where the last call left its result.
#[wasm_bindgen]
pub fn result_ptr() -> u32 {
    address(&MODULE.borrow().result)
}

/// How long the last call's result is.
#[wasm_bindgen]
pub fn result_len() -> u32 {
    u32::try_from(MODULE.borrow().result.len()).unwrap_or(u32::MAX)
}

/// Hands the first `len` bytes of the request to `answer`. The request is spent afterwards,
/// so a host that forgets to reserve gets an error and never an older document.
fn call(
    len: Option<u32>,
    answer: impl FnOnce(&mut Vec<u8>, &mut Kept, &mut Vec<u8>) -> Status,
) -> u32 {
    let Module { request, result, kept } = &mut *MODULE.borrow_mut();
    wire::spend(result);
    let len = usize::try_from(len.unwrap_or(0)).unwrap_or(usize::MAX);
    let status = if len <= request.len() {
        request.truncate(len);
        answer(request, kept, result)
    } else {
        wire::refuse_length(len, request.len(), result)
    };
    wire::spend(request);
    status as u32
}

/// An address in linear memory, which has 32 bits. On a 64-bit build, where nobody reads
/// the result through it, an address out of range becomes 0.
fn address(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.as_ptr().addr()).unwrap_or(0)
}
