//! What every heap owes, asked of every row of the catalogue over every source.
//!
//! A new strategy is asked all of this from the moment it has its row; a new source, from its row in
//! `sources.rs`.

pub(crate) mod cases;
pub(crate) mod live;
mod million;
mod model;
mod narrow;
pub(crate) mod random;
mod refusals;
mod shrunk;
mod sources;

use nostd_alloc::heap::{Counted, ROWS, Row, Strategy};
use nostd_alloc::memory::Allocator;
use sources::{SOURCES, Source};

/// Runs `case` on a new heap of every row over every source, and checks that nothing is left behind.
fn on_every_heap(case: fn(&dyn Strategy)) {
    for row in ROWS {
        for source in SOURCES {
            on_heap(row, source, &mut |heap, _| case(heap));
        }
    }
}

/// Runs `case` on a new heap of `row` over `source`, and checks that nothing is left behind.
fn on_heap(row: &Row, source: &Source, case: &mut dyn FnMut(&dyn Strategy, &dyn Allocator)) {
    println!("{} over {}", row.name, source.name);
    (source.run)(&mut |source| {
        let counted = Counted::new(source);
        (row.run)(&counted, &mut |heap| {
            case(heap, &counted);
            heap.verify();
        });
        assert_eq!(
            counted.held_bytes(),
            0,
            "the heap kept memory of its source"
        );
    });
}

#[test]
fn a_block_begins_at_a_multiple_of_its_alignment() {
    on_every_heap(cases::alignment_is_kept);
}

#[test]
fn a_size_of_zero_is_refused() {
    on_every_heap(cases::size_zero_is_refused);
}

#[test]
fn an_impossible_size_is_refused_and_changes_nothing() {
    on_every_heap(cases::impossible_sizes_are_refused);
}

#[test]
fn blocks_share_no_byte() {
    on_every_heap(cases::blocks_share_no_byte);
}

#[test]
fn the_bytes_of_a_block_stay_when_it_grows_shrinks_and_moves() {
    on_every_heap(cases::contents_are_kept);
}

#[test]
fn a_zeroed_block_is_zero_over_its_usable_size() {
    on_every_heap(cases::zeroed_is_zero);
}

#[test]
fn the_usable_size_can_be_used_and_given_back() {
    on_every_heap(cases::usable_size_is_usable);
}

#[test]
fn everything_freed_leaves_the_heap_as_new() {
    on_every_heap(cases::everything_freed_is_as_new);
}

#[test]
fn a_heap_that_is_full_refuses_and_loses_nothing() {
    for row in ROWS {
        for source in SOURCES {
            on_heap(row, source, &mut |_, source| {
                refusals::a_full_heap_loses_nothing(row, source);
            });
        }
    }
}

#[test]
fn every_request_to_the_source_may_be_refused_once_or_for_ever() {
    for row in ROWS {
        for source in SOURCES {
            on_heap(row, source, &mut |_, source| {
                refusals::every_request_may_be_refused(row, source);
            });
        }
    }
}

#[test]
fn random_operations_that_can_be_shrunk_agree_with_a_model() {
    shrunk::all_rows_agree_with_the_model();
}

#[test]
fn random_operations_of_each_row_over_each_source_verify() {
    million::every_pair_has_its_turn();
}

#[test]
fn a_tlsf_of_narrow_numbers_keeps_the_contract_in_its_size() {
    narrow::every_case_that_fits();
}

#[test]
fn a_tlsf_of_two_kib_spends_at_most_128_bytes() {
    narrow::two_kib_cost_128_bytes();
}
