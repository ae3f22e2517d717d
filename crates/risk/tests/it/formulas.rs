//! Formulas at the edges of what they are made for, and figures that are printed in books.

use tradebot_domain::Regime;
use tradebot_risk::continuous::{
    chance_ever_below, chance_up_before_down, fraction_for, growth_rate, growth_rate_at,
};
use tradebot_risk::discrete::{Outcome, growth, kelly_leverage, risk_constrained_leverage};
use tradebot_risk::exposure::{heat, heat_room, too_correlated};
use tradebot_risk::gap::{SlippingStop, slip_atr};
use tradebot_risk::kelly::growth_share;
use tradebot_risk::{
    BracketBet, continuous, expected_growth, kelly_fraction, kelly_growth, risk_constrained,
};

#[track_caller]
fn close_to(got: f64, expected: f64) {
    assert!((got - expected).abs() < 1e-12, "{got}, expected {expected}");
}

fn outcomes(each: &[(f64, f64)]) -> Vec<Outcome> {
    each.iter()
        .map(|(probability, outcome)| Outcome { probability: *probability, outcome: *outcome })
        .collect()
}

#[test]
fn textbook_bets_have_their_textbook_fractions() {
    close_to(kelly_fraction(0.53, 1.0, 1.0), 0.06);
    close_to(kelly_fraction(0.55, 1.5, 1.0), 0.25);
    assert_eq!(format!("{:.6}", kelly_growth(0.55, 1.5, 1.0)), "0.045693");
    // Thorp (2006): an even bet with p .505 has f* = .01; growth (edge squared) / 2.
    close_to(kelly_fraction(0.505, 1.0, 1.0), 0.01);
    assert!((kelly_growth(0.505, 1.0, 1.0) - 0.01_f64.powi(2) / 2.0).abs() < 1e-8);
}

#[test]
fn the_unit_of_a_bet_only_scales_its_fraction() {
    // A loss of 2 % and a win of 3 % is the bet of 1 and 1.5 in units of 2 %.
    for p in [0.45, 0.52, 0.7] {
        close_to(kelly_fraction(p, 0.03, 0.02) * 0.02, kelly_fraction(p, 1.5, 1.0));
        close_to(kelly_growth(p, 0.03, 0.02), kelly_growth(p, 1.5, 1.0));
        let whole = risk_constrained(p, 0.03, 0.02, 0.8, 0.1) * 0.02;
        close_to(whole, risk_constrained(p, 1.5, 1.0, 0.8, 0.1));
    }
}

#[test]
fn growth_is_greatest_at_the_kelly_fraction() {
    for (p, w, l) in [(0.55, 1.5, 1.0), (0.4, 2.0, 0.9), (0.7, 0.5, 1.1)] {
        let f = kelly_fraction(p, w, l);
        let at = |f: f64| expected_growth(p, w, l, f);
        assert!(at(f) > at(f * 0.999) && at(f) > at(f * 1.001), "p {p}");
        close_to(at(f), kelly_growth(p, w, l));
    }
}

#[test]
fn certain_and_senseless_bets_are_answered_without_a_surprise() {
    assert_eq!(kelly_fraction(1.0, 1.5, 1.0), 1.0, "a sure win stakes everything that can be lost");
    assert_eq!(kelly_growth(1.0, 1.5, 1.0), 2.5_f64.ln());
    assert!(kelly_fraction(0.0, 1.5, 1.0) < 0.0, "a sure loss is no bet");
    assert_eq!(kelly_growth(0.0, 1.5, 1.0), 0.0);
    for (p, w, l) in [
        (0.5, 0.0, 1.0),
        (0.5, -1.0, 1.0),
        (1.0, 0.0, 1.0),
        (0.5, 1.0, 0.0),
        (0.5, 1.0, -1.0),
        (1.5, 1.0, 1.0),
        (-0.5, 1.0, 1.0),
        (f64::NAN, 1.0, 1.0),
        (0.5, f64::NAN, 1.0),
        (0.5, 1.0, f64::NAN),
    ] {
        assert_eq!(kelly_fraction(p, w, l), 0.0, "p {p}, W {w}, L {l}");
        assert_eq!(kelly_growth(p, w, l), 0.0, "p {p}, W {w}, L {l}");
        assert_eq!(risk_constrained(p, w, l, 0.8, 0.1), 0.0, "p {p}, W {w}, L {l}");
    }
}

#[test]
fn several_outcomes_agree_with_the_closed_form_of_two() {
    for (p, w, l) in [(0.55, 0.06, 0.04), (0.35, 0.10, 0.03), (0.9, 0.01, 0.05), (0.6, 1.0, 1.0)] {
        let two = outcomes(&[(p, w), (1.0 - p, -l)]);
        let f = kelly_leverage(&two);
        assert!((f / kelly_fraction(p, w, l) - 1.0).abs() < 1e-9, "p {p}: {f}");
        assert!((growth(&two, f) - kelly_growth(p, w, l)).abs() < 1e-12);
        let constrained = risk_constrained_leverage(&two, 0.8, 0.1);
        assert!((constrained / risk_constrained(p, w, l, 0.8, 0.1) - 1.0).abs() < 1e-9);
        // An outcome that changes nothing, or cannot happen, changes nothing.
        let more = outcomes(&[(p / 2.0, w), (1.0 - p, -l), (p / 2.0, w), (0.0, -0.99)]);
        assert!((kelly_leverage(&more) - f).abs() < 1e-9 * f);
    }
}

#[test]
fn several_outcomes_without_an_answer_are_no_bet() {
    let senseless = [
        vec![],
        outcomes(&[(1.0, 0.1)]),
        outcomes(&[(0.5, 0.1), (0.5, 0.2)]),
        outcomes(&[(0.5, 0.1), (0.5, 0.0)]),
        outcomes(&[(1.0, -0.1)]),
        outcomes(&[(0.5, 0.1), (0.5, -0.1)]),
        outcomes(&[(0.5, f64::NAN), (0.5, -0.1)]),
        outcomes(&[(0.5, f64::INFINITY), (0.5, -0.1)]),
        outcomes(&[(f64::NAN, 0.2), (0.5, -0.1)]),
        outcomes(&[(f64::INFINITY, 0.2), (0.5, -0.1)]),
        outcomes(&[(-0.5, 0.2), (0.5, -0.1)]),
    ];
    for bet in senseless {
        assert_eq!(kelly_leverage(&bet), 0.0, "{bet:?}");
        assert_eq!(risk_constrained_leverage(&bet, 0.8, 0.1), 0.0, "{bet:?}");
    }
}

#[test]
fn a_bracket_is_a_bet_after_its_costs() {
    // Stop 2 ATR, target 3 ATR, ATR 2 at a price of 100, 0.2 % for the round trip.
    let bet = BracketBet::from_atr(2.0, 3.0, 2.0, 100.0, 0.002).unwrap();
    assert_eq!(bet, BracketBet::new(0.04, 0.06, 0.002).unwrap());
    close_to(bet.payoff(), 0.058 / 0.042);
    close_to(bet.break_even(), 1.0 / (1.0 + bet.payoff()));
    close_to(bet.kelly(0.55), 0.55 - 0.45 / bet.payoff());
    assert!(bet.kelly(bet.break_even()).abs() < 1e-12);
    assert_eq!(bet.kelly(0.3), 0.0);
    // 1 % of 100,000 lost at the stop.
    close_to(bet.notional(0.01, 100_000.0) * bet.loss(), 1_000.0);
    let free = BracketBet::new(0.04, 0.06, 0.0).unwrap();
    close_to(free.payoff(), 1.5);
    assert!(free.kelly(0.55) > bet.kelly(0.55));
}

#[test]
fn costs_above_the_target_leave_nothing_to_win() {
    let bet = BracketBet::new(0.04, 0.001, 0.002).unwrap();
    assert!(bet.payoff() < 0.0 && bet.break_even() > 1.0);
    assert_eq!(bet.kelly(0.99), 0.0);
    assert_eq!(bet.kelly(1.0), 0.0);
}

#[test]
fn distances_that_make_no_bracket_are_named() {
    for (stop, target, cost, what) in [
        (0.0, 0.06, 0.0, "stop distance"),
        (f64::NAN, 0.06, 0.0, "stop distance"),
        (0.04, -0.06, 0.0, "target distance"),
        (0.04, f64::INFINITY, 0.0, "target distance"),
        (0.04, 0.06, -0.001, "cost"),
        (0.04, 0.06, f64::NAN, "cost"),
    ] {
        assert_eq!(BracketBet::new(stop, target, cost).unwrap_err().what, what);
    }
    assert_eq!(BracketBet::from_atr(2.0, 3.0, 2.0, 0.0, 0.0).unwrap_err().what, "price");
    assert_eq!(
        BracketBet::from_atr(2.0, 3.0, f64::NAN, 9.0, 0.0).unwrap_err().what,
        "stop distance"
    );
}

#[test]
fn fractions_of_kelly_have_the_growth_and_the_ruin_that_thorp_prints() {
    // Growth kept: three quarters at half Kelly, none at twice Kelly.
    for (c, share) in [(1.0, 1.0), (0.5, 0.75), (0.25, 0.4375), (2.0, 0.0), (3.0, -3.0)] {
        close_to(growth_share(c), share);
        let f = c * continuous::kelly_leverage(0.11, 0.06, 0.15);
        let kept =
            (growth_rate_at(0.11, 0.06, 0.15, f) - 0.06) / (growth_rate(0.11, 0.06, 0.15) - 0.06);
        close_to(kept, share);
    }
    // Unlevered, mu .11, r .06, sigma .15 grow at .09875.
    close_to(growth_rate_at(0.11, 0.06, 0.15, 1.0), 0.09875);
    // Ever falling to a level.
    close_to(chance_ever_below(1.0, 0.3), 0.3);
    close_to(chance_ever_below(0.5, 0.5), 0.125);
    assert_eq!(format!("{:.4}", chance_ever_below(0.25, 0.8)), "0.2097");
    // Doubling before halving: 2/3 at full Kelly, 8/9 at half.
    close_to(chance_up_before_down(1.0, 2.0, 0.5), 2.0 / 3.0);
    close_to(chance_up_before_down(0.5, 2.0, 0.5), 8.0 / 9.0);
}

#[test]
fn the_fraction_for_a_bound_undoes_the_chance() {
    assert_eq!(format!("{:.3}", fraction_for(0.7, 0.1)), "0.268");
    for (alpha, beta) in [(0.7, 0.1), (0.8, 0.05), (0.9, 0.5)] {
        close_to(chance_ever_below(fraction_for(alpha, beta), alpha), beta);
    }
    assert_eq!(fraction_for(0.5, 0.9), 1.0, "never more than Kelly");
    for (alpha, beta) in [(0.0, 0.1), (1.0, 0.1), (0.8, 0.0), (0.8, 1.0), (f64::NAN, 0.1)] {
        assert_eq!(fraction_for(alpha, beta), 0.0);
    }
}

#[test]
fn chances_at_the_edges_are_certain_or_not_numbers() {
    assert_eq!(chance_ever_below(0.0, 0.5), 0.0, "nothing bet");
    assert_eq!(chance_ever_below(2.0, 0.5), 1.0, "twice Kelly does not grow");
    assert_eq!(chance_ever_below(3.0, 0.5), 1.0);
    assert_eq!(chance_ever_below(0.5, 1.0), 1.0);
    assert_eq!(chance_ever_below(0.5, 0.0), 0.0);
    assert!(chance_ever_below(f64::NAN, 0.5).is_nan());
    assert!(chance_up_before_down(2.0, 2.0, 0.5).is_nan());
    assert!(chance_up_before_down(1.0, 0.9, 0.5).is_nan());
    assert_eq!(continuous::kelly_leverage(0.1, 0.05, 0.0), 0.0, "no risk, no finite answer");
    assert_eq!(continuous::kelly_leverage(0.1, 0.05, f64::NAN), 0.0);
    assert!(continuous::kelly_leverage(0.01, 0.05, 0.2) < 0.0);
}

#[test]
fn heat_is_everything_at_risk_over_equity() {
    close_to(heat(4_000.0, 1_000.0, 100_000.0), 0.05);
    close_to(heat_room(4_000.0, 100_000.0, 0.06), 0.02);
    close_to(heat_room(7_000.0, 100_000.0, 0.06), -0.01);
    // A position that fills the room brings the heat to its limit.
    let room = heat_room(4_000.0, 100_000.0, 0.06) * 100_000.0;
    close_to(heat(4_000.0, room, 100_000.0), 0.06);
    assert!(heat(1.0, 1.0, f64::NAN).is_nan() && heat_room(1.0, f64::NAN, 0.06).is_nan());
}

#[test]
fn correlation_finds_the_first_position_that_would_be_doubled() {
    let pairs = [("IBM", Some(-0.9)), ("KO", Some(0.7)), ("XOM", Some(0.71)), ("JNJ", None)];
    assert_eq!(too_correlated(&pairs, 0.7), Some("XOM"));
    assert_eq!(too_correlated(&pairs, 0.8), Some("JNJ"), "what is not known is not allowed");
    assert_eq!(too_correlated(&pairs[..2], 0.7), None);
    assert_eq!(too_correlated(&[("KO", Some(f64::NAN))], 0.8), Some("KO"));
    assert_eq!(too_correlated(&pairs[..1], f64::NAN), Some("IBM"));
    assert_eq!(too_correlated::<u8>(&[], 0.0), None);
}

#[test]
fn a_slipping_stop_loses_what_was_allowed_and_not_more() {
    // 4 lost at the stop, 2 more when it slips: 1,000 allow 166.67 shares, which plan to lose 666.67.
    let stop = SlippingStop { loss: 4.0, slip: 2.0, fixed: 0.0 };
    close_to(stop.planned(1_000.0), 1_000.0 * 4.0 / 6.0);
    // A fixed cost of 10 is lost either way.
    let stop = SlippingStop { fixed: 10.0, ..stop };
    let planned = stop.planned(1_000.0);
    let shares = (planned - 10.0) / 4.0;
    close_to(shares * 6.0 + 10.0, 1_000.0);
    assert_eq!(stop.planned(9.0), 9.0, "less than the fixed cost buys nothing anyway");
    assert_eq!(SlippingStop { slip: 0.0, ..stop }.planned(1_000.0), 1_000.0);
    assert_eq!(SlippingStop { slip: f64::NAN, ..stop }.planned(1_000.0), 0.0);
    assert_eq!(stop.planned(f64::NAN), 0.0);
    let stressed = Regime::ALL.map(slip_atr);
    assert_eq!(stressed, [None, Some(1.0), None, Some(1.0), None]);
}
