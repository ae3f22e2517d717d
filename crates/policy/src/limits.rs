//! The account's limits, by mode.

use serde::{Deserialize, Serialize};

use crate::bounds;

/// What a position may be sized on while the ensemble has shown no skill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnskilledSize {
    /// The row's own base rate, where its lower bound beats break-even; exploration elsewhere.
    Drift,
    /// A small fixed risk, to keep learning.
    Explore,
    /// Nothing.
    None,
}

/// Limits that hold in every regime. There is no `Default`: each mode names its own.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Share of full Kelly, before the drawdown and regime multipliers.
    pub kelly_fraction: f64,
    /// Drawdown from the peak that closes everything and stops trading, a fraction of the peak.
    pub drawdown_max: f64,
    /// Notional of one position, a fraction of equity.
    pub notional_max: f64,
    /// Heat allowed, as a share of the row's portfolio risk.
    pub heat_share: f64,
    /// What to size on without skill.
    pub unskilled_size: UnskilledSize,
    /// Risk of an exploratory position, a fraction of equity.
    pub explore_risk: f64,
    /// Largest order, as a share of the 20-session median volume.
    pub participation_max: f64,
    /// Sessions after which a replay that was stopped by its drawdown re-arms itself.
    pub rearm_sessions: u32,
    /// Outcomes (effective number) a row must have seen before its rate counts as known.
    pub row_outcomes_min: f64,
    /// Risk-constrained Kelly: the level of wealth not to be undercut, a fraction of today's.
    pub rck_alpha: f64,
    /// Risk-constrained Kelly: the greatest probability of undercutting it.
    pub rck_beta: f64,
    /// Greatest distance of an order's limit from the price of its decision, a fraction.
    pub price_collar: f64,
    /// Sizes shrink while the market is expected to move more than in the median of its last year.
    pub volatility_scaling: bool,
    /// Greatest spread between bid and ask that is entered on, a fraction of price.
    pub spread_max: f64,
    /// Most orders within one minute; exits and cancellations count but are never held back.
    pub messages_per_minute: u32,
    /// Most orders within one session; exits and cancellations count but are never held back.
    pub messages_per_session: u32,
    /// Most entries into one symbol within one session.
    pub entries_per_symbol: u32,
    /// Least time between two entries into one symbol, minutes.
    pub entry_interval_minutes: u32,
    /// Value of one order, account currency.
    pub order_value: Control,
    /// Value of all entries of one session, a fraction of equity.
    pub turnover: Control,
    /// Value held in one sector with the entry, a fraction of equity. Symbols of no known sector
    /// count as one.
    pub sector: Control,
    /// Losing trades in a row; a streak is over after `rearm_sessions` without a closed trade.
    pub loss_streak: Control,
}

/// What happens when an entry breaks a control that is the owner's to choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnBreach {
    /// The entry goes on; the breach stands in its record and in the summary of the run.
    Warn,
    /// The entry is refused.
    Refuse,
}

/// A control that warns unless it is told to refuse. It has no compiled-in bound.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// The most that passes, in the control's unit.
    pub max: f64,
    /// What happens above it.
    pub on_breach: OnBreach,
}

impl Control {
    /// Above `max` there is a warning.
    pub const fn warning(max: f64) -> Self {
        Self { max, on_breach: OnBreach::Warn }
    }

    /// Above `max` there is no entry.
    pub const fn refusing(max: f64) -> Self {
        Self { max, on_breach: OnBreach::Refuse }
    }
}

/// A limit outside the range the program allows.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("limit {name}: {value} is not in {min} to {max}")]
pub struct LimitError {
    /// Which limit, as its field is called.
    pub name: &'static str,
    /// The value given; may be NaN.
    pub value: f64,
    /// Least allowed.
    pub min: f64,
    /// Greatest allowed.
    pub max: f64,
}

impl Limits {
    /// Where no money is at stake: demo, backtest and paper.
    pub const fn simulated() -> Self {
        Self {
            kelly_fraction: 0.25,
            drawdown_max: 0.10,
            notional_max: 0.20,
            heat_share: 0.3,
            unskilled_size: UnskilledSize::Drift,
            explore_risk: 0.001,
            participation_max: 0.01,
            rearm_sessions: 20,
            row_outcomes_min: 30.0,
            rck_alpha: 0.8,
            rck_beta: 0.1,
            price_collar: 0.08,
            volatility_scaling: true,
            spread_max: bounds::SPREAD_MAX,
            messages_per_minute: bounds::MESSAGES_PER_MINUTE_MAX,
            messages_per_session: bounds::MESSAGES_PER_SESSION_MAX,
            entries_per_symbol: bounds::ENTRIES_PER_SYMBOL_MAX,
            entry_interval_minutes: bounds::ENTRY_INTERVAL_MINUTES_MIN,
            order_value: Control::warning(25_000.0),
            turnover: Control::warning(0.5),
            sector: Control::warning(0.3),
            loss_streak: Control::warning(5.0),
        }
    }

    /// Where it is: smaller positions, and none without shown skill.
    pub const fn live() -> Self {
        Self {
            notional_max: 0.05,
            unskilled_size: UnskilledSize::None,
            explore_risk: 0.0,
            ..Self::simulated()
        }
    }

    /// Checks every limit against the range the program allows.
    ///
    /// # Errors
    /// One [`LimitError`] for each limit that is outside its range or NaN, in the order of the
    /// fields.
    pub fn validate(&self) -> Result<(), Vec<LimitError>> {
        let errors: Vec<_> = self
            .ranges()
            .into_iter()
            // written so that NaN is outside
            .filter(|limit| !(limit.min..=limit.max).contains(&limit.value))
            .collect();
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// Each number with the range it must lie in. Lower ends above zero keep formulas defined (the
    /// drawdown multiplier divides by `drawdown_max`) or a rule meaningful.
    fn ranges(&self) -> [LimitError; 20] {
        let limit = |name, value, min, max| LimitError { name, value, min, max };
        [
            limit("kelly_fraction", self.kelly_fraction, 0.0, bounds::KELLY_FRACTION_MAX),
            limit("drawdown_max", self.drawdown_max, 0.01, bounds::DRAWDOWN_MAX),
            limit("notional_max", self.notional_max, 0.0, bounds::NOTIONAL_MAX),
            limit("heat_share", self.heat_share, 0.0, 1.0),
            limit("explore_risk", self.explore_risk, 0.0, bounds::EXPLORE_RISK_MAX),
            limit("participation_max", self.participation_max, 0.0, bounds::PARTICIPATION_MAX),
            limit("rearm_sessions", f64::from(self.rearm_sessions), 1.0, 1_000.0),
            limit("row_outcomes_min", self.row_outcomes_min, 10.0, 10_000.0),
            limit("rck_alpha", self.rck_alpha, 0.5, 0.99),
            limit("rck_beta", self.rck_beta, 0.001, 0.5),
            limit("price_collar", self.price_collar, 0.001, bounds::PRICE_COLLAR_MAX),
            limit("spread_max", self.spread_max, 0.0, bounds::SPREAD_MAX),
            limit(
                "messages_per_minute",
                f64::from(self.messages_per_minute),
                1.0,
                f64::from(bounds::MESSAGES_PER_MINUTE_MAX),
            ),
            limit(
                "messages_per_session",
                f64::from(self.messages_per_session),
                1.0,
                f64::from(bounds::MESSAGES_PER_SESSION_MAX),
            ),
            limit(
                "entries_per_symbol",
                f64::from(self.entries_per_symbol),
                1.0,
                f64::from(bounds::ENTRIES_PER_SYMBOL_MAX),
            ),
            limit(
                "entry_interval_minutes",
                f64::from(self.entry_interval_minutes),
                f64::from(bounds::ENTRY_INTERVAL_MINUTES_MIN),
                1_440.0,
            ),
            limit("order_value.max", self.order_value.max, 0.0, 1e12),
            limit("turnover.max", self.turnover.max, 0.0, 20.0),
            limit("sector.max", self.sector.max, 0.0, 1.0),
            limit("loss_streak.max", self.loss_streak.max, 1.0, 1_000.0),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whole numbers, which cannot be NaN or negative.
    const COUNTS: [&str; 5] = [
        "rearm_sessions",
        "messages_per_minute",
        "messages_per_session",
        "entries_per_symbol",
        "entry_interval_minutes",
    ];

    /// The simulated limits with the number of that name replaced.
    fn with(name: &str, value: f64) -> Limits {
        let mut limits = Limits::simulated();
        let field = match name {
            "kelly_fraction" => &mut limits.kelly_fraction,
            "drawdown_max" => &mut limits.drawdown_max,
            "notional_max" => &mut limits.notional_max,
            "heat_share" => &mut limits.heat_share,
            "explore_risk" => &mut limits.explore_risk,
            "participation_max" => &mut limits.participation_max,
            "row_outcomes_min" => &mut limits.row_outcomes_min,
            "rck_alpha" => &mut limits.rck_alpha,
            "rck_beta" => &mut limits.rck_beta,
            "price_collar" => &mut limits.price_collar,
            "spread_max" => &mut limits.spread_max,
            "order_value.max" => &mut limits.order_value.max,
            "turnover.max" => &mut limits.turnover.max,
            "sector.max" => &mut limits.sector.max,
            "loss_streak.max" => &mut limits.loss_streak.max,
            other => panic!("no number is called {other}"),
        };
        *field = value;
        limits
    }

    #[test]
    fn both_sets_of_limits_respect_the_bounds() {
        assert_eq!(Limits::simulated().validate(), Ok(()));
        assert_eq!(Limits::live().validate(), Ok(()));
    }

    #[test]
    fn live_trades_smaller_and_only_on_skill() {
        let live = Limits::live();
        assert_eq!(live.notional_max, 0.05);
        assert_eq!(live.unskilled_size, UnskilledSize::None);
        assert_eq!(live.explore_risk, 0.0);
        assert_eq!(live.kelly_fraction, Limits::simulated().kelly_fraction);
    }

    #[test]
    fn every_number_outside_its_range_is_refused_by_name_alone() {
        for range in Limits::simulated().ranges() {
            if COUNTS.contains(&range.name) {
                continue;
            }
            let above = range.max * (1.0 + 1e-9) + 1e-9;
            for bad in [f64::NAN, -1.0, range.min - 1e-9, above, f64::INFINITY] {
                let errors = with(range.name, bad).validate().unwrap_err();
                assert_eq!(errors.len(), 1, "{} = {bad}", range.name);
                assert_eq!(errors[0].name, range.name);
                assert_eq!((errors[0].min, errors[0].max), (range.min, range.max));
                assert!(errors[0].to_string().contains(range.name));
            }
            for good in [range.min, range.max] {
                assert_eq!(with(range.name, good).validate(), Ok(()), "{} = {good}", range.name);
            }
        }
    }

    #[test]
    fn counts_outside_their_range_are_refused_too() {
        let own = Limits::simulated();
        let wrong = [
            Limits { rearm_sessions: 0, ..own },
            Limits { messages_per_minute: 11, ..own },
            Limits { messages_per_session: 201, ..own },
            Limits { entries_per_symbol: 4, ..own },
            Limits { entry_interval_minutes: 14, ..own },
        ];
        let named: Vec<_> = wrong.iter().map(|l| l.validate().unwrap_err()[0].name).collect();
        assert_eq!(named, COUNTS);
    }

    #[test]
    fn a_control_is_read_with_what_happens_above_it() {
        let json = serde_json::to_string(&Limits::simulated()).unwrap();
        let warned = r#""turnover":{"max":0.5,"on_breach":"warn"}"#;
        assert!(json.contains(warned), "{json}");
        let refusing = json.replace(warned, r#""turnover":{"max":0.4,"on_breach":"refuse"}"#);
        let limits: Limits = serde_json::from_str(&refusing).unwrap();
        assert_eq!(limits.turnover, Control::refusing(0.4));
        let wrong = json.replace(warned, r#""turnover":{"max":0.4,"on_breach":"refuze"}"#);
        assert!(serde_json::from_str::<Limits>(&wrong).is_err());
    }

    #[test]
    fn several_wrong_limits_are_all_named() {
        let limits = Limits { heat_share: -0.1, notional_max: 0.5, ..Limits::live() };
        let named: Vec<_> = limits.validate().unwrap_err().iter().map(|e| e.name).collect();
        assert_eq!(named, ["notional_max", "heat_share"]);
    }

    #[test]
    fn limits_come_back_from_json_and_a_misspelt_one_does_not() {
        let json = serde_json::to_string(&Limits::live()).unwrap();
        assert!(json.contains("\"unskilled_size\":\"none\""), "{json}");
        assert_eq!(serde_json::from_str::<Limits>(&json).unwrap(), Limits::live());
        let wrong = json.replace("price_collar", "price_colar");
        assert!(serde_json::from_str::<Limits>(&wrong).is_err());
    }
}
