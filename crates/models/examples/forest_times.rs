//! How long a forest takes to grow and to answer: 100 trees of depth 6 on 3,200 examples of 20
//! columns, the size that comparisons with other systems use.
//!
//! `cargo run --release -p tradebot-models --example forest_times`; one thread, the best of many.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement for people")]

use std::time::Instant;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};
use tradebot_models::{Examples, FitError, Forest, ForestConfig, Table};

const ROWS: usize = 3_200;
const COLUMNS: usize = 20;

fn main() -> Result<(), FitError> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut unit = || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    // Slow columns with a part in common, as features of a price series are: neighbours in time
    // fall into the same bins, which costs more than rows in random order.
    let (mut values, mut state) = (Vec::new(), [0.0; COLUMNS]);
    for _ in 0..ROWS {
        let common = unit();
        for x in &mut state {
            *x = 0.95 * *x + common + unit() - 1.0;
        }
        values.extend(state);
    }
    let won: Vec<bool> = values.chunks(COLUMNS).map(|row| unit() < 0.5 + 0.05 * row[0]).collect();
    let x = Table::new(&values, COLUMNS)?;
    let examples = Examples::new(x, &won)?;
    let config = ForestConfig { seed: 42, ..ForestConfig::default() };
    let forest = Forest::fit(&config, &examples)?;
    let (fit, _) = best_of(30, || Forest::fit(&config, &examples));
    let (alone, _) =
        best_of(10, || (0..ROWS).map(|i| forest.predict(x.row(i))).collect::<Vec<_>>());
    let (all, scores) = best_of(10, || forest.predict_all(x));
    let bytes = forest.to_bytes();
    let mean = scores?.iter().sum::<f64>() / ROWS as f64;
    println!(
        "fit {:.2} ms, {ROWS} rows one by one {:.2} ms, at once {:.2} ms, {} bytes, mean {mean:.4}",
        1e3 * fit,
        1e3 * alone,
        1e3 * all,
        bytes.len()
    );
    Ok(())
}

/// Least seconds on one thread, and what came of it.
fn best_of<T: Send>(times: u32, work: impl Fn() -> T + Sync + Send) -> (f64, T) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let run = || pool.as_ref().map_or_else(|_| work(), |pool| pool.install(&work));
    let mut made = run();
    let mut best = f64::INFINITY;
    for _ in 0..times {
        let started = Instant::now();
        made = run();
        best = best.min(started.elapsed().as_secs_f64());
    }
    (best, made)
}
