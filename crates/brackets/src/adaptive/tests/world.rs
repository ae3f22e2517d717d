//! Small worlds in which it is known which R is best.

use super::super::*;

/// SplitMix64: enough chance for a test, the same everywhere.
#[derive(Clone)]
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A bar of a walk without drift, `sd` a session, in four steps.
    pub(super) fn bar(&mut self, date: Moment, close: f64, sd: f64) -> Bar {
        let mut prices = [close; 5];
        for i in 1..5 {
            // A sum of three uniforms is bell-shaped enough; half a session's variance a step.
            let bell: f64 = (0..3).map(|_| 2.0 * self.uniform() - 1.0).sum();
            prices[i] = prices[i - 1] * (0.5 * sd * bell).exp();
        }
        let [_, open, a, b, last] = prices;
        let all = [open, a, b, last];
        let high = all.iter().copied().fold(f64::MIN, f64::max);
        let low = all.iter().copied().fold(f64::MAX, f64::min);
        bar(date, [open, high, low, last])
    }
}

/// What follows a decision.
#[derive(Debug, Clone, Copy)]
pub(super) enum Path {
    /// Half of the prices run away beyond 3 R, the others fall to the stop.
    HalfRunAway,
    /// Seven in ten rise to this many R and fall back to the stop.
    TurnBackAt(f64),
    /// A random walk, decided on every day.
    Noise,
}

pub(super) fn symbol(name: &str) -> Symbol {
    Symbol::new(name).unwrap()
}

pub(super) fn start() -> Moment {
    "2005-01-20".parse().unwrap()
}

pub(super) fn bar(date: Moment, [open, high, low, close]: [f64; 4]) -> Bar {
    Bar { date, open, high, low, close, volume: 1e6 }
}

/// Stop distance of two ATR of 2 % each.
pub(super) fn question(r_multiple: f64) -> Question {
    Question {
        spec: BracketSpec {
            atr_multiplier: 2.0,
            r_multiple,
            stop_min: 0.001,
            stop_max: 0.5,
            max_holding_sessions: 15,
            trailing_atr: None,
        },
        management: Management::OFF,
        costs: CostModel::default(),
        tick: Tick::MIL,
    }
}

/// Two symbols, a session every day.
pub(super) struct World {
    pub(super) row: AdaptiveR,
    path: Path,
    random: Random,
    day: Moment,
    closes: [f64; 2],
    /// Bars still to come of the decision before.
    ahead: [Vec<[f64; 4]>; 2],
    pub(super) session: u32,
    pub(super) symbols_told: u32,
    pub(super) restart_every: Option<u32>,
    pub(super) outcomes: Vec<(u32, FanOutcome)>,
    pub(super) most_open: usize,
    pub(super) steps_between_months: usize,
}

impl World {
    pub(super) fn new(own_r: f64, path: Path, seed: u64) -> Self {
        Self {
            row: AdaptiveR::new(question(own_r), AdaptiveConfig::default()).unwrap(),
            path,
            random: Random(seed),
            day: start(),
            closes: [100.0, 50.0],
            ahead: [Vec::new(), Vec::new()],
            session: 0,
            symbols_told: 2,
            restart_every: None,
            outcomes: Vec::new(),
            most_open: 0,
            steps_between_months: 0,
        }
    }

    /// Goes on until so many reviews were given.
    pub(super) fn months(&mut self, reviews: usize) -> Vec<Review> {
        let mut given = Vec::new();
        while given.len() < reviews {
            let before = self.row.r_multiple();
            let review = self.one_session();
            if review.is_none() && self.row.r_multiple() != before {
                self.steps_between_months += 1;
            }
            given.extend(review);
        }
        given
    }

    fn one_session(&mut self) -> Option<Review> {
        self.day = self.day.date().tomorrow().unwrap().into();
        self.session += 1;
        for (i, name) in ["ACME", "BETA"].into_iter().enumerate() {
            let next = self.next_bar(i);
            self.row.on_bar(symbol(name), &next);
            self.closes[i] = next.close;
            if self.ahead[i].is_empty() {
                let (close, atr) = (next.close, 0.02 * next.close);
                self.row.decide(symbol(name), self.day, close, atr).unwrap();
                self.plan(i);
            }
        }
        self.most_open = self.most_open.max(self.row.open_fans());
        let (ended, review) = self.row.end_session(self.day, self.symbols_told);
        self.outcomes.extend(ended.into_iter().map(|outcome| (self.session, outcome)));
        if self.restart_every.is_some_and(|every| self.session.is_multiple_of(every)) {
            let text = serde_json::to_string(&self.row).unwrap();
            self.row = serde_json::from_str(&text).unwrap();
        }
        review
    }

    fn next_bar(&mut self, i: usize) -> Bar {
        if let Path::Noise = self.path {
            return self.random.bar(self.day, self.closes[i], 0.02);
        }
        // Before the first decision nothing moves.
        let prices = self.ahead[i].pop().unwrap_or([self.closes[i]; 4]);
        bar(self.day, prices)
    }

    /// Bars after a decision, last first, around a price of 1 with a stop 4 % below.
    fn plan(&mut self, i: usize) {
        let (quiet, stopped) = ([1.0, 1.01, 0.99, 1.0], [1.0, 1.005, 0.95, 0.955]);
        let luck = self.random.uniform();
        let path = match self.path {
            Path::HalfRunAway if luck < 0.5 => vec![[1.0, 1.13, 0.99, 1.125], quiet],
            Path::TurnBackAt(r) if luck < 0.7 => {
                vec![stopped, [1.0, 1.0 + 0.04 * r, 0.99, 1.0], quiet]
            }
            Path::HalfRunAway | Path::TurnBackAt(_) => vec![stopped, quiet],
            Path::Noise => Vec::new(),
        };
        let close = self.closes[i];
        self.ahead[i] = path.into_iter().map(|bar| bar.map(|price| price * close)).collect();
    }
}
