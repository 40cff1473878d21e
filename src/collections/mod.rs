//! Growable things: `Box`, `Vec`, `String`, drop-in for std's, and each of them able to hear "no".
//!
//! Plain names keep std's signatures and behaviour. Each method that may need memory has a twin whose name
//! begins with `try_`: after its `Err` nothing has changed, and a value that was passed in comes back in the
//! error. One algorithm serves both; the plain method turns the `Err` into the end of the program: a panic
//! where no machine could have that capacity, else one line on standard error and exit code 4.
//!
//! ```text
//! String<A>      UTF-8 over Vec<u8, A>
//! Vec<T, A>      RawBuffer and a length                 Box<T, A>   one value, or a slice of fixed length
//! RawBuffer      room for T's
//! Room           pointer and capacity; grows without knowing T
//! Allocator      memory::Allocator: the kernel, a region, a heap, a ration
//! ```
//!
//! # Costs
//! Capacity takes the whole usable size that the allocator gave. Growth doubles, goes in place where the
//! allocator can, else elsewhere without a copy where it can, else copies the elements (not the capacity).

#[cfg(feature = "allocator-api2")]
mod adapter;
#[cfg(feature = "alloc")]
mod alloc_types;
pub mod boxed;
mod case;
mod concat_ext;
mod cow;
mod error;
mod macros;
pub mod prelude;
mod range;
mod raw_buffer;
mod room;
mod slice_ext;
mod slots;
mod sort;
mod str_ext;
pub mod string;
pub mod vec;

#[cfg(feature = "allocator-api2")]
pub use adapter::Api2;
pub use boxed::Box;
pub use concat_ext::{BytesExt, ConcatExt};
pub use cow::{Cow, ToOwned, ToString};
pub use error::{PushError, TryReserveError};
pub use slice_ext::{Concat, Join, SliceExt};
pub use slots::{Handle, Slots};
pub use str_ext::{Needle, StrExt};
pub use string::String;
pub use vec::Vec;

#[cfg(test)]
mod tests;
