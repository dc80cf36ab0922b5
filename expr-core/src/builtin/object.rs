//! Functions over objects.

use super::Builtin;

pub(super) const TABLE: &[Builtin] = &[];
