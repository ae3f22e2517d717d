//! `tradebot run`: the decision loop.

use tradebot_storage::Mode;

use super::Context;
use crate::cli::{RunArgs, RunMode};
use crate::exit::Failure;
use crate::replaying::{self, Job};

/// Runs the loop in the mode asked for.
///
/// # Errors
/// Paper and live answer that they come with the broker connection; demo as its replay does.
pub fn run(context: &Context, args: &RunArgs) -> Result<(), Failure> {
    if args.mode != RunMode::Demo {
        return Err(Failure::usage(
            "paper and live need the broker connection, which this version does not have yet; \
             run --mode demo and backtest need nothing",
        ));
    }
    if let Some(pace) = args.pace.filter(|p| !(p.is_finite() && *p > 0.0 && *p <= 1e6)) {
        return Err(Failure::usage(format!(
            "--pace {pace}: above 0, at most 1000000 sessions a second"
        )));
    }
    let loaded = context.settings((&args.replay).into())?;
    replaying::run(&Job {
        mode: Mode::Demo,
        home: &context.home,
        settings: &loaded.settings,
        args: &args.replay,
        pace: args.pace,
        quiet: context.global.quiet,
    })
}
