//! A folder of files as a source: `AAPL.csv`, `RY.TO.csv.gz`, `BRK.B.parquet`, read as an import
//! reads them.

use std::path::{Path, PathBuf};

use tradebot_domain::{Date, Exchange, Interval};

use super::fault::Fault;
use super::{
    About, Answer, Bars, BarsAsk, Capability, Fetched, LeftOut, Provenance, Source, SourceError,
};
use crate::budget::Clock;
use crate::error::DataError;
use crate::import::ImportOptions;
use crate::import::read::read_file;
use crate::import::series::{Sourced, arrange};

const ABOUT: About = About { name: "files", unofficial: false, can: &[Capability::DailyBars] };
const ENDINGS: [&str; 4] = ["csv", "csv.gz", "txt", "parquet"];

/// A folder with one file a symbol.
#[derive(Debug)]
pub struct Files {
    folder: PathBuf,
    exchange: Exchange,
    clock: std::sync::Arc<dyn Clock>,
}

impl Files {
    /// Files of `folder`, with the sessions of `exchange`.
    pub fn new(folder: &Path, exchange: Exchange, clock: std::sync::Arc<dyn Clock>) -> Self {
        Self { folder: folder.to_owned(), exchange, clock }
    }

    fn read(&self, ask: &BarsAsk) -> Result<Fetched<Bars>, Fault> {
        let unknown = || Fault::Unknown { name: ask.symbol.to_string() };
        let path = ENDINGS
            .iter()
            .map(|ending| self.folder.join(format!("{}.{ending}", ask.symbol)))
            .find(|path| path.is_file())
            .ok_or_else(unknown)?;
        let options = ImportOptions {
            symbol: Some(ask.symbol),
            exchange: self.exchange,
            preview_rows: 0,
            ..ImportOptions::default()
        };
        let told = |error: DataError| Fault::Elsewhere { words: error.to_string(), passes: false };
        let (report, mut rows) = read_file(&path, (&options, Interval::DAILY)).map_err(told)?;
        let rows = rows.remove(&ask.symbol).ok_or_else(unknown)?;
        let rows = rows.into_iter().map(|row| Sourced { file: 0, row }).collect();
        let mut incoming =
            arrange(ask.symbol, self.exchange, rows, None, std::slice::from_ref(&report.file));
        let issues = report.issues.iter().chain(incoming.issues.iter().map(|(_, issue)| issue));
        let left_out = issues
            .filter(|issue| issue.dropped)
            .map(|issue| LeftOut {
                place: format!("line {}", issue.line),
                problem: issue.to_string(),
            })
            .collect();
        let inside = |date: Date| (ask.from..=ask.to).contains(&date);
        incoming.bars.retain(|bar| inside(bar.date.date()));
        incoming.actions.retain(|action| inside(action.ex_date));
        let tells = incoming.action_source.is_some_and(|s| s != crate::import::ActionSource::None);
        let provenance = Provenance {
            source: ABOUT.name.to_owned(),
            url: report.file,
            fetched_at: self.clock.wall(),
            blake3: report.blake3,
            unofficial: false,
        };
        let value = Bars {
            bars: incoming.bars,
            actions: incoming.actions,
            tells_actions: tells,
            left_out,
            ..Bars::default()
        };
        Ok(Fetched { value, provenance })
    }
}

impl Source for Files {
    fn about(&self) -> About {
        ABOUT
    }

    fn daily_bars<'a>(&'a self, ask: &'a BarsAsk) -> Answer<'a, Bars> {
        let read = self.read(ask).map_err(|fault| SourceError::new(ABOUT.name, "folder", fault));
        Box::pin(std::future::ready(read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::MachineClock;
    use tradebot_domain::Symbol;

    #[tokio::test]
    async fn a_folder_answers_like_any_source() {
        let dir = tempfile::tempdir().unwrap();
        let text = "date,open,high,low,close,volume\n2005-03-01,10,11,9,10.5,1000\n2005-03-02,10.5,11,10,10.8,1200\nx,1,1,1,1,1\n";
        std::fs::write(dir.path().join("BRK.B.csv"), text).unwrap();
        let files =
            Files::new(dir.path(), Exchange::Xnys, std::sync::Arc::new(MachineClock::new()));
        let ask = |name: &str| BarsAsk {
            symbol: Symbol::new(name).unwrap(),
            from: Date::constant(2005, 3, 2),
            to: Date::constant(2005, 3, 31),
        };
        let got = files.daily_bars(&ask("BRK.B")).await.unwrap();
        assert_eq!((got.value.bars.len(), got.value.bars[0].close), (1, 10.8));
        assert_eq!(got.value.left_out.len(), 1);
        assert_eq!(got.provenance.blake3, blake3::hash(text.as_bytes()).to_hex().to_string());
        let error = files.daily_bars(&ask("NONE")).await.unwrap_err();
        assert_eq!(error.fault.name(), "unknown");
    }
}
