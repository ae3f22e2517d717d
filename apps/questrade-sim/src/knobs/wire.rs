//! Settings of what is written on the wire.

use serde::{Deserialize, Serialize};

/// Which names replies use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// Those of the broker's pages: `options`, `orderType`, `lastTradeTrHrs`, `PinkSheets`.
    Docs,
    /// Those seen on the wire: `optionChain`, `type`, `icebergQty`, `PINX`, `VWAP`.
    Live,
}

/// Names, numbers and limits of replies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WireKnobs {
    /// Names.
    pub dialect: Dialect,
    /// Codes of errors are texts.
    pub code_as_text: bool,
    /// Prices and amounts carry the noise of doubles: 10.000000001 for 10.
    pub float_noise: bool,
    /// A word in place of every security type: what a client meets when the broker adds one.
    pub unknown_word: String,
    /// Largest body in bytes; a larger one is 413/1005.
    pub body_max: usize,
    /// Every reply waits this long, milliseconds.
    pub latency_ms: u64,
    /// An order id that is not known is 404/1020 instead of an empty list.
    pub unknown_order_is_404: bool,
}

impl Default for WireKnobs {
    fn default() -> Self {
        Self {
            dialect: Dialect::Live,
            code_as_text: false,
            float_noise: false,
            unknown_word: String::new(),
            body_max: 1 << 20,
            latency_ms: 0,
            unknown_order_is_404: false,
        }
    }
}
