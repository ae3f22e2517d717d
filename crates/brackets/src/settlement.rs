//! When trades settle, and what may be spent before they do.
//!
//! [`SettlementSchedule`] says on which date a trade's money changes hands; [`SettledCash`] keeps
//! an account's money apart by that date.
//!
//! ```
//! use tradebot_brackets::settlement::{SettledCash, SettlementSchedule};
//! use tradebot_domain::{Currency, Decimal, Exchange, Money};
//!
//! let schedule = SettlementSchedule::of(Exchange::Xnys);
//! let trade = "2024-06-03".parse()?;
//! let settles = schedule.settle_date_on(Exchange::Xnys, trade)?;
//! let mut cash = SettledCash::new(Currency::Usd, Money(Decimal::from(1_000)), trade);
//! cash.receive(Money(Decimal::from(500)), settles)?;
//! assert!(cash.buy(Money(Decimal::from(1_200)), settles).is_err(), "not before it has settled");
//! cash.advance(settles)?;
//! assert_eq!(cash.spendable(), Money(Decimal::from(1_500)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use serde::{Deserialize, Serialize};
use tradebot_domain::{CalendarError, Date, Exchange};

use crate::cost::config::{ConfigError, in_range};
use crate::cost::{NotKnown, Row, Table};

mod holidays;
mod ledger;

pub use ledger::{CashError, SettledCash};

/// Longest cycle that a configuration may ask for, settlement days.
const CYCLE_MAX: u32 = 5;

/// How many settlement days after its trade date a trade settles, by trade date.
///
/// - **Settlement days** are sessions of the exchange less the days on which banks are closed: on
///   Columbus Day one can trade and not settle.
/// - **Where in doubt, later:** a day on which an exchange was closed and its depository was not
///   counts as closed, so that money is expected a day late rather than a day early.
///
/// **Source:** 17 CFR 240.15c6-1 and its amendments (T+3 to T+2 on 2017-09-05, to T+1 on
/// 2024-05-28); TMX operational notices for Canada (T+1 on 2024-05-27).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettlementSchedule {
    /// Settlement days after the trade date, 0 to 5.
    pub cycles: Table<u32>,
    /// Whose banks must be open.
    pub banks: Banks,
    /// Further days on which nothing settles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<Date>,
}

/// Whose bank holidays are no settlement days though the exchange is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Banks {
    /// No one's: every session is a settlement day.
    Ignored,
    /// United States: Columbus Day and Veterans Day.
    UnitedStates,
    /// Canada: Remembrance Day and, from 2021 on, the National Day for Truth and Reconciliation.
    Canada,
}

/// Why no settlement date is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettlementError {
    /// No cycle is known for the trade date.
    #[error("settlement cycle: {0}")]
    NotKnown(#[from] NotKnown),
    /// The calendar ends, or begins later.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// Days that are not in ascending order.
    #[error("settlement days are not in order: {later} stands before {earlier}")]
    Order {
        /// The date that stands first.
        later: Date,
        /// The date that stands behind it.
        earlier: Date,
    },
    /// The days given end before the trade settles.
    #[error("a trade of {trade} settles {needed} settlement days later; {found} were given")]
    TooFewDays {
        /// Trade date.
        trade: Date,
        /// Settlement days needed after it.
        needed: u32,
        /// Settlement days given after it.
        found: usize,
    },
}

impl SettlementSchedule {
    /// The cycles and bank holidays of an exchange, for trade dates from 2000 on.
    pub fn of(exchange: Exchange) -> Self {
        let (one_day, banks) = match exchange {
            Exchange::Xnys => (day(2024, 5, 28), Banks::UnitedStates),
            Exchange::Xtse => (day(2024, 5, 27), Banks::Canada),
        };
        let row = |from, terms| Row { from: Some(from), terms };
        let rows = vec![row(day(2000, 1, 1), 3), row(day(2017, 9, 5), 2), row(one_day, 1)];
        Self { cycles: Table { rows, known_through: None }, banks, closed: Vec::new() }
    }

    /// # Errors
    /// [`ConfigError`] with the first value outside its range.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let cycle = |days: &u32| in_range("days", f64::from(*days), (0.0, f64::from(CYCLE_MAX)));
        self.cycles.validate(cycle).map_err(|error| error.within("cycles"))
    }

    /// The date on which a trade settles, counted on the days given.
    ///
    /// - **trade:** the trade date, which need not be a settlement day itself.
    /// - **settlement_days:** in ascending order, reaching past the trade date far enough; those of
    ///   [`SettlementSchedule::settlement_days`], or an exchange's sessions where banks do not matter.
    ///
    /// # Errors
    /// [`SettlementError`] when the cycle is not known, or the days are out of order or too few.
    pub fn settle_date(
        &self,
        trade: Date,
        settlement_days: &[Date],
    ) -> Result<Date, SettlementError> {
        let needed = *self.cycles.on(trade)?;
        if let Some(pair) = settlement_days.windows(2).find(|pair| pair[0] >= pair[1]) {
            return Err(SettlementError::Order { later: pair[0], earlier: pair[1] });
        }
        let Some(further) = needed.checked_sub(1) else { return Ok(trade) };
        let after = &settlement_days[settlement_days.partition_point(|day| *day <= trade)..];
        let found = after.len();
        let error = SettlementError::TooFewDays { trade, needed, found };
        usize::try_from(further).ok().and_then(|index| after.get(index)).copied().ok_or(error)
    }

    /// The same on the calendar of an exchange.
    ///
    /// # Errors
    /// [`SettlementError`] when the cycle is not known, or the calendar ends too early.
    pub fn settle_date_on(&self, exchange: Exchange, trade: Date) -> Result<Date, SettlementError> {
        let mut left = *self.cycles.on(trade)?;
        let mut day = trade;
        while left > 0 {
            day = exchange.next_session(day)?;
            left -= u32::from(self.settles(day));
        }
        Ok(day)
    }

    /// The settlement days of `from..=to`, in order.
    ///
    /// # Errors
    /// [`CalendarError`] when either end is outside the calendar.
    pub fn settlement_days(
        &self,
        exchange: Exchange,
        from: Date,
        to: Date,
    ) -> Result<Vec<Date>, CalendarError> {
        let mut days = exchange.sessions(from, to)?;
        days.retain(|day| self.settles(*day));
        Ok(days)
    }

    /// A session on which money changes hands.
    fn settles(&self, session: Date) -> bool {
        !self.closed.contains(&session) && !holidays::banks_closed(self.banks, session)
    }
}

fn day(year: i16, month: i8, day: i8) -> Date {
    Date::new(year, month, day).expect("the dates of the cycles are dates")
}

#[cfg(test)]
mod tests;
