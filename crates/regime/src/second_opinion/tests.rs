//! Tests of the counting, the alarm and bad inputs; real years are in the integration tests.

use super::*;
use crate::bocpd::Pruning;

/// Learns early, so that tests stay short.
fn eager() -> SecondOpinionConfig {
    let schedule = RefitSchedule { first: 60, every: 30, restart_every: 2 };
    SecondOpinionConfig { schedule, ..SecondOpinionConfig::default() }
}

/// Closes of a market that is calm for 80 sessions, then wild for 40, and so on.
fn closes(len: u32) -> Vec<f64> {
    let mut close = 1_000.0;
    let mut next = |i: u32| {
        let wave = (f64::from(i) * 2.1).sin() + (f64::from(i) * 0.83).cos();
        close *= 1.0 + wave * if i % 120 < 80 { 0.003 } else { 0.02 };
        close
    };
    (0..len).map(&mut next).collect()
}

fn opinions(severity: Option<u8>, sessions: u32) -> Vec<SecondOpinionReading> {
    let mut opinion = SecondOpinion::new(eager()).unwrap();
    closes(sessions).into_iter().filter_map(|close| opinion.update(close, severity)).collect()
}

#[test]
fn the_model_tells_wild_sessions_from_calm_ones() {
    let readings = opinions(Some(0), 360);
    assert!(readings[..59].iter().all(|r| r.high_volatility.is_none() && r.fitted_on == 0));
    let mean = |sessions: std::ops::Range<usize>| {
        let len = sessions.len() as f64;
        readings[sessions].iter().map(|r| r.high_volatility.unwrap()).sum::<f64>() / len
    };
    assert!(mean(210..239) > 0.9, "{}", mean(210..239));
    assert!(mean(260..315) < 0.1, "{}", mean(260..315));
    assert!(readings[239].high_volatility_sd.unwrap() > 1.0, "in percent");
    assert_eq!(readings[240].fitted_on, 240);
}

#[test]
fn disagreement_counts_in_a_row_and_warns_with_the_tenth_session() {
    let readings = opinions(Some(0), 360);
    for (before, after) in readings.iter().zip(&readings[1..]) {
        let differ = after.high_volatility.is_some_and(|p| p >= 0.5);
        assert_eq!(after.disagreement, if differ { before.disagreement + 1 } else { 0 });
        assert_eq!(after.warning, after.disagreement >= 10);
    }
    assert!(readings.iter().any(|r| r.warning) && readings.iter().any(|r| !r.warning));
}

#[test]
fn an_undetermined_rule_is_no_disagreement() {
    assert!(opinions(None, 360).iter().all(|r| r.disagreement == 0 && !r.warning));
}

#[test]
fn an_alarm_widens_forgetting_and_wants_ten_sessions_of_history() {
    let readings = opinions(None, 360);
    assert!(readings[..9].iter().all(|r| r.changed > 0.99 && !r.alarm));
    let alarms = readings.iter().filter(|r| r.alarm).count();
    assert!((3..120).contains(&alarms), "{alarms}");
    assert!(readings[80..90].iter().any(|r| r.alarm), "the first wild sessions");
    for r in &readings {
        assert_eq!(r.forgetting, if r.alarm { 2.0 } else { 1.0 });
        assert!((0.0..=1.0).contains(&r.changed) && r.run_length >= 0.0);
        assert!(!r.alarm || r.changed >= 0.5);
    }
}

#[test]
fn a_close_that_is_none_leaves_no_trace() {
    let mut clean = SecondOpinion::new(eager()).unwrap();
    let mut dirty = clean.clone();
    for close in closes(100) {
        for bad in [f64::NAN, 0.0, -5.0, f64::INFINITY] {
            assert_eq!(dirty.update(bad, Some(3)), None);
        }
        assert_eq!(clean.update(close, Some(1)), dirty.update(close, Some(1)));
    }
}

#[test]
fn the_first_close_makes_no_return() {
    let mut opinion = SecondOpinion::new(eager()).unwrap();
    assert_eq!(opinion.update(1_000.0, Some(1)), None);
    assert!(opinion.update(1_001.0, Some(1)).is_some());
}

#[test]
fn a_reading_written_and_read_is_the_same() {
    for reading in [opinions(Some(0), 5)[3], opinions(Some(0), 100)[98]] {
        let text = serde_json::to_string(&reading).unwrap();
        assert_eq!(serde_json::from_str::<SecondOpinionReading>(&text).unwrap(), reading);
    }
}

#[test]
fn configurations_outside_their_range_are_named() {
    let base = SecondOpinionConfig::default();
    let check = |config: SecondOpinionConfig, text: &str| {
        assert_eq!(SecondOpinion::new(config).unwrap_err().to_string(), text);
    };
    let open = "0 (exclusive) to 1 (exclusive)";
    check(
        SecondOpinionConfig { fit: FitOptions { states: 1, ..base.fit }, ..base },
        "fit.states is 1; it must be in 2..=8",
    );
    check(
        SecondOpinionConfig { fit: FitOptions { restarts: 0, ..base.fit }, ..base },
        "hidden Markov model: restarts is 0; it must be in 1..=1000",
    );
    check(
        SecondOpinionConfig { schedule: RefitSchedule { every: 0, ..base.schedule }, ..base },
        "hidden Markov model: every is 0; it must be in 1..",
    );
    check(
        SecondOpinionConfig {
            change: BocpdConfig { pruning: Pruning::Keep(0), ..base.change },
            ..base
        },
        "change points: pruning.keep is 0; it must be in 2..",
    );
    check(
        SecondOpinionConfig { high_at: 1.0, ..base },
        &format!("high_at is 1; it must be in {open}"),
    );
    check(
        SecondOpinionConfig { alarm_at: f64::NAN, ..base },
        &format!("alarm_at is NaN; it must be in {open}"),
    );
    check(
        SecondOpinionConfig { alarm_forgetting: 0.5, ..base },
        "alarm_forgetting is 0.5; it must be in 1..=100",
    );
    check(
        SecondOpinionConfig { young_sessions: 0, ..base },
        "young_sessions is 0; it must be in 1..",
    );
    check(
        SecondOpinionConfig { warn_sessions: 0, ..base },
        "warn_sessions is 0; it must be in 1..",
    );
}
