//! Seeded draws: the only randomness there is.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};

use crate::table::sum;

/// A stream of random numbers, the same for the same seed and stream on any machine.
#[derive(Debug)]
pub(crate) struct Chance(Xoshiro256PlusPlus);

impl Chance {
    /// Streams of one seed are unrelated: one per tree, one per resampling.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        // An odd multiplier maps streams to distinct states; seeding mixes the bits.
        let mixed = seed ^ stream.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Self(Xoshiro256PlusPlus::seed_from_u64(mixed))
    }

    /// Uniform in `0.0..1.0`, 53 bits.
    pub(crate) fn unit(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.0.next_u64() >> 11) as f64 * STEP
    }

    /// Uniform in `0..bound` by the upper half of a product; its bias is below `bound` / 2^64.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let product = u128::from(self.0.next_u64()) * bound as u128;
        usize::try_from(product >> 64).expect("less than the bound")
    }
}

/// As many draws as there are weights, in proportion to them, as even as can be: example `i`
/// comes up `floor` or `ceil` of `len x weight / sum` times. In ascending order.
///
/// This is how weights reach learners that take none. Where all weights are equal the result
/// is each example once.
///
/// **Source:** systematic resampling, Kitagawa (1996), J. Comp. Graph. Stat. 5(1), appendix.
pub(crate) fn systematic(weights: &[f64], sum: f64, chance: &mut Chance) -> Vec<usize> {
    let n = weights.len();
    let step = sum / n as f64;
    let start = chance.unit() * step;
    let mut drawn = Vec::with_capacity(n);
    let mut reached = 0.0;
    for (i, weight) in weights.iter().enumerate() {
        reached += weight;
        while drawn.len() < n && start + drawn.len() as f64 * step < reached {
            drawn.push(i);
        }
    }
    // Rounding can leave the last point a hair beyond the sum.
    drawn.resize(n, n - 1);
    drawn
}

/// As [`systematic`], but each point lies anywhere in its own step instead of all at the same
/// place: where weights recur in a rhythm, evenly spaced points may never meet the light ones.
/// Example `i` comes up at most one time more or less often than its share, rounded.
///
/// **Source:** stratified resampling, Kitagawa (1996), as above.
pub(crate) fn stratified(weights: &[f64], chance: &mut Chance) -> Vec<usize> {
    let n = weights.len();
    let step = sum(weights) / n as f64;
    let mut drawn = Vec::with_capacity(n);
    let mut reached = 0.0;
    let mut point = chance.unit() * step;
    for (i, weight) in weights.iter().enumerate() {
        reached += weight;
        while drawn.len() < n && point < reached {
            drawn.push(i);
            point = (drawn.len() as f64 + chance.unit()) * step;
        }
    }
    // Rounding can leave the last point a hair beyond the sum.
    drawn.resize(n, n - 1);
    drawn
}

/// An urn to draw from with replacement, in proportion to weights, in constant time.
///
/// **Source:** inversion with a guide table, Devroye (1986), Non-Uniform Random Variate
/// Generation, III.2.4.
#[derive(Debug)]
pub(crate) struct Urn {
    /// How many there are to draw from, at least 1.
    n: usize,
    /// Unless all weigh the same.
    guided: Option<Guide>,
}

#[derive(Debug)]
struct Guide {
    /// Running sums of the weights.
    reached: Vec<f64>,
    /// For each of `n` equal steps of the sum, the first example that can be meant.
    first: Vec<usize>,
}

impl Urn {
    /// An urn in which each of `n` weighs 1.
    pub(crate) const fn even(n: usize) -> Self {
        Self { n, guided: None }
    }

    pub(crate) fn new(weights: &[f64]) -> Self {
        let n = weights.len();
        // The running sums of ones are whole numbers without rounding, so that the guided draw
        // would find the whole part of the point: the even draw in fewer steps.
        if weights.iter().all(|w| *w == 1.0) {
            return Self::even(n);
        }
        let mut sum = 0.0;
        let reached: Vec<f64> = weights
            .iter()
            .map(|w| {
                sum += w;
                sum
            })
            .collect();
        let mut next = 0;
        let first = (0..n)
            .map(|step| {
                let from = sum * (step as f64 / n as f64);
                while next + 1 < n && reached[next] <= from {
                    next += 1;
                }
                next
            })
            .collect();
        Self { n, guided: Some(Guide { reached, first }) }
    }

    #[inline]
    pub(crate) fn draw(&self, chance: &mut Chance) -> usize {
        let unit = chance.unit();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "unit is in 0..1"
        )]
        let step = ((unit * self.n as f64) as usize).min(self.n - 1);
        self.guided.as_ref().map_or(step, |guide| guide.find(unit, step))
    }
}

impl Guide {
    #[inline]
    fn find(&self, unit: f64, step: usize) -> usize {
        let n = self.reached.len();
        let point = unit * self.reached[n - 1];
        // The product can round into the next step, whose first example may lie beyond the point.
        let mut i = self.first[step];
        while i > 0 && self.reached[i - 1] > point {
            i -= 1;
        }
        while i + 1 < n && self.reached[i] <= point {
            i += 1;
        }
        i
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn streams_of_a_seed_differ_and_repeat() {
        let first = |seed, stream| Chance::new(seed, stream).unit();
        assert_eq!(first(7, 0), first(7, 0));
        assert_ne!(first(7, 0), first(7, 1));
        assert_ne!(first(7, 0), first(8, 0));
    }

    #[test]
    fn equal_weights_draw_each_example_once() {
        let drawn = systematic(&[0.1; 50], sum(&[0.1; 50]), &mut Chance::new(3, 0));
        assert_eq!(drawn, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn a_rhythm_in_the_weights_hides_nothing_from_stratified_draws() {
        let weights: Vec<f64> = (0..2_000).map(|i| if i % 2 == 0 { 1.0 } else { 0.1 }).collect();
        let light = |drawn: Vec<usize>| drawn.iter().filter(|i| **i % 2 == 1).count();
        let evenly = light(systematic(&weights, sum(&weights), &mut Chance::new(1, 0)));
        let anywhere = light(stratified(&weights, &mut Chance::new(1, 0)));
        assert!(evenly < 20, "{evenly}: evenly spaced points beat in time with the weights");
        assert!((150..215).contains(&anywhere), "{anywhere}, 182 are their share");
        assert_eq!(stratified(&[1.0; 9], &mut Chance::new(3, 1)), (0..9).collect::<Vec<_>>());
    }

    #[test]
    fn an_urn_gives_each_example_its_share() {
        let weights = [0.5, 0.25, 0.05, 0.2];
        let (urn, mut chance) = (Urn::new(&weights), Chance::new(11, 0));
        let mut counts = [0_u32; 4];
        for _ in 0..40_000 {
            counts[urn.draw(&mut chance)] += 1;
        }
        for (count, weight) in counts.iter().zip(weights) {
            let share = f64::from(*count) / 40_000.0;
            assert!((share - weight).abs() < 0.01, "{share} for {weight}");
        }
    }

    proptest! {
        #[test]
        fn systematic_draws_are_floor_or_ceil_of_the_share(
            weights in prop::collection::vec(0.001_f64..1.0, 1..80), seed: u64
        ) {
            let total = sum(&weights);
            let drawn = systematic(&weights, total, &mut Chance::new(seed, 0));
            prop_assert_eq!(drawn.len(), weights.len());
            for (i, w) in weights.iter().enumerate() {
                let share = weights.len() as f64 * w / total;
                let count = drawn.iter().filter(|d| **d == i).count() as f64;
                prop_assert!((count - share).abs() < 1.0 + 1e-9, "{} draws for {}", count, share);
            }
        }

        #[test]
        fn stratified_draws_are_the_share_but_for_one(
            weights in prop::collection::vec(0.001_f64..1.0, 1..80), seed: u64
        ) {
            let drawn = stratified(&weights, &mut Chance::new(seed, 0));
            prop_assert!(drawn.len() == weights.len() && drawn.is_sorted());
            for (i, w) in weights.iter().enumerate() {
                let share = weights.len() as f64 * w / sum(&weights);
                let count = drawn.iter().filter(|d| **d == i).count() as f64;
                prop_assert!((count - share).abs() < 2.0 + 1e-9, "{} draws for {}", count, share);
            }
        }

        #[test]
        fn an_urn_inverts_the_running_sum(
            weights in prop::collection::vec(0.001_f64..1.0, 1..80), seed: u64
        ) {
            let ones = vec![1.0; weights.len()];
            for weights in [&weights, &ones] {
                let i = Urn::new(weights).draw(&mut Chance::new(seed, 0));
                let point = Chance::new(seed, 0).unit() * sum(weights);
                let mut reached = 0.0;
                let plain = weights.iter().position(|w| {
                    reached += w;
                    reached > point
                });
                prop_assert_eq!(i, plain.unwrap_or(weights.len() - 1));
            }
        }

        #[test]
        fn a_bounded_draw_stays_below_its_bound(seed: u64, bound in 1_usize..1000) {
            prop_assert!(Chance::new(seed, 0).below(bound) < bound);
        }
    }
}
