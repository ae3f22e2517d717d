//! What tax books and other accounts tell the review before an entry.

use std::collections::BTreeMap;

use tradebot_domain::{Date, Money, Span, Symbol};
use tradebot_execution::tax::{TaxAction, TaxBooks, TaxEvent, recent_losses};
use tradebot_risk::AccountRules;

use super::Snapshot;
use super::risk::Beside;

/// What the review wants to know beside the account that trades.
///
/// - **books, events:** of all accounts of the owner and of affiliated people.
/// - **others:** looks at their other accounts.
/// - **day:** the settlement date of a purchase made now.
pub fn beside(
    trading: &str,
    (books, events): (&TaxBooks, &[TaxEvent]),
    others: &[Snapshot],
    day: Date,
    rules: AccountRules,
) -> Beside {
    let mut beside = Beside { rules, ..Beside::default() };
    for event in events {
        let Ok(symbol) = Symbol::new(&event.symbol) else { continue };
        let known = beside.losses.contains_key(&symbol);
        let losses = if known { Vec::new() } else { recent_losses(books, &event.property, day) };
        if !losses.is_empty() {
            beside.losses.insert(symbol, losses);
        }
    }
    beside.elsewhere = elsewhere(trading, others);
    beside.trades_of_year = trades_of_year(trading, events, day);
    beside
}

/// Shares held long in other accounts than the one that trades.
fn elsewhere(trading: &str, others: &[Snapshot]) -> BTreeMap<Symbol, f64> {
    let mut held: BTreeMap<Symbol, f64> = BTreeMap::new();
    for snapshot in others.iter().filter(|s| s.account != trading) {
        for position in &snapshot.positions {
            let shares = Money(position.shares).to_f64();
            if let Ok(symbol) = Symbol::new(&position.symbol)
                && shares > 0.0
            {
                *held.entry(symbol).or_default() += shares;
            }
        }
    }
    held
}

fn trades_of_year(trading: &str, events: &[TaxEvent], day: Date) -> u32 {
    let begins = day.saturating_sub(Span::new().months(12));
    let trades = |event: &&TaxEvent| {
        let is_trade = matches!(event.action, TaxAction::Buy { .. } | TaxAction::Sell { .. });
        event.account == trading && event.traded > begins && is_trade
    };
    u32::try_from(events.iter().filter(trades).count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use tradebot_execution::tax::{RateTable, Rules, TaxAccount, books};

    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_loss_in_one_account_and_shares_in_another_reach_the_review_of_a_third() {
        let margin = TaxAccount::taxed("26543210", "self");
        let tfsa = TaxAccount::registered("51234567", "self");
        let on = |account: &TaxAccount, day: &str, action| {
            TaxEvent::new(account, "ZZQ.TO", date(day), action)
        };
        let events = [
            on(&margin, "2025-01-06", TaxAction::buy(100, 10)),
            on(&tfsa, "2025-07-09", TaxAction::buy(1, 10)),
            on(&margin, "2026-07-01", TaxAction::sell(100, 6)),
            on(&tfsa, "2026-05-20", TaxAction::buy(5, 8)),
        ];
        let accounts = [margin, tfsa];
        let books = books(&accounts, &events, &RateTable::default(), &Rules::default()).unwrap();
        let other = Snapshot {
            account: "26543210".to_owned(),
            kind: "Margin".to_owned(),
            status: "Active".to_owned(),
            seen_at: "2026-07-09T14:00:00Z".parse().unwrap(),
            balances: Vec::new(),
            combined: Vec::new(),
            positions: serde_json::from_value(serde_json::json!([{"symbol": "ZZQ.TO", "currency": "CAD",
                "shares": "7", "external": "7", "price": null, "paid": null, "under_reorg": false}]))
            .unwrap(),
            orders: Vec::new(),
        };
        let symbol = Symbol::new("ZZQ.TO").unwrap();
        let told = beside(
            "51234567",
            (&books, &events),
            std::slice::from_ref(&other),
            date("2026-07-10"),
            AccountRules::default(),
        );
        // The purchase of May lies in no window of the sale: all 400 can still be denied.
        let [loss] = told.losses[&symbol][..] else { panic!("{told:?}") };
        assert_eq!((loss.loss, loss.ends), (400.0, date("2026-07-31")));
        assert_eq!(told.elsewhere[&symbol], 7.0);
        assert_eq!(told.trades_of_year, 1, "of the account that trades, within twelve months");
        let late =
            beside("51234567", (&books, &events), &[], date("2026-08-01"), AccountRules::default());
        assert!(late.losses.is_empty() && late.elsewhere.is_empty());
    }
}
