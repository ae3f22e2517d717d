//! A digest over every bit of a learner.

use super::{Key, Learner, Payoff};
use crate::digest::Bits;

/// Hash over settings, members, counts and payoffs in a fixed order, numbers by their bits.
pub(super) fn of(learner: &Learner) -> String {
    let mut bits = Bits::new("tradebot 2026-11 learner state");
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
        feed_key(&mut bits, *key);
        bits.reals(&[cell.wins, cell.losses]);
        bits.whole(cell.step);
    }
    for payoff in &learner.payoffs {
        feed_payoff(&mut bits, payoff);
    }
    bits.whole(learner.symbols);
    bits.whole(learner.symbol_sessions);
    bits.finish()
}

fn feed_key(bits: &mut Bits, key: Key) {
    let (level, member, row, bin) = match key {
        Key::AllRows => (0, 0, 0, 0),
        Key::Row(row) => (1, 0, row.index(), 0),
        Key::Cell { member, row, bin } => (2, member, row.index(), bin),
    };
    for n in [level, u64::from(member), row as u64, u64::from(bin)] {
        bits.whole(n);
    }
}

fn feed_payoff(bits: &mut Bits, payoff: &Payoff) {
    let (wins, losses) = (payoff.wins, payoff.losses);
    bits.reals(&[wins.size, wins.weight, losses.size, losses.weight]);
    bits.reals(&[payoff.r_multiple, payoff.prior_outcomes]);
    bits.whole(payoff.step);
}
