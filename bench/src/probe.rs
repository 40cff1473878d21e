//! What a cell reads of itself: time on a clock of the kernel, resident memory from `/proc/self/status`.
//!
//! Nothing here allocates: reading memory must not change it.

use std::ffi::CStr;
use std::io::Write;

/// Which clock a workload runs on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Clock {
    /// Time that this thread was on a core: other programs on the machine do not count.
    Thread,
    /// Time on the wall, for workloads with threads.
    Wall,
}

/// Readings of one run of one workload.
#[derive(Debug)]
pub struct Probe {
    clock: Clock,
    started: u64,
    /// Nanoseconds between `start` and `stop`, summed.
    pub nanoseconds: u64,
    /// Operations in that time.
    pub operations: u64,
    /// Nanoseconds and operations of the first pass over a recording.
    pub cold: Option<(u64, u64)>,
    before_kib: u64,
    /// Resident at the most, above what was there when `memory_begins` was called.
    pub peak_kib: u64,
    /// Resident after everything was freed, above what was there before.
    pub left_kib: u64,
}

impl Probe {
    /// A probe on `clock`.
    pub fn new(clock: Clock) -> Probe {
        Probe {
            clock,
            started: 0,
            nanoseconds: 0,
            operations: 0,
            cold: None,
            before_kib: 0,
            peak_kib: 0,
            left_kib: 0,
        }
    }

    /// The tables of the harness stand: from here on memory is the heap's.
    pub fn memory_begins(&mut self) {
        // The code that reads is paged in by a first reading.
        resident_kib(b"VmRSS:");
        reset_peak();
        self.before_kib = resident_kib(b"VmRSS:");
    }

    /// Everything is freed.
    pub fn memory_ends(&mut self) {
        self.left_kib = resident_kib(b"VmRSS:").saturating_sub(self.before_kib);
        self.peak_kib = resident_kib(b"VmHWM:").saturating_sub(self.before_kib);
    }

    /// Time runs.
    pub fn start(&mut self) {
        self.started = now(self.clock);
    }

    /// Time stands, after `operations`; returns the nanoseconds of this stretch.
    pub fn stop(&mut self, operations: u64) -> u64 {
        let passed = now(self.clock) - self.started;
        self.nanoseconds += passed;
        self.operations += operations;
        passed
    }

    /// Prints the readings as one line of `key=value`, to the last byte.
    pub fn print(&self) {
        let each = |(ns, operations): (u64, u64)| ns as f64 / operations.max(1) as f64;
        let mut out = std::io::stdout().lock();
        let warm = each((self.nanoseconds, self.operations));
        let mut line = format!(
            "cell ns={warm:.4} peak_kib={} left_kib={}",
            self.peak_kib, self.left_kib
        );
        if let Some(cold) = self.cold {
            line += &format!(" cold={:.4}", each(cold));
        }
        // Nobody is left to tell if the parent has gone.
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }
}

/// Nanoseconds on a clock of the kernel.
pub fn now(clock: Clock) -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let which = match clock {
        Clock::Thread => libc::CLOCK_THREAD_CPUTIME_ID,
        Clock::Wall => libc::CLOCK_MONOTONIC,
    };
    // SAFETY: the pointer comes from a local of the type that clock_gettime(2) writes.
    let answer = unsafe { libc::clock_gettime(which, &raw mut time) };
    assert!(answer == 0, "no clock");
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// A field of `/proc/self/status`, in KiB.
fn resident_kib(field: &[u8]) -> u64 {
    let mut bytes = [0u8; 4096];
    let length = with_file(c"/proc/self/status", libc::O_RDONLY, |descriptor| {
        // SAFETY: the pointer comes from a local array of the length that read(2) is told.
        unsafe { libc::read(descriptor, bytes.as_mut_ptr().cast(), bytes.len()) }
    });
    let text = &bytes[..usize::try_from(length).unwrap_or(0)];
    let found = text.windows(field.len()).position(|part| part == field);
    let Some(at) = found else { return 0 };
    text[at + field.len()..]
        .iter()
        .skip_while(|byte| !byte.is_ascii_digit())
        .take_while(|byte| byte.is_ascii_digit())
        .fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'))
}

/// Sets the peak of the resident memory (`VmHWM`) back to what is resident now.
fn reset_peak() {
    with_file(c"/proc/self/clear_refs", libc::O_WRONLY, |descriptor| {
        // SAFETY: the pointer comes from a literal of one byte.
        unsafe { libc::write(descriptor, b"5".as_ptr().cast(), 1) }
    });
}

/// Opens, uses and closes a file without the heap.
fn with_file(path: &CStr, flags: i32, use_it: impl FnOnce(i32) -> isize) -> isize {
    // SAFETY: the path comes from a literal with its zero at the end.
    let descriptor = unsafe { libc::open(path.as_ptr(), flags) };
    if descriptor < 0 {
        return descriptor as isize;
    }
    let answer = use_it(descriptor);
    // SAFETY: the descriptor comes from `open` above and is used no more.
    unsafe { libc::close(descriptor) };
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::Pages;

    #[test]
    fn a_megabyte_that_is_touched_is_seen() {
        let mut probe = Probe::new(Clock::Thread);
        let table = Pages::<u64>::unreserved(1 << 20);
        probe.memory_begins();
        for page in 0..256 {
            // SAFETY: the table comes from `Pages` just above and has 8 MiB.
            unsafe { table.start().add(page * 512).write(1) };
        }
        probe.memory_ends();
        assert!((1024..1400).contains(&probe.peak_kib), "{probe:?}");
        assert!(probe.left_kib >= 1024, "{probe:?}");
    }
}
