//! How far a long replay is, on standard error if that is a terminal; a pipe stays quiet.

use crate::io::Stderr;
use crate::lab::replay::{Moment, Observer};
use crate::lab::survey::Survey;
use crate::sys::{Descriptor, clock_monotonic_ns, is_terminal};
use core::fmt::Write;

/// How many operations go by between two looks at the clock.
const STRIDE: u64 = 16 * 1024;

/// What is faster needs no progress.
const PATIENCE_NS: u64 = 1_000_000_000;

/// How often it is shown.
const PERIOD_NS: u64 = 200_000_000;

/// An observer that tells how far the replay is, in front of another one.
pub(super) struct Progress<'o> {
    name: &'static str,
    operations: u64,
    inner: &'o mut dyn Observer,
    /// When it is shown next; `None` where nobody sees it.
    next_ns: Option<u64>,
    is_shown: bool,
}

impl<'o> Progress<'o> {
    /// The progress of the strategy `name`.
    pub(super) fn of(
        name: &'static str,
        survey: &Survey,
        inner: &'o mut dyn Observer,
    ) -> Progress<'o> {
        let is_seen = survey.operations > STRIDE && is_terminal(Descriptor::STDERR);
        Progress {
            name,
            operations: survey.operations,
            inner,
            next_ns: is_seen.then(|| clock_monotonic_ns().saturating_add(PATIENCE_NS)),
            is_shown: false,
        }
    }

    fn show(&mut self, operation: u64) {
        let now_ns = clock_monotonic_ns();
        if self.next_ns.is_some_and(|next_ns| now_ns >= next_ns) {
            let percent = operation * 100 / self.operations.max(1);
            // A progress that cannot be shown is nobody's to hear.
            let _ = write!(Stderr, "\r{} {percent} %  ", self.name);
            self.next_ns = Some(now_ns.saturating_add(PERIOD_NS));
            self.is_shown = true;
        }
    }
}

impl Observer for Progress<'_> {
    fn wants(&self, operation: u64) -> bool {
        self.next_ns.is_some() && operation.is_multiple_of(STRIDE) || self.inner.wants(operation)
    }

    fn look(&mut self, moment: &Moment<'_, '_>) {
        if self.next_ns.is_some() && moment.operation.is_multiple_of(STRIDE) {
            self.show(moment.operation);
        }
        if self.inner.wants(moment.operation) {
            self.inner.look(moment);
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if self.is_shown {
            let _ = write!(Stderr, "\r\x1b[K");
        }
    }
}
