//! What `format!` calls: a text of formatting arguments with one allocation.
//!
//! The pieces go to the stack first, where most texts fit, and then as a whole into a block of just that
//! size; a longer text goes on in a block that grows.

use super::String;
use crate::collections::error::{OrStop, TryReserveError};
use crate::heap::Global;
use core::fmt::{self, Write};

/// A text up to this length is made with one allocation.
const STACK_BYTES: usize = 256;

/// A text on the stack as long as it fits.
struct Draft {
    stack: [u8; STACK_BYTES],
    length: usize,
    text: String,
    refusal: Option<TryReserveError>,
}

impl Draft {
    /// Moves what is on the stack into the block, with room for `additional` bytes more.
    fn spill(&mut self, additional: usize) -> Result<(), TryReserveError> {
        let bytes = self.stack.get(..self.length).unwrap_or_default();
        self.text.try_reserve(self.length + additional)?;
        // SAFETY: the bytes come from whole `str`s, one behind the other.
        let text = unsafe { core::str::from_utf8_unchecked(bytes) };
        self.text.try_push_str(text)?;
        self.length = 0;
        Ok(())
    }

    fn push(&mut self, piece: &str) -> Result<(), TryReserveError> {
        if self.text.is_empty() {
            let end = self.length + piece.len();
            if let Some(room) = self.stack.get_mut(self.length..end) {
                room.copy_from_slice(piece.as_bytes());
                self.length = end;
                return Ok(());
            }
            self.spill(piece.len())?;
        }
        self.text.try_push_str(piece)
    }
}

impl Write for Draft {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        self.push(piece).map_err(|error| {
            self.refusal = Some(error);
            fmt::Error
        })
    }
}

/// The text that formatting arguments make: what `format!` calls.
///
/// ```
/// use nostd_alloc::collections::string::format;
/// assert_eq!(format(format_args!("{}+{}", 1, 2)), "1+2");
/// ```
///
/// # Panics
/// If an argument's `Display` (or the like) fails. Without memory the program ends with exit code 4.
#[track_caller]
pub fn format(arguments: fmt::Arguments<'_>) -> String {
    try_format(arguments).or_stop()
}

/// The twin of [`format()`].
///
/// ```
/// use nostd_alloc::collections::string::try_format;
/// assert_eq!(try_format(format_args!("{}+{}", 1, 2))?, "1+2");
/// # Ok::<(), nostd_alloc::collections::TryReserveError>(())
/// ```
///
/// # Errors
/// [`TryReserveError`] if there is no memory.
///
/// # Panics
/// If an argument's `Display` (or the like) fails.
#[track_caller]
pub fn try_format(arguments: fmt::Arguments<'_>) -> Result<String, TryReserveError> {
    if let Some(text) = arguments.as_str() {
        return String::try_from_str(text);
    }
    let mut draft = Draft {
        stack: [0; STACK_BYTES],
        length: 0,
        text: String::new_in(Global),
        refusal: None,
    };
    if draft.write_fmt(arguments).is_err() {
        return Err(draft.refusal.expect(
            "a formatting trait implementation returned an error when the underlying stream did not",
        ));
    }
    if draft.text.is_empty() && draft.length > 0 {
        draft.spill(0)?;
    }
    Ok(draft.text)
}
