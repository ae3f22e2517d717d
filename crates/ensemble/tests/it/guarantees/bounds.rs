//! What a game came to, against what it may come to.

use super::game::Round;

/// What sums of a few hundred losses, and weights held at 1e-12, may lose.
pub(crate) const ROUNDING: f64 = 1e-9;

fn experts(game: &[Round]) -> usize {
    game.first().map_or(0, |round| round.scene.advice.len())
}

/// The largest regret discounted by `gamma` at any time against any expert over the rounds it was
/// awake in.
pub(crate) fn regret_max(game: &[Round], gamma: f64) -> f64 {
    let mut worst = f64::NEG_INFINITY;
    let mut regrets = vec![0.0; experts(game)];
    for round in game {
        for (k, regret) in regrets.iter_mut().enumerate() {
            *regret = gamma * *regret + round.regret(k).unwrap_or(0.0);
            worst = worst.max(*regret);
        }
    }
    worst
}

/// `regret_max` over the bound `ln(K) / 2`.
pub(crate) fn over_best_expert(game: &[Round], gamma: f64) -> f64 {
    regret_max(game, gamma) - (experts(game) as f64).ln() / 2.0
}

/// The largest mean over experts of `exp(2 regret)` at any time, less 1: never above 0, from which
/// the bound for every single expert follows, and for every mixture of them.
pub(crate) fn over_potential(game: &[Round], gamma: f64) -> f64 {
    let mut worst = f64::NEG_INFINITY;
    let mut regrets = vec![0.0; experts(game)];
    for round in game {
        for (k, regret) in regrets.iter_mut().enumerate() {
            *regret = gamma * *regret + round.regret(k).unwrap_or(0.0);
        }
        let sum: f64 = regrets.iter().map(|regret| (2.0 * regret).exp()).sum();
        worst = worst.max(sum / regrets.len() as f64);
    }
    worst - 1.0
}

/// The regret against the best sequence of experts with exactly m switches, over its price, at
/// any time and for every m up to `switches`.
///
/// `most[m][k]` is the largest regret against sequences with m switches that end with expert k.
pub(crate) fn over_best_sequence(game: &[Round], alpha: f64, switches: usize) -> f64 {
    let k = experts(game);
    let mut most = vec![vec![f64::NEG_INFINITY; k]; switches + 1];
    let mut worst = f64::NEG_INFINITY;
    for (t, round) in game.iter().enumerate() {
        most = match t {
            0 => begin(&most),
            _ => most.iter().enumerate().map(|(m, stay)| extend(stay, m, &most)).collect(),
        };
        for row in &mut most {
            for (k, regret) in row.iter_mut().enumerate() {
                *regret += round.regret(k).unwrap_or(0.0);
            }
        }
        for (m, row) in most.iter().enumerate().take(t + 1) {
            let regret = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            worst = worst.max(regret - price(k, alpha, t + 1, m));
        }
    }
    worst
}

fn begin(most: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut most = most.to_vec();
    most[0].fill(0.0);
    most
}

/// Sequences one round longer: the same expert again, or another after one switch less.
fn extend(stay: &[f64], m: usize, most: &[Vec<f64>]) -> Vec<f64> {
    let others = |k: usize| {
        let before = m.checked_sub(1).map_or(&[][..], |m| &most[m]);
        let others = before.iter().enumerate().filter(move |(j, _)| *j != k);
        others.map(|(_, regret)| *regret).fold(f64::NEG_INFINITY, f64::max)
    };
    stay.iter().enumerate().map(|(k, regret)| regret.max(others(k))).collect()
}

/// `(1/2) [ln K + m ln((K - 1) / alpha) + (T - 1 - m) ln(1 / (1 - alpha))]`.
fn price(experts: usize, alpha: f64, rounds: usize, switches: usize) -> f64 {
    let (k, m) = (experts as f64, switches as f64);
    let stays = rounds as f64 - 1.0 - m;
    let switching = if switches == 0 { 0.0 } else { m * ((k - 1.0) / alpha).ln() };
    (k.ln() + switching - stays * (1.0 - alpha).ln()) / 2.0
}

#[cfg(test)]
mod tests {
    use super::super::game::{Dice, Scene};
    use super::*;

    /// All sequences of experts, one by one.
    fn enumerated(game: &[Round], alpha: f64) -> f64 {
        let (k, rounds) = (experts(game), game.len());
        let mut worst = f64::NEG_INFINITY;
        for length in 1..=rounds {
            for code in 0..k.pow(u32::try_from(length).unwrap()) {
                let at = |t: usize| code / k.pow(u32::try_from(t).unwrap()) % k;
                let switches = (1..length).filter(|&t| at(t) != at(t - 1)).count();
                let regret: f64 = (0..length).map(|t| game[t].regret(at(t)).unwrap_or(0.0)).sum();
                worst = worst.max(regret - price(k, alpha, length, switches));
            }
        }
        worst
    }

    #[test]
    fn the_best_sequence_is_found_as_by_trying_all_of_them() {
        let mut dice = Dice::new(5);
        for _ in 0..40 {
            let game: Vec<_> = (0..7)
                .map(|_| Round {
                    scene: Scene {
                        advice: (0..3).map(|_| dice.chance(0.8).then(|| dice.unit())).collect(),
                        regime: 0,
                        weight: 1.0,
                    },
                    forecast: Some(dice.unit()),
                    won: dice.chance(0.5),
                })
                .collect();
            let (fast, slow) = (over_best_sequence(&game, 0.1, 6), enumerated(&game, 0.1));
            assert!((fast - slow).abs() < 1e-12, "{fast} {slow}");
        }
    }
}
