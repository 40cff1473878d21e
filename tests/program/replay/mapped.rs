//! What a process has mapped, told by strace: without the pages that are mapped with `MAP_NORESERVE`, the
//! program's own, only those of the heap are left.

use std::collections::BTreeMap;

/// The pages that are mapped, by their first address: their length, and whether they are reserved.
#[derive(Default)]
struct Mapped {
    pieces: BTreeMap<u64, (u64, bool)>,
}

impl Mapped {
    fn map(&mut self, start: u64, length: u64, is_reserved: bool) {
        self.unmap(start, length);
        self.pieces.insert(start, (length, is_reserved));
    }

    /// Takes a range away; pieces that reach over its ends keep the rest.
    fn unmap(&mut self, start: u64, length: u64) {
        let end = start + length;
        let touched: Vec<u64> = self
            .pieces
            .range(..end)
            .filter(|(begin, (length, _))| **begin + length > start)
            .map(|(begin, _)| *begin)
            .collect();
        for begin in touched {
            let (length, is_reserved) = self.pieces.remove(&begin).expect("it was there");
            if begin < start {
                self.pieces.insert(begin, (start - begin, is_reserved));
            }
            if begin + length > end {
                self.pieces.insert(end, (begin + length - end, is_reserved));
            }
        }
    }

    fn is_reserved(&self, start: u64) -> bool {
        let piece = self.pieces.range(..=start).next_back();
        piece.is_some_and(|(_, (_, is_reserved))| *is_reserved)
    }

    fn reserved_bytes(&self) -> u64 {
        let reserved = self.pieces.values().filter(|(_, is_reserved)| *is_reserved);
        reserved.map(|(length, _)| length).sum()
    }
}

/// The most bytes that were mapped and reserved at once, by the lines of
/// `strace -e trace=mmap,munmap,mremap`.
pub(crate) fn reserved_bytes_peak(log: &str) -> u64 {
    let mut mapped = Mapped::default();
    let mut peak = 0;
    for line in log.lines() {
        let Some((call, rest)) = line.split_once('(') else {
            continue;
        };
        let Some((arguments, answer)) = rest.rsplit_once(") = ") else {
            continue;
        };
        let arguments: Vec<&str> = arguments.split(", ").collect();
        if !(answer.starts_with("0x") || answer == "0") {
            continue;
        }
        match call {
            "mmap" => {
                let is_reserved = !arguments[3].contains("MAP_NORESERVE");
                mapped.map(number(answer), number(arguments[1]), is_reserved);
            }
            "munmap" => mapped.unmap(number(arguments[0]), number(arguments[1])),
            "mremap" => {
                let is_reserved = mapped.is_reserved(number(arguments[0]));
                mapped.unmap(number(arguments[0]), number(arguments[1]));
                mapped.map(number(answer), number(arguments[2]), is_reserved);
            }
            _ => {}
        }
        peak = peak.max(mapped.reserved_bytes());
    }
    peak
}

fn number(text: &str) -> u64 {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    }
    .unwrap_or_else(|_| panic!("no number: {text}"))
}
