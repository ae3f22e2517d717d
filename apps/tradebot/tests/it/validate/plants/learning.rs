//! Phases 4 and 5: calibration and ensemble.

use tradebot_app::validate::Evidence;
use tradebot_journal::{LearnedRecord, OpinionRecord, OutcomeRecord};

use crate::validate::Plant;

pub(crate) const PLANTS: &[Plant] = &[
    ("p04-prior", |e| e.learning.without_history[1] = 0.9),
    ("p04-state-from-rows", |e| e.learning.from_rows = "f".repeat(64)),
    ("p04-warm-state", |e| e.learning.warm.calibration = "f".repeat(64)),
    // The worst bug of the first system: history in the database, raw scores in use.
    ("p04-warm-not-raw", |e| {
        for opinion in e.twins.warm_decisions.iter_mut().flat_map(|d| &mut d.opinions) {
            opinion.mean = opinion.raw.unwrap_or(opinion.mean);
        }
    }),
    ("p04-warm-not-raw", |e| {
        for opinion in e.twins.warm_decisions.iter_mut().flat_map(|d| &mut d.opinions) {
            opinion.n = 0.0;
        }
    }),
    ("p04-sized-on-it", |e| {
        // Consensus of raw scores, as that system sized on.
        for decision in e.run.decisions.iter_mut().filter(|d| !d.sizing.is_empty()) {
            let raw = decision.opinions.iter().map(|o| o.weight * o.raw.unwrap_or(o.mean)).sum();
            decision.consensus.as_mut().unwrap().mean = raw;
        }
    }),
    ("p04-sized-on-it", |e| {
        let steps = e.run.decisions.iter_mut().flat_map(|d| &mut d.sizing);
        steps.filter(|s| s.step == "kelly").for_each(|s| s.after *= 1.1);
    }),
    ("p04-raw-would-differ", |e| {
        e.sizes.resized.iter_mut().for_each(|r| r.on_raw = r.on_calibrated);
    }),
    ("p04-size-monotone", |e| e.sizes.resized[0].sweep[10].1 = 0),
    ("p04-size-follows", |e| e.sizes.resized[0].sweep.iter_mut().for_each(|(_, n)| *n = 100)),
    ("p04-intervals", |e| {
        let opinion = opinion(e);
        opinion.lo = opinion.mean + 0.01;
    }),
    ("p04-prequential", |e| outcome(e).resolved = outcome(e).id.session),
    ("p04-purge", |e| {
        let fit = e.run.fits.last_mut().unwrap();
        fit.last_example = fit.session.date();
    }),
    ("p04-refits", |e| {
        e.run.fits.pop();
    }),
    ("p04-refits", |e| e.run.fits.clear()),
    ("p04-ece", |e| {
        e.run.decisions.iter_mut().filter_map(|d| d.consensus.as_mut()).for_each(|c| c.mean = 0.99);
    }),
    ("p04-brier", |e| {
        e.run.decisions.iter_mut().filter_map(|d| d.consensus.as_mut()).for_each(|c| c.mean = 0.01);
    }),
    ("p04-brier-raw", |e| last(e).members[0].brier_raw = 0.0),
    ("p05-weights-sum", |e| opinion(e).weight += 0.01),
    ("p05-floor", |e| last(e).members[0].weight = 0.001),
    ("p05-step", |e| last(e).members[0].weight += 0.5),
    ("p05-weights-move", |e| {
        let equal = 1.0 / last(e).members.len() as f64;
        last(e).members.iter_mut().for_each(|m| m.weight = equal);
    }),
    ("p05-predictions", |e| e.run.predictions -= 1),
    ("p05-predictions", |e| {
        let asked = e.run.decisions.iter_mut().find(|d| d.consensus.is_some());
        asked.unwrap().opinions.pop();
    }),
    ("p05-outcomes", |e| {
        e.run.outcomes.remove(100);
    }),
    ("p05-outcomes", |e| {
        let unasked = e.run.decisions[0].id;
        outcome(e).id = unasked;
    }),
    ("p05-learned-from", |e| last(e).outcomes += 1),
    ("p05-learned-from", |e| {
        e.run.learned.pop();
    }),
    ("p05-brier-true", |e| last(e).consensus_brier += 1e-6),
    ("p05-brier-true", |e| last(e).members[3].brier += 1e-6),
    ("p05-performance", |e| {
        let table = e.database.tables.iter_mut().find(|t| t.table == "model_performance");
        table.unwrap().rows -= 1;
    }),
    ("p05-performance", |e| last(e).members[0].brier_60 = f64::NAN),
    ("p05-warm-weights", |e| e.learning.warm.weights[0] += 1e-12),
];

fn opinion(e: &mut Evidence) -> &mut OpinionRecord {
    let opinions = e.run.decisions.iter_mut().flat_map(|d| &mut d.opinions);
    opinions.into_iter().find(|o| o.raw.is_some()).unwrap()
}

fn outcome(e: &mut Evidence) -> &mut OutcomeRecord {
    e.run.outcomes.iter_mut().find(|o| o.won.is_some()).unwrap()
}

fn last(e: &mut Evidence) -> &mut LearnedRecord {
    e.run.learned.last_mut().unwrap()
}
