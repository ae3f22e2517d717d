//! The simulator as its clients see it: the core by value, and the sockets around it.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]
#![expect(clippy::needless_pass_by_value, reason = "bodies read better without a borrow")]

mod support;

mod account_quirks;
mod clients;
mod login_quirks;
mod market_quirks;
mod order_quirks;
mod sockets;
mod streams;
mod trading;
