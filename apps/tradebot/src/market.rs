//! From settings to a market: which history, which symbols, which sessions.

use std::path::Path;

use tradebot_domain::{Currency, Date, Interval, SYNTHETIC, Symbol};
use tradebot_engine::{Engine, EngineConfig, EngineError};
use tradebot_market_data::{Catalogue, DataError, History, Replay};

use crate::exit::Failure;
use crate::settings::{self, Settings};

/// A market to replay.
pub struct Market {
    /// The data.
    pub history: History,
    /// Name of the source for provenance.
    pub source: String,
    /// What is traded, sorted.
    pub symbols: Vec<Symbol>,
    /// First session on which decisions are taken.
    pub from: Date,
    /// Last session.
    pub to: Date,
    /// Currency of the account.
    pub currency: Currency,
}

impl Market {
    /// # Errors
    /// A usage failure that names what is wrong and what there is instead.
    pub fn load(settings: &Settings, home: &Path) -> Result<Self, Failure> {
        let wanted = wanted_symbols(settings)?;
        let interval = interval(settings)?;
        let (history, source) = match settings.universe.data.as_str() {
            "bundled" if settings.intraday.is_none() => (History::bundled()?, "bundled".to_owned()),
            "catalogue" if settings.intraday.is_some() => {
                let (minutes, daily) = (
                    Catalogue::open_of(home, Interval::MINUTE).map_err(usage)?,
                    Catalogue::open(home).map_err(usage)?,
                );
                let chosen = wanted.as_deref().unwrap_or_default();
                let history =
                    History::intraday(&minutes, &daily, chosen, interval).map_err(usage)?;
                let history = if settings.universe.ignore_finer_bars {
                    history
                } else {
                    history.with_finer(&minutes).map_err(usage)?
                };
                (history, format!("catalogue {interval}"))
            }
            "bundled" => {
                return Err(Failure::usage(
                    "the bundled data are daily; import bars of a minute with: tradebot data import FILE \
                     --interval 1m, and run with --data catalogue",
                ));
            }
            "catalogue" => {
                let catalogue = Catalogue::open(home).map_err(usage)?;
                let chosen = wanted.as_deref().unwrap_or_default();
                let history = History::from_catalogue(&catalogue, chosen).map_err(usage)?;
                let history = if settings.universe.ignore_finer_bars {
                    history
                } else {
                    let minutes = Catalogue::open_of(home, Interval::MINUTE).map_err(usage)?;
                    history.with_finer(&minutes).map_err(usage)?
                };
                (history, "catalogue".to_owned())
            }
            other => {
                let meant = settings::closest(other, ["bundled", "catalogue"].into_iter());
                let hint = meant.map_or_else(String::new, |m| format!("; did you mean `{m}`?"));
                return Err(Failure::usage(format!(
                    "universe.data is `{other}`; `bundled` and `catalogue` are known{hint}"
                )));
            }
        };
        Self::with(settings, history, source)
    }

    /// A market of a history that is there already.
    ///
    /// # Errors
    /// As [`Market::load`].
    pub fn of(settings: &Settings, history: History) -> Result<Self, Failure> {
        Self::with(settings, history, settings.universe.data.clone())
    }

    fn with(settings: &Settings, history: History, source: String) -> Result<Self, Failure> {
        let currency: Currency = settings.account.currency.parse().map_err(Failure::usage)?;
        let wanted = wanted_symbols(settings)?;
        let mut symbols = wanted.unwrap_or_else(|| history.symbols());
        symbols.sort_unstable();
        symbols.dedup();
        let listing = settings.execution.listing(currency);
        history.require_currency(&symbols, listing).map_err(usage)?;
        let (first, last) = history.range(&symbols).map_err(usage)?.ok_or_else(|| {
            Failure::usage(
                "there are no market data to trade; import some with: tradebot data import FILE",
            )
        })?;
        let source =
            if history.is_synthetic(&symbols) { format!("{SYNTHETIC} {source}") } else { source };
        let from = date("from", settings.universe.from.as_deref())?.unwrap_or(first);
        let to = date("to", settings.universe.to.as_deref())?.unwrap_or(last);
        Ok(Self { history, source, symbols, from, to, currency })
    }

    /// An engine that sees the finer bars of this market, where there are any.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub fn engine(&self, config: EngineConfig) -> Result<Engine, EngineError> {
        let engine = Engine::new(config)?;
        let finer = &self.history.finer;
        Ok(if finer.is_empty() { engine } else { engine.with_finer_bars(Box::new(finer.clone())) })
    }

    /// The sessions before the run, for warm-up, and those of the run.
    ///
    /// # Errors
    /// A usage failure for dates without data.
    pub fn feeds(&self) -> Result<(Replay<'_>, Replay<'_>), Failure> {
        let run = Replay::new(&self.history, &self.symbols, self.from, self.to).map_err(usage)?;
        let warm_up = Replay::warm_up(&self.history, &self.symbols, self.from).map_err(usage)?;
        Ok((warm_up, run))
    }
}

/// The length of a run's bars.
///
/// # Errors
/// A usage failure for what is no length, and for a session: that is what a run has without one.
pub fn interval(settings: &Settings) -> Result<Interval, Failure> {
    let Some(intraday) = &settings.intraday else { return Ok(Interval::DAILY) };
    let wrong = |e: String| Failure::usage(format!("intraday.interval: {e}"));
    if intraday.interval.is_empty() {
        return Err(wrong(
            "the length of the bars is not given; name it, as in --interval 5m".to_owned(),
        ));
    }
    let interval: Interval = intraday.interval.parse().map_err(wrong)?;
    if interval.is_daily() {
        return Err(wrong("1d is what a run has without it; leave it out".to_owned()));
    }
    Ok(interval)
}

fn wanted_symbols(settings: &Settings) -> Result<Option<Vec<Symbol>>, Failure> {
    let Some(names) = &settings.universe.symbols else { return Ok(None) };
    let parse = |name: &String| {
        Symbol::new(name.trim()).map_err(|e| Failure::usage(format!("universe.symbols: {e}")))
    };
    let symbols: Vec<Symbol> = names.iter().map(parse).collect::<Result<_, _>>()?;
    if symbols.is_empty() {
        return Err(Failure::usage(
            "universe.symbols is empty; leave it out to trade all there are",
        ));
    }
    Ok(Some(symbols))
}

/// A choice that cannot be met is wrong usage; data that cannot be read are not.
fn usage(error: DataError) -> Failure {
    match error {
        DataError::UnknownSymbol { .. }
        | DataError::NoSymbols { .. }
        | DataError::NotTradable { .. }
        | DataError::Outside { .. }
        | DataError::EmptyRange { .. }
        | DataError::Currency { .. } => Failure::usage(error.to_string()),
        other => Failure::work(other.to_string()),
    }
}

fn date(name: &str, text: Option<&str>) -> Result<Option<Date>, Failure> {
    let parse = |t: &str| {
        t.parse::<Date>().map_err(|e| {
            Failure::usage(format!("universe.{name}: `{t}` is not a date like 2005-02-28 ({e})"))
        })
    };
    text.map(parse).transpose()
}
