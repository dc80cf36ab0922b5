//! The names and texts of a source, each once, so that whatever follows the lexer compares
//! and copies numbers.

use crate::map::NumberMap;
use crate::size::{index, length};
use crate::text::Wtf8;
use crate::value::hash_name;
use alloc::vec::Vec;

/// The number of a name or text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Word(pub(crate) u32);

/// Where a name or text lies among the bytes of all, and the hash of it.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Name {
    pub(crate) start: u32,
    pub(crate) len: u32,
    pub(crate) hash: u32,
}

/// Names and texts by their number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    by_hash: NumberMap,
    names: Vec<Name>,
    bytes: Vec<u8>,
}

impl Words {
    /// With room for what a source of that length usually has.
    pub(super) fn of_source(len: usize) -> Self {
        Words {
            by_hash: NumberMap::default(),
            names: Vec::with_capacity(len >> 2),
            bytes: Vec::with_capacity(len),
        }
    }

    /// The number of a text, which is added if it is new.
    pub(crate) fn add(&mut self, text: &[u8]) -> Word {
        let hash = hash_name(text);
        let mut key = u64::from(hash);
        let next = length(self.names.len());
        // Texts that share a hash are found one after the other.
        while let Some(known) = self.by_hash.insert(key, next) {
            if self.bytes(Word(known)) == text {
                return Word(known);
            }
            key = key.wrapping_add(1 << 32);
        }
        let (start, len) = (length(self.bytes.len()), length(text.len()));
        self.bytes.extend_from_slice(text);
        self.names.push(Name { start, len, hash });
        Word(next)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// Where a text lies.
    pub(crate) fn name(&self, word: Word) -> Name {
        self.names.get(index(word.0)).copied().unwrap_or_default()
    }

    /// The bytes of a text.
    pub(crate) fn bytes(&self, word: Word) -> &[u8] {
        self.slice(self.name(word))
    }

    /// The bytes at a place.
    pub(crate) fn slice(&self, Name { start, len, .. }: Name) -> &[u8] {
        let start = index(start);
        self.bytes.get(start..start.saturating_add(index(len))).unwrap_or_default()
    }

    /// A text.
    pub(crate) fn text(&self, word: Word) -> Wtf8<'_> {
        Wtf8::new(self.bytes(word))
    }

    /// How many bytes all have together.
    pub(crate) fn len_of_all(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes of all.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}
