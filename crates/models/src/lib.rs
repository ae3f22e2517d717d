//! Members of the ensemble: rules, linear models and trees, trained on resolved outcomes only.
//!
//! Every member answers one question: if a long position is opened at the next open with the
//! bracket of today's policy row, how likely does it end with a profit after costs? The answer is
//! a *score* in `0.0..=1.0`; it ranks, and calibration turns it into odds.
//!
//! Three members are rules and need no training ([`rule_members`]). Four are learned ([`fit`]):
//! a logistic regression, whose penalty is weighed inside its training set; a Gaussian naive Bayes,
//! its moments fitted by linfa; and a forest and boosted trees of our own, because the votes of
//! linfa's forest follow hash order and differ between two calls. Every fit is a function of the examples and the seed alone: same bits on any
//! number of threads, and [`LearnedMember::to_bytes`] restores them exactly.
//!
//! Each learner can be used alone, on any [`Table`]: [`Forest`], [`Boosted`],
//! [`LogisticRegression`], [`GaussianBayes`]. All honour the weights of [`Examples`]; with
//! [`ClassBalance`] outcomes weigh equal and probabilities are brought back; [`choose_l2`] and
//! [`choose_rounds`] look for parameters inside the training window only.
//!
//! **Unbalanced outcomes.** No member weighs wins against losses: what is rarer stays rarer, since
//! its rate is part of the answer. Examples count by uniqueness alone, and what that does to the
//! mean score over the examples of a fit is this:
//!
//! | member | mean score by uniqueness against the base rate by uniqueness |
//! |---|---|
//! | logistic | equal: the intercept has no penalty, so the fit stands where they are |
//! | naive Bayes | near: its priors are the rates; it is too sure of itself on both sides |
//! | forest | near: leaves are rates of what was drawn by uniqueness, shrunk to the base rate |
//! | boosted | near: begins at the base rate, and each leaf moves towards what was missed |
//!
//! Whoever must have both outcomes weigh equal uses [`ClassBalance`], which brings probabilities
//! back (Elkan 2001); no member of the product does.
//!
//! ```
//! use tradebot_models::{Examples, Forest, ForestConfig, Table};
//!
//! let rows: Vec<f64> = (0..400_u32).flat_map(|i| [f64::from(i % 20), f64::from(i % 7)]).collect();
//! let won: Vec<bool> = rows.chunks(2).map(|row| row[0] >= 10.0).collect();
//! let x = Table::new(&rows, 2)?;
//! let config = ForestConfig { trees: 50, seed: 42, ..ForestConfig::default() };
//! let forest = Forest::fit(&config, &Examples::new(x, &won)?)?;
//! assert!(forest.predict(&[15.0, 3.0]).is_some_and(|p| p > 0.9));
//! assert!(forest.importance()[0] > 0.5);
//! assert_eq!(Forest::from_bytes(&forest.to_bytes())?, forest);
//! # Ok::<(), tradebot_models::FitError>(())
//! ```
//!
//! **Does not know:** odds, money, positions, when to refit.
//!
//! **Read next:** `tradebot-calibration`, which learns what the scores are worth.

mod member; // who answers: the traits, and the kinds that learn
mod input; // what they are asked with
mod rules; // trend, mean reversion, momentum
mod error; // why a fit or an artefact is refused
mod training; // examples with their labels and weights
mod inner; // parameters weighed inside the training set
mod table; // rows, labels and weights for learners used alone
mod chance; // seeded draws: the only randomness there is
mod scale; // features brought to one scale
mod regression; // logistic regression
mod gaussian; // Gaussian naive Bayes
mod logistic;
mod naive_bayes;
mod bins; // values to bins
mod tree; // what grows on them
mod forest;
mod boosted; // trees that correct one another
mod loss; // how wrong log odds were
mod choose; // parameters chosen inside the training window
mod balance; // outcomes that weigh equal
mod ridge; // small regressions for frequent refits
pub mod volatility; // how far, not which way
pub mod meta; // whether to act on an opinion
mod learned; // fit, ask, store and restore any of the four
mod bytes; // the artefact format
mod card; // what a reader must know about a member

#[cfg(test)]
mod testing; // made-up examples

pub use balance::ClassBalance;
pub use boosted::{Boosted, BoostedConfig, EarlyStopping};
pub use choose::{Choice, Fold, WalkForward, choose_l2, choose_rounds};
pub use error::FitError;
pub use forest::{ColumnsPerSplit, Draws, Forest, ForestConfig};
pub use gaussian::{GaussianBayes, GaussianConfig};
pub use input::{Input, InputError};
pub use learned::{fit, from_bytes};
pub use member::{LearnedKind, LearnedMember, Member};
pub use meta::{
    GateConfig, GateFit, MetaConfig, MetaError, MetaGate, MetaInput, MetaLabeller, MetaOpinion,
    MetaOutcome,
};
pub use regression::{LogisticConfig, LogisticRegression};
pub use rules::rule_members;
pub use table::{Examples, Table};
pub use training::TrainingSet;
pub use volatility::{VolatilityConfig, VolatilityForecast, VolatilityForecaster, VolatilityView};
