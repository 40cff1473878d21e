//! What lives longer serves where what lives shorter is wanted, as with std's: each of these compiles only so.

use nostd_alloc::vec::{Drain, IntoIter};
use nostd_alloc::{Box, Vec};

macro_rules! covariant {
    ($($name:ident: $type:ident [$($outer:lifetime)?];)*) => {
        $(#[expect(dead_code, reason = "compiled and never called")]
        fn $name<'short>(
            long: $type<$($outer,)? &'static str>,
        ) -> $type<$($outer,)? &'short str> {
            long
        })*
    };
}

covariant! {
    vec: Vec [];
    boxed: Box [];
    into_iter: IntoIter [];
    drain: Drain ['static];
}
