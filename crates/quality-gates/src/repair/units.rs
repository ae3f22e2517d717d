//! Prices in another unit: pence for pounds, or the other way round.

use tradebot_domain::{ActionKind, Bar, CorporateAction};

use super::levels::{explains, is_price, newest, noise, runs};
use super::{Basis, Proposal};

/// What a price in another unit has to be multiplied by.
const FACTORS: [f64; 2] = [100.0, 0.01];

/// Goes from the newest bar back, since the newest prices are those that quotes agree with, and asks
/// of every price whether it stands at the level of the bars after it or a hundredfold away.
pub(super) fn propose(bars: &[Bar], actions: &[CorporateAction], basis: Basis) -> Vec<Proposal> {
    let Some(mut level) = newest(bars) else { return Vec::new() };
    let noise = noise(bars);
    let mut factors = vec![[1.0; 5]; bars.len()];
    let mut last = None;
    for (at, bar) in bars.iter().enumerate().rev() {
        if let (Basis::Raw, Some(after)) = (basis, last) {
            level *= splits_between(bar, after, actions);
        }
        last = Some(bar);
        let prices = [bar.open, bar.high, bar.low, bar.close];
        for (column, price) in prices.into_iter().enumerate().filter(|(_, p)| is_price(*p)) {
            let unit = FACTORS.into_iter().find(|f| explains(*f, price, level, noise));
            factors[at][column] = unit.unwrap_or(1.0);
        }
        if is_price(bar.close) {
            level = bar.close * factors[at][3];
        }
    }
    runs(bars, &factors, |first, factors, n| {
        let factor = factors.iter().find(|f| **f != 1.0).unwrap_or(&1.0);
        let run = if n == 1 { "the bar".to_owned() } else { format!("{n} bars") };
        format!(
            "{run} from {} on stand a hundredfold away from those after them (close {}): times \
             {factor} they do not",
            first.date, first.close
        )
    })
}

/// New shares per old between two bars: prices before are that many times higher.
fn splits_between(before: &Bar, after: &Bar, actions: &[CorporateAction]) -> f64 {
    let (from, to) = (before.date.date(), after.date.date());
    let due = actions.iter().filter(|action| action.ex_date > from && action.ex_date <= to);
    due.filter(|action| matches!(action.kind, ActionKind::Split { .. }))
        .map(|action| action.continuity_factor(1.0))
        .filter(|factor| is_price(*factor))
        .product()
}
