//! The configuration: defaults < `tradebot.yaml` < environment < flags, each value with where it
//! comes from. Unknown keys are errors.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use figment::providers::{Env, Format as _, Serialized, Yaml};
use figment::{Figment, error::Kind};
use serde::{Deserialize, Serialize};
use tradebot_brackets::CostModel;
use tradebot_domain::Decimal;
use tradebot_engine::config::{SecondOpinionView, Training};
use tradebot_engine::roster::Roster;
use tradebot_ensemble::EnsembleConfig;
use tradebot_policy::Limits;

use crate::cli::{BacktestArgs, DataSource, ReplayArgs};
use crate::exit::Failure;
pub use execution::{Execution, Preset};
pub use live::{Live, PartnerTerms, SinkName};
pub use paper::{Broker, Opening, Paper};
pub use sources::Sources;

mod execution;
mod live;
mod paper;
mod sources;

/// Variables with our prefix that are not configuration keys.
const NOT_KEYS: [&str; 4] = ["HOME", "CONFIG", "EXTRA_DATA", "LOG"];

/// Everything a user may set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The account.
    pub account: Account,
    /// What is traded and when.
    pub universe: Universe,
    /// Bars shorter than a session; none for daily ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intraday: Option<Intraday>,
    /// Seed of everything that draws.
    pub seed: u64,
    /// Policy file; none for the bundled rows.
    pub policy: Option<PathBuf>,
    /// Costs of the simulated venue.
    pub costs: CostModel,
    /// How orders are filled and paid for beyond that.
    #[serde(default, skip_serializing_if = "Execution::is_plain")]
    pub execution: Execution,
    /// How orders leave in live mode.
    #[serde(default, skip_serializing_if = "Live::is_default")]
    pub live: Live,
    /// Working limits; hard bounds are compiled in.
    pub limits: Limits,
    /// Refits of learned members.
    pub training: Training,
    /// Weights of members.
    pub ensemble: EnsembleConfig,
    /// What the second opinion on the regime sees.
    pub second_opinion: SecondOpinionView,
    /// The log on stderr and in the home folder.
    pub log: Log,
    /// Sources of market data for `data sync`.
    #[serde(default, skip_serializing_if = "Sources::is_plain")]
    pub sources: Sources,
    /// Which broker a run on live data reads.
    #[serde(default, skip_serializing_if = "is_default")]
    pub broker: Broker,
    /// How a run on live data keeps time.
    #[serde(default, skip_serializing_if = "Paper::is_default")]
    pub paper: Paper,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The account of a demo or backtest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Cash at the start, a decimal text; a plain number is understood too.
    #[serde(deserialize_with = "text_or_number")]
    pub cash: String,
    /// Its currency.
    pub currency: String,
}

/// The environment has no lists: `AAPL,MSFT` is split at its commas.
fn list_or_text<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<String>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Symbols {
        List(Vec<String>),
        Text(String),
    }
    let given = Option::<Symbols>::deserialize(deserializer)?;
    Ok(given.map(|symbols| match symbols {
        Symbols::List(list) => list,
        Symbols::Text(text) => text.split(',').map(|s| s.trim().to_owned()).collect(),
    }))
}

/// YAML and the environment read `25000` as a number; the amount is exact all the same, because it
/// is taken by its shortest text.
fn text_or_number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Amount {
        Text(String),
        Whole(i64),
        Real(f64),
    }
    Ok(match Amount::deserialize(deserializer)? {
        Amount::Text(text) => text,
        Amount::Whole(whole) => whole.to_string(),
        Amount::Real(real) => real.to_string(),
    })
}

/// What is traded and when.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Universe {
    /// `bundled` or `catalogue`.
    pub data: String,
    /// Symbols; none for all of the data. A text with commas is understood too.
    #[serde(default, deserialize_with = "list_or_text")]
    pub symbols: Option<Vec<String>>,
    /// First session; none for the first of the data.
    pub from: Option<String>,
    /// Last session; none for the last of the data.
    pub to: Option<String>,
    /// Sectors by symbol, for the limit on one sector; what is not named counts as one sector.
    #[serde(default)]
    pub sectors: BTreeMap<String, String>,
    /// Imported bars of a minute do not tell what came first inside a longer bar; by default they do,
    /// where there are any.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ignore_finer_bars: bool,
}

/// A run on bars shorter than a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intraday {
    /// Length of a bar: `1m`, `5m`, `15m`, `30m` or `1h`; to be given with any of the others.
    #[serde(default)]
    pub interval: String,
    /// Positions leave at the open of a session's last bar.
    #[serde(default)]
    pub flat_at_close: bool,
    /// No entry within so many minutes of the close.
    #[serde(default)]
    pub quiet_minutes: u16,
}

/// Sectors of the bundled stocks in the years that the bundle covers.
const BUNDLED_SECTORS: [(&str, &str); 5] = [
    ("AAPL", "information technology"),
    ("FB", "information technology"),
    ("GOOG", "information technology"),
    ("IBM", "information technology"),
    ("MSFT", "information technology"),
];

/// The log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// `text` or `json`.
    pub format: String,
    /// `error`, `warn`, `info`, `debug` or `trace`, or a filter such as `tradebot=debug`.
    pub level: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            account: Account { cash: "100000".to_owned(), currency: "USD".to_owned() },
            universe: Universe {
                data: "bundled".to_owned(),
                sectors: BUNDLED_SECTORS
                    .map(|(s, sector)| (s.to_owned(), sector.to_owned()))
                    .into(),
                ..Universe::default()
            },
            intraday: None,
            seed: 42,
            policy: None,
            costs: CostModel::default(),
            execution: Execution::default(),
            live: Live::default(),
            limits: Limits::simulated(),
            training: Training::default(),
            ensemble: EnsembleConfig::default(),
            second_opinion: SecondOpinionView::default(),
            log: Log { format: "text".to_owned(), level: "warn".to_owned() },
            sources: Sources::default(),
            broker: Broker::default(),
            paper: Paper::default(),
        }
    }
}

/// Flags as a layer of their own: only what was given.
#[derive(Debug, Default, Serialize)]
struct Flags {
    #[serde(skip_serializing_if = "FlagAccount::is_empty")]
    account: FlagAccount,
    #[serde(skip_serializing_if = "FlagUniverse::is_empty")]
    universe: FlagUniverse,
    #[serde(skip_serializing_if = "FlagIntraday::is_empty")]
    intraday: FlagIntraday,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<PathBuf>,
    #[serde(skip_serializing_if = "FlagCosts::is_empty")]
    costs: FlagCosts,
    #[serde(skip_serializing_if = "FlagExecution::is_empty")]
    execution: FlagExecution,
}

#[derive(Debug, Default, PartialEq, Serialize)]
struct FlagAccount {
    #[serde(skip_serializing_if = "Option::is_none")]
    cash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
}

#[derive(Debug, Default, PartialEq, Serialize)]
struct FlagUniverse {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    symbols: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
}

#[derive(Debug, Default, PartialEq, Serialize)]
struct FlagIntraday {
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flat_at_close: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quiet_minutes: Option<u16>,
}

#[derive(Debug, Default, PartialEq, Serialize)]
struct FlagCosts {
    #[serde(skip_serializing_if = "Option::is_none")]
    commission_per_share: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commission_min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    half_spread_bps: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slippage_bps: Option<f64>,
}

#[derive(Debug, Default, PartialEq, Serialize)]
struct FlagExecution {
    #[serde(skip_serializing_if = "Option::is_none")]
    preset: Option<Preset>,
}

macro_rules! empty_when_default {
    ($($t:ty),*) => { $(impl $t { fn is_empty(&self) -> bool { *self == Self::default() } })* };
}
empty_when_default!(FlagAccount, FlagUniverse, FlagIntraday, FlagCosts, FlagExecution);

/// What the command line adds.
#[derive(Debug, Default)]
pub struct Overrides(Flags);

impl From<&ReplayArgs> for Overrides {
    fn from(args: &ReplayArgs) -> Self {
        Self(Flags {
            account: FlagAccount { cash: args.cash.clone(), currency: args.currency.clone() },
            universe: FlagUniverse {
                data: args.data.map(|d| match d {
                    DataSource::Bundled => "bundled".to_owned(),
                    DataSource::Catalogue => "catalogue".to_owned(),
                }),
                symbols: args.symbols.clone(),
                from: args.from.clone(),
                to: args.to.clone(),
            },
            seed: args.seed,
            policy: args.policy.clone(),
            intraday: FlagIntraday::default(),
            costs: FlagCosts::default(),
            execution: FlagExecution { preset: args.execution },
        })
    }
}

impl From<&BacktestArgs> for Overrides {
    fn from(args: &BacktestArgs) -> Self {
        let mut overrides = Self::from(&args.replay);
        overrides.0.intraday = FlagIntraday {
            interval: args.interval.clone(),
            flat_at_close: args.flat_at_close.then_some(true),
            quiet_minutes: args.quiet_minutes,
        };
        overrides.0.costs = FlagCosts {
            commission_per_share: args.commission_per_share,
            commission_min: args.commission_min,
            half_spread_bps: args.half_spread_bps,
            slippage_bps: args.slippage_bps,
        };
        overrides
    }
}

/// Settings and the layers they came from.
pub struct Loaded {
    /// The values in force.
    pub settings: Settings,
    figment: Figment,
}

/// The configuration file in force: the one named, else `tradebot.yaml` here, else in the home.
///
/// # Errors
/// A usage failure when the one named does not exist.
pub fn file(named: Option<&Path>, home: &Path) -> Result<Option<PathBuf>, Failure> {
    if let Some(named) = named {
        return if named.is_file() {
            Ok(Some(named.to_owned()))
        } else if named.exists() {
            Err(Failure::usage(format!(
                "--config {} is not a file; name the configuration file itself",
                named.display()
            )))
        } else {
            Err(Failure::usage(format!(
                "configuration file {} does not exist; name another with --config, or leave it out to run on defaults",
                named.display()
            )))
        };
    }
    let candidates = [PathBuf::from("tradebot.yaml"), home.join("tradebot.yaml")];
    Ok(candidates.into_iter().find(|p| p.is_file()))
}

/// Reads all layers.
///
/// # Errors
/// A usage failure that names key, place and remedy.
pub fn load(file: Option<&Path>, overrides: Overrides) -> Result<Loaded, Failure> {
    let mut figment = Figment::from(Serialized::defaults(Settings::default()));
    if let Some(file) = file {
        refuse_duplicate_keys(file)?;
        figment = figment.merge(Yaml::file_exact(file));
    }
    let env = Env::prefixed("TRADEBOT_")
        .filter(|key| !NOT_KEYS.contains(&key.as_str().to_ascii_uppercase().as_str()))
        .split("__");
    let figment = figment.merge(env).merge(Serialized::defaults(overrides.0));
    let settings: Settings = figment.extract().map_err(|e| Failure::usage(explain(&e)))?;
    let loaded = Loaded { settings, figment };
    let problems = loaded.out_of_range();
    if problems.is_empty() {
        return Ok(loaded);
    }
    Err(Failure::usage(format!("configuration: {}", problems.join("\n               "))))
}

/// YAML readers take the last of two equal keys; a user who wrote both meant something else.
fn refuse_duplicate_keys(file: &Path) -> Result<(), Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|e| Failure::usage(format!("cannot read {}: {e}", file.display())))?;
    tradebot_policy::duplicate_keys(&file.display().to_string(), &text)
        .map_err(|e| Failure::usage(e.to_string()))
}

/// Says what was found, where, and what was probably meant.
fn explain(error: &figment::Error) -> String {
    let mut lines = Vec::new();
    for e in error.clone() {
        let key = e.path.join(".");
        let place = e.metadata.as_ref().map_or_else(String::new, |m| {
            let source = m.source.as_ref().map_or_else(|| m.name.to_string(), ToString::to_string);
            format!(" in {source}")
        });
        lines.push(match &e.kind {
            Kind::UnknownField(found, known) => {
                let meant = closest(found, known.iter().copied())
                    .map_or_else(String::new, |k| format!("; did you mean `{k}`?"));
                let full = if key.is_empty() || key == *found || key.ends_with(&format!(".{found}"))
                {
                    if key.is_empty() { found.clone() } else { key.clone() }
                } else {
                    format!("{key}.{found}")
                };
                format!("unknown key `{full}`{place}{meant} (known here: {})", known.join(", "))
            }
            kind => format!("key `{key}`{place}: {kind}"),
        });
    }
    format!("configuration: {}", lines.join("\n               "))
}

/// The known word nearest to a typo, when one is near enough.
pub fn closest<'a>(found: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|k| (strsim::damerau_levenshtein(found, k), k))
        .filter(|(distance, k)| *distance <= 1 + k.len() / 4)
        .min()
        .map(|(_, k)| k)
}

/// One value in force and the layer it came from.
#[derive(Debug, Clone, Serialize)]
pub struct Origin {
    /// Dotted key.
    pub key: String,
    /// The value.
    pub value: serde_json::Value,
    /// default, a file, the environment or the command line.
    pub source: String,
}

impl Loaded {
    /// Every leaf with its origin, by key.
    pub fn origins(&self) -> Vec<Origin> {
        let tree = serde_json::to_value(&self.settings).unwrap_or_default();
        let mut leaves = Vec::new();
        collect("", &tree, &mut leaves);
        leaves
            .into_iter()
            .map(|(key, value)| Origin { source: self.source(&key), key, value })
            .collect()
    }

    /// The layer that a key's value comes from.
    fn source(&self, key: &str) -> String {
        let Some(metadata) = self.figment.find_metadata(key) else { return "default".to_owned() };
        match metadata.source.as_ref() {
            Some(figment::Source::File(path)) => path.display().to_string(),
            _ if metadata.name.contains("environment") => {
                format!("environment (TRADEBOT_{})", key.replace('.', "__").to_uppercase())
            }
            _ if metadata.name.contains("Settings") => "default".to_owned(),
            _ => "command line".to_owned(),
        }
    }

    /// Numbers outside what the program allows, each with its key and where it was set.
    fn out_of_range(&self) -> Vec<String> {
        let Settings { account, limits, costs, training, .. } = &self.settings;
        let mut problems = Vec::new();
        let cash = &account.cash;
        if !cash.parse::<Decimal>().is_ok_and(|amount| amount > Decimal::ZERO) {
            let source = self.source("account.cash");
            problems.push(format!(
                "account.cash is {cash} ({source}); an amount above zero such as 25000 is allowed"
            ));
        }
        let months = f64::from(training.every_months);
        let mut ranges = vec![("training.every_months".to_owned(), months, 1.0, 12.0)];
        ranges.extend(
            costs.ranges().map(|(name, value, max)| (format!("costs.{name}"), value, 0.0, max)),
        );
        ranges.retain(|(_, value, min, max)| !(*min..=*max).contains(value));
        let members = Roster::size(self.settings.ensemble.experts);
        if let Err(e) = self.settings.ensemble.validate(members) {
            let source = self.source(&format!("ensemble.{}", e.setting));
            problems.push(format!(
                "ensemble.{} is {} ({source}); {} is allowed",
                e.setting, e.value, e.allowed
            ));
        }
        if let Ok(currency) = account.currency.parse()
            && let Some(problem) = self.settings.execution.problem(*costs, currency)
        {
            problems.push(problem);
        }
        problems.extend(self.settings.live.partner().err());
        let limits = limits.validate().err().unwrap_or_default();
        ranges.extend(limits.iter().map(|e| (format!("limits.{}", e.name), e.value, e.min, e.max)));
        problems.extend(ranges.into_iter().map(|(key, value, min, max)| {
            let source = self.source(&key);
            format!("{key} is {value} ({source}); {min} to {max} are allowed")
        }));
        problems
    }
}

fn collect(prefix: &str, value: &serde_json::Value, leaves: &mut Vec<(String, serde_json::Value)>) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, value) in map {
                let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                collect(&key, value, leaves);
            }
        }
        leaf => leaves.push((prefix.to_owned(), leaf.clone())),
    }
}
