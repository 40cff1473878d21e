//! The table of heaps: who takes part, and how each of them is made.
//!
//! Every heap is reached through `GlobalAlloc` and by its own type, so that each workload is compiled for
//! each heap and a constant layout can fold to a constant class, where a heap is written in Rust.

use crate::heaps::{Meter, Nothing, NothingShared, Of};
use crate::probe::Probe;
use crate::workloads::{Task, run, run_with_threads};
use nostd_alloc::heap::{Global, ROWS, Row, Spans};
use nostd_alloc::memory::Kernel;
use std::alloc::System;

#[cfg(feature = "peers")]
use crate::adapters::{Dlmalloc, fixed_region};

/// The name of our global heap.
pub const OURS: &str = "ours";
/// The engine of the heap at the limit, by its type: one thread, release checks on.
pub const ALONE: &str = "spans";
/// The same with its checks compiled out.
pub const UNCHECKED: &str = "spans-unchecked";
/// What stands before the name of a row of the catalogue.
pub const ROW: &str = "row:";
/// The yardstick of all ratios.
pub const GLIBC: &str = "glibc";
/// The malloc of the other C library.
#[cfg(feature = "peers")]
pub const MUSL: &str = "musl";
/// The heap of the harness that does nothing.
pub const NOTHING: &str = "nothing";
/// The heap of the harness that counts live bytes.
pub const METER: &str = "meter";
/// The heap that a second build of this program holds.
#[cfg(any(feature = "peers", feature = "mimalloc-v2"))]
pub const SECOND_BUILD: &str = "mimalloc-v2";

/// Whether a heap belongs to the library: peers are compared with, ours are not each other's peers.
pub fn is_ours(name: &str) -> bool {
    [OURS, ALONE, UNCHECKED].contains(&name) || name.starts_with(ROW)
}

/// Whether a heap is somebody else's, and one that a program could run on.
pub fn is_peer(name: &str) -> bool {
    !is_ours(name) && name != NOTHING && name != METER
}

/// Whether a heap is made for teaching, or for a kernel that allocates little: it is measured less often.
pub fn is_guest(name: &str) -> bool {
    const GUESTS: [&str; 2] = ["linked_list_allocator", "buddy_system_allocator"];
    name.starts_with(ROW) || GUESTS.contains(&name)
}

/// Runs one task on one heap.
pub type Runner = fn(&Task) -> Probe;

/// How a heap is made and run.
#[derive(Clone, Copy)]
pub enum Way {
    /// By its type: for workloads of one thread, and for those of two if it can.
    Typed(Runner, Option<Runner>),
    /// A row of the library's catalogue, for one thread.
    Strategy(&'static Row),
    /// Not in this build.
    #[cfg_attr(not(feature = "peers"), expect(dead_code, reason = "it is this build"))]
    SecondBuild,
    /// In no build on this machine, and why.
    #[cfg_attr(
        any(musl, not(feature = "peers")),
        expect(dead_code, reason = "all are there")
    )]
    Missing(&'static str),
}

/// One heap.
#[derive(Clone)]
pub struct Heap {
    /// What the tables call it.
    pub name: String,
    /// The package that it comes from, whose version the report names; empty where there is none.
    pub package: &'static str,
    /// How it is run.
    pub way: Way,
}

impl Heap {
    /// Whether it can run a workload with threads.
    pub fn has_threads(&self) -> bool {
        match self.way {
            Way::Typed(_, shared) => shared.is_some(),
            Way::Strategy(_) => false,
            Way::SecondBuild | Way::Missing(_) => true,
        }
    }

    /// Runs `task`; `None` if this heap cannot.
    pub fn run(&self, task: &Task) -> Option<Probe> {
        match self.way {
            Way::Typed(alone, _) if task.workload.threads == 1 => Some(alone(task)),
            Way::Typed(_, shared) => shared.map(|runner| runner(task)),
            Way::Strategy(row) if task.workload.threads == 1 => {
                let mut probe = None;
                (row.run)(&Kernel, &mut |heap| {
                    probe = Some(run(&Of(heap), task));
                });
                probe
            }
            Way::Strategy(_) | Way::SecondBuild | Way::Missing(_) => None,
        }
    }
}

/// A heap without a package, or with one.
fn typed(name: &str, package: &'static str, alone: Runner, shared: Option<Runner>) -> Heap {
    Heap {
        name: name.to_string(),
        package,
        way: Way::Typed(alone, shared),
    }
}

/// All heaps of this build: the harness's own, the peers, ours.
pub fn heaps() -> Vec<Heap> {
    let mut all = vec![
        typed(
            NOTHING,
            "",
            |task| run(&Nothing::new(), task),
            Some(|task| run_with_threads(&NothingShared, task)),
        ),
        typed(
            METER,
            "",
            |task| run(&Meter(Nothing::new()), task),
            Some(|task| run_with_threads(&Meter(NothingShared), task)),
        ),
        typed(
            GLIBC,
            "",
            |task| run(&System, task),
            Some(|task| run_with_threads(&System, task)),
        ),
    ];
    all.extend(peers());
    all.push(typed(
        OURS,
        "nostd-alloc",
        |task| run(&Global, task),
        Some(|task| run_with_threads(&Global, task)),
    ));
    all.push(typed(
        ALONE,
        "nostd-alloc",
        |task| run(&Of(Spans::<Kernel, true>::new(Kernel)), task),
        None,
    ));
    all.push(typed(
        UNCHECKED,
        "nostd-alloc",
        |task| run(&Of(Spans::<Kernel, false>::new(Kernel)), task),
        None,
    ));
    // That row stands above by its type.
    let rows = ROWS.iter().filter(|row| row.name != ALONE);
    all.extend(rows.map(|row| Heap {
        name: format!("{ROW}{}", row.name),
        package: "nostd-alloc",
        way: Way::Strategy(row),
    }));
    all
}

/// The peers that are one static each: ready at once, and for any thread.
#[cfg(feature = "peers")]
fn peers() -> Vec<Heap> {
    macro_rules! simple {
        ($name:literal, $package:literal, $heap:expr) => {
            typed(
                $name,
                $package,
                |task| run(&$heap, task),
                Some(|task| run_with_threads(&$heap, task)),
            )
        };
    }
    let mut all = vec![
        musl(),
        simple!("mimalloc", "libmimalloc-sys", mimalloc::MiMalloc),
        Heap {
            name: SECOND_BUILD.to_string(),
            package: "libmimalloc-sys",
            way: Way::SecondBuild,
        },
        simple!("jemalloc", "tikv-jemallocator", tikv_jemallocator::Jemalloc),
        simple!("snmalloc", "snmalloc-rs", snmalloc_rs::SnMalloc),
        simple!("rpmalloc", "rpmalloc", rpmalloc::RpMalloc),
    ];
    all.extend(peers_in_rust());
    all
}

/// musl's malloc, if its library was there when this program was built.
#[cfg(all(feature = "peers", musl))]
fn musl() -> Heap {
    use crate::musl::Musl;
    typed(
        MUSL,
        "",
        |task| run(&Musl::new(false), task),
        Some(|task| run_with_threads(&Musl::new(true), task)),
    )
}

#[cfg(all(feature = "peers", not(musl)))]
fn musl() -> Heap {
    Heap {
        name: MUSL.to_string(),
        package: "",
        way: Way::Missing(env!("BENCH_WITHOUT_MUSL")),
    }
}

/// The second build: the one peer whose C names are another peer's.
#[cfg(all(feature = "mimalloc-v2", not(feature = "peers")))]
fn peers() -> Vec<Heap> {
    vec![typed(
        SECOND_BUILD,
        "libmimalloc-sys",
        |task| run(&mimalloc::MiMalloc, task),
        Some(|task| run_with_threads(&mimalloc::MiMalloc, task)),
    )]
}

#[cfg(not(any(feature = "peers", feature = "mimalloc-v2")))]
fn peers() -> Vec<Heap> {
    Vec::new()
}

/// The peers written in Rust. Three of them get one fixed region; where a heap has a form without a lock,
/// that form runs the workloads of one thread.
#[cfg(feature = "peers")]
fn peers_in_rust() -> Vec<Heap> {
    use crate::adapters::{buddy, good_memory, linked_list, talc, talc_locked};
    static DLMALLOC: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;
    static RLSF: rlsf::GlobalTlsf = rlsf::GlobalTlsf::new();
    macro_rules! fixed {
        ($name:literal, $make:expr) => {
            typed(
                $name,
                $name,
                |task| run(&$make(fixed_region()), task),
                Some(|task| run_with_threads(&$make(fixed_region()), task)),
            )
        };
    }
    vec![
        typed(
            "talc",
            "talc",
            |task| run(&talc(fixed_region()), task),
            Some(|task| run_with_threads(&talc_locked(fixed_region()), task)),
        ),
        typed(
            "dlmalloc",
            "dlmalloc",
            |task| run(&Dlmalloc::new(), task),
            Some(|task| run_with_threads(&DLMALLOC, task)),
        ),
        typed(
            "rlsf",
            "rlsf",
            |task| run(&RLSF, task),
            Some(|task| run_with_threads(&RLSF, task)),
        ),
        fixed!("linked_list_allocator", linked_list),
        fixed!("buddy_system_allocator", buddy),
        fixed!("good_memory_allocator", good_memory),
    ]
}
