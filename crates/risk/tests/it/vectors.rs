//! The formulas against stored reference values (scipy root finding, closed forms).

use serde_json::Value;
use statrs::function::beta::beta_reg;
use tradebot_risk::continuous::{chance_ever_below, growth_rate, growth_rate_at};
use tradebot_risk::discrete::{Outcome, growth, kelly_leverage, risk_constrained_leverage};
use tradebot_risk::kelly::growth_share;
use tradebot_risk::portfolio::DrawdownBound;
use tradebot_risk::volatility::VolatilityTarget;
use tradebot_risk::{
    BracketBet, continuous, drawdown_multiplier, expected_growth, kelly_fraction, kelly_growth,
    risk_constrained,
};

const CLOSED_FORM: f64 = 1e-12;
const ROOT_FOUND: f64 = 1e-9;
const SOLVED: f64 = 1e-5;

/// A file of stored reference values.
pub(crate) fn fixture(name: &str) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/vectors/");
    serde_json::from_str(&std::fs::read_to_string(format!("{folder}{name}")).unwrap()).unwrap()
}

fn vectors() -> Value {
    fixture("08_kelly.json")
}

pub(crate) fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_else(|| panic!("no number `{key}` in {value}"))
}

#[track_caller]
pub(crate) fn check(what: &str, got: f64, expected: f64, tolerance: f64) {
    let scale = expected.abs().max(1.0);
    assert!((got - expected).abs() <= tolerance * scale, "{what}: {got}, expected {expected}");
}

#[test]
fn binary_bets_match_kelly_growth_and_the_drawdown_constraint() {
    let vectors = vectors();
    let cases = vectors["binary"].as_array().unwrap();
    assert_eq!(cases.len(), 8);
    for case in cases {
        let (p, b, a) = (number(case, "p"), number(case, "b"), number(case, "a"));
        let kelly = kelly_fraction(p, b, a);
        check("kelly", kelly, number(case, "kelly"), CLOSED_FORM);
        let f = kelly.max(0.0);
        check("clipped", f, number(case, "kelly_clipped"), CLOSED_FORM);
        check("growth", kelly_growth(p, b, a), number(case, "growth_at_kelly"), CLOSED_FORM);
        check(
            "half",
            expected_growth(p, b, a, f / 2.0),
            number(case, "growth_at_half"),
            CLOSED_FORM,
        );
        for (alpha, beta) in [(0.7, 0.1), (0.8, 0.05), (0.9, 0.1)] {
            let expected = &case[format!("rck_{alpha}_{beta}")];
            let got = risk_constrained(p, b, a, alpha, beta);
            check("constrained", got, number(expected, "f"), ROOT_FOUND);
            let bound = DrawdownBound::new(alpha, beta).unwrap();
            check("lambda", bound.lambda(), number(expected, "lam"), CLOSED_FORM);
            // A conic solver's answer, where the bet has an edge.
            if let Some(solved) = expected["f_cvxpy"].as_f64() {
                check("solver", got, solved, SOLVED);
            } else {
                assert_eq!(got, 0.0);
            }
        }
    }
}

#[test]
fn several_outcomes_match_leverage_and_growth() {
    let vectors = vectors();
    for case in vectors["discrete"].as_array().unwrap() {
        let outcomes: Vec<_> = case["outcomes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|o| Outcome {
                probability: o[0].as_f64().unwrap(),
                outcome: o[1].as_f64().unwrap(),
            })
            .collect();
        let f = kelly_leverage(&outcomes);
        check("leverage", f, number(case, "kelly_leverage"), ROOT_FOUND);
        check("growth", growth(&outcomes, f), number(case, "growth"), ROOT_FOUND);
        let constrained = risk_constrained_leverage(&outcomes, 0.8, 0.1);
        check("constrained", constrained, number(case, "rck_alpha0_8_beta0_1"), ROOT_FOUND);
    }
}

#[test]
fn the_drawdown_multiplier_matches_grossman_and_zhou() {
    let vectors = vectors();
    let cases = vectors["grossman_zhou"].as_array().unwrap();
    assert_eq!(cases.len(), 14);
    for case in cases {
        let got = drawdown_multiplier(number(case, "dd"), number(case, "dmax"));
        check("multiplier", got, number(case, "mult"), CLOSED_FORM);
    }
}

#[test]
fn continuous_kelly_matches_the_published_example() {
    let vectors = vectors();
    for case in vectors["continuous"].as_array().unwrap() {
        let (mu, r, sigma) = (number(case, "mu"), number(case, "r"), number(case, "sigma"));
        check("f", continuous::kelly_leverage(mu, r, sigma), number(case, "f"), CLOSED_FORM);
        check("g", growth_rate(mu, r, sigma), number(case, "g"), CLOSED_FORM);
        let chances = case["prob_ever_below"].as_object().unwrap();
        assert_eq!(chances.len(), 6);
        for (c, x) in [(1.0, 0.5), (1.0, 0.8), (0.5, 0.5), (0.5, 0.8), (0.25, 0.5), (0.25, 0.8)] {
            let expected = chances[&format!("c={c},x={x}")].as_f64().unwrap();
            check("chance", chance_ever_below(c, x), expected, CLOSED_FORM);
        }
    }
    check("growth", growth_rate_at(0.11, 0.06, 0.15, 2.0 / 0.9), 0.06 + 0.05 / 0.9, CLOSED_FORM);
    // Thorp (2006): mu .11, r .06, sigma .15.
    assert_eq!(format!("{:.3}", continuous::kelly_leverage(0.11, 0.06, 0.15)), "2.222");
    assert_eq!(format!("{:.5}", growth_rate(0.11, 0.06, 0.15)), "0.11556");
}

#[test]
fn sizing_on_a_lower_bound_matches_and_is_smaller() {
    let vectors = vectors();
    let cases = vectors["beta_posterior"].as_array().unwrap();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let (alpha, beta) = (number(case, "alpha"), number(case, "beta"));
        let (payoff, mean, bound) =
            (number(case, "payoff"), number(case, "mean"), number(case, "q20"));
        let on_mean = kelly_fraction(mean, payoff, 1.0).max(0.0);
        let on_bound = kelly_fraction(bound, payoff, 1.0).max(0.0);
        check("mean", on_mean, number(case, "kelly_mean"), CLOSED_FORM);
        check("q20", on_bound, number(case, "kelly_q20"), CLOSED_FORM);
        assert!(on_bound < on_mean);

        // What the probabilities are: mean and 20 % quantile of the posterior.
        check("posterior mean", mean, alpha / (alpha + beta), CLOSED_FORM);
        check("posterior quantile", beta_reg(alpha, beta, bound), 0.2, ROOT_FOUND);
        // Without costs a stop of 1 and a target of the payoff are the same bet.
        let break_even = BracketBet::new(0.01, 0.01 * payoff, 0.0).unwrap().break_even();
        let edge = 1.0 - beta_reg(alpha, beta, break_even);
        check("chance of an edge", edge, number(case, "prob_edge_positive"), ROOT_FOUND);
    }
}

/// Simple returns of the S&P 500, 2007 to 2010.
fn index_returns() -> Vec<f64> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/market/indices_daily_1999_2018.csv.gz"
    );
    let file = flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap());
    let closes: Vec<f64> = csv::Reader::from_reader(file)
        .records()
        .map(|record| record.unwrap())
        .filter(|r| &r[0] == "^GSPC" && ("2007-01-01".."2011-01-01").contains(&&r[1]))
        .map(|r| r[5].parse().unwrap())
        .collect();
    closes.windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect()
}

#[test]
fn the_volatility_target_matches_on_the_index() {
    let vectors = vectors();
    let case = &vectors["ewma_vol_target"];
    let returns = index_returns();
    assert_eq!(returns.len(), 1007);
    let mut state =
        VolatilityTarget::new(&returns[..20], number(case, "lam"), number(case, "target"), 2.0)
            .unwrap();
    let mut scales = Vec::new();
    let mut volatilities = Vec::new();
    for simple_return in returns {
        scales.push(state.scale());
        volatilities.push(state.volatility());
        state.update(simple_return);
    }
    check("t20", volatilities[20], number(case, "sigma_ann_t20"), ROOT_FOUND);
    check("t500", volatilities[500], number(case, "sigma_ann_t500"), ROOT_FOUND);
    let expected = case["weights_every_50"].as_array().unwrap();
    let got: Vec<_> = scales.iter().skip(20).step_by(50).collect();
    assert_eq!(got.len(), expected.len());
    for (got, expected) in got.into_iter().zip(expected) {
        check("scale", *got, expected.as_f64().unwrap(), ROOT_FOUND);
    }
}

#[test]
fn a_volatility_target_needs_two_finite_returns() {
    assert_eq!(VolatilityTarget::new(&[0.01], 0.94, 0.1, 2.0), None);
    assert_eq!(VolatilityTarget::new(&[0.01, f64::NAN], 0.94, 0.1, 2.0), None);
    assert_eq!(VolatilityTarget::new(&[0.01, -0.01], 1.1, 0.1, 2.0), None);
    assert_eq!(VolatilityTarget::new(&[0.01, -0.01], 0.94, f64::NAN, 2.0), None);
}

#[test]
fn a_volatility_that_is_not_known_allows_no_exposure_and_none_at_all_the_most() {
    let mut state = VolatilityTarget::new(&[0.01, -0.01], 0.94, 0.1, 2.0).unwrap();
    state.update(f64::NAN);
    assert_eq!(state.scale(), 0.0);
    assert_eq!(VolatilityTarget::new(&[0.0, 0.0], 0.94, 0.1, 2.0).unwrap().scale(), 2.0);
}

#[test]
fn half_of_kelly_keeps_three_quarters_of_the_growth() {
    check("share", growth_share(0.5), 0.75, CLOSED_FORM);
    let full = expected_growth(0.505, 1.0, 1.0, kelly_fraction(0.505, 1.0, 1.0));
    let half = expected_growth(0.505, 1.0, 1.0, kelly_fraction(0.505, 1.0, 1.0) / 2.0);
    check("small bets", half / full, growth_share(0.5), 1e-3);
}

#[test]
fn bets_without_an_edge_or_with_senseless_numbers_are_no_bets() {
    assert_eq!(risk_constrained(0.5, 1.0, 1.0, 0.8, 0.1), 0.0);
    for (p, w, l, alpha, beta) in [
        (f64::NAN, 1.5, 1.0, 0.8, 0.1),
        (0.6, f64::NAN, 1.0, 0.8, 0.1),
        (0.6, 1.5, f64::NAN, 0.8, 0.1),
        (0.6, 1.5, 1.0, f64::NAN, 0.1),
        (0.6, 1.5, 1.0, 0.8, f64::NAN),
        (0.6, 1.5, 1.0, 1.0, 0.1),
        (0.6, 1.5, 1.0, 0.8, 0.0),
        (0.6, 1.5, 0.0, 0.8, 0.1),
    ] {
        let got = risk_constrained(p, w, l, alpha, beta);
        assert_eq!(got, 0.0, "p {p}, W {w}, L {l}, alpha {alpha}, beta {beta}");
    }
    for (d, d_max) in [(f64::NAN, 0.1), (0.0, f64::NAN), (0.0, 0.0), (0.1, 0.1), (0.05, -0.1)] {
        assert_eq!(drawdown_multiplier(d, d_max), 0.0, "d {d}, d_max {d_max}");
    }
    assert_eq!(kelly_leverage(&[]), 0.0);
    assert_eq!(kelly_leverage(&[Outcome { probability: 1.0, outcome: 0.1 }]), 0.0);
}

#[test]
fn a_bet_that_takes_everything_has_no_growth_left() {
    assert_eq!(expected_growth(0.9, 1.0, 1.0, 1.0), f64::NEG_INFINITY);
    // A sure win may stake everything; nothing is lost in an outcome that cannot happen.
    assert_eq!(expected_growth(1.0, 1.0, 1.0, 1.0), 2.0_f64.ln());
    assert_eq!(risk_constrained(1.0, 1.0, 1.0, 0.8, 0.1), 1.0);
}
