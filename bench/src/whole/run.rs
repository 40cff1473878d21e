//! One program on one malloc: its processor time with that of its children, and the most memory of any of them.
//!
//! The kernel's own count of a child's resident memory begins with what its parent had, so a small process stands
//! between: this program, called by itself.

use super::tasks::{TASKS, Task, Way};
use crate::programs;
use std::io::{self, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long a server may take to begin.
const SERVER_SECONDS: u64 = 10;

/// What a program took.
#[derive(Clone, PartialEq, Debug)]
pub struct Whole {
    /// Seconds of processor time, in the program and in the kernel.
    pub seconds: f64,
    /// KiB resident at the most, code included.
    pub peak_kib: f64,
    /// What it printed, as a number.
    pub printed: String,
}

/// Runs a task in a process of its own.
///
/// # Errors
/// Why there is no result.
pub fn apart(task: &Task, library: &Path) -> Result<Whole, String> {
    let program = programs::this().map_err(|error| error.to_string())?;
    let output = Command::new(program)
        .args(["whole", task.name])
        .arg(library)
        .output()
        .map_err(|error| error.to_string())?;
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_string();
    if !output.status.success() {
        return Err(said(&output.stderr));
    }
    let line = said(&output.stdout);
    let fields: Vec<&str> = line.split(' ').collect();
    let [seconds, peak_kib, printed] = fields[..] else {
        return Err(format!("no answer: {line}"));
    };
    let number = |text: &str| text.parse().map_err(|_| format!("no answer: {line}"));
    Ok(Whole {
        seconds: number(seconds)?,
        peak_kib: number(peak_kib)?,
        printed: printed.to_string(),
    })
}

/// The other end of `apart`: `whole TASK LIBRARY`.
pub fn main(words: &[String]) -> ExitCode {
    let [name, library] = words else {
        eprintln!("whole: TASK LIBRARY");
        return ExitCode::from(2);
    };
    let Some(task) = TASKS.iter().find(|task| task.name == name) else {
        eprintln!("whole: no such task: {name}");
        return ExitCode::from(2);
    };
    match measured(task, library) {
        Ok(whole) => {
            println!("{} {} {}", whole.seconds, whole.peak_kib, whole.printed);
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a task.
fn measured(task: &Task, library: &str) -> io::Result<Whole> {
    let places = Places::new(task)?;
    let mut sum = Sum::default();
    match &task.way {
        Way::Commands(list) => {
            for words in *list {
                let mut child = places.command(words, Some(library)).spawn()?;
                sum.read(child.stdout.take().expect("a pipe"))?;
                sum.wait(&child, words[0])?;
            }
        }
        Way::Server(server, clients) => {
            let mut serving = places.command(server, Some(library)).spawn()?;
            let served = places.serve(clients);
            if served.is_err() {
                // What is wrong with the clients is told, not how the server ends.
                let _ = serving.kill();
            }
            let ended = sum.wait(&serving, server[0]);
            served.and(ended)?;
        }
    }
    Ok(Whole {
        seconds: sum.seconds,
        peak_kib: sum.peak_kib,
        printed: format!("{:016x}", sum.printed),
    })
}

/// What stands for the words in braces.
struct Places {
    folder: PathBuf,
    known: Vec<(&'static str, String)>,
}

impl Places {
    /// A new empty folder, and where the sources are that the task names.
    fn new(task: &Task) -> io::Result<Places> {
        let folder = programs::package_path("target/whole").join(task.name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder)?;
        let mut known = vec![
            ("{folder}", folder.display().to_string()),
            ("{package}", env!("CARGO_MANIFEST_DIR").to_string()),
        ];
        let sources = [
            ("{mimalloc}", "libmimalloc-sys", "c_src/mimalloc/v3"),
            ("{snmalloc}", "snmalloc-sys", "upstream"),
        ];
        for (name, package, below) in sources {
            if task.names(name) {
                let path = programs::sources(package)?.join(below);
                known.push((name, path.display().to_string()));
            }
        }
        Ok(Places { folder, known })
    }

    /// A command; with `library` as its malloc.
    fn command(&self, words: &[&str], library: Option<&str>) -> Command {
        let filled = words.iter().map(|word| {
            let mut word = word.to_string();
            for (name, value) in &self.known {
                word = word.replace(name, value);
            }
            word
        });
        let filled: Vec<String> = filled.collect();
        let mut command = Command::new(&filled[0]);
        command
            .args(&filled[1..])
            .current_dir(&self.folder)
            .env("HOME", &self.folder)
            .env("PYTHONHASHSEED", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        if let Some(library) = library {
            command.env("LD_PRELOAD", library);
        }
        command
    }

    /// Runs the clients of a server, once it is there.
    fn serve(&self, clients: &[&[&str]]) -> io::Result<()> {
        let socket = self.folder.join("socket");
        let begin = Instant::now();
        while !socket.exists() {
            if begin.elapsed() > Duration::from_secs(SERVER_SECONDS) {
                return Err(io::Error::other("the server does not begin"));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        for words in clients {
            let status = self.command(words, None).stdout(Stdio::null()).status()?;
            well(status, words[0])?;
        }
        Ok(())
    }
}

/// What the processes took together.
#[derive(Default)]
struct Sum {
    seconds: f64,
    peak_kib: f64,
    printed: u64,
}

impl Sum {
    /// Mixes all that a pipe brings into `printed` (FNV-1a).
    fn read(&mut self, mut pipe: impl Read) -> io::Result<()> {
        let mut bytes = vec![0; 64 * 1024];
        loop {
            let length = pipe.read(&mut bytes)?;
            if length == 0 {
                return Ok(());
            }
            for &byte in &bytes[..length] {
                self.printed = (self.printed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
            }
        }
    }

    /// Waits for a child, and counts it with all that it waited for.
    fn wait(&mut self, child: &Child, name: &str) -> io::Result<()> {
        let mut status = 0;
        // SAFETY: a struct of numbers, for which zero is a value, by the contract of getrusage(2).
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: both pointers come from locals that wait4(2) writes.
        let waited = unsafe { libc::wait4(child.id() as i32, &raw mut status, 0, &raw mut usage) };
        if waited < 0 {
            return Err(io::Error::last_os_error());
        }
        for time in [usage.ru_utime, usage.ru_stime] {
            self.seconds += time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
        }
        self.peak_kib = self.peak_kib.max(usage.ru_maxrss as f64);
        well(ExitStatus::from_raw(status), name)
    }
}

/// An error if a process did not end well.
fn well(status: ExitStatus, name: &str) -> io::Result<()> {
    match status.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!("{name}: {status}"))),
    }
}
