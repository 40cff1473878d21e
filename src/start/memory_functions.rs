//! memcpy & co for programs that leave `compiler_builtins` out (`default-features = false`).
//!
//! The compiler calls memcpy, memmove, memset, memcmp, bcmp and strlen wherever it likes, and expects to
//! find them under these names. They are written in assembly: the compiler cannot turn them into calls of
//! themselves, as it does with loops in Rust.
//!
//! Up to 32 bytes are moved by at most two loads and two stores that may overlap, all loads first; more by
//! the processor's own string instructions. Only moves to a higher address that overlap go backwards, eight
//! bytes at a time: `std; rep movsb` takes a cycle or more for each byte.
//!
//! # Source
//! The overlapping moves are those of glibc and musl; `rep movsb` for the rest is what the kernel does.

/// Emits the six functions. Only [`entry!`](crate::entry) calls it, in the crate of the final binary.
#[cfg(not(feature = "rt"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __memory_functions {
    () => {
        const _: () = {
            #[unsafe(no_mangle)]
            #[unsafe(naked)]
            unsafe extern "C" fn memcpy(
                target: *mut u8,
                source: *const u8,
                count: usize,
            ) -> *mut u8 {
                $crate::__move_bytes!()
            }

            #[unsafe(no_mangle)]
            #[unsafe(naked)]
            unsafe extern "C" fn memmove(
                target: *mut u8,
                source: *const u8,
                count: usize,
            ) -> *mut u8 {
                $crate::__move_bytes!()
            }

            #[unsafe(no_mangle)]
            #[unsafe(naked)]
            unsafe extern "C" fn memset(target: *mut u8, value: i32, count: usize) -> *mut u8 {
                $crate::__set_bytes!()
            }

            #[unsafe(no_mangle)]
            #[unsafe(naked)]
            unsafe extern "C" fn memcmp(left: *const u8, right: *const u8, count: usize) -> i32 {
                $crate::__compare_bytes!()
            }

            #[unsafe(no_mangle)]
            #[unsafe(naked)]
            unsafe extern "C" fn bcmp(left: *const u8, right: *const u8, count: usize) -> i32 {
                $crate::__compare_bytes!()
            }

            #[unsafe(no_mangle)]
            #[unsafe(naked)]
            unsafe extern "C" fn strlen(string: *const ::core::ffi::c_char) -> usize {
                $crate::__string_length!()
            }
        };
    };
}

/// rdi = target, rsi = source, rdx = count; the result is the target.
#[doc(hidden)]
#[macro_export]
macro_rules! __move_bytes {
    () => {
        ::core::arch::naked_asm!(
            "mov rax, rdi",
            "cmp rdx, 16",
            "jb 3f",
            "cmp rdx, 32",
            "ja 2f",
            // 16 to 32: the first and the last sixteen.
            "movups xmm0, [rsi]",
            "movups xmm1, [rsi + rdx - 16]",
            "movups [rdi], xmm0",
            "movups [rdi + rdx - 16], xmm1",
            "ret",
            // More: forwards, unless the target begins inside the source.
            "2:",
            "mov rcx, rdi",
            "sub rcx, rsi",
            "cmp rcx, rdx",
            "jb 7f",
            "mov rcx, rdx",
            "rep movsb",
            "ret",
            // 8 to 15, 4 to 7, 2 to 3, 1: the first and the last of half as many.
            "3:",
            "cmp edx, 8",
            "jb 4f",
            "mov rcx, [rsi]",
            "mov r8, [rsi + rdx - 8]",
            "mov [rdi], rcx",
            "mov [rdi + rdx - 8], r8",
            "ret",
            "4:",
            "cmp edx, 4",
            "jb 5f",
            "mov ecx, [rsi]",
            "mov r8d, [rsi + rdx - 4]",
            "mov [rdi], ecx",
            "mov [rdi + rdx - 4], r8d",
            "ret",
            "5:",
            "test edx, edx",
            "jz 6f",
            "mov r9, rdx",
            "shr r9, 1",
            "movzx ecx, byte ptr [rsi]",
            "movzx r10d, byte ptr [rsi + r9]", // the middle one of three
            "movzx r8d, byte ptr [rsi + rdx - 1]",
            "mov [rdi], cl",
            "mov [rdi + r9], r10b",
            "mov [rdi + rdx - 1], r8b",
            "6:",
            "ret",
            // Backwards: eight at a time from the end, then the first eight or fewer again.
            "7:",
            "mov r8, [rsi]",
            "8:",
            "mov rcx, [rsi + rdx - 8]",
            "mov [rdi + rdx - 8], rcx",
            "sub rdx, 8",
            "cmp rdx, 8",
            "ja 8b",
            "mov [rdi], r8",
            "ret",
        )
    };
}

/// rdi = target, sil = value, rdx = count; the result is the target.
#[doc(hidden)]
#[macro_export]
macro_rules! __set_bytes {
    () => {
        ::core::arch::naked_asm!(
            "mov rax, rdi",
            "movzx esi, sil",
            "movabs r8, 0x0101010101010101",
            "imul r8, rsi", // the value eight times
            "cmp rdx, 16",
            "jb 3f",
            "cmp rdx, 64",
            "ja 2f",
            // 16 to 64: the first and the last sixteen, and the next ones inwards.
            "movq xmm0, r8",
            "punpcklqdq xmm0, xmm0",
            "movups [rdi], xmm0",
            "movups [rdi + rdx - 16], xmm0",
            "cmp rdx, 32",
            "jbe 6f",
            "movups [rdi + 16], xmm0",
            "movups [rdi + rdx - 32], xmm0",
            "ret",
            // More: the processor's string instruction, which wants the value in al.
            "2:",
            "mov r9, rax",
            "mov eax, esi",
            "mov rcx, rdx",
            "rep stosb",
            "mov rax, r9",
            "ret",
            // 8 to 15, 4 to 7, 1 to 3.
            "3:",
            "cmp edx, 8",
            "jb 4f",
            "mov [rdi], r8",
            "mov [rdi + rdx - 8], r8",
            "ret",
            "4:",
            "cmp edx, 4",
            "jb 5f",
            "mov [rdi], r8d",
            "mov [rdi + rdx - 4], r8d",
            "ret",
            "5:",
            "test edx, edx",
            "jz 6f",
            "mov [rdi], r8b",
            "mov [rdi + rdx - 1], r8b",
            "shr edx, 1",
            "mov [rdi + rdx], r8b",
            "6:",
            "ret",
        )
    };
}

/// rdi = left, rsi = right, rdx = count; the result is negative, 0 or positive.
#[doc(hidden)]
#[macro_export]
macro_rules! __compare_bytes {
    () => {
        ::core::arch::naked_asm!(
            // Eight at a time while they are equal.
            "2:",
            "cmp rdx, 8",
            "jb 3f",
            "mov rax, [rdi]",
            "mov rcx, [rsi]",
            "add rdi, 8",
            "add rsi, 8",
            "sub rdx, 8",
            "cmp rax, rcx",
            "je 2b",
            "bswap rax", // the lowest address decides: as the most significant byte
            "bswap rcx",
            "cmp rax, rcx",
            "sbb eax, eax", // -1 if below, else 0
            "or eax, 1",
            "ret",
            // The rest one by one.
            "3:",
            "test rdx, rdx",
            "jz 4f",
            "movzx eax, byte ptr [rdi]",
            "movzx ecx, byte ptr [rsi]",
            "inc rdi",
            "inc rsi",
            "dec rdx",
            "sub eax, ecx",
            "jz 3b",
            "ret",
            "4:",
            "xor eax, eax",
            "ret",
        )
    };
}

/// rdi = string; the result is the number of bytes before its NUL.
#[doc(hidden)]
#[macro_export]
macro_rules! __string_length {
    () => {
        ::core::arch::naked_asm!(
            "xor eax, eax",
            "2:",
            "cmp byte ptr [rdi + rax], 0",
            "je 3f",
            "inc rax",
            "jmp 2b",
            "3:",
            "ret",
        )
    };
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    #[unsafe(naked)]
    unsafe extern "C" fn move_bytes(target: *mut u8, source: *const u8, count: usize) -> *mut u8 {
        crate::__move_bytes!()
    }

    #[unsafe(naked)]
    unsafe extern "C" fn set_bytes(target: *mut u8, value: i32, count: usize) -> *mut u8 {
        crate::__set_bytes!()
    }

    #[unsafe(naked)]
    unsafe extern "C" fn compare_bytes(left: *const u8, right: *const u8, count: usize) -> i32 {
        crate::__compare_bytes!()
    }

    #[unsafe(naked)]
    unsafe extern "C" fn string_length(string: *const u8) -> usize {
        crate::__string_length!()
    }

    /// Lengths around each limit of the code above, and some long ones.
    fn counts() -> impl Iterator<Item = usize> {
        (0..100).chain([127, 128, 129, 1000, 4096])
    }

    #[test]
    fn moves_agree_with_core_also_where_they_overlap() {
        const ROOM: usize = 8192;
        let original: Vec<u8> = (0..ROOM)
            .map(|index| (index * 7 + index / 251) as u8)
            .collect();
        for count in counts() {
            for (from, to) in [(0, 4096), (100, 0), (64, 64)]
                .into_iter()
                .chain((1..40).map(|gap| (5, 5 + gap)))
            {
                for (from, to) in [(from, to), (to, from)] {
                    let (mut ours, mut theirs) = (original.clone(), original.clone());
                    theirs.copy_within(from..from + count.min(ROOM - 4096), to);
                    let start = ours.as_mut_ptr();
                    // SAFETY: both places lie in the vector: checked by `copy_within` on one as long.
                    let result = unsafe { move_bytes(start.add(to), start.add(from), count) };
                    assert_eq!(result.addr(), start.addr() + to);
                    assert!(ours == theirs, "{count} bytes from {from} to {to}");
                }
            }
        }
    }

    #[test]
    fn setting_writes_just_the_bytes_asked_for() {
        for count in counts() {
            let mut bytes = std::vec![1u8; count + 2];
            // SAFETY: the range lies inside the vector, which comes from the line above.
            unsafe { set_bytes(bytes.as_mut_ptr().add(1), 0x1a5, count) };
            assert_eq!((bytes[0], bytes[count + 1]), (1, 1));
            assert!(bytes[1..=count].iter().all(|&byte| byte == 0xa5), "{count}");
        }
    }

    #[test]
    fn comparing_agrees_with_slices() {
        for count in counts() {
            let left: Vec<u8> = (0..count).map(|index| index as u8).collect();
            for change in (0..count).chain([usize::MAX]) {
                for byte in [0u8, 255] {
                    let mut right = left.clone();
                    if let Some(place) = right.get_mut(change) {
                        *place = byte;
                    }
                    // SAFETY: both pointers come from vectors of `count` bytes.
                    let sign =
                        unsafe { compare_bytes(left.as_ptr(), right.as_ptr(), count) }.signum();
                    assert_eq!(sign, left.cmp(&right) as i32, "{count} {change}");
                }
            }
        }
    }

    #[test]
    fn a_string_ends_at_its_nul() {
        for text in [
            &b"\0"[..],
            b"a\0b\0",
            b"a longer one, of more than sixteen\0",
        ] {
            // SAFETY: the pointer comes from a literal that holds a NUL.
            let length = unsafe { string_length(text.as_ptr()) };
            assert_eq!(Some(length), text.iter().position(|&byte| byte == 0));
        }
    }
}
