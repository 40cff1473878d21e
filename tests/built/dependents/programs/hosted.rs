//! A program with std that uses the library's collections on pages of the kernel.

use nostd_alloc::collections::Vec;

fn squares(count: u64) -> Vec<u64> {
    let mut squares = Vec::new();
    for number in 0..count {
        squares.try_push(number * number).expect("there is memory");
    }
    squares
}

fn main() {
    println!("{:?}", &squares(5)[..]);
}

#[test]
fn squares_grow() {
    assert_eq!(squares(100)[99], 99 * 99);
}
