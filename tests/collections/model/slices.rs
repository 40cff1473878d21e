//! The verbs that std puts on slices and texts.

use super::strings::{character, text};
use crate::verb;
use nostd_alloc::collections::{BytesExt, ConcatExt, SliceExt, StrExt};
use std::cmp::Ordering;

/// The same slice twice; methods are called by the name of their trait on our side.
#[derive(Default)]
pub(crate) struct Pair {
    pub(crate) ours: Vec<(u16, u16)>,
    pub(crate) std: Vec<(u16, u16)>,
}

pub(crate) fn check(pair: &Pair, verb: &str) {
    assert_eq!(pair.ours, pair.std, "{verb}");
}

type Verb = (&'static str, fn(&mut Pair, usize, usize));

/// Adds elements with keys from a small or a large set, sorted in part.
fn add(slice: &mut Vec<(u16, u16)>, x: usize, y: usize) {
    let keys = [3, 50, 60_000][x % 3];
    let start = slice.len();
    for index in 0..y % 300 {
        let key = index.wrapping_mul(x | 1).wrapping_mul(2_654_435_761) >> 7;
        slice.push(((key % keys) as u16, (start + index) as u16));
    }
    match x % 5 {
        0 => slice[start..].sort(),
        1 => slice[start..].sort_by(BACKWARD),
        _ => (),
    }
    let surplus = slice.len().saturating_sub(2000);
    slice.drain(..surplus);
}

fn key(value: &(u16, u16)) -> u16 {
    value.0
}

/// Pointers, so that each side sorts with one function by any order or key: the compiler spends long on each.
const BACKWARD: fn(&(u16, u16), &(u16, u16)) -> Ordering = |a, b| b.cmp(a);
const DOWN: fn(&(u16, u16), &(u16, u16)) -> Ordering = |a, b| b.0.cmp(&a.0);
const BY_SEVENTH: fn(&(u16, u16), &(u16, u16)) -> Ordering = |a, b| (a.0 % 7).cmp(&(b.0 % 7));
const KEY: fn(&(u16, u16)) -> u16 = key;
const NINTH: fn(&(u16, u16)) -> u16 = |value| value.0 / 9;

fn texts(x: usize, y: usize) -> Vec<String> {
    (0..y % 9)
        .map(|index| text(x + index, y + 3 * index))
        .collect()
}

pub(crate) const VERBS: &[Verb] = &[
    verb!("add", |v, x, y| add(v, x, y)),
    verb!("add", |v, x, y| add(v, y, x)),
    verb!("sort", |v, x, y| SliceExt::sort(&mut v[..]), v.sort()),
    verb!("try_sort", |v, x, y| v.try_sort().unwrap(), v.sort()),
    verb!(
        "sort of numbers",
        |v, x, y| {
            let mut keys: Vec<u16> = v.iter().map(key).collect();
            keys.try_sort().unwrap();
            keys
        },
        {
            let mut keys: Vec<u16> = v.iter().map(key).collect();
            keys.sort();
            keys
        }
    ),
    verb!(
        "sort_by",
        |v, x, y| SliceExt::sort_by(&mut v[..], DOWN),
        v.sort_by(DOWN)
    ),
    verb!(
        "try_sort_by",
        |v, x, y| v.try_sort_by(BY_SEVENTH).unwrap(),
        v.sort_by(BY_SEVENTH)
    ),
    verb!(
        "sort_by_key",
        |v, x, y| SliceExt::sort_by_key(&mut v[..], KEY),
        v.sort_by_key(KEY)
    ),
    verb!(
        "try_sort_by_key",
        |v, x, y| v.try_sort_by_key(NINTH).unwrap(),
        v.sort_by_key(NINTH)
    ),
    verb!(
        "sort_by_cached_key",
        |v, x, y| SliceExt::sort_by_cached_key(&mut v[..], key),
        v.sort_by_cached_key(key)
    ),
    verb!(
        "try_sort_by_cached_key",
        |v, x, y| v.try_sort_by_cached_key(|value| value.0 % 5).unwrap(),
        v.sort_by_cached_key(|value| value.0 % 5)
    ),
    verb!(
        "sort of texts",
        |v, x, y| {
            let mut all = texts(x, y * 8 + 8);
            all.try_sort().unwrap();
            all
        },
        {
            let mut all = texts(x, y * 8 + 8);
            all.sort();
            all
        }
    ),
    verb!(
        "to_vec|try_to_vec",
        |v, x, y| {
            assert_eq!(SliceExt::to_vec(&v[..]), v.try_to_vec().unwrap());
            SliceExt::to_vec(&v[..]).iter().copied().collect::<Vec<_>>()
        },
        v.to_vec()
    ),
    verb!(
        "repeat|try_repeat",
        |v, x, y| {
            let few = &v[..v.len().min(9)];
            assert_eq!(SliceExt::repeat(few, y % 5), few.try_repeat(y % 5).unwrap());
            SliceExt::repeat(few, y % 5).into_iter().collect::<Vec<_>>()
        },
        v[..v.len().min(9)].repeat(y % 5)
    ),
    verb!(
        "concat|try_concat",
        |v, x, y| {
            let all = texts(x, y);
            assert_eq!(ConcatExt::concat(&all[..]), all[..].try_concat().unwrap());
            (
                ConcatExt::concat(&all[..]).as_str().to_string(),
                ConcatExt::concat(&[&v[..], v][..]).len(),
            )
        },
        (texts(x, y).concat(), [&v[..], v].concat().len())
    ),
    verb!(
        "join|try_join|connect",
        |v, x, y| {
            let all = texts(x, y);
            assert_eq!(
                ConcatExt::connect(&all[..], "--"),
                all[..].try_join("--").unwrap()
            );
            (
                ConcatExt::join(&all[..], "--").as_str().to_string(),
                ConcatExt::join(&[&v[..], v][..], &(1, 2))
                    .iter()
                    .copied()
                    .collect::<Vec<_>>(),
            )
        },
        (texts(x, y).join("--"), [&v[..], v].join(&(1, 2)))
    ),
    verb!(
        "to_ascii_uppercase|try_to_ascii_uppercase",
        |v, x, y| {
            let all = text(x, y);
            assert_eq!(
                BytesExt::try_to_ascii_uppercase(all.as_bytes()).unwrap(),
                BytesExt::to_ascii_uppercase(all.as_bytes())
            );
            assert_eq!(
                StrExt::try_to_ascii_uppercase(&*all).unwrap(),
                StrExt::to_ascii_uppercase(&*all)
            );
            StrExt::to_ascii_uppercase(&*all).as_str().to_string()
        },
        text(x, y).to_ascii_uppercase()
    ),
    verb!(
        "to_ascii_lowercase|try_to_ascii_lowercase",
        |v, x, y| {
            let all = text(x, y);
            assert_eq!(
                BytesExt::try_to_ascii_lowercase(all.as_bytes()).unwrap(),
                BytesExt::to_ascii_lowercase(all.as_bytes())
            );
            assert_eq!(
                StrExt::try_to_ascii_lowercase(&*all).unwrap(),
                StrExt::to_ascii_lowercase(&*all)
            );
            StrExt::to_ascii_lowercase(&*all).as_str().to_string()
        },
        text(x, y).to_ascii_lowercase()
    ),
    verb!(
        "to_uppercase|try_to_uppercase",
        |v, x, y| {
            assert_eq!(
                StrExt::to_uppercase(&*text(x, y)),
                text(x, y).try_to_uppercase().unwrap()
            );
            StrExt::to_uppercase(&*text(x, y)).as_str().to_string()
        },
        text(x, y).to_uppercase()
    ),
    verb!(
        "to_lowercase|try_to_lowercase",
        |v, x, y| {
            assert_eq!(
                StrExt::to_lowercase(&*text(x, y)),
                text(x, y).try_to_lowercase().unwrap()
            );
            StrExt::to_lowercase(&*text(x, y)).as_str().to_string()
        },
        text(x, y).to_lowercase()
    ),
    verb!(
        "str repeat|try_repeat|try_to_owned",
        |v, x, y| {
            assert_eq!(
                StrExt::repeat(&*text(x, y), 3),
                StrExt::try_repeat(&*text(x, y), 3).unwrap()
            );
            StrExt::repeat("ab".try_to_owned().unwrap().as_str(), y % 9)
                .as_str()
                .to_string()
        },
        "ab".repeat(y % 9)
    ),
    verb!(
        "replace|try_replace|find_each",
        |v, x, y| {
            assert_eq!(
                StrExt::replace(&*text(x, y), character(x), "**"),
                text(x, y).try_replace(character(x), "**").unwrap()
            );
            (
                StrExt::replace(&*text(x, y), character(x), "**")
                    .as_str()
                    .to_string(),
                StrExt::replace(&*text(x, y), ['a', '€'], "")
                    .as_str()
                    .to_string(),
            )
        },
        (
            text(x, y).replace(character(x), "**"),
            text(x, y).replace(['a', '€'], "")
        )
    ),
    verb!(
        "replacen|try_replacen",
        |v, x, y| {
            assert_eq!(
                StrExt::replacen(&*text(x, y), "", "-", x % 3),
                text(x, y).try_replacen("", "-", x % 3).unwrap()
            );
            StrExt::replacen(&*text(x, y), char::is_lowercase, "", y % 4)
                .as_str()
                .to_string()
        },
        text(x, y).replacen(char::is_lowercase, "", y % 4)
    ),
];
