//! The frame of a run: what it was given and how it ended.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Currency, Date, MemberId, Money, Symbol};

/// What a run was given. Two runs with equal records write equal journals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunStarted {
    /// First session wanted, inclusive.
    pub from: Date,
    /// Last session wanted, inclusive.
    pub to: Date,
    /// What is traded, in order.
    pub symbols: Vec<Symbol>,
    /// Cash at the start.
    pub cash: Money,
    /// The account's currency.
    pub currency: Currency,
    /// Seed of everything that draws.
    pub seed: u64,
    /// Digest of configuration and policy (hex).
    pub config_digest: String,
    /// Digest of the market data (hex); `SYNTHETIC` before it where the market was made up.
    pub data_digest: String,
    /// Version of the feature set, e.g. `v1`.
    pub feature_set: String,
    /// Names of the features, in the order of [`DecisionRecord::features`](super::DecisionRecord::features).
    pub feature_names: Vec<String>,
    /// Names of the members, in the order in which they stand everywhere.
    pub members: Vec<MemberId>,
    /// The run whose learned state this one began with, if any.
    pub warm_start: Option<String>,
}

impl RunStarted {
    /// The market was made up: nothing in the run is a record of a real one.
    pub fn is_synthetic(&self) -> bool {
        self.data_digest.starts_with(tradebot_domain::SYNTHETIC)
    }
}

/// The end of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunFinished {
    /// Sessions processed.
    pub cycles: u32,
    /// Decision records.
    pub decisions: u64,
    /// Closed trades without those cut by the end of data.
    pub trades: u32,
    /// Equity at the last close.
    pub final_equity: Money,
    /// Digest of ordered decisions and fills (hex).
    pub digest: String,
}
