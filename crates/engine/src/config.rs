//! What a run is given.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradebot_brackets::{CostModel, ExecutionTerms};
use tradebot_domain::{Currency, Date, Money, Symbol};
use tradebot_ensemble::EnsembleConfig;
use tradebot_policy::{Limits, Policy};
use tradebot_regime::hmm::Covariance;
use tradebot_regime::{Observations, SecondOpinionConfig};

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
    /// How orders are filled and paid for beyond flat costs; none: `costs`, every order in full,
    /// and all cash may be spent. Their `costs` take the place of the flat ones at the venue and in
    /// sizes; labels, outcomes and break-even stops stay with the flat ones.
    pub terms: Option<ExecutionTerms>,
    /// Working limits.
    pub limits: Limits,
    /// Regime rows.
    pub policy: Policy,
    /// When and on what members are refitted.
    pub training: Training,
    /// How members are weighed.
    pub ensemble: EnsembleConfig,
    /// What the second opinion on the regime sees.
    pub second_opinion: SecondOpinionView,
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

/// What the second opinion on the regime sees; it has no vote on the row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecondOpinionView {
    /// The return of the index alone, or its range and the VIX too.
    pub seen: Observations,
    /// What states know of pairs, where more than the return is seen.
    pub covariance: Covariance,
}

/// When and on what learned members are fitted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Fewest resolved examples before the first fit.
    pub examples_min: usize,
    /// Months between refits.
    pub every_months: u32,
    /// R-multiples follow realised outcomes.
    pub adapt_r: bool,
    /// Most examples that a fit is made on, drawn from all by the run's seed: what bounds time and
    /// memory of a run of many symbols. Not written at its default, so that configurations without
    /// it keep their digest.
    #[serde(default = "examples_max", skip_serializing_if = "is_examples_max")]
    pub examples_max: usize,
}

/// At some 250 bytes each, 5 MB. Runs of a few symbols never reach it.
pub const EXAMPLES_MAX: usize = 20_000;

const fn examples_max() -> usize {
    EXAMPLES_MAX
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
const fn is_examples_max(value: &usize) -> bool {
    *value == EXAMPLES_MAX
}

impl Default for Training {
    fn default() -> Self {
        Self { examples_min: 500, every_months: 1, adapt_r: true, examples_max: EXAMPLES_MAX }
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
    #[serde(skip_serializing_if = "Option::is_none")]
    terms: Option<&'a ExecutionTerms>,
    limits: &'a Limits,
    policy: String,
    training: Training,
    ensemble: EnsembleConfig,
    rearm_by_itself: bool,
    /// Not written by default, so that configurations without it keep their digest.
    #[serde(skip_serializing_if = "is_default")]
    second_opinion: SecondOpinionView,
    #[serde(skip_serializing_if = "Option::is_none")]
    intraday: Option<Intraday>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
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
            terms: None,
            limits: Limits::simulated(),
            policy: Policy::bundled(),
            training: Training::default(),
            ensemble: EnsembleConfig::default(),
            second_opinion: SecondOpinionView::default(),
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
            terms: self.terms.as_ref().filter(|terms| **terms != self.costs.into()),
            limits: &self.limits,
            policy: self.policy.digest(),
            training: self.training,
            ensemble: self.ensemble,
            rearm_by_itself: self.rearm_by_itself,
            second_opinion: self.second_opinion,
            intraday: self.intraday,
        };
        let json = serde_json::to_vec(&digested).expect("plain values always encode");
        blake3::hash(&json).to_hex().to_string()
    }

    /// Terms that say more than `costs` do. Set apart only so that the plain path is provably the
    /// same: terms that say no more than flat costs give the same fills.
    pub const fn terms_in_force(&self) -> Option<&ExecutionTerms> {
        self.terms.as_ref()
    }

    /// Terms are in range, known on every session of the run, and speak of this account.
    fn check_terms(&self) -> Result<(), EngineError> {
        let Some(terms) = &self.terms else { return Ok(()) };
        let fail = |text: String| Err(EngineError::Config(text));
        if self.intraday.is_some() {
            return fail(
                "terms speak of daily volumes and volatilities: leave them out of a run on bars \
                 shorter than a session"
                    .to_owned(),
            );
        }
        if let Err(e) = terms.validate() {
            return fail(format!("terms.{e}"));
        }
        if let Err(e) = terms.covers(self.from, self.to) {
            return fail(format!("terms: {e}; give rows for the whole run"));
        }
        let (listing, account) = (terms.currency(), self.currency);
        if listing == account {
            return if terms.converts() {
                fail(format!(
                    "terms.costs.conversion speaks of another account; this one is kept in {account}"
                ))
            } else {
                Ok(())
            };
        }
        match (terms.costs.conversion, &terms.exchange_rate) {
            (Some(conversion), Some(_)) if conversion.account == account => {
                if conversion.per_trade {
                    return Ok(());
                }
                fail(format!(
                    "every trade would change {account} into {listing} and back at {} basis points each: set terms.costs.conversion.per_trade, or hold {listing}",
                    conversion.spread_bps
                ))
            }
            _ => fail(format!(
                "the account is kept in {account} and the shares are listed in {listing}: terms.costs.conversion with account {account} and terms.exchange_rate are needed"
            )),
        }
    }

    /// How the second opinion on the regime is formed.
    pub fn second_opinion(&self) -> SecondOpinionConfig {
        let SecondOpinionView { seen, covariance } = self.second_opinion;
        SecondOpinionConfig { seen, covariance, ..SecondOpinionConfig::default() }
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
        if self.training.examples_max < self.training.examples_min.max(1_000) {
            return fail(format!(
                "training.examples_max is {}; 1000 or more are allowed, and no fewer than \
                 training.examples_min, {}",
                self.training.examples_max, self.training.examples_min
            ));
        }
        if let Err(e) = self.ensemble.validate(Roster::size(self.ensemble.experts)) {
            return fail(format!("ensemble.{e}"));
        }
        for (name, value, max) in self.costs.ranges() {
            if !(0.0..=max).contains(&value) {
                return fail(format!("costs.{name} is {value}; 0 to {max} are allowed"));
            }
        }
        self.check_terms()?;
        self.intraday.map_or(Ok(()), Intraday::validate)?;
        self.limits.validate().map_err(|errors| {
            EngineError::Config(
                errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            )
        })
    }
}
