//! The programs, and what they do.
//!
//! To add one: its row here. `{folder}` in a word is an empty folder, `{package}` that of the bench,
//! `{mimalloc}` and `{snmalloc}` the sources of these peers, which are real C and C++ to compile.

/// How a program is run.
pub enum Way {
    /// A command after the other; all of them count.
    Commands(&'static [&'static [&'static str]]),
    /// A server, which counts, and the clients that it serves, which do not; the last one ends it.
    Server(&'static [&'static str], &'static [&'static [&'static str]]),
}

/// A whole program with its load.
pub struct Task {
    /// What the table calls it.
    pub name: &'static str,
    /// What is done.
    pub about: &'static str,
    /// The commands.
    pub way: Way,
    /// Whether the same is printed each time.
    pub same_each_time: bool,
}

impl Task {
    /// Whether a word of its commands has `name` in it.
    pub fn names(&self, name: &str) -> bool {
        let mut words: Vec<&str> = match &self.way {
            Way::Commands(list) => list.concat(),
            Way::Server(server, clients) => [&clients.concat(), *server].concat(),
        };
        words.retain(|word| word.contains(name));
        !words.is_empty()
    }
}

const fn commands(
    name: &'static str,
    about: &'static str,
    list: &'static [&'static [&'static str]],
) -> Task {
    Task {
        name,
        about,
        way: Way::Commands(list),
        same_each_time: true,
    }
}

/// All of them, in the order of the table.
pub const TASKS: &[Task] = &[
    commands(
        "python",
        "records as JSON and back, patterns, objects that point at each other",
        &[&["python3", "{package}/programs/load.py"]],
    ),
    Task {
        same_each_time: false,
        ..commands(
            "python-tests",
            "python3's own tests of json, re and sqlite3",
            &[&[
                "python3",
                "-m",
                "test",
                "-q",
                "test_json",
                "test_re",
                "test_sqlite3",
            ]],
        )
    },
    commands(
        "git",
        "this repository: its log with all changes and copies, packed anew by two threads",
        &[
            &[
                "git",
                "clone",
                "-q",
                "--bare",
                "{package}/..",
                "{folder}/repository",
            ],
            &[
                "git",
                "-C",
                "{folder}/repository",
                "log",
                "-p",
                "-C",
                "--find-copies-harder",
                "-40",
            ],
            &[
                "git",
                "-C",
                "{folder}/repository",
                "-c",
                "pack.threads=2",
                "repack",
                "-adfq",
                "--window=40",
            ],
        ],
    ),
    commands(
        "sqlite3",
        "300 000 rows in memory: index, join, groups, changes",
        &[&["sqlite3", ":memory:", ".read {package}/programs/load.sql"]],
    ),
    commands(
        "perl",
        "600 000 texts in a hash: joined, split, sorted",
        &[&["perl", "{package}/programs/load.pl"]],
    ),
    commands(
        "gcc",
        "mimalloc's C source, -O2",
        &[&[
            "gcc",
            "-O2",
            "-w",
            "-c",
            "-I{mimalloc}/include",
            "{mimalloc}/src/static.c",
            "-o",
            "{folder}/o.o",
        ]],
    ),
    commands(
        "g++",
        "snmalloc's C++ source, -O1",
        &[&[
            "g++",
            "-O1",
            "-std=c++20",
            "-mcx16",
            "-DSNMALLOC_USE_WAIT_ON_ADDRESS=1",
            "-w",
            "-c",
            "-I{snmalloc}/src",
            "{snmalloc}/src/snmalloc/override/malloc.cc",
            "-o",
            "{folder}/o.o",
        ]],
    ),
    Task {
        name: "redis",
        about: "redis-server under redis-benchmark: strings, lists, sets, hashes; the server's time",
        way: Way::Server(
            &[
                "redis-server",
                "--port",
                "0",
                "--unixsocket",
                "{folder}/socket",
                "--save",
                "",
                "--daemonize",
                "no",
            ],
            &[
                &[
                    "redis-benchmark",
                    "-s",
                    "{folder}/socket",
                    "-q",
                    "-n",
                    "60000",
                    "-r",
                    "100000",
                    "-d",
                    "100",
                    "-P",
                    "16",
                    "-t",
                    "set,get,incr,lpush,rpush,lpop,rpop,sadd,hset,spop,zadd,lrange_100,mset",
                ],
                &["redis-cli", "-s", "{folder}/socket", "shutdown", "nosave"],
            ],
        ),
        same_each_time: false,
    },
];
