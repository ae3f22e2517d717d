//! Beginning with what an earlier run learned, from its record alone.

use std::collections::{BTreeMap, BTreeSet};

use tradebot_domain::{Moment, Regime};
use tradebot_engine::shadow::Forecast;
use tradebot_engine::{
    Asked, Engine, EngineConfig, LearnedOutcome, LearnedSession, Recalled, Silent,
};
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
                    asked: decision
                        .close
                        .zip(decision.bracket)
                        .map(|(close, bracket)| Asked { close, bracket }),
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

/// The bundled rows, with further keys in one of them or in all.
fn with_options(keys: &str, only: Option<Regime>) -> Policy {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies/regimes.yaml");
    let mut text = std::fs::read_to_string(path).unwrap();
    let own = "    kelly_multiplier:";
    match only {
        None => text = text.replace(own, &format!("{keys}{own}")),
        Some(row) => {
            let at = text.find(&format!("  {row}:")).unwrap();
            let at = at + text[at..].find(own).unwrap();
            text.insert_str(at, keys);
        }
    }
    Policy::parse("with options", &text).unwrap()
}

/// An engine of `policy` that began with what `first` learned, and what it took of it.
fn begun_with(market: &Market, policy: Policy, first: &[LearnedSession]) -> (Engine, Recalled) {
    let mut engine = Engine::new(config(market, |c| c.policy = policy)).unwrap();
    let recalled = engine.warm_start("the first part", first).unwrap();
    (engine, recalled)
}

#[test]
fn outcomes_learned_under_an_option_teach_nothing_to_a_policy_without_it_and_the_other_way_round() {
    let market = Market { sessions: climbing().sessions[..400].to_vec() };
    for (keys, variant) in [
        ("    exit_on_reversal: yes\n", "reversal"),
        ("    break_even_at_r: 1\n", "break_even=1"),
        ("    partial_exit_at_r: 1\n    partial_exit_share: 0.5\n", "partial=0.5@1"),
        ("    stop_follows_forecast: yes\n", "forecast"),
    ] {
        let optional = with_options(keys, None);
        let (of_option, of_plain) = (optional.clone(), Policy::bundled());
        let option = on_record(&run(&market, |c| c.policy = of_option));
        let plain = on_record(&run(&market, |_| ()));
        for (theirs, ours, told) in [(&option, &of_plain, variant), (&plain, &optional, "plain")] {
            let cold = Engine::new(config(&market, |c| c.policy = ours.clone())).unwrap();
            let (engine, recalled) = begun_with(&market, ours.clone(), theirs);
            assert_eq!(recalled.taken, 0, "{variant}");
            assert!(recalled.left_in_all() > 100, "{variant}: {recalled:?}");
            assert!(recalled.left.keys().all(|(_, v)| v.as_str() == told), "{recalled:?}");
            for row in Regime::ALL {
                let (cold, warm) = (cold.learning(), engine.learning());
                assert_eq!(warm.learner.row(row), cold.learner.row(row), "{variant} {row}");
            }
        }
        let (_, recalled) = begun_with(&market, optional, &option);
        assert!(recalled.left.is_empty() && recalled.taken > 100, "{variant}: {recalled:?}");
    }
}

#[test]
fn a_row_whose_question_changed_begins_anew_and_the_others_go_on() {
    let market = Market { sessions: climbing().sessions[..700].to_vec() };
    let first = run(&market, |c| c.training.adapt_r = false);
    let asked: BTreeSet<Regime> =
        first.decisions().filter(|d| d.bracket.is_some()).map(|d| d.row).collect();
    assert!(asked.len() > 1, "one row shows nothing: {asked:?}");
    let sessions = on_record(&first);
    for changed in asked.iter().copied() {
        let policy = with_options("    break_even_at_r: 1\n", Some(changed));
        let cold = Engine::new(config(&market, |c| c.policy = policy.clone())).unwrap();
        let (engine, recalled) = begun_with(&market, policy, &sessions);
        assert!(recalled.left.keys().all(|(row, _)| *row == changed), "{recalled:?}");
        let n = |engine: &Engine, row| engine.learning().learner.row(row).n;
        assert!(n(&engine, changed) <= n(&cold, changed), "{changed}");
        for other in asked.iter().copied().filter(|row| *row != changed) {
            assert!(n(&engine, other) > n(&cold, other), "{changed} {other}");
        }
    }
}

#[test]
fn another_stop_or_holding_time_is_another_question_too() {
    let market = Market { sessions: climbing().sessions[..400].to_vec() };
    let sessions = on_record(&run(&market, |_| ()));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies/regimes.yaml");
    let bundled = std::fs::read_to_string(path).unwrap();
    let every = |key: &str, value: &str| {
        let lines = bundled.lines().map(|line| match line.strip_prefix(&format!("    {key}: ")) {
            Some(_) => format!("    {key}: {value}\n"),
            None => format!("{line}\n"),
        });
        Policy::parse("changed", &lines.collect::<String>()).unwrap()
    };
    for policy in [every("atr_multiplier", "1.75"), every("max_holding_sessions", "17")] {
        let (_, recalled) = begun_with(&market, policy, &sessions);
        assert!(recalled.taken == 0 && recalled.left_in_all() > 100, "{recalled:?}");
    }
    // What bounds no stop changes no question: a limit on loss, for one.
    let (_, recalled) = begun_with(&market, every("daily_loss_limit", "0.01"), &sessions);
    assert!(recalled.left.is_empty() && recalled.taken > 100, "{recalled:?}");
}
