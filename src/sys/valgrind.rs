//! A word to valgrind, if the program runs under it: six instructions that do nothing on a processor.
//!
//! # Source
//! valgrind's manual, *Client requests*; the numbers are those of `valgrind.h` and `memcheck.h`.

use core::arch::asm;

/// A block was handed out: address, size, bytes of red zone, whether it is zero.
pub const VALGRIND_MALLOCLIKE: usize = 0x1301;
/// A block goes back: address, bytes of red zone.
pub const VALGRIND_FREELIKE: usize = 0x1302;
/// Nobody may touch these bytes: address, size.
pub const VALGRIND_NO_ACCESS: usize = 0x4d43_0000;
/// Look for leaks now.
pub const VALGRIND_LEAK_CHECK: usize = 0x4d43_0006;

/// Says something to valgrind and gives its answer; 0 where there is none.
pub fn valgrind_request(request: usize, arguments: [usize; 4]) -> usize {
    let [first, second, third, fourth] = arguments;
    let words = [request, first, second, third, fourth, 0];
    let answer;
    // SAFETY: contract of valgrind: the rotations add up to two whole turns and the exchange is with itself, so
    // that a processor does nothing; valgrind reads the six words, which are borrowed here.
    unsafe {
        asm!(
            "rol rdi, 3",
            "rol rdi, 13",
            "rol rdi, 61",
            "rol rdi, 51",
            "xchg rbx, rbx",
            in("rax") &raw const words,
            inout("rdx") 0_usize => answer,
            inout("rdi") 0_usize => _,
            options(nostack),
        );
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_processor_answers_nothing() {
        let word = 0_u64;
        let address = core::ptr::from_ref(&word).addr();
        assert_eq!(valgrind_request(VALGRIND_NO_ACCESS, [address, 0, 0, 0]), 0);
    }
}
