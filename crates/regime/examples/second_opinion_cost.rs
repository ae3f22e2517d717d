//! What the second opinion costs: twenty years of the S&P 500, every session in order.
//!
//! `cargo run --release -p tradebot-regime --example second_opinion_cost`; the work is done by one
//! thread, so that on an idle machine the times are CPU times.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement for people")]

use std::error::Error;
use std::fs::File;
use std::time::Instant;

use flate2::read::GzDecoder;
use tradebot_regime::bocpd::{Bocpd, BocpdConfig, Pruning};
use tradebot_regime::hmm::{ExpandingHmm, FitOptions, fit};
use tradebot_regime::{SecondOpinion, SecondOpinionConfig};

const INDICES: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/market/indices_daily_1999_2018.csv.gz");

fn main() -> Result<(), Box<dyn Error>> {
    let closes = closes()?;
    let returns: Vec<f64> = closes.windows(2).map(|p| 100.0 * (p[1] / p[0]).ln()).collect();
    let config = SecondOpinionConfig::default();
    println!("{} sessions", closes.len());
    let mut opinion = SecondOpinion::new(config)?;
    timed("second opinion", || {
        let readings = closes.iter().filter_map(|close| opinion.update(*close, Some(1)));
        format!("{} alarms", readings.filter(|reading| reading.alarm).count())
    });
    let mut states = ExpandingHmm::new(config.schedule, config.fit)?;
    timed("  of it the refitted model", || {
        for x in &returns {
            states.update(*x);
        }
        format!("last fitted on {} returns", states.fitted_on())
    });
    for pruning in [config.change.pruning, Pruning::None] {
        let mut change = Bocpd::new(BocpdConfig { pruning, ..config.change })?;
        timed(&format!("  change points, {pruning:?}"), || {
            for x in &returns {
                change.update(*x);
            }
            format!("{} run lengths kept, {:e} dropped", change.considered(), change.dropped())
        });
    }
    timed("one fit on all returns, default options", || {
        match fit(&returns, &FitOptions::default()) {
            Ok(fit) => format!("log-likelihood {:.3}, {} passes", fit.log_likelihood, fit.passes),
            Err(error) => error.to_string(),
        }
    });
    Ok(())
}

fn closes() -> Result<Vec<f64>, Box<dyn Error>> {
    let mut rows = csv::Reader::from_reader(GzDecoder::new(File::open(INDICES)?));
    let mut closes = Vec::new();
    for row in rows.records() {
        let row = row?;
        if &row[0] == "^GSPC" {
            closes.push(row[5].parse()?);
        }
    }
    Ok(closes)
}

fn timed(what: &str, work: impl FnOnce() -> String) {
    let started = Instant::now();
    let result = work();
    println!("{what:<44} {:>7.3} s  {result}", started.elapsed().as_secs_f64());
}
