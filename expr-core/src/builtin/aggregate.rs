//! Functions over aggregates.

use super::Builtin;

pub(super) const TABLE: &[Builtin] = &[];
