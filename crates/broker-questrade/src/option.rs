//! Option chains.

use serde::{Deserialize, Serialize};
use tradebot_domain::Decimal;

use crate::time::BrokerTime;
use crate::wire::fields::tolerant_record;
use crate::wire::{integer, number};
use crate::words::{Exchange, OptionExercise};

/// `GET /v1/symbols/:id/options`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct OptionsReply {
    /// One element per expiry; the broker's pages call it `options`.
    pub option_chain: Vec<Expiry>,
}
tolerant_record!(OptionsReply, "options" => "optionChain");

/// All options that end on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct Expiry {
    /// The day.
    pub expiry_date: BrokerTime,
    /// Name of the underlying.
    #[serde(default)]
    pub description: String,
    /// Where they are listed.
    pub listing_exchange: Exchange,
    /// When they may be exercised.
    pub option_exercise_type: OptionExercise,
    /// By root.
    pub chain_per_root: Vec<Root>,
}
tolerant_record!(Expiry);

/// Options with one root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct Root {
    /// Root of their symbols; also written `root`.
    pub option_root: String,
    /// Shares per contract.
    #[serde(default, with = "number::optional")]
    pub multiplier: Option<Decimal>,
    /// By strike price.
    pub chain_per_strike_price: Vec<Strike>,
}
tolerant_record!(Root, "root" => "optionRoot");

/// A call and a put.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct Strike {
    /// Strike price.
    #[serde(with = "number")]
    pub strike_price: Decimal,
    /// The call's id.
    #[serde(deserialize_with = "integer::deserialize")]
    pub call_symbol_id: i64,
    /// The put's id.
    #[serde(deserialize_with = "integer::deserialize")]
    pub put_symbol_id: i64,
}
tolerant_record!(Strike);

/// What an option delivers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct Deliverables {
    /// Shares, by underlying.
    #[serde(default)]
    pub underlyings: Vec<Underlying>,
    /// Cash on top.
    #[serde(default, with = "number")]
    pub cash_in_lieu: Decimal,
}
tolerant_record!(Deliverables);

/// Shares that an option delivers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct Underlying {
    /// Shares per contract.
    #[serde(with = "number")]
    pub multiplier: Decimal,
    /// The broker's symbol.
    pub underlying_symbol: String,
    /// The broker's id of it.
    #[serde(deserialize_with = "integer::deserialize")]
    pub underlying_symbol_id: i64,
}
tolerant_record!(Underlying);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn both_names_of_the_chain_are_read() {
        let live: OptionsReply = serde_json::from_str(samples::OPTIONS).unwrap();
        let documented = samples::OPTIONS
            .replace("optionChain", "options")
            .replace("\"optionRoot\"", "\"root\"");
        assert_ne!(documented, samples::OPTIONS);
        assert_eq!(serde_json::from_str::<OptionsReply>(&documented).unwrap(), live);
        let root = &live.option_chain[0].chain_per_root[0];
        assert_eq!(root.option_root, "ZZQ");
        assert_eq!(root.chain_per_strike_price[0].put_symbol_id, 9_100_002);
    }
}
