//! A heap like jemalloc's, in a dozen lines: pools for the small sizes, a general heap for the middle ones,
//! mappings of their own for the large ones, behind one lock, for a whole program.
#![no_std]
#![no_main]

use nostd_alloc::heap::{Counted, FreeList, Locked, Pool, Segregated, Strategy};
use nostd_alloc::memory::{Allocator, Kernel, Layout};
use nostd_alloc::println;

type Pages = Counted<Kernel>;
type Large = Segregated<{ 1 << 17 }, FreeList<Pages>, Pages>;
type Small = Segregated<64, Pool<64, Pages>, Segregated<128, Pool<128, Pages>, Large>>;
type Heap = Locked<Segregated<16, Pool<16, Pages>, Segregated<32, Pool<32, Pages>, Small>>>;

const fn pages() -> Pages {
    Counted::new(Kernel)
}

static HEAP: Heap = {
    let large = Segregated::new(FreeList::new(pages()), pages());
    let small = Segregated::new(Pool::new(pages()), large);
    let small = Segregated::new(Pool::new(pages()), small);
    let small = Segregated::new(Pool::new(pages()), small);
    Locked::new(Segregated::new(Pool::new(pages()), small))
};

nostd_alloc::entry!(main, example);

fn main() {
    for size in [10, 20, 30, 60, 100, 1000, 100_000, 1_000_000] {
        let layout = Layout::array::<u8>(size).expect("a small array");
        match HEAP.allocate(layout) {
            Ok(block) => println!("{size:>7} bytes: a block of {}", block.len()),
            Err(error) => println!("{size:>7} bytes: {error}"),
        }
    }
    HEAP.with(|heap| {
        let (p16, p32) = (heap.small(), heap.large().small());
        let small = heap.large().large();
        let (p64, p128) = (small.small(), small.large().small());
        let general = small.large().large().small();
        println!("16: {} blocks", p16.stats().blocks);
        println!("32: {} blocks", p32.stats().blocks);
        println!("64: {} blocks", p64.stats().blocks);
        println!("128: {} blocks", p128.stats().blocks);
        println!("general heap: {} blocks", general.stats().blocks);
        let mapped = small.large().large().large();
        println!("mapped apart: {} bytes", mapped.held_bytes());
    });
}
