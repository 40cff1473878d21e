//! How much memory the program's own malloc held, told by the addresses in its log.
//!
//! A malloc like glibc's keeps its small blocks close together, in one heap that only grows or in one a
//! thread, and maps a large block apart, with pages of its own that go back with it:
//!
//! ```text
//! | heap: lowest block ... highest block |        | a large block |    | a heap of another thread |
//! ```
//!
//! So a *span* grows from its lowest page to its highest and is never given up; a block of at least
//! 128 KiB that begins 16 bytes behind a page, far from the first span, is mapped apart. What this cannot
//! see: pages that were never handed out, and ends of a heap that were given back.
//!
//! # Costs
//! A comparison with each span a block, and there is nearly always one.

use crate::memory::PAGE_BYTES;

/// Blocks no further than this from a span belong to it: no malloc leaves a larger hole in a heap.
const REACH_BYTES: u64 = 64 * 1024 * 1024;

/// From this size on glibc maps a block apart; its own threshold only rises from there.
const APART_BYTES_MIN: u64 = 128 * 1024;

/// In front of a block that is mapped apart stands its size.
const APART_HEADER_BYTES: u64 = 16;

/// The most spans: heaps of threads.
const SPANS_MAX: usize = 64;

const PAGE: u64 = PAGE_BYTES as u64;

/// Addresses that belong together, in whole pages.
#[derive(Clone, Copy, Default)]
struct Span {
    begin: u64,
    end: u64,
}

impl Span {
    fn of_block(address: u64, size: u64) -> Span {
        Span {
            begin: address - address % PAGE,
            end: address
                .saturating_add(size)
                .checked_next_multiple_of(PAGE)
                .unwrap_or(u64::MAX),
        }
    }

    fn is_near(self, address: u64) -> bool {
        let near = self.begin.saturating_sub(REACH_BYTES)..=self.end.saturating_add(REACH_BYTES);
        near.contains(&address)
    }

    fn join(&mut self, other: Span) {
        self.begin = self.begin.min(other.begin);
        self.end = self.end.max(other.end);
    }

    fn bytes(self) -> u64 {
        self.end - self.begin
    }
}

/// The memory of the recorded malloc, operation by operation.
pub struct Recorded {
    spans: [Span; SPANS_MAX],
    count: usize,
    apart_bytes: u64,
    peak_bytes: u64,
}

impl Recorded {
    /// Nothing is held.
    pub fn new() -> Recorded {
        Recorded {
            spans: [Span::default(); SPANS_MAX],
            count: 0,
            apart_bytes: 0,
            peak_bytes: 0,
        }
    }

    /// A block is at `address`.
    pub fn allocate(&mut self, address: u64, size: u64) {
        if self.is_apart(address, size) {
            self.apart_bytes = self.apart_bytes.saturating_add(apart_bytes(size));
        } else {
            self.extend(address, size);
        }
        let spans = self.spans.get(..self.count).unwrap_or_default();
        let bytes = spans.iter().fold(self.apart_bytes, |bytes, span| {
            bytes.saturating_add(span.bytes())
        });
        self.peak_bytes = self.peak_bytes.max(bytes);
    }

    /// The block at `address` is gone.
    pub fn free(&mut self, address: u64, size: u64) {
        if self.is_apart(address, size) {
            self.apart_bytes = self.apart_bytes.saturating_sub(apart_bytes(size));
        }
    }

    /// The most bytes that were held at once, in whole pages.
    pub fn peak_bytes(&self) -> u64 {
        self.peak_bytes
    }

    /// Whether a block has pages of its own.
    fn is_apart(&self, address: u64, size: u64) -> bool {
        let first = self.spans.first().filter(|_| self.count > 0);
        size >= APART_BYTES_MIN - APART_HEADER_BYTES
            && address % PAGE == APART_HEADER_BYTES
            && !first.is_some_and(|span| span.is_near(address))
    }

    /// Makes the span that a block is near to reach over it.
    fn extend(&mut self, address: u64, size: u64) {
        let block = Span::of_block(address, size);
        let known = self.spans.get_mut(..self.count).unwrap_or_default();
        match known.iter_mut().find(|span| span.is_near(address)) {
            Some(span) => span.join(block),
            None => {
                // What finds no room is not counted: a program with more heaps than that has more to say
                // than one number.
                if let Some(span) = self.spans.get_mut(self.count) {
                    *span = block;
                    self.count += 1;
                }
            }
        }
    }
}

impl Default for Recorded {
    fn default() -> Recorded {
        Recorded::new()
    }
}

/// What a block that is mapped apart takes.
fn apart_bytes(size: u64) -> u64 {
    (size + APART_HEADER_BYTES).next_multiple_of(PAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_only_grows_and_large_blocks_come_and_go() {
        const HEAP: u64 = 0x5572_5907_e2a0;
        const FAR: u64 = 0x7f12_3456_7010;
        let mut recorded = Recorded::new();
        recorded.allocate(HEAP, 16);
        assert_eq!(recorded.peak_bytes(), 4096);
        recorded.allocate(HEAP + 10_000, 100);
        recorded.free(HEAP + 10_000, 100);
        recorded.allocate(HEAP + 32, 100);
        assert_eq!(recorded.peak_bytes(), 3 * 4096);
        recorded.allocate(FAR, 200_000);
        assert_eq!(recorded.peak_bytes(), 3 * 4096 + 49 * 4096);
        recorded.free(FAR, 200_000);
        recorded.allocate(FAR, 200_000);
        assert_eq!(recorded.peak_bytes(), 3 * 4096 + 49 * 4096);
        recorded.allocate(FAR + (1 << 32), 100);
        assert_eq!(recorded.peak_bytes(), 4 * 4096 + 49 * 4096);
    }
}
