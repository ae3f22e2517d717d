//! What the frames of a stream say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::execution::Execution;
use crate::order::Order;
use crate::quote::Quote;
use crate::reply::{self, ReplyError};
use crate::wire::fields::tolerant_record;
use crate::wire::integer::integer_of;
use crate::wire::text;

/// A frame that does not read.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// It is no object of the agreed shape.
    #[error("a frame does not read: {why}")]
    Shape {
        /// What is wrong.
        why: String,
    },
    /// A first frame of a symbol lacks what a quote cannot be without.
    #[error("the quote of symbol {symbol_id} is not whole yet: {why}")]
    NotWhole {
        /// The symbol.
        symbol_id: i64,
        /// What is missing.
        why: String,
    },
    /// The broker speaks of an error.
    #[error("the stream says: {0}")]
    Broker(ReplyError),
}

/// One reading of one frame.
pub(super) type Reading<T> = Result<T, FrameError>;

/// Reads the frames of one connection.
pub(super) trait Frames: Send + 'static {
    /// What a frame holds.
    type Item: Send + 'static;

    /// What a frame says.
    fn read(&mut self, frame: &[u8]) -> Vec<Reading<Self::Item>>;

    /// A new connection: what the old one said is no longer added to.
    fn begin(&mut self);
}

/// Orders and executions of one account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct Notification {
    /// The account; its leading zeros may have been lost on the wire.
    #[serde(deserialize_with = "text::deserialize")]
    pub account_number: String,
    /// Orders as they now are.
    #[serde(default)]
    pub orders: Vec<Order>,
    /// Executions.
    #[serde(default)]
    pub executions: Vec<Execution>,
}
tolerant_record!(Notification);

/// Frames of the notification stream.
pub(super) struct Notices;

impl Frames for Notices {
    type Item = Notification;

    fn read(&mut self, frame: &[u8]) -> Vec<Reading<Notification>> {
        vec![reply::read(200, frame).map_err(error_of)]
    }

    fn begin(&mut self) {}
}

/// The fields of one quote, each as its literal text.
type Raw = BTreeMap<String, Box<RawValue>>;

/// Frames of the quote stream: each may hold a part of a quote only, so parts are added up.
#[derive(Default)]
pub(super) struct QuoteFrames {
    known: BTreeMap<i64, Raw>,
}

#[derive(Deserialize)]
struct QuoteFrame {
    quotes: Vec<Raw>,
}

impl Frames for QuoteFrames {
    type Item = Quote;

    fn read(&mut self, frame: &[u8]) -> Vec<Reading<Quote>> {
        match reply::read::<QuoteFrame>(200, frame) {
            Ok(frame) => frame.quotes.into_iter().map(|part| self.add(part)).collect(),
            Err(error) => vec![Err(error_of(error))],
        }
    }

    fn begin(&mut self) {
        self.known.clear();
    }
}

impl QuoteFrames {
    fn add(&mut self, part: Raw) -> Reading<Quote> {
        let id = part.get("symbolId").map(|raw| raw.get().trim_matches('"'));
        let symbol_id = id.and_then(integer_of).ok_or_else(|| FrameError::Shape {
            why: "a quote without the id of its symbol".into(),
        })?;
        let known = self.known.entry(symbol_id).or_default();
        known.extend(part);
        let whole = serde_json::to_string(known).expect("literal texts of JSON are JSON");
        serde_json::from_str(&whole).map_err(|error| {
            // What is kept must be able to become a quote: a bad part starts this one anew.
            if !error.to_string().contains("missing field") {
                known.clear();
            }
            FrameError::NotWhole { symbol_id, why: error.to_string() }
        })
    }
}

fn error_of(error: ReplyError) -> FrameError {
    match error {
        ReplyError::Broker { .. } => FrameError::Broker(error),
        other => FrameError::Shape { why: other.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use proptest::prelude::*;

    #[test]
    fn parts_of_a_quote_add_up_and_keep_their_digits() {
        let mut frames = QuoteFrames::default();
        let read = |frames: &mut QuoteFrames, json: &str| frames.read(json.as_bytes()).remove(0);
        let early = read(&mut frames, r#"{"quotes":[{"symbolId":9001001,"bidPrice":36.53}]}"#);
        assert!(matches!(early, Err(FrameError::NotWhole { symbol_id: 9_001_001, .. })));
        assert_eq!(read(&mut frames, samples::QUOTES_LIVE).unwrap().ask_size, 7);
        let part = r#"{"quotes":[{"symbolId":"9001001","bidPrice":36.5400,"delay":1}]}"#;
        let quote = read(&mut frames, part).unwrap();
        assert_eq!(quote.bid_price.unwrap().to_string(), "36.5400");
        assert_eq!((quote.delay, quote.ask_size, &*quote.symbol), (1, 7, "ZZQ.TO"));
        // A side that went away is null, not what it was.
        let gone = read(&mut frames, r#"{"quotes":[{"symbolId":9001001,"askPrice":null}]}"#);
        assert_eq!(gone.unwrap().ask_price, None);
        frames.begin();
        assert!(read(&mut frames, part).is_err());
    }

    #[test]
    fn a_notification_has_orders_or_executions_and_an_account_however_written() {
        let orders = samples::ORDERS_LIVE.replacen('{', r#"{"accountNumber":26543210,"#, 1);
        let notification = Notices.read(orders.as_bytes()).remove(0).unwrap();
        assert_eq!((&*notification.account_number, notification.orders.len()), ("26543210", 1));
        let executions = samples::EXECUTIONS.replacen('{', r#"{"accountNumber":"01234567","#, 1);
        assert_eq!(Notices.read(executions.as_bytes()).remove(0).unwrap().executions.len(), 2);
        let error = Notices.read(samples::ERROR.as_bytes()).remove(0);
        assert!(matches!(error, Err(FrameError::Broker(_))), "{error:?}");
    }

    proptest! {
        #[test]
        fn no_frame_panics_and_a_bad_one_does_not_poison_the_next(
            at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>(),
        ) {
            let mut bytes = samples::QUOTES_LIVE.as_bytes().to_vec();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let mut frames = QuoteFrames::default();
            let _ = frames.read(&bytes);
            let _ = frames.read(&bytes[..cut.index(bytes.len())]);
            let _ = Notices.read(&bytes);
            let good = frames.read(samples::QUOTES_LIVE.as_bytes()).remove(0);
            prop_assert!(good.is_ok(), "{:?}", good);
        }
    }
}
