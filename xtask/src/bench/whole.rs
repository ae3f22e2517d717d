//! The whole loop over the bundled history.

use anyhow::Context as _;
use serde_json::json;
use tradebot_brackets::CostModel;
use tradebot_domain::{Currency, Decimal, Feed as _, Money};
use tradebot_engine::config::Training;
use tradebot_engine::{Engine, EngineConfig, Silent};
use tradebot_journal::{Ledger, MemoryLedger, RunStarted};
use tradebot_market_data::{History, Replay};
use tradebot_policy::{Limits, Policy};

use super::measure::Subject;

/// Thirteen years of five symbols with monthly refits, journal in memory.
pub(crate) fn demo() -> anyhow::Result<Subject> {
    let mut decisions = MemoryLedger::default();
    replay_into(&mut decisions, "2000-03-01", "2000-12-29")?; // starts the thread pool
    let work = || {
        let mut ledger = MemoryLedger::default();
        replay_into(&mut ledger, "2000-03-01", "2013-03-01")?;
        Ok(json!({ "digest": ledger.digest(), "events": ledger.events.len() }))
    };
    Ok(Subject {
        system: "whole loop, bundled history",
        unit: "symbol-cycles/s",
        n: 12_154,
        reps: 1,
        work: Box::new(work),
    })
}

/// Replays a range of the bundled history into a ledger.
pub(crate) fn replay_into(
    ledger: &mut dyn Ledger,
    from: &str,
    to: &str,
) -> anyhow::Result<RunStarted> {
    let history = History::bundled()?;
    let symbols = history.symbols();
    let (from, to) = (from.parse()?, to.parse()?);
    history.range(&symbols)?.context("the bundle has bars")?;
    let mut engine = Engine::new(EngineConfig {
        from,
        to,
        sectors: std::collections::BTreeMap::new(),
        cash: Money(Decimal::from(100_000)),
        currency: Currency::Usd,
        seed: 42,
        costs: CostModel::default(),
        terms: None,
        limits: Limits::simulated(),
        policy: Policy::bundled(),
        training: Training::default(),
        ensemble: tradebot_ensemble::EnsembleConfig::default(),
        second_opinion: tradebot_engine::config::SecondOpinionView::default(),
        rearm_by_itself: true,
        durable_before_send: false,
        intraday: None,
        data_source: "bundled".to_owned(),
        data_digest: history.digest(&symbols),
        symbols: symbols.clone(),
    })?;
    let mut warm_up = Replay::warm_up(&history, &symbols, from)?;
    while let Some(session) = warm_up.next_session() {
        engine.observe(&session);
    }
    engine.begin(ledger)?;
    let mut sessions = Replay::new(&history, &symbols, from, to)?;
    while let Some(session) = sessions.next_session() {
        engine.run_session(&session, ledger, &mut Silent)?;
    }
    engine.finish(ledger)?;
    Ok(engine.started())
}
