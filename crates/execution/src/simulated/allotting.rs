//! How much of an entry is filled, and what an ambiguous bar would have brought otherwise.

use tradebot_brackets::{Ambiguity, Exit, Progress, Walk};
use tradebot_domain::{Bar, Moment, Money, Shares};
use tradebot_journal::{ExitReason, OrderState};

use super::slot::{BY_FINER_BARS, Leaving, Slot, Venue, on_record};
use crate::event::{BrokerEvent, exit_reason};

impl Slot {
    /// Cuts an entry that this bar fills to what the venue's terms allow. True when that is
    /// nothing: the entry has ended.
    pub(super) fn allot(
        &mut self,
        bar: &Bar,
        venue: &Venue,
        events: &mut Vec<BrokerEvent>,
    ) -> bool {
        let Some(terms) = &venue.terms else { return false };
        if bar.open > self.walk.entry_limit() {
            return false;
        }
        let (asked, filled) = (self.shares, terms.most(self.shares));
        if filled == Shares::ZERO {
            let share = terms.cap().map_or(1.0, |cap| cap.max_share);
            let note = format!("no share is within {share} of the volume");
            events.push(self.entry_ended(bar.date, OrderState::Expired, note));
            return true;
        }
        let price = on_record(bar.open);
        let costs = self.charged(bar.date, (filled, price), None, venue).0.total();
        let (cost, affordable) =
            (terms.in_account(price.times(filled)) + costs, terms.affordable());
        if cost > affordable {
            let note = format!("{cost} at the open, {affordable} is free and settled");
            events.push(self.entry_ended(bar.date, OrderState::Expired, note));
            return true;
        }
        self.shares = filled;
        self.unfilled = Shares(asked.0 - filled.0);
        false
    }

    /// What the record of a filled entry says.
    pub(super) fn filled_note(&self) -> String {
        match self.unfilled {
            Shares::ZERO => String::new(),
            rest => format!("{rest} above the cap on its share of the volume are cancelled"),
        }
    }

    /// How much more cash the exits of an ambiguous bar would have brought with the target first.
    pub(super) fn otherwise(
        &self,
        exit: &Exit,
        (before, whole): (Walk, bool),
        (bar, fine): (&Bar, &[Bar]),
        venue: &Venue,
    ) -> Option<Money> {
        if !exit.ambiguous {
            return None;
        }
        let mut other = before.choosing(Ambiguity::Target);
        if fine.is_empty() || other.step_fine(bar, fine, BY_FINER_BARS).is_err() {
            other.step(bar);
        }
        let brought = |walk: &Walk| self.brought((walk, whole), bar.date, venue);
        Some(brought(&other)? - brought(&self.walk)?)
    }

    /// Cash that the exits of one session bring on one way through its bar.
    fn brought(
        &self,
        (walk, whole): (&Walk, bool),
        session: Moment,
        venue: &Venue,
    ) -> Option<Money> {
        let Progress::Closed(exit) = walk.progress() else { return None };
        let sale = |shares: Shares, price: f64, reason: ExitReason| {
            let price = on_record(price);
            let (costs, _) = self.charged(session, (shares, price), Some(reason), venue);
            let value = price.times(shares);
            let value = venue.terms.as_ref().map_or(value, |terms| terms.in_account(value));
            value - costs.total()
        };
        let sold = walk.part_sold().filter(|_| whole).zip(self.part);
        let (part, left) = match sold {
            None => (Money::ZERO, self.shares),
            Some((sold, part)) => {
                let brought = sale(part.shares, sold.price, exit_reason(sold.kind));
                (brought, Shares(self.shares.0 - part.shares.0))
            }
        };
        let leaving = Leaving::from(exit);
        Some(part + sale(left, leaving.price, leaving.reason))
    }
}
