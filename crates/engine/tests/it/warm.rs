//! Beginning with what an earlier run learned, from its record alone.

use std::collections::{BTreeMap, BTreeSet};

use tradebot_domain::{Moment, Regime};
use tradebot_engine::shadow::Forecast;
use tradebot_engine::{Engine, EngineConfig, LearnedOutcome, LearnedSession, Silent};
use tradebot_journal::{
    CandidatesRecord, DecisionId, DecisionRecord, Event, LearnedRecord, MemoryLedger,
};
use tradebot_policy::Policy;

use crate::adapting::climbing;
use crate::market::{Market, Outcome, config, run};

/// The sessions of a run as its record tells them.
fn on_record(outcome: &Outcome) -> Vec<LearnedSession> {
    let decisions: BTreeMap<DecisionId, &DecisionRecord> =
        outcome.decisions().map(|d| (d.id, d)).collect();
    let mut symbols: BTreeMap<Moment, u32> = BTreeMap::new();
    for decision in decisions.values() {
        *symbols.entry(decision.id.session).or_default() += u32::from(decision.close.is_some());
    }
    let mut outcomes: BTreeMap<Moment, Vec<LearnedOutcome>> = BTreeMap::new();
    let mut candidates: BTreeMap<Moment, Vec<CandidatesRecord>> = BTreeMap::new();
    let mut alarms = BTreeSet::new();
    for event in &outcome.events {
        match event {
            Event::Outcome(record) => {
                let decision = decisions[&record.id];
                outcomes.entry(record.resolved).or_default().push(LearnedOutcome {
                    record: record.clone(),
                    forecast: forecast(decision),
                    features: decision.features.clone(),
                    r_multiple: decision.bracket.as_ref().map(|b| b.r_multiple),
                });
            }
            Event::Candidates(record) => {
                candidates.entry(record.resolved).or_default().push(record.clone());
            }
            Event::Regime(r) if r.second_opinion.as_ref().is_some_and(|o| o.alarm) => {
                alarms.insert(r.session);
            }
            _ => {}
        }
    }
    let mut before: Option<Moment> = None;
    symbols
        .into_iter()
        .map(|(session, symbols)| LearnedSession {
            session,
            symbols,
            alarm: before.replace(session).is_some_and(|before| alarms.contains(&before)),
            outcomes: outcomes.remove(&session).unwrap_or_default(),
            candidates: candidates.remove(&session).unwrap_or_default(),
        })
        .collect()
}

fn forecast(decision: &DecisionRecord) -> Forecast {
    let consensus = decision.consensus.as_ref().unwrap();
    Forecast {
        raw: decision.opinions.iter().map(|o| o.raw).collect(),
        means: decision.opinions.iter().map(|o| o.raw.map(|_| o.mean)).collect(),
        consensus: consensus.mean,
        equal_weight: consensus.equal_weight,
        row_rate: consensus.row_rate,
    }
}

fn learned(outcome: &Outcome) -> BTreeMap<Moment, LearnedRecord> {
    let records = outcome.events.iter().filter_map(|event| match event {
        Event::Learned(record) => Some((record.session, record.clone())),
        _ => None,
    });
    records.collect()
}

#[test]
fn the_record_alone_teaches_what_the_run_learned_in_every_session_through_every_move_of_r() {
    check_that_the_record_teaches(&climbing(), |_| ());
}

#[test]
fn the_record_alone_teaches_it_in_a_universe_of_many_symbols_too() {
    let names: Vec<String> = (0..30).map(|i| format!("S{i:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    check_that_the_record_teaches(&Market::random(&names, 460, 0.006, 23), |_| ());
}

#[track_caller]
pub(crate) fn check_that_the_record_teaches(market: &Market, change: fn(&mut EngineConfig)) {
    let outcome = run(market, change);
    let moves = outcome.risks().filter(|r| r.event == "r_adapted").count();
    assert!(moves > 1, "{moves} moves show nothing");
    let learned = learned(&outcome);
    let mut recollection = Engine::new(config(market, change)).unwrap().recollection();
    for session in on_record(&outcome) {
        let taught = recollection.take(&session).unwrap();
        assert_eq!(taught.as_ref(), learned.get(&session.session), "{}", session.session);
    }
}

#[test]
fn without_the_results_under_other_multiples_the_record_would_teach_something_else() {
    let market = climbing();
    let outcome = run(&market, |_| ());
    let learned = learned(&outcome);
    let mut recollection = Engine::new(config(&market, |_| ())).unwrap().recollection();
    let differs = on_record(&outcome).into_iter().any(|session| {
        let session = LearnedSession { candidates: Vec::new(), ..session };
        recollection.take(&session).unwrap().as_ref() != learned.get(&session.session)
    });
    assert!(differs);
}

/// Runs the market's later sessions with what its first ones taught; the decisions.
fn continued_warm(market: &Market, first: &Outcome, split: usize) -> Vec<DecisionRecord> {
    let later = Market { sessions: market.sessions[split..].to_vec() };
    let mut engine = Engine::new(config(&later, |_| ())).unwrap();
    engine.warm_start("the first part", &on_record(first)).unwrap();
    for session in &market.sessions[..split] {
        engine.observe(session);
    }
    let mut ledger = MemoryLedger::default();
    engine.begin(&mut ledger).unwrap();
    for session in &later.sessions {
        engine.run_session(session, &mut ledger, &mut Silent).unwrap();
    }
    let digest = engine.finish(&mut ledger).unwrap().digest;
    Outcome { events: ledger.events, digest }.decisions().cloned().collect()
}

#[test]
fn a_warm_start_asks_with_the_multiples_that_the_earlier_run_had_reached() {
    let (market, split) = (climbing(), 900);
    let first = run(&Market { sessions: market.sessions[..split].to_vec() }, |_| ());
    let mut reached: BTreeMap<Regime, f64> = BTreeMap::new();
    for decision in first.decisions() {
        if let Some(bracket) = &decision.bracket {
            reached.insert(decision.row, bracket.r_multiple);
        }
    }
    let bundled = Policy::bundled();
    let month = |d: Moment| (d.year(), d.month());
    let begun = month(market.date(split));
    let mut seen = 0;
    for decision in continued_warm(&market, &first, split) {
        let Some(bracket) = &decision.bracket else { continue };
        let Some(before) = reached.get(&decision.row) else { continue };
        // A review is held on the first session of a month.
        if month(decision.id.session) == begun && *before != bundled.row(decision.row).r_multiple {
            assert_eq!(bracket.r_multiple, *before, "{}", decision.id);
            seen += 1;
        }
    }
    assert!(seen > 0, "no row that had moved was asked");
}

#[test]
fn outcomes_of_another_question_do_not_teach_a_row_that_asks_its_own() {
    let market = Market { sessions: climbing().sessions[..500].to_vec() };
    let first = run(&market, |c| c.training.adapt_r = false);
    let row = first.decisions().filter(|d| d.bracket.is_some()).last().unwrap().row;
    let own = Policy::bundled().row(row).r_multiple;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies/regimes.yaml");
    let mut text = std::fs::read_to_string(path).unwrap();
    let at = text.find(&format!("  {row}:")).unwrap();
    let key = at + text[at..].find("r_multiple: ").unwrap();
    text.replace_range(key..key + "r_multiple: 2.0".len(), "r_multiple: 2.9");
    assert_ne!(own, 2.9);
    let policy = Policy::parse("another question", &text).unwrap();
    let asking = |policy: Policy| {
        let config = config(&market, |c| {
            c.policy = policy;
            c.training.adapt_r = false;
        });
        let mut engine = Engine::new(config).unwrap();
        let before = engine.learning().learner.row(row).n;
        engine.warm_start("the first part", &on_record(&first)).unwrap();
        (before, engine.learning().learner.row(row).n)
    };
    let (before, after) = asking(Policy::bundled());
    assert!(after > before + 1.0, "{before} {after}");
    let (before, after) = asking(policy);
    assert!(after <= before, "{before} {after}");
}
