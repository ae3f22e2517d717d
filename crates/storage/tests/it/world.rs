//! A small made-up run: what an engine would write, as a function of the session's number.

use tradebot_domain::{
    Bar, CorporateAction, Currency, MemberId, Moment, Money, Price, Regime, Shares, Symbol,
    Timestamp,
};
use tradebot_journal::*;

pub(crate) const MEMBERS: [&str; 6] =
    ["trend", "mean_reversion", "momentum", "logistic", "naive_bayes", "forest"];
pub(crate) const SYMBOLS: [&str; 4] = ["AAPL", "GOOG", "IBM", "MSFT"];

pub(crate) fn now() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

pub(crate) fn session(i: u32) -> Moment {
    let first = jiff::civil::date(2000, 1, 3);
    first.checked_add(jiff::Span::new().days(i64::from(i))).unwrap().into()
}

pub(crate) fn symbol(name: &str) -> Symbol {
    Symbol::new(name).unwrap()
}

pub(crate) fn price(text: &str) -> Price {
    Price::new(text.parse().unwrap()).unwrap()
}

pub(crate) fn money(text: &str) -> Money {
    Money(text.parse().unwrap())
}

/// What the run is given; `seed` tells runs apart.
pub(crate) fn start(seed: u64) -> RunStarted {
    RunStarted {
        from: session(0).date(),
        to: session(4_000).date(),
        symbols: SYMBOLS.map(symbol).to_vec(),
        cash: money("10000.00"),
        currency: Currency::Usd,
        seed,
        config_digest: "c0ffee".to_owned(),
        data_digest: "da7a".to_owned(),
        feature_set: "v1".to_owned(),
        feature_names: (0..33).map(|i| format!("feature_{i}")).collect(),
        members: MEMBERS.map(|m| MemberId::new(m).unwrap()).to_vec(),
        warm_start: None,
    }
}

/// A fraction that looks random and needs all its digits.
pub(crate) fn noise(i: u32, j: u32) -> f64 {
    let x = f64::from(i.wrapping_mul(2_654_435_761) ^ j.wrapping_mul(40_503)) / f64::from(u32::MAX);
    0.05 + 0.9 * x
}

fn bracket() -> BracketRecord {
    BracketRecord {
        entry_limit: price("100.40"),
        stop: price("98.00"),
        target: price("104.00"),
        max_holding_sessions: 20,
        atr: 1.0 + 1.0 / 3.0,
        atr_multiplier: 1.5,
        r_multiple: 2.0,
        trailing_atr: None,
        stop_scale: None,
        management: None,
    }
}

pub(crate) fn decision(i: u32, s: u32) -> DecisionRecord {
    let opinions: Vec<OpinionRecord> = (0_u32..)
        .zip(MEMBERS)
        .map(|(m, name)| OpinionRecord {
            member: MemberId::new(name).unwrap(),
            raw: (m != 1).then(|| noise(i, 10 + m)),
            mean: if m == 1 { 0.0 } else { noise(i, 20 + m) },
            lo: noise(i, 30 + m),
            hi: noise(i, 40 + m),
            n: noise(i, 50 + m) * 100.0,
            weight: if m == 1 { 0.0 } else { 0.2 },
        })
        .collect();
    let id = DecisionId { session: session(i), symbol: symbol(SYMBOLS[s as usize]) };
    let trades = s == 0 && i.is_multiple_of(8);
    DecisionRecord {
        id,
        close: Some(100.0 + noise(i, s)),
        quality: QualityRecord {
            score: 0.95,
            level: "excellent".to_owned(),
            admitted: true,
            violations: vec![ViolationRecord {
                check: "zero_volume".to_owned(),
                detail: "volume 0".to_owned(),
                refused: false,
            }],
            source: "bundle".to_owned(),
            bar_digest: "0123456789abcdef".to_owned(),
            adjustment: 1.0,
        },
        row: Regime::ALL[(i % 5) as usize],
        vix_is_proxy: Some(i.is_multiple_of(2)),
        features: (0..33).map(|f| noise(i, 100 * s + f) - 0.5).collect(),
        bracket: Some(bracket()),
        opinions,
        consensus: Some(ConsensusRecord {
            mean: noise(i, 1),
            lo: noise(i, 2),
            hi: noise(i, 3),
            equal_weight: noise(i, 4),
            disagreement: noise(i, 5),
            row_rate: 0.47,
            row_lo: 0.44,
            row_n: 120.5,
            mean_win: 1.7,
            mean_loss: 0.9,
            break_even: 0.346,
            edge_wanted: 0.02,
            skill_shown: false,
        }),
        sizing: (0..4)
            .map(|k| SizingStep {
                step: "kelly".to_owned(),
                before: noise(i, 60 + k),
                after: noise(i, 70 + k),
                note: "multiplier 0.25 of the full fraction".to_owned(),
            })
            .collect(),
        checks: (0..8)
            .map(|k| CheckRecord {
                limit: format!("limit_{k}"),
                asked: noise(i, 80 + k),
                allowed: 1.0,
                passed: true,
                warns: false,
            })
            .collect(),
        verdict: if trades {
            Verdict::Trade {
                intent_id: format!("i{i}"),
                shares: Shares(10),
                basis: SizeBasis::Drift,
                risk: money("24.00"),
            }
        } else {
            Verdict::NoTrade {
                reason: if s == 1 { "already_held" } else { "below_break_even" }.to_owned(),
                detail: "0.41 is below 0.47 + 0.02".to_owned(),
            }
        },
    }
}

fn order(i: u32, of: u32, role: OrderRole, state: OrderState) -> Event {
    Event::Order(OrderRecord {
        session: session(i),
        order_id: format!("i{of}/{}", role.name()),
        intent_id: format!("i{of}"),
        symbol: symbol(SYMBOLS[0]),
        role,
        state,
        shares: Shares(10),
        price: Some(price("100.40")),
        note: String::new(),
    })
}

fn fill(i: u32, of: u32, role: OrderRole) -> Event {
    Event::Fill(FillRecord {
        session: session(i),
        fill_id: format!("f{of}/{}", role.name()),
        order_id: format!("i{of}/{}", role.name()),
        symbol: symbol(SYMBOLS[0]),
        role,
        shares: Shares(10),
        price: price("100.10"),
        commission: money("0.0350"),
        spread_cost: money("0.4004"),
        slippage_cost: money("0.5005"),
        cash_after: money("8998.0641"),
        kinds: None,
        exchange_rate: None,
    })
}

/// The trade decided on in session `8 k` is entered in the next session and left in the third.
fn trading(i: u32) -> Vec<Event> {
    match i % 8 {
        1 => vec![
            order(i, i - 1, OrderRole::Entry, OrderState::Filled),
            fill(i, i - 1, OrderRole::Entry),
            order(i, i - 1, OrderRole::Stop, OrderState::Working),
        ],
        2 => vec![Event::ActionApplied(ActionApplied {
            session: session(i),
            symbol: symbol(SYMBOLS[0]),
            action: CorporateAction {
                ex_date: session(i).date(),
                kind: tradebot_domain::ActionKind::Dividend { amount: "0.25".parse().unwrap() },
            },
            shares_before: Shares(10),
            shares_after: Shares(10),
            cash: money("2.50"),
            stop: price("97.75"),
            target: price("104.00"),
        })],
        3 => vec![
            order(i, i - 3, OrderRole::Stop, OrderState::Filled),
            fill(i, i - 3, OrderRole::Stop),
            closed(i),
        ],
        _ => Vec::new(),
    }
}

fn closed(i: u32) -> Event {
    Event::TradeClosed(TradeRecord {
        decision: DecisionId { session: session(i - 3), symbol: symbol(SYMBOLS[0]) },
        intent_id: format!("i{}", i - 3),
        symbol: symbol(SYMBOLS[0]),
        row: Regime::ALL[((i - 3) % 5) as usize],
        basis: SizeBasis::Drift,
        entry_session: session(i - 2),
        entry_price: price("100.10"),
        exit_session: session(i),
        exit_price: price("97.75"),
        entry_shares: Shares(10),
        exit_shares: Shares(10),
        reason: ExitReason::Stop,
        ambiguous: false,
        sessions_held: 3,
        gross: money("-23.50"),
        dividends: money("2.50"),
        costs: money("1.87"),
        net: money("-22.87"),
        planned_risk: money("24.00"),
        r_multiple: -22.87 / 24.0,
        kinds: None,
        bounds: None,
        traded: None,
        reach: None,
    })
}

fn outcomes(i: u32) -> Vec<Event> {
    if i < 4 {
        return Vec::new();
    }
    (0..4)
        .map(|s| {
            let d = decision(i - 4, s);
            Event::Outcome(OutcomeRecord {
                id: d.id,
                row: d.row,
                resolved: session(i),
                won: (s != 3).then_some(noise(i, s) > 0.5),
                net_r: noise(i, s) - 0.5,
                uniqueness: 0.25,
                reason: Some(ExitReason::Time),
                sessions: 3,
                taken: s == 0,
                ambiguous: false,
            })
        })
        .collect()
}

fn learned(i: u32) -> Event {
    Event::Learned(LearnedRecord {
        session: session(i),
        outcomes: 3,
        members: MEMBERS
            .iter()
            .map(|m| MemberLearned {
                member: MemberId::new(m).unwrap(),
                weight: 1.0 / 6.0,
                scored: f64::from(i),
                brier: 0.24,
                brier_raw: 0.27,
                brier_60: 0.25,
            })
            .collect(),
        rows: vec![RowLearned {
            row: Regime::ALL[(i % 5) as usize],
            n: f64::from(i),
            rate: 0.47,
            rate_lo: 0.45,
            mean_win: 1.5,
            mean_loss: 0.9,
            break_even: 0.375,
        }],
        consensus_brier: 0.24,
        equal_weight_brier: 0.245,
        base_brier: 0.25,
        skill_sessions: i,
        skill_lower: -0.01,
    })
}

pub(crate) fn regime(i: u32) -> RegimeRecord {
    RegimeRecord {
        session: session(i),
        regime: Regime::ALL[(i % 5) as usize],
        confidence: 0.75,
        severity: 1,
        trending: true,
        direction: -1,
        strength: 0.5,
        adx: 25.0,
        atr_percentile: 0.4,
        vix: 18.25,
        vix_is_proxy: false,
        age: i,
        transition_probability: 0.1,
        second_opinion: None,
        outlook: None,
    }
}

fn intent(i: u32) -> Vec<Event> {
    if !i.is_multiple_of(8) {
        return Vec::new();
    }
    let id = decision(i, 0).id;
    vec![
        Event::Intent(IntentRecord {
            intent_id: format!("i{i}"),
            session: id.session,
            decision: id,
            symbol: id.symbol,
            shares: Shares(10),
            bracket: bracket(),
            row: Regime::ALL[(i % 5) as usize],
            basis: SizeBasis::Drift,
            planned_risk: money("24.00"),
            notional: money("1004.00"),
        }),
        order(i, i, OrderRole::Entry, OrderState::Working),
    ]
}

pub(crate) fn snapshot(i: u32) -> SnapshotRecord {
    let held = matches!(i % 8, 1 | 2);
    let of = i - i % 8;
    let position = PositionRecord {
        symbol: symbol(SYMBOLS[0]),
        intent_id: format!("i{of}"),
        entry_session: session(of + 1),
        entry_price: price("100.10"),
        shares: Shares(10),
        stop: price("98.00"),
        target: price("104.00"),
        mark: price("100.55"),
        value: money("1005.50"),
        unrealised: money("3.57"),
        sessions_held: i % 8,
        basis: SizeBasis::Drift,
    };
    SnapshotRecord {
        session: session(i),
        cash: money("9000.00"),
        equity: money("10005.50"),
        peak: money("10100.00"),
        drawdown: 1.0 - 10005.5 / 10100.0,
        day_return: noise(i, 7) / 100.0,
        heat: 0.01,
        gross: 0.1,
        stopped: false,
        benchmark: 10_250.0,
        positions: if held { vec![position] } else { Vec::new() },
    }
}

pub(crate) fn bars(i: u32) -> Vec<(Symbol, Bar)> {
    (0_u32..)
        .zip(SYMBOLS)
        .map(|(s, name)| {
            let close = 100.0 + noise(i, s);
            let bar = Bar {
                date: session(i),
                open: close - 0.1,
                high: close + 0.3,
                low: close - 0.7,
                close,
                volume: 1e6,
            };
            (symbol(name), bar)
        })
        .collect()
}

/// Everything of session `i`, in the order in which an engine writes it.
pub(crate) fn session_events(i: u32) -> Vec<Event> {
    let mut events = trading(i);
    events.extend(outcomes(i));
    events.push(learned(i));
    if i.is_multiple_of(21) {
        events.push(Event::ModelFitted(fit(i)));
    }
    events.push(Event::Regime(regime(i)));
    events.extend((0..4).map(|s| Event::Decision(Box::new(decision(i, s)))));
    events.extend(intent(i));
    if i.is_multiple_of(50) {
        events.push(Event::Risk(RiskRecord {
            session: session(i),
            event: "daily_loss".to_owned(),
            symbol: None,
            value: 0.031,
            limit: 0.03,
            detail: "entries wait".to_owned(),
        }));
    }
    events.push(Event::Snapshot(snapshot(i)));
    events
}

pub(crate) fn fit(i: u32) -> FitRecord {
    FitRecord {
        session: session(i),
        member: MemberId::new("forest").unwrap(),
        examples: i,
        first_example: session(0).date(),
        last_example: session(i).date(),
        base_rate: 0.47,
        training_digest: format!("training-{i}"),
        model_digest: "m".to_owned(),
        artefact: vec![u8::try_from(i % 251).unwrap(); 4_096],
        card: "forest of 60 trees".to_owned(),
    }
}

pub(crate) fn finished(cycles: u32, digest: String) -> Event {
    Event::RunFinished(RunFinished {
        cycles,
        decisions: u64::from(cycles) * 4,
        trades: cycles / 8,
        final_equity: money("10005.50"),
        digest,
    })
}

/// Writes sessions `from..to` and commits each; the start too, when `from` is 0.
pub(crate) fn write_sessions(ledger: &mut dyn Ledger, seed: u64, from: u32, to: u32) {
    if from == 0 {
        ledger.append(&Event::RunStarted(start(seed))).unwrap();
    }
    for i in from..to {
        for event in session_events(i) {
            ledger.append(&event).unwrap();
        }
        ledger.commit(false).unwrap();
    }
}

/// A whole run of `cycles` sessions.
pub(crate) fn write_run(ledger: &mut dyn Ledger, seed: u64, cycles: u32) {
    write_sessions(ledger, seed, 0, cycles);
    let digest = ledger.digest();
    ledger.append(&finished(cycles, digest)).unwrap();
    ledger.commit(true).unwrap();
}
