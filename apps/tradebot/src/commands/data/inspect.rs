//! `tradebot data inspect`: range, gaps, actions and quality of one symbol.

use serde::Serialize;
use tradebot_domain::{ActionKind, CorporateAction, Date, SYNTHETIC, Symbol};
use tradebot_market_data::{
    Catalogue, DataError, GapSpan, History, Inspection, Provenance, Series,
};
use tradebot_quality_gates::{GateConfig, SeriesReport, assess_series};

use super::and_more;
use crate::commands::Context;
use crate::commands::figures::counted;
use crate::commands::page::Page;
use crate::exit::Failure;
use crate::output;

/// Gaps, actions and findings shown to people.
const SHOWN: usize = 12;

/// What is known of a series. `--json` prints it; the names are a contract.
#[derive(Debug, Clone, Serialize)]
struct Report {
    symbol: Symbol,
    /// `bundled` or `catalogue`.
    source: &'static str,
    currency: String,
    exchange: String,
    bars: usize,
    first: Option<Date>,
    last: Option<Date>,
    /// The imports that made it; empty for what comes with the program.
    imports: Vec<Provenance>,
    gaps: Vec<GapSpan>,
    actions: Vec<CorporateAction>,
    quality: SeriesReport,
}

/// Looks into the user's data first, then into what comes with the program.
///
/// # Errors
/// A usage failure for a symbol that neither has; when the catalogue is damaged.
pub(super) fn run(context: &Context, symbol: &str, json: bool) -> Result<(), Failure> {
    let symbol = Symbol::new(symbol).map_err(|e| Failure::usage(e.to_string()))?;
    let report = match Catalogue::open(&context.home)?.inspect(symbol) {
        Ok(inspection) => of_catalogue(inspection),
        Err(DataError::UnknownSymbol { .. }) => of_bundle(symbol)?,
        Err(e) => return Err(e.into()),
    };
    if json {
        return output::json(&report);
    }
    let mut page = Page::new();
    report.write(&mut page);
    output::line(&page.text())
}

fn of_catalogue(inspection: Inspection) -> Report {
    let Inspection { entry, gaps, actions, quality } = inspection;
    Report {
        symbol: entry.symbol,
        source: if entry.is_synthetic() { SYNTHETIC } else { "catalogue" },
        currency: entry.currency.to_string(),
        exchange: entry.exchange.to_string(),
        bars: entry.bars,
        first: Some(entry.first),
        last: Some(entry.last),
        imports: entry.imports,
        gaps,
        actions,
        quality,
    }
}

fn of_bundle(symbol: Symbol) -> Result<Report, Failure> {
    let history = History::bundled()?;
    let series = match history.choose(&[symbol]) {
        Ok(series) => series[0],
        Err(DataError::NotTradable { .. }) if symbol == history.index.symbol => &history.index,
        Err(e) => return Err(Failure::usage(e.to_string())),
    };
    Ok(Report {
        symbol,
        source: "bundled",
        currency: series.currency.to_string(),
        exchange: series.exchange.to_string(),
        bars: series.bars.len(),
        first: series.first(),
        last: series.last(),
        imports: Vec::new(),
        gaps: gaps(series),
        actions: series.actions.clone(),
        quality: quality(series),
    })
}

/// Whether a date should have a bar; dates outside the calendar count when they have one.
fn is_session(series: &Series, date: Date) -> bool {
    series.exchange.is_session(date).unwrap_or_else(|_| series.bar(date).is_some())
}

fn quality(series: &Series) -> SeriesReport {
    let mut gates = GateConfig::default();
    // An index is not traded.
    gates.volume_expected &= !series.symbol.as_str().starts_with('^');
    let is_session = |date| is_session(series, date);
    assess_series(series.symbol, &series.bars, &series.actions, &is_session, &gates)
}

/// Sessions in a row without a bar, between the first bar and the last.
fn gaps(series: &Series) -> Vec<GapSpan> {
    let mut spans: Vec<GapSpan> = Vec::new();
    for pair in series.bars.windows(2) {
        let mut span: Option<GapSpan> = None;
        let mut date = pair[0].date.date();
        while let Ok(next) = date.tomorrow()
            && next < pair[1].date.date()
        {
            date = next;
            if is_session(series, date) {
                let open = span.get_or_insert(GapSpan { from: date, to: date, sessions: 0 });
                open.to = date;
                open.sessions += 1;
            }
        }
        spans.extend(span);
    }
    spans
}

impl Report {
    fn write(&self, page: &mut Page) {
        page.title(&format!(
            "{}, {} on {}, from the {} data",
            self.symbol,
            self.currency,
            self.exchange,
            if self.source == "catalogue" { "imported" } else { self.source }
        ));
        page.section("Range");
        let range = match (self.first, self.last) {
            (Some(first), Some(last)) => format!(", {first} to {last}"),
            _ => String::new(),
        };
        page.say(&format!("{}{range}", counted(self.bars, "bar")));
        for import in &self.imports {
            let files: Vec<&str> = import.files.iter().map(|(name, _)| name.as_str()).collect();
            let (rows, at) = (counted(import.rows, "row"), import.imported_at);
            page.say(&format!("{rows} from {} on {at}", files.join(", ")));
        }
        self.gaps_section(page);
        self.actions_section(page);
        quality_section(page, &self.quality);
    }

    fn gaps_section(&self, page: &mut Page) {
        page.section("Sessions without a bar");
        if self.gaps.is_empty() {
            page.say("none");
        }
        for gap in self.gaps.iter().take(SHOWN) {
            let count = counted(usize::try_from(gap.sessions).unwrap_or(usize::MAX), "session");
            page.say(&format!("{} to {}: {count}", gap.from, gap.to));
        }
        page.say(&and_more(SHOWN, self.gaps.len(), "span").unwrap_or_default());
    }

    fn actions_section(&self, page: &mut Page) {
        page.section("Splits and dividends");
        if self.actions.is_empty() {
            page.say("none");
        }
        // The newest are those that somebody can still check.
        let old = self.actions.len().saturating_sub(SHOWN);
        if old > 0 {
            page.say(&format!("{old} earlier ones with --json"));
        }
        self.actions[old..].iter().for_each(|action| page.say(&action_words(action)));
    }
}

/// A corporate action in words.
pub(super) fn action_words(action: &CorporateAction) -> String {
    match action.kind {
        ActionKind::Split { ratio } => format!("{}: split, {ratio} for 1", action.ex_date),
        ActionKind::Dividend { amount } => format!("{}: dividend, {amount}", action.ex_date),
    }
}

/// What the quality gate says of a whole series.
pub(super) fn quality_section(page: &mut Page, quality: &SeriesReport) {
    page.section(&format!("Quality: {:.3}, {}", quality.score, quality.level.name()));
    let counts: Vec<String> =
        quality.counts.iter().map(|(check, n)| format!("{n} {}", check.name())).collect();
    page.say(&if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") });
    let rows: Vec<Vec<String>> = quality
        .findings
        .iter()
        .take(SHOWN)
        .map(|f| {
            let what = if f.refuses { "refuses" } else { "noted" };
            vec![f.date.to_string(), what.to_owned(), format!("{}: {}", f.check, f.detail)]
        })
        .collect();
    page.rows("<<~", &rows);
    page.say(&and_more(SHOWN, quality.findings.len(), "finding").unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_with_the_program_can_be_inspected_too() {
        let report = of_bundle(Symbol::new("AAPL").unwrap()).unwrap();
        assert!(report.bars > 3_000);
        assert!(report.actions.iter().any(|a| matches!(a.kind, ActionKind::Split { .. })));
        let mut page = Page::of_width(60);
        report.write(&mut page);
        let text = page.text();
        assert!(text.contains("Quality") && text.contains("split, 2 for 1"), "{text}");
        assert!(of_bundle(Symbol::new("^GSPC").unwrap()).is_ok());
        let unknown = of_bundle(Symbol::new("APPL").unwrap()).unwrap_err().to_string();
        assert!(unknown.contains("did you mean `AAPL`?"), "{unknown}");
    }
}
