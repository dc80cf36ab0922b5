//! The workflow contract above the language: what authors may write, and what a result
//! may be.

mod guard;
mod normalize;
mod validate;

pub(crate) use guard::guard;
pub(crate) use normalize::Normalized;
pub(crate) use validate::{Validation, validate};

/// The names that can be called, and must not be bound, in the order in which authors
/// are told about them.
pub(crate) const HELPERS: [&str; 5] = ["nowIso", "coalesce", "len", "toString", "append"];
