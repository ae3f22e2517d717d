//! A made-up run with visible defaults, for tests: every kind of record is in it.

use std::collections::BTreeMap;

use tradebot_backtest::bootstrap::Chance;
use tradebot_backtest::{
    Assessment, AssessmentConfig, PricePoint, RunResult, ScoredForecast, Timing, assess_with,
};
use tradebot_domain::{
    Currency, Date, MemberId, Moment, Money, Price, Regime, Shares, Span, Symbol,
};
use tradebot_journal::{
    DecisionId, ExitReason, FitRecord, LearnedRecord, MemberLearned, PositionRecord, RegimeRecord,
    RiskRecord, RowLearned, RunFinished, RunStarted, SizeBasis, SnapshotRecord, TradeRecord,
};

const MEMBERS: [&str; 6] =
    ["trend", "mean_reversion", "momentum", "logistic", "naive_bayes", "forest"];

/// What a made-up run is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MadeUp {
    /// Weekdays from 2000-03-01.
    pub(crate) sessions: usize,
    /// What is traded.
    pub(crate) symbols: &'static [&'static str],
    /// A symbol closes a trade about every so many sessions; 0 for never.
    pub(crate) trade_every: usize,
    /// It ended by itself.
    pub(crate) finished: bool,
    /// Seed of all draws.
    pub(crate) seed: u64,
}

impl Default for MadeUp {
    fn default() -> Self {
        Self { sessions: 400, symbols: &["AAPL", "IBM"], trade_every: 20, finished: true, seed: 7 }
    }
}

/// The assessment with few replicates, since tests do not look at its numbers.
pub(crate) fn assessed(result: &RunResult) -> Assessment {
    assess_with(result, AssessmentConfig { replications: 40, ..AssessmentConfig::of(result) })
}

impl MadeUp {
    /// The run.
    pub(crate) fn run(&self) -> RunResult {
        let dates = weekdays(self.sessions);
        let symbols: Vec<Symbol> = self.symbols.iter().map(|s| s.parse().unwrap()).collect();
        let prices: BTreeMap<Symbol, Vec<PricePoint>> = symbols
            .iter()
            .enumerate()
            .map(|(k, symbol)| (*symbol, self.prices(&dates, k as u64)))
            .collect();
        let trades = self.trades(&prices);
        let regimes = self.regimes(&dates);
        let snapshots = self.snapshots(&dates, &symbols);
        let finished = self.finished.then(|| RunFinished {
            cycles: u32::try_from(dates.len()).unwrap(),
            decisions: (dates.len() * symbols.len()) as u64,
            trades: u32::try_from(trades.len()).unwrap(),
            final_equity: snapshots.last().map_or(money(100_000.0), |s| s.equity),
            digest: "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef".to_owned(),
        });
        RunResult {
            run_id: "demo-0001".to_owned(),
            mode: "demo".to_owned(),
            started: started(&dates, symbols.clone()),
            finished,
            forecasts: self.forecasts(&dates, &symbols, &regimes),
            learned: self.learned(&dates),
            fits: fits(&dates),
            risk_events: risk_events(&dates),
            no_trade: no_trade(dates.len() as u64),
            timings: timings(dates.len() as u64),
            snapshots,
            trades,
            regimes,
            prices,
        }
    }

    fn prices(&self, dates: &[Moment], number: u64) -> Vec<PricePoint> {
        let mut chance = Chance::numbered(self.seed, 100 + number);
        let (mut close, mut factor) = (60.0 + 20.0 * number as f64, 1.0);
        let mut points = Vec::new();
        for (index, session) in dates.iter().enumerate() {
            close *= 1.0 + 0.000_6 + 0.021 * normal(&mut chance);
            if index == dates.len() / 2 && number == 0 {
                factor = 2.0;
            }
            points.push(PricePoint { session: *session, close, factor });
        }
        points
    }

    fn trades(&self, prices: &BTreeMap<Symbol, Vec<PricePoint>>) -> Vec<TradeRecord> {
        let mut chance = Chance::numbered(self.seed, 2);
        let mut trades = Vec::new();
        if self.trade_every == 0 {
            return trades;
        }
        for (symbol, points) in prices {
            let mut at = 60;
            while at < points.len() {
                let entry = at + chance.below(self.trade_every);
                let exit = entry + 1 + chance.below(8);
                if exit >= points.len() {
                    break;
                }
                trades.push(trade(*symbol, &points[entry], &points[exit], entry, exit));
                at = exit;
            }
        }
        trades.sort_by_key(|t| (t.exit_session, t.symbol));
        trades
    }

    fn regimes(&self, dates: &[Moment]) -> Vec<RegimeRecord> {
        let mut chance = Chance::numbered(self.seed, 3);
        let (mut regime, mut age) = (Regime::ChoppyLowVol, 0);
        dates
            .iter()
            .skip(30)
            .map(|session| {
                if chance.uniform() < 0.06 {
                    (regime, age) = (Regime::ALL[chance.below(5)], 0);
                }
                age += 1;
                RegimeRecord {
                    session: *session,
                    regime,
                    confidence: 0.8,
                    severity: 1,
                    trending: true,
                    direction: 1,
                    strength: 0.5,
                    adx: 25.0,
                    atr_percentile: 0.5,
                    vix: 19.0,
                    vix_is_proxy: true,
                    age,
                    transition_probability: 0.2,
                    second_opinion: None,
                    outlook: None,
                }
            })
            .collect()
    }

    fn snapshots(&self, dates: &[Moment], symbols: &[Symbol]) -> Vec<SnapshotRecord> {
        let mut chance = Chance::numbered(self.seed, 4);
        let (mut equity, mut peak, mut benchmark) = (100_000.0, 100_000.0_f64, 100_000.0);
        let mut snapshots = Vec::new();
        for (index, session) in dates.iter().enumerate() {
            let market = normal(&mut chance);
            let day_return = if index < 60 {
                0.0
            } else {
                0.000_12 + 0.001_2 * market + 0.001_5 * normal(&mut chance)
            };
            equity *= 1.0 + day_return;
            peak = peak.max(equity);
            benchmark *= 1.0 + 0.000_5 + 0.014 * market;
            let held = index % 3 == 0 && !symbols.is_empty() && index > 60;
            snapshots.push(SnapshotRecord {
                session: *session,
                cash: money(equity * 0.8),
                equity: money(equity),
                peak: money(peak),
                drawdown: 1.0 - equity / peak,
                day_return,
                heat: 0.004,
                gross: 0.2,
                stopped: index % 700 == 699,
                benchmark,
                positions: if held { vec![position(symbols[0], *session)] } else { Vec::new() },
            });
        }
        snapshots
    }

    fn forecasts(
        &self,
        dates: &[Moment],
        symbols: &[Symbol],
        regimes: &[RegimeRecord],
    ) -> Vec<ScoredForecast> {
        let mut chance = Chance::numbered(self.seed, 5);
        let mut all = Vec::new();
        for (index, issued) in dates.iter().enumerate().skip(60) {
            let row = regimes[index - 30].regime;
            let base = [0.45, 0.53, 0.45, 0.53, 0.49][row.index()];
            for symbol in symbols {
                let Some(resolved) = dates.get(index + 4) else { continue };
                let truth: f64 = base + 0.05 * (2.0 * chance.uniform() - 1.0);
                let won = chance.uniform() < truth;
                let mut says = |spread: f64| {
                    (0.7 * truth + 0.3 * base + spread * normal(&mut chance)).clamp(0.02, 0.98)
                };
                let members: Vec<Option<f64>> = (0..MEMBERS.len())
                    .map(|k| (k != 5 || index > 250).then(|| says(0.015 + 0.02 * k as f64)))
                    .collect();
                let awake: Vec<f64> = members.iter().flatten().copied().collect();
                let equal_weight = awake.iter().sum::<f64>() / awake.len() as f64;
                all.push(ScoredForecast {
                    issued: *issued,
                    resolved: *resolved,
                    symbol: *symbol,
                    row,
                    won,
                    net_r: if won { 1.1 } else { -0.9 },
                    uniqueness: 0.25,
                    taken: index % 9 == 0,
                    raw: members.clone(),
                    consensus: f64::midpoint(equal_weight, says(0.01)),
                    members,
                    equal_weight,
                    row_rate: base,
                });
            }
        }
        all.sort_by_key(|f| (f.resolved, f.issued, f.symbol));
        all
    }

    fn learned(&self, dates: &[Moment]) -> Vec<LearnedRecord> {
        let mut chance = Chance::numbered(self.seed, 6);
        let mut weights = [1.0 / 6.0; 6];
        let mut records = Vec::new();
        for (index, session) in dates.iter().enumerate().skip(64) {
            for weight in &mut weights {
                *weight = (*weight * (1.0 + 0.02 * normal(&mut chance))).max(0.01);
            }
            let sum: f64 = weights.iter().sum();
            weights = weights.map(|w| w / sum);
            let row = Regime::ALL[index % 5];
            records.push(LearnedRecord {
                session: *session,
                outcomes: 2,
                members: MEMBERS.iter().zip(weights).map(|(m, w)| member_learned(m, w)).collect(),
                rows: vec![row_learned(row, index as f64 / 8.0)],
                consensus_brier: 0.247,
                equal_weight_brier: 0.2475,
                base_brier: 0.248,
                skill_sessions: u32::try_from(index - 64).unwrap(),
                skill_lower: -0.000_4,
            });
        }
        records
    }
}

/// Roughly normal, mean 0 and deviation 1.
fn normal(chance: &mut Chance) -> f64 {
    (0..12).map(|_| chance.uniform()).sum::<f64>() - 6.0
}

/// Weekdays from 2000-03-01.
pub(crate) fn weekdays(count: usize) -> Vec<Moment> {
    let mut date = Moment::constant(2000, 3, 1);
    let mut dates = Vec::new();
    while dates.len() < count {
        if date.date().weekday().to_monday_zero_offset() < 5 {
            dates.push(date);
        }
        date = date.date().checked_add(Span::new().days(1)).unwrap().into();
    }
    dates
}

pub(crate) fn money(value: f64) -> Money {
    Money::from_f64(value, 4).unwrap()
}

fn price(value: f64) -> Price {
    Price::new(money(value).0).unwrap()
}

fn trade(
    symbol: Symbol,
    entry: &PricePoint,
    exit: &PricePoint,
    from: usize,
    to: usize,
) -> TradeRecord {
    let (bought, sold) = (entry.close / entry.factor, exit.close / exit.factor);
    let gain = 100.0 * (exit.close / entry.close - 1.0) * bought;
    let risk = 100.0 * bought * 0.03;
    let reasons = [
        ExitReason::Stop,
        ExitReason::Target,
        ExitReason::Time,
        ExitReason::StopGap,
        ExitReason::TargetGap,
        ExitReason::Flatten,
    ];
    TradeRecord {
        decision: DecisionId { session: entry.session, symbol },
        intent_id: format!("{symbol}-{from}"),
        symbol,
        row: Regime::ALL[from % 5],
        basis: [SizeBasis::Explore, SizeBasis::Drift, SizeBasis::Explore, SizeBasis::Skill]
            [from % 4],
        entry_session: entry.session,
        entry_price: price(bought),
        exit_session: exit.session,
        exit_price: price(sold),
        entry_shares: Shares(100),
        exit_shares: Shares(100),
        reason: reasons[to % reasons.len()],
        ambiguous: from.is_multiple_of(31),
        sessions_held: u32::try_from(to - from + 1).unwrap(),
        gross: money(gain),
        dividends: Money::ZERO,
        costs: money(2.5),
        net: money(gain - 2.5),
        planned_risk: money(risk),
        r_multiple: (gain - 2.5) / risk,
        kinds: None,
        bounds: None,
        traded: None,
        reach: None,
    }
}

fn position(symbol: Symbol, session: Moment) -> PositionRecord {
    PositionRecord {
        symbol,
        intent_id: "open".to_owned(),
        entry_session: session,
        entry_price: price(100.0),
        shares: Shares(120),
        stop: price(96.5),
        target: price(107.0),
        mark: price(101.25),
        value: money(12_150.0),
        unrealised: money(147.5),
        sessions_held: 1,
        basis: SizeBasis::Drift,
    }
}

fn member_learned(member: &str, weight: f64) -> MemberLearned {
    MemberLearned {
        member: MemberId::new(member).unwrap(),
        weight,
        scored: 100.0,
        brier: 0.248,
        brier_raw: 0.27,
        brier_60: 0.246,
    }
}

fn row_learned(row: Regime, n: f64) -> RowLearned {
    RowLearned {
        row,
        n,
        rate: 0.49,
        rate_lo: 0.47,
        mean_win: 1.2,
        mean_loss: 0.9,
        break_even: 0.43,
    }
}

fn started(dates: &[Moment], symbols: Vec<Symbol>) -> RunStarted {
    let first = Date::constant(2000, 3, 1);
    RunStarted {
        from: first,
        to: dates.last().copied().unwrap_or(first.into()).date(),
        symbols,
        cash: money(100_000.0),
        currency: Currency::Usd,
        seed: 42,
        config_digest: "c0ffee18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef".into(),
        data_digest: "da7a0018a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef".into(),
        feature_set: "v1".to_owned(),
        feature_names: ["rsi_14", "return_20", "adx_14"].map(str::to_owned).to_vec(),
        members: MEMBERS.map(|name| MemberId::new(name).unwrap()).to_vec(),
        warm_start: None,
    }
}

/// A refit of three members about every month.
fn fits(dates: &[Moment]) -> Vec<FitRecord> {
    let mut fits = Vec::new();
    for index in (250..dates.len()).step_by(21) {
        for member in &MEMBERS[3..] {
            fits.push(FitRecord {
                session: dates[index],
                member: MemberId::new(member).unwrap(),
                examples: u32::try_from(index * 2).unwrap(),
                first_example: dates[30].date(),
                last_example: dates[index - 5].date(),
                base_rate: 0.48,
                training_digest: "7ea1".repeat(16),
                model_digest: "30de".repeat(16),
                artefact: Vec::new(),
                card: format!(
                    "{member}: a made-up card.\n\nInputs: 30 features.\nLimits: knows nothing.\n"
                ),
            });
        }
    }
    fits
}

/// Texts that would break a page which does not escape them, wherever a text can stand.
pub(crate) fn hostile() -> RunResult {
    let bad = || "</pre></td><script>alert(\"1\")</script><img src=x onerror='a()'>&".to_owned();
    let mut run = MadeUp { symbols: &["^GSPC", "A-B", "A.B"], ..MadeUp::default() }.run();
    run.run_id = bad();
    run.mode = bad();
    run.started.warm_start = Some(bad());
    run.started.config_digest = bad();
    run.started.data_digest = bad();
    run.started.feature_set = bad();
    run.started.feature_names = vec![bad()];
    run.no_trade.insert(bad(), 12);
    if let Some(finished) = &mut run.finished {
        finished.digest = bad();
    }
    for event in &mut run.risk_events {
        (event.event, event.detail) = (bad(), bad());
    }
    for fit in &mut run.fits {
        (fit.card, fit.training_digest, fit.model_digest) = (bad(), bad(), bad());
    }
    for timing in &mut run.timings {
        timing.phase = bad();
    }
    run
}

fn risk_events(dates: &[Moment]) -> Vec<RiskRecord> {
    let event = |(index, session): (usize, &Moment)| RiskRecord {
        session: *session,
        event: ["daily_loss", "drawdown_stop", "rearmed"][index % 3].to_owned(),
        symbol: None,
        value: [0.021, 0.103, 20.0][index % 3],
        limit: [0.02, 0.1, 20.0][index % 3],
        detail: "in words, with the numbers".to_owned(),
    };
    dates.iter().skip(200).step_by(300).enumerate().map(event).collect()
}

fn no_trade(sessions: u64) -> BTreeMap<String, u64> {
    [("below_break_even", 6), ("already_held", 3), ("not_warm", 1), ("correlation", 1)]
        .into_iter()
        .map(|(reason, times)| (reason.to_owned(), times * sessions / 4))
        .filter(|(_, n)| *n > 0)
        .collect()
}

fn timings(cycles: u64) -> Vec<Timing> {
    ["ingest", "gate", "features", "opine", "consensus", "risk", "execute", "learn"]
        .into_iter()
        .enumerate()
        .map(|(k, phase)| Timing {
            phase: phase.to_owned(),
            cycles,
            total_ms: cycles as f64 * 0.05 * (k + 1) as f64,
            p50_ms: 0.04 * (k + 1) as f64,
            p95_ms: 0.11 * (k + 1) as f64,
        })
        .collect()
}
