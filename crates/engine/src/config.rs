//! What a run is given.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradebot_brackets::CostModel;
use tradebot_domain::{Currency, Date, Money, Symbol};
use tradebot_ensemble::EnsembleConfig;
use tradebot_policy::{Limits, Policy};

use crate::error::EngineError;
use crate::intraday::Intraday;
use crate::roster::Roster;

/// Everything that decides how a run behaves, apart from the market itself.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// First session on which decisions are taken.
    pub from: Date,
    /// Last session.
    pub to: Date,
    /// What is traded; sorted, without repetition.
    pub symbols: Vec<Symbol>,
    /// Sectors of those symbols whose sector is known, for the limit on one sector.
    pub sectors: BTreeMap<Symbol, String>,
    /// Cash at the start.
    pub cash: Money,
    /// The account's currency.
    pub currency: Currency,
    /// Seed of the forest's bootstrap and of everything else that draws.
    pub seed: u64,
    /// Costs of the simulated venue, and of the labels that members learn from.
    pub costs: CostModel,
    /// Working limits.
    pub limits: Limits,
    /// Regime rows.
    pub policy: Policy,
    /// When and on what members are refitted.
    pub training: Training,
    /// How members are weighed.
    pub ensemble: EnsembleConfig,
    /// Replays re-arm by themselves after the drawdown stop; a person does in paper and live.
    pub rearm_by_itself: bool,
    /// Intents are made durable before they are sent. A venue outside this process needs it;
    /// replays, whose venue dies with the process, may group commits instead.
    pub durable_before_send: bool,
    /// Bars are shorter than a session; none for daily ones.
    pub intraday: Option<Intraday>,
    /// Where the market data come from, for provenance.
    pub data_source: String,
    /// Digest of the market data, for the record.
    pub data_digest: String,
}

/// When and on what learned members are fitted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Fewest resolved examples before the first fit.
    pub examples_min: usize,
    /// Months between refits.
    pub every_months: u32,
    /// R-multiples follow realised outcomes; in runs of up to
    /// [`SYMBOLS_MAX`](crate::adapting::SYMBOLS_MAX) symbols.
    pub adapt_r: bool,
}

impl Default for Training {
    fn default() -> Self {
        Self { examples_min: 500, every_months: 1, adapt_r: true }
    }
}

/// The part of a configuration that its digest covers, in a fixed order.
#[derive(Serialize)]
struct Digested<'a> {
    from: Date,
    to: Date,
    symbols: &'a [Symbol],
    sectors: &'a BTreeMap<Symbol, String>,
    cash: Money,
    currency: Currency,
    seed: u64,
    costs: CostModel,
    limits: &'a Limits,
    policy: String,
    training: Training,
    ensemble: EnsembleConfig,
    rearm_by_itself: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    intraday: Option<Intraday>,
}

impl EngineConfig {
    /// A replay where no money is at stake: default costs, simulated limits, the bundled policy.
    ///
    /// - **symbols:** sorted and named once each.
    pub fn simulated((from, to): (Date, Date), symbols: Vec<Symbol>, cash: Money) -> Self {
        Self {
            from,
            to,
            symbols,
            sectors: BTreeMap::new(),
            cash,
            currency: Currency::Usd,
            seed: 42,
            costs: CostModel::default(),
            limits: Limits::simulated(),
            policy: Policy::bundled(),
            training: Training::default(),
            ensemble: EnsembleConfig::default(),
            rearm_by_itself: true,
            durable_before_send: false,
            intraday: None,
            data_source: "not said".to_owned(),
            data_digest: "not said".to_owned(),
        }
    }

    /// Digest (hex) of everything but the market data: two runs with equal digests were asked
    /// the same.
    pub fn digest(&self) -> String {
        let digested = Digested {
            from: self.from,
            to: self.to,
            symbols: &self.symbols,
            sectors: &self.sectors,
            cash: self.cash,
            currency: self.currency,
            seed: self.seed,
            costs: self.costs,
            limits: &self.limits,
            policy: self.policy.digest(),
            training: self.training,
            ensemble: self.ensemble,
            rearm_by_itself: self.rearm_by_itself,
            intraday: self.intraday,
        };
        let json = serde_json::to_vec(&digested).expect("plain values always encode");
        blake3::hash(&json).to_hex().to_string()
    }

    /// # Errors
    /// [`EngineError::Config`] naming the value, its place and what is allowed.
    pub fn validate(&self) -> Result<(), EngineError> {
        let fail = |text: String| Err(EngineError::Config(text));
        if self.symbols.is_empty() {
            return fail("no symbols: name at least one to trade".to_owned());
        }
        if !self.symbols.is_sorted_by(|a, b| a < b) {
            return fail("symbols must be sorted and named once each".to_owned());
        }
        if self.cash <= Money::ZERO {
            return fail(format!("cash is {}; it must be above zero", self.cash));
        }
        if self.from > self.to {
            return fail(format!("from {} lies after to {}", self.from, self.to));
        }
        if self.training.every_months == 0 || self.training.every_months > 12 {
            return fail(format!(
                "training.every_months is {}; 1 to 12 are allowed",
                self.training.every_months
            ));
        }
        if let Err(e) = self.ensemble.validate(Roster::size()) {
            return fail(format!("ensemble.{e}"));
        }
        for (name, value, max) in self.costs.ranges() {
            if !(0.0..=max).contains(&value) {
                return fail(format!("costs.{name} is {value}; 0 to {max} are allowed"));
            }
        }
        self.intraday.map_or(Ok(()), Intraday::validate)?;
        self.limits.validate().map_err(|errors| {
            EngineError::Config(
                errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            )
        })
    }
}
