//! Tests of the module `book`.

use super::*;
use crate::testing::{World, bar, bracket, intent, intent_of, money, session, split, symbol};
use tradebot_brackets::CostModel;
use tradebot_domain::Shares;

fn bought() -> World {
    let mut world = World::new(CostModel::FREE, "100000");
    world.submit(intent(&bracket(), 100)).unwrap();
    world.bar(&bar(1, [100.0, 101.0, 99.0, 100.5]));
    world
}

#[test]
fn open_risk_is_from_the_mark_to_the_stop_and_from_the_limit_for_a_pending_entry() {
    let mut world = World::new(CostModel::FREE, "100000");
    world.submit(intent(&bracket(), 100)).unwrap();
    assert_eq!(world.book.open_risk(), money("480"), "100.80 - 96");
    world.bar(&bar(1, [100.0, 101.0, 99.0, 100.5]));
    assert_eq!(world.book.open_risk(), money("450"), "100.50 - 96");
    let other = Symbol::new("OTHER").unwrap();
    world.submit(intent_of(("i2", session(1)), other, &bracket(), 10)).unwrap();
    assert_eq!(world.book.open_risk(), money("498"));
    assert_eq!(world.book.held(), [symbol(), other]);
}

#[test]
fn a_mark_below_the_stop_risks_nothing_and_never_less() {
    let mut world = bought();
    world.book.mark(symbol(), &bar(2, [95.0; 4]));
    assert_eq!(world.book.open_risk(), Money::ZERO);
    assert_eq!(world.book.equity(), money("99500"));
}

#[test]
fn a_close_that_is_no_price_leaves_the_mark_where_it_is() {
    let mut world = bought();
    for bad in [f64::NAN, 0.0, -1.0, f64::INFINITY] {
        world.book.mark(symbol(), &bar(2, [bad; 4]));
        assert_eq!(world.book.equity(), money("100050"), "{bad}");
    }
}

#[test]
fn a_session_is_counted_once_however_often_it_is_marked() {
    let mut world = bought();
    world.book.mark(symbol(), &bar(1, [100.0; 4]));
    assert_eq!(world.book.position(symbol()).unwrap().sessions_held, 1);
    world.book.mark(symbol(), &bar(2, [100.0; 4]));
    assert_eq!(world.book.position(symbol()).unwrap().sessions_held, 2);
}

#[test]
fn a_position_record_says_what_the_position_is_worth_today() {
    let mut world = bought();
    world.broker.on_action(symbol(), &split(2, "2")).unwrap();
    world.bar(&bar(2, [50.5, 51.0, 50.0, 51.0]));
    let record = world.book.position_records().remove(0);
    assert_eq!((record.shares, record.entry_price.to_f64()), (Shares(200), 50.0));
    assert_eq!((record.value, record.unrealised), (money("10200"), money("200")));
    assert_eq!((record.entry_session, record.sessions_held), (session(1), 2));
}

fn only_fill(events: &[BrokerEvent]) -> Execution {
    let found = events.iter().find_map(|event| match event {
        BrokerEvent::Fill(fill) => Some(fill.clone()),
        _ => None,
    });
    found.unwrap()
}

#[test]
fn a_fill_that_no_intent_explains_is_refused_and_moves_no_cash() {
    let mut world = World::new(CostModel::FREE, "100000");
    world.submit(intent(&bracket(), 100)).unwrap();
    let events = world.broker.on_bar(symbol(), &bar(1, [100.0, 101.0, 99.0, 100.5]));
    let mut stranger = Book::new(money("100000"));
    let entry = BrokerEvent::Fill(only_fill(&events));
    assert!(matches!(stranger.apply(&entry), Err(BookError::UnexpectedEntry { .. })));
    assert_eq!(stranger, Book::new(money("100000")));
}

#[test]
fn a_fill_reported_twice_is_refused() {
    let mut world = World::new(CostModel::FREE, "100000");
    world.submit(intent(&bracket(), 100)).unwrap();
    let events = world.broker.on_bar(symbol(), &bar(1, [100.0, 101.0, 99.0, 100.5]));
    world.book.apply_all(&events).unwrap();
    let before = world.book.clone();
    let again = BrokerEvent::Fill(only_fill(&events));
    assert!(world.book.apply(&again).is_err());
    assert_eq!(world.book, before);
}

#[test]
fn an_exit_of_other_shares_than_are_held_is_refused() {
    let mut world = bought();
    let events = world.broker.on_bar(symbol(), &bar(2, [90.0, 91.0, 89.0, 90.0]));
    let short = Execution { shares: Shares(99), ..only_fill(&events) };
    let found = world.book.apply(&BrokerEvent::Fill(short));
    let (symbol, reported, held) = (symbol(), Shares(99), Shares(100));
    assert_eq!(found, Err(BookError::SharesDiffer { symbol, reported, held }));
}

#[test]
fn an_action_without_a_position_is_refused() {
    let mut world = bought();
    world.broker.on_action(symbol(), &split(2, "2")).unwrap();
    let events = world.broker.on_bar(symbol(), &bar(2, [50.0, 50.5, 49.5, 50.0]));
    let mut empty = Book::new(money("1"));
    assert!(matches!(empty.apply(&events[0]), Err(BookError::NoPosition { .. })));
    let missed = world.book.apply(&events[1]);
    assert!(missed.is_ok(), "an order restated is no claim about shares");
}
