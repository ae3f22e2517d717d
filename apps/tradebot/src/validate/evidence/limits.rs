//! What policy and limits say of values beyond their bounds.

use serde_json::{Map, Value, json};
use tradebot_domain::Regime;
use tradebot_policy::{Limits, Policy, RowPolicy, bounds};

use crate::exit::Failure;

/// A value beyond its bound, and the answer.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// What was changed.
    pub what: String,
    /// It was taken all the same.
    pub accepted: bool,
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct LimitFacts {
    /// The bundled rows by name.
    pub rows: Vec<(Regime, RowPolicy)>,
    /// The bundled rows, written and read again, are the same.
    pub unchanged_accepted: bool,
    /// Policies with one value changed.
    pub policies: Vec<Refusal>,
    /// Limits with one value changed.
    pub limits: Vec<Refusal>,
}

/// Keys of a row and values that lie beyond what is compiled in.
fn beyond() -> Vec<(&'static str, Value)> {
    let above = |bound: f64| json!(bound * 1.01);
    vec![
        ("kelly_multiplier", above(bounds::REGIME_MULTIPLIER_MAX)),
        ("max_risk_per_position", above(bounds::RISK_PER_POSITION_MAX)),
        ("max_positions", json!(bounds::POSITIONS_MAX + 1)),
        ("max_holding_sessions", json!(bounds::HOLDING_SESSIONS_MAX + 1)),
        ("max_holding_sessions", json!(0)),
        ("daily_loss_limit", above(bounds::DAILY_LOSS_MAX)),
        ("drawdown_threshold", above(bounds::DRAWDOWN_MAX)),
        ("correlation_limit", above(bounds::CORRELATION_MAX)),
        ("r_multiple", json!(0.9)),
        ("r_multiple", json!(3.1)),
        ("stop_min", json!(0.29)),
        ("atr_multiplier", json!(-1.5)),
        ("max_risk_per_position", json!("a lot")),
        ("max_risk_per_position", Value::Null),
        ("max_risk_per_positon", json!(0.01)),
    ]
}

impl LimitFacts {
    /// Changes one value of the bundled policy, or of the limits, at a time.
    ///
    /// # Errors
    /// When the bundled policy cannot be written as text.
    pub fn gather() -> Result<Self, Failure> {
        let bundled = Policy::bundled();
        let text = policy_text(&bundled)?;
        let read = |value: &Value| Policy::parse("changed", &yaml(value, 0));
        let unchanged_accepted = read(&text).is_ok_and(|policy| policy == bundled);
        let mut policies = Vec::new();
        for regime in Regime::ALL {
            for (key, value) in beyond() {
                let mut changed = text.clone();
                let what = format!("{regime}.{key} = {value}");
                changed["regimes"][regime.name()][key] = value;
                policies.push(Refusal { what, accepted: read(&changed).is_ok() });
            }
        }
        let mut missing = text;
        missing["regimes"].as_object_mut().map(Map::clear);
        policies.push(Refusal { what: "no rows".to_owned(), accepted: read(&missing).is_ok() });
        let rows = Regime::ALL.map(|regime| (regime, *bundled.row(regime))).to_vec();
        Ok(Self { rows, unchanged_accepted, policies, limits: limits() })
    }
}

/// As a policy file is written: one key a line, nothing quoted.
fn yaml(value: &Value, depth: usize) -> String {
    let pad = "  ".repeat(depth);
    let line = |(key, inside): (&String, &Value)| match inside {
        Value::Object(_) => format!("{pad}{key}:\n{}", yaml(inside, depth + 1)),
        Value::String(word) => format!("{pad}{key}: {word}\n"),
        other => format!("{pad}{key}: {other}\n"),
    };
    value.as_object().map(|map| map.iter().map(line).collect()).unwrap_or_default()
}

/// The policy as a tree of values.
fn policy_text(policy: &Policy) -> Result<Value, Failure> {
    let mut regimes = Map::new();
    for regime in Regime::ALL {
        let mut row = serde_json::to_value(policy.row(regime))?;
        if row["trailing_atr"].is_null() {
            row["trailing_atr"] = json!("none");
        }
        regimes.insert(regime.name().to_owned(), row);
    }
    Ok(json!({ "version": 1, "regimes": regimes }))
}

fn limits() -> Vec<Refusal> {
    type Change = fn(&mut Limits, f64);
    let fields: [(&str, f64, Change); 6] = [
        ("kelly_fraction", bounds::KELLY_FRACTION_MAX, |l, v| l.kelly_fraction = v),
        ("drawdown_max", bounds::DRAWDOWN_MAX, |l, v| l.drawdown_max = v),
        ("notional_max", bounds::NOTIONAL_MAX, |l, v| l.notional_max = v),
        ("explore_risk", bounds::EXPLORE_RISK_MAX, |l, v| l.explore_risk = v),
        ("participation_max", bounds::PARTICIPATION_MAX, |l, v| l.participation_max = v),
        ("price_collar", bounds::PRICE_COLLAR_MAX, |l, v| l.price_collar = v),
    ];
    let mut refusals = Vec::new();
    for (name, bound, change) in fields {
        for value in [bound * 1.01, -0.01, f64::NAN, f64::INFINITY] {
            let mut limits = Limits::simulated();
            change(&mut limits, value);
            let what = format!("{name} = {value}");
            refusals.push(Refusal { what, accepted: limits.validate().is_ok() });
        }
    }
    refusals
}
