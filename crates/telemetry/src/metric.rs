//! Metrics for Prometheus: their names, their buckets, and the text a scraper gets.

use metrics_exporter_prometheus::{
    BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

use crate::memory::peak_rss_bytes;

/// Cycles completed.
pub const CYCLES: &str = "tradebot_cycles_total";
/// Decisions by `verdict`: trade or no_trade.
pub const DECISIONS: &str = "tradebot_decisions_total";
/// Decisions without a trade, by `reason`.
pub const REFUSALS: &str = "tradebot_refusals_total";
/// Violations of data contracts, by `check`.
pub const QUALITY_VIOLATIONS: &str = "tradebot_quality_violations_total";
/// Changes of orders, by `role` and `state`.
pub const ORDERS: &str = "tradebot_orders_total";
/// Executions, by `role`.
pub const FILLS: &str = "tradebot_fills_total";
/// Round trips closed, by `reason`.
pub const TRADES: &str = "tradebot_trades_total";
/// Limits reached and stops latched, by `event`.
pub const RISK_EVENTS: &str = "tradebot_risk_events_total";
/// Equity at the last close, currency units.
pub const EQUITY: &str = "tradebot_equity";
/// Cash at the last close, currency units.
pub const CASH: &str = "tradebot_cash";
/// Drawdown from the peak, a fraction.
pub const DRAWDOWN: &str = "tradebot_drawdown_ratio";
/// Open risk at stops over equity, a fraction.
pub const HEAT: &str = "tradebot_heat_ratio";
/// Open positions.
pub const POSITIONS: &str = "tradebot_positions";
/// Brier score of the consensus so far.
pub const CONSENSUS_BRIER: &str = "tradebot_consensus_brier";
/// Published weight of each `member`.
pub const MEMBER_WEIGHT: &str = "tradebot_member_weight";
/// Duration of each `phase` of a cycle, seconds.
pub const PHASE_SECONDS: &str = "tradebot_phase_duration_seconds";
/// Duration of a cycle, seconds.
pub const CYCLE_SECONDS: &str = "tradebot_cycle_duration_seconds";
/// Duration of a durable commit, seconds.
pub const COMMIT_SECONDS: &str = "tradebot_commit_duration_seconds";
/// Entries in the journal.
pub const JOURNAL_ENTRIES: &str = "tradebot_journal_entries";
/// Calls of external interfaces, by `api` and `outcome`.
pub const API_CALLS: &str = "tradebot_api_calls_total";
/// Seconds until an external interface answered, by `api`.
pub const API_SECONDS: &str = "tradebot_api_duration_seconds";
/// Questions asked of external interfaces at the start, by `api` and `outcome`.
pub const API_CHECKS: &str = "tradebot_api_checks_total";
/// Calls that the broker says are left, by `budget`.
pub const BROKER_CALLS_LEFT: &str = "tradebot_broker_calls_left";
/// Seconds that the broker's clock is ahead of ours.
pub const BROKER_CLOCK_SKEW: &str = "tradebot_broker_clock_skew_seconds";
/// Attempts at a session with the broker, by `outcome`.
pub const BROKER_SESSIONS: &str = "tradebot_broker_sessions_total";
/// Which exchange of the broker's token this is.
pub const BROKER_TOKEN_GENERATION: &str = "tradebot_broker_token_generation";
/// The broker's token works: 1, or 0 when only a person can mend it.
pub const BROKER_TOKEN_VALID: &str = "tradebot_broker_token_valid";
/// Orders are locked until the process ends: 1, absent while they are not.
pub const BROKER_ORDERS_LOCKED: &str = "tradebot_broker_orders_locked";
/// Quotes that came delayed.
pub const BROKER_QUOTES_DELAYED: &str = "tradebot_broker_quotes_delayed_total";
/// Whether each `stream` of the broker is up.
pub const BROKER_STREAM_UP: &str = "tradebot_broker_stream_up";
/// Connections of each `stream` of the broker.
pub const BROKER_STREAM_CONNECTIONS: &str = "tradebot_broker_stream_connections_total";
/// Frames of each `stream` of the broker, by outcome.
pub const BROKER_STREAM_FRAMES: &str = "tradebot_broker_stream_frames_total";
/// State of each `component`: 2 ok, 1 degraded, 0 down.
pub const HEALTH: &str = "tradebot_component_health";
/// Largest resident memory so far, bytes.
pub const PEAK_RSS: &str = "tradebot_peak_rss_bytes";

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Observations in buckets with these upper bounds, in the metric's unit.
    Histogram(&'static [f64]),
}

/// One metric of ours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// Its kind.
    pub kind: Kind,
    /// Its help text.
    pub help: &'static str,
}

/// A phase of one symbol takes microseconds, one of a thousand symbols a second.
const PHASE_BUCKETS: &[f64] = &[1e-6, 1e-5, 1e-4, 5e-4, 1e-3, 5e-3, 0.02, 0.1, 0.5, 2.0, 10.0];
/// The promise is 2 s for 1,200 symbols.
const CYCLE_BUCKETS: &[f64] = &[1e-4, 5e-4, 1e-3, 5e-3, 0.02, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 30.0];
/// The promise is 20 ms from bar to durable intent.
const COMMIT_BUCKETS: &[f64] =
    &[1e-4, 2.5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.02, 0.05, 0.25, 1.0, 5.0];
const API_BUCKETS: &[f64] = &[0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

const fn counter(name: &'static str, help: &'static str) -> Metric {
    Metric { name, kind: Kind::Counter, help }
}

const fn gauge(name: &'static str, help: &'static str) -> Metric {
    Metric { name, kind: Kind::Gauge, help }
}

const fn histogram(name: &'static str, buckets: &'static [f64], help: &'static str) -> Metric {
    Metric { name, kind: Kind::Histogram(buckets), help }
}

/// All metrics of ours.
pub const ALL: &[Metric] = &[
    counter(CYCLES, "Cycles completed."),
    counter(DECISIONS, "Decisions by verdict."),
    counter(REFUSALS, "Decisions without a trade, by reason."),
    counter(QUALITY_VIOLATIONS, "Violations of data contracts, by check."),
    counter(ORDERS, "Changes of orders, by role and state."),
    counter(FILLS, "Executions, by role."),
    counter(TRADES, "Round trips closed, by reason."),
    counter(RISK_EVENTS, "Limits reached and stops latched, by event."),
    gauge(EQUITY, "Equity at the last close, in currency units."),
    gauge(CASH, "Cash at the last close, in currency units."),
    gauge(DRAWDOWN, "Drawdown from the peak, as a fraction."),
    gauge(HEAT, "Open risk at stops over equity."),
    gauge(POSITIONS, "Open positions."),
    gauge(CONSENSUS_BRIER, "Brier score of the consensus so far."),
    gauge(MEMBER_WEIGHT, "Published weight of each member."),
    histogram(PHASE_SECONDS, PHASE_BUCKETS, "Duration of each phase of a cycle."),
    histogram(CYCLE_SECONDS, CYCLE_BUCKETS, "Duration of a cycle."),
    histogram(COMMIT_SECONDS, COMMIT_BUCKETS, "Duration of a durable commit."),
    gauge(JOURNAL_ENTRIES, "Entries in the journal."),
    counter(API_CALLS, "Calls of external interfaces, by interface and outcome."),
    histogram(API_SECONDS, API_BUCKETS, "Time until an external interface answered."),
    counter(
        API_CHECKS,
        "Questions asked of external interfaces at the start, by interface and outcome.",
    ),
    gauge(BROKER_CALLS_LEFT, "Calls that the broker says are left, by its budget."),
    gauge(BROKER_CLOCK_SKEW, "Seconds that the broker's clock is ahead of this machine's."),
    counter(BROKER_SESSIONS, "Attempts at a session with the broker, by outcome."),
    gauge(BROKER_TOKEN_GENERATION, "Which exchange of the broker's token this is."),
    gauge(BROKER_TOKEN_VALID, "The broker's token works: 1, or 0 when only a person can mend it."),
    gauge(BROKER_ORDERS_LOCKED, "Orders are locked until the process ends: 1, absent while not."),
    counter(BROKER_QUOTES_DELAYED, "Quotes that came delayed."),
    gauge(BROKER_STREAM_UP, "Whether each stream of the broker is up."),
    counter(BROKER_STREAM_CONNECTIONS, "Connections of each stream of the broker."),
    counter(BROKER_STREAM_FRAMES, "Frames of each stream of the broker, by outcome."),
    gauge(HEALTH, "State of each component: 2 ok, 1 degraded, 0 down."),
    gauge(PEAK_RSS, "Largest resident memory so far, in bytes."),
];

/// Why metrics could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum MetricsError {
    /// The exporter refused its set-up, or one was set up before in this process.
    #[error("metrics cannot be set up: {0}")]
    Build(#[from] BuildError),
}

/// What a scraper is answered with.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// Sets up the recorder for the whole process.
    ///
    /// # Errors
    /// [`MetricsError`] on a second call.
    pub fn install() -> Result<Self, MetricsError> {
        let handle = builder()?.install_recorder()?;
        describe();
        Ok(Self { handle })
    }

    /// A recorder of one's own, for [`metrics::with_local_recorder`], and what renders it.
    ///
    /// # Errors
    /// [`MetricsError`] when buckets are not valid (a bug).
    pub fn local() -> Result<(PrometheusRecorder, Self), MetricsError> {
        let recorder = builder()?.build_recorder();
        metrics::with_local_recorder(&recorder, describe);
        let handle = recorder.handle();
        Ok((recorder, Self { handle }))
    }

    /// All metrics in Prometheus' text format. Reads the peak memory first.
    pub fn render(&self) -> String {
        if let Some(bytes) = peak_rss_bytes() {
            metrics::gauge!(PEAK_RSS).set(bytes as f64);
        }
        self.handle.run_upkeep();
        self.handle.render()
    }
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    ALL.iter().try_fold(PrometheusBuilder::new(), |builder, metric| match metric.kind {
        Kind::Histogram(buckets) => {
            builder.set_buckets_for_metric(Matcher::Full(metric.name.to_owned()), buckets)
        }
        Kind::Counter | Kind::Gauge => Ok(builder),
    })
}

fn describe() {
    for metric in ALL {
        match metric.kind {
            Kind::Counter => metrics::describe_counter!(metric.name, metric.help),
            Kind::Gauge => metrics::describe_gauge!(metric.name, metric.help),
            Kind::Histogram(_) => metrics::describe_histogram!(metric.name, metric.help),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_renders_with_its_own_buckets_and_not_as_a_summary() {
        let (recorder, local) = Metrics::local().unwrap();
        let text = metrics::with_local_recorder(&recorder, || {
            metrics::histogram!(PHASE_SECONDS, "phase" => "gate").record(3e-4);
            metrics::histogram!(PHASE_SECONDS, "phase" => "gate").record(0.7);
            metrics::counter!(DECISIONS, "verdict" => "trade").increment(3);
            local.render()
        });
        let line = |wanted: &str| assert!(text.contains(wanted), "{wanted}\n{text}");
        line("# TYPE tradebot_phase_duration_seconds histogram");
        line("tradebot_phase_duration_seconds_bucket{phase=\"gate\",le=\"0.0005\"} 1");
        line("tradebot_phase_duration_seconds_bucket{phase=\"gate\",le=\"2\"} 2");
        line("tradebot_phase_duration_seconds_count{phase=\"gate\"} 2");
        line("# HELP tradebot_decisions_total Decisions by verdict.");
        line("tradebot_decisions_total{verdict=\"trade\"} 3");
        assert!(!text.contains("quantile"), "{text}");
    }

    #[test]
    fn names_are_unique_and_follow_the_conventions_of_prometheus() {
        for (i, metric) in ALL.iter().enumerate() {
            assert!(metric.name.starts_with("tradebot_"), "{}", metric.name);
            assert!(ALL[..i].iter().all(|m| m.name != metric.name), "{} twice", metric.name);
            assert_eq!(metric.kind == Kind::Counter, metric.name.ends_with("_total"));
            if let Kind::Histogram(buckets) = metric.kind {
                assert!(metric.name.ends_with("_seconds"), "{}", metric.name);
                assert!(buckets.is_sorted() && !buckets.is_empty());
            }
        }
    }

    #[test]
    fn peak_memory_is_among_the_metrics_where_it_can_be_read() {
        let (recorder, local) = Metrics::local().unwrap();
        let text = metrics::with_local_recorder(&recorder, || local.render());
        assert_eq!(text.contains(PEAK_RSS), peak_rss_bytes().is_some());
    }
}
