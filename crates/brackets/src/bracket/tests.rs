//! Tests of the module `bracket`.

use super::*;
use proptest::prelude::*;

const ROW: BracketSpec = BracketSpec {
    atr_multiplier: 2.0,
    r_multiple: 1.5,
    stop_min: 0.018,
    stop_max: 0.10,
    max_holding_sessions: 25,
    trailing_atr: None,
};

fn text(bracket: &Bracket) -> [String; 3] {
    [bracket.stop, bracket.entry_limit, bracket.target].map(|p| p.decimal().normalize().to_string())
}

#[test]
fn the_stop_is_a_multiple_of_atr_between_its_bounds() {
    let at = |atr| Bracket::around_close(100.0, atr, &ROW, Tick::CENT).unwrap();
    assert_eq!(text(&at(2.0)), ["96", "100.8", "106"]);
    assert_eq!(text(&at(0.1)), ["98.2", "100.36", "102.7"], "held at 1.8 % of the close");
    assert_eq!(text(&at(9.0)), ["90", "102", "115"], "held at 10 % of the close");
}

/// ATR multiplier, least and greatest stop distance of the five regimes.
const REGIMES: [(f64, f64, f64); 5] = [
    (1.5, 0.015, 0.08),
    (2.5, 0.02, 0.12),
    (2.0, 0.018, 0.10),
    (3.0, 0.025, 0.15),
    (2.5, 0.02, 0.12),
];

#[test]
fn every_regime_holds_its_stop_between_its_bounds_and_target_and_limit_follow_the_stop() {
    for (k, stop_min, stop_max) in REGIMES {
        let row = BracketSpec { atr_multiplier: k, stop_min, stop_max, ..ROW };
        for (atr, wanted) in [
            (0.001, stop_min),
            (0.999 * stop_min / k, stop_min),
            (0.5 * (stop_min + stop_max) / k, 0.5 * (stop_min + stop_max)),
            (1.001 * stop_max / k, stop_max),
            (0.9, stop_max),
        ] {
            let found = Bracket::around_close(200.0, 200.0 * atr, &row, Tick::MIL).unwrap();
            let distance = 200.0 * wanted;
            let prices = [found.stop, found.entry_limit, found.target].map(Price::to_f64);
            let asked = [200.0 - distance, 200.0 + 0.2 * distance, 200.0 + 1.5 * distance];
            for (found, asked) in prices.into_iter().zip(asked) {
                assert!((found - asked).abs() <= 1.01e-4, "{row:?} ATR {atr}: {found} {asked}");
            }
        }
    }
}

#[test]
fn off_the_tick_the_stop_and_limit_move_down_and_the_target_to_the_nearest() {
    let bracket = Bracket::around_close(33.333, 0.777, &ROW, Tick::CENT).unwrap();
    // distance 1.554: 31.779, 33.6438, 35.664
    assert_eq!(text(&bracket), ["31.77", "33.64", "35.66"]);
    assert!((bracket.planned_risk_per_share() - 1.87).abs() < 1e-12);
}

#[test]
fn what_is_no_price_or_no_range_carries_no_bracket() {
    for bad in [f64::NAN, 0.0, -5.0, f64::INFINITY] {
        assert!(Bracket::around_close(bad, 1.0, &ROW, Tick::CENT).is_err(), "close {bad}");
        assert!(Bracket::around_close(50.0, bad, &ROW, Tick::CENT).is_err(), "ATR {bad}");
    }
    let bad_rows = [
        BracketSpec { atr_multiplier: 0.0, ..ROW },
        BracketSpec { r_multiple: 0.2, ..ROW },
        BracketSpec { r_multiple: f64::NAN, ..ROW },
        BracketSpec { stop_min: -0.1, ..ROW },
        BracketSpec { stop_max: 0.01, ..ROW },
        BracketSpec { stop_max: 1.0, ..ROW },
        BracketSpec { max_holding_sessions: 0, ..ROW },
        BracketSpec { trailing_atr: Some(0.0), ..ROW },
    ];
    for row in bad_rows {
        let found = Bracket::around_close(50.0, 1.0, &row, Tick::CENT);
        assert!(matches!(found, Err(BracketError::Spec { .. })), "{row:?}");
    }
}

#[test]
fn a_penny_stock_whose_levels_fall_together_is_refused() {
    let found = Bracket::around_close(0.0101, 0.0001, &ROW, Tick::CENT);
    assert!(matches!(found, Err(BracketError::Price(_) | BracketError::Collapsed { .. })));
}

proptest! {
    #[test]
    fn stop_limit_and_target_stand_apart_and_the_stop_keeps_its_bounds(
        close in 1.0_f64..5_000.0, atr_share in 0.0001_f64..0.5, k in 0.3_f64..5.0, r in 0.5_f64..4.0,
    ) {
        let row = BracketSpec { atr_multiplier: k, r_multiple: r, ..ROW };
        let bracket = Bracket::around_close(close, close * atr_share, &row, Tick::CENT);
        let bracket = match bracket {
            Ok(bracket) => bracket,
            // Only where a cent is much beside the distance.
            Err(BracketError::Collapsed { .. }) if close < 2.0 => return Ok(()),
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        };
        prop_assert!(bracket.stop < bracket.entry_limit && bracket.entry_limit < bracket.target);
        let distance = close - bracket.stop.to_f64();
        prop_assert!(distance >= row.stop_min * close - 1e-7);
        prop_assert!(distance <= row.stop_max * close + 0.01 + 1e-7);
    }
}
