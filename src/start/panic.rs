//! The last words of a program that found a broken promise in itself.
//!
//! ```text
//! panicked at src/main.rs:25:10:
//! called `Option::unwrap()` on a `None` value
//!    0: 0x201468
//!    1: 0x20145d
//! ```
//!
//! The addresses are for `addr2line -f -i -e PROGRAM ADDRESS …`, with a program that has line tables.
//!
//! # Costs
//! Nothing is allocated. The report and what formats its message are 1.7 KiB of code, an integer in some
//! message of the program 1.1 KiB more; a program that cannot afford it says `entry!(main, silent)`.

use super::{ExitCode, backtrace, exit};
use crate::io::Stderr;
use crate::sys;
use core::fmt::Write;
use core::ops::ControlFlow;
use core::panic::{Location, PanicInfo};
use core::sync::atomic::{AtomicU32, Ordering};

/// The number of the thread that makes a report, or 0. What panics in it meanwhile (a message's own `Display`) gets
/// none; another thread that panics waits for the end, which comes with the report.
static REPORTING: AtomicU32 = AtomicU32::new(0);

/// Message, place and calls on standard error, then the end with status 101.
///
/// An error of standard error changes nothing: the status still tells.
pub fn panic_report(info: &PanicInfo<'_>) -> ! {
    // Not 0, whatever a filter answers.
    let own = sys::gettid() | 1 << 31;
    if let Err(reporting) = REPORTING.compare_exchange(0, own, Ordering::Relaxed, Ordering::Relaxed)
    {
        if reporting != own {
            loop {
                sys::futex_wait(&REPORTING, reporting);
            }
        }
        let _ = Stderr.write_str("\npanicked again\n");
        exit(ExitCode::PANIC);
    }
    report_place(info.location());
    // Not as a line: it may be longer than one, and it may itself panic half-way.
    let _ = writeln!(Stderr, "{}", info.message());
    let mut index = 0;
    backtrace::each_call(&mut |address| {
        report_call(index, address);
        index += 1;
        ControlFlow::Continue(())
    });
    exit(ExitCode::PANIC)
}

/// `panicked at FILE:LINE:COLUMN:`
fn report_place(place: Option<&Location<'_>>) {
    let mut line = Stderr::line();
    line.push_text("panicked");
    if let Some(place) = place {
        line.push_text(" at ");
        line.push_text(place.file());
        for number in [place.line(), place.column()] {
            line.push_text(":");
            line.push_decimal(u64::from(number));
        }
    }
    line.push_text(":");
}

/// One call of the backtrace: its number, in four columns, and its address.
fn report_call(index: u64, address: usize) {
    let mut line = Stderr::line();
    line.push_text(if index < 10 { "   " } else { "  " });
    line.push_decimal(index);
    line.push_text(": ");
    line.push_hexadecimal(address as u64);
}

/// The end with status 101 and no word.
pub fn panic_silent() -> ! {
    exit(ExitCode::PANIC)
}
