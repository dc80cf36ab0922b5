//! One corpus, every host: reads fixtures, runs them through each [`Subject`] and
//! compares canonical bytes.
//!
//! Four commands use it: `parity` for vector files, `suite` for the official JSONata
//! suite, `differential` for random cases that the reference answers, and `fuzz` for what
//! must hold of any input. A subject that crashes or hangs fails the case, never the run.
#![expect(
    clippy::arithmetic_side_effects,
    reason = "a test tool that counts cases may stop on an overflow"
)]

pub mod charges;
pub mod compare;
pub mod corpus;
pub mod differential;
pub mod fixture;
pub mod fuzz;
pub mod json;
pub mod parity;
mod process;
pub mod report;
pub mod snapshot;
#[cfg(feature = "wasmtime")]
pub mod soak;
pub mod subject;
pub mod suite;

pub use subject::Subject;

/// The Rust examples of the README, as doctests.
#[cfg(doctest)]
#[doc = include_str!(concat!(env!("OUT_DIR"), "/readme.md"))]
pub struct ReadmeExamples;
