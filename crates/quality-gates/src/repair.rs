//! What is probably wrong with a series, and what would mend it: proposals for a person, never done
//! by themselves.
//!
//! A gate decides on the day and sees only the past. A proposal is made beside the loop and may look
//! both ways: a run of prices in pence instead of pounds has two ends.
//!
//! 1. `units`: prices a hundred times too large or too small, bar by bar and column by column.
//! 2. `splits`: bars before a split that were not adjusted with the others.
//! 3. `dividends`: amounts in another unit, not adjusted for a split, or told twice.
//! 4. `bars`: bars told twice, high and low exchanged.

use std::fmt;

use serde::{Deserialize, Serialize};
use tradebot_domain::{ActionKind, Bar, CorporateAction, Date, Decimal, Moment};

mod bars;
mod dividends;
mod levels;
mod splits;
mod units;

/// What the prices of a series are before a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// As they were traded: they jump on the ex-date.
    Raw,
    /// Divided by all later splits: they do not.
    SplitAdjusted,
}

impl Basis {
    /// What most of the splits say: a raw price jumps at them. Raw where there is none.
    pub fn of(bars: &[Bar], actions: &[CorporateAction]) -> Self {
        let splits = actions.iter().filter(|a| matches!(a.kind, ActionKind::Split { .. }));
        let votes: i32 = splits.filter_map(|split| jumps_at(bars, split)).map(i32::from).sum();
        if votes < 0 { Self::SplitAdjusted } else { Self::Raw }
    }
}

/// 1 where the price jumps at a split as raw prices do, -1 where it goes on; none where nobody can
/// tell.
fn jumps_at(bars: &[Bar], split: &CorporateAction) -> Option<i8> {
    let at = bars.partition_point(|bar| bar.date.date() < split.ex_date);
    let (before, after) = (bars.get(at.checked_sub(1)?)?.close, bars.get(at)?.open);
    let ratio = split.continuity_factor(1.0);
    if ![before, after, ratio].into_iter().all(levels::is_price) || ratio.ln().abs() < 0.2 {
        return None;
    }
    let (adjusted, raw) = ((after / before).ln(), (after * ratio / before).ln());
    Some(if raw.abs() <= adjusted.abs() { 1 } else { -1 })
}

/// One thing to change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repair {
    /// Multiply columns of the bars of a run.
    Scale {
        /// First bar.
        from: Moment,
        /// Last bar, included.
        to: Moment,
        /// Bars of the run.
        bars: usize,
        /// Factors on open, high, low, close and volume; 1 leaves a column alone.
        factors: [f64; 5],
    },
    /// Replace the amount of a dividend.
    Dividend {
        /// Whose.
        ex_date: Date,
        /// As it was told.
        from: Decimal,
        /// As it should be.
        to: Decimal,
    },
    /// Take away a dividend that was told twice.
    DropDividend {
        /// Which.
        ex_date: Date,
        /// Its amount.
        amount: Decimal,
    },
    /// Keep the first of equal bars.
    DropRepeats {
        /// Of which moment.
        at: Moment,
        /// How many go.
        bars: usize,
    },
    /// Exchange high and low.
    SwapHighLow {
        /// Of which bar.
        at: Moment,
    },
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scale { from, to, factors, .. } => {
                let prices = factors[..4].iter().find(|factor| **factor != 1.0);
                write!(f, "{from} to {to}: prices times {}", prices.unwrap_or(&1.0))?;
                if factors[4] == 1.0 { Ok(()) } else { write!(f, ", volume times {}", factors[4]) }
            }
            Self::Dividend { ex_date, from, to } => {
                write!(f, "dividend of {ex_date}: {to} instead of {from}")
            }
            Self::DropDividend { ex_date, amount } => {
                write!(f, "dividend of {ex_date}: not {amount} again")
            }
            Self::DropRepeats { at, bars } => write!(f, "{at}: {bars} repeated less"),
            Self::SwapHighLow { at } => write!(f, "{at}: high and low exchanged"),
        }
    }
}

/// A repair and what speaks for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// What would be changed.
    pub repair: Repair,
    /// The numbers behind it, in words.
    pub because: String,
}

/// Looks for what can be mended in a series.
///
/// - `bars`: in any order, as they came; prices that are no numbers are passed over.
/// - `actions`: sorted by ex-date; dividends in the unit of the prices of their `basis`.
/// - **Returns:** proposals that do not touch each other's bars, columns or dividends, so that each
///   can be accepted by itself; prices first.
pub fn propose(bars: &[Bar], actions: &[CorporateAction], basis: Basis) -> Vec<Proposal> {
    let mut proposals = bars::told_twice(bars);
    let mut mended = bars.to_vec();
    mended.sort_by_key(|bar| bar.date);
    mended.dedup_by_key(|bar| bar.date);
    proposals.extend(bars::exchanged(&mended));
    let mut none = Vec::new();
    for looks in [units::propose, splits::propose] {
        let found = looks(&mended, actions, basis);
        // What is in another unit hides what was not adjusted, and both hide what a dividend did.
        for proposal in &found {
            proposal.repair.apply(&mut mended, &mut none);
        }
        proposals.extend(found);
    }
    proposals.extend(dividends::propose(&mended, actions));
    proposals
}

impl Repair {
    /// It changes the bar of this moment.
    pub fn touches(&self, bar: Moment) -> bool {
        match self {
            Self::Scale { from, to, .. } => (*from..=*to).contains(&bar),
            Self::DropRepeats { at, .. } | Self::SwapHighLow { at } => *at == bar,
            Self::Dividend { .. } | Self::DropDividend { .. } => false,
        }
    }

    /// Changes bars and actions. What it names and does not find is left alone.
    pub fn apply(&self, bars: &mut Vec<Bar>, actions: &mut Vec<CorporateAction>) {
        match self {
            Self::Scale { from, to, factors, .. } => {
                for bar in bars.iter_mut().filter(|bar| (*from..=*to).contains(&bar.date)) {
                    let columns = [
                        &mut bar.open,
                        &mut bar.high,
                        &mut bar.low,
                        &mut bar.close,
                        &mut bar.volume,
                    ];
                    columns.into_iter().zip(factors).for_each(|(value, factor)| *value *= factor);
                    if factors[..4].iter().any(|factor| *factor != factors[0]) {
                        around_the_body(bar);
                    }
                }
            }
            Self::Dividend { ex_date, from, to } => {
                let told = ActionKind::Dividend { amount: *from };
                for action in actions.iter_mut() {
                    if action.ex_date == *ex_date && action.kind == told {
                        action.kind = ActionKind::Dividend { amount: *to };
                    }
                }
            }
            Self::DropDividend { ex_date, amount } => {
                let told = ActionKind::Dividend { amount: *amount };
                actions.retain(|action| action.ex_date != *ex_date || action.kind != told);
            }
            Self::DropRepeats { at, .. } => {
                let mut seen = false;
                bars.retain(|bar| bar.date != *at || !std::mem::replace(&mut seen, true));
            }
            Self::SwapHighLow { at } => {
                for bar in bars.iter_mut().filter(|bar| bar.date == *at) {
                    std::mem::swap(&mut bar.high, &mut bar.low);
                }
            }
        }
    }
}

/// A low that was in another unit had been taken for the lowest: now it may not be.
fn around_the_body(bar: &mut Bar) {
    let (high, low) = (bar.high.max(bar.low), bar.high.min(bar.low));
    bar.high = high.max(bar.open).max(bar.close);
    bar.low = low.min(bar.open).min(bar.close);
}

#[cfg(test)]
mod tests;
