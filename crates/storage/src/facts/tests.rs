//! Known when fetched, and never before.

use super::*;

const HASH: &str = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn origin(source: &str, known_at: Timestamp) -> Origin<'_> {
    Origin { source, url: "https://example.com/x", blake3: HASH, known_at }
}

fn symbol() -> Symbol {
    Symbol::new("RY.TO").unwrap()
}

fn facts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

fn open() -> (tempfile::TempDir, FactStore) {
    let dir = tempfile::tempdir().unwrap();
    let store = FactStore::open(dir.path()).unwrap();
    (dir, store)
}

#[test]
fn a_fact_is_known_from_the_moment_it_was_fetched_and_not_before() {
    let (_dir, mut store) = open();
    let (one, two) = (at("2026-03-02T14:30:00Z"), at("2026-03-05T14:30:00.25Z"));
    let first = facts(&[("EPS", "1.2"), ("PERatio", "12")]);
    assert_eq!(store.record_fundamentals(symbol(), &first, &origin("a", one)).unwrap(), 2);
    let again = at("2026-03-03T00:00:00Z");
    assert_eq!(store.record_fundamentals(symbol(), &first, &origin("a", again)).unwrap(), 0);
    let second = facts(&[("EPS", "1.3")]);
    assert_eq!(store.record_fundamentals(symbol(), &second, &origin("a", two)).unwrap(), 2);

    let known = |moment: &str| -> Vec<(String, String)> {
        let facts = store.fundamentals(symbol(), at(moment)).unwrap();
        facts.into_iter().map(|f| (f.fact, f.value)).collect()
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(known("2026-03-02T14:29:59.999Z"), []);
    assert_eq!(known("2026-03-05T14:30:00.2Z"), [pair("EPS", "1.2"), pair("PERatio", "12")]);
    assert_eq!(known("2026-03-05T14:30:00.25Z"), [pair("EPS", "1.3")], "one is no longer told");
}

#[test]
fn nothing_is_backfilled_changed_or_forgotten() {
    let (_dir, mut store) = open();
    let (early, late) = (at("2026-03-02T00:00:00Z"), at("2026-03-05T00:00:00Z"));
    store.record_fundamentals(symbol(), &facts(&[("EPS", "1")]), &origin("a", late)).unwrap();
    let backfill =
        store.record_fundamentals(symbol(), &facts(&[("EPS", "2")]), &origin("a", early));
    assert!(backfill.unwrap_err().to_string().contains("never backfilled"));
    for sql in ["UPDATE fundamentals SET value = '9'", "DELETE FROM fundamentals"] {
        let error = store.conn.execute(sql, []).unwrap_err().to_string();
        assert!(error.contains("append-only"), "{error}");
    }
    assert_eq!(store.fundamentals(symbol(), late).unwrap()[0].value, "1");
}

#[test]
fn a_headline_is_usable_from_its_publication_or_its_first_sight_whichever_is_later() {
    let (_dir, mut store) = open();
    let row = |n: u8, published: Option<&str>| NewsRow {
        symbol: "RY.TO".to_owned(),
        fingerprint: format!("f{n}"),
        title: format!("t{n}"),
        summary: String::new(),
        link: "https://example.com/1".to_owned(),
        publisher: "Wire".to_owned(),
        published_at: published.map(at),
    };
    let seen = at("2026-03-05T12:00:00Z");
    let rows =
        [row(1, Some("2026-03-01T00:00:00Z")), row(2, Some("2026-03-06T00:00:00Z")), row(3, None)];
    assert_eq!(store.record_news(&rows, &origin("a", seen)).unwrap(), 3);
    let later = at("2026-03-09T00:00:00Z");
    assert_eq!(store.record_news(&rows, &origin("b", later)).unwrap(), 0, "each story once");
    let titles = |moment: &str| -> Vec<String> {
        let news = store.news("RY.TO", Timestamp::UNIX_EPOCH, at(moment)).unwrap();
        news.into_iter().map(|row| row.title).collect()
    };
    assert_eq!(
        titles("2026-03-05T11:59:59Z"),
        Vec::<String>::new(),
        "published long ago, seen later"
    );
    assert_eq!(titles("2026-03-05T12:00:00Z"), ["t3", "t1"]);
    assert_eq!(titles("2026-03-06T00:00:00Z").len(), 3);
}

#[test]
fn what_nobody_told_is_unknown_and_what_moved_is_known_from_then_on() {
    let (_dir, mut store) = open();
    let day = |d: i8| Date::constant(2026, 7, d);
    let answer = |covers: bool, dates: &[i8]| EventAnswer {
        symbol: "RY.TO".to_owned(),
        kind: "earnings",
        span: (day(1), day(31)),
        covers,
        events: dates.iter().map(|d| (day(*d), "after the close".to_owned())).collect(),
    };
    let (one, two) = (at("2026-06-01T00:00:00Z"), at("2026-06-20T00:00:00Z"));
    assert!(store.record_events(&answer(true, &[28]), &origin("a", one)).unwrap());
    assert!(
        !store
            .record_events(&answer(true, &[28]), &origin("a", at("2026-06-02T00:00:00Z")))
            .unwrap()
    );
    assert!(store.record_events(&answer(true, &[30]), &origin("a", two)).unwrap());
    assert!(store.record_events(&answer(false, &[]), &origin("b", two)).unwrap());
    let state =
        |d: i8, moment: Timestamp| store.event_state("RY.TO", "earnings", day(d), moment).unwrap();
    let due = EventState::Due(vec!["after the close".to_owned()]);
    assert_eq!(state(28, at("2026-05-31T00:00:00Z")), EventState::Unknown, "nobody was asked yet");
    assert_eq!((state(28, one), state(30, one)), (due.clone(), EventState::Nothing));
    assert_eq!((state(28, two), state(30, two)), (EventState::Nothing, due), "it moved");
    let other = |symbol: &str, kind: &str| store.event_state(symbol, kind, day(28), two).unwrap();
    assert_eq!(other("RY.TO", "ex_dividend"), EventState::Unknown);
    assert_eq!(other("TD.TO", "earnings"), EventState::Unknown);
    let august = store.event_state("RY.TO", "earnings", Date::constant(2026, 8, 1), two).unwrap();
    assert_eq!(august, EventState::Unknown, "beyond the span asked about");
}

#[test]
fn answers_disagreements_and_use_are_kept() {
    let (dir, store) = open();
    let now = at("2026-03-05T12:00:00Z");
    let span = (Date::constant(2026, 1, 2), Date::constant(2026, 3, 4));
    store.record_answer(symbol(), span, &origin("a", now)).unwrap();
    assert_eq!(store.answers(symbol(), now).unwrap(), [("a".to_owned(), span.0, span.1)]);
    assert!(store.answers(symbol(), at("2026-03-06T00:00:00Z")).unwrap().is_empty());
    let found = SourceDisagreement {
        symbol: symbol(),
        session: span.0,
        field: "close".to_owned(),
        held_from: "yahoo".to_owned(),
        held: 10.5,
        told_by: "a".to_owned(),
        told: 10.6,
    };
    assert!(store.record_disagreement(&found, now).unwrap());
    assert!(!store.record_disagreement(&found, now).unwrap(), "noted once");
    assert_eq!(store.disagreements(symbol()).unwrap(), [found]);
    let usage = ApiUsage {
        api: "a".to_owned(),
        window_start: now,
        window_secs: 60,
        calls: 3,
        throttled: 0,
        failed: 1,
        cache_hits: 3,
        cache_misses: 2,
    };
    store.record_api_usage(&usage).unwrap();
    assert_eq!(store.api_usage(now).unwrap(), [usage]);
    assert!(matches!(FactStore::open(dir.path()), Err(StoreError::Busy { .. })), "one writer");
}
