//! A Gaussian hidden Markov model of one series, as a filter.
//!
//! The market is in one of K states that nobody sees. From one session to the next the state
//! follows a Markov chain; what is seen, a return, is drawn from the normal distribution of the
//! state. [`Filter`] says after each return how probable each state is; [`fit()`] learns chain and
//! distributions from a window; [`ExpandingHmm`] does both as time passes, never from the future.
//!
//! 1. [`GaussianHmm`] is the model: means, standard deviations, transitions, start.
//! 2. [`Filter`] is P(state | returns so far), one return at a time.
//! 3. [`fit()`] is maximum likelihood by expectation-maximisation with seeded restarts.
//! 4. [`ExpandingHmm`] refits on all returns so far, by a [`RefitSchedule`].
//!
//! **Source:** Rabiner (1989), A tutorial on hidden Markov models, Proc. IEEE 77(2), section III;
//! Hamilton (1989), Econometrica 57(2), for regimes of an economic series.

pub mod model;
pub mod filter;
mod em;
mod restart;
pub mod fit;
pub mod expanding;

pub use expanding::{Due, ExpandingHmm, RefitSchedule};
pub use filter::Filter;
pub use fit::{Fit, FitError, FitOptions, StartRule, fit, refit, resume};
pub use model::{GaussianHmm, HmmError, HmmParameters};

#[cfg(test)]
pub(crate) mod enumeration;
