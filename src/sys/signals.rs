//! Signals: a handler for memory faults, the stack it runs on, and a question that a fault would answer too.

use super::Errno;
use sc::syscall;

const SIGSEGV: usize = 11;
const SA_SIGINFO: usize = 0x4;
const SA_ONSTACK: usize = 0x0800_0000;
const SA_RESTORER: usize = 0x0400_0000;
const SA_RESETHAND: usize = 0x8000_0000;
/// The kernel's signal sets are 64 bits.
const SET_BYTES: usize = 8;

/// What the kernel is told of a handler: `struct kernel_sigaction`.
#[repr(C)]
#[derive(Debug)]
pub struct Action {
    handler: usize,
    flags: usize,
    restorer: usize,
    mask: u64,
}

impl Action {
    /// A handler that runs once, on the alternate stack, and gets the kernel's account of the signal as its
    /// second and third argument. `restorer` is where it returns to: it has to call `rt_sigreturn`.
    pub fn once(
        handler: unsafe extern "C" fn() -> !,
        restorer: unsafe extern "C" fn() -> !,
    ) -> Action {
        Action {
            handler: handler as *const () as usize,
            flags: SA_SIGINFO | SA_ONSTACK | SA_RESTORER | SA_RESETHAND,
            restorer: restorer as *const () as usize,
            mask: 0,
        }
    }
}

/// What a handler wants to know of a memory fault, out of the kernel's two structures.
#[derive(Clone, Copy, Debug)]
pub struct FaultFrame {
    /// Whether the processor found the fault; otherwise somebody sent the signal.
    pub by_processor: bool,
    /// The address that could not be used.
    pub address: usize,
    /// Where the stack ended when it happened.
    pub stack_pointer: usize,
    /// Where the program was.
    pub instruction: usize,
}

impl FaultFrame {
    /// Reads the two structures that a handler gets.
    ///
    /// # Safety
    /// - `info` and `context` are the second and third argument of a handler that runs now.
    pub unsafe fn from_handler(info: *const usize, context: *const usize) -> FaultFrame {
        // siginfo_t: signal, errno, code (4 bytes each), then the address at byte 16.
        // ucontext_t: flags, link, stack (3 words), then r8 … r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip.
        const CODE_INDEX: usize = 2;
        const ADDRESS_INDEX: usize = 2;
        const STACK_POINTER_INDEX: usize = 5 + 15;
        const INSTRUCTION_INDEX: usize = 5 + 16;
        // SAFETY: contract of this function: the kernel has laid both out on the stack of the handler.
        unsafe {
            FaultFrame {
                by_processor: info.cast::<i32>().add(CODE_INDEX).read() > 0,
                address: info.add(ADDRESS_INDEX).read(),
                stack_pointer: context.add(STACK_POINTER_INDEX).read(),
                instruction: context.add(INSTRUCTION_INDEX).read(),
            }
        }
    }
}

/// Has `action` run at the next memory fault (SIGSEGV).
///
/// # Safety
/// - The handler keeps to what is allowed in the middle of any instruction.
///
/// # Errors
/// Those of sigaction(2).
pub unsafe fn rt_sigaction_fault(action: &Action) -> Result<(), Errno> {
    // SAFETY: the pointer comes from a reference; no old action is asked for. The rest is the contract of
    // this function.
    let answer = unsafe { syscall!(RT_SIGACTION, SIGSEGV, &raw const *action, 0, SET_BYTES) };
    Errno::from_answer(answer).map(drop)
}

/// Where handlers run: `stack_t`.
#[repr(C)]
struct Stack {
    start: *mut u8,
    flags: i32,
    length: usize,
}

/// The length of this thread's stack for handlers, in bytes; 0 if it has none.
pub fn sigaltstack_bytes() -> usize {
    const SS_DISABLE: i32 = 2;
    let mut stack = Stack {
        start: core::ptr::null_mut(),
        flags: SS_DISABLE,
        length: 0,
    };
    // SAFETY: the pointer comes from the local structure that the kernel writes; nothing is set.
    let answer = unsafe { syscall!(SIGALTSTACK, 0, &raw mut stack) };
    match Errno::from_answer(answer) {
        Ok(_) if stack.flags & SS_DISABLE == 0 => stack.length,
        _ => 0,
    }
}

/// Has handlers run on another stack than the one that may have overflowed.
///
/// # Safety
/// - The `length` bytes at `start` stay unused by anything else for as long as the thread lives.
///
/// # Errors
/// Those of sigaltstack(2); `ENOMEM` where `length` is less than the processor's registers need.
pub unsafe fn sigaltstack(start: *mut u8, length: usize) -> Result<(), Errno> {
    let stack = Stack {
        start,
        flags: 0,
        length,
    };
    // SAFETY: the pointer comes from a local structure; no old stack is asked for. The rest is the contract
    // of this function.
    let answer = unsafe { syscall!(SIGALTSTACK, &raw const stack, 0) };
    Errno::from_answer(answer).map(drop)
}

/// Whether eight bytes can be read at an address, asked of the kernel and not of luck.
///
/// `rt_sigprocmask` with an operation that does not exist reads the set before it refuses the operation:
/// `EFAULT` if it cannot be read, else `EINVAL`. Nothing changes. (The trick is Abseil's.)
pub fn is_readable(address: usize) -> bool {
    const NO_SUCH_OPERATION: usize = 0x7fff_ffff;
    // SAFETY: the kernel checks the address itself, as it does by the contract of every call, and answers
    // instead of faulting; it writes nothing.
    let answer = unsafe { syscall!(RT_SIGPROCMASK, NO_SUCH_OPERATION, address, 0, SET_BYTES) };
    Errno::from_answer(answer) == Err(Errno::EINVAL)
}

#[cfg(test)]
mod tests {
    use super::is_readable;

    #[test]
    fn readable_addresses_are_told_from_others() {
        let here = 1u64;
        assert!(is_readable((&raw const here).addr()));
        for bad in [0, 8, usize::MAX - 7, 1 << 62] {
            assert!(!is_readable(bad), "{bad:#x}");
        }
    }
}
