//! What the tests share: the library, built once; a folder for each test; and recordings read back by the
//! parser of `nostd-alloc`.

#[path = "../../../tests/support/tool.rs"]
mod tool;

use nostd_alloc::io::File;
use nostd_alloc::lab::trace::{Operation, Recording};
use std::collections::HashMap;
use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::{env, fs};

/// The library as a user builds it, but in a folder of the tests.
pub(crate) fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("library");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--release", "--quiet", "--target-dir"])
            .arg(&target)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status();
        assert!(built.expect("cargo runs").success(), "the library is built");
        target.join("release/libnostd_preload.so")
    })
}

/// Whether a tool is there; if not, the test has said that it skips.
pub(crate) fn has_tool(name: &str) -> bool {
    tool::tool(name).is_some()
}

/// A folder for one test, gone at its end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(test: &str) -> Folder {
        let folder = env::temp_dir().join(format!("nostd-preload-{test}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder can be made");
        Folder(folder)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A command that is recorded into `out.trace` of this folder.
    pub(crate) fn recorded(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env("LD_PRELOAD", library())
            .env("NOSTD_ALLOC_TRACE", self.path("out.trace"))
            .current_dir(&self.0)
            .stdin(Stdio::null());
        command
    }

    /// All recordings `out.trace` and `out.trace.PID`, by their names.
    pub(crate) fn traces(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(&self.0).expect("the folder is there");
        let mut traces: Vec<PathBuf> = files
            .map(|file| file.expect("a file").path())
            .filter(|path| path.to_string_lossy().contains("out.trace"))
            .collect();
        traces.sort();
        traces
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left tells something of a test that has failed, in the folder for that.
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

/// What a recording says, read by the parser that `replay` uses: it refuses what makes no sense.
#[derive(Default)]
pub(crate) struct Reading {
    /// `a`, `z`, `r` and `f` lines.
    pub(crate) operations: u64,
    pub(crate) live_bytes_peak: usize,
    /// The sizes of the blocks that are live at the end.
    pub(crate) left: Vec<usize>,
    /// How often a block got each size.
    pub(crate) sizes: HashMap<usize, u64>,
}

pub(crate) fn read(path: &Path) -> Reading {
    let name = CString::new(path.as_os_str().as_bytes()).expect("a path");
    let mut file = File::open(&name).expect("the recording is there");
    let mut recording = Recording::of(&mut file);
    let mut pass = recording.pass().expect("memory for the tables");
    let mut reading = Reading::default();
    let mut sizes = HashMap::new();
    let mut live = 0;
    loop {
        let operation = match pass.read() {
            Ok(Some(operation)) => operation,
            Ok(None) => break,
            Err(error) => panic!("{}: line {}: {error:?}", path.display(), pass.line()),
        };
        let (slot, size) = match operation {
            Operation::Allocate { slot, layout, .. } => (slot, layout.size()),
            Operation::Reallocate { slot, size } => (slot, size),
            Operation::Free { slot } => (slot, 0),
        };
        if size > 0 {
            *reading.sizes.entry(size).or_default() += 1;
        }
        live = live + size - sizes.insert(slot, size).unwrap_or(0);
        reading.live_bytes_peak = reading.live_bytes_peak.max(live);
        reading.operations += 1;
    }
    reading.left = sizes.into_values().filter(|&size| size > 0).collect();
    reading.left.sort_unstable();
    reading
}
