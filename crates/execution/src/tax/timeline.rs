//! One property's events in the order of their trades, in shares that can be compared.

use std::collections::BTreeMap;

use tradebot_domain::{Date, Decimal};

use super::pool::{add, div, mul, shares};
use super::record::{DateBasis, TaxAccount, TaxAction, TaxEvent};
use super::walk::TaxError;

/// An event in its place.
#[derive(Debug, Clone)]
pub(super) struct Step<'a> {
    pub(super) event: &'a TaxEvent,
    /// The event's action; sales of one day together.
    pub(super) action: TaxAction,
    /// The date that counts.
    pub(super) date: Date,
    /// Index of the holder.
    pub(super) holder: usize,
    /// Shares of this day per share of the first day, as a fraction.
    units: (Decimal, Decimal),
}

/// Who holds shares: a person's taxed accounts together, or their registered ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holder<'a> {
    pub(super) person: &'a str,
    pub(super) registered: bool,
    /// Shares that were sold without having been bought, in shares of the first day.
    pub(super) missing: Decimal,
}

/// All that happened to one property.
#[derive(Debug)]
pub(super) struct Timeline<'a> {
    pub(super) steps: Vec<Step<'a>>,
    pub(super) holders: Vec<Holder<'a>>,
}

impl<'a> Timeline<'a> {
    /// Puts the events of one property in order.
    pub(super) fn of(
        events: &[&'a TaxEvent],
        accounts: &BTreeMap<&str, &'a TaxAccount>,
        basis: DateBasis,
    ) -> Result<Self, TaxError> {
        let mut ordered = events.to_vec();
        ordered.sort_by_key(|event| (event.traded, rank(&event.action)));
        let mut timeline = Self { steps: Vec::with_capacity(ordered.len()), holders: Vec::new() };
        let mut units = (Decimal::ONE, Decimal::ONE);
        for event in ordered {
            if timeline.told_already(event) {
                continue;
            }
            if let TaxAction::Split { new, old } = event.action {
                units = (mul(units.0, new)?, mul(units.1, old)?);
            }
            if !timeline.joined(event)? {
                let holder = timeline.holder(accounts[event.account.as_str()]);
                let date = event.on(basis);
                timeline.steps.push(Step { event, action: event.action, date, holder, units });
            }
        }
        timeline.find_missing()?;
        Ok(timeline)
    }

    /// A split that another account has told of.
    fn told_already(&self, event: &TaxEvent) -> bool {
        let same = |step: &&Step<'_>| step.event.traded == event.traded;
        let is_split = matches!(event.action, TaxAction::Split { .. });
        let mut of_day = self.steps.iter().rev().take_while(same);
        is_split && of_day.any(|step| step.action == event.action)
    }

    /// Adds a sale to the one before it, where both are parts of one disposition.
    fn joined(&mut self, event: &TaxEvent) -> Result<bool, TaxError> {
        let Some(last) = self.steps.last_mut() else { return Ok(false) };
        let other = last.event;
        let alike = other.account == event.account
            && other.symbol == event.symbol
            && (other.traded, other.settled) == (event.traded, event.settled)
            && other.currency == event.currency;
        let (
            TaxAction::Sell { shares, amount, outlays },
            TaxAction::Sell { shares: more, amount: further, outlays: cost },
        ) = (last.action, event.action)
        else {
            return Ok(false);
        };
        if alike {
            last.action = TaxAction::Sell {
                shares: add(shares, more)?,
                amount: add(amount, further)?,
                outlays: add(outlays, cost)?,
            };
        }
        Ok(alike)
    }

    fn holder(&mut self, account: &'a TaxAccount) -> usize {
        let (person, registered) = (account.person.as_str(), account.registered);
        let known =
            self.holders.iter().position(|h| (h.person, h.registered) == (person, registered));
        known.unwrap_or_else(|| {
            self.holders.push(Holder { person, registered, missing: Decimal::ZERO });
            self.holders.len() - 1
        })
    }

    /// Finds by how much each holder's shares would fall below zero.
    fn find_missing(&mut self) -> Result<(), TaxError> {
        let mut balances = vec![Decimal::ZERO; self.holders.len()];
        for step in &self.steps {
            let change = div(mul(step.action.change(), step.units.1)?, step.units.0)?;
            let balance = &mut balances[step.holder];
            *balance = add(*balance, change)?;
            let missing = &mut self.holders[step.holder].missing;
            *missing = (*missing).max(shares(-*balance));
        }
        Ok(())
    }

    /// Shares of step `from`'s day in shares of step `to`'s day.
    pub(super) fn converted(
        &self,
        count: Decimal,
        from: usize,
        to: usize,
    ) -> Result<Decimal, TaxError> {
        let (from, to) = (self.steps[from].units, self.steps[to].units);
        if from == to {
            return Ok(count);
        }
        let above = mul(mul(count, to.0)?, from.1)?;
        Ok(shares(div(above, mul(to.1, from.0)?)?))
    }

    /// Shares of the first day in shares of step `to`'s day.
    pub(super) fn first_day_shares(&self, count: Decimal, to: usize) -> Result<Decimal, TaxError> {
        let (new, old) = self.steps[to].units;
        Ok(shares(div(mul(count, new)?, old)?))
    }
}

/// Within a day: what was there, then a split before the session, then trades as they came.
const fn rank(action: &TaxAction) -> u8 {
    match action {
        TaxAction::Opening { .. } => 0,
        TaxAction::Split { .. } => 1,
        _ => 2,
    }
}
