//! What the crossing of B1 must come to: the plainest loop that keeps its contract.
//!
//! At the close of bar 30 and later (counted from 0), the mean of 10 closes above that of 30 while
//! flat buys one unit; below while long sells it. 0.1 % of a fill's value is its fee. The order
//! fills at the next open; a second account fills at the deciding close, for systems that do so by
//! design. Equity is cash and the open unit at the last close.

use serde_json::{Value, json};

use super::made_up::Columns;

const FAST: usize = 10;
const SLOW: usize = 30;
const FEE: f64 = 0.001;
const CASH: f64 = 100_000_000.0;

#[derive(Default)]
struct Account {
    /// Taken in less paid out.
    cash: f64,
    held: f64,
    fills: u64,
}

impl Account {
    fn fill(&mut self, units: f64, price: f64) {
        self.cash -= units * price + price * FEE;
        self.held += units;
        self.fills += 1;
    }

    fn equity(&self, last: f64) -> f64 {
        CASH + self.cash + self.held * last
    }
}

/// The check that every system must print, under the keys that it prints.
pub(super) fn expected(bars: &Columns) -> Value {
    let (mut next_open, mut same_close) = (Account::default(), Account::default());
    let mut ordered = None;
    let mut long = false;
    for (at, close) in bars.close.iter().enumerate() {
        if let Some(units) = ordered.take() {
            next_open.fill(units, bars.open[at]);
        }
        if at < SLOW {
            continue;
        }
        let mean = |n: usize| bars.close[at + 1 - n..=at].iter().sum::<f64>() / n as f64;
        let (fast, slow) = (mean(FAST), mean(SLOW));
        if (fast > slow && !long) || (fast < slow && long) {
            let units = if long { -1.0 } else { 1.0 };
            long = !long;
            ordered = Some(units);
            same_close.fill(units, *close);
        }
    }
    let last = bars.close.last().copied().unwrap_or(0.0);
    json!({
        "fills": next_open.fills,
        "trades": next_open.fills / 2,
        "final_equity": next_open.equity(last),
        "fills_same_close": same_close.fills,
        "final_equity_same_close": same_close.equity(last),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_and_equities_are_those_that_were_published() {
        for (bars, fills, next_open, same_close) in [
            (1_000, 34, 99_999_890.053, 99_999_881.074),
            (10_000, 394, 99_996_309.140, 99_996_313.236),
            (100_000, 3_760, 99_964_479.507, 99_964_491.533),
        ] {
            let found = expected(&Columns::new(bars));
            assert_eq!(found["fills"], fills, "{bars}");
            for (key, published) in
                [("final_equity", next_open), ("final_equity_same_close", same_close)]
            {
                let value = found[key].as_f64().unwrap();
                assert!((value - published).abs() < 6e-4, "{bars} {key}: {value}, not {published}");
            }
        }
    }

    #[test]
    fn what_the_last_bar_decides_fills_at_its_close_but_at_no_open() {
        // Flat for thirty bars, then one rise: bought on the very last bar.
        let mut close = vec![100.0; 31];
        close[30] = 110.0;
        let bars = Columns { open: close.clone(), close, ..Columns::default() };
        let found = expected(&bars);
        assert_eq!((&found["fills"], &found["fills_same_close"]), (&json!(0), &json!(1)));
        assert_eq!(found["final_equity"], CASH);
        assert_eq!(found["final_equity_same_close"], CASH - 110.0 * FEE);
    }
}
