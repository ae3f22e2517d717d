//! Sessions on which no entry may be decided: what is held goes on, and every record says why.

use tradebot_engine::{Engine, Silent};
use tradebot_journal::{DecisionRecord, Event, Ledger as _, MemoryLedger, Verdict};

use crate::market::{Market, Outcome, config, run};

/// As [`run`], with entries barred on some sessions.
fn run_barred(market: &Market, barred: std::ops::Range<usize>) -> Outcome {
    let mut engine = Engine::new(config(market, |_| {})).unwrap();
    let mut ledger = MemoryLedger::default();
    engine.begin(&mut ledger).unwrap();
    for (i, session) in market.sessions.iter().enumerate() {
        let why = barred.contains(&i).then(|| ("decided_late", "an hour".to_owned()));
        engine.bar_entries(why);
        engine.run_session(session, &mut ledger, &mut Silent).unwrap();
    }
    let digest = ledger.digest();
    Outcome { events: ledger.events, digest }
}

#[test]
fn nothing_is_entered_on_them_exits_go_on_and_what_came_before_is_untouched() {
    let market = Market::random(&["AAA", "BBB", "CCC"], 620, 0.0015, 11);
    let free = run(&market, |_| {});
    let barred = run_barred(&market, 500..520);
    let (first, last) = (market.sessions[500].session, market.sessions[519].session);
    let within = |session| (first..=last).contains(&session);
    let before = |outcome: &Outcome| -> Vec<Event> {
        let early = |e: &&Event| e.session().is_some_and(|s| s < first);
        outcome.events.iter().filter(early).cloned().collect()
    };
    assert_eq!(before(&free), before(&barred));
    let mut said = 0;
    for decision in barred.decisions().filter(|d| within(d.id.session)) {
        assert!(
            matches!(&decision.verdict, Verdict::NoTrade { reason, detail }
                if reason == "decided_late" && detail == "an hour"),
            "{:?}",
            decision.verdict
        );
        said += 1;
    }
    assert_eq!(said, 60);
    let traded = |outcome: &Outcome| {
        let traded = |d: &&DecisionRecord| {
            within(d.id.session) && matches!(d.verdict, Verdict::Trade { .. })
        };
        outcome.decisions().filter(traded).count()
    };
    assert!(traded(&free) > 0, "otherwise this shows nothing");
    assert_eq!(traded(&barred), 0);
    let after = |outcome: &Outcome| {
        outcome
            .decisions()
            .filter(|d| d.id.session > last && matches!(d.verdict, Verdict::Trade { .. }))
            .count()
    };
    assert!(after(&barred) > 0, "entries are decided again");
    let closed = |e: &&Event| matches!(e, Event::TradeClosed(_)) && e.session().is_some_and(within);
    assert!(barred.events.iter().filter(closed).count() > 0, "positions leave meanwhile");
}

#[test]
fn barring_nothing_changes_nothing() {
    let market = Market::random(&["AAA", "BBB"], 320, 0.001, 3);
    assert_eq!(run_barred(&market, 0..0).digest, run(&market, |_| {}).digest);
}
