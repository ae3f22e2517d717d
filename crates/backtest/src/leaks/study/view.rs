//! What a session sees: features of each stock, and the brackets that ask about it.

use std::collections::BTreeMap;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};
use tradebot_brackets::{Bracket, BracketSpec, CostModel, ExitKind, Progress, Walk};
use tradebot_domain::{ActionKind, Bar, CorporateAction, Tick};
use tradebot_features::{MarketContext, MarketFeatures, SymbolFeatures, feature_names};
use tradebot_regime::hmm::{Filter, GaussianHmm, HmmParameters};

use super::Plant;
use crate::leaks::world::{Stock, World};

/// Columns beyond the feature set.
const EXTRA: [&str; 3] = ["hmm_high_volatility", "dividend_distance", "canary"];
/// Sessions after which a dividend is no longer counted.
const DIVIDEND_SESSIONS: usize = 250;

/// The bracket in question, the same for all.
const SPEC: BracketSpec = BracketSpec {
    atr_multiplier: 2.0,
    r_multiple: 1.5,
    stop_min: 0.01,
    stop_max: 0.12,
    max_holding_sessions: 15,
    trailing_atr: None,
};

/// One stock on one session.
pub(super) struct Sight {
    pub(super) features: Vec<f64>,
    /// Raw close and ATR that the bracket stands around.
    close: f64,
    atr: f64,
}

/// All sights by (session, stock).
pub(super) struct Seen {
    pub(super) sights: BTreeMap<(usize, usize), Sight>,
    pub(super) columns: Vec<String>,
    pub(super) next_returns: BTreeMap<(usize, usize), f64>,
}

/// How a bracket ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Label {
    pub(super) won: bool,
    pub(super) net_r: f64,
    pub(super) resolved: usize,
}

pub(super) fn look(world: &World, plant: Option<Plant>) -> Seen {
    let contexts = contexts(world, plant);
    let high = high_volatility(world, plant);
    let columns = feature_names().iter().copied().chain(EXTRA).map(str::to_owned).collect();
    let mut seen = Seen { sights: BTreeMap::new(), columns, next_returns: BTreeMap::new() };
    let last = world.sessions().len() - 1;
    for (at, stock) in world.stocks().iter().enumerate() {
        if plant == Some(Plant::Survivorship) && stock.bars[last].is_none() {
            continue;
        }
        look_at(stock, at, (&contexts, &high), plant, &mut seen);
    }
    seen
}

fn look_at(
    stock: &Stock,
    at: usize,
    (contexts, high): (&[Option<MarketContext>], &[f64]),
    plant: Option<Plant>,
    seen: &mut Seen,
) {
    let mut features = SymbolFeatures::new();
    let continuous = continuous(stock, plant);
    for (session, bar) in continuous.iter().enumerate() {
        let Some((bar, factor)) = bar else { continue };
        let next = continuous.get(session + 1).and_then(Option::as_ref);
        let next_return = next.map(|(next, _)| (next.close / bar.close).ln());
        if let Some(change) = next_return {
            seen.next_returns.insert((session, at), change);
        }
        let row = features.update(bar, contexts[session].as_ref()).map(<[f64]>::to_vec);
        let (Some(mut row), Some(atr)) = (row, features.atr()) else { continue };
        row.push(high[session]);
        row.push(dividend_distance(stock, session, plant));
        row.push(match plant {
            Some(Plant::TomorrowsReturn) => next_return.unwrap_or(0.0),
            _ => 0.0,
        });
        let sight = Sight { features: row, close: bar.close / factor, atr: atr / factor };
        seen.sights.insert((session, at), sight);
    }
}

/// Context by session. The honest one knows the VIX close of the session before.
fn contexts(world: &World, plant: Option<Plant>) -> Vec<Option<MarketContext>> {
    let mut market = MarketFeatures::new();
    let early = plant == Some(Plant::VixTooEarly);
    let vix = |session: usize| match session.checked_sub(usize::from(!early)) {
        Some(known) => world.vix()[known],
        None => None,
    };
    let sessions = world.index().iter().enumerate();
    sessions.map(|(session, bar)| market.update(bar, vix(session))).collect()
}

/// Chance that the index is in the state of high volatility, by a model fixed beforehand: 8 and 25 %
/// a year, with stays of 50 and 20 sessions.
fn high_volatility(world: &World, plant: Option<Plant>) -> Vec<f64> {
    let parameters = HmmParameters {
        means: vec![0.0005, -0.0005],
        sds: vec![0.005, 0.016],
        transitions: vec![vec![0.98, 0.02], vec![0.05, 0.95]],
        start: None,
    };
    let model = GaussianHmm::new(parameters).expect("a model of two plain states");
    let bars = world.index();
    let change = |at: usize| match at.checked_sub(1) {
        Some(before) => (bars[at].close / bars[before].close).ln(),
        None => f64::NAN,
    };
    let returns: Vec<f64> = (0..bars.len()).map(change).collect();
    if plant == Some(Plant::HmmSmoothing) {
        let smoothed = tradebot_regime::hindsight::smooth(&model, &returns);
        return smoothed.into_iter().map(|states| states[1]).collect();
    }
    let mut filter = Filter::new(model);
    returns.into_iter().map(|x| filter.update(x)[1]).collect()
}

/// Bars of a continuous series with the factor that makes them so.
fn continuous(stock: &Stock, plant: Option<Plant>) -> Vec<Option<(Bar, f64)>> {
    let mut factor = 1.0;
    let mut scaled = |(session, bar): (usize, &Option<Bar>)| {
        let bar = restated(stock, session, (*bar)?, plant);
        for action in actions_of(stock, session) {
            factor *= action.continuity_factor(bar.close);
        }
        Some((bar.scaled(factor), factor))
    };
    stock.bars.iter().enumerate().map(&mut scaled).collect()
}

fn actions_of(stock: &Stock, session: usize) -> impl Iterator<Item = &CorporateAction> {
    stock.actions.iter().filter(move |(of, _)| *of == session).map(|(_, action)| action)
}

/// The first print, or what it was corrected to.
fn restated(stock: &Stock, session: usize, bar: Bar, plant: Option<Plant>) -> Bar {
    let corrected = stock.corrections.iter().find(|c| c.of == session);
    match corrected.filter(|_| plant == Some(Plant::RestatedHistory)) {
        None => bar,
        Some(correction) => {
            let close = bar.close * correction.factor;
            Bar { close, high: bar.high.max(close), low: bar.low.min(close), ..bar }
        }
    }
}

/// Sessions since the last dividend; with the plant, until the next one.
fn dividend_distance(stock: &Stock, session: usize, plant: Option<Plant>) -> f64 {
    let dividends =
        stock.actions.iter().filter(|(_, a)| matches!(a.kind, ActionKind::Dividend { .. }));
    let mut ex_dates = dividends.map(|(of, _)| *of);
    let distance = if plant == Some(Plant::DividendTooEarly) {
        ex_dates.find(|of| *of > session).map(|of| of - session)
    } else {
        ex_dates.take_while(|of| *of <= session).last().map(|of| session - of)
    };
    distance.unwrap_or(DIVIDEND_SESSIONS).min(DIVIDEND_SESSIONS) as f64
}

/// The end of every bracket that has ended within the world; dealt out at random if so asked, each
/// keeping the session in which its decision was resolved.
pub(super) fn labels(
    world: &World,
    seen: &Seen,
    deal: Option<u64>,
) -> BTreeMap<(usize, usize), Label> {
    let stocks = world.stocks();
    let label = |(key, sight): (&(usize, usize), &Sight)| {
        walk(&stocks[key.1], key.0, sight).map(|label| (*key, label))
    };
    let mut labels: BTreeMap<(usize, usize), Label> =
        seen.sights.iter().filter_map(label).collect();
    if let Some(seed) = deal {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut ends: Vec<(bool, f64)> = labels.values().map(|l| (l.won, l.net_r)).collect();
        for last in (1..ends.len()).rev() {
            let other =
                usize::try_from(rng.next_u64() % (last as u64 + 1)).expect("below a length");
            ends.swap(last, other);
        }
        for (label, (won, net_r)) in labels.values_mut().zip(ends) {
            (label.won, label.net_r) = (won, net_r);
        }
    }
    labels
}

/// The bracket decided on in a session, walked over the first prints that follow.
fn walk(stock: &Stock, decided: usize, sight: &Sight) -> Option<Label> {
    let bracket = Bracket::around_close(sight.close, sight.atr, &SPEC, Tick::CENT).ok()?;
    let costs = CostModel::default();
    let mut walk = Walk::new(&bracket);
    for session in decided + 1..stock.bars.len() {
        for action in actions_of(stock, session) {
            walk.apply_action(action);
        }
        let Some(bar) = &stock.bars[session] else { continue };
        match walk.step(bar) {
            Progress::NotTaken { .. } => return None,
            Progress::Closed(exit) if exit.kind == ExitKind::EndOfData => return None,
            Progress::Closed(exit) => {
                let net_r = walk.net_r(&exit, &costs);
                return Some(Label { won: net_r > 0.0, net_r, resolved: session });
            }
            Progress::Waiting | Progress::Open => {}
        }
    }
    None
}
