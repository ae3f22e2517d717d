//! The product's learning state, taught once per session.
//!
//! Three levels, each centred on the one above with the strength of 20 observations: all rows
//! (root Beta(2,2)), the policy row, and (member, row, bin of the raw score). An outcome counts by
//! its uniqueness, so that overlapping brackets of one symbol are not taken for many. Everything
//! decays by `0.5^(1 / half_life)` per session, sessions without outcomes included.
//!
//! - The base rate of a row is the mean of its undivided counts. Its `n` and its bounds use the
//!   counts divided by `1 + 0.3 (m - 1)`, where m is the mean number of symbols per session:
//!   symbols move together, and what they share is seen once, however many show it.
//! - What a win and a loss of a row are worth is learned beside it, see [`Payoff`].
//!
//! Outcomes of decisions that were not taken teach as much as those of trades; the learner cannot
//! tell them apart.

mod config;
mod payoff;
mod digest;

use serde::{Deserialize, Serialize};
use tradebot_domain::{MemberId, Regime};

use crate::bins::bin_of;
use crate::decay::Decay;
use crate::error::{CalibrationError, ConfigError};
use crate::hierarchy::{BetaCell, HierarchicalBeta};
use crate::posterior::BetaPosterior;

pub use config::LearnerConfig;
pub use payoff::Payoff;

/// A calibrated probability with its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Calibrated {
    /// Mean chance of the event.
    pub mean: f64,
    /// Lower quantile of the chance (20 % by default), never above the mean.
    pub lo: f64,
    /// Upper quantile (80 %), never below the mean.
    pub hi: f64,
    /// Variance of the chance.
    pub var: f64,
    /// Decayed outcomes in the cell itself, by uniqueness.
    pub n: f64,
}

impl Calibrated {
    /// What a belief says, with its quantiles at `quantile` and `1 - quantile` kept on their sides
    /// of the mean; `n` outcomes stand behind it.
    pub fn of(belief: &BetaPosterior, quantile: f64, n: f64) -> Self {
        let (mean, (lo, hi)) = (belief.mean(), belief.interval(quantile));
        Self { mean, lo: lo.min(mean), hi: hi.max(mean), var: belief.variance(), n }
    }
}

/// What is known of one policy row.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RowState {
    /// Outcomes by uniqueness, decayed, divided by what symbols share.
    pub n: f64,
    /// Base rate: mean of the undivided posterior.
    pub rate: f64,
    /// Lower quantile of the posterior with divided counts, never above `rate`.
    pub rate_lo: f64,
    /// Upper quantile of the posterior with divided counts, never below `rate`.
    pub rate_hi: f64,
    /// Mean win, units of planned risk, > 0.
    pub mean_win: f64,
    /// Mean loss, units of planned risk, as a positive number.
    pub mean_loss: f64,
    /// The win rate at which the row neither earns nor loses: L / (W + L).
    pub break_even: f64,
}

/// An outcome that became known in the session being learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResolvedOutcome {
    /// Policy row of the decision, whose bracket was in question.
    pub row: Regime,
    /// Raw score of each member as issued at the decision; `None` where it abstained.
    pub raw: Vec<Option<f64>>,
    /// The bracket ended with a profit after costs.
    pub won: bool,
    /// Mean over its life of 1 / brackets open on the symbol, in (0, 1].
    pub uniqueness: f64,
    /// Net result in units of planned risk; above 0 exactly when won.
    pub net_r: f64,
}

/// One cell of one member, for reports.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CellState {
    /// The member.
    pub member: MemberId,
    /// The policy row.
    pub row: Regime,
    /// Bin of the raw score.
    pub bin: usize,
    /// Decayed wins by uniqueness.
    pub wins: f64,
    /// Decayed losses by uniqueness.
    pub losses: f64,
    /// Calibrated mean of a score in this bin.
    pub mean: f64,
}

/// Levels of the hierarchy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Key {
    AllRows,
    Row(Regime),
    Cell { member: u32, row: Regime, bin: u32 },
}

/// What outcomes have taught so far about rows, members and payoffs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Learner {
    config: LearnerConfig,
    members: Vec<MemberId>,
    beliefs: HierarchicalBeta<Key>,
    payoffs: [Payoff; 5],
    /// Symbols summed over the sessions that had any.
    symbols: u64,
    /// Sessions that had symbols.
    symbol_sessions: u64,
}

impl Learner {
    /// A learner without history.
    ///
    /// - `members` are addressed by their position from here on.
    /// - `r_multiples` of the policy rows in the order of [`Regime::ALL`]: the prior mean wins.
    ///
    /// # Panics
    /// When a setting is outside its range, which is the caller's mistake;
    /// [`try_new`](Self::try_new) returns it instead.
    pub fn new(config: LearnerConfig, members: &[MemberId], r_multiples: [f64; 5]) -> Self {
        match Self::try_new(config, members, r_multiples) {
            Ok(learner) => learner,
            Err(error) => panic!("a learner cannot be made: {error}"),
        }
    }

    /// As [`new`](Self::new), for settings from outside.
    ///
    /// # Errors
    /// [`ConfigError`] for a setting or an R-multiple outside its range.
    pub fn try_new(
        config: LearnerConfig,
        members: &[MemberId],
        r_multiples: [f64; 5],
    ) -> Result<Self, ConfigError> {
        config.validate()?;
        for r in r_multiples {
            ConfigError::unless(r > 0.0 && r.is_finite(), "r_multiple", r, "above 0")?;
        }
        let decay = Decay::half_life(config.half_life_sessions);
        Ok(Self {
            config,
            members: members.to_vec(),
            beliefs: HierarchicalBeta::new(BetaPosterior::ROOT, config.strength, decay),
            payoffs: r_multiples.map(|r| Payoff::new(r, config.prior_outcomes, decay)),
            symbols: 0,
            symbol_sessions: 0,
        })
    }

    /// The probability that `raw` of this member has meant so far in this row.
    ///
    /// # Errors
    /// [`CalibrationError::Score`] for NaN and values outside `0..=1`,
    /// [`CalibrationError::Member`] for an index beyond the members.
    pub fn calibrate(
        &self,
        member_index: usize,
        row: Regime,
        raw: f64,
    ) -> Result<Calibrated, CalibrationError> {
        if member_index >= self.members.len() {
            let members = self.members.len();
            return Err(CalibrationError::Member { index: member_index, members });
        }
        let key = self.cell_key(member_index, row, raw)?;
        let belief = self.beliefs.posterior(&[Key::AllRows, Key::Row(row), key]);
        Ok(Calibrated::of(&belief, self.config.quantile, self.beliefs.cell(&key).n()))
    }

    /// Base rate, bounds and payoffs of a row.
    ///
    /// With divided counts the belief leans more on all rows, so in a row far from them its
    /// quantile could pass the undivided mean; the bounds stop there.
    pub fn row(&self, row: Regime) -> RowState {
        let all_rows = self.beliefs.posterior(&[Key::AllRows]).mean();
        let rate = self.beliefs.posterior(&[Key::AllRows, Key::Row(row)]).mean();
        let BetaCell { wins, losses, .. } = self.beliefs.cell(&Key::Row(row));
        let share = 1.0 / self.shared_divisor();
        let bounds = BetaPosterior::centred(all_rows, self.config.strength)
            .updated(wins * share, losses * share);
        let (lo, hi) = bounds.interval(self.config.quantile);
        let payoff = &self.payoffs[row.index()];
        let (mean_win, mean_loss) = payoff.means(self.beliefs.step());
        RowState {
            n: (wins + losses) * share,
            rate,
            rate_lo: lo.min(rate),
            rate_hi: hi.max(rate),
            mean_win,
            mean_loss,
            break_even: mean_loss / (mean_win + mean_loss),
        }
    }

    /// Learns what a session taught: one step of decay, then its outcomes in the order given
    /// (by resolve time and id). To be called for every session, also without outcomes.
    ///
    /// `symbols_in_session` are the symbols that had a bar; sessions with none do not
    /// enter the mean, since they say nothing of how many move together.
    ///
    /// # Errors
    /// The first fault of the first faulty outcome; nothing is learned from any of them then, and
    /// the session is not counted.
    pub fn learn_session(
        &mut self,
        symbols_in_session: u32,
        outcomes: &[ResolvedOutcome],
    ) -> Result<(), CalibrationError> {
        let chains = outcomes
            .iter()
            .map(|outcome| self.checked_keys(outcome))
            .collect::<Result<Vec<_>, _>>()?;
        self.beliefs.forget();
        if symbols_in_session > 0 {
            self.symbols += u64::from(symbols_in_session);
            self.symbol_sessions += 1;
        }
        for (outcome, keys) in outcomes.iter().zip(&chains) {
            self.beliefs.observe(keys, outcome.won, outcome.uniqueness);
            let payoff = &mut self.payoffs[outcome.row.index()];
            payoff.observe(self.beliefs.step(), outcome.net_r, outcome.uniqueness);
        }
        Ok(())
    }

    /// Forgets as much as a session without outcomes would let it: after a change of the market the
    /// past is worth less. To be called before [`learn_session`](Self::learn_session).
    pub const fn forget_more(&mut self) {
        self.beliefs.forget();
    }

    /// Mean number of symbols per session so far, 1 at least.
    pub fn symbols_per_session(&self) -> f64 {
        if self.symbol_sessions == 0 {
            return 1.0;
        }
        (self.symbols as f64 / self.symbol_sessions as f64).max(1.0)
    }

    /// Sessions learned, and those that were only forgotten.
    pub const fn sessions(&self) -> u64 {
        self.beliefs.step()
    }

    /// Members in the order of their index.
    pub fn members(&self) -> &[MemberId] {
        &self.members
    }

    /// The settings.
    pub const fn config(&self) -> &LearnerConfig {
        &self.config
    }

    /// Cells with history by member, row and bin: what each member's scores have meant.
    pub fn cells(&self) -> Vec<CellState> {
        let state = |(key, cell): (&Key, BetaCell)| match *key {
            Key::AllRows | Key::Row(_) => None,
            Key::Cell { member, row, bin } => Some(CellState {
                member: self.members[member as usize],
                row,
                bin: bin as usize,
                wins: cell.wins,
                losses: cell.losses,
                mean: self.beliefs.posterior(&[Key::AllRows, Key::Row(row), *key]).mean(),
            }),
        };
        self.beliefs.cells().filter_map(state).collect()
    }

    /// 64 hex digits over every bit of the state: equal exactly when the states are.
    pub fn state_digest(&self) -> String {
        digest::of(self)
    }

    /// What counts of a row are divided by: `1 + shared (m - 1)`.
    fn shared_divisor(&self) -> f64 {
        1.0 + self.config.shared_movement * (self.symbols_per_session() - 1.0)
    }

    /// The keys an outcome is counted under, once it has been checked.
    fn checked_keys(&self, outcome: &ResolvedOutcome) -> Result<Vec<Key>, CalibrationError> {
        let &ResolvedOutcome { row, won, uniqueness, net_r, .. } = outcome;
        if outcome.raw.len() != self.members.len() {
            let (found, members) = (outcome.raw.len(), self.members.len());
            return Err(CalibrationError::Shape { found, members });
        }
        if !(uniqueness > 0.0 && uniqueness <= 1.0) {
            return Err(CalibrationError::Uniqueness { value: uniqueness });
        }
        if !net_r.is_finite() || won != (net_r > 0.0) {
            return Err(CalibrationError::NetResult { net_r, won });
        }
        let mut keys = vec![Key::AllRows, Key::Row(row)];
        for (member, raw) in outcome.raw.iter().enumerate() {
            if let Some(raw) = *raw {
                keys.push(self.cell_key(member, row, raw)?);
            }
        }
        Ok(keys)
    }

    fn cell_key(&self, member: usize, row: Regime, raw: f64) -> Result<Key, CalibrationError> {
        let bin = bin_of(raw, self.config.bins).ok_or(CalibrationError::Score { value: raw })?;
        let small = |n: usize| u32::try_from(n).expect("members and bins are few");
        Ok(Key::Cell { member: small(member), row, bin: small(bin) })
    }
}

#[cfg(test)]
mod tests;
