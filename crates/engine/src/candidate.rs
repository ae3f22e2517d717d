//! One symbol of one cycle on its way from admitted bar to belief.

use tradebot_brackets::{Bracket, BracketSpec, Management, PartialExit};
use tradebot_calibration::{Calibrated, RowState};
use tradebot_domain::{MemberId, Moment, Regime, Tick};
use tradebot_ensemble::Consensus;
use tradebot_journal::{
    CheckRecord, ConsensusRecord, DecisionId, DecisionRecord, OpinionRecord, QualityRecord,
    RiskRecord, Verdict, ViolationRecord,
};
use tradebot_models::{Input, VolatilityForecast};
use tradebot_policy::RowPolicy;
use tradebot_quality_gates::Reading;
use tradebot_regime::severity::HIGH;
use tradebot_regime::{RegimeReading, SecondOpinionConfig, SecondOpinionReading};
use tradebot_risk::{Approved, Belief, Refusal};

use crate::learning::Learning;
use crate::roster::Roster;
use crate::shadow::Forecast;

/// A symbol that can be asked about: admitted, warm, with a bracket and a consensus.
pub struct Candidate {
    /// Index of the symbol in the run.
    pub symbol: usize,
    /// Index of its record in the cycle.
    pub record: usize,
    /// The bracket in question.
    pub bracket: Bracket,
    /// What is believed about it.
    pub belief: Belief,
    /// What the shadow carries until it is known.
    pub forecast: Forecast,
    /// Features of the session.
    pub features: Vec<f64>,
}

/// Why a symbol did not become a candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct Passed {
    /// Machine-readable reason.
    pub reason: &'static str,
    /// With the numbers, for people.
    pub detail: String,
}

impl Passed {
    /// The verdict of a decision record.
    pub fn verdict(self) -> Verdict {
        Verdict::NoTrade { reason: self.reason.to_owned(), detail: self.detail }
    }
}

/// The bracket that a row asks for.
pub const fn spec_of(row: &RowPolicy) -> BracketSpec {
    BracketSpec {
        atr_multiplier: row.atr_multiplier,
        r_multiple: row.r_multiple,
        stop_min: row.stop_min,
        stop_max: row.stop_max,
        max_holding_sessions: row.max_holding_sessions,
        trailing_atr: row.trailing_atr,
    }
}

/// How a row manages its positions.
pub fn management_of(row: &RowPolicy) -> Management {
    let both = row.partial_exit_at_r.zip(row.partial_exit_share);
    Management {
        exit_on_reversal: row.exit_on_reversal,
        break_even_at_r: row.break_even_at_r,
        partial_exit: both.map(|(at_r, share)| PartialExit { at_r, share }),
    }
}

/// What is expected of volatility over what was seen of late: the forecast of the next sessions
/// over the exponentially weighted past, which is what ATR knows. 1 without a forecast.
///
/// Bounded: a forecast moves a stop, it does not abolish it.
pub fn stop_scale(outlook: Option<&VolatilityForecast>) -> f64 {
    let scale = outlook.map_or(1.0, |o| o.volatility / o.ewma.volatility);
    if scale.is_finite() { scale.clamp(0.5, 2.0) } else { 1.0 }
}

/// Builds the row's bracket around a raw close.
///
/// # Errors
/// [`Passed`] when close and ATR give no bracket, with the numbers.
pub fn bracket(close: f64, atr: f64, row: &RowPolicy) -> Result<Bracket, Passed> {
    Bracket::around_close(close, atr, &spec_of(row), Tick::CENT)
        .map_err(|e| Passed { reason: "no_bracket", detail: e.to_string() })
}

/// What the members said, calibrated.
pub struct Opinions {
    /// Raw score per member.
    pub raw: Vec<Option<f64>>,
    /// Calibrated per member; `None` where it abstained or its score was refused.
    pub calibrated: Vec<Option<Calibrated>>,
}

/// Asks all members and calibrates each answer.
pub fn opine(roster: &Roster, learning: &Learning, row: Regime, features: &[f64]) -> Opinions {
    let raw = roster.opine(&Input { features, row });
    let calibrated = raw
        .iter()
        .enumerate()
        .map(|(member, raw)| raw.and_then(|raw| learning.calibrate(member, row, raw)))
        .collect();
    Opinions { raw, calibrated }
}

/// The belief that sizing works with.
pub const fn belief(consensus: &Consensus, row: &RowState, skill_shown: bool) -> Belief {
    Belief {
        consensus_mean: consensus.mean,
        consensus_lo: consensus.lo,
        row_rate: row.rate,
        row_lo: row.rate_lo,
        row_n: row.n,
        mean_win: row.mean_win,
        mean_loss: row.mean_loss,
        skill_shown,
    }
}

/// What the shadow of this decision carries until its bracket ends.
pub fn forecast(opinions: &Opinions, consensus: &Consensus, row: &RowState) -> Forecast {
    Forecast {
        raw: opinions.raw.clone(),
        means: opinions.calibrated.iter().map(|c| c.as_ref().map(|c| c.mean)).collect(),
        consensus: consensus.mean,
        equal_weight: consensus.equal_weight,
        row_rate: row.rate,
    }
}

/// The members' part of a decision record.
pub fn opinion_records(
    members: &[MemberId],
    opinions: &Opinions,
    weights: &[f64],
) -> Vec<OpinionRecord> {
    let weight = |i: usize| weights.get(i).copied().unwrap_or(0.0);
    members
        .iter()
        .enumerate()
        .map(|(i, member)| match &opinions.calibrated[i] {
            Some(c) => OpinionRecord {
                member: *member,
                raw: opinions.raw[i],
                mean: c.mean,
                lo: c.lo,
                hi: c.hi,
                n: c.n,
                weight: weight(i),
            },
            None => OpinionRecord {
                member: *member,
                raw: opinions.raw[i],
                mean: 0.0,
                lo: 0.0,
                hi: 0.0,
                n: 0.0,
                weight: 0.0,
            },
        })
        .collect()
}

/// The consensus part of a decision record.
pub const fn consensus_record(
    consensus: &Consensus,
    row: &RowState,
    edge_wanted: f64,
    skill_shown: bool,
) -> ConsensusRecord {
    ConsensusRecord {
        mean: consensus.mean,
        lo: consensus.lo,
        hi: consensus.hi,
        equal_weight: consensus.equal_weight,
        disagreement: consensus.disagreement,
        row_rate: row.rate,
        row_lo: row.rate_lo,
        row_n: row.n,
        mean_win: row.mean_win,
        mean_loss: row.mean_loss,
        break_even: row.break_even,
        edge_wanted,
        skill_shown,
    }
}

/// The gate's part of a decision record.
pub fn quality_record(
    reading: &Reading,
    admitted: bool,
    source: &str,
    factor: f64,
) -> QualityRecord {
    QualityRecord {
        score: reading.score,
        level: reading.level.name().to_owned(),
        admitted,
        violations: reading
            .violations
            .iter()
            .map(|v| ViolationRecord {
                check: v.check.name().to_owned(),
                detail: v.detail.clone(),
                refused: v.refuses,
            })
            .collect(),
        source: source.to_owned(),
        bar_digest: reading.bar_digest.clone(),
        adjustment: factor,
    }
}

/// What an order's owner is warned of, for the record of risk events.
pub fn warning_records(id: DecisionId, approved: &Approved) -> Vec<RiskRecord> {
    let failed = approved.checks().iter().filter(|check| check.is_warning());
    let record = |(check, warning): (&CheckRecord, &Refusal)| RiskRecord {
        session: id.session,
        event: format!("{}_warning", warning.code()),
        symbol: Some(id.symbol),
        value: check.asked,
        limit: check.allowed,
        detail: format!("entered all the same: {warning}"),
    };
    failed.zip(approved.warnings()).map(record).collect()
}

/// The note on the session in which rule and model have disagreed for long enough to say so.
pub fn disagreement(
    session: Moment,
    rule: &RegimeReading,
    model: &SecondOpinionReading,
) -> Option<RiskRecord> {
    let warn_sessions = SecondOpinionConfig::default().warn_sessions;
    let probability = model.high_volatility.filter(|_| model.disagreement == warn_sessions)?;
    let called = |high: bool| if high { "high" } else { "low" };
    Some(RiskRecord {
        session,
        event: "regime_disagreement".to_owned(),
        symbol: None,
        value: probability,
        limit: SecondOpinionConfig::default().high_at,
        detail: format!(
            "for {warn_sessions} sessions the rule has called volatility {} and the hidden Markov \
             model {}; the rule chooses the row",
            called(rule.severity >= HIGH),
            called(rule.severity < HIGH),
        ),
    })
}

/// A decision record with nothing filled in beyond the gate.
pub const fn empty_record(
    session: Moment,
    symbol: tradebot_domain::Symbol,
    close: Option<f64>,
    quality: QualityRecord,
    row: Regime,
    verdict: Verdict,
) -> DecisionRecord {
    DecisionRecord {
        id: DecisionId { session, symbol },
        close,
        quality,
        row,
        vix_is_proxy: None,
        features: Vec::new(),
        bracket: None,
        opinions: Vec::new(),
        consensus: None,
        sizing: Vec::new(),
        checks: Vec::new(),
        verdict,
    }
}
