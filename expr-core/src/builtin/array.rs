//! Functions over arrays.

use super::Builtin;

pub(super) const TABLE: &[Builtin] = &[];
