//! The market's features, and how the symbol moves with it.

use crate::market::MarketContext;
use crate::operators::{CoMovement, CoMovementReading};
use crate::period::Period;
use crate::set::{Feature, Row};

#[derive(Debug, Clone)]
pub(super) struct Context {
    with_index: CoMovement,
    latest: CoMovementReading,
}

/// Until there are 60 common sessions: the average share is not tied to the index by any
/// evidence, and moves like it.
const UNKNOWN: CoMovementReading = CoMovementReading { correlation: 0.0, beta: 1.0 };

/// No stock's daily slope on the index is beyond this for reasons other than a bad print.
const BETA_MAX: f64 = 10.0;

impl Context {
    pub(super) fn new() -> Self {
        Self { with_index: CoMovement::new(Period::of::<60>()), latest: UNKNOWN }
    }

    /// `return_1` is the symbol's; a session without either side makes no pair.
    pub(super) fn update(
        &mut self,
        return_1: Option<f64>,
        market: Option<&MarketContext>,
        row: &mut Row,
    ) {
        if let Some((own, market)) = return_1.zip(market)
            && let Some(reading) = self.with_index.update(own, market.index_return_1)
        {
            self.latest = reading;
        }
        row.set(Feature::Correlation60, self.latest.correlation);
        row.set(Feature::Beta60, self.latest.beta.clamp(-BETA_MAX, BETA_MAX));
        let market = market.unwrap_or(&MarketContext::NEUTRAL);
        row.set(Feature::Vix, market.vix);
        row.set(Feature::VixChange5, market.vix_change_5);
        row.set(Feature::IndexReturn1, market.index_return_1);
        row.set(Feature::IndexReturn20, market.index_return_20);
        row.set(Feature::IndexVolatility20, market.index_vol_20);
        row.set(Feature::IndexDrawdown252, market.index_drawdown);
    }
}
