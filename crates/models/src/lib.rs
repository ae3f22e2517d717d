//! Members of the ensemble: rules, linear models and trees, trained on resolved outcomes only.
//!
//! Every member answers one question: if a long position is opened at the next open with the
//! bracket of today's policy row, how likely does it end with a profit after costs? The answer is
//! a *score* in `0.0..=1.0`; it ranks, and calibration turns it into odds.
//!
//! Three members are rules and need no training ([`rule_members`]). Three are learned ([`fit`]):
//! a logistic regression and a Gaussian naive Bayes, both fitted by linfa, and a forest of
//! histogram trees of our own, because the votes of linfa's forest follow hash order and differ
//! between two calls. Every fit is a function of the examples and the seed alone: same bits on any
//! number of threads, and [`LearnedMember::to_bytes`] restores them exactly.
//!
//! **Does not know:** odds, money, positions, when to refit.
//!
//! **Read next:** `tradebot-calibration`, which learns what the scores are worth.

mod member; // who answers: the traits, and the kinds that learn
mod input; // what they are asked with
mod rules; // trend, mean reversion, momentum
mod error; // why a fit or an artefact is refused
mod training; // examples with their labels and weights
mod chance; // seeded draws: the only randomness there is
mod scale; // features brought to one scale
mod logistic;
mod naive_bayes;
mod forest;
mod learned; // fit, ask, store and restore any of the three
mod bytes; // the artefact format
mod card; // what a reader must know about a member

#[cfg(test)]
mod testing; // made-up examples

pub use error::FitError;
pub use input::{Input, InputError};
pub use learned::{fit, from_bytes};
pub use member::{LearnedKind, LearnedMember, Member};
pub use rules::rule_members;
pub use training::TrainingSet;
