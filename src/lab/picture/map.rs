//! The heap when most is live, as characters: three lines of 64 cells a strategy.
//!
//! ```text
//! freelist         |▓██████████████████▓▓████▓██████████████████████████████████████|
//!  323584 B        |███▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓████████████▓▒▒▒▒▒░▒▒░░▒███████████████|
//! ```

use super::camera::{Camera, MAP_CELLS};
use super::film::Shade;
use core::fmt::{self, Write};

/// How many cells stand in a line.
const LINE_CELLS: usize = 64;

/// What the terminal can show.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Look {
    /// Block characters, and not only ASCII.
    pub has_blocks: bool,
    /// Colours.
    pub has_colours: bool,
}

impl Look {
    fn character(self, shade: Shade) -> char {
        match (self.has_blocks, shade) {
            (_, Shade::Nothing) => ' ',
            (true, Shade::Free) => '\u{b7}',
            (true, Shade::Quarter) => '\u{2591}',
            (true, Shade::Half) => '\u{2592}',
            (true, Shade::ThreeQuarters) => '\u{2593}',
            (true, Shade::Full) => '\u{2588}',
            (false, Shade::Free) => '.',
            (false, Shade::Quarter) => ':',
            (false, Shade::Half) => '+',
            (false, Shade::ThreeQuarters) => 'x',
            (false, Shade::Full) => '#',
        }
    }
}

/// Writes the maps, and what their characters mean.
///
/// # Errors
/// Those of `out`.
pub fn write_map(out: &mut dyn Write, look: Look, cameras: &[Camera]) -> fmt::Result {
    let cell = |shade| look.character(shade);
    writeln!(
        out,
        "\nmap at the peak: '{}' free, '{}' up to a quarter used, '{}' half, '{}' three quarters, '{}' more",
        cell(Shade::Free),
        cell(Shade::Quarter),
        cell(Shade::Half),
        cell(Shade::ThreeQuarters),
        cell(Shade::Full),
    )?;
    for camera in cameras {
        for line in 0..MAP_CELLS / LINE_CELLS {
            match line {
                0 => write!(out, "{:<14}", camera.name)?,
                1 => write!(out, "{:>9} B a", camera.map_cell_bytes)?,
                _ => write!(out, "{:<14}", "          cell")?,
            }
            if line == 1 {
                write!(out, " ")?;
            }
            write_line(out, look, camera, line)?;
        }
    }
    Ok(())
}

fn write_line(out: &mut dyn Write, look: Look, camera: &Camera, line: usize) -> fmt::Result {
    const GREEN: &str = "\x1b[32m";
    const PLAIN: &str = "\x1b[0m";
    let (colour, plain) = if look.has_colours {
        (GREEN, PLAIN)
    } else {
        ("", "")
    };
    write!(out, " |{colour}")?;
    let cells = camera.map.iter().skip(line * LINE_CELLS).take(LINE_CELLS);
    for &cell in cells {
        out.write_char(look.character(Shade::of(cell, camera.map_cell_bytes)))?;
    }
    writeln!(out, "{plain}|")
}
