//! What a program reads of its context: a tree of fields.
//!
//! A part of the context is read whole, or only some of its fields are. Arrays are
//! transparent: a field means that field of every item, at any depth, and their lengths
//! and order are always read. So are strings, numbers, booleans and `null`, and whether a
//! field is there.

use crate::size::{index, length};
use crate::text::Wtf8;
use alloc::vec::Vec;

/// A part of the tree, by number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Part(u32);

impl Part {
    /// A part that is read whole, in whichever tree.
    pub(crate) const WHOLE: Part = Part(u32::MAX);
    /// The context itself.
    const ROOT: Part = Part(0);
}

/// What a program reads of its context.
///
/// ```
/// use expr_core::{Profile, Program};
/// let program = Program::compile("payload.items[price > 10].sku".into(), Profile::Workflow)?;
/// let payload = program.reads().root().fields().next().ok_or("nothing is read")?;
/// assert_eq!(payload.0.to_str(), Some("payload"));
/// let mut json = Vec::new();
/// expr_core::write_json_reads(&mut json, program.reads());
/// assert_eq!(json, br#"{"payload":{"items":{"price":true,"sku":true}}}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Reads {
    entries: Vec<Entry>,
    names: Vec<u8>,
}

/// A field; its own fields lie one after the other, sorted by name.
#[derive(Clone, Copy, Debug)]
struct Entry {
    name: u32,
    name_len: u32,
    whole: bool,
    first: u32,
    count: u32,
}

/// A part of what is read.
#[derive(Clone, Copy, Debug)]
pub struct Read<'a> {
    reads: &'a Reads,
    part: Part,
}

impl Reads {
    /// The whole context.
    pub fn all() -> Self {
        Reads::of_size(true, 0, 0)
    }

    /// A tree whose fields are still to be added, with room for so many with names of so
    /// many bytes; `whole` says that it has none.
    pub(crate) fn of_size(whole: bool, fields: usize, bytes: usize) -> Self {
        let mut entries = Vec::with_capacity(fields.saturating_add(1));
        entries.push(Entry { name: 0, name_len: 0, whole, first: 0, count: 0 });
        Reads { entries, names: Vec::with_capacity(bytes) }
    }

    /// The context.
    pub fn root(&self) -> Read<'_> {
        Read { reads: self, part: self.context() }
    }

    /// The part that the context is.
    pub(crate) fn context(&self) -> Part {
        self.part(Part::ROOT.0)
    }

    /// Adds a field to the entry at a place. The fields of an entry are added one after the
    /// other, sorted by name.
    pub(crate) fn add_field(&mut self, place: usize, name: &[u8], whole: bool) {
        let added = length(self.entries.len());
        if let Some(entry) = self.entries.get_mut(place) {
            entry.first = added.saturating_sub(entry.count);
            entry.count = entry.count.saturating_add(1);
        }
        let (start, name_len) = (length(self.names.len()), length(name.len()));
        self.names.extend_from_slice(name);
        self.entries.push(Entry { name: start, name_len, whole, first: 0, count: 0 });
    }

    /// A field of a part that is not read whole; `None` where it is not read.
    pub(crate) fn field(&self, part: Part, name: &[u8]) -> Option<Part> {
        let entry = self.entries.get(index(part.0))?;
        let first = index(entry.first);
        let fields = self.entries.get(first..first.saturating_add(index(entry.count)))?;
        let found = fields.binary_search_by(|field| self.name(field).cmp(name)).ok()?;
        Some(self.part(length(first.saturating_add(found))))
    }

    fn part(&self, place: u32) -> Part {
        match self.entries.get(index(place)) {
            Some(entry) if !entry.whole => Part(place),
            _ => Part::WHOLE,
        }
    }

    fn name(&self, entry: &Entry) -> &[u8] {
        let start = index(entry.name);
        let name = self.names.get(start..start.saturating_add(index(entry.name_len)));
        name.unwrap_or_default()
    }
}

impl<'a> Read<'a> {
    /// Whether everything in it is read.
    pub fn is_whole(self) -> bool {
        self.part == Part::WHOLE
    }

    /// The fields that are read, sorted by the bytes of their names; none of a part that
    /// is read whole.
    pub fn fields(self) -> impl Iterator<Item = (Wtf8<'a>, Read<'a>)> {
        let reads = self.reads;
        let entry = reads.entries.get(index(self.part.0));
        let (first, count) = entry.map_or((0, 0), |entry| (entry.first, entry.count));
        (first..first.saturating_add(count)).filter_map(move |place| {
            let entry = reads.entries.get(index(place))?;
            let read = Read { reads, part: reads.part(place) };
            Some((Wtf8::new(reads.name(entry)), read))
        })
    }
}
