//! What std brings along without a `use`: the types, and the traits that put methods on slices and texts.
//! (`vec!` and `format!` are named by hand: where std is too, a glob would leave them ambiguous.)
//!
//! ```
//! use nostd_alloc::{collections::prelude::*, format, vec};
//! let words: Vec<&str> = vec!["b", "a"];
//! assert_eq!(format!("{}", words.len()), "2");
//! ```

pub use super::boxed::Box;
pub use super::concat_ext::{BytesExt, ConcatExt};
pub use super::cow::{ToOwned, ToString};
pub use super::slice_ext::SliceExt;
pub use super::str_ext::StrExt;
pub use super::string::String;
pub use super::vec::Vec;
pub use crate::{try_format, try_vec, unsize_box};
