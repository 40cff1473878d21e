//! What heaps are judged by: recordings of real programs, replayed on real memory, and random operations.
//!
//! ```text
//! trace      bytes of a recording -> Operation, Operation, ...        (text, .rep, mtrace, ltrace, valgrind)
//! survey     one pass without a heap: how many, how large, how much at once
//! recorded   how the program's own malloc did, where the log holds its addresses
//! replay     one pass a strategy: every block is real, every payload is checked
//! score      what a pass has shown, and the order of the strategies
//! table      the scores as a person reads them
//! picture    maps, films and plots of heaps
//! smallest   the least memory that does
//! timing     nanoseconds an operation
//! exercise   random operations, with every block checked and the heap verified
//! ```
//!
//! A recording may be far larger than memory, so it is never held as a whole: each pass reads it again from
//! its start, and only what cannot be read again is kept, packed. The lab's own tables live in pages of
//! [`Unreserved`](crate::memory::Unreserved), so that they can be told apart from the memory of the heaps.
#![forbid(unsafe_code)]

pub mod details;
pub mod exercise;
pub mod json;
pub mod payload;
pub mod picture;
pub mod recorded;
pub mod replay;
pub mod saved;
pub mod score;
pub mod smallest;
pub mod survey;
pub mod table;
pub mod timing;
pub mod trace;
