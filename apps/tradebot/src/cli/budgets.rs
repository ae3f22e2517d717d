//! Arguments of `budgets`.

use clap::{Args, ValueEnum};

use super::Format;

/// Modes that call out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CallingMode {
    /// Live data, simulated broker
    Paper,
    /// Live data, real account
    Live,
}

/// Arguments of `budgets`.
#[derive(Debug, Clone, Args)]
pub struct BudgetsArgs {
    /// Only what this mode called [default: all modes, which share the limits]
    #[arg(long, value_name = "MODE")]
    pub mode: Option<CallingMode>,
    /// The format.
    #[command(flatten)]
    pub format: Format,
}
