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

/// By binomial tails in decimal arithmetic of sixty digits.
#[test]
fn far_quantiles_equal_values_computed_to_twenty_digits() {
    let (low, high) = (1e-6, 0.999_999);
    check(10_000.0, 10_000.0, low, 0.483_198_642_815_905_95);
    check(10_000.0, 10_000.0, high, 0.516_801_357_184_094_1);
    check(10_000.0, 1.0, low, 0.998_619_402_846_524_6);
    check(10_000.0, 20.0, low, 0.995_133_861_751_270_2);
    check(20.0, 10_000.0, high, 0.004_866_138_248_729_823);
    check(3.0, 10_000.0, low, 0.000_001_825_244_112_101_4);
    check(1_000.0, 10_000.0, 0.2, 0.088_595_248_344_000_95);
    check(2.0, 2.0, low, 0.000_577_461_433_792_039_8);
    check(7.0, 3.0, high, 0.997_708_778_778_296_7);
}

/// Halving the interval on the library's cdf until nothing moves: slow, and right.
fn bisected(of: &BetaPosterior, q: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..1_100 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if of.cdf(middle) < q { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[test]
fn quantiles_over_a_wide_grid_invert_the_cdf_and_rise() {
    let parts = [0.5, 0.7, 1.0, 1.5, 2.0, 5.0, 20.0, 100.0, 361.0, 1_000.0, 3_000.0, 10_000.0];
    let levels = [1e-6, 1e-4, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 1.0 - 1e-4, 1.0 - 1e-6];
    for a in parts {
        for b in parts {
            let belief = BetaPosterior { a, b };
            let quantiles = levels.map(|q| belief.quantile(q));
            assert!(quantiles.windows(2).all(|w| w[0] < w[1]), "Beta({a}, {b}): {quantiles:?}");
            for (q, x) in levels.into_iter().zip(quantiles) {
                let off = (x - bisected(&belief, q)).abs();
                assert!(off < 1e-8, "Beta({a}, {b}) at {q}: {x} is {off} off");
                // Near 1 the numbers lie too far apart for more: q is between the neighbours' cdf.
                let (below, above) = (belief.cdf(x.next_down()), belief.cdf(x.next_up()));
                let between = below - 1e-9 < q && q < above + 1e-9;
                assert!(between, "Beta({a}, {b}) at {q}: {below} {above}");
            }
        }
    }
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

    /// Anywhere between the points of the grid, on a logarithmic scale.
    #[test]
    fn quantiles_of_any_shape_equal_bisection(
        ln_a in 0.5_f64.ln()..1e4_f64.ln(), ln_b in 0.5_f64.ln()..1e4_f64.ln(),
        logit in -13.8_f64..13.8,
    ) {
        let belief = BetaPosterior { a: ln_a.exp(), b: ln_b.exp() };
        let q = 1.0 / (1.0 + (-logit).exp());
        let off = (belief.quantile(q) - bisected(&belief, q)).abs();
        prop_assert!(off < 1e-8, "{:?} at {}: {}", belief, q, off);
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
