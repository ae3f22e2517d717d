//! All costs of a fill under one configuration.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Date, Decimal, Money, Shares};

use super::breakdown::{Breakdown, Kinds};
use super::commission::Commission;
use super::config::{ConfigError, in_range};
use super::conversion::Conversion;
use super::fill::{BuySell, CostRefusal, Fill};
use super::impact::Impact;
use super::regulatory::RegulatoryFees;
use super::table::{NotKnown, Table};
use super::venue::{self, Liquidity, VenueFee};
use super::{CostModel, DEAREST, exact};

/// What fills cost in one listing market, by date. The default is [`CostModel::default`].
///
/// - **Total:** value x half spread and slippage, value x Y sigma sqrt(Q / ADV), commission,
///   venue fees, fees on sales, and a conversion where one happens.
/// - **A resting order** that was traded against pays no slippage and moves nothing.
/// - **Not known is not free:** a fill that the schedule cannot price is refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CostSchedule {
    /// The broker's commission by trade date.
    pub commission: Table<Commission>,
    /// Half the quoted spread, basis points of the price, 0 to 1,000. Paid on every fill.
    pub half_spread_bps: f64,
    /// Slippage, basis points of the price, 0 to 1,000. Paid on every fill that removes liquidity.
    pub slippage_bps: f64,
    /// Market impact; none: an order moves nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact: Option<Impact>,
    /// Venue fees by trade date; none: no venue charges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub venues: Option<Table<Vec<VenueFee>>>,
    /// Fees on sales; none: there are none in this market.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regulatory: Option<RegulatoryFees>,
    /// Currency conversion; none: a fill that needs one is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversion: Option<Conversion>,
}

impl Default for CostSchedule {
    fn default() -> Self {
        Self::from(CostModel::default())
    }
}

impl From<CostModel> for CostSchedule {
    /// The same costs on every date, to the digit.
    fn from(model: CostModel) -> Self {
        let CostModel { commission_per_share, commission_min, half_spread_bps, slippage_bps } =
            model;
        let (rate, min) = (commission_per_share, commission_min);
        Self {
            commission: Table::always(Commission::PerShare { rate, min, max: None }),
            half_spread_bps,
            slippage_bps,
            impact: None,
            venues: None,
            regulatory: None,
            conversion: None,
        }
    }
}

impl CostSchedule {
    /// # Errors
    /// [`ConfigError`] with the place, the value and the range of the first field outside it.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let within = |at: &'static str| move |error: ConfigError| error.within(at);
        self.commission.validate(Commission::validate).map_err(within("commission"))?;
        in_range("half_spread_bps", self.half_spread_bps, (0.0, 1_000.0))?;
        in_range("slippage_bps", self.slippage_bps, (0.0, 1_000.0))?;
        if let Some(impact) = &self.impact {
            impact.validate().map_err(within("impact"))?;
        }
        if let Some(venues) = &self.venues {
            venues.validate(|fees| validate_venues(fees)).map_err(within("venues"))?;
        }
        if let Some(regulatory) = &self.regulatory {
            regulatory.validate().map_err(within("regulatory"))?;
        }
        self.conversion
            .map_or(Ok(()), |conversion| conversion.validate())
            .map_err(within("conversion"))
    }

    /// Every table knows every trade date of `from..=until`. To be asked before a run: a position
    /// that has to be left cannot wait for a rate.
    ///
    /// # Errors
    /// [`CostRefusal::NotKnown`] with the first table that does not, and what it covers.
    pub fn covers(&self, from: Date, until: Date) -> Result<(), CostRefusal> {
        self.commission.covers(from, until).map_err(not_known("commission"))?;
        if let Some(venues) = &self.venues {
            venues.covers(from, until).map_err(not_known("venue fees"))?;
        }
        let Some(fees) = &self.regulatory else { return Ok(()) };
        fees.section_31_per_million
            .covers(from, until)
            .and_then(|()| fees.trading_activity.covers(from, until))
            .map_err(not_known("regulatory fees"))
    }

    /// Every cost of one fill.
    ///
    /// # Errors
    /// [`CostRefusal`] when a cost of it is not known, or is one that is not meant to be paid.
    pub fn breakdown(&self, fill: &Fill<'_>) -> Result<Breakdown, CostRefusal> {
        let notional = fill.price.times(fill.shares);
        if fill.shares == Shares::ZERO {
            return Ok(Breakdown { notional, exact: Kinds::default() });
        }
        let (value, shares) = (notional.0, Decimal::from(fill.shares.0));
        let basis_points = |rate: f64| value * exact(rate) / Decimal::from(10_000);
        let removes = fill.liquidity == Liquidity::Removing;
        let commission = self.commission.on(fill.session).map_err(not_known("commission"))?;
        let exact = Kinds {
            commission: commission.charge(value, shares),
            venue: self.venue(fill)? * shares,
            regulatory: self.regulatory(fill, value, shares)?,
            spread: basis_points(self.half_spread_bps),
            slippage: if removes { basis_points(self.slippage_bps) } else { Decimal::ZERO },
            impact: if removes { self.impact(fill)? * value } else { Decimal::ZERO },
            conversion: self.conversion(fill, value)?,
        };
        Ok(Breakdown { notional, exact })
    }

    /// Venue fee per share.
    fn venue(&self, fill: &Fill<'_>) -> Result<Decimal, CostRefusal> {
        let Some(table) = &self.venues else { return Ok(Decimal::ZERO) };
        let fees = table.on(fill.session).map_err(not_known("venue fees"))?;
        let fee = venue::per_share(fees, fill.venue, fill.price.to_f64(), fill.liquidity);
        // A rebate is below zero, where a broken rate must not be.
        fee.map(|fee| Decimal::try_from(fee).unwrap_or(DEAREST)).ok_or(CostRefusal::Venue {
            venue: fill.venue.unwrap_or("any venue").to_owned(),
            price: fill.price,
            session: fill.session,
        })
    }

    fn regulatory(
        &self,
        fill: &Fill<'_>,
        value: Decimal,
        shares: Decimal,
    ) -> Result<Decimal, CostRefusal> {
        match &self.regulatory {
            Some(fees) if fill.order == BuySell::Sell => {
                fees.of_sale(fill.session, value, shares).map_err(not_known("regulatory fees"))
            }
            _ => Ok(Decimal::ZERO),
        }
    }

    /// Impact as a fraction of the value.
    fn impact(&self, fill: &Fill<'_>) -> Result<Decimal, CostRefusal> {
        let Some(impact) = &self.impact else { return Ok(Decimal::ZERO) };
        let session = fill.session;
        let market = fill.market.ok_or(CostRefusal::MarketUnknown { session })?;
        Ok(exact(impact.fraction(fill.shares.to_f64(), &market)?))
    }

    fn conversion(&self, fill: &Fill<'_>, value: Decimal) -> Result<Decimal, CostRefusal> {
        if !fill.converts {
            return Ok(Decimal::ZERO);
        }
        let session = fill.session;
        let terms = self.conversion.ok_or(CostRefusal::NoConversion { session })?;
        let cost = value * exact(terms.spread_bps) / Decimal::from(10_000);
        if terms.per_trade {
            return Ok(cost);
        }
        let (cost, spread_bps) = (Money(cost).to_cents(), terms.spread_bps);
        Err(CostRefusal::ConversionRefused { session, cost, spread_bps })
    }

    /// The flat model that charges a fill like `typical` what this schedule charges it, for those
    /// who need costs per share before there is a fill: the walk's break-even stop, labels, size.
    ///
    /// A schedule that is one flat commission per share with spread and slippage gives that model
    /// to the digit. Otherwise commission and fees are spread over the shares of `typical`, impact
    /// is slippage, and a conversion is spread. Fees on sales are charged to both sides when
    /// `typical` is a sale.
    ///
    /// # Errors
    /// As [`CostSchedule::breakdown`].
    pub fn flat(&self, typical: &Fill<'_>) -> Result<CostModel, CostRefusal> {
        let terms = self.commission.on(typical.session).map_err(not_known("commission"))?;
        let (half_spread_bps, slippage_bps) = (self.half_spread_bps, self.slippage_bps);
        if let (Commission::PerShare { rate, min, max: None }, true) = (terms, self.is_plain()) {
            let (commission_per_share, commission_min) = (*rate, *min);
            return Ok(CostModel {
                commission_per_share,
                commission_min,
                half_spread_bps,
                slippage_bps,
            });
        }
        let breakdown = self.breakdown(typical)?;
        let (exact, bps) = (breakdown.exact, breakdown.bps());
        let fees = Money(exact.commission + exact.venue + exact.regulatory).to_f64();
        Ok(CostModel {
            commission_per_share: fees / typical.shares.to_f64().max(1.0),
            commission_min: 0.0,
            half_spread_bps: half_spread_bps + bps.conversion,
            slippage_bps: slippage_bps + bps.impact,
        })
    }

    const fn is_plain(&self) -> bool {
        self.impact.is_none()
            && self.venues.is_none()
            && self.regulatory.is_none()
            && self.conversion.is_none()
    }
}

pub(super) fn not_known(what: &'static str) -> impl Fn(NotKnown) -> CostRefusal {
    move |source| CostRefusal::NotKnown { what, source }
}

fn validate_venues(fees: &[VenueFee]) -> Result<(), ConfigError> {
    if fees.is_empty() {
        return Err(ConfigError::new("[]", "an empty list", "one venue or more"));
    }
    for (index, fee) in fees.iter().enumerate() {
        fee.validate().map_err(|error| error.within(&format!("[{index}]")))?;
        let twin =
            |other: &VenueFee| other.venue == fee.venue && other.price_from == fee.price_from;
        if fees[..index].iter().any(twin) {
            let at = format!("[{index}].venue");
            return Err(ConfigError::new(at, &fee.venue, "named once for each price"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
