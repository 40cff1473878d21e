//! What is told of programs that the tests build themselves, by a nested cargo: side by side, since cargo runs one file
//! of tests after the other, and a linker that optimises keeps one core busy.

mod adapters;
mod codegen;
mod dependents;
mod elf;
mod planted;
#[path = "../support/programs.rs"]
mod programs;
mod races;
#[path = "../support/run.rs"]
mod run;
mod sanitized;
mod sanitizer;
#[path = "../support/share.rs"]
mod share;
mod text_size;
#[path = "../support/tool.rs"]
mod tool;
mod without_flags;
