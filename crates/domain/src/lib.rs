//! Numbers that cannot be confused, symbols, bars, corporate actions, sessions and calendars.
//!
//! Everything above this crate speaks in these words. Money, order prices and share counts are
//! exact decimals; analysis (bars, indicators, probabilities) is `f64`; the border between the two
//! is [`Price::from_f64`] and [`Price::to_f64`], and nothing else crosses it.
//!
//! **Does not know:** where anything comes from.
//!
//! **Read next:** `tradebot-policy`, `tradebot-journal`.

pub mod symbol;
pub mod moment;
pub mod interval;
pub mod bar;
pub mod action;
pub mod feed;
pub mod columns;
pub mod number;
pub mod money;
pub mod regime;
pub mod member;
pub mod calendar;

/// What begins the name and the digest of market data that were made up, wherever they surface.
pub const SYNTHETIC: &str = "SYNTHETIC";

pub use action::{ActionKind, CorporateAction};
pub use bar::Bar;
pub use calendar::{CalendarError, Exchange, SessionHours};
pub use columns::{ColumnFeed, Columns};
pub use feed::{Feed, FinerBars, SessionData};
pub use interval::{Interval, SessionMinutes};
pub use jiff::Span;
pub use jiff::Timestamp;
pub use jiff::civil::Date;
pub use member::MemberId;
pub use moment::{Moment, MomentError};
pub use money::{Currency, Money, Price, Rounding, Shares, Tick};
pub use number::{OutOfRange, Probability};
pub use regime::Regime;
pub use rust_decimal::Decimal;
pub use symbol::{SYMBOL_BYTES_MAX, Symbol, SymbolError};
