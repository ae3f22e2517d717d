//! Accounts at the broker, as they were last seen.

use serde::Serialize;
use tradebot_domain::{Decimal, Money};
use tradebot_storage::Reader;

use super::Page;
use crate::accounts::{OrderRow, PositionRow, Snapshot};
use crate::exit::Failure;
use crate::output;

/// A snapshot for reading; of its number the last four digits are shown.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub(super) struct Seen(Snapshot);

/// The last look at each account.
pub(super) fn all(reader: &Reader) -> Result<Vec<Seen>, Failure> {
    let seen = reader.broker_accounts()?;
    let shown = |record| -> Result<Seen, Failure> {
        let mut snapshot = Snapshot::from_seen(record)?;
        snapshot.account = snapshot.masked();
        Ok(Seen(snapshot))
    };
    seen.iter().map(shown).collect()
}

impl Seen {
    /// A section of the page.
    pub(super) fn write(&self, page: &mut Page) {
        let Self(account) = self;
        page.section(&format!("At the broker: {} {}", account.kind, account.account));
        page.say(&format!("{}, seen at {}", account.status.to_lowercase(), account.seen_at));
        let mut rows =
            vec![["", "cash", "positions", "equity", "margin excess"].map(str::to_owned).to_vec()];
        rows.extend(account.balances.iter().map(|row| {
            let money = [row.cash, row.positions, row.equity, row.maintenance_excess];
            std::iter::once(row.currency.clone()).chain(money.map(output::money)).collect()
        }));
        page.rows("<>>>>", &rows);
        for row in &account.combined {
            let equity = output::money(row.equity);
            page.say(&format!("the whole account in {}: {equity}", row.currency));
        }
        external(page, account);
    }
}

/// What is not ours.
fn external(page: &mut Page, account: &Snapshot) {
    let positions = account.positions.iter().filter(|p| !p.external.is_zero()).map(position);
    let orders = account.orders.iter().filter(|o| o.external).map(order);
    let rows: Vec<Vec<String>> = positions.chain(orders).collect();
    if rows.is_empty() {
        return;
    }
    page.section("External: not ours, counted in exposure, never touched");
    page.rows("<>~", &rows);
}

fn position(position: &PositionRow) -> Vec<String> {
    let worth = position.external_value().map_or_else(
        || "no price".to_owned(),
        |value| format!("worth {}", amount(value, position.currency.as_deref())),
    );
    vec![position.symbol.clone(), position.external.normalize().to_string(), worth]
}

fn order(order: &OrderRow) -> Vec<String> {
    let at = order.limit.or(order.stop).map_or_else(
        || "at the market".to_owned(),
        |price| format!("at {}", amount(price, order.currency.as_deref())),
    );
    let told =
        format!("open order: {} {at}, entered by {}", order.side.to_lowercase(), order.source);
    vec![order.symbol.clone(), order.shares.normalize().to_string(), told]
}

fn amount(value: Decimal, currency: Option<&str>) -> String {
    format!("{} {}", output::money(Money(value)), currency.unwrap_or("in its own currency"))
}
