//! Gaussian hidden Markov models of one series and of several, as filters.
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
//! 5. [`VectorHmm`] is the model of several series at once, with all of the above.
//!
//! **Source:** Rabiner (1989), A tutorial on hidden Markov models, Proc. IEEE 77(2), section III;
//! Hamilton (1989), Econometrica 57(2), for regimes of an economic series.

pub mod chain;
pub mod model;
pub mod filter;
mod em;
mod lattice;
mod restart;
pub mod fit;
pub mod vector;
pub mod expanding;

pub use chain::HiddenMarkov;
pub use expanding::{Due, ExpandingHmm, Learned, RefitSchedule};
pub use filter::Filter;
pub use fit::{Fit, FitError, FitOptions, StartRule, fit, refit, resume};
pub use model::{GaussianHmm, HmmError, HmmParameters};
pub use vector::{
    Covariance, VectorHmm, VectorOptions, VectorParameters, fit_vectors, refit_vectors,
    resume_vectors,
};

#[cfg(test)]
pub(crate) mod enumeration;
