//! Values behind handles that know when their value has gone: no pointer, no unsafe code.
//!
//! A slot is a place in a vector with a generation. A handle is a place and the generation it was given at:
//! when the value is taken out, the slot's generation moves on, and the handle answers `None` from then on,
//! also when another value has moved in. Free slots are linked through themselves, so that filling and
//! emptying take constant time.
//!
//! # Costs
//! 8 bytes a slot besides the value; a comparison an access. After 2^32 values in one slot an old handle could
//! match again: a slot is retired before that.
//!
//! # Source
//! Generational arenas; Catherine West, *Using Rust for game development* (RustConf 2018); the crate slotmap.

use super::Vec;
use crate::heap::Global;
use crate::memory::Allocator;

/// No slot: the end of the list of free ones.
const NONE: u32 = u32::MAX;

/// The generation of a slot that serves no more.
const RETIRED: u32 = u32::MAX;

/// Where a value stands, and which of all that stood there it is.
///
/// ```
/// use nostd_alloc::collections::Slots;
/// let mut slots = Slots::new();
/// let (a, b) = (slots.insert('a'), slots.insert('b'));
/// assert!(a != b && a == a.clone());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Handle {
    slot: u32,
    generation: u32,
}

#[derive(Debug)]
enum Content<T> {
    Value(T),
    Free { next: u32 },
}

#[derive(Debug)]
struct Slot<T> {
    generation: u32,
    content: Content<T>,
}

/// Values behind handles.
///
/// # Invariants
/// - **Free**: `first_free` begins the list of the slots that are free and not retired.
/// - **Count**: `count` slots hold values.
///
/// # Examples
/// ```
/// use nostd_alloc::collections::Slots;
///
/// let mut slots = Slots::new();
/// let a = slots.insert("a");
/// assert_eq!(slots.get(a), Some(&"a"));
/// assert_eq!(slots.remove(a), Some("a"));
/// let b = slots.insert("b");
/// assert_eq!((slots.get(a), slots.get(b)), (None, Some(&"b")));
/// ```
#[derive(Debug)]
pub struct Slots<T, A: Allocator = Global> {
    slots: Vec<Slot<T>, A>,
    first_free: u32,
    count: usize,
}

impl<T> Slots<T> {
    /// No values yet, in the program's heap.
    ///
    /// ```
    /// assert!(nostd_alloc::collections::Slots::<u8>::new().is_empty());
    /// ```
    pub const fn new() -> Slots<T> {
        Slots::new_in(Global)
    }
}

impl<T> Default for Slots<T> {
    fn default() -> Slots<T> {
        Slots::new()
    }
}

impl<T, A: Allocator> Slots<T, A> {
    /// No values yet, in `allocator`.
    ///
    /// ```
    /// use nostd_alloc::{collections::Slots, memory::Kernel};
    /// let mut slots = Slots::new_in(Kernel);
    /// let a = slots.insert('a');
    /// assert_eq!(slots.get(a), Some(&'a'));
    /// ```
    pub const fn new_in(allocator: A) -> Slots<T, A> {
        // INVARIANT: **Free** and **Count** hold: there is no slot.
        Slots {
            slots: Vec::new_in(allocator),
            first_free: NONE,
            count: 0,
        }
    }

    /// How many values there are.
    ///
    /// ```
    /// let mut slots = nostd_alloc::collections::Slots::new();
    /// slots.insert('a');
    /// assert_eq!(slots.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    ///
    /// ```
    /// let mut slots = nostd_alloc::collections::Slots::new();
    /// let a = slots.insert('a');
    /// slots.remove(a);
    /// assert!(slots.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Puts a value in, and returns its handle. Without memory the program ends, as with [`Vec::push`].
    ///
    /// ```
    /// let mut slots = nostd_alloc::collections::Slots::new();
    /// let a = slots.insert('a');
    /// assert_eq!(slots.get(a), Some(&'a'));
    /// ```
    ///
    /// # Panics
    /// If there are 2^32 - 1 slots.
    pub fn insert(&mut self, value: T) -> Handle {
        match self.refill(value) {
            Ok(handle) => handle,
            Err(value) => {
                let slot = self.next_slot();
                self.slots.push(new_slot(value));
                self.counted(slot)
            }
        }
    }

    /// As [`insert`](Self::insert), able to hear "no".
    ///
    /// ```
    /// use nostd_alloc::{collections::Slots, memory::{Kernel, Ration}};
    /// let ration = Ration::of_bytes(Kernel, 0);
    /// assert_eq!(Slots::new_in(&ration).try_insert('a'), Err('a'));
    /// ```
    ///
    /// # Errors
    /// The value, if there is no memory; nothing has changed.
    ///
    /// # Panics
    /// If there are 2^32 - 1 slots.
    pub fn try_insert(&mut self, value: T) -> Result<Handle, T> {
        let value = match self.refill(value) {
            Ok(handle) => return Ok(handle),
            Err(value) => value,
        };
        let slot = self.next_slot();
        match self.slots.try_push(new_slot(value)) {
            Ok(()) => Ok(self.counted(slot)),
            Err(error) => match error.into_value().content {
                Content::Value(value) => Err(value),
                Content::Free { .. } => unreachable!("a slot with a value was pushed"),
            },
        }
    }

    /// The value of a handle, unless it has gone.
    ///
    /// ```
    /// let mut slots = nostd_alloc::collections::Slots::new();
    /// let a = slots.insert('a');
    /// slots.remove(a);
    /// assert_eq!(slots.get(a), None);
    /// ```
    pub fn get(&self, handle: Handle) -> Option<&T> {
        match self.slots.get(handle.slot as usize) {
            Some(Slot {
                generation,
                content: Content::Value(value),
            }) if *generation == handle.generation => Some(value),
            _ => None,
        }
    }

    /// The value of a handle, to change it, unless it has gone.
    ///
    /// ```
    /// let mut slots = nostd_alloc::collections::Slots::new();
    /// let one = slots.insert(1);
    /// *slots.get_mut(one).unwrap() += 1;
    /// assert_eq!(slots.get(one), Some(&2));
    /// ```
    pub fn get_mut(&mut self, handle: Handle) -> Option<&mut T> {
        match self.slots.get_mut(handle.slot as usize) {
            Some(Slot {
                generation,
                content: Content::Value(value),
            }) if *generation == handle.generation => Some(value),
            _ => None,
        }
    }

    /// Takes a value out, unless it has gone; its handles answer `None` from now on.
    ///
    /// ```
    /// let mut slots = nostd_alloc::collections::Slots::new();
    /// let a = slots.insert('a');
    /// assert_eq!((slots.remove(a), slots.remove(a)), (Some('a'), None));
    /// ```
    pub fn remove(&mut self, handle: Handle) -> Option<T> {
        self.get(handle)?;
        let next = self.first_free;
        let slot = self.slots.get_mut(handle.slot as usize)?;
        let content = core::mem::replace(&mut slot.content, Content::Free { next });
        slot.generation += 1;
        // INVARIANT: **Free** and **Count** hold again: the slot is free, or retired and in no list.
        if slot.generation != RETIRED {
            self.first_free = handle.slot;
        }
        self.count -= 1;
        match content {
            Content::Value(value) => Some(value),
            Content::Free { .. } => None,
        }
    }

    /// All values with their handles, in the order of their slots.
    ///
    /// ```
    /// let mut slots = nostd_alloc::collections::Slots::new();
    /// let (a, b) = (slots.insert('a'), slots.insert('b'));
    /// slots.remove(a);
    /// assert!(slots.iter().eq([(b, &'b')]));
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (Handle, &T)> {
        self.slots.iter().enumerate().filter_map(|(index, slot)| {
            let handle = Handle {
                slot: index as u32,
                generation: slot.generation,
            };
            match &slot.content {
                Content::Value(value) => Some((handle, value)),
                Content::Free { .. } => None,
            }
        })
    }

    /// Puts a value into a free slot, or gives it back if there is none.
    fn refill(&mut self, value: T) -> Result<Handle, T> {
        let number = self.first_free;
        let Some(slot) = self.slots.get_mut(number as usize) else {
            return Err(value);
        };
        let Content::Free { next } = slot.content else {
            return Err(value);
        };
        slot.content = Content::Value(value);
        // INVARIANT: **Free** and **Count** hold again: the first free slot has a value.
        self.first_free = next;
        self.count += 1;
        Ok(Handle {
            slot: number,
            generation: slot.generation,
        })
    }

    /// The number of a slot at the end.
    fn next_slot(&self) -> u32 {
        let slot = u32::try_from(self.slots.len()).unwrap_or(NONE);
        assert!(slot != NONE, "too many slots");
        slot
    }

    /// Counts the value of a slot that was just made.
    fn counted(&mut self, slot: u32) -> Handle {
        // INVARIANT: **Count** holds again with the new slot.
        self.count += 1;
        Handle {
            slot,
            generation: 0,
        }
    }
}

fn new_slot<T>(value: T) -> Slot<T> {
    Slot {
        generation: 0,
        content: Content::Value(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{Kernel, Ration};
    use std::collections::BTreeMap;

    #[test]
    fn slots_agree_with_a_map_and_stale_handles_are_none() {
        let mut slots = Slots::new();
        let (mut model, mut stale) = (BTreeMap::new(), std::vec::Vec::new());
        let mut random = 7u64;
        for round in 0..20_000u64 {
            random = random.wrapping_mul(6364136223846793005).wrapping_add(1);
            if random >> 63 == 0 || model.is_empty() {
                let handle = slots.insert(round);
                assert_eq!(model.insert(handle, round), None, "a handle twice");
            } else {
                let index = (random >> 33) as usize % model.len();
                let (&handle, &value) = model
                    .iter()
                    .nth(index % 50)
                    .unwrap_or(model.iter().next().unwrap());
                *slots.get_mut(handle).unwrap() += 1;
                assert_eq!(slots.remove(handle), Some(value + 1));
                model.remove(&handle);
                stale.push(handle);
            }
            assert_eq!(slots.len(), model.len());
        }
        assert!(stale.iter().all(|&handle| slots.get(handle).is_none()));
        assert!(stale.iter().all(|&handle| slots.remove(handle).is_none()));
        assert!(slots.iter().all(|(handle, value)| model[&handle] == *value));
    }

    #[test]
    fn without_memory_the_value_comes_back() {
        let ration = Ration::of_bytes(Kernel, 4096);
        let mut slots = Slots::new_in(&ration);
        let mut count = 0u64;
        let refused = loop {
            match slots.try_insert(count) {
                Ok(_) => count += 1,
                Err(value) => break value,
            }
        };
        assert_eq!((refused, slots.len() as u64), (count, count));
        assert!(count > 0);
    }

    #[test]
    fn a_slot_is_retired_before_its_generations_repeat() {
        let mut slots = Slots::new();
        let handle = slots.insert(1);
        slots.slots[handle.slot as usize].generation = RETIRED - 1;
        let last = Handle {
            generation: RETIRED - 1,
            ..handle
        };
        assert_eq!(slots.remove(last), Some(1));
        assert_ne!(slots.insert(2).slot, handle.slot);
    }
}
