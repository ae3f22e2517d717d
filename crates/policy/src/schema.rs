//! Every key of a policy row: how it is written, in which range, and what it means.
//!
//! The reader, the error messages and the reference pages all take the ranges from here.

use crate::bounds;

/// One key of a policy file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    /// The key as written.
    pub key: &'static str,
    /// How its value is written.
    pub form: Form,
    /// Smallest value allowed.
    pub min: f64,
    /// Largest value allowed.
    pub max: f64,
    /// What it limits or sets, with its unit.
    pub means: &'static str,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A plain decimal number.
    Number,
    /// A whole number.
    Count,
    /// A plain decimal number, or the word `none`.
    NumberOrNone,
    /// The word `yes` or the word `no`.
    YesOrNo,
}

const fn number(key: &'static str, min: f64, max: f64, means: &'static str) -> Setting {
    Setting { key, form: Form::Number, min, max, means }
}

const fn count(key: &'static str, min: u32, max: u32, means: &'static str) -> Setting {
    Setting { key, form: Form::Count, min: min as f64, max: max as f64, means }
}

const fn number_or_none(key: &'static str, min: f64, max: f64, means: &'static str) -> Setting {
    Setting { key, form: Form::NumberOrNone, min, max, means }
}

const fn weight(key: &'static str, means: &'static str) -> Setting {
    number(key, 0.0, 1.0, means)
}

/// Version of the file's layout.
pub const VERSION: Setting = count("version", 1, 1, "layout of the file");

/// Multiplier on the Kelly fraction.
pub const KELLY_MULTIPLIER: Setting =
    number("kelly_multiplier", 0.0, bounds::REGIME_MULTIPLIER_MAX, "factor on the Kelly fraction");
/// Risk of one position.
pub const MAX_RISK_PER_POSITION: Setting = number(
    "max_risk_per_position",
    0.0,
    bounds::RISK_PER_POSITION_MAX,
    "equity lost at one position's stop, a fraction",
);
/// Edge over break-even.
pub const EDGE: Setting =
    number("edge", 0.0, 0.5, "win probability above break-even that an entry needs");
/// Stop distance in ATR.
pub const ATR_MULTIPLIER: Setting =
    number("atr_multiplier", 0.5, 10.0, "stop distance in average true ranges of 14 sessions");
/// Target distance in stop distances.
pub const R_MULTIPLE: Setting = number("r_multiple", 1.0, 3.0, "target distance in stop distances");
/// Narrowest stop.
pub const STOP_MIN: Setting = number("stop_min", 0.001, 0.3, "least stop distance, of price");
/// Widest stop.
pub const STOP_MAX: Setting = number("stop_max", 0.001, 0.3, "greatest stop distance, of price");
/// Open positions.
pub const MAX_POSITIONS: Setting =
    count("max_positions", 0, bounds::POSITIONS_MAX, "open positions and entries on their way");
/// Time limit.
pub const MAX_HOLDING_SESSIONS: Setting = count(
    "max_holding_sessions",
    1,
    bounds::HOLDING_SESSIONS_MAX,
    "sessions until a position is closed by time",
);
/// Trailing stop.
pub const TRAILING_ATR: Setting = number_or_none(
    "trailing_atr",
    0.5,
    10.0,
    "distance of a stop that follows the price, in average true ranges",
);
/// Portfolio risk of the regime. The upper end keeps 0.3 of it below the hard bound on heat.
pub const MAX_PORTFOLIO_RISK: Setting =
    number("max_portfolio_risk", 0.0, 0.25, "portfolio risk of the regime, of equity");
/// Daily loss.
pub const DAILY_LOSS_LIMIT: Setting = number(
    "daily_loss_limit",
    0.0,
    bounds::DAILY_LOSS_MAX,
    "loss of a session that stops new entries, of equity",
);
/// Drawdown that halves entries.
pub const DRAWDOWN_THRESHOLD: Setting = number(
    "drawdown_threshold",
    0.0,
    bounds::DRAWDOWN_MAX,
    "20-session drawdown that halves new entries, of equity",
);
/// Correlation with held positions.
pub const CORRELATION_LIMIT: Setting = number(
    "correlation_limit",
    0.0,
    bounds::CORRELATION_MAX,
    "correlation with a held position, of 60-session log returns",
);

/// The keys that a regime's row must have, `analyst_weights` aside, in the order of the file.
pub const ROW: [Setting; 14] = [
    KELLY_MULTIPLIER,
    MAX_RISK_PER_POSITION,
    EDGE,
    ATR_MULTIPLIER,
    R_MULTIPLE,
    STOP_MIN,
    STOP_MAX,
    MAX_POSITIONS,
    MAX_HOLDING_SESSIONS,
    TRAILING_ATR,
    MAX_PORTFOLIO_RISK,
    DAILY_LOSS_LIMIT,
    DRAWDOWN_THRESHOLD,
    CORRELATION_LIMIT,
];

/// Leaving on a reversal.
pub const EXIT_ON_REVERSAL: Setting = Setting {
    key: "exit_on_reversal",
    form: Form::YesOrNo,
    min: 0.0,
    max: 1.0,
    means: "whether a position is left at the next open when the consensus turns against it",
};
/// Stops by the forecast of volatility.
pub const STOP_FOLLOWS_FORECAST: Setting = Setting {
    key: "stop_follows_forecast",
    form: Form::YesOrNo,
    min: 0.0,
    max: 1.0,
    means: "whether stop distances grow and shrink with the volatility that is expected",
};
/// Break-even stop.
pub const BREAK_EVEN_AT_R: Setting = number_or_none(
    "break_even_at_r",
    0.1,
    3.0,
    "gain in planned risks that raises the stop to the entry plus costs",
);
/// Limit of a partial exit.
pub const PARTIAL_EXIT_AT_R: Setting = number_or_none(
    "partial_exit_at_r",
    0.1,
    3.0,
    "gain in planned risks at which a part of the position is sold",
);
/// Share of a partial exit.
pub const PARTIAL_EXIT_SHARE: Setting =
    number("partial_exit_share", 0.1, 0.9, "the part that is sold, of the shares held");

/// The keys of a row that may be left out and are off then, in the order of the file's comment.
pub const MANAGEMENT: [Setting; 5] = [
    EXIT_ON_REVERSAL,
    STOP_FOLLOWS_FORECAST,
    BREAK_EVEN_AT_R,
    PARTIAL_EXIT_AT_R,
    PARTIAL_EXIT_SHARE,
];

/// Key of the mapping that holds [`ANALYSTS`].
pub const ANALYST_WEIGHTS: &str = "analyst_weights";

/// The analysts' roles, in the order of the file. Their weights add up to 1.
pub const ANALYSTS: [Setting; 5] = [
    weight("technical", "what price and volume say"),
    weight("sentiment", "what news and moods say"),
    weight("fundamental", "what the business is worth"),
    weight("risk", "what could go wrong"),
    weight("regime", "what the market's weather favours"),
];
