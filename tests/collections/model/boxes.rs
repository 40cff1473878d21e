//! The verbs of `Box`.

use crate::verb;
use nostd_alloc::boxed::CallBox;
use nostd_alloc::heap::Global;
use nostd_alloc::{Box as Ours, unsize_box};
use std::any::Any;
use std::error::Error;

#[derive(Default)]
#[expect(clippy::box_collection, reason = "the box is what is compared")]
/// A box of each kind, with a block of std's heap in it: a second drop shows.
pub(crate) struct Pair {
    ours: Ours<String>,
    std: Box<String>,
}

pub(crate) fn check(pair: &Pair, verb: &str) {
    assert_eq!(*pair.ours, *pair.std, "{verb}");
}

fn name(x: usize) -> String {
    x.to_string()
}

type Verb = (&'static str, fn(&mut Pair, usize, usize));

pub(crate) const VERBS: &[Verb] = &[
    verb!(
        "new|new_in|try_new|try_new_in",
        |b, x, y| {
            *b = [
                Ours::new(name(x)),
                Ours::new_in(name(x), Global),
                Ours::try_new(name(x)).unwrap(),
                Ours::try_new_in(name(x), Global).unwrap(),
            ][y % 4]
                .clone()
        },
        **b = name(x)
    ),
    verb!(
        "clone|try_clone",
        |b, x, y| {
            *b = Ours::try_clone(&b.clone()).unwrap();
            b.clone_from(&Ours::new(name(y)))
        },
        **b = name(y)
    ),
    verb!(
        "pin|try_pin|into_pin",
        |b, x, y| (
            Ours::pin(x).max(Ours::try_pin(y).unwrap()),
            Ours::into_pin(Ours::new(1))
        ) == (Ours::into_pin(Ours::new(x.max(y))), Ours::pin(1)),
        true
    ),
    verb!(
        "new_uninit|try_new_uninit|try_new_uninit_in|write",
        |b, x, y| {
            let room = [
                Ours::new_uninit(),
                Ours::try_new_uninit().unwrap(),
                Ours::try_new_uninit_in(Global).unwrap(),
            ];
            for mut room in room {
                room.write(name(x));
                *b = Ours::write(room, name(x))
            }
        },
        **b = name(x)
    ),
    verb!(
        "assume_init",
        |b, x, y| {
            let mut room = Ours::new_uninit();
            room.write(name(x));
            // SAFETY: checked above: the value was just written.
            *b = unsafe { room.assume_init() }
        },
        **b = name(x)
    ),
    verb!(
        "new_zeroed|try_new_zeroed|new_zeroed_slice|try_new_zeroed_slice",
        |b, x, y| {
            // SAFETY: checked by the type: numbers of zero bytes are numbers.
            unsafe {
                let one = *Ours::<u64>::new_zeroed().assume_init()
                    + *Ours::<u64>::try_new_zeroed().unwrap().assume_init();
                let many: u64 = Ours::<[u64]>::new_zeroed_slice(x)
                    .assume_init()
                    .iter()
                    .chain(
                        &*Ours::<[u64]>::try_new_zeroed_slice(y)
                            .unwrap()
                            .assume_init(),
                    )
                    .sum();
                one + many
            }
        },
        0
    ),
    verb!(
        "new_uninit_slice|try_new_uninit_slice",
        |b, x, y| Ours::<[u8]>::new_uninit_slice(x).len()
            + Ours::<[String]>::try_new_uninit_slice(y).unwrap().len(),
        x + y
    ),
    verb!(
        "into_inner",
        |b, x, y| {
            let value = Ours::into_inner(std::mem::take(b));
            *b = Ours::new(value)
        },
        ()
    ),
    verb!(
        "into_raw|from_raw",
        |b, x, y| {
            // SAFETY: origin of the pointer: a box taken apart just now.
            *b = unsafe { Ours::from_raw(Ours::into_raw(std::mem::take(b))) }
        },
        ()
    ),
    verb!(
        "into_raw_with_allocator|from_raw_in",
        |b, x, y| {
            let (ptr, heap) = Ours::into_raw_with_allocator(std::mem::take(b));
            // SAFETY: origin of the pointer: a box taken apart just now.
            *b = unsafe { Ours::from_raw_in(ptr, heap) }
        },
        ()
    ),
    verb!(
        "leak",
        |b, x, y| {
            let leaked = Ours::leak(std::mem::take(b));
            leaked.push('l');
            // SAFETY: origin of the pointer: a box leaked just now.
            *b = unsafe { Ours::from_raw(leaked) }
        },
        b.push('l')
    ),
    verb!("allocator", |b, x, y| *Ours::allocator(b) == Global, true),
    verb!("deref|as_ref|borrow", |b, x, y| {
        b.push('d');
        (b.len(), b.as_ref().clone(), format!("{b} {b:?}"))
    }),
    verb!(
        "downcast",
        |b, x, y| {
            let any = unsize_box!(std::mem::take(b) => dyn Any);
            let any = any.downcast::<u8>().unwrap_err();
            *b = any.downcast().unwrap()
        },
        ()
    ),
    verb!(
        "unsize slice",
        |b, x, y| unsize_box!(Ours::new([x, y]) => [usize])
            .iter()
            .sum::<usize>(),
        x + y
    ),
    verb!(
        "call",
        |b, x, y| {
            let text = b.to_string();
            let once = unsize_box!(Ours::new(move |more: usize| text.len() + more) => dyn CallBox<(usize,), Output = usize>);
            Ours::call(once, (x,))
        },
        b.len() + x
    ),
    verb!(
        "iterator",
        |b, x, y| {
            let mut odd = unsize_box!(Ours::new((0..x % 9).filter(|n| n % 2 == 1)) => dyn Iterator<Item = usize>);
            (odd.next(), odd.sum::<usize>())
        },
        {
            let mut odd = (0..x % 9).filter(|n| n % 2 == 1);
            (odd.next(), odd.sum::<usize>())
        }
    ),
    verb!(
        "from_slice|try_from_slice|into_vec|try_from_iter|try_from_array",
        |b, x, y| {
            let mut all = Ours::try_from_slice(&[x, y]).unwrap().into_vec();
            all.extend(Ours::<[usize]>::try_from_iter([x; 3]).unwrap().into_vec());
            all.extend(Ours::try_from_array([y]).unwrap().iter());
            all.extend(Ours::<[usize]>::from(&[x][..]).clone().into_vec());
            all.to_vec().iter().sum::<usize>()
        },
        x * 5 + y * 2
    ),
    verb!(
        "try_from_str|into_string|into_boxed_bytes",
        |b, x, y| (
            Ours::try_from_str(b).unwrap().into_string().len(),
            Ours::<str>::from(b.as_str())
                .clone()
                .into_boxed_bytes()
                .len()
        ),
        (b.len(), b.len())
    ),
    verb!(
        "msg|try_from_error",
        |b, x, y| (
            Ours::<dyn Error>::msg(b).to_string(),
            Ours::<dyn Error + Send + Sync>::try_from_error(std::fmt::Error)
                .unwrap()
                .to_string()
        ),
        (b.to_string(), std::fmt::Error.to_string())
    ),
    verb!("cmp", |b, x, y| (**b < name(x), *b == Default::default())),
];
