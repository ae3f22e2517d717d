//! What the rule and the model say of days that all remember, against measured shares.
//!
//! The shares were measured on 1990 to 2022 with the VIX of the *same* session, as in
//! `reference`; the detector of the product takes the VIX of the session before, see `years`.
//! Where there is no index bar (before 1999, after 2018) the VIX speaks alone.

use std::collections::BTreeMap;

use serde_json::Value;
use tradebot_domain::{Bar, Date};
use tradebot_features::Period;
use tradebot_features::operators::{EwmaVolatility, MidRankPercentile, Natr};
use tradebot_regime::hmm::{Filter, GaussianHmm, HmmParameters};
use tradebot_regime::{RegimeConfig, SeverityMachine};

use crate::series::{Vix, bundled_vix, closes_between, full_vix, index, log_returns, reference};

/// How far a share may be from the measured one.
const SHARE: f64 = 0.02;

type Severities = Vec<(Date, u8)>;

/// Severity of every session of the index or of the VIX, each with what is known of it.
fn severities(bars: &[Bar], vix: &Vix) -> Severities {
    let mut natr = Natr::new(Period::of::<14>());
    let mut rank = MidRankPercentile::new(Period::of::<252>());
    let mut features: BTreeMap<Date, (Option<f64>, Option<f64>)> =
        vix.iter().map(|(date, close)| (*date, (Some(*close), None))).collect();
    for bar in bars {
        let percentile = natr.update(bar).and_then(|natr| rank.update(natr));
        features.entry(bar.date.date()).or_default().1 = percentile;
    }
    let mut machine = SeverityMachine::new(RegimeConfig::default());
    features
        .into_iter()
        .filter_map(|(date, (vix, rank))| Some((date, machine.update(vix, rank)?)))
        .collect()
}

fn within<T: Copy>(sessions: &[(Date, T)], first: &str, last: &str) -> Vec<T> {
    let period = first.parse::<Date>().unwrap()..=last.parse().unwrap();
    sessions.iter().filter(|(date, _)| period.contains(date)).map(|(_, value)| *value).collect()
}

fn share<T>(values: &[T], of: impl Fn(&T) -> bool) -> f64 {
    values.iter().filter(|value| of(value)).count() as f64 / values.len() as f64
}

/// First and last day of a period as the reference names it: a year, or two days.
fn ends(period: &str) -> (String, String) {
    period.split_once("..").map_or_else(
        || (format!("{period}-01-01"), format!("{period}-12-31")),
        |(first, last)| (first.to_owned(), last.to_owned()),
    )
}

#[track_caller]
fn check_shares(severities: &Severities, period: &str) {
    let facts = &reference("16_regime_facts.json")[period];
    let (first, last) = ends(period);
    let states = within(severities, &first, &last);
    assert_eq!(Some(states.len() as u64), facts["days"].as_u64(), "{period}");
    let shares = [
        ("frac_state_ge2", share(&states, |s| *s >= 2)),
        ("frac_state3", share(&states, |s| *s == 3)),
        ("frac_state0", share(&states, |s| *s == 0)),
    ];
    for (key, got) in shares {
        let expected = facts[key].as_f64().unwrap();
        assert!(
            (got - expected).abs() <= SHARE,
            "{period} {key}: {got:.4}, expected {expected:.4}"
        );
    }
    let first_high = within(severities, &first, &last)
        .iter()
        .zip(severities.iter().filter(|(date, _)| *date >= first.parse().unwrap()))
        .find(|(state, _)| **state >= 2)
        .map(|(_, (date, _))| date.to_string());
    assert_eq!(first_high.as_deref(), facts["first_ge2"].as_str(), "{period}");
}

/// The bundle's VIX begins in 2014.
#[test]
fn bundled_years_have_their_measured_shares() {
    let severities = severities(&index(), &bundled_vix());
    for period in ["2015-08-24..2015-09-30", "2018-02-05..2018-02-16", "2017"] {
        check_shares(&severities, period);
    }
}

#[test]
fn crises_and_calms_since_1990_have_their_measured_shares() {
    let Some(vix) = full_vix() else { return };
    let severities = severities(&index(), &vix);
    for period in [
        "2008-09-15..2008-12-31",
        "2020-02-24..2020-04-30",
        "2020-03-09..2020-03-31",
        "2018-02-05..2018-02-16",
        "2015-08-24..2015-09-30",
        "2017",
        "1995",
        "2013",
    ] {
        check_shares(&severities, period);
    }
}

/// Range alone says nothing of a crisis, but it did not miss the autumn of 2008.
#[test]
fn without_a_vix_range_alone_is_severe_in_every_session_of_autumn_2008() {
    let severities = severities(&index(), &Vix::new());
    let states = within(&severities, "2008-09-15", "2008-12-31");
    assert_eq!((states.len(), share(&states, |s| *s == 2)), (76, 1.0));
}

fn changes_per_year<T: PartialEq>(states: &[T]) -> f64 {
    252.0 * states.windows(2).filter(|pair| pair[0] != pair[1]).count() as f64 / states.len() as f64
}

/// Mean length of the spells in `state`.
fn mean_spell(states: &[u8], state: u8) -> f64 {
    let spells = states.chunk_by(|a, b| a == b).filter(|spell| spell[0] == state);
    let lengths: Vec<f64> = spells.map(|spell| spell.len() as f64).collect();
    lengths.iter().sum::<f64>() / lengths.len() as f64
}

/// Measured with index bars in all years and to 2022, of which the data here lack some.
#[test]
fn shares_spells_and_transitions_since_1990_are_the_measured_ones() {
    let Some(vix) = full_vix() else { return };
    let facts = reference("16_regime_facts.json")["rule_all_1990_2022"].clone();
    let states: Vec<u8> = severities(&index(), &vix).into_iter().map(|(_, state)| state).collect();
    for state in 0..4_u8 {
        let key = state.to_string();
        let (got, expected) =
            (share(&states, |s| *s == state), facts["states"][&key]["frac"].as_f64().unwrap());
        println!("state {state}: share {got:.4}, measured {expected:.4}");
        assert!((got - expected).abs() <= SHARE, "{state}: {got}, expected {expected}");
        let (got, expected) =
            (mean_spell(&states, state), facts["mean_spell"][&key].as_f64().unwrap());
        println!("state {state}: mean spell {got:.1}, measured {expected:.1}");
        assert!((got / expected - 1.0).abs() < 0.06, "{state}: {got}, expected {expected}");
    }
    let (got, expected) =
        (changes_per_year(&states), facts["transitions_per_year"].as_f64().unwrap());
    println!("transitions per year {got:.2}, measured {expected:.2}");
    assert!((got - expected).abs() < 0.3, "{got}");
}

/// What hysteresis is for.
#[test]
fn without_hysteresis_the_state_would_change_four_times_as_often() {
    let Some(vix) = full_vix() else { return };
    let base = RegimeConfig::default();
    let config = RegimeConfig { vix_down: base.vix_up, dwell_sessions: 1, ..base };
    config.validate().unwrap();
    let mut machine = SeverityMachine::new(config);
    let states: Vec<_> = vix.values().map(|close| machine.update(Some(*close), None)).collect();
    let facts = reference("16_regime_facts.json");
    let expected = facts["no_hysteresis_vix_only_transitions_per_year"].as_f64().unwrap();
    let got = changes_per_year(&states);
    println!("transitions per year {got:.2}, measured {expected:.2}");
    assert!((got - expected).abs() < 0.5, "{got}");
}

/// Mean over the sessions of each state of the annualised volatility of the 21 after them.
fn forward_volatility(bars: &[Bar], severities: &Severities) -> [f64; 4] {
    let states: BTreeMap<Date, u8> = severities.iter().copied().collect();
    let mut cells = [(0.0, 0.0); 4];
    for window in bars.windows(22) {
        let Some(state) = states.get(&window[0].date.date()) else { continue };
        let changes: Vec<f64> = window.windows(2).map(|p| (p[1].close / p[0].close).ln()).collect();
        let mean = changes.iter().sum::<f64>() / 21.0;
        let variance = changes.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 20.0;
        let cell = &mut cells[usize::from(*state)];
        *cell = (cell.0 + (252.0 * variance).sqrt(), cell.1 + 1.0);
    }
    cells.map(|(sum, n)| sum / n)
}

#[test]
fn volatility_of_the_next_21_sessions_rises_with_the_state() {
    let bars = index();
    let recent: Vec<Bar> =
        bars.iter().filter(|bar| bar.date >= Date::constant(2014, 1, 3).into()).copied().collect();
    let bundled = forward_volatility(&recent, &severities(&bars, &bundled_vix()));
    println!("2014 to 2018: {bundled:.4?}");
    assert!(bundled.is_sorted_by(|a, b| a < b), "{bundled:?}");
    let Some(vix) = full_vix() else { return };
    let all = forward_volatility(&bars, &severities(&bars, &vix));
    println!("1999 to 2018: {all:.4?}");
    assert!(all.is_sorted_by(|a, b| a < b), "{all:?}");
    let facts = reference("16_regime_facts.json")["rule_all_1990_2022"]["states"].clone();
    for (state, got) in all.into_iter().enumerate() {
        let expected = facts[state.to_string()]["fwd21_rv_mean"].as_f64().unwrap();
        // Ten calm years before 1999 are missing here, and so is 2022.
        assert!((got - expected).abs() < 0.03, "{state}: {got}, expected {expected}");
    }
}

/// P(high volatility) of the model learned on 1990 to 2007, filtered over 1999 to 2018.
fn filtered_by_the_model_of_1990_to_2007(facts: &Value) -> Vec<(Date, f64)> {
    let parameters = &facts["hmm_trained_1990_2007"];
    let numbers = |key: &str| serde_json::from_value(parameters[key].clone()).unwrap();
    let transitions = serde_json::from_value(parameters["A"].clone()).unwrap();
    let (means, sds) = (numbers("mu"), numbers("sd"));
    let model = HmmParameters { means, sds, transitions, start: None };
    let mut filter = Filter::new(GaussianHmm::new(model).unwrap());
    let bars = index();
    let closes: Vec<f64> = bars.iter().map(|bar| bar.close).collect();
    let returns = log_returns(&closes);
    bars[1..].iter().zip(returns).map(|(bar, x)| (bar.date.date(), filter.update(x)[1])).collect()
}

#[test]
fn the_filter_of_a_model_learned_before_sees_2008_2015_and_2018_and_not_2017() {
    let facts = reference("16_regime_facts.json");
    let filtered = filtered_by_the_model_of_1990_to_2007(&facts);
    for period in [
        "2008-09-15..2008-12-31",
        "2018-02-05..2018-02-16",
        "2015-08-24..2015-09-30",
        "2017",
        "2013",
    ] {
        let (first, last) = ends(period);
        let high = within(&filtered, &first, &last);
        let fact = |key: &str| facts[period][key].as_f64().unwrap();
        let mean = high.iter().sum::<f64>() / high.len() as f64;
        println!("{period}: mean {mean:.6}, measured {:.6}", fact("hmm_mean_p_high"));
        // The filter starts in 1999 here and in 1990 there: forgotten long since.
        assert!((mean - fact("hmm_mean_p_high")).abs() < 1e-6, "{period}: {mean}");
        let above = share(&high, |p| *p > 0.5);
        assert!((above - fact("hmm_frac_gt_half")).abs() < 1e-9, "{period}: {above}");
    }
    let states: Vec<bool> = filtered.iter().map(|(_, p)| *p > 0.5).collect();
    let changes = changes_per_year(&states);
    println!("changes per year at one half: {changes:.2}");
    assert!(changes > 2.0 * 6.3, "twice as restless as the rule: {changes}");
}

#[test]
fn the_index_fell_as_far_as_all_remember() {
    let facts = reference("16_regime_facts.json");
    for (name, first, last) in [
        ("maxdd 2007-2009", "2007-01-01", "2009-12-31"),
        ("maxdd 2015-2016", "2015-01-01", "2016-12-31"),
        // The autumn of 2018 fell further; the fact is about February.
        ("maxdd 2018-2018", "2018-01-01", "2018-08-31"),
    ] {
        let mut peak = 0.0_f64;
        let falls = closes_between(first, last).into_iter().map(|close| {
            peak = peak.max(close);
            close / peak - 1.0
        });
        let deepest = falls.fold(0.0_f64, f64::min);
        let expected = facts[name]["dd"].as_f64().unwrap();
        // Closes are printed to cents here and in full there.
        assert!((deepest - expected).abs() < 1e-6, "{name}: {deepest}, expected {expected}");
    }
    let bars = index();
    for day in ["2008-10-13", "2008-10-15", "2018-02-05", "2015-08-24"] {
        let at = bars.iter().position(|bar| bar.date == day.parse().unwrap()).unwrap();
        let change = bars[at].close / bars[at - 1].close - 1.0;
        let expected = facts["returns"][day].as_f64().unwrap();
        assert!((change - expected).abs() < 1e-6, "{day}: {change}, expected {expected}");
    }
}

#[test]
fn the_vix_was_where_the_thresholds_take_it_to_be() {
    let Some(vix) = full_vix() else { return };
    let facts = reference("16_regime_facts.json")["vix"].clone();
    let closes: Vec<f64> = vix.values().copied().collect();
    for level in [14, 16, 20, 22, 25, 30, 35, 40] {
        let got = share(&closes, |close| *close >= f64::from(level));
        let expected = facts[format!("frac_ge_{level}")].as_f64().unwrap();
        assert!((got - expected).abs() <= SHARE, "{level}: {got}, expected {expected}");
    }
    let mut sorted = closes.clone();
    sorted.sort_by(f64::total_cmp);
    let median = sorted[sorted.len() / 2];
    assert!((median - facts["median"].as_f64().unwrap()).abs() < 0.3, "{median}");
    let (day, most) = vix.iter().max_by(|a, b| a.1.total_cmp(b.1)).unwrap();
    assert_eq!((day.to_string().as_str(), *most), ("2020-03-16", 82.69));
    for (day, close) in [
        ("2008-11-20", 80.86),
        ("2015-08-24", 40.74),
        ("2018-02-05", 37.32),
        ("2018-02-02", 17.31),
        ("2020-03-16", 82.69),
    ] {
        assert_eq!(vix[&day.parse().unwrap()], close, "{day}");
    }
}

/// The line by which the VIX is replaced where it is missing.
#[test]
fn the_vix_lies_on_the_line_of_its_proxy() {
    let Some(vix) = full_vix() else { return };
    let mut volatility = EwmaVolatility::new(0.94);
    let bars = index();
    let pairs: Vec<(f64, f64)> = bars
        .iter()
        .filter_map(|bar| {
            let ewma = volatility.update(bar.close)?;
            Some((100.0 * ewma, *vix.get(&bar.date.date())?))
        })
        .collect();
    let n = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / n;
    let (mx, my) = (mean(|p| p.0), mean(|p| p.1));
    let (xx, yy) = (mean(|p| p.0 * p.0) - mx * mx, mean(|p| p.1 * p.1) - my * my);
    let xy = mean(|p| p.0 * p.1) - mx * my;
    let (slope, correlation) = (xy / xx, xy / (xx * yy).sqrt());
    println!("slope {slope:.3}, intercept {:.2}, correlation {correlation:.3}", my - slope * mx);
    assert!((correlation - 0.909).abs() < 0.02, "{correlation}");
    assert!((slope - 0.78).abs() < 0.08, "{slope}");
}
