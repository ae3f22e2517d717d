//! Symbols in full, and the search.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Decimal, Symbol, Tick};

use crate::option::Deliverables;
use crate::reply::Conversion;
use crate::time::{self, BrokerTime};
use crate::wire::fields::tolerant_record;
use crate::wire::{integer, number};
use crate::words::{Currency, Exchange, OptionDuration, OptionExercise, OptionType, SecurityType};

/// `GET /v1/symbols/:id` and `GET /v1/symbols?ids=` or `?names=`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SymbolsReply {
    /// The symbols found.
    pub symbols: Vec<SymbolDetail>,
}

/// Everything about a symbol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct SymbolDetail {
    /// The broker's symbol.
    pub symbol: String,
    /// The broker's id; it may change with a split, a merger or a new ticker.
    #[serde(deserialize_with = "integer::deserialize")]
    pub symbol_id: i64,
    /// Name.
    #[serde(default)]
    pub description: String,
    /// What kind of instrument it is.
    pub security_type: SecurityType,
    /// Where it is listed.
    pub listing_exchange: Exchange,
    /// Currency it trades in.
    pub currency: Currency,
    /// It may be traded.
    #[serde(default)]
    pub is_tradable: bool,
    /// It may be quoted.
    #[serde(default)]
    pub is_quotable: bool,
    /// It has options.
    #[serde(default)]
    pub has_options: bool,
    /// Shares of a unit of trading.
    #[serde(default, deserialize_with = "integer::deserialize")]
    pub trade_unit: i64,
    /// Price steps by price.
    #[serde(default)]
    pub min_ticks: Vec<MinTick>,
    /// Close of the session before.
    #[serde(default, with = "number::optional")]
    pub prev_day_close_price: Option<Decimal>,
    /// Highest price of a year.
    #[serde(default, rename = "highPrice52", with = "number::optional")]
    pub high_price_52: Option<Decimal>,
    /// Lowest price of a year.
    #[serde(default, rename = "lowPrice52", with = "number::optional")]
    pub low_price_52: Option<Decimal>,
    /// Mean daily volume of three months, shares.
    #[serde(default, rename = "averageVol3Months", with = "number::optional")]
    pub average_volume_3_months: Option<Decimal>,
    /// Mean daily volume of twenty days, shares.
    #[serde(default, rename = "averageVol20Days", with = "number::optional")]
    pub average_volume_20_days: Option<Decimal>,
    /// Shares outstanding.
    #[serde(default, with = "number::optional")]
    pub outstanding_shares: Option<Decimal>,
    /// Earnings per share.
    #[serde(default, with = "number::optional")]
    pub eps: Option<Decimal>,
    /// Price over earnings.
    #[serde(default, with = "number::optional")]
    pub pe: Option<Decimal>,
    /// Last dividend per share.
    #[serde(default, with = "number::optional")]
    pub dividend: Option<Decimal>,
    /// Dividend yield in per cent.
    #[serde(default, rename = "yield", with = "number::optional")]
    pub dividend_yield: Option<Decimal>,
    /// Market capitalisation.
    #[serde(default, with = "number::optional")]
    pub market_cap: Option<Decimal>,
    /// Next or last ex-date.
    #[serde(default, with = "time::optional")]
    pub ex_date: Option<BrokerTime>,
    /// Day the dividend is paid.
    #[serde(default, with = "time::optional")]
    pub dividend_date: Option<BrokerTime>,
    /// Call or put, for an option.
    #[serde(default)]
    pub option_type: Option<OptionType>,
    /// How long the series runs, for an option.
    #[serde(default)]
    pub option_duration_type: Option<OptionDuration>,
    /// Root of an option's symbol.
    #[serde(default)]
    pub option_root: String,
    /// When an option may be exercised.
    #[serde(default)]
    pub option_exercise_type: Option<OptionExercise>,
    /// When an option ends.
    #[serde(default, with = "time::optional")]
    pub option_expiry_date: Option<BrokerTime>,
    /// Strike price of an option.
    #[serde(default, with = "number::optional")]
    pub option_strike_price: Option<Decimal>,
    /// What an option delivers; empty for anything else.
    #[serde(default)]
    pub option_contract_deliverables: Deliverables,
    /// Sector; not in the broker's pages.
    #[serde(default)]
    pub industry_sector: String,
    /// Industry group.
    #[serde(default)]
    pub industry_group: String,
    /// Industry subgroup; also written `industrySubGroup`.
    #[serde(default)]
    pub industry_subgroup: String,
}
tolerant_record!(
    SymbolDetail,
    "industrySubGroup" => "industrySubgroup",
);

/// The price step that holds from a price on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct MinTick {
    /// From this price on.
    #[serde(with = "number")]
    pub pivot: Decimal,
    /// Step.
    #[serde(with = "number")]
    pub min_tick: Decimal,
}
tolerant_record!(MinTick);

impl SymbolDetail {
    /// The symbol in domain words.
    ///
    /// # Errors
    /// [`Conversion`] when it has characters that no domain symbol has.
    pub fn symbol(&self) -> Result<Symbol, Conversion> {
        Symbol::new(&self.symbol).map_err(|_| Conversion::new("symbol", &self.symbol))
    }

    /// The price step at this price: that of the largest pivot not above it.
    pub fn step_at(&self, price: Decimal) -> Option<Decimal> {
        let below = self.min_ticks.iter().filter(|t| t.pivot <= price);
        below.max_by_key(|t| t.pivot).map(|t| t.min_tick).filter(|step| *step > Decimal::ZERO)
    }

    /// The domain's tick at this price.
    ///
    /// # Errors
    /// [`Conversion`] when there is no step, or it is not a power of ten (half a cent): the
    /// domain's tick counts decimals.
    pub fn tick_at(&self, price: Decimal) -> Result<Tick, Conversion> {
        let step = self.step_at(price).ok_or_else(|| Conversion::new("minTicks", &price))?;
        let step = step.normalize();
        if step.mantissa() == 1 && step.scale() <= 8 {
            Ok(Tick { decimals: step.scale() })
        } else {
            Err(Conversion::new("minTick", &step))
        }
    }
}

/// `GET /v1/symbols/search`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchReply {
    /// One page of matches.
    pub symbols: Vec<SymbolMatch>,
}

/// One match of a search, by ticker or by a word of the name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct SymbolMatch {
    /// The broker's symbol.
    pub symbol: String,
    /// The broker's id.
    #[serde(deserialize_with = "integer::deserialize")]
    pub symbol_id: i64,
    /// Name.
    #[serde(default)]
    pub description: String,
    /// What kind of instrument it is.
    pub security_type: SecurityType,
    /// Where it is listed.
    pub listing_exchange: Exchange,
    /// It may be traded.
    #[serde(default)]
    pub is_tradable: bool,
    /// It may be quoted.
    #[serde(default)]
    pub is_quotable: bool,
    /// Currency it trades in.
    pub currency: Currency,
}
tolerant_record!(SymbolMatch);

impl SearchReply {
    /// The one match with exactly this symbol (either case), exchange and currency. A match by
    /// prefix alone is none: a missing `.TO` would buy the other listing.
    pub fn exact(
        &self,
        symbol: &str,
        exchange: &Exchange,
        currency: &Currency,
    ) -> Option<&SymbolMatch> {
        let mut found = self.symbols.iter().filter(|m| {
            m.symbol.eq_ignore_ascii_case(symbol)
                && m.listing_exchange == *exchange
                && m.currency == *currency
        });
        found.next().filter(|_| found.next().is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn detail() -> SymbolDetail {
        serde_json::from_str::<SymbolsReply>(samples::SYMBOLS).unwrap().symbols.remove(0)
    }

    #[test]
    fn the_step_is_that_of_the_largest_pivot_below_the_price() {
        let detail = detail();
        assert_eq!(detail.step_at(decimal("0.49")), Some(decimal("0.005")));
        assert_eq!(detail.step_at(decimal("0.50")), Some(decimal("0.01")));
        assert_eq!(detail.tick_at(decimal("36.55")), Ok(Tick::CENT));
        assert_eq!(detail.tick_at(decimal("0.30")).unwrap_err().value, "0.005");
        assert!(detail.tick_at(decimal("-1")).is_err());
    }

    #[test]
    fn a_symbol_without_figures_is_read_too() {
        let reply: SymbolsReply = serde_json::from_str(samples::SYMBOLS).unwrap();
        let bare = &reply.symbols[1];
        assert_eq!(bare.listing_exchange, Exchange::PinkSheets);
        assert_eq!((bare.pe, bare.ex_date, bare.step_at(Decimal::ONE)), (None, None, None));
        assert_eq!(bare.industry_subgroup, "Gold");
        assert!(bare.option_contract_deliverables.underlyings.is_empty());
    }

    #[test]
    fn a_search_finds_the_exact_listing_or_none() {
        let reply: SearchReply = serde_json::from_str(samples::SEARCH).unwrap();
        let found = reply.exact("zzq.to", &Exchange::Tsx, &Currency::Cad).unwrap();
        assert_eq!(found.symbol_id, 9_001_001);
        assert_eq!(reply.exact("ZZQ", &Exchange::Tsx, &Currency::Cad), None);
        let mut twice = reply.clone();
        twice.symbols.push(found.clone());
        assert_eq!(twice.exact("ZZQ.TO", &Exchange::Tsx, &Currency::Cad), None);
    }
}
