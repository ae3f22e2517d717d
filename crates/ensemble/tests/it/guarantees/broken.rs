//! Implementations with one plausible mistake each. The harness has to catch every one: a bound
//! that a wrong implementation keeps tests nothing.

use tradebot_ensemble::pool;

use super::bounds::{ROUNDING, over_best_expert, over_best_sequence};
use super::game::{Player, Round, Scene, Table, WORLDS, loss, play};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Mistake {
    None,
    /// The weighted mean instead of the substitution function.
    LinearPool,
    /// Log odds are averaged instead.
    LogPool,
    /// The substitution with the outcomes interchanged.
    Reversed,
    /// Weights move half as fast as the forecast assumes.
    UpdateTooSlow,
    /// Both rates are beyond what the loss allows.
    RateTooHigh,
    /// The absolute loss instead of the squared one.
    AbsoluteLoss,
    /// Who sleeps is charged as if it had said one half.
    SleepersDecay,
    /// Who sleeps is charged nothing, and gains on those that are charged.
    SleepersUncharged,
    /// Who sleeps says one half.
    SleepersSpeak,
    /// Weights are multiplied by gamma, which normalising undoes.
    DiscountMultiplied,
    /// Weights are not shared at all.
    ShareForgotten,
}

/// The textbook, with plain weights, and a mistake.
struct Textbook {
    mistake: Mistake,
    weights: Vec<f64>,
    gamma: f64,
    alpha: f64,
}

impl Textbook {
    fn new(mistake: Mistake, experts: usize, gamma: f64, alpha: f64) -> Self {
        Self { mistake, weights: vec![1.0 / experts as f64; experts], gamma, alpha }
    }

    fn eta(&self) -> f64 {
        if self.mistake == Mistake::RateTooHigh { 6.0 } else { 2.0 }
    }

    fn awake(&self, scene: &Scene) -> Vec<(f64, f64)> {
        let default = (self.mistake == Mistake::SleepersSpeak).then_some(0.5);
        let said = scene.advice.iter().map(|p| p.or(default));
        let awake: Vec<_> = said.zip(&self.weights).filter_map(|(p, w)| Some((p?, *w))).collect();
        let total: f64 = awake.iter().map(|(_, w)| w).sum();
        awake.into_iter().map(|(p, w)| (p, w / total)).collect()
    }

    fn charged(&self, p: f64, won: bool) -> f64 {
        let rate = if self.mistake == Mistake::UpdateTooSlow { 0.5 } else { self.eta() };
        let lost =
            if self.mistake == Mistake::AbsoluteLoss { loss(p, won).sqrt() } else { loss(p, won) };
        (-rate * lost).exp()
    }

    fn share(&mut self) {
        let alpha = if self.mistake == Mistake::ShareForgotten { 0.0 } else { self.alpha };
        let others = self.weights.len() as f64 - 1.0;
        if others > 0.0 {
            for w in &mut self.weights {
                *w = (1.0 - alpha) * *w + alpha / others * (1.0 - *w);
            }
        }
    }
}

impl Player for Textbook {
    fn forecast(&mut self, scene: &Scene) -> Option<f64> {
        let awake = self.awake(scene);
        let (p, w): (Vec<f64>, Vec<f64>) = awake.iter().copied().unzip();
        if p.is_empty() {
            return None;
        }
        let eta = self.eta();
        let mixed = |won: bool| {
            let sum: f64 = awake.iter().map(|(p, w)| w * (-eta * loss(*p, won)).exp()).sum();
            -sum.ln() / eta
        };
        let lean = mixed(false) - mixed(true);
        Some(match self.mistake {
            Mistake::LinearPool => pool::linear(&p, &w),
            Mistake::LogPool => pool::logarithmic(&p, &w),
            Mistake::Reversed => (0.5 - 0.5 * lean).clamp(0.0, 1.0),
            _ => (0.5 + 0.5 * lean).clamp(0.0, 1.0),
        })
    }

    fn learn(&mut self, scene: &Scene, won: bool) {
        if self.awake(scene).is_empty() {
            return;
        }
        if self.mistake != Mistake::DiscountMultiplied {
            self.weights.iter_mut().for_each(|w| *w = w.powf(self.gamma));
        }
        let pooled: f64 = self.awake(scene).iter().map(|(p, w)| w * self.charged(*p, won)).sum();
        let asleep = match self.mistake {
            Mistake::SleepersDecay => self.charged(0.5, won),
            Mistake::SleepersUncharged => 1.0,
            _ => pooled,
        };
        let default = (self.mistake == Mistake::SleepersSpeak).then_some(0.5);
        for k in 0..self.weights.len() {
            let factor = scene.advice[k].or(default).map_or(asleep, |p| self.charged(p, won));
            self.weights[k] *= factor;
        }
        let total: f64 = self.weights.iter().sum();
        self.weights.iter_mut().for_each(|w| *w = (*w / total).max(1e-12));
        self.share();
    }
}

/// What a set of games asks of a player.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Guarantee {
    BestExpert,
    Discounted { gamma: f64 },
    BestSequence { alpha: f64 },
    WhileAwake,
}

/// The worst slack of all games: above 0 is caught.
fn worst(mistake: Mistake, guarantee: Guarantee) -> f64 {
    let (gamma, alpha) = match guarantee {
        Guarantee::Discounted { gamma } => (gamma, 0.0),
        Guarantee::BestSequence { alpha } => (1.0, alpha),
        _ => (1.0, 0.0),
    };
    let slack = |game: &[Round]| match guarantee {
        Guarantee::BestSequence { alpha } => over_best_sequence(game, alpha, 12),
        _ => over_best_expert(game, gamma),
    };
    let mut worst = f64::NEG_INFINITY;
    for world in WORLDS {
        for seed in 0..12 {
            let experts = 2 + usize::try_from(seed).unwrap() % 4;
            let naps = guarantee == Guarantee::WhileAwake;
            let table = Table { naps, gamma, ..Table::new(world, seed, experts, 300) };
            let game = play(&table, &mut Textbook::new(mistake, experts, gamma, alpha));
            worst = worst.max(slack(&game));
        }
    }
    worst
}

const DISCOUNTED: Guarantee = Guarantee::Discounted { gamma: 0.95 };
const SEQUENCE: Guarantee = Guarantee::BestSequence { alpha: 0.05 };

#[test]
fn without_a_mistake_the_textbook_keeps_every_guarantee() {
    for guarantee in [Guarantee::BestExpert, DISCOUNTED, SEQUENCE, Guarantee::WhileAwake] {
        let worst = worst(Mistake::None, guarantee);
        assert!(worst <= ROUNDING, "{guarantee:?}: {worst}");
    }
}

#[test]
fn every_mistake_is_caught() {
    let caught_by = [
        (Mistake::LinearPool, Guarantee::BestExpert),
        (Mistake::LogPool, Guarantee::BestExpert),
        (Mistake::Reversed, Guarantee::BestExpert),
        (Mistake::UpdateTooSlow, Guarantee::BestExpert),
        (Mistake::RateTooHigh, Guarantee::BestExpert),
        (Mistake::AbsoluteLoss, Guarantee::BestExpert),
        (Mistake::SleepersDecay, Guarantee::WhileAwake),
        (Mistake::SleepersUncharged, Guarantee::WhileAwake),
        (Mistake::SleepersSpeak, Guarantee::WhileAwake),
        (Mistake::DiscountMultiplied, DISCOUNTED),
        (Mistake::ShareForgotten, SEQUENCE),
    ];
    for (mistake, guarantee) in caught_by {
        let worst = worst(mistake, guarantee);
        assert!(worst > 0.02, "{mistake:?} passes {guarantee:?}: {worst}");
    }
}
