//! What a source says now of sessions that were decided already.
//!
//! Candles of the broker are adjusted for splits up to the day on which they are asked for. So on
//! the first session after a split all earlier candles have moved by one ratio, and that is how a
//! split becomes known. Anything else that differs is a restatement: it is noted, and changes
//! nothing that was decided.

use tradebot_domain::{Bar, Decimal};

/// Bars that are compared, the newest.
pub const SESSIONS: usize = 8;
/// Fewest bars that a split is told by.
const SPLIT_BARS_MIN: usize = 3;
/// Largest number of shares in the ratio of a split.
const SPLIT_SHARES_MAX: u32 = 50;
/// Adjusted prices are rounded to the cent, which is this much of the cheapest that matter.
const ROUNDING: f64 = 0.01;

/// What the comparison of known bars with those of a source says.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlap {
    /// The same prices.
    Same,
    /// All known prices divided by one ratio: a split, so many new shares for an old one.
    Split(Decimal),
    /// Bars that are other ones now: known, found.
    Restated(Vec<(Bar, Bar)>),
}

/// Compares known bars with those that the source gives for the same sessions now. Volumes are not
/// looked at: sources correct them for days.
pub fn compare(known: &[Bar], found: &[Bar]) -> Overlap {
    let pairs: Vec<(Bar, Bar)> = known
        .iter()
        .filter_map(|k| found.iter().find(|f| f.date == k.date).map(|f| (*k, *f)))
        .collect();
    let differ: Vec<(Bar, Bar)> =
        pairs.iter().filter(|(k, f)| prices(k) != prices(f)).copied().collect();
    if differ.is_empty() {
        return Overlap::Same;
    }
    match split(&pairs) {
        Some(ratio) => Overlap::Split(ratio),
        None => Overlap::Restated(differ),
    }
}

fn prices(bar: &Bar) -> [u64; 4] {
    [bar.open, bar.high, bar.low, bar.close].map(f64::to_bits)
}

/// The ratio of small whole numbers by which all closes moved, if there is one.
fn split(pairs: &[(Bar, Bar)]) -> Option<Decimal> {
    if pairs.len() < SPLIT_BARS_MIN {
        return None;
    }
    let mut ratios: Vec<f64> =
        pairs.iter().map(|(known, found)| known.close / found.close).collect();
    ratios.sort_by(f64::total_cmp);
    let middle = ratios[ratios.len() / 2];
    let near = |ratio: f64, of: f64| (ratio / of - 1.0).abs() < ROUNDING;
    if !middle.is_finite() || near(middle, 1.0) || !ratios.iter().all(|r| near(*r, middle)) {
        return None;
    }
    // The simplest ratio is meant: 2 for 1 before 39 for 20.
    let mut best: Option<(u32, u32)> = None;
    for old in 1..=SPLIT_SHARES_MAX {
        for new in 1..=SPLIT_SHARES_MAX {
            let simpler = best.is_none_or(|(n, o)| new + old < n + o);
            if simpler && near(f64::from(new) / f64::from(old), middle) {
                best = Some((new, old));
            }
        }
    }
    best.map(|(new, old)| Decimal::from(new) / Decimal::from(old))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tradebot_domain::Moment;

    fn bar(day: i8, close: f64) -> Bar {
        let date = Moment::constant(2026, 7, day);
        Bar { date, open: close, high: close + 1.0, low: close - 1.0, close, volume: 9.0 }
    }

    fn cents(bar: Bar, factor: f64) -> Bar {
        let cent = |x: f64| (x * factor * 100.0).round() / 100.0;
        Bar {
            open: cent(bar.open),
            high: cent(bar.high),
            low: cent(bar.low),
            close: cent(bar.close),
            ..bar
        }
    }

    #[test]
    fn other_volumes_and_sessions_of_one_side_alone_are_no_difference() {
        let known = [bar(6, 30.0), bar(7, 31.0)];
        let found = [Bar { volume: 10.0, ..bar(7, 31.0) }, bar(8, 99.0)];
        assert_eq!(compare(&known, &found), Overlap::Same);
        assert_eq!(compare(&[], &found), Overlap::Same);
    }

    #[test]
    fn a_cent_is_a_restatement_and_says_which_bar() {
        let known = [bar(6, 30.0), bar(7, 31.0), bar(8, 32.0)];
        let found = [bar(6, 30.0), bar(7, 31.01), bar(8, 32.0)];
        assert_eq!(compare(&known, &found), Overlap::Restated(vec![(known[1], found[1])]));
    }

    #[test]
    fn one_bar_that_doubled_is_no_split() {
        let known = [bar(6, 30.0), bar(7, 31.0), bar(8, 32.0)];
        let found = [bar(6, 30.0), bar(7, 15.5), bar(8, 32.0)];
        assert!(matches!(compare(&known, &found), Overlap::Restated(bars) if bars.len() == 1));
        // Two bars alone are too few to tell.
        let halved = known.map(|b| cents(b, 0.5));
        assert!(matches!(compare(&known[..2], &halved), Overlap::Restated(_)));
    }

    proptest! {
        #[test]
        fn splits_are_found_by_their_ratio(
            (new, old) in prop::sample::select(vec![(2, 1), (3, 1), (3, 2), (4, 1), (7, 1), (20, 1), (1, 2), (1, 8), (1, 10), (1, 25)]),
            close in 5.0_f64..900.0,
        ) {
            let cent = |x: f64| (x * 100.0).round() / 100.0;
            let known: Vec<Bar> = (6..11).map(|d| bar(d, cent(close + f64::from(d)))).collect();
            let factor = f64::from(old) / f64::from(new);
            prop_assume!(close * factor > 2.0);
            let found: Vec<Bar> = known.iter().map(|b| cents(*b, factor)).collect();
            let expected = Decimal::from(new) / Decimal::from(old);
            prop_assert_eq!(compare(&known, &found), Overlap::Split(expected));
        }
    }
}
