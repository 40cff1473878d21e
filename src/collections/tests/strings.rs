//! Scenarios of `String`.

use super::{hungry, scenario};
use crate::collections::String;
use crate::heap::Global;
use crate::try_format;
use core::fmt::Write;

/// A full text.
fn full() -> String {
    let mut text = String::with_capacity(8);
    while text.len() < text.capacity() {
        text.push(char::from(b'a' + text.len() as u8 % 26));
    }
    text
}

fn is_full(text: &str) -> bool {
    text.bytes()
        .enumerate()
        .all(|(index, byte)| byte == b'a' + index as u8 % 26)
}

/// A scenario that calls `change` on a full text; on `Err` nothing may have changed.
fn on_full<R, E>(name: &'static str, change: impl Fn(&mut String) -> Result<R, E>) {
    scenario(name, || {
        let mut text = full();
        let (length, capacity) = (text.len(), text.capacity());
        let result = hungry(|| change(&mut text).map(|_| ()));
        if result.is_err() {
            assert!(is_full(&text), "{name}: {text}");
            assert_eq!(text.len(), length, "{name}");
            // Room that was made before the refusal may stay.
            let more_room = name.ends_with("extend") || name.ends_with("splice");
            assert!(text.capacity() == capacity || more_room, "{name}");
        }
        result.is_ok()
    });
}

fn making<R, E>(name: &'static str, make: impl Fn() -> Result<R, E>) {
    scenario(name, || hungry(&make).is_ok());
}

fn shrinking() {
    for (name, exact) in [
        ("String::try_shrink_to_fit", true),
        ("String::try_shrink_to", false),
    ] {
        scenario(name, || {
            let mut text = full();
            text.reserve(1000);
            let result = hungry(|| match exact {
                true => text.try_shrink_to_fit(),
                false => text.try_shrink_to(20),
            });
            assert!(is_full(&text));
            result.is_ok()
        });
    }
    scenario("String::try_into_boxed_str", || {
        let mut text = full();
        text.reserve(1000);
        match hungry(|| text.try_into_boxed_str()) {
            Ok(boxed) => is_full(&boxed),
            Err(error) => {
                assert!(is_full(&error.into_value()));
                false
            }
        }
    });
}

pub(super) fn run() {
    on_full("String::try_reserve", |text| text.try_reserve(100));
    on_full("String::try_reserve_exact", |text| {
        text.try_reserve_exact(100)
    });
    on_full("String::try_push", |text| text.try_push('x'));
    on_full("String::try_push", |text| text.try_push('ß'));
    on_full("String::try_push_str", |text| {
        text.try_push_str("0123456789")
    });
    on_full("String::try_insert", |text| text.try_insert(3, 'ß'));
    on_full("String::try_insert_str", |text| {
        text.try_insert_str(3, "0123456789")
    });
    on_full("String::try_replace_range", |text| {
        text.try_replace_range(1..3, "0123456789")
    });
    on_full("String::try_extend_from_within", |text| {
        text.try_extend_from_within(1..5)
    });
    on_full("String::try_extend", |text| {
        text.try_extend(["0123456789"; 20])
    });
    on_full("String::try_extend", |text| {
        text.try_extend("0123456789ß".chars())
    });
    on_full("String::try_push_integer", |text| {
        text.try_push_integer(u128::MAX)
    });
    on_full("String::try_clone", |text| text.try_clone());
    on_full("String::try_clone_from", |text| {
        text.try_clone_from(&"0123456789".repeat(9))
    });
    on_full("String::try_split_off", |text| text.try_split_off(2));
    on_full("String::write_str", |text| text.write_str("0123456789"));
    shrinking();
    making("String::try_with_capacity", || {
        String::try_with_capacity(100)
    });
    making("String::try_with_capacity_in", || {
        String::try_with_capacity_in(100, Global)
    });
    making("String::try_from_str", || String::try_from_str("text"));
    making("String::try_from_str_in", || {
        String::try_from_str_in("text", Global)
    });
    making("String::try_from_iter", || {
        String::try_from_iter(["a long piece"; 99])
    });
    making("String::try_from_utf8_lossy", || {
        String::try_from_utf8_lossy(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff").map(|text| text.len())
    });
    making("String::try_from_utf16", || {
        String::try_from_utf16(&[0x20ac; 99])
    });
    making("String::try_from_utf16_lossy", || {
        String::try_from_utf16_lossy(&[0xd800; 99])
    });
    making("string::try_format", || try_format!("{} {:>300}", 1, 2));
    making("string::try_format", || try_format!("{}", 1));
    making("string::try_format", || try_format!("plain"));
    scenario("FromUtf8Error::try_clone", || {
        let error = String::from_utf8(crate::vec![0xff]).unwrap_err();
        hungry(|| error.try_clone().map(|copy| assert_eq!(copy, error))).is_ok()
    });
}
