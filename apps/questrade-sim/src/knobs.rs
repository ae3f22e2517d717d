//! Every setting of the simulator, typed, one struct per concern. Each has a default, so that an
//! empty file is a whole configuration.

use std::path::Path;

use figment::Figment;
use figment::providers::{Format as _, Serialized, Yaml};
use serde::{Deserialize, Serialize};

mod accounts;
mod faults;
mod login;
mod market;
mod session;
mod trading;
mod wire;

pub use accounts::{AccountKnobs, CashKnobs, HoldingKnobs};
pub use faults::{Effect, FaultRule, Quirk, QuirkSwitch};
pub use login::{ChainKnobs, LoginFault, LoginKnobs, Profile};
pub use market::{CsvListing, DelayStyle, GeneratedListing, MarketKnobs};
pub use session::{ClockKnobs, LimitKnobs, RateLimit, StreamKnobs, Window};
pub use trading::{CommissionRow, SettlementPreference, TradingKnobs};
pub use wire::{Dialect, WireKnobs};

/// All settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Knobs {
    /// Seed of everything that is drawn: tokens, paths of prices, late accepts.
    pub seed: u64,
    /// Bearer of the control endpoint; drawn from the seed and printed at start when empty.
    pub control_token: String,
    /// Id of the one user.
    pub user_id: i64,
    /// Tokens and the login host.
    pub login: LoginKnobs,
    /// Rate limits.
    pub limits: LimitKnobs,
    /// The virtual clock.
    pub clock: ClockKnobs,
    /// Names, numbers and times on the wire.
    pub wire: WireKnobs,
    /// Symbols, prices and quotes.
    pub market: MarketKnobs,
    /// Orders, fees, margin, currencies.
    pub trading: TradingKnobs,
    /// Streams.
    pub stream: StreamKnobs,
    /// The user's accounts.
    pub accounts: Vec<AccountKnobs>,
    /// Odd behaviour that is on from the start.
    pub quirks: Vec<QuirkSwitch>,
    /// Faults that are injected from the start.
    pub faults: Vec<FaultRule>,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            seed: 1,
            control_token: String::new(),
            user_id: 3_001_234,
            login: LoginKnobs::default(),
            limits: LimitKnobs::default(),
            clock: ClockKnobs::default(),
            wire: WireKnobs::default(),
            market: MarketKnobs::default(),
            trading: TradingKnobs::default(),
            stream: StreamKnobs::default(),
            accounts: accounts::defaults(),
            quirks: vec![
                QuirkSwitch { name: Quirk::Q10DefaultWindow, times: None },
                QuirkSwitch { name: Quirk::Q15ReplaceNewId, times: None },
            ],
            faults: Vec::new(),
        }
    }
}

/// Why settings are not accepted.
#[derive(Debug, thiserror::Error)]
pub enum KnobError {
    /// The file, a key in it or a value does not read; the text names file and key.
    #[error("settings: {0}")]
    Unreadable(Box<figment::Error>),
    /// A change at run time does not read.
    #[error("settings: {0}")]
    Change(#[from] serde_json::Error),
    /// A value that reads, but makes no sense.
    #[error("settings: {key} is {value}; {rule}")]
    Range {
        /// Path of the key.
        key: &'static str,
        /// Its value.
        value: String,
        /// What is allowed.
        rule: &'static str,
    },
}

impl Knobs {
    /// Settings of a YAML file over the defaults.
    ///
    /// # Errors
    /// [`KnobError`] naming the key that is unknown or does not read.
    pub fn from_file(path: &Path) -> Result<Self, KnobError> {
        Self::from_yaml(Yaml::file_exact(path))
    }

    /// Settings of a YAML text over the defaults.
    ///
    /// # Errors
    /// As [`Knobs::from_file`].
    pub fn from_text(yaml: &str) -> Result<Self, KnobError> {
        Self::from_yaml(Yaml::string(yaml))
    }

    fn from_yaml(yaml: figment::providers::Data<Yaml>) -> Result<Self, KnobError> {
        let unreadable = |e: figment::Error| KnobError::Unreadable(Box::new(e));
        let figment = Figment::from(Serialized::defaults(Self::default())).merge(yaml);
        figment.extract::<Self>().map_err(unreadable)?.validated()
    }

    /// These settings with some changed: `change` is a partial tree, as in
    /// `{"login":{"expires_in_s":300}}`. Lists are replaced as a whole.
    ///
    /// # Errors
    /// [`KnobError`] when the result does not read; nothing is changed then.
    pub fn changed(&self, change: &serde_json::Value) -> Result<Self, KnobError> {
        let mut tree = serde_json::to_value(self)?;
        merge(&mut tree, change);
        serde_json::from_value::<Self>(tree)?.validated()
    }

    /// # Errors
    /// [`KnobError::Range`] for the first value outside its range.
    fn validated(self) -> Result<Self, KnobError> {
        let range = |key, value: String, rule| Err(KnobError::Range { key, value, rule });
        if self.login.api_hosts == 0 {
            return range("login.api_hosts", "0".to_owned(), "one host at least");
        }
        if self.login.chains.is_empty() {
            return range("login.chains", "[]".to_owned(), "one chain at least");
        }
        if self.market.search_page == 0 || self.market.ids_max == 0 {
            return range("market.search_page, market.ids_max", "0".to_owned(), "above zero");
        }
        if !(self.clock.speed >= 0.0 && self.clock.speed <= 100_000.0) {
            return range("clock.speed", self.clock.speed.to_string(), "0 to 100000");
        }
        Ok(self)
    }
}

/// Writes the leaves of `change` over those of `tree`.
fn merge(tree: &mut serde_json::Value, change: &serde_json::Value) {
    match (tree, change) {
        (serde_json::Value::Object(tree), serde_json::Value::Object(change)) => {
            for (key, value) in change {
                merge(tree.entry(key.clone()).or_insert(serde_json::Value::Null), value);
            }
        }
        (tree, change) => *tree = change.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_empty_text_is_the_defaults() {
        assert_eq!(Knobs::from_text("").unwrap(), Knobs::default());
    }

    #[test]
    fn a_key_that_does_not_exist_is_named() {
        let error = Knobs::from_text("login: {expires_in: 300}").unwrap_err().to_string();
        assert!(error.contains("expires_in"), "{error}");
    }

    #[test]
    fn one_leaf_changes_and_the_others_stay() {
        let changed = Knobs::default().changed(&json!({"login": {"expires_in_s": 300}})).unwrap();
        let mut expected = Knobs::default();
        expected.login.expires_in_s = 300;
        assert_eq!(changed, expected);
        assert!(Knobs::default().changed(&json!({"login": {"expires_in_s": "soon"}})).is_err());
        assert!(Knobs::default().changed(&json!({"logn": 1})).is_err());
    }

    #[test]
    fn values_that_make_no_sense_are_refused_with_their_key() {
        for (yaml, key) in [
            ("login: {api_hosts: 0}", "login.api_hosts"),
            ("login: {chains: []}", "login.chains"),
            ("clock: {speed: -1}", "clock.speed"),
            ("market: {ids_max: 0}", "market.ids_max"),
        ] {
            let error = Knobs::from_text(yaml).unwrap_err().to_string();
            assert!(error.contains(key), "{error}");
        }
    }
}
