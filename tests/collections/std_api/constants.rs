//! What std can do in constants, and the macros.

use nostd_alloc::{Box, PushError, String, Vec, format, try_format, try_vec, vec};

/// The rows of the list that are macros.
pub(crate) const MACROS: &[&str] = &["m0001", "m0002", "m0003", "m0004"];

const EMPTY: Vec<u32> = Vec::new();
const TEXT: String = String::new();
const _: () = {
    let mut vec: Vec<u32> = EMPTY;
    assert!(vec.is_empty() && vec.len() == vec.capacity());
    assert!(vec.as_slice().is_empty() && vec.as_mut_slice().is_empty());
    let _: (*const u32, *mut u32) = (vec.as_ptr(), vec.as_mut_ptr());
    core::mem::forget(vec);
    let mut text: String = TEXT;
    assert!(text.is_empty() && text.len() == text.capacity());
    assert!(text.as_str().is_empty() && text.as_bytes().is_empty());
    assert!(text.as_mut_str().is_empty());
    // SAFETY: checked above: there is no byte that could be none of UTF-8.
    assert!(unsafe { text.as_mut_vec() }.is_empty());
    core::mem::forget(text.into_bytes());
};

#[test]
fn macros_take_what_those_of_std_take() {
    let empty: Vec<u8> = vec![];
    assert!(empty.is_empty());
    assert_eq!(vec![String::from("a"); 2], ["a", "a"]);
    assert_eq!(vec![1, 2, 3,], [1, 2, 3]);
    assert_eq!(vec![0; 3], [0; 3]);
    assert_eq!(vec![0.0; 3], [0.0; 3]);
    let name = "x";
    assert_eq!(format!("{name}{:>3}", 1), "x  1");
    assert_eq!(format!("plain"), "plain");
    assert_eq!(try_format!("{name}").unwrap(), "x");
    let error: PushError<[Box<u8>; 1]> = match try_vec![Box::new(1)] {
        Ok(vec) => return assert_eq!(vec.len(), 1),
        Err(error) => error,
    };
    unreachable!("{error}");
}
