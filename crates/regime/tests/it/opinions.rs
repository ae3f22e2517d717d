//! The second opinion on twenty real years.

use std::sync::OnceLock;

use tradebot_domain::Date;
use tradebot_regime::second_opinion::{SecondOpinion, SecondOpinionConfig, SecondOpinionReading};

use crate::series::{bundled_vix, index, readings};

/// Second opinions by date, with the rule's severity; computed once for all tests.
fn opinions() -> &'static [(Date, SecondOpinionReading)] {
    static OPINIONS: OnceLock<Vec<(Date, SecondOpinionReading)>> = OnceLock::new();
    OPINIONS.get_or_init(|| {
        let bars = index();
        let rule = readings(&bars, &bundled_vix());
        let mut opinion = SecondOpinion::new(SecondOpinionConfig::default()).unwrap();
        let severities = rule.iter().map(|(_, rule)| rule.map(|rule| rule.severity));
        let sessions = bars.iter().zip(severities);
        sessions
            .filter_map(|(bar, rule)| Some((bar.date.date(), opinion.update(bar.close, rule)?)))
            .collect()
    })
}

fn between(first: &str, last: &str) -> Vec<SecondOpinionReading> {
    let period = first.parse::<Date>().unwrap()..=last.parse().unwrap();
    opinions().iter().filter(|(date, _)| period.contains(date)).map(|(_, r)| *r).collect()
}

fn mean_high(readings: &[SecondOpinionReading]) -> f64 {
    readings.iter().map(|r| r.high_volatility.unwrap()).sum::<f64>() / readings.len() as f64
}

#[test]
fn first_fit_comes_after_500_returns_and_quarterly_from_then_on() {
    for (i, (date, r)) in opinions().iter().enumerate() {
        let returns = i + 1;
        let expected = if returns < 500 { 0 } else { 500 + (returns - 500) / 63 * 63 };
        assert_eq!(r.fitted_on, expected, "{date}");
        assert_eq!(r.high_volatility.is_some(), returns >= 500, "{date}");
    }
}

#[test]
fn crises_are_high_and_calms_are_not() {
    let crisis = between("2008-09-15", "2008-12-31");
    println!("autumn 2008: P(high) {:.4}", mean_high(&crisis));
    assert!(mean_high(&crisis) > 0.95);
    let calm = between("2017-01-01", "2017-12-31");
    println!("2017: P(high) {:.4}", mean_high(&calm));
    assert!(calm.iter().all(|r| r.high_volatility.unwrap() < 0.5));
    assert!(mean_high(&calm) < 0.05);
    let burst = between("2018-02-05", "2018-02-16");
    println!("February 2018: P(high) {:.4}", mean_high(&burst));
    assert!(burst.iter().all(|r| r.high_volatility.unwrap() > 0.5));
}

#[test]
fn alarms_are_rare_and_ring_when_they_should() {
    let alarms = opinions().iter().filter(|(_, r)| r.alarm).count() as f64;
    println!("alarm in {:.2} % of sessions", 100.0 * alarms / opinions().len() as f64);
    assert!((0.005..0.05).contains(&(alarms / opinions().len() as f64)), "{alarms}");
    let rang = |first, last| between(first, last).iter().any(|r| r.alarm);
    assert!(rang("2018-02-02", "2018-02-09"), "February 2018");
    assert!(rang("2015-08-20", "2015-08-28"), "August 2015");
    assert!(rang("2008-09-15", "2008-10-10"), "Lehman");
}

#[test]
fn warnings_follow_ten_sessions_of_disagreement() {
    let warned = opinions().iter().filter(|(_, r)| r.warning).count() as f64;
    println!("warning in {:.2} % of sessions", 100.0 * warned / opinions().len() as f64);
    assert!(warned > 0.0 && warned / (opinions().len() as f64) < 0.2);
    for pair in opinions().windows(10) {
        let (date, last) = pair[9];
        let all = pair.iter().all(|(_, r)| r.disagreement > 0);
        assert_eq!(last.warning, all, "{date}");
    }
}
