//! The hot leaves, each on the bundled real data.

use anyhow::Context as _;
use serde_json::json;
use tradebot_brackets::{Bracket, BracketSpec, Progress, Walk};
use tradebot_calibration::{Learner, LearnerConfig, ResolvedOutcome};
use tradebot_domain::{Bar, Feed as _, MemberId, Regime, Symbol, Tick};
use tradebot_features::SymbolFeatures;
use tradebot_journal::{Ledger as _, MemoryLedger};
use tradebot_market_data::{History, Replay};
use tradebot_models::{LearnedKind, TrainingSet};
use tradebot_quality_gates::{GateConfig, SymbolGate};
use tradebot_storage::{Mode, SqliteLedger, Store};

use super::measure::Subject;
use super::whole;

fn ibm() -> anyhow::Result<(Symbol, Vec<Bar>)> {
    let symbol: Symbol = "IBM".parse()?;
    let history = History::bundled()?;
    let series = history.series.get(&symbol).context("IBM is bundled")?;
    Ok((symbol, series.bars.clone()))
}

/// Brackets walked to their end, one begun on every bar.
pub(crate) fn walk() -> anyhow::Result<Subject> {
    let (_, bars) = ibm()?;
    let spec = BracketSpec {
        atr_multiplier: 2.0,
        r_multiple: 1.5,
        stop_min: 0.018,
        stop_max: 0.10,
        max_holding_sessions: 25,
        trailing_atr: None,
    };
    let walk_all = move || -> anyhow::Result<(u64, f64)> {
        let (mut steps, mut sum) = (0_u64, 0.0);
        for i in 0..bars.len() - 26 {
            let bracket =
                Bracket::around_close(bars[i].close, bars[i].close * 0.02, &spec, Tick::CENT)?;
            let mut walk = Walk::new(&bracket);
            for bar in &bars[i + 1..] {
                steps += 1;
                match walk.step(bar) {
                    Progress::Closed(exit) => {
                        sum += exit.price;
                        break;
                    }
                    Progress::NotTaken { .. } => break,
                    Progress::Waiting | Progress::Open => {}
                }
            }
        }
        Ok((steps, sum))
    };
    let (n, _) = walk_all()?;
    let work = Box::new(move || Ok(json!({ "sum_of_exits": walk_all()?.1 })));
    Ok(Subject { system: "bracket walker", unit: "bars/s", n, reps: 20, work })
}

/// The quality gate, bar by bar.
pub(crate) fn gate() -> anyhow::Result<Subject> {
    let (symbol, bars) = ibm()?;
    let n = bars.len() as u64;
    let work = Box::new(move || {
        let mut gate = SymbolGate::new(symbol, GateConfig::default());
        let admitted =
            bars.iter().filter(|b| gate.admit(b.date, Some(b), &[], 0).1.is_ok()).count();
        Ok(json!({ "admitted": admitted }))
    });
    Ok(Subject { system: "quality gate", unit: "bars/s", n, reps: 10, work })
}

/// The whole feature set, bar by bar.
pub(crate) fn features() -> anyhow::Result<Subject> {
    let (_, bars) = ibm()?;
    let n = bars.len() as u64;
    let work = Box::new(move || {
        let mut features = SymbolFeatures::new();
        let mut sum = 0.0;
        for bar in &bars {
            sum += features.update(bar, None).map_or(0.0, |row| row[0]);
        }
        Ok(json!({ "sum": sum }))
    });
    Ok(Subject { system: "feature set v1 (all features)", unit: "bars/s", n, reps: 20, work })
}

/// The three learned members, fitted on 12,000 examples.
pub(crate) fn fits() -> anyhow::Result<Subject> {
    let (_, bars) = ibm()?;
    let mut features = SymbolFeatures::new();
    let mut rows = Vec::new();
    for (i, bar) in bars.iter().enumerate() {
        if let Some(row) = features.update(bar, None) {
            rows.push((bar.date, row.to_vec(), i));
        }
    }
    let mut set = TrainingSet::new(tradebot_features::feature_names().len());
    for k in 0..12_000 {
        let (date, row, i) = &rows[k % rows.len()];
        let ahead = bars.get(i + 10).map_or(0.0, |b| b.close) > bars[*i].close;
        set.push(date.date(), row, Regime::ALL[k % 5], ahead, 0.1);
    }
    let system = "logistic + naive Bayes + forest";
    let work = Box::new(move || {
        let mut bytes = 0;
        for kind in LearnedKind::ALL {
            bytes += tradebot_models::fit(kind, &set, 42)?.to_bytes().len();
        }
        Ok(json!({ "artefact_bytes": bytes }))
    });
    Ok(Subject { system, unit: "examples/s", n: 12_000, reps: 5, work })
}

/// Scores to probabilities with intervals, from a calibrator with history.
pub(crate) fn calibrate() -> anyhow::Result<Subject> {
    let members: Vec<MemberId> =
        ["a", "b", "c"].map(MemberId::new).into_iter().collect::<Result<_, _>>()?;
    let mut learner = Learner::new(LearnerConfig::default(), &members, [2.0, 1.5, 1.5, 1.2, 1.3]);
    for k in 0..2_000_u32 {
        let raw = f64::from(k % 97) / 97.0;
        let won = k % 3 == 0;
        let outcome = ResolvedOutcome {
            row: Regime::ALL[(k % 5) as usize],
            raw: vec![Some(raw), Some(1.0 - raw), None],
            won,
            uniqueness: 0.2,
            net_r: if won { 1.2 } else { -0.9 },
        };
        learner.learn_session(5, &[outcome])?;
    }
    let system = "calibrated probability + interval";
    let work = Box::new(move || {
        let mut sum = 0.0;
        for k in 0..20_000_u32 {
            let raw = f64::from(k % 89) / 89.0;
            sum += learner.calibrate((k % 2) as usize, Regime::ALL[(k % 5) as usize], raw)?.lo;
        }
        Ok(json!({ "sum": sum }))
    });
    Ok(Subject { system, unit: "calls/s", n: 20_000, reps: 5, work })
}

/// A year's events into a fresh database, 64 cycles a commit.
pub(crate) fn journal() -> anyhow::Result<Subject> {
    let mut memory = MemoryLedger::default();
    let started = whole::replay_into(&mut memory, "2001-06-01", "2002-05-31")?;
    let n = memory.events.len() as u64;
    let work = Box::new(move || {
        let folder = tempfile::tempdir()?;
        let mut store = Store::open(folder.path(), Mode::Backtest)?;
        let run = store.begin_run(&started, jiff_epoch())?;
        let mut ledger = SqliteLedger::new(store, run, 64)?;
        for event in &memory.events {
            ledger.append(event)?;
            if matches!(event, tradebot_journal::Event::Snapshot(_)) {
                ledger.commit(false)?;
            }
        }
        ledger.commit(true)?;
        Ok(json!({ "digest": ledger.digest() }))
    });
    Ok(Subject { system: "journal and tables, SQLite", unit: "events/s", n, reps: 3, work })
}

const fn jiff_epoch() -> tradebot_domain::Timestamp {
    tradebot_domain::Timestamp::UNIX_EPOCH
}

/// Handing out the bundled sessions.
pub(crate) fn replay_feed() -> anyhow::Result<Subject> {
    let history = History::bundled()?;
    let symbols = history.symbols();
    let (from, to) = history.range(&symbols)?.context("the bundle has bars")?;
    let n = Replay::new(&history, &symbols, from, to)?.len() as u64;
    let work = Box::new(move || {
        let mut feed = Replay::new(&history, &symbols, from, to)?;
        let mut bars = 0;
        while let Some(session) = feed.next_session() {
            bars += session.bars.len();
        }
        Ok(json!({ "bars": bars }))
    });
    Ok(Subject { system: "replay feed, 5 symbols", unit: "sessions/s", n, reps: 10, work })
}
