//! One trial: the real engine over the whole history, its journal in memory.

use std::collections::BTreeMap;
use std::sync::Mutex;

use tradebot_backtest::sweep::{Parameters, Space, TrialResult};
use tradebot_backtest::{Ending, replay};
use tradebot_domain::{Date, Feed as _, Money};
use tradebot_engine::{Engine, EngineConfig, Silent};
use tradebot_journal::{Event, ExitReason, Ledger, LedgerError, RunDigest};
use tradebot_policy::Policy;

use super::vary::Varied;
use crate::exit::Failure;
use crate::interrupt::Interrupt;
use crate::market::Market;
use crate::replaying;
use crate::settings::Settings;

/// Runs trials; shared by all threads.
pub struct Bench {
    settings: Settings,
    policy: Policy,
    market: Market,
    varied: Varied,
    interrupt: Interrupt,
    /// Serialised members by what they were fitted on.
    fits: Mutex<BTreeMap<String, Vec<u8>>>,
    /// Digest of what came out, by the digest of the configuration.
    came: Mutex<BTreeMap<String, String>>,
}

impl Bench {
    /// # Errors
    /// A usage failure for a policy that cannot be read.
    pub fn new(
        settings: Settings,
        policy: &str,
        market: Market,
        varied: Varied,
        interrupt: Interrupt,
    ) -> Result<Self, Failure> {
        if settings.intraday.is_some() {
            return Err(Failure::usage(
                "searches count sessions and run on daily bars; leave out `intraday`, and try settings of a run on \
                 shorter bars one by one with: tradebot backtest --interval",
            ));
        }
        let policy =
            Policy::parse("the policy", policy).map_err(|e| Failure::usage(e.to_string()))?;
        let (fits, came) = (Mutex::default(), Mutex::default());
        Ok(Self { settings, policy, market, varied, interrupt, fits, came })
    }

    /// The market that all trials run on.
    pub const fn market(&self) -> &Market {
        &self.market
    }

    /// The settings that are varied.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The sessions of every trial.
    ///
    /// # Errors
    /// A usage failure for dates without data.
    pub fn sessions(&self) -> Result<Vec<Date>, Failure> {
        let (_, mut sessions) = self.market.feeds()?;
        Ok(std::iter::from_fn(|| sessions.next_session()).map(|s| s.session.date()).collect())
    }

    /// Longest time, in sessions, that a position of any trial may be open: what labels reach ahead.
    pub fn longest_holding(&self, space: &Space) -> usize {
        let of = |point: Parameters| self.config(&point).ok().map(|config| longest(&config.policy));
        space.grid().take(1_000).filter_map(of).max().unwrap_or_else(|| longest(&self.policy))
    }

    /// Refuses a sweep none of whose values can be run, before anything is run.
    ///
    /// # Errors
    /// A usage failure with what is wrong at the first point.
    pub fn check(&self, space: &Space) -> Result<(), Failure> {
        let Some(first) = space.grid().next() else {
            return Err(Failure::usage("the constraints leave no point to try"));
        };
        let engine = self.engine(&first);
        engine.map(|_| ()).map_err(|e| Failure::usage(format!("{}: {e}", first.id())))
    }

    /// The engine of a point, not begun.
    ///
    /// # Errors
    /// When a value is not one that its key takes, or makes no engine.
    pub fn engine(&self, point: &Parameters) -> Result<Engine, Failure> {
        let config = self.config(point)?;
        match self.varied.rule() {
            None => Ok(self.market.engine(config)?),
            Some(rule) => rule.engine(config, point),
        }
    }

    /// What decides in all trials: the name of a rule strategy, or `ensemble`.
    pub fn strategy(&self) -> &'static str {
        self.varied.rule().map_or("ensemble", super::rules::Rule::name)
    }

    /// The configuration of a point.
    ///
    /// # Errors
    /// When a value is not one that its key takes.
    pub fn config(&self, point: &Parameters) -> Result<EngineConfig, Failure> {
        let (settings, policy) = self.varied.apply(point, &self.settings, &self.policy)?;
        replaying::config_with(&settings, &self.market, policy)
    }

    /// Digest of what a configuration came to, if it was run here.
    pub fn came(&self, config_digest: &str) -> Option<String> {
        self.came.lock().ok()?.get(config_digest).cloned()
    }

    /// Runs a point.
    ///
    /// # Errors
    /// What stopped it.
    pub fn evaluate(&self, point: &Parameters) -> Result<TrialResult, Failure> {
        let mut engine = self.engine(point)?;
        let (cash, config_digest) = (engine.config().cash, engine.started().config_digest);
        let (mut warm_up, mut sessions) = self.market.feeds()?;
        let feeds = (&mut warm_up as _, &mut sessions as _);
        let mut ledger = TrialLedger::of(self);
        let mut stop = || self.interrupt.asked();
        let ending = replay(&mut engine, feeds, &mut ledger, &mut Silent, &mut stop)?;
        let Ending::Finished(finished) = ending else {
            return Err(Failure::interrupted("interrupted"));
        };
        if let Ok(mut came) = self.came.lock() {
            came.insert(config_digest, finished.digest);
        }
        Ok(ledger.result(cash, finished.final_equity))
    }
}

fn longest(policy: &Policy) -> usize {
    let rows = tradebot_domain::Regime::ALL;
    rows.map(|row| policy.row(row).max_holding_sessions as usize).into_iter().max().unwrap_or(0)
}

/// Keeps what a trial's figures are made of.
struct TrialLedger<'a> {
    bench: &'a Bench,
    digest: RunDigest,
    returns: Vec<f64>,
    fills: u64,
    trades: u64,
}

impl<'a> TrialLedger<'a> {
    fn of(bench: &'a Bench) -> Self {
        Self { bench, digest: RunDigest::default(), returns: Vec::new(), fills: 0, trades: 0 }
    }

    /// The first close has no return: it is where the account begins.
    fn result(self, cash: Money, final_equity: Money) -> TrialResult {
        let returns = self.returns.get(1..).unwrap_or_default().to_vec();
        let mut result = TrialResult::of_returns(cash.to_f64(), &returns, self.fills, self.trades);
        result.final_equity = final_equity.to_f64();
        result.total_return = result.final_equity / cash.to_f64() - 1.0;
        result.daily_returns = Some(returns);
        result
    }
}

impl Ledger for TrialLedger<'_> {
    fn append(&mut self, event: &Event) -> Result<(), LedgerError> {
        match event {
            Event::Decision(_) | Event::Fill(_) => {
                self.digest.update(event, &serde_json::to_vec(event)?);
                self.fills += u64::from(matches!(event, Event::Fill(_)));
            }
            Event::TradeClosed(trade) => {
                self.trades += u64::from(trade.reason != ExitReason::EndOfData);
            }
            Event::Snapshot(snapshot) => self.returns.push(snapshot.day_return),
            Event::ModelFitted(fit) => {
                if let Ok(mut fits) = self.bench.fits.lock() {
                    fits.entry(fit.training_digest.clone()).or_insert_with(|| fit.artefact.clone());
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn commit(&mut self, _force: bool) -> Result<(), LedgerError> {
        Ok(())
    }

    fn artefact(&mut self, training_digest: &str) -> Option<Vec<u8>> {
        self.bench.fits.lock().ok()?.get(training_digest).cloned()
    }

    fn digest(&self) -> String {
        self.digest.hex()
    }
}
