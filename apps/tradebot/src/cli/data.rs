//! What can be asked of market data of one's own.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Format, TokenArgs};

/// Market data of the user's own.
#[derive(Debug, Clone, Subcommand)]
pub enum DataCommand {
    /// Bring in CSV, CSV.GZ or Parquet files
    #[command(
        after_help = "Examples:\n  tradebot data import prices.csv --symbol RY.TO --currency CAD --exchange XTSE --preview\n  tradebot data import daily.csv.gz --factors factors.csv.gz --map date=day,close=last\n  tradebot data import minutes.csv.gz --interval 1m"
    )]
    Import(ImportArgs),
    /// Make up a market: a SYNTHETIC one, for tests of size and of skill
    #[command(
        after_help = "Examples:\n  tradebot data generate --symbols 100 --home synthetic\n  tradebot data generate --symbols 20 --exchange XTSE --seed 7 --edge 0.1 --home planted\n\nThe same seed is the same market, whatever the number of symbols and the last session. Nothing in it can be\nforecast unless --edge plants something. It is stored in the catalogue, which must hold nothing else; trade it with:\n  tradebot backtest --data catalogue --home synthetic"
    )]
    Generate(GenerateArgs),
    /// Fetch what is missing from the sources that are set
    #[command(
        after_help = "Examples:\n  tradebot data sync AAPL RY.TO --from 2024-01-02\n  tradebot data sync --plan\n  tradebot data sync --bars questrade,alpha_vantage --passphrase-file ~/.config/tradebot/passphrase\n\nSources and their keys are set under `sources` in tradebot.yaml, or as TRADEBOT_SOURCES__KEYS__ALPHA_VANTAGE and so on.\nA source without its key is off. What is stored stays; a second run fetches nothing. Exit code 1 when something that is\nmissing could not be had."
    )]
    Sync(Box<SyncArgs>),
    /// What there is to trade
    #[command(after_help = "Examples:\n  tradebot data list\n  tradebot data list --csv")]
    List {
        /// The format.
        #[command(flatten)]
        format: Format,
    },
    /// Range, gaps, actions and quality of one symbol
    #[command(
        after_help = "Examples:\n  tradebot data inspect AAPL\n  tradebot data inspect RY.TO --json"
    )]
    Inspect {
        /// The symbol
        symbol: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Arguments of `data generate`.
#[derive(Debug, Clone, Args)]
pub struct GenerateArgs {
    /// How many symbols
    #[arg(long, default_value_t = 100, value_name = "N")]
    pub symbols: u32,
    /// First session
    #[arg(long, default_value = "2004-01-02", value_name = "DATE")]
    pub from: String,
    /// Last session
    #[arg(long, default_value = "2023-12-29", value_name = "DATE")]
    pub to: String,
    /// Seed of everything that draws
    #[arg(long, default_value_t = 42, value_name = "N")]
    pub seed: u64,
    /// Exchange of the listings: XNYS (in US dollars) or XTSE (in Canadian dollars, SYN00001.TO)
    #[arg(long, default_value = "XNYS", value_name = "MIC")]
    pub exchange: String,
    /// Plant momentum of this strength: a day's own mean return in standard deviations, such as 0.1
    #[arg(long, value_name = "STRENGTH")]
    pub edge: Option<f64>,
    /// Sessions over which planted momentum is smoothed
    #[arg(long, default_value_t = 20.0, value_name = "SESSIONS", requires = "edge")]
    pub edge_sessions: f64,
    /// Every symbol trades on every session: nobody is listed late, halted or delisted
    #[arg(long)]
    pub complete: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `data sync`.
#[derive(Debug, Clone, Args)]
pub struct SyncArgs {
    /// Symbols [default: those of the configuration, else those of the catalogue]
    pub symbols: Vec<String>,
    /// First session wanted [default: that of the configuration, else two years back]
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Last session wanted [default: the last that is finished]
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// Who is asked for daily bars, first to last [default: those of the configuration]
    #[arg(long, value_delimiter = ',', value_name = "SOURCES")]
    pub bars: Option<Vec<String>>,
    /// Show what is missing and ask nobody
    #[arg(long)]
    pub plan: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// The broker's token, for the source `questrade`.
    #[command(flatten)]
    pub token: TokenArgs,
}

/// Which end of an intraday bar its time names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StampArg {
    /// The minute in which the bar begins
    Start,
    /// The minute in which the bar ends
    End,
}

/// Arguments of `data import`.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub struct ImportArgs {
    /// Files to read
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// The symbol, when the file has no such column
    #[arg(long)]
    pub symbol: Option<String>,
    /// Only these symbols of a file with several
    #[arg(long, value_delimiter = ',', value_name = "SYMBOLS")]
    pub only: Option<Vec<String>>,
    /// Currency of the prices
    #[arg(long, default_value = "USD")]
    pub currency: String,
    /// Exchange whose sessions apply: XNYS or XTSE
    #[arg(long, default_value = "XNYS")]
    pub exchange: String,
    /// Which column holds what, e.g. date=day,close=last,adj_close=adjusted
    #[arg(long, value_delimiter = ',', value_name = "WHAT=COLUMN")]
    pub map: Vec<String>,
    /// Length of the bars: 1d, or 1m with a time of day in the date column
    #[arg(long, default_value = "1d", value_name = "LENGTH")]
    pub interval: String,
    /// Which end of its minute a time names [default: end where the column's name ends with `end`]
    #[arg(long, value_name = "END")]
    pub stamp: Option<StampArg>,
    /// Format of dates, such as %d/%m/%Y [default: YYYY-MM-DD and its usual relatives]
    #[arg(long, value_name = "FORMAT")]
    pub date_format: Option<String>,
    /// Table of split and dividend factors that goes with the prices
    #[arg(long, value_name = "FILE")]
    pub factors: Option<PathBuf>,
    /// Show what would be read and stop
    #[arg(long)]
    pub preview: bool,
    /// Replace what the catalogue holds for these symbols
    #[arg(long)]
    pub replace: bool,
    /// Keep rows that pass and leave out those that do not
    #[arg(long)]
    pub accept_dirty: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
