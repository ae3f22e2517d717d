//! Do two sources say the same of the sessions that both have?

use serde::{Deserialize, Serialize};
use tradebot_domain::{Bar, Date};

/// How far two sources may be apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tolerance {
    /// Prices, as a part of the price.
    pub price: f64,
    /// Prices, in currency units: half a cent, for sources that round.
    pub price_least: f64,
    /// Volume, as a part of the larger one: consolidated tapes and single venues differ.
    pub volume: f64,
}

impl Default for Tolerance {
    /// A tenth of a percent or half a cent; half of the volume.
    fn default() -> Self {
        Self { price: 0.001, price_least: 0.005, volume: 0.5 }
    }
}

/// One field of one session on which two sources differ.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Disagreement {
    /// The session.
    pub date: Date,
    /// `open`, `high`, `low`, `close` or `volume`.
    pub field: &'static str,
    /// What the first says.
    pub one: f64,
    /// What the second says.
    pub other: f64,
}

/// What a comparison found.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct Agreement {
    /// Sessions that both have.
    pub compared: usize,
    /// Of those, sessions on which they agree.
    pub agreed: usize,
    /// Fields on which they do not, by date.
    pub disagreements: Vec<Disagreement>,
}

impl Agreement {
    /// Part of the sessions compared on which both agree; 1 where there was none to compare.
    pub fn share(&self) -> f64 {
        if self.compared == 0 { 1.0 } else { self.agreed as f64 / self.compared as f64 }
    }
}

/// Compares two series of daily bars, both in order, on the sessions that both have. A volume of 0
/// is no statement and agrees with any.
pub fn agreement(one: &[Bar], other: &[Bar], tolerance: Tolerance) -> Agreement {
    let mut found = Agreement::default();
    for bar in one {
        let Ok(at) = other.binary_search_by_key(&bar.date, |b| b.date) else { continue };
        found.compared += 1;
        let differ = differences(bar, &other[at], tolerance);
        found.agreed += usize::from(differ.is_empty());
        found.disagreements.extend(differ);
    }
    found
}

fn differences(one: &Bar, other: &Bar, tolerance: Tolerance) -> Vec<Disagreement> {
    let Tolerance { price, price_least, volume } = tolerance;
    let price = |a: f64, b: f64| (a - b).abs() <= (price * a.abs().max(b.abs())).max(price_least);
    let volume = |a: f64, b: f64| a == 0.0 || b == 0.0 || (a - b).abs() <= volume * a.max(b);
    [
        ("open", one.open, other.open, price(one.open, other.open)),
        ("high", one.high, other.high, price(one.high, other.high)),
        ("low", one.low, other.low, price(one.low, other.low)),
        ("close", one.close, other.close, price(one.close, other.close)),
        ("volume", one.volume, other.volume, volume(one.volume, other.volume)),
    ]
    .into_iter()
    .filter(|(.., agree)| !agree)
    .map(|(field, one_says, other_says, _)| Disagreement {
        date: one.date.date(),
        field,
        one: one_says,
        other: other_says,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bar(day: i8, close: f64, volume: f64) -> Bar {
        let date = Date::constant(2026, 7, day).into();
        Bar { date, open: close, high: close, low: close, close, volume }
    }

    #[test]
    fn only_sessions_of_both_are_compared_and_what_differs_is_named() {
        let one = [bar(6, 10.0, 100.0), bar(7, 10.0, 100.0), bar(8, 100.0, 0.0), bar(9, 7.0, 9.0)];
        let other = [bar(7, 10.004, 190.0), bar(8, 100.2, 100.0), bar(9, 7.0, 900.0)];
        let found = agreement(&one, &other, Tolerance::default());
        assert_eq!((found.compared, found.agreed), (3, 1));
        let fields: Vec<_> = found.disagreements.iter().map(|d| (d.date.day(), d.field)).collect();
        assert_eq!(fields, [(8, "open"), (8, "high"), (8, "low"), (8, "close"), (9, "volume")]);
        assert_eq!(agreement(&one, &[], Tolerance::default()).share(), 1.0);
    }

    #[test]
    fn a_number_that_is_none_agrees_with_nothing() {
        let found = agreement(&[bar(6, f64::NAN, 1.0)], &[bar(6, 10.0, 1.0)], Tolerance::default());
        assert_eq!(found.agreed, 0);
    }

    proptest! {
        /// Who is first does not matter, and every series agrees with itself.
        #[test]
        fn it_is_symmetric(closes in prop::collection::vec((1.0_f64..500.0, 0.99_f64..1.01), 1..28)) {
            let series = |of: fn(&(f64, f64)) -> f64| -> Vec<Bar> {
                closes.iter().zip(1..).map(|(c, day)| bar(day, of(c), 10.0)).collect()
            };
            let (one, other) = (series(|c| c.0), series(|c| c.0 * c.1));
            let (a, b) = (agreement(&one, &other, Tolerance::default()), agreement(&other, &one, Tolerance::default()));
            prop_assert_eq!((a.compared, a.agreed), (b.compared, b.agreed));
            prop_assert_eq!(agreement(&one, &one, Tolerance::default()).agreed, one.len());
        }
    }
}
