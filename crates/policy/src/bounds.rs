//! Hard bounds, compiled in. Configuration can be stricter than these, never looser.
//!
//! They are the owner's choices; changing one is a change of the program and of its release notes.
//! Fractions are of equity unless said otherwise.

/// Loss of one position at its stop.
pub const RISK_PER_POSITION_MAX: f64 = 0.03;
/// Portfolio heat: the sum of open risk at the stops, entries on their way included.
pub const HEAT_MAX: f64 = 0.08;
/// Notional of one position.
pub const NOTIONAL_MAX: f64 = 0.25;
/// Loss of one session after which nothing is entered.
pub const DAILY_LOSS_MAX: f64 = 0.03;
/// Drawdown from the peak at which everything is closed and trading stops.
pub const DRAWDOWN_MAX: f64 = 0.20;
/// Kelly fraction before the drawdown and regime multipliers.
pub const KELLY_FRACTION_MAX: f64 = 0.5;
/// Multiplier of a regime on the Kelly fraction.
pub const REGIME_MULTIPLIER_MAX: f64 = 1.2;
/// Open positions.
pub const POSITIONS_MAX: u32 = 20;
/// Sessions a position may be held.
pub const HOLDING_SESSIONS_MAX: u32 = 60;
/// Correlation of a new position with one that is held.
pub const CORRELATION_MAX: f64 = 0.8;
/// Distance of an order's limit from the price of the decision, as a fraction of that price.
pub const PRICE_COLLAR_MAX: f64 = 0.08;
/// Share of the 20-session median volume that one order may ask for.
pub const PARTICIPATION_MAX: f64 = 0.01;
/// Risk of one exploratory position. Guessed: five times the working value.
pub const EXPLORE_RISK_MAX: f64 = 0.005;
/// Spread between bid and ask that is entered on, a fraction of price: 50 basis points.
pub const SPREAD_MAX: f64 = 0.005;
/// Orders within one minute.
pub const MESSAGES_PER_MINUTE_MAX: u32 = 10;
/// Orders within one session.
pub const MESSAGES_PER_SESSION_MAX: u32 = 200;
/// Entries into one symbol within one session.
pub const ENTRIES_PER_SYMBOL_MAX: u32 = 3;
/// Minutes that lie at least between two entries into one symbol.
pub const ENTRY_INTERVAL_MINUTES_MIN: u32 = 15;
