//! Many runs over one history: what is varied, how a trial is run, and where its results are kept.
//!
//! A trial is a run of the real engine with a journal in memory. Members that would be fitted on the
//! same examples with the same seed are fitted once and shared between trials.

pub mod vary;
pub mod rules;
pub mod trial;
pub mod kept;
pub mod judged;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use tradebot_backtest::sweep::{
    Guided, Measure, Observer, Parameters, Progress, Space, Sweep, Table, Trial, TrialState,
};

use crate::cli::{Search, SweepArgs};
use crate::exit::Failure;
use crate::interrupt::Interrupt;
use crate::manifest::{self, Program};
use crate::market::Market;
use crate::progress::say;
use crate::replaying;
use crate::settings::Settings;
use kept::Kept;
use rules::Rule;
use trial::Bench;
use vary::Varied;

/// Trials of a grid that has more are asked for by name.
const GRID_MAX: u128 = 10_000;
/// Random trials before a guided search proposes its own.
const GUIDED_RANDOM: usize = 20;
/// Trials that a guided search proposes at a time, whatever the number of threads.
const GUIDED_BATCH: usize = 4;

/// A sweep that has ended.
pub struct Swept {
    /// What was varied.
    pub varied: Varied,
    /// All trials, with daily returns.
    pub table: Table,
    /// What runs the trials.
    pub bench: Bench,
    /// What trials were ranked by.
    pub measure: Measure,
    /// Where results are kept as they come.
    pub file: PathBuf,
    /// Somebody asked to stop.
    pub interrupted: bool,
}

/// Runs a sweep, or what is missing of one that was interrupted.
///
/// # Errors
/// A usage failure for a key, value or range that cannot be varied; when results cannot be kept.
pub fn run(
    home: &Path,
    settings: &Settings,
    args: &SweepArgs,
    quiet: bool,
) -> Result<Swept, Failure> {
    if args.backtest.replay.warm_start.is_some() {
        return Err(Failure::usage(
            "a sweep cannot begin with what a run has learned: that run has seen this history",
        ));
    }
    replaying::set_threads(args.backtest.replay.threads)?;
    let rule = args.strategy.as_deref().map(Rule::parse).transpose()?;
    let varied = match rule {
        None => Varied::parse(&args.vary, &args.constraint, settings)?,
        Some(rule) => Varied::with_rule(rule, args, settings)?,
    };
    let market = Market::load(settings, home)?;
    let policy = manifest::policy_text(settings)?;
    let subject = subject(settings, &policy, &market, rule)?;
    let interrupt = Interrupt::listen();
    let bench = Bench::new(settings.clone(), &policy, market, varied.clone(), interrupt.clone())?;
    bench.check(&varied.space)?;
    let plan = Plan::of(args, &varied.space, settings.seed)?;

    let kept = Kept::open(home, &varied.space, &subject)?;
    let cancel = AtomicBool::new(false);
    let watch = Watch { kept: &kept, interrupt: &interrupt, cancel: &cancel, quiet };
    let sweep = Sweep::of(&subject)
        .knowing(kept.known())
        .needing_returns()
        .retrying_failures()
        .observed_by(&watch)
        .cancelled_by(&cancel);
    let table = plan.search(&sweep, &varied.space, &bench);
    let file = kept.path().to_owned();
    kept.close()?;
    let measure = args.measure.into();
    let interrupted = interrupt.asked();
    Ok(Swept { varied, table, bench, measure, file, interrupted })
}

/// How points are chosen, checked before anything is run.
enum Plan {
    Grid(usize),
    Random(usize),
    Guided(Guided),
}

impl Plan {
    fn of(args: &SweepArgs, space: &Space, seed: u64) -> Result<Self, Failure> {
        let Some(trials) = args.trials else {
            return match args.search {
                Search::Grid if space.size() <= GRID_MAX => Ok(Self::Grid(usize::MAX)),
                Search::Grid => Err(Failure::usage(format!(
                    "the grid has {} points; narrow it, or say --search random --trials N",
                    space.size()
                ))),
                Search::Random | Search::Guided => {
                    Err(Failure::usage("this search needs --trials N: how many to make"))
                }
            };
        };
        Ok(match args.search {
            Search::Grid => Self::Grid(trials),
            Search::Random => Self::Random(trials),
            Search::Guided => {
                let (random, batch) = (GUIDED_RANDOM.min(trials), GUIDED_BATCH);
                Self::Guided(Guided { trials, random, batch, measure: args.measure.into(), seed })
            }
        })
    }

    fn search(&self, sweep: &Sweep<'_>, space: &Space, bench: &Bench) -> Table {
        let evaluate = |point: &Parameters| bench.evaluate(point);
        match self {
            Self::Grid(trials) => sweep.run(space, space.grid().take(*trials), &evaluate),
            Self::Random(trials) => {
                sweep.run(space, space.random(*trials, bench.settings().seed), &evaluate)
            }
            Self::Guided(plan) => sweep.guided(space, plan, &evaluate),
        }
    }
}

/// Everything a result depends on beside the point, as a digest.
fn subject(
    settings: &Settings,
    policy: &str,
    market: &Market,
    rule: Option<Rule>,
) -> Result<String, Failure> {
    let mut hasher = blake3::Hasher::new_derive_key("tradebot 2026-11 sweep subject");
    let Settings { log: _, policy: _, universe: _, .. } = settings;
    let asked = (&settings.account, settings.seed, &settings.costs, &settings.limits);
    let execution = (!settings.execution.is_plain()).then_some(&settings.execution);
    let learned = (&settings.training, &settings.ensemble, &settings.universe.sectors);
    let range = (&market.symbols, market.from, market.to, market.history.digest(&market.symbols));
    let program = Program::this();
    hasher.update(&serde_json::to_vec(&(asked, learned, range, policy, program))?);
    if let Some(execution) = execution {
        hasher.update(&serde_json::to_vec(execution)?);
    }
    if let Some(rule) = rule {
        hasher.update(rule.name().as_bytes());
    }
    Ok(hasher.finalize().to_hex().to_string())
}

/// Keeps each result as it comes, shows how far the sweep is, and passes on a wish to stop.
struct Watch<'a> {
    kept: &'a Kept,
    interrupt: &'a Interrupt,
    cancel: &'a AtomicBool,
    quiet: bool,
}

impl Observer for Watch<'_> {
    fn started(&self, progress: Progress) {
        if !self.quiet && progress.settled < progress.trials {
            let known = match progress.settled {
                0 => String::new(),
                known => format!(", {known} are known"),
            };
            say(&format!("{} trials{known}", progress.trials));
        }
    }

    fn settled(&self, trial: &Trial, progress: Progress) {
        if self.interrupt.asked() {
            // What was cut short is no result.
            self.cancel.store(true, Ordering::SeqCst);
            if !matches!(trial.state, TrialState::Done(_)) {
                return;
            }
        }
        self.kept.keep(trial);
        if !self.quiet {
            let of = format!("{} of {}", progress.settled, progress.trials);
            say(&match &trial.state {
                TrialState::Done(result) => {
                    let sharpe =
                        result.sharpe.map_or_else(|| "none".to_owned(), |s| format!("{s:.2}"));
                    format!("{of}: {}: Sharpe ratio {sharpe}", judged::shown_id(trial))
                }
                TrialState::Failed(why) => format!("{of}: {}: {why}", judged::shown_id(trial)),
                TrialState::Pending => of,
            });
        }
    }
}
