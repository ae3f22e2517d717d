//! The command line: what can be asked of `tradebot`, with help that a newcomer can follow.

mod budgets;
mod data;
mod live;
mod many;
mod quality;
mod tax;
mod tickets;
mod token;

use std::path::PathBuf;

use crate::settings::Preset;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub use budgets::{BudgetsArgs, CallingMode};
pub use data::{DataCommand, GenerateArgs, ImportArgs, StampArg, SyncArgs};
pub use live::LiveArgs;
pub use many::{CompareArgs, Learning, RankedBy, Search, SweepArgs, WalkForwardArgs};
pub use quality::{DecideArgs, ProvenanceArgs, QualityCommand};
pub use tax::{BasisChoice, ReportCommand, TaxArgs};
pub use tickets::{TicketMode, TicketsArgs, TicketsCommand};
pub use token::{KeyChoice, TokenArgs, TokenCommand, World};

/// An autonomous, self-explaining trading bot. Start with: tradebot run --mode demo
#[derive(Debug, Parser)]
#[command(
    name = "tradebot",
    version,
    about,
    max_term_width = 100,
    after_help = "Start here:\n  tradebot run --mode demo      replay bundled market data through the whole loop\n  tradebot report latest        the report of that run\n  tradebot validate             measure every promise\n\nExit codes: 0 done, 1 a check failed or the work could not be done, 2 wrong usage or configuration,\n130 interrupted (everything done so far is durable; the same command continues)."
)]
pub struct Cli {
    /// What every command understands.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command understands stands together, after a command's own options.
const COMMON: &str = "Common options";

/// What every command understands.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Folder of databases, catalogue, reports and logs [default: the data folder of the system]
    #[arg(long, env = "TRADEBOT_HOME", global = true, value_name = "DIR", help_heading = COMMON)]
    pub home: Option<PathBuf>,
    /// Configuration file [default: tradebot.yaml in the current folder, then in the home folder]
    #[arg(long, env = "TRADEBOT_CONFIG", global = true, value_name = "FILE", help_heading = COMMON)]
    pub config: Option<PathBuf>,
    /// Results only: no progress, no notes
    #[arg(long, short, global = true, help_heading = COMMON)]
    pub quiet: bool,
    /// More detail in the log on stderr (repeat for more)
    #[arg(long, short, global = true, action = clap::ArgAction::Count, help_heading = COMMON)]
    pub verbose: u8,
    /// Format of the log
    #[arg(long, global = true, value_name = "FORMAT", help_heading = COMMON)]
    pub log_format: Option<LogFormat>,
}

/// Format of the log on stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Which edges a run has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RunMode {
    /// Recorded market data, simulated broker: needs nothing else
    Demo,
    /// Live data, simulated broker: needs the broker's token
    Paper,
    /// Live data, real account (comes with the broker connection)
    Live,
}

/// Which run's database a command reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReadMode {
    /// Runs of `tradebot run --mode demo`
    Demo,
    /// Runs of `tradebot backtest`
    Backtest,
    /// The runs of `tradebot run --mode paper`
    Paper,
}

/// How a table is printed.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Format {
    /// Print JSON
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print CSV
    #[arg(long)]
    pub csv: bool,
}

/// Which run a command is about.
#[derive(Debug, Clone, Args)]
pub struct Which {
    /// The run, such as demo-0001, or `latest`
    #[arg(long, default_value = "latest", value_name = "RUN")]
    pub run: String,
    /// Which database [default: told by the run's name, else the one written last]
    #[arg(long, value_name = "MODE")]
    pub mode: Option<ReadMode>,
}

/// The commands, in the order in which a newcomer meets them.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the decision loop
    #[command(
        after_help = "Examples:\n  tradebot run --mode demo\n  tradebot run --mode demo --symbols AAPL,MSFT --from 2005-01-01 --to 2009-12-31 --cash 25000\n  tradebot run --mode paper --symbols AAPL,MSFT --environment practice --passphrase-file FILE\n\nInterrupt it whenever you like: the same command continues where it was."
    )]
    Run(RunArgs),
    /// Run the same loop over any history and judge the result
    #[command(
        after_help = "Examples:\n  tradebot backtest --from 2004-01-01 --symbols IBM,MSFT\n  tradebot backtest --half-spread-bps 10 --policy my-regimes.yaml --json\n  tradebot backtest --data catalogue --interval 5m --flat-at-close --quiet-minutes 30"
    )]
    Backtest(BacktestArgs),
    /// Measure every promise of the product
    #[command(
        after_help = "Examples:\n  tradebot validate\n  tradebot validate --profile full --json --junit report.xml\n\nExit code 1 when a check fails. A promise that is not built yet is reported as not_built and fails nothing."
    )]
    Validate(ValidateArgs),
    /// Write the HTML report of a run
    #[command(
        after_help = "Examples:\n  tradebot report latest\n  tradebot report backtest-0002 --output result.html\n  tradebot report tax --activities activities.csv --rates usd-cad.csv"
    )]
    Report(ReportArgs),
    /// Show runs side by side on one page
    #[command(
        after_help = "Examples:\n  tradebot compare demo-0001 backtest-0002\n  tradebot compare backtest-0001 backtest-0002 --output both.html"
    )]
    Compare(CompareArgs),
    /// Try many settings on one history, and say what is left of the best
    #[command(
        after_help = "Examples:\n  tradebot sweep --vary policy.*.r_multiple=1.5..2.5/0.5 --vary ensemble.half_life_sessions=250,500,1000\n  tradebot sweep --search guided --trials 40 --vary costs.half_spread_bps=0..10/1 --vary limits.kelly_fraction=0.1..0.5/0.1\n  tradebot sweep --strategy sma_cross --over fast=5:50:5 --over slow=20:200:10 --output crosses.parquet\n\nKEY is a dotted key of the configuration, or policy.ROW.KEY (policy.*.KEY for all rows).\nVALUES are a list (1,2,5), steps (FROM..TO/STEP) or equal ratios (FROM..TO*COUNT).\nResults are kept as they come: the same command goes on after an interruption."
    )]
    Sweep(SweepArgs),
    /// Choose settings step by step and test each choice on what came after
    #[command(
        after_help = "Examples:\n  tradebot walk-forward --vary policy.*.r_multiple=1.5..2.5/0.5\n  tradebot walk-forward --learn rolling --first 1000 --every 250 --vary ensemble.half_life_sessions=250,500,1000\n\nRows between what is learned from and what is tested on are purged: at least as many sessions as a position may be\nopen. A shorter purge is refused unless --let-it-leak says that it is wanted."
    )]
    WalkForward(WalkForwardArgs),
    /// Compute a run again from its manifest and compare
    #[command(
        after_help = "Examples:\n  tradebot reproduce demo-0001\n  tradebot reproduce latest --threads 1 --json\n\nExit code 1 when the digests differ. Nothing in the home folder changes."
    )]
    Reproduce(ReproduceArgs),
    /// Show one decision as a waterfall, from bars to shares
    #[command(
        after_help = "Examples:\n  tradebot explain AAPL 2005-03-01\n  tradebot explain AAPL@2005-03-01"
    )]
    Explain(ExplainArgs),
    /// Say why there was no trade
    #[command(
        after_help = "Examples:\n  tradebot why AAPL 2005-03-02\n  tradebot why FB latest --json"
    )]
    Why(WhyArgs),
    /// What the bot holds and how it is doing
    #[command(
        after_help = "Examples:\n  tradebot status\n  tradebot status --run backtest-0001 --json"
    )]
    Status(TableArgs),
    /// Open positions with stops and targets
    #[command(after_help = "Examples:\n  tradebot positions\n  tradebot positions --csv")]
    Positions(TableArgs),
    /// Orders and their states
    #[command(after_help = "Examples:\n  tradebot orders\n  tradebot orders --run demo-0001 --csv")]
    Orders(TableArgs),
    /// Closed trades
    #[command(after_help = "Examples:\n  tradebot trades --symbol IBM\n  tradebot trades --csv")]
    Trades(TradesArgs),
    /// Cash, equity and profit by symbol, regime, basis and member
    #[command(after_help = "Examples:\n  tradebot account\n  tradebot account --json")]
    Account(TableArgs),
    /// How good each member and the ensemble were, out of sample
    #[command(
        after_help = "Examples:\n  tradebot skill\n  tradebot skill --run backtest-0001 --csv\n\nskill is 1 - Brier score / Brier score of the row rate, with its 95 % interval (stationary bootstrap of whole sessions);\naccuracy_20 is the accuracy among the surest fifth of the forecasts, majority_20 that of always saying the more\nfrequent outcome of the same fifth."
    )]
    Skill(TableArgs),
    /// Calls of external interfaces: limits, what is used, what becomes of it
    #[command(
        after_help = "Examples:\n  tradebot budgets\n  tradebot budgets --mode paper --json\n\nused counts the calls of the window that ends now; left is what decisions may still call, beyond which a reserve is\nkept for orders and account queries. exhausted is a forecast at the rate of the last tenth of the window. Windows\nshorter than a minute are kept by the running bot and are over before they could be shown."
    )]
    Budgets(BudgetsArgs),
    /// Check this machine and the home folder, with a remedy for each finding
    #[command(
        after_help = "Examples:\n  tradebot doctor\n  tradebot doctor --json\n  tradebot doctor --probe --passphrase-file ~/.config/tradebot/passphrase\n\nWithout --probe nothing is sent: the checks of external interfaces are those of the last start."
    )]
    Doctor(DoctorArgs),
    /// Check, follow and export the journal
    #[command(subcommand)]
    Journal(JournalCommand),
    /// Bring in and look at market data of your own
    #[command(subcommand)]
    Data(DataCommand),
    /// What could be mended in imported data, and your word on it
    #[command(subcommand)]
    Quality(QualityCommand),
    /// Where a number came from: files, repairs, gate, adjustments
    #[command(
        after_help = "Examples:\n  tradebot provenance AAPL 2005-03-01\n  tradebot provenance RY.TO@2024-05-02 --json"
    )]
    Provenance(ProvenanceArgs),
    /// What the bot asks you to enter at the broker, and your answers
    #[command(subcommand)]
    Tickets(TicketsCommand),
    /// Bring in, look at and exchange the broker's token
    #[command(subcommand)]
    Token(TokenCommand),
    /// Show and check the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print a completion script for your shell
    #[command(
        after_help = "Example:\n  tradebot completions bash > ~/.local/share/bash-completion/completions/tradebot"
    )]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    #[command(after_help = "Example:\n  tradebot man | man -l -")]
    Man,
}

/// What a replay is given, on top of the configuration.
#[derive(Debug, Clone, Default, Args)]
pub struct ReplayArgs {
    /// First session [default: where the data begin]
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Last session [default: where the data end]
    #[arg(long, value_name = "DATE")]
    pub to: Option<String>,
    /// Symbols to trade, separated by commas [default: all stocks of the data]
    #[arg(long, value_name = "SYMBOLS", value_delimiter = ',')]
    pub symbols: Option<Vec<String>>,
    /// Cash at the start [default: 100000]
    #[arg(long, value_name = "AMOUNT")]
    pub cash: Option<String>,
    /// Currency of the account [default: USD]
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
    /// Seed of everything that draws [default: 42]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Policy file with the regime rows [default: the bundled one]
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Market data: `bundled`, or `catalogue` for what `data import` brought in
    #[arg(long, value_name = "SOURCE")]
    pub data: Option<DataSource>,
    /// How orders are filled and paid for [default: plain]
    #[arg(long, value_name = "PRESET")]
    pub execution: Option<Preset>,
    /// Begin with what a finished run has learned, such as demo-0001
    #[arg(long, value_name = "RUN")]
    pub warm_start: Option<String>,
    /// Worker threads for fits [default: all cores]; results do not depend on it
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Print one JSON object instead of the summary
    #[arg(long)]
    pub json: bool,
    /// Do not write the HTML report at the end
    #[arg(long)]
    pub no_report: bool,
}

/// Where market data come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DataSource {
    /// The history that comes with the program
    Bundled,
    /// The user's own imports
    Catalogue,
}

/// Arguments of `run`.
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    /// Which edges
    #[arg(long, default_value = "demo")]
    pub mode: RunMode,
    /// The replay.
    #[command(flatten)]
    pub replay: ReplayArgs,
    /// Sessions a second, to watch it work [default: as fast as it goes]
    #[arg(long, value_name = "N")]
    pub pace: Option<f64>,
    /// What a run on live data is given.
    #[command(flatten)]
    pub live: LiveArgs,
}

/// Arguments of `backtest`.
#[derive(Debug, Clone, Args)]
pub struct BacktestArgs {
    /// The replay.
    #[command(flatten)]
    pub replay: ReplayArgs,
    /// Commission per share
    #[arg(long, value_name = "AMOUNT")]
    pub commission_per_share: Option<f64>,
    /// Least commission per order
    #[arg(long, value_name = "AMOUNT")]
    pub commission_min: Option<f64>,
    /// Half the spread, in basis points of price
    #[arg(long, value_name = "BPS")]
    pub half_spread_bps: Option<f64>,
    /// Slippage of market and stop orders, in basis points of price
    #[arg(long, value_name = "BPS")]
    pub slippage_bps: Option<f64>,
    /// Decide on bars of 1m, 5m, 15m, 30m or 1h, made of imported one-minute bars
    #[arg(long, value_name = "LENGTH")]
    pub interval: Option<String>,
    /// With --interval: positions leave at the open of a session's last bar
    #[arg(long)]
    pub flat_at_close: bool,
    /// With --interval: no entry within so many minutes of the close [default: 0]
    #[arg(long, value_name = "MINUTES")]
    pub quiet_minutes: Option<u16>,
}

/// Arguments of `validate`.
#[derive(Debug, Clone, Args)]
pub struct ValidateArgs {
    /// How much is measured
    #[arg(long, default_value = "quick")]
    pub profile: Profile,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Also write JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Look for values that know the future, and prove that twelve planted leaks are found
    #[arg(long, conflicts_with_all = ["profile", "junit"])]
    pub leaks: bool,
}

/// How much `validate` measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// Short replays: what continuous integration runs
    Quick,
    /// The whole bundled history
    Full,
}

/// Arguments of `report`.
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ReportArgs {
    /// Another report than the page of a run.
    #[command(subcommand)]
    pub other: Option<ReportCommand>,
    /// The run, such as demo-0001, or `latest`
    #[arg(default_value = "latest")]
    pub run: String,
    /// Which database
    #[arg(long, value_name = "MODE")]
    pub mode: Option<ReadMode>,
    /// Where to write [default: reports/RUN.html in the home folder]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `reproduce`.
#[derive(Debug, Clone, Args)]
pub struct ReproduceArgs {
    /// The run, such as demo-0001, or `latest`
    #[arg(default_value = "latest")]
    pub run: String,
    /// Which database
    #[arg(long, value_name = "MODE")]
    pub mode: Option<ReadMode>,
    /// Worker threads for fits [default: all cores]; results do not depend on it
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `explain`.
#[derive(Debug, Clone, Args)]
pub struct ExplainArgs {
    /// A decision (SYMBOL@DATE), or a symbol
    pub subject: String,
    /// The session, when a symbol was given
    pub date: Option<String>,
    /// The run.
    #[command(flatten)]
    pub which: Which,
    /// Print the whole record as JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `why`.
#[derive(Debug, Clone, Args)]
pub struct WhyArgs {
    /// The symbol
    pub symbol: String,
    /// The session
    pub date: String,
    /// The run.
    #[command(flatten)]
    pub which: Which,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Arguments of commands that print one table.
#[derive(Debug, Clone, Args)]
pub struct TableArgs {
    /// The run.
    #[command(flatten)]
    pub which: Which,
    /// The format.
    #[command(flatten)]
    pub format: Format,
}

/// Arguments of `trades`.
#[derive(Debug, Clone, Args)]
pub struct TradesArgs {
    /// The run.
    #[command(flatten)]
    pub which: Which,
    /// Only this symbol
    #[arg(long, value_name = "SYMBOL")]
    pub symbol: Option<String>,
    /// The format.
    #[command(flatten)]
    pub format: Format,
}

/// Arguments of `doctor`.
#[derive(Debug, Clone, Args)]
pub struct DoctorArgs {
    /// Ask every external interface that is set up, now
    #[arg(long)]
    pub probe: bool,
    /// With --probe: whose database the answers are noted in [default: live if there is one, else paper]
    #[arg(long, value_name = "MODE", requires = "probe")]
    pub mode: Option<CallingMode>,
    /// With --probe: which of the broker's tokens.
    #[command(flatten)]
    pub which: TokenArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// The journal.
#[derive(Debug, Clone, Subcommand)]
pub enum JournalCommand {
    /// Check the hash chain from the first entry to the last
    #[command(
        after_help = "Examples:\n  tradebot journal verify\n  tradebot journal verify --mode backtest --json"
    )]
    Verify {
        /// Which database [default: all that exist]
        #[arg(long, value_name = "MODE")]
        mode: Option<ReadMode>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the last entries
    #[command(
        after_help = "Examples:\n  tradebot journal tail -n 50\n  tradebot journal tail --kind trade_closed"
    )]
    Tail {
        /// The run.
        #[command(flatten)]
        which: Which,
        /// How many
        #[arg(long, short = 'n', default_value_t = 20)]
        lines: usize,
        /// Only this kind, such as fill or trade_closed
        #[arg(long, value_name = "KIND")]
        kind: Option<String>,
    },
    /// Write all entries as JSON lines
    #[command(
        after_help = "Example:\n  tradebot journal export --run demo-0001 --output journal.jsonl"
    )]
    Export {
        /// The run.
        #[command(flatten)]
        which: Which,
        /// Where to write [default: standard output]
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// The configuration.
#[derive(Debug, Clone, Subcommand)]
pub enum ConfigCommand {
    /// Every value in force and where it comes from
    #[command(after_help = "Examples:\n  tradebot config show\n  tradebot config show --json")]
    Show {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Check configuration and policy without running
    #[command(
        after_help = "Examples:\n  tradebot config check\n  tradebot config check --config other.yaml"
    )]
    Check,
}
