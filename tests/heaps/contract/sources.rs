//! Every kind of memory that a heap may stand on.

use core::mem::MaybeUninit;
use nostd_alloc::heap::{Arena, Fallback, FreeList, Lifo, Locked, Sealed, Segregated};
use nostd_alloc::memory::{Allocator, Kernel, Ration, Region, Unreserved};

/// Makes a source and lends it.
type Run = fn(&mut dyn FnMut(&dyn Allocator));

/// One kind of memory.
pub(crate) struct Source {
    /// What it is called when a test fails.
    pub(crate) name: &'static str,
    /// Makes it and lends it.
    pub(crate) run: Run,
}

/// The bytes of the fixed regions: enough for blocks aligned to 1 MiB.
const REGION_BYTES: usize = 24 << 20;

pub(crate) const SOURCES: &[Source] = &[
    Source {
        name: "kernel pages",
        run: |visit| visit(&Kernel),
    },
    Source {
        name: "unreserved kernel pages",
        run: |visit| visit(&Unreserved),
    },
    Source {
        name: "a region",
        run: |visit| visit(&Region::new(&mut bytes(REGION_BYTES))),
    },
    Source {
        name: "a region that begins and ends at odd addresses",
        run: |visit| visit(&Region::new(&mut bytes(REGION_BYTES)[3..REGION_BYTES - 2])),
    },
    Source {
        name: "a ration of kernel pages",
        run: |visit| visit(&Ration::of_bytes(Kernel, REGION_BYTES)),
    },
    Source {
        name: "a ration of a region",
        run: |visit| {
            let mut bytes = bytes(REGION_BYTES);
            visit(&Ration::of_bytes(Region::new(&mut bytes), REGION_BYTES));
        },
    },
    Source {
        name: "another heap",
        run: |visit| visit(&FreeList::new(Kernel)),
    },
    Source {
        name: "a small region in front of kernel pages",
        run: |visit| {
            let mut bytes = bytes(200_000);
            visit(&Fallback::new(Region::new(&mut bytes), Kernel));
        },
    },
    Source {
        name: "a heap for the small, kernel pages for the large",
        run: |visit| {
            visit(&Segregated::<100_000, _, _>::new(
                FreeList::new(Kernel),
                Kernel,
            ))
        },
    },
    Source {
        name: "an arena behind a lock",
        run: |visit| visit(&Locked::<_>::new(Sealed::new(Arena::new(Kernel)))),
    },
    Source {
        name: "a heap that never merges, over a region",
        run: |visit| visit(&Lifo::new(Region::new(&mut bytes(REGION_BYTES)))),
    },
];

/// So many bytes that nobody has written.
fn bytes(count: usize) -> Box<[MaybeUninit<u8>]> {
    Box::new_uninit_slice(count)
}
