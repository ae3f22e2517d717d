//! A run in brief does what the same run in full detail does, whatever the market brings.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small random numbers become small counts"
)]

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use tradebot_brackets::CostModel;
use tradebot_domain::{
    ActionKind, Bar, CorporateAction, Date, Decimal, Feed, Money, SessionData, Span, Symbol,
};
use tradebot_engine::{
    Admission, BracketSpec, Engine, EngineConfig, Entry, Holding, Ruling, Silent, Strategy, Wish,
};
use tradebot_journal::{
    BriefFill, Event, Ledger, MemoryLedger, RunFinished, SnapshotRecord, SweepLedger, Verdict,
};

use crate::market::SplitMix;

/// Stop and target near enough to be met, a stop that trails, and a time limit.
const NEAR: BracketSpec = BracketSpec {
    atr_multiplier: 1.5,
    r_multiple: 1.5,
    stop_min: 0.001,
    stop_max: 0.3,
    max_holding_sessions: 4,
    trailing_atr: Some(2.0),
};

/// Wishes at random, and writes down what it was shown.
struct Dice {
    random: SplitMix,
    seen: Arc<Mutex<Vec<(Bar, Holding)>>>,
}

impl Strategy for Dice {
    fn on_bar(&mut self, bar: &Bar, holding: &Holding) -> Wish {
        self.seen.lock().unwrap().push((*bar, *holding));
        let shares = 1 + (self.random.next() * 8.0) as u64;
        let entry = Entry::shares(shares);
        match (self.random.next() * 20.0) as u32 {
            0..3 => Wish::Enter(entry),
            3 => Wish::Enter(Entry::equity(0.003)),
            4 => Wish::Enter(Entry::shares(20 * shares).protected(0.02 * bar.close, NEAR)),
            5 => Wish::Exit,
            _ => Wish::Stay,
        }
    }
}

/// One symbol's way through the sessions.
struct Path {
    symbol: Symbol,
    random: SplitMix,
    price: f64,
    first: usize,
    last: usize,
    missed: u32,
    /// Now and then a sound bar far from the others, which a gate refuses.
    wild: bool,
}

impl Path {
    fn new(at: usize, seed: u64, sessions: usize, wild: bool) -> Self {
        let mut random = SplitMix(seed ^ ((at as u64 + 1) << 40));
        let symbol = Symbol::new(["AAA", "BBB", "CCC", "DDD"][at]).unwrap();
        // Some begin late, some end early; the first one is there from the start.
        let first = if at == 0 { 0 } else { (random.next() * 20.0) as usize };
        let last = sessions - 1 - (random.next() * 0.5 * sessions as f64) as usize;
        Self { symbol, random, price: 100.0, first, last, missed: 0, wild }
    }

    fn happens(&mut self, percent: f64) -> bool {
        self.random.next() * 100.0 < percent
    }

    fn session(&mut self, at: usize, data: &mut SessionData) {
        if at == self.last + 1 {
            data.ended.push(self.symbol);
        }
        if at < self.first || at > self.last {
            return;
        }
        data.listed.push(self.symbol);
        if self.happens(2.0) {
            let ratio = [Decimal::TWO, Decimal::new(5, 1), Decimal::new(15, 1), Decimal::new(1, 1)]
                [(self.random.next() * 4.0) as usize];
            self.price /= Money(ratio).to_f64();
            self.act(data, ActionKind::Split { ratio });
        }
        if self.happens(2.0) {
            let amount = Decimal::new((1.0 + self.random.next() * 90.0) as i64, 2);
            self.act(data, ActionKind::Dividend { amount });
        }
        if self.happens(3.0) {
            self.missed += 1;
            data.missed.push((self.symbol, self.missed));
            return;
        }
        let missed = std::mem::take(&mut self.missed);
        if missed > 0 {
            data.missed.push((self.symbol, missed));
        }
        let bar = self.bar(data.session.date());
        data.bars.push((self.symbol, bar));
    }

    fn act(&mut self, data: &mut SessionData, kind: ActionKind) {
        let ex_date = data.session.date();
        data.actions.push((self.symbol, CorporateAction { ex_date, kind }));
    }

    /// Now and then one that no gate lets pass.
    fn bar(&mut self, date: Date) -> Bar {
        let cents = |x: f64| ((x * 100.0).round() / 100.0).max(0.01);
        let mut step = |sigma: f64| 1.0 + sigma * (self.random.next() - 0.5);
        let open = cents(self.price * step(0.03));
        let close = cents(open * step(0.06));
        let high = cents(open.max(close) * (1.0 + 0.02 * self.random.next()));
        let low = cents(open.min(close) * (1.0 - 0.02 * self.random.next()));
        let volume = (40_000.0 * self.random.next()).floor();
        self.price = close;
        let bar = Bar { date: date.into(), open, high, low, close, volume };
        if self.wild && self.happens(2.0) {
            return Bar { volume, ..bar.scaled(4.0) };
        }
        if !self.happens(3.0) {
            return bar;
        }
        match (self.random.next() * 3.0) as u32 {
            0 => Bar { close: f64::NAN, ..bar },
            1 => Bar { high: low - 0.01, ..bar },
            _ => Bar { open: 0.0, ..bar },
        }
    }
}

fn history(symbols: usize, sessions: usize, seed: u64, wild: bool) -> Vec<SessionData> {
    let mut paths: Vec<Path> = (0..symbols).map(|at| Path::new(at, seed, sessions, wild)).collect();
    let first: Date = "2004-02-02".parse().unwrap();
    let one = |at: usize| {
        let mut data =
            SessionData::empty((first + Span::new().days(i32::try_from(at).unwrap())).into());
        for path in &mut paths {
            path.session(at, &mut data);
        }
        data
    };
    (0..sessions).map(one).collect()
}

struct Scripted<'a>(std::slice::Iter<'a, SessionData>);

impl Feed for Scripted<'_> {
    fn next_session(&mut self) -> Option<SessionData> {
        self.0.next().cloned()
    }
}

/// What is asked of one pair of runs.
#[derive(Debug, Clone, Copy)]
struct Case {
    symbols: usize,
    sessions: usize,
    seed: u64,
    admission: Admission,
    drawdown_max: f64,
}

/// Bars and holdings as the strategies saw them, to the bit.
type Seen = Vec<(String, Holding)>;

impl Case {
    /// How the run ended, what was shown, and how much of that before the run.
    fn run(&self, market: &[SessionData], ledger: &mut dyn Ledger) -> (RunFinished, Seen, usize) {
        let names = ["AAA", "BBB", "CCC", "DDD"][..self.symbols].iter();
        let symbols = names.map(|s| Symbol::new(s).unwrap()).collect();
        let span = (market[0].session.date(), market[market.len() - 1].session.date());
        let mut config = EngineConfig::simulated(span, symbols, Money(Decimal::from(100_000)));
        config.costs = CostModel { half_spread_bps: 10.0, ..CostModel::FREE };
        config.limits.drawdown_max = self.drawdown_max;
        config.limits.rearm_sessions = 7;
        let ruling = Ruling { admission: self.admission, ..Ruling::new("dice").unwrap() };
        let seen = Arc::new(Mutex::new(Vec::new()));
        let mut next = self.seed;
        let mut engine = Engine::with_strategy(config, ruling, &mut |_| {
            next = next.wrapping_add(17);
            Box::new(Dice { random: SplitMix(next), seen: Arc::clone(&seen) })
        })
        .unwrap();
        // The first sessions are a warm-up.
        for session in &market[..5] {
            engine.observe(session);
        }
        let before = seen.lock().unwrap().len();
        let finished = engine.run(&mut Scripted(market[5..].iter()), ledger, &mut Silent).unwrap();
        drop(engine);
        let seen = Arc::into_inner(seen).unwrap().into_inner().unwrap();
        let seen = seen.into_iter().map(|(bar, holding)| (format!("{bar:?}"), holding));
        (finished, seen.collect(), before)
    }
}

fn snapshots(ledger: &MemoryLedger) -> Vec<&SnapshotRecord> {
    let all = ledger.events.iter();
    all.filter_map(|e| if let Event::Snapshot(s) = e { Some(s) } else { None }).collect()
}

fn fills(ledger: &MemoryLedger) -> Vec<BriefFill> {
    let brief = |e: &Event| match e {
        Event::Fill(f) => Some(BriefFill {
            session: f.session,
            symbol: f.symbol,
            role: f.role,
            shares: f.shares,
            price: f.price,
            costs: f.commission + f.spread_cost + f.slippage_cost,
            cash_after: f.cash_after,
        }),
        _ => None,
    };
    ledger.events.iter().filter_map(brief).collect()
}

/// Events that have no line in brief come whole in both; but the warnings of a review are among
/// its checks, which a run in brief does not record.
fn events(all: &[Event]) -> Vec<&Event> {
    let whole = |e: &&Event| match e {
        Event::Risk(risk) => !risk.event.ends_with("_warning"),
        other => other.kind() == "action_applied",
    };
    all.iter().filter(whole).collect()
}

/// Cycles of this record in which the strategy was shown nothing.
fn not_shown(event: &Event) -> u64 {
    match event {
        Event::Idle(idle) if idle.reason == "no_bar" => idle.count,
        Event::Decision(decision) => match &decision.verdict {
            Verdict::NoTrade { reason, .. } => u64::from(reason == "gate_refused"),
            Verdict::Trade { .. } => 0,
        },
        _ => 0,
    }
}

/// The same in brief and in full; returns how many fills there were.
fn agree(case: Case) -> Result<usize, TestCaseError> {
    let market = history(case.symbols, case.sessions, case.seed, true);
    let (mut full, mut brief) = (MemoryLedger::default(), SweepLedger::default());
    let (in_full, seen_in_full, before) = case.run(&market, &mut full);
    let (in_brief, seen_in_brief, _) = case.run(&market, &mut brief);
    let shown = (seen_in_full.len() - before) as u64;

    prop_assert_eq!(seen_in_brief, seen_in_full, "bars and holdings");
    prop_assert_eq!(&brief.fills, &fills(&full));
    prop_assert_eq!(in_brief.final_equity, in_full.final_equity);
    prop_assert_eq!(in_brief.trades, in_full.trades);
    prop_assert_eq!(in_brief.decisions, in_full.decisions);

    let snapshots = snapshots(&full);
    prop_assert_eq!(snapshots.len(), brief.equity.len());
    let mut peak = 100_000.0_f64;
    for (snapshot, equity) in snapshots.iter().zip(&brief.equity) {
        let exact = snapshot.equity.to_f64();
        prop_assert!((equity - exact).abs() < 1e-9 * exact, "{} {equity}", snapshot.session);
        let rearmed = snapshot.drawdown == 0.0 && snapshot.peak == snapshot.equity;
        peak = if rearmed { exact } else { peak.max(exact) };
        let drawdown = 1.0 - equity / peak;
        prop_assert!((drawdown - snapshot.drawdown).abs() < 1e-9, "{}", snapshot.session);
    }

    prop_assert_eq!(events(&brief.events), events(&full.events));
    let kept_back: u64 = full.events.iter().map(not_shown).sum();
    prop_assert_eq!(shown + kept_back, in_full.decisions, "only what was admitted is shown");
    let count = |kind: &str| full.events.iter().filter(|e| e.kind() == kind).count() as u64;
    prop_assert_eq!(brief.intents, count("intent"));
    prop_assert_eq!(brief.closed, count("trade_closed"));
    let idle = |e: &Event| if let Event::Idle(i) = e { i.count } else { 0 };
    prop_assert_eq!(brief.idle, full.events.iter().map(idle).sum::<u64>());
    prop_assert_eq!(brief.stretches, count("idle"));
    Ok(brief.fills.len())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_run_in_brief_is_the_run_in_full(
        symbols in 1_usize..=4, sessions in 30_usize..160, seed in any::<u64>(),
        gated in any::<bool>(), stops_early in any::<bool>(),
    ) {
        let admission = if gated { Admission::Gate } else { Admission::Shape };
        let drawdown_max = if stops_early { 0.01 } else { 0.2 };
        agree(Case { symbols, sessions, seed, admission, drawdown_max })?;
    }
}

#[test]
fn the_histories_have_what_the_law_is_about() {
    let (mut filled, mut kinds) = (0, std::collections::BTreeSet::new());
    for seed in 0..16 {
        let case = Case {
            symbols: 3,
            sessions: 150,
            seed,
            admission: Admission::Shape,
            drawdown_max: if seed % 2 == 0 { 0.01 } else { 0.2 },
        };
        filled += agree(case).unwrap();
        let mut full = MemoryLedger::default();
        case.run(&history(3, 150, seed, true), &mut full);
        kinds.extend(full.events.iter().filter_map(|e| match e {
            Event::TradeClosed(trade) => Some(format!("{:?}", trade.reason)),
            Event::Risk(risk) => Some(risk.event.clone()),
            Event::Order(order) => Some(format!("{:?}", order.state)),
            Event::ActionApplied(_) => Some("action".to_owned()),
            _ => None,
        }));
    }
    assert!(filled > 150, "{filled}");
    let wanted = [
        "Reversal",
        "Stop",
        "Target",
        "Time",
        "EndOfData",
        "Flatten",
        "drawdown_stop",
        "rearmed",
        "Expired",
        "action",
    ];
    for kind in wanted {
        assert!(kinds.contains(kind), "{kind} in {kinds:?}");
    }
}
