//! Whether a second model knows when the first is right: decisions that the policy would act on,
//! judged by a gate that has learned from those before them.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};
use tradebot_models::{GateConfig, MetaGate, MetaInput, MetaOpinion, MetaOutcome};
use tradebot_policy::Policy;

use crate::stream::{Asked, Stream};
use crate::walk::{Said, Walked, horizon};

const REPLICATES: u64 = 2_000;
/// Mean length of a stretch, in sessions: the longest life of a bracket.
const STRETCH: f64 = 30.0;

/// An act with what the gate said of it before its outcome.
struct Act {
    session: usize,
    opinion: MetaOpinion,
    break_even: f64,
    consensus: f64,
    net_r: f64,
    uniqueness: f64,
}

fn input(asked: &Asked, said: &Said) -> MetaInput {
    let c = &said.consensus;
    let input = MetaInput::new(asked.row, c.mean, c.hi - c.lo, c.disagreement);
    asked.outlook.map_or(input, |(above, large)| input.with_volatility(above, large))
}

/// The policy would act: the consensus beats break-even by the edge of the row.
fn is_act(asked: &Asked, said: &Said, policy: &Policy) -> bool {
    said.consensus.mean >= said.row.break_even + policy.row(asked.row).edge
}

fn acts(stream: &Stream, walked: &Walked) -> (Vec<Act>, MetaGate) {
    let policy = Policy::bundled();
    let config = GateConfig { horizon: horizon(), ..GateConfig::default() };
    let mut gate = MetaGate::new(config).unwrap();
    let mut acts = Vec::new();
    for (number, session) in stream.sessions.iter().enumerate() {
        for at in &session.ended {
            let (asked, said) = (&stream.asked[*at], &walked.said[*at]);
            if is_act(asked, said, &policy) {
                let ended = asked.ended.unwrap();
                let outcome = MetaOutcome {
                    decided: asked.date,
                    symbol: asked.symbol,
                    won: ended.won(),
                    uniqueness: ended.uniqueness,
                };
                gate.observe(&input(asked, said), &outcome).unwrap();
            }
        }
        gate.refit_if_due(session.date).unwrap();
        for at in session.asked.clone() {
            let (asked, said) = (&stream.asked[at], &walked.said[at]);
            let opinion = gate.probability_right(&input(asked, said)).unwrap();
            let is_act = is_act(asked, said, &policy);
            if let (true, Some(opinion), Some(ended)) = (is_act, opinion, asked.ended) {
                acts.push(Act {
                    session: number,
                    opinion,
                    break_even: said.row.break_even,
                    consensus: said.consensus.mean,
                    net_r: ended.net_r,
                    uniqueness: ended.uniqueness,
                });
            }
        }
    }
    (acts, gate)
}

pub(crate) fn print(stream: &Stream, walked: &Walked) {
    let (acts, gate) = acts(stream, walked);
    if acts.is_empty() {
        return println!("  the gate never had an opinion");
    }
    let brier = |p: fn(&Act) -> f64| {
        let loss = |a: &Act| a.uniqueness * (p(a) - f64::from(u8::from(a.net_r > 0.0))).powi(2);
        acts.iter().map(loss).sum::<f64>() / acts.iter().map(|a| a.uniqueness).sum::<f64>()
    };
    println!(
        "  gate: {} acts judged; Brier by uniqueness: gate {:.4}, rate of acts {:.4}, consensus {:.4}",
        acts.len(),
        brier(|a| a.opinion.p),
        brier(|a| a.opinion.base_rate),
        brier(|a| a.consensus),
    );
    let all = Mean::of(acts.iter());
    println!("    mean net R by uniqueness, all acts {:+.4}", all.value());
    let allows = |a: &Act| a.opinion.p >= a.break_even;
    let kept = Mean::of(acts.iter().filter(|a| allows(a)));
    let vetoed = Mean::of(acts.iter().filter(|a| !allows(a)));
    let (low, high) = interval(&acts, allows, stream.sessions.len());
    println!(
        "    keeps {} at {:+.4}, vetoes {} at {:+.4}; gain {:+.4} [{low:+.4}, {high:+.4}]",
        kept.n,
        kept.value(),
        vetoed.n,
        vetoed.value(),
        kept.value() - all.value(),
    );
    for heading in ["trained on", "chosen", "leans on"] {
        let card = gate.card();
        println!("    {}", card.lines().find(|l| l.starts_with(heading)).unwrap_or("-"));
    }
}

#[derive(Clone, Copy, Default)]
struct Mean {
    n: usize,
    sum: f64,
    worth: f64,
}

impl Mean {
    fn of<'a>(acts: impl Iterator<Item = &'a Act>) -> Self {
        acts.fold(Self::default(), |m, a| m.plus(a.net_r * a.uniqueness, a.uniqueness, 1))
    }

    fn plus(self, sum: f64, worth: f64, n: usize) -> Self {
        Self { n: self.n + n, sum: self.sum + sum, worth: self.worth + worth }
    }

    fn value(&self) -> f64 {
        if self.n == 0 { f64::NAN } else { self.sum / self.worth }
    }
}

/// The middle 95 % of the gain, kept acts over all, in histories of the stationary bootstrap over
/// sessions (Politis and Romano 1994).
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a list")]
fn interval(acts: &[Act], allows: fn(&Act) -> bool, sessions: usize) -> (f64, f64) {
    let first = acts[0].session;
    let n = sessions - first;
    let mut by_session = vec![[Mean::default(); 2]; n];
    for act in acts {
        let at = &mut by_session[act.session - first];
        let (sum, worth) = (act.net_r * act.uniqueness, act.uniqueness);
        at[0] = at[0].plus(sum, worth, 1);
        if allows(act) {
            at[1] = at[1].plus(sum, worth, 1);
        }
    }
    let gain = |seed| {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut unit = || (rng.next_u64() >> 11) as f64 * 0.5_f64.powi(53);
        let (mut means, mut at) = ([Mean::default(); 2], 0);
        for i in 0..n {
            let jump = i == 0 || unit() < 1.0 / STRETCH;
            at = if jump { (unit() * n as f64) as usize } else { (at + 1) % n };
            for (mean, of) in means.iter_mut().zip(by_session[at]) {
                *mean = mean.plus(of.sum, of.worth, of.n);
            }
        }
        means[1].value() - means[0].value()
    };
    let mut gains: Vec<f64> = (0..REPLICATES).map(gain).filter(|g| g.is_finite()).collect();
    gains.sort_by(f64::total_cmp);
    let at =
        |q: f64| gains.get((q * gains.len().saturating_sub(1) as f64).round() as usize).copied();
    (at(0.025).unwrap_or(f64::NAN), at(0.975).unwrap_or(f64::NAN))
}
