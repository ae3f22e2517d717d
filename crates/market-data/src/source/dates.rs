//! A file of dates as a source of events: decisions of central banks, which no provider here tells,
//! and anything else that somebody writes down.
//!
//! Columns `date,kind,symbol,detail`: kind is `central_bank`, `earnings` or `ex_dividend`, and an empty
//! symbol concerns all. A file with one wrong line is refused whole: the date that could not be read may
//! be the one that matters.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tradebot_domain::{Date, Symbol};

use super::fault::Fault;
use super::rows::date;
use super::text::{plain, words};
use super::{
    About, Answer, Capability, Event, EventKind, Events, EventsAsk, Fetched, Provenance, Source,
    SourceError, body,
};
use crate::budget::Clock;

const ABOUT: About = About { name: "dates", unofficial: false, can: &[Capability::Events] };

/// A file of dates.
#[derive(Debug, Clone)]
pub struct Dates {
    path: PathBuf,
    clock: Arc<dyn Clock>,
}

impl Dates {
    /// The file at `path`.
    pub fn new(path: &Path, clock: Arc<dyn Clock>) -> Self {
        Self { path: path.to_owned(), clock }
    }

    fn read(&self, ask: &EventsAsk) -> Result<Fetched<Events>, Fault> {
        let elsewhere = |e: std::io::Error| {
            let words = format!("cannot read {}: {e}", self.path.display());
            Fault::Elsewhere { words, passes: false }
        };
        let bytes = std::fs::read(&self.path).map_err(elsewhere)?;
        let provenance = Provenance {
            source: ABOUT.name.to_owned(),
            url: self.path.display().to_string(),
            fetched_at: self.clock.wall(),
            blake3: blake3::hash(&bytes).to_hex().to_string(),
            unofficial: false,
        };
        Ok(Fetched { value: parse(&bytes, ask)?, provenance })
    }
}

impl Source for Dates {
    fn about(&self) -> About {
        ABOUT
    }

    fn events<'a>(&'a self, ask: &'a EventsAsk) -> Answer<'a, Events> {
        let read = self.read(ask).map_err(|fault| SourceError::new(ABOUT.name, "file", fault));
        Box::pin(std::future::ready(read))
    }
}

/// Events of a file that concern a symbol or all, in the span asked for. Of central banks the file is
/// taken to be complete from the beginning of the span to its last such date.
///
/// # Errors
/// [`Fault::Header`] for other columns, [`Fault::Malformed`] with the line for a row that does not read.
pub fn parse(body: &[u8], ask: &EventsAsk) -> Result<Events, Fault> {
    let text = body::text(body)?;
    let malformed = |detail: String| Fault::Malformed { format: "CSV", detail };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|e| malformed(e.to_string()))?.clone();
    if header.iter().ne(["date", "kind", "symbol", "detail"]) {
        let found = words(&header.iter().collect::<Vec<_>>().join(","));
        return Err(Fault::Header { expected: "date,kind,symbol,detail", found });
    }
    let mut events = Vec::new();
    let mut last = None;
    for record in reader.records() {
        let record = record.map_err(|e| malformed(e.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let event =
            event(&record).map_err(|problem| malformed(format!("line {line}: {problem}")))?;
        if event.kind == EventKind::CentralBank {
            last = last.max(Some(event.date));
        }
        let concerns = event.symbol.is_none_or(|symbol| symbol == ask.symbol);
        if concerns && (ask.from..=ask.to).contains(&event.date) {
            events.push(event);
        }
    }
    events.sort();
    events.dedup();
    let until = last.filter(|last: &Date| *last >= ask.from);
    let covers = until.map(|_| EventKind::CentralBank).into_iter().collect();
    Ok(Events { events, covers, until, left_out: Vec::new() })
}

fn event(record: &csv::StringRecord) -> Result<Event, String> {
    let kind = EventKind::ALL.into_iter().find(|kind| kind.name() == &record[1]);
    let kind = kind.ok_or_else(|| format!("`{}` is no kind of event", words(&record[1])))?;
    let symbol = match &record[2] {
        "" => None,
        name => Some(Symbol::new(name).map_err(|e| e.to_string())?),
    };
    Ok(Event { date: date(&record[0])?, kind, symbol, detail: plain(&record[3], 200) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::MachineClock;

    const FILE: &str = "date,kind,symbol,detail\n2026-07-15,central_bank,,Bank of Canada\n\
                        2026-07-29,central_bank,,Federal Reserve\n2026-07-20,earnings,RY.TO,\n2026-07-21,earnings,TD.TO,\n";

    fn ask(from: Date, to: Date) -> EventsAsk {
        EventsAsk { symbol: Symbol::new("RY.TO").unwrap(), from, to }
    }

    #[test]
    fn banks_are_covered_up_to_the_last_date_and_no_further() {
        let year = ask(Date::constant(2026, 7, 1), Date::constant(2026, 12, 31));
        let events = parse(FILE.as_bytes(), &year).unwrap();
        assert_eq!(events.events.len(), 3, "of other shares nothing is told");
        assert_eq!(events.covers, [EventKind::CentralBank]);
        assert_eq!(events.until, Some(Date::constant(2026, 7, 29)));
        let later = ask(Date::constant(2026, 8, 1), Date::constant(2026, 12, 31));
        assert_eq!(parse(FILE.as_bytes(), &later).unwrap(), Events::default());
    }

    #[tokio::test]
    async fn a_file_with_one_wrong_line_is_refused_whole() {
        let span = ask(Date::constant(2026, 7, 1), Date::constant(2026, 7, 31));
        for (wrong, word) in [
            (FILE.replace("2026-07-29", "29 July"), "line 3: `29 July` is no date"),
            (FILE.replace("earnings,TD", "earning,TD"), "line 5: `earning` is no kind"),
            (FILE.replace("date,kind", "day,kind"), "the columns are"),
            ("<html>".to_owned(), "web page"),
        ] {
            let error = parse(wrong.as_bytes(), &span).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
        let dates = Dates::new(Path::new("/no/such/file.csv"), Arc::new(MachineClock::new()));
        assert!(dates.events(&span).await.unwrap_err().to_string().contains("cannot read"));
    }
}
