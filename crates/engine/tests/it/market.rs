//! Small seeded markets with visible knobs, and a way to run the engine over them.

use tradebot_brackets::CostModel;
use tradebot_domain::{Bar, Currency, Decimal, Exchange, Feed, Moment, Money, SessionData, Symbol};
use tradebot_engine::config::Training;
use tradebot_engine::{Engine, EngineConfig, Silent};
use tradebot_journal::{DecisionRecord, Event, MemoryLedger, RiskRecord, SnapshotRecord, Verdict};
use tradebot_policy::{Limits, Policy};

/// A market that can be scripted session by session.
pub(crate) struct Market {
    pub(crate) sessions: Vec<SessionData>,
}

impl Market {
    /// `symbols` random walks of 1 % a day with the drift given, and an index, from 2003 on.
    pub(crate) fn random(symbols: &[&str], sessions: usize, drift: f64, seed: u64) -> Self {
        let dates = Exchange::Xnys
            .sessions("2003-01-02".parse().unwrap(), "2012-12-31".parse().unwrap())
            .unwrap();
        let mut random = SplitMix(seed);
        let names: Vec<Symbol> = symbols.iter().map(|s| s.parse().unwrap()).collect();
        let mut closes = vec![100.0; names.len()];
        let mut index = 1000.0;
        let sessions = dates
            .into_iter()
            .take(sessions)
            .map(|session| SessionData {
                session: session.into(),
                bars: names
                    .iter()
                    .zip(&mut closes)
                    .map(|(s, close)| (*s, random.bar(session.into(), close, 0.01, drift)))
                    .collect(),
                actions: Vec::new(),
                index: Some(random.bar(session.into(), &mut index, 0.008, 0.0002)),
                vix_previous: None,
                missed: Vec::new(),
                listed: names.clone(),
                ended: Vec::new(),
            })
            .collect();
        Self { sessions }
    }

    /// The bar of a symbol on the session with this number.
    pub(crate) fn bar(&mut self, session: usize, symbol: &str) -> &mut Bar {
        let bars = &mut self.sessions[session].bars;
        &mut bars.iter_mut().find(|(s, _)| s.as_str() == symbol).unwrap().1
    }

    /// Multiplies all prices of a symbol from a session on.
    pub(crate) fn shift(&mut self, from: usize, symbol: &str, factor: f64) {
        for session in from..self.sessions.len() {
            let bar = self.bar(session, symbol);
            let (open, high, low, close) = (bar.open, bar.high, bar.low, bar.close);
            *bar = Bar {
                open: cents(open * factor),
                high: cents(high * factor),
                low: cents(low * factor),
                close: cents(close * factor),
                ..*bar
            };
        }
    }

    pub(crate) fn date(&self, session: usize) -> Moment {
        self.sessions[session].session
    }
}

/// Uniform and normal-ish numbers without a library: the same on every machine.
pub(crate) struct SplitMix(pub(crate) u64);

impl SplitMix {
    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.next()).sum::<f64>() - 6.0
    }

    fn bar(&mut self, date: Moment, close: &mut f64, sigma: f64, drift: f64) -> Bar {
        let open = *close * (1.0 + 0.3 * sigma * self.normal());
        let end = open * (1.0 + drift + sigma * self.normal());
        let high = open.max(end) * (1.0 + 0.4 * sigma * self.next());
        let low = open.min(end) * (1.0 - 0.4 * sigma * self.next());
        *close = cents(end);
        let volume = (1_000_000.0 * (0.5 + self.next())).floor();
        Bar {
            date,
            open: cents(open),
            high: cents(high) + 0.01,
            low: cents(low) - 0.01,
            close: *close,
            volume,
        }
    }
}

fn cents(x: f64) -> f64 {
    (x * 100.0).round() / 100.0
}

struct Scripted<'a>(std::slice::Iter<'a, SessionData>);

impl Feed for Scripted<'_> {
    fn next_session(&mut self) -> Option<SessionData> {
        self.0.next().cloned()
    }
}

/// What a run left behind.
pub(crate) struct Outcome {
    pub(crate) events: Vec<Event>,
    pub(crate) digest: String,
}

impl Outcome {
    pub(crate) fn decisions(&self) -> impl Iterator<Item = &DecisionRecord> {
        self.events.iter().filter_map(|e| match e {
            Event::Decision(d) => Some(&**d),
            _ => None,
        })
    }

    pub(crate) fn snapshots(&self) -> impl Iterator<Item = &SnapshotRecord> {
        self.events.iter().filter_map(|e| match e {
            Event::Snapshot(s) => Some(s),
            _ => None,
        })
    }

    pub(crate) fn risks(&self) -> impl Iterator<Item = &RiskRecord> {
        self.events.iter().filter_map(|e| match e {
            Event::Risk(r) => Some(r),
            _ => None,
        })
    }

    pub(crate) fn count(&self, kind: &str) -> usize {
        self.events.iter().filter(|e| e.kind() == kind).count()
    }

    pub(crate) fn trades_decided(&self) -> usize {
        self.decisions().filter(|d| matches!(d.verdict, Verdict::Trade { .. })).count()
    }
}

/// Limits as in a demo, with a knob for what a test is about.
pub(crate) fn config(market: &Market, change: impl FnOnce(&mut EngineConfig)) -> EngineConfig {
    let symbols: Vec<Symbol> = market.sessions[0].bars.iter().map(|(s, _)| *s).collect();
    let mut config = EngineConfig {
        from: market.date(0).date(),
        to: market.date(market.sessions.len() - 1).date(),
        symbols,
        sectors: std::collections::BTreeMap::new(),
        cash: Money(Decimal::from(100_000)),
        currency: Currency::Usd,
        seed: 1,
        costs: CostModel::default(),
        terms: None,
        limits: Limits::simulated(),
        policy: Policy::bundled(),
        training: Training { examples_min: 200, every_months: 2, ..Training::default() },
        ensemble: tradebot_ensemble::EnsembleConfig::default(),
        second_opinion: tradebot_engine::config::SecondOpinionView::default(),
        rearm_by_itself: true,
        durable_before_send: false,
        intraday: None,
        data_source: "synthetic".to_owned(),
        data_digest: "none".to_owned(),
    };
    change(&mut config);
    config
}

/// Runs the engine over the whole market.
pub(crate) fn run(market: &Market, change: impl FnOnce(&mut EngineConfig)) -> Outcome {
    let mut engine = Engine::new(config(market, change)).unwrap();
    let mut ledger = MemoryLedger::default();
    let mut feed = Scripted(market.sessions.iter());
    engine.begin(&mut ledger).unwrap();
    while let Some(session) = feed.next_session() {
        engine.run_session(&session, &mut ledger, &mut Silent).unwrap();
    }
    let finished = engine.finish(&mut ledger).unwrap();
    Outcome { events: ledger.events, digest: finished.digest }
}
