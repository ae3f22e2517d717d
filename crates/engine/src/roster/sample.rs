//! The examples that members are fitted to: all there are, or a sample of fixed size once there are
//! more.
//!
//! A universe of 1,200 symbols brings 300,000 outcomes a year, and the outcomes of one session say
//! much the same. Each example has a number drawn for it from the seed and its own name; of more
//! than `training.examples_max` those with the lowest numbers stay. That is a simple random sample of
//! everything known so far, the same in whichever order and in however many steps it was known
//! ("bottom-k": Cohen and Kaplan 2007), and a fit costs the same in every year and for any universe.

use tradebot_domain::Regime;
use tradebot_features::feature_names;
use tradebot_journal::DecisionId;
use tradebot_models::TrainingSet;

/// Separates this use of the hash function from every other.
const DOMAIN: &str = "tradebot 2026-11 example draw";

/// A training set that stops growing.
pub(super) struct Sample {
    set: TrainingSet,
    seed: u64,
    horizon: u32,
    /// Examples of one fit at most.
    max: usize,
    /// What was drawn for each example of the set.
    draws: Vec<u64>,
    /// Examples with a higher number are out for good.
    limit: u64,
}

impl Sample {
    /// An empty sample; `horizon` is the longest label horizon in sessions.
    pub(super) fn new(horizon: u32, seed: u64, max: usize) -> Self {
        let set = TrainingSet::new(feature_names().len()).with_horizon(horizon);
        Self { set, seed, horizon, max, draws: Vec::new(), limit: u64::MAX }
    }

    /// A set without examples, made as that of the sample was.
    pub(super) fn empty_set(&self) -> TrainingSet {
        TrainingSet::new(self.set.feature_count()).with_horizon(self.horizon)
    }

    /// Whether this example would be kept if it were known now. Once it would not, it never will.
    pub(super) fn wants(&self, id: DecisionId) -> bool {
        self.limit == u64::MAX || self.draw(id) <= self.limit
    }

    /// Takes an example that is known by now, and that is [wanted](Self::wants).
    pub(super) fn push(
        &mut self,
        id: DecisionId,
        features: &[f64],
        row: Regime,
        (won, uniqueness): (bool, f64),
    ) {
        self.set.push(id.session.date(), features, row, won, uniqueness);
        // An example that is not sound is not taken.
        if self.set.len() > self.draws.len() {
            self.draws.push(self.draw(id));
        }
    }

    /// A quarter more than are wanted: time to thin.
    pub(super) const fn is_overfull(&self) -> bool {
        self.draws.len() > self.max.saturating_add(self.max / 4)
    }

    /// The set as it is held: thin it before a fit.
    pub(super) const fn set(&self) -> &TrainingSet {
        &self.set
    }

    /// Goes on with the same sample, labelled anew.
    pub(super) fn replace(&mut self, set: TrainingSet, ids: impl Iterator<Item = DecisionId>) {
        self.set = set;
        self.draws = ids.map(|id| self.draw(id)).collect();
    }

    /// Keeps the examples with the lowest numbers; whether any had to go.
    pub(super) fn thin(&mut self) -> bool {
        if self.draws.len() <= self.max {
            return false;
        }
        let mut ordered = self.draws.clone();
        let (_, limit, _) = ordered.select_nth_unstable(self.max - 1);
        self.limit = *limit;
        self.set = self.set.keeping(|example| self.draws[example] <= self.limit);
        self.draws.retain(|draw| *draw <= self.limit);
        true
    }

    /// The example's own number, uniform.
    fn draw(&self, id: DecisionId) -> u64 {
        let mut hasher = blake3::Hasher::new_derive_key(DOMAIN);
        hasher.update(&self.seed.to_le_bytes());
        hasher.update(&id.session.year().to_le_bytes());
        hasher.update(&[id.session.month().unsigned_abs(), id.session.day().unsigned_abs()]);
        if let Some(minute) = id.session.minute() {
            hasher.update(&minute.to_le_bytes());
        }
        hasher.update(id.symbol.as_str().as_bytes());
        let hash = hasher.finalize();
        u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("a hash has 32 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradebot_domain::{Date, Span, Symbol};

    fn id(k: usize) -> DecisionId {
        let days = i64::try_from(k / 100).unwrap();
        let session = Date::constant(2004, 1, 2).checked_add(Span::new().days(days)).unwrap();
        DecisionId {
            session: session.into(),
            symbol: Symbol::new(&format!("S{}", k % 100)).unwrap(),
        }
    }

    const EXAMPLES_MAX: usize = 20_000;

    fn filled(seed: u64, order: impl Iterator<Item = usize>) -> Sample {
        let mut sample = Sample::new(30, seed, EXAMPLES_MAX);
        let features = vec![0.5; feature_names().len()];
        for k in order.map(|k| (k, id(k))) {
            if sample.wants(k.1) {
                sample.push(k.1, &features, Regime::Transition, (k.0 % 3 == 0, 0.5));
            }
            if sample.is_overfull() {
                sample.thin();
            }
        }
        sample.thin();
        sample
    }

    #[test]
    fn below_the_limit_the_sample_is_everything_in_its_order() {
        let mut plain = TrainingSet::new(feature_names().len()).with_horizon(30);
        let features = vec![0.5; feature_names().len()];
        for k in 0..300 {
            plain.push(id(k).session.date(), &features, Regime::Transition, k % 3 == 0, 0.5);
        }
        let sample = filled(7, 0..300);
        let kind = tradebot_models::LearnedKind::ALL[0];
        assert_eq!(sample.set().digest(kind, 1), plain.digest(kind, 1));
    }

    #[test]
    fn above_it_the_sample_has_a_fixed_size_and_does_not_depend_on_the_order() {
        let n = 60_000;
        let (up, down) = (filled(7, 0..n), filled(7, (0..n).rev()));
        assert_eq!(up.set().len(), EXAMPLES_MAX);
        let sorted = |sample: &Sample| {
            let mut draws = sample.draws.clone();
            draws.sort_unstable();
            draws
        };
        assert_eq!(sorted(&up), sorted(&down));
        assert_ne!(sorted(&up), sorted(&filled(8, 0..n)));
        assert!((0..n).filter(|&k| up.wants(id(k))).count() == EXAMPLES_MAX);
    }

    #[test]
    fn every_year_and_outcome_has_its_share_of_the_sample() {
        let sample = filled(3, 0..60_000);
        // A third won: the standard error of the share is 0.0033, less by the finite population.
        assert!((sample.set().base_rate() - 1.0 / 3.0).abs() < 0.012);
        let half = id(30_000);
        let early = (0..30_000).filter(|&k| sample.wants(id(k))).count();
        assert!((9_600..10_400).contains(&early), "{early} before {}", half.session);
    }
}
