//! What the person did against what was asked: every case there is.

use tradebot_domain::{Money, Shares, Timestamp};
use tradebot_journal::{TicketKind, TicketMatch, TicketOrder, TicketSide, TicketState, Urgency};

use super::{Desk, VALID, journaled, minute, price, terms};
use crate::ticket::{TicketError, issue, slippage};

fn first(desk: &Desk) -> (TicketState, TicketMatch) {
    (desk.ticket("T1").state(), desk.ticket("T1").found())
}

#[test]
fn the_ticket_says_everything_a_person_must_enter() {
    let desk = Desk::asking_for(100);
    let record = desk.ticket("T1").record();
    assert_eq!((record.kind, record.side), (TicketKind::Entry, TicketSide::Buy));
    assert_eq!((record.order, record.shares), (TicketOrder::Limit, Shares(100)));
    assert_eq!(record.limit, Some(price("100.80")));
    let plan = record.plan.unwrap().bracket;
    assert_eq!((plan.stop, plan.target), (price("96"), price("106")));
    assert_eq!((record.valid_until, record.issued), (Some(minute(VALID)), minute(0)));
    assert!(
        record.reason.contains("ACME@2005-03-01") && record.reason.contains("480"),
        "{}",
        record.reason
    );
    assert_eq!((record.account.as_str(), record.intent_id.as_str()), ("01234567", "i1"));
}

#[test]
fn an_intent_is_asked_for_once_and_a_symbol_has_one_entry() {
    let desk = Desk::asking_for(100);
    let again = issue(&desk.book, journaled("i1", 100), terms());
    assert!(matches!(again, Err(TicketError::IntentTwice { .. })), "{again:?}");
    let other = issue(&desk.book, journaled("i2", 100), terms());
    assert!(matches!(other, Err(TicketError::SymbolTwice { .. })), "{other:?}");
}

#[test]
fn exact() {
    let mut desk = Desk::asking_for(100);
    desk.buy(7, 100, "100.80");
    desk.look();
    assert_eq!(first(&desk), (TicketState::Seen, TicketMatch::Partial));
    assert_eq!(desk.ticket("T1").orders(), [7]);
    desk.executes(7, 100, "100.50");
    desk.look();
    assert_eq!(first(&desk), (TicketState::Done, TicketMatch::Exact));
    let slip = slippage(&desk.book, desk.ticket("T1")).unwrap();
    // 30 cents better than 100.80, of which 4.80 is the risk of a share.
    assert!((slip.basis_points + 29.761_904_76).abs() < 1e-6, "{slip:?}");
    assert!((slip.r + 0.0625).abs() < 1e-12, "{slip:?}");
    assert_eq!(Money(slip.mean_price).to_string(), "100.50");
}

#[test]
fn partial() {
    let mut desk = Desk::asking_for(100);
    desk.buy(7, 100, "100.80");
    desk.executes(7, 30, "100.80");
    desk.look();
    assert_eq!(first(&desk), (TicketState::PartlyDone, TicketMatch::Partial));
    assert_eq!(desk.ticket("T1").note(), "30 of 100 shares");
    assert_eq!(desk.asked(TicketKind::Stop), 30);
    // The rest never comes: the entry ends with its time.
    desk.cancels(7);
    desk.look_at(VALID + 1);
    assert_eq!(first(&desk), (TicketState::DoneDifferently, TicketMatch::DifferentSize));
}

#[test]
fn another_size() {
    let mut desk = Desk::asking_for(100);
    desk.buy(7, 150, "100.80");
    desk.executes(7, 150, "100.80");
    desk.look();
    assert_eq!(first(&desk), (TicketState::DoneDifferently, TicketMatch::DifferentSize));
    assert_eq!(desk.asked(TicketKind::Stop), 150, "all that was bought is protected");
}

#[test]
fn another_price() {
    let mut desk = Desk::asking_for(100);
    desk.buy(7, 100, "101.20");
    desk.executes(7, 100, "101.10");
    desk.look();
    assert_eq!(first(&desk), (TicketState::DoneDifferently, TicketMatch::DifferentPrice));
    let slip = slippage(&desk.book, desk.ticket("T1")).unwrap();
    assert!(slip.basis_points > 29.0 && slip.r > 0.06, "{slip:?}");
}

#[test]
fn another_type_is_another_price() {
    let mut desk = Desk::asking_for(100);
    desk.order(7, (TicketSide::Buy, TicketOrder::Market), 100, "0");
    desk.executes(7, 100, "100.80");
    desk.look();
    assert_eq!(first(&desk), (TicketState::DoneDifferently, TicketMatch::DifferentPrice));
}

#[test]
fn late() {
    let mut desk = Desk::asking_for(100);
    desk.look_at(VALID + 1);
    assert_eq!(first(&desk), (TicketState::Expired, TicketMatch::None));
    desk.now = VALID + 60;
    desk.buy(7, 100, "100.80");
    desk.look();
    assert_eq!(first(&desk), (TicketState::Seen, TicketMatch::Late));
    assert_eq!(desk.asked(TicketKind::Cancel), 100, "a stale entry is to be cancelled");
    desk.executes(7, 100, "100.80");
    desk.look_at(VALID + 61);
    assert_eq!(first(&desk), (TicketState::Late, TicketMatch::Late));
    assert_eq!(desk.asked(TicketKind::Stop), 100, "and protected once it is executed");
    assert_eq!(desk.open(TicketKind::Cancel).len(), 0);
}

#[test]
fn an_order_of_days_later_is_not_the_tickets() {
    let mut desk = Desk::asking_for(100);
    desk.look_at(VALID + 1);
    desk.now = VALID + 4 * 1_440;
    desk.buy(7, 100, "100.80");
    desk.look();
    assert_eq!(first(&desk), (TicketState::Expired, TicketMatch::None));
}

#[test]
fn not_at_all() {
    let mut desk = Desk::asking_for(100);
    assert_eq!(desk.look(), []);
    assert_eq!(first(&desk), (TicketState::Issued, TicketMatch::None));
    desk.look_at(VALID + 1);
    assert_eq!(first(&desk), (TicketState::Expired, TicketMatch::None));
    assert_eq!(desk.book.tickets().len(), 1, "nothing follows from nothing");
}

#[test]
fn an_order_that_was_cancelled_leaves_the_ticket_as_new() {
    let mut desk = Desk::asking_for(100);
    desk.buy(7, 100, "100.80");
    desk.look();
    desk.cancels(7);
    desk.look_at(2);
    assert_eq!(first(&desk), (TicketState::Issued, TicketMatch::None));
    desk.buy(8, 100, "100.80");
    desk.look_at(3);
    assert_eq!(first(&desk), (TicketState::Seen, TicketMatch::Partial));
}

#[test]
fn two_orders_that_differ_are_asked_about_and_not_guessed() {
    let mut desk = Desk::asking_for(100);
    desk.buy(7, 60, "100.80");
    desk.buy(8, 90, "100.70");
    desk.executes(7, 60, "100.80");
    desk.look();
    assert_eq!(first(&desk), (TicketState::Asked, TicketMatch::Ambiguous));
    assert_eq!(desk.ticket("T1").candidates(), [7, 8]);
    assert_eq!(desk.ticket("T1").filled(), Shares::ZERO);
    assert_eq!(desk.ticket("T1").urgency(), Urgency::Soon, "shares are bought and unprotected");
    desk.look_at(20);
    assert_eq!(desk.ticket("T1").urgency(), Urgency::Alarm);
}

#[test]
fn twins_are_asked_about_and_an_exact_one_among_others_is_not() {
    let mut desk = Desk::asking_for(100);
    desk.buy(7, 100, "100.80");
    desk.buy(8, 100, "100.80");
    desk.look();
    assert_eq!(desk.ticket("T1").candidates(), [7, 8]);
    let mut desk = Desk::asking_for(100);
    desk.buy(7, 100, "100.80");
    desk.buy(8, 40, "99.00");
    desk.look();
    assert_eq!(desk.ticket("T1").orders(), [7]);
}

#[test]
fn an_order_of_before_the_ticket_is_not_its_own_but_clocks_may_differ_by_a_minute() {
    for (at, expected) in [(-1, TicketState::Seen), (-30, TicketState::Issued)] {
        let mut desk = Desk::asking_for(100);
        desk.now = at;
        desk.buy(7, 100, "100.80");
        desk.look_at(1);
        assert_eq!(desk.ticket("T1").state(), expected, "{at}");
    }
}

#[test]
fn a_replaced_order_is_the_same_order() {
    let mut desk = Desk::asking_for(100);
    desk.buy(7, 100, "100.50");
    desk.executes(7, 20, "100.50");
    desk.look();
    desk.now = 2;
    desk.cancels(7);
    desk.buy(9, 80, "100.80");
    desk.row(9).chain = 7;
    desk.executes(9, 80, "100.80");
    desk.look();
    assert_eq!(first(&desk), (TicketState::Done, TicketMatch::Exact));
    assert_eq!(desk.ticket("T1").filled(), Shares(100));
}

#[test]
fn a_list_that_lags_takes_nothing_back() {
    let mut desk = Desk::asking_for(100);
    desk.buy(7, 100, "100.80");
    let before = desk.broker.clone();
    desk.now = 2;
    desk.executes(7, 100, "100.80");
    desk.look();
    let done = desk.book.clone();
    desk.broker = before;
    assert_eq!(desk.look(), []);
    assert_eq!(desk.book, done);
}

#[test]
fn times_of_the_broker_may_be_anything() {
    let mut desk = Desk::asking_for(100);
    desk.buy(7, 100, "100.80");
    for time in [Timestamp::MIN, Timestamp::MAX, Timestamp::UNIX_EPOCH] {
        let row = desk.row(7);
        (row.created, row.updated) = (time, time);
        desk.look();
    }
}
