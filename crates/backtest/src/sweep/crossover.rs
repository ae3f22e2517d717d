//! A fast screen for crossing moving averages: long while the fast one is above the slow one.
//!
//! This is a screen, not a second engine. It knows one symbol, one rule and one kind of order, and
//! none of what the engine does: no limits, no brackets, no calendar, no dividends, no whole shares.
//! What looks good here has still to be run through the engine; nothing here may be reported as a
//! backtest.
//!
//! **The rule.** At the close of bar `i`, from bar `slow - 1 + wait` on, the account wants to be in
//! when the mean of the last `fast` closes is above that of the last `slow`, out when it is below,
//! and stays as it is when they are equal. A change is filled at the next open: in with all cash,
//! `cash / (open (1 + fee))` shares in fractions; out with all shares, `shares x open (1 - fee)`. A
//! signal on the last bar is not filled. Equity is marked at every close.
//!
//! **Why it is fast.** Each period's average is computed once for all pairs. Averages are compared
//! sixteen bars at a time, and whole stretches are passed over when the lowest value of one line is
//! not below the highest of the other. Within a holding equity is a multiple of the close, so that
//! returns come from running sums and the drawdown from a table of stretches, in constant time
//! whatever the length of the holding. The work of a pair is that of finding its crossings.
//!
//! Averages are differences of a running sum. Prices in ticks (whole numbers) make sums exact, and
//! so ties of averages real ties; with prices in fractions a tie may fall either way. Figures agree
//! with a loop over the bars to rounding, about one part in 10^12.
//!
//! Memory: 9 bytes per bar and period, and about 130 per bar.
//!
//! ```
//! use tradebot_backtest::sweep::crossover::{Pair, Rules, Screen};
//!
//! let closes = [10.0, 9.0, 8.0, 9.0, 11.0, 13.0, 12.0, 9.0, 7.0, 7.0];
//! let opens = [10.0, 10.0, 9.0, 8.0, 9.0, 12.0, 13.0, 12.0, 10.0, 7.0];
//! let rules = Rules { cash: 1_000.0, fee: 0.0, wait: 0 };
//! let screen = Screen::new(&opens, &closes, rules, &[1, 3])?;
//! let pair = Pair::new(1, 3)?;
//! // In at the open of bar 4, for the close of bar 3 is above its mean with two before; out at bar
//! // 8. On bar 6 the two are equal, which changes nothing.
//! let fills = screen.fills(pair)?;
//! assert_eq!(fills.iter().map(|fill| fill.bar).collect::<Vec<_>>(), [4, 8]);
//! assert_eq!(screen.evaluate(pair)?.final_equity, 1_000.0 / 9.0 * 10.0);
//! # Ok::<(), tradebot_backtest::sweep::crossover::CrossoverError>(())
//! ```

mod account;
mod averages;
mod stretches;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use self::account::{Account, Series};
use self::averages::{Averages, Line};
use super::space::Parameters;
use super::trial::TrialResult;

/// Pairs that one thread takes at a time: enough to be worth a thread's while.
const PAIRS_PER_TASK: usize = 32;

/// Two periods, the fast one shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Pair {
    fast: usize,
    slow: usize,
}

impl Pair {
    /// Periods in bars.
    ///
    /// # Errors
    /// [`CrossoverError::Pair`] unless 1 <= `fast` < `slow`.
    pub fn new(fast: usize, slow: usize) -> Result<Self, CrossoverError> {
        if fast >= 1 && fast < slow {
            Ok(Self { fast, slow })
        } else {
            Err(CrossoverError::Pair { fast, slow })
        }
    }

    /// The shorter period, bars.
    pub fn fast(self) -> usize {
        self.fast
    }

    /// The longer period, bars.
    pub fn slow(self) -> usize {
        self.slow
    }
}

/// What the account starts with and pays.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// Cash at the start, above 0.
    pub cash: f64,
    /// Part of each fill's value that is paid for it, from 0 up to, not including, 1: 0.001 is
    /// 0.1 %.
    pub fee: f64,
    /// Bars to wait after the first on which the slow average exists before signals count.
    pub wait: usize,
}

impl Rules {
    /// Shares that all of `cash` buys.
    fn bought(self, cash: f64, open: f64) -> f64 {
        cash / (open * (1.0 + self.fee))
    }

    /// Cash that `shares` bring.
    fn sold(self, shares: f64, open: f64) -> f64 {
        shares * open * (1.0 - self.fee)
    }
}

/// Why something cannot be screened.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum CrossoverError {
    /// Not 1 <= fast < slow.
    #[error("{fast} and {slow} are no pair: the fast period is at least 1 and below the slow one")]
    Pair {
        /// The fast period.
        fast: usize,
        /// The slow period.
        slow: usize,
    },
    /// Fewer than two bars, or not as many opens as closes.
    #[error("{opens} opens and {closes} closes: at least two of each are needed, and as many")]
    Bars {
        /// Number of opens.
        opens: usize,
        /// Number of closes.
        closes: usize,
    },
    /// A price that is not above 0 and finite.
    #[error("bar {bar} has a price of {price}")]
    Price {
        /// The bar, from 0.
        bar: usize,
        /// The price.
        price: f64,
    },
    /// Cash that is not above 0, or a fee outside of 0..1.
    #[error("no account starts with {} and pays {} of each fill", rules.cash, rules.fee)]
    Rules {
        /// The rules.
        rules: Rules,
    },
    /// A period of 0, or one that the screen was not made with.
    #[error("the screen has no average of {period} bars")]
    Period {
        /// The period.
        period: usize,
    },
    /// A point of a sweep without a count of this name.
    #[error("the point {id} has no count called {name:?}")]
    Parameter {
        /// Name of the point.
        id: String,
        /// Name of the parameter.
        name: String,
    },
}

/// Which way a fill goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// In.
    Buy,
    /// Out.
    Sell,
}

/// One fill.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Fill {
    /// The bar at whose open it is filled, from 0.
    pub bar: usize,
    /// Which way.
    pub side: Side,
    /// That open; the fee comes on top.
    pub price: f64,
    /// Shares, in fractions.
    pub shares: f64,
}

/// One series, ready for any number of pairs.
#[derive(Debug, Clone)]
pub struct Screen {
    series: Series,
    averages: Averages,
    wait: usize,
}

/// Bars from entry to exit, filled at their opens; no exit while it is open.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Holding {
    entry: usize,
    exit: Option<usize>,
}

impl Screen {
    /// Prepares a series and the averages of these periods (in any order; doubles do no harm). A
    /// period longer than the series never gives a signal.
    ///
    /// # Errors
    /// [`CrossoverError`] for bars that cannot be traded, rules that are none, and a period of 0.
    pub fn new(
        opens: &[f64],
        closes: &[f64],
        rules: Rules,
        periods: &[usize],
    ) -> Result<Self, CrossoverError> {
        if opens.len() != closes.len() || closes.len() < 2 {
            return Err(CrossoverError::Bars { opens: opens.len(), closes: closes.len() });
        }
        let is_price = |price: f64| price > 0.0 && price.is_finite();
        for (bar, (open, close)) in opens.iter().zip(closes).enumerate() {
            if let Some(price) = [*open, *close].into_iter().find(|price| !is_price(*price)) {
                return Err(CrossoverError::Price { bar, price });
            }
        }
        if !is_price(rules.cash) || !(0.0..1.0).contains(&rules.fee) {
            return Err(CrossoverError::Rules { rules });
        }
        if let Some(&period) = periods.iter().find(|period| **period == 0) {
            return Err(CrossoverError::Period { period });
        }
        // A signal on the last bar would be filled at an open that is not there.
        let averages = Averages::new(&closes[..closes.len() - 1], periods);
        Ok(Self { series: Series::new(opens, closes, rules), averages, wait: rules.wait })
    }

    /// The averages of all pairs, ready.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn for_pairs(
        opens: &[f64],
        closes: &[f64],
        rules: Rules,
        pairs: &[Pair],
    ) -> Result<Self, CrossoverError> {
        let periods: Vec<usize> = pairs.iter().flat_map(|pair| [pair.fast, pair.slow]).collect();
        Self::new(opens, closes, rules, &periods)
    }

    /// Figures of one pair; without daily returns.
    ///
    /// # Errors
    /// [`CrossoverError::Period`] for a period that the screen was not made with.
    pub fn evaluate(&self, pair: Pair) -> Result<TrialResult, CrossoverError> {
        let mut account = Account::new(&self.series);
        self.holdings(pair)?.for_each(|holding| account.hold(holding));
        Ok(account.result())
    }

    /// Figures of many pairs, in their order, on rayon's threads.
    ///
    /// # Errors
    /// As [`Self::evaluate`].
    pub fn evaluate_all(&self, pairs: &[Pair]) -> Result<Vec<TrialResult>, CrossoverError> {
        let each = pairs.par_iter().with_min_len(PAIRS_PER_TASK);
        each.map(|pair| self.evaluate(*pair)).collect()
    }

    /// Figures of one pair, with daily returns.
    ///
    /// # Errors
    /// As [`Self::evaluate`].
    pub fn evaluate_with_returns(&self, pair: Pair) -> Result<TrialResult, CrossoverError> {
        let daily_returns = Some(self.series.returns(self.holdings(pair)?));
        Ok(TrialResult { daily_returns, ..self.evaluate(pair)? })
    }

    /// Figures of a point of a sweep whose axes of integers have these names: an evaluator.
    ///
    /// # Errors
    /// [`CrossoverError`] for a point that is no pair, or one the screen was not made with.
    pub fn evaluate_point(
        &self,
        point: &Parameters,
        (fast, slow): (&str, &str),
    ) -> Result<TrialResult, CrossoverError> {
        let count = |name: &str| {
            let error = || CrossoverError::Parameter { id: point.id(), name: name.to_owned() };
            point.count(name).ok_or_else(error)
        };
        self.evaluate(Pair::new(count(fast)?, count(slow)?)?)
    }

    /// The fills of one pair, in order.
    ///
    /// # Errors
    /// As [`Self::evaluate`].
    pub fn fills(&self, pair: Pair) -> Result<Vec<Fill>, CrossoverError> {
        Ok(self.series.fills(self.holdings(pair)?))
    }

    fn holdings(&self, pair: Pair) -> Result<Holdings<'_>, CrossoverError> {
        let line = |period| self.averages.line(period).ok_or(CrossoverError::Period { period });
        let from = pair.slow.saturating_add(self.wait) - 1;
        Ok(Holdings { fast: line(pair.fast)?, slow: line(pair.slow)?, from })
    }
}

/// The holdings of one pair, one after the other.
struct Holdings<'a> {
    fast: Line<'a>,
    slow: Line<'a>,
    /// First bar whose signal may open the next one.
    from: usize,
}

impl Iterator for Holdings<'_> {
    type Item = Holding;

    fn next(&mut self) -> Option<Holding> {
        let entry = self.slow.first_below(self.fast, self.from)? + 1;
        let exit = self.fast.first_below(self.slow, entry).map(|signal| signal + 1);
        self.from = exit.unwrap_or(usize::MAX);
        Some(Holding { entry, exit })
    }
}

#[cfg(test)]
mod tests;
