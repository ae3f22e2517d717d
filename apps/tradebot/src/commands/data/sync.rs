//! `tradebot data sync`: what is missing is asked for, and what comes is kept.
//!
//! 1. [`desk`] makes the sources that are set; a source without its key is off, and that is said once.
//! 2. [`plan`] says which symbols, and which of their sessions are missing against the calendar.
//! 3. [`bars`] asks source after source for each missing span and adds what comes to the catalogue,
//!    one symbol at a time: what is stored when the program is cut off needs no second call.
//! 4. [`facts`] asks for fundamentals, dates and news and keeps them as known from now on.

mod adapt;
mod bars;
mod desk;
mod facts;
mod plan;
mod progress;
mod questrade;
mod report;

use tradebot_domain::Timestamp;
use tradebot_market_data::Catalogue;

use crate::cli::SyncArgs;
use crate::commands::Context;
use crate::exit::Failure;
use crate::interrupt::Interrupt;
use crate::settings::{Overrides, Settings};
use desk::Desk;
use progress::Progress;
use report::Report;

/// Fetches what is missing, or shows it.
///
/// # Errors
/// A usage failure for names, dates and addresses that cannot be; a failure of work when something
/// that is missing could not be had (the rest is stored); an interruption.
pub(super) fn run(context: &Context, args: &SyncArgs) -> Result<(), Failure> {
    let settings = context.settings(Overrides::default())?.settings;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(synced(context, args, &settings))?;
    report.show(args.json)?;
    report.verdict()
}

async fn synced(
    context: &Context,
    args: &SyncArgs,
    settings: &Settings,
) -> Result<Report, Failure> {
    let mut catalogue = Catalogue::open(&context.home)?;
    let mut desk = Desk::new(context, args, settings)?;
    let items = plan::items(args, &settings.sources, &catalogue, &desk)?;
    let mut report = Report::new(&desk, args.plan);
    if !args.plan {
        desk.say_what_is_off(context.global.quiet);
    }
    let interrupt = Interrupt::listen();
    let mut progress = Progress::new(items.len(), context.global.quiet || args.plan);
    for item in &items {
        if interrupt.asked() {
            report.interrupted = true;
            break;
        }
        progress.begins(item);
        let line = if args.plan {
            plan::line(item, &desk, &catalogue)?
        } else {
            let mut line = bars::sync(item, &mut desk, &mut catalogue).await?;
            if !item.is_context() {
                facts::sync(item, &mut desk, &mut line).await?;
            }
            desk.keep_usage()?;
            line
        };
        progress.ends(&line);
        report.lines.push(line);
    }
    if !args.plan && !report.interrupted {
        report.feeds = facts::feeds(&mut desk).await?;
        desk.keep_usage()?;
    }
    progress.finish();
    report.calls = desk.calls();
    Ok(report)
}

/// Now; what is finished and what is known go by it.
#[expect(clippy::disallowed_methods, reason = "an edge: data are fetched at a time of the machine")]
fn now() -> Timestamp {
    Timestamp::now()
}
