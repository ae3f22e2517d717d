//! The terms of a venue: what it charges, how much of an order it fills, when its money settles.

use std::collections::BTreeMap;

use tradebot_brackets::cost::{
    Breakdown, BuySell, CostRefusal, Fill, Kinds, Liquidity, Market, Participation, VolumeError,
};
use tradebot_brackets::{CostBreakdown, CostModel, ExecutionTerms, SettledCash};
use tradebot_domain::{Bar, CorporateAction, Date, Decimal, Money, Price, Shares, Span, Symbol};
use tradebot_journal::{CostKinds, ExitReason};

use super::history::{History, SESSIONS};
use crate::event::FillDetail;

/// Decimals that costs are rounded to.
const DECIMALS: u32 = 4;
/// Days after which a trade is taken to have settled where the calendar does not say.
const SETTLES_AT_THE_LATEST: i64 = 7;

/// Terms, and what has to be kept to apply them.
#[derive(Debug)]
pub(super) struct Terms {
    asked: ExecutionTerms,
    histories: BTreeMap<Symbol, History>,
    /// By settlement date; none where unsettled money may be spent.
    settled: Option<SettledCash>,
    quote: Quote,
}

/// The market that orders of one symbol meet in one session.
#[derive(Debug, Clone, Copy, Default)]
struct Quote {
    /// None while the history is too short.
    market: Option<Market>,
    /// Most shares of one order.
    most: Option<Shares>,
    /// Cash that an entry may take.
    affordable: Money,
    rate: Option<Decimal>,
}

/// Why an order has no price.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unpriced {
    /// What usually trades is not known yet.
    #[error(transparent)]
    Volume(#[from] VolumeError),
    /// A cost is not known, or is not meant to be paid.
    #[error(transparent)]
    Cost(#[from] CostRefusal),
}

/// An order that is executed.
pub(super) struct Order {
    pub(super) session: Date,
    pub(super) price: Price,
    pub(super) shares: Shares,
    /// Why a position is left; none for an entry.
    pub(super) reason: Option<ExitReason>,
    /// A session on which the order of this intent could be priced.
    pub(super) priced_before: Date,
}

impl Terms {
    pub(super) fn new(terms: ExecutionTerms, cash: Money, from: Date) -> Self {
        let currency = terms.costs.conversion.map_or(terms.currency(), |c| c.account);
        let settled = terms.waits_for_settlement().then(|| SettledCash::new(currency, cash, from));
        Self { asked: terms, histories: BTreeMap::new(), settled, quote: Quote::default() }
    }

    fn over(&self) -> Participation {
        let any = Participation { max_share: 1.0, sessions: SESSIONS };
        self.asked.participation.unwrap_or(any)
    }

    /// Impact or a cap asks what usually trades.
    const fn needs_market(&self) -> bool {
        self.asked.participation.is_some() || self.asked.costs.impact.is_some()
    }

    /// A session of a symbol is over.
    pub(super) fn observe(&mut self, symbol: Symbol, bar: &Bar) {
        if self.needs_market() {
            let sessions = self.over().sessions;
            self.histories.entry(symbol).or_default().observe(bar, sessions);
        }
    }

    /// An action of a symbol, on its ex-date.
    pub(super) fn act(&mut self, symbol: Symbol, action: &CorporateAction) {
        if self.needs_market() {
            self.histories.entry(symbol).or_default().act(action);
        }
    }

    /// Looks up the market of a symbol for the orders of a session; `bar` is that session's own,
    /// and nothing but its volume is asked for.
    pub(super) fn quote(
        &mut self,
        symbol: Symbol,
        (session, bar): (Date, Option<&Bar>),
        affordable: Money,
    ) {
        if let Some(settled) = &mut self.settled {
            // A symbol behind the others does not turn time back.
            let _ = settled.advance(session);
        }
        let over = self.over();
        if let Some(history) = self.histories.get_mut(&symbol) {
            history.apply_due(session);
        }
        let market = self.market(symbol).ok();
        let most = self.asked.participation.map(|_| {
            let usual = market.map_or(0.0, |market| market.adv_shares);
            over.most(bar.map_or(usual, |bar| usual.min(bar.volume)))
        });
        self.quote = Quote { market, most, affordable, rate: self.rate(session) };
    }

    /// # Errors
    /// [`VolumeError`] while the history is too short.
    fn market(&self, symbol: Symbol) -> Result<Market, VolumeError> {
        let over = self.over();
        let too_short = VolumeError::TooFew { needed: over.sessions, found: 0 };
        self.histories.get(&symbol).ok_or(too_short)?.market(&over)
    }

    /// Units of the account's currency for one of the listing's; none: they are the same, or the
    /// account is kept in the listing's.
    pub(super) fn rate(&self, session: Date) -> Option<Decimal> {
        let table = self.asked.exchange_rate.as_ref()?;
        let rate = table.on(session).ok().or_else(|| table.rows.last().map(|row| &row.terms))?;
        Decimal::try_from(*rate).ok()
    }

    /// Money of the listing in the account's currency, at the rate of the session quoted.
    pub(super) fn in_account(&self, money: Money) -> Money {
        self.quote.rate.map_or(money, |rate| Money(money.0 * rate))
    }

    /// Shares of an entry that are filled: never more than the cap, and none where they cost more
    /// than may be spent.
    pub(super) fn most(&self, asked: Shares) -> Shares {
        self.quote.most.map_or(asked, |most| asked.min(most))
    }

    pub(super) const fn cap(&self) -> Option<Participation> {
        self.asked.participation
    }

    pub(super) const fn affordable(&self) -> Money {
        self.quote.affordable
    }

    /// What the entry quoted for may spend.
    pub(super) const fn afford(&mut self, affordable: Money) {
        self.quote.affordable = affordable;
    }

    /// Settled money on the day the ledger has reached; none where all may be spent.
    pub(super) fn spendable_now(&self) -> Option<Money> {
        self.settled.as_ref().map(SettledCash::spendable)
    }

    /// What an order costs. It has been executed: where a table has a hole its rates are those of
    /// a session that was known, and where nothing usually trades it was all of the volume.
    pub(super) fn charge(&self, order: &Order, flat: &CostModel) -> (CostBreakdown, FillDetail) {
        let fill = self.fill_of(order);
        let priced = self.asked.costs.breakdown(&fill).or_else(|_| {
            let adv_shares = order.shares.to_f64();
            let whole = |market| Market { adv_shares, ..market };
            let market = fill.market.map(whole);
            self.asked.costs.breakdown(&Fill { session: order.priced_before, market, ..fill })
        });
        let kinds = match priced {
            Ok(breakdown) => self.kinds(&breakdown),
            Err(_) => kinds_of(flat.breakdown(order.price, order.shares, true)),
        };
        let detail = FillDetail {
            kinds: Some(kinds),
            exchange_rate: self.quote.rate,
            ..FillDetail::default()
        };
        (columns(&kinds), detail)
    }

    fn fill_of(&self, order: &Order) -> Fill<'static> {
        let Order { session, price, shares, reason, .. } = *order;
        let fill = Fill::buy(session, price, shares);
        let side = if reason.is_some() { BuySell::Sell } else { BuySell::Buy };
        // A resting target above the cap is not what someone else trades against in passing.
        let rests = reason == Some(ExitReason::Target) && self.most(shares) == shares;
        Fill {
            order: side,
            liquidity: if rests { Liquidity::Adding } else { Liquidity::Removing },
            market: self.quote.market,
            converts: self.asked.converts(),
            ..fill
        }
    }

    /// In the account's currency. A rebate is not counted on: bars do not say who got it.
    fn kinds(&self, breakdown: &Breakdown) -> CostKinds {
        let Kinds { commission, venue, regulatory, spread, slippage, impact, conversion } =
            breakdown.money();
        let at_rate = |money: Money| match self.quote.rate {
            None => money,
            Some(rate) => Money((money.0 * rate).round_dp(DECIMALS)),
        };
        CostKinds {
            commission: at_rate(commission),
            venue: at_rate(venue.max(Money::ZERO)),
            regulatory: at_rate(regulatory),
            spread: at_rate(spread),
            slippage: at_rate(slippage),
            impact: at_rate(impact),
            conversion: at_rate(conversion),
        }
    }

    /// Value of an entry at its limit with the costs of buying there, in the account's currency,
    /// once everything it will meet has a price.
    ///
    /// # Errors
    /// [`Unpriced`]; the order must not be taken.
    pub(super) fn needed(
        &mut self,
        symbol: Symbol,
        session: Date,
        (limit, shares): (Price, Shares),
    ) -> Result<Money, Unpriced> {
        if self.needs_market() {
            self.market(symbol)?;
        }
        self.quote(symbol, (session, None), Money::ZERO);
        let order = Order { session, price: limit, shares, reason: None, priced_before: session };
        let bought = self.asked.costs.breakdown(&self.fill_of(&order))?;
        let sold = Order { reason: Some(ExitReason::Stop), ..order };
        self.asked.costs.breakdown(&self.fill_of(&sold))?;
        Ok(self.in_account(limit.times(shares)) + self.kinds(&bought).total())
    }

    /// What no order of up to `shares` at up to `price` is charged more than, in the listing's
    /// currency.
    ///
    /// # Errors
    /// [`Unpriced`]
    pub(super) fn dearest(
        &self,
        symbol: Symbol,
        session: Date,
        (price, shares): (Price, Shares),
    ) -> Result<CostModel, Unpriced> {
        let market = if self.needs_market() { Some(self.market(symbol)?) } else { None };
        let converts = self.asked.converts();
        let fill = Fill { market, converts, ..Fill::buy(session, price, shares) };
        Ok(self.asked.costs.dearest(&fill)?)
    }

    /// The largest order under the cap by what usually trades; none without a cap.
    pub(super) fn usual_most(&self, symbol: Symbol) -> Option<Shares> {
        let cap = self.asked.participation?;
        Some(self.market(symbol).map_or(Shares::ZERO, |market| cap.most(market.adv_shares)))
    }

    /// Cash came or went in a session.
    pub(super) fn booked(&mut self, session: Date, change: Money) {
        let settles = self.settles(session);
        let Some(settled) = &mut self.settled else { return };
        let settles = settles.max(settled.today());
        let booked = if change < Money::ZERO {
            settled.pay(-change, settles)
        } else {
            settled.receive(change, settles)
        };
        debug_assert!(booked.is_ok(), "an amount of at least 0 on a date that is not past");
    }

    fn settles(&self, trade: Date) -> Date {
        let known = self
            .asked
            .settlement
            .as_ref()
            .and_then(|schedule| schedule.settle_date_on(self.asked.exchange, trade).ok());
        known.unwrap_or_else(|| trade.saturating_add(Span::new().days(SETTLES_AT_THE_LATEST)))
    }

    /// What may be spent in the session after `session`: settled by its morning, less what is
    /// promised already. None where unsettled money may be spent too.
    pub(super) fn spendable(&self, session: Date) -> Option<Money> {
        let mut settled = self.settled.clone()?;
        if let Ok(next) = self.asked.exchange.next_session(session) {
            let _ = settled.advance(next);
        }
        Some(settled.spendable())
    }

    #[cfg(test)]
    pub(super) const fn settled(&self) -> Option<&SettledCash> {
        self.settled.as_ref()
    }
}

/// The three columns of a record.
fn columns(kinds: &CostKinds) -> CostBreakdown {
    let CostKinds { commission, venue, regulatory, spread, slippage, impact, conversion } = *kinds;
    CostBreakdown {
        commission: commission + venue + regulatory + conversion,
        spread,
        slippage: slippage + impact,
    }
}

fn kinds_of(flat: CostBreakdown) -> CostKinds {
    let CostBreakdown { commission, spread, slippage } = flat;
    CostKinds { commission, spread, slippage, ..CostKinds::default() }
}
