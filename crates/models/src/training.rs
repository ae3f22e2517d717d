//! Examples with their labels and weights.

use tradebot_domain::{Date, Regime};

use crate::error::FitError;
use crate::input::{Input, InputError};
use crate::member::LearnedKind;

/// More features than this are a mistake; columns are counted in 16 bits.
const FEATURES_MAX: usize = 1_000;
/// The longest a bracket of the product's default policy can last, in sessions.
const HORIZON: u32 = 30;

/// Resolved outcomes to learn from: what was seen at the decision, and how its bracket ended.
///
/// Only the caller knows when an outcome became known; whatever is pushed may be learned from.
/// A bad example is not dropped in silence: it is remembered, and every fit refuses the set with
/// its name.
#[derive(Debug, Clone)]
pub struct TrainingSet {
    pub(crate) feature_count: usize,
    /// Row-major, `len() x feature_count`.
    pub(crate) features: Vec<f64>,
    pub(crate) rows: Vec<Regime>,
    pub(crate) won: Vec<bool>,
    pub(crate) weights: Vec<f64>,
    /// Sum of weights, in the order of pushing.
    pub(crate) weight_sum: f64,
    weight_won: f64,
    /// Of each decision.
    pub(crate) sessions: Vec<Date>,
    range: Option<(Date, Date)>,
    horizon: u32,
    /// Digest of everything pushed so far, carried on so that a refit never hashes the past again.
    hasher: blake3::Hasher,
    defect: Option<FitError>,
}

impl TrainingSet {
    /// An empty set of examples with this many features each.
    pub fn new(feature_count: usize) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"tradebot training set 1");
        hasher.update(&(feature_count as u64).to_le_bytes());
        Self {
            feature_count,
            features: Vec::new(),
            rows: Vec::new(),
            won: Vec::new(),
            weights: Vec::new(),
            weight_sum: 0.0,
            weight_won: 0.0,
            sessions: Vec::new(),
            range: None,
            horizon: HORIZON,
            hasher,
            defect: None,
        }
    }

    /// The same set with another label horizon: sessions after its decision by which every
    /// outcome is known, whichever way it went; 30 before it is set. Where a fit chooses its
    /// parameters inside the set, so many sessions before what is predicted are left out. Part of
    /// the [digest](Self::digest).
    #[must_use]
    pub fn with_horizon(self, sessions: u32) -> Self {
        Self { horizon: sessions, ..self }
    }

    /// The label horizon, in sessions.
    pub const fn horizon(&self) -> u32 {
        self.horizon
    }

    /// Adds one example.
    ///
    /// - `session`: of the decision.
    /// - `features`: as they were seen then.
    /// - `row`: policy row, so the bracket in question.
    /// - `won`: it ended with a profit after costs.
    /// - `weight`: uniqueness, above 0 and normally at most 1.
    pub fn push(&mut self, session: Date, features: &[f64], row: Regime, won: bool, weight: f64) {
        if let Some(defect) = self.defect_of(features, row, weight) {
            self.defect.get_or_insert(defect);
            return;
        }
        self.features.extend_from_slice(features);
        self.rows.push(row);
        self.won.push(won);
        self.weights.push(weight);
        self.weight_sum += weight;
        self.weight_won += if won { weight } else { 0.0 };
        self.sessions.push(session);
        let (first, last) = self.range.unwrap_or((session, session));
        self.range = Some((first.min(session), last.max(session)));
        hash(&mut self.hasher, (session, row), features, won, weight);
    }

    /// The examples that are wanted, by their place, in the same order: the set that pushing only
    /// them would have given.
    #[must_use]
    pub fn keeping(&self, wanted: impl Fn(usize) -> bool) -> Self {
        let mut kept = Self::new(self.feature_count).with_horizon(self.horizon);
        kept.defect.clone_from(&self.defect);
        for i in (0..self.len()).filter(|&i| wanted(i)) {
            let (row, won, weight) = (self.rows[i], self.won[i], self.weights[i]);
            kept.push(self.sessions[i], self.example(i), row, won, weight);
        }
        kept
    }

    /// Examples held.
    pub fn len(&self) -> usize {
        self.won.len()
    }

    /// Nothing was pushed.
    pub fn is_empty(&self) -> bool {
        self.won.is_empty()
    }

    /// Earliest decision session.
    pub fn first_session(&self) -> Option<Date> {
        self.range.map(|(first, _)| first)
    }

    /// Latest decision session.
    pub fn last_session(&self) -> Option<Date> {
        self.range.map(|(_, last)| last)
    }

    /// Share of wins, each example counted by its weight; one half for an empty set.
    pub fn base_rate(&self) -> f64 {
        // The quotient of two sums of the same terms can pass 1 by nothing but rounding.
        if self.is_empty() { 0.5 } else { (self.weight_won / self.weight_sum).min(1.0) }
    }

    /// Sum of weights: how many independent outcomes the examples are worth.
    pub fn effective_len(&self) -> f64 {
        self.weight_sum
    }

    /// Identity of a fit: hash (64 hex digits) of examples, label horizon, method,
    /// hyper-parameters and seed.
    ///
    /// Costs the same for any number of examples.
    pub fn digest(&self, kind: LearnedKind, seed: u64) -> String {
        let mut hasher = self.hasher.clone();
        hasher.update(kind.name().as_bytes());
        hasher.update(kind.recipe().as_bytes());
        hasher.update(&seed.to_le_bytes());
        hasher.update(&self.horizon.to_le_bytes());
        hasher.finalize().to_hex().to_string()
    }

    /// The set, when a fit may use it.
    pub(crate) fn checked(&self) -> Result<&Self, FitError> {
        match &self.defect {
            Some(defect) => Err(defect.clone()),
            None if self.feature_count > FEATURES_MAX => {
                Err(FitError::TooManyFeatures { found: self.feature_count, most: FEATURES_MAX })
            }
            None if self.is_empty() => Err(FitError::NoExamples),
            None => Ok(self),
        }
    }

    /// All outcomes are the same, so that nothing tells them apart.
    pub(crate) fn is_single_class(&self) -> bool {
        self.won.iter().all(|won| *won == self.won[0])
    }

    /// Features of each example.
    pub const fn feature_count(&self) -> usize {
        self.feature_count
    }

    /// Features of the example with this number, in the order of pushing. Panics beyond the last.
    pub fn features_of(&self, number: usize) -> &[f64] {
        self.example(number)
    }

    /// Features of one example.
    pub(crate) fn example(&self, i: usize) -> &[f64] {
        &self.features[i * self.feature_count..(i + 1) * self.feature_count]
    }

    fn defect_of(&self, features: &[f64], row: Regime, weight: f64) -> Option<FitError> {
        let example = self.len();
        match (Input { features, row }).check(self.feature_count) {
            Err(InputError::WrongCount { expected, found }) => {
                Some(FitError::WrongCount { example, expected, found })
            }
            Err(InputError::NotFinite { feature, value }) => {
                Some(FitError::NotFinite { example, feature, value })
            }
            Ok(()) if weight > 0.0 && weight.is_finite() => None,
            Ok(()) => Some(FitError::Weight { example, value: weight }),
        }
    }
}

fn hash(
    hasher: &mut blake3::Hasher,
    (session, row): (Date, Regime),
    features: &[f64],
    won: bool,
    weight: f64,
) {
    hasher.update(&session.year().to_le_bytes());
    hasher.update(&session.month().to_le_bytes());
    hasher.update(&session.day().to_le_bytes());
    for x in features {
        hasher.update(&x.to_bits().to_le_bytes());
    }
    hasher.update(row.name().as_bytes());
    hasher.update(&[u8::from(won)]);
    hasher.update(&weight.to_bits().to_le_bytes());
}

#[cfg(test)]
mod tests;
