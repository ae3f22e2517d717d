//! Phase 6, the account: orders, fills, costs and cash add up to the last decimal.

use std::collections::{BTreeMap, BTreeSet};

use tradebot_brackets::CostModel;
use tradebot_domain::{Decimal, Money};
use tradebot_journal::{Event, ExitReason, FillRecord, OrderRole, OrderState, TradeRecord};

use super::check::{Bound, Check, Measured};
use super::evidence::Evidence;
use super::evidence::records::RunRecords;

const FAULTS: (Bound, &str) = (Bound::Exactly(0.0), "faults");

/// The checks.
pub const CHECKS: &[Check] = &[
    Check::new(("p06-legs-placed", 6), "a filled entry has both its legs at once", FAULTS, legs),
    Check::new(
        ("p06-one-cancels", 6),
        "a closed position leaves no order behind",
        FAULTS,
        no_orphans,
    ),
    Check::new(("p06-one-position", 6), "one position per symbol", FAULTS, one_position),
    Check::new(("p06-entry-limit", 6), "no entry above its limit", FAULTS, entry_limit),
    Check::new(
        ("p06-intent-first", 6),
        "no order without its intent on record",
        FAULTS,
        intent_first,
    ),
    Check::new(("p06-costs-charged", 6), "costs are charged on every fill", FAULTS, costs),
    Check::new(
        ("p06-cash-adds-up", 6),
        "cash follows from fills, to the last decimal",
        FAULTS,
        cash,
    ),
    Check::new(
        ("p06-cash-never-negative", 6),
        "cash is never negative",
        (Bound::AtLeast(0.0), "USD"),
        |e| {
            let closes = e.run.snapshots.iter().map(|s| s.cash.to_f64());
            Measured::smallest(closes.chain(e.run.fills().map(|f| f.cash_after.to_f64())))
        },
    ),
    Check::new(("p06-equity-adds-up", 6), "equity is cash and positions", FAULTS, equity),
    Check::new(("p06-net-adds-up", 6), "a trade's net follows from its parts", FAULTS, net),
    Check::new(("p06-trade-is-shadow", 6), "a trade ends as its shadow does", FAULTS, shadow),
    Check::new(("p06-actions", 6), "splits and dividends move stops and cash", FAULTS, actions),
    Check::new(
        ("p06-drawdown", 6),
        "the deepest drawdown from a peak",
        (Bound::AtMost(0.20), "peak"),
        |e| Measured::largest(e.run.snapshots.iter().map(|s| s.drawdown)),
    ),
    Check::new(
        ("p06-trades", 6),
        "there are trades to judge by",
        (Bound::AtLeast(10.0), "trades"),
        |e| Measured::value(e.run.trades.len() as f64),
    ),
];

fn legs(e: &Evidence) -> Measured {
    let entries: Vec<_> = e.run.fills().filter(|f| f.role == OrderRole::Entry).collect();
    let placed: BTreeSet<_> = e
        .run
        .orders
        .iter()
        .filter(|o| o.state == OrderState::Working && o.price.is_some())
        .map(|o| (o.intent_id.as_str(), o.session, o.role.name(), o.shares))
        .collect();
    let bare = entries.iter().filter(|f| {
        let intent = intent_of(&f.order_id);
        ![OrderRole::Stop, OrderRole::Target]
            .iter()
            .all(|role| placed.contains(&(intent, f.session, role.name(), f.shares)))
    });
    Measured::faults(entries.len(), bare.map(|f| format!("{} on {}", f.order_id, f.session)))
}

/// An order's name begins with that of its intent.
fn intent_of(order: &str) -> &str {
    order.split_once('/').map_or(order, |(intent, _)| intent)
}

fn no_orphans(e: &Evidence) -> Measured {
    let mut last: BTreeMap<&str, (OrderState, &str)> = BTreeMap::new();
    for order in &e.run.orders {
        last.insert(&order.order_id, (order.state, &order.intent_id));
    }
    let closed: BTreeSet<_> = e.run.trades.iter().map(|t| t.intent_id.as_str()).collect();
    let orphans = last
        .iter()
        .filter(|(_, (state, intent))| *state == OrderState::Working && closed.contains(intent));
    Measured::faults(closed.len(), orphans.map(|(id, _)| format!("{id} is still working")))
}

fn one_position(e: &Evidence) -> Measured {
    let doubled = e.run.snapshots.iter().filter(|s| {
        let symbols: BTreeSet<_> = s.positions.iter().map(|p| p.symbol).collect();
        symbols.len() != s.positions.len()
    });
    let held = e.run.snapshots.iter().filter(|s| !s.positions.is_empty()).count();
    Measured::faults(held, doubled.map(|s| format!("{}: {:?}", s.session, s.positions)))
}

/// A split between decision and entry moves the limit with the price; none met these entries
/// unless an action stands on the same session.
fn entry_limit(e: &Evidence) -> Measured {
    let limits: BTreeMap<_, _> =
        e.run.intents.iter().map(|i| (i.intent_id.as_str(), i.bracket.entry_limit)).collect();
    let entries: Vec<_> = e.run.fills().filter(|f| f.role == OrderRole::Entry).collect();
    let above = entries
        .iter()
        .filter(|f| limits.get(intent_of(&f.order_id)).is_none_or(|limit| f.price > *limit));
    Measured::faults(entries.len(), above.map(|f| format!("{} at {}", f.order_id, f.price)))
}

fn intent_first(e: &Evidence) -> Measured {
    let intents: BTreeMap<_, _> =
        e.run.intents.iter().map(|i| (i.intent_id.as_str(), i.session)).collect();
    let orders = &e.run.orders;
    let early = orders.iter().filter(|o| {
        let made = intents.get(o.intent_id.as_str());
        made.is_none_or(|made| o.session < *made) || intent_of(&o.order_id) != o.intent_id
    });
    Measured::faults(orders.len(), early.map(|o| format!("{} on {}", o.order_id, o.session)))
}

/// Targets that rest at the venue pay no slippage; everything else does. Which fills those are
/// is seen from their trades.
fn costs(e: &Evidence) -> Measured {
    let model = CostModel::default();
    let fills: Vec<&FillRecord> = e.run.fills().collect();
    let gapped = gapped_targets(&e.run);
    let wrong = fills.iter().filter(|f| {
        let rests = f.role == OrderRole::Target && !gapped.contains(intent_of(&f.order_id));
        let due = model.breakdown(f.price, f.shares, !rests);
        let charged = (f.commission, f.spread_cost, f.slippage_cost);
        charged != (due.commission, due.spread, due.slippage) || due.total() <= Money::ZERO
    });
    Measured::faults(fills.len(), wrong.map(|f| format!("{}: {f:?}", f.fill_id)))
}

fn gapped_targets(run: &RunRecords) -> BTreeSet<&str> {
    let gapped = run.trades.iter().filter(|t| t.reason == ExitReason::TargetGap);
    gapped.map(|t| t.intent_id.as_str()).collect()
}

/// Walks everything that moves cash, in order, from the start to the last close.
fn cash(e: &Evidence) -> Measured {
    let mut cash = e.run.info.start.cash;
    let mut wrong = Vec::new();
    for flow in &e.run.flows {
        match flow {
            Event::ActionApplied(action) => cash += action.cash,
            Event::Fill(fill) => {
                cash += moved(fill);
                if cash != fill.cash_after {
                    wrong.push(format!("{}: {cash}, not {}", fill.fill_id, fill.cash_after));
                    cash = fill.cash_after;
                }
            }
            _ => {}
        }
    }
    let end = e.run.snapshots.last().map_or(Money::ZERO, |s| s.cash);
    if end != cash {
        wrong.push(format!("{cash} after the last fill, {end} at the last close"));
    }
    Measured::faults(e.run.flows.len(), wrong)
}

/// What a fill does to cash.
fn moved(fill: &FillRecord) -> Money {
    let value = fill.price.times(fill.shares);
    let costs = fill.commission + fill.spread_cost + fill.slippage_cost;
    if fill.role == OrderRole::Entry { -value - costs } else { value - costs }
}

fn equity(e: &Evidence) -> Measured {
    let snapshots = &e.run.snapshots;
    let wrong = snapshots.iter().filter(|s| {
        let marked = s.positions.iter().all(|p| p.mark.times(p.shares) == p.value);
        let held: Money = s.positions.iter().map(|p| p.value).sum();
        !marked || s.cash + held != s.equity
    });
    Measured::faults(snapshots.len(), wrong.map(|s| format!("{}: {}", s.session, s.equity)))
}

fn net(e: &Evidence) -> Measured {
    let mut fills: BTreeMap<&str, Money> = BTreeMap::new();
    for fill in e.run.fills() {
        let costs = fill.commission + fill.spread_cost + fill.slippage_cost;
        *fills.entry(intent_of(&fill.order_id)).or_default() += costs;
    }
    let wrong = e.run.trades.iter().filter(|t| {
        let gross = t.exit_price.times(t.exit_shares) - t.entry_price.times(t.entry_shares);
        let paid = fills.get(t.intent_id.as_str()).copied().unwrap_or_default();
        let parts = t.gross + t.dividends - t.costs == t.net && paid == t.costs;
        // A split changes shares and price of the entry; then gross is not the plain product.
        let plain = t.entry_shares != t.exit_shares || gross == t.gross;
        !parts || !plain
    });
    Measured::faults(e.run.trades.len(), wrong.map(|t| format!("{}: {t:?}", t.intent_id)))
}

/// How far costs rounded to four decimals, and fractions paid out in cash, may move a result.
const R_TOLERANCE: f64 = 0.01;

fn shadow(e: &Evidence) -> Measured {
    let outcomes = e.run.outcomes_by_id();
    // What the drawdown stop sold, or the end of data, has no shadow that ended so.
    let own_end =
        |t: &&TradeRecord| !matches!(t.reason, ExitReason::Flatten | ExitReason::EndOfData);
    let trades: Vec<_> = e.run.trades.iter().filter(own_end).collect();
    let other = trades.iter().filter(|t| {
        outcomes.get(&t.decision).is_none_or(|o| {
            let same = o.reason == Some(t.reason) && o.resolved == t.exit_session && o.taken;
            !same || (o.net_r - t.r_multiple).abs() > R_TOLERANCE
        })
    });
    Measured::faults(
        trades.len(),
        other.map(|t| format!("{} {}: {:?}", t.decision, t.r_multiple, outcomes.get(&t.decision))),
    )
}

/// A dividend pays its amount per share held; a split keeps what was held, fractions in cash.
fn actions(e: &Evidence) -> Measured {
    use tradebot_domain::ActionKind;
    let actions = e.run.flows.iter().filter_map(|flow| match flow {
        Event::ActionApplied(action) => Some(action),
        _ => None,
    });
    let actions: Vec<_> = actions.collect();
    let wrong = actions.iter().filter(|a| {
        let (before, after) = (Decimal::from(a.shares_before.0), Decimal::from(a.shares_after.0));
        match a.action.kind {
            ActionKind::Dividend { amount } => {
                let due = (amount * before).round_dp(4);
                before != after || (a.cash.0 - due).abs() > Decimal::new(1, 2)
            }
            ActionKind::Split { ratio } => {
                after != (before * ratio).floor() || a.cash < Money::ZERO
            }
        }
    });
    Measured::faults(actions.len(), wrong.map(|a| format!("{a:?}")))
}
