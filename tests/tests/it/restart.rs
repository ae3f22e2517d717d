//! A run that is cut off at any moment ends as if nothing had happened.

use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;

use crate::support::Home;
use crate::support::reference::{self, identity, reference};

/// Draws fractions of the reference's duration. Any sequence does, as long as it is the same one
/// each time: a multiplicative generator with a full period.
struct Moments(u64);

impl Moments {
    fn next(&mut self) -> Duration {
        const MODULUS: u64 = 2_147_483_647;
        self.0 = self.0 * 48_271 % MODULUS;
        reference().elapsed.mul_f64(self.0 as f64 / MODULUS as f64)
    }
}

/// The same command once more, to its end.
fn finish(home: &Home) -> Value {
    let summary = reference::call(home).run().code(0).json();
    assert_eq!(identity(&summary), identity(&reference().summary));
    home.ok(&["journal", "verify"]);
    summary
}

/// Kills the run before its end, sooner where it would have ended first.
fn cut_off(mut moment: Duration) -> Home {
    loop {
        let home = Home::new();
        if reference::call(&home).start().killed_after(moment) {
            return home;
        }
        moment /= 2;
    }
}

/// Kills a run in a home of its own at each of six moments.
fn kill_once_at_each_of_six(seed: u64) {
    let mut moments = Moments(seed);
    for _ in 0..6 {
        finish(&cut_off(moments.next()));
    }
}

#[test]
fn a_run_killed_at_any_of_six_moments_ends_as_if_it_had_not_been() {
    kill_once_at_each_of_six(20_010_917);
}

#[test]
fn a_run_killed_at_any_of_six_other_moments_ends_as_if_it_had_not_been() {
    kill_once_at_each_of_six(19_871_019);
}

#[test]
fn a_run_killed_eight_times_in_a_row_ends_as_if_it_had_not_been() {
    let home = Home::new();
    let mut moments = Moments(20_000_929);
    for _ in 0..8 {
        let mut moment = moments.next();
        while !reference::call(&home).start().killed_after(moment) {
            moment /= 2;
        }
    }
    finish(&home);
}

/// A run that was killed after its first sixty-four sessions, which are made durable together.
fn killed_midway() -> Home {
    let home = Home::new();
    let durable = |_: &_| home.tradebot(&["explain", "IBM", "2001-02-01"]).run().status.success();
    let running = reference::call(&home).arg("--pace").arg("30").start();
    let running = running.when_it_says("demo-0001 begins").when(durable);
    let status = home.json(&["status", "--json"]);
    assert_eq!((&status["state"], &status["process"]), (&"running".into(), &running.pid().into()));
    assert!(running.killed_after(Duration::ZERO));
    home
}

#[test]
fn an_unfinished_run_can_be_read_and_reported_and_is_said_to_be_unfinished() {
    let home = killed_midway();
    let status = home.json(&["status", "--json"]);
    assert_eq!((&status["state"], &status["process"]), (&"unfinished".into(), &Value::Null));
    assert!(status["sessions"].as_u64().unwrap() >= 64, "{status:#}");
    let _ =
        home.ok(&["status"]).shows(&["demo-0001 is not finished", "the same command continues it"]);
    let _ = home.ok(&["trades"]);
    let report = home.ok(&["report"]).stdout;
    assert!(std::fs::read_to_string(report.trim()).unwrap().contains("demo-0001"));
    let run = ["backtest", "--warm-start", "demo-0001", "--symbols", "IBM", "--from", "2002-01-02"];
    home.tradebot(&run).run().code(2).says(&["demo-0001 is not finished"]);
    let summary = finish(&home);
    assert_eq!(summary["resumed"], true);
}

#[test]
fn a_record_that_was_changed_while_the_run_was_down_is_found_before_it_goes_on() {
    let home = killed_midway();
    let conn = Connection::open(home.file("demo.db")).unwrap();
    conn.execute_batch("DROP TRIGGER journal_keeps_content").unwrap();
    let decision = "SELECT seq FROM journal WHERE kind = 'decision' ORDER BY seq LIMIT 1 OFFSET 30";
    let seq: i64 = conn.query_row(decision, [], |row| row.get(0)).unwrap();
    let changed = conn.execute(
        "UPDATE journal SET body = replace(body, '\"close\":', '\"close\":1') WHERE seq = ?1",
        [seq],
    );
    assert_eq!(changed, Ok(1));
    drop(conn);
    let refused = reference::call(&home).run().code(1);
    assert_eq!(refused.stdout, "");
    refused.says(&["the journal", "does not add up", &format!("entry {seq} "), "restore a backup"]);
}

#[test]
fn calibration_rows_that_no_longer_teach_what_the_journal_says_stop_a_run_from_going_on() {
    let home = killed_midway();
    let conn = Connection::open(home.file("demo.db")).unwrap();
    let flipped = conn.execute(
        "UPDATE outcomes SET won = 1 - won, net_r = -net_r WHERE rowid =
         (SELECT rowid FROM outcomes WHERE won IS NOT NULL ORDER BY rowid LIMIT 1)",
        [],
    );
    assert_eq!(flipped, Ok(1));
    drop(conn);
    let refused = reference::call(&home).run().code(1);
    refused.says(&["demo-0001", "outcome and prediction rows", "changed or lost", "--home"]);
}

#[cfg(unix)]
mod by_signal {
    use super::*;

    /// Interrupts a run by a signal while it is certainly going on; returns its home.
    fn interrupted_by(signal: &str) -> Home {
        let home = Home::new();
        // Slowed down, it would take a minute.
        let running = reference::call(&home).arg("--pace").arg("3").start();
        let running = running.when_it_says("demo-0001 begins");
        crate::support::rest(700);
        running.signal(signal);
        let asked = crate::support::now();
        let ended = running.wait().code(130);
        let waited = asked.elapsed();
        println!("SIG{signal}: ended after {} ms", waited.as_millis());
        // Promised is one second; a loaded machine gets five.
        assert!(waited < Duration::from_secs(5), "{waited:?} from SIG{signal} to the end");
        assert_eq!(ended.stdout, "", "a run that did not end has no summary");
        ended.says(&["interrupted", "durable", "the same command continues demo-0001"]);
        home
    }

    #[test]
    fn ctrl_c_ends_a_run_at_once_and_the_same_command_continues_it() {
        let home = interrupted_by("INT");
        let summary = finish(&home);
        assert_eq!((&summary["run_id"], &summary["resumed"]), (&"demo-0001".into(), &true.into()));
    }

    #[test]
    fn a_polite_end_by_the_system_is_the_same_as_ctrl_c() {
        let home = interrupted_by("TERM");
        let summary = finish(&home);
        assert_eq!((&summary["run_id"], &summary["resumed"]), (&"demo-0001".into(), &true.into()));
    }

    #[test]
    fn ctrl_c_at_full_speed_ends_a_run_at_once_too() {
        let home = Home::new();
        let call = home.tradebot(&["run", "--no-report", "--from", "2005-01-03", "--quiet"]);
        let database = home.file("demo.db-wal");
        let grown = move |_: &_| std::fs::metadata(&database).is_ok_and(|m| m.len() > 1_000_000);
        let running = call.start().when(grown);
        running.signal("INT");
        let asked = crate::support::now();
        running.wait().code(130).says(&["interrupted after 20"]);
        let waited = asked.elapsed();
        println!("SIGINT at full speed: ended after {} ms", waited.as_millis());
        assert!(waited < Duration::from_secs(5), "{waited:?} from SIGINT to the end");
        home.ok(&["status"]);
    }
}

#[test]
fn another_command_gives_up_the_unfinished_run_and_says_so() {
    let home = Home::new();
    let running = reference::call(&home).arg("--pace").arg("5").start();
    let begun = |_: &_| home.file("demo.db-wal").is_file();
    assert!(running.when_it_says("demo-0001 begins").when(begun).killed_after(Duration::ZERO));
    let other = reference::call(&home).arg("--seed").arg("7").run().code(0);
    assert_eq!(other.json()["run_id"], "demo-0002");
    assert_eq!(other.json()["resumed"], false);
    other.says(&["demo-0001 was not finished and is given up"]);
    home.ok(&["journal", "verify"]);
}
