//! Does every interface that is set up work? Asked at the start, before anything relies on it.
//!
//! A [`Probe`] asks its interface a few questions, each with an end; every question leaves a row in
//! `api_validation_log`: what was asked, whether the answer was what it should be, what was found,
//! how long it took, and what a person does about a failure. `tradebot doctor` shows the last rows
//! and `tradebot doctor --probe` asks again.

pub mod questrade;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tradebot_domain::Timestamp;
use tradebot_market_data::budget::{Clock, Governor};
use tradebot_storage::{ApiCheck, Store, StoreError};
use tradebot_telemetry::metric::API_CHECKS;

/// The longest that one question may take.
pub const QUESTION: Duration = Duration::from_secs(20);

/// Resolves when all questions were asked.
pub type Asking<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Checks one external interface. Each source that is set up brings one.
pub trait Probe: Send + Sync {
    /// The interface, as tables name it.
    fn api(&self) -> &str;

    /// Asks what shows that it works, through [`Findings::ask`], and nothing that changes anything.
    fn run<'a>(&'a self, findings: &'a mut Findings) -> Asking<'a>;
}

/// What a question found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The answer was what it should be.
    pub passed: bool,
    /// What was found, without any secret.
    pub detail: String,
    /// What a person does about it; empty when there is nothing to do.
    pub remedy: String,
}

impl Finding {
    /// As it should be.
    pub fn passed(detail: impl Into<String>) -> Self {
        Self { passed: true, detail: detail.into(), remedy: String::new() }
    }

    /// Not as it should be.
    pub fn failed(detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { passed: false, detail: detail.into(), remedy: remedy.into() }
    }
}

/// The rows of one probe so far.
#[derive(Debug)]
pub struct Findings {
    api: String,
    clock: Arc<dyn Clock>,
    limit: Duration,
    rows: Vec<ApiCheck>,
}

impl Findings {
    /// Asks one question and notes what came of it; one that takes longer than [`QUESTION`] has
    /// failed. Returns whether it passed.
    pub async fn ask(
        &mut self,
        probe: &'static str,
        answer: impl Future<Output = Finding>,
    ) -> bool {
        let begun = self.clock.now();
        let found = tokio::select! {
            biased;
            found = answer => found,
            () = self.clock.sleep(self.limit) => Finding::failed(
                format!("no answer within {} s", self.limit.as_secs_f64()),
                "look at the network and at the status page of the interface; then tradebot doctor --probe",
            ),
        };
        let took = self.clock.now().saturating_sub(begun);
        let outcome = if found.passed { "passed" } else { "failed" };
        metrics::counter!(API_CHECKS, "api" => self.api.clone(), "outcome" => outcome).increment(1);
        let passed = found.passed;
        self.rows.push(ApiCheck {
            at: self.clock.wall(),
            api: self.api.clone(),
            probe: probe.to_owned(),
            passed,
            detail: found.detail,
            remedy: found.remedy,
            millis: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        });
        passed
    }
}

/// Asks all probes at once and gives their rows, in the order of the probes.
pub async fn ask_all(probes: &[Box<dyn Probe>], governor: &Governor) -> Vec<ApiCheck> {
    ask_within(probes, governor.clock(), QUESTION).await
}

/// The same with another limit for each question.
pub async fn ask_within(
    probes: &[Box<dyn Probe>],
    clock: &Arc<dyn Clock>,
    limit: Duration,
) -> Vec<ApiCheck> {
    let each = probes.iter().map(|probe| async move {
        let (api, clock) = (probe.api().to_owned(), Arc::clone(clock));
        let mut findings = Findings { api, clock, limit, rows: Vec::new() };
        probe.run(&mut findings).await;
        findings.rows
    });
    futures_util::future::join_all(each).await.into_iter().flatten().collect()
}

/// Writes the rows beside the journal.
///
/// # Errors
/// [`StoreError`] when one cannot be written.
pub fn record(store: &Store, rows: &[ApiCheck]) -> Result<(), StoreError> {
    for row in rows {
        if !row.passed {
            tracing::warn!(api = row.api, probe = row.probe, detail = row.detail, "a check failed");
        }
        store.record_api_check(row)?;
    }
    Ok(())
}

/// Asks every interface that is set up and notes it, before a run begins. What failed is in the
/// rows: whether the run can do without is for the run to say.
///
/// # Errors
/// [`StoreError`] when the rows cannot be written.
pub async fn at_start(
    probes: &[Box<dyn Probe>],
    governor: &Governor,
    store: &Store,
) -> Result<Vec<ApiCheck>, StoreError> {
    let rows = ask_all(probes, governor).await;
    record(store, &rows)?;
    Ok(rows)
}

/// How long ago something was, in words.
pub fn age(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(at).as_secs();
    match seconds {
        ..=-1 => "in the future: the clock was set back".to_owned(),
        0..=119 => format!("{seconds} s ago"),
        120..=7_199 => format!("{} min ago", seconds / 60),
        7_200..=172_799 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}
