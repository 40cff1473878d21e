//! The global heap that says no, for unit tests: the n-th request of this thread is refused, once or from
//! then on, and in-place growth if the test wants so.
//!
//! Each method with a `try_` twin is asked with n = 1, 2, 3 … until it succeeds (SQLite's way). Blocks are
//! counted, so that a test sees what was lost.

use crate::memory::AllocError;
use std::cell::Cell;

/// When to refuse.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// The first request that is refused, counted from 1.
    pub(crate) first: u64,
    /// The last one.
    pub(crate) last: u64,
    /// Whether a block can never change its size, so that it must be copied.
    pub(crate) never_in_place: bool,
}

#[derive(Clone, Copy)]
struct State {
    plan: Option<Plan>,
    requests: u64,
    refused: u64,
    blocks: i64,
}

std::thread_local! {
    static STATE: Cell<State> = const {
        Cell::new(State { plan: None, requests: 0, refused: 0, blocks: 0 })
    };
}

/// Runs a task under a plan; how often it was refused.
pub(crate) fn starved<R>(plan: Plan, task: impl FnOnce() -> R) -> (R, u64) {
    begin(plan);
    let result = task();
    (result, end())
}

fn begin(plan: Plan) {
    set(|state| {
        state.plan = Some(plan);
        state.requests = 0;
        state.refused = 0;
    });
}

fn end() -> u64 {
    set(|state| state.plan = None);
    STATE.get().refused
}

/// Live blocks that this thread has asked for.
pub(crate) fn blocks() -> i64 {
    STATE.get().blocks
}

fn set(change: impl FnOnce(&mut State)) {
    let mut state = STATE.get();
    change(&mut state);
    STATE.set(state);
}

/// One request for memory, refused if the plan says so.
pub(super) fn request() -> Result<(), AllocError> {
    let mut result = Ok(());
    set(|state| {
        if let Some(plan) = state.plan {
            state.requests += 1;
            if (plan.first..=plan.last).contains(&state.requests) {
                state.refused += 1;
                result = Err(AllocError);
            }
        }
    });
    result
}

/// One request to change the size of a block where it is, or without a copy.
pub(super) fn resize(grows: bool) -> Result<(), AllocError> {
    if STATE.get().plan.is_some_and(|plan| plan.never_in_place) {
        return Err(AllocError);
    }
    if grows { request() } else { Ok(()) }
}

/// A block was handed out (1) or taken back (-1).
pub(super) fn count(change: i64) {
    set(|state| state.blocks += change);
}
