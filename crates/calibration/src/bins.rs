//! Equal-width bins on the unit interval.

/// The bin of `p` among `bins` of equal width: `min(floor(p * bins), bins - 1)`.
///
/// - **Edges:** a value on a border belongs to the upper bin, 1 to the last; `None` for NaN, for
///   values outside `0..=1` and for no bins at all.
pub fn bin_of(p: f64, bins: usize) -> Option<usize> {
    if bins == 0 || !(0.0..=1.0).contains(&p) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "p is in 0..=1, so the product is a small whole number after floor"
    )]
    let bin = (p * bins as f64).floor() as usize;
    Some(bin.min(bins - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_belong_to_the_upper_bin_and_one_to_the_last() {
        for (p, bin) in [(0.0, 0), (0.099, 0), (0.1, 1), (0.5, 5), (0.999, 9), (1.0, 9)] {
            assert_eq!(bin_of(p, 10), Some(bin), "{p}");
        }
    }

    #[test]
    fn what_is_no_probability_has_no_bin() {
        for p in [f64::NAN, f64::INFINITY, -0.001, 1.001] {
            assert_eq!(bin_of(p, 10), None, "{p}");
        }
        assert_eq!(bin_of(0.5, 0), None);
    }
}
