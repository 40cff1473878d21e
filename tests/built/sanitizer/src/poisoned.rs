//! Our own heap under AddressSanitizer: what is not in a live block is poisoned.
//!
//! The heap keeps its links and tags in memory that nobody else may touch, and is compiled with the sanitizer as
//! the rest. So its memory is clean while it works, and outside its calls all of it is poisoned but the blocks
//! that are live, to the byte: freed ones, the rest of a cell, tags and links.
//!
//! # Costs
//! The shadow of the whole region is written twice a call: some microseconds.

use nostd_alloc::heap::FreeList;
use nostd_alloc::memory::{AllocError, Allocator, Layout, Region};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::mem::MaybeUninit;
use std::ptr::NonNull;

const REGION_BYTES: usize = 256 << 10;

unsafe extern "C" {
    fn __asan_poison_memory_region(start: *const u8, bytes: usize);
    fn __asan_unpoison_memory_region(start: *const u8, bytes: usize);
}

/// A heap in a region.
pub struct Poisoned {
    heap: FreeList<Region<'static>>,
    region: *const u8,
    /// The blocks that are live, and how many bytes were asked for.
    live: RefCell<BTreeMap<usize, usize>>,
}

impl Poisoned {
    /// A heap in a region that stays.
    pub fn new() -> Poisoned {
        let region = Box::leak(vec![MaybeUninit::uninit(); REGION_BYTES].into_boxed_slice());
        let start = region.as_ptr().cast();
        Poisoned {
            heap: FreeList::new(Region::new(region)),
            region: start,
            live: RefCell::new(BTreeMap::new()),
        }
    }

    /// Lets the heap work on clean memory.
    fn with_heap<R>(&self, work: impl FnOnce(&FreeList<Region<'static>>) -> R) -> R {
        // SAFETY: the pointer comes from a region of that many bytes; poison changes no byte of it.
        unsafe { __asan_unpoison_memory_region(self.region, REGION_BYTES) };
        work(&self.heap)
    }

    /// Poisons all but the live blocks.
    fn close(&self) {
        // SAFETY: the pointers come from the region and from live blocks of it; poison changes no byte of them.
        unsafe {
            __asan_poison_memory_region(self.region, REGION_BYTES);
            for (start, bytes) in self.live.borrow().iter() {
                __asan_unpoison_memory_region(std::ptr::with_exposed_provenance(*start), *bytes);
            }
        }
    }

    /// As [`Allocator::allocate`]; a block is as long as was asked.
    pub fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = self.with_heap(|heap| heap.allocate(layout));
        if let Ok(block) = block {
            let start = block.cast::<u8>().as_ptr().expose_provenance();
            self.live.borrow_mut().insert(start, layout.size());
        }
        self.close();
        Ok(NonNull::slice_from_raw_parts(block?.cast(), layout.size()))
    }

    /// As [`Allocator::deallocate`].
    ///
    /// # Safety
    /// As there.
    pub unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        let known = self.live.borrow_mut().remove(&ptr.as_ptr().addr());
        assert_eq!(
            known,
            Some(layout.size()),
            "free of a block that is not live"
        );
        // SAFETY: contract of this function.
        self.with_heap(|heap| unsafe { heap.deallocate(ptr, layout) });
        self.close();
    }

    /// As [`Allocator::resize`].
    ///
    /// # Safety
    /// As there.
    pub unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        // SAFETY: contract of this function.
        let resized = self.with_heap(|heap| unsafe { heap.resize(ptr, old, new_size) });
        if resized.is_ok() {
            self.live.borrow_mut().insert(ptr.as_ptr().addr(), new_size);
        }
        self.close();
        resized.map(|_| new_size)
    }

    /// How many blocks are live; the heap is checked as a whole.
    pub fn live(&self) -> usize {
        self.with_heap(nostd_alloc::heap::Strategy::verify);
        self.close();
        self.live.borrow().len()
    }
}

impl Drop for Poisoned {
    fn drop(&mut self) {
        // The heap goes next, and looks at what it has kept.
        self.with_heap(|_| ());
    }
}
