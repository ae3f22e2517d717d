//! Rows of features: shape, range, causality, scale, warm-up.

use proptest::prelude::*;
use tradebot_domain::{Bar, Date};
use tradebot_features::{
    FEATURE_SET, MarketContext, MarketFeatures, SymbolFeatures, feature_docs, feature_names, index,
};

use crate::series::{self, stock};

/// Market contexts of the index's sessions; without a VIX, so the proxy serves.
fn contexts() -> std::collections::BTreeMap<Date, MarketContext> {
    let mut market = MarketFeatures::new();
    series::index()
        .iter()
        .filter_map(|bar| Some((bar.date.date(), market.update(bar, None)?)))
        .collect()
}

/// All rows of a series, from a fresh instance.
fn rows(bars: &[Bar]) -> Vec<Option<Vec<f64>>> {
    let contexts = contexts();
    let mut features = SymbolFeatures::new();
    bars.iter()
        .map(|bar| features.update(bar, contexts.get(&bar.date.date())).map(<[f64]>::to_vec))
        .collect()
}

#[track_caller]
fn check_in_range(row: &[f64], date: Date) {
    assert_eq!(row.len(), feature_names().len());
    for (value, doc) in row.iter().zip(feature_docs()) {
        assert!(
            value.is_finite() && (doc.low..=doc.high).contains(value),
            "{date} {}: {value} is not in {}..={}",
            doc.name,
            doc.low,
            doc.high
        );
    }
}

#[test]
fn the_set_has_a_name_and_the_features_the_rules_ask_for() {
    assert_eq!(FEATURE_SET, "v1");
    assert!(feature_names().len() >= 28, "{}", feature_names().len());
    for name in [
        "rsi_14",
        "bollinger_z_20",
        "return_20",
        "return_60",
        "return_120",
        "sma_distance_50",
        "sma_distance_200",
        "adx_14",
        "macd_histogram",
        "drawdown_252",
    ] {
        assert!(index(name).is_some(), "{name}");
    }
}

#[test]
fn real_series_give_rows_in_range_from_the_end_of_warm_up_on() {
    for symbol in ["AAPL", "IBM", "MSFT", "GOOG"] {
        let bars = stock(symbol);
        for (i, (row, bar)) in rows(&bars).iter().zip(&bars).enumerate() {
            let seen = u32::try_from(i).unwrap() + 1;
            assert_eq!(row.is_some(), seen >= SymbolFeatures::WARM_UP, "{symbol} bar {seen}");
            if let Some(row) = row {
                check_in_range(row, bar.date.date());
            }
        }
    }
}

#[test]
fn no_feature_is_constant_on_a_real_series() {
    let rows: Vec<Vec<f64>> = rows(&stock("IBM")).into_iter().flatten().collect();
    for (place, name) in feature_names().iter().enumerate() {
        let first = rows[0][place];
        assert!(rows.iter().any(|row| row[place] != first), "{name} is always {first}");
    }
}

#[test]
fn a_row_does_not_change_when_the_future_is_cut_off() {
    let bars = stock("MSFT");
    let all = rows(&bars);
    for end in [253, 400, 1_111, 3_000] {
        assert_eq!(rows(&bars[..end]), all[..end], "cut after bar {end}");
    }
}

#[test]
fn a_fresh_instance_agrees_with_an_old_one_as_soon_as_it_speaks() {
    let bars = stock("IBM");
    let long = rows(&bars);
    let mut worst = (0.0, "");
    for start in (260..bars.len() - 300).step_by(130) {
        let fresh = rows(&bars[start..start + 300]);
        for (fresh, long) in fresh.iter().zip(&long[start..]) {
            let Some((fresh, long)) = fresh.as_ref().zip(long.as_ref()) else { continue };
            for ((fresh, long), name) in fresh.iter().zip(long).zip(feature_names()) {
                let error = (fresh - long).abs() / long.abs().max(1.0);
                worst = if error > worst.0 { (error, *name) } else { worst };
            }
        }
    }
    println!("largest difference {worst:?}");
    assert!(worst.0 < 1e-6, "{worst:?}");
}

#[test]
fn features_are_free_of_scale() {
    let bars = stock("AAPL");
    let plain = rows(&bars);
    for factor in [0.125, 7.0, 1_000.0] {
        let scaled: Vec<Bar> = bars.iter().map(|bar| bar.scaled(factor)).collect();
        for ((plain, scaled), bar) in plain.iter().zip(rows(&scaled)).zip(&bars) {
            let Some((plain, scaled)) = plain.as_ref().zip(scaled) else { continue };
            for ((a, b), name) in plain.iter().zip(scaled).zip(feature_names()) {
                // One rank of 238 may turn on a tie that rounding broke.
                let slack = if *name == "atr_percentile_252" { 1.01 / 238.0 } else { 1e-8 };
                assert!((a - b).abs() <= slack * a.abs().max(1.0), "{} {name}: {a} {b}", bar.date);
            }
        }
    }
}

#[test]
fn an_unusable_bar_gives_no_row_and_leaves_no_trace() {
    let bars = stock("IBM");
    let (mut clean, mut dirty) = (SymbolFeatures::new(), SymbolFeatures::new());
    for bar in &bars[..400] {
        for bad in [
            Bar { close: f64::NAN, ..*bar },
            Bar { low: 0.0, ..*bar },
            Bar { open: -1.0, ..*bar },
            Bar { high: f64::INFINITY, ..*bar },
            Bar { volume: -1.0, ..*bar },
            Bar { volume: f64::NAN, ..*bar },
        ] {
            assert_eq!(dirty.update(&bad, None), None, "{bad:?}");
        }
        assert_eq!(clean.update(bar, None), dirty.update(bar, None), "{}", bar.date);
    }
    assert_eq!((clean.bars_seen(), clean.atr()), (dirty.bars_seen(), dirty.atr()));
}

#[test]
fn without_an_index_the_market_features_are_neutral() {
    let mut features = SymbolFeatures::new();
    let bars = stock("IBM");
    let last =
        bars[..300].iter().filter_map(|bar| features.update(bar, None).map(<[f64]>::to_vec)).last();
    let row = last.unwrap();
    let at = |name| row[index(name).unwrap()];
    assert_eq!((at("vix"), at("correlation_60"), at("beta_60")), (17.8, 0.0, 1.0));
    assert_eq!((at("index_return_20"), at("index_drawdown_252")), (0.0, 0.0));
}

#[test]
fn a_stock_that_is_the_index_has_correlation_and_beta_one() {
    let bars = series::index();
    let rows = rows(&bars);
    let row = rows.last().unwrap().as_ref().unwrap();
    for name in ["correlation_60", "beta_60"] {
        let got = row[index(name).unwrap()];
        assert!((got - 1.0).abs() < 1e-9, "{name} {got}");
    }
    for (own, market) in
        [("return_20", "index_return_20"), ("volatility_20", "index_volatility_20")]
    {
        let (own, market) = (row[index(own).unwrap()], row[index(market).unwrap()]);
        assert!((own - market).abs() < 1e-9, "{own} {market}");
    }
}

#[test]
fn atr_is_known_from_the_fifteenth_bar_in_the_units_of_the_bars() {
    let mut features = SymbolFeatures::new();
    for i in 0..30 {
        features.update(&flat_range_bar(i, 40.0), None);
        assert_eq!(features.atr().is_some(), i >= 14, "bar {i}");
    }
    assert!((features.atr().unwrap() - 2.0).abs() < 1e-12);
}

/// A day that trades one unit to either side of `close`.
fn flat_range_bar(day: i64, close: f64) -> Bar {
    let date = Date::constant(2010, 1, 4).checked_add(jiff_days(day)).unwrap();
    Bar {
        date: date.into(),
        open: close,
        high: close + 1.0,
        low: close - 1.0,
        close,
        volume: 1_000.0,
    }
}

fn jiff_days(days: i64) -> std::time::Duration {
    std::time::Duration::from_secs(86_400 * days.unsigned_abs())
}

#[test]
fn a_series_that_never_moves_reads_as_flat_not_as_a_fall() {
    let mut features = SymbolFeatures::new();
    let mut last = None;
    for day in 0..300 {
        let bar = Bar { high: 5.0, low: 5.0, ..flat_range_bar(day, 5.0) };
        last = features.update(&bar, None).map(<[f64]>::to_vec);
    }
    let row = last.unwrap();
    check_in_range(&row, Date::constant(2010, 1, 4));
    let at = |name| row[index(name).unwrap()];
    assert_eq!((at("rsi_14"), at("bollinger_z_20"), at("close_in_range")), (50.0, 0.0, 0.5));
    assert_eq!((at("volatility_ratio_20_60"), at("volume_z_60"), at("macd_line")), (1.0, 0.0, 0.0));
    assert_eq!(at("atr_percentile_252"), 0.5);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Any usable bars, however wild, give finite features in their documented ranges.
    #[test]
    fn wild_bars_give_finite_rows_in_range(
        bars in prop::collection::vec((-12.0_f64..12.0, -12.0_f64..12.0, 0.0_f64..1.0, 0_u32..3), 260..330)
    ) {
        let mut features = SymbolFeatures::new();
        for (day, (a, b, place, volume)) in bars.into_iter().enumerate() {
            let (low, high) = (a.min(b).exp(), a.max(b).exp());
            let close = low + place * (high - low);
            let date = flat_range_bar(i64::try_from(day).unwrap(), 1.0).date;
            let bar = Bar { date, open: low, high, low, close, volume: f64::from(volume) * 1e9 };
            if let Some(row) = features.update(&bar, None) {
                check_in_range(row, date.date());
            }
        }
    }
}
