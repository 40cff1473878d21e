//! The table of the collections: std's and ours on the same heap, in pairs.

use super::{NONE, Table, shown, two};
use crate::collections::{ROWS, goal};
use crate::results::Results;
use crate::statistics::{median, spread, three_figures};

/// The table.
pub(super) fn section(results: &Results) -> String {
    let headings = [
        "row",
        "std, ns",
        "ours, ns",
        "ours is faster by",
        "goal",
        "reached",
        "spread",
    ];
    let mut table = Table::new(&headings);
    for (name, pairs) in &results.collections {
        let std: Vec<f64> = pairs.iter().map(|(std, _)| *std).collect();
        let ours: Vec<f64> = pairs.iter().map(|(_, ours)| *ours).collect();
        let faster: Vec<f64> = pairs.iter().map(|(std, ours)| std / ours).collect();
        let ratio = median(&faster);
        let about = ROWS.iter().find(|row| row.name == name);
        let about = about.map_or("", |row| row.about);
        let reached = ratio.zip(goal(name)).map(|(ratio, goal)| ratio >= goal);
        table.row(&[
            format!("{name}: {about}"),
            shown(median(&std), three_figures),
            shown(median(&ours), three_figures),
            shown(ratio, |ratio| format!("{ratio:.2} ×")),
            shown(goal(name), |goal| format!("≥ {goal}")),
            match reached {
                Some(true) => "yes".to_string(),
                Some(false) => "**no**".to_string(),
                None => NONE.to_string(),
            },
            shown(spread(&faster), two),
        ]);
    }
    format!(
        "\n## Collections: std's and ours, both on glibc's malloc\n\nNanoseconds an operation, medians of \
         {} pairs in alternating order; \"faster by\" is the median of the quotients std ÷ ours. Spread is \
         the largest quotient by the smallest.\n\n{}",
        results
            .collections
            .first()
            .map_or(0, |(_, pairs)| pairs.len()),
        table.text
    )
}
