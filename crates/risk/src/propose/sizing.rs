//! The steps of sizing, one method each.

use tradebot_domain::Shares;
use tradebot_journal::SizeBasis;
use tradebot_policy::{Limits, RowPolicy, bounds};

use crate::allowance::{Measures, tightened};
use crate::belief::{Belief, basis};
use crate::constrained::risk_constrained;
use crate::drawdown::drawdown_multiplier;
use crate::exposure::{heat, heat_room};
use crate::gap::SlippingStop;
use crate::hold::Hold;
use crate::kelly::kelly_fraction;
use crate::order::Order;
use crate::overlays::Overlays;
use crate::steps::Steps;
use crate::view::BookView;

/// Of the Kelly fraction, the part that a size earned by drift gets.
const DRIFT_KELLY_SHARE: f64 = 0.5;
/// Of the size, the part that is left when the row's drawdown threshold is exceeded.
const DRAWDOWN_SIZE_SHARE: f64 = 0.5;
/// Accounts above this are refused, so that no product of price and shares can overflow.
const EQUITY_MAX: f64 = 1e15;

/// What sizing works on.
#[derive(Clone, Copy)]
pub(super) struct Sizing<'a> {
    pub(super) order: Order<'a>,
    pub(super) belief: &'a Belief,
    pub(super) row: &'a RowPolicy,
    pub(super) limits: &'a Limits,
    pub(super) view: &'a BookView<'a>,
    pub(super) overlays: Overlays,
}

/// What it comes to.
pub(super) struct Sized {
    pub(super) basis: SizeBasis,
    pub(super) probability: f64,
    pub(super) shares: Shares,
}

impl Sizing<'_> {
    pub(super) fn run(&self, steps: &mut Steps) -> Result<Sized, Hold> {
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
        self.mind_the_gap(steps);
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
            .map_or(Ok(()), |(what, value, ..)| Err(Hold::Unusable { what, value }))?;
        self.overlays.check(bracket.atr)
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

    /// Only with the overlay: the size as it must be planned for its loss at a slipped stop.
    fn mind_the_gap(&self, steps: &mut Steps) {
        if let Some(atr) = self.overlays.gap_atr {
            let (planned, slip) = (self.order.loss_per_share(), atr * self.order.bracket.atr);
            let note = format!("a stop that slips {atr} ATR loses {slip:.4} beyond {planned:.4}");
            steps.cap("gap", self.planned(steps.fraction()), note);
        }
    }

    /// Step 7.
    fn cap(&self, allowed: &Measures, steps: &mut Steps) -> Result<(), Hold> {
        let (order, view) = (self.order, self.view);
        let risk = allowed.risk;
        steps.cap("risk_cap", self.planned(risk), format!("{risk} of equity per position"));

        let shares = allowed.notional * view.equity / order.limit();
        let note = format!("{} of equity in one position", allowed.notional);
        steps.cap("notional_cap", self.fraction_of(shares), note);

        let open = heat(view.risk_of_all(), 0.0, view.equity);
        let room = heat_room(view.risk_of_all(), view.equity, allowed.heat);
        let note = format!("{:.4} of equity at all stops, {open:.4} open", allowed.heat);
        steps.cap("heat_cap", self.planned(room), note);
        if steps.fraction() <= 0.0 {
            let allowed = allowed.heat * view.equity;
            return Err(Hold::NoHeatRoom { open: view.risk_of_all(), allowed });
        }

        let shares = allowed.participation;
        let note = format!("{shares:.1} shares of the day's volume");
        steps.cap("participation_cap", self.fraction_of(shares), note);

        if let Some(scale) = self.overlays.volatility_scale {
            let factor = scale.min(1.0);
            // What an order loses whatever its size is not scaled: shares are, at any cost.
            let (fraction, fixed) = (steps.fraction(), order.fixed_loss() / view.equity);
            let scaled = if fraction > fixed {
                fixed + (fraction - fixed) * factor
            } else {
                fraction * factor
            };
            steps.set("volatility", scaled, format!("a scale of {scale:.4}: times {factor:.4}"));
            open_gate("the volatility scale", factor)?;
        }
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

    /// Planned loss, a fraction of equity, that stays within `allowed` at a stop that slips as the
    /// overlay says; `allowed` itself without it.
    fn planned(&self, allowed: f64) -> f64 {
        let Some(atr) = self.overlays.gap_atr else { return allowed };
        let (order, equity) = (self.order, self.view.equity);
        let stop = SlippingStop {
            loss: order.loss_per_share() / equity,
            slip: atr * order.bracket.atr / equity,
            fixed: order.fixed_loss() / equity,
        };
        stop.planned(allowed)
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
