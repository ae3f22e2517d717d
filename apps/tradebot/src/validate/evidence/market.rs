//! The market that the demo saw, straight from the feed, and the calendars.

use std::collections::BTreeMap;

use tradebot_domain::{ActionKind, Date, Decimal, Exchange, Feed as _, Symbol};
use tradebot_journal::DecisionId;
use tradebot_market_data::{History, Series};
use tradebot_quality_gates::bar_digest;

use crate::exit::Failure;
use crate::validate::evidence::scenario::Scenario;

/// One bundled series.
#[derive(Debug, Clone)]
pub struct SeriesFacts {
    /// Its symbol.
    pub symbol: Symbol,
    /// Bars.
    pub bars: usize,
    /// Digest of bars and actions.
    pub digest: String,
    /// Splits: ex-date and new shares per old.
    pub splits: Vec<(Date, Decimal)>,
    /// Cash dividends.
    pub dividends: Vec<(Date, Decimal)>,
    /// Dates of bars on which the exchange held no session.
    pub off_calendar: Vec<Date>,
    /// Sessions of its exchange within its range without a bar.
    pub missing: Vec<Date>,
}

/// The market and the calendars.
#[derive(Debug, Clone)]
pub struct MarketFacts {
    /// Bundled series, by symbol.
    pub series: Vec<SeriesFacts>,
    /// Every symbol and session that the feed offered to the demo: what must be decided on.
    pub offered: Vec<DecisionId>,
    /// Digest of each raw bar that the feed handed out.
    pub bars: BTreeMap<DecisionId, String>,
    /// Sessions from 2000 to 2027, by exchange.
    pub sessions: Vec<(Exchange, usize)>,
    /// Answers of the calendar to dates that everybody knows: exchange, date, was a session.
    pub known_dates: Vec<(Exchange, Date, bool)>,
}

/// Dates and whether the exchanges held a session: the attack of 2001, a mourning, Boxing Day,
/// Thanksgiving of either country, an ordinary Monday.
pub const KNOWN_DATES: [(Exchange, (i16, i8, i8), bool); 8] = [
    (Exchange::Xnys, (2001, 9, 11), false),
    (Exchange::Xnys, (2001, 9, 14), false),
    (Exchange::Xtse, (2001, 9, 13), true),
    (Exchange::Xnys, (2004, 6, 11), false),
    (Exchange::Xtse, (2003, 12, 26), false),
    (Exchange::Xnys, (2003, 12, 26), true),
    (Exchange::Xnys, (2002, 11, 28), false),
    (Exchange::Xtse, (2002, 11, 28), true),
];

impl MarketFacts {
    /// Reads the bundle and walks the feed of the demo.
    ///
    /// # Errors
    /// When the feed cannot be walked, or a date lies outside the calendars.
    pub fn gather(scenario: &Scenario) -> Result<Self, Failure> {
        let history = History::bundled()?;
        let (offered, bars) = walk(scenario)?;
        let (first, last) = (date(2000, 1, 1), date(2027, 12, 31));
        let mut sessions = Vec::new();
        for exchange in Exchange::ALL {
            sessions.push((exchange, exchange.sessions(first, last)?.len()));
        }
        let mut known_dates = Vec::new();
        for (exchange, (y, m, d), _) in KNOWN_DATES {
            let on = date(y, m, d);
            known_dates.push((exchange, on, exchange.is_session(on)?));
        }
        let series = history.series.values().map(facts).collect::<Result<_, _>>()?;
        Ok(Self { series, offered, bars, sessions, known_dates })
    }
}

type Offered = (Vec<DecisionId>, BTreeMap<DecisionId, String>);

fn walk(scenario: &Scenario) -> Result<Offered, Failure> {
    let (_, mut feed) = scenario.market.feeds()?;
    let (mut offered, mut bars) = (Vec::new(), BTreeMap::new());
    while let Some(data) = feed.next_session() {
        let session = data.session;
        let open = data.listed.iter().filter(|symbol| !data.ended.contains(symbol));
        offered.extend(open.map(|symbol| DecisionId { session, symbol: *symbol }));
        for (symbol, bar) in &data.bars {
            bars.insert(DecisionId { session, symbol: *symbol }, bar_digest(bar));
        }
    }
    Ok((offered, bars))
}

fn facts(series: &Series) -> Result<SeriesFacts, Failure> {
    let mut sessions = Vec::new();
    if let (Some(first), Some(last)) = (series.first(), series.last()) {
        sessions = series.exchange.sessions(first, last)?;
    }
    let dates: Vec<Date> = series.bars.iter().map(|b| b.date.date()).collect();
    let off = dates.iter().filter(|d| sessions.binary_search(d).is_err());
    let missing = sessions.iter().filter(|d| dates.binary_search(d).is_err());
    Ok(SeriesFacts {
        symbol: series.symbol,
        bars: series.bars.len(),
        digest: series.digest.clone(),
        splits: series
            .splits()
            .filter_map(|a| match a.kind {
                ActionKind::Split { ratio } => Some((a.ex_date, ratio)),
                ActionKind::Dividend { .. } => None,
            })
            .collect(),
        dividends: series
            .dividends()
            .filter_map(|a| match a.kind {
                ActionKind::Dividend { amount } => Some((a.ex_date, amount)),
                ActionKind::Split { .. } => None,
            })
            .collect(),
        off_calendar: off.copied().collect(),
        missing: missing.copied().collect(),
    })
}

const fn date(year: i16, month: i8, day: i8) -> Date {
    Date::constant(year, month, day)
}
