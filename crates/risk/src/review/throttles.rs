//! What has been sent already: throttles, own orders, repetition.
//!
//! The throttles are those of the FIA's best practices for automated trading risk controls (2024):
//! message throttle, repeated-execution throttle, self-trade and duplicate prevention.

use tradebot_domain::Price;
use tradebot_policy::{Limits, bounds};

use super::Checks;
use crate::allowance::tightened;
use crate::propose::Proposal;
use crate::refusal::Refusal;
use crate::view::{BookView, Fingerprint, Traffic};

impl Checks {
    /// What is paid for crossing from bid to ask.
    pub(super) fn spread(&mut self, limits: &Limits, view: &BookView<'_>) {
        let allowed = tightened(limits.spread_max, bounds::SPREAD_MAX);
        let asked = view.spread;
        let refusal = || Refusal::Spread { asked, allowed };
        let sane = asked >= 0.0;
        self.add("spread", (asked, allowed), sane && asked <= allowed, refusal);
    }

    /// How many orders leave, and how soon the same symbol is bought again.
    pub(super) fn throttles(&mut self, limits: &Limits, traffic: &Traffic<'_>) {
        let with_this = |count: u32| f64::from(count) + 1.0;
        let allowed = limits.messages_per_minute.min(bounds::MESSAGES_PER_MINUTE_MAX);
        self.at_most(
            "messages_per_minute",
            with_this(traffic.messages_minute),
            f64::from(allowed),
            |asked, allowed| Refusal::MessagesPerMinute { asked, allowed },
        );
        let allowed = limits.messages_per_session.min(bounds::MESSAGES_PER_SESSION_MAX);
        self.at_most(
            "messages_per_session",
            with_this(traffic.messages_session),
            f64::from(allowed),
            |asked, allowed| Refusal::MessagesPerSession { asked, allowed },
        );
        let allowed = limits.entries_per_symbol.min(bounds::ENTRIES_PER_SYMBOL_MAX);
        self.at_most(
            "repeated_entry",
            with_this(traffic.entries_of_symbol),
            f64::from(allowed),
            |asked, allowed| Refusal::RepeatedEntry { asked, allowed },
        );
        let wanted = limits.entry_interval_minutes.max(bounds::ENTRY_INTERVAL_MINUTES_MIN);
        let allowed = f64::from(wanted);
        let asked = traffic.minutes_since_entry.unwrap_or(f64::INFINITY);
        let refusal = || Refusal::EntryInterval { asked, allowed };
        self.add("entry_interval", (asked, allowed), asked >= allowed, refusal);
    }

    /// Orders of our own: one on the other side that this one would meet, and its like.
    pub(super) fn own_orders(&mut self, proposal: &Proposal, traffic: &Traffic<'_>) {
        let limit = proposal.bracket.entry_limit;
        let asked = limit.to_f64();
        let allowed = traffic.resting_sell.map_or(f64::INFINITY, Price::to_f64);
        let refusal = || Refusal::SelfTrade { asked, allowed };
        self.add("self_trade", (asked, allowed), asked < allowed, refusal);

        let this = Fingerprint { symbol: proposal.symbol, shares: proposal.shares, limit };
        let sent = traffic.recent.iter().filter(|sent| **sent == this).count() as f64;
        self.at_most("duplicate", sent, 0.0, |asked, allowed| Refusal::Duplicate {
            asked,
            allowed,
        });
    }
}
