//! Runs of pages that are offered to the source: it may take their memory whenever it needs some, and until then
//! the heap may have them again.
//!
//! A page that goes back and is asked for again costs a page fault: six times what it costs to offer it and to
//! write to it again. What of it is likely to be wanted again says `forecast.rs`.
//!
//! ```text
//! first page of a run    kind, born 1, reach: pages of the run, ring of runs
//! last one, if another   kind, born 0, reach: pages back to the first
//! ```
//!
//! An offered run is in no chunk and is not held; runs that touch are one. Growth takes runs before it asks the
//! source. Held and offered bytes together are never more than was held at the most. When
//! none was wanted for long, all of them go to the source.
//!
//! # Costs
//! Constant time to offer a run; up to [`LOOKS`] looks to take one. No memory but the entries of two pages.
//!
//! # Source
//! Evans's jemalloc (version 5) offers pages before they go back, by the clock.

use super::Spans;
use super::chunk::Chunk;
use super::forecast::Forecast;
use super::page::{Kind, NO_PAGE, Page};
use crate::heap::place::Place;
use crate::memory::{AllocError, Allocator, PAGE_BYTES};
use core::cell::Cell;

/// Runs that are looked at for one that is long enough, those first that were offered first.
const LOOKS: usize = 32;

/// Growth into offered runs, in steps: they cost no system call.
const OFFERED_STEPS: usize = 4;

/// What `born` says of the first page of a run.
const FIRST: u8 = 1;

/// The runs.
///
/// # Invariants
/// - **Runs**: `head` is [`NO_PAGE`] or names the first page of a run, the one offered first; all runs are on its
///   ring. A run is pages of the source that are in no chunk, span or block apart; no two touch.
/// - **Sum**: `bytes` is the sum of their lengths.
#[derive(Debug)]
pub(super) struct Offers {
    head: Cell<u32>,
    bytes: Cell<usize>,
    pub(super) forecast: Forecast,
}

impl Offers {
    pub(super) const fn new() -> Offers {
        // INVARIANT: **Runs** and **Sum** hold: there is none.
        Offers {
            head: Cell::new(NO_PAGE),
            bytes: Cell::new(0),
            forecast: Forecast::new(),
        }
    }

    /// The bytes of all runs.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.get()
    }

    /// Whether there are runs of which none was wanted for long, if so many bytes are likely to be.
    #[inline]
    pub(super) fn is_old(&self, likely: usize) -> bool {
        self.forecast.is_old(likely) && self.bytes.get() > 0
    }
}

/// The length of the run that begins at a page with this entry, if one does.
pub(super) fn run_bytes(page: &Page) -> Option<usize> {
    let begins = page.kind.get() == Kind::OFFERED && page.born.get() == FIRST;
    begins.then(|| page.reach.get() as usize * PAGE_BYTES)
}

impl<A: Allocator, const CHECKED: bool> Spans<A, CHECKED> {
    /// Notes that the source is to hand out so many bytes: again, if as many went back before.
    pub(super) fn note_again(&self, bytes: usize) {
        if bytes <= self.went_back() {
            (self.offers.forecast).note_again(bytes, self.supply.held_bytes_peak());
        }
    }

    /// Bytes that are neither held nor offered and once were.
    #[inline(never)]
    fn went_back(&self) -> usize {
        (self.supply.held_bytes_peak() - self.supply.held_bytes())
            .saturating_sub(self.offers.bytes())
    }

    /// Offers pages as far as they are likely to be wanted again, and gives the others back.
    ///
    /// # Safety
    /// - The pages came from the source, are held no more, and nobody uses them; the map knows nothing of them.
    pub(super) unsafe fn part_with(&self, start: usize, length: usize) {
        let likely = self.likely(self.in_use());
        let room = likely.saturating_sub(self.offers.bytes());
        let room = room.min(self.went_back()) / PAGE_BYTES * PAGE_BYTES;
        let mut offered = length.min(room);
        // SAFETY: contract of this function.
        if offered > 0 && unsafe { self.offer(start, offered) }.is_err() {
            offered = 0;
        }
        // SAFETY: contract of this function: nobody uses the rest either.
        unsafe { self.give_run_back(start + offered, length - offered) };
    }

    /// Offers pages as a run.
    ///
    /// # Safety
    /// - As `part_with`.
    ///
    /// # Errors
    /// [`AllocError`] if the source has no use for them, or if there is no memory for their entries.
    unsafe fn offer(&self, start: usize, length: usize) -> Result<(), AllocError> {
        let (map, source) = (&self.map, &self.source);
        map.cover(&self.meta, source, start, start + length)?;
        // SAFETY: contract of this function.
        unsafe { source.offer(Place(start).ptr(), length)? };
        let (mut start, mut end) = (start, start + length);
        if let Some(after) = map.find(end).and_then(run_bytes) {
            self.forget_run(end);
            end += after;
        }
        if let Some(before) = self.run_before(start) {
            self.forget_run(before);
            start = before;
        }
        self.set_run(start, end - start);
        self.offers.forecast.renew();
        Ok(())
    }

    /// Where the run begins that ends at `end`, if there is one.
    fn run_before(&self, end: usize) -> Option<usize> {
        let last = end - PAGE_BYTES;
        let page = self.map.find(last)?;
        let back = match page.born.get() {
            FIRST => 0,
            _ => page.reach.get() as usize * PAGE_BYTES,
        };
        (page.kind.get() == Kind::OFFERED).then(|| last - back)
    }

    /// Puts pages that have entries on the ring, as the run that was offered last.
    fn set_run(&self, start: usize, length: usize) {
        let (page, pages) = (self.map.entry(start), (length / PAGE_BYTES) as u32);
        let last = self.map.entry(start + length - PAGE_BYTES);
        last.clear(Kind::OFFERED);
        last.reach.set(pages - 1);
        page.clear(Kind::OFFERED);
        page.born.set(FIRST);
        page.reach.set(pages);
        // INVARIANT: **Runs** and **Sum** hold again with the run at the end of the ring.
        self.map
            .link(&self.offers.head, self.map.number(start), page);
        self.offers.bytes.set(self.offers.bytes() + length);
    }

    /// Takes the run off the ring that begins at `start`.
    fn forget_run(&self, start: usize) {
        let page = self.map.entry(start);
        let length = page.reach.get() as usize * PAGE_BYTES;
        // INVARIANT: **Runs** and **Sum** hold again without the run.
        self.map
            .unlink(&self.offers.head, self.map.number(start), page);
        self.offers.bytes.set(self.offers.bytes() - length);
        page.clear(Kind::NONE);
        self.map
            .entry(start + length - PAGE_BYTES)
            .clear(Kind::NONE);
    }

    /// Takes an offered run back in which a chunk of `bytes` at `align` fits, or all of them if they may merge to
    /// one; whether it did.
    pub(super) fn regain(&self, bytes: usize, align: usize) -> bool {
        let wished = (self.step() * OFFERED_STEPS).max(bytes);
        if align > PAGE_BYTES {
            return false;
        }
        if let Some(run) = self.take_offered(bytes, wished) {
            self.hold_run(run);
            return true;
        }
        // To offer them anew costs about an eighth of what so many fresh pages do.
        let offered = self.offers.bytes();
        if bytes > offered + self.bins.bytes() || bytes < offered / 8 {
            return false;
        }
        while let Some(run) = self.take_offered(PAGE_BYTES, offered) {
            self.hold_run(run);
        }
        true
    }

    /// Makes a run that was offered a free chunk.
    fn hold_run(&self, run: Chunk) {
        self.hold_pages(run);
        self.put_chunk(run);
        self.note_use();
    }

    /// Takes `wished` bytes, or at least `need`, as whole pages out of a run; each has an entry. `None` if no run is
    /// long enough, or if there is no memory for entries.
    pub(super) fn take_offered(&self, need: usize, wished: usize) -> Option<Chunk> {
        let wished = wished.next_multiple_of(PAGE_BYTES);
        let run = self
            .tightest_run(wished)
            .or_else(|| self.tightest_run(need))?;
        let (map, source) = (&self.map, &self.source);
        map.cover(&self.meta, source, run.start.0, run.end().0)
            .ok()?;
        self.forget_run(run.start.0);
        let bytes = wished.min(run.bytes);
        if bytes < run.bytes {
            self.set_run(run.start.0 + bytes, run.bytes - bytes);
        }
        self.offers.forecast.renew();
        let start = run.start;
        Some(Chunk { start, bytes })
    }

    /// The shortest of the runs looked at that has so many bytes: long ones stay for long blocks.
    fn tightest_run(&self, bytes: usize) -> Option<Chunk> {
        let (mut best, mut looks): (Option<Chunk>, usize) = (None, 0);
        self.for_each_run(|start, length| {
            looks += 1;
            let tighter = best.is_none_or(|best| length < best.bytes);
            if length >= bytes && tighter {
                let (start, bytes) = (Place(start), length);
                best = Some(Chunk { start, bytes });
            }
            looks < LOOKS
        });
        best
    }

    /// Gives runs back, those first that were offered first, until at most `bytes` are left.
    pub(super) fn withdraw_down_to(&self, bytes: usize) {
        while self.offers.bytes() > bytes {
            let start = self.map.address(self.offers.head.get());
            let length = self.map.entry(start).reach.get() as usize * PAGE_BYTES;
            self.forget_run(start);
            // SAFETY: by **Runs** of `Offers`: pages of the source that nobody uses.
            unsafe { self.give_run_back(start, length) };
        }
    }

    /// Gives runs back until held and offered bytes together are no more than was once held.
    pub(super) fn withdraw_excess(&self) {
        let most = self.supply.held_bytes_peak() - self.supply.held_bytes();
        self.withdraw_down_to(most);
    }

    /// Gives old runs back.
    #[cold]
    pub(super) fn withdraw_old(&self) {
        self.offers.forecast.lower();
        self.withdraw_down_to(0);
    }

    /// Calls `visit` with the start and the length of each run, the one that was offered first first, as long as it
    /// answers `true`.
    pub(super) fn for_each_run(&self, mut visit: impl FnMut(usize, usize) -> bool) {
        let head = self.offers.head.get();
        let mut number = head;
        while number != NO_PAGE {
            let page = self.map.numbered(number);
            let next = page.next.get();
            let on = visit(self.map.address(number), run_bytes(page).unwrap_or(0));
            number = if on && next != head { next } else { NO_PAGE };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::Strategy;
    use crate::memory::{Kernel, Layout};
    use core::ptr::NonNull;

    /// So much larger are blocks of a heap that is not small.
    const LARGE: usize = 12;

    /// Blocks of many sizes, 6 MiB together or so many times as much, each filled with its number, and asked for what
    /// it holds.
    fn cycle(heap: &Spans<Kernel>, times: usize) -> usize {
        let layout = |number: usize| {
            Layout::from_size_align((100 + number * 977 % 60_000) * times, 8).unwrap()
        };
        let mut blocks = [NonNull::dangling(); 200];
        for (number, block) in blocks.iter_mut().enumerate() {
            *block = heap.allocate(layout(number)).unwrap().cast::<u8>();
            // SAFETY: the block came from the heap just now, with this size.
            unsafe { block.write_bytes(number as u8, layout(number).size()) };
        }
        let offered = heap.offers.bytes();
        for (number, &block) in blocks.iter().enumerate() {
            let bytes = NonNull::slice_from_raw_parts(block, layout(number).size());
            // SAFETY: the block comes from the loop above, with this size.
            unsafe {
                let mut some = bytes.as_ref().iter().step_by(times * times);
                assert!(some.all(|&byte| byte == number as u8));
                heap.deallocate(block, layout(number));
            }
        }
        heap.verify();
        offered
    }

    #[test]
    fn what_was_wanted_again_is_offered_the_next_time_and_serves_growth() {
        for (times, once) in [(1, 5 << 20..6 << 20), (LARGE, 0..1)] {
            let heap: Spans<Kernel> = Spans::new(Kernel);
            assert_eq!(cycle(&heap, times), 0);
            assert!(once.contains(&heap.offers.bytes()), "{times}");
            cycle(&heap, times);
            let after = heap.offers.bytes();
            assert!(after > (5 * times) << 20, "{after} bytes are offered");
            let most = heap.supply.held_bytes_peak();
            for _ in 0..4 {
                assert!(cycle(&heap, times) < after / 4, "growth takes runs first");
                assert!(heap.supply.held_bytes_peak() < most + most / 8);
            }
            heap.trim();
            assert_eq!(heap.offers.bytes(), 0);
            assert!(heap.supply.held_bytes() < 64 << 10);
        }
    }

    #[test]
    fn what_goes_the_first_time_is_offered_as_long_as_twice_as_much_is_in_use() {
        let heap: Spans<Kernel> = Spans::new(Kernel);
        let layout = Layout::new::<[u8; 100 << 10]>();
        let blocks = [(); 700].map(|()| heap.allocate(layout).unwrap().cast());
        let mut most = 0;
        for block in blocks {
            // SAFETY: the block comes from the heap, with this layout.
            unsafe { heap.deallocate(block, layout) };
            most = most.max(heap.offers.bytes());
            // Runs are looked at each time that half of what was in use has gone.
            assert!(heap.offers.bytes() <= heap.in_use() + (128 << 10));
        }
        assert!(most > 512 << 10 && heap.offers.bytes() == 0, "{most}");
        heap.verify();
    }

    #[test]
    fn runs_and_what_lies_between_them_merge_for_a_long_block() {
        let heap: Spans<Kernel> = Spans::new(Kernel);
        let layout = |kib: usize| Layout::from_size_align(kib << 10, 8).unwrap();
        let take = |kib| heap.allocate(layout(kib)).unwrap().cast();
        // SAFETY: each block comes from the heap, with this layout.
        let free = |block, kib| unsafe { heap.deallocate(block, layout(kib)) };
        let whole = take(250);
        free(whole, 250);
        let parts = [100, 50, 100].map(take);
        for end in [0, 2] {
            free(parts[end], 100);
            heap.give_back_down_to(0, PAGE_BYTES);
        }
        assert_eq!(heap.offers.bytes(), 200 << 10);
        free(parts[1], 50);
        let held_peak = heap.supply.held_bytes_peak();
        assert_eq!(take(250), whole);
        assert_eq!(heap.supply.held_bytes_peak(), held_peak);
        heap.verify();
    }

    #[test]
    fn old_runs_go_back() {
        let heap: Spans<Kernel> = Spans::new(Kernel);
        let layout = Layout::new::<[u64; 600]>();
        let (_, _) = (cycle(&heap, LARGE), cycle(&heap, LARGE));
        let (again, mut came) = (heap.likely(0), 0);
        while heap.offers.bytes() > 0 {
            let block = heap.allocate(layout).unwrap().cast();
            // SAFETY: the block comes from the heap, with this layout.
            unsafe { heap.deallocate(block, layout) };
            came += layout.size();
        }
        assert!((again * 7..again * 9).contains(&came), "{came}");
        assert_eq!(heap.likely(0), again / 2);
        heap.verify();
    }

    #[test]
    #[should_panic(expected = "Runs: their sum")]
    fn a_run_that_nobody_counted_is_found() {
        let heap: Spans<Kernel> = Spans::new(Kernel);
        cycle(&heap, 1);
        heap.offers.bytes.set(heap.offers.bytes() - PAGE_BYTES);
        heap.verify();
    }
}
