//! Why no order is proposed.

/// Sizing found nothing to propose. A normal result, journaled like a trade.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Hold {
    /// A number that sizing needs is missing, not finite or out of range.
    #[error("{what} is {value}, which cannot be used for sizing")]
    Unusable {
        /// Which number.
        what: &'static str,
        /// What was found; may be NaN.
        value: f64,
    },
    /// Stop, limit and target are not in this order.
    #[error("the bracket is not complete: stop {stop} < limit {limit} < target {target} is wanted")]
    BracketIncomplete {
        /// Stop.
        stop: f64,
        /// Entry limit.
        limit: f64,
        /// Target.
        target: f64,
    },
    /// The consensus does not beat break-even.
    #[error("consensus {mean:.4} does not beat break-even {break_even:.4}")]
    BelowBreakEven {
        /// Consensus mean.
        mean: f64,
        /// L / (W + L).
        break_even: f64,
    },
    /// Too few outcomes to know the row, and exploration is off.
    #[error(
        "the row has {outcomes:.1} effective outcomes, {wanted} are wanted, and exploration is off"
    )]
    RowUnknown {
        /// Effective outcomes.
        outcomes: f64,
        /// How many make a row known.
        wanted: f64,
    },
    /// The row is known, but nothing earns a size that the policy allows.
    #[error(
        "consensus {mean:.4} (lower bound {lo:.4}) does not earn a size: break-even {break_even:.4}, \
         edge {edge}, skill shown: {skill_shown}"
    )]
    NotEarned {
        /// Consensus mean.
        mean: f64,
        /// Its lower bound.
        lo: f64,
        /// L / (W + L).
        break_even: f64,
        /// Edge over break-even that the row asks for.
        edge: f64,
        /// Whether the skill test holds.
        skill_shown: bool,
    },
    /// The Kelly fraction of the probability sized on is not above zero.
    #[error("Kelly fraction {kelly:.6} at probability {p:.4} is not above zero")]
    NoGrowth {
        /// Probability sized on.
        p: f64,
        /// Kelly fraction.
        kelly: f64,
    },
    /// At or beyond the drawdown limit nothing is put at risk.
    #[error("drawdown {drawdown:.4} leaves nothing to risk: the limit is {allowed:.4}")]
    DrawdownLimit {
        /// Drawdown from the peak.
        drawdown: f64,
        /// The limit.
        allowed: f64,
    },
    /// The row's multiplier, or a fraction of the policy, is zero.
    #[error("{what} is {value}: nothing may be put at risk")]
    GateClosed {
        /// Which one.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// Open risk has used up what the row allows.
    #[error("open risk {open:.2} leaves no room: {allowed:.2} is allowed")]
    NoHeatRoom {
        /// Money at stops.
        open: f64,
        /// What is allowed.
        allowed: f64,
    },
    /// The size is below one share.
    #[error(
        "{fraction:.6} of equity at risk buys no whole share: one takes {one_share:.6}; held down by `{bound_by}`"
    )]
    LessThanOneShare {
        /// Fraction of equity that may be at risk.
        fraction: f64,
        /// Fraction that one share puts at risk.
        one_share: f64,
        /// The step that made it so small.
        bound_by: String,
    },
}

impl Hold {
    /// The stable, machine-readable reason.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unusable { .. } => "sizing_input_unusable",
            Self::BracketIncomplete { .. } => "bracket_incomplete",
            Self::BelowBreakEven { .. } => "below_break_even",
            Self::RowUnknown { .. } => "row_unknown",
            Self::NotEarned { .. } => "size_not_earned",
            Self::NoGrowth { .. } => "no_growth",
            Self::DrawdownLimit { .. } => "drawdown_limit",
            Self::GateClosed { .. } => "gate_closed",
            Self::NoHeatRoom { .. } => "no_heat_room",
            Self::LessThanOneShare { .. } => "less_than_one_share",
        }
    }
}
