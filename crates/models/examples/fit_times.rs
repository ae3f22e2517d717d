//! How long fits and answers take: 12,000 made-up examples of the size the demo ends with.
//!
//! `cargo run --release -p tradebot-models --example fit_times [uniqueness]`; times of one thread
//! are CPU times.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement for people")]

use std::time::Instant;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};
use tradebot_domain::{Date, Regime, Span};
use tradebot_models::{FitError, Input, LearnedKind, TrainingSet, fit, from_bytes, rule_members};

const EXAMPLES: usize = 12_000;

fn main() -> Result<(), FitError> {
    let uniqueness = std::env::args().nth(1).and_then(|x| x.parse().ok()).unwrap_or(0.07);
    let columns = tradebot_features::feature_names().len();
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut unit = || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let mut set = TrainingSet::new(columns);
    let mut rows = Vec::new();
    for i in 0..EXAMPLES {
        // Sums of uniforms with a part in common: correlated and bell-shaped, as features are.
        let common = unit();
        let features: Vec<f64> = (0..columns).map(|_| common + unit() + unit() - 1.5).collect();
        let won = unit() < 0.5 + 0.05 * features[0];
        let weight = (uniqueness * (0.5 + unit())).min(1.0);
        set.push(session(i), &features, Regime::ALL[i % 5], won, weight);
        rows.push(features);
    }
    println!(
        "{EXAMPLES} examples x {columns} features and 5 rows, worth {:.0}",
        set.effective_len()
    );
    for kind in LearnedKind::ALL {
        measure(kind, &set, &rows)?;
    }
    let started = Instant::now();
    let members = rule_members();
    let asked = rows.iter().flat_map(|r| members.iter().map(|m| m.opine(&input(r))));
    let sum: f64 = asked.flatten().sum();
    let each = started.elapsed().as_secs_f64() / (3 * EXAMPLES) as f64;
    println!(
        "rules       answers {:>10.0} per second  (mean {:.3})",
        1.0 / each,
        sum / (3 * EXAMPLES) as f64
    );
    Ok(())
}

fn measure(kind: LearnedKind, set: &TrainingSet, rows: &[Vec<f64>]) -> Result<(), FitError> {
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().ok();
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let started = Instant::now();
        let fitted = one
            .as_ref()
            .map_or_else(|| fit(kind, set, 7), |pool| pool.install(|| fit(kind, set, 7)));
        best = best.min(started.elapsed().as_secs_f64());
        fitted?;
    }
    let member = fit(kind, set, 7)?;
    let bytes = member.to_bytes();
    let started = Instant::now();
    let restored = from_bytes(kind, &bytes)?;
    let read = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let sum: f64 = rows.iter().filter_map(|r| restored.opine(&input(r))).sum();
    let each = started.elapsed().as_secs_f64() / rows.len() as f64;
    println!(
        "{kind:<12}fit {:>6.1} ms  artefact {:>6} bytes, read in {:>4.0} us  answers {:>10.0} per second  (mean {:.3})",
        1e3 * best,
        bytes.len(),
        1e6 * read,
        1.0 / each,
        sum / rows.len() as f64,
    );
    Ok(())
}

fn input(features: &[f64]) -> Input<'_> {
    Input { features, row: Regime::ChoppyLowVol }
}

/// Five symbols a session.
fn session(example: usize) -> Date {
    let days = i32::try_from(example / 5).expect("few examples");
    Date::constant(2001, 1, 1).saturating_add(Span::new().days(days))
}
