//! Functions over numbers.

use super::Builtin;

pub(super) const TABLE: &[Builtin] = &[];
