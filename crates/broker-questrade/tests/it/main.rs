//! The client against a broker on a real socket that does whatever brokers and networks do.

mod support;
mod answers;
mod crash;
mod custody;
mod reads;
mod secrets;
mod streams;
