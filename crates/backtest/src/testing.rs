//! Builders for the unit tests, with visible defaults.

use std::collections::BTreeMap;

use tradebot_domain::{Currency, Date, Decimal, MemberId, Moment, Money, Price, Regime, Shares};
use tradebot_journal::{
    DecisionId, ExitReason, RunFinished, RunStarted, SizeBasis, SnapshotRecord, TradeRecord,
};

use crate::bootstrap::Chance;
use crate::result::{RunResult, ScoredForecast};

/// Cash at the start of every run here.
pub(crate) const CASH: f64 = 10_000.0;

/// The n-th session: a day each from 2005-01-01, weekends or not.
pub(crate) fn date(n: usize) -> Moment {
    let days = i64::try_from(n).unwrap();
    let first = Date::constant(2005, 1, 1);
    first.checked_add(tradebot_domain::Span::new().days(days)).unwrap().into()
}

fn money(value: f64) -> Money {
    Money::from_f64(value, 4).unwrap()
}

fn price(value: f64) -> Price {
    Price::new(money(value).0).unwrap()
}

/// 10 shares at 100, 10 at risk, 0.5 of costs, held three sessions from the third on.
pub(crate) fn trade(symbol: &str, r: f64, basis: SizeBasis, reason: ExitReason) -> TradeRecord {
    let symbol = symbol.parse().unwrap();
    let gross = 10.0 * r + 0.5;
    TradeRecord {
        decision: DecisionId { session: date(2), symbol },
        intent_id: "1".to_owned(),
        symbol,
        row: Regime::ChoppyLowVol,
        basis,
        entry_session: date(3),
        entry_price: price(100.0),
        exit_session: date(5),
        exit_price: price(100.0 + gross / 10.0),
        entry_shares: Shares(10),
        exit_shares: Shares(10),
        reason,
        ambiguous: false,
        sessions_held: 3,
        gross: money(gross),
        dividends: Money::ZERO,
        costs: money(0.5),
        net: money(gross - 0.5),
        planned_risk: money(10.0),
        r_multiple: r,
        kinds: None,
        bounds: None,
        traded: None,
        reach: None,
    }
}

/// A finished run of one close more than there are returns; the benchmark rises by 0.03 % and
/// swings by 1 % a session. Two members, no trades, no forecasts.
pub(crate) fn run(returns: &[f64]) -> RunResult {
    let mut equity = CASH;
    let mut benchmark = CASH;
    let mut snapshots = Vec::new();
    for (n, r) in std::iter::once(&0.0).chain(returns).enumerate() {
        equity *= 1.0 + r;
        benchmark *= if n % 2 == 0 { 1.0103 } else { 0.9903 };
        snapshots.push(SnapshotRecord {
            session: date(n),
            cash: money(equity),
            equity: money(equity),
            peak: money(equity),
            drawdown: 0.0,
            day_return: *r,
            heat: 0.0,
            gross: 0.0,
            stopped: false,
            benchmark,
            positions: Vec::new(),
        });
    }
    if returns.is_empty() {
        snapshots.clear();
    }
    RunResult {
        run_id: "run".to_owned(),
        mode: "backtest".to_owned(),
        started: started(returns.len()),
        finished: Some(RunFinished {
            cycles: u32::try_from(snapshots.len()).unwrap(),
            decisions: 0,
            trades: 0,
            final_equity: money(equity),
            digest: String::new(),
        }),
        snapshots,
        trades: Vec::new(),
        forecasts: Vec::new(),
        learned: Vec::new(),
        regimes: Vec::new(),
        fits: Vec::new(),
        risk_events: Vec::new(),
        no_trade: BTreeMap::new(),
        prices: BTreeMap::new(),
        timings: Vec::new(),
    }
}

fn started(sessions: usize) -> RunStarted {
    RunStarted {
        from: date(0).date(),
        to: date(sessions).date(),
        symbols: vec!["AAPL".parse().unwrap()],
        cash: Money(Decimal::from(10_000)),
        currency: Currency::Usd,
        seed: 42,
        config_digest: String::new(),
        data_digest: String::new(),
        feature_set: "v1".to_owned(),
        feature_names: Vec::new(),
        members: ["trend", "forest"].map(|name| MemberId::new(name).unwrap()).to_vec(),
        warm_start: None,
    }
}

/// Forecasts of two members on four symbols, issued in every session and known two later.
///
/// The chance of a win moves about one half by `moves`; members and consensus see that part of it
/// which `seen` says (1 all, 0 none) plus a little noise of their own.
pub(crate) fn forecasts(sessions: usize, moves: f64, seen: f64, seed: u64) -> Vec<ScoredForecast> {
    let mut chance = Chance::numbered(seed, 9);
    let mut all = Vec::new();
    for session in 0..sessions {
        for symbol in ["AAPL", "IBM", "KO", "MSFT"] {
            let away = moves * (2.0 * chance.uniform() - 1.0);
            let won = chance.uniform() < 0.5 + away;
            let mut says = || 0.5 + seen * away + 0.02 * (2.0 * chance.uniform() - 1.0);
            let (one, other) = (says(), says());
            let mean = f64::midpoint(one, other);
            all.push(ScoredForecast {
                issued: date(session),
                resolved: date(session + 2),
                symbol: symbol.parse().unwrap(),
                row: Regime::ALL[session / 50 % 5],
                won,
                net_r: if won { 1.0 } else { -1.0 },
                uniqueness: 0.5,
                taken: false,
                members: vec![Some(one), Some(other)],
                raw: vec![Some(one), None],
                consensus: mean,
                equal_weight: mean,
                row_rate: 0.5,
            });
        }
    }
    all
}

/// Independent returns of about this mean and deviation.
pub(crate) fn noise(n: usize, mean: f64, deviation: f64, seed: u64) -> Vec<f64> {
    let mut chance = Chance::numbered(seed, 1);
    let mut normal = || (0..12).map(|_| chance.uniform()).sum::<f64>() - 6.0;
    (0..n).map(|_| mean + deviation * normal()).collect()
}
