//! Phase 6: orders, fills, cash.

use tradebot_app::validate::Evidence;
use tradebot_domain::{Decimal, Money, Price};
use tradebot_journal::{
    ActionApplied, Event, ExitReason, FillRecord, OrderRole, OrderState, TradeRecord,
};

use crate::validate::Plant;

pub(crate) const PLANTS: &[Plant] = &[
    ("p06-legs-placed", |e| {
        let legs = e.run.orders.iter().position(|o| o.role == OrderRole::Stop);
        e.run.orders.remove(legs.unwrap());
    }),
    ("p06-one-cancels", |e| {
        let cancelled = e.run.orders.iter().position(|o| o.state == OrderState::Cancelled);
        e.run.orders.remove(cancelled.unwrap());
    }),
    ("p06-one-position", |e| {
        let held = e.run.snapshots.iter_mut().find(|s| !s.positions.is_empty()).unwrap();
        held.positions.push(held.positions[0].clone());
    }),
    ("p06-entry-limit", |e| {
        let dear = Price::new(Decimal::from(10_000)).unwrap();
        fill(e, OrderRole::Entry).price = dear;
    }),
    ("p06-intent-first", |e| e.run.orders[5].intent_id = "I999999".to_owned()),
    ("p06-intent-first", |e| {
        e.run.intents.remove(0);
    }),
    ("p06-costs-charged", |e| fill(e, OrderRole::Stop).slippage_cost = Money::ZERO),
    ("p06-costs-charged", |e| fill(e, OrderRole::Entry).commission = Money::ZERO),
    ("p06-cash-adds-up", |e| fill(e, OrderRole::Target).cash_after += cent()),
    ("p06-cash-adds-up", |e| {
        let paid = e.run.flows.iter().position(|f| matches!(f, Event::ActionApplied(_)));
        e.run.flows.remove(paid.unwrap());
    }),
    ("p06-cash-never-negative", |e| e.run.snapshots[9].cash = -cent()),
    ("p06-cash-never-negative", |e| fill(e, OrderRole::Entry).cash_after = -cent()),
    ("p06-equity-adds-up", |e| e.run.snapshots[900].equity += cent()),
    ("p06-equity-adds-up", |e| {
        let held = e.run.snapshots.iter_mut().find(|s| !s.positions.is_empty()).unwrap();
        held.positions[0].shares.0 += 1;
    }),
    ("p06-net-adds-up", |e| e.run.trades[4].net += cent()),
    ("p06-net-adds-up", |e| {
        // Costs forgotten in the trade, and in its net.
        let trade = &mut e.run.trades[4];
        trade.net += trade.costs;
        trade.costs = Money::ZERO;
    }),
    ("p06-trade-is-shadow", |e| trade(e).r_multiple += 0.02),
    ("p06-trade-is-shadow", |e| trade(e).reason = ExitReason::Time),
    ("p06-actions", |e| {
        let action = action(e);
        action.cash += Money(Decimal::ONE);
    }),
    ("p06-actions", |e| e.run.flows.retain(|f| matches!(f, Event::Fill(_)))),
    ("p06-drawdown", |e| e.run.snapshots[900].drawdown = 0.21),
    ("p06-trades", |e| e.run.trades.truncate(9)),
];

const fn cent() -> Money {
    Money(Decimal::from_parts(1, 0, 0, false, 2))
}

fn fill(e: &mut Evidence, role: OrderRole) -> &mut FillRecord {
    let mut fills = e.run.flows.iter_mut().filter_map(|flow| match flow {
        Event::Fill(fill) => Some(fill),
        _ => None,
    });
    fills.find(|f| f.role == role).unwrap()
}

fn action(e: &mut Evidence) -> &mut ActionApplied {
    let mut actions = e.run.flows.iter_mut().filter_map(|flow| match flow {
        Event::ActionApplied(action) => Some(action),
        _ => None,
    });
    actions.next().unwrap()
}

fn trade(e: &mut Evidence) -> &mut TradeRecord {
    e.run.trades.iter_mut().find(|t| t.reason == ExitReason::Stop).unwrap()
}
