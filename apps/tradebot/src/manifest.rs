//! What a result rests on: program, settings, policy, data and seed.
//!
//! A manifest stands beside every run in its database. `tradebot reproduce` reads it, computes the
//! run again and compares.

use serde::{Deserialize, Serialize};
use tradebot_engine::{Engine, EngineConfig};
use tradebot_policy::Policy;

use crate::exit::Failure;
use crate::market::Market;
use crate::replaying;
use crate::settings::{Settings, Sources, Universe};

/// Which program computed a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Version of the package.
    pub version: String,
    /// Digest (hex) of the executable; none where it cannot be read.
    pub digest: Option<String>,
}

/// Everything a run was computed from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The program.
    pub program: Program,
    /// Settings with symbols and dates as they were resolved.
    pub settings: Settings,
    /// Text of the policy table.
    pub policy: String,
    /// Where the market data came from: `bundled` or `catalogue`, with `SYNTHETIC` before it where
    /// they were made up.
    pub data_source: String,
    /// Digest of the market data.
    pub data_digest: String,
    /// Digest of the configuration.
    pub config_digest: String,
    /// The run whose learned state it began with.
    pub warm_start: Option<String>,
}

impl Program {
    /// This program.
    pub fn this() -> Self {
        let executable = std::env::current_exe().and_then(std::fs::read);
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            digest: executable.ok().map(|bytes| blake3::hash(&bytes).to_hex().to_string()),
        }
    }

    /// Version and the first digits of the digest, on one line.
    pub fn short(&self) -> String {
        match &self.digest {
            Some(digest) => format!("{} ({})", self.version, &digest[..12]),
            None => self.version.clone(),
        }
    }
}

impl Manifest {
    /// Of a run that is about to begin.
    pub fn of(settings: &Settings, market: &Market, policy: String, engine: &Engine) -> Self {
        let universe = Universe {
            symbols: Some(market.symbols.iter().map(ToString::to_string).collect()),
            from: Some(market.from.to_string()),
            to: Some(market.to.to_string()),
            ..settings.universe.clone()
        };
        let started = engine.started();
        Self {
            program: Program::this(),
            settings: Settings {
                universe,
                policy: None,
                // Where data came from stands with the data; keys stand nowhere.
                sources: Sources::default(),
                ..settings.clone()
            },
            policy,
            data_source: market.source.clone(),
            data_digest: started.data_digest,
            config_digest: started.config_digest,
            warm_start: started.warm_start,
        }
    }

    /// The configuration that it describes, on a market loaded for it.
    ///
    /// # Errors
    /// When this program no longer understands it.
    pub fn config(&self, market: &Market) -> Result<EngineConfig, Failure> {
        let policy = Policy::parse("the run's policy", &self.policy)?;
        replaying::config_with(&self.settings, market, policy)
    }
}

/// The text of the policy that settings ask for.
///
/// # Errors
/// A usage failure when the file cannot be read.
pub fn policy_text(settings: &Settings) -> Result<String, Failure> {
    match &settings.policy {
        None => Ok(Policy::bundled_text().to_owned()),
        Some(path) => std::fs::read_to_string(path)
            .map_err(|e| Failure::usage(format!("{}: {e}", path.display()))),
    }
}
