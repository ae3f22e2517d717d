//! Every proposal is measured anew before it becomes an order.

use tradebot_brackets::{Bracket, CostModel};
use tradebot_domain::{Money, Shares, Symbol};
use tradebot_journal::{CheckRecord, SizeBasis, SizingStep};
use tradebot_policy::{Limits, RowPolicy, bounds};

use crate::allowance::{Measures, tightened};
use crate::order::Order;
use crate::propose::Proposal;
use crate::refusal::Refusal;
use crate::view::BookView;

mod account; // what a real account asks
mod controls; // what warns unless it is told to refuse
mod throttles; // what has been sent already

/// A proposal that has passed every check.
///
/// Its fields are private, only [`review`] makes it, and it is neither `Clone` nor `Deserialize`:
/// who holds one knows that the review ran, and it is spent by value. Size, side and bracket are
/// those of the proposal.
#[derive(Debug)]
#[must_use = "an approval that is not executed must be journaled as abandoned"]
pub struct Approved {
    proposal: Proposal,
    checks: Vec<CheckRecord>,
    warnings: Vec<Refusal>,
}

/// What an approval says, once it is spent.
#[derive(Debug, PartialEq)]
pub struct ApprovedParts {
    /// The symbol.
    pub symbol: Symbol,
    /// Shares to buy, at least one.
    pub shares: Shares,
    /// The bracket that goes with the entry.
    pub bracket: Bracket,
    /// The costs it was sized with.
    pub costs: CostModel,
    /// What the size was earned by.
    pub basis: SizeBasis,
    /// Planned risk: (entry limit - stop) x shares.
    pub planned_risk: Money,
    /// Value at the entry limit.
    pub notional: Money,
    /// Sizing, step by step.
    pub steps: Vec<SizingStep>,
    /// Pre-trade checks: all passed, but for those that only warn.
    pub checks: Vec<CheckRecord>,
}

impl Approved {
    /// The symbol.
    pub const fn symbol(&self) -> Symbol {
        self.proposal.symbol()
    }

    /// Shares to buy, at least one.
    pub const fn shares(&self) -> Shares {
        self.proposal.shares()
    }

    /// The bracket that goes with the entry.
    pub const fn bracket(&self) -> &Bracket {
        self.proposal.bracket()
    }

    /// What the size was earned by.
    pub const fn basis(&self) -> SizeBasis {
        self.proposal.basis()
    }

    /// Expected log growth at this size.
    pub const fn expected_growth(&self) -> f64 {
        self.proposal.expected_growth()
    }

    /// Planned risk: (entry limit - stop) x shares, without costs.
    pub fn planned_risk(&self) -> Money {
        self.proposal.planned_risk()
    }

    /// Value at the entry limit.
    pub fn notional(&self) -> Money {
        self.proposal.notional()
    }

    /// Sizing, step by step.
    pub fn steps(&self) -> &[SizingStep] {
        self.proposal.steps()
    }

    /// Pre-trade checks: all passed, but for those that only warn.
    pub fn checks(&self) -> &[CheckRecord] {
        &self.checks
    }

    /// What would have been refused, had its owner wanted so.
    pub fn warnings(&self) -> &[Refusal] {
        &self.warnings
    }

    /// Spends the approval.
    pub fn into_parts(self) -> ApprovedParts {
        let (planned_risk, notional) = (self.planned_risk(), self.notional());
        let Proposal { symbol, shares, bracket, costs, basis, steps, .. } = self.proposal;
        let checks = self.checks;
        ApprovedParts {
            symbol,
            shares,
            bracket,
            costs,
            basis,
            planned_risk,
            notional,
            steps,
            checks,
        }
    }
}

/// Measures the proposal against every limit, whatever sizing has said about it.
///
/// All checks are made and recorded, passed ones too; the first that fails is the refusal, but for
/// the controls that the owner has left at warning: their failure is on record and changes nothing.
/// `allowed` is the most of what is asked, but for `equity` (above 0), `shares` (at least 1),
/// `bracket` (stop below limit), `stopped` and `drawdown_stop` (drawdown below the limit, and not
/// latched), `entry_interval` and `maintenance_excess` (at least), `account_active` and `account_kind` (1) and
/// `self_trade` (below). A proposal is approved as it is or not at all: never larger, never on the other side. A number
/// that is missing or not finite fails its check.
///
/// # Errors
/// The [`Refusal`] and all check records.
pub fn review(
    proposal: Proposal,
    row: &RowPolicy,
    limits: &Limits,
    view: &BookView<'_>,
) -> Result<Approved, (Refusal, Vec<CheckRecord>)> {
    let checks = Checks::of(&proposal, row, limits, view, true);
    match checks.refusal {
        None => Ok(Approved { proposal, checks: checks.records, warnings: checks.warnings }),
        Some(refusal) => Err((refusal, checks.records)),
    }
}

/// [`review`] without a record of its checks and warnings: the same verdict, for runs that keep no
/// such records.
///
/// # Errors
/// The same [`Refusal`].
pub fn review_unrecorded(
    proposal: Proposal,
    row: &RowPolicy,
    limits: &Limits,
    view: &BookView<'_>,
) -> Result<Approved, Refusal> {
    let checks = Checks::of(&proposal, row, limits, view, false);
    match checks.refusal {
        None => Ok(Approved { proposal, checks: checks.records, warnings: checks.warnings }),
        Some(refusal) => Err(refusal),
    }
}

/// The checks so far, the first refusal among them, and every warning.
struct Checks {
    /// Passed checks and warnings go on record too.
    recorded: bool,
    records: Vec<CheckRecord>,
    refusal: Option<Refusal>,
    warnings: Vec<Refusal>,
}

impl Checks {
    /// All checks there are.
    fn of(
        proposal: &Proposal,
        row: &RowPolicy,
        limits: &Limits,
        view: &BookView<'_>,
        recorded: bool,
    ) -> Self {
        let (records, warnings) = (Vec::new(), Vec::new());
        let mut checks = Self { recorded, records, refusal: None, warnings };
        checks.view(view);
        checks.order(proposal);
        checks.account(row, limits, view);
        checks.symbol(proposal.symbol, row, view);
        checks.size(proposal, row, limits, view);
        checks.collar(proposal, limits, view);
        checks.spread(limits, view);
        checks.throttles(limits, &view.traffic);
        checks.own_orders(proposal, &view.traffic);
        checks.controls(proposal, limits, view);
        if let Some(sight) = view.account {
            checks.broker_account(proposal, sight);
        }
        checks
    }

    /// Records a check; `refusal` counts when it has not passed.
    fn add(
        &mut self,
        limit: &(impl ToString + ?Sized),
        numbers: (f64, f64),
        passed: bool,
        refusal: impl FnOnce() -> Refusal,
    ) {
        if self.recorded {
            let (asked, allowed) = (recordable(numbers.0), recordable(numbers.1));
            let limit = limit.to_string();
            self.records.push(CheckRecord { limit, asked, allowed, passed, warns: false });
        }
        if !passed && self.refusal.is_none() {
            self.refusal = Some(refusal());
        }
    }

    /// A check that `asked` is not above `allowed`.
    fn at_most(&mut self, limit: &str, asked: f64, allowed: f64, refusal: fn(f64, f64) -> Refusal) {
        self.add(limit, (asked, allowed), asked <= allowed, || refusal(asked, allowed));
    }

    /// Without a positive equity no fraction of it means anything.
    fn view(&mut self, view: &BookView<'_>) {
        let usable = view.equity > 0.0 && view.equity.is_finite() && view.open_risk >= 0.0;
        let refusal = || Refusal::ViewUnusable { what: "equity or open risk", value: view.equity };
        self.add("equity", (view.equity, 0.0), usable, refusal);
    }

    /// The order itself: shares, and a bracket with all its legs.
    fn order(&mut self, proposal: &Proposal) {
        let shares = proposal.shares.to_f64();
        let refusal = || Refusal::ZeroShares { asked: shares, allowed: 1.0 };
        self.add("shares", (shares, 1.0), shares >= 1.0, refusal);

        let Bracket { stop, entry_limit, target, .. } = proposal.bracket;
        let (stop, limit, target) = (stop.to_f64(), entry_limit.to_f64(), target.to_f64());
        let complete = order_of(proposal).is_complete();
        let refusal = || Refusal::BracketMissing { stop, limit, target };
        self.add("bracket", (stop, limit), complete, refusal);
    }

    /// The account's own state: stops and losses.
    fn account(&mut self, row: &RowPolicy, limits: &Limits, view: &BookView<'_>) {
        let drawdown_max = tightened(limits.drawdown_max, bounds::DRAWDOWN_MAX);
        let (asked, allowed) = (view.drawdown, drawdown_max);
        self.add("stopped", (asked, allowed), !view.stopped, || Refusal::Stopped {
            asked,
            allowed,
        });
        let refusal = || Refusal::DrawdownStop { asked, allowed };
        self.add("drawdown_stop", (asked, allowed), asked < allowed, refusal);

        let loss_max = tightened(row.daily_loss_limit, bounds::DAILY_LOSS_MAX);
        self.at_most("daily_loss", 0.0 - view.day_return, loss_max, |asked, allowed| {
            Refusal::DailyLoss { asked, allowed }
        });
    }

    /// One position per symbol, not too many, and not the same bet twice.
    fn symbol(&mut self, symbol: Symbol, row: &RowPolicy, view: &BookView<'_>) {
        let count_max = f64::from(row.max_positions.min(bounds::POSITIONS_MAX));
        self.at_most(
            "max_positions",
            view.positions_of_all() as f64 + 1.0,
            count_max,
            |asked, allowed| Refusal::MaxPositions { asked, allowed },
        );

        let held = view.held.contains(&symbol);
        let refusal = || Refusal::AlreadyHeld { symbol };
        self.add("already_held", (f64::from(u8::from(held)), 0.0), !held, refusal);

        let allowed = tightened(row.correlation_limit, bounds::CORRELATION_MAX);
        for other in view.held.iter().copied().filter(|other| *other != symbol) {
            self.correlation(other, allowed, view);
        }
    }

    fn correlation(&mut self, other: Symbol, allowed: f64, view: &BookView<'_>) {
        let found = view.correlations.iter().find(|(with, _)| *with == other);
        let limit = format_args!("correlation {other}");
        match found.and_then(|(_, value)| *value).filter(|value| !value.is_nan()) {
            Some(asked) => {
                let refusal = || Refusal::Correlation { other, asked, allowed };
                self.add(&limit, (asked, allowed), asked <= allowed, refusal);
            }
            None => {
                // On record as perfect correlation: the worst that it could be.
                self.add(&limit, (1.0, allowed), false, || Refusal::CorrelationUnknown { other });
            }
        }
    }

    /// The size against the account and the market.
    fn size(&mut self, proposal: &Proposal, row: &RowPolicy, limits: &Limits, view: &BookView<'_>) {
        let asked = Measures::asked(order_of(proposal), proposal.shares, view);
        let allowed = Measures::allowed(proposal.basis, row, limits, view);
        self.at_most("risk_per_position", asked.risk, allowed.risk, |asked, allowed| {
            Refusal::RiskPerPosition { asked, allowed }
        });
        self.at_most("portfolio_heat", asked.heat, allowed.heat, |asked, allowed| Refusal::Heat {
            asked,
            allowed,
        });
        self.at_most("notional", asked.notional, allowed.notional, |asked, allowed| {
            Refusal::Notional { asked, allowed }
        });
        self.at_most(
            "participation",
            asked.participation,
            allowed.participation,
            |asked, allowed| Refusal::Participation { asked, allowed },
        );
        self.cash(asked.cash, allowed.cash, view.unsettled);
    }

    /// Cash that is there, and that has settled where the account waits for that.
    fn cash(&mut self, asked: f64, allowed: f64, unsettled: f64) {
        let refusal = || {
            if unsettled > 0.0 && asked <= allowed + unsettled {
                Refusal::Unsettled { asked, allowed, unsettled }
            } else {
                Refusal::Cash { asked, allowed }
            }
        };
        self.add("cash", (asked, allowed), asked <= allowed, refusal);
    }

    /// The limit price against the close that it was decided on.
    fn collar(&mut self, proposal: &Proposal, limits: &Limits, view: &BookView<'_>) {
        let distance = (proposal.bracket.entry_limit.to_f64() / view.close - 1.0).abs();
        let allowed = tightened(limits.price_collar, bounds::PRICE_COLLAR_MAX);
        self.at_most("price_collar", distance, allowed, |asked, allowed| Refusal::PriceCollar {
            asked,
            allowed,
        });
    }
}

/// The order that a proposal stands for.
const fn order_of(proposal: &Proposal) -> Order<'_> {
    Order { bracket: &proposal.bracket, costs: &proposal.costs }
}

/// A number that JSON can hold: what is not finite becomes the largest number there is.
fn recordable(value: f64) -> f64 {
    if value.is_finite() { value } else { f64::MAX }
}

#[cfg(test)]
mod tests;
