//! The questions of a market in the order of time, and what became of each.
//!
//! One question per symbol and session, as the product asks it: would a long position, opened at
//! the next open with the bracket of the session's policy row, end with a profit after costs?

use std::collections::BTreeSet;

use tradebot_brackets::{Bracket, BracketSpec, CostModel, ExitKind, Progress, Walk};
use tradebot_domain::{Bar, Date, Regime, Symbol, Tick};
use tradebot_features::{MarketContext, MarketFeatures, SymbolFeatures};
use tradebot_models::{VolatilityConfig, VolatilityForecaster};
use tradebot_policy::Policy;
use tradebot_regime::{RegimeConfig, RegimeDetector};

use crate::market::{Market, Vix};

/// Adjusted prices of long ago are small: a tick of a cent must not matter.
const PRICE_UNIT: f64 = 100.0;

pub(crate) struct Stream {
    /// By session, then by symbol.
    pub(crate) asked: Vec<Asked>,
    pub(crate) sessions: Vec<Session>,
}

pub(crate) struct Session {
    pub(crate) date: Date,
    /// Symbols with a bar.
    pub(crate) symbols: u32,
    /// Questions asked on its close.
    pub(crate) asked: std::ops::Range<usize>,
    /// Questions that were answered in it.
    pub(crate) ended: Vec<usize>,
}

pub(crate) struct Asked {
    /// Index of its session.
    pub(crate) session: usize,
    pub(crate) date: Date,
    pub(crate) symbol: Symbol,
    pub(crate) row: Regime,
    pub(crate) features: Vec<f64>,
    /// Probabilities that the index moves more than in its median year, and by more than 2 %.
    pub(crate) outlook: Option<(f64, f64)>,
    /// None when it was not entered or the data ended first.
    pub(crate) ended: Option<Ended>,
}

#[derive(Clone, Copy)]
pub(crate) struct Ended {
    pub(crate) net_r: f64,
    pub(crate) uniqueness: f64,
}

impl Ended {
    pub(crate) fn won(&self) -> bool {
        self.net_r > 0.0
    }
}

/// One symbol on its way.
struct Lane<'a> {
    symbol: Symbol,
    bars: &'a [Bar],
    features: SymbolFeatures,
    open: Vec<Shadow>,
}

struct Shadow {
    asked: usize,
    walk: Walk,
    shares: f64,
    sessions: u32,
}

/// What the context index says on a session.
struct Weather {
    context: Option<MarketContext>,
    row: Regime,
    outlook: Option<(f64, f64)>,
}

pub(crate) fn stream(market: &Market, index: &[Bar], vix: &Vix) -> Stream {
    let policy = Policy::bundled();
    let mut lanes: Vec<Lane<'_>> = market
        .iter()
        .map(|(name, bars)| Lane {
            symbol: Symbol::new(name).unwrap(),
            bars,
            features: SymbolFeatures::new(),
            open: Vec::new(),
        })
        .collect();
    let dates: BTreeSet<Date> =
        market.values().flatten().chain(index).map(|bar| bar.date.date()).collect();
    let mut sky = Sky::new();
    let (mut asked, mut sessions) = (Vec::new(), Vec::new());
    let mut previous = None;
    for date in dates {
        let quoted = previous.replace(date).and_then(|before| vix.get(&before)).copied();
        let weather = sky.update(bar_of(index, date), quoted);
        let first = asked.len();
        let (mut symbols, mut ended) = (0, Vec::new());
        for lane in &mut lanes {
            let Some(bar) = bar_of(lane.bars, date) else { continue };
            let bar = bar.scaled(PRICE_UNIT);
            symbols += 1;
            lane.end(&bar, &mut asked, &mut ended);
            let Some(weather) = &weather else {
                lane.features.update(&bar, None);
                continue;
            };
            asked.extend(lane.ask(&bar, weather, &policy, (asked.len(), sessions.len())));
        }
        sessions.push(Session { date, symbols, asked: first..asked.len(), ended });
    }
    Stream { asked, sessions }
}

/// The sky over all symbols: context, policy row, outlook.
struct Sky {
    market: MarketFeatures,
    regime: RegimeDetector,
    volatility: VolatilityForecaster,
}

impl Sky {
    fn new() -> Self {
        Self {
            market: MarketFeatures::new(),
            regime: RegimeDetector::new(RegimeConfig::default()),
            volatility: VolatilityForecaster::new(VolatilityConfig::default()).unwrap(),
        }
    }

    fn update(&mut self, index: Option<&Bar>, vix: Option<f64>) -> Option<Weather> {
        let index = index?;
        let context = self.market.update(index, vix);
        let outlook =
            self.volatility.update(index, vix).map(|o| (o.p_above_median, o.p_large_move));
        let row = self.regime.update(index, vix)?.regime;
        Some(Weather { context, row, outlook })
    }
}

impl Lane<'_> {
    /// Walks open brackets through a bar.
    fn end(&mut self, bar: &Bar, asked: &mut [Asked], ended: &mut Vec<usize>) {
        let steps: Vec<Progress> = self.open.iter_mut().map(|s| s.walk.step(bar)).collect();
        let live = |p: &&Progress| matches!(p, Progress::Open | Progress::Closed(_));
        let share = 1.0 / steps.iter().filter(live).count().max(1) as f64;
        let mut steps = steps.into_iter();
        self.open.retain_mut(|shadow| match steps.next().unwrap() {
            Progress::Waiting => true,
            Progress::NotTaken { .. } => false,
            Progress::Open => {
                shadow.count(share);
                true
            }
            Progress::Closed(exit) => {
                shadow.count(share);
                if exit.kind != ExitKind::EndOfData {
                    let net_r = shadow.walk.net_r(&exit, &CostModel::default());
                    let uniqueness = shadow.shares / f64::from(shadow.sessions);
                    asked[shadow.asked].ended = Some(Ended { net_r, uniqueness });
                    ended.push(shadow.asked);
                }
                false
            }
        });
    }

    fn ask(
        &mut self,
        bar: &Bar,
        weather: &Weather,
        policy: &Policy,
        (number, session): (usize, usize),
    ) -> Option<Asked> {
        let features = self.features.update(bar, weather.context.as_ref())?.to_vec();
        let row = policy.row(weather.row);
        let spec = BracketSpec {
            atr_multiplier: row.atr_multiplier,
            r_multiple: row.r_multiple,
            stop_min: row.stop_min,
            stop_max: row.stop_max,
            max_holding_sessions: row.max_holding_sessions,
            trailing_atr: row.trailing_atr,
        };
        let atr = self.features.atr()?;
        let bracket = Bracket::around_close(bar.close, atr, &spec, Tick::CENT).ok()?;
        let walk = Walk::new(&bracket);
        self.open.push(Shadow { asked: number, walk, shares: 0.0, sessions: 0 });
        Some(Asked {
            session,
            date: bar.date.date(),
            symbol: self.symbol,
            row: weather.row,
            features,
            outlook: weather.outlook,
            ended: None,
        })
    }
}

impl Shadow {
    fn count(&mut self, share: f64) {
        self.shares += share;
        self.sessions += 1;
    }
}

fn bar_of(bars: &[Bar], date: Date) -> Option<&Bar> {
    bars.binary_search_by_key(&date, |bar| bar.date.date()).ok().map(|at| &bars[at])
}
