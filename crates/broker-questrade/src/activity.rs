//! Activities: what moved in an account, trades and cash, for longer than executions last.

use serde::{Deserialize, Serialize};
use tradebot_domain::Decimal;

use crate::time::BrokerTime;
use crate::wire::fields::tolerant_record;
use crate::wire::{integer, number};
use crate::words::Currency;

/// `GET /v1/accounts/:id/activities`, for a window of at most 31 days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivitiesReply {
    /// Rows of the window. Two rows may be equal and both be true.
    pub activities: Vec<Activity>,
}

/// One row. It has no id; corrections come as further rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct Activity {
    /// Day of the trade.
    pub trade_date: BrokerTime,
    /// Day of the booking.
    pub transaction_date: BrokerTime,
    /// Day of settlement.
    pub settlement_date: BrokerTime,
    /// Short code: `Buy`, `Sell`, `DIV`, ...; may be blank.
    #[serde(default)]
    pub action: String,
    /// The broker's symbol, empty for cash.
    #[serde(default)]
    pub symbol: String,
    /// The broker's id of it, 0 for cash.
    #[serde(default, deserialize_with = "integer::deserialize")]
    pub symbol_id: i64,
    /// Free text.
    #[serde(default)]
    pub description: String,
    /// Currency of the amounts.
    pub currency: Currency,
    /// Shares, negative on sales.
    #[serde(default, with = "number")]
    pub quantity: Decimal,
    /// Price per share.
    #[serde(default, with = "number")]
    pub price: Decimal,
    /// Amount before commission, negative when paid.
    #[serde(default, with = "number")]
    pub gross_amount: Decimal,
    /// Commission, negative here (executions write it positive).
    #[serde(default, with = "number")]
    pub commission: Decimal,
    /// Amount booked.
    #[serde(default, with = "number")]
    pub net_amount: Decimal,
    /// Free text: `Trades`, `Dividends`, `Deposits`, ...
    #[serde(default, rename = "type")]
    pub activity_type: String,
}
tolerant_record!(Activity);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_trade_and_a_deposit_are_read() {
        let reply: ActivitiesReply = serde_json::from_str(samples::ACTIVITIES).unwrap();
        let [buy, deposit] = &reply.activities[..] else { panic!("two") };
        assert_eq!(buy.commission.to_string(), "-0.14");
        assert_eq!(buy.trade_date.eastern_date().to_string(), "2026-07-09");
        assert_eq!((deposit.symbol.as_str(), deposit.symbol_id), ("", 0));
        assert_eq!(deposit.net_amount.to_string(), "2500");
    }

    #[test]
    fn equal_rows_stay_two_rows() {
        let mut reply: ActivitiesReply = serde_json::from_str(samples::ACTIVITIES).unwrap();
        let twice = reply.activities[0].clone();
        reply.activities.push(twice);
        let json = serde_json::to_string(&reply).unwrap();
        let again: ActivitiesReply = serde_json::from_str(&json).unwrap();
        assert_eq!(again.activities.len(), 3);
    }
}
