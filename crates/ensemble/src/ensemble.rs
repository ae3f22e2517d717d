//! The product's ensemble: weights, consensus, scores and the test of skill.

mod config;

use serde::{Deserialize, Serialize};
use tradebot_calibration::{Calibrated, ConfigError, Decay};
use tradebot_domain::MemberId;

use crate::aggregating::{AggregatingAlgorithm, Memory};
use crate::consensus::{self, Abstention, Consensus};
use crate::publish::PublishedWeights;
use crate::scores::{MemberScores, Score};
use crate::skill::{Skill, SkillTest};

pub use config::EnsembleConfig;

/// An outcome that became known in the session being learned, with what was said of it before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoredOutcome {
    /// Calibrated probability of each member as issued; `None` where it abstained.
    pub means: Vec<Option<f64>>,
    /// Raw score of each member as issued.
    pub raw: Vec<Option<f64>>,
    /// The consensus as issued.
    pub consensus: f64,
    /// Unweighted mean of the members as issued.
    pub equal_weight: f64,
    /// Base rate of the row as it was known then: what skill is measured against.
    pub row_rate: f64,
    /// The bracket ended with a profit after costs.
    pub won: bool,
    /// Mean over its life of 1 / brackets open on the symbol, in (0, 1].
    pub uniqueness: f64,
}

/// An outcome that cannot be learned from. State is unchanged whenever one is returned.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum LearnError {
    /// Opinions of another number of members.
    #[error("an outcome carries {means} means and {raw} raw scores for {members} members")]
    Shape {
        /// Calibrated probabilities found.
        means: usize,
        /// Raw scores found.
        raw: usize,
        /// Members known.
        members: usize,
    },
    /// A probability that is NaN or outside `0..=1`.
    #[error("{what} {value} is not in 0..=1")]
    Probability {
        /// Which one.
        what: &'static str,
        /// The value found.
        value: f64,
    },
    /// A uniqueness that is NaN or outside `(0, 1]`.
    #[error("uniqueness {value} is not in (0, 1]")]
    Uniqueness {
        /// The value found.
        value: f64,
    },
}

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
        Ok(Self {
            config,
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

    /// The consensus of the members that have an opinion, by the published weights.
    ///
    /// **Shape:** one opinion per member, `None` for one that abstains.
    ///
    /// # Errors
    /// [`Abstention`] when nobody has an opinion or one is not a probability.
    pub fn combine(&self, opinions: &[Option<Calibrated>]) -> Result<Consensus, Abstention> {
        consensus::combine(opinions, self.published.get(), self.config.eta)
    }

    /// Learns what a session taught, its outcomes in the order given (by resolve time and id).
    /// To be called for every session, also without outcomes.
    ///
    /// # Errors
    /// The first fault of the first faulty outcome; nothing is learned from any of them then, and
    /// the session is not counted.
    pub fn learn_session(&mut self, outcomes: &[ScoredOutcome]) -> Result<(), LearnError> {
        outcomes.iter().try_for_each(|outcome| self.check(outcome))?;
        self.learned.discount();
        if !outcomes.is_empty() {
            self.scores.iter_mut().for_each(|s| s.begin_session(self.config.rolling_sessions));
            let mut advantage = 0.0;
            for outcome in outcomes {
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

    /// Published weights, in the order of members; they sum to 1.
    pub fn weights(&self) -> &[f64] {
        self.published.get()
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

    fn check(&self, outcome: &ScoredOutcome) -> Result<(), LearnError> {
        let (means, raw, members) = (outcome.means.len(), outcome.raw.len(), self.members.len());
        if means != members || raw != members {
            return Err(LearnError::Shape { means, raw, members });
        }
        if !(outcome.uniqueness > 0.0 && outcome.uniqueness <= 1.0) {
            return Err(LearnError::Uniqueness { value: outcome.uniqueness });
        }
        let said = [
            ("consensus", outcome.consensus),
            ("equal-weight mean", outcome.equal_weight),
            ("row rate", outcome.row_rate),
        ];
        let means = outcome.means.iter().flatten().map(|p| ("calibrated mean", *p));
        let raw = outcome.raw.iter().flatten().map(|p| ("raw score", *p));
        match said.into_iter().chain(means).chain(raw).find(|(_, p)| !(0.0..=1.0).contains(p)) {
            Some((what, value)) => Err(LearnError::Probability { what, value }),
            None => Ok(()),
        }
    }
}

impl ScoredOutcome {
    /// The outcome as a number.
    fn y(&self) -> f64 {
        f64::from(u8::from(self.won))
    }

    /// How much better the consensus was than the row rate, in squared error.
    fn advantage(&self) -> f64 {
        let y = self.y();
        (self.row_rate - y).powi(2) - (self.consensus - y).powi(2)
    }
}

#[cfg(test)]
mod tests;
