//! Recordings made: each call of a living program as a line of our own format.
//!
//! A block has an address while it lives; a recording gives it a small number, the one that was freed last,
//! so that who replays it keeps a small table. [`Names`] does that for readers already; here it does it for
//! the writer, so what is read back has the numbers that were written.
//!
//! A block that was made before the recording began has no number. Its end says nothing about the blocks that
//! follow and is left out, and counted; what it becomes by a reallocation is written as a new block.
//!
//! # Costs
//! 16 bytes for each block live at once and at most 10.7 bytes of index, in pages of
//! [`Unreserved`](crate::memory::Unreserved): the recorded heap is not asked for any of it. A line is at most
//! [`ENTRY_BYTES_MAX`] bytes and made on the stack.

use super::names::Names;
use super::parser::{ALIGN_MAX, layout_from_size};
use crate::io::Writer;
use crate::memory::{AllocError, Layout};
use crate::sys::Errno;

/// The most bytes of a line, its end counted: a letter, three spaces, a number of 32 bits, two of 64.
pub const ENTRY_BYTES_MAX: usize = 1 + 3 + 10 + 2 * 20 + 1;

/// Where the lines of a recording go.
pub trait Sink {
    /// Takes a whole line, its end included.
    ///
    /// # Errors
    /// Why it cannot; the recording ends there.
    fn put(&mut self, entry: &[u8]) -> Result<(), Errno>;
}

impl<const BYTES: usize> Sink for Writer<BYTES> {
    fn put(&mut self, entry: &[u8]) -> Result<(), Errno> {
        self.write_all(entry)
    }
}

/// A reallocation that has begun: its block has no address for the moment.
#[must_use = "a reallocation ends with `end_move`"]
#[derive(Debug)]
pub struct Moving {
    /// `None` of a block that the recording does not know.
    slot: Option<u32>,
}

/// Writes what happens to the blocks of one heap.
///
/// The first error ends the recording, not the program: what comes after it is not written, and
/// [`error`](Recorder::error) tells it.
pub struct Recorder<S> {
    names: Names,
    sink: S,
    error: Option<Errno>,
    early_blocks: u64,
}

impl<S: Sink> Recorder<S> {
    /// A recording of a heap from now on.
    ///
    /// # Errors
    /// [`AllocError`] if there are no pages for the table.
    pub fn to(sink: S) -> Result<Recorder<S>, AllocError> {
        Ok(Recorder {
            names: Names::new().map_err(|_| AllocError)?,
            sink,
            error: None,
            early_blocks: 0,
        })
    }

    /// What ended the recording before its time: an error of the sink, or `ENOMEM` for the table.
    pub fn error(&self) -> Option<Errno> {
        self.error
    }

    /// How many blocks went back that were made before the recording began.
    pub fn early_blocks(&self) -> u64 {
        self.early_blocks
    }

    /// Where the lines go.
    pub fn sink_mut(&mut self) -> &mut S {
        &mut self.sink
    }

    /// A block has been handed out. One that is still live at that address has ended unseen, and its end is
    /// written first.
    ///
    /// A size of 0 is written as 1, and an alignment above 2 GiB as that: the format has none larger.
    pub fn allocated(&mut self, address: usize, layout: Layout, zeroed: bool) {
        if self.error.is_some() {
            return;
        }
        let name = name_from_address(address);
        if let Some(slot) = self.names.remove(name) {
            self.put(Entry::of(b'f').number(u64::from(slot)));
        }
        match self.names.insert(name, 1) {
            Some(slot) => self.put(
                Entry::of(if zeroed { b'z' } else { b'a' })
                    .number(u64::from(slot))
                    .number(layout.size().max(1) as u64)
                    .number(ALIGN_MAX.min(layout.align() as u64)),
            ),
            None => self.error = Some(Errno::ENOMEM),
        }
    }

    /// A block goes back. Told before it is done, so that the place is nobody else's yet.
    pub fn freed(&mut self, address: usize) {
        if self.error.is_some() {
            return;
        }
        match self.names.remove(name_from_address(address)) {
            Some(slot) => self.put(Entry::of(b'f').number(u64::from(slot))),
            None => self.early_blocks += 1,
        }
    }

    /// A block is about to be reallocated: from here on its place may be another block's, though nobody has
    /// said so yet.
    pub fn begin_move(&mut self, address: usize) -> Moving {
        let slot = self.names.unbind(name_from_address(address));
        Moving { slot }
    }

    /// A reallocation has ended: the block has a new size, and perhaps a new place.
    pub fn end_move(&mut self, moving: Moving, new_address: usize, new_size: usize) {
        if self.error.is_some() {
            return;
        }
        let Some(slot) = moving.slot else {
            self.early_blocks += 1;
            if let Some(layout) = layout_of_malloc(new_size) {
                self.allocated(new_address, layout, false);
            }
            return;
        };
        self.bind(slot, new_address);
        self.put(
            Entry::of(b'r')
                .number(u64::from(slot))
                .number(new_size.max(1) as u64),
        );
    }

    /// A reallocation has failed: the block is where it was.
    pub fn cancel_move(&mut self, moving: Moving, address: usize) {
        if let (Some(slot), None) = (moving.slot, self.error) {
            self.bind(slot, address);
        }
    }

    /// A reallocation has given its block back, as C's realloc may do when it is asked for 0 bytes.
    pub fn end_move_freed(&mut self, moving: Moving) {
        match moving.slot {
            Some(slot) => {
                // The address may be another block's by now; this name is nobody's.
                let name = u64::MAX - u64::from(slot);
                self.names.bind(name, slot, 1);
                self.names.remove(name);
                self.put(Entry::of(b'f').number(u64::from(slot)));
            }
            None => self.early_blocks += 1,
        }
    }

    /// Gives a taken slot an address; a block that is still live there has ended unseen.
    fn bind(&mut self, slot: u32, address: usize) {
        let name = name_from_address(address);
        if let Some(other) = self.names.remove(name) {
            self.put(Entry::of(b'f').number(u64::from(other)));
        }
        self.names.bind(name, slot, 1);
    }

    fn put(&mut self, entry: Entry) {
        if self.error.is_none() {
            self.error = self.sink.put(entry.finish().as_bytes()).err();
        }
    }
}

/// What malloc has to hand out for a size by the C standard: an alignment that is no more than the size and
/// fits any type. `None` if there is no such block.
pub fn layout_of_malloc(size: usize) -> Option<Layout> {
    layout_from_size(size as u64)
}

/// An address as a name: blocks begin at multiples of 16, so the bits that differ go lowest.
fn name_from_address(address: usize) -> u64 {
    (address as u64).rotate_right(4)
}

/// A line under construction.
struct Entry {
    bytes: [u8; ENTRY_BYTES_MAX],
    length: usize,
}

impl Entry {
    fn of(operation: u8) -> Entry {
        let mut entry = Entry {
            bytes: [0; ENTRY_BYTES_MAX],
            length: 0,
        };
        entry.push(operation);
        entry
    }

    /// A space and a number; the digits straight to where they belong, from the last one on.
    fn number(mut self, number: u64) -> Entry {
        self.push(b' ');
        let digits = number.checked_ilog10().map_or(1, |log| log as usize + 1);
        let room = self.bytes.get_mut(self.length..self.length + digits);
        let mut rest = number;
        for digit in room.unwrap_or_default().iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        self.length += digits;
        self
    }

    fn finish(mut self) -> Entry {
        self.push(b'\n');
        self
    }

    fn push(&mut self, byte: u8) {
        if let Some(room) = self.bytes.get_mut(self.length) {
            *room = byte;
            self.length += 1;
        }
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;
    use std::vec::Vec;

    #[derive(Default)]
    struct Lines(Vec<u8>, Option<usize>);

    impl Sink for Lines {
        fn put(&mut self, entry: &[u8]) -> Result<(), Errno> {
            if self.1.is_some_and(|most| self.0.len() + entry.len() > most) {
                return Err(Errno::ENOSPC);
            }
            self.0.extend_from_slice(entry);
            Ok(())
        }
    }

    fn recorder(bytes_max: Option<usize>) -> Recorder<Lines> {
        Recorder::to(Lines(Vec::new(), bytes_max)).unwrap()
    }

    fn text(recorder: &Recorder<Lines>) -> &str {
        core::str::from_utf8(&recorder.sink.0).unwrap()
    }

    fn layout(size: usize, align: usize) -> Layout {
        Layout::from_size_align(size, align).unwrap()
    }

    #[test]
    fn every_number_is_written_as_std_writes_it() {
        let mut numbers: Vec<u64> = (0..20).map(|power| 10u64.pow(power)).collect();
        numbers.extend(numbers.clone().iter().map(|number| number - 1));
        numbers.extend([u64::MAX, u64::from(u32::MAX), 1870]);
        for number in numbers {
            let entry = Entry::of(b'a').number(number).number(7).finish();
            let entry = String::from_utf8(entry.as_bytes().to_vec()).unwrap();
            assert_eq!(entry, std::format!("a {number} 7\n"));
        }
        let longest = Entry::of(b'z').number(u64::from(u32::MAX));
        let longest = longest.number(u64::MAX).number(u64::MAX).finish();
        assert_eq!(longest.as_bytes().len(), ENTRY_BYTES_MAX);
    }

    #[test]
    fn a_reallocation_lets_its_place_go_before_it_ends() {
        let mut recorder = recorder(None);
        recorder.allocated(0x1000, layout(10, 8), false);
        let moving = recorder.begin_move(0x1000);
        // Another thread is handed the old place before the first one has said where its block is now.
        recorder.allocated(0x1000, layout(20, 16), true);
        recorder.end_move(moving, 0x2000, 30);
        recorder.freed(0x1000);
        recorder.freed(0x2000);
        assert_eq!(text(&recorder), "a 0 10 8\nz 1 20 16\nr 0 30\nf 1\nf 0\n");
    }

    #[test]
    fn a_reallocation_that_fails_or_frees_says_so() {
        let mut recorder = recorder(None);
        recorder.allocated(0x1000, layout(10, 8), false);
        let moving = recorder.begin_move(0x1000);
        recorder.cancel_move(moving, 0x1000);
        let moving = recorder.begin_move(0x1000);
        recorder.allocated(0x1000, layout(20, 16), false);
        recorder.end_move_freed(moving);
        recorder.allocated(0x3000, layout(0, 1), false);
        recorder.freed(0x1000);
        assert_eq!(text(&recorder), "a 0 10 8\na 1 20 16\nf 0\na 0 1 1\nf 1\n");
    }

    #[test]
    fn blocks_from_before_the_recording_are_left_out_and_counted() {
        let mut recorder = recorder(None);
        recorder.freed(0x1000);
        let moving = recorder.begin_move(0x2000);
        recorder.end_move(moving, 0x3000, 100);
        let moving = recorder.begin_move(0x4000);
        recorder.end_move_freed(moving);
        assert_eq!(recorder.early_blocks(), 3);
        // An address that is handed out while it is live: the end of its first block was not seen.
        recorder.allocated(0x3000, layout(5, 4), false);
        assert_eq!(text(&recorder), "a 0 100 16\nf 0\na 0 5 4\n");
    }

    #[test]
    fn the_first_error_ends_the_recording_with_whole_lines() {
        let mut recorder = recorder(Some(20));
        for place in 1..100 {
            recorder.allocated(place * 0x1000, layout(10, 8), false);
            let moving = recorder.begin_move(place * 0x1000);
            recorder.end_move(moving, place * 0x1000, 20);
        }
        assert_eq!(text(&recorder), "a 0 10 8\nr 0 20\n");
        assert_eq!(recorder.error(), Some(Errno::ENOSPC));
    }
}
