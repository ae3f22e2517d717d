//! One budget per interface, for all who call it.
//!
//! How it works:
//! 1. [`Limits`] says what an interface allows: calls per window of seconds, hours or days, how much
//!    of it is used at all, and which share only safety calls may touch.
//! 2. A [`Meter`] counts exactly, call by call, over sliding windows, and hears what the server says
//!    of its own count. It is a pure function of the times it is given.
//! 3. The [`Governor`] holds one meter per interface and lets tasks wait in the order of their
//!    [`Priority`]: safety before decisions, decisions before research.
//! 4. [`Usage`] rows and [`Forecast`]s say what was used and when a window will be exhausted.
//!
//! Sliding windows rather than a token bucket: a bucket that allows a burst of its capacity lets
//! nearly twice the limit through in one window of the server, and one that does not wastes half.

mod breaker;
mod clock;
mod forecast;
mod governor;
mod limits;
mod meter;
mod usage;
mod window;

pub use breaker::{Breaker, BreakerConfig, BreakerState};
pub use clock::{Clock, MachineClock};
pub use forecast::Forecast;
pub use governor::{Governor, Permit, Refused, Status, WindowStatus};
pub use limits::{LimitError, Limits, Priority, Quota, standard_limits, unlisted_limits};
pub use meter::{Meter, Outcome, Reply, Verdict, Why};
pub use usage::{Usage, UsageLog};
pub use window::SlidingWindow;
