//! Many probabilities to one consensus, weighted by Brier score.
//!
//! Members are right in different weather. Each carries a weight that follows its squared errors:
//!
//! 1. [`AggregatingAlgorithm`] keeps the weights: `w <- w^gamma exp(-eta (p - y)^2)`. With eta 2
//!    its forecast is never more than ln(K) / 2 of accumulated squared error worse than the best
//!    member's, whatever happens.
//! 2. [`publish`] makes the weights that are used out of them: no member below a floor, none
//!    moved by more than a step per session.
//! 3. [`Ensemble::combine`] pools the members that are awake by the algorithm's substitution
//!    function (a linear pool would lose the guarantee) and says how sure and how divided they
//!    are; with nobody awake it abstains.
//! 4. [`Ensemble::learn_session`] learns once per session from its resolved outcomes, each counted
//!    by its uniqueness, and keeps the prequential scores and the test of [`skill`].
//!
//! Around them stand what a plain algorithm does not do: [`delayed`] outcomes that arrive after
//! further forecasts, [`RegimeAware`] weights (which [`SecondLevel`] switches on in the ensemble),
//! simpler [`comparators`] to be judged beside, and the [`diversity`] of the members.
//!
//! ```
//! use tradebot_ensemble::{AggregatingAlgorithm, Memory};
//!
//! let mut members = AggregatingAlgorithm::new(3, 2.0, Memory::Discount { gamma: 0.995 });
//! for won in [true, true, false, true, true] {
//!     let advice = [Some(0.8), Some(0.4), None]; // The third has no opinion.
//!     let p = members.forecast(&advice).expect("two are awake");
//!     assert!(0.4 < p && p < 0.8);
//!     members.update(&advice, won);
//! }
//! assert!(members.weights()[0] > members.weights()[1]);
//! ```
//!
//! The ensemble is insurance against choosing the wrong member more than a gain over the best
//! one, and equal weights are hard to beat: their score is kept beside it.
//!
//! Everything is a value: `Clone`, `PartialEq`, serialisable, and a pure function of the sessions
//! it was taught, in their order, to the last bit.
//!
//! **Does not know:** sizes, or how a member came to its opinion.
//!
//! **Read next:** [`ensemble`], then `tradebot-risk`.

pub mod ensemble;
pub mod consensus;
pub mod aggregating;
pub mod publish;
pub mod skill;
mod scores;
pub mod pool;
pub mod delayed;
pub mod regime_aware;
pub mod rolling;
pub mod comparators;
pub mod diversity;

pub use aggregating::{AggregatingAlgorithm, Memory};
pub use consensus::{Abstention, Consensus};
pub use delayed::{FreeCopies, Interleaved};
pub use ensemble::{
    Ensemble, EnsembleConfig, ExpertMap, ExpertMaps, ExpertMapsError, LearnError, MemberStats,
    ScoredOutcome, SecondLevel,
};
pub use regime_aware::RegimeAware;
pub use skill::{Skill, SkillTest};
pub use tradebot_calibration::{Calibrated, ConfigError};
