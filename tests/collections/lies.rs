//! User code that lies about a length, forgets what it was given, changes an element while it is compared, or answers
//! differently when it is asked twice.

use super::misbehaviour::{ALIVE, FUSE, Fragile, Heap, burn, odd, quietly, ten};
use nostd_alloc::collections::{ConcatExt, Vec};
use nostd_alloc::heap::Global;
use std::borrow::Borrow;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Says one length and has another.
struct Liar {
    says: usize,
    has: u32,
}

impl Iterator for Liar {
    type Item = Fragile;

    fn next(&mut self) -> Option<Fragile> {
        self.has = self.has.checked_sub(1)?;
        Some(Fragile::new(self.has))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.says, Some(self.says))
    }
}

impl ExactSizeIterator for Liar {}

#[test]
fn an_iterator_may_lie_about_its_length() {
    let heap = Heap::new(Global);
    for (says, has) in [(0, 100), (3, 100), (100, 3), (100, 0), (7, 7)] {
        let mut vec = ten(&heap);
        vec.extend(Liar { says, has });
        assert_eq!(vec.len(), 10 + has as usize);
        drop(vec.splice(2..4, Liar { says, has }));
        assert_eq!(vec.len(), 8 + 2 * has as usize);
        let collected: Vec<Fragile> = Liar { says, has }.collect();
        assert_eq!(collected.len(), has as usize);
        assert!(
            vec.try_extend(Liar {
                says: usize::MAX,
                has: 1
            })
            .is_err()
        );
        assert_eq!(vec.len(), 8 + 2 * has as usize);
    }
    assert_eq!(ALIVE.with_borrow(HashSet::len), 0);
}

#[test]
fn a_forgotten_iterator_leaks_and_nothing_else() {
    let heap = Heap::new(Global);
    let mut vec = ten(&heap);
    std::mem::forget(vec.drain(3..5));
    assert_eq!(vec.len(), 3);
    vec.push(Fragile::new(1));
    assert_eq!(vec.len(), 4);
    let mut vec = ten(&heap);
    std::mem::forget(vec.extract_if(.., |item| odd(item)));
    assert_eq!(vec.len(), 0);
    let mut vec = ten(&heap);
    std::mem::forget(vec.splice(1..2, ten(&heap)));
    assert_eq!(vec.len(), 1);
    let mut text = nostd_alloc::String::from("aßc");
    std::mem::forget(text.drain(1..3));
    text.push('ü');
    assert_eq!(text, "aßcü");
    FUSE.set(-1);
}

/// What a comparison finds, it frees; a stale copy would free it once more.
type Changing = RefCell<Option<Box<u32>>>;

fn changing(numbers: impl Iterator<Item = u32>) -> Vec<Changing> {
    numbers
        .map(|number| RefCell::new(Some(Box::new(number))))
        .collect()
}

#[test]
fn elements_change_while_they_are_sorted() {
    let orders: [&dyn Fn(u32) -> u32; 4] = [
        &|index| index * 37 % 101,
        &|index| index * 37 % 101 / 30,
        &|index| (index * 3) % 90,
        &|index| (index + 30) % 100,
    ];
    quietly(|| {
        for order in orders {
            for length in [15, 50, 100] {
                for chance in 0.. {
                    let mut cells = changing((0..length).map(order));
                    FUSE.set(chance);
                    let result = catch_unwind(AssertUnwindSafe(|| {
                        cells.try_sort_by(|a, b| {
                            let answer = a.cmp(b);
                            for cell in [a, b] {
                                let number = cell.take().map(|number| Box::new(*number));
                                cell.replace(number);
                            }
                            burn();
                            answer
                        })
                    }));
                    FUSE.set(-1);
                    let mut left: Vec<u32> = cells
                        .iter()
                        .map(|cell| **cell.borrow().as_ref().unwrap())
                        .collect();
                    left.sort();
                    let mut wanted: Vec<u32> = (0..length).map(order).collect();
                    wanted.sort();
                    assert_eq!(left, wanted);
                    if result.is_ok() {
                        assert!(cells.is_sorted());
                        break;
                    }
                }
            }
        }
    });
}

#[test]
fn a_push_that_finds_no_room_is_not_counted() {
    let mut vec = Vec::new();
    // SAFETY: checked above: the vector is new, and values without a size are there as often as one says.
    unsafe { vec.set_len(usize::MAX) };
    for _ in 0..2 {
        let push = catch_unwind(AssertUnwindSafe(|| vec.push(())));
        assert!(push.is_err() && vec.len() == usize::MAX);
    }
}

/// What has not been decided when a closure panics is as it was.
#[test]
fn a_closure_that_panics_at_once_takes_nothing() {
    let heap = Heap::new(Global);
    let refuses = |act: &dyn Fn(&mut Vec<Fragile, &Heap>)| {
        let mut vec = ten(&heap);
        FUSE.set(0);
        assert!(catch_unwind(AssertUnwindSafe(|| act(&mut vec))).is_err());
        FUSE.set(-1);
        let numbers = vec.iter().map(|item| item.number());
        assert!(numbers.eq((0..10).map(|index| index * 7 % 10)));
    };
    quietly(|| {
        refuses(&|vec| vec.retain(odd));
        refuses(&|vec| vec.dedup_by_key(|item| odd(item)));
        refuses(&|vec| vec.extract_if(.., |item| odd(item)).for_each(drop));
        refuses(&|vec| drop(vec.pop_if(|item| odd(item))));
        refuses(&|vec| vec.extend((0..9).map(Fragile::new).filter(odd)));
        refuses(&|vec| vec.resize(20, Fragile::new(1)));
    });
}

/// A longer text each time it is asked for.
struct Longer(Cell<usize>);

const TEXTS: [&str; 3] = ["", "ß", "a text that is longer than what was asked before"];

impl Longer {
    fn new() -> Longer {
        Longer(Cell::new(0))
    }

    fn next(&self) -> &'static str {
        self.0.set((self.0.get() + 1).min(TEXTS.len() - 1));
        TEXTS[self.0.get()]
    }
}

impl Borrow<str> for Longer {
    fn borrow(&self) -> &str {
        self.next()
    }
}

impl Borrow<[u8]> for Longer {
    fn borrow(&self) -> &[u8] {
        self.next().as_bytes()
    }
}

#[test]
fn a_part_may_be_longer_than_it_was() {
    let parts = || [Longer::new(), Longer::new()];
    let text: nostd_alloc::String = parts()[..].try_join("--").unwrap();
    assert_eq!(text, *[TEXTS[2], TEXTS[2]].join("--"));
    let bytes: Vec<u8> = parts()[..].try_join(&b"--"[..]).unwrap();
    assert_eq!(bytes, [TEXTS[2], TEXTS[2]].join("--").as_bytes());
}
