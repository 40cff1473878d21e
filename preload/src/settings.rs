//! What the user wants, and what the process is: read from the kernel, since libc may not be awake yet.

use nostd_alloc::io::{Decimal, File, Input};
use nostd_alloc::sys::{getcwd, getpid};

/// The most bytes of a path, its NUL counted. The kernel's `PATH_MAX` is 4096; but we run on any stack that a
/// thread may have.
pub(crate) const PATH_BYTES_MAX: usize = 1024;

/// The most bytes of the command line that a recording tells.
const COMMAND_BYTES_MAX: usize = 1000;

/// A text of at most `BYTES`; what does not fit is cut.
#[derive(Clone, Copy)]
pub(crate) struct Text<const BYTES: usize> {
    bytes: [u8; BYTES],
    length: usize,
    cut: bool,
}

impl<const BYTES: usize> Text<BYTES> {
    pub(crate) const EMPTY: Text<BYTES> = Text {
        bytes: [0; BYTES],
        length: 0,
        cut: false,
    };

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            match self.bytes.get_mut(self.length) {
                Some(room) => *room = byte,
                None => {
                    self.cut = true;
                    return;
                }
            }
            self.length += 1;
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Whether something did not fit.
    pub(crate) fn is_cut(&self) -> bool {
        self.cut
    }
}

/// A path without its NUL.
pub(crate) type Path = Text<{ PATH_BYTES_MAX - 1 }>;

/// What the environment asks for.
pub(crate) struct Settings {
    /// Where the recording goes, as it was given; empty if nothing is to be recorded.
    pub(crate) trace: Path,
    /// Whether our own heap serves the program, although there is another.
    pub(crate) own_heap: bool,
}

/// One variable, looked for in a stream of `NAME=VALUE` and a NUL each.
struct Variable {
    /// The name and `=`.
    name: &'static [u8],
    /// How much of the name the current string agrees with; `None` if it is another one.
    agreed: Option<usize>,
    value: Path,
}

impl Variable {
    const fn named(name: &'static [u8]) -> Variable {
        Variable {
            name,
            agreed: Some(0),
            value: Path::EMPTY,
        }
    }

    fn read(&mut self, byte: u8) {
        match (byte, self.agreed) {
            (0, _) => self.agreed = Some(0),
            (_, None) => {}
            (byte, Some(agreed)) => match self.name.get(agreed) {
                None => self.value.push(&[byte]),
                Some(&expected) => self.agreed = (byte == expected).then_some(agreed + 1),
            },
        }
    }
}

/// What the environment of the process asked for when it began.
pub(crate) fn read() -> Settings {
    let mut trace = Variable::named(b"NOSTD_ALLOC_TRACE=");
    let mut heap = Variable::named(b"NOSTD_ALLOC_HEAP=");
    if let Ok(mut file) = File::open(c"/proc/self/environ") {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = file.read(&mut buffer) {
            for &byte in buffer.get(..count).unwrap_or_default() {
                trace.read(byte);
                heap.read(byte);
            }
        }
    }
    Settings {
        trace: trace.value,
        own_heap: heap.value.as_bytes() == b"1",
    }
}

/// A path from the root on: a program may change its folder.
pub(crate) fn absolute(path: &Path) -> Path {
    let mut all = Path::EMPTY;
    if !path.as_bytes().starts_with(b"/") {
        let mut folder = [0; PATH_BYTES_MAX];
        if let Ok(length) = getcwd(&mut folder) {
            all.push(folder.get(..length).unwrap_or_default());
            all.push(b"/");
        }
    }
    all.push(path.as_bytes());
    all.cut |= path.cut;
    all
}

/// A path with the number of the process for each `%p`.
pub(crate) fn with_process(path: &Path) -> Path {
    let mut all = Path::EMPTY;
    all.cut = path.cut;
    let mut rest = path.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        if let (b'%', Some((b'p', behind))) = (byte, behind.split_first()) {
            all.push(Decimal::new(u64::from(getpid())).as_bytes());
            rest = behind;
            continue;
        }
        all.push(&[byte]);
        rest = behind;
    }
    all
}

/// The first line of a recording: whose it is. `# process 1234: ls -l`
pub(crate) fn heading() -> Text<{ COMMAND_BYTES_MAX + 40 }> {
    let mut line = Text::EMPTY;
    line.push(b"# process ");
    line.push(Decimal::new(u64::from(getpid())).as_bytes());
    line.push(b":");
    let mut command = [0; COMMAND_BYTES_MAX];
    let read = File::open(c"/proc/self/cmdline").and_then(|mut file| file.read(&mut command));
    let words = command.get(..read.unwrap_or(0)).unwrap_or_default();
    for word in words
        .split(|&byte| byte == 0)
        .filter(|word| !word.is_empty())
    {
        line.push(b" ");
        for &byte in word {
            line.push(&[if byte < b' ' { b'?' } else { byte }]);
        }
    }
    line.push(b"\n");
    line
}
