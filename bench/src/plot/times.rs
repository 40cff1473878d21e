//! Each workload a line, each heap a dot on it.

use super::{Area, Drawn, FAINT, FONT, colour, radius};
use crate::peers::{GLIBC, METER, NOTHING, ROW};
use crate::results::{Figure, Results};
use plotters::prelude::*;

/// Ratios below and above are arrows at the edge, with their numbers.
const RATIO_LEAST: f64 = 0.03;
const RATIO_MOST: f64 = 10.0;

/// Room at the right for the names, and for the numbers at the edge, in pixels; and for one number.
const NAMES: i32 = 170;
const NUMBERS: i32 = 130;
const NUMBER: i32 = 42;

/// The heaps that are drawn: the slow teaching strategies would only hide the others.
fn heaps(results: &Results) -> Vec<&str> {
    results.names(|name| name != NOTHING && name != METER && !name.starts_with(ROW))
}

/// The lines: all workloads but the single block.
fn lines(results: &Results) -> Vec<&str> {
    let names = results.workloads.iter().map(|(name, _)| name.as_str());
    names.filter(|name| *name != "one").collect()
}

/// The heaps that are beyond the left and the right edge of a line, with their ratios, the least first.
fn outside<'a>(results: &'a Results, line: &str) -> [Vec<(&'a str, f64)>; 2] {
    let ratio = |heap| Some((heap, results.ratio(heap, GLIBC, line, Figure::Time)?));
    let mut all: Vec<_> = heaps(results).into_iter().filter_map(ratio).collect();
    all.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    let beyond = |is: fn(f64) -> bool| all.iter().copied().filter(|&(_, x)| is(x)).collect();
    [beyond(|x| x < RATIO_LEAST), beyond(|x| x > RATIO_MOST)]
}

pub(super) fn has_data(results: &Results) -> bool {
    heaps(results).contains(&GLIBC) && !lines(results).is_empty()
}

pub(super) fn size(results: &Results) -> (u32, u32) {
    (1030, 120 + 26 * lines(results).len() as u32)
}

pub(super) fn draw(results: &Results, area: &Area) -> Drawn {
    let lines = lines(results);
    let bottom = lines.len() as f64;
    let mut chart = ChartBuilder::on(area)
        .margin(10)
        .margin_right(NAMES + NUMBERS)
        .x_label_area_size(40)
        .y_label_area_size(70)
        .build_cartesian_2d((RATIO_LEAST..RATIO_MOST).log_scale(), bottom..0.0)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .y_labels(0)
        .x_desc("time ÷ glibc's time")
        .light_line_style(WHITE)
        .bold_line_style(FAINT)
        .label_style((FONT, 13))
        .x_label_formatter(&|ratio| format!("{ratio}"))
        .draw()?;
    let one = [(1.0, 0.0), (1.0, bottom)];
    chart.draw_series(LineSeries::new(one, BLACK.mix(0.6)))?;
    for (index, line) in lines.iter().enumerate() {
        let y = index as f64 + 0.5;
        let rule = [(RATIO_LEAST, y), (RATIO_MOST, y)];
        chart.draw_series(LineSeries::new(rule, FAINT))?;
        let place = (RATIO_LEAST, y);
        let label = EmptyElement::at(place) + Text::new(line.to_string(), (-64, -7), (FONT, 14));
        chart.draw_series(std::iter::once(label))?;
    }
    // The large ones first: they would hide the small ones.
    let mut order = heaps(results);
    order.sort_by_key(|heap| -radius(heap));
    for heap in order {
        let shade = colour(results, heap);
        let radius = radius(heap);
        let points = lines.iter().enumerate().filter_map(|(index, line)| {
            let ratio = results.ratio(heap, GLIBC, line, Figure::Time)?;
            let is_inside = (RATIO_LEAST..=RATIO_MOST).contains(&ratio);
            is_inside.then_some((ratio, index as f64 + 0.5))
        });
        let dots = points.map(|point| Circle::new(point, radius, shade.filled()));
        chart.draw_series(dots.collect::<Vec<_>>())?;
    }
    for (index, line) in lines.iter().enumerate() {
        let y = index as f64 + 0.5;
        let [left, right] = outside(results, line);
        for (place, &(heap, ratio)) in left.iter().enumerate() {
            let shade = colour(results, heap);
            let x = 10 + NUMBER * place as i32;
            let arrow = EmptyElement::at((RATIO_LEAST, y))
                + Polygon::new(vec![(x, -5), (x - 8, 0), (x, 5)], shade.filled())
                + Text::new(format!("{ratio:.3}"), (x + 3, -6), (FONT, 12));
            chart.draw_series(std::iter::once(arrow))?;
        }
        for (place, &(heap, ratio)) in right.iter().enumerate() {
            let shade = colour(results, heap);
            let x = 4 + NUMBER * place as i32;
            let arrow = EmptyElement::at((RATIO_MOST, y))
                + Polygon::new(vec![(x, -5), (x + 8, 0), (x, 5)], shade.filled())
                + Text::new(format!("{ratio:.0}"), (x + 11, -6), (FONT, 12));
            chart.draw_series(std::iter::once(arrow))?;
        }
    }
    legend(results, area)
}

/// The names beside the dots.
fn legend(results: &Results, area: &Area) -> Drawn {
    let (width, _) = area.dim_in_pixel();
    for (index, heap) in heaps(results).into_iter().enumerate() {
        let (x, y) = (width as i32 - NAMES + 10, 24 + 20 * index as i32);
        let radius = radius(heap);
        area.draw(&Circle::new((x, y), radius, colour(results, heap).filled()))?;
        area.draw(&Text::new(heap.to_string(), (x + 12, y - 7), (FONT, 14)))?;
    }
    Ok(())
}
