//! From a belief to whole shares, one step at a time.

use tradebot_brackets::{Bracket, CostModel};
use tradebot_domain::{Money, Shares, Symbol};
use tradebot_journal::{SizeBasis, SizingStep};
use tradebot_policy::{Limits, RowPolicy, bounds};

use crate::allowance::{Measures, tightened};
use crate::belief::{Belief, basis};
use crate::constrained::risk_constrained;
use crate::drawdown::drawdown_multiplier;
use crate::hold::Hold;
use crate::kelly::{expected_growth, kelly_fraction};
use crate::order::Order;
use crate::steps::Steps;
use crate::view::BookView;

/// Of the Kelly fraction, the part that a size earned by drift gets.
const DRIFT_KELLY_SHARE: f64 = 0.5;
/// Of the size, the part that is left when the row's drawdown threshold is exceeded.
const DRAWDOWN_SIZE_SHARE: f64 = 0.5;
/// Accounts above this are refused, so that no product of price and shares can overflow.
const EQUITY_MAX: f64 = 1e15;

/// An entry that sizing would like to make. Nothing is sent before [`crate::review`] approves it.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    pub(crate) symbol: Symbol,
    pub(crate) shares: Shares,
    pub(crate) bracket: Bracket,
    pub(crate) costs: CostModel,
    pub(crate) basis: SizeBasis,
    pub(crate) probability: f64,
    pub(crate) fraction: f64,
    pub(crate) expected_growth: f64,
    pub(crate) steps: Vec<SizingStep>,
}

impl Proposal {
    /// The symbol.
    pub const fn symbol(&self) -> Symbol {
        self.symbol
    }

    /// Shares to buy, at least one.
    pub const fn shares(&self) -> Shares {
        self.shares
    }

    /// The bracket that goes with the entry.
    pub const fn bracket(&self) -> &Bracket {
        &self.bracket
    }

    /// What the size was earned by.
    pub const fn basis(&self) -> SizeBasis {
        self.basis
    }

    /// The probability it was computed on.
    pub const fn probability(&self) -> f64 {
        self.probability
    }

    /// Fraction of equity lost at the stop, costs included.
    pub const fn fraction(&self) -> f64 {
        self.fraction
    }

    /// Expected log growth of wealth at this size and probability. Symbols of a cycle are served
    /// in descending order of it, ties by symbol.
    pub const fn expected_growth(&self) -> f64 {
        self.expected_growth
    }

    /// Sizing, step by step.
    pub fn steps(&self) -> &[SizingStep] {
        &self.steps
    }

    /// Planned risk: (entry limit - stop) x shares, without costs.
    pub fn planned_risk(&self) -> Money {
        self.bracket.entry_limit.times(self.shares) - self.bracket.stop.times(self.shares)
    }

    /// Value at the entry limit.
    pub fn notional(&self) -> Money {
        self.bracket.entry_limit.times(self.shares)
    }
}

/// Sizes an entry, in this pinned order, each step on record:
///
/// 1. `kelly`: the Kelly fraction of the probability that the basis allows, with the row's W and L
///    (`explore`: the fixed exploration risk instead, and on with 6);
/// 2. `fraction`: times the policy's Kelly fraction, half of it for drift;
/// 3. `risk_constrained`: at most the risk-constrained Kelly fraction of the consensus mean;
/// 4. `drawdown`: times the drawdown multiplier;
/// 5. `regime`: times the row's multiplier;
/// 6. `row_drawdown`: half, when the 20-session drawdown is above the row's threshold;
/// 7. `risk_cap`, `notional_cap`, `heat_cap`, `participation_cap`, `cash_cap`;
/// 8. `whole_shares`: rounded down.
///
/// The size is the fraction of equity lost at the stop, with the costs of entry and exit in it:
/// a share costs limit - stop + costs, so a higher cost never gives a larger size.
///
/// # Errors
/// [`Hold`] with its numbers, and the steps so far, when no whole share comes out.
#[expect(
    clippy::too_many_arguments,
    reason = "each is a different owner's word; a struct of them would only rename the list"
)]
pub fn propose(
    symbol: Symbol,
    bracket: &Bracket,
    belief: &Belief,
    row: &RowPolicy,
    limits: &Limits,
    costs: &CostModel,
    view: &BookView<'_>,
) -> Result<Proposal, (Hold, Vec<SizingStep>)> {
    let mut steps = Steps::default();
    let sizing = Sizing { order: Order { bracket, costs }, belief, row, limits, view };
    let sized = match sizing.run(&mut steps) {
        Ok(sized) => sized,
        Err(hold) => return Err((hold, steps.into_records())),
    };
    let fraction = steps.fraction();
    Ok(Proposal {
        symbol,
        shares: sized.shares,
        bracket: *bracket,
        costs: *costs,
        basis: sized.basis,
        probability: sized.probability,
        fraction,
        expected_growth: expected_growth(
            sized.probability,
            belief.mean_win,
            belief.mean_loss,
            fraction,
        ),
        steps: steps.into_records(),
    })
}

/// What sizing works on.
#[derive(Clone, Copy)]
struct Sizing<'a> {
    order: Order<'a>,
    belief: &'a Belief,
    row: &'a RowPolicy,
    limits: &'a Limits,
    view: &'a BookView<'a>,
}

/// What it comes to.
struct Sized {
    basis: SizeBasis,
    probability: f64,
    shares: Shares,
}

impl Sizing<'_> {
    fn run(&self, steps: &mut Steps) -> Result<Sized, Hold> {
        self.check_inputs()?;
        let (basis, probability) = basis(self.belief, self.row, self.limits)?;
        let drawdown = self.drawdown_multiplier()?;
        if basis == SizeBasis::Explore {
            let risk = tightened(self.limits.explore_risk, bounds::EXPLORE_RISK_MAX);
            steps.set("explore", risk, format!("fixed risk {risk} of equity"));
        } else {
            self.kelly(basis, probability, steps)?;
            self.constrain(steps)?;
            self.scale(drawdown, steps)?;
        }
        self.halve_in_drawdown(steps);
        let allowed = Measures::allowed(basis, self.row, self.limits, self.view);
        self.cap(&allowed, steps)?;
        let shares = self.whole_shares(&allowed, steps)?;
        Ok(Sized { basis, probability, shares })
    }

    /// Numbers of the account and the bracket that sizing divides by or multiplies with.
    fn check_inputs(&self) -> Result<(), Hold> {
        let bracket = self.order.bracket;
        if !self.order.is_complete() {
            return Err(Hold::BracketIncomplete {
                stop: bracket.stop.to_f64(),
                limit: bracket.entry_limit.to_f64(),
                target: bracket.target.to_f64(),
            });
        }
        let view = self.view;
        let in_range = [
            ("equity", view.equity, f64::MIN_POSITIVE, EQUITY_MAX),
            ("cash", view.cash, -EQUITY_MAX, EQUITY_MAX),
            ("open risk", view.open_risk, 0.0, EQUITY_MAX),
            ("20-session drawdown", view.drawdown_20, 0.0, 1.0),
            ("20-day median volume", view.adv_20, 0.0, EQUITY_MAX),
            ("loss per share", self.order.loss_per_share(), f64::MIN_POSITIVE, EQUITY_MAX),
            (
                "planned risk per share",
                bracket.planned_risk_per_share(),
                f64::MIN_POSITIVE,
                self.order.loss_per_share(),
            ),
            ("minimum commission", self.order.fixed_loss(), 0.0, EQUITY_MAX),
        ];
        in_range
            .into_iter()
            .find(|(_, value, min, max)| !(*min..=*max).contains(value))
            .map_or(Ok(()), |(what, value, ..)| Err(Hold::Unusable { what, value }))
    }

    /// The drawdown multiplier; at the limit nothing may be at risk, explored or not.
    fn drawdown_multiplier(&self) -> Result<f64, Hold> {
        let allowed = tightened(self.limits.drawdown_max, bounds::DRAWDOWN_MAX);
        let drawdown = self.view.drawdown;
        match drawdown_multiplier(drawdown, allowed) {
            m if m > 0.0 => Ok(m),
            _ => Err(Hold::DrawdownLimit { drawdown, allowed }),
        }
    }

    /// Steps 1 and 2.
    fn kelly(&self, basis: SizeBasis, p: f64, steps: &mut Steps) -> Result<(), Hold> {
        let Belief { mean_win, mean_loss, .. } = *self.belief;
        let kelly = kelly_fraction(p, mean_win, mean_loss);
        steps.set("kelly", kelly, format!("p {p:.4}, W {mean_win:.3}, L {mean_loss:.3}"));
        if kelly.is_nan() || kelly <= 0.0 {
            return Err(Hold::NoGrowth { p, kelly });
        }
        let part = tightened(self.limits.kelly_fraction, bounds::KELLY_FRACTION_MAX);
        open_gate("the Kelly fraction of the policy", part)?;
        if basis == SizeBasis::Drift {
            let note = format!("{part} of Kelly, times {DRIFT_KELLY_SHARE} for drift");
            steps.multiply("fraction", part * DRIFT_KELLY_SHARE, note);
        } else {
            steps.multiply("fraction", part, format!("{part} of Kelly"));
        }
        Ok(())
    }

    /// Step 3.
    fn constrain(&self, steps: &mut Steps) -> Result<(), Hold> {
        let Belief { consensus_mean, mean_win, mean_loss, .. } = *self.belief;
        let (alpha, beta) = (self.limits.rck_alpha, self.limits.rck_beta);
        let cap = risk_constrained(consensus_mean, mean_win, mean_loss, alpha, beta);
        let note = format!("P(wealth below {alpha}) < {beta} allows {cap:.6}");
        steps.cap("risk_constrained", cap, note);
        open_gate("the risk-constrained Kelly fraction", cap)
    }

    /// Steps 4 and 5.
    fn scale(&self, drawdown: f64, steps: &mut Steps) -> Result<(), Hold> {
        let note = format!("drawdown {:.4}: times {drawdown:.4}", self.view.drawdown);
        steps.multiply("drawdown", drawdown, note);
        let regime = tightened(self.row.kelly_multiplier, bounds::REGIME_MULTIPLIER_MAX);
        open_gate("the row's Kelly multiplier", regime)?;
        steps.multiply("regime", regime, format!("the row's multiplier {regime}"));
        Ok(())
    }

    /// Step 6.
    fn halve_in_drawdown(&self, steps: &mut Steps) {
        let (found, threshold) = (self.view.drawdown_20, self.row.drawdown_threshold);
        let below = found <= threshold;
        let factor = if below { 1.0 } else { DRAWDOWN_SIZE_SHARE };
        let note = format!("20-session drawdown {found:.4}, threshold {threshold}: times {factor}");
        steps.multiply("row_drawdown", factor, note);
    }

    /// Step 7.
    fn cap(&self, allowed: &Measures, steps: &mut Steps) -> Result<(), Hold> {
        let (order, view) = (self.order, self.view);
        let risk = allowed.risk;
        steps.cap("risk_cap", risk, format!("{risk} of equity per position"));

        let shares = allowed.notional * view.equity / order.limit();
        let note = format!("{} of equity in one position", allowed.notional);
        steps.cap("notional_cap", self.fraction_of(shares), note);

        let open = view.open_risk / view.equity;
        let note = format!("{:.4} of equity at all stops, {open:.4} open", allowed.heat);
        steps.cap("heat_cap", allowed.heat - open, note);
        if steps.fraction() <= 0.0 {
            let allowed = allowed.heat * view.equity;
            return Err(Hold::NoHeatRoom { open: view.open_risk, allowed });
        }

        let shares = allowed.participation;
        let note = format!("{shares:.1} shares of the day's volume");
        steps.cap("participation_cap", self.fraction_of(shares), note);

        let shares = (view.cash - order.fixed_cash()) / order.cash_per_share();
        steps.cap("cash_cap", self.fraction_of(shares), format!("cash {:.2}", view.cash));
        Ok(())
    }

    /// Step 8. The quotient may be off by one share through rounding, so its neighbours are tried
    /// too, and each is measured once more against what is allowed.
    fn whole_shares(&self, allowed: &Measures, steps: &mut Steps) -> Result<Shares, Hold> {
        let (order, fraction) = (self.order, steps.fraction());
        let at_risk = fraction * self.view.equity;
        let Shares(floor) =
            Shares::floor_of((at_risk - order.fixed_loss()) / order.loss_per_share());
        let fits = |n: &Shares| {
            self.fraction_of(n.to_f64()) <= fraction
                && Measures::asked(order, *n, self.view).within(allowed)
        };
        let candidates = [floor.saturating_add(1), floor, floor.saturating_sub(1)].map(Shares);
        let shares = candidates.into_iter().filter(|n| *n > Shares::ZERO).find(fits);
        let Some(shares) = shares else {
            return Err(Hold::LessThanOneShare {
                fraction,
                one_share: self.fraction_of(1.0),
                bound_by: steps.bound_by().to_owned(),
            });
        };
        let note = format!("{shares} shares, {:.4} at risk for each", order.loss_per_share());
        steps.cap("whole_shares", self.fraction_of(shares.to_f64()), note);
        Ok(shares)
    }

    /// Fraction of equity that so many shares, whole or not, lose at the stop; 0 for none.
    fn fraction_of(&self, shares: f64) -> f64 {
        if shares > 0.0 {
            (shares * self.order.loss_per_share() + self.order.fixed_loss()) / self.view.equity
        } else {
            0.0
        }
    }
}

/// A factor that must be above zero for anything to be put at risk.
fn open_gate(what: &'static str, value: f64) -> Result<(), Hold> {
    if value > 0.0 { Ok(()) } else { Err(Hold::GateClosed { what, value }) }
}
