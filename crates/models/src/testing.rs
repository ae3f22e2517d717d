//! Made-up examples for the tests of this crate.

use tradebot_domain::{Date, Regime, Span};

use crate::chance::Chance;
use crate::{Examples, Input, LearnedMember, Table, TrainingSet};

pub(crate) struct Example {
    pub(crate) features: Vec<f64>,
    pub(crate) row: Regime,
    pub(crate) won: bool,
    pub(crate) weight: f64,
}

impl Example {
    pub(crate) fn input(&self) -> Input<'_> {
        Input { features: &self.features, row: self.row }
    }
}

/// `n` examples of `count` features, uniform in -1..1, in rows by turns. A win has probability
/// 1/2 + `signal` x the first feature, so `signal` is at most 1/2 and 0 is pure noise.
///
/// Sums and products only: the same on every machine, for golden values.
pub(crate) fn world(n: usize, count: usize, signal: f64, seed: u64) -> Vec<Example> {
    let mut chance = Chance::new(seed, 99);
    (0..n)
        .map(|i| {
            let features: Vec<f64> = (0..count).map(|_| 2.0 * chance.unit() - 1.0).collect();
            let won = chance.unit() < 0.5 + signal * features.first().copied().unwrap_or(0.0);
            Example { features, row: Regime::ALL[i % 5], won, weight: 1.0 }
        })
        .collect()
}

pub(crate) fn set_of(examples: &[Example]) -> TrainingSet {
    let mut set = TrainingSet::new(examples.first().map_or(0, |e| e.features.len()));
    for e in examples {
        set.push(Date::constant(2010, 1, 4), &e.features, e.row, e.won, e.weight);
    }
    set
}

/// A set with so many examples to a session, in the order of time.
pub(crate) fn in_time(examples: &[Example], symbols: usize) -> TrainingSet {
    let mut set = TrainingSet::new(examples.first().map_or(0, |e| e.features.len()));
    for (i, e) in examples.iter().enumerate() {
        let days = i32::try_from(i / symbols).unwrap();
        let session = Date::constant(2001, 1, 1).checked_add(Span::new().days(days)).unwrap();
        set.push(session, &e.features, e.row, e.won, e.weight);
    }
    set
}

/// Mean squared error of a member's scores.
pub(crate) fn brier(member: &dyn LearnedMember, examples: &[Example]) -> f64 {
    let error = |e: &Example| {
        let miss = member.opine(&e.input()).unwrap() - f64::from(u8::from(e.won));
        miss * miss
    };
    examples.iter().map(error).sum::<f64>() / examples.len() as f64
}

/// Scores of a member, in order.
pub(crate) fn scores(member: &dyn LearnedMember, examples: &[Example]) -> Vec<f64> {
    examples.iter().map(|e| member.opine(&e.input()).unwrap()).collect()
}

/// A [`world`] as a learner used alone sees it.
pub(crate) struct Plain {
    pub(crate) values: Vec<f64>,
    pub(crate) won: Vec<bool>,
    pub(crate) weights: Vec<f64>,
    columns: usize,
}

impl Plain {
    /// See [`world`].
    pub(crate) fn world(n: usize, columns: usize, signal: f64, seed: u64) -> Self {
        let examples = world(n, columns, signal, seed);
        Self {
            values: examples.iter().flat_map(|e| e.features.clone()).collect(),
            won: examples.iter().map(|e| e.won).collect(),
            weights: examples.iter().map(|e| e.weight).collect(),
            columns,
        }
    }

    pub(crate) fn x(&self) -> Table<'_> {
        Table::new(&self.values, self.columns).unwrap()
    }

    pub(crate) fn examples(&self) -> Examples<'_> {
        Examples::new(self.x(), &self.won).unwrap().weighted(&self.weights).unwrap()
    }

    /// Mean squared error of scores.
    pub(crate) fn brier(&self, scores: &[f64]) -> f64 {
        let error = |(p, won): (&f64, &bool)| (p - f64::from(u8::from(*won))).powi(2);
        scores.iter().zip(&self.won).map(error).sum::<f64>() / scores.len() as f64
    }
}
