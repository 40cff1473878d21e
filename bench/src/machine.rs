//! The machine and the versions, as the report names them: a figure without them is no figure.

use std::fs::read_to_string;
use std::io;
use std::process::Command;

/// The lock file of this package: the versions of the peers stand there.
const LOCK: &str = include_str!("../Cargo.lock");

/// Where the library is.
const LIBRARY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The version of a package in the lock file.
pub fn version(package: &str) -> String {
    let entry = format!("name = \"{package}\"\nversion = \"");
    let found = LOCK.split_once(&entry);
    let version = found.and_then(|(_, rest)| rest.split_once('"'));
    version.map_or(String::new(), |(version, _)| version.to_string())
}

/// The first line that a command prints.
fn first_line(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let text = text.unwrap_or_default();
    text.lines().next().unwrap_or("unknown").trim().to_string()
}

/// The value of the first line of a file that begins with `key`.
fn value(path: &str, key: &str) -> String {
    let text = read_to_string(path).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(key));
    let value = line.and_then(|line| line.split_once(':'));
    value.map_or("unknown".to_string(), |(_, value)| value.trim().to_string())
}

/// The version of the C library.
pub fn glibc_version() -> String {
    let line = first_line("getconf", &["GNU_LIBC_VERSION"]);
    line.trim_start_matches("glibc ").to_string()
}

/// Has the kernel give this process and all that it starts no huge pages, whoever asks.
///
/// # Errors
/// If the kernel does not.
pub fn forgo_huge_pages() -> io::Result<()> {
    // SAFETY: contract of `prctl`: for this it takes numbers and no pointer.
    match unsafe { libc::prctl(libc::PR_SET_THP_DISABLE, 1, 0, 0, 0) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// How the kernel gives huge pages to this process.
fn huge_pages() -> String {
    if value("/proc/self/status", "THP_enabled") == "0" {
        return "none, not even for who asks (PR_SET_THP_DISABLE)".to_string();
    }
    read_to_string("/sys/kernel/mm/transparent_hugepage/enabled").unwrap_or_default()
}

/// What the report says of the machine, in its order.
pub fn description() -> Vec<(String, String)> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = read_to_string("/proc/loadavg").unwrap_or_default();
    let mut load = load.split(' ').take(3);
    let rows = [
        (
            "processor",
            format!("{}, {cores} cores", value("/proc/cpuinfo", "model name")),
        ),
        ("memory", value("/proc/meminfo", "MemTotal")),
        ("kernel", first_line("uname", &["-sr"])),
        ("huge pages", huge_pages().trim().to_string()),
        ("C library", format!("glibc {}", glibc_version())),
        ("compiler", first_line("rustc", &["--version"])),
        ("C compiler", first_line("cc", &["--version"])),
        ("flags", env!("BENCH_FLAGS").to_string()),
        ("load before", load.next().unwrap_or("unknown").to_string()),
        (
            "library",
            first_line("git", &["-C", LIBRARY, "log", "-1", "--format=%h %s"]),
        ),
    ];
    rows.map(|(what, value)| (what.to_string(), value)).to_vec()
}

/// The date in UTC.
pub fn date() -> String {
    first_line("date", &["-u", "+%Y-%m-%d %H:%M UTC"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forgone_holds_for_what_is_started_and_is_said() {
        let started = || first_line("grep", &["THP_enabled", "/proc/self/status"]);
        assert!(started().ends_with('1'), "{}", started());
        forgo_huge_pages().unwrap();
        assert!(started().ends_with('0'), "{}", started());
        assert!(huge_pages().starts_with("none"));
    }
}
