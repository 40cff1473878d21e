//! Films side by side, as an SVG of 1200 pixels without a script: time goes right, and up is away from the
//! first page of the heap.
//!
//! Every panel has a scale of its own, and its height is told beside it: heaps differ by a factor of a
//! hundred, and a thin line would show nothing.

use super::camera::Camera;
use super::film::{Film, Shade};
use super::svg::{self, Anchor, WIDTH};
use crate::lab::survey::Survey;
use core::fmt::{self, Write};

const MARGIN: usize = 24;
/// The title and the legend.
const HEAD_HEIGHT: usize = 84;
/// The name above a panel and the axis below it.
const LABELS_HEIGHT: usize = 64;
const PANEL_HEIGHT: usize = 256;

/// So much of the name of the recording has room beside the words on the right.
const NAME_CHARACTERS_MAX: usize = 20;

/// A shade that is drawn: its colour, and what it means.
const LEGEND: &[(Shade, &str, &str)] = &[
    (Shade::Free, "#e6e6e6", "held, free"),
    (Shade::Quarter, "#b5d0e8", "up to a quarter in live blocks"),
    (Shade::Half, "#74a9d4", "a half"),
    (Shade::ThreeQuarters, "#2f77b5", "three quarters"),
    (Shade::Full, "#08306b", "more"),
];

/// Writes the picture.
///
/// # Errors
/// Those of `out`.
pub fn write_scene(
    out: &mut dyn Write,
    name: &[u8],
    survey: &Survey,
    cameras: &[Camera],
) -> fmt::Result {
    let columns = if cameras.len() > 4 { 3 } else { 2 };
    let lines = cameras.len().div_ceil(columns);
    let height = HEAD_HEIGHT + lines * (PANEL_HEIGHT + LABELS_HEIGHT) + MARGIN;
    svg::begin(out, height, name)?;
    write_head(out, name)?;
    let width = (WIDTH - MARGIN) / columns - MARGIN;
    for (index, camera) in cameras.iter().enumerate() {
        let x = MARGIN + index % columns * (width + MARGIN);
        let y = HEAD_HEIGHT + index / columns * (PANEL_HEIGHT + LABELS_HEIGHT);
        write_panel(out, camera, survey, (x, y), width)?;
    }
    svg::end(out)
}

fn write_head(out: &mut dyn Write, name: &[u8]) -> fmt::Result {
    write!(out, "<text x=\"{MARGIN}\" y=\"32\" font-size=\"20\">")?;
    svg::write_shortened(out, name, NAME_CHARACTERS_MAX)?;
    writeln!(out, ": what lives where, and when</text>")?;
    let mut x = MARGIN;
    for (_, colour, meaning) in LEGEND {
        writeln!(
            out,
            "<rect x=\"{x}\" y=\"50\" width=\"18\" height=\"18\" fill=\"{colour}\" stroke=\"#888\"/>"
        )?;
        let place = (x + 26, 64);
        svg::text(out, place, Anchor::Start, "", format_args!("{meaning}"))?;
        x += 60 + meaning.len() * 8;
    }
    svg::text(
        out,
        (x, 64),
        Anchor::Start,
        "",
        format_args!("white: not held"),
    )?;
    let right = (WIDTH - MARGIN, 32);
    let words = "across: operations; up: away from the first page, each panel by its own scale";
    svg::text(out, right, Anchor::End, "", format_args!("{words}"))
}

fn write_panel(
    out: &mut dyn Write,
    camera: &Camera,
    survey: &Survey,
    (x, y): (usize, usize),
    width: usize,
) -> fmt::Result {
    let film = &camera.film;
    let (columns, rows) = (film.columns().max(1), film.height().max(1));
    let reach = rows * film.cell_bytes();
    let bold = " font-size=\"16\" font-weight=\"bold\"";
    svg::text(
        out,
        (x, y + 22),
        Anchor::Start,
        bold,
        format_args!("{}", camera.name),
    )?;
    let right = (x + width, y + 22);
    svg::text(out, right, Anchor::End, "", format_args!("{reach} B high"))?;
    let top = y + 30;
    writeln!(
        out,
        "<svg x=\"{x}\" y=\"{top}\" width=\"{width}\" height=\"{PANEL_HEIGHT}\" \
         viewBox=\"0 0 {columns} {rows}\" preserveAspectRatio=\"none\" shape-rendering=\"crispEdges\">"
    )?;
    for (shade, colour, _) in LEGEND {
        write_shade(out, film, (columns, rows), *shade, colour)?;
    }
    writeln!(
        out,
        "</svg>\n<rect x=\"{x}\" y=\"{top}\" width=\"{width}\" height=\"{PANEL_HEIGHT}\" \
         fill=\"none\" stroke=\"#888\"/>"
    )?;
    let below = top + PANEL_HEIGHT + 18;
    svg::text(
        out,
        (x, below),
        Anchor::Start,
        "",
        format_args!("operation 1"),
    )?;
    let last = format_args!("{}", survey.operations);
    svg::text(out, (x + width, below), Anchor::End, "", last)
}

/// All cells of one shade, as one path of horizontal runs.
fn write_shade(
    out: &mut dyn Write,
    film: &Film,
    (columns, rows): (usize, usize),
    shade: Shade,
    colour: &str,
) -> fmt::Result {
    write!(
        out,
        "<path transform=\"translate(0 .5)\" stroke=\"{colour}\" d=\""
    )?;
    for row in 0..rows {
        let mut begin = None;
        for column in 0..=columns {
            let is_shade = column < columns && film.shade(column, row) == shade;
            match (begin, is_shade) {
                (None, true) => begin = Some(column),
                (Some(first), false) => {
                    svg::run(out, first, rows - 1 - row, column - first)?;
                    begin = None;
                }
                _ => {}
            }
        }
    }
    writeln!(out, "\"/>")
}
