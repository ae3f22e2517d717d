//! Tests of the module `replay`.

use super::*;
use std::collections::BTreeMap;
use tradebot_domain::{ActionKind, Currency, Decimal};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn symbol(text: &str) -> Symbol {
    Symbol::new(text).unwrap()
}

/// Bars at the price of 10 on the given dates.
fn series(name: &str, exchange: Exchange, dates: &[&str], splits: &[&str]) -> Series {
    let bar = |date: &&str| Bar {
        date: day(date).into(),
        open: 10.0,
        high: 10.0,
        low: 10.0,
        close: 10.0,
        volume: 1.0,
    };
    let split = |date: &&str| CorporateAction {
        ex_date: day(date),
        kind: ActionKind::Split { ratio: Decimal::TWO },
    };
    Series::new(
        symbol(name),
        (Currency::Usd, exchange),
        dates.iter().map(bar).collect(),
        splits.iter().map(split).collect(),
        "test".to_owned(),
    )
}

fn history(all: Vec<Series>, index: &[&str], vix: &[(&str, f64)]) -> History {
    History {
        series: all.into_iter().map(|s| (s.symbol, s)).collect::<BTreeMap<_, _>>(),
        index: series("^GSPC", Exchange::Xnys, index, &[]),
        vix: vix.iter().map(|&(date, close)| (day(date), close)).collect(),
        finer: crate::FinerHistory::default(),
    }
}

/// What a session says, in one line: date, bars, missed, ended, splits.
fn line(data: &SessionData) -> String {
    let names = |all: &[Symbol]| all.iter().map(Symbol::as_str).collect::<Vec<_>>().join(" ");
    let bars: Vec<Symbol> = data.bars.iter().map(|(s, _)| *s).collect();
    let mut parts = vec![format!("{} [{}]", data.session, names(&bars))];
    parts.extend(data.missed.iter().map(|(symbol, missed)| format!("{symbol} missed {missed}")));
    parts.extend(data.ended.iter().map(|symbol| format!("{symbol} ended")));
    parts.extend(data.actions.iter().map(|(symbol, _)| format!("{symbol} splits")));
    parts.join(" ")
}

#[track_caller]
fn check(history: &History, names: &[&str], from: &str, to: &str, expected: &[&str]) {
    let symbols: Vec<Symbol> = names.iter().map(|name| symbol(name)).collect();
    let replay = Replay::new(history, &symbols, day(from), day(to)).unwrap();
    assert_eq!(replay.len(), expected.len());
    let lines: Vec<String> = replay.map(|data| line(&data)).collect();
    assert_eq!(lines, expected);
}

/// A week with Independence Day on Friday 2003-07-04; B begins late, misses a day and ends early.
fn week() -> History {
    let a = [
        "2003-07-01",
        "2003-07-02",
        "2003-07-03",
        "2003-07-07",
        "2003-07-08",
        "2003-07-09",
        "2003-07-10",
    ];
    let b = ["2003-07-02", "2003-07-07", "2003-07-08"];
    history(
        vec![
            series("A", Exchange::Xnys, &a, &["2003-07-05"]),
            series("B", Exchange::Xnys, &b, &["2003-07-02", "2003-07-03", "2003-07-09"]),
        ],
        &a,
        &[("2003-07-01", 16.0), ("2003-07-02", 17.0), ("2003-07-03", 18.0), ("2003-07-04", 99.0)],
    )
}

#[test]
fn sessions_tell_who_began_who_missed_and_who_ended() {
    let all = [
        "2003-07-01 [A]",
        "2003-07-02 [A B]",
        "2003-07-03 [A] B missed 1 B splits",
        "2003-07-07 [A B] B missed 1 A splits",
        "2003-07-08 [A B]",
        "2003-07-09 [A] B ended",
        "2003-07-10 [A]",
    ];
    check(&week(), &["B", "A"], "2003-07-01", "2003-07-10", &all);
    // Weekends at the ends are no sessions, so they are not outside the data.
    check(&week(), &["A", "B", "A"], "2003-07-01", "2003-07-10", &all);
}

#[test]
fn wherever_a_replay_begins_warm_up_and_replay_together_are_the_whole() {
    let history = week();
    let symbols = [symbol("A"), symbol("B")];
    let whole: Vec<SessionData> =
        Replay::new(&history, &symbols, day("2003-07-01"), day("2003-07-10")).unwrap().collect();
    for from in (1..=10).map(|d| Date::constant(2003, 7, d)) {
        let mut parts: Vec<SessionData> =
            Replay::warm_up(&history, &symbols, from).unwrap().collect();
        assert!(parts.iter().all(|data| data.session < from.into()));
        parts.extend(Replay::new(&history, &symbols, from, day("2003-07-10")).unwrap());
        // Only the first session of all differs: nothing preceded it in a warm-up.
        parts[0].vix_previous = whole[0].vix_previous;
        assert_eq!(parts, whole, "{from}");
    }
}

#[test]
fn vix_is_the_close_of_the_session_before_and_never_of_a_holiday() {
    let history = week();
    let vix: Vec<_> = Replay::new(&history, &[symbol("A")], day("2003-07-01"), day("2003-07-10"))
        .unwrap()
        .map(|data| data.vix_previous)
        .collect();
    assert_eq!(vix, [None, Some(16.0), Some(17.0), Some(18.0), None, None, None]);
}

#[test]
fn canada_day_is_a_session_for_new_york_only_and_nothing_is_missed() {
    // 2003-07-01: Toronto closed; 2003-07-04: New York closed.
    let us = ["2003-06-30", "2003-07-01", "2003-07-02", "2003-07-03", "2003-07-07"];
    let ca = ["2003-06-30", "2003-07-02", "2003-07-03", "2003-07-04", "2003-07-07"];
    let history = history(
        vec![series("RY.TO", Exchange::Xtse, &ca, &[]), series("US", Exchange::Xnys, &us, &[])],
        &us,
        &[("2003-07-03", 18.0)],
    );
    let both = ["RY.TO", "US"];
    check(
        &history,
        &both,
        "2003-06-30",
        "2003-07-07",
        &[
            "2003-06-30 [RY.TO US]",
            "2003-07-01 [US]",
            "2003-07-02 [RY.TO US]",
            "2003-07-03 [RY.TO US]",
            "2003-07-04 [RY.TO]",
            "2003-07-07 [RY.TO US]",
        ],
    );
    let last = Replay::new(&history, &both.map(symbol), day("2003-07-07"), day("2003-07-07"))
        .unwrap()
        .next()
        .unwrap();
    assert_eq!(last.vix_previous, Some(18.0), "the session before, in New York");
}

#[test]
fn before_the_calendar_the_days_are_those_of_the_data() {
    let history = history(
        vec![series("A", Exchange::Xnys, &["1999-12-30", "2000-01-03", "2000-01-04"], &[])],
        &["1999-12-30", "1999-12-31", "2000-01-03"],
        &[],
    );
    check(
        &history,
        &["A"],
        "1999-12-30",
        "2000-01-04",
        &[
            "1999-12-30 [A]",
            "1999-12-31 [] A missed 1",
            "2000-01-03 [A] A missed 1",
            "2000-01-04 [A]",
        ],
    );
}

#[test]
fn impossible_ranges_are_refused_with_the_possible_one() {
    let history = week();
    let error = |from: &str, to: &str| {
        Replay::new(&history, &[symbol("B")], day(from), day(to)).unwrap_err().to_string()
    };
    assert_eq!(
        error("2003-07-01", "2003-07-08"),
        "2003-07-01 to 2003-07-08 goes beyond the data of the chosen symbols, which cover \
         2003-07-02 to 2003-07-08; choose dates inside, or import more history"
    );
    assert!(error("2003-07-02", "2003-07-09").contains("goes beyond"));
    assert!(error("2003-07-08", "2003-07-02").contains("it ends before it begins"));
    assert!(error("2003-07-04", "2003-07-06").contains("the exchange was closed"));
    let unknown = Replay::new(&history, &[symbol("C")], day("2003-07-02"), day("2003-07-08"));
    assert!(matches!(unknown, Err(DataError::UnknownSymbol { .. })));
}

#[test]
fn the_bundled_history_replays_with_a_year_of_index_before_it() {
    let history = History::bundled().unwrap();
    let symbols = history.symbols();
    let from = day("2000-03-01");
    let warm_up: Vec<SessionData> = Replay::warm_up(&history, &symbols, from).unwrap().collect();
    assert_eq!(warm_up.len(), 292);
    assert_eq!(warm_up[0].session, day("1999-01-04").into());
    assert!(warm_up.iter().all(|data| data.index.is_some() && data.bars.is_empty()));

    let replay = Replay::new(&history, &symbols, from, day("2013-03-01")).unwrap();
    assert_eq!(replay.len(), 3_270);
    let (mut bars, mut actions) = (0, 0);
    for data in replay {
        bars += data.bars.len();
        actions += data.actions.len();
        assert!(data.index.is_some() && data.missed.is_empty() && data.ended.is_empty());
        assert_eq!(data.vix_previous, None, "there is no VIX before 2014 in the bundle");
        assert_eq!(data.listed.len(), data.bars.len());
    }
    assert_eq!((bars, actions), (12_154, 95));
}
