//! The collections under valgrind, without libc: every block is told to memcheck by client requests, so that it
//! sees an overflow by one byte, a use after free, a double free and a leak. With an argument, such a fault is
//! planted. `tests/program/memcheck.rs` runs it.
#![no_std]
#![no_main]

use core::mem::forget;
use core::ptr::NonNull;
use nostd_alloc::collections::{Box, String, Vec};
use nostd_alloc::memory::{AllocError, Allocator, Kernel, Layout};
use nostd_alloc::println;
use nostd_alloc::start::{Args, ExitCode};
use nostd_alloc::sys::{
    VALGRIND_FREELIKE, VALGRIND_LEAK_CHECK, VALGRIND_MALLOCLIKE, VALGRIND_NO_ACCESS,
    valgrind_request,
};

nostd_alloc::entry!(main, example);

/// Kernel pages whose blocks memcheck knows, clipped to what was asked.
#[derive(Clone, Copy)]
struct Told;

// SAFETY: each block comes from the kernel (contract of `Allocator`); it is clipped to what was asked.
unsafe impl Allocator for Told {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = Kernel.allocate(layout)?;
        let start = block.cast::<u8>();
        let (address, size) = (start.addr().get(), layout.size());
        valgrind_request(VALGRIND_MALLOCLIKE, [address, size, 0, 0]);
        valgrind_request(
            VALGRIND_NO_ACCESS,
            [address + size, block.len() - size, 0, 0],
        );
        Ok(NonNull::slice_from_raw_parts(start, layout.size()))
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, _: Layout) {
        // The pages stay: the next reader is to be seen by memcheck, not by the processor.
        valgrind_request(VALGRIND_FREELIKE, [ptr.addr().get(), 0, 0, 0]);
    }
}

fn main(args: Args) -> ExitCode {
    match args.get(1) {
        None => exercise(),
        Some(fault) => plant(fault.to_bytes()),
    }
    valgrind_request(VALGRIND_LEAK_CHECK, [0; 4]);
    ExitCode::SUCCESS
}

/// Something of everything.
fn exercise() {
    let mut texts: Vec<String<Told>, Told> = Vec::new_in(Told);
    for number in 0..100_u64 {
        let mut text = String::new_in(Told);
        text.push_integer(number * 37 % 101);
        text.push_str(" is a number");
        text.insert(0, 'ß');
        texts.push(text);
    }
    texts.sort_unstable();
    texts.retain(|text| text.len() % 2 == 0);
    texts.dedup_by_key(|text| text.as_bytes()[2]);
    let copy = texts.clone();
    texts.splice(1..2, copy.into_iter().take(5));
    texts.drain(..2);
    texts.insert(
        1,
        String::try_from_str_in("inserted", Told).unwrap_or_default_in(),
    );
    texts.shrink_to_fit();
    let boxed = Box::new_in(texts.into_boxed_slice(), Told);
    println!("{} texts", boxed.len());
}

/// A default where std's `Default` has no allocator to take.
trait OrEmpty {
    fn unwrap_or_default_in(self) -> String<Told>;
}

impl<E> OrEmpty for Result<String<Told>, E> {
    fn unwrap_or_default_in(self) -> String<Told> {
        self.unwrap_or(String::new_in(Told))
    }
}

/// A fault on purpose.
fn plant(fault: &[u8]) {
    let mut vec: Vec<u64, Told> = Vec::with_capacity_in(3, Told);
    vec.push(1);
    let ptr = vec.as_mut_ptr();
    match fault {
        // SAFETY: none: the fault is the purpose (checked by memcheck).
        b"overflow" => unsafe { ptr.add(3).write_volatile(7) },
        b"use-after-free" => {
            drop(vec);
            // SAFETY: none: the fault is the purpose (checked by memcheck).
            println!("{}", unsafe { ptr.read_volatile() });
            return;
        }
        b"double-free" => {
            // SAFETY: none: the fault is the purpose (checked by memcheck).
            drop(unsafe { Vec::from_raw_parts_in(ptr, 0, 3, Told) });
        }
        b"leak" => {
            forget(vec);
            return;
        }
        // SAFETY: none: the fault is the purpose (checked by memcheck).
        b"uninitialised" => println!("{}", unsafe { ptr.add(1).read_volatile() } > 7),
        _ => (),
    }
    drop(vec);
}
