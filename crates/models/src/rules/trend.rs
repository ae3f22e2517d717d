//! Buy what stands above its averages, the more so the stronger the trend.
//!
//! **Source:** moving-average rules, Brock, Lakonishok & LeBaron (1992), J. Finance 47(5); ADX:
//! Wilder (1978), New Concepts in Technical Trading Systems.

use super::{Rule, places, score_of, spread};
use crate::regression::sigmoid;

const INPUTS: [&str; 5] =
    ["sma_distance_50", "sma_distance_200", "macd_histogram", "adx_14", "volatility_60"];

pub(super) fn rule() -> Rule<5> {
    Rule {
        name: "trend",
        idea: "a price above its 50- and 200-session means and pulling away goes on, if ADX says \
               that there is a trend",
        formula: "1/2 + 1/2 x strength x direction; direction = 0.4 tanh(d50 / (0.257 s)) \
                  + 0.4 tanh(d200 / (0.514 s)) + 0.2 tanh(macd_histogram / 0.2); \
                  strength = 1 / (1 + exp(-(adx_14 - 20) / 5)); d = sma_distance, \
                  s = volatility_60, at least 0.01; 0.257 s and 0.514 s are the deviations of d50 \
                  and d200 in a random walk",
        limits: "late at turns; near 1/2 without a trend, however far the price is from its means",
        inputs: INPUTS,
        places: places(INPUTS),
        score,
    }
}

fn score([distance_50, distance_200, histogram, adx, volatility]: [f64; 5]) -> f64 {
    let s = spread(volatility);
    // A mean of n sessions lags a random walk by sqrt(n / 3) daily deviations.
    let direction = 0.4 * (distance_50 / (0.257 * s)).tanh()
        + 0.4 * (distance_200 / (0.514 * s)).tanh()
        + 0.2 * (histogram / 0.2).tanh();
    score_of(sigmoid((adx - 20.0) / 5.0) * direction)
}
