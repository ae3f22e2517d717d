//! The world in which leaks are planted: real bars, with what real bars lack made up.
//!
//! AAPL, GOOG, IBM and MSFT from 2003 to 2006 with their splits and dividends; GOOG lists on the way.
//! Made up: IBM leaves the market half a year before the end, so that a survivorship filter has
//! something to hide; one bar in forty was corrected thirty sessions later; and the VIX of 2014 to
//! 2018 stands in for that of these years, which is not among the data.

use tradebot_backtest::leaks::world::Correction;
use tradebot_backtest::leaks::{Stock, World};
use tradebot_domain::{Bar, Date};
use tradebot_market_data::{History, Series};

use crate::exit::Failure;

const STOCKS: [&str; 4] = ["AAPL", "GOOG", "IBM", "MSFT"];
const RANGE: (&str, &str) = ("2003-01-02", "2006-06-30");
/// Leaves the market before the end.
const LEAVES: &str = "IBM";
const LEAVES_BEFORE_END: usize = 126;
/// One bar in so many was corrected, so many sessions later, by so much.
const CORRECTED: (usize, usize, f64) = (40, 30, 1.02);

/// Builds it from the bundled history.
pub(super) fn world(history: &History) -> Result<World, Failure> {
    let (from, to): (Date, Date) = (RANGE.0.parse()?, RANGE.1.parse()?);
    let within = |bar: &&Bar| from <= bar.date.date() && bar.date.date() <= to;
    let index: Vec<Bar> = history.index.bars.iter().filter(within).copied().collect();
    let sessions: Vec<Date> = index.iter().map(|bar| bar.date.date()).collect();
    let vix: Vec<Option<f64>> =
        (0..sessions.len()).map(|at| history.vix.get(at).map(|(_, close)| *close)).collect();
    let chosen = history.series.values().filter(|s| STOCKS.contains(&s.symbol.as_str()));
    let stocks = chosen.map(|series| stock(series, &sessions)).collect();
    Ok(World::new(sessions, index, vix, stocks)?)
}

fn stock(series: &Series, sessions: &[Date]) -> Stock {
    let leaves = series.symbol.as_str() == LEAVES;
    let end = sessions.len() - if leaves { LEAVES_BEFORE_END } else { 0 };
    let bars: Vec<Option<Bar>> = sessions
        .iter()
        .enumerate()
        .map(|(at, date)| series.bar(*date).filter(|_| at < end).copied())
        .collect();
    let place = |date: Date| sessions.binary_search(&date).ok();
    let actions = series.actions.iter().filter_map(|a| Some((place(a.ex_date)?, *a))).collect();
    let (every, later, factor) = CORRECTED;
    let corrections = (every..sessions.len() - later)
        .step_by(every)
        .map(|of| Correction { of, known: of + later, factor })
        .collect();
    Stock { symbol: series.symbol, bars, actions, corrections }
}
