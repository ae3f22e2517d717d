//! The broker as a run on live data asks it: reads alone, and troubles by what helps against them.

use std::future::Future;

use jiff::ToSpan as _;
use tradebot_broker_questrade::client::{ClientError, EmptyWindow, Interval, Window};
use tradebot_broker_questrade::reply::Conversion;
use tradebot_broker_questrade::symbol::SymbolDetail;
use tradebot_broker_questrade::transport::FaultClass;
use tradebot_broker_questrade::words;
use tradebot_domain::{Bar, Currency, Date, Decimal, Exchange, Symbol, Timestamp};
use tradebot_market_data::budget::Governor;
use tradebot_storage::{ApiCheck, Store, StoreError};

use super::credentials::{Held, Paper};
use super::probes::{self, Probe, questrade::Questrade};
use super::schedule::eastern;

/// Why the broker gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// It may pass by itself: the same is asked again.
    #[error("{0}")]
    Passing(String),
    /// A person must do something; the text says what.
    #[error("{0}")]
    Person(String),
}

impl From<ClientError> for Trouble {
    fn from(error: ClientError) -> Self {
        let person = match &error {
            ClientError::Custody(custody) => custody.needs_a_person(),
            ClientError::Call(call) => call.fault.class() == FaultClass::Scope,
            ClientError::Argument { .. } | ClientError::Endless { .. } => true,
        };
        let text = error.to_string();
        if person { Self::Person(text) } else { Self::Passing(text) }
    }
}

impl From<Conversion> for Trouble {
    fn from(error: Conversion) -> Self {
        Self::Passing(error.to_string())
    }
}

impl From<EmptyWindow> for Trouble {
    fn from(error: EmptyWindow) -> Self {
        Self::Passing(error.to_string())
    }
}

/// A symbol as the broker lists it today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Its name.
    pub symbol: Symbol,
    /// The broker's id of it, which may change overnight.
    pub id: i64,
    /// The exchange whose sessions it trades in.
    pub exchange: Exchange,
    /// The currency of its prices; none for one that this program does not know.
    pub currency: Option<Currency>,
    /// It may be traded: an index may not.
    pub tradable: bool,
    /// Its last or next ex-date with the dividend per share, where both are known.
    pub dividend: Option<(Date, Decimal)>,
}

/// What a quote says of a session that has no candle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Traded {
    /// It was traded: the candle is still to come.
    Yes,
    /// It was not, and why that is known.
    No(String),
}

/// The reads that a run on live data needs, one after the other.
pub struct Broker {
    held: Held<Paper>,
    runtime: tokio::runtime::Runtime,
}

impl Broker {
    /// Reads with what paper holds.
    ///
    /// # Errors
    /// When the system gives no runtime.
    pub fn new(held: Held<Paper>) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { held, runtime })
    }

    fn wait<T>(&self, read: impl Future<Output = Result<T, ClientError>>) -> Result<T, Trouble> {
        Ok(self.runtime.block_on(read)?)
    }

    /// Asks whether session, clock, accounts and rights are as they should be, and notes the answers.
    /// What failed is told; the run waits it out where it needs it.
    ///
    /// # Errors
    /// [`StoreError`] when the answers cannot be noted.
    pub fn check(&self, governor: &Governor, store: &Store) -> Result<Vec<ApiCheck>, StoreError> {
        let probes: Vec<Box<dyn Probe>> =
            vec![Box::new(Questrade::new(self.held.client().clone()))];
        self.runtime.block_on(probes::at_start(&probes, governor, store))
    }

    /// The broker's clock.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn time(&self) -> Result<Timestamp, Trouble> {
        Ok(self.wait(self.held.client().time())?.instant())
    }

    /// Exact names as they are listed today; unknown ones are missing.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn listings(&self, names: &[Symbol]) -> Result<Vec<Listing>, Trouble> {
        let texts: Vec<&str> = names.iter().map(Symbol::as_str).collect();
        let found = self.wait(self.held.client().symbols_by_name(&texts))?;
        let wanted = |detail: &SymbolDetail| {
            let symbol = detail.symbol().ok()?;
            names.contains(&symbol).then(|| listing(symbol, detail))
        };
        Ok(found.iter().filter_map(wanted).collect())
    }

    /// Finished daily bars of `from..=to`; the caller knows that `to` is over.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn daily_bars(&self, id: i64, from: Date, to: Date) -> Result<Vec<Bar>, Trouble> {
        let end = to.checked_add(1.day()).unwrap_or(to);
        let window = Window::new(midnight(from), midnight(end))?;
        let series = self.wait(self.held.client().candles(id, Interval::OneDay, window))?;
        let mut bars = series.daily_bars(to)?;
        bars.retain(|bar| bar.date.date() >= from);
        Ok(bars)
    }

    /// Whether a symbol was traded on the session that its quote still speaks of.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn traded(&self, id: i64, session: Date) -> Result<Traded, Trouble> {
        let quotes = self.wait(self.held.client().quotes(&[id]))?;
        let Some(quote) = quotes.quotes.first() else {
            return Ok(Traded::No("the broker has no quote of it".to_owned()));
        };
        let last = quote.last_trade_time.map(|time| time.eastern_date());
        Ok(match last {
            Some(last) if last < session => Traded::No(format!("its last trade was on {last}")),
            _ if quote.volume == 0 => Traded::No("no share of it was traded".to_owned()),
            _ if quote.is_halted => Traded::No("trading in it is halted".to_owned()),
            _ => Traded::Yes,
        })
    }
}

fn listing(symbol: Symbol, detail: &SymbolDetail) -> Listing {
    let exchange = match detail.listing_exchange {
        words::Exchange::Tsx
        | words::Exchange::TsxVenture
        | words::Exchange::Cse
        | words::Exchange::Neo
        | words::Exchange::Montreal => Exchange::Xtse,
        _ => Exchange::Xnys,
    };
    let currency = match detail.currency {
        words::Currency::Usd => Some(Currency::Usd),
        words::Currency::Cad => Some(Currency::Cad),
        _ => None,
    };
    let amount = detail.dividend.filter(|amount| *amount > Decimal::ZERO);
    let dividend = detail.ex_date.map(|time| time.eastern_date()).zip(amount);
    let (id, tradable) = (detail.symbol_id, detail.is_tradable);
    Listing { symbol, id, exchange, currency, tradable, dividend }
}

fn midnight(date: Date) -> Timestamp {
    let start = date.to_datetime(jiff::civil::Time::midnight());
    eastern().to_timestamp(start).unwrap_or_default()
}
