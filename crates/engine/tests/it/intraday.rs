//! A rule strategy on bars of minutes: nights, half days, and runs in brief.

use tradebot_domain::{Bar, Date, Decimal, Exchange, Feed, Interval, Money, SessionData, Symbol};
use tradebot_engine::{
    Engine, EngineConfig, Entry, Holding, Intraday, Ruling, Silent, Strategy, Wish,
};
use tradebot_journal::{
    Event, FillRecord, MemoryLedger, OrderRole, SnapshotRecord, SweepLedger, Verdict,
};

/// Wants to be in the market at every close.
struct Always;

impl Strategy for Always {
    fn on_bar(&mut self, _: &Bar, _: &Holding) -> Wish {
        Wish::Enter(Entry::shares(1))
    }
}

/// Five-minute bars of the sessions around Thanksgiving 2013, the second a half day.
struct Minutes(std::vec::IntoIter<SessionData>);

impl Minutes {
    fn new() -> Self {
        let (symbol, interval) = (symbol(), Interval::of_minutes(5).unwrap());
        let dates = Exchange::Xnys.sessions(from(), to()).unwrap();
        let ends = dates.into_iter().flat_map(|date| {
            let hours = Exchange::Xnys.session_minutes(date).unwrap().unwrap();
            hours.moments(date, interval)
        });
        let session = |(i, session): (i32, _)| {
            let open = 100.0 + 0.25 * f64::from(i % 7);
            let close = 100.0 + 0.25 * f64::from((i + 1) % 7);
            let (high, low) = (open.max(close) + 0.1, open.min(close) - 0.1);
            let mut data = SessionData::empty(session);
            let bar = Bar { date: session, open, high, low, close, volume: 1e5 };
            data.bars.push((symbol, bar));
            data.listed.push(symbol);
            data
        };
        Self((0..).zip(ends).map(session).collect::<Vec<_>>().into_iter())
    }
}

impl Feed for Minutes {
    fn next_session(&mut self) -> Option<SessionData> {
        self.0.next()
    }
}

fn symbol() -> Symbol {
    "AAA".parse().unwrap()
}

fn from() -> Date {
    "2013-11-27".parse().unwrap()
}

fn to() -> Date {
    "2013-12-02".parse().unwrap()
}

fn engine(intraday: Intraday) -> Engine {
    let cash = Money(Decimal::from(100_000));
    let mut config = EngineConfig::simulated((from(), to()), vec![symbol()], cash);
    config.intraday = Some(intraday);
    let ruling = Ruling::new("always").unwrap();
    Engine::with_strategy(config, ruling, &mut |_| Box::new(Always)).unwrap()
}

fn run(intraday: Intraday) -> MemoryLedger {
    let mut ledger = MemoryLedger::default();
    engine(intraday).run(&mut Minutes::new(), &mut ledger, &mut Silent).unwrap();
    ledger
}

fn fills(ledger: &MemoryLedger) -> Vec<(String, bool)> {
    let fill = |event: &Event| match event {
        Event::Fill(FillRecord { session, role, .. }) => {
            Some((session.to_string(), *role == OrderRole::Entry))
        }
        _ => None,
    };
    ledger.events.iter().filter_map(fill).collect()
}

const FLAT: Intraday = Intraday { flat_at_close: true, ..Intraday::of_minutes(5) };

#[test]
fn positions_leave_at_the_open_of_the_last_bar_and_none_is_held_over_a_night() {
    let ledger = run(FLAT);
    let expected = [
        ("2013-11-27T09:40", true),
        ("2013-11-27T16:00", false),
        ("2013-11-29T09:40", true),
        ("2013-11-29T13:00", false),
        ("2013-12-02T09:40", true),
        ("2013-12-02T16:00", false),
    ];
    assert_eq!(fills(&ledger), expected.map(|(at, entry)| (at.to_owned(), entry)));
    let ends =
        ledger.events.iter().filter(|e| matches!(e, Event::Risk(r) if r.event == "session_end"));
    assert_eq!(ends.count(), 3);
}

#[test]
fn what_comes_too_late_is_refused_by_name() {
    let ledger = run(Intraday { quiet_minutes: 60, ..FLAT });
    let late: Vec<String> = ledger
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Decision(d) => match &d.verdict {
                Verdict::NoTrade { reason, .. } if reason == "near_close" => {
                    Some(d.id.session.to_string())
                }
                _ => None,
            },
            _ => None,
        })
        .collect();
    // Held until the last bar, a strategy can ask again only at the close.
    assert_eq!(late, ["2013-11-27T16:00", "2013-11-29T13:00", "2013-12-02T16:00"]);
}

#[test]
fn without_the_option_a_position_stays_over_the_night() {
    let ledger = run(Intraday::of_minutes(5));
    assert_eq!(fills(&ledger), [("2013-11-27T09:40".to_owned(), true)]);
}

#[test]
fn the_days_return_is_the_days_whatever_the_bars() {
    let ledger = run(Intraday::of_minutes(5));
    let all: Vec<&SnapshotRecord> = ledger
        .events
        .iter()
        .filter_map(|e| if let Event::Snapshot(s) = e { Some(s) } else { None })
        .collect();
    let (mut previous, mut latest, mut date) = (100_000.0, 100_000.0, None);
    for snapshot in all {
        if date.replace(snapshot.session.date()) != Some(snapshot.session.date()) {
            previous = latest;
        }
        latest = snapshot.equity.to_f64();
        let expected = latest / previous - 1.0;
        assert!((snapshot.day_return - expected).abs() < 1e-9, "{}", snapshot.session);
    }
    assert_eq!(date.map(|d| d.to_string()).as_deref(), Some("2013-12-02"));
}

#[test]
fn a_run_in_brief_trades_as_one_in_full() {
    let full = run(FLAT);
    let mut brief = SweepLedger::default();
    let finished = engine(FLAT).run(&mut Minutes::new(), &mut brief, &mut Silent).unwrap();
    let Some(Event::RunFinished(whole)) = full.events.last() else { panic!("no end") };
    assert_eq!((finished.trades, finished.final_equity), (whole.trades, whole.final_equity));
    assert_eq!(finished.trades, 3);
}
