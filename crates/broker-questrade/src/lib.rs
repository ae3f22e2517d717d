//! Questrade's wire to our words: response types that read both of its dialects.
//!
//! 1. [`read`] takes a status and a body and gives the reply or names what is wrong with it: the
//!    broker's error object (which may come with status 200), text where JSON was due, or a field
//!    that does not read.
//! 2. The reply types follow the broker's pages for accounts, symbols and market data. They accept
//!    what is documented and what was seen on the wire: second spellings of a key, a number as
//!    text, a flag as a number, nulls, unknown words, extra fields.
//! 3. Each type says what it means in the words of `tradebot-domain`, or why it cannot.
//!
//! Numbers become [`Decimal`](tradebot_domain::Decimal)s through their literal text, never through
//! an `f64`. Tokens are [`Secret`]s that cannot be printed.
//!
//! **Does not know:** sockets, files, clocks, and why anyone asks.
//!
//! **Read next:** `tradebot-domain` for the words, the broker's REST API pages for the wire.

mod wire;
pub mod words;
pub mod time;
pub mod token;
pub mod error;
pub mod reply;
pub mod account;
pub mod execution;
pub mod order;
pub mod activity;
pub mod symbol;
pub mod option;
pub mod market;
pub mod quote;
pub mod candle;

pub use error::{ErrorBody, ErrorCode, Retry};
pub use reply::{Conversion, ReplyError, read};
pub use time::BrokerTime;
pub use token::{Secret, TokenReply};

#[cfg(test)]
mod samples;
