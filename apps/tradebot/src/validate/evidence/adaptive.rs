//! What the adaptation of R makes of a market that only climbs, and of one that goes nowhere.

use tradebot_brackets::adaptive::{AdaptiveConfig, AdaptiveR, Question, Review};
use tradebot_brackets::{CostModel, Management};
use tradebot_domain::{Bar, Date, Regime, Symbol, Tick};
use tradebot_engine::candidate::spec_of;
use tradebot_policy::Policy;

use crate::exit::Failure;

/// Sessions of a made-up market.
const SESSIONS: usize = 1_500;
/// Tosses the coin of the market that goes nowhere.
const SEED: u64 = 20_070_201;
const MODULUS: u64 = 2_147_483_647;
/// Range of a bar above and below its body, and ATR, in shares of the price.
const RANGE: f64 = 0.01;

/// Monthly reviews of one row.
#[derive(Debug, Clone)]
pub struct AdaptiveFacts {
    /// The row's own R.
    pub own_r: f64,
    /// Reviews in a market that climbs by half a percent a session.
    pub climbing: Vec<Review>,
    /// Reviews in a market that goes up or down by the toss of a coin.
    pub nowhere: Vec<Review>,
}

impl AdaptiveFacts {
    /// Walks both markets.
    ///
    /// # Errors
    /// When the row's bracket cannot be made.
    pub fn gather() -> Result<Self, Failure> {
        let spec = spec_of(Policy::bundled().row(Regime::ChoppyLowVol));
        let question = Question {
            spec,
            management: Management::OFF,
            costs: CostModel::default(),
            tick: Tick::CENT,
        };
        let mut state = SEED;
        // The generator of Park and Miller: its upper half goes up, its lower half down.
        let mut coin = || {
            state = state * 48_271 % MODULUS;
            if state > MODULUS / 2 { 0.012 } else { -0.012 }
        };
        Ok(Self {
            own_r: spec.r_multiple,
            climbing: reviews(question, &mut || 0.005)?,
            nowhere: reviews(question, &mut coin)?,
        })
    }
}

fn reviews(question: Question, change: &mut dyn FnMut() -> f64) -> Result<Vec<Review>, Failure> {
    let symbol = Symbol::new("AAA").map_err(|e| Failure::work(e.to_string()))?;
    let mut adaptive = AdaptiveR::new(question, AdaptiveConfig::default())?;
    let mut date: Date = "2004-01-01".parse()?;
    let (mut close, mut reviews) = (100.0_f64, Vec::new());
    for _ in 0..SESSIONS {
        let next = close * (1.0 + change());
        let bar = Bar {
            date: date.into(),
            open: close,
            high: close.max(next) * (1.0 + RANGE),
            low: close.min(next) * (1.0 - RANGE),
            close: next,
            volume: 1e6,
        };
        adaptive.on_bar(symbol, &bar);
        reviews.extend(adaptive.end_session(date.into(), 1).1);
        adaptive.decide(symbol, date.into(), next, 2.0 * RANGE * next)?;
        (close, date) = (next, date.tomorrow()?);
    }
    Ok(reviews)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_climb_moves_r_up_and_a_market_that_goes_nowhere_leaves_it() {
        let facts = AdaptiveFacts::gather().unwrap();
        let path = |reviews: &[Review]| reviews.iter().map(|r| r.to_r).collect::<Vec<_>>();
        let (climbing, nowhere) = (path(&facts.climbing), path(&facts.nowhere));
        assert!(*climbing.last().unwrap() >= facts.own_r + 0.5, "{climbing:?}");
        assert!((nowhere.last().unwrap() - facts.own_r).abs() < 0.21, "{nowhere:?}");
    }
}
