//! Tests of the whole: the real program with real data, in a home of its own each time.
//!
//! Each test calls the binary as a user does and looks at what a user sees: exit codes, text,
//! JSON, files. [`support`] starts, watches and interrupts it; [`support::reference`] is one short
//! run that most of them read or compare with.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]
#![expect(clippy::print_stdout, reason = "skipped tests and measured times are said aloud")]

mod support;
mod contracts;
mod prefix;
mod golden;
mod reading;
mod reproducing;
mod faces;
mod partner;
mod tickets;
mod token;
mod simulated;
mod governed;
mod probing;
mod terminal;
mod restart;
mod sweeping;
mod syncing;
mod synthetic;
mod tax;
mod accounts;
mod disks;
mod quality;
mod wrong_words;
mod wrong_data;
mod wrong_database;
mod extra_data;
mod intraday;
mod paper;
