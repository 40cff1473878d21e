//! The macro that makes a function the start of a program.

/// Makes `main` the program that the kernel starts.
///
/// It expands, in the crate of the final binary, to everything that a program without libc needs and a
/// library must not have: `_start`, the panic handler, the personality stub, and memcpy & co.
///
/// `main` is a `fn()` or a `fn(`[`Args`](crate::start::Args)`)` and returns nothing, an
/// [`ExitCode`](crate::start::ExitCode), or a `Result` of either with a
/// [`Failure`](crate::start::Failure).
///
/// ```text
/// #![no_std]
/// #![no_main]
/// nostd_alloc::entry!(main);
///
/// fn main() {
///     nostd_alloc::println!("hello");
/// }
/// ```
///
/// Options follow the name:
///
/// | option | |
/// |---|---|
/// | `faults` | one line before a stack overflow or a bad address ends the program, for two system calls at start |
/// | `silent` | a panic ends with status 101 and no word: saves the formatting machinery |
/// | `example` | for an `[[example]]`: `cargo test` compiles it with unwinding, only to see that it compiles |
///
/// A binary needs `panic = "abort"` in `[profile.dev]` and `[profile.release]`, and `test = false` and
/// `bench = false` in its `[[bin]]`; the macro says so where they are missing.
#[macro_export]
macro_rules! entry {
    ($main:path $(, $option:ident)* $(,)?) => {
        $crate::__entry! { @options $main, report, begin, strict; $($option)* }
    };
}

/// The work of [`entry!`](crate::entry): reads the options one by one, then emits the items.
#[doc(hidden)]
#[macro_export]
macro_rules! __entry {
    (@options $main:path, $panic:ident, $begin:ident, $build:ident; faults $($rest:ident)*) => {
        $crate::__entry! { @options $main, $panic, begin_with_faults, $build; $($rest)* }
    };
    (@options $main:path, $panic:ident, $begin:ident, $build:ident; silent $($rest:ident)*) => {
        $crate::__entry! { @options $main, silent, $begin, $build; $($rest)* }
    };
    (@options $main:path, $panic:ident, $begin:ident, $build:ident; example $($rest:ident)*) => {
        $crate::__entry! { @options $main, $panic, $begin, example; $($rest)* }
    };
    (@options $main:path, $panic:ident, $begin:ident, $build:ident; $unknown:ident $($rest:ident)*) => {
        compile_error!(concat!(
            "entry!: unknown option `", stringify!($unknown), "`; there are `faults`, `silent`, `example`"
        ));
    };
    (@options $main:path, $panic:ident, $begin:ident, $build:ident;) => {
        $crate::__entry! { @build $build, $main }

        #[cfg(not(panic = "unwind"))]
        const _: () = {
            fn program(args: $crate::start::Args) -> $crate::start::ExitCode {
                $crate::start::Main::call($main, args)
            }

            /// Where the kernel enters: nothing but a stack pointer and what lies above it.
            #[unsafe(no_mangle)]
            #[unsafe(naked)]
            #[unsafe(link_section = ".text._start")]
            unsafe extern "C" fn _start() -> ! {
                ::core::arch::naked_asm!(
                    ".weak nostd_alloc_entry", // the mark of a program that begins here: `thread::has_slots`
                    ".hidden nostd_alloc_entry",
                    "nostd_alloc_entry:",
                    "xor ebp, ebp", // the chain of frame pointers ends here
                    "mov rdi, rsp", // argc, argv, environment, auxiliary vector: the first argument
                    "and rsp, -16", // the ABI: aligned before every call
                    "call {first}", // never returns
                    "ud2",          // and if it did, the program stops here
                    first = sym first,
                )
            }

            unsafe extern "C" fn first(stack: *const usize) -> ! {
                // SAFETY: origin of the pointer: the kernel, through `_start`.
                unsafe { $crate::start::$begin(stack, program) }
            }

            #[panic_handler]
            fn panic(info: &::core::panic::PanicInfo<'_>) -> ! {
                $crate::__entry!(@panic $panic, info)
            }

            // Debug builds of core name it, though nothing unwinds.
            #[unsafe(no_mangle)]
            extern "C" fn rust_eh_personality() {}

            // The `alloc` crate was compiled with clean-up code that ends in this; nobody gets there.
            #[unsafe(no_mangle)]
            extern "C" fn _Unwind_Resume() -> ! {
                $crate::sys::abort()
            }
        };

        #[cfg(not(panic = "unwind"))]
        $crate::__memory_functions! {}
    };

    (@panic report, $info:ident) => { $crate::start::panic_report($info) };
    (@panic silent, $info:ident) => {{
        let _ = $info;
        $crate::start::panic_silent()
    }};

    (@build strict, $main:path) => {
        #[cfg(panic = "unwind")]
        compile_error!(
            "a program without libc cannot unwind: set `panic = \"abort\"` in [profile.dev] and \
             [profile.release], and `test = false`, `bench = false` in its [[bin]]"
        );
    };
    // `cargo test` compiles examples with panic=unwind, whatever the profile says, and only std has what
    // that needs. Such a build is never run by cargo; who does it by hand is told.
    (@build example, $main:path) => {
        #[cfg(panic = "unwind")]
        extern crate std;

        #[cfg(panic = "unwind")]
        const _: () = {
            const MESSAGE_BYTES: usize = 73;
            static MESSAGE: [u8; MESSAGE_BYTES] =
                *b"error: `cargo test` compiled this; run what `cargo build --examples` did\n";

            #[unsafe(no_mangle)]
            #[unsafe(naked)]
            unsafe extern "C" fn _start() -> ! {
                ::core::arch::naked_asm!(
                    "mov eax, 1", // write
                    "mov edi, 2", // standard error
                    "lea rsi, [rip + {message}]",
                    "mov edx, {length}",
                    "syscall",
                    "mov eax, 231", // exit_group
                    "mov edi, 2",
                    "syscall",
                    "ud2",
                    message = sym MESSAGE,
                    length = const MESSAGE_BYTES,
                )
            }

            #[expect(dead_code, reason = "or `main` and all that it calls would be told to be unused")]
            fn program(args: $crate::start::Args) -> $crate::start::ExitCode {
                $crate::start::Main::call($main, args)
            }
        };
    };
}

/// memcpy & co for the final binary, from the crate `compiler_builtins`: the package's own programs.
#[cfg(feature = "rt")]
#[doc(hidden)]
#[macro_export]
macro_rules! __memory_functions {
    () => {
        extern crate compiler_builtins as _;
    };
}
