//! The books of one property after the other.

use std::collections::BTreeMap;

use tradebot_domain::{Currency, Date, Decimal};

use super::line::{Allocation, Holding, LineKind, Superficial, TaxBooks, TaxLine, TaxWarning};
use super::pool::{Pool, add, amount, mul};
use super::rates::ExchangeRates;
use super::record::{Rules, TaxAccount, TaxAction, TaxEvent};
use super::superficial::Window;
use super::timeline::Timeline;

/// Why no books can be kept.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TaxError {
    /// Two accounts have one number.
    #[error("account {account} is given twice")]
    AccountTwice {
        /// Its number.
        account: String,
    },
    /// An event of an account that was not given.
    #[error("{symbol} on {date}: account {account} is not known")]
    UnknownAccount {
        /// Its number.
        account: String,
        /// The symbol.
        symbol: String,
        /// Trade date.
        date: Date,
    },
    /// A figure outside its range.
    #[error("{symbol} on {date}: {action} is outside its range")]
    Unsound {
        /// The symbol.
        symbol: String,
        /// Trade date.
        date: Date,
        /// What was told.
        action: String,
    },
    /// Figures beyond what exact decimals hold.
    #[error("figures too large for exact arithmetic")]
    TooLarge,
}

/// Keeps the books of all accounts.
///
/// - **Events** come in any order; those of one day stay in the order given, a split before trades.
/// - **Cost:** each sale at a loss looks at all events of its property.
///
/// # Errors
/// [`TaxError`] for events that no books can be kept of. What is only unknown is a warning.
pub fn books(
    accounts: &[TaxAccount],
    events: &[TaxEvent],
    rates: &dyn ExchangeRates,
    rules: &Rules,
) -> Result<TaxBooks, TaxError> {
    let mut by_id: BTreeMap<&str, &TaxAccount> = BTreeMap::new();
    for account in accounts {
        if by_id.insert(&account.id, account).is_some() {
            return Err(TaxError::AccountTwice { account: account.id.clone() });
        }
    }
    let mut properties: BTreeMap<&str, Vec<&TaxEvent>> = BTreeMap::new();
    for event in events {
        check(event, &by_id)?;
        properties.entry(&event.property).or_default().push(event);
    }
    let last = events.iter().map(|event| event.on(rules.basis)).max();
    let mut books = TaxBooks::default();
    if let Some(through) = rules.through.or(last) {
        for events in properties.values() {
            let timeline = Timeline::of(events, &by_id, rules.basis)?;
            Walk::new(&timeline, rates, through, &mut books)?.run()?;
        }
    }
    Ok(books)
}

fn check(event: &TaxEvent, accounts: &BTreeMap<&str, &TaxAccount>) -> Result<(), TaxError> {
    let (symbol, date) = (event.symbol.clone(), event.traded);
    if !accounts.contains_key(event.account.as_str()) {
        return Err(TaxError::UnknownAccount { account: event.account.clone(), symbol, date });
    }
    if !event.action.is_sound() {
        return Err(TaxError::Unsound { symbol, date, action: format!("{:?}", event.action) });
    }
    Ok(())
}

/// One property on its way through time.
struct Walk<'a, 'b> {
    timeline: &'b Timeline<'a>,
    rates: &'b dyn ExchangeRates,
    /// The history is complete through this day.
    through: Date,
    /// By holder.
    pools: Vec<Pool>,
    /// Denied losses that become cost at a later step.
    later: BTreeMap<usize, Decimal>,
    books: &'b mut TaxBooks,
}

/// What a step did to cost and gain.
#[derive(Default)]
struct Effect {
    proceeds: Option<Decimal>,
    outlays: Option<Decimal>,
    cost: Option<Decimal>,
    gain: Option<Decimal>,
    denied: Decimal,
    added: Decimal,
    superficial: Option<Superficial>,
}

impl<'a, 'b> Walk<'a, 'b> {
    fn new(
        timeline: &'b Timeline<'a>,
        rates: &'b dyn ExchangeRates,
        through: Date,
        books: &'b mut TaxBooks,
    ) -> Result<Self, TaxError> {
        let mut pools = Vec::with_capacity(timeline.holders.len());
        for holder in &timeline.holders {
            let mut pool = Pool::default();
            if !holder.missing.is_zero() {
                pool.acquire(holder.missing, None)?;
                if !holder.registered {
                    books.warnings.push(TaxWarning::MissingHistory {
                        property: timeline.steps[0].event.property.clone(),
                        person: holder.person.to_owned(),
                        shares: holder.missing,
                    });
                }
            }
            pools.push(pool);
        }
        Ok(Self { timeline, rates, through, pools, later: BTreeMap::new(), books })
    }

    fn run(mut self) -> Result<(), TaxError> {
        for at in 0..self.timeline.steps.len() {
            self.step(at)?;
        }
        let property = &self.timeline.steps[0].event.property;
        for (holder, pool) in self.timeline.holders.iter().zip(&self.pools) {
            if !pool.shares.is_zero() {
                self.books.holdings.push(Holding {
                    property: property.clone(),
                    person: holder.person.to_owned(),
                    registered: holder.registered,
                    shares: pool.shares,
                    acb: pool.cost.filter(|_| !holder.registered),
                });
            }
        }
        Ok(())
    }

    fn step(&mut self, at: usize) -> Result<(), TaxError> {
        let step = &self.timeline.steps[at];
        if let TaxAction::Split { new, old } = step.action {
            for pool in &mut self.pools {
                pool.split(new, old)?;
            }
            self.write(at, Effect::default());
            return Ok(());
        }
        if self.timeline.holders[step.holder].registered {
            let pool = &mut self.pools[step.holder];
            pool.shares = add(pool.shares, step.action.change())?;
            return Ok(());
        }
        let effect = self.taxed(at)?;
        self.write(at, effect);
        Ok(())
    }

    /// An event of a taxed account.
    fn taxed(&mut self, at: usize) -> Result<Effect, TaxError> {
        let none = Decimal::ZERO;
        match self.timeline.steps[at].action {
            TaxAction::Opening { shares, cost } => {
                if cost.is_none() {
                    self.warn_opening(at);
                }
                let added = self.bought(at, shares, cost.map(amount))?;
                Ok(Effect { cost: cost.map(amount), added, ..Effect::default() })
            }
            TaxAction::Buy { shares, amount, outlays } => self.buy(at, shares, (amount, outlays)),
            TaxAction::Reinvested { shares, amount } => self.buy(at, shares, (amount, none)),
            TaxAction::Sell { shares, amount, outlays } => self.sell(at, shares, (amount, outlays)),
            TaxAction::ReturnOfCapital { amount } => {
                let proceeds = self.cad(at, amount)?;
                let gain = self.pool(at).adjust(proceeds.map(|p| -p))?;
                Ok(Effect { proceeds, gain, ..Effect::default() })
            }
            TaxAction::CostAdded { amount } => {
                let cost = self.cad(at, amount)?;
                self.pool(at).adjust(cost)?;
                Ok(Effect { cost, ..Effect::default() })
            }
            TaxAction::Split { .. } => Ok(Effect::default()),
        }
    }

    fn pool(&mut self, at: usize) -> &mut Pool {
        &mut self.pools[self.timeline.steps[at].holder]
    }

    fn buy(
        &mut self,
        at: usize,
        shares: Decimal,
        (value, fees): (Decimal, Decimal),
    ) -> Result<Effect, TaxError> {
        let (value, outlays) = (self.cad(at, value)?, self.cad(at, fees)?);
        let cost = value.zip(outlays).map(|(v, o)| add(v, o)).transpose()?;
        let added = self.bought(at, shares, cost)?;
        Ok(Effect { outlays, cost, added, ..Effect::default() })
    }

    /// Shares come in, and with them what denied losses have left for them.
    fn bought(
        &mut self,
        at: usize,
        shares: Decimal,
        cost: Option<Decimal>,
    ) -> Result<Decimal, TaxError> {
        let carried = self.later.remove(&at).unwrap_or_default();
        let with = cost.map(|cost| add(cost, carried)).transpose()?;
        let waited = self.pool(at).acquire(shares, with)?;
        add(carried, waited)
    }

    fn sell(
        &mut self,
        at: usize,
        shares: Decimal,
        (value, fees): (Decimal, Decimal),
    ) -> Result<Effect, TaxError> {
        let (proceeds, outlays) = (self.cad(at, value)?, self.cad(at, fees)?);
        let cost = self.pool(at).dispose(shares)?;
        let mut effect = Effect { proceeds, outlays, cost, ..Effect::default() };
        if let (Some(proceeds), Some(outlays), Some(cost)) = (proceeds, outlays, cost) {
            let gain = add(add(proceeds, -outlays)?, -cost)?;
            effect.gain = Some(gain);
            if gain < Decimal::ZERO {
                self.deny(at, shares, &mut effect)?;
            }
        }
        Ok(effect)
    }

    /// Measures a loss against its window and moves the superficial part where it belongs.
    fn deny(&mut self, at: usize, sold: Decimal, effect: &mut Effect) -> Result<(), TaxError> {
        let window = Window::around(self.timeline, at, sold)?;
        let open = window.ends > self.through;
        let step = &self.timeline.steps[at];
        let (property, date) = (step.event.property.clone(), step.date);
        if open {
            let ends = window.ends;
            let warning = TaxWarning::WindowOpen { property: property.clone(), date, ends };
            self.books.warnings.push(warning);
        }
        let denied = window.denied(-effect.gain.unwrap_or_default())?;
        let mut allocations = Vec::new();
        for part in window.parts(denied, at)? {
            let holder = &self.timeline.holders[part.holder];
            let (person, registered) = (holder.person.to_owned(), holder.registered);
            if registered {
                let (property, person, amount) = (property.clone(), person.clone(), part.amount);
                self.books.warnings.push(TaxWarning::Lost { property, person, date, amount });
            } else {
                self.carry(part.holder, part.amount, &part.later)?;
            }
            allocations.push(Allocation { person, registered, amount: part.amount });
        }
        let (acquired, held, ends) = (window.acquired()?, window.held()?, window.ends);
        effect.denied = denied;
        effect.superficial = Some(Superficial { sold, acquired, held, ends, open, allocations });
        Ok(())
    }

    /// Adds a denied loss to cost: with later purchases where they are its substitutes, else now.
    fn carry(
        &mut self,
        holder: usize,
        total: Decimal,
        later: &[(usize, Decimal)],
    ) -> Result<(), TaxError> {
        let mut now = total;
        for (step, part) in later {
            let carried = self.later.entry(*step).or_default();
            *carried = add(*carried, *part)?;
            now = add(now, -*part)?;
        }
        if now.is_zero() { Ok(()) } else { self.pools[holder].add_denied(now) }
    }

    /// An amount of the step in Canadian dollars; none without a rate, with a warning.
    fn cad(&mut self, at: usize, value: Decimal) -> Result<Option<Decimal>, TaxError> {
        if value.is_zero() {
            return Ok(Some(value));
        }
        if let Some(rate) = self.rate(at) {
            return Ok(Some(amount(mul(value, rate)?)));
        }
        let (step, warnings) = (&self.timeline.steps[at], &mut self.books.warnings);
        let (property, date) = (step.event.property.clone(), step.date);
        let warning = TaxWarning::NoRate { property, currency: step.event.currency, date };
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
        Ok(None)
    }

    fn rate(&self, at: usize) -> Option<Decimal> {
        let step = &self.timeline.steps[at];
        match step.event.currency {
            Currency::Cad => Some(Decimal::ONE),
            other @ Currency::Usd => self.rates.cad_per_unit(other, step.date),
        }
    }

    fn warn_opening(&mut self, at: usize) {
        let step = &self.timeline.steps[at];
        self.books.warnings.push(TaxWarning::OpeningWithoutCost {
            property: step.event.property.clone(),
            person: self.timeline.holders[step.holder].person.to_owned(),
            date: step.date,
        });
    }

    /// Puts a line into the books. A split of shares that no taxed account holds is none.
    fn write(&mut self, at: usize, effect: Effect) {
        let step = &self.timeline.steps[at];
        let holder = &self.timeline.holders[step.holder];
        let (event, pool) = (step.event, &self.pools[step.holder]);
        let (kind, shares) = match step.action {
            TaxAction::Opening { shares, .. } => (LineKind::Opening, shares),
            TaxAction::Buy { shares, .. } => (LineKind::Buy, shares),
            TaxAction::Reinvested { shares, .. } => (LineKind::Reinvested, shares),
            TaxAction::Sell { shares, .. } => (LineKind::Sell, shares),
            TaxAction::Split { .. } => (LineKind::Split, pool.shares),
            TaxAction::ReturnOfCapital { .. } => (LineKind::ReturnOfCapital, pool.shares),
            TaxAction::CostAdded { .. } => (LineKind::CostAdded, pool.shares),
        };
        if kind == LineKind::Split && (holder.registered || shares.is_zero()) {
            return;
        }
        self.books.lines.push(TaxLine {
            property: event.property.clone(),
            symbol: event.symbol.clone(),
            account: event.account.clone(),
            person: holder.person.to_owned(),
            date: step.date,
            traded: event.traded,
            kind,
            shares,
            currency: event.currency,
            rate: self.rate(at),
            proceeds: effect.proceeds,
            outlays: effect.outlays,
            cost: effect.cost,
            gain: effect.gain,
            denied: effect.denied,
            added: effect.added,
            superficial: effect.superficial,
            held: pool.shares,
            acb: pool.cost,
        });
    }
}
