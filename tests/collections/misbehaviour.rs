//! User code that panics, lies, or forgets: each element is still dropped exactly once, or leaked where std
//! leaks it, and never touched after that.
//!
//! Every element owns a block of std's heap and a place in a table of what is alive; a second drop is seen at
//! once. Each method is run with the panic at its first, second, third … chance.

use nostd_alloc::collections::{SliceExt, Vec};
use nostd_alloc::heap::{Global, Strategy};
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

std::thread_local! {
    static ALIVE: RefCell<HashSet<u64>> = RefCell::new(HashSet::new());
    static NEXT: Cell<u64> = const { Cell::new(0) };
    /// How many chances to panic are left; negative: none comes.
    pub(super) static FUSE: Cell<i64> = const { Cell::new(-1) };
}

/// A chance to panic.
pub(super) fn burn() {
    let left = FUSE.get();
    FUSE.set(left - 1);
    if left == 0 {
        panic!("as the test wants");
    }
}

/// An element whose clone, comparison and drop may panic.
struct Fragile {
    number: Box<u32>,
    name: u64,
}

impl Fragile {
    fn new(number: u32) -> Fragile {
        let name = NEXT.get();
        NEXT.set(name + 1);
        ALIVE.with_borrow_mut(|alive| alive.insert(name));
        Fragile {
            number: Box::new(number),
            name,
        }
    }
}

impl Clone for Fragile {
    fn clone(&self) -> Fragile {
        burn();
        Fragile::new(*self.number)
    }
}

impl Drop for Fragile {
    fn drop(&mut self) {
        assert!(
            ALIVE.with_borrow_mut(|alive| alive.remove(&self.name)),
            "dropped twice"
        );
        burn();
    }
}

impl PartialEq for Fragile {
    fn eq(&self, other: &Fragile) -> bool {
        burn();
        *self.number / 2 == *other.number / 2
    }
}

impl Eq for Fragile {}

impl PartialOrd for Fragile {
    fn partial_cmp(&self, other: &Fragile) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fragile {
    fn cmp(&self, other: &Fragile) -> std::cmp::Ordering {
        burn();
        self.number.cmp(&other.number)
    }
}

fn ten() -> Vec<Fragile> {
    (0..10).map(|index| Fragile::new(index * 7 % 10)).collect()
}

/// Runs `act` on ten elements with the panic at each chance. What is left in the vector afterwards is alive,
/// each of them once; `leaks_max` elements may be in no vector any more.
fn at_each_chance(name: &str, leaks_max: usize, act: impl Fn(&mut Vec<Fragile>)) {
    for chance in 0..10_000 {
        ALIVE.with_borrow_mut(HashSet::clear);
        let mut vec = ten();
        FUSE.set(chance);
        let result = catch_unwind(AssertUnwindSafe(|| act(&mut vec)));
        FUSE.set(-1);
        let names: HashSet<u64> = vec.iter().map(|item| item.name).collect();
        assert_eq!(
            names.len(),
            vec.len(),
            "{name}: an element is there twice (chance {chance})"
        );
        let sum: u32 = vec.iter().map(|item| *item.number).sum();
        assert!(sum <= 1000, "{name}: an element is damaged");
        ALIVE.with_borrow(|alive| {
            assert!(names.is_subset(alive), "{name}: a dropped element is there")
        });
        drop(vec);
        let leaked = ALIVE.with_borrow(HashSet::len);
        assert!(
            leaked <= leaks_max,
            "{name}: {leaked} leaked at chance {chance}"
        );
        if result.is_ok() {
            assert_eq!(leaked, 0, "{name} leaks without a panic");
            assert!(chance > 0, "{name} has no chance to panic");
            return;
        }
    }
    panic!("{name} never ends");
}

/// The panics of these tests are not worth a line each.
pub(super) fn quietly(test: impl FnOnce()) {
    let hook = take_hook();
    set_hook(Box::new(move |info| {
        if info.payload().downcast_ref::<&str>() != Some(&"as the test wants") {
            hook(info);
        }
    }));
    test();
    let _ = take_hook();
    Global.verify();
}

fn odd(item: &Fragile) -> bool {
    burn();
    *item.number % 2 == 1
}

#[test]
fn a_panic_at_any_chance_drops_each_element_at_most_once() {
    quietly(|| {
        taking();
        adding();
        sorting();
    });
}

fn taking() {
    at_each_chance("retain", 0, |vec| vec.retain(odd));
    at_each_chance("retain_mut", 0, |vec| vec.retain_mut(|item| odd(item)));
    at_each_chance("dedup", 0, Vec::dedup);
    at_each_chance("dedup_by_key", 0, |vec| vec.dedup_by_key(|item| odd(item)));
    at_each_chance("drain", 10, |vec| drop(vec.drain(2..8)));
    at_each_chance("drain from both ends", 10, |vec| {
        let mut drain = vec.drain(1..9);
        drop(drain.next());
        drop(drain.next_back());
    });
    at_each_chance("extract_if", 0, |vec| {
        vec.extract_if(1..9, |item| odd(item)).for_each(drop)
    });
    at_each_chance("truncate", 10, |vec| vec.truncate(3));
    at_each_chance("clear", 10, Vec::clear);
    at_each_chance("into_iter", 10, |vec| {
        drop(std::mem::take(vec).into_iter().nth(3))
    });
    at_each_chance("pop_if", 0, |vec| drop(vec.pop_if(|item| odd(item))));
    at_each_chance("remove", 0, |vec| drop(vec.remove(3)));
}

fn adding() {
    at_each_chance("splice", 16, |vec| {
        drop(vec.splice(
            2..5,
            (0..6).map(|index| {
                burn();
                Fragile::new(index)
            }),
        ));
    });
    at_each_chance("splice of unknown length", 16, |vec| {
        drop(vec.splice(2..5, (0..9).map(Fragile::new).filter(odd)));
    });
    at_each_chance("try_splice", 16, |vec| {
        drop(
            vec.try_splice(2..5, (0..6).map(Fragile::new).filter(odd))
                .unwrap(),
        );
    });
    at_each_chance("extend", 0, |vec| {
        vec.extend((0..9).map(Fragile::new).filter(odd))
    });
    at_each_chance("try_extend", 0, |vec| {
        vec.try_extend((0..9).map(Fragile::new).filter(odd))
            .unwrap()
    });
    at_each_chance("resize", 0, |vec| vec.resize(20, Fragile::new(3)));
    at_each_chance("resize_with", 0, |vec| {
        vec.resize_with(20, || {
            burn();
            Fragile::new(3)
        });
    });
    at_each_chance("extend_from_within", 0, |vec| vec.extend_from_within(2..7));
    at_each_chance("extend_from_slice", 0, |vec| {
        let more = [Fragile::new(1), Fragile::new(2)];
        vec.extend_from_slice(&more);
    });
    at_each_chance("clone", 10, |vec| drop(vec.clone()));
    at_each_chance("clone_from", 10, |vec| {
        let source = ten();
        vec.truncate(4);
        vec.clone_from(&source);
    });
    at_each_chance("into_boxed_slice clone", 10, |vec| {
        drop(std::mem::take(vec).into_boxed_slice().clone())
    });
    at_each_chance("vec![x; n]", 10, |vec| {
        *vec = nostd_alloc::vec![Fragile::new(1); 5]
    });
}

fn sorting() {
    at_each_chance("sort of a few", 0, |vec| vec[..].try_sort().unwrap());
    let many = |vec: &mut Vec<Fragile>| {
        vec.extend((0..90).map(|index| Fragile::new(index * 37 % 101 / 12)))
    };
    at_each_chance("sort", 0, |vec| {
        many(vec);
        vec.try_sort().unwrap();
        assert!(vec.is_sorted_by_key(|item| *item.number));
    });
    at_each_chance("sort that takes every answer", 0, |vec| {
        many(vec);
        let mut answer = 0_u32;
        vec.try_sort_by(|_, _| {
            burn();
            answer = answer.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if answer >> 31 > 0 {
                std::cmp::Ordering::Less
            } else {
                std::cmp::Ordering::Greater
            }
        })
        .unwrap();
    });
    at_each_chance("sort_by_cached_key", 0, |vec| {
        vec.try_sort_by_cached_key(odd).unwrap();
    });
}

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
    for (says, has) in [(0, 100), (3, 100), (100, 3), (100, 0), (7, 7)] {
        let mut vec = ten();
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
    let mut vec = ten();
    std::mem::forget(vec.drain(3..5));
    assert_eq!(vec.len(), 3);
    vec.push(Fragile::new(1));
    assert_eq!(vec.len(), 4);
    let mut vec = ten();
    std::mem::forget(vec.extract_if(.., |item| odd(item)));
    assert_eq!(vec.len(), 0);
    let mut vec = ten();
    std::mem::forget(vec.splice(1..2, ten()));
    assert_eq!(vec.len(), 1);
    let mut text = nostd_alloc::String::from("aßc");
    std::mem::forget(text.drain(1..3));
    text.push('ü');
    assert_eq!(text, "aßcü");
    FUSE.set(-1);
}

#[test]
fn elements_change_while_they_are_sorted() {
    // A comparison that takes what an element owns: a stale copy would free it twice.
    let mut cells: Vec<RefCell<Option<Box<u32>>>> = (0..100_u32)
        .map(|index| RefCell::new(Some(Box::new(index * 37 % 101))))
        .collect();
    cells
        .try_sort_by(|a, b| {
            let (left, right) = (a.take(), b.take());
            let order = left.cmp(&right);
            *a.borrow_mut() = left.map(|value| Box::new(*value));
            order
        })
        .unwrap();
    assert_eq!(cells.len(), 100);
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
