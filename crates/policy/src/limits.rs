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
    fn ranges(&self) -> [LimitError; 11] {
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
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            if range.name == "rearm_sessions" {
                continue;
            }
            for bad in [f64::NAN, -1.0, range.min - 1e-9, range.max + 1e-9, f64::INFINITY] {
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
    fn re_arming_at_once_is_refused() {
        let limits = Limits { rearm_sessions: 0, ..Limits::simulated() };
        assert_eq!(limits.validate().unwrap_err()[0].name, "rearm_sessions");
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
