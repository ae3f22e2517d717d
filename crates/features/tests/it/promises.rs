//! What every operator promises: warm-up as declared, bad bars without a trace, no look ahead.

use proptest::prelude::*;
use tradebot_domain::Bar;
use tradebot_features::operators::{Bollinger, EwmaVolatility, Macd};
use tradebot_features::{Period, PeriodError};

use crate::operator::{Input, Kind};
use crate::series::{all, stock};

fn every_kind() -> Vec<Kind> {
    Kind::usual().into_iter().chain(Kind::other_parameters()).collect()
}

#[test]
fn the_first_answer_comes_with_the_bar_after_the_declared_warm_up_and_none_is_missing_after_it() {
    for (name, bars) in all() {
        for kind in every_kind() {
            let warm_up = kind.start().warm_up;
            for (row, answer) in kind.answers(&bars[..300]).iter().enumerate() {
                assert_eq!(answer.is_some(), row >= warm_up, "{name} {kind:?} bar {row}");
            }
        }
    }
}

#[test]
fn every_operator_declares_to_settle_after_its_warm_up() {
    for kind in every_kind() {
        let running = kind.start();
        assert!(running.settling > running.warm_up, "{kind:?}");
    }
}

/// Bars that nothing can be made of by an operator that takes `input`.
fn bad(input: Input, bar: &Bar) -> Vec<Bar> {
    let no_numbers = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    let no_prices = [0.0, -0.0, -1.0];
    let all_four = |x: f64| Bar { open: x, high: x, low: x, close: x, ..*bar };
    let one_of_four = |x: f64| {
        [
            Bar { open: x, ..*bar },
            Bar { high: x, ..*bar },
            Bar { low: x, ..*bar },
            Bar { close: x, ..*bar },
        ]
    };
    match input {
        Input::Numbers => no_numbers.map(all_four).into(),
        Input::NotZero => no_numbers.into_iter().chain([0.0, -0.0]).map(all_four).collect(),
        Input::Prices => no_numbers.into_iter().chain(no_prices).map(all_four).collect(),
        Input::Bars => no_numbers.into_iter().chain(no_prices).flat_map(one_of_four).collect(),
    }
}

#[test]
fn a_bad_bar_gives_no_answer_and_leaves_no_trace() {
    let bars = &stock("IBM")[..320];
    for kind in every_kind() {
        let (mut clean, mut dirty) = (kind.start(), kind.start());
        for (row, bar) in bars.iter().enumerate() {
            for bad in bad(kind.input(), bar) {
                assert_eq!(dirty.update(&bad), None, "{kind:?} bar {row}: {bad:?}");
            }
            assert_eq!(clean.update(bar), dirty.update(bar), "{kind:?} bar {row}");
        }
    }
}

#[test]
fn an_answer_does_not_change_when_the_future_is_cut_off_or_turns_out_otherwise() {
    let bars = stock("MSFT");
    for kind in every_kind() {
        let all = kind.answers(&bars);
        for end in [1, 2, 20, 253, 999, 2_000] {
            assert_eq!(kind.answers(&bars[..end]), all[..end], "{kind:?} cut after bar {end}");
            let otherwise: Vec<Bar> =
                bars[..end].iter().chain(bars[..300].iter().rev()).copied().collect();
            assert_eq!(kind.answers(&otherwise)[..end], all[..end], "{kind:?} after bar {end}");
        }
    }
}

#[test]
fn a_period_no_operator_can_work_with_is_refused_with_the_range() {
    for bars in [0, 10_001, usize::MAX] {
        let error = Period::new(bars).unwrap_err();
        assert_eq!(error, PeriodError { bars });
        assert_eq!(error.to_string(), format!("a period of {bars} bars is not in 1..=10000"));
    }
}

#[test]
fn bands_without_a_width_and_a_memory_without_an_end_are_refused_with_the_range() {
    let period = Period::of::<20>();
    for bad in [f64::NAN, f64::INFINITY, -2.0, 0.0, 101.0] {
        let error = Bollinger::try_new(period, bad).unwrap_err();
        assert_eq!((error.name, error.low, error.high), ("deviations", 0.01, 100.0));
        assert_eq!(error.value.to_bits(), bad.to_bits());
    }
    for bad in [f64::NAN, f64::NEG_INFINITY, -0.1, 1.0, 2.0] {
        let error = EwmaVolatility::try_new(bad).unwrap_err();
        assert_eq!((error.name, error.low, error.high), ("decay", 0.0, 0.9999));
    }
    assert!(Bollinger::try_new(period, 2.0).is_ok() && EwmaVolatility::try_new(0.94).is_ok());
}

#[test]
fn bands_built_in_code_with_an_impossible_width_are_the_usual_ones() {
    let closes: Vec<f64> = stock("IBM")[..60].iter().map(|bar| bar.close).collect();
    let last = |k: f64| {
        let mut bands = Bollinger::new(Period::of::<20>(), k);
        closes.iter().filter_map(|close| bands.update(*close)).last()
    };
    for bad in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
        assert_eq!(last(bad), last(2.0), "{bad}");
    }
}

#[test]
fn a_fast_period_above_the_slow_one_is_exchanged_with_it() {
    let period = |bars| Period::new(bars).unwrap();
    let mut right = Macd::new(period(12), period(26), period(9));
    let mut exchanged = Macd::new(period(26), period(12), period(9));
    for bar in &stock("IBM")[..200] {
        assert_eq!(right.update(bar.close), exchanged.update(bar.close));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever numbers come, in whatever order, no operator panics.
    #[test]
    fn no_operator_panics_on_bars_that_make_no_sense(
        prices in prop::collection::vec(prop::array::uniform4(prop::num::f64::ANY), 1..40)
    ) {
        let template = stock("IBM")[0];
        for kind in every_kind() {
            let mut running = kind.start();
            for [open, high, low, close] in &prices {
                let bar = Bar { open: *open, high: *high, low: *low, close: *close, ..template };
                running.update(&bar);
            }
        }
    }
}
