//! Laws of every reply type: what is written is read again, and no input makes reading panic.

use std::fmt::Debug;

use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::*;
use crate::account::{AccountsReply, BalancesReply, PositionsReply, TimeReply};
use crate::activity::ActivitiesReply;
use crate::candle::CandlesReply;
use crate::error::ErrorBody;
use crate::execution::ExecutionsReply;
use crate::market::MarketsReply;
use crate::option::OptionsReply;
use crate::option_quote::OptionQuotesReply;
use crate::order::OrdersReply;
use crate::quote::QuotesReply;
use crate::read;
use crate::symbol::{SearchReply, SymbolsReply};
use crate::token::TokenReply;

/// Reads `json`; when that works, writing and reading again gives the same. Returns whether it was
/// read.
#[track_caller]
fn reads_back<T: DeserializeOwned + Serialize + PartialEq + Debug>(json: &[u8]) -> bool {
    let Ok(first) = serde_json::from_slice::<T>(json) else { return false };
    let written = serde_json::to_string(&first).unwrap();
    let again: T = serde_json::from_str(&written).unwrap_or_else(|e| panic!("{e}: {written}"));
    assert_eq!(first, again);
    // The same through a tree of values, where numbers have no literal text any more.
    let tree: Value = serde_json::from_str(&written).unwrap();
    assert!(serde_json::from_value::<T>(tree).is_ok(), "{written}");
    true
}

/// A sample and what reads it.
type Kind = (&'static str, fn(&[u8]) -> bool);

const KINDS: &[Kind] = &[
    (TIME, reads_back::<TimeReply>),
    (ACCOUNTS, reads_back::<AccountsReply>),
    (POSITIONS, reads_back::<PositionsReply>),
    (BALANCES, reads_back::<BalancesReply>),
    (EXECUTIONS, reads_back::<ExecutionsReply>),
    (ORDERS_DOCUMENTED, reads_back::<OrdersReply>),
    (ORDERS_LIVE, reads_back::<OrdersReply>),
    (ACTIVITIES, reads_back::<ActivitiesReply>),
    (SYMBOLS, reads_back::<SymbolsReply>),
    (SEARCH, reads_back::<SearchReply>),
    (OPTIONS, reads_back::<OptionsReply>),
    (MARKETS, reads_back::<MarketsReply>),
    (QUOTES_LIVE, reads_back::<QuotesReply>),
    (QUOTES_DOCUMENTED, reads_back::<QuotesReply>),
    (OPTION_QUOTES, reads_back::<OptionQuotesReply>),
    (CANDLES, reads_back::<CandlesReply>),
    (ERROR, reads_back::<ErrorBody>),
    (TOKEN, |json| read::<TokenReply>(200, json).is_ok()),
];

#[test]
fn every_sample_is_read_and_comes_back() {
    for (sample, reads) in KINDS {
        assert!(reads(sample.as_bytes()), "{sample}");
    }
}

#[test]
fn extra_fields_and_unknown_words_are_tolerated_everywhere() {
    for (sample, reads) in KINDS {
        let richer = sample.replace('{', r#"{"futureField":{"a":[1,null,"x"]},"#);
        assert!(reads(richer.as_bytes()), "{richer}");
        let renamed = ["Limit", "TFSA", "Active", "TSX", "Stock", "American", "Up", "CAD", "USD"]
            .iter()
            .fold((*sample).to_owned(), |json, word| {
                json.replace(&format!("\"{word}\""), "\"Unheard Of\"")
            });
        assert!(reads(renamed.as_bytes()), "{renamed}");
    }
}

#[test]
fn numbers_keep_the_digits_they_were_written_with() {
    let reply: PositionsReply = serde_json::from_str(POSITIONS).unwrap();
    let written = serde_json::to_string(&reply).unwrap();
    assert!(written.contains("\"averageEntryPrice\":33.102500000001,"), "{written}");
    assert!(written.contains("\"currentMarketValue\":4386.0,"), "{written}");
}

/// A value put in the place of another.
fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        Just(serde_json::json!([])),
        Just(serde_json::json!({"code": 1})),
    ]
}

/// The values inside a tree, in order.
fn places(value: &mut Value) -> Vec<&mut Value> {
    match value {
        Value::Array(items) => items.iter_mut().flat_map(inside).collect(),
        Value::Object(map) => map.values_mut().flat_map(inside).collect(),
        _ => Vec::new(),
    }
}

/// A leaf itself, or the values inside it.
fn inside(value: &mut Value) -> Vec<&mut Value> {
    let has_children = match &*value {
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
        _ => false,
    };
    if has_children { places(value) } else { vec![value] }
}

proptest! {
    #[test]
    fn a_changed_byte_never_makes_reading_panic(
        kind in prop::sample::select(KINDS.to_vec()),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let (sample, reads) = kind;
        let mut bytes = sample.as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = reads(&bytes);
        let _ = reads(&bytes[..cut.index(bytes.len())]);
        let _ = read::<TokenReply>(200, &bytes);
    }

    #[test]
    fn a_changed_value_is_read_back_or_refused(
        kind in prop::sample::select(KINDS.to_vec()),
        at in any::<prop::sample::Index>(),
        value in any_value(),
    ) {
        let (sample, reads) = kind;
        let mut tree: Value = serde_json::from_str(sample).unwrap();
        let mut places = places(&mut tree);
        let at = at.index(places.len());
        *places[at] = value;
        let _ = reads(tree.to_string().as_bytes());
    }

    /// A key of the sample anywhere else in it, often a second time in the same object.
    #[test]
    fn a_key_in_a_second_place_is_read_back_or_refused(
        kind in prop::sample::select(KINDS.to_vec()),
        word in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        value in any_value(),
    ) {
        let (sample, reads) = kind;
        let words: Vec<&str> = sample.split('"').skip(1).step_by(2).collect();
        let braces: Vec<usize> = sample.match_indices('{').map(|(i, _)| i + 1).collect();
        let key = words[word.index(words.len())];
        let mut json = sample.to_owned();
        json.insert_str(braces[at.index(braces.len())], &format!("\"{key}\":{value},"));
        let _ = reads(json.as_bytes());
    }

    #[test]
    fn no_bytes_make_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        for (_, reads) in KINDS {
            let _ = reads(&bytes);
        }
    }
}
