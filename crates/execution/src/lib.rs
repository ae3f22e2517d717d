//! Approvals to orders to a known end: intents, the broker port, the simulated broker, the book.
//!
//! 1. [`Intent::from_approved`] spends an approval; nothing else makes an intent.
//! 2. [`journal`] puts it on record and gives the token that a [`Broker`] asks for, so that code
//!    which sends an order that is not on record does not compile.
//! 3. A broker answers with [`BrokerEvent`]s. [`SimulatedBroker`] works the bracket on raw bars
//!    with the walker that labels and shadow outcomes use.
//! 4. [`Book::apply`] keeps cash and positions in exact decimals and turns those events into the
//!    entries of the journal: orders, fills, corporate actions, closed trades.
//!
//! What a row asks for beside its bracket goes with the intent ([`Intent::managed`]): a partial exit
//! is a second limit order whose shares the stop gives up when it fills, and a trade is one record
//! whatever the number of its fills.
//!
//! ```
//! use tradebot_brackets::CostModel;
//! use tradebot_domain::{Bar, Money, Regime};
//! use tradebot_execution::{Book, Broker as _, Intent, SimulatedBroker, journal};
//! use tradebot_journal::{DecisionId, MemoryLedger};
//! use tradebot_risk::Approved;
//!
//! fn first_day(
//!     approved: Approved, id: DecisionId, next: &Bar,
//! ) -> Result<Money, Box<dyn std::error::Error>> {
//!     let cash = Money("100000".parse()?);
//!     let mut broker = SimulatedBroker::new(CostModel::default(), cash);
//!     let mut book = Book::new(cash);
//!     let (session, row) = (id.session, Regime::Transition);
//!     let intent = Intent::from_approved(approved, "I1".to_owned(), session, id, row);
//!     let mut events = broker.submit(journal(intent, &mut MemoryLedger::default())?)?;
//!     events.extend(broker.on_bar(id.symbol, next));
//!     book.apply_all(&events)?;
//!     Ok(book.equity())
//! }
//! ```
//!
//! **Does not know:** why we trade.
//!
//! **Read next:** `tradebot-engine`, which calls it in a cycle.

pub mod intent;
pub mod leg;
pub mod event;
pub mod broker;
pub mod simulated;
pub mod book;
pub mod tax;
pub mod ticket;
mod by_symbol;

pub use book::{Book, BookError, Pending, Position};
pub use broker::{Broker, SendError};
pub use event::{BrokerEvent, Execution, ExitDetail, FillDetail, exit_reason};
pub use intent::{Intent, Journaled, bracket_record, journal, management_record};
pub use leg::Leg;
pub use simulated::{ActionRefused, BY_FINER_BARS, SimulatedBroker, Unpriced};

#[cfg(test)]
mod testing;
