//! The workflow expression language: JSONata 2.2 behind a guarded contract.
#![no_std]
#![forbid(unsafe_code)]
#![expect(dead_code, unused_imports, reason = "the evaluator comes next")]
extern crate alloc;

mod budget;
mod builtin;
mod compile;
mod error;
mod program;
mod regex;
mod span;
mod syntax;
mod text;
mod value;

pub use budget::{Budget, Exhausted, Limits, Spent};
pub use error::{CATALOG, CatalogEntry, Error, ErrorClass, Token};
pub use span::Location;
pub use text::{Wtf8, Wtf8Buf};
pub use value::write_json_string;
