//! What is read before the simulator starts: the bundled history and files of bars. The one place
//! outside the sockets that touches the disk.

use std::path::Path;

use tradebot_domain::{Bar, Date};
use tradebot_market_data::{DataError, History, Series, bundled_index};

use crate::knobs::{CsvListing, MarketKnobs};

/// Recorded bars.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Library {
    /// Instruments to replay, and indices after them.
    pub series: Vec<Series>,
    /// Listings of files with their bars, in date order.
    pub files: Vec<(CsvListing, Vec<Bar>)>,
}

/// Why recorded bars cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The bundled history is damaged.
    #[error("bundled history: {0}")]
    Bundled(#[from] DataError),
    /// A file cannot be read.
    #[error("bars of {symbol}: {path}: {source}")]
    File {
        /// Whose bars.
        symbol: String,
        /// The file.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A line of a file.
    #[error("bars of {symbol}: {path}:{line}: `{text}` is no `date,open,high,low,close,volume`")]
    Line {
        /// Whose bars.
        symbol: String,
        /// The file.
        path: String,
        /// Line number, from 1.
        line: usize,
        /// The line.
        text: String,
    },
}

impl Library {
    /// What the settings ask for.
    ///
    /// # Errors
    /// [`LibraryError`] with the file and the line.
    pub fn load(knobs: &MarketKnobs) -> Result<Self, LibraryError> {
        let mut library = Self::default();
        if knobs.bundled {
            library.series.extend(History::bundled()?.series.into_values());
            library.series.push(bundled_index("^GSPC")?);
        }
        for listing in &knobs.csv {
            library.files.push((listing.clone(), bars_of(listing)?));
        }
        Ok(library)
    }
}

fn bars_of(listing: &CsvListing) -> Result<Vec<Bar>, LibraryError> {
    let text = std::fs::read_to_string(Path::new(&listing.path)).map_err(|source| {
        LibraryError::File { symbol: listing.symbol.clone(), path: listing.path.clone(), source }
    })?;
    let mut bars = Vec::new();
    for (index, line) in text.lines().enumerate().skip(1).filter(|(_, l)| !l.trim().is_empty()) {
        let bar = bar_of(line).filter(|bar| bars.last().is_none_or(|b: &Bar| b.date < bar.date));
        bars.push(bar.ok_or_else(|| LibraryError::Line {
            symbol: listing.symbol.clone(),
            path: listing.path.clone(),
            line: index + 1,
            text: line.to_owned(),
        })?);
    }
    Ok(bars)
}

fn bar_of(line: &str) -> Option<Bar> {
    let mut fields = line.split(',').map(str::trim);
    let date: Date = fields.next()?.parse().ok()?;
    let mut number = || fields.next()?.parse::<f64>().ok().filter(|x| x.is_finite() && *x >= 0.0);
    let (open, high, low, close, volume) = (number()?, number()?, number()?, number()?, number()?);
    (low > 0.0 && low <= high).then_some(Bar { date: date.into(), open, high, low, close, volume })
}
