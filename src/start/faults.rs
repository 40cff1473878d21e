//! One line before a memory fault ends the program.
//!
//! ```text
//! fatal: stack overflow at 0x7ffd1f2a7ff8, instruction 0x2014a3
//! fatal: segmentation fault at 0x8, instruction 0x20147b
//! ```
//!
//! The handler runs once and returns to the faulting instruction, which faults again, now without a handler:
//! the program dies of the signal itself (139 in a shell), with its registers as they were for whoever looks
//! at the core file.
//!
//! The alternate stack lies in the main stack, above the first frame of `main`:
//!
//! ```text
//! low   … frames of main … | room for the handler | frame of `begin` | arguments   high
//! ```
//!
//! # How is this safe?
//! The room belongs to a frame that never returns. The handler only reads what the kernel gave it, formats
//! numbers into its own stack, and makes one system call.
//!
//! # Costs
//! Two system calls at start, and the room: what the processor's registers need (1.8 to 11 KiB) + 4 KiB.

use super::{Args, ExitCode, exit};
use crate::io::Stderr;
use crate::sys::{self, Action, FaultFrame};

/// What the handler itself uses of its stack, above what the registers need.
const HANDLER_BYTES: usize = 4096;

/// Registers of a processor that does not say how much they need: AVX-512 and no AMX, rounded up.
const REGISTER_BYTES_DEFAULT: usize = 4096;

/// How far from the end of the stack an address still counts as a stack overflow: a function probes its
/// frame page by page, so the first bad address lies near.
const OVERFLOW_BYTES: usize = 64 * 1024;

/// How much room the handler needs on a stack of its own.
pub(super) fn room_bytes(args: Args) -> usize {
    let registers = args
        .auxiliary(Args::SIGNAL_STACK_BYTES_MIN)
        .unwrap_or(REGISTER_BYTES_DEFAULT);
    // A multiple of 16, as the stack wants it.
    (registers | 15).wrapping_add(1 + HANDLER_BYTES)
}

/// Has memory faults reported, on the `length` bytes at `room`. An old kernel or a filter may refuse: then
/// faults end the program without a line, as without this call.
///
/// # Safety
/// - Nothing else uses the room for as long as the program runs.
pub(super) unsafe fn report_from(room: *mut u8, length: usize) {
    // SAFETY: contract of this function; the handler below keeps to what a signal may interrupt, as the head
    // of this file says (contract of `rt_sigaction_fault`).
    unsafe {
        let _ = sys::sigaltstack(room, length);
        let _ = sys::rt_sigaction_fault(&Action::once(enter, restore));
    }
}

/// Where the kernel enters the handler: number, info and context in rdi, rsi, rdx.
#[unsafe(naked)]
unsafe extern "C" fn enter() -> ! {
    core::arch::naked_asm!(
        "push rbp",     // a frame as of any call; the return address is the restorer
        "mov rbp, rsp", // and remembers the stack pointer
        "and rsp, -16", // an emulator may not have aligned it
        "call {report}",
        "mov rsp, rbp",
        "pop rbp",
        "ret", // to the restorer
        report = sym report,
    )
}

/// Where the handler returns to: the kernel puts all registers back and goes on at the fault.
#[unsafe(naked)]
unsafe extern "C" fn restore() -> ! {
    core::arch::naked_asm!(
        "mov eax, 15", // rt_sigreturn: finds its frame at rsp
        "syscall",
        "ud2",
    )
}

/// Says what happened.
///
/// # Safety
/// - Called by [`enter`], with what the kernel passed.
unsafe extern "C" fn report(_signal: i32, info: *const usize, context: *const usize) {
    // SAFETY: contract of this function.
    let fault = unsafe { FaultFrame::from_handler(info, context) };
    let overflow = fault.address.abs_diff(fault.stack_pointer) < OVERFLOW_BYTES;
    let what = if overflow {
        "stack overflow"
    } else {
        "segmentation fault"
    };
    let mut line = Stderr::line();
    line.push_text("fatal: ");
    line.push_text(what);
    line.push_text(" at ");
    line.push_hexadecimal(fault.address as u64);
    line.push_text(", instruction ");
    line.push_hexadecimal(fault.instruction as u64);
    drop(line);
    if !fault.by_processor {
        // Somebody sent the signal: going on at the instruction would not fault.
        exit(ExitCode::MEMORY_FAULT);
    }
}
