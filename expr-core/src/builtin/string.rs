//! Functions over strings.

use super::Builtin;

pub(super) const TABLE: &[Builtin] = &[];
