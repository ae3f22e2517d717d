//! Questrade: its wire in our words, its reads, and the custody of its token.
//!
//! 1. [`environment`] says where the broker is and which hosts a token may be sent to.
//! 2. [`transport`] sends one request and names what is wrong with the answer; reads are repeated,
//!    nothing else is.
//! 3. [`custody`] keeps the single-use refresh token: one owner, sealed on disk, the new one
//!    durable before it is used.
//! 4. [`client`] asks every read there is and mends what the broker cuts: windows, pages, twins.
//! 5. [`stream`] listens to quotes and to orders; after each connection REST is the truth first.
//! 6. [`read`] takes a status and a body and gives the reply or names what is wrong with it: the
//!    broker's error object (which may come with status 200), text where JSON was due, or a field
//!    that does not read. The reply types accept what is documented and what was seen on the wire:
//!    second spellings of a key, a number as text, a flag as a number, nulls, unknown words, extra
//!    fields. Each says what it means in the words of `tradebot-domain`, or why it cannot.
//!
//! Numbers become [`Decimal`](tradebot_domain::Decimal)s through their literal text, never through
//! an `f64`. Tokens are [`Secret`]s that cannot be printed. A personal token places no orders:
//! [`sink`] is for approved partner applications, and is not made without proof.
//!
//! ```
//! use tradebot_broker_questrade::environment::Environment;
//! use tradebot_broker_questrade::quote::QuotesReply;
//! use tradebot_broker_questrade::read;
//!
//! let body = br#"{"quotes":[{"symbol":"ZZQ.TO","symbolId":"9001001","bidPrice":36.54,
//!     "askPrice":36.56,"delay":true,"isHalted":false}]}"#;
//! let reply: QuotesReply = read(200, body)?;
//! let quote = &reply.quotes[0];
//! assert_eq!(quote.delay, 1); // delayed: nothing is decided on it
//!
//! // The login host names the API server; a token goes to no other kind of host.
//! assert!(Environment::Live.api_base("https://api03.iq.questrade.com/").is_ok());
//! assert!(Environment::Live.api_base("https://questrade.example.org/").is_err());
//! # Ok::<(), tradebot_broker_questrade::ReplyError>(())
//! ```
//!
//! **Does not know:** why anyone asks, how much anyone may ask, and what is decided.
//!
//! **Read next:** `tradebot-domain` for the words, the broker's REST API pages for the wire,
//! `docs/adr/0019-custody-of-a-single-use-token.md` for the custody of the token.

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
pub mod option_quote;
pub mod candle;
pub mod environment;
pub mod transport;
pub mod custody;
pub mod client;
pub mod stream;
pub mod sink;

pub use error::{ErrorBody, ErrorCode, Retry};
pub use reply::{Conversion, ReplyError, read};
pub use time::BrokerTime;
pub use token::{Secret, TokenReply};

#[cfg(test)]
mod samples;
