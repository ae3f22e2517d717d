//! A real process, killed while it writes.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tradebot_journal::MemoryLedger;
use tradebot_storage::{Mode, SqliteLedger, Store, StoreError};

use crate::world::{now, start, write_run, write_sessions};

const DIR: &str = "TRADEBOT_TEST_KILLED_DIR";

/// Not a test of its own: the process that gets killed. Without the variable it does nothing.
#[test]
fn child_that_writes_until_it_is_killed() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    let mut store = Store::open(dir.as_ref(), Mode::Demo).unwrap();
    let run = store.begin_run(&start(1), now()).unwrap();
    let mut ledger = SqliteLedger::new(store, run, 2).unwrap();
    write_sessions(&mut ledger, 1, 0, 3_000);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "waits for another process")]
fn a_killed_writer_loses_nothing_that_was_committed_and_its_run_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let wal = dir.path().join("demo.db-wal");
    for round in 1_u64..=4 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "killed::child_that_writes_until_it_is_killed"])
            .env(DIR, dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let wanted = std::fs::metadata(&wal).map_or(0, |m| m.len()) + 400_000 * round;
        let deadline = Instant::now() + Duration::from_mins(1);
        while std::fs::metadata(&wal).map_or(0, |m| m.len()) < wanted && Instant::now() < deadline {
            assert_eq!(child.try_wait().unwrap(), None, "the writer ended by itself");
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        match Store::open_read(dir.path(), Mode::Demo) {
            Ok(reader) => {
                reader.verify(&mut |_, _| ()).unwrap();
                reader.check_structure().unwrap();
            }
            // Killed while the tables were being made: none are there, or all.
            Err(StoreError::Missing { .. }) => assert_eq!(round, 1),
            Err(e) => panic!("{e}"),
        }
    }
    let reader = Store::open_read(dir.path(), Mode::Demo).unwrap();
    let key = reader.run(None).unwrap().key;
    let sessions = u32::try_from(reader.snapshots(key).unwrap().len()).unwrap();
    assert!(sessions.is_multiple_of(2), "whole groups only");
    drop(reader);

    let mut store = Store::open(dir.path(), Mode::Demo).unwrap();
    let run = store.begin_run(&start(1), now()).unwrap();
    assert!(run.resumed && run.durable_entries > 0);
    let mut ledger = SqliteLedger::new(store, run, 50).unwrap();
    write_run(&mut ledger, 1, sessions + 3);
    ledger.close(now()).unwrap();
    let mut memory = MemoryLedger::default();
    write_run(&mut memory, 1, sessions + 3);
    let reader = Store::open_read(dir.path(), Mode::Demo).unwrap();
    let head = reader.verify(&mut |_, _| ()).unwrap().head;
    assert_eq!(head, memory.chain().head.to_string());
}
