//! Twenty years of the S&P 500: how often, how long, and on which days.

use tradebot_domain::{Bar, Date, Regime};
use tradebot_regime::{RegimeConfig, RegimeDetector, RegimeReading};

use crate::series::{Vix, between, bundled_vix, full_vix, index, readings};

fn share(readings: &[RegimeReading], of: impl Fn(&RegimeReading) -> bool) -> f64 {
    readings.iter().filter(|reading| of(reading)).count() as f64 / readings.len() as f64
}

fn switches_per_year(readings: &[RegimeReading]) -> f64 {
    let switches = readings.windows(2).filter(|pair| pair[0].regime != pair[1].regime).count();
    252.0 * switches as f64 / readings.len() as f64
}

#[test]
fn the_first_reading_comes_with_the_declared_bar() {
    let readings = readings(&index(), &bundled_vix());
    let first = readings.iter().position(|(_, reading)| reading.is_some()).unwrap();
    assert_eq!(u32::try_from(first).unwrap() + 1, RegimeDetector::WARM_UP);
    assert!(readings[first..].iter().all(|(_, reading)| reading.is_some()));
}

/// Simulated when the rule was designed: 9.7 % and 15 a year; here 10.0 % and 14.75 (15.1 with the
/// VIX in all years).
#[test]
fn one_day_in_ten_is_a_transition_and_a_year_has_fifteen_switches() {
    let readings = between(&readings(&index(), &bundled_vix()), "2000-01-01", "2018-12-31");
    let transition = share(&readings, |r| r.regime == Regime::Transition);
    let switches = switches_per_year(&readings);
    println!("transition {transition:.4}, switches per year {switches:.2}");
    for regime in Regime::ALL {
        println!("{regime}: {:.4}", share(&readings, |r| r.regime == regime));
    }
    assert!((transition - 0.097).abs() < 0.005, "{transition}");
    assert!((switches - 15.0).abs() < 1.5, "{switches}");
}

#[test]
fn every_regime_occurs_and_readings_stay_in_their_ranges() {
    let readings = between(&readings(&index(), &bundled_vix()), "1999-01-01", "2018-12-31");
    for regime in Regime::ALL {
        assert!(share(&readings, |r| r.regime == regime) > 0.03, "{regime}");
    }
    for r in &readings {
        assert!((0.5..=1.0).contains(&r.confidence), "{r:?}");
        assert!(r.severity <= 3 && (-1..=1).contains(&r.direction), "{r:?}");
        assert!((0.0..=1.0).contains(&r.strength) && (0.0..=1.0).contains(&r.atr_percentile));
        assert!((0.0..=100.0).contains(&r.adx) && r.vix > 0.0, "{r:?}");
        assert!(r.transition_probability > 0.0 && r.transition_probability < 1.0, "{r:?}");
    }
}

#[test]
fn cutting_off_the_future_changes_no_reading_of_the_past() {
    let (bars, vix) = (index(), bundled_vix());
    let all = readings(&bars, &vix);
    for end in [300, 1_000, 2_400, 4_000] {
        assert_eq!(readings(&bars[..end], &vix), all[..end], "cut after bar {end}");
    }
}

#[test]
fn a_reading_uses_the_vix_of_the_session_before_never_its_own() {
    let (bars, mut vix) = (index(), bundled_vix());
    let day = Date::constant(2016, 3, 1);
    let before = readings(&bars, &vix);
    vix.insert(day, 80.0);
    let after = readings(&bars, &vix);
    let first = before.iter().zip(&after).position(|(a, b)| a != b).unwrap();
    assert_eq!(bars[first - 1].date, day.into());
    assert_eq!(after[first].1.unwrap().severity, 3);
}

#[test]
fn the_trend_of_a_rise_points_up_and_that_of_a_fall_down() {
    let readings = readings(&index(), &bundled_vix());
    let fall = between(&readings, "2008-10-01", "2008-10-31");
    assert!(fall.iter().all(|r| r.direction == -1 && r.trending), "October 2008");
    let rise = between(&readings, "2017-10-02", "2017-11-30");
    assert!(rise.iter().all(|r| r.direction == 1), "autumn 2017");
}

#[test]
fn age_counts_from_zero_in_the_session_of_the_change() {
    let readings = between(&readings(&index(), &bundled_vix()), "1999-01-01", "2018-12-31");
    assert_eq!(readings[0].age, 0);
    for pair in readings.windows(2) {
        let same = pair[0].regime == pair[1].regime;
        assert_eq!(pair[1].age, if same { pair[0].age + 1 } else { 0 });
    }
}

#[test]
fn a_rise_to_high_volatility_selects_the_high_row_in_the_same_session() {
    let readings = between(&readings(&index(), &bundled_vix()), "1999-01-01", "2018-12-31");
    let mut rises = 0;
    for pair in readings.windows(2) {
        if pair[0].severity < 2 && pair[1].severity >= 2 && pair[1].regime != Regime::Transition {
            rises += 1;
            let high = [Regime::TrendingHighVol, Regime::ChoppyHighVol];
            assert!(high.contains(&pair[1].regime), "{:?}", pair[1]);
        }
    }
    assert!(rises >= 15, "{rises}");
}

#[test]
fn unsure_sessions_change_more_often_than_sure_ones() {
    let readings = between(&readings(&index(), &bundled_vix()), "2000-01-01", "2018-12-31");
    let changes = |from: f64, to: f64| {
        let (mut changed, mut all) = (0.0, 0.0);
        for window in readings.windows(6) {
            if (from..to).contains(&window[0].confidence) {
                all += 1.0;
                let moved = window[1..].iter().any(|r| r.regime != window[0].regime);
                changed += f64::from(u8::from(moved));
            }
        }
        println!("confidence {from}..{to}: {:.3} of {all}", changed / all);
        changed / all
    };
    assert!(changes(0.5, 0.6) > changes(0.6, 0.8));
    assert!(changes(0.6, 0.8) > changes(0.8, 1.01));
}

#[test]
fn the_proxy_serves_where_the_vix_is_missing_and_says_so() {
    let readings = readings(&index(), &bundled_vix());
    assert!(between(&readings, "2000-01-01", "2013-12-31").iter().all(|r| r.vix_is_proxy));
    let quoted = between(&readings, "2014-01-06", "2018-12-31");
    assert!(quoted.iter().all(|r| !r.vix_is_proxy));
}

#[test]
fn a_bar_without_prices_is_undetermined_and_leaves_no_trace() {
    let mut clean = RegimeDetector::new(RegimeConfig::default());
    let mut dirty = clean.clone();
    for bar in &index()[..400] {
        for bad in [Bar { close: f64::NAN, ..*bar }, Bar { low: 0.0, ..*bar }] {
            assert_eq!(dirty.update(&bad, None), None);
        }
        assert_eq!(clean.update(bar, None), dirty.update(bar, None), "{}", bar.date);
    }
}

/// Days on which anyone would agree; the VIX as published, one session late.
#[test]
fn known_crises_are_severe_and_known_calms_are_calm() {
    let Some(vix) = full_vix() else { return };
    let readings = readings(&index(), &vix);
    let severe = |first, last| share(&between(&readings, first, last), |r| r.severity >= 2);
    assert_eq!(severe("2008-09-16", "2008-12-31"), 1.0);
    assert!(share(&between(&readings, "2008-09-15", "2008-12-31"), |r| r.severity == 3) > 0.90);
    assert_eq!(severe("2018-02-06", "2018-02-16"), 1.0);
    assert!(severe("2013-01-01", "2013-12-31") < 0.12);
    assert!(share(&between(&readings, "2017-01-01", "2017-12-31"), |r| r.severity == 0) > 0.80);
}

/// Agreement measured when the proxy was designed: 76 % of days of 2001 to 2013.
#[test]
fn severity_from_the_proxy_agrees_with_the_vix_on_three_days_of_four() {
    let Some(vix) = full_vix() else { return };
    let bars = index();
    let by_vix = between(&readings(&bars, &vix), "2001-01-01", "2013-12-31");
    let by_proxy = between(&readings(&bars, &Vix::new()), "2001-01-01", "2013-12-31");
    let pairs = by_vix.iter().zip(&by_proxy);
    let same = pairs.filter(|(a, b)| a.severity == b.severity).count() as f64;
    let agreement = same / by_vix.len() as f64;
    println!("agreement {agreement:.4}, switches per year {:.2}", switches_per_year(&by_vix));
    assert!((agreement - 0.76).abs() < 0.05, "{agreement}");
}

/// Volatility that follows must rise with severity, or the axis measures nothing.
#[test]
fn volatility_of_the_next_month_rises_with_severity() {
    let bars = index();
    let readings = readings(&bars, &full_vix().unwrap_or_else(bundled_vix));
    let mut squares = [(0.0, 0.0); 4];
    for (i, (_, reading)) in readings.iter().enumerate() {
        let (Some(reading), Some(next)) = (reading, bars.get(i..i + 22)) else { continue };
        let sum: f64 = next.windows(2).map(|w| (w[1].close / w[0].close).ln().powi(2)).sum();
        let cell = &mut squares[usize::from(reading.severity)];
        *cell = (cell.0 + (sum * 12.0).sqrt(), cell.1 + 1.0);
    }
    let means = squares.map(|(sum, n)| sum / n);
    println!("forward volatility by severity {means:.3?}");
    assert!(means.is_sorted_by(|a, b| a < b), "{means:?}");
}
