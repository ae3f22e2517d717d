//! Small computations that several phases share.

use std::collections::BTreeSet;

use crate::validate::check::Measured;

/// How many different values there are; one is what twins should have.
pub(super) fn distinct<T: Ord>(values: impl IntoIterator<Item = T>) -> Measured {
    let (mut seen, mut of) = (BTreeSet::new(), 0);
    for value in values {
        seen.insert(value);
        of += 1;
    }
    Measured::over(seen.len() as f64, of)
}

/// The value below which a share `q` of the values lies (nearest rank).
pub(super) fn quantile(values: &[f64], q: f64) -> Measured {
    if values.is_empty() {
        return Measured::nothing("nothing was timed");
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let above = (values.len() as f64 * (1.0 - q)).floor();
    // `above` is a count no larger than the length.
    let rank = (0..sorted.len()).rev().find(|i| (sorted.len() - 1 - i) as f64 >= above);
    Measured::over(rank.map_or(f64::NAN, |i| sorted[i]), sorted.len())
}

/// Zero for yes, one for no, as a count of faults among one thing.
pub(super) fn holds(yes: bool, otherwise: impl Into<String>) -> Measured {
    Measured::faults(1, (!yes).then(|| otherwise.into()))
}

/// Equal up to a share of the larger of the two.
pub(super) fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_occurred() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(quantile(&values, 0.95).value, 95.0);
        assert_eq!(quantile(&values, 0.99).value, 99.0);
        assert_eq!(quantile(&values[..12], 0.95).value, 12.0);
        assert!(quantile(&[], 0.95).value.is_nan());
    }

    #[test]
    fn twins_that_differ_are_more_than_one() {
        assert_eq!(distinct(["a", "a"]).value, 1.0);
        assert_eq!(distinct(["a", "b"]).value, 2.0);
    }
}
