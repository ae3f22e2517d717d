//! One row of the policy table, and how it is read.

use serde::Serialize;

use crate::fields::Fields;
use crate::problem::{Problem, ProblemKind};
use crate::schema;
use crate::yaml::Node;

/// How far the sum of the analysts' weights may be from 1: what adding five decimals costs.
const WEIGHTS_TOLERANCE: f64 = 1e-9;

/// What is allowed in one regime. Ranges stand in [`schema`](crate::schema).
///
/// - **Units:** fractions of equity unless a field says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RowPolicy {
    /// Factor on the Kelly fraction.
    pub kelly_multiplier: f64,
    /// Loss of one position at its stop.
    pub max_risk_per_position: f64,
    /// Win probability above break-even that an entry needs.
    pub edge: f64,
    /// Stop distance in ATR(14).
    pub atr_multiplier: f64,
    /// Target distance in stop distances.
    pub r_multiple: f64,
    /// Least stop distance, a fraction of price.
    pub stop_min: f64,
    /// Greatest stop distance, a fraction of price.
    pub stop_max: f64,
    /// Open positions, entries on their way included.
    pub max_positions: u32,
    /// Sessions until a position is closed by time.
    pub max_holding_sessions: u32,
    /// Distance of a trailing stop in ATR(14); `None` leaves stops where they are.
    pub trailing_atr: Option<f64>,
    /// Portfolio risk of the regime; heat may reach `Limits::heat_share` of it.
    pub max_portfolio_risk: f64,
    /// A session that lost more makes no new entries.
    pub daily_loss_limit: f64,
    /// A 20-session drawdown above it halves new entries.
    pub drawdown_threshold: f64,
    /// Correlation with a held position, of 60-session log returns.
    pub correlation_limit: f64,
    /// Where the weights of the analysts' roles begin.
    pub analyst_weights: AnalystWeights,
}

/// Prior weights of the analysts' roles. They add up to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AnalystWeights {
    /// Price and volume.
    pub technical: f64,
    /// News and moods.
    pub sentiment: f64,
    /// What the business is worth.
    pub fundamental: f64,
    /// What could go wrong.
    pub risk: f64,
    /// The market's weather.
    pub regime: f64,
}

impl RowPolicy {
    /// Reads the row at `path`. With problems recorded the row may hold placeholders and is not to
    /// be used; `None` when there is no mapping to read.
    pub(crate) fn read(path: &str, node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let keys: Vec<_> = schema::ROW
            .iter()
            .map(|setting| setting.key)
            .chain([schema::ANALYST_WEIGHTS])
            .collect();
        let mut row = Fields::open(path, node, &keys, problems)?;
        let numbers = Self {
            kelly_multiplier: row.number(&schema::KELLY_MULTIPLIER),
            max_risk_per_position: row.number(&schema::MAX_RISK_PER_POSITION),
            edge: row.number(&schema::EDGE),
            atr_multiplier: row.number(&schema::ATR_MULTIPLIER),
            r_multiple: row.number(&schema::R_MULTIPLE),
            stop_min: row.number(&schema::STOP_MIN),
            stop_max: row.number(&schema::STOP_MAX),
            max_positions: row.count(&schema::MAX_POSITIONS),
            max_holding_sessions: row.count(&schema::MAX_HOLDING_SESSIONS),
            trailing_atr: row.number_or_none(&schema::TRAILING_ATR),
            max_portfolio_risk: row.number(&schema::MAX_PORTFOLIO_RISK),
            daily_loss_limit: row.number(&schema::DAILY_LOSS_LIMIT),
            drawdown_threshold: row.number(&schema::DRAWDOWN_THRESHOLD),
            correlation_limit: row.number(&schema::CORRELATION_LIMIT),
            analyst_weights: AnalystWeights::read(&mut row)?,
        };
        numbers.check_stops(&mut row);
        Some(numbers)
    }

    fn check_stops(&self, row: &mut Fields<'_>) {
        let (stop_min, stop_max) = (self.stop_min, self.stop_max);
        if stop_min >= stop_max {
            row.report(schema::STOP_MAX.key, ProblemKind::StopsCrossed { stop_min, stop_max });
        }
    }
}

impl AnalystWeights {
    fn read(row: &mut Fields<'_>) -> Option<Self> {
        let keys = schema::ANALYSTS.map(|role| role.key);
        let [technical, sentiment, fundamental, risk, regime] = {
            let mut weights = row.child(schema::ANALYST_WEIGHTS, &keys)?;
            schema::ANALYSTS.map(|role| weights.number(&role))
        };
        let sum = technical + sentiment + fundamental + risk + regime;
        // false for NaN, whose own problem is on record already
        if (sum - 1.0).abs() > WEIGHTS_TOLERANCE {
            let sum = (sum * 1e9).round() / 1e9;
            row.report(schema::ANALYST_WEIGHTS, ProblemKind::WeightsSum { sum });
        }
        Some(Self { technical, sentiment, fundamental, risk, regime })
    }
}
