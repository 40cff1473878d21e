//! Logs that show calls as C writes them: `malloc(24) = 0x5575be7c4340`.
//!
//! What is shared by the tools that print such lines: what a function's name, its arguments and its answer
//! mean for the heap. Functions that are none of malloc's family mean nothing.

use super::addresses::parse_pointer;
use super::parser::{State, layout_from_size, size_from_number};
use super::{Operation, Place, Shape, What};
use crate::io::parse_decimal;
use crate::memory::Layout;

/// A call as a line shows it.
pub(super) struct Call<'l> {
    /// The whole line, for messages.
    pub(super) line: &'l [u8],
    pub(super) name: &'l [u8],
    /// What stands between the parentheses.
    pub(super) arguments: &'l [u8],
    /// What stands behind `=`.
    pub(super) answer: Option<&'l [u8]>,
}

const SHAPE: Shape = "NAME(ARGUMENTS) = ADDRESS";

/// More than any program has asked for that was answered: the tool has read something else.
const REQUEST_BYTES_MAX: u64 = 1 << 38;

impl<'l> Call<'l> {
    /// Does what the call did.
    pub(super) fn apply(&self, state: &mut State) -> Result<Option<Operation>, What> {
        match self.name {
            b"free" | b"cfree" => self.free(state),
            // The operators delete and new of C++, in all their forms.
            [b'_', b'Z', b'd', b'l' | b'a', ..] => self.free(state),
            [b'_', b'Z', b'n', b'w' | b'a', ..] => self.allocate(state, self.sizes(1), false),
            b"malloc" | b"valloc" | b"pvalloc" => self.allocate(state, self.sizes(1), false),
            b"calloc" => self.allocate(state, self.sizes(2), true),
            b"realloc" | b"reallocarray" => self.reallocate(state),
            b"memalign" | b"aligned_alloc" => self.allocate_aligned(state),
            b"strdup" | b"__strdup" => self.allocate(state, self.string(u64::MAX), false),
            b"strndup" | b"__strndup" => {
                let length = self.number(1)?;
                self.allocate(state, self.string(length), false)
            }
            b"posix_memalign" => Err(What::Useless(
                "posix_memalign: the log does not tell the address of the block",
            )),
            _ => Ok(None),
        }
    }

    /// The argument number `index`, without blanks around it and without the words `al` and `size`.
    fn argument(&self, index: usize) -> &'l [u8] {
        let argument = self.arguments.split(|&byte| byte == b',').nth(index);
        let argument = argument.unwrap_or_default().trim_ascii();
        let named = argument.strip_prefix(b"al ");
        let named = named.or_else(|| argument.strip_prefix(b"size "));
        named.unwrap_or(argument)
    }

    /// An argument as a number.
    fn number(&self, index: usize) -> Result<u64, What> {
        let text = self.argument(index);
        parse_decimal(text).ok_or(What::Bad("size", Place::of(text, self.line)))
    }

    /// The product of the first `count` arguments.
    fn sizes(&self, count: usize) -> Result<u64, What> {
        self.product(0, count)
    }

    fn product(&self, from: usize, to: usize) -> Result<u64, What> {
        let mut product = 1u64;
        for index in from..to {
            product = product.saturating_mul(self.number(index)?);
        }
        if product > REQUEST_BYTES_MAX {
            return Err(What::Useless(
                "such a call is not answered: the tool has shown wrong arguments",
            ));
        }
        Ok(product)
    }

    /// The bytes that a copy of the quoted string takes, its end included, and no more than `length` of it.
    fn string(&self, length: u64) -> Result<u64, What> {
        let bad = What::Bad("string", Place::of(self.arguments, self.line));
        let text = self.arguments.strip_prefix(b"\"").ok_or(bad)?;
        let mut count = 0u64;
        let mut rest = text;
        loop {
            rest = match rest {
                [b'"', ..] => return Ok(count.min(length) + 1),
                // An escape is one letter, or an octal number of up to three digits.
                [b'\\', b'0'..=b'7', behind @ ..] => {
                    let digits = behind.iter().take(2);
                    let more = digits
                        .take_while(|byte| matches!(byte, b'0'..=b'7'))
                        .count();
                    behind.get(more..).unwrap_or_default()
                }
                [b'\\', _, behind @ ..] => behind,
                [_, behind @ ..] => behind,
                [] => return Err(bad),
            };
            count += 1;
        }
    }

    /// What the call returned; `None` where it returned a null pointer.
    fn answer(&self) -> Result<Option<u64>, What> {
        let text = self.answer.ok_or(What::Missing("answer", SHAPE))?;
        match text {
            b"nil" | b"NULL" => Ok(None),
            _ => parse_pointer(text)
                .map(|address| Some(address).filter(|&address| address != 0))
                .ok_or(What::Bad("address", Place::of(text, self.line))),
        }
    }

    /// An argument as an address.
    fn pointer(&self, index: usize) -> Result<u64, What> {
        let text = self.argument(index);
        match text {
            b"nil" | b"NULL" => Ok(0),
            _ => parse_pointer(text).ok_or(What::Bad("address", Place::of(text, self.line))),
        }
    }

    fn layout(&self, size: u64) -> Result<Layout, What> {
        layout_from_size(size).ok_or(What::Bad("size", Place::of(self.arguments, self.line)))
    }

    fn allocate(
        &self,
        state: &mut State,
        size: Result<u64, What>,
        zeroed: bool,
    ) -> Result<Option<Operation>, What> {
        match self.answer()? {
            Some(address) => state.allocate_at(address, self.layout(size?)?, zeroed),
            None => Ok(None),
        }
    }

    fn allocate_aligned(&self, state: &mut State) -> Result<Option<Operation>, What> {
        let Some(address) = self.answer()? else {
            return Ok(None);
        };
        let place = Place::of(self.argument(0), self.line);
        let align = usize::try_from(self.number(0)?).ok();
        let size = size_from_number(self.product(1, 2)?);
        let layout = size
            .zip(align)
            .and_then(|(size, align)| Layout::from_size_align(size, align).ok());
        state.allocate_at(address, layout.ok_or(What::OddAlignment(place))?, false)
    }

    fn reallocate(&self, state: &mut State) -> Result<Option<Operation>, What> {
        let old = self.pointer(0)?;
        let count = if self.name == b"realloc" { 2 } else { 3 };
        let size = self.product(1, count);
        if old == 0 {
            return self.allocate(state, size, false);
        }
        match self.answer()? {
            Some(new) => {
                let layout = self.layout(size?)?;
                state.begin_move(old, 0)?;
                state.end_move(new, layout, 0)
            }
            // realloc(p, 0) frees; any other one without an answer has changed nothing.
            None if size == Ok(0) => state.free_at(old),
            None => Ok(None),
        }
    }

    fn free(&self, state: &mut State) -> Result<Option<Operation>, What> {
        state.free_at(self.pointer(0)?)
    }
}

/// Whether a function belongs to malloc's family.
pub(super) fn is_of_family(name: &[u8]) -> bool {
    const NAMES: &[&[u8]] = &[
        b"malloc",
        b"calloc",
        b"realloc",
        b"free",
        b"strdup",
        b"memalign",
        b"aligned_alloc",
        b"posix_memalign",
    ];
    NAMES.contains(&name) || name.starts_with(b"_Zn") || name.starts_with(b"_Zd")
}
