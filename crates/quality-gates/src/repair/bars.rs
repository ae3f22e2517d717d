//! Bars told twice, and bars whose high and low are exchanged.

use std::collections::BTreeMap;

use tradebot_domain::{Bar, Moment};

use super::{Proposal, Repair};

/// Bars that came more than once in exactly the same words. Where they differ nobody can say which
/// is right, so nothing is proposed.
pub(super) fn told_twice(bars: &[Bar]) -> Vec<Proposal> {
    let mut by_moment: BTreeMap<Moment, Vec<[u64; 5]>> = BTreeMap::new();
    for bar in bars {
        let bits = [bar.open, bar.high, bar.low, bar.close, bar.volume].map(f64::to_bits);
        by_moment.entry(bar.date).or_default().push(bits);
    }
    let repeated = by_moment.into_iter().filter(|(_, told)| told.len() > 1);
    repeated
        .filter(|(_, told)| told.iter().all(|bits| *bits == told[0]))
        .map(|(at, told)| Proposal {
            because: format!("{at} came {} times with the same numbers", told.len()),
            repair: Repair::DropRepeats { at, bars: told.len() - 1 },
        })
        .collect()
}

/// Bars with the high below the low that are sound the other way round.
pub(super) fn exchanged(bars: &[Bar]) -> Vec<Proposal> {
    bars.iter()
        .filter(|bar| {
            let (top, bottom) = (bar.open.max(bar.close), bar.open.min(bar.close));
            bar.high < bar.low && bar.low >= top && bar.high <= bottom
        })
        .map(|bar| Proposal {
            because: format!(
                "high {} is below low {}; exchanged, they hold open {} and close {}",
                bar.high, bar.low, bar.open, bar.close
            ),
            repair: Repair::SwapHighLow { at: bar.date },
        })
        .collect()
}
