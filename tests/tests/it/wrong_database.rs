//! Databases that must not be used: damaged, somebody else's, another mode's, from the future,
//! in use. They are named and left as they are.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use crate::support::reference::{RANGE, identity, over_range, reference};
use crate::support::{Home, reference::call};

/// A home whose `demo.db` is a copy of the reference's, with its anchors.
fn copied() -> Home {
    let home = Home::new();
    std::fs::create_dir(home.path()).unwrap();
    for name in ["demo.db", "demo.anchors"] {
        std::fs::copy(reference().home.file(name), home.file(name)).unwrap();
    }
    home
}

/// Both a run and a reading command refuse this database, saying all of `words`, and leave it.
#[track_caller]
fn refused(home: &Home, words: &[&str]) {
    let before = std::fs::read(home.file("demo.db")).unwrap();
    let words: Vec<&str> = words.iter().copied().chain(["demo.db"]).collect();
    for call in [call(home), home.tradebot(&["status"])] {
        let outcome = call.run().code(1).says(&words);
        assert_eq!(outcome.stdout, "");
    }
    assert!(std::fs::read(home.file("demo.db")).unwrap() == before, "the file was changed");
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_home_that_does_not_exist_is_made() {
    let home = Home::new();
    let deep = home.path().join("a").join("b");
    let arguments = ["run", "--no-report", "--symbols", "IBM", "--from", "2001-03-01"];
    let mut call = home.tradebot(&[&arguments[..], &["--to", "2001-03-02"]].concat());
    call = call.env("TRADEBOT_HOME", "never used");
    let _ = call.run().code(0);
    assert!(home.file("demo.db").is_file());

    let folder = home.desk("");
    let call = crate::support::Call::bare(&folder, &arguments).arg("--to").arg("2001-03-02");
    let _ = call.env("TRADEBOT_HOME", deep.to_str().unwrap()).run().code(0);
    assert!(deep.join("demo.db").is_file());
}

#[test]
fn a_home_may_have_any_name() {
    let home = Home::new();
    let odd = home.desk("mein Käse #1 ? 100%25 'x' \"y\"");
    let desk = home.desk("");
    let call = |arguments: &[&str]| {
        let call = crate::support::Call::bare(&desk, arguments);
        call.arg("--home").arg(odd.to_str().unwrap()).run().code(0)
    };
    let run = ["run", "--json", "--symbols", "IBM", "--from", "2001-03-01", "--to", "2001-03-02"];
    let summary = call(&run).json();
    assert_eq!(summary["database"], odd.join("demo.db").to_str().unwrap());
    assert!(Path::new(summary["report"].as_str().unwrap()).is_file());
    for reader in [&["status"][..], &["journal", "verify"], &["doctor"]] {
        let _ = call(reader);
    }
}

#[test]
fn a_home_that_is_a_file_is_refused() {
    let home = Home::new();
    write(&home.path(), b"not a folder");
    call(&home).run().code(1).says(&["home", "directory"]);
    assert_eq!(std::fs::read(home.path()).unwrap(), b"not a folder");
}

#[test]
fn a_database_of_garbage_is_refused() {
    let home = Home::new();
    std::fs::create_dir(home.path()).unwrap();
    write(&home.file("demo.db"), &b"nothing that SQLite knows ".repeat(1_000));
    refused(&home, &["is not a database", "move it away", "restore a backup"]);
}

#[test]
fn a_database_that_lost_its_second_half_is_refused() {
    let home = copied();
    let whole = std::fs::read(home.file("demo.db")).unwrap();
    for kept in [whole.len() / 2, 100, whole.len() - 8_192] {
        write(&home.file("demo.db"), &whole[..kept]);
        let outcome = call(&home).run().code(1).says(&["demo.db"]);
        let named = ["damaged", "is not a database", "lost its end", "does not add up"];
        assert!(named.iter().any(|n| outcome.stderr.contains(n)), "{kept} bytes kept: {outcome}");
    }
}

#[test]
fn a_database_of_another_program_is_refused() {
    let home = Home::new();
    std::fs::create_dir(home.path()).unwrap();
    let conn = Connection::open(home.file("demo.db")).unwrap();
    conn.execute_batch("CREATE TABLE recipes (title TEXT); INSERT INTO recipes VALUES ('soup');")
        .unwrap();
    drop(conn);
    refused(&home, &["another program", "Move it away"]);
}

#[test]
fn a_database_of_another_mode_is_refused() {
    let home = copied();
    for name in ["db", "anchors"] {
        let to = home.file(&format!("backtest.{name}"));
        std::fs::rename(home.file(&format!("demo.{name}")), to).unwrap();
    }
    let before = std::fs::read(home.file("backtest.db")).unwrap();
    let words = ["backtest.db", "was written in mode `demo`, not `backtest`", "its own name"];
    over_range(&home, &["backtest", "--json", "--no-report"]).run().code(1).says(&words);
    home.tradebot(&["status", "--mode", "backtest"]).run().code(1).says(&words);
    assert!(std::fs::read(home.file("backtest.db")).unwrap() == before, "the file was changed");
}

#[test]
fn a_database_from_the_future_is_refused() {
    let home = copied();
    let conn = Connection::open(home.file("demo.db")).unwrap();
    conn.execute_batch(
        "INSERT INTO refinery_schema_history
         SELECT 999, 'from_the_future', applied_on, checksum FROM refinery_schema_history LIMIT 1;
         PRAGMA user_version = 999;",
    )
    .unwrap();
    drop(conn);
    refused(&home, &["schema version 999", "Use the newer program"]);
}

#[test]
fn a_database_whose_newest_entries_were_taken_back_is_refused() {
    let home = copied();
    let older = std::fs::read(home.file("demo.db")).unwrap();
    let summary = call(&home).run().code(0).json();
    assert_eq!(summary["run_id"], "demo-0002");
    write(&home.file("demo.db"), &older);
    for name in ["demo.db-wal", "demo.db-shm"] {
        let _ = std::fs::remove_file(home.file(name));
    }
    call(&home).run().code(1).says(&["lost its end", "demo.anchors"]);
}

#[test]
fn a_second_run_on_the_same_database_is_told_who_has_it_and_readers_are_not_kept_out() {
    let home = Home::new();
    // The first sixty-four sessions are made durable together after three seconds; the last
    // would come after another fourteen.
    let first = call(&home).arg("--pace").arg("20").start();
    let explain = ["explain", "IBM", "2001-02-01"];
    let durable = |_: &_| home.tradebot(&explain).run().status.success();
    let first = first.when_it_says("demo-0001 begins").when(durable);

    let pid = format!("by process {}", first.pid());
    let second = call(&home).run().code(1);
    let second = second.says(&["demo is already being run", &pid, "demo.lock", "Wait for it"]);
    assert_eq!(second.stdout, "");

    for reader in [
        &["status"][..],
        &["positions"],
        &["orders"],
        &["trades"],
        &["account"],
        &["journal", "tail"],
        &["journal", "verify"],
        &["why", "IBM", "2001-02-01"],
        &["journal", "export"],
    ] {
        let _ = home.ok(reader);
    }
    // Backtests have a database of their own.
    let short = ["backtest", "--symbols", "IBM", "--no-report", "--from", "2001-03-01"];
    let _ = home.ok(&[&short[..], &["--to", "2001-03-02"]].concat());

    assert!(first.killed_after(Duration::ZERO), "it was to run all that time");
    let summary = call(&home).run().code(0).json();
    assert_eq!(identity(&summary), identity(&reference().summary));
}

#[test]
fn a_finished_run_is_never_continued() {
    let home = copied();
    let again = call(&home).run().code(0).json();
    assert_eq!((&again["run_id"], &again["resumed"]), (&"demo-0002".into(), &false.into()));
    assert_eq!(identity(&again), identity(&reference().summary));
    let list = home.tradebot(&["status", "--run", "demo-0007"]).run().code(2);
    list.says(&["there is no run `demo-0007`", "demo-0002", "demo-0001"]);
    assert_eq!(RANGE[5], reference().summary["to"]);
}
