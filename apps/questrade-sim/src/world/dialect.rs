//! From the names of our types to those of a dialect.

use serde_json::{Map, Value};

use crate::knobs::{DelayStyle, Dialect, Knobs};

/// Keys with other names in the broker's pages.
const DOCUMENTED: &[(&str, &str)] = &[
    ("optionChain", "options"),
    ("lastTradePriceTrHrs", "lastTradeTrHrs"),
    ("industrySubgroup", "industrySubGroup"),
];

/// Keys with other names on the wire.
const LIVE: &[(&str, &str)] = &[
    ("orderType", "type"),
    ("icebergQuantity", "icebergQty"),
    ("rejectionReason", "clientReasonStr"),
];

/// Keys that the broker's pages do not have.
const LIVE_ALONE: &[&str] = &["VWAP", "high52w", "low52w", "dayPnl", "legId"];

/// A reply in the words of the settings.
pub(crate) fn spoken(value: Value, knobs: &Knobs) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(|v| spoken(v, knobs)).collect()),
        Value::Object(map) => Value::Object(object(map, knobs)),
        Value::Number(number) if knobs.wire.float_noise && number.is_f64() => {
            number.as_f64().map_or(Value::Null, |x| Value::from(x + 1e-9))
        }
        other => other,
    }
}

fn object(map: Map<String, Value>, knobs: &Knobs) -> Map<String, Value> {
    let live = knobs.wire.dialect == Dialect::Live;
    let names = if live { LIVE } else { DOCUMENTED };
    let is_order = map.contains_key("chainId");
    let is_market = map.contains_key("snapQuotesLimit");
    let mut out = Map::new();
    if is_order && live {
        out.insert("isCrossZero".to_owned(), Value::Bool(false));
        out.insert("mainChainId".to_owned(), map["chainId"].clone());
    }
    for (key, value) in map {
        let absent =
            if live { is_market && key == "currency" } else { LIVE_ALONE.contains(&&*key) };
        if absent {
            continue;
        }
        let value = match (&*key, value) {
            ("delay", value) => delay(&value, knobs),
            ("listingExchange" | "name", Value::String(word)) if word == "PINX" && !live => {
                Value::from("PinkSheets")
            }
            ("securityType", _) if !knobs.wire.unknown_word.is_empty() => {
                Value::from(knobs.wire.unknown_word.clone())
            }
            (_, value) => spoken(value, knobs),
        };
        let name =
            names.iter().find(|(ours, _)| *ours == key).map_or(key, |(_, n)| (*n).to_owned());
        out.insert(name, value);
    }
    out
}

fn delay(value: &Value, knobs: &Knobs) -> Value {
    let delayed = value.as_i64().unwrap_or(0) != 0;
    match (knobs.wire.dialect, knobs.market.delay_style) {
        (Dialect::Docs, _) | (_, DelayStyle::Bool) => Value::Bool(delayed),
        (_, DelayStyle::Int) => Value::from(i64::from(delayed)),
        (_, DelayStyle::Minutes) if delayed => Value::from(knobs.market.delay_minutes),
        (_, DelayStyle::Minutes) => Value::from(0),
    }
}
