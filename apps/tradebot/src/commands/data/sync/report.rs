//! What a sync did. `--json` prints it; the names are a contract.

use std::collections::BTreeMap;

use serde::Serialize;
use tradebot_domain::{Date, Symbol};
use tradebot_market_data::{Catalogue, MissingSpan};

use super::desk::{Desk, Off};
use super::plan::Item;
use crate::commands::figures::counted;
use crate::commands::page::Page;
use crate::exit::Failure;
use crate::output;

/// What became of one symbol, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// Nothing is missing: nobody was asked.
    UpToDate,
    /// Only a plan: nobody was asked.
    Planned,
    /// New bars are in the catalogue.
    Stored,
    /// Somebody answered and had nothing new.
    NothingNew,
    /// The quality gate speaks against what came.
    Refused,
    /// Nobody answered.
    Failed,
}

impl Outcome {
    /// The worse of two, which is what a person must hear of.
    pub(super) fn and(self, other: Self) -> Self {
        // Of a failure and a refusal the refusal says more.
        match (self, other) {
            (Self::Failed, Self::Refused) | (Self::Refused, Self::Failed) => Self::Refused,
            // Some of it is stored; the errors tell what is not.
            (Self::Stored, Self::NothingNew) | (Self::NothingNew, Self::Stored) => Self::Stored,
            (one, other) => one.max(other),
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::UpToDate => "up to date",
            Self::Planned => "planned",
            Self::Stored => "stored",
            Self::NothingNew => "nothing new",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// One symbol.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Line {
    pub(super) symbol: Symbol,
    pub(super) outcome: Outcome,
    /// Sessions that were missing.
    pub(super) missing: usize,
    /// The spans they are in.
    pub(super) spans: Vec<MissingSpan>,
    /// Who gave the bars, the last where there were several.
    pub(super) source: Option<String>,
    /// Sessions added.
    pub(super) added: usize,
    /// Bars of the catalogue now.
    pub(super) bars: usize,
    pub(super) first: Option<Date>,
    pub(super) last: Option<Date>,
    /// Rows of answers that could not be used.
    pub(super) left_out: usize,
    /// Sessions on which two sources were compared, and on which they agree.
    pub(super) compared: usize,
    pub(super) agreed: usize,
    pub(super) first_disagreement: Option<String>,
    /// Rows of fundamentals, answers about events, headlines that are new.
    pub(super) facts: usize,
    pub(super) events: usize,
    pub(super) news: usize,
    /// What is due in the ten days after the last session, by kind: a date, `none` or `unknown`.
    pub(super) calendar: BTreeMap<&'static str, String>,
    pub(super) errors: Vec<String>,
}

impl Line {
    pub(super) fn new(item: &Item, outcome: Outcome, spans: &[MissingSpan]) -> Self {
        Self {
            symbol: item.symbol(),
            outcome,
            missing: spans.iter().map(|span| span.sessions).sum(),
            spans: spans.to_vec(),
            source: None,
            added: 0,
            bars: 0,
            first: None,
            last: None,
            left_out: 0,
            compared: 0,
            agreed: 0,
            first_disagreement: None,
            facts: 0,
            events: 0,
            news: 0,
            calendar: BTreeMap::new(),
            errors: Vec::new(),
        }
    }

    /// Takes in what the catalogue holds.
    pub(super) fn held(&mut self, catalogue: &Catalogue) {
        if let Ok(entry) = catalogue.entry(self.symbol) {
            (self.bars, self.first, self.last) = (entry.bars, Some(entry.first), Some(entry.last));
        }
    }

    fn is_failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed | Outcome::Refused)
    }

    /// The line for people.
    pub(super) fn words(&self) -> String {
        let outcome = format!("{}: {}", self.symbol, self.outcome.words());
        match self.outcome {
            Outcome::Stored => {
                let source = self.source.as_deref().unwrap_or_default();
                format!("{outcome}, {} from {source}", counted(self.added, "session"))
            }
            Outcome::Planned | Outcome::NothingNew => {
                format!("{outcome}, {} missing", counted(self.missing, "session"))
            }
            _ => outcome,
        }
    }
}

/// One feed.
#[derive(Debug, Clone, Serialize)]
pub(super) struct FeedLine {
    pub(super) url: String,
    /// Headlines that are new.
    pub(super) new: usize,
    pub(super) error: Option<String>,
}

/// All of it.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// Nobody was asked.
    pub(super) plan: bool,
    pub(super) interrupted: bool,
    /// Sources that are set and not asked.
    pub(super) off: Vec<Off>,
    pub(super) lines: Vec<Line>,
    pub(super) feeds: Vec<FeedLine>,
    /// Calls used of each source's longest window, those of earlier runs included.
    pub(super) calls: BTreeMap<String, u32>,
}

impl Report {
    pub(super) fn new(desk: &Desk, plan: bool) -> Self {
        let (lines, feeds) = (Vec::new(), Vec::new());
        Self {
            plan,
            interrupted: false,
            off: desk.off.clone(),
            lines,
            feeds,
            calls: BTreeMap::new(),
        }
    }

    pub(super) fn show(&self, json: bool) -> Result<(), Failure> {
        if json { output::json(self) } else { output::line(&self.text()) }
    }

    /// # Errors
    /// A failure of work when something could not be had, an interruption when there was one.
    pub(super) fn verdict(&self) -> Result<(), Failure> {
        if self.interrupted {
            return Err(Failure::interrupted(
                "interrupted; what is stored stays, and the same command goes on",
            ));
        }
        let symbols = self.lines.iter().filter(|line| line.is_failed()).count();
        let errors = self.lines.iter().map(|line| line.errors.len()).sum::<usize>()
            + self.feeds.iter().filter(|feed| feed.error.is_some()).count();
        let failed = symbols > 0 || (errors > 0 && !self.plan);
        if failed {
            return Err(Failure::work(format!(
                "{} could not be had; {} in all, listed above. The rest is stored; the same command asks again",
                counted(symbols, "symbol"),
                counted(errors, "error")
            )));
        }
        Ok(())
    }

    fn text(&self) -> String {
        let mut page = Page::new();
        page.section(if self.plan {
            "What is missing (nobody was asked)"
        } else {
            "Sources and the catalogue"
        });
        if self.lines.is_empty() {
            page.say("no symbols; name some, or set sources.symbols");
        }
        let rows: Vec<Vec<String>> = self.lines.iter().map(row).collect();
        page.rows("<<><", &rows);
        for line in &self.lines {
            self.details(&mut page, line);
        }
        for feed in &self.feeds {
            let said = feed.error.clone().unwrap_or_else(|| counted(feed.new, "new headline"));
            page.say(&format!("{}: {said}", feed.url));
        }
        if self.plan {
            for off in &self.off {
                page.say(&format!("source {} is off: {}", off.source, off.why));
            }
        }
        page.text()
    }

    fn details(&self, page: &mut Page, line: &Line) {
        let symbol = line.symbol;
        if self.plan {
            for span in &line.spans {
                let sessions = counted(span.sessions, "session");
                page.say(&format!("{symbol}: {} to {}, {sessions}", span.from, span.to));
            }
        }
        if line.compared > line.agreed {
            let apart = line.compared - line.agreed;
            let first = line.first_disagreement.as_deref().unwrap_or_default();
            page.say(&format!(
                "{symbol}: sources differ on {apart} of {}; the first: {first}. What is stored stays.",
                counted(line.compared, "session")
            ));
        } else if line.compared > 0 {
            let sessions = counted(line.compared, "session");
            page.say(&format!("{symbol}: sources agree on all of {sessions} that they share"));
        }
        if line.left_out > 0 {
            page.say(&format!("{symbol}: {} could not be used", counted(line.left_out, "row")));
        }
        if line.facts + line.events + line.news > 0 {
            let (facts, events) =
                (counted(line.facts, "new fact"), counted(line.events, "new answer"));
            let news = counted(line.news, "new headline");
            page.say(&format!("{symbol}: {facts}, {events} about dates, {news}"));
        }
        if !line.calendar.is_empty() {
            let due = line.calendar.iter().map(|(kind, what)| format!("{kind}: {what}"));
            let due: Vec<String> = due.collect();
            page.say(&format!("{symbol}: due in ten days: {}", due.join("; ")));
        }
        for error in &line.errors {
            page.say(&format!("{symbol}: {error}"));
        }
    }
}

fn row(line: &Line) -> Vec<String> {
    let range = match (line.first, line.last) {
        (Some(first), Some(last)) => format!("{first} to {last}"),
        _ => String::new(),
    };
    let (_, words) = line
        .words()
        .split_once(": ")
        .map_or((String::new(), line.words()), |(a, b)| (a.to_owned(), b.to_owned()));
    vec![line.symbol.to_string(), words, counted(line.bars, "bar"), range]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_spans_the_worst_is_told() {
        use Outcome::{Failed, NothingNew, Refused, Stored, UpToDate};
        assert_eq!(UpToDate.and(Stored), Stored);
        assert_eq!(Stored.and(Failed), Failed);
        assert_eq!(Stored.and(NothingNew), Stored);
        assert_eq!(Failed.and(Refused), Refused);
        assert_eq!(NothingNew.and(Refused), Refused);
    }
}
