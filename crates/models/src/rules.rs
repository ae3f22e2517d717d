//! Members that need no training: fixed, smooth formulas of a few features.
//!
//! Each score is 1/2 plus at most 1/2: above one half where the rule would buy. The constants are
//! round numbers in units of a feature's usual spread and were not searched for.

mod trend;
mod mean_reversion;
mod momentum;

use tradebot_domain::MemberId;
use tradebot_features::{feature_names, index};

use crate::card;
use crate::input::Input;
use crate::member::{Member, member_id};

/// Trend, mean reversion and momentum, in this order.
pub fn rule_members() -> Vec<Box<dyn Member>> {
    vec![Box::new(trend::rule()), Box::new(mean_reversion::rule()), Box::new(momentum::rule())]
}

/// A rule over `N` features.
struct Rule<const N: usize> {
    name: &'static str,
    idea: &'static str,
    /// The formula, for the card.
    formula: &'static str,
    limits: &'static str,
    /// Names of the features, in the order in which `score` takes them.
    inputs: [&'static str; N],
    /// Their places in a row of features.
    places: [usize; N],
    score: fn([f64; N]) -> f64,
}

impl<const N: usize> Member for Rule<N> {
    fn id(&self) -> MemberId {
        member_id(self.name)
    }

    fn opine(&self, input: &Input<'_>) -> Option<f64> {
        input.check(feature_names().len()).ok()?;
        Some((self.score)(self.places.map(|place| input.features[place])))
    }

    fn card(&self) -> String {
        card::rule(self.name, self.idea, self.formula, &self.inputs, self.limits)
    }
}

/// Where the features stand.
fn places<const N: usize>(names: [&'static str; N]) -> [usize; N] {
    names.map(|name| index(name).expect("the feature set has all features of the rules"))
}

/// From a strength of conviction in -1..=1 to a score.
fn score_of(conviction: f64) -> f64 {
    (0.5 + 0.5 * conviction).clamp(0.0, 1.0)
}

/// Annualised volatility to divide by: at least 1 %, so that a price that hardly moved does not
/// make its next step infinite.
fn spread(volatility: f64) -> f64 {
    volatility.max(0.01)
}

#[cfg(test)]
mod tests;
