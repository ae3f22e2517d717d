//! What holds for every run.

use std::collections::BTreeSet;

use tradebot_domain::Money;
use tradebot_journal::{Event, Verdict};

use crate::market::{Market, run};

fn ordinary() -> Market {
    Market::random(&["AAA", "BBB", "CCC"], 620, 0.0006, 7)
}

#[test]
fn every_symbol_of_every_cycle_ends_in_one_record_with_a_reason() {
    let market = ordinary();
    let outcome = run(&market, |_| {});
    let mut seen = BTreeSet::new();
    for d in outcome.decisions() {
        assert!(seen.insert(d.id), "{} twice", d.id);
        if let Verdict::NoTrade { reason, detail } = &d.verdict {
            assert!(!reason.is_empty() && !detail.is_empty(), "{}: {:?}", d.id, d.verdict);
        }
    }
    assert_eq!(seen.len(), 3 * 620);
    assert!(outcome.trades_decided() > 5, "the market drifts, so the bot trades");
}

#[test]
fn an_intent_is_on_record_before_its_order_and_every_order_has_stop_and_target() {
    let outcome = run(&ordinary(), |_| {});
    let mut intents = BTreeSet::new();
    for event in &outcome.events {
        match event {
            Event::Intent(i) => {
                assert!(
                    i.bracket.stop < i.bracket.entry_limit
                        && i.bracket.entry_limit < i.bracket.target
                );
                assert!(intents.insert(i.intent_id.clone()), "{} twice", i.intent_id);
            }
            Event::Order(o) => {
                assert!(intents.contains(&o.intent_id), "{} before its intent", o.order_id);
            }
            Event::Fill(f) => {
                let intent = f.order_id.split('/').next().unwrap();
                assert!(intents.contains(intent), "{} before its intent", f.fill_id);
            }
            _ => {}
        }
    }
    assert!(!intents.is_empty());
}

#[test]
fn equity_is_cash_plus_positions_at_every_close_and_cash_is_never_negative() {
    let outcome = run(&ordinary(), |_| {});
    for s in outcome.snapshots() {
        let held: Money = s.positions.iter().map(|p| p.value).sum();
        assert_eq!(s.equity, s.cash + held, "{}", s.session);
        assert!(s.cash >= Money::ZERO, "{}: cash {}", s.session, s.cash);
    }
}

#[test]
fn what_is_decided_up_to_a_session_does_not_depend_on_what_comes_after() {
    let whole = ordinary();
    let cut = Market { sessions: whole.sessions[..500].to_vec() };
    let (whole_run, cut_run) = (run(&whole, |_| {}), run(&cut, |_| {}));
    let upto = cut.date(499);
    let before = |events: &[Event]| -> Vec<String> {
        events
            .iter()
            .filter(|e| e.session().is_some_and(|s| s <= upto))
            .map(|e| serde_json::to_string(e).unwrap())
            .collect()
    };
    assert_eq!(before(&whole_run.events), before(&cut_run.events));
}

#[test]
fn the_digest_does_not_depend_on_the_number_of_threads() {
    let market = ordinary();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| run(&market, |_| {}).digest)
    };
    let one = on(1);
    assert_eq!(one, on(2));
    assert_eq!(one, on(3));
    assert_ne!(
        one,
        run(&market, |c| c.costs = c.costs.multiplied(2.0)).digest,
        "the digest sees trades"
    );
}

#[test]
fn learned_members_are_refitted_only_on_outcomes_that_are_long_known() {
    let outcome = run(&ordinary(), |_| {});
    let mut fits = 0;
    for event in &outcome.events {
        if let Event::ModelFitted(fit) = event {
            fits += 1;
            let sessions_between = outcome
                .snapshots()
                .filter(|s| s.session > fit.last_example.into() && s.session <= fit.session)
                .count();
            assert!(sessions_between >= 30, "{}: {sessions_between} sessions", fit.session);
        }
    }
    assert!(fits >= 3, "{fits}");
}
