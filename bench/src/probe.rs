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
    before: Resident,
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
            before: Resident::default(),
            peak_kib: 0,
            left_kib: 0,
        }
    }

    /// The tables of the harness stand: from here on memory is the heap's.
    pub fn memory_begins(&mut self) {
        make_code_resident();
        // The code that reads has run once when it counts.
        Resident::now();
        reset_peak();
        self.before = Resident::now();
    }

    /// What is resident now counts as a peak: exact also where the kernel's own mark is not.
    pub fn memory_stands(&mut self) {
        let now = Resident::now().own_kib;
        self.peak_kib = self.peak_kib.max(now.saturating_sub(self.before.own_kib));
    }

    /// Everything is freed; the peak is what was seen where memory stood.
    pub fn memory_is_left(&mut self) {
        let now = Resident::now().own_kib;
        self.left_kib = now.saturating_sub(self.before.own_kib);
    }

    /// Everything is freed. The peak is the process's without the pages of files at the end: they were all
    /// resident before, so that they have not grown since.
    pub fn memory_ends(&mut self) {
        self.memory_is_left();
        let now = Resident::now();
        let peak = now.peak_kib.saturating_sub(now.file_kib);
        self.peak_kib = self.peak_kib.max(peak.saturating_sub(self.before.own_kib));
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

/// What `/proc/self/status` says is resident, in KiB.
#[derive(Clone, Copy, Default, Debug)]
struct Resident {
    /// Pages of no file, or shared without a name: what heaps are made of.
    own_kib: u64,
    /// Pages of files: code and constants.
    file_kib: u64,
    /// The most of both at once.
    peak_kib: u64,
}

impl Resident {
    fn now() -> Resident {
        let mut bytes = [0u8; 4096];
        let length = with_file(c"/proc/self/status", libc::O_RDONLY, |descriptor| {
            // SAFETY: the pointer comes from a local array of the length that read(2) is told.
            unsafe { libc::read(descriptor, bytes.as_mut_ptr().cast(), bytes.len()) }
        });
        let text = &bytes[..usize::try_from(length).unwrap_or(0)];
        Resident {
            own_kib: field(text, b"RssAnon:") + field(text, b"RssShmem:"),
            file_kib: field(text, b"RssFile:"),
            peak_kib: field(text, b"VmHWM:"),
        }
    }
}

/// The number behind `name` in a text, or 0.
fn field(text: &[u8], name: &[u8]) -> u64 {
    let found = text.windows(name.len()).position(|part| part == name);
    let Some(at) = found else { return 0 };
    text[at + name.len()..]
        .iter()
        .skip_while(|byte| !byte.is_ascii_digit())
        .take_while(|byte| byte.is_ascii_digit())
        .fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'))
}

/// Makes every page of this program and its libraries resident that comes from a file, without writing any.
fn make_code_resident() {
    // SAFETY: contract of dl_iterate_phdr(3): the function has the type that it calls, and does not use the null.
    unsafe { libc::dl_iterate_phdr(Some(populate), std::ptr::null_mut()) };
}

/// Makes the segments of one loaded file resident.
unsafe extern "C" fn populate(
    file: *mut libc::dl_phdr_info,
    _: libc::size_t,
    _: *mut libc::c_void,
) -> libc::c_int {
    const PAGE_BYTES: usize = 4096;
    // SAFETY: contract of dl_iterate_phdr(3): the pointer comes from it and has this type, with a table of
    // `dlpi_phnum` headers.
    let (base, headers) = unsafe {
        let file = &*file;
        let count = usize::from(file.dlpi_phnum);
        (
            file.dlpi_addr,
            std::slice::from_raw_parts(file.dlpi_phdr, count),
        )
    };
    for header in headers.iter().filter(|it| it.p_type == libc::PT_LOAD) {
        let start = (base + header.p_vaddr) as usize;
        let first = start / PAGE_BYTES * PAGE_BYTES;
        let end = start + header.p_memsz as usize;
        // SAFETY: by the contract of madvise(2), MADV_POPULATE_READ changes no byte. It fails where a kernel
        // does not have it: then code counts as it is used.
        unsafe {
            let start = std::ptr::with_exposed_provenance_mut(first);
            libc::madvise(start, end - first, libc::MADV_POPULATE_READ);
        }
    }
    0
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
        let begun = probe.before.file_kib;
        for page in 0..256 {
            // SAFETY: the table comes from `Pages` just above and has 8 MiB.
            unsafe { table.start().add(page * 512).write(1) };
        }
        probe.memory_ends();
        assert!((1024..1100).contains(&probe.peak_kib), "{probe:?}");
        assert!(probe.left_kib >= 1024, "{probe:?}");
        let grown = Resident::now().file_kib - begun;
        assert!(grown < 32, "{grown} KiB of code were not resident before");
    }
}
