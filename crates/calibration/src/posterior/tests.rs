//! Quantiles against published and independently computed values.

use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(a: f64, b: f64, q: f64, expected: f64) {
    let got = BetaPosterior { a, b }.quantile(q);
    assert!((got - expected).abs() < 1e-9, "Beta({a}, {b}) at {q}: {got}, expected {expected}");
}

#[test]
fn quantiles_equal_values_computed_to_forty_digits() {
    check(2.0, 2.0, 0.2, 0.287_140_725_416_740_8);
    check(3_000.0, 4_000.0, 0.05, 0.418_854_579_647_083_3);
    check(50_000.0, 50_000.0, 0.2, 0.498_669_279_017_046_44);
    check(200_000.0, 300_000.0, 0.2, 0.399_416_868_764_295_6);
}

#[test]
fn quantiles_equal_closed_forms() {
    for q in [0.01, 0.2, 0.5, 0.8, 0.99] {
        check(1.0, 1.0, q, q);
        check(3.0, 1.0, q, q.powf(1.0 / 3.0));
        check(1.0, 3.0, q, 1.0 - (1.0 - q).powf(1.0 / 3.0));
        check(0.5, 0.5, q, (q * std::f64::consts::FRAC_PI_2).sin().powi(2));
        check(0.1, 1.0, q, q.powi(10));
    }
}

#[test]
fn an_unseen_cell_beats_two_fifths_with_probability_065() {
    let above = 1.0 - BetaPosterior::ROOT.cdf(0.4);
    assert!((above - 0.648).abs() < 1e-12, "{above}");
}

#[test]
fn certain_quantiles_are_the_ends_and_nonsense_is_nan() {
    let root = BetaPosterior::ROOT;
    assert_eq!((root.quantile(0.0), root.quantile(1.0)), (0.0, 1.0));
    assert!(root.quantile(f64::NAN).is_nan());
    for (a, b) in [(0.0, 2.0), (-1.0, 2.0), (2.0, f64::NAN), (f64::INFINITY, 2.0)] {
        let bad = BetaPosterior { a, b };
        assert!(bad.quantile(0.2).is_nan() && bad.cdf(0.5).is_nan(), "{a} {b}");
    }
}

#[test]
fn moments_that_no_beta_has_are_brought_to_the_nearest() {
    let wide = BetaPosterior::with_moments(0.4, 0.5);
    assert!((wide.mean() - 0.4).abs() < 1e-12 && wide.n() > 0.0, "{wide:?}");
    let sure = BetaPosterior::with_moments(0.4, 0.0);
    assert!((sure.quantile(0.2) - 0.4).abs() < 1e-4, "{sure:?}");
}

proptest! {
    /// The cdf at the quantile is the level asked for.
    #[test]
    fn quantile_inverts_cdf(
        a in 1.0_f64..500.0, b in 1.0_f64..500.0, q in 0.001_f64..0.999,
    ) {
        let belief = BetaPosterior { a, b };
        let back = belief.cdf(belief.quantile(q));
        prop_assert!((back - q).abs() < 1e-7, "{back} {q}");
    }

    /// The inverse agrees with the library's, which iterates differently.
    #[test]
    fn quantile_agrees_with_another_algorithm(
        mean in 0.02_f64..0.98, n in 2.0_f64..5_000.0, q in 0.01_f64..0.99,
    ) {
        let belief = BetaPosterior::centred(mean, n);
        let other = statrs::function::beta::inv_beta_reg(belief.a, belief.b, q);
        prop_assert!((belief.quantile(q) - other).abs() < 1e-8);
    }

    #[test]
    fn moments_come_back(mean in 0.01_f64..0.99, n in 1.0_f64..1_000.0) {
        let belief = BetaPosterior::centred(mean, n);
        let again = BetaPosterior::with_moments(belief.mean(), belief.variance());
        prop_assert!((again.mean() - mean).abs() < 1e-12 && (again.n() / n - 1.0).abs() < 1e-9);
    }
}
