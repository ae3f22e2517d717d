//! How brackets ended, and what that taught.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Date, MemberId, Moment, Regime};

use super::decision::DecisionId;

use super::trade::ExitReason;

/// How the bracket of a decision ended, whether it was taken or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutcomeRecord {
    /// The decision.
    pub id: DecisionId,
    /// Row whose bracket was in question.
    pub row: Regime,
    /// Session on which the outcome became known.
    pub resolved: Moment,
    /// Profit after costs: 1, else 0. `None` when the open was above the limit or data ended:
    /// no outcome, nothing learned.
    pub won: Option<bool>,
    /// Net result in units of planned risk; 0 when there is none.
    pub net_r: f64,
    /// Uniqueness: mean over its life of 1 / brackets open, in (0, 1].
    pub uniqueness: f64,
    /// Why it ended; none when not entered.
    pub reason: Option<ExitReason>,
    /// Sessions it lived.
    pub sessions: u32,
    /// A real order went out for it (else: a shadow outcome).
    pub taken: bool,
    /// Stop and target were both inside one bar.
    pub ambiguous: bool,
}

/// How a decision would have ended under each R-multiple that its row may move to.
///
/// Recorded once all of them have ended. With the outcome of the bracket that was asked this is all
/// that is needed to learn from the decision again under another multiple.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CandidatesRecord {
    /// The decision.
    pub id: DecisionId,
    /// Row whose bracket was in question.
    pub row: Regime,
    /// Session on which the last candidate ended.
    pub resolved: Moment,
    /// Net result per candidate in units of planned risk, in ascending R; the last value stands for
    /// all that follow.
    pub net_r: Vec<f64>,
    /// Uniqueness per candidate among those of its R, in (0, 1]; the last value stands for all that
    /// follow.
    pub uniqueness: Vec<f64>,
    /// Bit i: candidate i ended by time.
    pub timed_out: u32,
}

/// Weight and quality of one member after learning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberLearned {
    /// The member.
    pub member: MemberId,
    /// Published weight among all members.
    pub weight: f64,
    /// Outcomes scored so far, by uniqueness.
    pub scored: f64,
    /// Mean Brier score so far, uniqueness-weighted, of calibrated probabilities.
    pub brier: f64,
    /// Same of raw scores.
    pub brier_raw: f64,
    /// Mean Brier score over the last 60 sessions with outcomes.
    pub brier_60: f64,
}

/// Prequential state of one policy row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RowLearned {
    /// The row.
    pub row: Regime,
    /// Effective outcomes (uniqueness, decay and shared movement counted).
    pub n: f64,
    /// Base rate: posterior mean of a win.
    pub rate: f64,
    /// Its 20 % quantile.
    pub rate_lo: f64,
    /// Mean win, units of planned risk.
    pub mean_win: f64,
    /// Mean loss, units of planned risk, > 0.
    pub mean_loss: f64,
    /// L / (W + L).
    pub break_even: f64,
}

/// What the session's outcomes taught.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LearnedRecord {
    /// The session.
    pub session: Moment,
    /// Outcomes learned from in this session.
    pub outcomes: u32,
    /// Each member.
    pub members: Vec<MemberLearned>,
    /// Rows touched by this session's outcomes.
    pub rows: Vec<RowLearned>,
    /// Brier score of the consensus so far.
    pub consensus_brier: f64,
    /// Brier score of the equal-weight mean of members so far.
    pub equal_weight_brier: f64,
    /// Brier score of the row rate so far: what skill is measured against.
    pub base_brier: f64,
    /// Sessions in the skill test.
    pub skill_sessions: u32,
    /// Mean advantage over the row rate less 1.645 standard errors; > 0 shows skill.
    pub skill_lower: f64,
}

/// A refit of a learned member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FitRecord {
    /// Session after whose close it was fitted.
    pub session: Moment,
    /// The member.
    pub member: MemberId,
    /// Examples used.
    pub examples: u32,
    /// Decision sessions of the first and last example.
    pub first_example: Date,
    /// See `first_example`.
    pub last_example: Date,
    /// Share of wins among them.
    pub base_rate: f64,
    /// Digest of examples, seed and hyper-parameters: the key of the stored artefact.
    pub training_digest: String,
    /// Digest of the serialised model.
    pub model_digest: String,
    /// The model itself, as the `models` crate writes it. Empty in the chained record: the
    /// artefact is stored beside the chain under `training_digest`, bound by `model_digest`.
    #[serde(skip)]
    pub artefact: Vec<u8>,
    /// Model card: what it is, inputs, parameters, limits (plain text).
    pub card: String,
}
