//! Adjusted cost base, capital gains and superficial losses in Canadian dollars. Bookkeeping, no
//! tax advice.
//!
//! 1. [`TaxEvent`]s of every account, in any order: purchases, sales, splits, returns of capital.
//! 2. [`books`] walks each property in the order of its trades: one average cost per person over all
//!    accounts that are taxed (Income Tax Act 47(1)), amounts at the day's rate of an
//!    [`ExchangeRates`] source, and for every loss the superficial part ([`Superficial`]).
//! 3. [`TaxBooks`] holds a line per event, what is still held, and what could not be known.
//!    [`YearSummary`] adds up the dispositions of a year; [`recent_losses`] says which losses an
//!    entry of today would deny.
//!
//! What is not known stays unknown: a sale of shares that were never bought, or an amount without
//! an exchange rate, leaves the cost base unknown until the position is flat. Nothing is guessed.
//!
//! ```
//! use tradebot_domain::Currency;
//! use tradebot_execution::tax::{RateTable, Rules, TaxAccount, TaxAction, TaxEvent, books};
//!
//! let account = TaxAccount::taxed("26543210", "self");
//! let on = |day: &str, action| TaxEvent::new(&account, "ZZQ", day.parse().unwrap(), action);
//! let events = [
//!     on("2014-01-06", TaxAction::buy(100, 50)), // shares, dollars each
//!     on("2014-11-03", TaxAction::sell(100, 30)),
//!     on("2014-11-04", TaxAction::buy(100, 30)),
//! ];
//! let rates = RateTable::default(); // Canadian dollars need none
//! let books = books(&[account], &events, &rates, &Rules::default())?;
//! assert_eq!(books.lines[1].denied, 2000.into(), "the whole loss is superficial ...");
//! assert_eq!(books.lines[2].acb, Some(5000.into()), "... and part of the new shares' cost");
//! # assert_eq!(events[0].currency, Currency::Cad);
//! # Ok::<(), tradebot_execution::tax::TaxError>(())
//! ```
//!
//! **Choices where the law leaves one**, each in the decision record on tax books:
//! a disposition happens on its settlement date, with [`DateBasis::Trade`] on its trade date; sales
//! of one account on one day with no purchase between them are one disposition; each disposition
//! is measured against its window by itself; a denied loss is shared out over who holds substituted
//! property at the end of the window.
//!
//! **Not in here:** options and other rights to acquire, gains on foreign cash, transfers in kind,
//! superficial gains, and whether trading is a business.

mod record; // what happened
mod rates; // dollars
mod timeline; // one property's events in order, in comparable shares
mod pool; // average cost
mod superficial; // the window
mod walk; // the books of one property
mod line; // what the books say
mod year; // a tax year
mod watch; // before an entry

pub use line::{Allocation, Holding, LineKind, Superficial, TaxBooks, TaxLine, TaxWarning};
pub use rates::{ExchangeRates, RateTable, RatesError};
pub use record::{DateBasis, Rules, TaxAccount, TaxAction, TaxEvent};
pub use superficial::WINDOW_DAYS;
pub use walk::{TaxError, books};
pub use watch::recent_losses;
pub use year::{YearRow, YearSummary};

#[cfg(test)]
mod tests;
