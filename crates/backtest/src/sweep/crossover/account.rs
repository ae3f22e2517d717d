//! An account that is all in or all out, followed from holding to holding.

use super::stretches::Stretches;
use super::{Fill, Holding, Rules, Side};
use crate::performance::{SESSIONS_PER_YEAR, annual_growth};
use crate::sweep::trial::TrialResult;

/// A series as accounts need it.
#[derive(Debug, Clone)]
pub(super) struct Series {
    bars: Vec<Bar>,
    stretches: Stretches,
    rules: Rules,
}

/// One bar.
#[derive(Debug, Clone, Copy)]
struct Bar {
    open: f64,
    close: f64,
    /// Return of the bar when bought at its open: close over the price with fee, less 1.
    entering: f64,
    /// Return of the bar when sold at its open: the price less fee over the last close, less 1.
    leaving: f64,
    /// Sum of close-to-close returns up to this bar.
    sum: f64,
    /// Sum of their squares.
    squares: f64,
}

impl Series {
    /// As many opens as closes, at least two, all above 0.
    pub(super) fn new(opens: &[f64], closes: &[f64], rules: Rules) -> Self {
        let (mut last, mut sum, mut squares) = (closes[0], 0.0, 0.0);
        let bar = |(&open, &close): (&f64, &f64)| {
            let held = close / last - 1.0;
            sum += held;
            squares += held * held;
            let entering = rules.bought(close, open) - 1.0;
            let leaving = rules.sold(1.0, open) / last - 1.0;
            last = close;
            Bar { open, close, entering, leaving, sum, squares }
        };
        let bars = opens.iter().zip(closes).map(bar).collect();
        Self { bars, stretches: Stretches::new(closes), rules }
    }

    pub(super) fn fills(&self, holdings: impl Iterator<Item = Holding>) -> Vec<Fill> {
        let mut cash = self.rules.cash;
        let mut fills = Vec::new();
        for Holding { entry, exit } in holdings {
            let price = self.bars[entry].open;
            let shares = self.rules.bought(cash, price);
            fills.push(Fill { bar: entry, side: Side::Buy, price, shares });
            if let Some(bar) = exit {
                let price = self.bars[bar].open;
                cash = self.rules.sold(shares, price);
                fills.push(Fill { bar, side: Side::Sell, price, shares });
            }
        }
        fills
    }

    /// Simple returns from close to close: one less than bars.
    pub(super) fn returns(&self, holdings: impl Iterator<Item = Holding>) -> Vec<f64> {
        let mut returns = vec![0.0; self.bars.len()];
        for Holding { entry, exit } in holdings {
            let end = exit.unwrap_or(self.bars.len());
            returns[entry] = self.bars[entry].entering;
            let held = self.bars[entry..end].windows(2).map(|w| w[1].close / w[0].close - 1.0);
            returns[entry + 1..end].iter_mut().zip(held).for_each(|(to, held)| *to = held);
            if let Some(exit) = exit {
                returns[exit] = self.bars[exit].leaving;
            }
        }
        // No signal comes before the first close, so nothing is filled on the first bar.
        returns.remove(0);
        returns
    }
}

/// An account on its way.
pub(super) struct Account<'a> {
    series: &'a Series,
    cash: f64,
    /// Equity at the last close seen.
    equity: f64,
    /// Highest equity at a close.
    peak: f64,
    /// Least equity over the highest before it.
    fallen: f64,
    /// Sum of returns.
    sum: f64,
    /// Sum of their squares.
    squares: f64,
    fills: u64,
    trades: u64,
}

impl<'a> Account<'a> {
    pub(super) fn new(series: &'a Series) -> Self {
        let cash = series.rules.cash;
        let (sum, squares) = (0.0, 0.0);
        Self {
            series,
            cash,
            equity: cash,
            peak: cash,
            fallen: 1.0,
            sum,
            squares,
            fills: 0,
            trades: 0,
        }
    }

    /// From the open of the entry to the close of the bar of the exit. Between, equity is the
    /// shares times the close.
    pub(super) fn hold(&mut self, Holding { entry, exit }: Holding) {
        let bars = &self.series.bars;
        let end = exit.unwrap_or(bars.len());
        let (first, last) = (&bars[entry], &bars[end - 1]);
        let shares = self.series.rules.bought(self.cash, first.open);
        let held = self.series.stretches.over(entry, end - 1);
        self.fallen = self.fallen.min(held.fallen).min(shares * held.lowest / self.peak);
        self.peak = self.peak.max(shares * held.highest);
        self.sum += first.entering + (last.sum - first.sum);
        self.squares += first.entering * first.entering + (last.squares - first.squares);
        self.equity = shares * last.close;
        self.fills += 1;
        if let Some(exit) = exit {
            self.leave(shares, &bars[exit]);
        }
    }

    fn leave(&mut self, shares: f64, bar: &Bar) {
        self.cash = self.series.rules.sold(shares, bar.open);
        self.equity = self.cash;
        self.peak = self.peak.max(self.cash);
        self.fallen = self.fallen.min(self.cash / self.peak);
        self.sum += bar.leaving;
        self.squares += bar.leaving * bar.leaving;
        self.fills += 1;
        self.trades += 1;
    }

    pub(super) fn result(self) -> TrialResult {
        let growth = self.equity / self.series.rules.cash;
        let returns = self.series.bars.len() - 1;
        TrialResult {
            final_equity: self.equity,
            total_return: growth - 1.0,
            cagr: Some(annual_growth(growth, returns)),
            sharpe: self.sharpe(returns as f64),
            max_drawdown: self.fallen - 1.0,
            fills: self.fills,
            trades: self.trades,
            daily_returns: None,
        }
    }

    /// Mean over standard deviation (n - 1), per year; `None` without a fill or a second return.
    fn sharpe(&self, returns: f64) -> Option<f64> {
        let mean = self.sum / returns;
        let variance = (self.squares - returns * mean * mean) / (returns - 1.0);
        (self.fills > 0 && returns > 1.0 && variance > 0.0)
            .then(|| mean / variance.sqrt() * SESSIONS_PER_YEAR.sqrt())
    }
}
