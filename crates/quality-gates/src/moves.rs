//! What a bar says beside the bars before it.

use std::collections::VecDeque;

use tradebot_domain::{ActionKind, Bar, CorporateAction, Money};

use crate::check::Check;
use crate::config::GateConfig;
use crate::reading::{CLOSE, Columns, EVERY, Finding, HIGH, LOW};

/// Ratios in which shares are commonly split; their inverses are consolidations.
///
/// 5:4 and 4:3 are left out: a fall by a quarter is too often a real one.
const SPLITS: [f64; 18] = [
    1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0,
    100.0,
];

/// The past of a symbol, as far as the gate needs it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Moves {
    /// Log returns close to close, outliers clipped to their limit.
    returns: VecDeque<f64>,
    /// Their sample standard deviation, once somebody asked: most bars move too little for it to
    /// matter, and it costs more than everything else together.
    spread: Option<f64>,
    /// Close of the last bar that was admitted, in today's share units.
    admitted: Option<f64>,
    /// Close of the last bar that had one, admitted or not, in today's share units.
    seen: Option<f64>,
    /// Prices of the last bar, and how often in a row they came.
    last: Option<[f64; 4]>,
    repeats: u32,
}

/// A move against the reference that explains it best.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Move {
    reference: f64,
    log_return: f64,
}

impl Moves {
    /// Brings the reference closes over an ex-date: divided by a split, lowered by a dividend.
    pub(crate) fn apply(&mut self, actions: &[CorporateAction]) {
        for close in [&mut self.admitted, &mut self.seen].into_iter().flatten() {
            for action in actions {
                *close = match action.kind {
                    ActionKind::Split { .. } => *close / action.continuity_factor(*close),
                    // Whatever a source claims was paid, a price stays above zero.
                    ActionKind::Dividend { amount } => {
                        (*close - Money(amount).to_f64()).max(0.01 * *close)
                    }
                };
            }
        }
    }

    /// Findings of `bar`, which is this `step` away from the past, after `missed` sessions without
    /// one. The bar has finite positive prices.
    pub(crate) fn inspect(
        &mut self,
        bar: &Bar,
        step: Option<Move>,
        missed: u32,
        config: &GateConfig,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        findings.extend(self.standing_still(bar, config));
        if let Some(step) = step
            && let Some(sigmas) = self.outlying(step.log_return, missed, config)
        {
            findings.push(jump(bar, &step, sigmas, config));
        }
        findings.extend(self.wicks(bar, missed, config));
        findings
    }

    /// Takes the bar into the past, `step` away from it.
    pub(crate) fn remember(
        &mut self,
        bar: &Bar,
        step: Option<Move>,
        (admitted, missed): (bool, u32),
        config: &GateConfig,
    ) {
        if let Some(step) = step {
            let clipped = self.clipped(step.log_return, missed, config);
            if self.returns.len() == config.return_window {
                self.returns.pop_front();
            }
            self.returns.push_back(clipped);
            self.spread = None;
        }
        let prices = [bar.open, bar.high, bar.low, bar.close];
        self.repeats = if self.last == Some(prices) { self.repeats + 1 } else { 1 };
        self.last = Some(prices);
        self.seen = Some(bar.close);
        if admitted {
            self.admitted = Some(bar.close);
        }
    }

    /// The smaller of the moves from the last close admitted and the last one seen: after a bad
    /// print the first explains the next bar, after a real jump the second does.
    pub(crate) fn best_move(&self, close: f64) -> Option<Move> {
        let from = |reference: f64| Move { reference, log_return: (close / reference).ln() };
        let seen = self.seen.map(from);
        if self.admitted == self.seen {
            return seen;
        }
        let both = [self.admitted.map(from), seen].into_iter().flatten();
        both.min_by(|a, b| a.log_return.abs().total_cmp(&b.log_return.abs()))
    }

    /// How many standard deviations long a log return is, where that makes it an outlier.
    fn outlying(&mut self, log_return: f64, missed: u32, config: &GateConfig) -> Option<f64> {
        if log_return.abs() < config.outlier_return_min {
            return None;
        }
        let sigmas = log_return.abs() / self.sigma(missed, config);
        (sigmas > config.outlier_sigma).then_some(sigmas)
    }

    /// The return, no longer than the limit of outliers.
    fn clipped(&mut self, log_return: f64, missed: u32, config: &GateConfig) -> f64 {
        // No standard deviation is taken to be less than the least.
        if log_return.abs() <= config.outlier_sigma * config.sigma_min {
            return log_return;
        }
        let limit = config.outlier_sigma * self.sigma(missed, config);
        log_return.clamp(-limit, limit)
    }

    /// Standard deviation of the move over `missed` sessions and one more.
    fn sigma(&mut self, missed: u32, config: &GateConfig) -> f64 {
        let returns = &self.returns;
        let daily = if returns.len() < config.return_window_min {
            config.sigma_unknown
        } else {
            self.spread.get_or_insert_with(|| spread(returns)).max(config.sigma_min)
        };
        daily * f64::from(missed + 1).sqrt()
    }

    fn standing_still(&self, bar: &Bar, config: &GateConfig) -> Option<Finding> {
        let prices = [bar.open, bar.high, bar.low, bar.close];
        let run = if self.last == Some(prices) { self.repeats + 1 } else { 1 };
        let detail = || format!("the same four prices {run} sessions in a row");
        if run >= config.constant_refuses {
            Some(Finding::refuses(Check::Constant, EVERY, detail()))
        } else if run >= config.constant_notes {
            Some(Finding::notes(Check::Constant, CLOSE, detail()))
        } else {
            None
        }
    }

    /// A high or low far outside the body: a print that would set off stops nobody reached.
    fn wicks(&mut self, bar: &Bar, missed: u32, config: &GateConfig) -> Option<Finding> {
        let above = bar.high / bar.open.max(bar.close);
        let below = bar.open.min(bar.close) / bar.low;
        // ln x < x - 1: what is not long enough as a fraction is not as a logarithm.
        if above.max(below) < 1.0 + config.outlier_return_min {
            return None;
        }
        let (above, below) = (above.ln(), below.ln());
        let (name, value, length, column) = if above >= below {
            ("high", bar.high, above, HIGH)
        } else {
            ("low", bar.low, below, LOW)
        };
        let sigmas = self.outlying(length, missed, config)?;
        let detail = format!(
            "{name} {value} lies {:.1} % outside open and close, {sigmas:.1} standard deviations",
            100.0 * length.exp_m1(),
        );
        Some(graded(Check::OutlierReturn, column, length, detail, config))
    }
}

/// Sample standard deviation.
fn spread(returns: &VecDeque<f64>) -> f64 {
    let n = returns.len();
    let mean = returns.iter().sum::<f64>() / n as f64;
    let squares: f64 = returns.iter().map(|r| (r - mean).powi(2)).sum();
    (squares / (n - 1) as f64).sqrt()
}

/// An outlier close to close: a split nobody announced, or a move.
fn jump(bar: &Bar, step: &Move, sigmas: f64, config: &GateConfig) -> Finding {
    let from = step.reference;
    let percent = 100.0 * (bar.close / from - 1.0);
    if let Some(ratio) = split_like(bar, from, config) {
        let (new, old) = if ratio > 1.0 { (ratio, 1.0) } else { (1.0, 1.0 / ratio) };
        let detail = format!(
            "open {}, close {} after a close of {from} ({percent:+.1} %) looks like a split of \
             {new} for {old} that is not on record, or one that is and did not happen",
            bar.open, bar.close
        );
        return Finding::refuses(Check::SuspectedSplit, EVERY, detail);
    }
    let detail = format!(
        "close {} after {from} ({percent:+.1} %), {sigmas:.1} standard deviations",
        bar.close,
    );
    graded(Check::OutlierReturn, CLOSE, step.log_return.abs(), detail, config)
}

/// Noted, and refused from the size that configuration names.
fn graded(
    check: Check,
    columns: Columns,
    size: f64,
    detail: String,
    config: &GateConfig,
) -> Finding {
    if size >= config.outlier_return_refuses {
        Finding::refuses(check, columns, detail)
    } else {
        Finding::notes(check, columns, detail)
    }
}

/// New shares per old that would explain open and close both, if a common ratio does.
///
/// Splits happen overnight: the open must be near the ratio, and the close not far from it.
fn split_like(bar: &Bar, reference: f64, config: &GateConfig) -> Option<f64> {
    if config.split_tolerance == 0.0 {
        return None;
    }
    SPLITS.iter().flat_map(|&s| [s, 1.0 / s]).find(|ratio| {
        let off = |price: f64| (price * ratio / reference - 1.0).abs();
        off(bar.open) <= config.split_tolerance && off(bar.close) <= 3.0 * config.split_tolerance
    })
}
