//! The whole loop over the bundled history with a journal in memory: the smallest program that
//! uses the crates as a library.
//!
//! `cargo run --release -p tradebot-engine --example replay_bundled`

#![allow(clippy::print_stdout, reason = "an example shows its result")]

use std::error::Error;

use tradebot_brackets::CostModel;
use tradebot_domain::{Currency, Decimal, Feed as _, Money};
use tradebot_engine::config::Training;
use tradebot_engine::{Engine, EngineConfig, Silent};
use tradebot_journal::{Event, MemoryLedger};
use tradebot_market_data::{History, Replay};
use tradebot_policy::{Limits, Policy};

fn main() -> Result<(), Box<dyn Error>> {
    let history = History::bundled()?;
    let symbols = history.symbols();
    let (from, to) = history.range(&symbols)?.ok_or("no data")?;
    let mut engine = Engine::new(EngineConfig {
        from,
        to,
        costs: CostModel::default(),
        terms: None,
        sectors: std::collections::BTreeMap::new(),
        cash: Money(Decimal::from(100_000)),
        currency: Currency::Usd,
        seed: 42,
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
    let mut ledger = MemoryLedger::default();
    let mut warm_up = Replay::warm_up(&history, &symbols, from)?;
    while let Some(session) = warm_up.next_session() {
        engine.observe(&session);
    }
    engine.begin(&mut ledger)?;
    let mut sessions = Replay::new(&history, &symbols, from, to)?;
    while let Some(session) = sessions.next_session() {
        engine.run_session(&session, &mut ledger, &mut Silent)?;
    }
    let finished = engine.finish(&mut ledger)?;
    println!("{finished:#?}");
    for event in &ledger.events {
        if let Event::TradeClosed(trade) = event {
            println!(
                "{} {} {:>8} {} {:>10} {:+.2} R",
                trade.exit_session,
                trade.symbol,
                trade.basis.name(),
                trade.reason.name(),
                trade.net,
                trade.r_multiple
            );
        }
    }
    Ok(())
}
