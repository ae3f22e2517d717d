//! Files that must not be opened, and what is said about them.

use std::path::Path;

use tradebot_storage::{ApiCheck, ApiUsage, Mode, SqliteLedger, Store, StoreError};

use crate::world::{now, start, write_run};

fn demo(dir: &Path) {
    let mut store = Store::open(dir, Mode::Demo).unwrap();
    let run = store.begin_run(&start(1), now()).unwrap();
    let mut ledger = SqliteLedger::new(store, run, 5).unwrap();
    write_run(&mut ledger, 1, 4);
    ledger.close(now()).unwrap();
}

fn edit(dir: &Path, sql: &str) {
    rusqlite::Connection::open(Mode::Demo.database(dir)).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn a_second_writer_is_refused_while_readers_are_not() {
    let dir = tempfile::tempdir().unwrap();
    let _store = Store::open(dir.path(), Mode::Demo).unwrap();
    match Store::open(dir.path(), Mode::Demo) {
        Err(StoreError::Locked { pid, .. }) => assert_eq!(pid, Some(std::process::id())),
        other => panic!("{other:?}"),
    }
    Store::open_read(dir.path(), Mode::Demo).unwrap();
    Store::open(dir.path(), Mode::Paper).unwrap();
}

#[test]
fn a_reader_without_a_file_is_told_how_to_make_one() {
    let dir = tempfile::tempdir().unwrap();
    let error = Store::open_read(dir.path(), Mode::Backtest).unwrap_err();
    assert!(matches!(error, StoreError::Missing { .. }));
    assert!(error.to_string().contains("tradebot run --mode backtest"), "{error}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "reading makes no file");
}

#[test]
fn another_modes_file_is_refused_by_writers_and_readers() {
    let dir = tempfile::tempdir().unwrap();
    demo(dir.path());
    std::fs::rename(Mode::Demo.database(dir.path()), Mode::Live.database(dir.path())).unwrap();
    for result in [
        Store::open(dir.path(), Mode::Live).map(|_| ()),
        Store::open_read(dir.path(), Mode::Live).map(|_| ()),
    ] {
        match result {
            Err(StoreError::OtherMode { found, wanted: Mode::Live, .. }) => {
                assert_eq!(found, "demo");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    demo(dir.path());
    edit(dir.path(), "PRAGMA user_version = 999");
    for result in [
        Store::open(dir.path(), Mode::Demo).map(|_| ()),
        Store::open_read(dir.path(), Mode::Demo).map(|_| ()),
    ] {
        assert!(matches!(result, Err(StoreError::NewerSchema { found: 999, .. })), "{result:?}");
    }
}

#[test]
fn an_older_schema_is_not_read_before_it_is_brought_up_to_date() {
    let dir = tempfile::tempdir().unwrap();
    demo(dir.path());
    edit(dir.path(), "PRAGMA user_version = 1");
    let error = Store::open_read(dir.path(), Mode::Demo).unwrap_err();
    assert!(matches!(error, StoreError::OlderSchema { found: 1, .. }), "{error}");
}

#[test]
fn another_programs_database_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    edit(dir.path(), "CREATE TABLE songs (title TEXT)");
    let before = std::fs::read(Mode::Demo.database(dir.path())).unwrap();
    assert!(matches!(Store::open(dir.path(), Mode::Demo), Err(StoreError::NotOurs { .. })));
    assert!(matches!(Store::open_read(dir.path(), Mode::Demo), Err(StoreError::NotOurs { .. })));
    assert_eq!(before, std::fs::read(Mode::Demo.database(dir.path())).unwrap());
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = Mode::Demo.database(dir.path());
    std::fs::write(&path, "a letter to my broker, longer than a header\n".repeat(99)).unwrap();
    assert!(matches!(Store::open(dir.path(), Mode::Demo), Err(StoreError::NotADatabase { .. })));
    assert!(matches!(
        Store::open_read(dir.path(), Mode::Demo),
        Err(StoreError::NotADatabase { .. })
    ));
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("a letter"));
}

#[test]
fn a_damaged_page_is_named_as_damage() {
    let dir = tempfile::tempdir().unwrap();
    demo(dir.path());
    let path = Mode::Demo.database(dir.path());
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2 / 8192 * 8192;
    for byte in &mut bytes[8192..middle] {
        *byte = 0x5a;
    }
    std::fs::write(&path, bytes).unwrap();
    let error = Store::open(dir.path(), Mode::Demo).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
}

#[test]
fn a_data_directory_that_cannot_be_made_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Store::open(&file.join("data"), Mode::Demo).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error:?}");
    assert!(error.to_string().contains("data"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_read_only_directory_refuses_writers_and_serves_readers() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    demo(dir.path());
    std::fs::remove_file(Mode::Demo.lock(dir.path())).unwrap();
    let allow = |mode| {
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    allow(0o555);
    if std::fs::write(dir.path().join("probe"), "").is_ok() {
        allow(0o755);
        println!("skipped: this user may write in read-only directories");
        return;
    }
    let writer = Store::open(dir.path(), Mode::Demo).map(|_| ());
    let reader = Store::open_read(dir.path(), Mode::Demo).and_then(|r| r.runs());
    allow(0o755);
    assert!(matches!(writer, Err(StoreError::ReadOnly { .. })), "{writer:?}");
    assert_eq!(reader.unwrap().len(), 1);
}

#[test]
fn a_run_that_does_not_exist_is_answered_with_those_that_do() {
    let dir = tempfile::tempdir().unwrap();
    Store::open(dir.path(), Mode::Demo).unwrap();
    let reader = Store::open_read(dir.path(), Mode::Demo).unwrap();
    let text = reader.run(None).unwrap_err().to_string();
    assert!(text.contains("tradebot run --mode demo"), "{text}");
    drop(reader);
    demo(dir.path());
    let reader = Store::open_read(dir.path(), Mode::Demo).unwrap();
    let text = reader.run(Some("demo-0009")).unwrap_err().to_string();
    assert!(text.contains("demo-0009") && text.contains("demo-0001"), "{text}");
}

#[test]
fn a_reader_cannot_write() {
    let dir = tempfile::tempdir().unwrap();
    demo(dir.path());
    let before = std::fs::read(Mode::Demo.database(dir.path())).unwrap();
    let reader = Store::open_read(dir.path(), Mode::Demo).unwrap();
    reader.verify(&mut |_, _| ()).unwrap();
    drop(reader);
    assert_eq!(before, std::fs::read(Mode::Demo.database(dir.path())).unwrap());
}

#[test]
fn audits_and_interface_notes_are_kept_and_audits_cannot_be_changed() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), Mode::Paper).unwrap();
    store.audit("owner", "rearm", "after a review", now()).unwrap();
    let check = |probe: &str, passed, millis| ApiCheck {
        at: now(),
        api: "questrade".to_owned(),
        probe: probe.to_owned(),
        passed,
        detail: "HTTP 403, code 1016".to_owned(),
        remedy: "tick it in the App Hub".to_owned(),
        millis,
    };
    let checks = [check("scope", false, 30), check("clock", true, 1), check("scope", true, 20)];
    for check in &checks {
        store.record_api_check(check).unwrap();
    }
    let usage = ApiUsage {
        api: "questrade".to_owned(),
        window_start: now(),
        window_secs: 60,
        calls: 7,
        throttled: 1,
        failed: 0,
        cache_hits: 90,
        cache_misses: 10,
    };
    store.record_api_usage(&usage).unwrap();
    let later = ApiUsage { calls: 9, ..usage };
    store.record_api_usage(&later).unwrap();
    drop(store);
    let reader = Store::open_read(dir.path(), Mode::Paper).unwrap();
    assert_eq!(reader.api_usage(now()).unwrap(), [later]);
    let after = now() + std::time::Duration::from_secs(1);
    assert_eq!(reader.api_usage(after).unwrap(), []);
    assert_eq!(reader.api_checks().unwrap(), checks[1..], "the last of each question");
    drop(reader);
    let conn = rusqlite::Connection::open(Mode::Paper.database(dir.path())).unwrap();
    let calls: i64 =
        conn.query_row("SELECT calls FROM api_usage_metrics", [], |r| r.get(0)).unwrap();
    assert_eq!(calls, 9);
    for sql in ["DELETE FROM audit_log", "UPDATE audit_log SET actor = 'nobody'"] {
        assert!(conn.execute(sql, []).is_err(), "{sql}");
    }
}
