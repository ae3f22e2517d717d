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
/// - **Serialised:** the last four fields are left out when they are off, so that a table without
///   them has the digest it always had.
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
    /// A position is left at the next open when the consensus turns against it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub exit_on_reversal: bool,
    /// Distances in ATR are multiplied by the volatility that is expected over that of late.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stop_follows_forecast: bool,
    /// Gain that raises the stop to the entry plus costs, in planned risks (entry limit less
    /// stop); `None` leaves stops where they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub break_even_at_r: Option<f64>,
    /// Gain at which a part of the position is sold, in planned risks; `None` sells it whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partial_exit_at_r: Option<f64>,
    /// The part that is sold then, of the shares held; `None` without a partial exit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partial_exit_share: Option<f64>,
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
            .chain(schema::MANAGEMENT.iter().map(|setting| setting.key))
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
            exit_on_reversal: row.yes_if_given(&schema::EXIT_ON_REVERSAL),
            stop_follows_forecast: row.yes_if_given(&schema::STOP_FOLLOWS_FORECAST),
            break_even_at_r: row.number_or_none_if_given(&schema::BREAK_EVEN_AT_R),
            partial_exit_at_r: row.number_or_none_if_given(&schema::PARTIAL_EXIT_AT_R),
            partial_exit_share: partial_exit_share(&mut row),
        };
        numbers.check_stops(&mut row);
        numbers.check_distances(&mut row);
        Some(numbers)
    }

    fn check_stops(&self, row: &mut Fields<'_>) {
        let (stop_min, stop_max) = (self.stop_min, self.stop_max);
        if stop_min >= stop_max {
            row.report(schema::STOP_MAX.key, ProblemKind::StopsCrossed { stop_min, stop_max });
        }
    }

    /// What is to happen on the way to the target must lie before it.
    fn check_distances(&self, row: &mut Fields<'_>) {
        let distances = [
            (schema::BREAK_EVEN_AT_R, self.break_even_at_r),
            (schema::PARTIAL_EXIT_AT_R, self.partial_exit_at_r),
        ];
        for (setting, at_r) in distances {
            if let Some(value) = at_r.filter(|at_r| *at_r > self.r_multiple) {
                let (min, max) = (setting.min, self.r_multiple);
                row.report(setting.key, ProblemKind::OutOfRange { value, min, max });
            }
        }
    }
}

/// The share of a partial exit: asked for with its limit, and of no use without one.
fn partial_exit_share(row: &mut Fields<'_>) -> Option<f64> {
    let (limit, share) = (schema::PARTIAL_EXIT_AT_R, schema::PARTIAL_EXIT_SHARE);
    if !row.has(&limit) && row.has(&share) {
        row.report(limit.key, ProblemKind::MissingKey);
    }
    let wanted = row.has(&share) || row.is_number(&limit);
    let read = wanted.then(|| row.number(&share));
    read.filter(|_| row.is_number(&limit))
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
