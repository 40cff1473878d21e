//! The verbs of `Vec`.

use super::items::{self, Item, live};
use nostd_alloc::heap::Global;
use nostd_alloc::{Vec as Ours, vec};
use std::hash::{DefaultHasher, Hash, Hasher};

/// A vector of each kind.
pub(crate) struct Pair<T> {
    pub(crate) ours: Ours<T>,
    pub(crate) std: Vec<T>,
}

impl<T> Default for Pair<T> {
    fn default() -> Pair<T> {
        Pair {
            ours: Ours::new(),
            std: Vec::new(),
        }
    }
}

/// What must hold after each verb.
pub(crate) fn check<T: Item>(pair: &Pair<T>, verb: &str) {
    assert!(
        pair.ours
            .iter()
            .map(T::number)
            .eq(pair.std.iter().map(T::number)),
        "{verb}: contents"
    );
    assert!(pair.ours.capacity() >= pair.ours.len(), "{verb}: capacity");
    let (std, ours) = live();
    let unit = size_of::<T>() == 0;
    assert!(
        if unit {
            std == 2 * pair.std.len() as i64
        } else {
            std == ours
        },
        "{verb}: live elements {std} {ours}"
    );
}

/// Elements as numbers.
pub(crate) fn numbers<T: Item>(items: impl IntoIterator<Item = T>) -> Vec<usize> {
    items.into_iter().map(|item| item.number()).collect()
}

pub(crate) fn some<T: Item>(n: usize, count: usize) -> Vec<T> {
    (0..count % 20)
        .map(|index| T::make(n.wrapping_add(index * 7)))
        .collect()
}

fn hash<T: Hash>(value: T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A range in something of `length`.
pub(crate) fn part(length: usize, x: usize, y: usize) -> std::ops::Range<usize> {
    let start = x % (length + 1);
    start..start + y % (length - start + 1)
}

/// A verb: what ours does, and, where std has no such method, what std does; both answers are compared.
#[macro_export]
macro_rules! verb {
    ($name:literal, |$v:ident, $x:ident, $y:ident| $both:expr) => {
        $crate::verb!($name, |$v, $x, $y| $both, $both)
    };
    ($name:literal, |$v:ident, $x:ident, $y:ident| $ours:expr, $std:expr) => {
        ($name, |pair, $x, $y| {
            $crate::model::items::side(1);
            let ours = {
                let $v = &mut pair.ours;
                let _ = (&$v, $x, $y);
                $ours
            };
            $crate::model::items::side(0);
            let std = {
                let $v = &mut pair.std;
                let _ = (&$v, $x, $y);
                $std
            };
            assert!(
                ours == std,
                "{}({}, {}): {:?} {:?}",
                $name,
                $x,
                $y,
                ours,
                std
            );
        })
    };
}

type Verb<T> = (&'static str, fn(&mut Pair<T>, usize, usize));

fn growing<T: Item>() -> Vec<Verb<T>> {
    vec_of![
        verb!("push", |v, x, y| v.push(T::make(x))),
        verb!(
            "try_push",
            |v, x, y| v.try_push(T::make(x)).unwrap(),
            v.push(T::make(x))
        ),
        verb!("push_mut", |v, x, y| v.push_mut(T::make(x)).number()),
        verb!(
            "try_push_mut",
            |v, x, y| v.try_push_mut(T::make(x)).unwrap().number(),
            v.push_mut(T::make(x)).number()
        ),
        verb!("insert", |v, x, y| v.insert(y % (v.len() + 1), T::make(x))),
        verb!(
            "try_insert",
            |v, x, y| v.try_insert(y % (v.len() + 1), T::make(x)).unwrap(),
            v.insert(y % (v.len() + 1), T::make(x))
        ),
        verb!("insert_mut", |v, x, y| v
            .insert_mut(y % (v.len() + 1), T::make(x))
            .number()),
        verb!(
            "try_insert_mut",
            |v, x, y| v
                .try_insert_mut(y % (v.len() + 1), T::make(x))
                .unwrap()
                .number(),
            v.insert_mut(y % (v.len() + 1), T::make(x)).number()
        ),
        verb!("extend_from_slice", |v, x, y| v
            .extend_from_slice(&some(x, y))),
        verb!(
            "try_extend_from_slice",
            |v, x, y| v.try_extend_from_slice(&some(x, y)).unwrap(),
            v.extend_from_slice(&some(x, y))
        ),
        verb!("extend_from_within", |v, x, y| {
            v.truncate(60);
            v.extend_from_within(part(v.len(), x, y))
        }),
        verb!(
            "try_extend_from_within",
            |v, x, y| {
                v.truncate(60);
                v.try_extend_from_within(part(v.len(), x, y)).unwrap()
            },
            {
                v.truncate(60);
                v.extend_from_within(part(v.len(), x, y))
            }
        ),
        verb!("extend", |v, x, y| v.extend(some::<T>(x, y))),
        verb!("extend", |v, x, y| v.extend(
            some::<T>(x, y)
                .into_iter()
                .filter(|item| item.number() % 3 > 0)
        )),
        verb!(
            "try_extend",
            |v, x, y| v.try_extend(some::<T>(x, y)).unwrap(),
            v.extend(some::<T>(x, y))
        ),
    ]
}

fn joined<T: Item>() -> Vec<Verb<T>> {
    vec_of![
        verb!("append", |v, x, y| {
            let mut other = some(x, y).into_iter().collect();
            v.append(&mut other);
            other.len()
        }),
        verb!(
            "try_append",
            |v, x, y| {
                let mut other = some(x, y).into_iter().collect();
                v.try_append(&mut other).unwrap();
                other.len()
            },
            {
                let mut other = some(x, y);
                v.append(&mut other);
                other.len()
            }
        ),
        verb!("resize", |v, x, y| v.resize(y % 70, T::make(x))),
        verb!(
            "try_resize",
            |v, x, y| v.try_resize(y % 70, T::make(x)).unwrap(),
            v.resize(y % 70, T::make(x))
        ),
        verb!("resize_with", |v, x, y| v
            .resize_with(y % 70, || T::make(x))),
        verb!(
            "try_resize_with",
            |v, x, y| v.try_resize_with(y % 70, || T::make(x)).unwrap(),
            v.resize_with(y % 70, || T::make(x))
        ),
        verb!("splice", |v, x, y| numbers(
            v.splice(part(v.len(), x, y), some(y, x))
        )),
        verb!("splice", |v, x, y| numbers(
            v.splice(
                part(v.len(), x, y),
                some::<T>(y, x)
                    .into_iter()
                    .filter(|item| item.number() % 3 > 0)
            )
            .take(2)
        )),
        verb!(
            "try_splice",
            |v, x, y| numbers(v.try_splice(part(v.len(), x, y), some(y, x)).unwrap()),
            numbers(v.splice(part(v.len(), x, y), some(y, x)))
        ),
    ]
}

fn shrinking<T: Item>() -> Vec<Verb<T>> {
    vec_of![
        verb!("pop", |v, x, y| v.pop().map(|item| item.number())),
        verb!("pop_if", |v, x, y| v
            .pop_if(|item| {
                item.change();
                item.number() % 2 == x % 2
            })
            .map(|item| item.number())),
        verb!("remove", |v, x, y| if v.is_empty() {
            0
        } else {
            v.remove(x % v.len()).number()
        }),
        verb!("swap_remove", |v, x, y| if v.is_empty() {
            0
        } else {
            v.swap_remove(x % v.len()).number()
        }),
        verb!("truncate", |v, x, y| v.truncate(x % 64)),
        verb!("clear", |v, x, y| if y % 8 == 0 {
            v.clear()
        }),
        verb!("split_off", |v, x, y| numbers(
            v.split_off(x % (v.len() + 1))
        )),
        verb!(
            "try_split_off",
            |v, x, y| numbers(v.try_split_off(x % (v.len() + 1)).unwrap()),
            numbers(v.split_off(x % (v.len() + 1)))
        ),
        verb!("retain", |v, x, y| v
            .retain(|item| item.number() % 4 != x % 4)),
        verb!("retain_mut", |v, x, y| v.retain_mut(|item| {
            item.change();
            item.number() % 4 != x % 4
        })),
        verb!("dedup", |v, x, y| v.dedup()),
        verb!("dedup_by_key", |v, x, y| v
            .dedup_by_key(|item| item.number() % (1 + x % 5))),
        verb!("dedup_by", |v, x, y| v.dedup_by(|a, b| {
            a.change();
            (a.number() + b.number()) % 3 == x % 3
        })),
        verb!("drain", |v, x, y| numbers(v.drain(part(v.len(), x, y)))),
        verb!("drain", |v, x, y| {
            let mut all = v.drain(part(v.len(), x, y));
            (all.next_back().map(|item| item.number()), all.len())
        }),
        verb!("extract_if", |v, x, y| numbers(v.extract_if(
            part(v.len(), x, y),
            |item| {
                item.change();
                item.number() % 2 == 0
            }
        ))),
        verb!("extract_if", |v, x, y| numbers(
            v.extract_if(.., |item| item.number() % 2 == 0).take(1)
        )),
    ]
}

fn room<T: Item>() -> Vec<Verb<T>> {
    vec_of![
        verb!("reserve", |v, x, y| {
            v.reserve(x % 500);
            v.capacity() - v.len() >= x % 500
        }),
        verb!("reserve_exact", |v, x, y| {
            v.reserve_exact(x % 500);
            v.capacity() - v.len() >= x % 500
        }),
        verb!("try_reserve", |v, x, y| {
            v.try_reserve(x % 500).unwrap();
            v.capacity() - v.len() >= x % 500
        }),
        verb!("try_reserve", |v, x, y| v.try_reserve(usize::MAX).is_err()
            || v.is_empty()),
        verb!("try_reserve_exact", |v, x, y| {
            v.try_reserve_exact(x % 500).unwrap();
            v.capacity() - v.len() >= x % 500
        }),
        verb!("shrink_to_fit", |v, x, y| {
            v.shrink_to_fit();
            v.capacity() >= v.len()
        }),
        verb!(
            "try_shrink_to_fit",
            |v, x, y| v.try_shrink_to_fit().unwrap(),
            v.shrink_to_fit()
        ),
        verb!("shrink_to", |v, x, y| v.shrink_to(x % 100)),
        verb!(
            "try_shrink_to",
            |v, x, y| v.try_shrink_to(x % 100).unwrap(),
            v.shrink_to(x % 100)
        ),
    ]
}

fn views<T: Item>() -> Vec<Verb<T>> {
    vec_of![
        verb!("len|is_empty|capacity", |v, x, y| (
            v.len(),
            v.is_empty(),
            v.capacity() >= v.len()
        )),
        verb!("as_slice", |v, x, y| numbers(v.as_slice().to_vec())),
        verb!("as_mut_slice", |v, x, y| v
            .as_mut_slice()
            .iter_mut()
            .take(y % 4)
            .for_each(T::change)),
        verb!("as_ptr|as_mut_ptr", |v, x, y| v.as_ptr() == v.as_mut_ptr()),
        verb!("spare_capacity_mut", |v, x, y| v.spare_capacity_mut().len()
            + v.len()
            == v.capacity()),
        verb!("set_len", |v, x, y| {
            // SAFETY: the length was checked by the vector, and nothing has changed.
            unsafe { v.set_len(v.len()) }
        }),
        verb!("index", |v, x, y| {
            let part = part(v.len(), x, y);
            (numbers(v[part.clone()].to_vec()), v.get(x).map(T::number))
        }),
        verb!("hash|cmp", |v, x, y| (
            hash(&*v),
            v.as_slice() < &some::<T>(x, y)[..],
            v[..] == some::<T>(x, y)
        )),
        verb!("debug", |v, x, y| format!("{v:?}")),
        verb!("allocator", |v, x, y| *v.allocator() == Global, true),
        verb!("sort_unstable", |v, x, y| v.sort_unstable()),
    ]
}

/// All verbs.
pub(crate) fn verbs<T: Item>() -> Vec<Verb<T>> {
    let mut verbs = growing();
    verbs.extend(joined());
    verbs.extend(shrinking());
    verbs.extend(room());
    verbs.extend(views());
    verbs.extend(super::vec_iterators::verbs());
    verbs
}

/// A vector of verbs: closures as function pointers.
#[macro_export]
macro_rules! vec_of {
    ($($verb:expr),* $(,)?) => {{
        let verbs: &[Verb<T>] = &[$($verb),*];
        verbs.to_vec()
    }};
}
pub(crate) use vec_of;

/// Elements of ours from a literal, so that the macro takes part.
pub(crate) fn ours_of<T: Item>(n: usize, count: usize) -> Ours<T> {
    items::side(1);
    vec![T::make(n); count % 20]
}
