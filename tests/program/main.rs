//! The programs from outside, as a user and the kernel see them: what they print, what they ask for, how they end.
//!
//! What is not the binary of this package is built by nested cargos; most of it is there already when `built` has run.

mod formats;
mod given;
mod golden;
mod instructions;
mod interrupt;
mod memcheck;
#[path = "../support/programs.rs"]
mod programs;
mod record;
mod replay;
mod replay_input;
#[path = "../support/run.rs"]
mod run;
#[expect(dead_code, reason = "no test here is left out as a whole")]
#[path = "../support/share.rs"]
mod share;
mod sort_record;
#[path = "../support/strace.rs"]
mod strace;
mod system;
mod threads;
#[path = "../support/tool.rs"]
mod tool;
