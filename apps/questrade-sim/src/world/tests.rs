//! Laws of the books: no share and no cent comes from nowhere, whatever is ordered.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::json;
use tradebot_broker_questrade::words::Currency;

use super::account::cents;
use super::ticket::Ticket;
use super::{Command, World};
use crate::knobs::Knobs;
use crate::library::Library;

const SYMBOLS: [&str; 3] = ["ZZQ.TO", "IBM", "PENY.VN"];
const ACCOUNTS: [&str; 2] = ["26543210", "51234567"];

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| Library::load(&Knobs::default().market).unwrap())
}

/// One thing that happens: symbol, account, shares, kind, price away from the last in per cent,
/// seconds that pass.
type Step = (usize, usize, i64, usize, i64, i64);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0_usize..3, 0_usize..2, -60_i64..60, 0_usize..6, -3_i64..4, 0_i64..20_000);
    prop::collection::vec(step, 1..14)
}

fn ticket(world: &World, (symbol, _, shares, kind, away, _): Step) -> Ticket {
    let instrument = world.market.named(SYMBOLS[symbol]).unwrap();
    let last = world.mark(instrument).unwrap();
    let price = (last * Decimal::new(100 + away, 2)).round_dp(2).max(Decimal::new(1, 2));
    let kinds = ["Market", "Limit", "Stop", "StopLimit", "TrailStopInPercentage", "LimitOnClose"];
    let stop = if kind == 4 { Decimal::ONE } else { price };
    let body = json!({
        "symbolId": instrument.id, "quantity": shares.abs(), "orderType": kinds[kind],
        "timeInForce": if kind == 1 { "GoodTillCanceled" } else { "Day" },
        "action": if shares > 0 { "Buy" } else { "Sell" }, "limitPrice": price.to_string(),
        "stopPrice": stop.to_string(), "primaryRoute": "AUTO", "secondaryRoute": "AUTO",
    });
    Ticket::of(&body).unwrap()
}

/// Cash and shares of an account, from its start and its executions alone.
fn by_hand(world: &World, account: &str) -> (BTreeMap<Currency, Decimal>, BTreeMap<i64, Decimal>) {
    let knobs = world.knobs.accounts.iter().find(|a| a.number == account).unwrap();
    let mut cash: BTreeMap<Currency, Decimal> =
        [(Currency::Cad, knobs.cash.cad), (Currency::Usd, knobs.cash.usd)].into();
    let mut shares = BTreeMap::new();
    for held in &knobs.holdings {
        shares.insert(world.market.named(&held.symbol).unwrap().id, held.quantity);
    }
    for fill in world.fills.iter().filter(|f| f.account == account) {
        let e = &fill.execution;
        let signed = if e.side.buys() == Some(true) { e.quantity } else { -e.quantity };
        let currency = world.market.get(e.symbol_id).unwrap().currency.clone();
        let costs = e.commission + e.execution_fee + e.sec_fee;
        *cash.entry(currency).or_default() += cents(-signed * e.price) - costs;
        *shares.entry(e.symbol_id).or_default() += signed;
    }
    shares.retain(|_, quantity| !quantity.is_zero());
    (cash, shares)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn cash_and_shares_are_what_executions_and_conversions_say(
        steps in steps(),
        bust in any::<bool>(),
        permille in 0_u32..60,
    ) {
        let mut knobs = Knobs::default();
        knobs.trading.participation_permille = permille;
        let start = "2026-07-09T14:31:22Z".parse().unwrap();
        let mut world = World::new(knobs, library(), start);
        for step in steps.into_iter().filter(|s| s.2 != 0) {
            let ticket = ticket(&world, step);
            // A refusal is as good an outcome as any: it must move nothing.
            let _ = world.place(ACCOUNTS[step.1], &ticket);
            world.command(Command::Advance { seconds: step.5 }).unwrap();
        }
        if bust && let Some(last) = world.fills.last().map(|f| f.execution.id) {
            world.bust(last);
        }
        for number in ACCOUNTS {
            let (mut cash, shares) = by_hand(&world, number);
            let account = &world.accounts[number];
            for posting in account.postings.iter().filter(|p| p.row.activity_type != "Trades") {
                *cash.get_mut(&posting.row.currency).unwrap() += posting.row.net_amount;
            }
            prop_assert_eq!(&account.cash, &cash, "{}", number);
            let mut held: BTreeMap<i64, Decimal> =
                account.holdings.iter().map(|(id, h)| (*id, h.quantity)).collect();
            held.retain(|_, quantity| !quantity.is_zero());
            prop_assert_eq!(held, shares, "{}", number);
            if !account.is_margin() {
                prop_assert!(account.holdings.values().all(|h| h.quantity >= Decimal::ZERO));
            }
        }
        for working in world.orders.values() {
            let o = &working.order;
            let sum = o.open_quantity + o.filled_quantity + o.canceled_quantity;
            prop_assert_eq!(sum, o.total_quantity, "{:?}", o);
            prop_assert!(!o.state.is_final() || o.open_quantity.is_zero(), "{:?}", o.state);
            let limit = o.limit_price.filter(|_| o.order_type.as_str() == "Limit");
            if let (Some(limit), Some(paid)) = (limit, o.avg_exec_price) {
                let right = if o.side.buys() == Some(true) { paid <= limit } else { paid >= limit };
                prop_assert!(right, "{:?} at {} with limit {}", o.side, paid, limit);
            }
        }
    }
}
