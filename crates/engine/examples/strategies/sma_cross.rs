//! Two moving averages that cross: long while the short one is above the long one.

use tradebot_domain::Bar;
use tradebot_engine::{Entry, Holding, Strategy, Wish};

/// Mean of the last `N` closes by a running sum.
struct Average<const N: usize> {
    last: [f64; N],
    next: usize,
    sum: f64,
}

impl<const N: usize> Average<N> {
    const NEW: Self = Self { last: [0.0; N], next: 0, sum: 0.0 };

    fn push(&mut self, close: f64) -> f64 {
        self.sum += close - std::mem::replace(&mut self.last[self.next], close);
        self.next = if self.next + 1 == N { 0 } else { self.next + 1 };
        self.sum / N as f64
    }
}

/// Simple moving averages of `FAST` and `SLOW` closes.
pub(crate) struct SmaCross<const FAST: usize, const SLOW: usize> {
    fast: Average<FAST>,
    slow: Average<SLOW>,
    seen: usize,
    entry: Entry,
}

impl<const FAST: usize, const SLOW: usize> SmaCross<FAST, SLOW> {
    /// Buys what `entry` says, at the market.
    pub(crate) const fn new(entry: Entry) -> Self {
        Self { fast: Average::NEW, slow: Average::NEW, seen: 0, entry }
    }
}

impl<const FAST: usize, const SLOW: usize> Strategy for SmaCross<FAST, SLOW> {
    fn on_bar(&mut self, bar: &Bar, holding: &Holding) -> Wish {
        let (fast, slow) = (self.fast.push(bar.close), self.slow.push(bar.close));
        self.seen += 1;
        if self.seen <= SLOW {
            Wish::Stay // the first signal is that of the bar after both are full
        } else if fast > slow && holding.is_flat() {
            Wish::Enter(self.entry)
        } else if fast < slow && !holding.is_flat() {
            Wish::Exit
        } else {
            Wish::Stay
        }
    }
}
