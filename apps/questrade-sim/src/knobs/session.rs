//! Settings of the clock, the rate limits and the streams.

use serde::{Deserialize, Serialize};

/// The virtual clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClockKnobs {
    /// Where it starts, with an offset; `now` for the machine's clock.
    pub start: String,
    /// Virtual seconds in a second; 0 stands still until the control endpoint moves it.
    pub speed: f64,
    /// `GET /v1/time` is off by this many milliseconds.
    pub skew_ms: i64,
}

impl Default for ClockKnobs {
    fn default() -> Self {
        Self { start: "2026-07-09T10:31:22.417-04:00".to_owned(), speed: 1.0, skew_ms: 0 }
    }
}

/// A window of the limiter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// A second.
    Second,
    /// An hour.
    Hour,
}

/// Calls allowed in a second and in an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Per second.
    pub per_second: u32,
    /// Per hour.
    pub per_hour: u32,
}

/// Rate limits, per user, on the machine's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitKnobs {
    /// Calls about accounts.
    pub account: RateLimit,
    /// Calls about symbols and markets.
    pub market_data: RateLimit,
    /// Calls that place, change, cancel or price orders.
    pub orders: RateLimit,
    /// Which window the headers speak of.
    pub header_window: Window,
}

impl Default for LimitKnobs {
    fn default() -> Self {
        Self {
            account: RateLimit { per_second: 30, per_hour: 30_000 },
            market_data: RateLimit { per_second: 20, per_hour: 15_000 },
            orders: RateLimit { per_second: 10, per_hour: 10_000 },
            header_window: Window::Hour,
        }
    }
}

/// Streams of quotes and notifications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches")]
pub struct StreamKnobs {
    /// Seconds within which a client must send its token.
    pub handshake_s: u64,
    /// A stream ends when no REST call came for this many virtual seconds.
    pub idle_session_s: i64,
    /// Frames after the first carry only what changed.
    pub partial_frames: bool,
    /// Partial frames have no `symbol`.
    pub omit_symbol: bool,
    /// The reply that names the port brings quotes too.
    pub initial_quotes: bool,
    /// `accountNumber` of notifications is a number.
    pub numeric_account: bool,
    /// Frames are sent in pieces of at most this many bytes on a raw socket; 0 for whole.
    pub raw_chunk_bytes: usize,
    /// Quotes of a user without real-time data are refused with 403/1016.
    pub requires_real_time: bool,
}

impl Default for StreamKnobs {
    fn default() -> Self {
        Self {
            handshake_s: 5,
            idle_session_s: 1_800,
            partial_frames: true,
            omit_symbol: true,
            initial_quotes: false,
            numeric_account: false,
            raw_chunk_bytes: 0,
            requires_real_time: false,
        }
    }
}
