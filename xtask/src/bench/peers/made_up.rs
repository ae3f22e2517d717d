//! One-minute bars out of nothing, the same to the last bit in any language.
//!
//! Only `+ - * /`, the square root and rounding down are used, from left to right, so that who
//! writes this again in C or Python gets the same bits. Prices are whole ticks: running sums of
//! them are exact, and where two averages tie does not depend on the order they were summed in.
//!
//! - Randomness: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) from a seed of 42.
//! - A normal: twelve 16-bit parts of three draws, summed, less 393,210, over 65,536 (Irwin-Hall).
//! - Variance of a bar: GARCH(1,1), 1.25e-9 + 0.05 r² + 0.945 h, from 2.5e-7.
//! - A bar: from the last close a gap of half a step, a pull of 2e-6 to 10,000, then four steps of
//!   sqrt(h)/2 each; open, high, low and close of that path rounded to ticks. The path itself is
//!   kept unrounded.
//! - Volume: 1 + draw mod 1,000 + a million times the bar's move.

/// Columns of bars, one entry a bar.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Columns {
    pub(super) open: Vec<f64>,
    pub(super) high: Vec<f64>,
    pub(super) low: Vec<f64>,
    pub(super) close: Vec<f64>,
    pub(super) volume: Vec<f64>,
}

/// What every series begins with.
const SEED: u64 = 42;
/// Where prices begin, and what they are pulled to.
const LEVEL: f64 = 10_000.0;

impl Columns {
    /// The first `bars` of the series.
    pub(super) fn new(bars: usize) -> Self {
        let mut path = Path { draws: SplitMix64(SEED), price: LEVEL, variance: 2.5e-7 };
        let mut made = Self::default();
        for _ in 0..bars {
            let [open, high, low, close, volume] = path.bar();
            made.open.push(open);
            made.high.push(high);
            made.low.push(low);
            made.close.push(close);
            made.volume.push(volume);
        }
        made
    }

    /// Open, high, low, close, volume.
    pub(super) fn all(&self) -> [&[f64]; 5] {
        [&self.open, &self.high, &self.low, &self.close, &self.volume]
    }
}

struct Path {
    draws: SplitMix64,
    /// Unrounded.
    price: f64,
    /// Of the next bar's return.
    variance: f64,
}

impl Path {
    fn bar(&mut self) -> [f64; 5] {
        let before = self.price;
        let step = self.variance.sqrt() * 0.5;
        self.price *= 1.0 + step * 0.5 * self.draws.normal();
        self.price -= 2e-6 * (self.price - LEVEL);
        let open = self.price;
        let (mut high, mut low) = (open, open);
        for _ in 0..4 {
            self.price *= 1.0 + step * self.draws.normal();
            high = high.max(self.price);
            low = low.min(self.price);
        }
        let thousandths = self.draws.next() % 1_000;
        let move_ = self.price / before - 1.0;
        self.variance = 1.25e-9 + 0.05 * move_ * move_ + 0.945 * self.variance;
        let volume = 1.0 + thousandths as f64 + (1e6 * move_.abs()).floor();
        let tick = |price: f64| (price + 0.5).floor();
        [tick(open), tick(high), tick(low), tick(self.price), volume]
    }
}

/// SplitMix64.
pub(super) struct SplitMix64(pub(super) u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Nearly normal, of mean 0 and variance 1.
    pub(super) fn normal(&mut self) -> f64 {
        let mut sum = 0;
        for _ in 0..3 {
            let draw = self.next();
            sum += [0, 16, 32, 48].map(|shift| (draw >> shift) & 0xFFFF).iter().sum::<u64>();
        }
        (sum as f64 - 393_210.0) / 65_536.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First, last, sum, least and greatest close as published, by number of bars.
    const PUBLISHED: [(usize, [f64; 5]); 4] = [
        (1_000, [9_992.0, 9_969.0, 10_068_418.0, 9_917.0, 10_287.0]),
        (10_000, [9_992.0, 9_600.0, 98_151_121.0, 9_367.0, 10_402.0]),
        (100_000, [9_992.0, 10_885.0, 1_030_175_177.0, 8_854.0, 12_222.0]),
        (1_000_000, [9_992.0, 8_461.0, 9_151_704_895.0, 4_910.0, 13_987.0]),
    ];

    #[test]
    fn closes_are_those_that_were_published() {
        let made = Columns::new(1_000_000);
        for (bars, expected) in PUBLISHED {
            let close = &made.close[..bars];
            let least = close.iter().copied().fold(f64::INFINITY, f64::min);
            let greatest = close.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let found = [close[0], close[bars - 1], close.iter().sum(), least, greatest];
            assert_eq!(found, expected, "{bars} bars");
        }
    }

    #[test]
    fn all_columns_are_those_whose_published_fingerprint_the_peers_look_at() {
        // The published fingerprint is a SHA-256, which bench/peers/harness.py checks on every run;
        // this one is of the same bytes.
        let mut hasher = blake3::Hasher::new();
        for column in Columns::new(100_000).all() {
            for value in column {
                hasher.update(&value.to_le_bytes());
            }
        }
        assert_eq!(&hasher.finalize().to_hex()[..16], "13c8332693bce0cf");
    }

    #[test]
    fn a_shorter_series_is_the_beginning_of_a_longer_one() {
        let (short, long) = (Columns::new(500), Columns::new(800));
        for (short, long) in short.all().into_iter().zip(long.all()) {
            assert_eq!(short, &long[..500]);
        }
    }
}
