//! Hot stacks: the blocks of each class that were freed last, handed out first.
//!
//! ```text
//! slots   |0| a b c . . . . |      top, bottom, limit: addresses of slots
//!            ^bottom ^top ^limit
//! ```
//!
//! An array of addresses and no list through the blocks: a freed block is not touched, and there is no link
//! that a write after free could reach. Below each stack lies a slot that stays 0, so that the top one can be
//! read without asking whether there is one.
//!
//! A stack begins short. It doubles its limit when it has to be refilled. When it overflows, half of its blocks
//! go; if it overflows again before it was refilled, all of them do and its limit is halved, so a program that
//! only frees gives back many at a time and yet keeps few blocks, and few spans, from going back. Slots are
//! bookkeeping; where there is no memory for them, blocks go to their span and come from it one by one.
//!
//! # Costs
//! A request: two loads, a comparison, a store. A block that comes back: the same, and with the checks one look at
//! the map and one multiplication. 8 bytes a slot, up to twice as many as the longest limit.

use super::Spans;
use super::classes::{CLASSES, SHAPES, begins_block, class_from_layout};
use super::fault;
use super::meta::Meta;
use super::page::{Kind, Page};
use crate::heap::place::Place;
use crate::memory::{AllocError, Allocator, Layout};
use core::cell::Cell;
use core::ptr::{NonNull, with_exposed_provenance, with_exposed_provenance_mut};

const SLOT_BYTES: usize = size_of::<usize>();

/// Kinds of spare slots: up to 1024 of them.
const SPARES: usize = 11;

/// The slot below the bottom of a stack that has no slots yet.
static NO_SLOT: [usize; 2] = [0, 0];

/// The stacks of all classes.
///
/// # Invariants
/// - **Range**: `bottom <= top <= limit` for each class, all three within its slots (or the second word of
///   `NO_SLOT` before it has any), and `limit` is at most `capacity` slots above `bottom`.
/// - **Floor**: the slot below each bottom is 0.
/// - **Spare**: a spare is 0 or the slot below 2^index slots that no stack has; it holds the next one or 0.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Stacks {
    /// The tops of all classes, their limits, then their bottoms: a class is an index that the processor scales by
    /// itself. (In rows of three only so that the code that makes them is short.)
    ends: [[Cell<Slot>; 3]; CLASSES],
    capacity: [Cell<u16>; CLASSES],
    /// Whether a stack has overflowed since it was last refilled.
    falling: [Cell<bool>; CLASSES],
    /// Slots that a stack has outgrown, by the logarithm of their number.
    spare: [Cell<Place>; SPARES],
}

/// The address of a slot.
type Slot = *const Cell<usize>;

/// The ends of a stack that has no slots yet.
const NOWHERE: Slot = (&raw const NO_SLOT[1]).cast();

// SAFETY: by **Range** of `Stacks`, what it points to belongs to this heap alone (or is never written), so it
// goes where the heap goes.
unsafe impl Send for Stacks {}

impl Stacks {
    pub(super) const fn new() -> Stacks {
        // INVARIANT: **Range**, **Floor** and **Spare** hold: every stack is empty and full.
        Stacks {
            ends: [const { [const { Cell::new(NOWHERE) }; 3] }; CLASSES],
            capacity: [const { Cell::new(0) }; CLASSES],
            falling: [const { Cell::new(false) }; CLASSES],
            spare: [const { Cell::new(Place::NONE) }; SPARES],
        }
    }

    /// As `new`, in place: the stacks of all classes are long.
    pub(super) fn forget_all(&mut self) {
        // INVARIANT: as in `new`.
        for ends in &mut self.ends {
            *ends = [const { Cell::new(NOWHERE) }; 3];
        }
        self.capacity = [const { Cell::new(0) }; CLASSES];
        self.falling = [const { Cell::new(false) }; CLASSES];
        self.spare = [const { Cell::new(Place::NONE) }; SPARES];
    }

    #[inline(always)]
    fn top_slot(&self, class: usize) -> &Cell<Slot> {
        &self.ends.as_flattened()[class]
    }

    #[inline(always)]
    fn limit_slot(&self, class: usize) -> &Cell<Slot> {
        &self.ends.as_flattened()[CLASSES + class]
    }

    #[inline(always)]
    fn bottom_slot(&self, class: usize) -> &Cell<Slot> {
        &self.ends.as_flattened()[2 * CLASSES + class]
    }

    /// Takes the top block, if there is one.
    #[inline(always)]
    pub(super) fn pop(&self, class: usize) -> Option<NonNull<u8>> {
        let top = self.top_slot(class);
        // SAFETY: by **Range** and **Floor** of `Stacks`: there is a slot below each top.
        let slot = unsafe { top.get().sub(1) };
        // SAFETY: by **Floor** of `Stacks`, as above.
        let block = NonNull::new(with_exposed_provenance_mut(unsafe { (*slot).get() }))?;
        // INVARIANT: **Range** holds: by **Floor**, the slot is not the one below the bottom.
        top.set(slot);
        Some(block)
    }

    /// Puts a block on top, if there is room.
    #[inline(always)]
    pub(super) fn push(&self, class: usize, address: usize) -> bool {
        let top = self.top_slot(class);
        let slot = top.get();
        if slot == self.limit_slot(class).get() {
            return false;
        }
        bring(address);
        // INVARIANT: **Range** holds: the top was below the limit.
        // SAFETY: by **Range** of `Stacks`: that the slot is below the limit was checked above.
        unsafe {
            (*slot).set(address);
            top.set(slot.add(1));
        }
        true
    }

    /// The block on top, or 0.
    #[inline(always)]
    pub(super) fn top(&self, class: usize) -> usize {
        // SAFETY: by **Range** and **Floor** of `Stacks`: there is a slot below each top.
        unsafe { (*self.top_slot(class).get().sub(1)).get() }
    }

    /// How many blocks are on a stack. (Not inlined: a loop over all classes would be unrolled many times.)
    #[inline(never)]
    pub(super) fn count(&self, class: usize) -> usize {
        (self.top_slot(class).get().addr() - self.bottom_slot(class).get().addr()) / SLOT_BYTES
    }

    /// How many blocks a stack takes before it overflows.
    pub(super) fn room(&self, class: usize) -> usize {
        (self.limit_slot(class).get().addr() - self.bottom_slot(class).get().addr()) / SLOT_BYTES
    }

    /// The blocks on a stack, the lowest first.
    pub(super) fn blocks(&self, class: usize) -> &[Cell<usize>] {
        // SAFETY: by **Range** of `Stacks`.
        unsafe { core::slice::from_raw_parts(self.bottom_slot(class).get(), self.count(class)) }
    }

    /// Doubles the limit of an empty stack as far as there is memory, and returns the slots of its lower half.
    pub(super) fn widen<A: Allocator>(
        &self,
        meta: &Meta,
        source: &A,
        class: usize,
    ) -> &[Cell<usize>] {
        self.falling[class].set(false);
        let wished = (self.room(class) * 2).clamp(room_min(class) / 4, SHAPES[class].depth());
        if wished > self.capacity(class) {
            self.take_slots(meta, source, class, wished);
        }
        let room = wished.min(self.capacity(class));
        self.set_room(class, room);
        // SAFETY: by **Range** of `Stacks`.
        unsafe { core::slice::from_raw_parts(self.bottom_slot(class).get(), room.div_ceil(2)) }
    }

    /// How many slots a stack has.
    fn capacity(&self, class: usize) -> usize {
        self.capacity[class].get() as usize
    }

    /// Gives an empty stack new slots, if there is memory; the old ones wait for another stack.
    fn take_slots<A: Allocator>(&self, meta: &Meta, source: &A, class: usize, count: usize) {
        let slots = match self.spare_of(count).and_then(take_spare) {
            Some(slots) => slots,
            // The word below the bottom is zero, as all bookkeeping is at first.
            None => match meta.take(source, (1 + count) * SLOT_BYTES) {
                Ok(slots) => slots,
                Err(AllocError) => return,
            },
        };
        if let Some(spare) = self.spare_of(self.capacity(class)) {
            keep_spare(
                spare,
                Place(self.bottom_slot(class).get().addr() - SLOT_BYTES),
            );
        }
        let bottom = with_exposed_provenance(slots.0 + SLOT_BYTES);
        // INVARIANT: **Range** and **Floor** hold with the new slots: the stack is empty.
        self.top_slot(class).set(bottom);
        self.limit_slot(class).set(bottom);
        self.bottom_slot(class).set(bottom);
        self.capacity[class].set(count as u16);
    }

    /// Where so many slots are kept when they are spare, if they are.
    fn spare_of(&self, count: usize) -> Option<&Cell<Place>> {
        let kept = count.is_power_of_two().then(|| count.ilog2() as usize)?;
        self.spare.get(kept)
    }

    /// Sets the limit, which is at most the capacity.
    fn set_room(&self, class: usize, room: usize) {
        // INVARIANT: **Range** holds when the top is at most there (contract of the callers).
        self.limit_slot(class)
            .set(self.bottom_slot(class).get().wrapping_add(room));
    }

    /// Halves the limit if the stack has not been refilled since it last overflowed; returns how many blocks are
    /// to go: then all of them, else as many as leave half of the limit.
    pub(super) fn narrow(&self, class: usize) -> usize {
        let room = self.room(class);
        if self.falling[class].replace(true) {
            // INVARIANT: **Range** holds again when all blocks have gone (contract of this function).
            self.set_room(class, (room / 2).max(room_min(class)).min(room));
            return self.count(class);
        }
        self.count(class) - room / 2
    }

    /// Says that a stack which was empty holds `count` blocks, written to its lowest slots.
    pub(super) fn filled(&self, class: usize, count: usize) {
        // INVARIANT: **Range** holds: `widen` has lent no more slots than up to the limit.
        self.top_slot(class)
            .set(self.bottom_slot(class).get().wrapping_add(count));
    }

    /// Sets the limit of an empty stack to the shortest one, or to one block until it is refilled.
    pub(super) fn shorten(&self, class: usize, tight: bool) {
        let least = if tight { 1 } else { room_min(class) };
        self.set_room(class, self.room(class).min(least));
    }

    /// Takes the lowest `count` blocks off, which have gone.
    pub(super) fn drop_lowest(&self, class: usize, count: usize) {
        let blocks = self.blocks(class);
        for (to, from) in blocks.iter().zip(&blocks[count..]) {
            to.set(from.get());
        }
        self.filled(class, blocks.len() - count);
    }
}

/// Takes the first of a kind of spare slots.
fn take_spare(spare: &Cell<Place>) -> Option<Place> {
    let slots = spare.get();
    if slots.is_none() {
        return None;
    }
    // SAFETY: by **Spare** of `Stacks`.
    unsafe {
        // INVARIANT: **Spare** holds again without these, and **Floor** for them.
        spare.set(Place(slots.word(0)));
        slots.set_word(0, 0);
    }
    Some(slots)
}

/// Keeps slots that no stack has any more.
fn keep_spare(spare: &Cell<Place>, slots: Place) {
    // SAFETY: the word comes from `take_slots`, below the slots that it gave.
    unsafe { slots.set_word(0, spare.get().0) };
    // INVARIANT: **Spare** holds again with these.
    spare.set(slots);
}

/// Has the first line of a block come near, whose next owner will write it soon: where a program gives back what it
/// has not touched for long, the way from memory is then behind it.
#[inline(always)]
fn bring(address: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: checked by the processor: a prefetch of any address changes no state that a program sees, and never
    // faults.
    unsafe {
        use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(with_exposed_provenance(address));
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}

/// Whether the page of `address` belongs to a span of `class`, in which a block begins there.
#[inline(always)]
pub(super) fn is_block(class: usize, address: usize, page: &Page) -> bool {
    // SAFETY: that it is a page of a span is checked first: a class is no other kind of page.
    page.kind.get() == Kind::span(class)
        && begins_block(class, unsafe { page.offset_in_span(address) })
}

/// What the limit of a stack does not fall below once it was there: few blocks where they are large. It begins
/// with a quarter.
fn room_min(class: usize) -> usize {
    match SHAPES[class].block_bytes() {
        0..=128 => 32,
        129..=512 => 16,
        _ => 8,
    }
}

impl<A: Allocator, const CHECKED: bool> Spans<A, CHECKED> {
    /// Whether `address` may be a live block of `class`: the start of a block in a span of that class, and not
    /// the block on top of the stack. Asks only what one look at the map can tell.
    #[inline(always)]
    pub(super) fn is_sound(&self, class: usize, address: usize) -> bool {
        let is_block = |page: &Page| is_block(class, address, page);
        self.map.near.ask(address, is_block) && self.stacks.top(class) != address
    }

    /// Takes back a small block that one look could not vouch for, or ends the program.
    #[cold]
    #[inline(never)]
    pub(super) fn deallocate_doubtful(&self, address: usize, layout: Layout) {
        self.check_small(address, layout);
        if let Some((chunk, _)) = self.map.chunk_at(address) {
            // It was lent.
            return self.take_back_and_settle(chunk);
        }
        if let Some(class) = class_from_layout(layout)
            && !self.stacks.push(class, address)
        {
            self.overflow(class, address);
        }
    }

    /// Ends the program unless `address` may be a live block with this layout.
    #[cold]
    #[inline(never)]
    pub(super) fn check_small(&self, address: usize, layout: Layout) {
        let sound = class_from_layout(layout).is_some_and(|class| {
            let page = self.map.find(address);
            page.is_some_and(|page| is_block(class, address, page))
                && self.stacks.top(class) != address
        });
        if !sound && !self.is_lent(address, layout) {
            self.misused(address, layout);
        }
    }

    /// Ends the program with the line that fits: `address`, named with `layout`, is no live block.
    #[cold]
    #[inline(never)]
    pub(in crate::heap) fn misused(&self, address: usize, layout: Layout) -> ! {
        let Some(page) = self.map.find(address) else {
            fault::invalid_free(address);
        };
        let Some(class) = page.kind.get().class() else {
            match self.map.chunk_at(address) {
                Some((_, true)) => fault::double_free(address),
                Some((chunk, false)) => fault::layout_mismatch(address, layout.size(), chunk.bytes),
                None => fault::invalid_free(address),
            }
        };
        if !begins_block(class, page.offset(address)) {
            fault::invalid_free(address);
        }
        if class_from_layout(layout) == Some(class) {
            fault::double_free(address);
        }
        fault::layout_mismatch(address, layout.size(), SHAPES[class].block_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Kernel;

    #[test]
    fn slots_that_a_stack_outgrows_serve_another() {
        let heap: Spans<Kernel> = Spans::new(Kernel);
        let (meta, source, stacks) = (&heap.meta, &heap.source, &heap.stacks);
        stacks.take_slots(meta, source, 3, 16);
        let outgrown = stacks.bottom_slot(3).get();
        stacks.take_slots(meta, source, 3, 32);
        stacks.take_slots(meta, source, 5, 16);
        assert_eq!(stacks.bottom_slot(5).get(), outgrown);
        assert_ne!(stacks.bottom_slot(3).get(), outgrown);
        for class in [3, 5] {
            stacks.set_room(class, 16);
            assert!(stacks.push(class, 64) && stacks.pop(class).is_some());
            assert_eq!(stacks.top(class), 0, "Floor");
        }
        stacks.take_slots(meta, source, 7, 16);
        assert_ne!(stacks.bottom_slot(7).get(), outgrown, "they serve once");
    }
}
