//! The product's ensemble: weights, consensus, scores and the test of skill.

mod config;
mod experts;
mod outcome;
mod second_level;

use serde::{Deserialize, Serialize};
use tradebot_calibration::{Calibrated, ConfigError, Decay};
use tradebot_domain::{MemberId, Regime};

use crate::aggregating::{AggregatingAlgorithm, Memory};
use crate::consensus::{self, Abstention, Consensus};
use crate::publish::PublishedWeights;
use crate::scores::{MemberScores, Score};
use crate::skill::{Skill, SkillTest};
use second_level::RegimeViews;

pub use config::{EnsembleConfig, SecondLevel};
pub use experts::{ExpertMap, ExpertMaps, ExpertMapsError};
pub use outcome::{LearnError, ScoredOutcome};

/// Weight and quality of one member. Brier scores are means weighted by uniqueness, prequential,
/// and 0.25 (what a constant one half scores) while there is nothing to score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MemberStats {
    /// The member.
    pub member: MemberId,
    /// Published weight among all members.
    pub weight: f64,
    /// Learned weight, before floor and step.
    pub learned_weight: f64,
    /// Outcomes scored, by uniqueness.
    pub scored: f64,
    /// Brier score of its calibrated probabilities.
    pub brier: f64,
    /// Brier score of its raw scores.
    pub brier_raw: f64,
    /// Brier score of its calibrated probabilities over the last 60 sessions with outcomes.
    pub brier_60: f64,
}

/// The ensemble and all it has learned.
///
/// - **Order within a session:** weights fade once, then each outcome is charged as it comes,
///   then the published weights take their step towards the learned ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ensemble {
    config: EnsembleConfig,
    members: Vec<MemberId>,
    learned: AggregatingAlgorithm,
    published: PublishedWeights,
    scores: Vec<MemberScores>,
    consensus: Score,
    equal_weight: Score,
    base: Score,
    skill: SkillTest,
    /// With [`SecondLevel::Regimes`] only; not written otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    regimes: Option<RegimeViews>,
}

impl Ensemble {
    /// Equal weights, nothing scored. `members` are addressed by their position from here on.
    ///
    /// # Panics
    /// When a setting is outside its range, which is the caller's mistake;
    /// [`try_new`](Self::try_new) returns it instead.
    pub fn new(config: EnsembleConfig, members: &[MemberId]) -> Self {
        match Self::try_new(config, members) {
            Ok(ensemble) => ensemble,
            Err(error) => panic!("an ensemble cannot be made: {error}"),
        }
    }

    /// As [`new`](Self::new), for settings from outside.
    ///
    /// # Errors
    /// [`ConfigError`] for a setting outside its range.
    pub fn try_new(config: EnsembleConfig, members: &[MemberId]) -> Result<Self, ConfigError> {
        config.validate(members.len())?;
        let gamma = Decay::half_life(config.half_life_sessions).factor();
        let memory = Memory::Discount { gamma };
        let regimes = match config.second_level {
            SecondLevel::Off => None,
            SecondLevel::Regimes => Some(RegimeViews::new(&config, members.len(), memory)),
        };
        Ok(Self {
            config,
            regimes,
            members: members.to_vec(),
            learned: AggregatingAlgorithm::new(members.len(), config.eta, memory),
            published: PublishedWeights::new(members.len(), config.floor, config.step_max),
            scores: vec![MemberScores::default(); members.len()],
            consensus: Score::default(),
            equal_weight: Score::default(),
            base: Score::default(),
            skill: SkillTest::new(config.skill_lag, config.skill_sessions_min),
        })
    }

    /// The consensus of the members that have an opinion, by the published weights; with
    /// [`SecondLevel::Regimes`] by the global ones alone.
    ///
    /// **Shape:** one opinion per member, `None` for one that abstains.
    ///
    /// # Errors
    /// [`Abstention`] when nobody has an opinion or one is not a probability.
    pub fn combine(&self, opinions: &[Option<Calibrated>]) -> Result<Consensus, Abstention> {
        consensus::combine(opinions, self.published.get(), self.config.eta)
    }

    /// [`combine`](Self::combine) in a regime: with [`SecondLevel::Regimes`] by the regime's
    /// published weights too, else the same to the last bit.
    ///
    /// The step of published weights is per vector: a change of regime changes the vector.
    ///
    /// # Errors
    /// As [`combine`](Self::combine).
    pub fn combine_in(
        &self,
        regime: Regime,
        opinions: &[Option<Calibrated>],
    ) -> Result<Consensus, Abstention> {
        let Some(regimes) = &self.regimes else { return self.combine(opinions) };
        let views = [self.published.get(), regimes.weights(regime)];
        consensus::combine_views(opinions, views, regimes.trust(), self.config.eta)
    }

    /// Learns what a session taught, its outcomes in the order given (by resolve time and id).
    /// To be called for every session, also without outcomes. Outcomes without a regime teach
    /// nothing about regimes: with [`SecondLevel::Regimes`] call
    /// [`learn_session_in`](Self::learn_session_in).
    ///
    /// # Errors
    /// The first fault of the first faulty outcome; nothing is learned from any of them then, and
    /// the session is not counted.
    pub fn learn_session(&mut self, outcomes: &[ScoredOutcome]) -> Result<(), LearnError> {
        self.learn(outcomes.iter().map(|outcome| (None, outcome)))
    }

    /// [`learn_session`](Self::learn_session) with the regime that each outcome was decided in.
    /// Without [`SecondLevel::Regimes`] the same to the last bit.
    ///
    /// # Errors
    /// As [`learn_session`](Self::learn_session).
    pub fn learn_session_in(
        &mut self,
        outcomes: &[(Regime, ScoredOutcome)],
    ) -> Result<(), LearnError> {
        self.learn(outcomes.iter().map(|(regime, outcome)| (Some(*regime), outcome)))
    }

    fn learn<'a, I>(&mut self, outcomes: I) -> Result<(), LearnError>
    where
        I: Iterator<Item = (Option<Regime>, &'a ScoredOutcome)> + Clone,
    {
        outcomes.clone().try_for_each(|(_, outcome)| outcome.check(self.members.len()))?;
        if let Some(regimes) = &mut self.regimes {
            regimes.learn_session(outcomes.clone(), self.published.get());
        }
        self.learned.discount();
        if outcomes.clone().next().is_some() {
            self.scores.iter_mut().for_each(|s| s.begin_session(self.config.rolling_sessions));
            let mut advantage = 0.0;
            for (_, outcome) in outcomes {
                self.learned.charge(&outcome.means, outcome.won, outcome.uniqueness);
                self.score(outcome);
                advantage += outcome.uniqueness * outcome.advantage();
            }
            self.skill.push(advantage);
        }
        self.published.approach(&self.learned.weights());
        Ok(())
    }

    /// Weights and scores of every member, in their order.
    pub fn member_stats(&self) -> Vec<MemberStats> {
        let learned = self.learned.weights();
        (0..self.members.len())
            .map(|k| MemberStats {
                member: self.members[k],
                weight: self.published.get()[k],
                learned_weight: learned[k],
                scored: self.scores[k].calibrated.weight,
                brier: self.scores[k].calibrated.mean(),
                brier_raw: self.scores[k].raw.mean(),
                brier_60: self.scores[k].recent_mean(),
            })
            .collect()
    }

    /// Whether the consensus knows more than the base rate of its row.
    pub fn skill(&self) -> Skill {
        self.skill.result()
    }

    /// Brier score of the consensus so far, as [`MemberStats`] say.
    pub fn consensus_brier(&self) -> f64 {
        self.consensus.mean()
    }

    /// Brier score of the unweighted mean of members so far.
    pub fn equal_weight_brier(&self) -> f64 {
        self.equal_weight.mean()
    }

    /// Brier score of the row rate so far.
    pub fn base_brier(&self) -> f64 {
        self.base.mean()
    }

    /// Published weights, in the order of members; they sum to 1. The global ones, with
    /// [`SecondLevel::Regimes`].
    pub fn weights(&self) -> &[f64] {
        self.published.get()
    }

    /// Published weights of a regime, equal while it has taught nothing; `None` without
    /// [`SecondLevel::Regimes`].
    pub fn regime_weights(&self, regime: Regime) -> Option<&[f64]> {
        self.regimes.as_ref().map(|regimes| regimes.weights(regime))
    }

    /// Published trust in the global weights and in those of regimes, summing to 1; `None`
    /// without [`SecondLevel::Regimes`].
    pub fn trust(&self) -> Option<[f64; 2]> {
        self.regimes.as_ref().map(RegimeViews::trust)
    }

    /// Members in the order of their index.
    pub fn members(&self) -> &[MemberId] {
        &self.members
    }

    /// The settings.
    pub const fn config(&self) -> &EnsembleConfig {
        &self.config
    }

    fn score(&mut self, outcome: &ScoredOutcome) {
        let (y, u) = (outcome.y(), outcome.uniqueness);
        for (k, scores) in self.scores.iter_mut().enumerate() {
            if let Some(p) = outcome.means[k] {
                scores.score_calibrated(p, y, u);
            }
            if let Some(raw) = outcome.raw[k] {
                scores.raw.add(raw, y, u);
            }
        }
        self.consensus.add(outcome.consensus, y, u);
        self.equal_weight.add(outcome.equal_weight, y, u);
        self.base.add(outcome.row_rate, y, u);
    }
}

#[cfg(test)]
mod tests;
