//! Who lives in a heap, and what others leave for it: one word.
//!
//! ```text
//! 0                  nobody lives there, and there is no mail
//! LIVED_IN           somebody does
//! LIVED_IN | letter  ... and there is mail: a list, the latest letter first
//! ```
//!
//! A letter posted to a house where nobody lives would lie there for ever. So whoever posts it moves in by the
//! same step, and has to see to the mail before leaving; and nobody can leave while there is mail. Each of the
//! four steps is one compare-and-swap or swap of the one word, so there is no order of two words to get wrong.
//!
//! What a letter is, and where its link stands, is not known here: a number with the low three bits to spare.
//!
//! # Source
//! The list is Treiber's stack (1986), which has no ABA problem here: all of it is taken at once.

use crate::sys::Word;
use core::sync::atomic::Ordering;

/// Somebody lives there. The bits beside it are the letter's own.
const LIVED_IN: usize = 2;

/// The word.
///
/// # Invariants
/// - **Mail**: where there is mail, somebody lives.
#[derive(Debug)]
pub(super) struct Mailbox<W> {
    head: W,
}

impl<W: Word> Mailbox<W> {
    /// Over a word that holds 0: nobody lives there.
    pub(super) const fn new(head: W) -> Mailbox<W> {
        // INVARIANT: **Mail** holds: there is none.
        Mailbox { head }
    }

    /// Moves in if nobody lives there.
    pub(super) fn move_in(&self) -> bool {
        let moved = self
            .head
            .compare_exchange(0, LIVED_IN, Ordering::Acquire, Ordering::Relaxed);
        moved.is_ok()
    }

    /// Moves out unless there is mail. Only for who lives there.
    pub(super) fn move_out(&self) -> bool {
        // INVARIANT: **Mail** holds: the word says that there is none.
        let moved = self
            .head
            .compare_exchange(LIVED_IN, 0, Ordering::Release, Ordering::Relaxed);
        moved.is_ok()
    }

    /// Leaves a letter; `link` writes the next one, or 0, where [`collect`](Mailbox::collect)'s caller will look
    /// for it. If the answer is true, nobody lived there, and now it is the caller.
    pub(super) fn post(&self, letter: usize, link: impl Fn(usize)) -> bool {
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            link(head & !LIVED_IN);
            // INVARIANT: **Mail** holds: the word says that somebody lives there.
            let posted = self.head.compare_exchange(
                head,
                letter | LIVED_IN,
                Ordering::AcqRel,
                Ordering::Relaxed,
            );
            match posted {
                Ok(_) => return head & LIVED_IN == 0,
                Err(now) => head = now,
            }
        }
    }

    /// Whether there is mail, at a glance.
    #[inline]
    pub(super) fn has_mail(&self) -> bool {
        self.head.load(Ordering::Relaxed) & !LIVED_IN != 0
    }

    /// Takes all the mail: the latest letter, or 0. Only for who lives there.
    pub(super) fn collect(&self) -> usize {
        if !self.has_mail() {
            return 0;
        }
        self.head.swap(LIVED_IN, Ordering::Acquire) & !LIVED_IN
    }
}

#[cfg(test)]
mod tests {
    use super::Mailbox;
    use loom::cell::UnsafeCell;
    use loom::sync::Arc;
    use loom::sync::atomic::AtomicUsize;
    use loom::thread;
    use std::vec::Vec;

    /// A house; letters are 8, 16, 24, their links in the table. The model fails if two use a cell at once.
    struct House {
        mailbox: Mailbox<AtomicUsize>,
        links: [UnsafeCell<usize>; 4],
        /// What only who lives there may touch.
        read: UnsafeCell<usize>,
        /// The same, before the mail is read: `end_visit` counts first.
        visits: UnsafeCell<usize>,
    }

    impl House {
        fn new() -> Arc<House> {
            Arc::new(House {
                mailbox: Mailbox::new(AtomicUsize::new(0)),
                links: std::array::from_fn(|_| UnsafeCell::new(0)),
                read: UnsafeCell::new(0),
                visits: UnsafeCell::new(0),
            })
        }

        fn post(&self, letter: usize) {
            let moved_in = self.mailbox.post(letter, |next| {
                // SAFETY: checked by the model: the letter is the poster's own until it is posted.
                self.links[letter / 8].with_mut(|link| unsafe { *link = next });
            });
            if moved_in {
                self.read_and_leave();
            }
        }

        fn read(&self) {
            let mut letter = self.mailbox.collect();
            while letter != 0 {
                // SAFETY: checked by the model: who lives there has what was collected alone.
                letter = unsafe {
                    self.read.with_mut(|read| *read += letter);
                    self.links[letter / 8].with(|link| *link)
                };
            }
        }

        fn read_and_leave(&self) {
            // SAFETY: checked by the model: this is who lives there.
            self.visits.with_mut(|visits| unsafe { *visits += 1 });
            loop {
                self.read();
                if self.mailbox.move_out() {
                    return;
                }
            }
        }

        /// When all have gone: what was read, all in all.
        fn read_in_the_end(&self) -> usize {
            assert!(self.mailbox.move_in(), "somebody still lives there");
            assert!(!self.mailbox.has_mail(), "mail for nobody");
            // SAFETY: checked above: this is who lives there.
            self.read.with(|read| unsafe { *read })
        }
    }

    /// Two letters are posted, by two threads or by one, while a third one may live there.
    fn post_two(house: &Arc<House>, by: &[&[usize]], lives_there: bool) {
        let posters: Vec<_> = by
            .iter()
            .map(|letters| {
                let (house, letters) = (house.clone(), letters.to_vec());
                thread::spawn(move || letters.into_iter().for_each(|letter| house.post(letter)))
            })
            .collect();
        if lives_there && house.mailbox.move_in() {
            house.read();
            house.read_and_leave();
        }
        for poster in posters {
            poster.join().unwrap();
        }
        assert_eq!(house.read_in_the_end(), 8 + 16);
    }

    #[test]
    fn each_letter_to_a_tenant_who_leaves_is_read_once() {
        loom::model(|| post_two(&House::new(), &[&[8, 16]], true));
    }

    #[test]
    fn each_letter_to_an_empty_house_is_read_once() {
        loom::model(|| post_two(&House::new(), &[&[8], &[16]], false));
    }

    #[test]
    fn each_letter_of_two_to_a_tenant_who_leaves_is_read_once() {
        // Every order of three threads with at most two of them stopped in between: all of them take minutes.
        let mut model = loom::model::Builder::new();
        model.preemption_bound = Some(2);
        model.check(|| post_two(&House::new(), &[&[8], &[16]], true));
    }

    #[test]
    fn two_may_want_to_move_in_and_one_does() {
        loom::model(|| {
            let house = House::new();
            let other = house.clone();
            let tenant = thread::spawn(move || {
                if other.mailbox.move_in() {
                    // SAFETY: checked by the model: this is who lives there.
                    other.read.with_mut(|read| unsafe { *read += 1 });
                    other.read_and_leave();
                }
            });
            if house.mailbox.move_in() {
                // SAFETY: checked by the model: this is who lives there.
                house.read.with_mut(|read| unsafe { *read += 1 });
                house.read_and_leave();
            }
            house.post(24);
            tenant.join().unwrap();
            let read = house.read_in_the_end();
            assert!(read == 25 || read == 26, "{read}");
        });
    }
}
