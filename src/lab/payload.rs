//! What a replayed block holds: a pattern that no other block has, so that a wrong byte is seen.
//!
//! The pattern is a sequence of words that begins at a number stirred from the slot and goes up by a fixed
//! odd stride. Two slots have different words at every place, a block that was copied with a shift differs
//! everywhere, and the loops over it are vectors.
//!
//! # Costs
//! Each byte is written once and read once or twice in the life of a block.

/// What one word is more than the one before: odd, so that no word comes twice.
const STRIDE: u64 = 0x9e37_79b9_7f4a_7c15;

/// The bytes of a word.
const WORD_BYTES: usize = 8;

/// Where the pattern of a slot begins.
fn seed(slot: u32) -> u64 {
    // Never 0: fresh pages are.
    (u64::from(slot) + 1).wrapping_mul(0xd6e8_feb8_6659_fd93)
}

/// The word number `index` of a pattern.
fn word(seed: u64, index: usize) -> u64 {
    seed.wrapping_add((index as u64).wrapping_mul(STRIDE))
}

/// Writes the pattern of `slot` from byte `from` on; a few bytes before it are written again.
pub fn fill(bytes: &mut [u8], slot: u32, from: usize) {
    let first = from / WORD_BYTES;
    let mut next = word(seed(slot), first);
    let rest = bytes.get_mut(first * WORD_BYTES..).unwrap_or_default();
    let mut words = rest.chunks_exact_mut(WORD_BYTES);
    for target in &mut words {
        target.copy_from_slice(&next.to_le_bytes());
        next = next.wrapping_add(STRIDE);
    }
    for (target, source) in words.into_remainder().iter_mut().zip(next.to_le_bytes()) {
        *target = source;
    }
}

/// Whether `bytes` are the pattern of `slot` from byte `from` on; a few bytes before it are looked at too.
pub fn is_intact(bytes: &[u8], slot: u32, from: usize) -> bool {
    let first = from / WORD_BYTES;
    let mut next = word(seed(slot), first);
    let rest = bytes.get(first * WORD_BYTES..).unwrap_or_default();
    let mut words = rest.chunks_exact(WORD_BYTES);
    let mut difference = 0;
    for found in &mut words {
        difference |= word_from_bytes(found) ^ next;
        next = next.wrapping_add(STRIDE);
    }
    let last = words.remainder();
    let expected = next.to_le_bytes();
    difference == 0 && expected.starts_with(last)
}

/// Whether all bytes are zero.
pub fn is_zero(bytes: &[u8]) -> bool {
    is_filled(bytes, 0)
}

/// Whether all bytes are `byte`.
#[inline(never)]
pub fn is_filled(bytes: &[u8], byte: u8) -> bool {
    let expected = u64::from_ne_bytes([byte; WORD_BYTES]);
    let mut words = bytes.chunks_exact(WORD_BYTES);
    let differing = |sum, found| sum | (word_from_bytes(found) ^ expected);
    let sum = (&mut words).fold(0, differing);
    sum == 0 && words.remainder().iter().all(|&found| found == byte)
}

fn word_from_bytes(bytes: &[u8]) -> u64 {
    bytes
        .first_chunk()
        .map_or(0, |word| u64::from_le_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn every_wrong_byte_is_seen() {
        for length in [1, 7, 8, 9, 40, 64, 65] {
            let mut bytes = vec![0; length];
            fill(&mut bytes, 3, 0);
            assert!(is_intact(&bytes, 3, 0) && !is_intact(&bytes, 4, 0));
            assert!(!is_zero(&bytes));
            for at in 0..length {
                bytes[at] ^= 0x10;
                assert!(!is_intact(&bytes, 3, 0), "{at} of {length}");
                bytes[at] ^= 0x10;
            }
            let mut zeros = vec![0; length];
            assert!(is_zero(&zeros));
            for at in 0..length {
                zeros[at] = 1;
                assert!(!is_zero(&zeros), "{at} of {length}");
                zeros[at] = 0;
            }
            let mut sevens = vec![7; length];
            assert!(is_filled(&sevens, 7));
            for at in 0..length {
                sevens[at] = 5;
                assert!(!is_filled(&sevens, 7), "{at} of {length}");
                sevens[at] = 7;
            }
        }
    }

    #[test]
    fn a_pattern_goes_on_where_it_was_cut() {
        let mut bytes = vec![0; 100];
        fill(&mut bytes[..53], 9, 0);
        fill(&mut bytes, 9, 53);
        assert!(is_intact(&bytes, 9, 0) && is_intact(&bytes, 9, 60));
        bytes[52] ^= 1;
        assert!(!is_intact(&bytes, 9, 53) && is_intact(&bytes, 9, 56));
    }

    #[test]
    fn a_block_that_was_copied_with_a_shift_is_seen() {
        let mut bytes = vec![0; 64];
        fill(&mut bytes, 9, 0);
        assert!(!is_intact(&bytes[8..], 9, 0) && !is_intact(&bytes[1..], 9, 0));
    }
}
