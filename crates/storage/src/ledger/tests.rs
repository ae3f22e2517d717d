//! A disk that is full, which takes a connection with a limit to make.

use tradebot_journal::{Ledger, LedgerError};

use super::*;
use crate::mode::Mode;

#[path = "../../tests/it/world.rs"]
#[expect(dead_code, reason = "shared with the integration tests")]
mod world;

use world::{now, session_events, start, write_run, write_sessions};

fn is_disk_full(error: &LedgerError) -> bool {
    match error {
        LedgerError::Store(e) => {
            matches!(e.downcast_ref::<StoreError>(), Some(StoreError::DiskFull { .. }))
        }
        _ => false,
    }
}

#[test]
fn a_full_disk_stops_the_ledger_and_the_run_goes_on_when_there_is_room_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), Mode::Demo).unwrap();
    let run = store.begin_run(&start(1), now()).unwrap();
    let pages: i64 = store.db.conn.pragma_query_value(None, "page_count", |r| r.get(0)).unwrap();
    store.db.conn.pragma_update_and_check(None, "max_page_count", pages + 40, |_| Ok(())).unwrap();
    let mut ledger = SqliteLedger::new(store, run, 2).unwrap();
    write_sessions(&mut ledger, 1, 0, 4);
    let error = (4..1_000)
        .flat_map(session_events)
        .find_map(|event| {
            ledger
                .append(&event)
                .and_then(|()| match event {
                    Event::Snapshot(_) => ledger.commit(false),
                    _ => Ok(()),
                })
                .err()
        })
        .unwrap();
    assert!(is_disk_full(&error), "{error:?}");
    let durable = ledger.durable_entries();
    assert!(durable > 0);
    assert!(ledger.commit(true).is_err(), "the ledger takes nothing more");
    assert!(matches!(ledger.close(now()), Err(StoreError::Stopped { .. })));

    let mut store = Store::open(dir.path(), Mode::Demo).unwrap();
    let run = store.begin_run(&start(1), now()).unwrap();
    assert_eq!((run.resumed, run.durable_entries), (true, durable));
    let mut ledger = SqliteLedger::new(store, run, 2).unwrap();
    write_run(&mut ledger, 1, 40);
    ledger.close(now()).unwrap();
    let reader = Store::open_read(dir.path(), Mode::Demo).unwrap();
    reader.verify(&mut |_, _| ()).unwrap();
}

#[test]
fn the_write_ahead_log_is_emptied_on_the_way_and_at_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), Mode::Demo).unwrap();
    let run = store.begin_run(&start(1), now()).unwrap();
    let mut ledger = SqliteLedger::new(store, run, 1).unwrap();
    let mut largest = 0;
    let mut shrunk = false;
    ledger.append(&Event::RunStarted(start(1))).unwrap();
    for i in 0..400 {
        for event in session_events(i) {
            ledger.append(&event).unwrap();
        }
        ledger.commit(false).unwrap();
        let bytes = ledger.store.wal_bytes();
        shrunk |= bytes < largest;
        largest = largest.max(bytes);
    }
    assert!(shrunk && largest < 2 * WAL_BYTES_MAX, "{largest}");
    let store = ledger.close(now()).unwrap();
    assert_eq!(store.wal_bytes(), 0);
}
