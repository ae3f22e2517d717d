//! When a recursion has forgotten where it began.
//!
//! A recursive operator starts from a seed. The seed is wrong by some share of the value, and each
//! bar keeps a fixed part of that error, so the number of bars until nothing is left of it follows
//! from the two. How wrong a seed is depends on the series. The shares that the operators declare
//! are the worst found from any start on twenty years of two indices and up to thirteen of four
//! stocks, crises and raw splits included, with room to spare; a test that searches those series
//! holds every declaration to them.

/// Answers that differ by less than this share of the value are the same: the operator has settled.
pub const SETTLED: f64 = 1e-6;

/// Steps until a seed that is wrong by the share `error` is within [`SETTLED`], when a step keeps
/// the part `kept` of the error. [`usize::MAX`] when it keeps all.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the conversion saturates: no negative count, none above the maximum, 0 for NaN"
)]
pub(crate) fn steps_to_forget(error: f64, kept: f64) -> usize {
    ((error / SETTLED).ln() / kept.recip().ln()).ceil() as usize
}

/// The part of an error that an exponential mean with k = 2 / (n + 1) keeps at each step.
pub(super) fn kept_by_exponential(n: f64) -> f64 {
    (n - 1.0) / (n + 1.0)
}

/// The part of an error that Wilder's smoothing over n keeps at each step.
pub(super) fn kept_by_wilder(n: f64) -> f64 {
    (n - 1.0) / n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_counted_are_the_first_after_which_too_little_is_left() {
        for kept in [0.1_f64, 0.5, 0.9, 0.99] {
            for error in [0.03, 2.0, 40.0] {
                let left = |steps: usize| error * kept.powf(steps as f64);
                let steps = steps_to_forget(error, kept);
                assert!(left(steps) <= SETTLED && left(steps - 1) > SETTLED, "{error} {kept}");
            }
        }
    }

    #[test]
    fn what_keeps_nothing_settles_at_once_and_what_keeps_all_never() {
        assert_eq!(steps_to_forget(1.0, kept_by_exponential(1.0)), 0);
        assert_eq!(steps_to_forget(1.0, kept_by_wilder(1.0)), 0);
        assert_eq!(steps_to_forget(1e-9, 0.9), 0);
        assert_eq!(steps_to_forget(1.0, 1.0), usize::MAX);
    }
}
