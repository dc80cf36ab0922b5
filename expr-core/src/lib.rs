//! The workflow expression language: JSONata 2.2 behind a guarded contract.
//!
//! Everything here is pure: no clock, no randomness, no I/O, no threads. `now` and a seed
//! are inputs, and what an evaluation may spend is counted in steps of the language, so the
//! same expression over the same context gives the same bytes and the same count on every
//! host.
//!
//! Services embed the crate `host-wasmtime` instead, and TypeScript the npm package: both
//! run this crate as one WebAssembly file. Use it directly for tools and tests.
//!
//! ```
//! use expr_core::{Inputs, Limits, Profile, Program};
//!
//! let source = "payload.ticket.priority = \"high\" and len(payload.ticket.tags) > 1";
//! let program = Program::compile(source.into(), Profile::Workflow)?;
//! let context = br#"{"payload":{"ticket":{"priority":"high","tags":["vip","eu"]}}}"#;
//! let mut inputs = Inputs::from_json(context)?;
//! let evaluation = program.evaluate(&mut inputs, Limits::default());
//! assert_eq!(evaluation.outcome?, Some(b"true".to_vec()));
//! # Ok::<(), expr_core::Error>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod budget;
mod builtin;
mod compile;
mod contract;
mod decide;
mod decimal;
mod engine;
mod error;
mod eval;
mod inputs;
mod map;
mod merge_sort;
mod program;
mod reads;
mod regex;
mod size;
mod span;
mod syntax;
mod text;
mod unicode;
mod value;

pub use budget::{Limits, Spent};
#[cfg(feature = "reference")]
pub use builtin::{FunctionEntry, functions};
pub use compile::Estimate;
pub use contract::{VERSION as CONTRACT_VERSION, write_error_members};
#[cfg(feature = "reference")]
pub use contract::{operator_actions, run_statuses};
pub use decide::{ASKS, AskShape, Kind, Member, decide};
pub use decimal::write_whole;
pub use engine::{Check, Evaluation, Profile, Program, check, violations};
pub use error::{CatalogEntry, Error, ErrorClass, Token, catalog};
pub use inputs::{Document, Inputs, Node, NodeKind, Spare};
pub use reads::{Read, Reads};
#[cfg(feature = "reference")]
pub use regex::{Ranges, find_all};
pub use span::Location;
#[cfg(feature = "reference")]
pub use syntax::{Part, Written};
pub use text::{Wtf8, Wtf8Buf};
pub use value::{write_json_number, write_json_reads, write_json_string};

/// The version of this engine.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");
