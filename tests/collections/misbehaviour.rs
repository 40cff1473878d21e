//! User code that panics: each element is still dropped exactly once, each block goes back, and neither is touched
//! after that.
//!
//! Every element owns a block of std's heap and a place in a table of what is alive; a second drop is seen at
//! once. Each method is run with the panic at its first, second, third … chance.

use nostd_alloc::collections::{ConcatExt, Vec};
use nostd_alloc::heap::{Counted, Global, Strategy};
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

std::thread_local! {
    pub(super) static ALIVE: RefCell<HashSet<u64>> = RefCell::new(HashSet::new());
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
pub(super) struct Fragile {
    number: Box<u32>,
    name: u64,
}

impl Fragile {
    pub(super) fn new(number: u32) -> Fragile {
        let name = NEXT.get();
        NEXT.set(name + 1);
        ALIVE.with_borrow_mut(|alive| alive.insert(name));
        Fragile {
            number: Box::new(number),
            name,
        }
    }

    pub(super) fn number(&self) -> u32 {
        *self.number
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

pub(super) type Heap = Counted<Global>;
pub(super) type Fragiles<'h> = Vec<Fragile, &'h Heap>;

pub(super) fn ten(heap: &Heap) -> Fragiles<'_> {
    Vec::try_from_iter_in((0..10).map(|index| Fragile::new(index * 7 % 10)), heap).unwrap()
}

fn taken<'h>(vec: &mut Fragiles<'h>) -> Fragiles<'h> {
    let heap = *vec.allocator();
    std::mem::replace(vec, Vec::new_in(heap))
}

/// Runs `act` on ten elements with the panic at each chance. What is left in the vector afterwards is alive,
/// each of them once; nothing else is, neither an element nor a block.
fn at_each_chance(name: &str, act: impl Fn(&mut Fragiles)) {
    for chance in 0..10_000 {
        ALIVE.with_borrow_mut(HashSet::clear);
        let heap = Counted::new(Global);
        let mut vec = ten(&heap);
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
        assert!(sum <= 10_000, "{name}: an element is damaged");
        ALIVE.with_borrow(|alive| {
            assert!(names.is_subset(alive), "{name}: a dropped element is there");
        });
        drop(vec);
        let leaked = ALIVE.with_borrow(HashSet::len);
        assert_eq!(leaked, 0, "{name}: leaked (chance {chance})");
        assert_eq!(heap.blocks(), 0, "{name}: blocks lost (chance {chance})");
        if result.is_ok() {
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

pub(super) fn odd(item: &Fragile) -> bool {
    burn();
    *item.number % 2 == 1
}

#[test]
fn a_panic_at_any_chance_drops_each_element_once() {
    quietly(|| {
        taking();
        adding();
        copying();
        boxing();
        sorting();
    });
}

fn taking() {
    at_each_chance("retain", |vec| vec.retain(odd));
    at_each_chance("retain_mut", |vec| vec.retain_mut(|item| odd(item)));
    at_each_chance("dedup", |vec| vec.dedup());
    at_each_chance("dedup_by_key", |vec| vec.dedup_by_key(|item| odd(item)));
    at_each_chance("drain", |vec| drop(vec.drain(2..8)));
    at_each_chance("drain from both ends", |vec| {
        let mut drain = vec.drain(1..9);
        drop(drain.next());
        drop(drain.next_back());
    });
    at_each_chance("extract_if", |vec| {
        vec.extract_if(1..9, |item| odd(item)).for_each(drop)
    });
    at_each_chance("truncate", |vec| vec.truncate(3));
    at_each_chance("clear", |vec| vec.clear());
    at_each_chance("drop", |vec| drop(taken(vec)));
    at_each_chance("into_iter", |vec| {
        let mut values = taken(vec).into_iter();
        drop(values.nth(3));
        drop(values.next_back());
    });
    at_each_chance("into_iter to its end", |vec| {
        taken(vec).into_iter().for_each(drop)
    });
    at_each_chance("pop_if", |vec| drop(vec.pop_if(|item| odd(item))));
    at_each_chance("remove", |vec| drop(vec.remove(3)));
}

fn adding() {
    at_each_chance("splice", |vec| {
        drop(vec.splice(
            2..5,
            (0..6).map(|index| {
                burn();
                Fragile::new(index)
            }),
        ));
    });
    at_each_chance("splice of unknown length", |vec| {
        drop(vec.splice(2..5, (0..9).map(Fragile::new).filter(odd)));
    });
    at_each_chance("try_splice", |vec| {
        drop(
            vec.try_splice(2..5, (0..6).map(Fragile::new).filter(odd))
                .unwrap(),
        );
    });
    at_each_chance("extend", |vec| {
        vec.extend((0..9).map(Fragile::new).filter(odd))
    });
    at_each_chance("try_extend", |vec| {
        vec.try_extend((0..9).map(Fragile::new).filter(odd))
            .unwrap()
    });
    at_each_chance("resize", |vec| vec.resize(20, Fragile::new(3)));
    at_each_chance("resize_with", |vec| {
        vec.resize_with(20, || {
            burn();
            Fragile::new(3)
        });
    });
    at_each_chance("extend_from_within", |vec| vec.extend_from_within(2..7));
    at_each_chance("extend_from_slice", |vec| {
        let more = [Fragile::new(1), Fragile::new(2)];
        vec.extend_from_slice(&more);
    });
}

fn copying() {
    at_each_chance("clone", |vec| drop(vec.clone()));
    at_each_chance("clone_from a longer one", |vec| {
        let source = ten(vec.allocator());
        vec.truncate(4);
        vec.clone_from(&source);
    });
    at_each_chance("clone_from a shorter one", |vec| {
        let mut source = ten(vec.allocator());
        source.truncate(4);
        vec.clone_from(&source);
    });
    at_each_chance("clone of an iterator", |vec| {
        drop(taken(vec).into_iter().clone())
    });
    for count in [0, 5] {
        at_each_chance("vec![x; n]", |_| {
            drop(nostd_alloc::vec![Fragile::new(1); count])
        });
    }
    at_each_chance("concat", |vec| {
        drop([&vec[..3], &vec[2..]][..].try_concat().unwrap())
    });
}

fn boxed<'h>(vec: &Fragiles<'h>) -> nostd_alloc::Box<Fragile, &'h Heap> {
    nostd_alloc::Box::new_in(Fragile::new(1), *vec.allocator())
}

fn boxing() {
    at_each_chance("into_boxed_slice clone", |vec| {
        drop(taken(vec).into_boxed_slice().clone())
    });
    at_each_chance("drop of a box", |vec| drop(boxed(vec)));
    at_each_chance("clone of a box", |vec| drop(boxed(vec).clone()));
    at_each_chance("Box::into_inner", |vec| {
        drop(nostd_alloc::Box::into_inner(boxed(vec)))
    });
    at_each_chance("array from a vector", |vec| {
        assert!(<[Fragile; 10]>::try_from(taken(vec)).is_ok())
    });
}

/// Puts ascending runs of these lengths into a vector.
fn fill_with_runs(vec: &mut Fragiles, lengths: &[u32]) {
    vec.clear();
    for length in lengths {
        vec.extend((0..*length).map(|index| Fragile::new(index * 100 / length)));
    }
}

fn sorting() {
    at_each_chance("sort of a few", |vec| vec.try_sort().unwrap());
    let many =
        |vec: &mut Fragiles| vec.extend((0..90).map(|index| Fragile::new(index * 37 % 101 / 12)));
    at_each_chance("sort", |vec| {
        many(vec);
        vec.try_sort().unwrap();
        assert!(vec.is_sorted_by_key(|item| *item.number));
    });
    for lengths in [[30, 70], [70, 30]] {
        at_each_chance("sort of runs", |vec| {
            fill_with_runs(vec, &lengths);
            vec.try_sort().unwrap();
            assert!(vec.is_sorted_by_key(|item| *item.number));
        });
    }
    at_each_chance("sort that takes every answer", |vec| {
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
    at_each_chance("sort_by_cached_key", |vec| {
        vec.try_sort_by_cached_key(odd).unwrap();
    });
}
