//! Lengths as 32-bit numbers, which is what the heap, programs and regexes store.

/// An index that fits: limits keep every length below 2³².
pub(crate) fn index(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

/// A length as it is stored. Byte limits keep lengths below 2³²; were one not, the
/// saturated value is out of range and reads as nothing.
pub(crate) fn length(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
