//! A journal that was changed behind our back does not verify.

use std::path::Path;

use proptest::prelude::*;
use rusqlite::Connection;
use tradebot_storage::{Mode, SqliteLedger, Store, StoreError};

use crate::world::{now, start, write_run, write_sessions};

const CYCLES: u32 = 6;

/// Two runs: one finished, one cut off.
fn written() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), Mode::Demo).unwrap();
    let run = store.begin_run(&start(1), now()).unwrap();
    let mut ledger = SqliteLedger::new(store, run, 2).unwrap();
    write_run(&mut ledger, 1, CYCLES);
    let mut store = ledger.close(now()).unwrap();
    let run = store.begin_run(&start(2), now()).unwrap();
    let mut ledger = SqliteLedger::new(store, run, 1).unwrap();
    write_sessions(&mut ledger, 2, 0, 2);
    ledger.close(now()).unwrap();
    dir
}

fn tamper(dir: &Path) -> Connection {
    let conn = Connection::open(Mode::Demo.database(dir)).unwrap();
    conn.execute_batch(
        "DROP TRIGGER journal_keeps_entries; DROP TRIGGER journal_keeps_content;
         DROP TRIGGER journal_is_gapless; DROP TRIGGER anchors_keep_entries;
         DROP TRIGGER anchors_keep_content; PRAGMA foreign_keys = OFF;",
    )
    .unwrap();
    conn
}

fn verify(dir: &Path) -> Result<(), StoreError> {
    Store::open_read(dir, Mode::Demo)?.verify(&mut |_, _| ()).map(|_| ())
}

#[test]
fn untouched_it_verifies_and_progress_reaches_the_end() {
    let dir = written();
    let mut last = (0, 1);
    let reader = Store::open_read(dir.path(), Mode::Demo).unwrap();
    let report = reader.verify(&mut |done, total| last = (done, total)).unwrap();
    assert_eq!(last, (report.entries, report.entries));
    assert_eq!((report.runs, report.anchors), (2, 1));
    Store::open(dir.path(), Mode::Demo).unwrap();
}

#[test]
fn while_its_triggers_stand_the_journal_can_only_be_appended_to() {
    let dir = written();
    let conn = Connection::open(Mode::Demo.database(dir.path())).unwrap();
    for sql in [
        "DELETE FROM journal WHERE seq = 3",
        "UPDATE journal SET body = '{}' WHERE seq = 3",
        "INSERT INTO journal (seq, run, kind, body, hash) VALUES (99999, 1, 'order', '{}', zeroblob(32))",
        "INSERT OR REPLACE INTO journal (seq, run, kind, body, hash) VALUES (3, 1, 'order', '{}', zeroblob(32))",
        "DELETE FROM journal_anchors",
    ] {
        assert!(conn.execute(sql, []).is_err(), "{sql}");
    }
    verify(dir.path()).unwrap();
}

#[test]
fn a_deleted_entry_is_found_wherever_it_stood() {
    let dir = written();
    let conn = tamper(dir.path());
    let entries: i64 = conn.query_row("SELECT count(*) FROM journal", [], |r| r.get(0)).unwrap();
    drop(conn);
    for seq in [0, 1, entries / 2, entries - 2] {
        let dir = written();
        tamper(dir.path()).execute("DELETE FROM journal WHERE seq = ?1", [seq]).unwrap();
        assert!(verify(dir.path()).is_err(), "entry {seq}");
    }
}

#[test]
fn swapped_and_inserted_entries_are_found() {
    for sql in [
        "UPDATE journal SET seq = -1 WHERE seq = 4; UPDATE journal SET seq = 4 WHERE seq = 5; UPDATE journal SET seq = 5 WHERE seq = -1;",
        "UPDATE journal SET run = 2 WHERE seq = 4;",
        "INSERT INTO journal SELECT max(seq) + 1, run, kind, body, hash FROM journal;",
        "UPDATE runs SET start = json_set(start, '$.seed', 77) WHERE number = 1;",
        "UPDATE runs SET digest = replace(hex(zeroblob(32)), '00', 'aa') WHERE number = 1;",
        "UPDATE runs SET status = 'abandoned', digest = NULL WHERE number = 1;",
        "UPDATE journal_anchors SET hash = zeroblob(32);",
    ] {
        let dir = written();
        tamper(dir.path()).execute_batch(sql).unwrap();
        assert!(verify(dir.path()).is_err(), "{sql}");
    }
}

#[test]
fn a_cut_tail_is_found_by_the_anchors_even_when_the_tables_were_cut_with_it() {
    let dir = written();
    let conn = tamper(dir.path());
    let last: i64 =
        conn.query_row("SELECT max(seq) FROM journal_anchors", [], |r| r.get(0)).unwrap();
    conn.execute_batch(&format!(
        "DELETE FROM journal WHERE seq >= {last}; DELETE FROM journal_anchors;
         UPDATE runs SET status = 'abandoned', digest = NULL;"
    ))
    .unwrap();
    drop(conn);
    for result in [verify(dir.path()), Store::open(dir.path(), Mode::Demo).map(|_| ())] {
        match result {
            Err(StoreError::CutTail { entries, anchored, .. }) => {
                assert_eq!(i64::try_from(entries).unwrap(), last);
                assert_eq!(i64::try_from(anchored).unwrap(), last);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_deleted_database_is_a_cut_tail_in_live_and_a_fresh_start_in_demo() {
    for (mode, refused) in [(Mode::Live, true), (Mode::Demo, false)] {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path(), mode).unwrap();
        let run = store.begin_run(&start(1), now()).unwrap();
        let mut ledger = SqliteLedger::new(store, run, 1).unwrap();
        write_run(&mut ledger, 1, 2);
        ledger.close(now()).unwrap();
        std::fs::remove_file(mode.database(dir.path())).unwrap();
        let again = Store::open(dir.path(), mode);
        assert_eq!(matches!(again, Err(StoreError::CutTail { .. })), refused, "{again:?}");
        assert_eq!(again.is_ok(), !refused);
    }
}

#[test]
fn a_lost_anchor_file_is_written_again_from_the_table() {
    let dir = written();
    let file = Mode::Demo.anchors(dir.path());
    let before = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    Store::open(dir.path(), Mode::Demo).unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before);
}

#[test]
fn a_writer_does_not_open_a_journal_whose_open_end_was_changed() {
    let dir = written();
    tamper(dir.path())
        .execute("UPDATE journal SET body = replace(body, '18.25', '18.26') WHERE kind = 'regime' AND run = 2", [])
        .unwrap();
    let error = Store::open(dir.path(), Mode::Demo).unwrap_err();
    assert!(matches!(error, StoreError::Broken { .. }), "{error:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn any_flipped_bit_of_a_body_a_kind_or_a_hash_is_found(
        row in any::<prop::sample::Index>(),
        byte in any::<prop::sample::Index>(),
        bit in 0_u8..8,
        column in prop::sample::select(vec!["body", "kind", "hash"]),
    ) {
        // One file for all cases: each flips, verifies, and flips back.
        static DIR: std::sync::OnceLock<std::sync::Mutex<tempfile::TempDir>> = std::sync::OnceLock::new();
        let dir = DIR
            .get_or_init(|| {
                let dir = written();
                tamper(dir.path());
                std::sync::Mutex::new(dir)
            })
            .lock()
            .unwrap();
        let conn = Connection::open(Mode::Demo.database(dir.path())).unwrap();
        let entries: i64 = conn.query_row("SELECT count(*) FROM journal", [], |r| r.get(0)).unwrap();
        let seq = i64::try_from(row.index(usize::try_from(entries).unwrap())).unwrap();
        let read = format!("SELECT CAST({column} AS BLOB) FROM journal WHERE seq = ?1");
        let write = if column == "hash" {
            "UPDATE journal SET hash = ?2 WHERE seq = ?1".to_owned()
        } else {
            format!("UPDATE journal SET {column} = CAST(?2 AS TEXT) WHERE seq = ?1")
        };
        let good: Vec<u8> = conn.query_row(&read, [seq], |r| r.get(0)).unwrap();
        let mut bad = good.clone();
        let at = byte.index(bad.len());
        bad[at] ^= 1 << bit;
        conn.execute(&write, rusqlite::params![seq, bad]).unwrap();
        let found = verify(dir.path());
        conn.execute(&write, rusqlite::params![seq, good]).unwrap();
        prop_assert!(found.is_err(), "entry {} {} byte {} bit {}", seq, column, at, bit);
        prop_assert!(verify(dir.path()).is_ok());
    }
}
