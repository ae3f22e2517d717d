//! Phase 4, calibration: learned from outcomes, kept over restarts, used by sizing, never ahead
//! of its time.

use std::collections::BTreeMap;

use tradebot_calibration::metrics::{Forecasts, brier, ece};
use tradebot_domain::Moment;
use tradebot_journal::DecisionRecord;
use tradebot_risk::kelly_fraction;

use super::check::{Bound, Check, Measured};
use super::evidence::Evidence;
use super::measures::{close, distinct};

const FAULTS: (Bound, &str) = (Bound::Exactly(0.0), "faults");
const ONE: (Bound, &str) = (Bound::Exactly(1.0), "digests");

/// The checks.
pub const CHECKS: &[Check] = &[
    Check::new(
        ("p04-prior", 4),
        "without history a score means one half",
        (Bound::AtMost(1e-12), "off"),
        |e| Measured::largest(e.learning.without_history.iter().map(|p| (p - 0.5).abs())),
    ),
    Check::new(
        ("p04-state-from-rows", 4),
        "the database holds the whole learned state",
        ONE,
        |e| distinct([&e.learning.at_the_end.calibration, &e.learning.from_rows]),
    ),
    Check::new(("p04-warm-state", 4), "a warm start begins with that state", ONE, |e| {
        distinct([&e.learning.at_the_end.calibration, &e.learning.warm.calibration])
    }),
    Check::new(("p04-warm-not-raw", 4), "a warm start does not use raw scores", FAULTS, not_raw),
    Check::new(("p04-sized-on-it", 4), "sizes rest on calibrated numbers", FAULTS, sized_on_it),
    Check::new(
        ("p04-raw-would-differ", 4),
        "raw scores would have given other sizes",
        (Bound::AtLeast(0.5), "share"),
        raw_would_differ,
    ),
    Check::new(
        ("p04-size-monotone", 4),
        "a higher probability is never sized less",
        FAULTS,
        monotone,
    ),
    Check::new(("p04-size-follows", 4), "a size follows its probability", FAULTS, follows),
    Check::new(("p04-intervals", 4), "intervals hold their means", FAULTS, intervals),
    Check::new(("p04-prequential", 4), "forecasts come before outcomes", FAULTS, prequential),
    Check::new(
        ("p04-purge", 4),
        "no example younger than its label's horizon",
        (Bound::AtLeast(30.0), "sessions"),
        purge,
    ),
    Check::new(("p04-refits", 4), "learned members are refitted every month", FAULTS, refits),
    Check::new(
        ("p04-ece", 4),
        "expected calibration error of the consensus",
        (Bound::AtMost(0.1), "ECE"),
        |e| scored(e, |f| ece(f, BINS)),
    )
    .shown(),
    Check::new(
        ("p04-brier", 4),
        "Brier score less that of the row's base rate",
        (Bound::AtMost(0.01), "Brier"),
        against_base,
    )
    .shown(),
    Check::new(
        ("p04-brier-raw", 4),
        "calibrated Brier score of a member less its raw one",
        (Bound::AtMost(0.01), "Brier"),
        against_raw,
    )
    .shown(),
];

/// Bins of the calibration error.
const BINS: usize = 10;

fn not_raw(e: &Evidence) -> Measured {
    let first = e.twins.warm_decisions.first().map(|d| d.id.session);
    let session = e.twins.warm_decisions.iter().filter(|d| Some(d.id.session) == first);
    let opinions = session.flat_map(|d| d.opinions.iter().map(move |o| (d.id, o)));
    let given: Vec<_> = opinions.filter_map(|(id, o)| Some((id, o, o.raw?))).collect();
    let raw = given.iter().filter(|(_, o, raw)| o.mean == *raw || o.n == 0.0);
    Measured::faults(
        given.len(),
        raw.map(|(id, o, raw)| format!("{id} {}: {raw} stays {} with n {}", o.member, o.mean, o.n)),
    )
}

fn sized_on_it(e: &Evidence) -> Measured {
    let decisions = e.run.decisions.iter().chain(&e.twins.warm_decisions);
    let sized: Vec<_> = decisions.filter(|d| !d.sizing.is_empty()).collect();
    let other = sized.iter().filter_map(|d| misplaced(d).map(|why| format!("{}: {why}", d.id)));
    Measured::faults(sized.len(), other)
}

/// Why the size of a decision does not follow from its calibrated consensus.
fn misplaced(d: &DecisionRecord) -> Option<String> {
    let Some(c) = &d.consensus else { return Some("sized without a consensus".to_owned()) };
    let pooled: f64 = d.opinions.iter().map(|o| o.weight * o.mean).sum();
    if (pooled - c.mean).abs() > POOL_TOLERANCE {
        return Some(format!("consensus {}, calibrated members pool to {pooled}", c.mean));
    }
    if c.mean <= c.break_even {
        return Some(format!("{} does not beat break-even {}", c.mean, c.break_even));
    }
    let kelly = d.sizing.iter().find(|s| s.step == "kelly")?;
    let p = if c.skill_shown { c.lo } else { c.row_lo.min(c.mean) };
    let expected = kelly_fraction(p, c.mean_win, c.mean_loss);
    let same = close(kelly.after, expected, 1e-9);
    (!same).then(|| format!("Kelly {} on record, {expected} from {p}", kelly.after))
}

/// The pool of the ensemble is not linear, but stays this near to it.
const POOL_TOLERANCE: f64 = 0.01;

fn raw_would_differ(e: &Evidence) -> Measured {
    let resized = &e.sizes.resized;
    if resized.is_empty() {
        return Measured::nothing("no decision had an opinion");
    }
    let differ = resized.iter().filter(|r| r.on_raw != r.on_calibrated).count();
    Measured::over(differ as f64 / resized.len() as f64, resized.len())
}

fn monotone(e: &Evidence) -> Measured {
    let resized = &e.sizes.resized;
    let falls = resized.iter().filter_map(|r| {
        let fall = r.sweep.windows(2).find(|w| w[1].1 < w[0].1)?;
        Some(format!("{}: {fall:?}", r.decision))
    });
    Measured::faults(resized.len(), falls)
}

fn follows(e: &Evidence) -> Measured {
    let resized = &e.sizes.resized;
    let flat =
        resized.iter().filter(|r| !r.sweep.windows(2).any(|w| w[1].1 > w[0].1 && w[0].1 > 0));
    Measured::faults(resized.len(), flat.map(|r| format!("{}: {:?}", r.decision, r.sweep)))
}

fn intervals(e: &Evidence) -> Measured {
    let opinions = e.run.decisions.iter().flat_map(|d| d.opinions.iter().map(move |o| (d.id, o)));
    let given: Vec<_> = opinions.filter(|(_, o)| o.raw.is_some()).collect();
    let outside = given.iter().filter(|(_, o)| {
        let held = o.lo <= o.mean && o.mean <= o.hi;
        !(held && o.lo >= 0.0 && o.hi <= 1.0)
    });
    Measured::faults(given.len(), outside.map(|(id, o)| format!("{id}: {o:?}")))
}

fn prequential(e: &Evidence) -> Measured {
    let outcomes = &e.run.outcomes;
    let early = outcomes.iter().filter(|o| o.resolved <= o.id.session);
    Measured::faults(outcomes.len(), early.map(|o| format!("{} resolved {}", o.id, o.resolved)))
}

/// Sessions from the youngest example to the fit; the slowest row ends after 30.
fn purge(e: &Evidence) -> Measured {
    let numbers = e.run.session_numbers();
    let number = |date: &Moment| numbers.get(date).map_or(f64::NAN, |n| *n as f64);
    Measured::smallest(
        e.run.fits.iter().map(|f| number(&f.session) - number(&f.last_example.into())),
    )
}

fn refits(e: &Evidence) -> Measured {
    let month = |date: Moment| (date.year(), date.month());
    let mut fits: BTreeMap<_, usize> = BTreeMap::new();
    for fit in &e.run.fits {
        *fits.entry(month(fit.session)).or_default() += 1;
    }
    let Some(first) = fits.keys().next().copied() else {
        return Measured::nothing("no member was ever fitted");
    };
    let learned = e.run.info.start.members.len() - RULES;
    let mut months: Vec<_> = e.run.snapshots.iter().map(|s| month(s.session)).collect();
    months.dedup();
    months.retain(|m| *m >= first);
    let wrong = months.iter().filter(|m| fits.get(m).copied().unwrap_or(0) != learned);
    Measured::faults(months.len(), wrong.map(|(y, m)| format!("{y}-{m:02} has not {learned} fits")))
}

/// Members that are rules and never fitted: trend, mean reversion, momentum.
const RULES: usize = 3;

fn scored(e: &Evidence, measure: impl Fn(&Forecasts<'_>) -> f64) -> Measured {
    let settled = e.run.settled();
    let (p, won): (Vec<f64>, Vec<bool>) = settled.iter().map(|s| (s.consensus, s.won)).unzip();
    match Forecasts::new(&p, &won) {
        Ok(forecasts) => Measured::over(measure(&forecasts), p.len()),
        Err(error) => Measured::nothing(error.to_string()),
    }
}

fn against_base(e: &Evidence) -> Measured {
    let base: Vec<f64> = e.run.settled().iter().map(|s| s.row_rate).collect();
    scored(e, |f| {
        let base = Forecasts::new(&base, f.won());
        brier(f) - base.map_or(f64::NAN, |base| brier(&base))
    })
}

fn against_raw(e: &Evidence) -> Measured {
    let Some(last) = e.run.learned.last() else { return Measured::nothing("nothing learned") };
    Measured::largest(last.members.iter().map(|m| m.brier - m.brier_raw))
}
