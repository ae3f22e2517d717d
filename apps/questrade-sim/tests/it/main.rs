//! The simulator as its clients see it: the core by value, and the sockets around it.

mod support;

mod account_quirks;
mod clients;
mod login_quirks;
mod market_quirks;
mod order_quirks;
mod sockets;
mod streams;
mod trading;
