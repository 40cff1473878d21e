//! The faults, one a line of thought: what somebody might get wrong who writes or changes a heap.

/// A fault of one kind.
#[derive(Debug)]
pub(crate) struct Fault {
    /// The rows that have it.
    pub(crate) rows: &'static [&'static str],
    pub(crate) what: &'static str,
    /// Below `src/heap/`.
    pub(crate) file: &'static str,
    /// An expression that stands there once,
    pub(crate) code: &'static str,
    /// and what stands there instead.
    pub(crate) wrong: &'static str,
}

const fn fault(
    rows: &'static [&'static str],
    what: &'static str,
    file: &'static str,
    code: &'static str,
    wrong: &'static str,
) -> Fault {
    Fault {
        rows,
        what,
        file,
        code,
        wrong,
    }
}

/// The heaps whose blocks have tags.
const TAGGED: &[&str] = &[
    "freelist",
    "first-fit",
    "next-fit",
    "best-fit",
    "tlsf",
    "half-fit",
];

pub(crate) const FAULTS: &[Fault] = &[
    fault(
        &["bump"],
        "any block that is freed is taken for the topmost one",
        "bump.rs",
        "self.is_topmost(place, size)",
        "true",
    ),
    fault(
        &["bump"],
        "the alignment is forgotten",
        "bump.rs",
        "rest.start.aligned(align)?",
        "rest.start",
    ),
    fault(
        &["lifo"],
        "a free block is a granule longer than it is",
        "lifo.rs",
        "span.start.set_word(SIZE, span.bytes())",
        "span.start.set_word(SIZE, span.bytes() + 16)",
    ),
    fault(
        &["lifo"],
        "a block that is handed out stays on the list",
        "lifo.rs",
        "self.unlink(before, free)",
        "()",
    ),
    fault(
        &["size-classes"],
        "a size is rounded down to its class",
        "size_classes/slab.rs",
        "size.div_ceil(GRANULE_BYTES)",
        "size / GRANULE_BYTES",
    ),
    fault(
        &["size-classes"],
        "a slot that is used again is not counted",
        "size_classes/slab.rs",
        "self.set_counts(in_use + 1, ever)",
        "self.set_counts(in_use, ever)",
    ),
    fault(
        &["buddy"],
        "a buddy that is split is taken for whole",
        "buddy/free.rs",
        "piece.chunk().word(word) & bit != 0 && piece.place.word(NEXT) & 15 == piece.order",
        "piece.chunk().word(word) & bit != 0",
    ),
    fault(
        &["buddy"],
        "the alignment is forgotten",
        "buddy/piece.rs",
        "size.max(align).checked_next_power_of_two()?",
        "size.checked_next_power_of_two()?",
    ),
    fault(
        &["buddy"],
        "a block that is handed out stays marked as free",
        "buddy/free.rs",
        "bits | if free { bit } else { 0 }",
        "bits | bit",
    ),
    fault(
        &["first-fit"],
        "a block that is handed out stays in the order",
        "first_fit.rs",
        "self.0.remove(block, around)",
        "()",
    ),
    fault(
        &["next-fit"],
        "the rover stays on a block that is handed out",
        "next_fit.rs",
        "self.rover.set(around.bounds.followed(block))",
        "()",
    ),
    fault(
        &["best-fit"],
        "a free block is not filed",
        "best_fit.rs",
        "self.0.insert(block, around)",
        "()",
    ),
    fault(
        &["best-fit"],
        "the smallest block is taken, whether it is long enough or not",
        "best_fit.rs",
        "best.is_none_or(|(_, least)| size < least.size()) && wish.fits(block, size)",
        "best.is_none_or(|(_, least)| size < least.size())",
    ),
    fault(
        &["first-fit", "next-fit", "best-fit"],
        "the highest block is forgotten when it goes",
        "address_order.rs",
        "self.highest.set(below)",
        "()",
    ),
    fault(
        &["tlsf"],
        "the bit of a list stays when its last block goes",
        "tlsf.rs",
        "self.list(slot).is_empty()",
        "false",
    ),
    fault(
        &["half-fit"],
        "the bit of a list is not set",
        "half_fit.rs",
        "self.bits.set(self.bits.get() | 1 << list)",
        "()",
    ),
    fault(
        &["freelist"],
        "the best of a bin is taken, whether it is long enough or not",
        "free_list.rs",
        "better && wish.fits(block, tag.size())",
        "better",
    ),
    fault(
        TAGGED,
        "the next block is not told that the one before it is in use",
        "tagged/cut.rs",
        "rest.set_tag(self.tag_of(rest).with_previous_free(false))",
        "()",
    ),
    fault(
        TAGGED,
        "the usable bytes reach over the next tag",
        "tagged/face.rs",
        "tag.size() - TAG_BYTES",
        "tag.size()",
    ),
    fault(
        TAGGED,
        "a block that grows in place leaves its neighbour in the index",
        "tagged/merge.rs",
        "self.pull(next, free)",
        "()",
    ),
    fault(
        &["spans"],
        "the bits of blocks that are handed out stay set",
        "spans/span.rs",
        "word.set(set)",
        "()",
    ),
    fault(
        &["spans"],
        "a chunk grows into more than is free behind it",
        "spans/cut.rs",
        "after.bytes < missing",
        "false",
    ),
    fault(
        &["spans"],
        "the bytes of a chunk that is merged are lost",
        "spans/cut.rs",
        "merged.bytes += after.bytes",
        "()",
    ),
];
