//! The workflow contract above the language: what authors may write, what a result may
//! be, and the decisions around expressions, from mappings to the authority of operators.

mod answer;
mod ask;
mod assignment;
mod authority;
mod cancel;
mod correlation;
mod document;
mod functions;
mod guard;
mod ingress;
mod lint;
mod mapping;
mod normalize;
mod rules;
mod shape;
mod validate;
mod wait;

pub(crate) use answer::Answer;
pub use answer::write_error_members;
pub(crate) use ask::{Answered, Ask, Failure, Unevaluated, bad_member};
pub(crate) use assignment::{assign, expand};
pub(crate) use authority::authority;
#[cfg(feature = "reference")]
pub use authority::{operator_actions, run_statuses};
pub(crate) use cancel::cancel;
pub(crate) use correlation::correlation;
pub(crate) use document::document;
pub(crate) use functions::functions;
pub(crate) use guard::guard;
pub(crate) use ingress::ingress;
pub(crate) use mapping::{expressions, mapping, secrets, value};
pub(crate) use normalize::Normalized;
pub(crate) use rules::rules;
pub use shape::{Kind, Member};
pub(crate) use shape::{may, must};
pub(crate) use validate::{Validation, validate, violations};
pub(crate) use wait::{wait_config, wait_match};

use crate::error::Result;
use crate::syntax::Tree;
use crate::text::Wtf8;

/// The version of the contract: what `workflow` expressions mean.
pub const VERSION: &str = "workflow/1";

/// The names that can be called, and must not be bound, in the order in which authors
/// are told about them.
pub(crate) const HELPERS: [&str; 5] = ["nowIso", "coalesce", "len", "toString", "append"];

/// The tree of an authored source that keeps to the contract, and its normalized text.
pub(crate) fn parse_source(source: Wtf8<'_>) -> Result<(Normalized, Tree)> {
    let normalized = Normalized::new(source);
    let checked = normalized.parse().and_then(|tree| match validate(&tree, true).error {
        Some(error) => Err(error),
        None => Ok(tree),
    });
    match checked {
        Ok(tree) => Ok((normalized, tree)),
        Err(error) => Err(normalized.locate(error, source)),
    }
}
