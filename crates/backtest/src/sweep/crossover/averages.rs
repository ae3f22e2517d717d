//! Moving averages of many periods, and where one line is first below another.

/// Bars compared at a time. Small enough that little is wasted when a crossing comes soon, large
/// enough that the compiler turns the comparison into a few vector instructions.
const BLOCK: usize = 16;

/// Averages of one series, a line per period.
#[derive(Debug, Clone)]
pub(super) struct Averages {
    /// Ascending, each once.
    periods: Vec<usize>,
    /// Whole blocks per line.
    blocks: usize,
    /// All lines one after the other, each filled up to whole blocks; NaN where there is no value.
    values: Vec<f64>,
    /// Lowest value of each block; infinite where it has none.
    lowest: Vec<f64>,
    /// Highest value of each block; minus infinity where it has none.
    highest: Vec<f64>,
}

/// The averages of one period, a value per bar.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    values: &'a [f64],
    lowest: &'a [f64],
    highest: &'a [f64],
}

impl Averages {
    /// Means of the last `period` closes at every bar that has so many; periods at least 1.
    pub(super) fn new(closes: &[f64], periods: &[usize]) -> Self {
        let mut periods = periods.to_vec();
        periods.sort_unstable();
        periods.dedup();
        let blocks = closes.len().div_ceil(BLOCK);
        let mut averages = Self {
            blocks,
            values: Vec::with_capacity(periods.len() * blocks * BLOCK),
            lowest: Vec::with_capacity(periods.len() * blocks),
            highest: Vec::with_capacity(periods.len() * blocks),
            periods: Vec::new(),
        };
        let sums = running_sums(closes);
        for &period in &periods {
            averages.push(&sums, period);
        }
        averages.periods = periods;
        averages
    }

    /// Appends the line of a period.
    fn push(&mut self, sums: &[f64], period: usize) {
        let start = self.values.len();
        let (bars, end) = (sums.len() - 1, start + self.blocks * BLOCK);
        self.values.resize(start + bars.min(period - 1), f64::NAN);
        let later = sums.get(period..).unwrap_or_default();
        let divisor = period as f64;
        self.values.extend(later.iter().zip(sums).map(|(to, from)| (to - from) / divisor));
        self.values.resize(end, f64::NAN);
        for block in self.values[start..].chunks_exact(BLOCK) {
            // These pass over NaN.
            self.lowest.push(block.iter().fold(f64::INFINITY, |low, value| low.min(*value)));
            self.highest.push(block.iter().fold(f64::NEG_INFINITY, |high, value| high.max(*value)));
        }
    }

    /// The line of a period; `None` for one it was not made with.
    pub(super) fn line(&self, period: usize) -> Option<Line<'_>> {
        let at = self.periods.binary_search(&period).ok()?;
        let blocks = at * self.blocks..(at + 1) * self.blocks;
        Some(Line {
            values: &self.values[blocks.start * BLOCK..blocks.end * BLOCK],
            lowest: &self.lowest[blocks.clone()],
            highest: &self.highest[blocks],
        })
    }
}

/// The sum of the first `n` values at index `n`, from 0 on.
fn running_sums(values: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    let sums = values.iter().map(|value| {
        sum += value;
        sum
    });
    std::iter::once(0.0).chain(sums).collect()
}

impl Line<'_> {
    /// The first bar from `from` on at which this line is below the other; both of one series.
    pub(super) fn first_below(self, other: Self, from: usize) -> Option<usize> {
        let (own, others) = (self.values.get(from..)?, other.values.get(from..)?);
        // The next bars at once, whatever block they are in: many crossings come soon.
        let (Some(first), Some(second)) = (own.first_chunk(), others.first_chunk()) else {
            return own.iter().zip(others).position(|(a, b)| a < b).map(|at| from + at);
        };
        first_below_in_block(first, second)
            .map(|at| from + at)
            .or_else(|| self.first_below_in_blocks(other, from / BLOCK + 1))
    }

    /// The same, from the start of a block on.
    fn first_below_in_blocks(self, other: Self, from: usize) -> Option<usize> {
        let (own, _) = self.values.as_chunks::<BLOCK>();
        let (others, _) = other.values.as_chunks::<BLOCK>();
        let extremes = self.lowest.iter().zip(other.highest).enumerate().skip(from);
        extremes.filter(|(_, (low, high))| low < high).find_map(|(block, _)| {
            let at = first_below_in_block(&own[block], &others[block])?;
            Some(block * BLOCK + at)
        })
    }
}

/// Comparisons of a whole block as bits, so that there is one branch and not sixteen.
fn first_below_in_block(own: &[f64; BLOCK], others: &[f64; BLOCK]) -> Option<usize> {
    let pairs = own.iter().zip(others).enumerate();
    let below = pairs.fold(0_u32, |bits, (at, (a, b))| bits | (u32::from(a < b) << at));
    (below != 0).then(|| below.trailing_zeros() as usize)
}
