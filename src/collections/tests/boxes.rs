//! Scenarios of `Box`.

use super::{Counted, hungry, scenario};
use crate::collections::Box;
use crate::heap::Global;
use crate::memory::AllocError;
use core::error::Error;

fn making<R, E>(name: &'static str, make: impl Fn() -> Result<R, E>) {
    scenario(name, || hungry(&make).is_ok());
}

pub(super) fn run() {
    making("Box::try_new", || {
        Box::try_new(Counted::new(1)).map_err(|error| assert_eq!(error.into_value().0, 1))
    });
    making("Box::try_new_in", || {
        Box::try_new_in(Counted::new(1), Global)
            .map_err(|error| assert_eq!(error.into_value().0, 1))
    });
    making("Box::try_pin", || {
        Box::try_pin(Counted::new(1)).map_err(|error| assert_eq!(error.into_value().0, 1))
    });
    making("Box::try_new_uninit", Box::<u64>::try_new_uninit);
    making("Box::try_new_uninit_in", || {
        Box::<u64, Global>::try_new_uninit_in(Global)
    });
    making("Box::try_new_zeroed", Box::<u64>::try_new_zeroed);
    making("Box::try_new_uninit_slice", || {
        Box::<[u64]>::try_new_uninit_slice(9)
    });
    making("Box::try_new_zeroed_slice", || {
        Box::<[u64]>::try_new_zeroed_slice(9)
    });
    making("Box::try_from_slice", || Box::try_from_slice(&[1, 2, 3]));
    making("Box::try_from_str", || Box::try_from_str("text"));
    making("Box::try_from_array", || Box::try_from_array([1, 2, 3]));
    making("Box::try_from_iter", || {
        Box::<[Counted]>::try_from_iter((0..100).map(Counted::new))
    });
    making("Box::try_from_error", || {
        Box::<dyn Error>::try_from_error(1_u8.try_into_error())
    });
    scenario("Box::try_clone", || {
        let boxed = Box::new(Counted::new(7));
        hungry(|| Box::try_clone(&boxed).map(|copy| assert_eq!(copy, boxed))).is_ok()
    });
    scenario("Box::try_clone", || {
        let boxed = Box::<[Counted]>::from([Counted::new(7), Counted::new(8)]);
        hungry(|| Box::try_clone(&boxed).map(|copy| assert_eq!(copy, boxed))).is_ok()
    });
    scenario("Box::try_clone", || {
        let boxed = Box::<str>::from("text");
        hungry(|| Box::try_clone(&boxed).map(|copy| assert_eq!(copy, boxed))).is_ok()
    });
}

/// An error with a size, which needs a block.
trait TryIntoError {
    fn try_into_error(self) -> Big;
}

impl TryIntoError for u8 {
    fn try_into_error(self) -> Big {
        Big(AllocError, self)
    }
}

#[derive(Debug)]
struct Big(AllocError, u8);

impl core::fmt::Display for Big {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} {}", self.0, self.1)
    }
}

impl Error for Big {}
