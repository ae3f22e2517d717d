//! R-multiples that follow outcomes, in the whole loop.

use std::collections::BTreeMap;
use std::io::{Error, Result};
use std::sync::{Arc, Mutex};

use tradebot_domain::{Moment, Regime};
use tradebot_engine::{Engine, EngineError, Silent};
use tradebot_journal::{DecisionRecord, Event, MemoryLedger, Scratch};
use tradebot_policy::Policy;

use crate::market::{Market, Outcome, config, run};

/// Steady climbs: the farther a target, the more a bracket earns.
pub(crate) fn climbing() -> Market {
    Market::random(&["AAA", "BBB", "CCC"], 1_000, 0.006, 23)
}

fn moves(outcome: &Outcome) -> Vec<(Moment, f64, f64)> {
    let adapted = outcome.risks().filter(|r| r.event == "r_adapted");
    adapted.map(|r| (r.session, r.limit, r.value)).collect()
}

/// R of each decision, by row.
fn asked(outcome: &Outcome) -> BTreeMap<Regime, Vec<(Moment, f64)>> {
    let mut asked: BTreeMap<Regime, Vec<(Moment, f64)>> = BTreeMap::new();
    for decision in outcome.decisions() {
        if let Some(bracket) = &decision.bracket {
            asked.entry(decision.row).or_default().push((decision.id.session, bracket.r_multiple));
        }
    }
    asked
}

#[test]
fn a_row_whose_outcomes_ask_for_it_moves_by_a_tenth_a_month_and_its_brackets_follow() {
    let outcome = run(&climbing(), |_| ());
    let moves = moves(&outcome);
    assert!(!moves.is_empty(), "a market that only climbs must move some row");
    for (session, from, to) in &moves {
        assert!(((to - from).abs() - 0.1).abs() < 1e-9, "{session}: {from} to {to}");
        assert!((1.0..=3.0).contains(to), "{session}: {to}");
    }
    let bundled = Policy::bundled();
    let beyond: Vec<_> = asked(&outcome)
        .into_iter()
        .flat_map(|(row, asked)| asked.into_iter().map(move |(session, r)| (row, session, r)))
        .filter(|(row, _, r)| *r != bundled.row(*row).r_multiple)
        .collect();
    assert!(!beyond.is_empty(), "no bracket followed");
    let first = moves.iter().map(|(session, ..)| *session).min().unwrap();
    assert!(beyond.iter().all(|(_, session, _)| *session >= first), "a bracket was ahead");
}

#[test]
fn no_row_moves_twice_within_a_month() {
    let outcome = run(&climbing(), |_| ());
    let mut by_row: BTreeMap<String, Vec<(i16, i8)>> = BTreeMap::new();
    for r in outcome.risks().filter(|r| r.event == "r_adapted") {
        let row = r.detail.split(':').next().unwrap().to_owned();
        by_row.entry(row).or_default().push((r.session.year(), r.session.month()));
    }
    for (row, months) in by_row {
        assert!(months.windows(2).all(|w| w[0] < w[1]), "{row}: {months:?}");
    }
}

#[test]
fn a_policy_that_keeps_its_multiples_keeps_them() {
    let outcome = run(&climbing(), |c| c.training.adapt_r = false);
    assert_eq!(moves(&outcome), []);
    let bundled = Policy::bundled();
    for (row, asked) in asked(&outcome) {
        assert!(asked.iter().all(|(_, r)| *r == bundled.row(row).r_multiple));
    }
}

#[test]
fn a_new_multiple_is_learned_as_if_it_had_been_asked_all_along() {
    // What a row is worth under its last multiple, by the engine, after it has moved...
    let outcome = run(&climbing(), |_| ());
    let mut last: BTreeMap<String, (Moment, f64)> = BTreeMap::new();
    for r in outcome.risks().filter(|r| r.event == "r_adapted") {
        last.insert(r.detail.split(':').next().unwrap().to_owned(), (r.session, r.value));
    }
    let learned = |outcome: &Outcome, row: &str, from: Moment| {
        let records = outcome.events.iter().filter_map(|e| match e {
            Event::Learned(l) if l.session >= from => Some(l.rows.clone()),
            _ => None,
        });
        records.flatten().rfind(|r| r.row.name() == row)
    };
    let (row, r, adapted) = last
        .iter()
        .find_map(|(row, (session, r))| Some((row, *r, learned(&outcome, row, *session)?)))
        .expect("some row is learned from after it has moved");
    // ... is near what a policy that had asked for that multiple from the start learns of it.
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies/regimes.yaml");
    let mut text = std::fs::read_to_string(path).unwrap();
    let at = text.find(&format!("  {row}:")).unwrap();
    let key = at + text[at..].find("r_multiple: ").unwrap();
    text.replace_range(key..key + "r_multiple: 2.0".len(), &format!("r_multiple: {r:.1}"));
    let policy = Policy::parse("asked all along", &text).unwrap();
    let fixed = run(&climbing(), |c| {
        c.policy = policy;
        c.training.adapt_r = false;
    });
    let all_along = learned(&fixed, row, last[row].0).unwrap();
    assert!((adapted.rate - all_along.rate).abs() < 0.03, "{adapted:?} {all_along:?}");
    assert!((adapted.mean_win - all_along.mean_win).abs() < 0.1, "{adapted:?} {all_along:?}");
    assert!((adapted.n / all_along.n - 1.0).abs() < 0.25, "{adapted:?} {all_along:?}");
}

#[test]
fn what_is_adapted_depends_on_nothing_that_came_later() {
    let whole = climbing();
    let outcome = run(&whole, |_| ());
    let session = moves(&outcome)[0].0;
    let cut = Market { sessions: whole.sessions[..=900].to_vec() };
    let until = cut.date(900);
    let then = run(&cut, |_| ());
    let decided = |o: &Outcome| -> Vec<DecisionRecord> {
        o.decisions().filter(|d| d.id.session <= until).cloned().collect()
    };
    assert!(session < until);
    assert_eq!(decided(&then), decided(&outcome));
}

/// Pages on a shelf that holds so many.
#[derive(Debug)]
struct Shelf(Mutex<Vec<Vec<u8>>>, usize);

impl Scratch for Shelf {
    fn put(&self, page: &[u8]) -> Result<u64> {
        let mut pages = self.0.lock().unwrap();
        if pages.len() == self.1 {
            return Err(Error::other("the shelf is full"));
        }
        pages.push(page.to_vec());
        Ok(pages.len() as u64 - 1)
    }

    fn get(&self, address: u64, page: &mut [u8]) -> Result<()> {
        page.copy_from_slice(&self.0.lock().unwrap()[usize::try_from(address).unwrap()]);
        Ok(())
    }
}

/// A run with its past on a shelf, to its end or to what stopped it.
fn run_aside(market: &Market, shelf: &Arc<Shelf>) -> std::result::Result<Outcome, EngineError> {
    let mut engine = Engine::new(config(market, |_| ()))?.setting_aside(shelf.clone());
    let mut ledger = MemoryLedger::default();
    engine.begin(&mut ledger)?;
    for session in &market.sessions {
        engine.run_session(session, &mut ledger, &mut Silent)?;
    }
    let digest = engine.finish(&mut ledger)?.digest;
    Ok(Outcome { events: ledger.events, digest })
}

#[test]
fn a_past_that_is_set_aside_changes_no_event_of_the_run() {
    let shelf = Arc::new(Shelf(Mutex::default(), 1_000));
    let aside = run_aside(&climbing(), &shelf).unwrap();
    assert!(shelf.0.lock().unwrap().len() > 1, "nothing was set aside");
    let here = run(&climbing(), |_| ());
    assert!(!moves(&aside).is_empty());
    assert!(aside.events == here.events && aside.digest == here.digest);
}

#[test]
fn a_run_whose_past_cannot_be_set_aside_stops_and_says_why() {
    let stopped = run_aside(&climbing(), &Arc::new(Shelf(Mutex::default(), 1)));
    let why = stopped.err().expect("the shelf holds one page").to_string();
    assert_eq!(why, "the past to learn from again: the shelf is full");
}
