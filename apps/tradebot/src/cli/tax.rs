//! Arguments of `report tax`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Format, Which};

/// Other reports than the page of a run.
#[derive(Debug, Clone, Subcommand)]
pub enum ReportCommand {
    /// Adjusted cost base, gains and superficial losses in Canadian dollars (no tax advice)
    #[command(
        after_help = "Examples:\n  tradebot report tax --activities activities.csv --rates usd-cad.csv --year 2025\n  tradebot report tax --run backtest-0001 --rates usd-cad.csv --csv\n\nACTIVITIES is the broker's export of account activities saved as CSV; RATES is `date,USD` or the Bank of Canada's\nfile of FXUSDCAD. What is not known (an older purchase, a missing rate) is said and never guessed. This is\nbookkeeping, no tax advice."
    )]
    Tax(Box<TaxArgs>),
}

/// Which of a trade's dates counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BasisChoice {
    /// The settlement date, as the Canada Revenue Agency sees listed shares
    Settlement,
    /// The trade date
    Trade,
}

/// Arguments of `report tax`.
#[derive(Debug, Clone, Args)]
pub struct TaxArgs {
    /// Activities or executions of accounts, CSV; may be given more than once [default: a run's fills]
    #[arg(long, value_name = "FILE")]
    pub activities: Vec<PathBuf>,
    /// The run whose fills are reported where no activities are given.
    #[command(flatten)]
    pub which: Which,
    /// Exchange rates: `date,USD`, or the Bank of Canada's file of FXUSDCAD
    #[arg(long, value_name = "FILE")]
    pub rates: Option<PathBuf>,
    /// Only this tax year
    #[arg(long, value_name = "YEAR")]
    pub year: Option<i16>,
    /// Currency of the books
    #[arg(long, value_name = "CODE", default_value = "CAD")]
    pub currency: String,
    /// Which date decides on year, rate and window
    #[arg(long, value_name = "DATE", default_value = "settlement")]
    pub basis: BasisChoice,
    /// The history is complete through this day [default: its last event]
    #[arg(long, value_name = "DATE")]
    pub through: Option<String>,
    /// Accounts that are registered, where the file does not say so
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',')]
    pub registered: Vec<String>,
    /// Accounts of an affiliated person, such as a spouse
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',')]
    pub affiliated: Vec<String>,
    /// Symbols that are one property, such as RY.TO=RY
    #[arg(long, value_name = "SYMBOL=SYMBOL", value_delimiter = ',')]
    pub same: Vec<String>,
    /// The format.
    #[command(flatten)]
    pub format: Format,
}
