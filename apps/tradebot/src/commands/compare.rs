//! `tradebot compare`: runs side by side on one page.

use tradebot_backtest::RunResult;

use super::Context;
use super::report::write_page;
use crate::cli::CompareArgs;
use crate::exit::Failure;
use crate::{output, reading};

/// Writes the page and prints where it is.
///
/// # Errors
/// When a run is not there or cannot be read, or the file cannot be written.
pub fn run(context: &Context, args: &CompareArgs) -> Result<(), Failure> {
    let results: Vec<RunResult> = args
        .runs
        .iter()
        .map(|name| {
            let found = reading::find_named(&context.home, name, None)?;
            reading::result(&context.home, found.mode, &found.info.id)
        })
        .collect::<Result<_, Failure>>()?;
    let names: Vec<&str> = results.iter().map(|r| r.run_id.as_str()).collect();
    let path = args.output.clone().unwrap_or_else(|| {
        context.home.join("reports").join(format!("{}.html", names.join("-and-")))
    });
    write_page(&tradebot_report::compare(&results)?, &path)?;
    output::line(&path.display().to_string())
}
