//! What holds whatever the person, the broker and the polling do.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tradebot_domain::Shares;
use tradebot_journal::{TicketKind, TicketOrder, TicketSide};

use super::{Desk, Facts, Observation, minute};
use crate::ticket::{Ticket, leave, move_stop, settle};

/// One thing that happens between two looks.
#[derive(Debug, Clone)]
enum Step {
    Order { side: TicketSide, order: TicketOrder, shares: u64, cents: i64 },
    Execute { which: usize, shares: u64 },
    Cancel { which: usize },
    Replace { which: usize, shares: u64, cents: i64 },
    Wait { minutes: i64 },
    MoveStop { cents: i64 },
    Leave,
}

fn step() -> impl Strategy<Value = Step> {
    let side = prop_oneof![Just(TicketSide::Buy), Just(TicketSide::Sell)];
    let order = prop_oneof![
        3 => Just(TicketOrder::Limit),
        3 => Just(TicketOrder::Stop),
        1 => Just(TicketOrder::Market),
        1 => Just(TicketOrder::Other),
    ];
    let shares = prop_oneof![Just(100_u64), Just(60), Just(40), 1_u64..200];
    let cents = prop_oneof![Just(10_080_i64), Just(9_600), Just(10_600), 9_000_i64..11_000];
    prop_oneof![
        5 => (side, order, shares.clone(), cents.clone())
            .prop_map(|(side, order, shares, cents)| Step::Order { side, order, shares, cents }),
        6 => (0_usize..8, shares.clone()).prop_map(|(which, shares)| Step::Execute { which, shares }),
        1 => (0_usize..8).prop_map(|which| Step::Cancel { which }),
        1 => (0_usize..8, shares, cents.clone())
            .prop_map(|(which, shares, cents)| Step::Replace { which, shares, cents }),
        1 => (1_i64..2_000).prop_map(|minutes| Step::Wait { minutes }),
        1 => cents.prop_map(|cents| Step::MoveStop { cents }),
        1 => Just(Step::Leave),
    ]
}

fn text(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn happen(desk: &mut Desk, step: &Step) {
    let next = 10 + i64::try_from(desk.broker.orders.len()).unwrap();
    let at = |desk: &Desk, which: usize| {
        let orders = &desk.broker.orders;
        (!orders.is_empty()).then(|| orders[which % orders.len()].id)
    };
    desk.now += 1;
    match *step {
        Step::Order { side, order, shares, cents } => {
            desk.order(next, (side, order), shares, &text(cents));
        }
        Step::Execute { which, shares } => {
            if let Some(id) = at(desk, which) {
                desk.executes(id, shares, "100.10");
            }
        }
        Step::Cancel { which } => {
            if let Some(id) = at(desk, which) {
                desk.cancels(id);
            }
        }
        Step::Replace { which, shares, cents } => {
            let Some(id) = at(desk, which) else { return };
            let old = desk.row(id).clone();
            if old.working > Shares::ZERO {
                desk.cancels(id);
                desk.order(next, (old.side, old.order), shares, &text(cents));
                desk.row(next).chain = old.chain;
            }
        }
        Step::Wait { minutes } => desk.now += minutes,
        Step::MoveStop { cents } => {
            let stop = super::price(&text(cents));
            if let Some(entry) = move_stop(&desk.book, "i1", stop, minute(desk.now)).unwrap() {
                desk.take(entry);
            }
        }
        Step::Leave => {
            let entry = leave(&desk.book, "i1", "a test", minute(desk.now)).unwrap();
            desk.take(entry);
        }
    }
}

/// Shares of every execution that went to tickets never exceed it, and each went to one ticket.
fn matched_once(desk: &Desk) {
    let mut given: BTreeMap<i64, (u64, Vec<&str>)> = BTreeMap::new();
    for ticket in desk.book.tickets() {
        for fill in ticket.fills() {
            let entry = given.entry(fill.fill_id).or_default();
            entry.0 += fill.shares.0;
            entry.1.push(&ticket.record().id);
        }
    }
    for fill in desk.facts.fills() {
        let (shares, mut tickets) = given.remove(&fill.id).unwrap_or_default();
        tickets.dedup();
        assert!(shares <= fill.shares.0, "{shares} of {fill:?}");
        assert!(tickets.len() <= 1, "{fill:?} went to {tickets:?}");
    }
    assert!(given.is_empty(), "executions that were never seen: {given:?}");
}

/// All that is held is covered by stops at work and by open tickets for the rest, which are told.
fn covered(desk: &Desk) {
    let held = desk.book.held("i1").0;
    let chains = desk.facts.chains();
    let of = |ticket: &Ticket| -> (u64, u64) {
        let mine = ticket.orders().iter().filter_map(|order| chains.get(order));
        mine.fold((0, 0), |(all, works), chain| (all + chain.total().0, works + chain.working.0))
    };
    let mut at_work = 0;
    let mut asked = 0;
    let mut leaving = 0;
    for ticket in desk.book.tickets() {
        let (total, working) = of(ticket);
        let open =
            if ticket.is_open() { ticket.record().shares.0.saturating_sub(total) } else { 0 };
        match ticket.record().kind {
            TicketKind::Stop => (at_work, asked) = (at_work + working, asked + open),
            TicketKind::Exit if ticket.record().concerns.is_none() => leaving += open + working,
            _ => {}
        }
    }
    let covered = held.min(at_work) + asked;
    assert!(
        covered == held || leaving >= held,
        "held {held}, stops {at_work}, asked {asked}, exits {leaving}"
    );
    let owed =
        desk.book.tickets().iter().filter(|t| t.is_open() && t.record().kind == TicketKind::Stop);
    for ticket in owed {
        assert!(ticket.urgency() > tradebot_journal::Urgency::Routine, "{ticket:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// [`Desk::look`] checks as well that the same facts twice change nothing and that the history
    /// adds up to the book.
    #[test]
    fn every_share_is_matched_once_and_all_that_is_held_is_covered_or_told(
        steps in prop::collection::vec((step(), any::<bool>()), 1..30),
    ) {
        let mut desk = Desk::asking_for(100);
        for (step, looks) in &steps {
            happen(&mut desk, step);
            if *looks {
                desk.look();
                matched_once(&desk);
                covered(&desk);
            }
        }
        desk.look();
        matched_once(&desk);
        covered(&desk);
    }

    /// Rows in any order, looks in any order, parts of looks, and looks twice: the same facts.
    #[test]
    fn the_order_of_looks_does_not_matter(
        steps in prop::collection::vec(step(), 1..25),
        shuffle in prop::collection::vec(any::<prop::sample::Index>(), 120),
    ) {
        let mut desk = Desk::asking_for(100);
        let mut looks = Vec::new();
        for step in &steps {
            happen(&mut desk, step);
            let broker = &desk.broker;
            looks.push(Observation { orders: broker.orders.clone(), fills: Vec::new() });
            looks.push(Observation { orders: Vec::new(), fills: broker.fills.clone() });
        }
        let (mut straight, mut shuffled) = (Facts::default(), Facts::default());
        for look in &looks {
            straight.learn(look);
        }
        let mut pool = looks.clone();
        pool.extend(looks);
        for index in &shuffle {
            if pool.is_empty() {
                break;
            }
            let mut look = pool.swap_remove(index.index(pool.len()));
            look.orders.reverse();
            look.fills.reverse();
            shuffled.learn(&look);
        }
        for look in &pool {
            shuffled.learn(look);
        }
        let settled = |facts| settle(&desk.book, facts, minute(desk.now)).unwrap();
        prop_assert_eq!(settled(&straight), settled(&shuffled));
    }

    /// Orders as they were asked for, seen in whatever pieces: always the same position.
    #[test]
    fn what_was_done_as_asked_is_matched_the_same_however_it_is_seen(
        parts in prop::collection::vec(1_u64..40, 1..6),
        sold in prop::collection::vec(1_u64..40, 0..4),
        looks in prop::collection::vec(any::<bool>(), 12),
    ) {
        let mut desk = Desk::asking_for(100);
        let mut looks = looks.into_iter();
        let mut maybe = |desk: &mut Desk| {
            desk.now += 1;
            if looks.next().unwrap_or(true) {
                desk.look();
            }
        };
        desk.buy(7, 100, "100.80");
        desk.stop(8, 100, "96");
        maybe(&mut desk);
        for part in &parts {
            desk.executes(7, *part, "100.80");
            maybe(&mut desk);
        }
        let bought = parts.iter().sum::<u64>().min(100);
        for part in &sold {
            let left = bought - sold.iter().sum::<u64>().min(bought);
            desk.executes(8, (*part).min(left.max(1)), "96");
            maybe(&mut desk);
        }
        desk.look();
        let executed = |order: i64| -> u64 {
            desk.broker.fills.iter().filter(|f| f.order == order).map(|f| f.shares.0).sum()
        };
        prop_assert_eq!(desk.ticket("T1").filled().0, executed(7));
        prop_assert_eq!(desk.book.held("i1").0, executed(7).saturating_sub(executed(8)));
    }
}
