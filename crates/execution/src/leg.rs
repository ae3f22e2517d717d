//! The orders of an intent, and what they are called.

use tradebot_journal::{ExitReason, OrderRole};

/// One of the orders that an intent can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leg {
    /// Opens the position.
    Entry,
    /// For all that is held.
    Stop,
    /// For all that is held but the part.
    Target,
    /// A nearer limit for a part of the position; a target to everyone else.
    Part,
    /// At the market.
    Exit,
}

impl Leg {
    /// What the order is for.
    pub const fn role(self) -> OrderRole {
        match self {
            Self::Entry => OrderRole::Entry,
            Self::Stop => OrderRole::Stop,
            Self::Target | Self::Part => OrderRole::Target,
            Self::Exit => OrderRole::Exit,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Part => PART,
            other => other.role().name(),
        }
    }

    /// `<intent>/<role>`, `<intent>/part` for a partial exit, with `#n` on the n-th replacement of
    /// the stop.
    pub fn order_id(self, intent: &str, replacements: u32) -> String {
        let name = self.name();
        match (self, replacements) {
            (Self::Stop, n) if n > 0 => format!("{intent}/{name}#{n}"),
            _ => format!("{intent}/{name}"),
        }
    }

    /// The order that a reason to leave executes.
    pub(crate) const fn of(reason: ExitReason) -> Self {
        match reason {
            ExitReason::Stop | ExitReason::StopGap => Self::Stop,
            ExitReason::Target | ExitReason::TargetGap => Self::Target,
            _ => Self::Exit,
        }
    }
}

/// What the id of a partial exit's order ends with.
const PART: &str = "part";

/// The order is the nearer limit of a partial exit.
pub(crate) fn is_part(order_id: &str) -> bool {
    order_id.rsplit_once('/').is_some_and(|(_, name)| name == PART)
}
