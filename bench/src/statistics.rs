//! Medians, spreads, geometric means: no more statistics than the tables show.

/// The middle of `values`; `None` of nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        length if length % 2 == 1 => Some(sorted[middle]),
        _ => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
    }
}

/// The largest by the smallest of `values`: 1.0 is no spread. `None` of a single one, which says nothing of it.
pub fn spread(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let least = values.iter().copied().reduce(f64::min)?;
    let most = values.iter().copied().reduce(f64::max)?;
    (least > 0.0).then(|| most / least)
}

/// The geometric mean of positive `values`.
pub fn geometric_mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() || values.iter().any(|&value| value <= 0.0) {
        return None;
    }
    let logarithms: f64 = values.iter().map(|value| value.ln()).sum();
    Some((logarithms / values.len() as f64).exp())
}

/// The median of the quotients of pairs: both sides were measured in the same repetition, so that a machine
/// that was slow for a while was slow for both.
pub fn paired_ratio(ours: &[(usize, f64)], theirs: &[(usize, f64)]) -> Option<f64> {
    let quotient = |&(turn, ours): &(usize, f64)| {
        let (_, other) = theirs.iter().find(|(other, _)| *other == turn)?;
        (*other > 0.0).then(|| ours / other)
    };
    median(&ours.iter().filter_map(quotient).collect::<Vec<_>>())
}

/// A number with three figures that mean something.
pub fn three_figures(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle_and_pairs_stay_pairs() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&[]), None);
        assert_eq!(spread(&[2.0, 3.0]), Some(1.5));
        assert_eq!((spread(&[2.0]), spread(&[])), (None, None));
        let ours = [(0, 1.0), (1, 10.0), (2, 3.0)];
        let theirs = [(1, 20.0), (2, 6.0), (0, 2.0)];
        assert_eq!(paired_ratio(&ours, &theirs), Some(0.5));
        let mean = geometric_mean(&[2.0, 8.0]).unwrap();
        assert!((mean - 4.0).abs() < 1e-9);
    }
}
