//! Missing bars, asked for source by source and added symbol by symbol.

use std::sync::Arc;

use tradebot_domain::{Date, Span};
use tradebot_market_data::source::{Agreement, Bars, BarsAsk, Fetched, Source, agreement};
use tradebot_market_data::{Catalogue, Kept, MissingSpan, sessions_before};
use tradebot_storage::facts::{Origin, SourceDisagreement};

use super::desk::Desk;
use super::plan::{self, Item};
use super::report::{Line, Outcome};
use crate::exit::Failure;

/// Sessions before a missing span that are asked for too, to compare them with what is stored.
const OVERLAP: usize = 5;
/// Sessions that a second source is asked about.
const CHECKED: usize = 60;
/// After so many days a session without a bar has none.
const SETTLED_DAYS: i32 = 5;

/// Asks for what is missing of an item and stores it.
pub(super) async fn sync(
    item: &Item,
    desk: &mut Desk,
    catalogue: &mut Catalogue,
) -> Result<Line, Failure> {
    let spans = plan::missing(item, desk, catalogue)?;
    let mut line = Line::new(item, Outcome::UpToDate, &spans);
    for span in &spans {
        let outcome = fill(item, span, &mut line, desk, catalogue).await?;
        line.outcome = line.outcome.and(outcome);
    }
    if line.outcome == Outcome::Stored && !item.is_context() {
        check(item, &mut line, desk, catalogue).await?;
    }
    line.held(catalogue);
    Ok(line)
}

/// One span, from the first source that fills it.
async fn fill(
    item: &Item,
    span: &MissingSpan,
    line: &mut Line,
    desk: &mut Desk,
    catalogue: &mut Catalogue,
) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::Failed;
    for name in &item.sources {
        let Some(source) = desk.source(name) else { continue };
        let held = catalogue.entry(item.symbol()).is_ok_and(|entry| entry.first < span.from);
        let overlap = if held { OVERLAP } else { 0 };
        let from = sessions_before(item.listing.exchange, span.from, overlap);
        let ask = BarsAsk { symbol: item.symbol(), from, to: span.to };
        let fetched = match ask_of(&source, &ask).await {
            Ok(fetched) => fetched,
            Err(error) => {
                desk.hear(name, &error);
                line.errors.push(error.to_string());
                continue;
            }
        };
        let told = fetched.value.currency.filter(|told| *told != item.listing.currency);
        if let Some(told) = told {
            let (symbol, held) = (item.symbol(), item.listing.currency);
            line.errors
                .push(format!("{name}: its prices of {symbol} are in {told}, not in {held}"));
            continue;
        }
        line.left_out += fetched.value.left_out.len();
        let report = catalogue.store_fetched(item.listing, &fetched, desk.sources.tolerance)?;
        note(&report.agreement, &report.held_from, name, item, desk, line)?;
        if report.kept == Kept::Refused {
            let why = report.blockers.iter().map(|b| format!("{}; {}", b.detail, b.remedy));
            line.errors.extend(why.map(|why| format!("{name}: {why}")));
            outcome = outcome.and(Outcome::Refused);
            continue;
        }
        answered(item, span, &fetched, desk)?;
        if report.kept == Kept::Stored {
            line.source = Some(name.clone());
            line.added += report.series.map_or(0, |series| series.added);
            return Ok(Outcome::Stored);
        }
        outcome = Outcome::NothingNew;
    }
    if outcome == Outcome::Failed && line.errors.is_empty() {
        let names = item.sources.join(", ");
        let none = if names.is_empty() {
            "no source is set".to_owned()
        } else {
            format!("none of {names} is on")
        };
        line.errors.push(format!("nobody to ask for daily bars: {none}"));
    }
    Ok(outcome)
}

async fn ask_of(
    source: &Arc<dyn Source>,
    ask: &BarsAsk,
) -> Result<Fetched<Bars>, tradebot_market_data::source::SourceError> {
    source.daily_bars(ask).await
}

/// Notes the part of a span that the source has answered for: what it has no bar of is not asked for
/// again tomorrow. The newest sessions are left open, because their bars may come late.
fn answered(
    item: &Item,
    span: &MissingSpan,
    fetched: &Fetched<Bars>,
    desk: &Desk,
) -> Result<(), Failure> {
    let bars = &fetched.value.bars;
    let (first, last) = match (bars.first(), bars.last()) {
        (Some(first), Some(last)) => (Some(first.date.date()), Some(last.date.date())),
        _ => (None, None),
    };
    let today = desk.now.to_zoned(item.listing.exchange.time_zone()).date();
    let settled = today.saturating_sub(Span::new().days(SETTLED_DAYS));
    let from = if fetched.value.is_cut { first } else { Some(span.from) };
    let to = last.max(Some(settled)).map(|to| to.min(span.to));
    if let (Some(from), Some(to)) = (from.map(|from: Date| from.max(span.from)), to)
        && from <= to
    {
        let p = &fetched.provenance;
        let origin =
            Origin { source: &p.source, url: &p.url, blake3: &p.blake3, known_at: p.fetched_at };
        desk.facts.record_answer(item.symbol(), (from, to), &origin)?;
    }
    Ok(())
}

/// Asks a second source about the newest bars, and compares.
async fn check(
    item: &Item,
    line: &mut Line,
    desk: &mut Desk,
    catalogue: &Catalogue,
) -> Result<(), Failure> {
    let Some(name) = desk.sources.check.clone().filter(|name| line.source.as_ref() != Some(name))
    else {
        return Ok(());
    };
    let Some(source) = desk.source(&name) else { return Ok(()) };
    let from = sessions_before(item.listing.exchange, item.to, CHECKED);
    let ask = BarsAsk { symbol: item.symbol(), from, to: item.to };
    match ask_of(&source, &ask).await {
        Ok(fetched) => {
            let held = catalogue.load(item.symbol())?.bars;
            let found = agreement(&held, &fetched.value.bars, desk.sources.tolerance);
            let held_from = line.source.clone().unwrap_or_default();
            note(&found, &held_from, &name, item, desk, line)
        }
        Err(error) => {
            desk.hear(&name, &error);
            line.errors.push(format!("check: {error}"));
            Ok(())
        }
    }
}

/// Puts a comparison on record.
fn note(
    found: &Agreement,
    held_from: &str,
    told_by: &str,
    item: &Item,
    desk: &Desk,
    line: &mut Line,
) -> Result<(), Failure> {
    line.compared += found.compared;
    line.agreed += found.agreed;
    for d in &found.disagreements {
        line.first_disagreement.get_or_insert_with(|| {
            format!(
                "{} {}: {} stored from {held_from}, {} from {told_by}",
                d.date, d.field, d.one, d.other
            )
        });
        let row = SourceDisagreement {
            symbol: item.symbol(),
            session: d.date,
            field: d.field.to_owned(),
            held_from: held_from.to_owned(),
            held: d.one,
            told_by: told_by.to_owned(),
            told: d.other,
        };
        desk.facts.record_disagreement(&row, desk.now)?;
    }
    Ok(())
}
