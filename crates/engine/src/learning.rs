//! How a session's outcomes reach calibration, weights and base rates.

use tradebot_calibration::{Calibrated, Learner, LearnerConfig, ResolvedOutcome, RowState};
use tradebot_domain::{MemberId, Moment, Regime};
use tradebot_ensemble::{Ensemble, EnsembleConfig, ScoredOutcome};
use tradebot_journal::{LearnedRecord, MemberLearned, RowLearned};

use crate::shadow::Resolved;
use experts::Experts;
pub(crate) use experts::with_experts;

mod experts;

/// The learned state of a run: calibrator, row rates and member weights.
#[derive(Debug, Clone)]
pub struct Learning {
    /// Calibration and row rates.
    pub learner: Learner,
    /// Weights, scores and the skill test.
    pub ensemble: Ensemble,
    /// Members, then their experts.
    members: Vec<MemberId>,
    experts: Experts,
    config: EnsembleConfig,
}

impl Learning {
    /// Nothing learned yet. `members` stand with their experts, as many for each as there are
    /// `ensemble.experts`: all members first, then all through the first map, and so on.
    pub fn new(members: &[MemberId], r_multiples: [f64; 5], ensemble: EnsembleConfig) -> Self {
        let alone = members.len() / (1 + ensemble.experts.count());
        Self {
            learner: Learner::new(LearnerConfig::default(), &members[..alone], r_multiples),
            ensemble: Ensemble::new(ensemble, members),
            members: members.to_vec(),
            experts: Experts::new(alone, ensemble.experts),
            config: ensemble,
        }
    }

    /// The probability that `raw` of this member or expert has meant so far in this row; `None`
    /// for a score that is none.
    pub fn calibrate(&self, member: usize, row: Regime, raw: f64) -> Option<Calibrated> {
        if member < self.experts.members() {
            self.learner.calibrate(member, row, raw).ok()
        } else {
            self.experts.calibrate(member, row, raw)
        }
    }

    /// The same members with nothing learned, asked with these multiples.
    #[must_use]
    pub fn anew(&self, r_multiples: [f64; 5]) -> Self {
        Self::new(&self.members, r_multiples, self.config)
    }

    /// Learns from a session's outcomes, in the order (resolve time, decision): once per session,
    /// also when there are none.
    ///
    /// `alarm`: the session before rang the alarm of change points, so calibration forgets twice.
    ///
    /// # Errors
    /// The text of a refusal: an outcome that does not fit the members is a bug.
    pub fn learn(
        &mut self,
        symbols_in_session: u32,
        alarm: bool,
        resolved: &[Resolved],
    ) -> Result<(), String> {
        let known: Vec<_> =
            resolved.iter().filter_map(|r| Some((&r.record, r.record.won?, &r.forecast))).collect();
        // Opinions of another number of members are refused by the learner.
        let experts = self.members.len() - self.experts.members();
        let alone = |raw: &[Option<f64>]| raw[..raw.len().saturating_sub(experts)].to_vec();
        let outcomes: Vec<_> = known
            .iter()
            .map(|(record, won, forecast)| ResolvedOutcome {
                row: record.row,
                raw: alone(&forecast.raw),
                won: *won,
                uniqueness: record.uniqueness,
                net_r: record.net_r,
            })
            .collect();
        let scored: Vec<_> = known
            .iter()
            .map(|(record, won, forecast)| {
                let outcome = ScoredOutcome {
                    means: forecast.means.clone(),
                    raw: forecast.raw.clone(),
                    consensus: forecast.consensus,
                    equal_weight: forecast.equal_weight,
                    row_rate: forecast.row_rate,
                    won: *won,
                    uniqueness: record.uniqueness,
                };
                (record.row, outcome)
            })
            .collect();
        if alarm {
            self.learner.forget_more();
        }
        self.learner.learn_session(symbols_in_session, &outcomes).map_err(|e| e.to_string())?;
        self.ensemble.learn_session_in(&scored).map_err(|e| e.to_string())?;
        self.experts.learn(resolved)
    }

    /// What the session taught, for the journal; `None` when it taught nothing.
    pub fn record(&self, session: Moment, resolved: &[Resolved]) -> Option<LearnedRecord> {
        let mut touched: Vec<Regime> =
            resolved.iter().filter(|r| r.record.won.is_some()).map(|r| r.record.row).collect();
        let outcomes = u32::try_from(touched.len()).unwrap_or(u32::MAX);
        if outcomes == 0 {
            return None;
        }
        touched.sort_unstable();
        touched.dedup();
        let skill = self.ensemble.skill();
        Some(LearnedRecord {
            session,
            outcomes,
            members: self.members_learned(),
            rows: touched.into_iter().map(|row| row_learned(row, &self.learner.row(row))).collect(),
            consensus_brier: self.ensemble.consensus_brier(),
            equal_weight_brier: self.ensemble.equal_weight_brier(),
            base_brier: self.ensemble.base_brier(),
            skill_sessions: skill.sessions,
            skill_lower: skill.lower,
        })
    }

    fn members_learned(&self) -> Vec<MemberLearned> {
        self.members
            .iter()
            .zip(self.ensemble.member_stats())
            .map(|(member, stats)| MemberLearned {
                member: *member,
                weight: stats.weight,
                scored: stats.scored,
                brier: stats.brier,
                brier_raw: stats.brier_raw,
                brier_60: stats.brier_60,
            })
            .collect()
    }
}

fn row_learned(row: Regime, state: &RowState) -> RowLearned {
    RowLearned {
        row,
        n: state.n,
        rate: state.rate,
        rate_lo: state.rate_lo,
        mean_win: state.mean_win,
        mean_loss: state.mean_loss,
        break_even: state.break_even,
    }
}
