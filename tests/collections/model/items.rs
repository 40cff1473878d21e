//! Elements: counted, small, without a size, over-aligned.

use std::cell::Cell;
use std::cmp::Ordering;
use std::fmt::Debug;
use std::hash::{Hash, Hasher};

std::thread_local! {
    /// Whose elements are made now: 0 std's, 1 ours.
    static SIDE: Cell<usize> = const { Cell::new(0) };
    static LIVE: [Cell<i64>; 2] = const { [Cell::new(0), Cell::new(0)] };
}

/// Says whose elements are made from now on.
pub(crate) fn side(side: usize) {
    SIDE.set(side);
}

/// How many elements live on both sides.
pub(crate) fn live() -> (i64, i64) {
    LIVE.with(|live| (live[0].get(), live[1].get()))
}

fn count(side: usize, change: i64) {
    LIVE.with(|live| live[side].set(live[side].get() + change));
}

/// An element that can be made of a number and tells it.
pub(crate) trait Item: Clone + Ord + Debug + Hash + 'static {
    fn make(number: usize) -> Self;
    fn number(&self) -> usize;
    fn change(&mut self);
}

/// Owns a block of std's heap and is counted: a second drop or a forgotten one shows.
pub(crate) struct Tracked {
    number: Box<u16>,
    side: usize,
}

impl Item for Tracked {
    fn make(number: usize) -> Tracked {
        count(SIDE.get(), 1);
        Tracked {
            number: Box::new(number as u16),
            side: SIDE.get(),
        }
    }

    fn number(&self) -> usize {
        usize::from(*self.number)
    }

    fn change(&mut self) {
        *self.number = self.number.wrapping_mul(3) ^ 1;
    }
}

impl PartialEq for Tracked {
    fn eq(&self, other: &Tracked) -> bool {
        self.number == other.number
    }
}

impl Eq for Tracked {}

impl PartialOrd for Tracked {
    fn partial_cmp(&self, other: &Tracked) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Tracked {
    fn cmp(&self, other: &Tracked) -> Ordering {
        self.number.cmp(&other.number)
    }
}

impl Hash for Tracked {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl Debug for Tracked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.number.fmt(f)
    }
}

impl Clone for Tracked {
    fn clone(&self) -> Tracked {
        count(self.side, 1);
        Tracked {
            number: self.number.clone(),
            side: self.side,
        }
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        count(self.side, -1);
    }
}

impl Item for u8 {
    fn make(number: usize) -> u8 {
        number as u8
    }

    fn number(&self) -> usize {
        usize::from(*self)
    }

    fn change(&mut self) {
        *self = self.wrapping_mul(3) ^ 1;
    }
}

/// Nothing, but counted.
#[derive(PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub(crate) struct Unit;

impl Item for Unit {
    fn make(_: usize) -> Unit {
        count(0, 1);
        Unit
    }

    fn number(&self) -> usize {
        0
    }

    fn change(&mut self) {}
}

impl Clone for Unit {
    fn clone(&self) -> Unit {
        Unit::make(0)
    }
}

impl Drop for Unit {
    fn drop(&mut self) {
        count(0, -1);
    }
}

/// Begins at multiples of 128.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[repr(align(128))]
pub(crate) struct Aligned(u16);

impl Item for Aligned {
    fn make(number: usize) -> Aligned {
        Aligned(number as u16)
    }

    fn number(&self) -> usize {
        assert!(std::ptr::from_ref(self).is_aligned());
        usize::from(self.0)
    }

    fn change(&mut self) {
        self.0 = self.0.wrapping_mul(3) ^ 1;
    }
}
