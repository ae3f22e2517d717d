//! One symbol of one cycle, from bar to shares.

use serde::{Deserialize, Serialize};
use tradebot_domain::{MemberId, Moment, Money, Price, Regime, Shares, Symbol};

/// One symbol in one session: the key of decisions, predictions and outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DecisionId {
    /// When the bar ended on whose close the decision was taken.
    pub session: Moment,
    /// The symbol.
    pub symbol: Symbol,
}

impl std::fmt::Display for DecisionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.symbol, self.session)
    }
}

impl std::str::FromStr for DecisionId {
    type Err = String;
    /// Reads `AAPL@2005-02-28`, or `AAPL@2013-10-07T09:31` on bars of minutes.
    fn from_str(text: &str) -> Result<Self, String> {
        let (symbol, session) =
            text.split_once('@').ok_or_else(|| format!("`{text}` is not SYMBOL@YYYY-MM-DD"))?;
        Ok(Self {
            symbol: symbol.parse().map_err(|e| format!("{e}"))?,
            session: session.parse().map_err(|e| format!("date `{session}`: {e}"))?,
        })
    }
}

/// A bracket in absolute prices, fixed at the decision.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BracketRecord {
    /// Limit on the open: an open above it is not taken.
    pub entry_limit: Price,
    /// Protective stop.
    pub stop: Price,
    /// Profit target.
    pub target: Price,
    /// Longest holding, in sessions after the decision.
    pub max_holding_sessions: u32,
    /// ATR(14) at the decision, raw currency per share; times `stop_scale` where there is one.
    pub atr: f64,
    /// Multiple of ATR that the row asks for.
    pub atr_multiplier: f64,
    /// Target distance over stop distance.
    pub r_multiple: f64,
    /// Chandelier distance in ATR, when the row trails.
    pub trailing_atr: Option<f64>,
    /// What the forecast of volatility made of ATR; left out where the row does not ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_scale: Option<f64>,
    /// Options of the position; left out when all are off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub management: Option<ManagementRecord>,
}

/// What is done with a position beside its stop, target and time limit. Gains are in units of
/// planned risk.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ManagementRecord {
    /// It is left at the next open when the consensus turns.
    pub exit_on_reversal: bool,
    /// Gain that raises the stop to break-even.
    pub break_even_at_r: Option<f64>,
    /// Gain at which a part is sold.
    pub partial_exit_at_r: Option<f64>,
    /// The part, of the shares held.
    pub partial_exit_share: Option<f64>,
}

/// What a size was earned by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SizeBasis {
    /// Skill shown out of sample, and the consensus's lower bound beats break-even.
    Skill,
    /// No skill shown, but the row's own base rate beats break-even.
    Drift,
    /// Neither: a fixed small risk, so that the bot keeps learning; and whatever a rule strategy
    /// asks for, since no skill has been shown for it.
    Explore,
}

impl SizeBasis {
    /// The word in tables and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Skill => "skill",
            Self::Drift => "drift",
            Self::Explore => "explore",
        }
    }
}

/// One member's opinion on one symbol.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpinionRecord {
    /// The member.
    pub member: MemberId,
    /// Score before calibration; none when it abstained.
    pub raw: Option<f64>,
    /// Calibrated probability; 0 when it abstained.
    pub mean: f64,
    /// 20 % quantile.
    pub lo: f64,
    /// 80 % quantile.
    pub hi: f64,
    /// Effective outcomes in its cell.
    pub n: f64,
    /// Weight in this consensus, 0 for an abstention; the awake sum to 1.
    pub weight: f64,
}

/// The consensus and what it is measured against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConsensusRecord {
    /// Pooled probability.
    pub mean: f64,
    /// Its 20 % quantile.
    pub lo: f64,
    /// Its 80 % quantile.
    pub hi: f64,
    /// Unweighted mean of the awake members.
    pub equal_weight: f64,
    /// Standard deviation of the members' means.
    pub disagreement: f64,
    /// Base rate of the row.
    pub row_rate: f64,
    /// 20 % quantile of the base rate.
    pub row_lo: f64,
    /// Effective outcomes of the row.
    pub row_n: f64,
    /// Mean win of the row, units of planned risk.
    pub mean_win: f64,
    /// Mean loss of the row, units of planned risk.
    pub mean_loss: f64,
    /// L / (W + L).
    pub break_even: f64,
    /// Edge over break-even that the row asks for.
    pub edge_wanted: f64,
    /// The skill test holds.
    pub skill_shown: bool,
}

/// One step of sizing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SizingStep {
    /// What was applied: `kelly`, `fraction`, `drawdown` ...
    pub step: String,
    /// Fraction of equity at risk before.
    pub before: f64,
    /// Fraction of equity at risk after.
    pub after: f64,
    /// The number that did it, in words.
    pub note: String,
}

/// One pre-trade check, passed ones too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckRecord {
    /// Name of the limit.
    pub limit: String,
    /// What the order asks for.
    pub asked: f64,
    /// What is allowed.
    pub allowed: f64,
    /// The check passed.
    pub passed: bool,
    /// A failure of this check warns; it refuses nothing.
    #[serde(default, skip_serializing_if = "is_false")]
    pub warns: bool,
}

impl CheckRecord {
    /// The order may not be sent because of it.
    pub const fn refuses(&self) -> bool {
        !self.passed && !self.warns
    }

    /// It failed, and the order goes on.
    pub const fn is_warning(&self) -> bool {
        !self.passed && self.warns
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// What the quality gate saw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QualityRecord {
    /// 0 to 1.
    pub score: f64,
    /// excellent, good, fair, poor or critical.
    pub level: String,
    /// The symbol may be traded in this cycle.
    pub admitted: bool,
    /// What was found, in words.
    pub violations: Vec<ViolationRecord>,
    /// Where the bar came from.
    pub source: String,
    /// Digest of the raw bar (hex, first 16 digits).
    pub bar_digest: String,
    /// Product of split and dividend factors applied up to this bar.
    pub adjustment: f64,
}

/// One violation of a data contract.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ViolationRecord {
    /// Name of the check: `ohlc_inconsistent`, `gap`, ...
    pub check: String,
    /// Reading, limit and date in words.
    pub detail: String,
    /// The bar was refused because of it (else: noted).
    pub refused: bool,
}

/// How a decision ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// An order intent was made.
    Trade {
        /// The intent.
        intent_id: String,
        /// Shares.
        shares: Shares,
        /// What the size was earned by.
        basis: SizeBasis,
        /// Planned risk.
        risk: Money,
    },
    /// No order, and why.
    NoTrade {
        /// Machine-readable: `already_held`, `not_warm`, `below_break_even`, ...
        reason: String,
        /// For people, with the numbers.
        detail: String,
    },
}

/// Everything about one symbol of one cycle, from bar to shares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionRecord {
    /// Which one.
    pub id: DecisionId,
    /// Raw close it was taken on; none when there was no bar.
    pub close: Option<f64>,
    /// What the gate saw.
    pub quality: QualityRecord,
    /// Policy row in force.
    pub row: Regime,
    /// The VIX that regime and features have seen is the volatility proxy of the index, because
    /// none was published or on file; none before there is a reading of the index.
    pub vix_is_proxy: Option<bool>,
    /// Features in the order of [`RunStarted::feature_names`](super::RunStarted::feature_names); empty when not warm.
    pub features: Vec<f64>,
    /// The bracket in question; none before the gate and warm-up are passed.
    pub bracket: Option<BracketRecord>,
    /// Members, in the order of [`RunStarted::members`](super::RunStarted::members).
    pub opinions: Vec<OpinionRecord>,
    /// The consensus; none when the members could not be asked.
    pub consensus: Option<ConsensusRecord>,
    /// Sizing, step by step.
    pub sizing: Vec<SizingStep>,
    /// Pre-trade checks.
    pub checks: Vec<CheckRecord>,
    /// How it ended.
    pub verdict: Verdict,
}
