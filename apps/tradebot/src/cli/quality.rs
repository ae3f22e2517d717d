//! Arguments of `quality` and `provenance`.

use clap::{Args, Subcommand};

use super::Format;

/// Repairs of imported data.
#[derive(Debug, Clone, Subcommand)]
pub enum QualityCommand {
    /// Repairs that are proposed, and what speaks for each
    #[command(
        after_help = "Examples:\n  tradebot quality list\n  tradebot quality list ELCO.L --csv\n  tradebot quality list --decided\n\nNothing is mended by itself. Data that come with the program are never changed."
    )]
    List {
        /// Only of this symbol
        symbol: Option<String>,
        /// What was accepted and rejected before, instead
        #[arg(long)]
        decided: bool,
        /// The format.
        #[command(flatten)]
        format: Format,
    },
    /// Make repairs; what was stored before is replaced
    #[command(
        after_help = "Example:\n  tradebot quality accept 3f2a90c1 --note \"quoted in pence\"\n\nRuns on other data than before begin anew: their data digest differs."
    )]
    Accept(DecideArgs),
    /// Leave the data as they are and do not propose these repairs again
    #[command(
        after_help = "Example:\n  tradebot quality reject 3f2a90c1 --note \"a special dividend\""
    )]
    Reject(DecideArgs),
}

/// Which repairs, and why.
#[derive(Debug, Clone, Args)]
pub struct DecideArgs {
    /// Names of repairs, as `quality list` shows them
    #[arg(required = true, value_name = "ID")]
    pub ids: Vec<String>,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

/// Arguments of `provenance`.
#[derive(Debug, Clone, Args)]
pub struct ProvenanceArgs {
    /// A bar (SYMBOL@DATE), or a symbol
    pub subject: String,
    /// The session, when a symbol was given
    pub date: Option<String>,
    /// The run whose decision is shown [default: the newest, if it has one]
    #[arg(long, value_name = "RUN")]
    pub run: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
