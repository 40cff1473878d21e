//! The mallocs: shared objects that the loader puts in front.

/// The C library's own: what all others are compared with.
pub const GLIBC: &str = "glibc";
/// Ours, as `preload/malloc` builds it.
pub const OURS: &str = "ours";

/// A malloc for whole programs.
pub struct Malloc {
    /// What the tables call it.
    pub name: &'static str,
    /// The shared object; ours is built first.
    pub library: &'static str,
    /// Debian's package that has it.
    pub package: &'static str,
}

/// All of them, in the order of the tables. glibc's is put in front as well: redis-server is linked with jemalloc.
pub const MALLOCS: &[Malloc] = &[
    Malloc {
        name: GLIBC,
        library: "/lib/x86_64-linux-gnu/libc.so.6",
        package: "libc6",
    },
    Malloc {
        name: "mimalloc",
        library: "/usr/lib/x86_64-linux-gnu/libmimalloc.so.2",
        package: "libmimalloc2.0",
    },
    Malloc {
        name: "jemalloc",
        library: "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2",
        package: "libjemalloc2",
    },
    Malloc {
        name: "tcmalloc",
        library: "/usr/lib/x86_64-linux-gnu/libtcmalloc_minimal.so.4",
        package: "libtcmalloc-minimal4",
    },
    Malloc {
        name: OURS,
        library: "libnostd_malloc.so",
        package: "preload/malloc",
    },
];
