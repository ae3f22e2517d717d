//! Players, worlds, and the record of a game.

use proptest::prelude::*;

/// One round before its outcome.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    /// What each expert says; `None` asleep.
    pub(crate) advice: Vec<Option<f64>>,
    /// The regime, known to everyone.
    pub(crate) regime: u8,
    /// How much of a loss the outcome counts, in (0, 1].
    pub(crate) weight: f64,
}

/// A round as it was played.
#[derive(Debug, Clone)]
pub(crate) struct Round {
    pub(crate) scene: Scene,
    pub(crate) forecast: Option<f64>,
    pub(crate) won: bool,
}

impl Round {
    /// The player's loss; 0 when it had nothing to say.
    pub(crate) fn own(&self) -> f64 {
        self.forecast.map_or(0.0, |p| self.loss(p))
    }

    /// By how much the player lost more than an expert that was awake.
    pub(crate) fn regret(&self, expert: usize) -> Option<f64> {
        self.scene.advice[expert].map(|p| self.own() - self.loss(p))
    }

    /// The weighted squared loss of a probability.
    pub(crate) fn loss(&self, p: f64) -> f64 {
        self.scene.weight * loss(p, self.won)
    }
}

pub(crate) fn loss(p: f64, won: bool) -> f64 {
    (p - f64::from(u8::from(won))).powi(2)
}

/// Forecasts and learns, in turn.
pub(crate) trait Player {
    fn forecast(&mut self, scene: &Scene) -> Option<f64>;
    fn learn(&mut self, scene: &Scene, won: bool);
}

/// How experts speak and how outcomes come about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum World {
    /// Anything.
    Noise,
    /// Each expert is right with a chance of its own.
    Skilled,
    /// The best expert changes every so often.
    Shifting,
    /// Experts say 0 and 1 in turn; the outcome contradicts the forecast.
    Contrary,
    /// Experts say anything, often 0 or 1; the outcome is what hurts the player most against all
    /// experts together.
    Spiteful,
    /// As `Spiteful`, with the worst for a player that shall regret one expert only.
    Tempting,
}

pub(crate) const WORLDS: [World; 6] = [
    World::Noise,
    World::Skilled,
    World::Shifting,
    World::Contrary,
    World::Spiteful,
    World::Tempting,
];

/// All that a game needs to be played again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table {
    pub(crate) world: World,
    pub(crate) seed: u64,
    pub(crate) experts: usize,
    pub(crate) rounds: usize,
    /// Experts fall asleep for stretches.
    pub(crate) naps: bool,
    /// Outcomes count less than 1.
    pub(crate) light: bool,
    /// Regret fades by this factor a round in the eyes of a rigged world.
    pub(crate) gamma: f64,
}

impl Table {
    pub(crate) const fn new(world: World, seed: u64, experts: usize, rounds: usize) -> Self {
        Self { world, seed, experts, rounds, naps: false, light: false, gamma: 1.0 }
    }
}

/// Any game with up to `experts` experts that never sleep.
pub(crate) fn tables(experts: usize, rounds: usize) -> impl Strategy<Value = Table> {
    let world = prop::sample::select(WORLDS.to_vec());
    (world, any::<u64>(), 1..=experts, 1..=rounds)
        .prop_map(|(world, seed, experts, rounds)| Table::new(world, seed, experts, rounds))
}

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In 0..1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.bits() % n as u64).unwrap()
    }
}

/// Plays a whole game.
pub(crate) fn play(table: &Table, player: &mut impl Player) -> Vec<Round> {
    let mut dealer = Dealer::new(*table);
    let mut played = Vec::with_capacity(table.rounds);
    for t in 0..table.rounds {
        let (scene, fair) = dealer.scene(t);
        let forecast = player.forecast(&scene);
        let won = dealer.outcome(&scene, forecast, fair);
        player.learn(&scene, won);
        let round = Round { scene, forecast, won };
        dealer.remember(&round);
        played.push(round);
    }
    played
}

struct Dealer {
    table: Table,
    dice: Dice,
    /// The player's regret against each expert.
    regrets: Vec<f64>,
    skill: Vec<f64>,
    napping: Vec<bool>,
    regime: u8,
}

impl Dealer {
    fn new(table: Table) -> Self {
        let mut dice = Dice::new(table.seed);
        let skill = (0..table.experts).map(|_| dice.unit()).collect();
        let napping = vec![false; table.experts];
        Self { regrets: vec![0.0; table.experts], table, dice, skill, napping, regime: 0 }
    }

    /// What is said in round t, and how it ends where nobody rigs it.
    fn scene(&mut self, t: usize) -> (Scene, bool) {
        let fair = self.dice.chance(0.5);
        if self.dice.chance(0.05) {
            self.regime = u8::try_from(self.dice.below(4)).unwrap();
        }
        if self.table.world == World::Shifting && self.dice.chance(0.04) {
            let (a, b) = (self.dice.below(self.skill.len()), self.dice.below(self.skill.len()));
            self.skill.swap(a, b);
        }
        let weight = if self.table.light { 0.05 + 0.95 * self.dice.unit() } else { 1.0 };
        let advice = (0..self.table.experts).map(|k| self.says(k, t, fair)).collect();
        (Scene { advice, regime: self.regime, weight }, fair)
    }

    fn says(&mut self, k: usize, t: usize, fair: bool) -> Option<f64> {
        if self.table.naps && self.dice.chance(0.08) {
            self.napping[k] = !self.napping[k];
        }
        let p = match self.table.world {
            World::Noise => self.dice.unit(),
            World::Skilled | World::Shifting => {
                let right = self.dice.chance(self.skill[k]);
                let sure = 0.5 + 0.5 * self.dice.unit();
                if right == fair { sure } else { 1.0 - sure }
            }
            World::Contrary => [0.0, 1.0][(k + t / 64) % 2],
            World::Spiteful | World::Tempting => match self.dice.below(3) {
                0 => 0.0,
                1 => 1.0,
                _ => self.dice.unit(),
            },
        };
        (!self.napping[k]).then_some(p)
    }

    fn outcome(&self, scene: &Scene, forecast: Option<f64>, fair: bool) -> bool {
        let Some(p) = forecast else { return fair };
        match self.table.world {
            World::Noise | World::Skilled | World::Shifting => fair,
            World::Contrary => p < 0.5,
            World::Spiteful => self.hurt(scene, p, true, 2.0) > self.hurt(scene, p, false, 2.0),
            World::Tempting => self.hurt(scene, p, true, 40.0) > self.hurt(scene, p, false, 40.0),
        }
    }

    /// The regrets after an outcome, as one number: the larger `eta`, the more of it is the
    /// largest.
    fn hurt(&self, scene: &Scene, p: f64, won: bool, eta: f64) -> f64 {
        let after = self.regrets.iter().zip(&scene.advice).map(|(regret, said)| {
            let more = said.map_or(0.0, |said| scene.weight * (loss(p, won) - loss(said, won)));
            eta * (self.table.gamma * regret + more)
        });
        let highest = after.clone().fold(f64::NEG_INFINITY, f64::max);
        highest + after.map(|r| (r - highest).exp()).sum::<f64>().ln()
    }

    fn remember(&mut self, round: &Round) {
        for (k, regret) in self.regrets.iter_mut().enumerate() {
            *regret = self.table.gamma * *regret + round.regret(k).unwrap_or(0.0);
        }
    }
}
