//! Logs that name a block by its address: what they mean, and what they cannot know.
//!
//! Such a log begins in mid-life: a block that was made before it may be freed in it. It may have gaps: an
//! address that is handed out while it is live has been freed unseen. And a reallocation may come in two
//! halves, with other threads between them. The first free of a block never seen is therefore left out and
//! counted; a second one is an error in any log.

use super::parser::State;
use super::{Operation, What};
use crate::collections::Vec;
use crate::memory::{Layout, Unreserved};

/// Reallocations begun and not ended: one a thread.
const HALVES_MAX: usize = 64;

/// The first half of a reallocation.
#[derive(Clone, Copy)]
struct Half {
    /// Who asks: the second half comes from the same place.
    caller: u64,
    /// The slot of the block; `None` of a block made before the log began.
    slot: Option<u32>,
}

/// The reallocations that are under way, oldest first.
pub(super) struct Halves {
    halves: Vec<Half, Unreserved>,
}

impl Halves {
    pub(super) fn new() -> Halves {
        Halves {
            halves: Vec::new_in(Unreserved),
        }
    }

    fn push(&mut self, half: Half) -> Result<(), What> {
        if self.halves.len() == HALVES_MAX {
            return Err(What::ManyHalves);
        }
        self.halves.try_push(half).map_err(|_| What::OutOfMemory)
    }

    /// Takes the oldest half of `caller`, else the oldest of all.
    fn take(&mut self, caller: u64) -> Option<Half> {
        let same = |half: &Half| half.caller == caller;
        let at = self.halves.iter().position(same).unwrap_or(0);
        (at < self.halves.len()).then(|| self.halves.remove(at))
    }
}

/// An address as a name: blocks begin at multiples of 16, so the bits that differ go lowest.
fn name_from_address(address: u64) -> u64 {
    address.rotate_right(4)
}

impl State {
    /// A block has come to life at `address`; 0 is a refusal.
    pub(super) fn allocate_at(
        &mut self,
        address: u64,
        layout: Layout,
        zeroed: bool,
    ) -> Result<Option<Operation>, What> {
        if address == 0 {
            return Ok(None);
        }
        self.event_at(address);
        let name = name_from_address(address);
        let unseen = self.end_unseen(name);
        let made = self.allocate(name, layout, zeroed)?;
        Ok(self.in_order(unseen, made))
    }

    /// The block at `address` has ended; 0 is nothing.
    pub(super) fn free_at(&mut self, address: u64) -> Result<Option<Operation>, What> {
        if address == 0 {
            return Ok(None);
        }
        self.event_at(address);
        let name = name_from_address(address);
        if self.names.find(name).is_some() {
            return self.free(name);
        }
        self.end_early(address).map(|()| None)
    }

    /// The block at `address` is about to get another size, and perhaps another place.
    pub(super) fn begin_move(&mut self, address: u64, caller: u64) -> Result<(), What> {
        self.event_at(address);
        let name = name_from_address(address);
        let slot = self.names.unbind(name);
        match slot {
            Some(_) => self.graves.bury(name, self.line),
            None if address == 0 => {}
            None => self.end_early(address)?,
        }
        self.halves.push(Half { caller, slot })
    }

    /// The block whose move `caller` has begun is at `address` now; 0 says that it is gone.
    pub(super) fn end_move(
        &mut self,
        address: u64,
        layout: Layout,
        caller: u64,
    ) -> Result<Option<Operation>, What> {
        let half = self.halves.take(caller).ok_or(What::HalfReallocation)?;
        let Some(slot) = half.slot else {
            return self.allocate_at(address, layout, false);
        };
        self.event_at(address);
        let name = name_from_address(address);
        let unseen = self.end_unseen(name);
        self.names.bind(name, slot, self.line);
        if address == 0 {
            return self.free(name);
        }
        let size = layout.size();
        Ok(self.in_order(unseen, Some(Operation::Reallocate { slot, size })))
    }

    /// Something happens at `address`; if a reallocation is under way, then in another thread.
    fn event_at(&mut self, address: u64) {
        self.address = address;
        self.notes.threads |= !self.halves.halves.is_empty();
    }

    /// Ends a block that is live although its place is handed out again.
    fn end_unseen(&mut self, name: u64) -> Option<Operation> {
        let slot = self.names.remove(name)?;
        self.notes.missing_frees += 1;
        Some(Operation::Free { slot })
    }

    /// The end of a block that is not live: made before the log began, or an error.
    fn end_early(&mut self, address: u64) -> Result<(), What> {
        let name = name_from_address(address);
        if let Some(line) = self.graves.line_of(name) {
            return Err(What::FreedTwice(address, line));
        }
        self.graves.bury(name, self.line);
        self.notes.early_blocks += 1;
        Ok(())
    }

    /// The first of two operations; the second waits.
    fn in_order(
        &mut self,
        first: Option<Operation>,
        second: Option<Operation>,
    ) -> Option<Operation> {
        match first {
            None => second,
            first => {
                self.second = second;
                first
            }
        }
    }
}

/// Reads `0x` and hexadecimal digits, or what C's `%p` prints of a null pointer.
pub(super) fn parse_pointer(text: &[u8]) -> Option<u64> {
    match text {
        b"(nil)" | b"0" => Some(0),
        _ => parse_digits(text.strip_prefix(b"0x")?),
    }
}

/// Reads 1 to 16 hexadecimal digits of either case.
fn parse_digits(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    let mut number = 0;
    for &byte in digits {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            _ => return None,
        };
        number = number << 4 | u64::from(digit);
    }
    Some(number)
}
