//! `tradebot provenance`: where the numbers of one bar came from, from file to decision.

use serde::Serialize;
use tradebot_domain::{Bar, CorporateAction, Interval, Moment, Symbol};
use tradebot_journal::QualityRecord;
use tradebot_market_data::{Catalogue, DataError, History, Mending, Provenance, Series};
use tradebot_quality_gates::bar_digest;

use super::page::Page;
use super::{Context, subject};
use crate::cli::ProvenanceArgs;
use crate::exit::Failure;
use crate::output;
use crate::reading;

/// The chain. `--json` prints it; the names are a contract.
#[derive(Debug, Serialize)]
struct Chain {
    symbol: Symbol,
    /// The bar as it is stored now, raw.
    bar: Bar,
    /// First 16 hex digits of BLAKE3 over its exact bits.
    digest: String,
    /// `bundled` or `catalogue`.
    source: &'static str,
    /// The same for people, with its file.
    origin: String,
    /// Imports whose range holds the session, oldest first; empty for what comes with the program.
    imports: Vec<Provenance>,
    /// Accepted repairs that changed the bar.
    mendings: Vec<Mending>,
    /// Actions from its date on: what later closes are divided or raised by.
    later_actions: Vec<CorporateAction>,
    /// Raw close to continuous close at the end of the series.
    later_factor: f64,
    /// What a run made of it; null without a run that decided on it.
    decision: Option<Decided>,
}

/// What a run read.
#[derive(Debug, Serialize)]
struct Decided {
    run_id: String,
    /// The bar it decided on is, to the last bit, the one that is stored now.
    same_bar: bool,
    quality: QualityRecord,
    /// Features that were computed from it and the bars before.
    features: usize,
    verdict: String,
}

/// Prints the chain.
///
/// # Errors
/// A usage failure for a symbol or a session without a bar; when data or database cannot be read.
pub fn run(context: &Context, args: &ProvenanceArgs) -> Result<(), Failure> {
    let (name, date) = subject::split(&args.subject, args.date.as_deref())?;
    let symbol = Symbol::new(&name.to_ascii_uppercase());
    let symbol = symbol.map_err(|e| Failure::usage(e.to_string()))?;
    let mut chain = stored(context, symbol, date)?;
    chain.decision = decided(context, args, &chain)?;
    if args.json {
        return output::json(&chain);
    }
    let mut page = Page::new();
    chain.write(&mut page);
    output::line(&page.text())
}

/// The user's data first, then what comes with the program.
fn stored(context: &Context, symbol: Symbol, date: &str) -> Result<Chain, Failure> {
    let interval = if date.contains('T') { Interval::MINUTE } else { Interval::DAILY };
    let catalogue = Catalogue::open_of(&context.home, interval)?;
    let series = match catalogue.load(symbol) {
        Ok(series) => series,
        Err(DataError::UnknownSymbol { .. }) => return of_bundle(symbol, date),
        Err(e) => return Err(e.into()),
    };
    let entry = catalogue.entry(symbol)?;
    let bar = bar_of(&series, date)?;
    let day = bar.date.date();
    let holds = |import: &&Provenance| (import.range.0..=import.range.1).contains(&day);
    let changed =
        |mending: &&Mending| mending.accepted && mending.proposal.repair.touches(bar.date);
    let (imports, mendings) = (entry.imports.iter(), entry.mendings.iter());
    Ok(Chain {
        imports: imports.filter(holds).cloned().collect(),
        mendings: mendings.filter(changed).cloned().collect(),
        ..chain(&series, bar, "catalogue")
    })
}

fn of_bundle(symbol: Symbol, date: &str) -> Result<Chain, Failure> {
    let history = History::bundled()?;
    let series = if symbol == history.index.symbol {
        &history.index
    } else {
        history.choose(&[symbol]).map_err(|e| Failure::usage(e.to_string()))?[0]
    };
    Ok(chain(series, bar_of(series, date)?, "bundled"))
}

fn chain(series: &Series, bar: Bar, source: &'static str) -> Chain {
    let later = series.actions.iter().filter(|action| action.ex_date > bar.date.date());
    let later: Vec<CorporateAction> = later.copied().collect();
    let ex_close = |action: &CorporateAction| {
        series.bars.iter().find(|bar| bar.date.date() >= action.ex_date).map(|bar| bar.close)
    };
    let factor = |action: &CorporateAction| ex_close(action).map(|c| action.continuity_factor(c));
    Chain {
        symbol: series.symbol,
        digest: bar_digest(&bar),
        bar,
        source,
        origin: series.source.clone(),
        imports: Vec::new(),
        mendings: Vec::new(),
        later_factor: later.iter().filter_map(factor).product(),
        later_actions: later,
        decision: None,
    }
}

fn bar_of(series: &Series, date: &str) -> Result<Bar, Failure> {
    let range = || match (series.first(), series.last()) {
        (Some(first), Some(last)) => format!("its bars go from {first} to {last}"),
        _ => "it has no bars".to_owned(),
    };
    let moment = if date == "latest" {
        series.bars.last().map(|bar| bar.date)
    } else {
        let parsed: Moment = date.parse().map_err(|e| {
            Failure::usage(format!("`{date}` is not a date like 2005-02-28, nor `latest` ({e})"))
        })?;
        Some(parsed)
    };
    let bar = moment.and_then(|moment| series.bars.iter().find(|bar| bar.date == moment));
    bar.copied().ok_or_else(|| {
        Failure::usage(format!("{} has no bar of {date}; {}", series.symbol, range()))
    })
}

/// What the run asked for, or the newest one if there is any, read of the bar.
fn decided(
    context: &Context,
    args: &ProvenanceArgs,
    chain: &Chain,
) -> Result<Option<Decided>, Failure> {
    let found = match &args.run {
        Some(run) => reading::find_named(&context.home, run, None)?,
        // Without a run there is still a chain up to the file.
        None => match reading::find_named(&context.home, "latest", None) {
            Ok(found) => found,
            Err(_) => return Ok(None),
        },
    };
    let record = found.reader.decision(found.info.key, chain.symbol, chain.bar.date)?;
    Ok(record.map(|record| Decided {
        run_id: found.info.id.clone(),
        same_bar: record.quality.bar_digest == chain.digest,
        features: record.features.len(),
        verdict: match &record.verdict {
            tradebot_journal::Verdict::NoTrade { reason, .. } => reason.clone(),
            tradebot_journal::Verdict::Trade { intent_id, .. } => format!("trade {intent_id}"),
        },
        quality: record.quality,
    }))
}

impl Chain {
    fn write(&self, page: &mut Page) {
        let Bar { open, high, low, close, volume, date } = self.bar;
        page.title(&format!("{} {date}", self.symbol));
        page.section("Bar");
        page.say(&format!("open {open}, high {high}, low {low}, close {close}, volume {volume}"));
        page.say(&format!("digest {}", self.digest));
        page.section("From");
        page.say(&self.origin);
        for import in &self.imports {
            for (file, blake3) in &import.files {
                let at = import.imported_at.strftime("%Y-%m-%d %H:%M");
                page.say(&format!("imported {at} UTC from {file}, BLAKE3 {}", &blake3[..16]));
            }
            for accepted in &import.accepted {
                page.say(&format!("accepted in spite of: {accepted}"));
            }
        }
        self.write_changes(page);
        page.section("Decision");
        match &self.decision {
            None => page.say("no run on record has decided on it"),
            Some(decided) => decided.write(page),
        }
    }

    fn write_changes(&self, page: &mut Page) {
        page.section("Changed");
        if self.mendings.is_empty() {
            page.say("never: stored as it came");
        }
        for mending in &self.mendings {
            let why = mending.note.as_deref().unwrap_or(&mending.proposal.because);
            page.say(&format!("{} ({}): {why}", mending.proposal.repair, mending.id));
        }
        if !self.later_actions.is_empty() {
            page.say(&format!(
                "{} splits and dividends came later; in a series that ends now, closes before them are \
                 divided by {:.6}",
                self.later_actions.len(),
                self.later_factor
            ));
        }
    }
}

impl Decided {
    fn write(&self, page: &mut Page) {
        let QualityRecord { score, level, admitted, adjustment, source, .. } = &self.quality;
        page.say(&format!("{}: {}", self.run_id, self.verdict));
        page.say(if self.same_bar {
            "it read this very bar, to the last bit"
        } else {
            "it read ANOTHER bar than the one that is stored now"
        });
        let fate = if *admitted { "admitted" } else { "refused" };
        page.say(&format!("source {source}; quality {score:.2} ({level}), {fate}"));
        for violation in &self.quality.violations {
            page.say(&format!("{}: {}", violation.check, violation.detail));
        }
        page.say(&format!(
            "{} features of it and of bars before; adjusted by {adjustment:.6} up to then",
            self.features
        ));
    }
}
