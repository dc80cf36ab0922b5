//! Lengths as 32-bit numbers, which is what the heap, programs and regexes store, and how
//! long lists grow.

use alloc::vec::Vec;

/// An index that fits: limits keep every length below 2³².
pub(crate) fn index(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

/// A length as it is stored. Byte limits keep lengths below 2³²; were one not, the
/// saturated value is out of range and reads as nothing.
pub(crate) fn length(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// Items from which on a list grows by an eighth.
const LONG: usize = 1 << 16;

/// Makes room for more items. `Vec` doubles, so that a long list takes three times its
/// size while it is moved, or has no room at all after many items at once and moves with
/// the next: from [`LONG`] on there is room for an eighth more than what is there, which
/// bounds the memory for a budget of bytes.
#[inline]
pub(crate) fn make_room<T>(list: &mut Vec<T>, more: usize) {
    let needed = list.len().saturating_add(more);
    if list.capacity() < needed && needed > LONG {
        list.reserve_exact(more.saturating_add(needed >> 3));
    }
}
