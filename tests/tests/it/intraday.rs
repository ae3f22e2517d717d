//! The same loop on bars of minutes: import, aggregation, the night, half days, restarts.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value;
use tradebot_domain::{Exchange, Interval, Moment};

use crate::extra_data::extra;
use crate::golden::is_as_kept;
use crate::support::journal::{entries, of_kind};
use crate::support::reference::identity;
use crate::support::{Call, Home};

const SYMBOLS: [&str; 3] = ["AAA", "BBB", "CCC"];

/// One-minute bars of three made-up stocks over two and a half weeks with a half day, the day
/// after Thanksgiving. Some minutes are missing, as they are where nobody trades.
fn minutes() -> String {
    let mut text = "symbol,ts,open,high,low,close,volume\n".to_owned();
    let dates = ("2013-11-18".parse().unwrap(), "2013-12-04".parse().unwrap());
    for (symbol, seed) in SYMBOLS.iter().zip([11_u64, 22, 33]) {
        let (mut state, mut cents, mut drift) = (seed, 5_000_i64, 0_i64);
        let mut draw = |below: u64| {
            state = state * 48_271 % 2_147_483_647;
            i64::try_from(state % below).unwrap()
        };
        for date in Exchange::Xnys.sessions(dates.0, dates.1).unwrap() {
            let hours = Exchange::Xnys.session_minutes(date).unwrap().unwrap();
            cents += draw(61) - 30; // the night
            for end in hours.ends(Interval::MINUTE) {
                if draw(400) == 0 {
                    drift = draw(5) - 2;
                }
                let open = cents;
                cents = (cents + draw(7) - 3 + drift * i64::from(draw(3) == 0)).max(500);
                let (high, low) = (open.max(cents) + draw(3), open.min(cents) - draw(3));
                let volume = 1_000 + draw(9_000);
                if draw(50) == 0 {
                    continue;
                }
                let (start, price) =
                    (end - 1, |cents: i64| format!("{}.{:02}", cents / 100, cents % 100));
                let (hour, minute) = (start / 60, start % 60);
                writeln!(
                    text,
                    "{symbol},{date}T{hour:02}:{minute:02},{},{},{},{},{volume}",
                    price(open),
                    price(high),
                    price(low),
                    price(cents)
                )
                .unwrap();
            }
        }
    }
    text
}

/// A home with these bars in its catalogue.
fn home() -> Home {
    let home = Home::new();
    let file = home.input("minutes.csv", &minutes());
    let _ = home.ok(&["data", "import", &file, "--interval", "1m"]);
    home
}

/// Decides on five minutes, flat over the night.
fn run(home: &Home) -> Call {
    let call = home.tradebot(&[
        "backtest",
        "--data",
        "catalogue",
        "--interval",
        "5m",
        "--flat-at-close",
        "--quiet-minutes",
        "30",
        "--from",
        "2013-11-25",
        "--json",
        "--no-report",
    ]);
    call.env("TRADEBOT_TRAINING__EXAMPLES_MIN", "150")
}

fn moment(value: &Value) -> Moment {
    value.as_str().unwrap().parse().unwrap()
}

fn close_of(at: Moment) -> u16 {
    Exchange::Xnys.session_minutes(at.date()).unwrap().unwrap().close
}

#[test]
fn a_golden_run_on_five_minutes_trades_as_it_did_and_is_flat_every_night() {
    let home = home();
    let summary = run(&home).run().code(0).json();
    // Six sessions of 78 bars and a half day of 42.
    assert_eq!(summary["cycles"], 6 * 78 + 42);
    let trades = home.ok(&["trades", "--csv"]).stdout;
    let kept = format!("{}\n{trades}", serde_json::to_string_pretty(&identity(&summary)).unwrap());
    is_as_kept("intraday.txt", &kept);
    assert!(trades.lines().count() > 1, "a run without a trade shows nothing");

    let all = entries(&home);
    let snapshots = of_kind(&all, "snapshot");
    let (mut held, mut nights) = (0, 0);
    for snapshot in &snapshots {
        let at = moment(&snapshot["session"]);
        let open = snapshot["positions"].as_array().unwrap().len();
        held += usize::from(open > 0);
        if at.minute() == Some(close_of(at)) {
            nights += 1;
            assert_eq!(open, 0, "held over the night of {at}");
        }
    }
    assert!(held > 0 && nights == 7, "{held} {nights}");
    for decision in of_kind(&all, "decision") {
        let at = moment(&decision["id"]["session"]);
        let left = close_of(at) - at.minute().unwrap();
        let trade = decision["verdict"].to_string().contains("intent_id");
        assert!(!(trade && left < 30), "{at}");
    }
    // The regime is that of sessions: one reading each, with the first bar.
    let regimes = of_kind(&all, "regime");
    assert!(regimes.iter().all(|r| moment(&r["session"]).minute() == Some(575)), "{regimes:?}");
    assert_eq!(regimes.len(), 7);
}

#[test]
fn the_days_return_is_measured_from_the_close_of_the_session_before() {
    let home = home();
    let _ = run(&home).run().code(0);
    let all = entries(&home);
    let (mut previous, mut latest, mut date) = (100_000.0, 100_000.0, None);
    for snapshot in of_kind(&all, "snapshot") {
        let at = moment(&snapshot["session"]);
        if date.replace(at.date()) != Some(at.date()) {
            previous = latest;
        }
        latest = snapshot["equity"].as_str().unwrap().parse::<f64>().unwrap();
        let expected = latest / previous - 1.0;
        let told = snapshot["day_return"].as_f64().unwrap();
        assert!((told - expected).abs() < 1e-12, "{at}: {told} {expected}");
    }
}

#[test]
fn the_same_run_twice_and_one_killed_in_a_session_write_the_same_journal() {
    let begun = run(&home()).run().code(0);
    let (whole, mut moment) = (begun.json(), begun.elapsed / 2);
    let other = loop {
        let home = home();
        if run(&home).start().killed_after(moment) {
            break home;
        }
        moment /= 2;
        assert!(moment > Duration::from_millis(1), "the run cannot be killed");
    };
    let again = run(&other).run().code(0).json();
    assert_eq!(identity(&again), identity(&whole));
    let _ = other.ok(&["journal", "verify"]);
}

#[test]
fn commands_that_read_understand_minutes() {
    let home = home();
    let report =
        ["backtest", "--data", "catalogue", "--interval", "15m", "--from", "2013-11-25", "--json"];
    let summary = home.json(&report);
    let report = std::fs::read_to_string(summary["report"].as_str().unwrap()).unwrap();
    assert!(report.contains("backtest-0001"));
    let status = home.json(&["status", "--json"]);
    assert_eq!(status["sessions"], 7);
    assert_eq!(status["session"], "2013-12-04T16:00");
    let _ = home.ok(&["explain", "AAA@2013-11-29T10:30"]).shows(&["AAA", "2013-11-29T10:30"]);
    let _ = home.ok(&["why", "AAA", "2013-11-29T12:45"]).shows(&["2013-11-29T12:45"]);
    let _ = home.tradebot(&["why", "AAA", "2013-11-29T13:15"]).run().code(0);
    let _ = home.ok(&["data", "list"]).shows(&["catalogue 1m"]);
    let again = home.ok(&["reproduce", "latest", "--json"]).json();
    assert_eq!(again["reproduced"], true, "{again:#}");
}

#[test]
fn what_cannot_be_run_on_minutes_says_so() {
    let home = Home::new();
    let refused = |args: &[&str], words: &[&str]| {
        home.tradebot(args).run().code(2).says(words);
    };
    refused(&["backtest", "--interval", "5m"], &["bundled data are daily", "--interval 1m"]);
    refused(&["backtest", "--data", "catalogue", "--interval", "7m"], &["`7m` is no interval"]);
    refused(&["backtest", "--interval", "1d"], &["leave it out"]);
    refused(&["backtest", "--flat-at-close"], &["name it, as in --interval 5m"]);
    let file = home.input("x.csv", "date,close\n2013-11-18,1\n");
    refused(
        &["data", "import", &file, "--interval", "1h", "--symbol", "X"],
        &["bars of 1h cannot be imported"],
    );
}

#[test]
fn a_real_week_runs_from_the_vendors_file_to_trades_that_end_with_their_day() {
    let Some(file) = extra("minute_lean_2013.csv.gz") else { return };
    let home = Home::new();
    let _ = home.ok(&["data", "import", &file, "--interval", "1m"]);
    let run = ["backtest", "--data", "catalogue", "--interval", "5m", "--flat-at-close"];
    let run = [&run[..], &["--symbols", "BAC,SPY", "--json", "--no-report"]].concat();
    let summary = home.json(&run);
    assert_eq!(
        (&summary["cycles"], &summary["decisions"]),
        (&(6 * 78).into(), &(2 * 6 * 78).into())
    );
    assert!(summary["trades"].as_u64().unwrap() > 0, "{summary:#}");
    for trade in of_kind(&entries(&home), "trade_closed") {
        let (entry, exit) = (moment(&trade["entry_session"]), moment(&trade["exit_session"]));
        assert_eq!(entry.date(), exit.date(), "held over a night");
    }
}

#[test]
fn minutes_inside_longer_bars_are_part_of_the_data_and_can_be_left_out() {
    let home = home();
    let told = run(&home).run().code(0);
    let with = told.json();
    let _ = told.says(&["bars of a minute tell what came first inside"]);
    let without = run(&home).env("TRADEBOT_UNIVERSE__IGNORE_FINER_BARS", "true").run().code(0);
    assert!(!without.stderr.contains("bars of a minute tell"), "{without}");
    let without = without.json();
    let data_of = |summary: &Value| {
        let again = home.json(&["reproduce", summary["run_id"].as_str().unwrap(), "--json"]);
        assert_eq!(again["reproduced"], true, "{again:#}");
        again["data_digest"].as_str().unwrap().to_owned()
    };
    assert_ne!(data_of(&with), data_of(&without));
}
