//! Bars of a split-adjusted series that a split was not applied to.

use tradebot_domain::{ActionKind, Bar, CorporateAction};

use super::levels::{explains, is_price, newest, noise, runs};
use super::{Basis, Proposal};

/// Sessions before an ex-date in which bars that were not adjusted may end: sources adjust the past
/// first and the last days later.
const NEAR: usize = 10;

/// A split whose ratio is a number other than 1.
struct Split {
    /// Bars before this index are before the ex-date.
    before: usize,
    /// New shares per old.
    ratio: f64,
}

/// Goes from the newest bar back. A bar shortly before an ex-date that stands the ratio away from
/// those after it was not adjusted, and so on until prices return.
pub(super) fn propose(bars: &[Bar], actions: &[CorporateAction], basis: Basis) -> Vec<Proposal> {
    let (Basis::SplitAdjusted, Some(mut level)) = (basis, newest(bars)) else { return Vec::new() };
    let splits = splits_of(bars, actions);
    let noise = noise(bars);
    let mut ratios = vec![1.0; bars.len()];
    for (at, bar) in bars.iter().enumerate().rev() {
        if !is_price(bar.close) {
            continue;
        }
        let goes_on = ratios.get(at + 1).copied().unwrap_or(1.0);
        let due = splits.iter().filter(|s| at < s.before);
        let mut due = due.filter(|s| s.before - at <= NEAR || s.ratio == goes_on);
        let unadjusted = due.find(|s| {
            let prices = [bar.open, bar.high, bar.low, bar.close];
            prices.iter().all(|p| is_price(*p) && explains(1.0 / s.ratio, *p, level, noise))
        });
        ratios[at] = unadjusted.map_or(1.0, |s| s.ratio);
        level = bar.close / ratios[at];
    }
    let factors: Vec<[f64; 5]> =
        ratios.iter().map(|&ratio| if ratio == 1.0 { [1.0; 5] } else { by(ratio) }).collect();
    runs(bars, &factors, |first, factors, n| {
        let run = if n == 1 { "the bar".to_owned() } else { format!("{n} bars") };
        format!(
            "{run} from {} on (close {}) were not adjusted for the split of {} for 1 after them",
            first.date, first.close, factors[4]
        )
    })
}

/// Prices are divided by the ratio, shares multiplied.
const fn by(ratio: f64) -> [f64; 5] {
    let price = 1.0 / ratio;
    [price, price, price, price, ratio]
}

fn splits_of(bars: &[Bar], actions: &[CorporateAction]) -> Vec<Split> {
    let splits = actions.iter().filter(|a| matches!(a.kind, ActionKind::Split { .. }));
    splits
        .map(|action| Split {
            before: bars.partition_point(|bar| bar.date.date() < action.ex_date),
            ratio: action.continuity_factor(1.0),
        })
        .filter(|split| is_price(split.ratio) && split.ratio.ln().abs() > 0.2)
        .collect()
}
