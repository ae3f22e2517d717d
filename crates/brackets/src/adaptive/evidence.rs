//! What outcomes say of each candidate, and how sure that is.

use serde::{Deserialize, Serialize};

use super::{AdaptiveConfig, CANDIDATES, FanOutcome, candidate_r};

/// Readings of one outcome per candidate: one, won, gain, loss.
const READINGS: usize = 4;
const WIDTH: usize = CANDIDATES * READINGS;

/// Decayed, weighted moments of the outcomes of all candidates.
///
/// Growth is a smooth function of three means per candidate, so the variance of a difference in
/// growth needs the second moments of the readings of any pair. Each reading is carried with the
/// square root of its weight: the product of two of one candidate then has that candidate's
/// weight, and the first reading's products are the sums.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Evidence {
    /// Sums of products of readings: the lower triangle by rows.
    products: Vec<f64>,
    /// Weighted counts of time-outs.
    time_outs: [f64; CANDIDATES],
    sessions: f64,
    symbols: f64,
}

/// What is known of one candidate, prior included unless a field says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Target distance in stop distances.
    pub r_multiple: f64,
    /// Probability of a profit after costs.
    pub p: f64,
    /// Mean win in units of planned risk.
    pub mean_win: f64,
    /// Mean loss in units of planned risk, > 0.
    pub mean_loss: f64,
    /// Effective outcomes: uniqueness, decay and shared movement counted, without the prior.
    pub n: f64,
    /// Share of outcomes that ended by time, without the prior; 0 without outcomes.
    pub time_outs: f64,
    /// Kelly fraction of equity at risk, 0 without an edge.
    pub kelly: f64,
    /// Expected log growth per outcome at that fraction, >= 0.
    pub growth: f64,
}

impl Evidence {
    pub(super) fn new() -> Self {
        Self {
            products: vec![0.0; WIDTH * (WIDTH + 1) / 2],
            time_outs: [0.0; CANDIDATES],
            sessions: 0.0,
            symbols: 0.0,
        }
    }

    /// One session of decay.
    pub(super) fn next_session(&mut self, half_life: f64, symbols: u32) {
        let keep = 0.5_f64.powf(1.0 / half_life);
        for sum in self.products.iter_mut().chain(&mut self.time_outs) {
            *sum *= keep;
        }
        if symbols > 0 {
            self.sessions += 1.0;
            self.symbols += f64::from(symbols);
        }
    }

    pub(super) fn learn(&mut self, outcome: &FanOutcome) {
        let mut readings = [0.0; WIDTH];
        let weighted = outcome.net_r.iter().zip(outcome.uniqueness);
        for (of_candidate, (net, weight)) in readings.chunks_mut(READINGS).zip(weighted) {
            let root = weight.sqrt();
            of_candidate.copy_from_slice(&read(*net).map(|reading| root * reading));
        }
        let mut product = self.products.iter_mut();
        for (i, a) in readings.iter().enumerate() {
            for (b, sum) in readings[..=i].iter().zip(&mut product) {
                *sum += a * b;
            }
        }
        for (i, sum) in self.time_outs.iter_mut().enumerate() {
            *sum += outcome.uniqueness[i] * f64::from(outcome.timed_out >> i & 1);
        }
    }

    /// What the weight of an outcome is divided by, for what symbols share.
    fn shared(&self, config: &AdaptiveConfig) -> f64 {
        let symbols = if self.sessions > 0.0 { self.symbols / self.sessions } else { 1.0 };
        1.0 + config.shared_movement * (symbols - 1.0)
    }

    /// Every candidate, shrunk towards pseudo-outcomes at the row's own R that break even.
    pub(super) fn candidates(&self, own_r: f64, config: &AdaptiveConfig) -> Vec<Candidate> {
        let prior = config.prior_outcomes;
        let prior_wins = prior / (1.0 + own_r);
        let prior_losses = prior - prior_wins;
        let of = |i: usize| {
            let [n, won, gain, loss] = [0, 1, 2, 3].map(|k| self.sum(i, k) / self.shared(config));
            let (wins, losses) = (won + prior_wins, n - won + prior_losses);
            let p = wins / (wins + losses);
            let mean_win = (gain + prior_wins * own_r) / wins;
            let mean_loss = (loss + prior_losses) / losses;
            let kelly = (p / mean_loss - (1.0 - p) / mean_win).max(0.0);
            let weight = self.sum(i, 0);
            Candidate {
                r_multiple: candidate_r(i),
                p,
                mean_win,
                mean_loss,
                n,
                time_outs: if weight > 0.0 { self.time_outs[i] / weight } else { 0.0 },
                kelly,
                growth: growth(p, mean_win, mean_loss, kelly),
            }
        };
        (0..CANDIDATES).map(of).collect()
    }

    /// Standard error of the difference in growth between two candidates, as shrunk; infinite
    /// without outcomes.
    ///
    /// Each outcome is given the log growth that it adds to first order, and counts as many times
    /// as its weight says; both candidates were asked about the same decisions, so what they gain
    /// together cancels.
    pub(super) fn standard_error(
        &self,
        best: (usize, &Candidate),
        other: (usize, &Candidate),
        config: &AdaptiveConfig,
    ) -> f64 {
        if best.1.n <= 0.0 || other.1.n <= 0.0 {
            return f64::INFINITY;
        }
        let plus = self.influence(best, config);
        let minus = self.influence(other, config).map(|(at, factor)| (at, -factor));
        let terms = [plus, minus].concat();
        let mut variance = 0.0;
        for (x, factor_x) in &terms {
            for (y, factor_y) in &terms {
                variance += factor_x * factor_y * self.product(*x, *y);
            }
        }
        (variance.max(0.0) * self.shared(config)).sqrt()
    }

    /// What an outcome adds to the growth of its candidate, as factors of its readings.
    fn influence(
        &self,
        (i, candidate): (usize, &Candidate),
        config: &AdaptiveConfig,
    ) -> [(usize, f64); READINGS] {
        let weight = self.sum(i, 0);
        let [won, gain, loss] = slopes(candidate);
        let mean = |k: usize| self.sum(i, k) / weight;
        let centre = -(won * mean(1) + gain * mean(2) + loss * mean(3));
        let shrunk = candidate.n / (candidate.n + config.prior_outcomes);
        let factors = [centre, won, gain, loss];
        [0, 1, 2, 3].map(|k| (READINGS * i + k, factors[k] * shrunk / weight))
    }

    /// Weighted sum of reading `k` of a candidate.
    fn sum(&self, candidate: usize, k: usize) -> f64 {
        self.product(READINGS * candidate, READINGS * candidate + k)
    }

    fn product(&self, x: usize, y: usize) -> f64 {
        let (low, high) = (x.min(y), x.max(y));
        self.products[high * (high + 1) / 2 + low]
    }
}

/// One, won, gain and loss of a net result; nothing gained is a loss of nothing.
fn read(net_r: f64) -> [f64; READINGS] {
    if net_r > 0.0 { [1.0, 1.0, net_r, 0.0] } else { [1.0, 0.0, 0.0, -net_r] }
}

/// p ln(1 + f W) + (1 - p) ln(1 - f L).
fn growth(p: f64, win: f64, loss: f64, f: f64) -> f64 {
    p * (f * win).ln_1p() + (1.0 - p) * (-f * loss).ln_1p()
}

/// How the log growth that an outcome adds changes with won, gain and loss, to first order around
/// the candidate's means. The Kelly fraction is where growth is flat, so it does not enter.
fn slopes(candidate: &Candidate) -> [f64; 3] {
    let Candidate { mean_win: w, mean_loss: l, kelly: f, .. } = *candidate;
    let (gain, loss) = (f / (1.0 + f * w), f / (1.0 - f * l));
    let won = (f * w).ln_1p() - gain * w;
    let lost = (-f * l).ln_1p() + loss * l;
    [won - lost, gain, -loss]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn growth_at_the_kelly_fraction_is_the_published_one() {
        // p = .55 at 1.5 to 1: a quarter of wealth, growth .045693.
        let f = 0.55 - 0.45 / 1.5;
        assert!((f - 0.25_f64).abs() < 1e-12);
        assert!((growth(0.55, 1.5, 1.0, f) - 0.045_693).abs() < 5e-7);
    }

    proptest! {
        #[test]
        fn no_other_fraction_grows_faster(
            p in 0.05_f64..0.95, win in 0.2_f64..4.0, loss in 0.2_f64..2.0, other in 0.0_f64..1.0,
        ) {
            let f = (p / loss - (1.0 - p) / win).max(0.0);
            let best = growth(p, win, loss, f);
            prop_assert!(best >= growth(p, win, loss, other * 0.999 / loss) - 1e-12);
            prop_assert!(best >= 0.0);
        }

        #[test]
        fn slopes_are_how_growth_answers_to_one_more_outcome(
            results in proptest::collection::vec(-1.3_f64..2.5, 40..80), extra in -1.3_f64..2.5,
        ) {
            // A little of one outcome more, and nothing of a prior to speak of.
            let config = AdaptiveConfig {
                prior_outcomes: 1e-9, shared_movement: 0.0, ..AdaptiveConfig::default()
            };
            let outcome = |net: f64, uniqueness: f64| FanOutcome {
                decided: "2005-02-28".parse().unwrap(),
                symbol: "ACME".parse().unwrap(),
                uniqueness: [uniqueness; CANDIDATES],
                net_r: [net; CANDIDATES],
                timed_out: 0,
            };
            let mut evidence = Evidence::new();
            for net in &results {
                evidence.learn(&outcome(*net, 1.0));
            }
            let before = evidence.candidates(1.5, &config)[0];
            prop_assume!(before.kelly > 0.02 && before.kelly * before.mean_loss < 0.9);
            let slope = slopes(&before);
            let mean = [1, 2, 3].map(|k| evidence.sum(0, k) / evidence.sum(0, 0));
            let step = 1e-6 * results.len() as f64;
            evidence.learn(&outcome(extra, step));
            let after = evidence.candidates(1.5, &config)[0];
            let reading = read(extra);
            let moved: f64 = (0..3).map(|k| slope[k] * (reading[k + 1] - mean[k])).sum();
            let wanted = moved * 1e-6;
            let found = after.growth - before.growth;
            prop_assert!((found - wanted).abs() < 1e-3 * wanted.abs() + 1e-10, "{found} {wanted}");
        }
    }
}
