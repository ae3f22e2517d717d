//! `tradebot journal`: check the chain, look at its end, write it out.

use std::process::ExitCode;

use super::Context;
use crate::cli::JournalCommand;
use crate::exit::Failure;
use crate::reading;

mod export;
mod line;
mod tail;
mod verify;

/// Runs one of the commands.
///
/// # Errors
/// When there is no such run, or the database cannot be read. A broken chain is no error but exit
/// code 1.
pub fn run(context: &Context, command: &JournalCommand) -> Result<ExitCode, Failure> {
    match command {
        JournalCommand::Verify { mode, json } => return verify::run(context, *mode, *json),
        JournalCommand::Tail { which, lines, kind } => {
            let found = reading::find(&context.home, which)?;
            tail::run(&found, *lines, kind.as_deref())?;
        }
        JournalCommand::Export { which, output } => {
            let found = reading::find(&context.home, which)?;
            export::run(&found, output.as_deref(), context.global.quiet)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
