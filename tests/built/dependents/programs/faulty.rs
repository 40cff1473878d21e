//! Faults as its argument says: `stack` recurses without an end, `null` reads at address 8.
#![no_std]
#![no_main]

use core::hint::black_box;

nostd_alloc::entry!(main, faults);

fn main(args: nostd_alloc::start::Args) {
    match args.get(1).map(core::ffi::CStr::to_bytes) {
        Some(b"stack") => drop(black_box(deeper(1))),
        // SAFETY: the contract of a read is broken on purpose; the program ends here.
        Some(b"null") => drop(black_box(unsafe { core::ptr::without_provenance::<u8>(8).read_volatile() })),
        _ => nostd_alloc::println!("no fault"),
    }
}

#[inline(never)]
fn deeper(depth: u64) -> u64 {
    let room = black_box([depth; 64]);
    black_box(deeper(room[0] + 1)) + room[63]
}
