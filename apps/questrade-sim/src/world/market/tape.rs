//! One session, minute by minute: a path through the open, high, low and close of a recorded bar.

use rust_decimal::Decimal;
use tradebot_domain::{Bar, SessionHours, Timestamp};

use crate::world::random::Draws;
use crate::world::time::seconds_between;

/// Prices are counted in hundredths of a cent, so that a path is the same on every machine.
const UNITS: f64 = 10_000.0;

/// A price in hundredths of a cent.
#[expect(clippy::cast_possible_truncation, reason = "prices are far below what an i64 holds")]
pub(crate) fn units(price: f64) -> i64 {
    (price * UNITS).round() as i64
}

/// A price of so many hundredths of a cent.
pub(crate) fn price(units: i64) -> Decimal {
    Decimal::new(units, 4).normalize()
}

/// A session that is played.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Day {
    pub(crate) hours: SessionHours,
    /// The last trade after each minute, hundredths of a cent; the first is the opening trade.
    pub(crate) prices: Vec<i64>,
    /// Shares traded in each minute.
    pub(crate) volumes: Vec<i64>,
}

/// What happened in a span of minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) open: i64,
    pub(crate) high: i64,
    pub(crate) low: i64,
    pub(crate) close: i64,
    pub(crate) volume: i64,
    /// Price times shares, hundredths of a cent.
    pub(crate) turnover: i128,
}

impl Span {
    /// Volume-weighted average price; the close when nothing was traded.
    pub(crate) fn vwap(&self) -> Decimal {
        let average = self.turnover.checked_div(i128::from(self.volume));
        price(average.and_then(|a| i64::try_from(a).ok()).unwrap_or(self.close))
    }
}

impl Day {
    /// The path of a bar.
    ///
    /// - **tick:** the price step in hundredths of a cent; what the bar itself says is kept as is.
    pub(crate) fn of(bar: &Bar, hours: SessionHours, tick: i64, draws: &mut Draws) -> Self {
        let minutes = seconds_between(hours.open, hours.close) / 60;
        let n = usize::try_from(minutes).unwrap_or(390).max(4);
        let all = [bar.open, bar.high, bar.low, bar.close].map(units);
        let (open, close) = (all[0], all[3]);
        let high = all.into_iter().max().unwrap_or(open);
        let low = all.into_iter().min().unwrap_or(open);
        let mut pick = || usize::try_from(draws.below(n as u64 - 1)).unwrap_or(0) + 1;
        let (at_high, at_low) = distinct(pick(), pick(), n);
        let mut anchors = [(0, open), (at_high, high), (at_low, low), (n, close)];
        anchors.sort_by_key(|(at, _)| *at);
        let mut prices = vec![open; n + 1];
        for pair in anchors.windows(2) {
            fill(&mut prices, (pair[0], pair[1]), (low, high), tick, draws);
        }
        Self { hours, prices, volumes: volumes(bar.volume, n, draws) }
    }

    /// Whole minutes played by `at`; none before the opening.
    pub(crate) fn minutes_at(&self, at: Timestamp) -> Option<usize> {
        let seconds = seconds_between(self.hours.open, at);
        let minutes = usize::try_from(seconds.div_euclid(60)).ok()?;
        Some(minutes.min(self.volumes.len()))
    }

    /// What happened in minutes `from..to`; the opening trade alone for an empty span.
    pub(crate) fn span(&self, from: usize, to: usize) -> Span {
        let traded = &self.prices[from..=to];
        let of = |minute: usize| (self.prices[minute + 1], self.volumes[minute]);
        let turnover = (from..to).map(of).map(|(p, v)| i128::from(p) * i128::from(v)).sum();
        Span {
            open: traded[0],
            high: traded.iter().copied().max().unwrap_or(traded[0]),
            low: traded.iter().copied().min().unwrap_or(traded[0]),
            close: traded[traded.len() - 1],
            volume: self.volumes[from..to].iter().sum(),
            turnover,
        }
    }
}

/// Two different minutes inside 1..n.
fn distinct(a: usize, b: usize, n: usize) -> (usize, usize) {
    if a != b {
        (a, b)
    } else if b + 1 < n {
        (a, b + 1)
    } else {
        (a, b - 1)
    }
}

/// Steps between two anchors: a straight line with jitter, on the tick, inside the day's range.
fn fill(
    prices: &mut [i64],
    ((from, first), (to, last)): ((usize, i64), (usize, i64)),
    (low, high): (i64, i64),
    tick: i64,
    draws: &mut Draws,
) {
    let width = i64::try_from(to - from).unwrap_or(1).max(1);
    let jitter = (high - low) / 10;
    prices[from] = first;
    for (step, price) in (1_i64..).zip(&mut prices[from + 1..to]) {
        let line = first + (last - first) * step / width;
        let noise = i64::try_from(draws.below(2 * jitter.unsigned_abs() + 1)).unwrap_or(0) - jitter;
        let rounded = (line + noise).div_euclid(tick) * tick;
        *price = rounded.clamp(low, high);
    }
    prices[to] = last;
}

/// A day's volume over its minutes: more at both ends.
#[expect(clippy::cast_possible_truncation, reason = "volumes are far below what an i64 holds")]
fn volumes(total: f64, n: usize, draws: &mut Draws) -> Vec<i64> {
    let (total, n_wide) = (total.max(0.0) as i64, i64::try_from(n).unwrap_or(1));
    let weights: Vec<i64> = (0..n_wide)
        .map(|k| {
            4 + 8 * (2 * k - n_wide).abs() / n_wide + i64::try_from(draws.below(5)).unwrap_or(0)
        })
        .collect();
    let sum: i64 = weights.iter().sum();
    let mut volumes: Vec<i64> = weights
        .iter()
        .map(|w| i64::try_from(i128::from(total) * i128::from(*w) / i128::from(sum)).unwrap_or(0))
        .collect();
    let given: i64 = volumes.iter().sum();
    if let Some(last) = volumes.last_mut() {
        *last += total - given;
    }
    volumes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tradebot_domain::{Date, Exchange};

    proptest! {
        #[test]
        fn a_played_day_is_the_bar_it_was_made_of(
            cents in prop::array::uniform4(500_i64..900),
            volume in 0_u32..5_000_000,
            seed in any::<u64>(),
            half in any::<bool>(),
        ) {
            let date: Date = if half { "2026-11-27" } else { "2026-07-09" }.parse().unwrap();
            let hours = Exchange::Xnys.session(date).unwrap().unwrap();
            let [open, close, a, b] = cents.map(|c| c as f64 / 100.0);
            let bar = Bar {
                date: date.into(), open, close, volume: f64::from(volume),
                high: open.max(close).max(a).max(b), low: open.min(close).min(a).min(b),
            };
            let day = Day::of(&bar, hours, 100, &mut Draws::new(seed, "t", 0));
            let n = if half { 210 } else { 390 };
            prop_assert_eq!(day.volumes.len(), n);
            let whole = day.span(0, n);
            let expected = [bar.open, bar.high, bar.low, bar.close].map(units);
            prop_assert_eq!([whole.open, whole.high, whole.low, whole.close], expected);
            prop_assert_eq!(whole.volume, i64::from(volume));
            prop_assert!(day.volumes.iter().all(|v| *v >= 0));
            prop_assert!(day.prices.iter().all(|p| p % 100 == 0));
        }
    }
}
