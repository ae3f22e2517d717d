//! `run --mode paper`: live data, simulated fills, one open run that restarts continue.
//!
//! Read [`run`]: it finds or makes the run, computes anew what is on record, and then lets
//! [`Session`] take one session after the other as they come.

mod session;
mod starting;

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use tradebot_domain::{Date, Money, Symbol};
use tradebot_market_data::budget::Governor;
use tradebot_storage::Mode;

use super::clock::Clock;
use super::credentials::{Held, Paper};
use crate::exit::Failure;
use crate::settings::Settings;
use crate::{metering, output};

pub use session::Session;

/// What a run is asked to do beside its settings.
pub struct Job<'a> {
    /// The home folder.
    pub home: &'a Path,
    /// The settings in force.
    pub settings: &'a Settings,
    /// Leave after so many sessions; never, where it is not given.
    pub sessions: Option<u32>,
    /// No talk.
    pub quiet: bool,
    /// The one governor of calls of this process.
    pub governor: Arc<Governor>,
}

/// What the process reports when it leaves. The names are a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Name of the run.
    pub run_id: String,
    /// `paper`.
    pub mode: String,
    /// What is traded.
    pub symbols: Vec<Symbol>,
    /// First session of the run.
    pub from: Date,
    /// Sessions decided since the beginning of the run.
    pub sessions: u32,
    /// Of those, by this process.
    pub decided_here: u32,
    /// The last one.
    pub last_session: Option<Date>,
    /// Equity at its close.
    pub equity: Option<Money>,
    /// Digest of decisions and fills so far.
    pub digest: String,
    /// The run had begun before this process.
    pub resumed: bool,
    /// Somebody asked it to leave.
    pub interrupted: bool,
}

/// Runs until somebody stops it, or the sessions asked for are decided.
///
/// # Errors
/// Usage failures before anything is written; failures of the work. Troubles of the broker are no
/// failure once the run has begun: they are waited out.
pub fn run(
    job: &Job<'_>,
    held: Held<Paper>,
    clock: &mut dyn Clock,
    stop: &dyn Fn() -> bool,
) -> Result<Summary, Failure> {
    let metrics = metering::start();
    let Some(mut session) = starting::start(job, held, (clock, stop))? else {
        return Err(Failure::interrupted("interrupted before the run began; nothing was decided"));
    };
    let ended = session.run();
    let summary = session.leave(ended)?;
    if let Some(metrics) = &metrics {
        metering::write(metrics, job.home, Mode::Paper)?;
    }
    Ok(summary)
}

/// Prints a summary.
///
/// # Errors
/// When standard output is closed.
pub fn print(summary: &Summary, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(summary);
    }
    let last = summary.last_session.map_or_else(String::new, |last| format!(", the last {last}"));
    let equity =
        summary.equity.map_or_else(String::new, |e| format!(", equity {}", output::money(e)));
    output::line(&format!(
        "{}: {} sessions decided since {}{last} ({} now){equity}",
        summary.run_id, summary.sessions, summary.from, summary.decided_here
    ))?;
    output::line(&format!("digest {}", summary.digest))
}
