//! Phase 1, observability: times, logs, metrics, health, analytics.

use serde_json::Value;
use tradebot_engine::Phase;
use tradebot_journal::Verdict;
use tradebot_telemetry::HealthState;
use tradebot_telemetry::metric;

use super::check::{Bound, Check, Measured};
use super::evidence::Evidence;
use super::measures::close;

const FAULTS: (Bound, &str) = (Bound::Exactly(0.0), "faults");

/// The checks.
pub const CHECKS: &[Check] = &[
    Check::new(
        ("p01-phases-timed", 1),
        "all eight phases of every cycle are timed",
        FAULTS,
        phases,
    ),
    Check::new(("p01-json-logs", 1), "log files hold one JSON object a line", FAULTS, json_logs),
    Check::new(
        ("p01-prometheus", 1),
        "metrics render as Prometheus reads them",
        FAULTS,
        prometheus,
    ),
    Check::new(("p01-metrics-true", 1), "metrics say what was counted", FAULTS, metrics_true),
    Check::new(("p01-health", 1), "the worst component is the bot's health", FAULTS, health),
    Check::new(("p01-doctor", 1), "the doctor finds this machine fit", FAULTS, doctor),
    Check::new(
        ("p01-analytics", 1),
        "analytics agree with the account",
        (Bound::AtMost(1e-9), "off"),
        analytics,
    ),
    Check::not_built(("p01-endpoint", 1), "metrics and health over HTTP", FAULTS),
];

fn phases(e: &Evidence) -> Measured {
    let sessions = e.run.snapshots.len();
    let timed = |phase: Phase| e.run.phases.iter().find(|p| p.phase == phase.name());
    let untimed = Phase::ALL.iter().filter_map(|phase| {
        let count = timed(*phase).map_or(0, |p| p.count);
        (count != sessions as u64).then(|| format!("{} timed in {count} cycles", phase.name()))
    });
    if sessions == 0 {
        return Measured::nothing("no cycles");
    }
    Measured::faults(Phase::ALL.len(), untimed)
}

fn json_logs(e: &Evidence) -> Measured {
    let lines: Vec<&str> = e.program.log.lines().collect();
    let fields = |line: &str| match serde_json::from_str::<Value>(line) {
        Ok(Value::Object(fields)) => ["timestamp", "level", "target", "message"]
            .into_iter()
            .all(|key| fields.get(key).is_some_and(Value::is_string)),
        _ => false,
    };
    let bad = lines.iter().filter(|line| !fields(line));
    Measured::faults(lines.len(), bad.map(|line| (*line).to_owned()))
}

/// The exposition format: comments, and lines of name, labels in braces, and a number.
///
/// **Source:** Prometheus, "Exposition formats", text-based format.
fn prometheus(e: &Evidence) -> Measured {
    let lines: Vec<&str> = e.program.metrics.lines().filter(|l| !l.is_empty()).collect();
    let bad = lines.iter().filter(|line| !is_exposition(line));
    Measured::faults(lines.len(), bad.map(|line| (*line).to_owned()))
}

fn is_exposition(line: &str) -> bool {
    if let Some(comment) = line.strip_prefix("# ") {
        return comment.starts_with("HELP ") || comment.starts_with("TYPE ");
    }
    let Some((series, value)) = line.rsplit_once(' ') else { return false };
    let name = series.split('{').next().unwrap_or_default();
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let braces = series.contains('{') == series.ends_with('}');
    named && braces && value.parse::<f64>().is_ok()
}

/// Metrics of the demo against its records.
fn metrics_true(e: &Evidence) -> Measured {
    let run = &e.run;
    let last = run.snapshots.last();
    let no_trade = run.decisions.iter().filter(|d| matches!(d.verdict, Verdict::NoTrade { .. }));
    let wanted = [
        (metric::CYCLES, run.snapshots.len() as f64),
        (metric::DECISIONS, run.decisions.len() as f64),
        (metric::REFUSALS, no_trade.count() as f64),
        (metric::ORDERS, run.orders.len() as f64),
        (metric::FILLS, run.fills().count() as f64),
        (metric::TRADES, run.trades.len() as f64),
        (metric::EQUITY, last.map_or(f64::NAN, |s| s.equity.to_f64())),
        (metric::CASH, last.map_or(f64::NAN, |s| s.cash.to_f64())),
        (metric::JOURNAL_ENTRIES, e.database.entries as f64),
    ];
    let said = |name: &str| sum_of(&e.program.metrics, name);
    let differ = wanted.iter().filter(|(name, wanted)| !close(said(name), *wanted, 1e-9));
    Measured::faults(
        wanted.len(),
        differ.map(|(name, wanted)| format!("{name}: {}, on record {wanted}", said(name))),
    )
}

/// The sum of a metric over its labels; NaN when it is not there.
fn sum_of(text: &str, name: &str) -> f64 {
    let of_name = text.lines().filter_map(|line| {
        let (series, value) = line.rsplit_once(' ')?;
        let is = series.split('{').next() == Some(name);
        if is { value.parse::<f64>().ok() } else { None }
    });
    of_name.reduce(|sum, value| sum + value).unwrap_or(f64::NAN)
}

fn health(e: &Evidence) -> Measured {
    let components = &e.telemetry.health;
    let worst = components.iter().map(|(_, state)| *state).min();
    let wrong = e.telemetry.worst != worst || worst != Some(HealthState::Down);
    let wrong = wrong.then(|| format!("{:?} of {components:?}", e.telemetry.worst));
    Measured::faults(components.len(), wrong)
}

fn doctor(e: &Evidence) -> Measured {
    let answer = e.program.readers.iter().find(|a| a.arguments.starts_with("doctor"));
    let said = answer.map(super::evidence::program::Answer::json).unwrap_or_default();
    let findings = said["findings"].as_array().cloned().unwrap_or_default();
    let failed = findings.iter().filter(|f| f["level"] != "ok" && f["level"] != "warn");
    Measured::faults(findings.len(), failed.map(ToString::to_string))
}

/// The growth that analytics compute from returns, against first and last equity; the deepest
/// drawdown likewise.
fn analytics(e: &Evidence) -> Measured {
    let snapshots = &e.run.snapshots;
    let Some(last) = snapshots.last() else { return Measured::nothing("no snapshots") };
    let returns: Vec<f64> = snapshots.iter().map(|s| s.day_return).collect();
    let figures = tradebot_backtest::performance::performance(&returns);
    let growth = last.equity.to_f64() / e.run.info.start.cash.to_f64() - 1.0;
    let mut peak = e.run.info.start.cash.to_f64();
    let deepest = snapshots.iter().fold(0.0_f64, |deepest, s| {
        peak = peak.max(s.equity.to_f64());
        deepest.min(s.equity.to_f64() / peak - 1.0)
    });
    let off = |said: Option<f64>, own: f64| said.map_or(f64::NAN, |said| (said - own).abs());
    Measured::largest([off(figures.total_return, growth), off(figures.max_drawdown, deepest)])
}
