//! Generated minutes: the same bits in every language.
//!
//! A SplitMix64 stream (seed 42); normals as the sum of twelve 16-bit words (Irwin-Hall); GARCH(1,1)
//! volatility; five steps per bar around a level of 10,000. Prices are whole ticks, so that running
//! sums are exact and no engine's order of summation decides a tie of averages.

use tradebot_domain::Columns;

/// Columns of generated bars.
#[derive(Default)]
pub(crate) struct Generated {
    open: Vec<f64>,
    high: Vec<f64>,
    low: Vec<f64>,
    close: Vec<f64>,
    volume: Vec<f64>,
}

struct Stream(u64);

impl Stream {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn normal(&mut self) -> f64 {
        let mut sum = 0_u64;
        for _ in 0..3 {
            let draw = self.next();
            sum += (draw & 0xFFFF) + ((draw >> 16) & 0xFFFF);
            sum += ((draw >> 32) & 0xFFFF) + ((draw >> 48) & 0xFFFF);
        }
        (sum as f64 - 393_210.0) / 65_536.0
    }
}

impl Generated {
    /// The first `n` bars.
    pub(crate) fn bars(n: usize) -> Self {
        let mut stream = Stream(42);
        let mut columns = Self::default();
        let (mut price, mut variance) = (10_000.0_f64, 2.5e-7_f64);
        for _ in 0..n {
            let before = price;
            let sigma = variance.sqrt() * 0.5;
            price *= 1.0 + sigma * 0.5 * stream.normal();
            price -= 2e-6 * (price - 10_000.0);
            let (open, mut high, mut low) = (price, price, price);
            for _ in 0..4 {
                price *= 1.0 + sigma * stream.normal();
                high = high.max(price);
                low = low.min(price);
            }
            let change = price / before - 1.0;
            columns.open.push((open + 0.5).floor());
            columns.high.push((high + 0.5).floor());
            columns.low.push((low + 0.5).floor());
            columns.close.push((price + 0.5).floor());
            let volume = 1.0 + (stream.next() % 1000) as f64 + (1e6 * change.abs()).floor();
            columns.volume.push(volume);
            variance = 1.25e-9 + 0.05 * change * change + 0.945 * variance;
        }
        columns
    }

    /// How many bars.
    #[allow(dead_code, reason = "not everyone who generates counts")]
    pub(crate) fn len(&self) -> usize {
        self.open.len()
    }

    /// The first `n` of these bars.
    pub(crate) fn columns(&self, n: usize) -> Columns<'_> {
        Columns {
            open: &self.open[..n],
            high: &self.high[..n],
            low: &self.low[..n],
            close: &self.close[..n],
            volume: &self.volume[..n],
        }
    }
}
