//! Each workload a line, each heap a dot on it.

use super::{Area, Drawn, FAINT, FONT, colour, radius};
use crate::peers::{GLIBC, METER, NOTHING, ROW};
use crate::results::{Figure, Results};
use plotters::prelude::*;

/// Ratios below and above are drawn at the edge.
const RATIO_LEAST: f64 = 0.03;
const RATIO_MOST: f64 = 10.0;

/// The heaps that are drawn: the slow teaching strategies would only hide the others.
fn heaps(results: &Results) -> Vec<&str> {
    results.names(|name| name != NOTHING && name != METER && !name.starts_with(ROW))
}

/// The lines: all workloads but the single block.
fn lines(results: &Results) -> Vec<&str> {
    let names = results.workloads.iter().map(|(name, _)| name.as_str());
    names.filter(|name| *name != "one").collect()
}

pub(super) fn has_data(results: &Results) -> bool {
    heaps(results).contains(&GLIBC) && !lines(results).is_empty()
}

pub(super) fn size(results: &Results) -> (u32, u32) {
    (900, 120 + 26 * lines(results).len() as u32)
}

pub(super) fn draw(results: &Results, area: &Area) -> Drawn {
    let lines = lines(results);
    let bottom = lines.len() as f64;
    let mut chart = ChartBuilder::on(area)
        .margin(10)
        .margin_right(170)
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
    for heap in heaps(results) {
        let shade = colour(results, heap);
        let radius = radius(heap);
        let points = lines.iter().enumerate().filter_map(|(index, line)| {
            let ratio = results.ratio(heap, GLIBC, line, Figure::Time)?;
            Some((ratio.clamp(RATIO_LEAST, RATIO_MOST), index as f64 + 0.5))
        });
        let dots = points.map(|point| Circle::new(point, radius, shade.filled()));
        let series = chart.draw_series(dots.collect::<Vec<_>>())?;
        series
            .label(heap)
            .legend(move |(x, y)| Circle::new((x + 8, y), radius, shade.filled()));
    }
    legend(results, area)
}

/// The names beside the dots.
fn legend(results: &Results, area: &Area) -> Drawn {
    let (width, _) = area.dim_in_pixel();
    for (index, heap) in heaps(results).into_iter().enumerate() {
        let (x, y) = (width as i32 - 160, 24 + 20 * index as i32);
        let radius = radius(heap);
        area.draw(&Circle::new((x, y), radius, colour(results, heap).filled()))?;
        area.draw(&Text::new(heap.to_string(), (x + 12, y - 7), (FONT, 14)))?;
    }
    Ok(())
}
