//! The commands by which `traces/README.md` says that a program of one's own is recorded, on `ls`.

use crate::run::run;
use crate::tool::{skip, tool};
use std::fs;
use std::path::Path;
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const BINARY: &str = env!("CARGO_BIN_EXE_nostd-alloc");

/// Where distributions keep glibc's library of malloc hooks.
const LIBRARIES: &[&str] = &[
    "/lib/x86_64-linux-gnu/libc_malloc_debug.so.0",
    "/lib64/libc_malloc_debug.so.0",
    "/usr/lib/libc_malloc_debug.so.0",
];

/// The lines of the README that record `ls`, as they stand there.
fn commands() -> Vec<String> {
    let readme = fs::read_to_string(format!("{ROOT}/traces/README.md")).expect("it is there");
    let lines = readme.lines().filter_map(|line| line.strip_prefix("    "));
    let commands: Vec<String> = lines
        .skip_while(|line| !line.starts_with("gcc"))
        .map(str::to_owned)
        .collect();
    assert_eq!(commands.len(), 3, "{commands:?}");
    commands
}

#[test]
fn a_program_is_recorded_by_the_commands_of_the_readme() {
    let library = LIBRARIES.iter().find(|path| Path::new(path).exists());
    let (Some(_), Some(_), Some(library)) = (tool("gcc"), tool("ls"), library) else {
        return skip("gcc, ls and libc_malloc_debug.so.0 are not all there");
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("record");
    fs::create_dir_all(&folder).expect("a folder of our own");
    let script = commands()
        .join("\n")
        .replace("traces/", &format!("{ROOT}/traces/"))
        .replace(LIBRARIES[0], library)
        .replace("nostd-alloc replay", &format!("'{BINARY}' replay"));
    let shown = run(Command::new("sh")
        .args(["-ec", &script])
        .current_dir(&folder));
    assert_eq!((shown.code, shown.stderr.as_str()), (0, ""), "{script}");
    for part in ["ls.mtrace: ", "recorded ", "freelist ", ", 0 damaged"] {
        assert!(shown.stdout.contains(part), "{shown:?}");
    }
}
