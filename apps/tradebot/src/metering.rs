//! Metrics of a run: counted from its events, written as a Prometheus text file when it ends.
//!
//! The file (`metrics/<mode>.prom` in the home folder) is in the format that node exporter's
//! textfile collector reads; a process that lives on will serve the same text over HTTP.

use std::path::Path;
use std::time::Duration;

use metrics::{counter, gauge, histogram};
use tradebot_journal::{Event, Verdict};
use tradebot_storage::Mode;
use tradebot_telemetry::{Metrics, metric};

use crate::exit::Failure;

/// Counts one event of the journal.
pub fn event(event: &Event) {
    gauge!(metric::JOURNAL_ENTRIES).increment(1.0);
    match event {
        Event::Decision(d) => {
            for violation in &d.quality.violations {
                counter!(metric::QUALITY_VIOLATIONS, "check" => violation.check.clone())
                    .increment(1);
            }
            match &d.verdict {
                Verdict::Trade { .. } => {
                    counter!(metric::DECISIONS, "verdict" => "trade").increment(1);
                }
                Verdict::NoTrade { reason, .. } => {
                    counter!(metric::DECISIONS, "verdict" => "no_trade").increment(1);
                    counter!(metric::REFUSALS, "reason" => reason.clone()).increment(1);
                }
            }
        }
        Event::Order(o) => {
            counter!(metric::ORDERS, "role" => o.role.name(), "state" => o.state.name())
                .increment(1);
        }
        Event::Fill(f) => counter!(metric::FILLS, "role" => f.role.name()).increment(1),
        Event::TradeClosed(t) => counter!(metric::TRADES, "reason" => t.reason.name()).increment(1),
        Event::Risk(r) => counter!(metric::RISK_EVENTS, "event" => r.event.clone()).increment(1),
        Event::Snapshot(s) => {
            counter!(metric::CYCLES).increment(1);
            gauge!(metric::EQUITY).set(s.equity.to_f64());
            gauge!(metric::CASH).set(s.cash.to_f64());
            gauge!(metric::DRAWDOWN).set(s.drawdown);
            gauge!(metric::HEAT).set(s.heat);
            gauge!(metric::POSITIONS).set(s.positions.len() as f64);
        }
        Event::Learned(l) => {
            gauge!(metric::CONSENSUS_BRIER).set(l.consensus_brier);
            for m in &l.members {
                gauge!(metric::MEMBER_WEIGHT, "member" => m.member.to_string()).set(m.weight);
            }
        }
        _ => {}
    }
}

/// Notes the phases of one cycle.
pub fn phases(times: &[(&'static str, u64)]) {
    let seconds = |nanos: u64| Duration::from_nanos(nanos).as_secs_f64();
    for (phase, nanos) in times {
        histogram!(metric::PHASE_SECONDS, "phase" => *phase).record(seconds(*nanos));
    }
    histogram!(metric::CYCLE_SECONDS).record(seconds(times.iter().map(|(_, n)| n).sum()));
}

/// Notes one commit.
pub fn commit(took: Duration) {
    histogram!(metric::COMMIT_SECONDS).record(took.as_secs_f64());
}

/// Starts counting; `None` when this process counts already.
pub fn start() -> Option<Metrics> {
    Metrics::install().ok()
}

/// Writes what was counted.
///
/// # Errors
/// When the file cannot be written.
pub fn write(metrics: &Metrics, home: &Path, mode: Mode) -> Result<(), Failure> {
    let folder = home.join("metrics");
    let path = folder.join(format!("{}.prom", mode.name()));
    let partial = path.with_extension("prom.partial");
    let written = std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(&partial, metrics.render()))
        .and_then(|()| std::fs::rename(&partial, &path));
    written.map_err(|e| Failure::work(format!("cannot write metrics to {}: {e}", path.display())))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    use tradebot_telemetry::metric::ALL;

    use super::*;

    /// Names of metrics in the sources of a folder.
    fn named(folder: &Path) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                names.extend(named(&path));
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let quoted = text.split('"').filter(|word| word.starts_with("tradebot_"));
            let plain = |word: &&str| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            names.extend(quoted.filter(plain).map(str::to_owned));
        }
        names
    }

    #[test]
    fn every_metric_of_the_broker_is_described() {
        let source =
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../crates/broker-questrade/src");
        let names = named(&source);
        assert!(names.len() > 8, "{names:?}");
        for name in names {
            assert!(ALL.iter().any(|metric| metric.name == name), "{name} is not described");
        }
    }
}
