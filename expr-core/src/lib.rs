//! The workflow expression language: JSONata 2.2 behind a guarded contract.
//!
//! Interface stub: bodies follow.
#![no_std]
#![forbid(unsafe_code)]
extern crate alloc;

mod budget;
mod engine;
mod error;
#[cfg_attr(not(test), expect(dead_code, reason = "the evaluator's regex rows come next"))]
mod regex;
mod text;

pub use budget::{Budget, Exhausted, Limits, Spent};
pub use engine::{
    Check, Document, Evaluation, Inputs, Node, NodeKind, Profile, Program, check,
};
pub use error::{Error, ErrorClass, Location, Token};
pub use text::{Wtf8, Wtf8Buf, write_json_string};

/// The version of the contract: what `workflow` expressions mean.
pub const CONTRACT_VERSION: &str = "workflow/1";
/// The version of this engine.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");
