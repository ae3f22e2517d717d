//! Buy what has fallen too far too fast, unless a trend carries it.
//!
//! **Source:** short-term reversal, Jegadeesh (1990), J. Finance 45(3); Bollinger (2001),
//! Bollinger on Bollinger Bands; RSI and ADX: Wilder (1978).

use super::{Rule, places, score_of};
use crate::regression::sigmoid;

const INPUTS: [&str; 3] = ["bollinger_z_20", "rsi_14", "adx_14"];

pub(super) fn rule() -> Rule<3> {
    Rule {
        name: "mean_reversion",
        idea: "a price far below its 20-session mean with a low RSI comes back, and one far above \
               falls back, when there is no trend",
        formula: "1/2 - 1/2 x calm x stretch; stretch = 0.5 tanh(bollinger_z_20 / 2) \
                  + 0.5 tanh((rsi_14 - 50) / 20); calm = 1 / (1 + exp((adx_14 - 25) / 5))",
        limits: "buys falling prices; near 1/2 in a strong trend, where it would be run over",
        inputs: INPUTS,
        places: places(INPUTS),
        score,
    }
}

fn score([z, rsi, adx]: [f64; 3]) -> f64 {
    let stretch = 0.5 * (z / 2.0).tanh() + 0.5 * ((rsi - 50.0) / 20.0).tanh();
    let calm = sigmoid((25.0 - adx) / 5.0);
    score_of(-calm * stretch)
}
