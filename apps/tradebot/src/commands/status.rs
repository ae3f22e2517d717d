//! `tradebot status`: how a run is doing, on one page.

use std::path::PathBuf;

use serde::Serialize;
use tradebot_domain::{Date, Moment, Money};
use tradebot_journal::{
    LearnedRecord, OrderRecord, OrderRole, PositionRecord, RegimeRecord, RiskRecord,
    SnapshotRecord, Verdict,
};
use tradebot_storage::{DecisionFilter, Reader, RunKey, RunStatus};

use super::{Context, positions, writer};
use crate::cli::TableArgs;
use crate::exit::Failure;
use crate::live::status::LiveStatus;
use crate::output;
use crate::reading::{self, Found};
use crate::settings::Overrides;

mod page;

/// Risk events shown, the newest.
const RISK_EVENTS: usize = 5;

/// The state of a run. `--json` prints it; the names are a contract.
#[derive(Debug, Clone, Serialize)]
struct Status {
    run_id: String,
    mode: String,
    /// `finished`, `abandoned`, `running` (a process is writing it) or `unfinished`.
    state: &'static str,
    /// The process that is writing it.
    process: Option<u32>,
    /// Last session wanted.
    to: Date,
    /// Sessions done.
    sessions: usize,
    /// The last session done; null before the first, and so is the account.
    session: Option<Moment>,
    equity: Option<Money>,
    cash: Option<Money>,
    /// Equity over the cash at the start, less 1.
    total_return: Option<f64>,
    drawdown: Option<f64>,
    /// Where the drawdown stop latches.
    drawdown_limit: Option<f64>,
    day_return: Option<f64>,
    /// Open risk at stops over equity.
    heat: Option<f64>,
    /// Value of positions over equity.
    gross: Option<f64>,
    /// Entries are stopped by the drawdown limit.
    stopped: bool,
    regime: Option<RegimeRecord>,
    positions: Vec<PositionRecord>,
    /// Entries on their way to the next open.
    pending: Vec<OrderRecord>,
    /// The newest last.
    risk_events: Vec<RiskRecord>,
    learned: Option<LearnedRecord>,
    /// What the process of a run on live data said last; null for a replay.
    live: Option<LiveStatus>,
    database: PathBuf,
}

/// Prints the state of a run.
///
/// # Errors
/// When there is no such run, or the database cannot be read.
pub fn run(context: &Context, args: &TableArgs) -> Result<(), Failure> {
    let found = reading::find(&context.home, &args.which)?;
    if args.format.csv {
        let open = found.reader.open_positions(found.info.key)?;
        return positions::table(args.format, &open, "");
    }
    let status = gather(context, &found)?;
    if args.format.json {
        return output::json(&status);
    }
    output::line(&status.page().text())
}

fn gather(context: &Context, found: &Found) -> Result<Status, Failure> {
    let Found { mode, reader, info } = found;
    let run = info.key;
    let process = writer::of(&context.home, *mode).filter(|_| info.status == RunStatus::Running);
    let snapshot = reader.latest_snapshot(run)?;
    let of = |figure: fn(&SnapshotRecord) -> f64| snapshot.as_ref().map(figure);
    let mut risk_events = reader.risk_events(run)?;
    risk_events.drain(..risk_events.len().saturating_sub(RISK_EVENTS));
    let mut pending = reader.working_orders(run)?;
    pending.retain(|o| o.role == OrderRole::Entry);
    let start = info.start.cash.to_f64();
    Ok(Status {
        run_id: info.id.clone(),
        mode: mode.to_string(),
        state: state(info.status, process),
        process,
        to: info.start.to,
        sessions: sessions(reader, run)?,
        session: snapshot.as_ref().map(|s| s.session),
        equity: snapshot.as_ref().map(|s| s.equity),
        cash: snapshot.as_ref().map(|s| s.cash),
        total_return: snapshot.as_ref().map(|s| s.equity.to_f64() / start - 1.0),
        drawdown: of(|s| s.drawdown),
        drawdown_limit: drawdown_limit(context, found)?,
        day_return: of(|s| s.day_return),
        heat: of(|s| s.heat),
        gross: of(|s| s.gross),
        stopped: snapshot.as_ref().is_some_and(|s| s.stopped),
        regime: reader.regimes(run)?.pop(),
        positions: reader.open_positions(run)?,
        pending,
        risk_events,
        learned: reader.learned(run)?.pop(),
        live: LiveStatus::read(&context.home, *mode).filter(|live| live.run_id == info.id),
        database: reader.path().to_owned(),
    })
}

/// Sessions that have closed bars on record.
fn sessions(reader: &Reader, run: RunKey) -> Result<usize, Failure> {
    let mut dates: Vec<Date> =
        reader.equity(run, Moment::MIN, Moment::MAX)?.iter().map(|p| p.session.date()).collect();
    dates.dedup();
    Ok(dates.len())
}

const fn state(status: RunStatus, process: Option<u32>) -> &'static str {
    match (status, process) {
        (RunStatus::Finished, _) => "finished",
        (RunStatus::Abandoned, _) => "abandoned",
        (RunStatus::Running, Some(_)) => "running",
        (RunStatus::Running, None) => "unfinished",
    }
}

/// The limit that the run's last trade was checked against; before its first, the one that is
/// configured now.
fn drawdown_limit(context: &Context, found: &Found) -> Result<Option<f64>, Failure> {
    let (reader, run) = (&found.reader, found.info.key);
    let filter = DecisionFilter { traded: Some(true), limit: 1, ..DecisionFilter::default() };
    if let Some(line) = reader.decisions(run, &filter)?.pop()
        && let Some(record) = reader.decision(run, line.id.symbol, line.id.session)?
    {
        debug_assert!(matches!(record.verdict, Verdict::Trade { .. }));
        let check = record.checks.iter().find(|c| c.limit == "drawdown_stop");
        return Ok(check.map(|c| c.allowed));
    }
    let configured = context.settings(Overrides::default());
    Ok(configured.ok().map(|loaded| loaded.settings.limits.drawdown_max))
}
