//! What checks look at: facts gathered by really running things, once, in a folder of their own.
//!
//! The program itself runs the demo and the backtest, as a user would; the same market then goes
//! through the engine in this process on one thread, on two, interrupted, cut short and with a
//! warm start. The rest asks single parts: gates about planted defects, policy about values
//! beyond its bounds, storage about tampering. Everything here is plain data that tests can
//! spoil; nothing is judged.

use std::path::{Path, PathBuf};

use crate::cli::Profile;
use crate::exit::Failure;
use crate::validate::suite::now;

pub mod scenario;
pub mod program;
pub mod records;
pub mod twins;
pub mod learning;
mod taught;
pub mod database;
pub mod market;
pub mod gates;
pub mod sizes;
pub mod adaptive;
pub mod limits;
pub mod review;
pub mod regimes;
pub mod speed;
pub mod telemetry;
pub mod budgets;
pub mod edges;
pub mod repository;

pub use adaptive::AdaptiveFacts;
pub use budgets::BudgetFacts;
pub use database::DatabaseFacts;
pub use edges::EdgeFacts;
pub use gates::GateFacts;
pub use learning::LearningFacts;
pub use limits::LimitFacts;
pub use market::MarketFacts;
pub use program::ProgramFacts;
pub use records::RunRecords;
pub use regimes::RegimeFacts;
pub use repository::Repository;
pub use review::ReviewFacts;
pub use sizes::SizeFacts;
pub use speed::Speed;
pub use telemetry::TelemetryFacts;
pub use twins::Twins;

use scenario::Scenario;

/// What the suite is run on.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The `tradebot` program that is under test.
    pub program: PathBuf,
    /// How much is measured.
    pub profile: Profile,
}

/// All facts.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// `quick` or `full`.
    pub profile: &'static str,
    /// Time that gathering took, seconds.
    pub gathered_in_s: f64,
    /// What the program printed and wrote.
    pub program: ProgramFacts,
    /// The demo, read back from its database.
    pub run: RunRecords,
    /// The same run again, in other ways.
    pub twins: Twins,
    /// What was learned, and learned again from the database.
    pub learning: LearningFacts,
    /// The database file itself.
    pub database: DatabaseFacts,
    /// The market that the demo saw.
    pub market: MarketFacts,
    /// What gates said of planted defects.
    pub gates: GateFacts,
    /// How sizes follow beliefs.
    pub sizes: SizeFacts,
    /// What the adaptation of R makes of two made-up markets.
    pub adaptive: AdaptiveFacts,
    /// What the review said of orders that it must not let through.
    pub review: ReviewFacts,
    /// What policy and limits said of values beyond their bounds.
    pub limits: LimitFacts,
    /// Twenty years of regimes.
    pub regimes: RegimeFacts,
    /// Times and memory.
    pub speed: Speed,
    /// Logs, health, secrets.
    pub telemetry: TelemetryFacts,
    /// Budgets, retries and caches.
    pub budgets: BudgetFacts,
    /// The GPU and the broker's wire.
    pub edges: EdgeFacts,
    /// The sources, when the suite runs inside them.
    pub repository: Option<Repository>,
}

impl Evidence {
    /// Runs everything. `talk` is told what happens next.
    ///
    /// # Errors
    /// When something cannot be run at all. What runs and answers wrongly is evidence.
    pub fn gather(setup: &Setup, talk: &dyn Fn(&str)) -> Result<Self, Failure> {
        let begun = now();
        let folder = tempfile::tempdir()
            .map_err(|e| Failure::work(format!("cannot make a folder for the suite: {e}")))?;
        let home = folder.path();
        let scenario = Scenario::of(setup.profile)?;

        talk("measuring cycles of 1,200 symbols and of one");
        let speed = Speed::measure(&scenario, &home.join("speed"))?;
        talk("running the demo and reading it with every command");
        let mut program = ProgramFacts::gather(&setup.program, &scenario, home)?;
        let run = RunRecords::read(home, &program.run_id)?;
        program.read_with_every_command(&setup.program, home, &run)?;
        let database = DatabaseFacts::gather(home, &run)?;
        talk("running it again: other threads, another mode, interrupted, cut short, warm");
        let (twins, learning) = twins::gather(&scenario, &setup.program, home, &run)?;
        program.look_for_canary(home)?;

        talk("asking single parts");
        Ok(Self {
            profile: scenario.name,
            program,
            twins,
            learning,
            database,
            market: MarketFacts::gather(&scenario)?,
            gates: GateFacts::gather(&scenario.market.history)?,
            sizes: SizeFacts::gather(&run),
            adaptive: AdaptiveFacts::gather()?,
            review: ReviewFacts::gather()?,
            limits: LimitFacts::gather()?,
            regimes: RegimeFacts::gather(&scenario.market.history)?,
            telemetry: TelemetryFacts::gather()?,
            budgets: BudgetFacts::gather()?,
            edges: EdgeFacts::gather(),
            repository: current_folder().and_then(|here| Repository::around(&here)),
            speed,
            run,
            gathered_in_s: begun.elapsed().as_secs_f64(),
        })
    }
}

fn current_folder() -> Option<PathBuf> {
    std::env::current_dir().ok()
}

/// All files under a folder, in order of their paths.
pub(crate) fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(files_under(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}
