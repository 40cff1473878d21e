//! The heap as the rest of the library sees it: [`Allocator`] and [`Strategy`].
//!
//! What a program calls a million times a second stands here and is inlined: the class of the layout, and one
//! step on the hot stack.

use super::Spans;
use super::apart::APART_ZEROED_BYTES_MIN;
use super::classes::{CLASSES, SHAPES, SMALL_BYTES_MAX, class_from_layout};
use super::stacks::is_block;
use crate::heap::{Stats, Strategy};
use crate::memory::{Advice, AllocError, Allocator, Layout, PAGE_BYTES};
use core::ptr::NonNull;

// SAFETY: by **Tiles**, **Spans** and **Stacks** of `Spans`, a block handed out is in no stack, in no set bit and
// in no free chunk until it comes back, so no two share a byte. Spans begin at pages, so that blocks are
// aligned as `classes.rs` says; chunks are placed by `Place::aligned`. Memory stays where it is when the heap
// is moved.
unsafe impl<A: Allocator, const CHECKED: bool> Allocator for Spans<A, CHECKED> {
    #[inline]
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let Some(class) = class_from_layout(layout) else {
            return self.allocate_large(layout);
        };
        let start = match self.stacks.pop(class) {
            Some(start) => start,
            None => self.refill(class)?,
        };
        // By **Stacks** of `Spans`: a block of the class, in nobody's hands.
        Ok(NonNull::slice_from_raw_parts(
            start,
            SHAPES[class].block_bytes(),
        ))
    }

    #[inline]
    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        let Some(class) = class_from_layout(layout) else {
            // SAFETY: contract of this function.
            return unsafe { self.deallocate_large(ptr, layout) };
        };
        let address = ptr.addr().get();
        if CHECKED && !self.is_sound(class, address) {
            return self.deallocate_doubtful(address, layout);
        }
        // INVARIANT: **Stacks** of `Spans` holds again with a block of the class that is live no more.
        if !self.stacks.push(class, address) {
            self.overflow(class, address);
        }
    }

    fn allocate_zeroed(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() >= APART_ZEROED_BYTES_MIN && self.cuts_pages() {
            return self.allocate_large_zeroed(layout);
        }
        let block = self.allocate(layout)?;
        // SAFETY: the block came from `allocate` just now, and is `len` bytes long.
        unsafe { block.cast::<u8>().write_bytes(0, block.len()) };
        Ok(block)
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        let Some(class) = class_from_layout(old) else {
            // SAFETY: contract of this function.
            return unsafe { self.resize_large(ptr, old, new_size) };
        };
        let new = Layout::from_size_align(new_size, old.align()).map_err(|_| AllocError)?;
        if class_from_layout(new) != Some(class) {
            // Whoever moves the block gives it back, which is checked.
            return Err(AllocError);
        }
        if CHECKED && !self.is_sound(class, ptr.addr().get()) {
            self.check_small(ptr.addr().get(), old);
        }
        Ok(SHAPES[class].block_bytes())
    }

    unsafe fn remap(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<NonNull<[u8]>, AllocError> {
        if class_from_layout(old).is_some() {
            return Err(AllocError);
        }
        // SAFETY: contract of this function.
        unsafe { self.remap_apart(ptr, old, new_size) }
    }

    fn advise(&self, start: NonNull<u8>, length: usize, advice: Advice) {
        self.source.advise(start, length, advice);
    }
}

impl<A: Allocator, const CHECKED: bool> Spans<A, CHECKED> {
    /// A layout that fits the block at `ptr`, with its usable size, from its address alone: what C's `free` has
    /// to know. `None` if no block begins there; a block that was freed may still have one. Constant time.
    ///
    /// # Examples
    /// ```
    /// use nostd_alloc::heap::Spans;
    /// use nostd_alloc::memory::{Allocator, Kernel, Layout};
    ///
    /// let heap: Spans<Kernel> = Spans::new(Kernel);
    /// let block = heap.allocate(Layout::new::<[u8; 100]>())?.cast();
    /// let layout = heap.layout_of(block).unwrap();
    /// assert_eq!(layout.size(), 104);
    /// // SAFETY: a layout that fits the block, which comes from the heap.
    /// unsafe { heap.deallocate(block, layout) };
    /// # Ok::<(), nostd_alloc::memory::AllocError>(())
    /// ```
    pub fn layout_of(&self, ptr: NonNull<u8>) -> Option<Layout> {
        let address = ptr.addr().get();
        let page = self.map.find(address)?;
        if let Some(class) = page.kind.get().class() {
            let bytes = SHAPES[class].block_bytes();
            // Sizes are multiples of 8, and of 16 above 128 bytes: so this names its own class.
            let align = if bytes.is_multiple_of(16) { 16 } else { 8 };
            return is_block(class, address, page)
                .then(|| Layout::from_size_align(bytes, align).ok())?;
        }
        let bytes = match self.map.chunk_at(address) {
            Some((chunk, false)) => chunk.bytes,
            _ => self.apart_bytes(address)?,
        };
        // What is short and no small block was asked at more than a page. So this names no class.
        let align = match bytes > SMALL_BYTES_MAX {
            true => PAGE_BYTES,
            false => 2 * PAGE_BYTES,
        };
        Layout::from_size_align(bytes, align).ok()
    }
}

impl<A: Allocator, const CHECKED: bool> Strategy for Spans<A, CHECKED> {
    fn stats(&self) -> Stats {
        let (mut blocks, mut used) = (self.tally.blocks.get(), self.tally.bytes.get());
        blocks -= self.recent.blocks();
        used -= self.recent.bytes();
        for (class, shape) in SHAPES.iter().enumerate().take(CLASSES) {
            blocks -= self.stacks.count(class);
            used -= self.stacks.count(class) * shape.block_bytes();
        }
        let (mut largest, mut regions, mut end) = (0, 0, 0);
        self.bins.for_each(&self.map, &mut |_, chunk| {
            largest = largest.max(chunk.bytes)
        });
        self.for_each_held(&mut |start, length| {
            regions += usize::from(start != end);
            end = start + length;
        });
        let bookkeeping = self.meta.held_bytes() + self.map.held_bytes();
        let footprint = self.supply.held_bytes() + self.offers.bytes() + bookkeeping;
        let footprint_peak = self.supply.held_bytes_peak() + bookkeeping;
        Stats {
            used_bytes: used,
            used_bytes_peak: used.max(self.tally.bytes_peak.get()),
            free_bytes: footprint - used,
            largest_free_bytes: largest,
            footprint_bytes: footprint,
            footprint_bytes_peak: footprint_peak,
            blocks,
            regions,
            steps: self.steps(),
        }
    }

    fn steps(&self) -> u64 {
        self.bins.looks() + self.tally.refills.get()
    }

    fn verify(&self) {
        self.verify_all();
    }
}
