//! Phase 5, the ensemble: weights from Brier scores, every prediction and outcome on record.

use tradebot_ensemble::EnsembleConfig;
use tradebot_journal::{ConsensusRecord, LearnedRecord, OpinionRecord};

use super::check::{Bound, Check, Measured};
use super::evidence::Evidence;
use super::measures::close;

const FAULTS: (Bound, &str) = (Bound::Exactly(0.0), "faults");
/// What sums of a few weights may lose.
const ROUNDING: f64 = 1e-12;

/// The checks.
pub const CHECKS: &[Check] = &[
    Check::new(
        ("p05-weights-sum", 5),
        "weights of a consensus sum to 1",
        (Bound::AtMost(1e-9), "off"),
        weights_sum,
    ),
    Check::new(
        ("p05-floor", 5),
        "no member falls below the floor",
        (Bound::AtLeast(0.01 - ROUNDING), "weight"),
        |e| Measured::smallest(weights(e)),
    ),
    Check::new(
        ("p05-step", 5),
        "no weight moves faster than its step",
        (Bound::AtMost(1.0 + 1e-9), "x step"),
        step,
    ),
    Check::new(("p05-weights-move", 5), "weights follow what was learned", FAULTS, weights_move),
    Check::new(("p05-predictions", 5), "every prediction is on record", FAULTS, predictions),
    Check::new(("p05-outcomes", 5), "every bracket in question is settled", FAULTS, outcomes),
    Check::new(("p05-learned-from", 5), "every outcome is learned from once", FAULTS, learned_from),
    Check::new(
        ("p05-brier-true", 5),
        "published Brier scores follow from the rows",
        (Bound::AtMost(1e-9), "off"),
        brier_true,
    ),
    Check::new(("p05-performance", 5), "performance is kept per member", FAULTS, performance),
    Check::new(("p05-warm-weights", 5), "a warm start keeps the weights", FAULTS, warm_weights),
];

fn weights_sum(e: &Evidence) -> Measured {
    let asked = e.run.decisions.iter().filter(|d| d.consensus.is_some());
    Measured::largest(asked.map(|d| (d.opinions.iter().map(|o| o.weight).sum::<f64>() - 1.0).abs()))
}

fn weights(e: &Evidence) -> impl Iterator<Item = f64> {
    e.run.learned.iter().flat_map(|l| l.members.iter().map(|m| m.weight))
}

/// The largest change of a published weight, over the steps of the sessions in between.
fn step(e: &Evidence) -> Measured {
    let step_max = EnsembleConfig::default().step_max;
    let numbers = e.run.session_numbers();
    let number = |l: &LearnedRecord| numbers.get(&l.session).map_or(f64::NAN, |n| *n as f64);
    let pairs = e.run.learned.windows(2);
    Measured::largest(pairs.flat_map(|w| {
        let room = step_max * (number(&w[1]) - number(&w[0]));
        let moved = w[1].members.iter().zip(&w[0].members);
        moved.map(move |(now, before)| (now.weight - before.weight).abs() / room)
    }))
}

/// With outcomes for years, equal weights would mean that nothing was learned from them.
fn weights_move(e: &Evidence) -> Measured {
    let Some(last) = e.run.learned.last() else { return Measured::nothing("nothing learned") };
    let equal = 1.0 / last.members.len() as f64;
    let still = last.members.iter().all(|m| close(m.weight, equal, 1e-6));
    Measured::faults(last.members.len(), still.then(|| format!("all weigh {equal}")))
}

fn predictions(e: &Evidence) -> Measured {
    let asked = e.run.decisions.iter().filter(|d| d.consensus.is_some());
    let members = e.run.info.start.members.len();
    let short: Vec<_> = asked.clone().filter(|d| d.opinions.len() != members).collect();
    let short = short.iter().map(|d| format!("{}: {} opinions", d.id, d.opinions.len()));
    let on_record: usize = e.run.decisions.iter().map(|d| d.opinions.len()).sum();
    let rows = e.run.predictions;
    let differ = (rows != on_record).then(|| format!("{rows} rows, {on_record} on record"));
    Measured::faults(asked.count(), short.chain(differ))
}

/// A bracket decided on at session i must be over at i + its longest holding.
fn outcomes(e: &Evidence) -> Measured {
    let numbers = e.run.session_numbers();
    let outcomes = e.run.outcomes_by_id();
    let sessions = numbers.len();
    let due: Vec<_> = e
        .run
        .decisions
        .iter()
        .filter(|d| {
            let horizon = d.bracket.as_ref().map_or(u32::MAX, |b| b.max_holding_sessions);
            let begun = numbers.get(&d.id.session).copied().unwrap_or(sessions);
            d.consensus.is_some() && begun.saturating_add(horizon as usize) < sessions
        })
        .collect();
    let open = due.iter().filter(|d| !outcomes.contains_key(&d.id));
    let open = open.map(|d| format!("{} has no outcome", d.id));
    let asked = e.run.by_id();
    let unasked = outcomes.keys().filter(|id| asked.get(id).is_none_or(|d| d.bracket.is_none()));
    Measured::faults(due.len(), open.chain(unasked.map(|id| format!("nobody asked about {id}"))))
}

fn learned_from(e: &Evidence) -> Measured {
    let known = e.run.outcomes.iter().filter(|o| o.won.is_some()).count();
    let learned: usize = e.run.learned.iter().map(|l| l.outcomes as usize).sum();
    let differ = (known != learned).then(|| format!("{known} known, {learned} learned from"));
    Measured::faults(known, differ)
}

/// Mean squared errors weighted by uniqueness, member by member and for the consensus, computed
/// again from predictions and outcomes.
fn brier_true(e: &Evidence) -> Measured {
    let Some(last) = e.run.learned.last() else { return Measured::nothing("nothing learned") };
    let (taught, decisions) = (e.run.taught(), e.run.by_id());
    let of = |said: fn(&ConsensusRecord) -> f64| {
        mean(taught.iter().filter_map(|o| {
            let consensus = decisions.get(&o.id)?.consensus.as_ref()?;
            Some((said(consensus), o.won?, o.uniqueness))
        }))
    };
    let of_member = |member: usize, said: fn(&OpinionRecord) -> f64| {
        mean(taught.iter().filter_map(|o| {
            let opinion = decisions.get(&o.id)?.opinions.get(member)?;
            opinion.raw?;
            Some((said(opinion), o.won?, o.uniqueness))
        }))
    };
    let mut off = vec![last.consensus_brier - of(|c| c.mean), last.base_brier - of(|c| c.row_rate)];
    for (i, member) in last.members.iter().enumerate() {
        off.push(member.brier - of_member(i, |o| o.mean));
        off.push(member.brier_raw - of_member(i, |o| o.raw.unwrap_or(f64::NAN)));
    }
    Measured::largest(off.into_iter().map(f64::abs))
}

fn mean(forecasts: impl Iterator<Item = (f64, bool, f64)>) -> f64 {
    let (loss, weight) = forecasts.fold((0.0, 0.0), |(loss, weight), (p, won, u)| {
        let y = f64::from(u8::from(won));
        (loss + u * (p - y) * (p - y), weight + u)
    });
    loss / weight
}

fn performance(e: &Evidence) -> Measured {
    let wanted = e.run.learned.len() * e.run.info.start.members.len();
    let tables = ["model_performance", "ensemble_weights"];
    let differ = tables.iter().filter_map(|table| {
        let rows = e.database.rows(table).unwrap_or(0);
        (rows != wanted as u64).then(|| format!("{table}: {rows} rows, {wanted} learned"))
    });
    let unscored =
        e.run.learned.iter().flat_map(|l| &l.members).filter(|m| {
            ![m.brier, m.brier_60, m.brier_raw].iter().all(|b| (0.0..=1.0).contains(b))
        });
    let unscored = unscored.map(|m| format!("{m:?}"));
    Measured::faults(wanted, differ.chain(unscored))
}

fn warm_weights(e: &Evidence) -> Measured {
    let (end, warm) = (&e.learning.at_the_end.weights, &e.learning.warm.weights);
    let differ = (end != warm).then(|| format!("{end:?} at the end, {warm:?} after"));
    Measured::faults(end.len(), differ)
}
