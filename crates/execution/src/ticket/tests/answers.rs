//! What a person may say, and what is refused with which words.

use tradebot_domain::Shares;
use tradebot_journal::{TicketKind, TicketOrder, TicketSide, TicketState};

use super::{Desk, VALID, minute};
use crate::ticket::{AnswerError, done, skip};

const ME: (&str, &str) = ("ann", "");

impl Desk {
    fn done(&mut self, id: &str, order: Option<i64>) -> Result<(), AnswerError> {
        let entry = done(&self.book, (id, order), ("ann", minute(self.now)))?;
        self.take(entry);
        self.look();
        Ok(())
    }
}

#[test]
fn an_ambiguous_ticket_needs_the_number_of_its_order() {
    let mut desk = Desk::asking_for(100);
    desk.buy(7, 60, "100.80");
    desk.buy(8, 90, "100.70");
    desk.executes(7, 60, "100.80");
    desk.look();
    let unsaid = desk.done("T1", None).unwrap_err().to_string();
    assert!(unsaid.contains("--order: 7, 8"), "{unsaid}");
    let wrong = desk.done("T1", Some(9)).unwrap_err();
    assert!(matches!(wrong, AnswerError::NotACandidate { order: 9, .. }), "{wrong}");
    desk.done("T1", Some(7)).unwrap();
    assert_eq!(desk.ticket("T1").filled(), Shares(60));
    assert_eq!(desk.asked(TicketKind::Stop), 60);
}

#[test]
fn a_claim_is_noted_and_the_ticket_stays_open_until_it_is_seen() {
    let mut desk = Desk::asking_for(100);
    desk.done("T1", None).unwrap();
    assert_eq!(desk.ticket("T1").claimed(), Some(minute(1)));
    assert_eq!(desk.ticket("T1").state(), TicketState::Issued);
    desk.buy(7, 100, "100.80");
    desk.executes(7, 100, "100.80");
    desk.look_at(2);
    let over = desk.done("T1", None).unwrap_err().to_string();
    assert!(over.contains("T1 is done already"), "{over}");
}

#[test]
fn an_unknown_ticket_is_named_with_those_there_are() {
    let mut desk = Desk::asking_for(100);
    let unknown = desk.done("T9", None).unwrap_err().to_string();
    assert_eq!(unknown, "there is no ticket T9; there are T1 to T1");
}

#[test]
fn an_order_that_cannot_be_meant_is_given_back_at_the_next_look() {
    let mut desk = Desk::asking_for(100);
    desk.order(7, (TicketSide::Sell, TicketOrder::Limit), 100, "106");
    desk.done("T1", Some(7)).unwrap();
    assert!(desk.ticket("T1").orders().is_empty());
    assert_eq!(desk.ticket("T1").state(), TicketState::Issued);
}

#[test]
fn a_later_order_of_a_chain_stands_for_its_first() {
    let mut desk = Desk::asking_for(100);
    desk.buy(7, 60, "100.00");
    desk.buy(6, 50, "100.00");
    desk.look();
    desk.now = 2;
    desk.cancels(7);
    desk.buy(9, 100, "100.10");
    desk.row(9).chain = 7;
    let entry = done(&desk.book, ("T1", Some(7)), ("ann", minute(2))).unwrap();
    desk.take(entry);
    desk.look();
    assert_eq!(desk.ticket("T1").orders(), [7]);
}

#[test]
fn an_entry_may_be_skipped_a_stop_and_what_is_under_way_may_not() {
    let mut desk = Desk::asking_for(100);
    let entry = skip(&desk.book, "T1", ("ann", "earnings tomorrow"), minute(1)).unwrap();
    desk.take(entry);
    desk.look();
    assert_eq!(
        (desk.ticket("T1").state(), desk.ticket("T1").note()),
        (TicketState::Skipped, "by ann: earnings tomorrow")
    );
    assert!(matches!(skip(&desk.book, "T1", ME, minute(1)), Err(AnswerError::Over { .. })));

    let mut desk = Desk::asking_for(100);
    desk.buy(7, 100, "100.80");
    desk.look();
    assert!(matches!(skip(&desk.book, "T1", ME, minute(1)), Err(AnswerError::UnderWay { .. })));
    desk.executes(7, 100, "100.80");
    desk.look();
    let refused = skip(&desk.book, "T2", ME, minute(1)).unwrap_err().to_string();
    assert!(refused.contains("protects 100 shares"), "{refused}");
}

#[test]
fn a_target_and_an_exit_that_were_skipped_are_not_asked_for_again() {
    let mut desk = Desk::asking_for(100);
    desk.buy(7, 100, "100.80");
    desk.executes(7, 100, "100.80");
    desk.look();
    let entry = skip(&desk.book, "T3", ME, minute(1)).unwrap();
    desk.take(entry);
    desk.look();
    assert_eq!(desk.open(TicketKind::Target).len(), 0);
    desk.look_at(super::LIMIT);
    let exit = desk.open(TicketKind::Exit)[0].record().id.clone();
    let entry = skip(&desk.book, &exit, ("ann", "one more week"), minute(super::LIMIT)).unwrap();
    desk.take(entry);
    desk.look();
    assert_eq!(desk.open(TicketKind::Exit).len(), 0);
    assert_eq!(desk.asked(TicketKind::Stop), 100, "what is kept is protected");
}

#[test]
fn what_was_skipped_or_had_expired_may_turn_out_to_be_done() {
    let mut desk = Desk::asking_for(100);
    desk.look_at(VALID + 1);
    assert!(matches!(desk.done("T1", None), Err(AnswerError::Over { .. })));
    desk.now = VALID + 10 * 1_440;
    desk.buy(7, 100, "100.80");
    desk.executes(7, 100, "100.80");
    desk.done("T1", Some(7)).unwrap();
    assert_eq!(desk.ticket("T1").state(), TicketState::Late);
    assert_eq!(desk.asked(TicketKind::Stop), 100);
}

#[test]
fn a_sale_of_ones_own_shares_is_skipped_and_a_sale_of_the_position_is_counted() {
    for own in [true, false] {
        let mut desk = Desk::asking_for(100);
        desk.buy(7, 100, "100.80");
        desk.executes(7, 100, "100.80");
        desk.look();
        desk.now = 5;
        desk.order(11, (TicketSide::Sell, TicketOrder::Market), 100, "0");
        desk.executes(11, 100, "99");
        desk.look();
        let id = desk.open(TicketKind::Exit)[0].record().id.clone();
        if own {
            let entry = skip(&desk.book, &id, ME, minute(5)).unwrap();
            desk.take(entry);
            desk.look();
            assert_eq!(desk.asked(TicketKind::Stop), 100);
        } else {
            desk.done(&id, None).unwrap();
            assert_eq!(desk.book.held("i1"), Shares::ZERO);
            assert!(desk.book.tickets().iter().all(|ticket| !ticket.is_open()));
        }
    }
}

#[test]
fn a_ticket_about_an_order_has_none_of_its_own() {
    let mut desk = Desk::asking_for(100);
    desk.buy(7, 100, "100.80");
    desk.executes(7, 100, "100.80");
    desk.stop(8, 100, "90");
    desk.look();
    let id = desk.open(TicketKind::MoveStop)[0].record().id.clone();
    let named = desk.done(&id, Some(8)).unwrap_err();
    assert!(matches!(named, AnswerError::NoOrderOfItsOwn { concerns: 8, .. }), "{named}");
    let taken = desk.done("T3", Some(8)).unwrap_err().to_string();
    assert!(taken.contains("belongs to ticket T2"), "{taken}");
}
