//! Free chunks whose links a test writes over.

use super::{free, take};
use core::ptr::NonNull;
use nostd_alloc::heap::Spans;
use nostd_alloc::memory::Kernel;

/// The size of the chunks of a [`Bin`].
pub(super) const FREE_BYTES: usize = 10_048;

/// The words of a free chunk.
pub(super) const NEXT: usize = 0;
pub(super) const PREVIOUS: usize = 1;

/// Three free chunks of one size in the order of their list, and live blocks of that size: each before one that is
/// live too, and behind a free chunk, which it is merged with when it is freed.
pub(super) struct Bin {
    pub(super) free: [NonNull<u8>; 3],
    pub(super) live: [NonNull<u8>; 3],
}

/// A free chunk of another size.
pub(super) fn other(heap: &Spans<Kernel>) -> NonNull<u8> {
    let [_below, other, _above] = [(); 3].map(|()| take(heap, 3 * FREE_BYTES));
    free(heap, other, 3 * FREE_BYTES);
    other
}

pub(super) fn bin(heap: &Spans<Kernel>) -> Bin {
    // All of them out of one chunk, the lowest first.
    let whole = take(heap, 200_000);
    free(heap, whole, 200_000);
    let blocks = [(); 3].map(|()| [(); 3].map(|()| take(heap, FREE_BYTES)));
    for [first, ..] in blocks {
        free(heap, first, FREE_BYTES);
    }
    // The chunk that was freed last is the first of the list.
    Bin {
        free: [2, 1, 0].map(|index| blocks[index][0]),
        live: [2, 1, 0].map(|index| blocks[index][1]),
    }
}

/// Writes a word of a block, live or not.
pub(super) fn write(block: NonNull<u8>, word: usize, value: usize) {
    // SAFETY: none for a free block: the program is to end, which is checked by the test. Its page is still mapped.
    unsafe { block.cast::<usize>().add(word).write(value) }
}
