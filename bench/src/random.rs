//! Pseudo-random numbers that are the same in every run, and the tables of sizes made of them.
//!
//! # Source
//! Marsaglia, *Xorshift RNGs* (2003); the multiplication is Vigna's xorshift64*.

use crate::pages::Pages;

/// A stream of numbers.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The stream of `seed`.
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next number.
    #[inline(always)]
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below `limit`.
    #[inline(always)]
    pub fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.next()) * limit as u128) >> 64) as usize
    }

    /// A number from 0 up to 1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A size from `least` to `most` whose logarithm is uniform: as many sizes between 8 and 16 as between
    /// 2048 and 4096.
    pub fn log_uniform(&mut self, least: usize, most: usize) -> usize {
        let ratio = most as f64 / least as f64;
        ((least as f64 * ratio.powf(self.unit())) as usize).clamp(least, most)
    }

    /// Puts `items` in a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// `count` sizes, a power of two of them, each made by `size`.
pub fn sizes(count: usize, mut size: impl FnMut(&mut Random) -> usize) -> Pages<u32> {
    assert!(count.is_power_of_two());
    let mut random = Random::new(count as u64);
    let mut table = Pages::new(count);
    for entry in table.iter_mut() {
        let bytes = size(&mut random);
        assert!(bytes > 0 && bytes < 1 << 30, "a size for the table");
        *entry = bytes as u32;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_uniform_sizes_have_the_mean_of_their_law() {
        let mut random = Random::new(7);
        let sum: usize = (0..100_000).map(|_| random.log_uniform(8, 4096)).sum();
        let mean = sum as f64 / 100_000.0;
        let law = (4096.0 - 8.0) / (4096.0f64 / 8.0).ln();
        assert!((mean / law - 1.0).abs() < 0.02, "{mean} {law}");
    }

    #[test]
    fn a_shuffle_keeps_every_item() {
        let mut items: Vec<usize> = (0..100).collect();
        Random::new(3).shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}
