//! Moving average convergence divergence of a whole column.

use std::ops::Range;

use super::average::{fill_warm_up, mean};
use super::{BatchError, MacdColumns, streamed};
use crate::operators::Macd;
use crate::operators::memory::steps_to_forget;
use crate::period::Period;

/// The three periods of [`Macd`]. A `fast` above `slow` is exchanged with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MacdPeriods {
    /// Of the fast mean.
    pub fast: Period,
    /// Of the slow mean.
    pub slow: Period,
    /// Of the mean of their difference.
    pub signal: Period,
}

impl Default for MacdPeriods {
    /// 12, 26 and 9.
    fn default() -> Self {
        Self { fast: Period::of::<12>(), slow: Period::of::<26>(), signal: Period::of::<9>() }
    }
}

/// [`Macd`] of each value of a column; NaN in the first slow + signal - 2 cells.
///
/// **Digits:** the line is the difference of two means of nearly the same size; what is exact to
/// the last bits of the values is not so as a share of a line near zero.
///
/// # Errors
/// [`BatchError::Length`] when a column of `out` is not as long as `values`.
pub fn macd(
    values: &[f64],
    periods: MacdPeriods,
    out: &mut MacdColumns<'_>,
) -> Result<(), BatchError> {
    out.check(values.len())?;
    if swept(values, periods, out).is_none() {
        let mut operator = Macd::new(periods.fast, periods.slow, periods.signal);
        streamed::on_values_thrice(values, out.all(), |value| {
            operator.update(value).map(|macd| [macd.line, macd.signal, macd.histogram])
        });
    }
    Ok(())
}

/// An error so large that, once it has settled, 30 digits of it are gone: 16 are all a number has,
/// and while the others go, two means that differ by a last bit come to round alike.
const NEVER_SEEN: f64 = 1e24;

/// `None` when a value is not finite, or there are too few.
fn swept(values: &[f64], periods: MacdPeriods, out: &mut MacdColumns<'_>) -> Option<()> {
    let mut first = Divergence::start(values, periods, out)?;
    let start = first.warm_up + 1;
    let (lead, length) = (first.bars_to_forget(), values.len() - start);
    if length / 2 < lead.saturating_mul(4) {
        first.run(values, start..values.len(), out);
        return first.is_finite().then_some(());
    }
    // Each mean waits for the one before it. Two halves side by side wait half as long; the second
    // begins so early that nothing a number can hold is left of where it began.
    let middle = start + length / 2;
    let mut second = first.restarted(values[middle - lead]);
    for value in &values[middle - lead..middle] {
        second.step(*value);
    }
    run_halves([&mut first, &mut second], values, start..middle, out);
    let done = middle + (middle - start);
    second.run(values, done..values.len(), out);
    (first.is_finite() && second.is_finite()).then_some(())
}

/// Runs one through `range` and the other through as many values after it.
fn run_halves(
    halves: [&mut Divergence; 2],
    values: &[f64],
    range: Range<usize>,
    out: &mut MacdColumns<'_>,
) {
    let [first, second] = halves;
    let (length, both) = (range.len(), range.start..range.end + range.len());
    let (here, there) = values[both.clone()].split_at(length);
    let [line, signal, histogram] =
        out.all().map(|column| column[both.clone()].split_at_mut(length));
    let (mut a, mut b) = (first.clone(), second.clone()); // in registers
    for i in 0..length {
        (line.0[i], signal.0[i], histogram.0[i]) = a.step(here[i]);
        (line.1[i], signal.1[i], histogram.1[i]) = b.step(there[i]);
    }
    (*first, *second) = (a, b);
}

/// The three means on their way through a column.
///
/// The means are written as m + k (x - m), as TA-Lib has them: a line near zero is what the
/// rounding of its means leaves, so it is the same only where they round alike.
#[derive(Debug, Clone)]
pub(super) struct Divergence {
    warm_up: usize,
    fast: f64,
    slow: f64,
    signal: f64,
    fast_share: f64,
    slow_share: f64,
    signal_share: f64,
}

impl Divergence {
    /// Seeded by the first slow + signal - 1 values; writes their cells.
    pub(super) fn start(
        values: &[f64],
        periods: MacdPeriods,
        out: &mut MacdColumns<'_>,
    ) -> Option<Self> {
        let (fast, slow) = (periods.fast.min(periods.slow), periods.fast.max(periods.slow));
        let warm_up = slow.get() + periods.signal.get() - 2;
        let seed = values.get(..=warm_up)?;
        let (seed, rest) = seed.split_at(slow.get());
        let share = |period: Period| 2.0 / (period.to_f64() + 1.0);
        let mut divergence = Self {
            warm_up,
            fast: mean(&seed[slow.get() - fast.get()..]),
            slow: mean(seed),
            signal: 0.0,
            fast_share: share(fast),
            slow_share: share(slow),
            signal_share: share(periods.signal),
        };
        let mut line = divergence.fast - divergence.slow;
        let mut sum = line;
        for value in rest {
            line = divergence.next_line(*value);
            sum += line;
        }
        let signal = sum / periods.signal.to_f64();
        divergence.signal = signal;
        for column in out.all() {
            fill_warm_up(column, warm_up);
        }
        (out.line[warm_up], out.signal[warm_up], out.histogram[warm_up]) =
            (line, signal, line - signal);
        Some(divergence)
    }

    /// Index of the first value.
    pub(super) const fn warm_up(&self) -> usize {
        self.warm_up
    }

    #[inline]
    fn next_line(&mut self, value: f64) -> f64 {
        self.fast += (value - self.fast) * self.fast_share;
        self.slow += (value - self.slow) * self.slow_share;
        self.fast - self.slow
    }

    /// Takes the next value; gives line, signal and histogram.
    #[inline]
    pub(super) fn step(&mut self, value: f64) -> (f64, f64, f64) {
        let line = self.next_line(value);
        self.signal += (line - self.signal) * self.signal_share;
        (line, self.signal, line - self.signal)
    }

    pub(super) fn run(&mut self, values: &[f64], range: Range<usize>, out: &mut MacdColumns<'_>) {
        let mut here = self.clone(); // in registers
        for (value, [line, signal, histogram]) in values[range.clone()].iter().zip(out.cells(range))
        {
            (*line, *signal, *histogram) = here.step(*value);
        }
        *self = here;
    }

    /// The same means, as if all values so far had been `value`.
    fn restarted(&self, value: f64) -> Self {
        Self { fast: value, slow: value, signal: 0.0, ..self.clone() }
    }

    /// Values after which nothing is left of what the means were before them: the slow one first,
    /// then that of the lines, which were wrong as long.
    fn bars_to_forget(&self) -> usize {
        let steps = |share: f64| steps_to_forget(NEVER_SEEN, 1.0 - share);
        steps(self.slow_share).saturating_add(steps(self.signal_share))
    }

    const fn is_finite(&self) -> bool {
        self.fast.is_finite() && self.slow.is_finite() && self.signal.is_finite()
    }
}
