//! Threads without libc: eight of them count the primes below a limit, each its share of the numbers.
//!
//! With an argument it does what `tests/program/threads.rs` looks at: threads that come and go, that nobody waits for, that
//! panic, or that fault.
#![no_std]
#![no_main]

use core::hint::black_box;
use core::sync::atomic::{AtomicU32, Ordering};
use nostd_alloc::collections::Vec;
use nostd_alloc::heap::Global;
use nostd_alloc::io::{File, Input};
use nostd_alloc::println;
use nostd_alloc::start::thread::{self, Builder, ScopedJoinHandle};
use nostd_alloc::start::{Args, ExitCode};
use nostd_alloc::sys::{Descriptor, Errno, Ready, poll};

nostd_alloc::entry!(main, faults, example);

const LIMIT: u32 = 20_000;
const THREADS: usize = 8;

fn main(args: Args) -> Result<ExitCode, Errno> {
    match args.get(1).map(core::ffi::CStr::to_bytes) {
        None => count_primes()?,
        Some(b"come-and-go") => come_and_go()?,
        Some(b"alone") => alone()?,
        Some(b"values") => values()?,
        Some(b"heap") => heap()?,
        Some(b"panic") => thread::spawn(|| assert!(is_prime(4), "as the test wants"))?.join(),
        Some(b"panics") => panics()?,
        Some(b"overflow") => drop(Builder::new().stack_size(16384).spawn(|| deeper(1))?.join()),
        Some(b"null") => thread::spawn(|| read_at(8))?.join(),
        Some(_) => return Ok(ExitCode::USAGE),
    }
    Ok(ExitCode::SUCCESS)
}

fn is_prime(number: u32) -> bool {
    number > 1
        && (2..)
            .take_while(|divisor| divisor * divisor <= number)
            .all(|divisor| !number.is_multiple_of(divisor))
}

fn count_primes() -> Result<(), Errno> {
    let found = AtomicU32::new(0);
    let largest = thread::scope(|scope| {
        let mut handles = [const { None }; THREADS];
        for (share, handle) in handles.iter_mut().enumerate() {
            let found = &found;
            *handle = Some(scope.spawn(move || {
                let numbers = (share as u32..LIMIT).step_by(THREADS);
                let primes = numbers.filter(|&number| is_prime(number));
                primes.fold(0, |_, prime| {
                    found.fetch_add(1, Ordering::Relaxed);
                    prime
                })
            })?);
        }
        let largest = handles.into_iter().flatten().map(ScopedJoinHandle::join);
        Ok::<_, Errno>(largest.max().unwrap_or(0))
    })?;
    let found = found.into_inner();
    println!("{found} primes below {LIMIT}, the largest one is {largest}");
    Ok(())
}

/// How many mappings this process has.
fn mappings() -> Result<usize, Errno> {
    let mut maps = File::open(c"/proc/self/maps")?;
    let mut lines = 0;
    loop {
        let mut buffer = [0; 1024];
        let count = maps.read(&mut buffer)?;
        if count == 0 {
            return Ok(lines);
        }
        lines += buffer[..count]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count();
    }
}

/// A thousand threads, one after the other.
fn come_and_go() -> Result<(), Errno> {
    let before = mappings()?;
    let mut sum = 0;
    for number in 0..1000_u64 {
        sum += thread::spawn(move || number)?.join();
    }
    println!("sum {sum}, {} mappings more", mappings()? - before);
    Ok(())
}

/// Sleeps for a millisecond: waits for no descriptor at all.
fn pause() {
    // An error only makes it shorter.
    let _ = poll(Descriptor(-1), Ready::Read, 1);
}

/// Counts how often it is dropped.
struct Dropped(&'static AtomicU32);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Two hundred threads that nobody waits for: every other one has ended before its handle goes, the rest after.
fn alone() -> Result<(), Errno> {
    static ENDED: AtomicU32 = AtomicU32::new(0);
    static HANDLES_GONE: AtomicU32 = AtomicU32::new(0);
    let before = mappings()?;
    for number in 0..200 {
        let handle = thread::spawn(move || {
            while number % 2 == 1 && HANDLES_GONE.load(Ordering::Relaxed) <= number {
                pause();
            }
            Dropped(&ENDED)
        })?;
        while number % 2 == 0 && !handle.is_finished() {
            core::hint::spin_loop();
        }
        drop(handle);
        HANDLES_GONE.store(number + 1, Ordering::Relaxed);
    }
    // The last ones need a moment from their result to their end.
    for _ in 0..10_000 {
        pause();
        if ENDED.load(Ordering::Relaxed) == 200 && mappings()? == before {
            println!("200 results dropped, nothing left");
            return Ok(());
        }
    }
    println!(
        "{} dropped, {} mappings",
        ENDED.load(Ordering::Relaxed),
        mappings()?
    );
    Err(Errno::ETIMEDOUT)
}

#[repr(align(8192))]
struct Aligned([u8; 8192]);

/// Work and results that are large, aligned, or nothing; results that are dropped with the handle, or not at all.
fn values() -> Result<(), Errno> {
    static DROPPED: AtomicU32 = AtomicU32::new(0);
    let large = [7_u8; 100_000];
    let returned = thread::spawn(move || large)?.join();
    let aligned = Aligned([9; 8192]);
    let at = thread::spawn(move || {
        let aligned = black_box(aligned);
        ((&raw const aligned).addr(), aligned)
    })?;
    let (address, aligned) = at.join();
    println!(
        "{} {} {}",
        returned[99_999],
        aligned.0[8191],
        address % 8192
    );
    thread::spawn(|| ())?.join();
    // Within a thread, too, and the handle may go to another one.
    let inner = thread::spawn(|| thread::spawn(|| 5).map(|handle| (handle, Dropped(&DROPPED))))?;
    let (handle, kept) = inner.join()?;
    println!("{} {}", handle.join(), DROPPED.load(Ordering::Relaxed));
    drop(kept);
    let unasked = thread::scope(|scope| {
        let handle = scope.spawn(|| {
            pause();
            Dropped(&DROPPED)
        })?;
        let joined = scope.spawn(|| 3)?;
        drop(handle);
        Ok::<_, Errno>(joined.join())
    })?;
    println!("{unasked} {}", DROPPED.load(Ordering::Relaxed));
    Ok(())
}

/// The primes of a share, in the heap of the thread that asks.
fn primes(share: usize) -> Result<Vec<u32>, Errno> {
    let mut found = Vec::new();
    for number in (share as u32..LIMIT).step_by(THREADS) {
        if is_prime(number) {
            found.try_push(number).map_err(|_| Errno::ENOMEM)?;
        }
    }
    Ok(found)
}

/// Vectors that are made by threads, each in its own heap, and dropped by the first one and by other threads.
fn heap() -> Result<(), Errno> {
    let mut all = Vec::new();
    for share in 0..THREADS {
        let mut found = thread::spawn(move || primes(share))?.join()?;
        found = thread::spawn(move || primes(0).map(|_| found))?.join()?;
        all.try_extend_from_slice(&found)
            .map_err(|_| Errno::ENOMEM)?;
    }
    // Room that would be nice to have: without it all goes on.
    let spare = Vec::<u64>::try_with_capacity(1 << 17);
    println!("{} primes", all.len());
    drop((all, spare));
    Global.trim();
    let stats = Global.stats_of_all();
    println!("{} blocks, {} bytes", stats.blocks, stats.footprint_bytes);
    Ok(())
}

/// A message that another thread panics in the middle of.
struct Slow(&'static AtomicU32);

impl core::fmt::Display for Slow {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("the first")?;
        self.0.store(1, Ordering::Relaxed);
        (0..50).for_each(|_| pause());
        f.write_str(" and whole one")
    }
}

/// Two threads that panic at the same time.
fn panics() -> Result<(), Errno> {
    static BEGUN: AtomicU32 = AtomicU32::new(0);
    thread::spawn(|| {
        while BEGUN.load(Ordering::Relaxed) == 0 {
            pause();
        }
        panic!("the second");
    })?;
    thread::spawn(|| panic!("{}", Slow(&BEGUN)))?.join()
}

/// Recurses for longer than any stack.
#[inline(never)]
fn deeper(depth: u64) -> u64 {
    let room = black_box([depth; 64]);
    if room[0] == u64::MAX {
        return 0;
    }
    black_box(deeper(room[0] + 1)) + room[63]
}

fn read_at(address: usize) {
    // SAFETY: none: the fault is the purpose (checked by tests/program/threads.rs).
    black_box(unsafe { core::ptr::without_provenance::<u8>(address).read_volatile() });
}
