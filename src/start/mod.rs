//! Before `main` and after it.
//!
//! [`entry!`](crate::entry) makes of a function the program that the kernel starts. This floor holds what it
//! expands to calls of: arguments, exit codes, the panic report, the handler for memory faults. The symbols
//! of a final binary (`_start`, the panic handler, memcpy & co) come from the macro, in the binary's own
//! crate, and never from this library: otherwise a hosted test or benchmark that links the library would
//! silently run on the wrong memcpy.

mod arguments;
mod backtrace;
mod entry;
mod exit;
mod faults;
mod memory_functions;
mod panic;
mod run;
pub mod thread;

pub use arguments::{Args, Strings};
pub use backtrace::each_call;
pub use exit::{ExitCode, Failure, Termination, exit};
pub use panic::{panic_report, panic_silent};
pub use run::{Main, Program, begin, begin_with_faults};
