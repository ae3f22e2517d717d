//! Tests of the module `accounts`.

use serde_json::json;
use tradebot_broker_questrade::account::PositionsReply;
use tradebot_broker_questrade::order::OrdersReply;
use tradebot_broker_questrade::symbol::SymbolsReply;
use tradebot_domain::Currency;
use tradebot_risk::AccountKind;

use super::risk::{Beside, broker_account};
use super::*;

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn balance(currency: &str, cash: f64, equity: f64, excess: f64) -> serde_json::Value {
    json!({"currency": currency, "cash": cash, "marketValue": equity - cash, "totalEquity": equity,
           "buyingPower": 0, "maintenanceExcess": excess, "isRealTime": true})
}

/// 120 ZZQ.TO of which 100 are ours, a bare short, a US position with a stop under all of it, an
/// order of ours and one of someone else's.
fn snapshot(kind: &str, status: &str) -> Snapshot {
    let account: Account = serde_json::from_value(json!({"type": kind, "number": "01234567",
        "status": status, "clientAccountType": "Individual"}))
    .unwrap();
    let balances: BalancesReply = serde_json::from_value(json!({
        "perCurrencyBalances": [balance("CAD", 5_000.0, 9_386.0, 4_000.0), balance("USD", -310.4, 589.6, 0.0)],
        "combinedBalances": [balance("USD", 0.0, 7_400.0, 2_800.0), balance("CAD", 0.0, 10_360.0, 3_920.0)]
    }))
    .unwrap();
    let position = |symbol: &str, id: i64, shares: f64, price: Option<f64>| {
        json!({"symbol": symbol, "symbolId": id, "openQuantity": shares, "currentPrice": price,
               "averageEntryPrice": 30.0})
    };
    let positions: PositionsReply = serde_json::from_value(json!({"positions": [
        position("ZZQ.TO", 1, 120.0, Some(36.5)), position("DEAD.TO", 2, -10.0, None),
        position("IBM", 3, 20.0, Some(45.0)), position("GONE", 4, 0.0, None)]}))
    .unwrap();
    let order = |id: i64,
                 symbol: (&str, i64),
                 side: &str,
                 shares: f64,
                 limit: Option<f64>,
                 stop: Option<f64>| {
        json!({"id": id, "symbol": symbol.0, "symbolId": symbol.1, "totalQuantity": shares,
               "openQuantity": shares, "side": side, "orderType": "Limit", "limitPrice": limit,
               "stopPrice": stop, "timeInForce": "Day", "state": "Accepted", "source": "QuestradeWeb",
               "creationTime": "2026-07-09T10:02:10.512000-04:00",
               "updateTime": "2026-07-09T10:02:10.512000-04:00"})
    };
    let orders: OrdersReply = serde_json::from_value(json!({"orders": [
        order(7, ("ZZQ.TO", 1), "Buy", 10.0, Some(36.0), None),
        order(8, ("TSX.TO", 5), "Buy", 5.0, Some(20.0), None),
        order(9, ("IBM", 3), "Sell", 20.0, None, Some(40.0))]}))
    .unwrap();
    let detail = |symbol: &str, id: i64, currency: &str| {
        json!({"symbol": symbol, "symbolId": id, "securityType": "Stock", "listingExchange": "TSX",
               "currency": currency})
    };
    let symbols: SymbolsReply =
        serde_json::from_value(json!({"symbols": [detail("ZZQ.TO", 1, "CAD"),
        detail("DEAD.TO", 2, "CAD"), detail("IBM", 3, "USD"), detail("TSX.TO", 5, "CAD")]}))
        .unwrap();
    let ours = Ours {
        shares: BTreeMap::from([(Symbol::new("ZZQ.TO").unwrap(), dec("100"))]),
        orders: BTreeSet::from([7]),
    };
    let seen = Seen {
        account: &account,
        balances: &balances,
        positions: &positions.positions,
        orders: &orders.orders,
        symbols: &symbols.symbols,
    };
    Snapshot::of(&seen, &ours, "2026-07-09T14:31:22Z".parse().unwrap())
}

#[test]
fn what_is_ours_and_what_is_not_are_told_apart_share_by_share() {
    let snapshot = snapshot("Margin", "Active");
    let told: Vec<_> =
        snapshot.positions.iter().map(|p| (p.symbol.as_str(), p.shares, p.external)).collect();
    let expected = [
        ("ZZQ.TO", dec("120"), dec("20")),
        ("DEAD.TO", dec("-10"), dec("-10")),
        ("IBM", dec("20"), dec("20")),
    ];
    assert_eq!(told, expected, "a position closed today is none");
    let orders: Vec<_> = snapshot.orders.iter().map(|o| (o.id, o.external)).collect();
    assert_eq!(orders, [(7, false), (8, true), (9, true)]);
    assert_eq!(snapshot.masked(), "..4567");
    let again = Snapshot::from_seen(&snapshot.to_seen().unwrap()).unwrap();
    assert_eq!(again, snapshot);
}

#[test]
fn the_review_sees_cash_by_currency_after_pending_orders_and_everything_external() {
    let account = broker_account(&snapshot("Margin", "Active"), Currency::Cad, Beside::default());
    assert_eq!((account.kind, account.active), (Some(AccountKind::Margin), true));
    assert_eq!(account.cash, 5_000.0 - 360.0 - 100.0);
    assert_eq!((account.equity, account.maintenance_excess), (10_360.0, 3_920.0));
    let told: Vec<_> = account
        .external
        .iter()
        .map(|e| {
            (e.symbol.to_string(), e.shares, e.value.round(), e.at_risk.map(f64::round), e.order)
        })
        .collect();
    let name = str::to_owned;
    let expected = [
        (name("ZZQ.TO"), 20.0, 730.0, None, false),
        (name("DEAD.TO"), -10.0, 300.0, None, false), // at the price paid: there is no other
        (name("IBM"), 20.0, 1_260.0, Some(140.0), false), // at 1.40, and 5 a share to its stop
        (name("TSX.TO"), 5.0, 100.0, None, true),
    ];
    assert_eq!(told, expected);
    assert_eq!(account.external_risk().round(), 1_270.0);
    let usd = broker_account(&snapshot("Margin", "Active"), Currency::Usd, Beside::default());
    assert_eq!(usd.cash, -310.4, "owed, and nothing pending in dollars of the United States");
}

#[test]
fn a_short_sale_that_someone_has_ordered_counts_and_a_sale_of_what_is_held_does_not() {
    let mut snapshot = snapshot("Margin", "Active");
    let count = |s: &Snapshot| {
        let orders = broker_account(s, Currency::Cad, Beside::default()).external;
        orders.into_iter().filter(|e| e.order).map(|e| e.shares).collect::<Vec<_>>()
    };
    assert_eq!(count(&snapshot), [5.0]);
    snapshot.orders[1].side = "Short".to_owned();
    snapshot.orders[1].buys = Some(false);
    assert_eq!(count(&snapshot), [-5.0]);
    snapshot.orders[1].side = "Sell".to_owned();
    assert_eq!(count(&snapshot), [0.0; 0]);
}

#[test]
fn what_the_broker_does_not_say_is_not_a_number_and_not_a_guess() {
    let mut unknown = snapshot("DAF", "Suspended (View Only)");
    unknown.balances.clear();
    unknown.combined.clear();
    unknown.orders[1].limit = None;
    unknown.positions[0].price = None;
    unknown.positions[0].paid = None;
    let account = broker_account(&unknown, Currency::Cad, Beside::default());
    assert_eq!((account.kind, account.active), (None, false));
    assert!(
        account.cash.is_nan() && account.equity.is_nan() && account.maintenance_excess.is_nan()
    );
    assert!(account.external_risk().is_nan());
}
