//! What the heaps owe, asked from inside: each test calls the library. Beside each other, since cargo runs one file
//! of tests after the other and links the library into each.
//!
//! What must be alone in a process (misuse, counted instructions) starts this program again with its own name.

mod contract;
mod damage;
mod exercise;
mod filling;
mod misuse;
mod moves;
#[expect(dead_code, reason = "nothing here is built by a profile")]
#[path = "../support/share.rs"]
mod share;
mod spans;
mod threaded;
#[path = "../support/tool.rs"]
mod tool;
mod worst_case;
