//! Whether anything knew the future: detectors, and twelve planted leaks that they must find.
//!
//! A backtest lies when a value of a session depends on what became known later. The detectors here
//! do not read code, they try:
//!
//! - **Prefix invariance.** What is computed with the world cut off after a session must be, to the
//!   last bit, what was computed for that session with the world going on. This finds every leak,
//!   as long as the cut removes all that was not known: [`World::as_of`] cuts by the moment a fact
//!   became known, not by its date (the VIX close prints at 16:15, a correction weeks later).
//! - **Shift.** A feature that goes along with the next return far beyond what any daily feature
//!   does, and no longer does so when it is delayed by one bar, holds that return.
//! - **Permutation.** With outcomes dealt out at random among decisions nobody has skill. Who still
//!   has, has seen the answer.
//!
//! [`prove`] runs them on a compact honest study and on the same study with each [`Plant`] in it:
//! all plants must be found, and the honest study must raise no alarm. [`engine`] runs them on what
//! the real engine has recorded.
//!
//! **Source:** Kaufman, Rosset, Perlich, Stitelman (2012), Leakage in data mining, ACM TKDD 6(4);
//! Lopez de Prado (2018), Advances in Financial Machine Learning, chapters 7 and 11.

pub mod world;
pub mod plant;
pub mod study;
pub mod detect;
pub mod engine;

use serde::Serialize;

pub use detect::Detector;
pub use plant::Plant;
pub use study::{Study, StudyError};
pub use world::{Stock, World, WorldError};

/// What the detectors said of one thing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Subject {
    /// A feature, a label, a member or the study with one leak in it.
    pub name: String,
    /// Who raised an alarm; empty for what knows nothing of the future.
    pub alarms: Vec<Detector>,
}

/// Plants and their clean twin.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proof {
    /// The study with one leak each, in the order of [`Plant::ALL`].
    pub plants: Vec<Subject>,
    /// The parts of the honest study.
    pub clean: Vec<Subject>,
}

impl Proof {
    /// Plants that some detector has found.
    pub fn caught(&self) -> usize {
        self.plants.iter().filter(|plant| !plant.alarms.is_empty()).count()
    }

    /// Honest parts that some detector has accused.
    pub fn false_alarms(&self) -> usize {
        self.clean.iter().filter(|part| !part.alarms.is_empty()).count()
    }
}

/// Runs all detectors on the honest study and on each plant.
///
/// # Errors
/// [`StudyError`] when the world is too short to study, or a model cannot be fitted.
pub fn prove(world: &World, seed: u64) -> Result<Proof, StudyError> {
    let honest = detect::alarms(world, None, seed)?;
    let mut plants = Vec::with_capacity(Plant::ALL.len());
    for plant in Plant::ALL {
        let found = detect::alarms(world, Some(plant), seed)?;
        let mut alarms: Vec<Detector> = found.into_iter().flat_map(|s| s.alarms).collect();
        alarms.sort_unstable();
        alarms.dedup();
        plants.push(Subject { name: plant.name().to_owned(), alarms });
    }
    Ok(Proof { plants, clean: honest })
}

#[cfg(test)]
mod tests;
