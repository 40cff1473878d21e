//! Bytes out and in.
//!
//! Nothing on this floor allocates: a panic must be able to speak when no memory is left. Interrupted calls
//! are made again, short writes are continued, a full pipe is waited for; every other error comes back to
//! the caller, the one of the last flush included.
#![forbid(unsafe_code)]

mod descriptor;
mod draft;
mod escaped;
mod file;
mod line;
mod number;
mod print;
mod writer;

pub use descriptor::{read_some, write_all};
pub use draft::Draft;
pub use escaped::Escaped;
pub use file::{File, Input, Stdin};
pub use line::{LINE_BYTES_MAX, Line, Stderr};
pub use number::{Decimal, Hexadecimal, parse_decimal, parse_hexadecimal};
pub use print::{print_arguments, print_error_line, print_formatted, print_text};
pub use writer::{Stdout, Writer};
