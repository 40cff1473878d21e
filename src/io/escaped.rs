//! Text that comes from outside, as it may stand in a message.

use core::fmt::{self, Write};

/// Shows bytes so that a message stays one line and a terminal is left alone: control characters and bytes
/// that are no UTF-8 become `\n`, `\t`, `\r` or `\xNN`.
///
/// ```
/// # use nostd_alloc::io::Escaped;
/// assert_eq!(format!("{}", Escaped(b"caf\xc3\xa9\n\x1b[0m\xff")), r"café\n\x1b[0m\xff");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(pub &'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for character in chunk.valid().chars() {
                match character {
                    '\n' => f.write_str("\\n")?,
                    '\t' => f.write_str("\\t")?,
                    '\r' => f.write_str("\\r")?,
                    _ if character.is_control() => {
                        escape(f, character.encode_utf8(&mut [0; 4]).as_bytes())?;
                    }
                    _ => f.write_char(character)?,
                }
            }
            escape(f, chunk.invalid())?;
        }
        Ok(())
    }
}

/// Each byte as `\xNN`.
fn escape(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "\\x{byte:02x}"))
}
