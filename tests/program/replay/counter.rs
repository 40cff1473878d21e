//! An independent look at a recording: what the words of its lines add up to, by std's maps and nothing of
//! the library.

use std::collections::HashMap;

/// What a recording asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) operations: u64,
    pub(crate) allocations: u64,
    pub(crate) requested_bytes: u64,
    pub(crate) live_bytes_peak: u64,
    pub(crate) live_bytes_end: u64,
    pub(crate) blocks_peak: u64,
}

impl Counted {
    /// The first line that `replay` prints.
    pub(crate) fn line(&self, name: &str) -> String {
        format!(
            "{name}: {} operations, {} allocations, {} B requested, peak live {} B",
            self.operations, self.allocations, self.requested_bytes, self.live_bytes_peak
        )
    }
}

#[derive(Default)]
struct Count {
    sizes: HashMap<String, u64>,
    live_bytes: u64,
    operations: u64,
    allocations: u64,
    requested_bytes: u64,
    live_bytes_peak: u64,
    blocks_peak: u64,
}

impl Count {
    fn begin(&mut self, id: &str, size: u64) {
        self.requested_bytes += size;
        self.live_bytes += size;
        self.live_bytes_peak = self.live_bytes_peak.max(self.live_bytes);
        let before = self.sizes.insert(id.to_owned(), size);
        assert_eq!(before, None, "{id} is live");
        self.blocks_peak = self.blocks_peak.max(self.sizes.len() as u64);
    }

    fn end(&mut self, id: &str) {
        self.live_bytes -= self.sizes.remove(id).expect("the block is live");
    }

    fn counted(self) -> Counted {
        Counted {
            operations: self.operations,
            allocations: self.allocations,
            requested_bytes: self.requested_bytes,
            live_bytes_peak: self.live_bytes_peak,
            live_bytes_end: self.live_bytes,
            blocks_peak: self.blocks_peak,
        }
    }
}

/// Counts a recording in our own format.
pub(crate) fn count_text(text: &str) -> Counted {
    let mut count = Count::default();
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        count.operations += 1;
        match words[0] {
            "f" => count.end(words[1]),
            "r" => {
                count.end(words[1]);
                count.begin(words[1], words[2].parse().expect("a size"));
            }
            _ => {
                count.allocations += 1;
                count.begin(words[1], words[2].parse().expect("a size"));
            }
        }
    }
    count.counted()
}

/// Counts a log of mtrace.
pub(crate) fn count_mtrace(text: &str) -> Counted {
    let mut count = Count::default();
    for line in text.lines().filter(|line| line.starts_with('@')) {
        let words: Vec<&str> = line.split(' ').rev().take(3).collect();
        let size = || u64::from_str_radix(&words[0][2..], 16).expect("a size");
        match (words[1], words[2]) {
            ("-", _) => {
                count.operations += 1;
                count.end(words[0]);
            }
            ("<", _) => count.end(words[0]),
            (address, sign) => {
                count.operations += 1;
                count.allocations += u64::from(sign == "+");
                count.begin(address, size());
            }
        }
    }
    count.counted()
}
