//! `tradebot backtest`: the same loop, in a database of its own.

use tradebot_storage::Mode;

use super::Context;
use crate::cli::BacktestArgs;
use crate::exit::Failure;
use crate::replaying::{self, Job};

/// Runs the backtest.
///
/// # Errors
/// As its replay does.
pub fn run(context: &Context, args: &BacktestArgs) -> Result<(), Failure> {
    let loaded = context.settings(args.into())?;
    replaying::run(&Job {
        mode: Mode::Backtest,
        home: &context.home,
        settings: &loaded.settings,
        args: &args.replay,
        pace: None,
        quiet: context.global.quiet,
    })
}
