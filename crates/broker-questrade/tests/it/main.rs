//! The client against a broker on a real socket that does whatever brokers and networks do.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]
#![expect(clippy::disallowed_methods, reason = "waits and clocks are what is tested")]

mod support;
mod metering;
mod answers;
mod bad_input;
mod crash;
mod custody;
mod reads;
mod secrets;
mod streams;
