//! The few pieces of SVG that the pictures are made of.

use core::fmt::{self, Write};

/// The width of every picture, in pixels.
pub(super) const WIDTH: usize = 1200;

/// Begins a picture: white ground, one font.
pub(super) fn begin(out: &mut dyn Write, height: usize, title: &[u8]) -> fmt::Result {
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" font-family=\"sans-serif\" font-size=\"14\" fill=\"#222\">"
    )?;
    write!(out, "<title>")?;
    write_escaped(out, title)?;
    writeln!(
        out,
        "</title>\n<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>"
    )
}

/// Ends a picture.
pub(super) fn end(out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "</svg>")
}

/// Where a text stands against its place.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    End,
}

/// A line of text.
pub(super) fn text(
    out: &mut dyn Write,
    (x, y): (usize, usize),
    anchor: Anchor,
    attributes: &str,
    words: fmt::Arguments<'_>,
) -> fmt::Result {
    let anchor = match anchor {
        Anchor::Start => "",
        Anchor::End => " text-anchor=\"end\"",
    };
    write!(out, "<text x=\"{x}\" y=\"{y}\"{anchor}{attributes}>")?;
    write!(out, "{words}")?;
    writeln!(out, "</text>")
}

/// Text from outside: what XML reads as its own is replaced, as is what no XML may hold.
pub(super) fn write_escaped(out: &mut dyn Write, bytes: &[u8]) -> fmt::Result {
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '<' => out.write_str("&lt;")?,
                '>' => out.write_str("&gt;")?,
                '&' => out.write_str("&amp;")?,
                '\0'..='\x1f' | '\x7f' | '\u{fffe}' | '\u{ffff}' => out.write_char('\u{fffd}')?,
                _ => out.write_char(character)?,
            }
        }
        if !chunk.invalid().is_empty() {
            out.write_char('\u{fffd}')?;
        }
    }
    Ok(())
}

/// The end of a name that has more than `most` characters: a path tells most there.
pub(super) fn write_shortened(out: &mut dyn Write, name: &[u8], most: usize) -> fmt::Result {
    let begins = || {
        name.iter()
            .enumerate()
            .filter(|(_, byte)| **byte & 0xc0 != 0x80)
    };
    let surplus = begins().count().saturating_sub(most);
    let first = begins().nth(surplus).filter(|_| surplus > 0);
    let rest = first.and_then(|(at, _)| name.get(at..)).unwrap_or(name);
    if rest.len() < name.len() {
        out.write_char('\u{2026}')?;
    }
    write_escaped(out, rest)
}

/// A path under construction as an element's `d`: runs of cells of one shade.
pub(super) fn run(out: &mut dyn Write, x: usize, y: usize, length: usize) -> fmt::Result {
    write!(out, "M{x} {y}h{length}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collections::String;

    fn shortened(name: &[u8]) -> String {
        let mut out = String::new();
        write_shortened(&mut out, name, 5).unwrap();
        out
    }

    #[test]
    fn of_a_long_name_the_end_is_shown() {
        assert_eq!(shortened(b"a.log"), "a.log");
        assert_eq!(shortened(b"/tmp/a.log"), "\u{2026}a.log");
        assert_eq!(
            shortened("\u{e9}\u{e9}\u{e9}\u{e9}<\u{e9}".as_bytes()),
            "\u{2026}\u{e9}\u{e9}\u{e9}&lt;\u{e9}"
        );
        assert_eq!(shortened(b""), "");
    }
}
