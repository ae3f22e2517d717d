//! Faults on routes, and the named quirks of the broker.

use serde::{Deserialize, Serialize};

/// What a fault does to a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// The call is not carried out; this status and code are replied.
    Refuse {
        /// HTTP status.
        status: u16,
        /// The broker's code.
        code: i64,
    },
    /// The call is carried out; then this status and code are replied.
    RefuseAfter {
        /// HTTP status.
        status: u16,
        /// The broker's code.
        code: i64,
    },
    /// 200 whose body is an error object; the call is not carried out.
    OkWithCode {
        /// The broker's code.
        code: i64,
    },
    /// An HTML page with this status; the call is not carried out.
    Html {
        /// HTTP status.
        status: u16,
    },
    /// The body ends in the middle, with a matching length.
    Truncated,
    /// The body is cut after so many bytes and the connection closed, against the length promised.
    Partial {
        /// Bytes sent.
        bytes: usize,
    },
    /// The body is filled up to so many bytes.
    Huge {
        /// Bytes.
        bytes: usize,
    },
    /// The body drips.
    Slow {
        /// Bytes in a second.
        bytes_per_s: u32,
    },
    /// The reply waits.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// The connection is closed before the call is carried out.
    DropBefore,
    /// The call is carried out, then the connection is closed.
    DropAfter,
    /// The call is carried out and never answered.
    Hang,
    /// The body is empty.
    Empty,
}

/// A fault on a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// Name of the route (`accounts`, `orders.place`, ...) or `*` for all of the API.
    pub route: String,
    /// Calls to let through first.
    #[serde(default)]
    pub skip: u32,
    /// Calls to strike then; all when absent.
    #[serde(default)]
    pub times: Option<u32>,
    /// What happens.
    pub effect: Effect,
}

/// Odd behaviour of the broker, by name. The first word is the number in the list of simulated
/// quirks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quirk {
    /// An order request is lost on its way.
    #[serde(rename = "q1_lost_request")]
    Q1LostRequest,
    /// An order is placed, its reply lost.
    #[serde(rename = "q2_lost_response")]
    Q2LostResponse,
    /// The reply is lost and the order appears up to 300 s later.
    #[serde(rename = "q3_late_accept")]
    Q3LateAccept,
    /// 400 with an unlisted code, and the order works.
    #[serde(rename = "q4_400_but_placed")]
    Q4PlacedDespite400,
    /// 200 with a code and the id of a rejected order.
    #[serde(rename = "q5_200_with_error")]
    Q5ErrorIn200,
    /// 500, and the order works.
    #[serde(rename = "q6_5xx_placed")]
    Q6PlacedDespite5xx,
    /// 500, and no order.
    #[serde(rename = "q6_5xx_not_placed")]
    Q6NotPlaced5xx,
    /// 429 on an order.
    #[serde(rename = "q7_429")]
    Q7TooMany,
    /// Lists of orders lag five seconds behind.
    #[serde(rename = "q8_list_lag")]
    Q8ListLag,
    /// Lists end in the middle.
    #[serde(rename = "q9_truncated_page")]
    Q9TruncatedPage,
    /// Without a window only today's orders are listed. On by default.
    #[serde(rename = "q10_default_window")]
    Q10DefaultWindow,
    /// A filled order is listed as accepted once more.
    #[serde(rename = "q11_state_regression")]
    Q11StateRegression,
    /// Executions come twice and in reverse.
    #[serde(rename = "q12_duplicate_executions")]
    Q12DuplicateExecutions,
    /// One frame of a stream is lost.
    #[serde(rename = "q13_lost_frame")]
    Q13LostFrame,
    /// A stream is closed as if another client had connected.
    #[serde(rename = "q14_kick")]
    Q14Kick,
    /// A replacement gets a new id. On by default.
    #[serde(rename = "q15_replace_new_id")]
    Q15ReplaceNewId,
    /// The order fills while its cancel is under way.
    #[serde(rename = "q16_cancel_fill_race")]
    Q16CancelFillRace,
    /// A stop order is rejected.
    #[serde(rename = "q17_stop_refused")]
    Q17StopRefused,
    /// A stop triggers and does not fill.
    #[serde(rename = "q17_triggered_unfilled")]
    Q17TriggeredUnfilled,
    /// The next execution is busted a minute later.
    #[serde(rename = "q18_bust")]
    Q18Bust,
    /// The next symbol traded splits two for one overnight.
    #[serde(rename = "q19_split_overnight")]
    Q19SplitOvernight,
    /// A token is spent, then the connection is cut.
    #[serde(rename = "q20_token_consumed")]
    Q20TokenConsumed,
    /// A person enters the same order by hand.
    #[serde(rename = "q21_human_twin")]
    Q21HumanTwin,
    /// An order fills in part and then no more.
    #[serde(rename = "q22_partial_then_stop")]
    Q22PartialThenStop,
    /// The symbol of the next order is halted.
    #[serde(rename = "q23_halt")]
    Q23Halt,
    /// `creationTime` is ninety seconds behind.
    #[serde(rename = "q24_clock_offset")]
    Q24ClockOffset,
    /// The broker sells a position a minute after the next order.
    #[serde(rename = "q25_liquidation")]
    Q25Liquidation,
}

impl Quirk {
    /// All quirks.
    pub const ALL: [Self; 27] = [
        Self::Q1LostRequest,
        Self::Q2LostResponse,
        Self::Q3LateAccept,
        Self::Q4PlacedDespite400,
        Self::Q5ErrorIn200,
        Self::Q6PlacedDespite5xx,
        Self::Q6NotPlaced5xx,
        Self::Q7TooMany,
        Self::Q8ListLag,
        Self::Q9TruncatedPage,
        Self::Q10DefaultWindow,
        Self::Q11StateRegression,
        Self::Q12DuplicateExecutions,
        Self::Q13LostFrame,
        Self::Q14Kick,
        Self::Q15ReplaceNewId,
        Self::Q16CancelFillRace,
        Self::Q17StopRefused,
        Self::Q17TriggeredUnfilled,
        Self::Q18Bust,
        Self::Q19SplitOvernight,
        Self::Q20TokenConsumed,
        Self::Q21HumanTwin,
        Self::Q22PartialThenStop,
        Self::Q23Halt,
        Self::Q24ClockOffset,
        Self::Q25Liquidation,
    ];
}

/// A quirk that is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuirkSwitch {
    /// Which.
    pub name: Quirk,
    /// How often it strikes; always when absent.
    #[serde(default)]
    pub times: Option<u32>,
}
