//! Whole columns against the operators, against TA-Lib, and against the definition.

use proptest::prelude::*;
use tradebot_domain::{Bar, Date};
use tradebot_features::Period;
use tradebot_features::batch::{
    BatchError, BollingerColumns, IndicatorColumns, IndicatorSet, MacdColumns, MacdPeriods,
    PriceColumns, adx, atr, bollinger, ema, macd, rsi, sma, standard_deviation,
};
use tradebot_features::operators::{Adx, Atr, Bollinger, Ema, Macd, Rsi, Sma, StandardDeviation};

use crate::series::{all, between, index, reference};

/// Bars by columns.
#[derive(Debug, Clone, Default)]
struct Table {
    high: Vec<f64>,
    low: Vec<f64>,
    close: Vec<f64>,
}

impl Table {
    fn of(bars: &[Bar]) -> Self {
        let column = |pick: fn(&Bar) -> f64| bars.iter().map(pick).collect();
        Self { high: column(|b| b.high), low: column(|b| b.low), close: column(|b| b.close) }
    }

    fn prices(&self) -> PriceColumns<'_> {
        PriceColumns { high: &self.high, low: &self.low, close: &self.close }
    }

    /// What an operator on bars sees of these.
    fn bars(&self) -> impl Iterator<Item = Bar> {
        let rows = self.high.iter().zip(&self.low).zip(&self.close);
        rows.map(|((&high, &low), &close)| {
            let date = Date::constant(2000, 1, 3);
            Bar { date: date.into(), open: close, high, low, close, volume: 0.0 }
        })
    }

    fn first(&self, bars: usize) -> Self {
        let first = |column: &[f64]| column[..bars].to_vec();
        Self { high: first(&self.high), low: first(&self.low), close: first(&self.close) }
    }

    fn largest(&self) -> f64 {
        self.close.iter().filter(|x| x.is_finite()).fold(0.0, |most, x| x.abs().max(most))
    }
}

type Columns = Vec<(&'static str, Vec<f64>)>;

const NAMES: [&str; 12] = [
    "sma",
    "ema",
    "rsi",
    "atr",
    "adx",
    "deviation",
    "upper",
    "middle",
    "lower",
    "line",
    "signal",
    "histogram",
];

/// All indicators, each by its own function.
fn batch(set: &IndicatorSet, table: &Table) -> Columns {
    let mut out = NAMES.map(|_| vec![7.0; table.close.len()]);
    let [o_sma, o_ema, o_rsi, o_atr, o_adx, o_dev, upper, middle, lower, line, signal, histogram] =
        &mut out;
    let (prices, close) = (table.prices(), &table.close);
    sma(close, set.sma, o_sma).unwrap();
    ema(close, set.ema, o_ema).unwrap();
    rsi(close, set.rsi, o_rsi).unwrap();
    atr(&prices, set.atr, o_atr).unwrap();
    adx(&prices, set.adx, o_adx).unwrap();
    standard_deviation(close, set.bands, o_dev).unwrap();
    let mut bands = BollingerColumns { upper, middle, lower };
    bollinger(close, set.bands, set.deviations, &mut bands).unwrap();
    macd(close, set.macd, &mut MacdColumns { line, signal, histogram }).unwrap();
    NAMES.into_iter().zip(out).collect()
}

/// All indicators, in one pass.
fn fused(set: &IndicatorSet, table: &Table) -> Columns {
    let mut out = NAMES.map(|_| vec![7.0; table.close.len()]);
    let [sma, ema, rsi, atr, adx, deviation, upper, middle, lower, line, signal, histogram] =
        &mut out;
    let bands = BollingerColumns { upper, middle, lower };
    let macd = MacdColumns { line, signal, histogram };
    let mut columns = IndicatorColumns { sma, ema, rsi, atr, adx, deviation, bands, macd };
    set.compute(&table.prices(), &mut columns).unwrap();
    NAMES.into_iter().zip(out).collect()
}

/// All indicators, by the operators.
fn streamed(set: &IndicatorSet, table: &Table) -> Columns {
    let macd = set.macd;
    let mut on_close = (
        Sma::new(set.sma),
        Ema::new(set.ema),
        Rsi::new(set.rsi),
        StandardDeviation::new(set.bands),
        Bollinger::try_new(set.bands, set.deviations).unwrap(),
        Macd::new(macd.fast, macd.slow, macd.signal),
    );
    let (mut atr, mut adx) = (Atr::new(set.atr), Adx::new(set.adx));
    let mut out: Columns = NAMES.map(|name| (name, Vec::new())).into();
    for bar in table.bars() {
        let close = bar.close;
        let bands = on_close.4.update(close);
        let macd = on_close.5.update(close);
        let row = [
            on_close.0.update(close),
            on_close.1.update(close),
            on_close.2.update(close),
            atr.update(&bar),
            adx.update(&bar),
            on_close.3.update(close),
            bands.map(|b| b.upper),
            bands.map(|b| b.middle),
            bands.map(|b| b.lower),
            macd.map(|m| m.line),
            macd.map(|m| m.signal),
            macd.map(|m| m.histogram),
        ];
        for ((_, column), cell) in out.iter_mut().zip(row) {
            column.push(cell.unwrap_or(f64::NAN));
        }
    }
    out
}

/// Empty in the same cells, and elsewhere equal within 1e-12 of the value; or, for what is a
/// difference of prices, within the last digits of the largest one.
#[track_caller]
fn assert_equal(what: &str, got: &Columns, expected: &Columns, largest: f64) {
    for ((name, got), (_, expected)) in got.iter().zip(expected) {
        assert_eq!(got.len(), expected.len());
        let difference =
            ["deviation", "upper", "lower", "line", "signal", "histogram"].contains(name);
        let digits = if difference { 1e-14 * largest } else { 0.0 };
        for (row, (got, expected)) in got.iter().zip(expected).enumerate() {
            let near = (got - expected).abs() <= 1e-12 * expected.abs() + digits;
            assert!(
                near || (got.is_nan() && expected.is_nan()),
                "{what}, {name}, row {row}: {got} and {expected}"
            );
        }
    }
}

#[track_caller]
fn assert_same_bits(what: &str, got: &Columns, expected: &Columns) {
    for ((name, got), (_, expected)) in got.iter().zip(expected) {
        let bits = |column: &[f64]| -> Vec<u64> {
            let number = |x: &f64| if x.is_nan() { f64::NAN } else { *x };
            column.iter().map(|x| number(x).to_bits()).collect()
        };
        assert_eq!(bits(got), bits(expected), "{what}, {name}");
    }
}

fn set(n: [usize; 6], macd: [usize; 3]) -> IndicatorSet {
    let [sma, ema, rsi, atr, adx, bands] = n.map(|n| Period::new(n).unwrap());
    let [fast, slow, signal] = macd.map(|n| Period::new(n).unwrap());
    let macd = MacdPeriods { fast, slow, signal };
    IndicatorSet { sma, ema, rsi, atr, adx, bands, deviations: 1.5, macd }
}

fn sets() -> Vec<IndicatorSet> {
    vec![
        IndicatorSet::default(),
        set([1, 1, 1, 1, 1, 1], [1, 1, 1]),
        set([2, 2, 2, 2, 2, 2], [2, 3, 2]),
        set([5, 3, 9, 4, 7, 3], [26, 12, 1]),
        set([200, 50, 21, 50, 30, 60], [5, 35, 5]),
        set([513, 600, 700, 550, 300, 512], [300, 400, 500]),
    ]
}

#[test]
fn columns_of_real_prices_equal_the_operators() {
    for (symbol, bars) in all() {
        let table = Table::of(&bars);
        for set in sets() {
            let expected = streamed(&set, &table);
            let what = format!("{symbol} {set:?}");
            assert_equal(&what, &batch(&set, &table), &expected, table.largest());
            assert_equal(&what, &fused(&set, &table), &expected, table.largest());
        }
    }
}

#[test]
fn columns_equal_ta_lib_with_the_same_empty_cells() {
    let bars = between(index(), Date::constant(2007, 1, 3), Date::constant(2010, 12, 31));
    let table = Table::of(&bars);
    let usual = batch(&IndicatorSet::default(), &table);
    let short = batch(&set([10, 12, 14, 14, 14, 20], [12, 26, 9]), &table);
    let long = batch(&set([50, 50, 14, 14, 14, 20], [12, 26, 9]), &table);
    let pick = |columns: &Columns, name: &str| {
        columns.iter().find(|(n, _)| *n == name).map(|(_, column)| column.clone()).unwrap()
    };
    let mut checked = 0;
    for (column, expected) in reference("01_indicators.csv") {
        let got = match column.as_str() {
            "sma_10" => pick(&short, "sma"),
            "sma_50" => pick(&long, "sma"),
            "ema_12" => pick(&short, "ema"),
            "ema_50" => pick(&long, "ema"),
            "rsi_14" => pick(&usual, "rsi"),
            "atr_14" => pick(&usual, "atr"),
            "adx_14" => pick(&usual, "adx"),
            "bb_upper_20_2.0" => pick(&usual, "upper"),
            "bb_mid_20_2.0" => pick(&usual, "middle"),
            "bb_lower_20_2.0" => pick(&usual, "lower"),
            "macd_12_26_9" => pick(&usual, "line"),
            "macdsignal_12_26_9" => pick(&usual, "signal"),
            "macdhist_12_26_9" => pick(&usual, "histogram"),
            _ => continue,
        };
        checked += 1;
        for (row, (got, expected)) in got.iter().zip(expected).enumerate() {
            let near =
                expected.map(|expected| (got - expected).abs() <= 1e-9 * expected.abs().max(1e-3));
            assert!(near.unwrap_or(got.is_nan()), "{column} row {row}: {got}, {expected:?}");
        }
    }
    assert_eq!(checked, 13);
}

/// A price, and what a bar adds to it: a walk with quiet and lively stretches.
fn walk(steps: &[(i32, u8, u8)], start: f64, tick: f64) -> Table {
    let mut table = Table::default();
    let mut close = start;
    for (step, above, below) in steps {
        let before = close;
        close = (close + tick * f64::from(*step)).max(start / 1e3);
        table.high.push(before.max(close) + tick * f64::from(*above));
        table.low.push((before.min(close) - tick * f64::from(*below)).max(start / 2e3));
        table.close.push(close);
    }
    table
}

fn steps() -> impl Strategy<Value = Vec<(i32, u8, u8)>> {
    prop::collection::vec((-50_i32..51, 0_u8..20, 0_u8..20), 1..900)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn columns_of_random_walks_equal_the_operators(
        steps in steps(),
        n in prop::array::uniform6(1_usize..40),
        macd in prop::array::uniform3(1_usize..40),
        start in 5.0..500.0,
    ) {
        let (table, set) = (walk(&steps, start, 0.01), set(n, macd));
        let expected = streamed(&set, &table);
        assert_equal("alone", &batch(&set, &table), &expected, table.largest());
        assert_equal("fused", &fused(&set, &table), &expected, table.largest());
    }

    #[test]
    fn a_gap_is_passed_over_as_the_operators_do(
        steps in steps(),
        gaps in prop::collection::vec((0_usize..900, 0_usize..3, 0_usize..5), 1..4),
    ) {
        let mut table = walk(&steps, 100.0, 0.01);
        for (row, column, bad) in gaps {
            let row = row % table.close.len();
            let column = [&mut table.high, &mut table.low, &mut table.close][column].as_mut_slice();
            column[row] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -3.0][bad];
        }
        let set = IndicatorSet::default();
        let expected = streamed(&set, &table);
        let alone = batch(&set, &table);
        assert_equal("alone", &alone, &expected, table.largest());
        assert_same_bits("fused", &fused(&set, &table), &alone);
    }

    #[test]
    fn a_cell_depends_on_nothing_that_comes_after_it(steps in steps(), cut in 1_usize..900) {
        let table = walk(&steps, 100.0, 0.01);
        let cut = cut.min(table.close.len());
        let set = IndicatorSet::default();
        for compute in [batch, fused] {
            let mut whole = compute(&set, &table);
            for (_, column) in &mut whole {
                column.truncate(cut);
            }
            assert_equal("cut", &compute(&set, &table.first(cut)), &whole, table.largest());
        }
    }
}

#[test]
fn a_long_column_that_is_run_in_halves_equals_the_operators() {
    let steps: Vec<(i32, u8, u8)> =
        (0_i32..40_000).map(|i| (((i * 7_919) % 101 - 50) / (1 + i % 7), 3, 4)).collect();
    let table = walk(&steps, 5_000.0, 0.25);
    let set = IndicatorSet::default();
    let (alone, fused) = (batch(&set, &table), fused(&set, &table));
    assert_equal("halves", &alone, &streamed(&set, &table), table.largest());
    // Run in halves or not, the means round alike.
    assert_same_bits("line", &alone[9..].to_vec(), &fused[9..].to_vec());
}

#[test]
fn bars_that_are_none_and_markets_that_stand_still_are_what_the_operators_make_of_them() {
    let set = IndicatorSet::default();
    let flat = Table { high: vec![5.0; 300], low: vec![5.0; 300], close: vec![5.0; 300] };
    let mut late = flat.clone();
    late.close[200] = 6.0;
    late.high[200] = 6.5;
    let upright = walk(&[(3, 2, 1), (-2, 1, 4), (1, 0, 0)].repeat(100), 50.0, 0.5);
    let mut upside_down = upright.clone();
    std::mem::swap(&mut upside_down.high, &mut upside_down.low);
    let mut inverted = upright;
    for row in [1, 40, 41, 150] {
        (inverted.high[row], inverted.low[row]) = (inverted.low[row], inverted.high[row]);
    }
    let short = inverted.first(12);
    for (what, table) in [
        ("flat", &flat),
        ("flat at first", &late),
        ("high below low", &inverted),
        ("all highs below lows", &upside_down),
        ("shorter than any warm-up", &short),
        ("empty", &Table::default()),
    ] {
        let expected = streamed(&set, table);
        assert_equal(what, &batch(&set, table), &expected, table.largest());
        assert_equal(what, &fused(&set, table), &expected, table.largest());
    }
    assert_eq!(batch(&set, &flat)[5].1[299], 0.0, "a deviation of nothing is nothing");
}

#[test]
fn numbers_whose_squares_are_beyond_all_numbers_are_left_to_the_operators() {
    let values: Vec<f64> = (0..100_i32).map(|i| 1e200 * f64::from(i % 9)).collect();
    let mut out = vec![0.0; 100];
    standard_deviation(&values, Period::of::<5>(), &mut out).unwrap();
    let mut operator = StandardDeviation::new(Period::of::<5>());
    for (got, value) in out.iter().zip(&values) {
        assert_eq!(operator.update(*value).unwrap_or(f64::NAN).to_bits(), got.to_bits());
    }
}

/// The deviation by its definition. Distances from a value of the window are exact in doubles
/// when prices are near each other, so this is good to some 15 digits at any level of prices.
fn defined_deviation(window: &[f64]) -> f64 {
    let n = window.len() as f64;
    let apart = |x: &f64| x - window[0];
    let mean = window.iter().map(apart).sum::<f64>() / n;
    (window.iter().map(|x| (apart(x) - mean).powi(2)).sum::<f64>() / n).sqrt()
}

#[test]
fn deviations_keep_their_digits_at_a_high_level_of_prices_and_after_a_jump() {
    let step = |i: i32| f64::from((i * 7_919) % 101 - 50);
    let quiet: Vec<f64> = (0..3_000).map(|i| 1e6 + 0.001 * step(i)).collect();
    let mut drifting = vec![1e6];
    (0..3_000).for_each(|i| drifting.push(drifting[drifting.len() - 1] + 0.01 * step(i)));
    let jump = |i: i32| if (500..2_000).contains(&i) { 1_900.0 } else { 7.0 };
    let split: Vec<f64> = (0..3_000).map(|i| jump(i) + 1e-4 * step(i)).collect();
    let real: Vec<f64> = index().iter().map(|bar| bar.close).collect();
    for values in [quiet, drifting, split, real] {
        for n in [2, 3, 20, 64, 251] {
            let mut out = vec![0.0; values.len()];
            standard_deviation(&values, Period::new(n).unwrap(), &mut out).unwrap();
            for (row, window) in values.windows(n).enumerate() {
                let (got, expected) = (out[row + n - 1], defined_deviation(window));
                let near = (got - expected).abs() <= 1e-15 * n.max(4) as f64 * expected;
                assert!(near, "window {row} of {n}: {got}, {expected}");
            }
        }
    }
}

#[test]
fn a_huge_value_leaves_no_trace_once_it_is_out_of_the_window() {
    let values = [1.0, 1e18, 3.0, 5.0, 9.0, 9.0, -1e18, 2.0, 4.0];
    let (mut means, mut deviations) = ([0.0; 9], [0.0; 9]);
    sma(&values, Period::of::<2>(), &mut means).unwrap();
    standard_deviation(&values, Period::of::<2>(), &mut deviations).unwrap();
    assert_eq!([means[3], means[4], means[5], means[8]], [4.0, 7.0, 9.0, 3.0]);
    assert_eq!([deviations[3], deviations[4], deviations[5], deviations[8]], [1.0, 2.0, 0.0, 1.0]);
}

#[test]
fn columns_of_different_lengths_and_odd_widths_are_refused_with_what_is_wrong() {
    let (three, two) = ([1.0; 3], [1.0; 2]);
    let n = Period::of::<2>();
    let wrong = |column| Err(BatchError::Length { column, expected: 3, got: 2 });
    assert_eq!(sma(&three, n, &mut [0.0; 2]), wrong("out"));
    assert_eq!(ema(&three, n, &mut [0.0; 2]), wrong("out"));
    assert_eq!(rsi(&three, n, &mut [0.0; 2]), wrong("out"));
    assert_eq!(standard_deviation(&three, n, &mut [0.0; 2]), wrong("out"));
    let high = PriceColumns { high: &two, low: &three, close: &three };
    let low = PriceColumns { high: &three, low: &two, close: &three };
    let good = PriceColumns { high: &three, low: &three, close: &three };
    assert_eq!(atr(&high, n, &mut [0.0; 3]), wrong("high"));
    assert_eq!(adx(&low, n, &mut [0.0; 3]), wrong("low"));
    assert_eq!(atr(&good, n, &mut [0.0; 2]), wrong("out"));
    let mut cells = [[0.0; 3]; 3];
    let [upper, middle, lower] = &mut cells;
    let mut bands = BollingerColumns { upper, middle: &mut middle[..2], lower };
    assert_eq!(bollinger(&three, n, 2.0, &mut bands), wrong("middle"));
    let error = bollinger(&three, n, f64::NAN, &mut bands).unwrap_err();
    assert_eq!(error.to_string(), "deviations is NaN, not in 0.01..=100");
    let [line, signal, histogram] = &mut cells;
    let mut out = MacdColumns { line, signal, histogram: &mut histogram[..2] };
    let error = macd(&three, MacdPeriods::default(), &mut out).unwrap_err();
    assert_eq!(error.to_string(), "column histogram has 2 cells, not 3");
}

#[test]
fn a_set_refuses_a_column_that_is_too_short_whichever_it_is() {
    let table = walk(&[(1, 1, 1); 40], 100.0, 0.01);
    for short in 0..NAMES.len() {
        let mut out = NAMES.map(|_| vec![0.0; 40]);
        out[short].pop();
        let [sma, ema, rsi, atr, adx, deviation, upper, middle, lower, line, signal, histogram] =
            &mut out;
        let bands = BollingerColumns { upper, middle, lower };
        let macd = MacdColumns { line, signal, histogram };
        let mut columns = IndicatorColumns { sma, ema, rsi, atr, adx, deviation, bands, macd };
        let got = IndicatorSet::default().compute(&table.prices(), &mut columns);
        assert_eq!(got, Err(BatchError::Length { column: NAMES[short], expected: 40, got: 39 }));
    }
    let wide = IndicatorSet { deviations: 0.0, ..IndicatorSet::default() };
    let mut out = NAMES.map(|_| vec![0.0; 40]);
    let [sma, ema, rsi, atr, adx, deviation, upper, middle, lower, line, signal, histogram] =
        &mut out;
    let bands = BollingerColumns { upper, middle, lower };
    let macd = MacdColumns { line, signal, histogram };
    let mut columns = IndicatorColumns { sma, ema, rsi, atr, adx, deviation, bands, macd };
    let error = wide.compute(&table.prices(), &mut columns).unwrap_err();
    assert_eq!(error.to_string(), "deviations is 0, not in 0.01..=100");
}
