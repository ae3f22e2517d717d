//! Before an entry: which losses it would deny.

use tradebot_domain::{Date, Decimal, Money};
use tradebot_risk::RecentLoss;

use super::line::{LineKind, TaxBooks, TaxLine};
use super::superficial::{WINDOW_DAYS, shifted};

/// The losses of all taxed accounts that a purchase on `day` would deny in part or in whole, oldest
/// first: sales of the property at a loss in whose window the day lies.
///
/// - **day:** the date that counts for the purchase, by the rules that the books are kept by.
/// - **property:** in shares of the sale's day; a split since then makes the count of shares of a
///   loss differ from today's.
pub fn recent_losses(books: &TaxBooks, property: &str, day: Date) -> Vec<RecentLoss> {
    let earliest = shifted(day, -WINDOW_DAYS);
    let near = |line: &&TaxLine| {
        line.property == property
            && line.kind == LineKind::Sell
            && line.date >= earliest
            && line.date <= shifted(day, WINDOW_DAYS)
    };
    books.lines.iter().filter(near).filter_map(recent).collect()
}

fn recent(line: &TaxLine) -> Option<RecentLoss> {
    let (loss, window) = (-line.gain?, line.superficial.as_ref()?);
    let number = |value: Decimal| Money(value).to_f64();
    (loss > line.denied).then(|| RecentLoss {
        sold_on: line.date,
        ends: window.ends,
        loss: number(loss),
        denied: number(line.denied),
        sold: number(window.sold),
        acquired: number(window.acquired),
        held: number(window.held),
    })
}
