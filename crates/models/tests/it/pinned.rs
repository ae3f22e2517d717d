//! Artefacts of the product's members on two seeded sets, pinned to the bit.
//!
//! A bot replays its past from these members: a learner made faster must grow the same trees.

use tradebot_domain::{Date, Regime};
use tradebot_models::{LearnedKind, TrainingSet, fit};

/// A generator of its own (SplitMix64, Steele et al. 2014), so that no change to the crate's own
/// draws can move the examples.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Mean 0, spread 1, bell-shaped: a sum of twelve uniforms.
    fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

/// Uniform features, a weak signal, weights of three kinds.
fn made_up() -> TrainingSet {
    let mut draws = Draws(7);
    let mut set = TrainingSet::new(6);
    for i in 0..1_500 {
        let x: Vec<f64> = (0..6).map(|_| 2.0 * draws.unit() - 1.0).collect();
        let won = draws.unit() < 0.45 + 0.2 * x[0] * x[1] + 0.1 * x[2];
        let weight = [0.07, 0.4, 1.0][i % 3];
        set.push(Date::constant(2010, 1, 4), &x, Regime::ALL[i % 5], won, weight);
    }
    set
}

/// Prices to the cent that wander, features of their past with many ties and one that never
/// varies, overlapping outcomes ten sessions ahead. Sums, products and quotients only.
fn from_prices() -> TrainingSet {
    let mut draws = Draws(2_026);
    let (mut price, mut spread) = (40.0, 0.01);
    let prices: Vec<f64> = (0..4_000)
        .map(|_| {
            let step = spread * draws.bell();
            price *= 1.0 + 0.0002 + step;
            spread = (0.94 * spread * spread + 0.06 * step * step).sqrt().clamp(0.004, 0.04);
            (price * 100.0).round() / 100.0
        })
        .collect();
    let change = |t: usize, k: usize| prices[t] / prices[t - k] - 1.0;
    let mut set = TrainingSet::new(12);
    for t in 60..prices.len() - 10 {
        let mean = |k: usize| prices[t + 1 - k..=t].iter().sum::<f64>() / k as f64;
        let ups = (0..14).filter(|k| change(t - k, 1) > 0.0).count();
        let range = prices[t - 19..=t]
            .iter()
            .fold((f64::MAX, f64::MIN), |(low, high), p| (low.min(*p), high.max(*p)));
        let x = [
            change(t, 1),
            change(t, 5),
            change(t, 20),
            change(t, 60),
            prices[t] / mean(10) - 1.0,
            prices[t] / mean(50) - 1.0,
            ups as f64,
            (change(t, 3) * 200.0).round(),
            (prices[t] - range.0) / (range.1 - range.0),
            if change(t, 1) > 0.0 { 1.0 } else { -0.0 },
            (t % 5) as f64,
            3.5,
        ];
        let row = if change(t, 20).abs() > 0.1 { Regime::ALL[t / 7 % 2] } else { Regime::ALL[2] };
        let weight = 0.1 + 0.05 * draws.unit();
        set.push(Date::constant(2011, 5, 2), &x, row, prices[t + 10] > prices[t], weight);
    }
    set
}

fn digest(kind: LearnedKind, set: &TrainingSet, seed: u64) -> String {
    let bytes = fit(kind, set, seed).unwrap().to_bytes();
    blake3::hash(&bytes).to_hex()[..32].to_owned()
}

#[test]
fn the_product_s_members_keep_their_bits() {
    let sets = [made_up(), from_prices()];
    let forests = sets.iter().flat_map(|set| [3, 42].map(|s| digest(LearnedKind::Forest, set, s)));
    let bayes = sets.iter().map(|set| digest(LearnedKind::NaiveBayes, set, 42));
    let found: Vec<String> = forests.chain(bayes).collect();
    let pinned = [
        "0fc41ac75e7ccb75338aab077d1e50c1",
        "9f4ecaa3f2c37e2795e19abe0898423f",
        "f30da30b38d6747df41e6f1c44221419",
        "a8db136e11d2976de1e00dffc6c7da20",
        "e244954efdb38a1fdf385f23b7afd527",
        "b90cf02abe4da56d2ec6383ebd60900d",
    ];
    assert_eq!(found, pinned);
}
