//! Each heap a point: how fast it replays real programs, and how much memory it needs for them.

use super::{Area, Drawn, FAINT, FONT, colour, radius};
use crate::peers::{GLIBC, METER, NOTHING};
use crate::report::{mean, memory_ratio, recordings};
use crate::results::{Figure, Results};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// The edges of the picture: what is slower or larger is not drawn, and named below it.
const TIME_LEAST: f64 = 0.2;
const TIME_MOST: f64 = 4.0;
const MEMORY_LEAST: f64 = 0.95;
const MEMORY_MOST: f64 = 4.0;

/// The heaps that replay every recording, with their time and memory.
fn points(results: &Results) -> Vec<(&str, f64, f64)> {
    let names = results.names(|name| name != NOTHING && name != METER);
    let point = |heap| {
        let time = mean(results, |name| {
            results.ratio(heap, GLIBC, name, Figure::Time)
        })?;
        let memory = mean(results, |name| memory_ratio(results, heap, name))?;
        Some((heap, time, memory))
    };
    names.into_iter().filter_map(point).collect()
}

fn is_inside(&(_, time, memory): &(&str, f64, f64)) -> bool {
    (TIME_LEAST..TIME_MOST).contains(&time) && (MEMORY_LEAST..MEMORY_MOST).contains(&memory)
}

pub(super) fn has_data(results: &Results) -> bool {
    !recordings(results).is_empty() && points(results).len() > 1
}

pub(super) fn draw(results: &Results, area: &Area) -> Drawn {
    let mut chart = ChartBuilder::on(area)
        .margin(14)
        .margin_bottom(30)
        .x_label_area_size(44)
        .y_label_area_size(60)
        .build_cartesian_2d(
            (TIME_LEAST..TIME_MOST).log_scale(),
            (MEMORY_LEAST..MEMORY_MOST).log_scale(),
        )?;
    chart
        .configure_mesh()
        .x_desc("time ÷ glibc's, warm, geometric mean")
        .y_desc("peak resident ÷ peak live bytes, geometric mean")
        .light_line_style(WHITE)
        .bold_line_style(FAINT)
        .label_style((FONT, 13))
        .x_label_formatter(&|value| format!("{value:.1}"))
        .y_label_formatter(&|value| format!("{value:.1}"))
        .draw()?;
    // The axis has labels from 1 on only.
    for time in [0.3, 0.5, 0.7] {
        let line = [(time, MEMORY_LEAST), (time, MEMORY_MOST)];
        chart.draw_series(LineSeries::new(line, FAINT))?;
        let centred = Pos::new(HPos::Center, VPos::Top);
        let label = Text::new(
            format!("{time}"),
            (0, 10),
            TextStyle::from((FONT, 13).into_font()).pos(centred),
        );
        let label = EmptyElement::at((time, MEMORY_LEAST)) + label;
        chart.draw_series(std::iter::once(label))?;
    }
    let (inside, outside): (Vec<_>, Vec<_>) = points(results).into_iter().partition(is_inside);
    for (index, &(heap, time, memory)) in inside.iter().enumerate() {
        let shade = colour(results, heap);
        let radius = radius(heap) + 1;
        // At the right above the point, or below it or at the left where others' labels would be written over, or the
        // picture ends.
        let near = |&&(_, x, y): &&(&str, f64, f64)| {
            (0.85..1.3).contains(&(x / time)) && (0.97..1.03).contains(&(y / memory))
        };
        let (place, side) = match inside[..index].iter().filter(near).count() {
            _ if time > TIME_MOST / 1.5 => ((-9, -14), HPos::Right),
            0 => ((9, -14), HPos::Left),
            1 => ((9, 6), HPos::Left),
            _ => ((-11, -6), HPos::Right),
        };
        let font = (FONT, 13).into_font().color(&shade);
        let label = Text::new(heap.to_string(), place, font.pos(Pos::new(side, VPos::Top)));
        let dot =
            EmptyElement::at((time, memory)) + Circle::new((0, 0), radius, shade.filled()) + label;
        chart.draw_series(std::iter::once(dot))?;
    }
    let names = outside
        .iter()
        .map(|(heap, time, memory)| format!("{heap} ({time:.1}, {memory:.1})"));
    let names: Vec<String> = names.collect();
    if !names.is_empty() {
        let (_, height) = area.dim_in_pixel();
        let text = format!("outside (time, memory): {}", names.join(", "));
        area.draw(&Text::new(text, (14, height as i32 - 20), (FONT, 12)))?;
    }
    Ok(())
}
