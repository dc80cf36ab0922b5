//! Functions over booleans.

use super::Builtin;

pub(super) const TABLE: &[Builtin] = &[];
