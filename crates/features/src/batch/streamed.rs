//! Columns with gaps: what the streaming operators make of them.

use tradebot_domain::{Bar, Moment};

use super::PriceColumns;

/// Writes the answers of an operator on values, NaN where it has none.
pub(super) fn on_values(
    values: &[f64],
    out: &mut [f64],
    mut update: impl FnMut(f64) -> Option<f64>,
) {
    for (out, value) in out.iter_mut().zip(values) {
        *out = update(*value).unwrap_or(f64::NAN);
    }
}

/// The same of an operator with three answers.
pub(super) fn on_values_thrice(
    values: &[f64],
    out: [&mut [f64]; 3],
    mut update: impl FnMut(f64) -> Option<[f64; 3]>,
) {
    let [first, second, third] = out;
    let cells = first.iter_mut().zip(second).zip(third);
    for (((first, second), third), value) in cells.zip(values) {
        [*first, *second, *third] = update(*value).unwrap_or([f64::NAN; 3]);
    }
}

/// The same of an operator on bars that looks at high, low and close.
pub(super) fn on_bars(
    prices: &PriceColumns<'_>,
    out: &mut [f64],
    mut update: impl FnMut(&Bar) -> Option<f64>,
) {
    let columns = prices.high.iter().zip(prices.low).zip(prices.close);
    for (out, ((&high, &low), &close)) in out.iter_mut().zip(columns) {
        // No operator here reads the date, the open or the volume; an open must be a price.
        let date = Moment::constant(2000, 1, 3);
        let bar = Bar { date, open: close, high, low, close, volume: 0.0 };
        *out = update(&bar).unwrap_or(f64::NAN);
    }
}
