//! JSON text to values and back.

mod cursor;
mod plain;
mod reader;
mod skip;
mod wanted;
mod writer;

pub(super) use reader::Stacks;
pub(crate) use reader::read_json;
pub(crate) use wanted::Wanted;
pub use wanted::write_json_reads;
pub(crate) use writer::{Layout, is_integer, write_result, write_string};
pub use writer::{write_json_number, write_json_string};

/// Limits on what is read, counted apart from the evaluation's budget. What is passed over
/// does not count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadLimits {
    /// Nested arrays and objects.
    pub(crate) depth: u32,
    /// Bytes of values: their text, and 16 for each value and key.
    pub(crate) bytes: u32,
    /// Whether a number out of range is infinite, as for JavaScript, and no error.
    pub(crate) infinite: bool,
}

impl Default for ReadLimits {
    fn default() -> Self {
        ReadLimits { depth: 10_000, bytes: 256 << 20, infinite: false }
    }
}
