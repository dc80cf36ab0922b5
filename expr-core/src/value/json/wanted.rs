//! What is wanted of a JSON text, and how that is written.

use super::write_json_string;
use crate::reads::{Part, Reads};
use alloc::vec::Vec;

/// What is to be read of a JSON text.
#[derive(Clone, Copy)]
pub(crate) enum Wanted<'a> {
    /// All of it.
    Whole,
    /// What these reads say.
    Parts(&'a Reads),
    /// All of an object, but of the member with that name only what these reads say.
    Within(&'a [u8], &'a Reads),
}

impl Wanted<'_> {
    /// What is wanted of a member of an object of which `part` is wanted; `outermost` says
    /// that the object is the whole text.
    pub(super) fn member(self, name: &[u8], part: Part, outermost: bool) -> Option<Part> {
        match self {
            Wanted::Within(member, reads) if outermost && name == member => {
                Some(reads.context())
            }
            Wanted::Parts(reads) | Wanted::Within(_, reads) if part != Part::WHOLE => {
                reads.field(part, name)
            }
            _ => Some(Part::WHOLE),
        }
    }
}

/// Writes reads as docs/wire.md has them: `true` for what is read whole, else an object
/// with the fields that are read.
pub fn write_json_reads(out: &mut Vec<u8>, reads: &Reads) {
    if reads.root().is_whole() {
        out.extend_from_slice(b"true");
        return;
    }
    out.push(b'{');
    let mut open = alloc::vec![reads.root().fields()];
    while let Some(fields) = open.last_mut() {
        let Some((name, field)) = fields.next() else {
            out.push(b'}');
            open.pop();
            continue;
        };
        if out.last() != Some(&b'{') {
            out.push(b',');
        }
        write_json_string(out, name);
        out.push(b':');
        if field.is_whole() {
            out.extend_from_slice(b"true");
        } else {
            out.push(b'{');
            open.push(field.fields());
        }
    }
}
