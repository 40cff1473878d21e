//! Every strategy by name: the one table that the lab, the self-test and the contract tests walk.
//!
//! To add a strategy: its file, and its row here.

use super::{
    BestFit, Buddy, Bump, FirstFit, FreeList, HalfFit, Lifo, NextFit, SizeClasses, Spans, Strategy,
    Tlsf,
};
use crate::memory::Allocator;
use core::fmt;

/// Makes a heap over a source, lends it, and gives everything back to the source.
pub type Run = fn(&dyn Allocator, &mut dyn FnMut(&dyn Strategy));

/// One strategy.
#[derive(Clone, Copy)]
pub struct Row {
    /// What people call it, in lower case.
    pub name: &'static str,
    /// How it works, in one sentence.
    pub idea: &'static str,
    /// The paper or the program it comes from.
    pub source: &'static str,
    /// Makes a heap of this kind.
    pub run: Run,
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row({})", self.name)
    }
}

/// All strategies, the general heap first.
///
/// # Examples
/// ```
/// use nostd_alloc::heap::ROWS;
/// use nostd_alloc::memory::{Kernel, Layout};
///
/// for row in ROWS {
///     (row.run)(&Kernel, &mut |heap| {
///         let block = heap.allocate(Layout::new::<[u64; 10]>()).unwrap();
///         assert!(block.len() >= 80, "{}", row.name);
///         heap.verify();
///     });
/// }
/// ```
pub const ROWS: &[Row] = &[
    Row {
        name: "freelist",
        idea: "neighbours merge at once, free blocks wait in bins by size",
        source: "Knuth's boundary tags (1973), Lea's bins (1987)",
        run: |source, visit| visit(&FreeList::new(source)),
    },
    Row {
        name: "spans",
        idea: "small sizes in classes through hot stacks, the rest in chunks that merge",
        source: "Bonwick's slabs (1994), jemalloc's arrays of hot blocks (2006)",
        run: |source, visit| visit(&Spans::<_, true>::new(source)),
    },
    Row {
        name: "first-fit",
        idea: "the first free block, in the order of addresses, that is long enough",
        source: "Knuth (1968), algorithm A; bounds by Robson (1974)",
        run: |source, visit| visit(&FirstFit::new(source)),
    },
    Row {
        name: "next-fit",
        idea: "as first fit, but each search goes on where the last one ended",
        source: "Knuth (1968), exercise 6; compared by Bays (1977)",
        run: |source, visit| visit(&NextFit::new(source)),
    },
    Row {
        name: "best-fit",
        idea: "the smallest free block that is long enough",
        source: "Knuth (1968); bounds by Robson (1977)",
        run: |source, visit| visit(&BestFit::new(source)),
    },
    Row {
        name: "tlsf",
        idea: "two levels of lists by size, found by two words of bits: constant time",
        source: "Masmano, Ripoll, Crespo, Real (2004)",
        run: |source, visit| visit(&Tlsf::<_>::new(source)),
    },
    Row {
        name: "half-fit",
        idea: "one list for each doubling of the size: constant time, and it misses up to half",
        source: "Ogasawara (1995)",
        run: |source, visit| visit(&HalfFit::new(source)),
    },
    Row {
        name: "buddy",
        idea: "powers of two; a block merges with the one whose address differs in one bit",
        source: "Knowlton (1965)",
        run: |source, visit| visit(&Buddy::new(source)),
    },
    Row {
        name: "size-classes",
        idea: "pages of slots of one size, without headers: the layout says where a block belongs",
        source: "Bonwick's slabs (1994); classes as in jemalloc (2006)",
        run: |source, visit| visit(&SizeClasses::new(source)),
    },
    Row {
        name: "lifo",
        idea: "the first block on one list that is long enough; blocks never merge",
        source: "Kernighan and Ritchie (1978), without their merging",
        run: |source, visit| visit(&Lifo::new(source)),
    },
    Row {
        name: "bump",
        idea: "a pointer moves up; only the topmost block goes back",
        source: "Ross, the AED free storage package (1967)",
        run: |source, visit| visit(&Bump::new(source)),
    },
];

/// The row called `name`.
pub fn find(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.name == name)
}
