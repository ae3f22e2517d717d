//! A digest over every bit of a learner.

use super::{Key, Learner, Payoff};

/// Hash over settings, members, counts and payoffs in a fixed order, numbers by their bits.
pub(super) fn of(learner: &Learner) -> String {
    let mut bits = Bits(blake3::Hasher::new_derive_key("tradebot 2026-11 learner state"));
    let config = &learner.config;
    bits.whole(config.bins as u64);
    bits.reals(&[config.strength, config.half_life_sessions, config.quantile]);
    bits.reals(&[config.shared_movement, config.prior_outcomes]);
    bits.whole(learner.members.len() as u64);
    for member in &learner.members {
        bits.text(member.as_str());
    }
    bits.whole(learner.beliefs.step());
    bits.whole(learner.beliefs.stored().len() as u64);
    for (key, cell) in learner.beliefs.stored() {
        bits.key(*key);
        bits.reals(&[cell.wins, cell.losses]);
        bits.whole(cell.step);
    }
    for payoff in &learner.payoffs {
        bits.payoff(payoff);
    }
    bits.whole(learner.symbols);
    bits.whole(learner.symbol_sessions);
    bits.0.finalize().to_hex().to_string()
}

struct Bits(blake3::Hasher);

impl Bits {
    fn whole(&mut self, n: u64) {
        self.0.update(&n.to_le_bytes());
    }

    fn reals(&mut self, values: &[f64]) {
        for value in values {
            self.whole(value.to_bits());
        }
    }

    fn text(&mut self, text: &str) {
        self.whole(text.len() as u64);
        self.0.update(text.as_bytes());
    }

    fn key(&mut self, key: Key) {
        let (level, member, row, bin) = match key {
            Key::AllRows => (0, 0, 0, 0),
            Key::Row(row) => (1, 0, row.index(), 0),
            Key::Cell { member, row, bin } => (2, member, row.index(), bin),
        };
        for n in [level, u64::from(member), row as u64, u64::from(bin)] {
            self.whole(n);
        }
    }

    fn payoff(&mut self, payoff: &Payoff) {
        let (wins, losses) = (payoff.wins, payoff.losses);
        self.reals(&[wins.size, wins.weight, losses.size, losses.weight]);
        self.reals(&[payoff.r_multiple, payoff.prior_outcomes]);
        self.whole(payoff.step);
    }
}
