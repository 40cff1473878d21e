//! The verbs of `String`.

use super::vecs::part;
use crate::verb;
use nostd_alloc::heap::Global;
use nostd_alloc::{String as Ours, string};
use std::fmt::Write;
use std::mem::take;

#[derive(Default)]
pub(crate) struct Pair {
    pub(crate) ours: Ours,
    pub(crate) std: String,
}

pub(crate) fn check(pair: &Pair, verb: &str) {
    assert_eq!(pair.ours.as_str(), pair.std, "{verb}");
    assert!(pair.ours.capacity() >= pair.ours.len(), "{verb}");
}

/// Characters of one to four bytes.
pub(crate) fn character(n: usize) -> char {
    ['a', 'Z', ' ', 'ß', 'Σ', '€', '한', '🦀'][n % 8]
}

pub(crate) fn text(n: usize, length: usize) -> String {
    (0..length % 24)
        .map(|index| character(n / 8 + index * (1 + n % 7)))
        .collect()
}

/// A boundary of characters.
fn boundary(text: &str, n: usize) -> usize {
    let start = n % (text.len() + 1);
    (start..)
        .find(|&index| text.is_char_boundary(index))
        .unwrap()
}

fn range(text: &str, x: usize, y: usize) -> std::ops::Range<usize> {
    let part = part(text.len(), x, y);
    boundary(text, part.start)..boundary(text, part.end).max(boundary(text, part.start))
}

fn units(n: usize, length: usize) -> Vec<u16> {
    let mut units: Vec<u16> = text(n, length).encode_utf16().collect();
    if n.is_multiple_of(3) {
        units.insert(units.len() / 2, 0xd800 + n as u16 % 0x800);
    }
    units
}

fn bytes(n: usize, length: usize) -> Vec<u8> {
    let mut bytes = text(n, length).into_bytes();
    if !n.is_multiple_of(3) {
        bytes.insert(bytes.len() * (n % 5) / 5, n as u8);
    }
    bytes
}

type Verb = (&'static str, fn(&mut Pair, usize, usize));

pub(crate) const VERBS: &[Verb] = &[
    verb!("push", |s, x, y| s.push(character(x))),
    verb!(
        "try_push",
        |s, x, y| s.try_push(character(x)).unwrap(),
        s.push(character(x))
    ),
    verb!("push_str", |s, x, y| s.push_str(&text(x, y))),
    verb!(
        "try_push_str",
        |s, x, y| s.try_push_str(&text(x, y)).unwrap(),
        s.push_str(&text(x, y))
    ),
    verb!("add", |s, x, y| {
        *s += &text(x, y);
        *s = take(s) + "x"
    }),
    verb!(
        "push_integer",
        |s, x, y| {
            s.push_integer(x as i16);
            s.push_integer(x as u128 * u128::from(u64::MAX))
        },
        write!(s, "{}{}", x as i16, x as u128 * u128::from(u64::MAX)).unwrap()
    ),
    verb!(
        "try_push_integer",
        |s, x, y| s.try_push_integer(x as i8).unwrap(),
        write!(s, "{}", x as i8).unwrap()
    ),
    verb!("write_str|write_char", |s, x, y| {
        write!(s, "{:>5}|{}", x, y % 7).unwrap();
        s.write_char(character(x)).unwrap()
    }),
    verb!("insert", |s, x, y| s.insert(boundary(s, y), character(x))),
    verb!(
        "try_insert",
        |s, x, y| s.try_insert(boundary(s, y), character(x)).unwrap(),
        s.insert(boundary(s, y), character(x))
    ),
    verb!("insert_str", |s, x, y| s
        .insert_str(boundary(s, y), &text(x, y))),
    verb!(
        "try_insert_str",
        |s, x, y| s.try_insert_str(boundary(s, y), &text(x, y)).unwrap(),
        s.insert_str(boundary(s, y), &text(x, y))
    ),
    verb!("replace_range", |s, x, y| s
        .replace_range(range(s, x, y), &text(y, x))),
    verb!(
        "try_replace_range",
        |s, x, y| s.try_replace_range(range(s, x, y), &text(y, x)).unwrap(),
        s.replace_range(range(s, x, y), &text(y, x))
    ),
    verb!("extend_from_within", |s, x, y| {
        s.truncate(boundary(s, 60.min(s.len())));
        s.extend_from_within(range(s, x, y))
    }),
    verb!(
        "try_extend_from_within",
        |s, x, y| {
            s.truncate(boundary(s, 60.min(s.len())));
            s.try_extend_from_within(range(s, x, y)).unwrap()
        },
        {
            s.truncate(boundary(s, 60.min(s.len())));
            s.extend_from_within(range(s, x, y))
        }
    ),
    verb!("extend", |s, x, y| {
        s.extend(text(x, y).chars());
        s.extend(text(x, 3).chars().collect::<Vec<_>>().iter());
        s.extend([text(y, 2).as_str()])
    }),
    verb!(
        "try_extend",
        |s, x, y| {
            s.try_extend(text(x, y).chars()).unwrap();
            s.try_extend([Ours::from(text(y, x).as_str())]).unwrap()
        },
        {
            s.extend(text(x, y).chars());
            s.extend([text(y, x)])
        }
    ),
    verb!("pop", |s, x, y| s.pop()),
    verb!("remove", |s, x, y| if boundary(s, x) < s.len() {
        s.remove(boundary(s, x))
    } else {
        ' '
    }),
    verb!("truncate", |s, x, y| s.truncate(boundary(s, x))),
    verb!("clear", |s, x, y| if y % 8 == 0 {
        s.clear()
    }),
    verb!("retain", |s, x, y| s.retain(|c| c as usize % 3 != x % 3)),
    verb!("drain", |s, x, y| s
        .drain(range(s, x, y))
        .collect::<String>()),
    verb!("Drain::as_str", |s, x, y| {
        let mut all = s.drain(range(s, x, y));
        (
            all.next(),
            all.next_back(),
            all.as_str().to_string(),
            all.size_hint(),
        )
    }),
    verb!("split_off", |s, x, y| s
        .split_off(boundary(s, x))
        .as_str()
        .to_string()),
    verb!(
        "try_split_off",
        |s, x, y| s
            .try_split_off(boundary(s, x))
            .unwrap()
            .as_str()
            .to_string(),
        s.split_off(boundary(s, x))
    ),
    verb!("reserve|reserve_exact", |s, x, y| {
        s.reserve(x % 300);
        s.reserve_exact(y % 300);
        s.capacity() - s.len() >= x % 300
    }),
    verb!("try_reserve|try_reserve_exact", |s, x, y| {
        s.try_reserve(x % 300).unwrap();
        s.try_reserve_exact(y % 300).unwrap();
        s.try_reserve(1 << 62).is_err()
    }),
    verb!("shrink_to_fit|shrink_to", |s, x, y| {
        s.shrink_to(x % 100);
        s.shrink_to_fit()
    }),
    verb!(
        "try_shrink_to_fit|try_shrink_to",
        |s, x, y| {
            s.try_shrink_to(x % 100).unwrap();
            s.try_shrink_to_fit().unwrap()
        },
        s.shrink_to_fit()
    ),
    verb!("len|is_empty|capacity", |s, x, y| (
        s.len(),
        s.is_empty(),
        s.capacity() >= s.len()
    )),
    verb!("as_str|as_bytes", |s, x, y| (
        s.as_str().to_string(),
        s.as_bytes().to_vec()
    )),
    verb!("as_mut_str|make_ascii_uppercase", |s, x, y| s
        .as_mut_str()
        .make_ascii_uppercase()),
    verb!("as_mut_vec", |s, x, y| {
        // SAFETY: checked by the type: an ASCII letter is UTF-8.
        unsafe { s.as_mut_vec() }.push(b'v')
    }),
    verb!("allocator", |s, x, y| *s.allocator() == Global, true),
    verb!("index|cmp", |s, x, y| {
        let part = range(s, x, y);
        (
            s[part].to_string(),
            s.as_str() < text(x, y).as_str(),
            *s == *text(x, y),
        )
    }),
    verb!("display|debug", |s, x, y| format!("{s:>9} {s:?}")),
    verb!(
        "new|new_in",
        |s, x, y| Ours::new() == Ours::new_in(Global),
        true
    ),
    verb!(
        "with_capacity|try_with_capacity|with_capacity_in|try_with_capacity_in",
        |s, x, y| {
            let all = [
                Ours::with_capacity(x),
                Ours::try_with_capacity(x).unwrap(),
                Ours::with_capacity_in(x, Global),
                Ours::try_with_capacity_in(x, Global).unwrap(),
            ];
            all.iter()
                .all(|text| text.is_empty() && text.capacity() >= x)
        },
        true
    ),
    verb!(
        "from_str|try_from_str|try_from_str_in",
        |s, x, y| {
            *s = text(x, y).parse().unwrap();
            *s = Ours::try_from_str(s).unwrap();
            *s = Ours::try_from_str_in(s, Global).unwrap()
        },
        *s = text(x, y)
    ),
    verb!(
        "from_iter|try_from_iter",
        |s, x, y| {
            *s = text(x, y).chars().collect();
            s.push_str(&Ours::try_from_iter([s.as_str(), "t"]).unwrap())
        },
        {
            *s = text(x, y).repeat(2);
            s.push('t')
        }
    ),
    verb!(
        "from_utf8|as_bytes|into_bytes|utf8_error",
        |s, x, y| match Ours::from_utf8(bytes(x, y).as_slice().into()) {
            Ok(text) => Ok(text.as_str().to_string()),
            Err(error) => Err((
                error.utf8_error(),
                error.as_bytes().to_vec(),
                error.to_string(),
                error.try_clone().unwrap().into_bytes().to_vec()
            )),
        },
        match String::from_utf8(bytes(x, y)) {
            Ok(text) => Ok(text),
            Err(error) => Err((
                error.utf8_error(),
                error.as_bytes().to_vec(),
                error.to_string(),
                error.clone().into_bytes()
            )),
        }
    ),
    verb!(
        "from_utf8_lossy|try_from_utf8_lossy",
        |s, x, y| {
            assert_eq!(
                Ours::from_utf8_lossy(&bytes(x, y)),
                Ours::try_from_utf8_lossy(&bytes(x, y)).unwrap()
            );
            Ours::from_utf8_lossy(&bytes(x, y)).to_string()
        },
        String::from_utf8_lossy(&bytes(x, y)).to_string()
    ),
    verb!(
        "from_utf16|try_from_utf16",
        |s, x, y| {
            let _ = Ours::try_from_utf16(&units(x, y)).unwrap();
            Ours::from_utf16(&units(x, y))
                .ok()
                .map(|text| text.as_str().to_string())
        },
        String::from_utf16(&units(x, y)).ok()
    ),
    verb!(
        "from_utf16_lossy|try_from_utf16_lossy",
        |s, x, y| {
            assert_eq!(
                Ours::from_utf16_lossy(&units(x, y)),
                Ours::try_from_utf16_lossy(&units(x, y)).unwrap()
            );
            Ours::from_utf16_lossy(&units(x, y)).as_str().to_string()
        },
        String::from_utf16_lossy(&units(x, y))
    ),
    verb!(
        "from_utf8_unchecked|into_bytes",
        |s, x, y| {
            // SAFETY: the bytes come from a text just now.
            *s = unsafe { Ours::from_utf8_unchecked(take(s).into_bytes()) }
        },
        ()
    ),
    verb!(
        "into_raw_parts|from_raw_parts",
        |s, x, y| {
            let (ptr, length, capacity) = take(s).into_raw_parts();
            // SAFETY: origin of the pointer: a text taken apart just now.
            *s = unsafe { Ours::from_raw_parts(ptr, length, capacity) }
        },
        ()
    ),
    verb!(
        "into_boxed_str|try_into_boxed_str",
        |s, x, y| {
            *s = take(s).into_boxed_str().into_string();
            *s = take(s).try_into_boxed_str().unwrap().into()
        },
        ()
    ),
    verb!(
        "leak",
        |s, x, y| {
            s.shrink_to_fit();
            let capacity = s.capacity();
            let leaked = take(s).leak();
            // SAFETY: origin of the pointer: a text leaked just now, whose block had this capacity.
            *s = unsafe { Ours::from_raw_parts(leaked.as_mut_ptr(), leaked.len(), capacity) }
        },
        ()
    ),
    verb!(
        "clone|try_clone",
        |s, x, y| *s = s.clone().try_clone().unwrap(),
        ()
    ),
    verb!(
        "clone_from|try_clone_from",
        |s, x, y| {
            s.clone_from(&text(x, y).as_str().into());
            s.try_clone_from(&text(y, x)).unwrap()
        },
        *s = text(y, x)
    ),
    verb!(
        "format|try_format",
        |s, x, y| {
            *s = nostd_alloc::format!("{x}{:>width$}", "ß", width = y % 400);
            assert_eq!(string::try_format(format_args!("{s}")).unwrap(), *s)
        },
        *s = format!("{x}{:>width$}", "ß", width = y % 400)
    ),
];
