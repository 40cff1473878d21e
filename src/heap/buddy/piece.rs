//! One block of the buddy heap: an address and a power of two, and what follows from them.

use crate::heap::place::Place;
use crate::memory::BLOCK_BYTES_MAX;

/// The smallest block: two words.
pub(super) const ORDER_MIN: usize = 4;

/// Blocks from this order on are whole chunks.
pub(super) const ORDER_CHUNK: usize = 12;

/// One more than the largest order.
pub(super) const ORDERS: usize = 48;

pub(super) const CHUNK_BYTES: usize = 1 << ORDER_CHUNK;

/// What a split chunk begins with.
pub(super) const BITMAP_BYTES: usize = CHUNK_BYTES >> ORDER_MIN >> 3;

/// The bitmap of a split chunk with nothing in use: blocks at 32, 64, 128 .. 2048.
pub(super) const BITMAP_FREE: [usize; 4] = [1 << 2 | 1 << 4 | 1 << 8 | 1 << 16 | 1 << 32, 1, 1, 0];

pub(super) const NEXT: usize = 0;
pub(super) const PREVIOUS: usize = 1;

/// A block of the heap: where it is, and the power of two that is its size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Piece {
    pub(super) place: Place,
    pub(super) order: usize,
}

impl Piece {
    pub(super) fn bytes(self) -> usize {
        1 << self.order
    }

    /// The other half of the block that it is a half of.
    pub(super) fn buddy(self) -> Piece {
        Piece {
            place: Place(self.place.0 ^ self.bytes()),
            order: self.order,
        }
    }

    /// The block that it is a half of.
    pub(super) fn whole(self) -> Piece {
        Piece {
            place: Place(self.place.0 & !self.bytes()),
            order: self.order + 1,
        }
    }

    pub(super) fn is_small(self) -> bool {
        self.order < ORDER_CHUNK
    }

    /// Where the chunk of a small block begins.
    pub(super) fn chunk(self) -> Place {
        Place(self.place.0 & !(CHUNK_BYTES - 1))
    }

    /// The word of the chunk's bitmap and the bit in it that stand for a small block.
    pub(super) fn bit(self) -> (usize, usize) {
        let leaf = (self.place.0 & (CHUNK_BYTES - 1)) >> ORDER_MIN;
        (leaf / 64, 1 << (leaf % 64))
    }
}

/// The order of a block for this layout.
pub(super) fn order_from_layout(size: usize, align: usize) -> Option<usize> {
    if size == 0 || size > BLOCK_BYTES_MAX {
        return None;
    }
    let rounded = size.max(align).checked_next_power_of_two()?;
    let order = (rounded.ilog2() as usize).max(ORDER_MIN);
    (order < ORDERS).then_some(order)
}
