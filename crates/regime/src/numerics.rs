//! Sums of numbers that are only known by their logarithm.

/// ln(sum exp(value)), without overflow or underflow on the way; minus infinity of nothing.
pub(crate) fn log_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = values.clone().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    largest + values.map(|value| (value - largest).exp()).sum::<f64>().ln()
}

/// ln of the density of the normal distribution. `sd` above 0.
pub(crate) fn log_normal_density(x: f64, mean: f64, sd: f64) -> f64 {
    let z = (x - mean) / sd;
    -0.5 * z * z - sd.ln() - HALF_LN_2_PI
}

/// ln(2 pi) / 2.
pub(crate) const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_7;

/// ln gamma(a + 1/2) - ln gamma(a), for `a` above 0, without the cancellation of two large numbers.
///
/// **Source:** Abramowitz and Stegun (1964), 6.1.15 (recurrence) and 6.1.40 (Stirling's series),
/// of which this is the difference.
pub(crate) fn ln_gamma_half_step(a: f64) -> f64 {
    let mut from = a;
    let mut steps = 0.0;
    // From 20 on, the last term of the series is below 1e-14.
    while from < 20.0 {
        steps += (0.5 / from).ln_1p();
        from += 1.0;
    }
    let inverse = 1.0 / from;
    let square = inverse * inverse;
    let series = [-1.0 / 8.0, 1.0 / 192.0, -1.0 / 640.0, 17.0 / 14_336.0, -31.0 / 18_432.0];
    let tail = series.iter().rev().fold(0.0, |sum, term| sum * square + term);
    0.5 * from.ln() + inverse * tail - steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_far_below_the_smallest_number_is_still_a_number() {
        let sum = log_sum_exp([-1_000.0; 2].into_iter());
        assert!((sum - (2.0_f64.ln() - 1_000.0)).abs() < 1e-12, "{sum}");
        assert_eq!(log_sum_exp([f64::NEG_INFINITY, 3.0].into_iter()), 3.0);
    }

    #[test]
    fn a_sum_of_nothing_is_zero() {
        assert_eq!(log_sum_exp(std::iter::empty()), f64::NEG_INFINITY);
        assert_eq!(log_sum_exp([f64::NEG_INFINITY; 2].into_iter()), f64::NEG_INFINITY);
    }

    #[test]
    fn the_standard_normal_density_at_zero_is_one_over_the_root_of_two_pi() {
        let expected = 1.0 / (2.0 * std::f64::consts::PI).sqrt();
        assert!((log_normal_density(0.0, 0.0, 1.0).exp() - expected).abs() < 1e-15);
        assert!(
            (log_normal_density(5.0, 3.0, 2.0).exp() - expected / 2.0 * (-0.5_f64).exp()).abs()
                < 1e-15
        );
    }

    #[test]
    fn the_half_step_of_ln_gamma_is_right_where_it_is_known() {
        let root_pi = std::f64::consts::PI.sqrt();
        for (a, expected) in [
            (0.5, 1.0 / root_pi),
            (1.0, root_pi / 2.0),
            (1.5, 2.0 / root_pi),
            (2.0, 0.75 * root_pi),
            (10.5, 3_628_800.0 / (654_729_075.0 / 1_024.0 * root_pi)),
        ] {
            let got = ln_gamma_half_step(a);
            assert!((got - f64::ln(expected)).abs() < 1e-14, "{a}: {got}");
        }
    }

    #[test]
    fn two_half_steps_are_one_factor() {
        for a in [1e-6, 0.3, 7.25, 19.9, 20.0, 333.3, 1e5, 1e9] {
            let got = ln_gamma_half_step(a) + ln_gamma_half_step(a + 0.5);
            assert!((got - a.ln()).abs() < 1e-14 * a.ln().abs().max(1.0) * 10.0, "{a}: {got}");
        }
    }
}
