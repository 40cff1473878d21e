//! Bars from a line at the left, one below the other, with their names and numbers.

use super::{Area, Drawn, FAINT, FONT, OURS_COLOUR, colour};
use crate::collections::goal;
use crate::peers::NOTHING;
use crate::report::programs::{FIGURES, mallocs, mean};
use crate::results::Results;
use crate::statistics::median;
use crate::whole::OURS;
use plotters::prelude::*;

/// One bar.
struct Bar {
    name: String,
    value: f64,
    /// What must be reached, drawn as a mark.
    mark: Option<f64>,
    colour: RGBColor,
    text: String,
}

/// The place of a bar and the space for its name, in pixels.
const BAR: i32 = 24;
const NAMES: i32 = 190;
const NUMBERS: i32 = 80;

/// Draws bars in a scale up to `most`; longer ones end there, broken. `base` is where a line is drawn.
fn draw(area: &Area, bars: &[Bar], most: f64, base: Option<f64>) -> Drawn {
    let (width, _) = area.dim_in_pixel();
    let room = f64::from(width as i32 - NAMES - NUMBERS);
    let at = |value: f64| NAMES + (value.min(most) / most * room) as i32;
    let bottom = 20 + BAR * bars.len() as i32;
    if let Some(base) = base {
        let line = [(at(base), 10), (at(base), bottom)];
        area.draw(&PathElement::new(line, BLACK.mix(0.6)))?;
    }
    for (index, bar) in bars.iter().enumerate() {
        let y = 14 + BAR * index as i32;
        let corners = [(NAMES, y + 3), (at(bar.value), y + BAR - 4)];
        area.draw(&Rectangle::new(
            [(NAMES, y + 3), (at(most), y + BAR - 4)],
            FAINT.mix(0.4).filled(),
        ))?;
        area.draw(&Rectangle::new(corners, bar.colour.filled()))?;
        if bar.value > most {
            for x in [at(most) - 16, at(most) - 10] {
                let gap = [(x, y + BAR - 4), (x + 4, y + 3)];
                area.draw(&PathElement::new(gap, WHITE.stroke_width(2)))?;
            }
        }
        if let Some(mark) = bar.mark {
            let line = [(at(mark), y), (at(mark), y + BAR - 1)];
            area.draw(&PathElement::new(line, BLACK.stroke_width(2)))?;
        }
        area.draw(&Text::new(bar.name.clone(), (8, y + 6), (FONT, 14)))?;
        let place = (at(most) + 8, y + 6);
        area.draw(&Text::new(bar.text.clone(), place, (FONT, 14)))?;
    }
    Ok(())
}

/// Instructions of the constant pair, the harness's taken off, the least first.
fn counted(results: &Results) -> Vec<(&str, f64)> {
    let own = results.instructions(NOTHING, "a").unwrap_or(0.0);
    let names = results.names(|name| name != NOTHING);
    let count = |name| Some((name, results.instructions(name, "a")? - own));
    let mut counts: Vec<_> = names.into_iter().filter_map(count).collect();
    counts.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    counts
}

pub(super) fn has_instructions(results: &Results) -> bool {
    counted(results).len() > 1
}

pub(super) fn instructions_size(results: &Results) -> (u32, u32) {
    (760, 60 + BAR as u32 * counted(results).len() as u32)
}

pub(super) fn instructions(results: &Results, area: &Area) -> Drawn {
    let counts = counted(results);
    let most = counts.iter().map(|(_, count)| *count).fold(1.0, f64::max);
    let bars: Vec<Bar> = counts
        .iter()
        .map(|&(name, count)| Bar {
            name: name.to_string(),
            value: count,
            mark: None,
            colour: colour(results, name),
            text: format!("{count:.0}"),
        })
        .collect();
    draw(area, &bars, most.min(400.0), None)
}

pub(super) fn collections(results: &Results, area: &Area) -> Drawn {
    let rows = results.collections.iter().filter_map(|(name, pairs)| {
        let faster: Vec<f64> = pairs.iter().map(|(std, ours)| std / ours).collect();
        let value = median(&faster)?;
        let reached = goal(name).is_none_or(|goal| value >= goal);
        Some(Bar {
            name: name.clone(),
            value,
            mark: goal(name),
            colour: if reached {
                OURS_COLOUR
            } else {
                RGBColor(150, 150, 150)
            },
            text: format!("{value:.2} ×"),
        })
    });
    draw(area, &rows.collect::<Vec<_>>(), 2.5, Some(1.0))
}

pub(super) fn programs_size(results: &Results) -> (u32, u32) {
    let bars = FIGURES.len() * mallocs(results).len();
    (760, 60 + BAR as u32 * bars as u32)
}

pub(super) fn programs(results: &Results, area: &Area) -> Drawn {
    let mut bars = Vec::new();
    for (what, figure) in FIGURES {
        for malloc in mallocs(results) {
            let Some(value) = mean(results, malloc, figure) else {
                continue;
            };
            bars.push(Bar {
                name: format!("{malloc}, {what}"),
                value,
                mark: None,
                colour: if malloc == OURS {
                    OURS_COLOUR
                } else {
                    colour(results, malloc)
                },
                text: format!("{value:.2} ×"),
            });
        }
    }
    draw(area, &bars, 2.0, Some(1.0))
}
