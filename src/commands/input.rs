//! Where a command reads from: a file, or standard input.

use super::{Said, Words, messages};
use crate::io::{File, Input, Stdin};
use crate::sys::{self, Descriptor, Errno};
use core::ffi::CStr;

/// An input with the name that messages call it by.
#[derive(Debug)]
pub struct Opened {
    /// The name of the file, or `-`.
    pub name: &'static [u8],
    file: Option<File>,
}

impl Opened {
    /// Opens the file that `operand` names; `-` or no operand is standard input.
    ///
    /// # Errors
    /// Said: the file cannot be opened; or no file was named and standard input is a terminal, where the
    /// program would wait without a word.
    pub fn open(operand: Option<&'static CStr>, words: &Words) -> Result<Opened, Said> {
        match operand {
            Some(path) if path != c"-" => {
                let name = path.to_bytes();
                let file = File::open(path).map_err(|error| messages::read_error(name, error))?;
                Ok(Opened {
                    name,
                    file: Some(file),
                })
            }
            None if sys::is_terminal(Descriptor::STDIN) => {
                Err(words.usage(format_args!("no file, and standard input is a terminal")))
            }
            _ => Ok(Opened {
                name: b"-",
                file: None,
            }),
        }
    }
}

impl Input for Opened {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Errno> {
        match &mut self.file {
            Some(file) => file.read(buffer),
            None => Stdin.read(buffer),
        }
    }

    fn rewind(&mut self) -> Result<(), Errno> {
        match &mut self.file {
            Some(file) => file.rewind(),
            None => Stdin.rewind(),
        }
    }
}
