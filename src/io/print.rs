//! `print!`, `println!` and `eprintln!`: a small message now, by one write as far as it fits in 512 bytes.
//!
//! Who writes much uses [`Stdout`](super::Stdout). These need no variable of the program, so a program that
//! only prints has no writable segment.

use super::{LINE_BYTES_MAX, Stderr, Writer};
use crate::sys::{self, Descriptor, Errno};
use core::fmt::{Arguments, Write};

/// Prints to standard output, and a newline.
///
/// Where the output cannot be written there is nothing sensible to go on with: the program ends, silently
/// with status 141 if the reader went away, else with one line on standard error and status 1.
#[macro_export]
macro_rules! println {
    () => { $crate::io::print_arguments(::core::format_args!("\n"), "") };
    ($($argument:tt)*) => {
        $crate::io::print_arguments(::core::format_args!($($argument)*), "\n")
    };
}

/// Prints to standard output; as [`println!`](crate::println) without the newline.
#[macro_export]
macro_rules! print {
    ($($argument:tt)*) => {
        $crate::io::print_arguments(::core::format_args!($($argument)*), "")
    };
}

/// Prints one line to standard error, cut at 512 bytes. An error is nobody's to hear.
#[macro_export]
macro_rules! eprintln {
    ($($argument:tt)*) => {
        $crate::io::print_error_line(::core::format_args!($($argument)*))
    };
}

/// What [`println!`](crate::println) expands to: a text without values goes past the formatting machinery,
/// which is then not even linked.
#[inline(always)]
pub fn print_arguments(arguments: Arguments<'_>, end: &str) {
    match arguments.as_str() {
        Some(text) => print_text(text, end),
        None => print_formatted(arguments, end),
    }
}

/// Prints a text and its end.
pub fn print_text(text: &str, end: &str) {
    let mut out = Writer::<LINE_BYTES_MAX>::to(Descriptor::STDOUT);
    // The error is remembered by the writer.
    let _ = out.write_all(text.as_bytes());
    finish(&mut out, end);
}

/// Prints what has values in it, and its end.
pub fn print_formatted(arguments: Arguments<'_>, end: &str) {
    let mut out = Writer::<LINE_BYTES_MAX>::to(Descriptor::STDOUT);
    // The error is remembered by the writer.
    let _ = out.write_fmt(arguments);
    finish(&mut out, end);
}

/// Adds the end and writes, or ends the program.
fn finish(out: &mut Writer<LINE_BYTES_MAX>, end: &str) {
    let _ = out.write_all(end.as_bytes());
    if let Err(error) = out.flush() {
        end_without_output(error);
    }
}

/// What [`eprintln!`](crate::eprintln) expands to.
pub fn print_error_line(arguments: Arguments<'_>) {
    let _ = Stderr::line().write_fmt(arguments);
}

/// Ends a program whose output cannot be written.
#[cold]
fn end_without_output(error: Errno) -> ! {
    const FAILURE: i32 = 1;
    const READER_GONE: i32 = 141;
    if error == Errno::EPIPE {
        sys::exit_group(READER_GONE);
    }
    let mut line = Stderr::line();
    line.push_text("error: write error: ");
    line.push_text(error.sentence());
    drop(line);
    sys::exit_group(FAILURE)
}
