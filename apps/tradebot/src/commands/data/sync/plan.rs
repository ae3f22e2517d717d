//! What is wanted, and what of it is missing.

use tradebot_domain::calendar::CALENDAR_FIRST;
use tradebot_domain::{Date, Span, Symbol, Timestamp};
use tradebot_market_data::{Catalogue, Listing, MissingSpan, missing_spans};

use super::desk::{Desk, date, symbol};
use super::report::{Line, Outcome};
use crate::cli::SyncArgs;
use crate::exit::Failure;
use crate::settings::Sources;

/// Years wanted where nobody says since when.
const YEARS: i64 = 2;
/// A session for which a source had no bar is asked for again after so many days.
const ASKED_AGAIN_AFTER_DAYS: i64 = 30;
/// Before this the Bank of Canada has no such rates.
const RATES_FROM: Date = Date::constant(2017, 1, 3);

/// One symbol to keep up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) listing: Listing,
    /// Who is asked, first to last.
    pub(super) sources: Vec<String>,
    pub(super) from: Date,
    pub(super) to: Date,
}

impl Item {
    pub(super) const fn symbol(&self) -> Symbol {
        self.listing.symbol
    }

    /// An index or a rate: nobody has fundamentals of it.
    pub(super) fn is_context(&self) -> bool {
        self.symbol().as_str().starts_with('^')
    }
}

/// The context first, then the symbols in order.
pub(super) fn items(
    args: &SyncArgs,
    sources: &Sources,
    catalogue: &Catalogue,
    desk: &Desk,
) -> Result<Vec<Item>, Failure> {
    let from = match args.from.as_deref().or(sources.from.as_deref()) {
        Some(text) => Some(date("--from", text)?),
        None => None,
    };
    let item = |symbol: Symbol, sources: Vec<String>, from: Option<Date>| {
        let listing = catalogue.listing(symbol);
        let to = desk.last_wanted(listing.exchange)?;
        let back = || to.checked_sub(Span::new().years(YEARS)).unwrap_or(CALENDAR_FIRST);
        let from = from.unwrap_or_else(back).max(CALENDAR_FIRST);
        Ok::<_, Failure>(Item { listing, sources, from, to })
    };
    let mut all = Vec::new();
    if sources.vix {
        // One file has all of it, whatever is asked for.
        let who = ["cboe", "fred"].map(str::to_owned).to_vec();
        all.push(item(symbol("^VIX")?, who, Some(CALENDAR_FIRST))?);
    }
    if sources.usdcad {
        let simulated = desk.sources.simulator.is_some();
        let mut rate = item(symbol("^USDCAD")?, vec!["valet".to_owned()], from)?;
        rate.from = if simulated { rate.from } else { rate.from.max(RATES_FROM) };
        all.push(rate);
    }
    for symbol in symbols(args, sources, catalogue)? {
        all.push(item(symbol, desk.bars_from.clone(), from)?);
    }
    Ok(all)
}

fn symbols(
    args: &SyncArgs,
    sources: &Sources,
    catalogue: &Catalogue,
) -> Result<Vec<Symbol>, Failure> {
    let named = match (&args.symbols[..], &sources.symbols) {
        ([], None) => None,
        ([], Some(named)) => Some(named.as_slice()),
        (named, _) => Some(named),
    };
    let mut all = match named {
        Some(named) => named.iter().map(|name| symbol(name)).collect::<Result<Vec<_>, _>>()?,
        None => catalogue.symbols(),
    };
    all.retain(|symbol| !symbol.as_str().starts_with('^'));
    all.sort();
    all.dedup();
    Ok(all)
}

/// Spans of an item that nobody has, or has answered for lately.
pub(super) fn missing(
    item: &Item,
    desk: &Desk,
    catalogue: &Catalogue,
) -> Result<Vec<MissingSpan>, Failure> {
    let have = catalogue.sessions_of(item.symbol())?;
    let days = Span::new().hours(24 * ASKED_AGAIN_AFTER_DAYS);
    let since = desk.now.checked_sub(days).unwrap_or(Timestamp::MIN);
    let answered = desk.facts.answers(item.symbol(), since)?;
    let answered: Vec<(Date, Date)> =
        answered.into_iter().map(|(_, from, to)| (from, to)).collect();
    Ok(missing_spans(item.listing.exchange, &have, &answered, (item.from, item.to))?)
}

/// The line of a plan.
pub(super) fn line(item: &Item, desk: &Desk, catalogue: &Catalogue) -> Result<Line, Failure> {
    let spans = missing(item, desk, catalogue)?;
    let outcome = if spans.is_empty() { Outcome::UpToDate } else { Outcome::Planned };
    let mut line = Line::new(item, outcome, &spans);
    line.held(catalogue);
    Ok(line)
}
