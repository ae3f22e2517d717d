//! Operators against TA-Lib 0.8.2 on the S&P 500 of 2007 to 2010.

use tradebot_domain::{Bar, Date};
use tradebot_features::Period;
use tradebot_features::operators::{
    Adx, Atr, Bollinger, BollingerReading, Directional, Ema, Macd, MacdReading, Natr, Roc, Rsi,
    Sma, StandardDeviation, TrueRange,
};

use crate::series::{between, index, reference};

type Operator = Box<dyn FnMut(&Bar) -> Option<f64>>;

/// The operator that a column of the reference file is about.
fn operator(column: &str) -> Operator {
    match column {
        "sma_10" => on_close(Sma::new(Period::of::<10>()), Sma::update),
        "sma_50" => on_close(Sma::new(Period::of::<50>()), Sma::update),
        "ema_12" => on_close(Ema::new(Period::of::<12>()), Ema::update),
        "ema_50" => on_close(Ema::new(Period::of::<50>()), Ema::update),
        "rsi_14" => on_close(Rsi::new(Period::of::<14>()), Rsi::update),
        "roc_10" => on_close(Roc::new(Period::of::<10>()), Roc::update),
        "trange" => on_bar(TrueRange::new(), TrueRange::update),
        "atr_14" => on_bar(Atr::new(Period::of::<14>()), Atr::update),
        "natr_14" => on_bar(Natr::new(Period::of::<14>()), Natr::update),
        "adx_14" => on_bar(Adx::new(Period::of::<14>()), Adx::update),
        "plus_di_14" => directional(|plus, _| plus),
        "minus_di_14" => directional(|_, minus| minus),
        "bb_upper_20_2.0" => bollinger(|bands| bands.upper),
        "bb_mid_20_2.0" => bollinger(|bands| bands.middle),
        "bb_lower_20_2.0" => bollinger(|bands| bands.lower),
        "macd_12_26_9" => macd(|macd| macd.line),
        "macdsignal_12_26_9" => macd(|macd| macd.signal),
        "macdhist_12_26_9" => macd(|macd| macd.histogram),
        unknown => panic!("no operator for column {unknown}"),
    }
}

fn on_close<T: 'static>(mut state: T, update: fn(&mut T, f64) -> Option<f64>) -> Operator {
    Box::new(move |bar| update(&mut state, bar.close))
}

fn on_bar<T: 'static>(mut state: T, update: fn(&mut T, &Bar) -> Option<f64>) -> Operator {
    Box::new(move |bar| update(&mut state, bar))
}

fn directional(pick: fn(f64, f64) -> f64) -> Operator {
    let mut state = Directional::new(Period::of::<14>());
    Box::new(move |bar| state.update(bar).map(|di| pick(di.plus, di.minus)))
}

fn bollinger(pick: fn(BollingerReading) -> f64) -> Operator {
    let mut state = Bollinger::new(Period::of::<20>(), 2.0);
    Box::new(move |bar| state.update(bar.close).map(pick))
}

fn macd(pick: fn(MacdReading) -> f64) -> Operator {
    let mut state = Macd::new(Period::of::<12>(), Period::of::<26>(), Period::of::<9>());
    Box::new(move |bar| state.update(bar.close).map(pick))
}

/// The years of the reference file.
fn bars() -> Vec<Bar> {
    between(index(), Date::constant(2007, 1, 3), Date::constant(2010, 12, 31))
}

#[track_caller]
fn check_column(column: &str, expected: &[Option<f64>], bars: &[Bar]) {
    let mut operator = operator(column);
    for (row, (bar, expected)) in bars.iter().zip(expected).enumerate() {
        match (operator(bar), expected) {
            (None, None) => {}
            (Some(got), Some(expected)) => assert!(
                (got - expected).abs() <= 1e-9 * expected.abs().max(1e-3),
                "{column} row {row}: got {got}, expected {expected}"
            ),
            (got, expected) => panic!("{column} row {row}: got {got:?}, expected {expected:?}"),
        }
    }
}

#[test]
fn operators_equal_ta_lib_with_the_same_empty_cells() {
    let bars = bars();
    let columns = reference("01_indicators.csv");
    assert_eq!(columns.len(), 18);
    for (column, expected) in columns {
        assert_eq!(expected.len(), bars.len(), "{column}");
        check_column(&column, &expected, &bars);
    }
}

#[test]
fn warm_up_says_how_many_bars_stay_without_an_answer() {
    let declared = [
        ("sma_50", Sma::new(Period::of::<50>()).warm_up()),
        ("ema_50", Ema::new(Period::of::<50>()).warm_up()),
        ("rsi_14", Rsi::new(Period::of::<14>()).warm_up()),
        ("roc_10", Roc::new(Period::of::<10>()).warm_up()),
        ("trange", TrueRange::new().warm_up()),
        ("atr_14", Atr::new(Period::of::<14>()).warm_up()),
        ("natr_14", Natr::new(Period::of::<14>()).warm_up()),
        ("plus_di_14", Directional::new(Period::of::<14>()).warm_up()),
        ("adx_14", Adx::new(Period::of::<14>()).warm_up()),
        ("bb_mid_20_2.0", Bollinger::new(Period::of::<20>(), 2.0).warm_up()),
        (
            "macd_12_26_9",
            Macd::new(Period::of::<12>(), Period::of::<26>(), Period::of::<9>()).warm_up(),
        ),
    ];
    let columns = reference("01_indicators.csv");
    for (column, warm_up) in declared {
        let (_, expected) = columns.iter().find(|(name, _)| name == column).unwrap();
        assert_eq!(expected.iter().position(Option::is_some), Some(warm_up), "{column}");
    }
}

#[test]
fn the_deviation_is_the_half_width_of_bands_one_deviation_wide() {
    let mut deviation = StandardDeviation::new(Period::of::<20>());
    let mut bands = Bollinger::new(Period::of::<20>(), 2.0);
    for bar in bars() {
        let (got, bands) = (deviation.update(bar.close), bands.update(bar.close));
        assert_eq!(got.is_some(), bands.is_some());
        if let Some((got, bands)) = got.zip(bands) {
            assert!((got - bands.deviation).abs() < 1e-9 * bands.middle, "{got}");
        }
    }
}
