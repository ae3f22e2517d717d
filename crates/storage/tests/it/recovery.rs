//! After a crash: what was committed is compared, the rest is written again.

use proptest::prelude::*;
use tradebot_domain::Money;
use tradebot_journal::{Event, Ledger, LedgerError, MemoryLedger};
use tradebot_storage::{Mode, RunStatus, SqliteLedger, Store, StoreError};

use crate::world::*;

fn open(dir: &std::path::Path, group: u32) -> SqliteLedger {
    let mut store = Store::open(dir, Mode::Demo).unwrap();
    let run = store.begin_run(&start(1), now()).unwrap();
    SqliteLedger::new(store, run, group).unwrap()
}

/// Bodies and hashes of every entry, as they stand in the file.
fn journal(dir: &std::path::Path) -> Vec<(i64, String, Vec<u8>)> {
    let conn = rusqlite::Connection::open(Mode::Demo.database(dir)).unwrap();
    let mut statement = conn.prepare("SELECT seq, body, hash FROM journal ORDER BY seq").unwrap();
    statement
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

#[test]
fn a_crash_loses_the_open_group_only_and_the_continued_run_ends_as_if_nothing_had_happened() {
    let whole = tempfile::tempdir().unwrap();
    let mut ledger = open(whole.path(), 4);
    write_run(&mut ledger, 1, 30);
    ledger.close(now()).unwrap();

    let cut = tempfile::tempdir().unwrap();
    let mut ledger = open(cut.path(), 4);
    write_sessions(&mut ledger, 1, 0, 10);
    let durable = ledger.durable_entries();
    drop(ledger); // two cycles of the third group are lost

    let mut ledger = open(cut.path(), 4);
    assert!(ledger.run().resumed);
    assert_eq!(ledger.run().durable_entries, durable);
    assert!(ledger.replaying());
    write_sessions(&mut ledger, 1, 0, 8);
    assert!(!ledger.replaying(), "8 sessions were committed");
    write_sessions(&mut ledger, 1, 8, 30);
    let digest = ledger.digest();
    ledger.append(&finished(30, digest)).unwrap();
    ledger.close(now()).unwrap();

    assert_eq!(journal(whole.path()), journal(cut.path()));
    let info = Store::open_read(cut.path(), Mode::Demo).unwrap().run(None).unwrap();
    assert_eq!(
        (info.id.as_str(), info.resumed, info.status),
        ("demo-0001", 1, RunStatus::Finished)
    );
}

#[test]
fn large_cycles_are_committed_before_their_group_is_full() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = open(dir.path(), u32::MAX);
    let entries = |sessions: u32| (0..sessions).map(|i| session_events(i).len()).sum::<usize>();
    let enough = (1..2_000).find(|sessions| entries(*sessions) > 4_096).unwrap();
    write_sessions(&mut ledger, 1, 0, enough - 10);
    assert_eq!(ledger.durable_entries(), 0, "a small group waits");
    write_sessions(&mut ledger, 1, enough - 10, enough);
    assert!(ledger.durable_entries() >= 4_096);
}

#[test]
fn a_replay_that_differs_stops_at_the_first_difference_and_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = open(dir.path(), 1);
    write_sessions(&mut ledger, 1, 0, 5);
    drop(ledger);
    let before = journal(dir.path());

    let mut ledger = open(dir.path(), 1);
    write_sessions(&mut ledger, 1, 0, 2);
    let mut changed = snapshot(2);
    changed.equity = Money("10005.51".parse().unwrap());
    let events = session_events(2);
    let (last, others) = events.split_last().unwrap();
    assert!(matches!(last, Event::Snapshot(_)));
    for event in others {
        ledger.append(event).unwrap();
    }
    match ledger.append(&Event::Snapshot(changed)) {
        Err(LedgerError::Diverged { kind, recorded, replayed, .. }) => {
            assert_eq!(kind, "snapshot");
            assert_ne!(recorded, replayed);
        }
        other => panic!("{other:?}"),
    }
    assert!(ledger.append(last).is_err(), "nothing is taken after the difference");
    assert!(ledger.commit(true).is_err());
    drop(ledger);
    assert_eq!(before, journal(dir.path()));
}

#[test]
fn events_out_of_place_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = open(dir.path(), 1);
    let refused = |ledger: &mut SqliteLedger, event: &Event| match ledger.append(event) {
        Err(LedgerError::Store(e)) => {
            matches!(e.downcast_ref(), Some(StoreError::OutOfPlace { .. }))
        }
        _ => false,
    };
    assert!(refused(&mut ledger, &Event::Regime(regime(0))), "before the start");
    assert!(refused(&mut ledger, &Event::RunStarted(start(2))), "another start");
    ledger.append(&Event::RunStarted(start(1))).unwrap();
    assert!(refused(&mut ledger, &Event::RunStarted(start(1))), "a second start");
    let digest = ledger.digest();
    ledger.append(&finished(0, digest)).unwrap();
    assert!(refused(&mut ledger, &Event::Regime(regime(0))), "after the end");
}

#[test]
fn an_event_that_contradicts_the_tables_stops_the_ledger_and_leaves_no_trace() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = open(dir.path(), 1);
    write_sessions(&mut ledger, 1, 0, 2);
    let before = journal(dir.path());
    let again = Event::Regime(regime(1));
    let text = ledger.append(&again).unwrap_err().to_string();
    assert!(text.contains("cannot be written"), "{text}");
    let text = ledger.append(&Event::Regime(regime(2))).unwrap_err().to_string();
    assert!(text.contains("cannot be written"), "{text}");
    drop(ledger);
    assert_eq!(before, journal(dir.path()));
}

#[test]
fn phases_logs_and_bars_of_replayed_sessions_are_not_noted_twice() {
    let dir = tempfile::tempdir().unwrap();
    let notes = |ledger: &mut SqliteLedger, i: u32, nanos: u64| {
        for event in session_events(i) {
            ledger.append(&event).unwrap();
        }
        ledger.record_phases(session(i), &[("gate", nanos), ("learn", 2 * nanos)]).unwrap();
        ledger.log("INFO", "engine", "session done", "{\"i\":1}", now()).unwrap();
        ledger.record_bars("bundle", &bars(i)).unwrap();
        ledger.commit(true).unwrap();
    };
    let mut ledger = open(dir.path(), 1);
    ledger.append(&Event::RunStarted(start(1))).unwrap();
    (0..3).for_each(|i| notes(&mut ledger, i, 100));
    drop(ledger);
    let mut ledger = open(dir.path(), 1);
    ledger.append(&Event::RunStarted(start(1))).unwrap();
    (0..4).for_each(|i| notes(&mut ledger, i, 900));
    ledger.close(now()).unwrap();

    let reader = Store::open_read(dir.path(), Mode::Demo).unwrap();
    let key = reader.run(None).unwrap().key;
    let phases = reader.phases(key).unwrap();
    assert_eq!(phases.len(), 2);
    assert_eq!((phases[0].phase.as_str(), phases[0].count, phases[0].total), ("gate", 4, 1_200));
    // The last committed session is complete, so its log line is not written again either; the
    // line of the session before the first new event may be.
    let lines = reader.logs(key, 10).unwrap();
    assert!((4..=5).contains(&lines.len()), "{}", lines.len());
    assert_eq!(lines[0].fields, "{\"i\":1}");
    let kept = reader.bars(symbol("IBM"), session(0), session(9)).unwrap();
    let wanted: Vec<_> = (0..4).map(|i| bars(i)[2].1).collect();
    assert_eq!(kept, wanted, "decimal text reads back to the same bits");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn however_often_a_run_is_cut_its_journal_is_the_same(
        cuts in proptest::collection::vec((1_u32..16, 0_usize..12), 1..4),
        group in 1_u32..5,
    ) {
        let dir = tempfile::tempdir().unwrap();
        for (sessions, extra) in cuts {
            let mut ledger = open(dir.path(), group);
            write_sessions(&mut ledger, 1, 0, sessions);
            for event in session_events(sessions).iter().take(extra) {
                ledger.append(event).unwrap();
            }
        }
        let mut ledger = open(dir.path(), group);
        write_run(&mut ledger, 1, 18);
        ledger.close(now()).unwrap();
        let mut memory = MemoryLedger::default();
        write_run(&mut memory, 1, 18);
        let reader = Store::open_read(dir.path(), Mode::Demo).unwrap();
        let report = reader.verify(&mut |_, _| ()).unwrap();
        prop_assert_eq!(report.head, memory.chain().head.to_string());
    }
}
