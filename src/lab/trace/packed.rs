//! Operations kept in memory, for an input that cannot be read again.
//!
//! ```text
//! byte 0     kind (2 bits), log2 of the alignment (5 bits), whether lines were skipped (1 bit)
//! slot       7 bits a byte, lowest first; the last byte is below 128
//! size       as the slot; not of a free
//! skipped    as the slot: lines between the operation before and this one; only if there are any
//! ```
//!
//! # Costs
//! 4 bytes a free and 5 to 7 an allocation, as long as there are fewer than 2 M slots and sizes below 2 MiB.

use super::{Operation, What};
use crate::collections::Vec;
use crate::memory::{Layout, Unreserved};

const FREE: u8 = 0;
const REALLOCATE: u8 = 1;
const ALLOCATE: u8 = 2;
const ALLOCATE_ZEROED: u8 = 3;
const KIND_MASK: u8 = 3;
const ALIGN_SHIFT: u32 = 2;
const ALIGN_MASK: u8 = 31;
const SKIPPED: u8 = 0x80;

/// The most bytes of an operation: a head, a slot of 32 bits, a size of 64, a line of 32.
const OPERATION_BYTES_MAX: usize = 1 + 5 + 10 + 5;

/// Operations, packed.
pub(super) struct Packed {
    bytes: Vec<u8, Unreserved>,
    /// The line of the last operation.
    line: u64,
}

/// Where a reader of them stands.
#[derive(Clone, Copy, Default)]
pub(super) struct Cursor {
    at: usize,
    /// The line of the operation read last.
    pub(super) line: u64,
}

impl Packed {
    pub(super) fn new() -> Packed {
        Packed {
            bytes: Vec::new_in(Unreserved),
            line: 0,
        }
    }

    /// Adds an operation that came from a line.
    pub(super) fn push(&mut self, operation: Operation, line: u64) -> Result<(), What> {
        let (kind, slot, size) = match operation {
            Operation::Free { slot } => (FREE, slot, None),
            Operation::Reallocate { slot, size } => (REALLOCATE, slot, Some(size)),
            Operation::Allocate {
                slot,
                layout,
                zeroed,
            } => {
                let kind = if zeroed { ALLOCATE_ZEROED } else { ALLOCATE };
                let align = layout.align().trailing_zeros() as u8;
                (kind | align << ALIGN_SHIFT, slot, Some(layout.size()))
            }
        };
        // Two operations of one line have the difference 0, which is stored as -1.
        let skipped = line.wrapping_sub(self.line).wrapping_sub(1);
        let mut piece = Piece::new();
        piece.push(if skipped == 0 { kind } else { kind | SKIPPED });
        piece.push_number(u64::from(slot));
        if let Some(size) = size {
            piece.push_number(size as u64);
        }
        if skipped != 0 {
            piece.push_number(u64::from(skipped as u32));
        }
        self.line = line;
        self.bytes
            .try_extend_from_slice(piece.bytes())
            .map_err(|_| What::OutOfMemory)
    }

    /// How many bytes they take.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The operation at the cursor, which moves on; `None` at the end.
    pub(super) fn next(&self, cursor: &mut Cursor) -> Option<Operation> {
        let head = *self.bytes.get(cursor.at)?;
        cursor.at += 1;
        let slot = self.number(cursor)? as u32;
        let operation = match head & KIND_MASK {
            FREE => Operation::Free { slot },
            REALLOCATE => Operation::Reallocate {
                slot,
                size: self.number(cursor)? as usize,
            },
            kind => {
                let align = 1 << (head >> ALIGN_SHIFT & ALIGN_MASK);
                let size = self.number(cursor)? as usize;
                Operation::Allocate {
                    slot,
                    layout: Layout::from_size_align(size, align).ok()?,
                    zeroed: kind == ALLOCATE_ZEROED,
                }
            }
        };
        let skipped = match head & SKIPPED {
            0 => 0,
            _ => self.number(cursor)? as u32 as i32,
        };
        cursor.line = cursor.line.wrapping_add_signed(i64::from(skipped) + 1);
        Some(operation)
    }

    fn number(&self, cursor: &mut Cursor) -> Option<u64> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = *self.bytes.get(cursor.at)?;
            cursor.at += 1;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        Some(number)
    }
}

/// The bytes of one operation.
struct Piece {
    bytes: [u8; OPERATION_BYTES_MAX],
    length: usize,
}

impl Piece {
    fn new() -> Piece {
        Piece {
            bytes: [0; OPERATION_BYTES_MAX],
            length: 0,
        }
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }

    fn push_number(&mut self, number: u64) {
        let mut rest = number;
        while rest >= 0x80 {
            self.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.push(rest as u8);
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec as StdVec;

    #[test]
    fn operations_come_back_with_their_lines() {
        let mut all = StdVec::new();
        let mut line = 0;
        for step in 0..2000u64 {
            let slot = (step * step * 1_000_003) as u32 >> (step % 32);
            let size = (step.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (1 + step % 60)).max(1);
            line += [1, 1, 1, 0, 7, 300_000][step as usize % 6];
            let align = 1 << (step % 32);
            let layout = Layout::from_size_align(size as usize / 2 + 1, align).unwrap();
            let operation = match step % 3 {
                0 => Operation::Free { slot },
                1 => Operation::Reallocate {
                    slot,
                    size: size as usize,
                },
                _ => Operation::Allocate {
                    slot,
                    layout,
                    zeroed: step % 2 == 0,
                },
            };
            all.push((operation, line));
        }
        let mut packed = Packed::new();
        for &(operation, line) in &all {
            packed.push(operation, line).unwrap();
        }
        for _ in 0..2 {
            let mut cursor = Cursor::default();
            for &(operation, line) in &all {
                assert_eq!(packed.next(&mut cursor), Some(operation));
                assert_eq!(cursor.line, line);
            }
            assert_eq!(packed.next(&mut cursor), None);
        }
    }

    #[test]
    fn an_everyday_operation_takes_at_most_eight_bytes() {
        let layout = Layout::from_size_align((1 << 28) - 1, 16).unwrap();
        let slot = (1 << 21) - 1;
        let mut packed = Packed::new();
        let allocate = Operation::Allocate {
            slot,
            layout,
            zeroed: true,
        };
        packed.push(allocate, 1).unwrap();
        assert_eq!(packed.len(), 8);
        packed.push(Operation::Free { slot }, 2).unwrap();
        assert_eq!(packed.len(), 12);
    }
}
