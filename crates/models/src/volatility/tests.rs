//! The forecaster on made-up series: what it knows, when, and that it keeps it.

use proptest::prelude::*;

use super::*;
use crate::chance::Chance;

/// Bars whose volatility moves between calm and storm in spells of 40 sessions.
fn series(sessions: usize, seed: u64) -> Vec<Bar> {
    let mut chance = Chance::new(seed, 17);
    let mut close = 100.0_f64;
    (0..sessions)
        .map(|t| {
            let deviation = if (t / 40) % 2 == 0 { 0.006 } else { 0.025 };
            let mut normal = || (0..12).map(|_| chance.unit()).sum::<f64>() - 6.0;
            let open = close * (0.3 * deviation * normal()).exp();
            close = open * (deviation * normal()).exp();
            let reach = (0.4 * deviation * normal().abs()).exp();
            let (high, low) = (open.max(close) * reach, open.min(close) / reach);
            Bar { date: date(t).into(), open, high, low, close, volume: f64::NAN }
        })
        .collect()
}

fn date(t: usize) -> Date {
    let days = i32::try_from(t).unwrap();
    Date::constant(2000, 1, 3).checked_add(tradebot_domain::Span::new().days(days)).unwrap()
}

/// A VIX that is missing now and then.
fn vix(t: usize) -> Option<f64> {
    (!t.is_multiple_of(7)).then_some(12.0 + (t % 50) as f64)
}

/// Small, so that refits are many and cheap.
const SMALL: VolatilityConfig =
    VolatilityConfig { horizon: 3, large_move: 0.03, refit_every: 11, examples_min: 40 };

fn forecaster(config: VolatilityConfig) -> VolatilityForecaster {
    VolatilityForecaster::new(config).unwrap()
}

fn forecasts(bars: &[Bar], config: VolatilityConfig) -> Vec<Option<VolatilityForecast>> {
    let mut forecaster = forecaster(config);
    bars.iter().enumerate().map(|(t, bar)| forecaster.update(bar, vix(t))).collect()
}

fn text(forecaster: &VolatilityForecaster) -> String {
    serde_json::to_string(forecaster).unwrap()
}

#[test]
fn the_first_forecast_comes_right_after_the_warm_up() {
    let slow = VolatilityConfig { horizon: 20, examples_min: 60, ..SMALL };
    let next = VolatilityConfig { horizon: 1, ..SMALL };
    for config in [SMALL, slow, next] {
        let said = forecasts(&series(400, 1), config);
        let first = said.iter().position(Option::is_some).unwrap();
        assert_eq!(first, config.warm_up(), "{config:?}");
        assert!(said[first..].iter().all(Option::is_some));
        assert_eq!(said[first].unwrap().examples, config.examples_min);
    }
}

#[test]
fn an_example_is_learned_from_when_its_outcome_is_known_and_not_before() {
    let mut forecaster = forecaster(SMALL);
    // The first median needs 252 stretches of 3 returns: session 255, whose outcome is 258's.
    for (t, bar) in series(300, 2).iter().enumerate() {
        forecaster.update(bar, None);
        assert_eq!(forecaster.examples(), (t + 1).saturating_sub(257), "session {t}");
    }
}

/// The same numbers by plain loops over the whole past.
#[test]
fn what_is_measured_and_what_came_of_it_are_as_defined() {
    let bars = series(420, 3);
    let closes: Vec<f64> = bars.iter().map(|b| b.close).collect();
    let returns: Vec<f64> = (0..bars.len())
        .map(|t| if t == 0 { 0.0 } else { (closes[t] / closes[t - 1]).ln() })
        .collect();
    let realised = |t: usize| (t - 2..=t).rev().map(|s| returns[s] * returns[s]).sum::<f64>();
    let range = |t: usize| {
        let (b, gap) = (&bars[t], (bars[t].open / closes[t - 1]).ln());
        (b.high / b.low).ln().powi(2) / (4.0 * std::f64::consts::LN_2) + gap * gap
    };
    let mean = |t: usize, n: usize| (t + 1 - n..=t).map(range).sum::<f64>() / n as f64;
    let mut measures = Measures::new(&SMALL);
    let mut ewma = tradebot_features::operators::EwmaVolatility::new(0.94);
    for (t, bar) in bars.iter().enumerate() {
        let observed = measures.update(&Day::of(bar, Some(20.0)).unwrap());
        let volatility = ewma.update(bar.close);
        let Some(observed) = observed else { continue };
        let variance = volatility.unwrap().powi(2) / 252.0;
        let week: f64 = (t - 4..=t).map(|s| returns[s]).sum();
        let expected = [
            variance.ln(),
            mean(t, 1).ln(),
            mean(t, 5).ln(),
            mean(t, 22).ln(),
            returns[t] / variance.sqrt(),
            week / (5.0 * variance).sqrt(),
            (0.04_f64 / 252.0).ln(),
        ];
        for (found, expected) in observed.columns.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{:?} {expected}", observed.columns);
        }
        let mut year: Vec<f64> = (t - 251..=t).map(realised).collect();
        year.sort_by(f64::total_cmp);
        assert_eq!(observed.median, 0.5 * (year[125] + year[126]));
        let relative = observed.against_median();
        assert!((relative[0] - (variance / (observed.median / 3.0)).ln()).abs() < 1e-9);
        assert_eq!(relative[6], 0.0, "a VIX that never moves is at its median");
        let outcome = measures.outcome(observed.median);
        assert_eq!(outcome.is_above, realised(t) > observed.median);
        assert_eq!(outcome.is_large, (t - 2..=t).any(|s| returns[s].abs() > 0.03));
        assert!((outcome.variance_log - (realised(t) / 3.0).ln()).abs() < 1e-9);
    }
}

#[test]
fn storms_are_told_from_calm() {
    let bars = series(1_500, 4);
    let (mut calm, mut storm) = (Vec::new(), Vec::new());
    for (t, said) in forecasts(&bars, SMALL).iter().enumerate().skip(600) {
        // In the middle of a spell, where the next sessions are of the same weather.
        if let (Some(said), 15..25) = (said, t % 40) {
            if (t / 40) % 2 == 0 { calm.push(*said) } else { storm.push(*said) }
        }
    }
    let mean = |of: &[VolatilityForecast], f: fn(&VolatilityForecast) -> f64| {
        of.iter().map(f).sum::<f64>() / of.len() as f64
    };
    assert!(mean(&calm, |f| f.p_above_median) < 0.2 && mean(&storm, |f| f.p_above_median) > 0.8);
    assert!(mean(&calm, |f| f.p_large_move) < 0.1 && mean(&storm, |f| f.p_large_move) > 0.4);
    // 0.6 % and 2.5 % a day with gaps of 0.3 of it. Within three sessions the weather changes in
    // one case of twenty on average: what is expected lies a little towards the other one.
    let variance = |deviation: f64| deviation * deviation * 1.09 * 252.0;
    let expected = |own: f64, other: f64| (0.95 * variance(own) + 0.05 * variance(other)).sqrt();
    let (quiet, loud) = (mean(&calm, |f| f.volatility), mean(&storm, |f| f.volatility));
    assert!((quiet / expected(0.006, 0.025) - 1.0).abs() < 0.15, "{quiet}");
    assert!((loud / expected(0.025, 0.006) - 1.0).abs() < 0.15, "{loud}");
}

#[test]
fn a_session_seen_again_gives_its_forecast_again_and_changes_nothing() {
    let bars = series(330, 5);
    let mut forecaster = forecaster(SMALL);
    let last = bars.iter().filter_map(|bar| forecaster.update(bar, None)).last();
    let before = text(&forecaster);
    let corrected = Bar { close: 1.0, ..bars[329] };
    assert_eq!(forecaster.update(&corrected, Some(50.0)), last);
    assert_eq!(forecaster.latest(), last);
    assert_eq!(forecaster.update(&bars[328], None), None, "an earlier session");
    assert_eq!(forecaster.latest(), last);
    assert_eq!(text(&forecaster), before);
}

#[test]
fn a_bar_without_prices_changes_nothing() {
    let bars = series(330, 6);
    let mut forecaster = forecaster(SMALL);
    for bar in &bars {
        forecaster.update(bar, None);
    }
    let before = text(&forecaster);
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-300, 1e300] {
        let bar = Bar { date: date(330).into(), low: bad, ..bars[329] };
        assert_eq!(forecaster.update(&bar, None), None);
    }
    assert_eq!(text(&forecaster), before);
}

#[test]
fn a_vix_that_is_no_price_counts_as_missing() {
    let bars = series(330, 7);
    let with = |vix: Option<f64>| {
        let mut forecaster = forecaster(SMALL);
        bars.iter().map(|bar| forecaster.update(bar, vix)).collect::<Vec<_>>()
    };
    let missing = with(None);
    assert!(missing.last().unwrap().is_some());
    for bad in [f64::NAN, 0.0, -3.0, f64::INFINITY] {
        assert_eq!(with(Some(bad)), missing);
    }
    assert_ne!(with(Some(20.0)), missing);
}

#[test]
fn a_price_that_stands_still_is_calm_and_not_a_division_by_zero() {
    let still =
        |t| Bar { date: date(t).into(), open: 5.0, high: 5.0, low: 5.0, close: 5.0, volume: 0.0 };
    let bars: Vec<Bar> = (0..400).map(still).collect();
    let last = forecasts(&bars, SMALL).pop().unwrap().unwrap();
    assert!(last.p_above_median < 0.1 && last.p_large_move < 0.1, "{last:?}");
    assert!(last.volatility < 0.01 && last.median == 0.0);
}

#[test]
fn stored_text_that_was_changed_is_refused() {
    let mut forecaster = forecaster(SMALL);
    for bar in &series(330, 8) {
        forecaster.update(bar, None);
    }
    let good: serde_json::Value = serde_json::to_value(&forecaster).unwrap();
    let refused = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut bad = good.clone();
        change(&mut bad);
        serde_json::from_value::<VolatilityForecaster>(bad).unwrap_err().to_string()
    };
    assert!(refused(&|v| v["config"]["horizon"] = 0.into()).contains("horizon is 0"));
    let order = refused(&|v| v["days"].as_array_mut().unwrap().swap(3, 4));
    assert!(order.contains("2000-01-06"), "{order}");
    assert!(refused(&|v| v["days"][9]["low"] = 0.into()).contains("2000-01-12"));
    let fits = "the stored fits do not belong to the 73 examples";
    assert!(refused(&|v| v["models"] = serde_json::Value::Null).contains(fits));
    assert!(refused(&|v| v["models"]["examples"] = 74.into()).contains(fits));
    assert!(refused(&|v| v["models"]["har"]["left"] = (-1).into()).contains(fits));
    assert!(refused(&|v| v["models"]["own"]["columns"]["end"] = 3.into()).contains(fits));
    let shorter = refused(&|v| {
        v["models"]["own"]["above"]["columns"].as_array_mut().unwrap().pop();
    });
    assert!(shorter.contains(fits), "{shorter}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Bit for bit: nothing that comes later has a part in a forecast.
    #[test]
    fn cutting_the_future_changes_no_forecast(seed in 0_u64..1_000, cut in 260_usize..420, other in 0_u64..1_000) {
        let bars = series(420, seed);
        let whole = forecasts(&bars, SMALL);
        prop_assert_eq!(&forecasts(&bars[..cut], SMALL)[..], &whole[..cut]);
        // Nor does another future.
        let mut turned = bars[..cut].to_vec();
        turned.extend(series(420, other).split_off(cut));
        prop_assert_eq!(&forecasts(&turned, SMALL)[..cut], &whole[..cut]);
    }

    /// Through text, at any moment, and as long as one likes afterwards.
    #[test]
    fn a_restored_forecaster_goes_on_as_if_nothing_had_happened(seed in 0_u64..1_000, stop in 1_usize..420) {
        let bars = series(420, seed);
        let mut uninterrupted = forecaster(SMALL);
        for (t, bar) in bars[..stop].iter().enumerate() {
            uninterrupted.update(bar, vix(t));
        }
        let mut restored: VolatilityForecaster = serde_json::from_str(&text(&uninterrupted)).unwrap();
        prop_assert_eq!(restored.latest(), uninterrupted.latest());
        prop_assert_eq!(text(&restored), text(&uninterrupted));
        for (t, bar) in bars.iter().enumerate().skip(stop) {
            prop_assert_eq!(restored.update(bar, vix(t)), uninterrupted.update(bar, vix(t)));
        }
        prop_assert_eq!(text(&restored), text(&uninterrupted));
    }

    /// Scaling all prices by a factor is a change of currency, not of volatility.
    #[test]
    fn the_unit_of_prices_does_not_matter(seed in 0_u64..1_000, factor in 0.01..100.0_f64) {
        let bars = series(330, seed);
        let scaled: Vec<Bar> = bars.iter().map(|bar| bar.scaled(factor)).collect();
        let last = |bars: &[Bar]| forecasts(bars, SMALL).pop().unwrap().unwrap();
        let (a, b) = (last(&bars), last(&scaled));
        prop_assert!((a.p_above_median - b.p_above_median).abs() < 1e-6, "{a:?} {b:?}");
        prop_assert!((a.volatility / b.volatility - 1.0).abs() < 1e-6, "{a:?} {b:?}");
    }
}
