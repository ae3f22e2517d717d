//! Executions.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Decimal, Money, Price, Shares, Symbol};

use crate::account::whole_shares;
use crate::reply::Conversion;
use crate::time::BrokerTime;
use crate::wire::fields::tolerant_record;
use crate::wire::{integer, number};
use crate::words::Side;

/// `GET /v1/accounts/:id/executions`. Without a window the broker gives today's alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionsReply {
    /// The executions of the window.
    pub executions: Vec<Execution>,
}

/// One execution. Account and `id` identify it; the same one may be sent more than once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct Execution {
    /// The broker's symbol.
    pub symbol: String,
    /// The broker's id of it.
    #[serde(deserialize_with = "integer::deserialize")]
    pub symbol_id: i64,
    /// Shares; a fraction at times.
    #[serde(with = "number")]
    pub quantity: Decimal,
    /// Bought or sold.
    pub side: Side,
    /// Price per share.
    #[serde(with = "number")]
    pub price: Decimal,
    /// Id of the execution.
    #[serde(deserialize_with = "integer::deserialize")]
    pub id: i64,
    /// The order.
    #[serde(deserialize_with = "integer::deserialize")]
    pub order_id: i64,
    /// First order of a chain of replacements.
    #[serde(default, deserialize_with = "integer::deserialize")]
    pub order_chain_id: i64,
    /// The exchange's id.
    #[serde(default)]
    pub exchange_exec_id: String,
    /// When.
    pub timestamp: BrokerTime,
    /// Free text.
    #[serde(default)]
    pub notes: String,
    /// Where.
    #[serde(default)]
    pub venue: String,
    /// Price times quantity.
    #[serde(default, with = "number")]
    pub total_cost: Decimal,
    /// Commission for placing the order.
    #[serde(default, with = "number")]
    pub order_placement_commission: Decimal,
    /// Commission, >= 0 here (activities write it negative).
    #[serde(default, with = "number")]
    pub commission: Decimal,
    /// Fees of electronic venues, passed on.
    #[serde(default, with = "number")]
    pub execution_fee: Decimal,
    /// US regulatory fee on sales.
    #[serde(default, with = "number")]
    pub sec_fee: Decimal,
    /// Canadian fees.
    #[serde(default, with = "number")]
    pub canadian_execution_fee: Decimal,
    /// Execution of the whole strategy, 0 if none.
    #[serde(default, deserialize_with = "integer::deserialize")]
    pub parent_id: i64,
    /// Leg of a strategy; not in the broker's pages.
    #[serde(default, deserialize_with = "integer::deserialize")]
    pub leg_id: i64,
}
tolerant_record!(Execution);

impl Execution {
    /// The symbol in domain words.
    ///
    /// # Errors
    /// [`Conversion`] when it has characters that no domain symbol has.
    pub fn symbol(&self) -> Result<Symbol, Conversion> {
        Symbol::new(&self.symbol).map_err(|_| Conversion::new("symbol", &self.symbol))
    }

    /// Whole shares.
    ///
    /// # Errors
    /// [`Conversion`] for a fraction.
    pub fn shares(&self) -> Result<Shares, Conversion> {
        whole_shares("quantity", self.quantity)
    }

    /// Price per share.
    ///
    /// # Errors
    /// [`Conversion`] when it is not above zero.
    pub fn price(&self) -> Result<Price, Conversion> {
        Price::new(self.price).map_err(|_| Conversion::new("price", &self.price))
    }

    /// Bought (true) or sold.
    ///
    /// # Errors
    /// [`Conversion`] for a side that is not known.
    pub fn bought(&self) -> Result<bool, Conversion> {
        self.side.buys().ok_or_else(|| Conversion::new("side", &self.side))
    }

    /// Commissions and fees of this execution, in the symbol's currency.
    ///
    /// # Errors
    /// [`Conversion`] when the sum is beyond what a decimal holds.
    pub fn costs(&self) -> Result<Money, Conversion> {
        let parts = [
            self.order_placement_commission,
            self.commission,
            self.execution_fee,
            self.sec_fee,
            self.canadian_execution_fee,
        ];
        parts
            .into_iter()
            .try_fold(Decimal::ZERO, Decimal::checked_add)
            .map(Money)
            .ok_or_else(|| Conversion::new("costs", "too large"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn an_execution_is_read_in_domain_words() {
        let reply: ExecutionsReply = serde_json::from_str(samples::EXECUTIONS).unwrap();
        let buy = &reply.executions[0];
        assert_eq!(buy.symbol().unwrap().as_str(), "ZZQ.TO");
        assert_eq!(buy.shares(), Ok(Shares(40)));
        assert_eq!(buy.price().unwrap().to_string(), "36.5");
        assert_eq!(buy.bought(), Ok(true));
        assert_eq!(buy.costs().unwrap().to_string(), "0.1435");
        assert_eq!(buy.timestamp.eastern_date().to_string(), "2026-07-09");
    }

    #[test]
    fn a_fraction_an_unknown_side_and_a_price_of_zero_have_no_domain_words() {
        let reply: ExecutionsReply = serde_json::from_str(samples::EXECUTIONS).unwrap();
        let odd = &reply.executions[1];
        assert_eq!(odd.shares().unwrap_err().value, "0.5");
        assert_eq!(odd.bought().unwrap_err().to_string().split(':').next(), Some("side"));
        assert!(odd.price().is_err());
        assert_eq!(odd.order_chain_id, 0);
    }
}
