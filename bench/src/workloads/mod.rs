//! What heaps are asked to do: fourteen synthetic workloads and the recordings of real programs.
//!
//! A workload is a function of a heap and a number of operations, compiled for each heap. It fills tables
//! of its own first, then memory is counted, then time; what it fills before the time runs costs nothing.
//!
//! To add one: its function in a file of this folder, a [`Kind`], and its row in [`WORKLOADS`].

mod batches;
mod churn;
mod growth;
mod large;
mod pairs;
mod recording;
mod threads;

pub use recording::pack_recording;

use crate::heaps::{live_kib_peak, works};
use crate::probe::{Clock, Probe};
use std::alloc::GlobalAlloc;
use std::path::PathBuf;

/// Which function runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    ConstantPair,
    RandomPair,
    LastFirst,
    FirstFirst,
    Churn { slots: usize, large: bool },
    Growth,
    Strings,
    Larson,
    Batches,
    OwnChurn,
    Handover,
    LargeZeroed,
    OneBlock,
    Recording,
    Check,
}

/// One workload.
#[derive(Clone, Debug)]
pub struct Workload {
    /// What the tables call it.
    pub name: &'static str,
    /// What one operation is.
    pub about: &'static str,
    /// Its function.
    pub kind: Kind,
    /// How many threads allocate.
    pub threads: usize,
    /// Operations in the full mode.
    pub full: u64,
    /// Operations in the quick mode.
    pub quick: u64,
}

impl Workload {
    /// The synthetic workload of that name.
    pub fn named(name: &str) -> Option<Workload> {
        WORKLOADS.iter().find(|row| row.name == name).cloned()
    }

    /// The replay of the recording of that name.
    pub fn recording(name: &str) -> Workload {
        Workload {
            name: name.to_string().leak(),
            about: "an operation of the recording",
            kind: Kind::Recording,
            threads: 1,
            full: 2_000_000,
            quick: 1_000_000,
        }
    }
}

/// What one process does.
#[derive(Clone, Debug)]
pub struct Task {
    /// The workload.
    pub workload: Workload,
    /// How many operations are measured.
    pub operations: u64,
    /// The packed recording, if the workload is one.
    pub file: Option<PathBuf>,
}

impl Task {
    /// The check that a heap keeps what is written to it.
    pub fn check() -> Task {
        Task {
            workload: Workload {
                name: CHECK,
                about: "contents, alignment and zeros are looked at",
                kind: Kind::Check,
                threads: 1,
                full: 1,
                quick: 1,
            },
            operations: 1,
            file: None,
        }
    }
}

/// The name of the check.
const CHECK: &str = "check";

macro_rules! workloads {
    ($($name:literal $kind:expr, $threads:literal, $full:literal, $quick:literal, $about:literal;)*) => {
        &[$(Workload {
            name: $name,
            about: $about,
            kind: $kind,
            threads: $threads,
            full: $full,
            quick: $quick,
        }),*]
    };
}

const SMALL: Kind = Kind::Churn {
    slots: 10_000,
    large: false,
};
const MANY: Kind = Kind::Churn {
    slots: 1_000_000,
    large: false,
};
const MIXED: Kind = Kind::Churn {
    slots: 10_000,
    large: true,
};

/// The synthetic workloads, in the order of the tables. An operation is an allocation and a free, where
/// nothing else is said.
#[rustfmt::skip]
pub const WORKLOADS: &[Workload] = workloads![
    "a"    Kind::ConstantPair, 1,  8_000_000, 4_000_000, "64 bytes, freed at once; the layout is a constant";
    "b"    Kind::RandomPair,   1,  8_000_000, 4_000_000, "8 to 1024 bytes at random, freed at once";
    "c"    Kind::LastFirst,    1,  3_200_000, 1_600_000, "1000 blocks of 8 to 1024 bytes, the last one freed first";
    "d"    Kind::FirstFirst,   1,  3_200_000, 1_600_000, "1000 blocks of 8 to 1024 bytes, the first one freed first";
    "e10k" SMALL,              1,  1_000_000,   500_000, "one of 10 000 live blocks replaced at random, 8 to 4096 bytes (log-uniform), a byte a line written";
    "e1m"  MANY,               1,    400_000,   200_000, "the same with 1 000 000 live blocks";
    "f10k" MIXED,              1,    100_000,    50_000, "as e10k, and 1 % of 64 KiB to 4 MiB (a byte a page written)";
    "g"    Kind::Growth,       1, 67_108_864, 8_388_608, "a u64 pushed; the vector doubles by realloc";
    "h"    Kind::Strings,      1,  1_000_000,   200_000, "a string built of pieces, sorted with all others, dropped";
    "i"    Kind::Larson,       2,  1_000_000,   500_000, "larson: a block replaced; every 50 000 a new thread inherits the other one's blocks";
    "j"    Kind::Batches,      1,  3_000_000, 1_500_000, "sh6bench: batches of one size, freed in both orders";
    "k"    Kind::OwnChurn,     2,    600_000,   300_000, "e10k on two threads, each with its own 10 000 blocks";
    "l"    Kind::Handover,     2,  1_000_000,   500_000, "one thread allocates and writes, the other frees; at most 1024 on the way";
    "z"    Kind::LargeZeroed,  1,     12_000,     6_000, "64 KiB to 1 MiB zeroed, the first byte written, freed";
    "one"  Kind::OneBlock,     1,          1,         1, "a single block of 64 bytes: what is resident for it";
];

/// Runs `task` on a heap of one thread.
pub fn run<H: GlobalAlloc>(heap: &H, task: &Task) -> Probe {
    let mut probe = Probe::new(Clock::Thread);
    let operations = task.operations;
    match task.workload.kind {
        Kind::ConstantPair => pairs::constant(heap, operations, &mut probe),
        Kind::RandomPair => pairs::random(heap, operations, &mut probe),
        Kind::LastFirst => pairs::last_first(heap, operations, &mut probe),
        Kind::FirstFirst => pairs::first_first(heap, operations, &mut probe),
        Kind::Churn { slots, large } => churn::run(heap, slots, large, operations, &mut probe),
        Kind::Growth => growth::vector(heap, operations, &mut probe),
        Kind::Strings => growth::strings(heap, operations, &mut probe),
        Kind::Batches => batches::run(heap, operations, &mut probe),
        Kind::LargeZeroed => large::zeroed(heap, operations, &mut probe),
        Kind::OneBlock => large::one(heap, &mut probe),
        Kind::Check => assert!(works(heap), "the heap loses what is written"),
        Kind::Recording => recording::run(heap, task, &mut probe),
        Kind::Larson | Kind::OwnChurn | Kind::Handover => unreachable!("a workload of two threads"),
    }
    with_live_bytes(probe)
}

/// Runs `task`, a workload of two threads.
pub fn run_with_threads<H: GlobalAlloc + Sync>(heap: &H, task: &Task) -> Probe {
    let mut probe = Probe::new(Clock::Wall);
    match task.workload.kind {
        Kind::Larson => threads::larson(heap, task.operations, &mut probe),
        Kind::OwnChurn => threads::own_churn(heap, task.operations, &mut probe),
        Kind::Handover => threads::handover(heap, task.operations, &mut probe),
        _ => unreachable!("a workload of one thread"),
    }
    with_live_bytes(probe)
}

/// On the meter's heap, the peak is that of the live bytes.
fn with_live_bytes(mut probe: Probe) -> Probe {
    if live_kib_peak() > 0 {
        probe.peak_kib = live_kib_peak();
    }
    probe
}
