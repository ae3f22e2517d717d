//! Order tickets: an append-only log that two programs share.

use rusqlite::Connection;
use tradebot_domain::{Shares, Timestamp};
use tradebot_journal::{
    TicketChange, TicketEntry, TicketFill, TicketKind, TicketLife, TicketMatch, TicketOrder,
    TicketRecord, TicketSide, TicketState, Urgency,
};
use tradebot_storage::{Appended, Mode, Store, StoreError, TicketLog};

use crate::world::{now, price, session, symbol};

fn record(id: &str, kind: TicketKind) -> TicketRecord {
    TicketRecord {
        id: id.to_owned(),
        account: "01234567".to_owned(),
        run: "live-0001".to_owned(),
        intent_id: "I1".to_owned(),
        decision: tradebot_journal::DecisionId { session: session(1), symbol: symbol("ACME") },
        symbol: symbol("ACME"),
        kind,
        side: TicketSide::Buy,
        order: TicketOrder::Limit,
        limit: Some(price("100.80")),
        stop: None,
        shares: Shares(100),
        life: TicketLife::Day,
        issued: now(),
        owed_since: now(),
        valid_until: Some(now()),
        reason: "because".to_owned(),
        concerns: None,
        plan: None,
    }
}

fn entry(ticket: &str, change: TicketChange) -> TicketEntry {
    TicketEntry { ticket: ticket.to_owned(), at: now(), change }
}

fn issued(id: &str, kind: TicketKind) -> TicketEntry {
    entry(id, TicketChange::Issued(Box::new(record(id, kind))))
}

fn filled(ticket: &str, shares: u64) -> TicketEntry {
    let (shares, executed, at) = (Shares(shares), Shares(100), Timestamp::UNIX_EPOCH);
    let fill = TicketFill { fill_id: 5, order: 7, shares, executed, price: price("100.5"), at };
    entry(ticket, TicketChange::Filled(fill))
}

fn history() -> Vec<TicketEntry> {
    let moved = TicketChange::Moved {
        state: TicketState::PartlyDone,
        found: TicketMatch::Partial,
        note: "60 of 100 shares".to_owned(),
    };
    vec![
        issued("T1", TicketKind::Entry),
        entry("T1", TicketChange::Bound { order: 7, by: "matcher".to_owned() }),
        filled("T1", 60),
        entry("T1", moved),
        entry("T1", TicketChange::Escalated { urgency: Urgency::Alarm }),
        entry("T1", TicketChange::Asked { orders: vec![1, 2] }),
        entry("T1", TicketChange::Unbound { order: 7, why: "x".to_owned() }),
        entry("T1", TicketChange::Claimed { by: "ann".to_owned() }),
        entry("T1", TicketChange::Managed { stop: Some(price("97")), exit: Some("y".to_owned()) }),
    ]
}

/// A database of live mode and its log.
fn log(dir: &std::path::Path) -> TicketLog {
    drop(Store::open(dir, Mode::Live).unwrap());
    TicketLog::open(dir).unwrap()
}

#[test]
fn what_was_appended_reads_back_entry_by_entry() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = log(dir.path());
    assert_eq!(log.append(0, &history()).unwrap(), Appended::Durable(9));
    assert_eq!(log.after(0).unwrap(), (history(), 9));
    assert_eq!(log.after(8).unwrap(), (history()[8..].to_vec(), 9));
    assert_eq!(log.after(9).unwrap(), (Vec::new(), 9));
    let reader = Store::open_read(dir.path(), Mode::Live).unwrap();
    assert_eq!(reader.ticket_entries().unwrap(), history());
}

#[test]
fn whoever_was_overtaken_writes_nothing_and_may_try_again() {
    let dir = tempfile::tempdir().unwrap();
    let (mut bot, mut person) = (log(dir.path()), TicketLog::open(dir.path()).unwrap());
    assert_eq!(bot.append(0, &history()[..2]).unwrap(), Appended::Durable(2));
    assert_eq!(person.append(0, &history()[..1]).unwrap(), Appended::Overtaken);
    let (known, last) = person.after(0).unwrap();
    assert_eq!((known.len(), last), (2, 2));
    assert_eq!(person.append(last, &history()[2..3]).unwrap(), Appended::Durable(3));
    assert_eq!(bot.append(2, &history()[2..3]).unwrap(), Appended::Overtaken);
}

#[test]
fn a_person_answers_while_the_bot_holds_its_lock() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), Mode::Live).unwrap();
    let mut bot = store.tickets().unwrap().unwrap();
    let _ = bot.append(0, &history()[..1]).unwrap();
    let mut person = TicketLog::open(dir.path()).unwrap();
    assert_eq!(person.append(1, &history()[1..2]).unwrap(), Appended::Durable(2));
    assert_eq!(bot.after(1).unwrap().0, history()[1..2]);
}

#[test]
fn no_other_mode_has_tickets() {
    let dir = tempfile::tempdir().unwrap();
    let missing = TicketLog::open(dir.path()).unwrap_err();
    assert!(matches!(missing, StoreError::Missing { mode: Mode::Live, .. }), "{missing}");
    for mode in [Mode::Demo, Mode::Backtest, Mode::Paper] {
        let store = Store::open(dir.path(), mode).unwrap();
        assert!(store.tickets().unwrap().is_none(), "{mode}");
    }
    std::fs::rename(Mode::Demo.database(dir.path()), Mode::Live.database(dir.path())).unwrap();
    let other = TicketLog::open(dir.path()).unwrap_err();
    assert!(matches!(other, StoreError::OtherMode { .. }), "{other}");
}

#[test]
fn entries_that_break_a_rule_are_refused_as_a_whole() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = log(dir.path());
    let _ = log.append(0, &history()[..3]).unwrap();
    let wrong = [
        vec![filled("T1", 40), filled("T1", 1)],
        vec![entry("T9", TicketChange::Claimed { by: "ann".to_owned() })],
        vec![issued("T1", TicketKind::Stop)],
        vec![issued("T2", TicketKind::Entry)],
        vec![issued("X", TicketKind::Stop)],
    ];
    for new in wrong {
        let refused = log.append(3, &new);
        assert!(matches!(refused, Err(StoreError::Sqlite { .. })), "{new:?}: {refused:?}");
        assert_eq!(log.after(3).unwrap(), (Vec::new(), 3), "nothing of it is there");
    }
    assert_eq!(log.append(3, &[filled("T1", 40)]).unwrap(), Appended::Durable(4));
}

#[test]
fn nothing_that_stands_there_can_be_changed_or_removed() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = log(dir.path());
    let _ = log.append(0, &history()).unwrap();
    let conn = Connection::open(Mode::Live.database(dir.path())).unwrap();
    for table in ["tickets", "ticket_events", "ticket_matches"] {
        for sql in [format!("DELETE FROM {table}"), format!("UPDATE {table} SET ticket = 'T2'")] {
            let refused = conn.execute(&sql, []).unwrap_err().to_string();
            assert!(refused.contains("append-only"), "{sql}: {refused}");
        }
    }
}
