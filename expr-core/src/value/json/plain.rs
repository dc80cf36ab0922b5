//! Which bytes of a JSON string stand for themselves, eight at a time.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHEST: u64 = 0x8080_8080_8080_8080;

/// Marks the first of eight bytes that does not stand for itself in a string, the first
/// byte being the lowest, by its highest bit; maybe bytes after it too.
#[inline(always)]
pub(super) fn special_bytes(word: u64) -> u64 {
    let controls = below(word, ONES.wrapping_mul(0x20));
    (controls | equal(word, b'"') | equal(word, b'\\')) & HIGHEST
}

/// Like [`special_bytes`], and marks a byte that can begin a surrogate, which no JSON text
/// can hold.
#[inline(always)]
fn written_specially(word: u64) -> u64 {
    special_bytes(word) | equal(word, 0xED) & HIGHEST
}

/// How many of eight bytes come before the first one that is marked.
#[inline(always)]
pub(super) fn plain_bytes(marked: u64) -> usize {
    usize::try_from(marked.trailing_zeros() >> 3).unwrap_or_default()
}

/// How many bytes of a text are written as they are, up to the first that is not.
pub(super) fn plain_len(text: &[u8]) -> usize {
    let mut rest = text;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        let plain = plain_bytes(written_specially(u64::from_le_bytes(*word)));
        if plain < 8 {
            return text.len().saturating_sub(rest.len()).saturating_add(plain);
        }
        rest = after;
    }
    let special = |&b: &u8| b == b'"' || b == b'\\' || b < 0x20 || b == 0xED;
    let plain = rest.iter().position(special).unwrap_or(rest.len());
    text.len().saturating_sub(rest.len()).saturating_add(plain)
}

/// A byte is less than another where subtracting borrows from its highest bit.
#[inline(always)]
fn below(bytes: u64, limits: u64) -> u64 {
    bytes.wrapping_sub(limits) & !bytes
}

#[inline(always)]
fn equal(bytes: u64, byte: u8) -> u64 {
    below(bytes ^ ONES.wrapping_mul(u64::from(byte)), ONES)
}

#[cfg(test)]
mod tests {
    use super::plain_len;

    #[test]
    fn the_first_special_byte_is_found_at_every_place() {
        for special in [b'"', b'\\', 0, 0x1F, 0xED] {
            for place in 0..20 {
                let mut text = [b'x'; 20];
                text[place] = special;
                assert_eq!(plain_len(&text), place, "{special:#x}");
                text[19] = b'"';
                assert_eq!(plain_len(&text), place, "{special:#x} before a quote");
            }
        }
    }

    #[test]
    fn every_other_byte_is_plain() {
        for byte in 0x20..=0xFF_u8 {
            let plain = byte != b'"' && byte != b'\\' && byte != 0xED;
            assert_eq!(plain_len(&[byte; 11]) == 11, plain, "{byte:#x}");
        }
    }
}
