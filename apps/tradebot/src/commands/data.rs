//! `tradebot data`: bring in market data, list what there is, look into one symbol.

use serde::Serialize;
use tradebot_domain::{Date, Interval, SYNTHETIC, Symbol};
use tradebot_market_data::{Catalogue, Entry, History};

use super::figures::counted;
use super::{Context, columns};
use crate::cli::{DataCommand, Format};
use crate::exit::Failure;
use crate::output::{number, text};

mod generate;
mod import;
mod inspect;
mod sync;

/// Runs one of the commands.
///
/// # Errors
/// What the command says: a file, a column, a row or a symbol, with a remedy.
pub fn run(context: &Context, command: &DataCommand) -> Result<(), Failure> {
    match command {
        DataCommand::Import(args) => import::run(context, args),
        DataCommand::Generate(args) => generate::run(context, args),
        DataCommand::Sync(args) => sync::run(context, args),
        DataCommand::List { format } => list(context, *format),
        DataCommand::Inspect { symbol, json } => inspect::run(context, symbol, *json),
    }
}

/// One symbol that can be traded, or looked at.
#[derive(Debug, Clone, Serialize)]
struct Listed {
    symbol: Symbol,
    source: &'static str,
    currency: String,
    exchange: String,
    bars: usize,
    first: Option<Date>,
    last: Option<Date>,
    actions: usize,
    /// 0 to 1, when it was imported; null for what comes with the program.
    score: Option<f64>,
    level: Option<&'static str>,
}

fn list(context: &Context, format: Format) -> Result<(), Failure> {
    let mut all = bundled()?;
    all.extend(imported(context, Interval::DAILY, "catalogue")?);
    all.extend(imported(context, Interval::MINUTE, "catalogue 1m")?);
    let columns = [
        text("symbol"),
        text("source"),
        text("currency"),
        text("exchange"),
        number("bars"),
        text("first"),
        text("last"),
        number("actions"),
        text("quality"),
    ];
    let dispensable = ["actions", "quality", "exchange", "currency", "source", "bars"];
    columns::records(format, &columns, &dispensable, &all, cells, "there are no market data")
}

/// What was imported as bars of one length.
fn imported(
    context: &Context,
    interval: Interval,
    source: &'static str,
) -> Result<Vec<Listed>, Failure> {
    let catalogue = Catalogue::open_of(&context.home, interval)?;
    let listed = |e: &Entry| Listed {
        symbol: e.symbol,
        source: if e.is_synthetic() { SYNTHETIC } else { source },
        currency: e.currency.to_string(),
        exchange: e.exchange.to_string(),
        bars: e.bars,
        first: Some(e.first),
        last: Some(e.last),
        actions: e.actions,
        score: Some(e.score),
        level: Some(e.level.name()),
    };
    Ok(catalogue.list().map(listed).collect())
}

fn bundled() -> Result<Vec<Listed>, Failure> {
    let history = History::bundled()?;
    Ok(history
        .series
        .values()
        .map(|s| Listed {
            symbol: s.symbol,
            source: "bundled",
            currency: s.currency.to_string(),
            exchange: s.exchange.to_string(),
            bars: s.bars.len(),
            first: s.first(),
            last: s.last(),
            actions: s.actions.len(),
            score: None,
            level: None,
        })
        .collect())
}

fn cells(l: &Listed) -> Vec<String> {
    let date = |d: Option<Date>| d.map_or_else(String::new, |d| d.to_string());
    let quality = match (l.score, l.level) {
        (Some(score), Some(level)) => format!("{score:.2} {level}"),
        _ => String::new(),
    };
    vec![
        l.symbol.to_string(),
        l.source.to_owned(),
        l.currency.clone(),
        l.exchange.clone(),
        l.bars.to_string(),
        date(l.first),
        date(l.last),
        l.actions.to_string(),
        quality,
    ]
}

/// What is left out of a long list.
fn and_more(shown: usize, all: usize, noun: &str) -> Option<String> {
    all.checked_sub(shown).filter(|n| *n > 0).map(|n| format!("... and {} more", counted(n, noun)))
}
