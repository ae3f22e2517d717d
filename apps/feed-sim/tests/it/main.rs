//! The sources of `tradebot-market-data` against the providers here, over real sockets.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod support;
mod answers;
mod faults;
