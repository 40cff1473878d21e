//! Sizes of small blocks in classes, and what a span of each class looks like.
//!
//! ```text
//! 8 16 24 .. 128 | 144 160 .. 512 | 576 .. 1024 | 1152 .. 2048 | 2304 2432 2560 2688 3072 3200 4096
//!   steps of 8       16               64            128            what fits into a span without much waste
//! ```
//!
//! A size is rounded up to its alignment first. Then the smallest class that is long enough is a multiple of the
//! alignment (a test asks for every size and alignment): up to 2 KiB steps are powers of two, a size of at least a
//! step's alignment is a multiple of the step already, and a smaller alignment divides the step. Spans begin at a
//! page, so each block is aligned without a further question.
//!
//! # Costs
//! One addition, one shift and one look into a table of 513 bytes; nothing at all where the layout is a
//! constant. At most an eighth of a block is lost to rounding, 4 % on average; from 3200 bytes to 4 KiB up to 22 %.

use crate::memory::{Layout, PAGE_BYTES};

/// Blocks up to this size come from spans.
pub(super) const SMALL_BYTES_MAX: usize = 4096;

/// Sizes are told apart in steps of this many bytes.
const STEP_BYTES: usize = 8;
const STEPS_MAX: usize = SMALL_BYTES_MAX / STEP_BYTES;

/// Up to which size classes are so many bytes apart.
const RANGES: [(usize, usize); 4] = [(128, STEP_BYTES), (512, 16), (1024, 64), (2048, 128)];

/// The sizes of the classes above those.
const LONG: [usize; 7] = [2304, 2432, 2560, 2688, 3072, 3200, SMALL_BYTES_MAX];

/// The class of what has no size: its stack is always empty and full, and no page is of it.
pub(super) const NO_CLASS: usize = 4;

/// One more than the number of the last class.
pub(super) const CLASSES: usize = {
    let (mut classes, mut size) = (FIRST_CLASS, 0);
    while size < SMALL_BYTES_MAX {
        size = size_after(size);
        classes += 1;
    }
    classes
};

/// The number of the first class. Those below it name pages that are no spans (`page.rs`), and as classes have no
/// size: so one number says both what a size needs and what a page is.
pub(super) const FIRST_CLASS: usize = NO_CLASS + 1;

/// The longest span.
pub(super) const SPAN_PAGES_MAX: usize = 4;

/// Blocks whose bits stand in the page's own entry; a span with more is one page and has a cell.
pub(super) const BLOCKS_INLINE_MAX: usize = 128;

/// A span wastes at most this part of itself at its end, if any length does.
const WASTE_DIVISOR: usize = 32;

/// What a hot stack holds at most, in bytes and in blocks.
const DEPTH_BYTES: usize = 64 * 1024;
const DEPTH_MAX: usize = 1024;

/// What is fixed for each class, in a single word: an index that the processor scales by itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    block_bytes: u16,
    blocks: u16,
    pages: u16,
    depth: u16,
}

impl Shape {
    /// The size of a block.
    #[inline(always)]
    pub(super) const fn block_bytes(&self) -> usize {
        self.block_bytes as usize
    }

    /// Blocks of a span.
    pub(super) const fn blocks(&self) -> usize {
        self.blocks as usize
    }

    /// The length of a span.
    pub(super) const fn pages(&self) -> usize {
        self.pages as usize
    }

    /// The most blocks on its hot stack.
    pub(super) const fn depth(&self) -> usize {
        self.depth as usize
    }
}

/// All classes.
pub(super) static SHAPES: [Shape; CLASSES] = shapes();

/// 2^32 divided by the size of a block, rounded up: multiplication instead of division.
static RECIPROCALS: [u32; CLASSES] = {
    let (shapes, mut table, mut class) = (shapes(), [0; CLASSES], FIRST_CLASS);
    while class < CLASSES {
        table[class] = (1u64 << 32).div_ceil(shapes[class].block_bytes as u64) as u32;
        class += 1;
    }
    table
};

/// The class of each size, by steps rounded up: for no step [`NO_CLASS`].
static CLASS_FROM_STEPS: [u8; STEPS_MAX + 1] = class_from_steps();

/// The class that serves a layout, [`NO_CLASS`] if it has no size; `None` if it is no small block.
#[inline(always)]
pub(super) fn class_from_layout(layout: Layout) -> Option<usize> {
    let below = layout.align() - 1;
    // No overflow: a layout's size, rounded up to its alignment, is an `isize`.
    let steps = (((layout.size() + below) & !below) + STEP_BYTES - 1) >> STEP_BYTES.ilog2();
    let class = CLASS_FROM_STEPS.get(steps)?;
    Some(*class as usize)
}

/// The number of the block at `offset` of a span, whether or not it begins there. Exact for every
/// offset of a span: checked by a test.
#[inline(always)]
pub(super) fn block_index(class: usize, offset: usize) -> usize {
    (offset * RECIPROCALS[class] as usize) >> 32
}

/// Whether a block begins at `offset` of a span (Lemire, Kaser and Kurz 2019).
#[inline(always)]
pub(super) fn begins_block(class: usize, offset: usize) -> bool {
    let reciprocal = RECIPROCALS[class];
    (offset as u32).wrapping_mul(reciprocal) < reciprocal
}

/// The size of the class after the one of so many bytes.
const fn size_after(size: usize) -> usize {
    let mut range = 0;
    while range < RANGES.len() && size >= RANGES[range].0 {
        range += 1;
    }
    if range == RANGES.len() {
        let mut long = 0;
        while size >= LONG[long] {
            long += 1;
        }
        return LONG[long];
    }
    size + RANGES[range].1
}

/// The shortest span that wastes little at its end, else the one that wastes least.
const fn span_pages(block: usize) -> usize {
    let (mut best, mut pages) = (1, 1);
    while pages <= SPAN_PAGES_MAX {
        let (bytes, best_bytes) = (pages * PAGE_BYTES, best * PAGE_BYTES);
        if (bytes % block) * best_bytes < (best_bytes % block) * bytes {
            best = pages;
        }
        if (best * PAGE_BYTES % block) * WASTE_DIVISOR <= best * PAGE_BYTES {
            return best;
        }
        pages += 1;
    }
    best
}

const fn shapes() -> [Shape; CLASSES] {
    const NONE: Shape = Shape {
        block_bytes: 0,
        blocks: 0,
        pages: 0,
        depth: 0,
    };
    let mut shapes = [NONE; CLASSES];
    let (mut class, mut block) = (FIRST_CLASS, 0);
    while class < CLASSES {
        block = size_after(block);
        let pages = span_pages(block);
        let mut depth = DEPTH_BYTES / block;
        if depth > DEPTH_MAX {
            depth = DEPTH_MAX;
        }
        shapes[class] = Shape {
            block_bytes: block as u16,
            blocks: (pages * PAGE_BYTES / block) as u16,
            pages: pages as u16,
            depth: depth as u16,
        };
        class += 1;
    }
    shapes
}

const fn class_from_steps() -> [u8; STEPS_MAX + 1] {
    let mut table = [NO_CLASS as u8; STEPS_MAX + 1];
    let (mut steps, mut class) = (1, FIRST_CLASS);
    while steps <= STEPS_MAX {
        if steps * STEP_BYTES > SHAPES[class].block_bytes() {
            class += 1;
        }
        table[steps] = class as u8;
        steps += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_gets_the_smallest_class_that_fits_and_aligns() {
        for align in (0..=21).map(|shift| 1 << shift) {
            for size in 1..=SMALL_BYTES_MAX {
                let layout = Layout::from_size_align(size, align).unwrap();
                let rounded = size.next_multiple_of(align);
                let Some(class) = class_from_layout(layout) else {
                    assert!(rounded > SMALL_BYTES_MAX);
                    continue;
                };
                let block = SHAPES[class].block_bytes();
                assert!(block >= size && block.is_multiple_of(align), "{layout:?}");
                assert!(SHAPES[class - 1].block_bytes() < rounded);
            }
        }
        assert_eq!(class_from_layout(Layout::new::<()>()), Some(NO_CLASS));
    }

    #[test]
    fn multiplication_divides_exactly_at_every_offset_of_every_span() {
        for (class, shape) in SHAPES.iter().enumerate().skip(FIRST_CLASS) {
            for offset in 0..SPAN_PAGES_MAX * PAGE_BYTES {
                assert_eq!(block_index(class, offset), offset / shape.block_bytes());
                let begins = offset.is_multiple_of(shape.block_bytes());
                assert_eq!(begins_block(class, offset), begins, "{offset} {shape:?}");
            }
        }
    }

    #[test]
    fn spans_waste_little_and_their_bits_have_room() {
        for shape in &SHAPES[FIRST_CLASS..] {
            let bytes = shape.pages() * PAGE_BYTES;
            assert!(
                bytes - shape.blocks() * shape.block_bytes() <= bytes / 16,
                "{shape:?}"
            );
            assert!(shape.blocks() <= BLOCKS_INLINE_MAX || shape.pages() == 1);
        }
        assert_eq!(SHAPES[CLASSES - 1].block_bytes(), SMALL_BYTES_MAX);
    }
}
