//! The pictures of a run, as SVG: a few that answer a question each, no more.
//!
//! To add one: its file here, and its row in [`PICTURES`].

mod bars;
mod speed_and_memory;
mod times;

use crate::peers::{ALONE, OURS, UNCHECKED, is_ours};
use crate::report::programs::mallocs;
use crate::results::Results;
use crate::whole;
use plotters::prelude::*;
use std::error::Error;
use std::path::Path;

/// What drawing returns.
type Drawn = Result<(), Box<dyn Error>>;
/// Where is drawn.
type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// One picture.
pub struct Picture {
    /// The end of its file's name.
    pub name: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// Whether a run has what it shows.
    pub has_data: fn(&Results) -> bool,
    draw: fn(&Results, &Area) -> Drawn,
    /// Width and height for a run, in pixels.
    size: fn(&Results) -> (u32, u32),
}

/// All pictures.
pub const PICTURES: &[Picture] = &[
    Picture {
        name: "times",
        title: "Time as a part of glibc's, workload by workload (left is faster)",
        has_data: times::has_data,
        draw: times::draw,
        size: times::size,
    },
    Picture {
        name: "speed-and-memory",
        title: "Recordings of real programs: time and memory together (left and down is better)",
        has_data: speed_and_memory::has_data,
        draw: speed_and_memory::draw,
        size: |_| (860, 620),
    },
    Picture {
        name: "instructions",
        title: "Instructions for an allocation and a free (64 bytes, constant layout)",
        has_data: bars::has_instructions,
        draw: bars::instructions,
        size: bars::instructions_size,
    },
    Picture {
        name: "collections",
        title: "Collections: how much faster than std's (right is faster), both on glibc's malloc",
        has_data: |results| !results.collections.is_empty(),
        draw: bars::collections,
        size: |results| (760, 60 + 24 * results.collections.len() as u32),
    },
    Picture {
        name: "programs",
        title: "Whole programs: time and memory as parts of glibc's, geometric means (left is better)",
        has_data: |results| !results.programs.is_empty(),
        draw: bars::programs,
        size: bars::programs_size,
    },
];

/// Draws all pictures of `results` into `folder`.
///
/// # Errors
/// If a file cannot be written.
pub fn draw_all(results: &Results, folder: &Path, name: &str) -> Drawn {
    for picture in PICTURES
        .iter()
        .filter(|picture| (picture.has_data)(results))
    {
        let path = folder.join(format!("{name}-{}.svg", picture.name));
        let area = SVGBackend::new(&path, (picture.size)(results)).into_drawing_area();
        area.fill(&WHITE)?;
        let area = area.titled(picture.title, (FONT, 16))?;
        (picture.draw)(results, &area)?;
        area.present()?;
    }
    Ok(())
}

/// The font of all words: whatever the reader has.
const FONT: &str = "sans-serif";
/// Ours, in each picture.
const OURS_COLOUR: RGBColor = RGBColor(214, 72, 20);
/// Our engine by its type, with and without its checks.
const ALONE_COLOUR: RGBColor = RGBColor(240, 140, 0);
const UNCHECKED_COLOUR: RGBColor = RGBColor(250, 190, 90);
/// The rows of our catalogue.
const ROW_COLOUR: RGBColor = RGBColor(200, 170, 150);
/// Lines behind the data.
const FAINT: RGBColor = RGBColor(225, 225, 225);
/// One colour for each peer, told apart also by those who do not see red and green.
const COLOURS: [RGBColor; 13] = [
    RGBColor(60, 60, 60),
    RGBColor(0, 114, 178),
    RGBColor(86, 180, 233),
    RGBColor(0, 158, 115),
    RGBColor(170, 120, 200),
    RGBColor(204, 121, 167),
    RGBColor(120, 94, 40),
    RGBColor(230, 190, 20),
    RGBColor(110, 150, 60),
    RGBColor(150, 150, 150),
    RGBColor(190, 190, 210),
    RGBColor(90, 60, 140),
    RGBColor(0, 80, 80),
];

/// How large the dot of a heap is: ours are looked for first.
fn radius(heap: &str) -> i32 {
    if [OURS, ALONE, UNCHECKED].contains(&heap) {
        7
    } else {
        4
    }
}

/// The colour of a heap: the same in each picture of a run.
fn colour(results: &Results, heap: &str) -> RGBColor {
    match heap {
        OURS => return OURS_COLOUR,
        ALONE => return ALONE_COLOUR,
        UNCHECKED => return UNCHECKED_COLOUR,
        _ => {}
    }
    if is_ours(heap) {
        return ROW_COLOUR;
    }
    // Whole programs have mallocs that are no peers in the workloads.
    let mut others = results.names(crate::peers::is_peer);
    for malloc in mallocs(results) {
        if !others.contains(&malloc) && malloc != whole::OURS {
            others.push(malloc);
        }
    }
    let index = others.iter().position(|name| *name == heap);
    COLOURS[index.unwrap_or(0) % COLOURS.len()]
}
