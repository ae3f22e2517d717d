//! Stops, targets, moved stops, exits, cancels: what a position needs next, and how loudly.

use tradebot_domain::Shares;
use tradebot_journal::{TicketKind, TicketMatch, TicketOrder, TicketSide, TicketState, Urgency};

use super::{Desk, LIMIT, minute, price};
use crate::ticket::{Ticket, leave, move_stop, slippage};

/// 100 shares bought as asked, nothing protected.
fn bought() -> Desk {
    let mut desk = Desk::asking_for(100);
    desk.buy(7, 100, "100.80");
    desk.executes(7, 100, "100.80");
    desk.look();
    desk
}

/// Bought, with a stop at its place.
fn protected() -> Desk {
    let mut desk = bought();
    desk.now = 2;
    desk.stop(8, 100, "96");
    desk.look();
    desk
}

#[test]
fn a_purchase_asks_for_its_stop_and_its_target() {
    let desk = bought();
    let (stop, target) = (&desk.open(TicketKind::Stop)[0].record(), desk.open(TicketKind::Target));
    assert_eq!(
        (stop.stop, stop.shares, stop.order),
        (Some(price("96")), Shares(100), TicketOrder::Stop)
    );
    assert_eq!(
        (target[0].record().limit, target[0].record().shares),
        (Some(price("106")), Shares(100))
    );
    assert_eq!(stop.life.name(), "good_till_cancelled");
}

#[test]
fn a_bracket_entered_at_once_is_matched_at_once() {
    let mut desk = Desk::asking_for(100);
    desk.buy(7, 100, "100.80");
    desk.stop(8, 100, "96");
    desk.order(9, (TicketSide::Sell, TicketOrder::Limit), 100, "106");
    desk.executes(7, 100, "100.80");
    desk.look();
    let states: Vec<TicketState> = desk.book.tickets().iter().map(Ticket::state).collect();
    assert_eq!(states, [TicketState::Done; 3]);
}

#[test]
fn what_is_not_protected_grows_louder_until_it_is() {
    let mut desk = bought();
    let urgency = |desk: &Desk| desk.open(TicketKind::Stop)[0].urgency();
    assert_eq!(urgency(&desk), Urgency::Soon);
    desk.look_at(3);
    assert_eq!(urgency(&desk), Urgency::Urgent);
    let told = desk.look_at(12).len();
    assert_eq!((urgency(&desk), told), (Urgency::Alarm, 1), "told once for each level");
    assert_eq!(desk.look_at(60), []);
    desk.stop(8, 100, "96");
    desk.look();
    assert_eq!(desk.open(TicketKind::Stop).len(), 0);
    assert_eq!(desk.ticket("T2").found(), TicketMatch::Exact);
}

#[test]
fn more_shares_ask_for_more_stop_and_the_age_stays() {
    let mut desk = Desk::asking_for(100);
    desk.buy(7, 100, "100.80");
    desk.executes(7, 40, "100.80");
    desk.look();
    assert_eq!(desk.asked(TicketKind::Stop), 40);
    desk.now = 11;
    desk.executes(7, 60, "100.80");
    desk.look();
    assert_eq!(desk.asked(TicketKind::Stop), 100);
    assert_eq!(desk.open(TicketKind::Stop)[0].record().owed_since, minute(1));
    assert_eq!(desk.open(TicketKind::Stop)[0].urgency(), Urgency::Alarm);
}

#[test]
fn a_stop_for_too_few_shares_leaves_the_rest_open() {
    let mut desk = bought();
    desk.now = 2;
    desk.stop(8, 60, "96");
    desk.look();
    let stop = desk.open(TicketKind::Stop)[0];
    assert_eq!((stop.state(), stop.note()), (TicketState::PartlyDone, "60 of 100 shares"));
    desk.now = 3;
    desk.stop(9, 40, "96");
    desk.look();
    assert_eq!(desk.open(TicketKind::Stop).len(), 0);
}

#[test]
fn a_stop_that_is_taken_away_is_asked_for_again() {
    let mut desk = protected();
    assert_eq!(desk.open(TicketKind::Stop).len(), 0);
    desk.now = 30;
    desk.cancels(8);
    desk.look();
    assert_eq!(desk.asked(TicketKind::Stop), 100);
    assert_eq!(desk.open(TicketKind::Stop)[0].record().owed_since, minute(30));
}

#[test]
fn a_stop_below_its_place_is_to_be_moved_and_one_above_is_not() {
    let mut desk = bought();
    desk.now = 2;
    desk.stop(8, 100, "94");
    desk.look();
    let moved = desk.open(TicketKind::MoveStop)[0].record();
    assert_eq!(
        (moved.concerns, moved.stop, moved.shares),
        (Some(8), Some(price("96")), Shares(100))
    );
    desk.now = 3;
    desk.row(8).stop = Some(price("96"));
    desk.look();
    assert_eq!(desk.open(TicketKind::MoveStop).len(), 0);
    desk.now = 4;
    desk.row(8).stop = Some(price("97"));
    desk.look();
    assert_eq!(desk.open(TicketKind::MoveStop).len(), 0);
}

#[test]
fn the_management_raises_a_stop_and_never_lowers_it() {
    let mut desk = protected();
    assert_eq!(move_stop(&desk.book, "i1", price("95"), minute(5)), Ok(None));
    let entry = move_stop(&desk.book, "i1", price("100.80"), minute(5)).unwrap().unwrap();
    desk.take(entry);
    desk.look_at(5);
    let moved = desk.open(TicketKind::MoveStop)[0];
    let id = moved.record().id.clone();
    assert!(
        moved.record().reason.contains("order 8 from 96 to 100.80"),
        "{}",
        moved.record().reason
    );
    desk.look_at(20);
    assert_eq!(desk.ticket(&id).urgency(), Urgency::Urgent);
    // The broker gives a replacement a new id in the same chain.
    desk.now = 21;
    desk.cancels(8);
    desk.stop(12, 100, "100.80");
    desk.row(12).chain = 8;
    desk.look();
    assert_eq!(
        (desk.ticket(&id).state(), desk.ticket(&id).found()),
        (TicketState::Done, TicketMatch::Exact)
    );
    assert!(move_stop(&desk.book, "nobody", price("95"), minute(5)).is_err());
}

#[test]
fn a_stop_that_sells_ends_the_position_and_says_what_it_cost() {
    let mut desk = protected();
    desk.now = 50;
    desk.executes(8, 100, "95.52");
    desk.look();
    assert_eq!(desk.book.held("i1"), Shares::ZERO);
    assert_eq!(desk.open(TicketKind::Target).len(), 0, "withdrawn with the position");
    let slip = slippage(&desk.book, desk.ticket("T2")).unwrap();
    assert!((slip.basis_points - 50.0).abs() < 1e-9 && (slip.r - 0.1).abs() < 1e-12, "{slip:?}");
}

#[test]
fn a_target_that_sells_a_part_leaves_a_stop_for_the_rest() {
    let mut desk = protected();
    desk.order(9, (TicketSide::Sell, TicketOrder::Limit), 100, "106");
    desk.look();
    desk.now = 50;
    desk.executes(9, 40, "106");
    desk.look();
    let moved = desk.open(TicketKind::MoveStop)[0].record();
    assert_eq!(
        (moved.concerns, moved.shares),
        (Some(8), Shares(60)),
        "a stop sells no more than is held"
    );
    desk.now = 51;
    desk.executes(9, 60, "106");
    desk.look();
    let cancel = desk.open(TicketKind::Cancel);
    assert_eq!(cancel[0].record().concerns, Some(8), "the stop has outlived its position");
    desk.cancels(8);
    desk.look();
    assert!(desk.book.tickets().iter().all(|ticket| !ticket.is_open()));
}

#[test]
fn the_time_limit_asks_for_the_exit_in_place_of_everything_else() {
    let mut desk = protected();
    desk.look_at(LIMIT);
    let exit = desk.open(TicketKind::Exit)[0].record();
    assert_eq!((exit.order, exit.shares), (TicketOrder::Market, Shares(100)));
    assert!(
        exit.reason.contains("time limit") && exit.reason.contains("order 8"),
        "{}",
        exit.reason
    );
    assert_eq!(desk.open(TicketKind::Target).len(), 0);
    desk.now = LIMIT + 6;
    desk.look();
    assert_eq!(desk.open(TicketKind::Exit)[0].urgency(), Urgency::Urgent);
    desk.cancels(8);
    desk.order(9, (TicketSide::Sell, TicketOrder::Market), 100, "0");
    desk.executes(9, 100, "99");
    desk.look();
    assert_eq!(desk.book.held("i1"), Shares::ZERO);
    assert!(desk.book.tickets().iter().all(|ticket| !ticket.is_open()));
}

#[test]
fn a_reason_to_leave_is_asked_for_at_once() {
    let mut desk = bought();
    let entry = leave(&desk.book, "i1", "the consensus turned", minute(4)).unwrap();
    desk.take(entry);
    desk.look_at(4);
    assert!(desk.open(TicketKind::Exit)[0].record().reason.starts_with("the consensus turned"));
    assert_eq!(desk.open(TicketKind::Stop).len(), 0);
}

#[test]
fn a_sale_that_nothing_asked_for_is_asked_about() {
    let mut desk = protected();
    desk.now = 9;
    desk.order(11, (TicketSide::Sell, TicketOrder::Market), 30, "0");
    desk.executes(11, 30, "99");
    desk.look();
    let asked = desk.open(TicketKind::Exit)[0];
    assert_eq!((asked.state(), asked.candidates()), (TicketState::Asked, &[11][..]));
    assert_eq!(desk.book.held("i1"), Shares(100), "nothing is guessed");
}
