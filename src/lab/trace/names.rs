//! Which block a name in a recording means: numbers or addresses in, the slots of a dense table out.
//!
//! A recording names its blocks by anything of 64 bits, and uses a name again once its block is freed. What
//! follows wants small numbers without gaps, so each live name has a *slot*: the one that was freed last,
//! else a new one. There are as many slots as blocks were ever live at once.
//!
//! ```text
//! index    | - | 2 | 0*| - | 1 | - | - | - |     open addressing; a power of two; a slot, or none
//!                |   |       |
//! records  | name line | name line | name line |     by slot; a free one links to the free one before it
//! ```
//!
//! Most recordings count their names up from 0, or take them from one heap, where neighbours are close: so
//! the lowest bits of a name are its home in the index as they are, and only the higher bits are stirred in.
//! Dense names then never collide. In a run of names each entry is at least as far from home as the one
//! before it minus one (Celis's Robin Hood hashing, 1986), so a search ends, and a removal closes its gap, at
//! the first entry that is at home. Those that are not have a mark (* above): a removal need not look at names.
//!
//! # Costs
//! 16 bytes a slot and at most 10.7 bytes of index a live name, in pages that may stay untouched. A look-up
//! touches the index and one record.

use super::What;
use crate::collections::Vec;
use crate::memory::Unreserved;

/// Where no slot is; there are fewer.
const NONE: u32 = AWAY - 1;

/// The mark in the index of a slot whose name is not at home.
const AWAY: u32 = 1 << 31;

/// The index begins with so many entries.
const INDEX_LENGTH_MIN: usize = 1024;

/// What is known of a slot.
#[derive(Clone, Copy)]
struct Record {
    /// The name of the block; of a free slot, the free slot before it.
    name: u64,
    /// The line that made the block; 0 of a free slot.
    line: u32,
}

/// The live names of a recording.
pub(super) struct Names {
    index: Vec<u32, Unreserved>,
    records: Vec<Record, Unreserved>,
    /// The slot that was freed last.
    free: u32,
    live: usize,
    /// The logarithm of the length of the index.
    index_bits: u32,
}

impl Names {
    /// No names.
    pub(super) fn new() -> Result<Names, What> {
        let mut names = Names {
            index: Vec::new_in(Unreserved),
            records: Vec::new_in(Unreserved),
            free: NONE,
            live: 0,
            index_bits: INDEX_LENGTH_MIN.ilog2(),
        };
        fill(&mut names.index, INDEX_LENGTH_MIN, NONE)?;
        Ok(names)
    }

    /// The slot of a live name.
    pub(super) fn find(&self, name: u64) -> Option<u32> {
        let home = self.home(name);
        let slot = self.slot_at(home);
        match self.record(slot)?.name == name {
            true => Some(slot),
            false => self.search_from(home, name).ok().map(|(slot, _)| slot),
        }
    }

    /// Gives a name a slot. `None` if it is live or there is no memory, as [`refusal`](Names::refusal) says.
    pub(super) fn insert(&mut self, name: u64, line: u32) -> Option<u32> {
        let home = self.home(name);
        if self.is_crowded() || self.entry(home) != NONE {
            return self.insert_away(name, line);
        }
        let slot = self.take_slot(Record { name, line })?;
        self.set_entry(home, slot);
        self.live += 1;
        Some(slot)
    }

    /// The same where the home of the name may be taken.
    #[inline(never)]
    fn insert_away(&mut self, name: u64, line: u32) -> Option<u32> {
        if self.is_crowded() {
            self.grow().ok()?;
        }
        let (at, distance) = self.search_from(self.home(name), name).err()?;
        let slot = self.take_slot(Record { name, line })?;
        self.place(slot, at, distance);
        self.live += 1;
        Some(slot)
    }

    /// Why a name got no slot.
    #[cold]
    pub(super) fn refusal(&self, name: u64) -> What {
        match self.find(name).and_then(|slot| self.record(slot)) {
            Some(record) => What::AlreadyLive(name, record.line),
            None => What::OutOfMemory,
        }
    }

    /// Takes a live name away, and frees its slot. `None` if it is not live.
    pub(super) fn remove(&mut self, name: u64) -> Option<u32> {
        let slot = self.unbind(name)?;
        let link = u64::from(self.free);
        if let Some(record) = self.records.get_mut(slot as usize) {
            *record = Record {
                name: link,
                line: 0,
            };
        }
        self.free = slot;
        Some(slot)
    }

    /// Takes a live name away from its slot, which stays taken. `None` if it is not live.
    #[inline]
    pub(super) fn unbind(&mut self, name: u64) -> Option<u32> {
        let home = self.home(name);
        let slot = self.slot_at(home);
        let next = self.entry((home + 1) & (self.index.len() - 1));
        if self.record(slot)?.name != name || next & AWAY != 0 {
            return self.unbind_away(name);
        }
        self.set_entry(home, NONE);
        self.live -= 1;
        Some(slot)
    }

    /// The same where the name may not be at home, or others not because of it.
    #[inline(never)]
    fn unbind_away(&mut self, name: u64) -> Option<u32> {
        let (slot, at) = self.search_from(self.home(name), name).ok()?;
        self.close_gap(at);
        self.live -= 1;
        Some(slot)
    }

    /// Gives a taken slot without a name a new one, which is not live.
    pub(super) fn bind(&mut self, name: u64, slot: u32, line: u32) {
        if let Some(record) = self.records.get_mut(slot as usize) {
            *record = Record { name, line };
        }
        self.place(slot, self.home(name), 0);
        self.live += 1;
    }

    /// Whether another name would make the index grow.
    #[inline]
    fn is_crowded(&self) -> bool {
        (self.live + 1) * 4 > self.index.len() * 3
    }

    #[inline]
    fn record(&self, slot: u32) -> Option<&Record> {
        self.records.get(slot as usize)
    }

    /// What stands at a place of the index: a slot, marked if its name has its home elsewhere, or none.
    #[inline]
    fn entry(&self, at: usize) -> u32 {
        self.index.get(at).copied().unwrap_or(NONE)
    }

    fn slot_at(&self, at: usize) -> u32 {
        self.entry(at) & !AWAY
    }

    fn set_entry(&mut self, at: usize, entry: u32) {
        if let Some(place) = self.index.get_mut(at) {
            *place = entry;
        }
    }

    /// The slot that was freed last, or a new one; `None` without memory.
    #[inline]
    fn take_slot(&mut self, record: Record) -> Option<u32> {
        let slot = self.free;
        if let Some(free) = self.records.get_mut(slot as usize) {
            self.free = free.name as u32;
            *free = record;
            return Some(slot);
        }
        let slot = self.records.len();
        if slot >= NONE as usize {
            return None;
        }
        self.records.try_push(record).ok()?;
        Some(slot as u32)
    }

    /// Where the search for a name begins.
    #[inline]
    fn home(&self, name: u64) -> usize {
        /// 2^64 divided by the golden ratio: the high bits of a product spread best (Knuth 6.4).
        const STIRRER: u64 = 0x9e37_79b9_7f4a_7c15;
        let high = name >> self.index_bits;
        if high == 0 {
            return name as usize;
        }
        let stirred = high.wrapping_mul(STIRRER) >> (u64::BITS - self.index_bits);
        name.wrapping_add(stirred) as usize & (self.index.len() - 1)
    }

    /// Where the search for the name of a taken slot begins.
    fn home_of(&self, slot: u32) -> usize {
        self.home(self.record(slot).map_or(0, |record| record.name))
    }

    /// How far the entry at `at` stands from home.
    fn distance(&self, at: usize, slot: u32) -> usize {
        at.wrapping_sub(self.home_of(slot)) & (self.index.len() - 1)
    }

    /// The slot of a name and where in the index it stands; else where it would, and how far from home.
    #[inline(never)]
    fn search_from(&self, home: usize, name: u64) -> Result<(u32, usize), (usize, usize)> {
        let mut at = home;
        let mut distance = 0;
        loop {
            let slot = self.slot_at(at);
            match self.record(slot) {
                None => return Err((at, distance)),
                Some(record) if record.name == name => return Ok((slot, at)),
                Some(_) if self.distance(at, slot) < distance => return Err((at, distance)),
                Some(_) => {}
            }
            at = (at + 1) & (self.index.len() - 1);
            distance += 1;
        }
    }

    /// Puts a slot into the index at `at`, `distance` from home, or further on: whoever is nearer to home
    /// makes room.
    fn place(&mut self, slot: u32, at: usize, distance: usize) {
        let (mut slot, mut at, mut distance) = (slot, at, distance);
        loop {
            let other = self.slot_at(at);
            let other_distance = match other {
                NONE => 0,
                _ => self.distance(at, other),
            };
            if other == NONE || other_distance < distance {
                let mark = if distance == 0 { 0 } else { AWAY };
                self.set_entry(at, slot | mark);
                if other == NONE {
                    return;
                }
                slot = other;
                distance = other_distance;
            }
            at = (at + 1) & (self.index.len() - 1);
            distance += 1;
        }
    }

    /// Empties an entry; those behind it that are not at home move up.
    fn close_gap(&mut self, at: usize) {
        let mut gap = at;
        loop {
            let next = (gap + 1) & (self.index.len() - 1);
            let entry = self.entry(next);
            if entry & AWAY == 0 {
                self.set_entry(gap, NONE);
                return;
            }
            let slot = entry & !AWAY;
            let is_home = self.distance(gap, slot) == 0;
            self.set_entry(gap, if is_home { slot } else { entry });
            gap = next;
        }
    }

    /// Doubles the index. On an error nothing has changed.
    fn grow(&mut self) -> Result<(), What> {
        let mut index = Vec::new_in(Unreserved);
        fill(&mut index, self.index.len() * 2, NONE)?;
        let old = core::mem::replace(&mut self.index, index);
        self.index_bits += 1;
        for slot in old.iter().map(|entry| entry & !AWAY) {
            if slot != NONE {
                self.place(slot, self.home_of(slot), 0);
            }
        }
        Ok(())
    }
}

/// Makes a table of `length` times `value`.
pub(super) fn fill<T: Clone>(
    table: &mut Vec<T, Unreserved>,
    length: usize,
    value: T,
) -> Result<(), What> {
    table
        .try_resize(length, value)
        .map_err(|_| What::OutOfMemory)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use std::vec::Vec as StdVec;

    /// Random numbers that are the same every time (Marsaglia's xorshift).
    fn next_random(state: &mut u64) -> u64 {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state
    }

    /// Random insertions and removals against std's map; names are `spread` of a small number.
    fn agrees_with_std(spread: fn(u64) -> u64) {
        let mut names = Names::new().unwrap();
        let mut model = HashMap::new();
        let mut live_slots = StdVec::new();
        let mut state = 1;
        for line in 1..40_000 {
            let name = spread(next_random(&mut state) % 3000);
            assert_eq!(names.find(name), model.get(&name).copied());
            match model.remove(&name) {
                Some(slot) => {
                    assert_eq!(names.remove(name), Some(slot));
                    live_slots.retain(|&other| other != slot);
                }
                None => {
                    let slot = names.insert(name, line).unwrap();
                    assert!(!live_slots.contains(&slot), "slot {slot} is taken");
                    assert_eq!(names.insert(name, line + 1), None);
                    assert_eq!(names.refusal(name), What::AlreadyLive(name, line));
                    model.insert(name, slot);
                    live_slots.push(slot);
                }
            }
        }
        assert_eq!(names.live, model.len());
        assert!(names.records.len() <= 3000);
    }

    #[test]
    fn names_of_any_kind_agree_with_std() {
        agrees_with_std(|number| number);
        agrees_with_std(|number| number << 32);
        agrees_with_std(|number| number << 54 | 5);
        agrees_with_std(|number| u64::MAX - number);
        agrees_with_std(|number| number * 1024);
        agrees_with_std(|number| (0x5572_5907_e2a0 + number * 16).rotate_right(4));
    }

    #[test]
    fn dense_names_are_at_home() {
        let mut names = Names::new().unwrap();
        for name in 0..10_000 {
            names.insert(name, 1).unwrap();
        }
        for name in 0..10_000 {
            let found = names.search_from(names.home(name), name);
            assert_eq!(found, Ok((name as u32, name as usize)));
        }
    }

    #[test]
    fn the_slot_that_was_freed_last_is_taken_first() {
        let mut names = Names::new().unwrap();
        for name in 10..14 {
            names.insert(name, 1).unwrap();
        }
        assert_eq!((names.remove(11), names.remove(13)), (Some(1), Some(3)));
        assert_eq!(names.insert(99, 5), Some(3));
        assert_eq!(names.insert(98, 6), Some(1));
        assert_eq!(names.insert(97, 7), Some(4));
    }
}
