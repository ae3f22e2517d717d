//! Tests of the module `rules`.

use super::*;
use proptest::prelude::*;
use tradebot_domain::Regime;
use tradebot_features::feature_docs;

/// A quiet, trendless row with some features changed.
fn row(changes: &[(&str, f64)]) -> Vec<f64> {
    let mut features = vec![0.0; feature_names().len()];
    let quiet = [("rsi_14", 50.0), ("adx_14", 20.0), ("volatility_60", 0.25), ("vix", 18.0)];
    for (name, value) in quiet.iter().chain(changes) {
        features[index(name).unwrap()] = *value;
    }
    features
}

fn ask(member: &str, changes: &[(&str, f64)]) -> f64 {
    let members = rule_members();
    let member = members.iter().find(|m| m.id().as_str() == member).unwrap();
    member.opine(&Input { features: &row(changes), row: Regime::ChoppyLowVol }).unwrap()
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
}

#[test]
fn the_rules_stand_in_a_fixed_order_under_their_names() {
    let names: Vec<_> = rule_members().iter().map(|m| m.id().to_string()).collect();
    assert_eq!(names, ["trend", "mean_reversion", "momentum"]);
}

#[test]
fn trend_follows_its_formula() {
    near(ask("trend", &[]), 0.5);
    let up = [
        ("sma_distance_50", 0.05),
        ("sma_distance_200", 0.10),
        ("macd_histogram", 0.1),
        ("adx_14", 30.0),
    ];
    let direction = 0.4 * (0.05_f64 / 0.064_25).tanh()
        + 0.4 * (0.1_f64 / 0.128_5).tanh()
        + 0.2 * 0.5_f64.tanh();
    near(ask("trend", &up), 0.5 + 0.5 * direction / (1.0 + (-2.0_f64).exp()));
    let down = up.map(|(name, x)| (name, if name == "adx_14" { x } else { -x }));
    near(ask("trend", &up) + ask("trend", &down), 1.0);
}

#[test]
fn mean_reversion_follows_its_formula() {
    near(ask("mean_reversion", &[]), 0.5);
    let fallen = [("bollinger_z_20", -2.0), ("rsi_14", 30.0), ("adx_14", 15.0)];
    let expected = 0.5 + 0.5 * 1.0_f64.tanh() / (1.0 + (-2.0_f64).exp());
    near(ask("mean_reversion", &fallen), expected);
    let in_a_trend = [("bollinger_z_20", -2.0), ("rsi_14", 30.0), ("adx_14", 45.0)];
    assert!(ask("mean_reversion", &in_a_trend) < 0.52, "a strong trend is left alone");
}

#[test]
fn momentum_follows_its_formula() {
    let at_the_high = ask("momentum", &[]);
    near(at_the_high, 0.625);
    let risen =
        [("return_20", 0.03), ("return_60", 0.1), ("return_120", 0.2), ("drawdown_252", -0.02)];
    let t = |x: f64, n: f64| (x / (0.25 * (n / 252.0).sqrt())).tanh();
    let m = 0.2 * t(0.03, 20.0) + 0.4 * t(0.1, 60.0) + 0.4 * t(0.2, 120.0);
    let h = 2.0 * (-0.02_f64 / 0.125).exp() - 1.0;
    near(ask("momentum", &risen), 0.5 + 0.5 * (0.75 * m + 0.25 * h));
    assert!(ask("momentum", &[("return_120", -0.3), ("drawdown_252", -0.4)]) < 0.3);
}

#[test]
fn a_row_that_is_short_or_not_finite_is_not_answered() {
    let complete = row(&[]);
    for member in rule_members() {
        let ask = |features: &[f64]| member.opine(&Input { features, row: Regime::Transition });
        assert!(ask(&complete).is_some());
        assert_eq!(ask(&complete[1..]), None);
        for bad in [f64::NAN, f64::INFINITY] {
            assert_eq!(ask(&row(&[("rsi_14", bad)])), None);
        }
    }
}

#[test]
fn a_card_names_every_input_of_its_rule() {
    let cards: Vec<String> = rule_members().iter().map(|m| m.card()).collect();
    for (card, inputs) in cards.iter().zip([
        &["sma_distance_50", "macd_histogram", "adx_14", "volatility_60"][..],
        &["bollinger_z_20", "rsi_14", "adx_14"],
        &["return_20", "return_120", "drawdown_252", "volatility_60"],
    ]) {
        for word in inputs.iter().chain(&["question", "score", "limits", "calibration"]) {
            assert!(card.contains(word), "{word} is not in\n{card}");
        }
    }
}

proptest! {
    #[test]
    fn scores_stay_in_the_unit_interval_for_any_features_in_their_ranges(
        units in prop::collection::vec(prop_oneof![Just(0.0), Just(1.0), 0.0_f64..1.0], feature_names().len()),
    ) {
        let features: Vec<f64> = units
            .iter()
            .zip(feature_docs())
            .map(|(u, doc)| {
                let (low, high) = (doc.low.max(-1e300), doc.high.min(1e300));
                (low + (high - low) * u).clamp(low, high)
            })
            .collect();
        for member in rule_members() {
            let score = member.opine(&Input { features: &features, row: Regime::Transition });
            prop_assert!(score.is_some_and(|p| (0.0..=1.0).contains(&p)), "{:?}", score);
        }
    }

    #[test]
    fn scores_move_the_way_the_rule_says(a in -3.0_f64..3.0, b in -3.0_f64..3.0) {
        let (low, high) = (a.min(b), a.max(b));
        let both = |member, feature| (ask(member, &[(feature, low)]), ask(member, &[(feature, high)]));
        let (x, y) = both("trend", "sma_distance_50");
        prop_assert!(x <= y);
        let (x, y) = both("momentum", "return_60");
        prop_assert!(x <= y);
        let (x, y) = both("mean_reversion", "bollinger_z_20");
        prop_assert!(x >= y);
    }
}
