//! Bars, actions and market context held in memory.

use std::collections::{BTreeMap, BTreeSet};

use tradebot_domain::{
    ActionKind, Bar, CorporateAction, Currency, Date, Exchange, Interval, Moment, SYNTHETIC, Symbol,
};

use crate::error::DataError;
use crate::finer::FinerHistory;

/// Separates this use of the hash function from every other.
const DIGEST_DOMAIN: &str = "tradebot 2026-11 market data";

/// The raw bars of one instrument, and its corporate actions.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The instrument.
    pub symbol: Symbol,
    /// Currency of its prices.
    pub currency: Currency,
    /// The exchange whose sessions it trades in.
    pub exchange: Exchange,
    /// How long each bar is.
    pub interval: Interval,
    /// Raw bars in order, one a moment.
    pub bars: Vec<Bar>,
    /// Actions by ex-date.
    pub actions: Vec<CorporateAction>,
    /// Where the bars came from, for people.
    pub source: String,
    /// BLAKE3 over symbol, currency, exchange, bars and actions when the series was made, hex.
    pub digest: String,
}

impl Series {
    /// A series of daily bars and actions in date order.
    pub fn new(
        symbol: Symbol,
        (currency, exchange): (Currency, Exchange),
        bars: Vec<Bar>,
        actions: Vec<CorporateAction>,
        source: String,
    ) -> Self {
        Self::of_interval(symbol, (currency, exchange), Interval::DAILY, bars, actions)
            .from_source(source)
    }

    /// A series of bars of any interval and actions in order, without a source.
    pub fn of_interval(
        symbol: Symbol,
        (currency, exchange): (Currency, Exchange),
        interval: Interval,
        bars: Vec<Bar>,
        actions: Vec<CorporateAction>,
    ) -> Self {
        debug_assert!(bars.is_sorted_by(|a, b| a.date < b.date), "{symbol}: bars out of order");
        debug_assert!(actions.is_sorted_by_key(|action| action.ex_date), "{symbol}: actions");
        let (source, digest) = (String::new(), String::new());
        let mut series =
            Self { symbol, currency, exchange, interval, bars, actions, source, digest };
        let mut hasher = blake3::Hasher::new_derive_key(DIGEST_DOMAIN);
        series.hash_into(&mut hasher);
        series.digest = hasher.finalize().to_hex().to_string();
        series
    }

    /// The same series with the name of its source.
    #[must_use]
    pub fn from_source(self, source: String) -> Self {
        Self { source, ..self }
    }

    /// Date of the first bar.
    pub fn first(&self) -> Option<Date> {
        self.bars.first().map(|bar| bar.date.date())
    }

    /// Date of the last bar.
    pub fn last(&self) -> Option<Date> {
        self.bars.last().map(|bar| bar.date.date())
    }

    /// The bar that ended then, if there is one; for a date, its daily bar.
    pub fn bar(&self, date: impl Into<Moment>) -> Option<&Bar> {
        bar_of(&self.bars, date.into())
    }

    /// Splits only, in order.
    pub fn splits(&self) -> impl Iterator<Item = &CorporateAction> {
        self.actions.iter().filter(|action| matches!(action.kind, ActionKind::Split { .. }))
    }

    /// Dividends only, in order.
    pub fn dividends(&self) -> impl Iterator<Item = &CorporateAction> {
        self.actions.iter().filter(|action| matches!(action.kind, ActionKind::Dividend { .. }))
    }

    /// The bars were made up.
    pub fn is_synthetic(&self) -> bool {
        self.source.contains(SYNTHETIC)
    }

    fn hash_into(&self, hasher: &mut blake3::Hasher) {
        hash_text(hasher, self.symbol.as_str());
        hash_text(hasher, self.currency.code());
        hash_text(hasher, self.exchange.name());
        if !self.interval.is_daily() {
            hash_text(hasher, &self.interval.to_string());
        }
        hash_count(hasher, self.bars.len());
        for bar in &self.bars {
            hash_moment(hasher, bar.date);
            for value in [bar.open, bar.high, bar.low, bar.close, bar.volume] {
                hasher.update(&value.to_bits().to_le_bytes());
            }
        }
        hash_count(hasher, self.actions.len());
        for action in &self.actions {
            hash_date(hasher, action.ex_date);
            let (tag, value) = match action.kind {
                ActionKind::Split { ratio } => (b"s", ratio),
                ActionKind::Dividend { amount } => (b"d", amount),
            };
            hasher.update(tag);
            // Normalised: 2.65 and 2.6500 are one amount.
            hasher.update(&value.normalize().serialize());
        }
    }
}

/// The bar that ended at `date` among bars in order.
pub(crate) fn bar_of(bars: &[Bar], date: Moment) -> Option<&Bar> {
    bars.binary_search_by_key(&date, |bar| bar.date).ok().map(|at| &bars[at])
}

fn hash_text(hasher: &mut blake3::Hasher, text: &str) {
    hash_count(hasher, text.len());
    hasher.update(text.as_bytes());
}

fn hash_count(hasher: &mut blake3::Hasher, count: usize) {
    hasher.update(&(count as u64).to_le_bytes());
}

/// A daily moment counts as its date, so that a series of daily bars keeps its digest.
fn hash_moment(hasher: &mut blake3::Hasher, moment: Moment) {
    hash_date(hasher, moment.date());
    if let Some(minute) = moment.minute() {
        hasher.update(&minute.to_le_bytes());
    }
}

fn hash_date(hasher: &mut blake3::Hasher, date: Date) {
    hasher.update(&date.year().to_le_bytes());
    hasher.update(&[date.month().unsigned_abs(), date.day().unsigned_abs()]);
}

/// Instruments and the context they are judged in.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// Instruments that can be traded.
    pub series: BTreeMap<Symbol, Series>,
    /// The context index, `^GSPC`.
    pub index: Series,
    /// VIX closes by date.
    pub vix: Vec<(Date, f64)>,
    /// Bars inside the bars of the series, where there are any.
    pub finer: FinerHistory,
}

impl History {
    /// The instruments, in order.
    pub fn symbols(&self) -> Vec<Symbol> {
        self.series.keys().copied().collect()
    }

    /// The series of the chosen symbols, in order, each once.
    ///
    /// # Errors
    /// [`DataError::NoSymbols`] when none is chosen, [`DataError::NotTradable`] for an index,
    /// [`DataError::UnknownSymbol`] for any other that is not there.
    pub fn choose(&self, symbols: &[Symbol]) -> Result<Vec<&Series>, DataError> {
        if symbols.is_empty() {
            return Err(DataError::NoSymbols { available: self.symbols() });
        }
        let chosen: BTreeSet<Symbol> = symbols.iter().copied().collect();
        chosen
            .into_iter()
            .map(|symbol| match self.series.get(&symbol) {
                Some(series) => Ok(series),
                None if is_index(symbol) => Err(DataError::NotTradable { symbol }),
                None => Err(DataError::unknown(symbol, self.symbols())),
            })
            .collect()
    }

    /// First and last bar of the chosen symbols together; `None` when they have no bars.
    ///
    /// # Errors
    /// As [`History::choose`].
    pub fn range(&self, symbols: &[Symbol]) -> Result<Option<(Date, Date)>, DataError> {
        Ok(range_of(&self.choose(symbols)?))
    }

    /// Every chosen symbol has its prices in `wanted`, the currency of the account.
    ///
    /// # Errors
    /// [`DataError::Currency`] naming the first that has not; else as [`History::choose`].
    pub fn require_currency(&self, symbols: &[Symbol], wanted: Currency) -> Result<(), DataError> {
        match self.choose(symbols)?.into_iter().find(|series| series.currency != wanted) {
            None => Ok(()),
            Some(s) => Err(DataError::Currency { wanted, symbol: s.symbol, held: s.currency }),
        }
    }

    /// BLAKE3 over exactly what a run on these symbols can see: their bars and actions, the index
    /// and VIX. 64 hex digits; the order and repetition of `symbols` do not matter, and a symbol
    /// that is not there counts as such. `SYNTHETIC` and a space before it where some of it was
    /// made up.
    pub fn digest(&self, symbols: &[Symbol]) -> String {
        let chosen: BTreeSet<Symbol> = symbols.iter().copied().collect();
        let mut hasher = blake3::Hasher::new_derive_key(DIGEST_DOMAIN);
        hash_count(&mut hasher, chosen.len());
        for symbol in chosen {
            match self.series.get(&symbol) {
                Some(series) => series.hash_into(&mut hasher),
                None => hash_text(&mut hasher, &format!("absent {symbol}")),
            }
            // Nothing is hashed where there are none: histories without keep their digest.
            self.finer.hash_into(symbol, |ended, bar| {
                hash_moment(&mut hasher, ended);
                for value in [bar.open, bar.high, bar.low, bar.close, bar.volume] {
                    hasher.update(&value.to_bits().to_le_bytes());
                }
            });
        }
        self.index.hash_into(&mut hasher);
        hash_count(&mut hasher, self.vix.len());
        for &(date, close) in &self.vix {
            hash_date(&mut hasher, date);
            hasher.update(&close.to_bits().to_le_bytes());
        }
        let hex = hasher.finalize().to_hex().to_string();
        if self.is_synthetic(symbols) { format!("{SYNTHETIC} {hex}") } else { hex }
    }

    /// Some of what a run on these symbols can see was made up.
    pub fn is_synthetic(&self, symbols: &[Symbol]) -> bool {
        let mut chosen = symbols.iter().filter_map(|symbol| self.series.get(symbol));
        self.index.is_synthetic() || chosen.any(Series::is_synthetic)
    }
}

/// Indices are written with a caret, as vendors do.
pub(crate) fn is_index(symbol: Symbol) -> bool {
    symbol.as_str().starts_with('^')
}

pub(crate) fn range_of(chosen: &[&Series]) -> Option<(Date, Date)> {
    let first = chosen.iter().filter_map(|series| series.first()).min()?;
    let last = chosen.iter().filter_map(|series| series.last()).max()?;
    Some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_covers_what_is_chosen_and_nothing_else() {
        let history = History::bundled().unwrap();
        let [aapl, ibm] = ["AAPL", "IBM"].map(|s| Symbol::new(s).unwrap());
        let digest = history.digest(&[aapl, ibm]);
        assert_eq!(digest.len(), 64);
        assert_eq!(history.digest(&[ibm, aapl, ibm]), digest);
        assert_ne!(history.digest(&[aapl]), digest);

        let mut other = history.clone();
        other.series.remove(&Symbol::new("MSFT").unwrap());
        assert_eq!(other.digest(&[aapl, ibm]), digest);

        let bit = |x: f64| f64::from_bits(x.to_bits() ^ 1);
        let mut bar = history.clone();
        let volume = &mut bar.series.get_mut(&ibm).unwrap().bars[100].volume;
        *volume = bit(*volume);
        let mut action = history.clone();
        action.series.get_mut(&aapl).unwrap().actions.pop();
        let mut index = history.clone();
        index.index.bars[0].close = bit(index.index.bars[0].close);
        let mut vix = history;
        vix.vix[7].1 = bit(vix.vix[7].1);
        for changed in [bar, action, index, vix] {
            assert_ne!(changed.digest(&[aapl, ibm]), digest);
        }
    }

    #[test]
    fn wrong_choices_are_named_with_what_there_is() {
        let history = History::bundled().unwrap();
        let choose = |name: &str| history.choose(&[Symbol::new(name).unwrap()]).unwrap_err();
        assert!(choose("MSFTT").to_string().contains("did you mean `MSFT`?"));
        assert!(choose("^GSPC").to_string().contains("is an index"));
        assert!(history.choose(&[]).unwrap_err().to_string().contains("AAPL, FB, GOOG, IBM, MSFT"));
    }

    #[test]
    fn an_account_in_canadian_dollars_has_no_bundled_data() {
        let history = History::bundled().unwrap();
        let all = history.symbols();
        history.require_currency(&all, Currency::Usd).unwrap();
        let error = history.require_currency(&all, Currency::Cad).unwrap_err();
        assert!(error.to_string().starts_with("`AAPL` has prices in USD, the account is in CAD"));
    }
}
