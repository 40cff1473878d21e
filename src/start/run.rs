//! From the first instruction to `main`, and what a `main` may look like.

use super::{Args, ExitCode, Termination, exit, faults};

/// A function that [`entry!`](crate::entry) takes as `main`: with or without [`Args`], returning any
/// [`Termination`]. `Form` tells the two apart; the compiler infers it.
pub trait Main<Form> {
    /// Calls it.
    fn call(self, args: Args) -> ExitCode;
}

impl<T: Termination, F: FnOnce() -> T> Main<()> for F {
    fn call(self, _args: Args) -> ExitCode {
        self().report()
    }
}

impl<T: Termination, F: FnOnce(Args) -> T> Main<(Args,)> for F {
    fn call(self, args: Args) -> ExitCode {
        self(args).report()
    }
}

/// What `entry!` makes of any `main`.
pub type Program = fn(Args) -> ExitCode;

/// The first Rust of a program: checks what the assembly of `_start` has delivered, calls the program, and
/// ends the process with its exit code.
///
/// # Safety
/// - `stack` is the stack pointer that the kernel started the process with.
pub unsafe fn begin(stack: *const usize, program: Program) -> ! {
    // SAFETY: contract of this function.
    let args = unsafe { args_from_kernel(stack) };
    exit(program(args))
}

/// As [`begin`], with a line for memory faults.
///
/// # Safety
/// - As [`begin`].
pub unsafe fn begin_with_faults(stack: *const usize, program: Program) -> ! {
    // SAFETY: contract of this function.
    let args = unsafe { args_from_kernel(stack) };
    let begun = Begun {
        args,
        program,
        room_bytes: faults::room_bytes(args),
    };
    // SAFETY: `go_on` takes what this call hands to it, checked by its signature.
    unsafe { with_room(&begun, begun.room_bytes, go_on) }
}

/// The arguments, once the promises of `_start` are asserted.
///
/// # Safety
/// - As [`begin`].
unsafe fn args_from_kernel(stack: *const usize) -> Args {
    debug_assert!(
        stack.addr().is_multiple_of(16),
        "the kernel starts a program with an aligned stack"
    );
    // SAFETY: contract of this function: the kernel has laid the block there.
    let args = unsafe { Args::from_stack(stack) };
    debug_assert!(
        args.iter().count() == args.len(),
        "argc arguments stand in argv, and then a null"
    );
    args
}

/// What has to get past the room in the stack.
struct Begun {
    args: Args,
    program: Program,
    room_bytes: usize,
}

/// Calls `next` with `begun` and the start of `room_bytes` of the stack that stay free above it.
///
/// # Safety
/// - `room_bytes` is a multiple of 16 and fits the stack; `next` does not return.
#[unsafe(naked)]
unsafe extern "C" fn with_room(
    begun: &Begun,
    room_bytes: usize,
    next: unsafe extern "C" fn(&Begun, *mut u8) -> !,
) -> ! {
    core::arch::naked_asm!(
        "push rbp", // a frame as of any call, for the backtrace
        "mov rbp, rsp",
        "sub rsp, rsi", // the room
        "and rsp, -16", // the ABI: aligned before every call
        "mov rsi, rsp", // its start is the second argument; the first is still in rdi
        "call rdx",     // next(begun, room)
        "ud2",
    )
}

/// Behind the room: reports faults from it, and runs the program.
///
/// # Safety
/// - `room` is the start of `begun.room_bytes` that nothing else uses.
unsafe extern "C" fn go_on(begun: &Begun, room: *mut u8) -> ! {
    // SAFETY: contract of this function.
    unsafe { faults::report_from(room, begun.room_bytes) };
    exit((begun.program)(begun.args))
}
