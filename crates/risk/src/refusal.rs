//! Why a proposal is not approved: one variant per limit.

use tradebot_domain::Symbol;

/// A limit that the proposal would break, or that is broken already.
///
/// `asked` and `allowed` are in the unit that the sentence names.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The account or the symbol's figures cannot be used.
    #[error("{what} is {value}, which cannot be compared with a limit")]
    ViewUnusable {
        /// Which figure.
        what: &'static str,
        /// What was found; may be NaN.
        value: f64,
    },
    /// Nothing to buy.
    #[error("{asked} shares; at least {allowed} is wanted")]
    ZeroShares {
        /// Shares.
        asked: f64,
        /// One.
        allowed: f64,
    },
    /// Stop, limit and target do not stand in this order: no entry without its protection.
    #[error(
        "the bracket is missing a leg: stop {stop} < limit {limit} < target {target} is wanted"
    )]
    BracketMissing {
        /// Stop.
        stop: f64,
        /// Entry limit.
        limit: f64,
        /// Target.
        target: f64,
    },
    /// The drawdown stop is latched until a re-arming.
    #[error("the drawdown stop is latched at drawdown {asked:.4}; entries wait for a re-arming")]
    Stopped {
        /// Drawdown now, fraction of the peak.
        asked: f64,
        /// Drawdown limit, fraction of the peak.
        allowed: f64,
    },
    /// The drawdown limit is reached.
    #[error("drawdown {asked:.4} has reached the limit {allowed:.4}")]
    DrawdownStop {
        /// Drawdown now, fraction of the peak.
        asked: f64,
        /// Drawdown limit, fraction of the peak.
        allowed: f64,
    },
    /// The session lost more than the row allows.
    #[error(
        "the session lost {asked:.4} of equity; after more than {allowed:.4} there are no entries"
    )]
    DailyLoss {
        /// Loss of the session, fraction of equity.
        asked: f64,
        /// The row's limit, fraction of equity.
        allowed: f64,
    },
    /// No room for one more position.
    #[error("this would be position {asked}; {allowed} are allowed")]
    MaxPositions {
        /// Positions with this one.
        asked: f64,
        /// The row's limit.
        allowed: f64,
    },
    /// One position per symbol.
    #[error("{symbol} is held or pending already")]
    AlreadyHeld {
        /// The symbol.
        symbol: Symbol,
    },
    /// Too much is lost at the stop of this position.
    #[error("{asked:.6} of equity is lost at the stop; {allowed:.6} is allowed")]
    RiskPerPosition {
        /// Fraction of equity.
        asked: f64,
        /// Fraction of equity.
        allowed: f64,
    },
    /// Too much is lost at all stops together.
    #[error("{asked:.6} of equity would be lost at all stops; {allowed:.6} is allowed")]
    Heat {
        /// Fraction of equity.
        asked: f64,
        /// Fraction of equity.
        allowed: f64,
    },
    /// The position is too large.
    #[error("the position takes {asked:.6} of equity; {allowed:.6} is allowed")]
    Notional {
        /// Fraction of equity.
        asked: f64,
        /// Fraction of equity.
        allowed: f64,
    },
    /// It moves too much like one that is held.
    #[error("correlation {asked:.3} with {other}; {allowed:.3} is allowed")]
    Correlation {
        /// The held or pending symbol.
        other: Symbol,
        /// Correlation coefficient.
        asked: f64,
        /// The row's limit.
        allowed: f64,
    },
    /// Its correlation with one that is held is not known.
    #[error("the correlation with {other} is not known: fewer than 40 sessions in common")]
    CorrelationUnknown {
        /// The held or pending symbol.
        other: Symbol,
    },
    /// Too large a part of the market's volume.
    #[error("{asked} shares; {allowed:.1} are allowed of the day's volume")]
    Participation {
        /// Shares.
        asked: f64,
        /// Shares.
        allowed: f64,
    },
    /// Not enough cash.
    #[error("the entry takes {asked:.2} in cash; {allowed:.2} is there")]
    Cash {
        /// Account currency.
        asked: f64,
        /// Account currency.
        allowed: f64,
    },
    /// The limit price is too far from the close it was decided on.
    #[error("the limit is {asked:.4} of the close away from it; {allowed:.4} is allowed")]
    PriceCollar {
        /// Fraction of the close.
        asked: f64,
        /// Fraction of the close.
        allowed: f64,
    },
}

impl Refusal {
    /// The stable, machine-readable reason.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ViewUnusable { .. } => "view_unusable",
            Self::ZeroShares { .. } => "zero_shares",
            Self::BracketMissing { .. } => "bracket_missing",
            Self::Stopped { .. } => "stopped",
            Self::DrawdownStop { .. } => "drawdown_stop",
            Self::DailyLoss { .. } => "daily_loss",
            Self::MaxPositions { .. } => "max_positions",
            Self::AlreadyHeld { .. } => "already_held",
            Self::RiskPerPosition { .. } => "risk_per_position",
            Self::Heat { .. } => "portfolio_heat",
            Self::Notional { .. } => "notional",
            Self::Correlation { .. } => "correlation",
            Self::CorrelationUnknown { .. } => "correlation_unknown",
            Self::Participation { .. } => "participation",
            Self::Cash { .. } => "cash",
            Self::PriceCollar { .. } => "price_collar",
        }
    }
}
