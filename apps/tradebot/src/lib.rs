//! The command-line application: composition root of the workspace.
//!
//! [`main`] parses the command line ([`cli`]), reads the configuration ([`settings`]), wires edges
//! to the engine ([`market`], [`replaying`]) and prints ([`output`], [`summary`]). Each command
//! has its file under `commands`.
//!
//! **Does not know:** how decisions are made.
//!
//! **Read next:** [`replaying`], then `tradebot-engine`.

pub mod cli;
pub mod exit;
pub mod home;
pub mod settings;
pub mod interrupt;
pub mod logging;
pub mod output;
pub mod progress;
pub mod market;
pub mod reading;
pub mod metering;
pub mod accounts;
pub mod recorder;
pub mod continuing;
pub mod manifest;
pub mod attempts;
pub mod sweeping;
pub mod replaying;
pub mod live;
pub mod summary;
pub mod commands;
pub mod validate;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::Cli;

/// Everything the `tradebot` binary does.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match commands::dispatch(cli) {
        Ok(code) => code,
        Err(failure) => {
            progress::say(&format!("tradebot: {failure}"));
            failure.exit_code()
        }
    }
}
