//! Three rule strategies on the bundled stocks, through the same engine as the built-in ensemble.
//!
//! `cargo run -p tradebot-engine --example rule_strategies`

#![allow(clippy::print_stdout, reason = "a program that prints")]

use tradebot_domain::{Decimal, Feed, Money, SessionData};
use tradebot_engine::{Engine, EngineConfig, Entry, Ruling, Silent, Strategy};
use tradebot_journal::{Ledger, SweepLedger};
use tradebot_market_data::{History, Replay};

#[path = "strategies/donchian.rs"]
mod donchian;
#[path = "strategies/rsi_reversion.rs"]
mod rsi_reversion;
#[path = "strategies/sma_cross.rs"]
mod sma_cross;

type Failure = Box<dyn std::error::Error>;
type Make = fn() -> Result<Box<dyn Strategy>, Failure>;

const STRATEGIES: [(&str, Make); 3] = [
    ("sma_10_30", || Ok(Box::new(sma_cross::SmaCross::<10, 30>::new(Entry::equity(0.005))))),
    ("rsi_14", || Ok(Box::new(rsi_reversion::RsiReversion::new(0.1)?))),
    ("donchian_55_20", || Ok(Box::new(donchian::Donchian::new(0.1)?))),
];

fn main() -> Result<(), Failure> {
    let history = History::bundled()?;
    let symbols = history.symbols();
    let (from, to) = ("2000-06-01".parse()?, "2012-12-31".parse()?);
    for (name, make) in STRATEGIES {
        let cash = Money(Decimal::from(100_000));
        let config = EngineConfig::simulated((from, to), symbols.clone(), cash);
        // Each symbol has an instance of its own.
        let mut made = (0..symbols.len()).map(|_| make()).collect::<Result<Vec<_>, _>>()?;
        let mut next = |_| made.pop().expect("one was made for each symbol");
        let mut engine = Engine::with_strategy(config, Ruling::new(name)?, &mut next)?;

        let mut warm_up = Replay::warm_up(&history, &symbols, from)?;
        let mut session = SessionData::empty(from.into());
        while warm_up.next_into(&mut session) {
            engine.observe(&session);
        }
        let mut ledger = SweepLedger::default();
        let mut feed = Replay::new(&history, &symbols, from, to)?;
        let finished = engine.run(&mut feed, &mut ledger, &mut Silent)?;
        println!(
            "{name:<16} {} trades, equity {}, refused {:?}, digest {:.12}",
            finished.trades,
            finished.final_equity,
            ledger.refused,
            ledger.digest()
        );
    }
    Ok(())
}
