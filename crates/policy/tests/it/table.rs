//! The bundled file says exactly what the documented table says.

use tradebot_domain::Regime;
use tradebot_policy::{AnalystWeights, Policy, RowPolicy, bounds, schema};

use crate::BUNDLED;

/// Five values, one per regime, in the order of the table's columns.
type Columns<T> = [T; 5];

const KELLY_MULTIPLIER: Columns<f64> = [1.2, 0.8, 1.0, 0.6, 0.5];
const MAX_RISK_PER_POSITION: Columns<f64> = [0.025, 0.015, 0.020, 0.010, 0.008];
const EDGE: Columns<f64> = [0.02, 0.04, 0.03, 0.06, 0.08];
const ATR_MULTIPLIER: Columns<f64> = [1.5, 2.5, 2.0, 3.0, 2.5];
const R_MULTIPLE: Columns<f64> = [2.0, 1.5, 1.5, 1.2, 1.3];
const STOPS: Columns<[f64; 2]> =
    [[0.015, 0.08], [0.02, 0.12], [0.018, 0.10], [0.025, 0.15], [0.02, 0.12]];
const MAX_POSITIONS: Columns<u32> = [12, 8, 10, 6, 4];
const MAX_HOLDING: Columns<u32> = [30, 20, 25, 15, 10];
const TRAILING: Columns<Option<f64>> = [None; 5];
const MAX_PORTFOLIO_RISK: Columns<f64> = [0.20, 0.15, 0.18, 0.12, 0.10];
const DAILY_LOSS_LIMIT: Columns<f64> = [0.03, 0.025, 0.025, 0.02, 0.015];
const DRAWDOWN_THRESHOLD: Columns<f64> = [0.05, 0.04, 0.045, 0.035, 0.03];
const CORRELATION_LIMIT: Columns<f64> = [0.70, 0.60, 0.65, 0.50, 0.40];
/// Technical, sentiment, fundamental, risk, regime.
const ANALYSTS: Columns<[f64; 5]> = [
    [0.35, 0.20, 0.25, 0.10, 0.10],
    [0.30, 0.15, 0.20, 0.25, 0.10],
    [0.25, 0.30, 0.30, 0.10, 0.05],
    [0.20, 0.25, 0.20, 0.30, 0.05],
    [0.20, 0.20, 0.20, 0.30, 0.10],
];

fn row_of_table(i: usize) -> RowPolicy {
    let [stop_min, stop_max] = STOPS[i];
    let [technical, sentiment, fundamental, risk, regime] = ANALYSTS[i];
    RowPolicy {
        kelly_multiplier: KELLY_MULTIPLIER[i],
        max_risk_per_position: MAX_RISK_PER_POSITION[i],
        edge: EDGE[i],
        atr_multiplier: ATR_MULTIPLIER[i],
        r_multiple: R_MULTIPLE[i],
        stop_min,
        stop_max,
        max_positions: MAX_POSITIONS[i],
        max_holding_sessions: MAX_HOLDING[i],
        trailing_atr: TRAILING[i],
        max_portfolio_risk: MAX_PORTFOLIO_RISK[i],
        daily_loss_limit: DAILY_LOSS_LIMIT[i],
        drawdown_threshold: DRAWDOWN_THRESHOLD[i],
        correlation_limit: CORRELATION_LIMIT[i],
        analyst_weights: AnalystWeights { technical, sentiment, fundamental, risk, regime },
        exit_on_reversal: false,
        stop_follows_forecast: false,
        break_even_at_r: None,
        partial_exit_at_r: None,
        partial_exit_share: None,
    }
}

#[test]
fn the_bundled_file_is_the_documented_table() {
    let columns = [
        Regime::TrendingLowVol,
        Regime::TrendingHighVol,
        Regime::ChoppyLowVol,
        Regime::ChoppyHighVol,
        Regime::Transition,
    ];
    let policy = Policy::bundled();
    for (i, regime) in columns.into_iter().enumerate() {
        assert_eq!(*policy.row(regime), row_of_table(i), "{regime}");
    }
    assert_eq!(policy.r_multiples(), R_MULTIPLE);
}

#[test]
fn a_file_on_disk_reads_as_its_text_does() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mine.yaml");
    std::fs::write(&path, BUNDLED).unwrap();
    assert_eq!(Policy::read(&path).unwrap(), Policy::bundled());
}

#[test]
fn the_digest_follows_the_numbers_and_not_how_they_are_written() {
    let digest = Policy::bundled().digest();
    assert_eq!(digest.len(), 64);
    let without_comments: String = BUNDLED
        .lines()
        .filter(|line| !line.trim().starts_with('#'))
        .fold(String::new(), |mut text, line| {
            text.push_str(&line.replace("0.70", "7e-1"));
            text.push_str("\r\n");
            text
        });
    assert_ne!(without_comments, BUNDLED);
    assert_eq!(Policy::parse("a", &without_comments).unwrap().digest(), digest);
    let other = BUNDLED.replacen("edge: 0.02", "edge: 0.021", 1);
    assert_ne!(Policy::parse("a", &other).unwrap().digest(), digest);
}

#[test]
fn a_trailing_stop_is_a_number_or_none() {
    let text = BUNDLED.replacen("trailing_atr: none", "trailing_atr: 3", 1);
    let policy = Policy::parse("a", &text).unwrap();
    assert_eq!(policy.row(Regime::TrendingLowVol).trailing_atr, Some(3.0));
    assert_eq!(policy.row(Regime::TrendingHighVol).trailing_atr, None);
}

#[test]
fn no_row_can_be_written_beyond_the_hard_bounds() {
    let ends = [
        (schema::KELLY_MULTIPLIER, bounds::REGIME_MULTIPLIER_MAX, 1.2),
        (schema::MAX_RISK_PER_POSITION, bounds::RISK_PER_POSITION_MAX, 0.03),
        (schema::MAX_POSITIONS, f64::from(bounds::POSITIONS_MAX), 20.0),
        (schema::MAX_HOLDING_SESSIONS, f64::from(bounds::HOLDING_SESSIONS_MAX), 60.0),
        (schema::DAILY_LOSS_LIMIT, bounds::DAILY_LOSS_MAX, 0.03),
        (schema::DRAWDOWN_THRESHOLD, bounds::DRAWDOWN_MAX, 0.20),
        (schema::CORRELATION_LIMIT, bounds::CORRELATION_MAX, 0.8),
    ];
    for (setting, bound, documented) in ends {
        assert_eq!((setting.max, bound), (documented, documented), "{}", setting.key);
    }
    assert_eq!(
        [bounds::HEAT_MAX, bounds::NOTIONAL_MAX, bounds::KELLY_FRACTION_MAX],
        [0.08, 0.25, 0.5]
    );
}

/// The line of the opening comment that explains a key ends with its range, and perhaps `(hard)`.
#[test]
fn the_comments_of_the_file_tell_every_range_and_word() {
    for setting in schema::ROW.into_iter().chain(schema::MANAGEMENT) {
        let line = BUNDLED
            .lines()
            .find(|line| {
                let explained = line.strip_prefix("#   ").unwrap_or_default();
                explained.starts_with(setting.key)
                    || explained.starts_with(&format!("stop_min, {}", setting.key))
            })
            .unwrap_or_else(|| panic!("no comment explains {}", setting.key));
        if setting.form == schema::Form::YesOrNo {
            assert!(line.contains("`yes`") && line.contains("`no`"), "{line}");
            continue;
        }
        let numbers: Vec<f64> =
            line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        assert!(numbers.ends_with(&[setting.min, setting.max]), "{}: {line}", setting.key);
    }
}
