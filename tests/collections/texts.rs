//! Texts under closures, iterators and values of the user that panic or lie: they are texts afterwards.

use super::misbehaviour::{FUSE, burn, quietly};
use nostd_alloc::String;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

const BEFORE: &str = "aß€🦀bü";

/// Runs `act` on a text with the panic at each chance; what is left is what `wanted` says for that chance.
fn at_each_chance(
    name: &str,
    act: impl Fn(&mut String),
    wanted: impl Fn(usize) -> std::string::String,
) {
    for chance in 0..100 {
        let mut text = String::from(BEFORE);
        FUSE.set(chance as i64);
        let result = catch_unwind(AssertUnwindSafe(|| act(&mut text)));
        FUSE.set(-1);
        assert!(
            std::str::from_utf8(text.as_bytes()).is_ok(),
            "{name}: no text"
        );
        assert_eq!(text, *wanted(chance), "{name} (chance {chance})");
        if result.is_ok() {
            assert!(chance > 0, "{name} has no chance to panic");
            return;
        }
    }
    panic!("{name} never ends");
}

/// Says any length.
struct Liar<I>(usize, I);

impl<I: Iterator> Iterator for Liar<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        burn();
        self.1.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0, Some(self.0))
    }
}

/// Panics in the middle of what it has to say.
struct Halting;

impl fmt::Display for Halting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ß")?;
        burn();
        f.write_str("ü")
    }
}

#[test]
fn a_panic_at_any_chance_leaves_a_text() {
    let is_kept = |character: &char| !"ß🦀".contains(*character);
    quietly(|| {
        at_each_chance(
            "retain",
            |text| {
                text.retain(|character| {
                    burn();
                    is_kept(&character)
                })
            },
            |chance| {
                let decided = BEFORE.chars().take(chance).filter(is_kept);
                decided.chain(BEFORE.chars().skip(chance)).collect()
            },
        );
        for says in [0, 1, 3, 100] {
            at_each_chance(
                "extend by characters",
                |text| text.extend(Liar(says, "x€y".chars())),
                |chance| BEFORE.chars().chain("x€y".chars().take(chance)).collect(),
            );
            at_each_chance(
                "extend by texts",
                |text| text.extend(Liar(says, ["x€", "y"].into_iter())),
                |chance| {
                    let more = ["x€", "y"];
                    BEFORE.to_string() + &more[..chance.min(2)].concat()
                },
            );
        }
        at_each_chance(
            "write!",
            |text| fmt::Write::write_fmt(text, format_args!("{Halting}")).unwrap(),
            |chance| format!("{BEFORE}ß{}", ["", "ü"][chance]),
        );
    });
}

#[test]
fn an_iterator_of_characters_may_say_any_length() {
    let mut text = String::from(BEFORE);
    assert!(text.try_extend(Liar(usize::MAX, "x".chars())).is_err());
    assert!(String::try_from_iter(Liar(usize::MAX, "x".chars())).is_err());
    assert_eq!(text, BEFORE);
}
