//! One file per command, and the switch between them.

pub mod run;
pub mod backtest;
pub mod report;
pub mod reproduce;
pub mod compare;
pub mod sweep;
pub mod walk_forward;
pub mod explain;
pub mod why;
pub mod status;
pub mod positions;
pub mod orders;
pub mod trades;
pub mod account;
pub mod budgets;
pub mod skill;
pub mod doctor;
pub mod journal;
pub mod data;
pub mod provenance;
pub mod quality;
pub mod tickets;
pub mod token;
pub mod config;
pub mod shell;

mod columns;
pub(crate) mod figures;
mod page;
mod subject;
mod writer;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::cli::{Cli, Command, Global};
use crate::exit::Failure;
use crate::{home, settings, validate};

/// What every command gets: the home folder and the flags all commands share.
pub struct Context {
    /// The home folder; it may not exist yet.
    pub home: PathBuf,
    /// Shared flags.
    pub global: Global,
}

impl Context {
    /// Settings of all layers with the command's own flags on top.
    ///
    /// # Errors
    /// A usage failure that names key, place and remedy.
    pub fn settings(&self, flags: settings::Overrides) -> Result<settings::Loaded, Failure> {
        let file = settings::file(self.global.config.as_deref(), &self.home)?;
        settings::load(file.as_deref(), flags)
    }
}

/// Runs one command.
///
/// # Errors
/// The failure of the command, with its exit code.
pub fn dispatch(cli: Cli) -> Result<ExitCode, Failure> {
    let context = Context { home: home::locate(cli.global.home.clone())?, global: cli.global };
    let _log = crate::logging::start(&context)?;
    match cli.command {
        Command::Run(args) => run::run(&context, &args)?,
        Command::Backtest(args) => backtest::run(&context, &args)?,
        Command::Validate(args) => return validate::run(&context, &args),
        Command::Report(args) => report::run(&context, &args)?,
        Command::Compare(args) => compare::run(&context, &args)?,
        Command::Sweep(args) => sweep::run(&context, &args)?,
        Command::WalkForward(args) => walk_forward::run(&context, &args)?,
        Command::Reproduce(args) => return reproduce::run(&context, &args),
        Command::Explain(args) => explain::run(&context, &args)?,
        Command::Why(args) => why::run(&context, &args)?,
        Command::Status(args) => status::run(&context, &args)?,
        Command::Positions(args) => positions::run(&context, &args)?,
        Command::Orders(args) => orders::run(&context, &args)?,
        Command::Trades(args) => trades::run(&context, &args)?,
        Command::Account(args) => account::run(&context, &args)?,
        Command::Budgets(args) => budgets::run(&context, &args)?,
        Command::Skill(args) => skill::run(&context, &args)?,
        Command::Doctor(args) => return doctor::run(&context, &args),
        Command::Journal(command) => return journal::run(&context, &command),
        Command::Data(command) => data::run(&context, &command)?,
        Command::Quality(command) => quality::run(&context, &command)?,
        Command::Provenance(args) => provenance::run(&context, &args)?,
        Command::Tickets(command) => tickets::run(&context, &command)?,
        Command::Token(command) => return token::run(&context, &command),
        Command::Config(command) => config::run(&context, &command)?,
        Command::Completions { shell } => shell::completions(shell)?,
        Command::Man => shell::man()?,
    }
    Ok(ExitCode::SUCCESS)
}
