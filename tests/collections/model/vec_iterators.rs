//! The verbs that make a vector anew, take it apart, walk it, or sort it.

use super::items::Item;
use super::vecs::{Pair, numbers, ours_of, some, vec_of};
use crate::verb;
use nostd_alloc::heap::Global;
use nostd_alloc::{Box as OurBox, Vec as Ours, vec as ours};
use std::cmp::Ordering;
use std::mem::take;

type Verb<T> = (&'static str, fn(&mut Pair<T>, usize, usize));

fn made<T: Item>() -> Vec<Verb<T>> {
    vec_of![
        verb!(
            "new|new_in",
            |v, x, y| Ours::<T>::new().len() + Ours::<T, Global>::new_in(Global).len(),
            0
        ),
        verb!(
            "with_capacity|try_with_capacity",
            |v, x, y| Ours::<T>::with_capacity(x)
                .capacity()
                .min(Ours::<T>::try_with_capacity(x).unwrap().capacity())
                >= x,
            true
        ),
        verb!(
            "with_capacity_in|try_with_capacity_in",
            |v, x, y| Ours::<T>::with_capacity_in(x, Global).capacity().min(
                Ours::<T>::try_with_capacity_in(x, Global)
                    .unwrap()
                    .capacity()
            ) >= x,
            true
        ),
        verb!(
            "zeroed|try_zeroed|try_zeroed_in|vec_zeroed|from_zero|try_from_zero",
            |v, x, y| {
                let all = [
                    Ours::<u32>::zeroed(x),
                    Ours::try_zeroed(x).unwrap(),
                    Ours::try_zeroed_in(x, Global).unwrap(),
                    ours::vec_zeroed(x),
                    ours::from_zero(0, x),
                    ours::try_from_zero(0, x).unwrap(),
                ];
                all.iter().all(|zeros| zeros[..] == vec![0; x])
            },
            true
        ),
        verb!(
            "from_elem|try_from_elem",
            |v, x, y| {
                *v = ours_of(x, y);
                v.extend(ours::try_from_elem(T::make(x), 2).unwrap())
            },
            *v = vec![T::make(x); y % 20 + 2]
        ),
        verb!("from_iter", |v, x, y| *v = some(x, y).into_iter().collect()),
        verb!(
            "try_from_iter|try_from_iter_in",
            |v, x, y| {
                *v = Ours::try_from_iter(some(x, y)).unwrap();
                v.extend(Ours::try_from_iter_in(some(x, y), Global).unwrap())
            },
            {
                *v = some(x, y);
                v.extend(some(x, y))
            }
        ),
    ]
}

fn copied<T: Item>() -> Vec<Verb<T>> {
    vec_of![
        verb!(
            "from_slice|try_from_slice|try_from_slice_in",
            |v, x, y| {
                *v = Ours::from(&some(x, y)[..]);
                *v = Ours::try_from_slice(v).unwrap();
                *v = Ours::try_from_slice_in(v, Global).unwrap()
            },
            *v = some(x, y)
        ),
        verb!(
            "from_array|try_from_array",
            |v, x, y| *v = Ours::try_from_array([T::make(x), T::make(y)]).unwrap(),
            *v = vec![T::make(x), T::make(y)]
        ),
        verb!(
            "clone|try_clone",
            |v, x, y| {
                *v = v.clone();
                *v = v.try_clone().unwrap()
            },
            *v = v.clone()
        ),
        verb!("clone_from", |v, x, y| {
            let other = some(x, y).into_iter().collect();
            v.clone_from(&other)
        }),
        verb!(
            "try_clone_from",
            |v, x, y| v.try_clone_from(&some::<T>(x, y)).unwrap(),
            v.clone_from(&some(x, y))
        ),
    ]
}

fn taken_apart<T: Item>() -> Vec<Verb<T>> {
    vec_of![
        verb!(
            "into_raw_parts|from_raw_parts",
            |v, x, y| {
                let (ptr, length, capacity) = take(v).into_raw_parts();
                // SAFETY: origin of the pointer: a vector taken apart just now.
                *v = unsafe { Ours::from_raw_parts(ptr, length, capacity) }
            },
            ()
        ),
        verb!(
            "into_raw_parts_with_alloc|from_raw_parts_in",
            |v, x, y| {
                let (ptr, length, capacity, heap) = take(v).into_raw_parts_with_alloc();
                // SAFETY: origin of the pointer: a vector taken apart just now.
                *v = unsafe { Ours::from_raw_parts_in(ptr, length, capacity, heap) }
            },
            ()
        ),
        verb!("into_boxed_slice", |v, x, y| *v =
            take(v).into_boxed_slice().into_vec()),
        verb!(
            "try_into_boxed_slice",
            |v, x, y| *v = take(v).try_into_boxed_slice().unwrap().into(),
            ()
        ),
        verb!(
            "leak",
            |v, x, y| {
                v.shrink_to_fit();
                let (length, capacity) = (v.len(), v.capacity());
                let ptr = take(v).leak().as_mut_ptr();
                // SAFETY: origin of the pointer: a vector leaked just now, whose block had this capacity.
                *v = unsafe { Ours::from_raw_parts(ptr, length, capacity) }
            },
            ()
        ),
        verb!(
            "into_flattened",
            |v, x, y| {
                let mut pairs: Ours<[T; 2]> = Ours::new();
                let mut items = take(v).into_iter();
                while items.len() > 1 {
                    pairs.push([items.next().unwrap(), items.next().unwrap()]);
                }
                *v = pairs.into_flattened();
                v.extend(items)
            },
            ()
        ),
    ]
}

fn turned<T: Item>() -> Vec<Verb<T>> {
    vec_of![
        verb!("try_from", |v, x, y| {
            v.truncate(4);
            let array: Result<[T; 4], _> = take(v).try_into();
            match array {
                Ok(array) => *v = array.into(),
                Err(all) => *v = all,
            }
        }),
        verb!(
            "boxed array",
            |v, x, y| {
                v.truncate(4);
                let array: Result<OurBox<[T; 4]>, _> = take(v).try_into();
                match array {
                    Ok(array) => *v = OurBox::into_inner(array).into(),
                    Err(all) => *v = all,
                }
            },
            v.truncate(4)
        ),
    ]
}

fn walked<T: Item>() -> Vec<Verb<T>> {
    vec_of![
        verb!("into_iter", |v, x, y| {
            let rest = take(v).into_iter().rev().skip(x % 3).collect();
            *v = rest
        }),
        verb!("IntoIter::as_slice|as_mut_slice", |v, x, y| {
            let mut items = take(v).into_iter();
            items.nth(x % 4);
            items.next_back();
            items.as_mut_slice().iter_mut().for_each(T::change);
            (
                numbers(items.as_slice().to_vec()),
                items.size_hint(),
                items.count(),
            )
        }),
        verb!("IntoIter::clone", |v, x, y| {
            let items = take(v).into_iter();
            *v = items.clone().collect();
            numbers(items)
        }),
        verb!(
            "IntoIter::try_clone|allocator",
            |v, x, y| {
                let items = take(v).into_iter();
                *v = items.try_clone().unwrap().collect();
                let _: &Global = items.allocator();
                numbers(items)
            },
            numbers(v.clone())
        ),
        verb!("iter", |v, x, y| v
            .iter_mut()
            .rev()
            .map(|item| {
                item.change();
                item.number()
            })
            .collect::<Vec<_>>()),
        verb!("drain as_slice", |v, x, y| {
            let mut all = v.drain(..);
            all.next();
            numbers(all.as_slice().to_vec())
        }),
    ]
}

fn sorted<T: Item>() -> Vec<Verb<T>> {
    fn rest<T: Item>(item: &T) -> usize {
        item.number() % 7
    }
    // One type for both orders, and so one function of each side that sorts by them.
    type Order<T> = fn(&T, &T) -> Ordering;
    fn backward<T: Item>() -> Order<T> {
        |a, b| b.cmp(a)
    }
    fn by_rest<T: Item>() -> Order<T> {
        |a, b| rest(a).cmp(&rest(b)).reverse()
    }
    vec_of![
        verb!("sort", |v, x, y| v.sort()),
        verb!("sort_by", |v, x, y| v.sort_by(backward())),
        verb!("sort_by_key", |v, x, y| v.sort_by_key(rest)),
        verb!("sort_by_cached_key", |v, x, y| v.sort_by_cached_key(rest)),
        verb!("try_sort", |v, x, y| v.try_sort().unwrap(), v.sort()),
        verb!(
            "try_sort_by",
            |v, x, y| v.try_sort_by(by_rest()).unwrap(),
            v.sort_by(by_rest())
        ),
        verb!(
            "try_sort_by_key",
            |v, x, y| v.try_sort_by_key(rest).unwrap(),
            v.sort_by_key(rest)
        ),
        verb!(
            "try_sort_by_cached_key",
            |v, x, y| v.try_sort_by_cached_key(rest).unwrap(),
            v.sort_by_key(rest)
        ),
    ]
}

pub(crate) fn verbs<T: Item>() -> Vec<Verb<T>> {
    let mut verbs = made();
    verbs.extend(copied());
    verbs.extend(turned());
    verbs.extend(taken_apart());
    verbs.extend(walked());
    verbs.extend(sorted());
    verbs
}
