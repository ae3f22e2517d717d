//! The records of a run, as plain values of `domain`.
//!
//! Read [`Event`] first: its variants stand in the order in which a session produces them.

use serde::{Deserialize, Serialize};
use tradebot_domain::{
    CorporateAction, Currency, Date, Decimal, MemberId, Money, Price, Regime, Shares, Symbol,
};

/// One entry of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// A run begins: what it was given.
    RunStarted(RunStarted),
    /// A split or dividend reached a held position.
    ActionApplied(ActionApplied),
    /// An order changed its state.
    Order(OrderRecord),
    /// An execution.
    Fill(FillRecord),
    /// A position was closed: the round trip.
    TradeClosed(TradeRecord),
    /// How a bracket ended, taken or not.
    Outcome(OutcomeRecord),
    /// What calibration and weights learned from a session's outcomes.
    Learned(LearnedRecord),
    /// A member was refitted.
    ModelFitted(FitRecord),
    /// The regime of the session and the row it selects.
    Regime(RegimeRecord),
    /// One symbol of one cycle: a trade, or why not.
    Decision(Box<DecisionRecord>),
    /// What is about to be sent. Durable before it is sent.
    Intent(IntentRecord),
    /// A limit was reached, a stop latched, trading re-armed.
    Risk(RiskRecord),
    /// The account at the close of the session.
    Snapshot(SnapshotRecord),
    /// A run ended by itself.
    RunFinished(RunFinished),
}

impl Event {
    /// The variant's name as it stands in the journal's `kind` column.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::RunStarted(_) => "run_started",
            Self::ActionApplied(_) => "action_applied",
            Self::Order(_) => "order",
            Self::Fill(_) => "fill",
            Self::TradeClosed(_) => "trade_closed",
            Self::Outcome(_) => "outcome",
            Self::Learned(_) => "learned",
            Self::ModelFitted(_) => "model_fitted",
            Self::Regime(_) => "regime",
            Self::Decision(_) => "decision",
            Self::Intent(_) => "intent",
            Self::Risk(_) => "risk",
            Self::Snapshot(_) => "snapshot",
            Self::RunFinished(_) => "run_finished",
        }
    }

    /// The session an event belongs to; `None` for the frame of the run.
    pub const fn session(&self) -> Option<Date> {
        match self {
            Self::RunStarted(_) | Self::RunFinished(_) => None,
            Self::ActionApplied(r) => Some(r.session),
            Self::Order(r) => Some(r.session),
            Self::Fill(r) => Some(r.session),
            Self::TradeClosed(r) => Some(r.exit_session),
            Self::Outcome(r) => Some(r.resolved),
            Self::Learned(r) => Some(r.session),
            Self::ModelFitted(r) => Some(r.session),
            Self::Regime(r) => Some(r.session),
            Self::Decision(r) => Some(r.id.session),
            Self::Intent(r) => Some(r.session),
            Self::Risk(r) => Some(r.session),
            Self::Snapshot(r) => Some(r.session),
        }
    }

    /// The symbol an event is about, if it is about one.
    pub const fn symbol(&self) -> Option<Symbol> {
        match self {
            Self::ActionApplied(r) => Some(r.symbol),
            Self::Order(r) => Some(r.symbol),
            Self::Fill(r) => Some(r.symbol),
            Self::TradeClosed(r) => Some(r.symbol),
            Self::Outcome(r) => Some(r.id.symbol),
            Self::Decision(r) => Some(r.id.symbol),
            Self::Intent(r) => Some(r.symbol),
            Self::Risk(r) => r.symbol,
            _ => None,
        }
    }
}

/// One symbol in one session: the key of decisions, predictions and outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DecisionId {
    /// The session on whose close the decision was taken.
    pub session: Date,
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
    /// Reads `AAPL@2005-02-28`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (symbol, session) =
            text.split_once('@').ok_or_else(|| format!("`{text}` is not SYMBOL@YYYY-MM-DD"))?;
        Ok(Self {
            symbol: symbol.parse().map_err(|e| format!("{e}"))?,
            session: session.parse().map_err(|e| format!("date `{session}`: {e}"))?,
        })
    }
}

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
    /// Digest of the market data (hex).
    pub data_digest: String,
    /// Version of the feature set, e.g. `v1`.
    pub feature_set: String,
    /// Names of the features, in the order of [`DecisionRecord::features`].
    pub feature_names: Vec<String>,
    /// Names of the members, in the order in which they stand everywhere.
    pub members: Vec<MemberId>,
    /// The run whose learned state this one began with, if any.
    pub warm_start: Option<String>,
}

/// A corporate action met a held position on its ex-date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionApplied {
    /// The ex-date.
    pub session: Date,
    /// The symbol.
    pub symbol: Symbol,
    /// The action.
    pub action: CorporateAction,
    /// Shares held before.
    pub shares_before: Shares,
    /// Shares held after.
    pub shares_after: Shares,
    /// Cash received: a dividend, or cash in lieu of a fraction.
    pub cash: Money,
    /// Stop after the action.
    pub stop: Price,
    /// Target after the action.
    pub target: Price,
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
    /// ATR(14) at the decision, raw currency per share.
    pub atr: f64,
    /// Multiple of ATR that the row asks for.
    pub atr_multiplier: f64,
    /// Target distance over stop distance.
    pub r_multiple: f64,
    /// Chandelier distance in ATR, when the row trails.
    pub trailing_atr: Option<f64>,
}

/// What an order is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderRole {
    /// Opens the position: a limit on the open.
    Entry,
    /// Protective stop, good till cancelled.
    Stop,
    /// Profit target, good till cancelled.
    Target,
    /// Time limit, flattening or end of data: at the market.
    Exit,
}

impl OrderRole {
    /// The word in tables and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Stop => "stop",
            Self::Target => "target",
            Self::Exit => "exit",
        }
    }
}

/// Where an order is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// At the venue.
    Working,
    /// Executed in full.
    Filled,
    /// Cancelled (the other leg filled, or we asked).
    Cancelled,
    /// Ended with its session, not executed.
    Expired,
    /// The venue refused it.
    Rejected,
}

impl OrderState {
    /// The word in tables and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Filled => "filled",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Rejected => "rejected",
        }
    }
}

/// An order in a new state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderRecord {
    /// Session of the change.
    pub session: Date,
    /// Order id: `<intent>/<role>`, with `#n` appended when a stop is replaced.
    pub order_id: String,
    /// The intent it belongs to.
    pub intent_id: String,
    /// The symbol.
    pub symbol: Symbol,
    /// What it is for.
    pub role: OrderRole,
    /// New state.
    pub state: OrderState,
    /// Shares ordered.
    pub shares: Shares,
    /// Limit or stop price; none for a market order.
    pub price: Option<Price>,
    /// Why, when it is not obvious: `open 101.2 above limit 100.9`.
    pub note: String,
}

/// Why a position was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExitReason {
    /// The stop traded.
    Stop,
    /// The session opened at or beyond the stop: filled at the open.
    StopGap,
    /// The target traded.
    Target,
    /// The session opened at or beyond the target: filled at the open.
    TargetGap,
    /// The time limit, at the close of its session.
    Time,
    /// Sold at the open because the drawdown limit latched.
    Flatten,
    /// Data ended: last close, left out of statistics.
    EndOfData,
}

impl ExitReason {
    /// The word in tables and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::StopGap => "stop_gap",
            Self::Target => "target",
            Self::TargetGap => "target_gap",
            Self::Time => "time",
            Self::Flatten => "flatten",
            Self::EndOfData => "end_of_data",
        }
    }
}

/// One execution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FillRecord {
    /// Session of the execution.
    pub session: Date,
    /// Execution id, unique in the run.
    pub fill_id: String,
    /// The order filled.
    pub order_id: String,
    /// The symbol.
    pub symbol: Symbol,
    /// Entry buys, all other roles sell.
    pub role: OrderRole,
    /// Shares.
    pub shares: Shares,
    /// Price before costs.
    pub price: Price,
    /// Commission and exchange fees, >= 0.
    pub commission: Money,
    /// Half the spread, >= 0.
    pub spread_cost: Money,
    /// Slippage, >= 0.
    pub slippage_cost: Money,
    /// Cash after the fill.
    pub cash_after: Money,
}

/// What a size was earned by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SizeBasis {
    /// Skill shown out of sample, and the consensus's lower bound beats break-even.
    Skill,
    /// No skill shown, but the row's own base rate beats break-even.
    Drift,
    /// Neither: a fixed small risk, so that the bot keeps learning.
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

/// A closed round trip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TradeRecord {
    /// The decision that opened it.
    pub decision: DecisionId,
    /// Its intent.
    pub intent_id: String,
    /// The symbol.
    pub symbol: Symbol,
    /// Regime row of the decision.
    pub row: Regime,
    /// What the size was earned by.
    pub basis: SizeBasis,
    /// Session of the entry fill.
    pub entry_session: Date,
    /// Entry price.
    pub entry_price: Price,
    /// Session of the exit fill.
    pub exit_session: Date,
    /// Exit price.
    pub exit_price: Price,
    /// Shares at the entry.
    pub entry_shares: Shares,
    /// Shares at the exit (differs after a split).
    pub exit_shares: Shares,
    /// Why it ended.
    pub reason: ExitReason,
    /// Stop and target were both inside one bar and the stop was assumed.
    pub ambiguous: bool,
    /// Sessions held, the entry's included.
    pub sessions_held: u32,
    /// Sale less purchase, before dividends and costs.
    pub gross: Money,
    /// Dividends and cash in lieu received.
    pub dividends: Money,
    /// All costs of both fills.
    pub costs: Money,
    /// Gross + dividends - costs.
    pub net: Money,
    /// Planned risk: (entry limit - stop) x shares at the decision.
    pub planned_risk: Money,
    /// Net over planned risk.
    pub r_multiple: f64,
}

/// How the bracket of a decision ended, whether it was taken or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutcomeRecord {
    /// The decision.
    pub id: DecisionId,
    /// Row whose bracket was in question.
    pub row: Regime,
    /// Session on which the outcome became known.
    pub resolved: Date,
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
    pub session: Date,
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
    pub session: Date,
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

/// The market's regime on a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegimeRecord {
    /// The session.
    pub session: Date,
    /// The regime, and so the policy row.
    pub regime: Regime,
    /// In 0.5..=1.
    pub confidence: f64,
    /// Severity of volatility, 0 calm to 3 crisis.
    pub severity: u8,
    /// Confirmed or pending trend state is TRENDING.
    pub trending: bool,
    /// Sign of the 20-session slope of log price: -1, 0, 1.
    pub direction: i8,
    /// min(1, ADX / 50).
    pub strength: f64,
    /// ADX(14) of the index.
    pub adx: f64,
    /// Mid-rank percentile of NATR(14) in 252 sessions.
    pub atr_percentile: f64,
    /// VIX close of the previous session, or its proxy.
    pub vix: f64,
    /// `vix` comes from index volatility, not from the VIX.
    pub vix_is_proxy: bool,
    /// Sessions since the regime last changed.
    pub age: u32,
    /// Chance of a change within 5 sessions, from the past.
    pub transition_probability: f64,
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
    /// Features in the order of [`RunStarted::feature_names`]; empty when not warm.
    pub features: Vec<f64>,
    /// The bracket in question; none before the gate and warm-up are passed.
    pub bracket: Option<BracketRecord>,
    /// Members, in the order of [`RunStarted::members`].
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

/// A bracketed order about to be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IntentRecord {
    /// Unique in the run.
    pub intent_id: String,
    /// Session on whose close it was made.
    pub session: Date,
    /// The decision.
    pub decision: DecisionId,
    /// The symbol.
    pub symbol: Symbol,
    /// Shares to buy.
    pub shares: Shares,
    /// The bracket that goes with the entry.
    pub bracket: BracketRecord,
    /// Regime row.
    pub row: Regime,
    /// What the size was earned by.
    pub basis: SizeBasis,
    /// Planned risk at the limit.
    pub planned_risk: Money,
    /// Notional at the limit.
    pub notional: Money,
}

/// A risk event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RiskRecord {
    /// The session.
    pub session: Date,
    /// `daily_loss`, `drawdown_stop`, `rearmed`, ...
    pub event: String,
    /// The symbol, when it is about one.
    pub symbol: Option<Symbol>,
    /// The reading.
    pub value: f64,
    /// The limit.
    pub limit: f64,
    /// In words.
    pub detail: String,
}

/// One open position in a snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PositionRecord {
    /// The symbol.
    pub symbol: Symbol,
    /// Its intent.
    pub intent_id: String,
    /// Session of the entry.
    pub entry_session: Date,
    /// Entry price, split-adjusted.
    pub entry_price: Price,
    /// Shares held.
    pub shares: Shares,
    /// Stop in force.
    pub stop: Price,
    /// Target in force.
    pub target: Price,
    /// Last close.
    pub mark: Price,
    /// Value at the mark.
    pub value: Money,
    /// Profit not yet realised, dividends included, costs of the entry deducted.
    pub unrealised: Money,
    /// Sessions held so far.
    pub sessions_held: u32,
    /// What the size was earned by.
    pub basis: SizeBasis,
}

/// The account at a close.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SnapshotRecord {
    /// The session.
    pub session: Date,
    /// Cash.
    pub cash: Money,
    /// Cash plus positions at their marks.
    pub equity: Money,
    /// Highest equity since the start or the last re-arming.
    pub peak: Money,
    /// 1 - equity / peak.
    pub drawdown: f64,
    /// Equity over the previous session's, less 1.
    pub day_return: f64,
    /// Open risk at stops over equity.
    pub heat: f64,
    /// Value of positions over equity.
    pub gross: f64,
    /// Entries are stopped by the drawdown limit.
    pub stopped: bool,
    /// Buy-and-hold value of the same cash spread over the symbols as they list, f64 for charts.
    pub benchmark: f64,
    /// Open positions by symbol.
    pub positions: Vec<PositionRecord>,
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

/// A convenience for tables: a decimal of a fraction, for exact storage beside money.
pub fn decimal_of(value: f64, decimals: u32) -> Option<Decimal> {
    use tradebot_domain::Money as M;
    M::from_f64(value, decimals).ok().map(|m| m.0)
}
