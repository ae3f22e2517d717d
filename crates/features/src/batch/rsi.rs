//! The relative strength index of a whole column.

use super::average::fill_warm_up;
use super::check::{are_values, greater, length, sweep};
use super::recursion::Recursion;
use super::{BatchError, streamed};
use crate::operators::Rsi;
use crate::period::Period;

/// [`Rsi`] of each value of a column; NaN in the first n cells.
///
/// **Range:** 0 to 100; 0 as long as nothing ever moved.
///
/// # Errors
/// [`BatchError::Length`] when `out` is not as long as `values`.
pub fn rsi(values: &[f64], period: Period, out: &mut [f64]) -> Result<(), BatchError> {
    length("out", out, values.len())?;
    if swept(values, period, out).is_none() {
        let mut operator = Rsi::new(period);
        streamed::on_values(values, out, |value| operator.update(value));
    }
    Ok(())
}

fn swept(values: &[f64], period: Period, out: &mut [f64]) -> Option<()> {
    let mut strength = Strength::start(values, period, out)?;
    let first = period.get() + 1;
    let is_sound = |chunk| are_values(&values[chunk]);
    let swept = sweep(values.len(), is_sound, |chunk| {
        let rest = chunk.start.max(first)..chunk.end.max(first);
        strength.run(&values[rest.clone()], &mut out[rest]);
    });
    swept.then_some(())
}

/// Mean gain and mean loss on their way through a column.
#[derive(Debug, Clone)]
pub(super) struct Strength {
    before: f64,
    share: f64,
    gain: Recursion,
    loss: Recursion,
}

impl Strength {
    /// Seeded by the first n changes; writes the cells up to that of the value that ends them.
    pub(super) fn start(values: &[f64], period: Period, out: &mut [f64]) -> Option<Self> {
        let (n, count) = (period.get(), period.to_f64());
        let seed = values.get(..=n)?;
        let (mut gain, mut loss) = (0.0, 0.0);
        for pair in seed.windows(2) {
            let change = pair[1] - pair[0];
            gain += greater(change, 0.0);
            loss += greater(-change, 0.0);
        }
        let kept = (count - 1.0) / count;
        let [gain, loss] = [gain, loss].map(|sum| Recursion::new(kept, sum / count));
        let strength = Self { before: seed[n], share: 1.0 / count, gain, loss };
        fill_warm_up(out, n);
        out[n] = index(strength.gain.value(), strength.loss.value());
        Some(strength)
    }

    /// Takes the next values and writes their indices.
    pub(super) fn run(&mut self, values: &[f64], out: &mut [f64]) {
        let mut here = self.clone(); // in registers
        for (out, value) in out.iter_mut().zip(values) {
            *out = here.step(*value);
        }
        *self = here;
    }

    /// Takes the next value.
    #[inline]
    pub(super) fn step(&mut self, value: f64) -> f64 {
        let change = (value - self.before) * self.share;
        self.before = value;
        let gain = self.gain.step(greater(change, 0.0));
        let loss = self.loss.step(greater(-change, 0.0));
        index(gain, loss)
    }
}

/// The least number above zero: what has not moved is divided by it, and zero comes out.
const LEAST: f64 = f64::from_bits(1);

#[inline]
fn index(gain: f64, loss: f64) -> f64 {
    100.0 * gain / greater(gain + loss, LEAST)
}
