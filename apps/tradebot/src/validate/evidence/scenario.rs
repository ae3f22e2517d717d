//! What is run: which market, which sessions, which account.

use std::path::Path;

use tradebot_domain::{Date, Money};
use tradebot_engine::EngineConfig;

use crate::cli::Profile;
use crate::exit::Failure;
use crate::market::Market;
use crate::replaying;
use crate::settings::{Settings, Universe};

const QUICK_NAME: &str = "quick";
/// Symbols of the quick profile: three that trade from the first session of the data.
const QUICK_SYMBOLS: [&str; 3] = ["AAPL", "IBM", "MSFT"];
/// Sessions of the quick profile: long enough to warm up, to refit every month for years, to trade
/// what is explored and what Kelly sizes, and to meet splits, dividends and a defect of the data.
const QUICK: (&str, &str) = ("2000-03-01", "2005-06-30");

/// A demo as the suite wants it.
pub struct Scenario {
    /// `quick` or `full`.
    pub name: &'static str,
    /// Defaults, with the scenario's universe.
    pub settings: Settings,
    /// The bundled market.
    pub market: Market,
}

impl Scenario {
    /// # Errors
    /// When the bundled market cannot be read.
    pub fn of(profile: Profile) -> Result<Self, Failure> {
        let (name, universe) = match profile {
            Profile::Full => ("full", Settings::default().universe),
            Profile::Quick => (QUICK_NAME, quick()),
        };
        Self::new(name, universe)
    }

    fn new(name: &'static str, universe: Universe) -> Result<Self, Failure> {
        let own = Settings::default();
        let settings = Settings { universe, ..own };
        // Bundled data need no home.
        let market = Market::load(&settings, Path::new("."))?;
        Ok(Self { name, settings, market })
    }

    /// The same account and symbols over other sessions.
    ///
    /// # Errors
    /// As [`Scenario::of`].
    pub fn over(&self, from: Date, to: Date) -> Result<Self, Failure> {
        let universe = Universe {
            from: Some(from.to_string()),
            to: Some(to.to_string()),
            ..self.settings.universe.clone()
        };
        Self::new(self.name, universe)
    }

    /// The engine's configuration, made as the program makes it.
    ///
    /// # Errors
    /// When settings and market do not fit.
    pub fn config(&self) -> Result<EngineConfig, Failure> {
        replaying::engine_config(&self.settings, &self.market)
    }

    /// Cash at the start.
    ///
    /// # Errors
    /// As [`Scenario::config`].
    pub fn cash(&self) -> Result<Money, Failure> {
        Ok(self.config()?.cash)
    }

    /// The universe as flags of the program.
    pub fn flags(&self) -> Vec<String> {
        let universe = &self.settings.universe;
        let mut flags = Vec::new();
        if let Some(symbols) = &universe.symbols {
            flags.extend(["--symbols".to_owned(), symbols.join(",")]);
        }
        for (flag, date) in [("--from", &universe.from), ("--to", &universe.to)] {
            if let Some(date) = date {
                flags.extend([flag.to_owned(), date.clone()]);
            }
        }
        flags
    }
}

fn quick() -> Universe {
    Universe {
        symbols: Some(QUICK_SYMBOLS.map(str::to_owned).to_vec()),
        from: Some(QUICK.0.to_owned()),
        to: Some(QUICK.1.to_owned()),
        ..Settings::default().universe
    }
}
