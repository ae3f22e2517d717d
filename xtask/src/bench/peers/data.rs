//! The data both sides work on, as files of columns of little-endian `f64`, one after another.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tradebot_market_data::bundled_index;

use super::made_up::{Columns, SplitMix64};
use crate::bench::b4;

/// A set of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Data {
    /// Open, high, low, close and volume of this many made-up minutes.
    MadeUp(usize),
    /// Open and close of the S&P 500, 5,031 days from 1999 to 2018, in whole cents.
    IndexCents,
    /// Its 5,030 simple returns from close to close, unrounded.
    IndexReturns,
    /// The days of B4: 20 features, 1 where the next day closed higher, the number of the month.
    WalkForward,
    /// Returns of 100 strategies of no skill over 5,040 days, normals of 1 %: not by strategy but
    /// day by day, each with its 100.
    Strategies,
}

/// Of [`Data::Strategies`].
const STRATEGIES: usize = 100;
const STRATEGY_DAYS: usize = 5_040;

impl Data {
    /// Writes the columns into a folder, once.
    pub(super) fn file(self, folder: &Path) -> anyhow::Result<PathBuf> {
        let path = folder.join(self.name());
        if !path.exists() {
            write(&path, &self.columns()?).with_context(|| format!("{}", path.display()))?;
        }
        Ok(path)
    }

    fn name(self) -> String {
        match self {
            Self::MadeUp(bars) => format!("made-up-{bars}.f64"),
            Self::IndexCents => "index-cents.f64".to_owned(),
            Self::IndexReturns => "index-returns.f64".to_owned(),
            Self::WalkForward => "walk-forward.f64".to_owned(),
            Self::Strategies => "strategies.f64".to_owned(),
        }
    }

    fn columns(self) -> anyhow::Result<Vec<Vec<f64>>> {
        Ok(match self {
            Self::MadeUp(bars) => Columns::new(bars).all().map(<[f64]>::to_vec).to_vec(),
            Self::IndexCents => index_cents()?.to_vec(),
            Self::IndexReturns => {
                let bars = bundled_index("^GSPC")?.bars;
                vec![bars.windows(2).map(|day| day[1].close / day[0].close - 1.0).collect()]
            }
            Self::WalkForward => b4::columns()?,
            Self::Strategies => {
                let mut draws = SplitMix64(7);
                let mut day = || (0..STRATEGIES).map(|_| draws.normal() * 0.01).collect();
                (0..STRATEGY_DAYS).map(|_| day()).collect()
            }
        })
    }
}

fn index_cents() -> anyhow::Result<[Vec<f64>; 2]> {
    let bars = bundled_index("^GSPC")?.bars;
    let cents = |price: f64| (price * 100.0).round();
    Ok([
        bars.iter().map(|bar| cents(bar.open)).collect(),
        bars.iter().map(|bar| cents(bar.close)).collect(),
    ])
}

fn write(path: &Path, columns: &[Vec<f64>]) -> anyhow::Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    for value in columns.iter().flatten() {
        file.write_all(&value.to_le_bytes())?;
    }
    Ok(file.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_its_columns_one_after_another() {
        let folder = tempfile::tempdir().unwrap();
        let bytes = std::fs::read(Data::MadeUp(50).file(folder.path()).unwrap()).unwrap();
        let values: Vec<f64> = bytes
            .chunks_exact(8)
            .map(|eight| f64::from_le_bytes(eight.try_into().unwrap()))
            .collect();
        assert_eq!(values, Columns::new(50).all().concat());
    }

    #[test]
    fn every_set_has_the_shape_that_the_scripts_expect() {
        for (data, columns, rows) in [
            (Data::IndexCents, 2, 5_031),
            (Data::IndexReturns, 1, 5_030),
            (Data::WalkForward, 22, 4_995),
            (Data::Strategies, 5_040, 100),
        ] {
            let found = data.columns().unwrap();
            assert_eq!(found.len(), columns, "{data:?}");
            assert!(found.iter().all(|c| c.len() == rows), "{data:?}: {}", found[0].len());
            assert!(found.iter().flatten().all(|x| x.is_finite()), "{data:?}");
        }
    }

    #[test]
    fn index_prices_are_whole_cents() {
        let [open, close] = index_cents().unwrap();
        assert!(open.iter().chain(&close).all(|x| x.fract() == 0.0 && *x > 60_000.0));
        assert_eq!((close[0], close[5_030]), (122_810.0, 250_685.0));
    }
}
