//! Bytes held over time, a line a strategy, above the bytes that are live: an SVG of 1200 pixels.
//!
//! The scale is logarithmic, a line for each doubling or each second of them: heaps differ by a factor of a
//! hundred. Heaps that look the same at every look would hide each other: they share one line, and the legend
//! says so.

use super::camera::Camera;
use super::svg::{self, Anchor, WIDTH};
use crate::lab::survey::Survey;
use core::fmt::{self, Write};

const HEIGHT: usize = 640;
const LEFT: usize = 120;
const RIGHT: usize = WIDTH - 240;
const TOP: usize = 64;
const BOTTOM: usize = HEIGHT - 56;

/// Colours that people who do not see all of them can tell apart too (after Okabe and Ito), and dashes for a
/// second round.
const COLOURS: &[&str] = &[
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000",
];

/// So much of the name of the recording has room.
const NAME_CHARACTERS_MAX: usize = 40;

/// Lines that are nowhere farther apart than this look like one, in tenths of a pixel.
const SAME_LINE: u64 = 15;

/// Sixteenths of a doubling.
const FINENESS: u64 = 16;

/// Sixteen times the logarithm of `bytes` to the base 2, rounded down; the part behind the point is linear.
fn logarithm(bytes: u64) -> u64 {
    let bytes = bytes.max(1);
    let whole = u64::from(bytes.ilog2());
    let part = u128::from(bytes - (1 << whole)) * u128::from(FINENESS);
    whole * FINENESS + (part >> whole) as u64
}

/// From bytes to a place on the paper.
struct Scale {
    low: u64,
    high: u64,
}

impl Scale {
    fn of(cameras: &[Camera]) -> Scale {
        let points = || cameras.iter().flat_map(|camera| camera.curve.iter());
        let held = points().map(|&(_, held)| held).max().unwrap_or(1);
        let live = points().map(|&(live, _)| live).filter(|&live| live > 0);
        let low = live.min().unwrap_or(1).min(held);
        let low = logarithm(low) / FINENESS * FINENESS;
        Scale {
            low,
            high: (logarithm(held) + 1).next_multiple_of(FINENESS),
        }
    }

    /// In tenths of a pixel from the top.
    fn y(&self, bytes: u64) -> u64 {
        let height = (BOTTOM - TOP) as u64 * 10;
        let above = logarithm(bytes).clamp(self.low, self.high) - self.low;
        BOTTOM as u64 * 10 - height * above / (self.high - self.low).max(1)
    }
}

/// Writes the picture.
///
/// # Errors
/// Those of `out`.
pub fn write_plot(
    out: &mut dyn Write,
    name: &[u8],
    survey: &Survey,
    cameras: &[Camera],
) -> fmt::Result {
    let scale = Scale::of(cameras);
    svg::begin(out, HEIGHT, name)?;
    write!(out, "<text x=\"24\" y=\"32\" font-size=\"20\">")?;
    svg::write_shortened(out, name, NAME_CHARACTERS_MAX)?;
    writeln!(out, ": bytes held over time, on a logarithmic scale</text>")?;
    write_axes(out, &scale, survey)?;
    let looks = cameras.iter().map(|camera| camera.curve.len()).max();
    let looks = looks.unwrap_or(1).max(2);
    let longest = cameras.iter().max_by_key(|camera| camera.curve.len());
    if let Some(camera) = longest {
        write_live(out, &scale, camera, looks)?;
    }
    for (index, camera) in cameras.iter().enumerate() {
        let before = cameras.iter().take(index);
        let hidden = before
            .enumerate()
            .find(|(_, other)| same_line(&scale, camera, other));
        let line = hidden.map_or(index, |(other, _)| other);
        let style = Style::of(line);
        if line == index {
            write_curve(out, &scale, camera, &style, looks)?;
        }
        write_legend(
            out,
            index,
            &style,
            camera.name,
            hidden.map(|(_, other)| other.name),
        )?;
    }
    svg::end(out)
}

fn write_axes(out: &mut dyn Write, scale: &Scale, survey: &Survey) -> fmt::Result {
    let doublings = (scale.high - scale.low) / FINENESS;
    let stride = if doublings > 12 { 2 } else { 1 };
    for doubling in (0..=doublings).step_by(stride) {
        let bytes = 1u64 << ((scale.low / FINENESS + doubling).min(63));
        let y = scale.y(bytes) / 10;
        writeln!(
            out,
            "<path d=\"M{LEFT} {y}H{RIGHT}\" stroke=\"#ddd\" fill=\"none\"/>"
        )?;
        let place = (LEFT - 8, y as usize + 5);
        svg::text(out, place, Anchor::End, "", format_args!("{} B", bytes))?;
    }
    let below = BOTTOM + 24;
    svg::text(
        out,
        (LEFT, below),
        Anchor::Start,
        "",
        format_args!("operation 1"),
    )?;
    let last = format_args!("{}", survey.operations);
    svg::text(out, (RIGHT, below), Anchor::End, "", last)
}

/// Where the look number `index` of `looks` is drawn.
fn x(index: usize, looks: usize) -> usize {
    LEFT + (RIGHT - LEFT) * index / (looks - 1).max(1)
}

/// The live bytes as an area.
fn write_live(out: &mut dyn Write, scale: &Scale, camera: &Camera, looks: usize) -> fmt::Result {
    write!(out, "<path fill=\"#eee\" d=\"M{LEFT} {BOTTOM}")?;
    for (index, &(live, _)) in camera.curve.iter().enumerate() {
        let y = scale.y(live);
        write!(out, "L{} {}.{}", x(index, looks), y / 10, y % 10)?;
    }
    let last = camera.curve.len().saturating_sub(1);
    writeln!(out, "V{BOTTOM}H{}z\"/>", x(last, looks).min(RIGHT))?;
    let place = (RIGHT + 48, TOP + 12);
    writeln!(
        out,
        "<rect x=\"{}\" y=\"{TOP}\" width=\"28\" height=\"14\" fill=\"#eee\" stroke=\"#888\"/>",
        RIGHT + 12
    )?;
    svg::text(out, place, Anchor::Start, "", format_args!("live"))
}

/// Whether two curves look like one.
fn same_line(scale: &Scale, one: &Camera, other: &Camera) -> bool {
    one.curve.len() == other.curve.len()
        && one
            .curve
            .iter()
            .zip(other.curve.iter())
            .all(|(one, other)| scale.y(one.1).abs_diff(scale.y(other.1)) <= SAME_LINE)
}

/// How a line is drawn.
struct Style {
    colour: &'static str,
    dashes: &'static str,
}

impl Style {
    fn of(line: usize) -> Style {
        Style {
            colour: COLOURS.get(line % COLOURS.len()).unwrap_or(&"#000"),
            dashes: match line < COLOURS.len() {
                true => "",
                false => " stroke-dasharray=\"6 4\"",
            },
        }
    }
}

fn write_curve(
    out: &mut dyn Write,
    scale: &Scale,
    camera: &Camera,
    Style { colour, dashes }: &Style,
    looks: usize,
) -> fmt::Result {
    write!(
        out,
        "<path fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{dashes} d=\""
    )?;
    for (look, &(_, held)) in camera.curve.iter().enumerate() {
        let y = scale.y(held);
        let letter = if look == 0 { 'M' } else { 'L' };
        write!(out, "{letter}{} {}.{}", x(look, looks), y / 10, y % 10)?;
    }
    writeln!(out, "\"/>")
}

/// The line number `index` of the legend: what is drawn so, or with whose line it is one.
fn write_legend(
    out: &mut dyn Write,
    index: usize,
    Style { colour, dashes }: &Style,
    name: &str,
    same_as: Option<&str>,
) -> fmt::Result {
    let y = TOP + 34 + index * 22;
    writeln!(
        out,
        "<path d=\"M{} {y}h28\" stroke=\"{colour}\" stroke-width=\"2\"{dashes}/>",
        RIGHT + 12
    )?;
    let place = (RIGHT + 48, y + 5);
    let (about, other) = same_as.map_or(("", ""), |other| (" ≈ ", other));
    let words = format_args!("{name}{about}{other}");
    svg::text(out, place, Anchor::Start, "", words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_rise_with_their_numbers() {
        assert_eq!((logarithm(1), logarithm(2), logarithm(3)), (0, 16, 24));
        assert_eq!(logarithm(1 << 40), 640);
        let all: std::vec::Vec<u64> = (1..5000).map(logarithm).collect();
        assert!(all.is_sorted());
    }
}
