//! Published examples, the law's odd corners, and laws of bookkeeping.

use tradebot_domain::{Currency, Date, Decimal};

use super::*;

mod examples;
mod laws;
mod unknown;

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn cents(value: Option<Decimal>) -> String {
    value.map_or_else(|| "unknown".to_owned(), |v| v.round_dp(2).normalize().to_string())
}

fn buy(shares: &str, amount: &str, outlays: &str) -> TaxAction {
    TaxAction::Buy { shares: dec(shares), amount: dec(amount), outlays: dec(outlays) }
}

fn sell(shares: &str, amount: &str, outlays: &str) -> TaxAction {
    TaxAction::Sell { shares: dec(shares), amount: dec(amount), outlays: dec(outlays) }
}

/// Events of some accounts, all of one property in Canadian dollars.
struct Story {
    accounts: Vec<TaxAccount>,
    events: Vec<TaxEvent>,
}

impl Story {
    fn new() -> Self {
        let accounts = vec![
            TaxAccount::taxed("margin", "me"),
            TaxAccount::registered("tfsa", "me"),
            TaxAccount::taxed("spouse", "spouse"),
        ];
        Self { accounts, events: Vec::new() }
    }

    fn on(mut self, day: &str, account: &str, action: TaxAction) -> Self {
        let account = self.accounts.iter().find(|a| a.id == account).unwrap();
        self.events.push(TaxEvent::new(account, "XYZ", date(day), action));
        self
    }

    fn books_by(&self, rules: Rules) -> TaxBooks {
        books(&self.accounts, &self.events, &RateTable::default(), &rules).unwrap()
    }

    /// The history is complete for years after its last event.
    fn books(&self) -> TaxBooks {
        self.books_by(Rules { through: Some(date("2099-12-31")), ..Rules::default() })
    }
}

/// Gain before denial, denied, and cost base afterwards, of one line in cents.
fn figures(books: &TaxBooks, line: usize) -> [String; 3] {
    let line = &books.lines[line];
    [cents(line.gain), cents(Some(line.denied)), cents(line.acb)]
}
