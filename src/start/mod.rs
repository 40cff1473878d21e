//! Before `main` and after it.
//!
//! [`entry!`](crate::entry) makes of a function the program that the kernel starts. This floor holds what it
//! expands to calls of: arguments, exit codes, the panic report, the handler for memory faults. The symbols
//! of a final binary (`_start`, the panic handler, memcpy & co) come from the macro, in the binary's own
//! crate, and never from this library: otherwise a hosted test or benchmark that links the library would
//! silently run on the wrong memcpy.

mod exit;

pub use exit::{ExitCode, Failure, Termination, exit};
