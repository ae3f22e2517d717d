//! How much of a loss is superficial, and whose cost it becomes.

use tradebot_domain::{Date, Decimal, Span};

use super::pool::{add, amount, div, mul};
use super::timeline::Timeline;
use super::walk::TaxError;

/// Days before and after a disposition in which a purchase can deny its loss; the day itself does
/// not count (Interpretation Act 27(5); Canada Revenue Agency 2021-0896031C6).
pub const WINDOW_DAYS: i32 = 30;

/// A sale's window.
#[derive(Debug)]
pub(super) struct Window {
    /// Last day.
    pub(super) ends: Date,
    /// Shares sold.
    pub(super) sold: Decimal,
    /// Each holder's purchases in the window: step, and shares of the sale's day.
    acquired: Vec<Vec<(usize, Decimal)>>,
    /// Each holder's shares at the end of the window, in shares of the sale's day.
    held: Vec<Decimal>,
}

/// One holder's part of a denied loss.
#[derive(Debug, PartialEq)]
pub(super) struct Part {
    pub(super) holder: usize,
    pub(super) amount: Decimal,
    /// What belongs to purchases after the sale, by their steps; the rest belongs to what is held
    /// already.
    pub(super) later: Vec<(usize, Decimal)>,
}

impl Window {
    /// The window of the sale of `sold` shares at step `at`.
    pub(super) fn around(
        timeline: &Timeline<'_>,
        at: usize,
        sold: Decimal,
    ) -> Result<Self, TaxError> {
        let date = timeline.steps[at].date;
        let (begins, ends) = (shifted(date, -WINDOW_DAYS), shifted(date, WINDOW_DAYS));
        let mut acquired = vec![Vec::new(); timeline.holders.len()];
        let missing = timeline.holders.iter().map(|h| timeline.first_day_shares(h.missing, at));
        let mut held = missing.collect::<Result<Vec<_>, _>>()?;
        for (index, step) in timeline.steps.iter().enumerate().filter(|(_, s)| s.date <= ends) {
            let change = timeline.converted(step.action.change(), index, at)?;
            held[step.holder] = add(held[step.holder], change)?;
            if step.date >= begins && step.action.acquired().is_some() {
                acquired[step.holder].push((index, change));
            }
        }
        Ok(Self { ends, sold, acquired, held })
    }

    /// Shares acquired in the window, by anyone.
    pub(super) fn acquired(&self) -> Result<Decimal, TaxError> {
        self.acquired.iter().flatten().try_fold(Decimal::ZERO, |sum, (_, n)| add(sum, *n))
    }

    /// Shares held at its end, by anyone. Shares held before the window count too (Canada Revenue
    /// Agency 2022-0940941C6).
    pub(super) fn held(&self) -> Result<Decimal, TaxError> {
        self.held.iter().try_fold(Decimal::ZERO, |sum, n| add(sum, *n))
    }

    /// The superficial part of a loss: least of (sold, acquired, held) / sold of it.
    ///
    /// **Source:** IT-456R, paragraph 12; Canada Revenue Agency 2005-0150811E5.
    pub(super) fn denied(&self, loss: Decimal) -> Result<Decimal, TaxError> {
        let least = self.sold.min(self.acquired()?).min(self.held()?);
        if least <= Decimal::ZERO {
            return Ok(Decimal::ZERO);
        }
        Ok(if least == self.sold { loss } else { amount(div(mul(loss, least)?, self.sold)?) })
    }

    /// Shares out a denied loss by the substituted shares that each holds at the end: those
    /// acquired in the window and still held. Where only older shares are left, by those.
    ///
    /// **Source:** Canada Revenue Agency 2022-0940941C6 on ITA 53(1)(f).
    pub(super) fn parts(&self, denied: Decimal, at: usize) -> Result<Vec<Part>, TaxError> {
        let mut weights = Vec::with_capacity(self.held.len());
        for (held, acquired) in self.held.iter().zip(&self.acquired) {
            let bought = acquired.iter().try_fold(Decimal::ZERO, |sum, (_, n)| add(sum, *n))?;
            weights.push(bought.min(*held).max(Decimal::ZERO));
        }
        if weights.iter().all(Decimal::is_zero) {
            weights = self.held.iter().map(|held| (*held).max(Decimal::ZERO)).collect();
        }
        let shared = shared_out(denied, &weights)?;
        let with_amount = shared.into_iter().enumerate().filter(|(_, amount)| !amount.is_zero());
        with_amount
            .map(|(holder, amount)| {
                let later = self.later(holder, amount, at)?;
                Ok(Part { holder, amount, later })
            })
            .collect()
    }

    /// The part that purchases after the sale carry, by their shares.
    fn later(
        &self,
        holder: usize,
        amount: Decimal,
        at: usize,
    ) -> Result<Vec<(usize, Decimal)>, TaxError> {
        let bought = &self.acquired[holder];
        let weights: Vec<Decimal> = bought.iter().map(|(_, shares)| *shares).collect();
        let shared = shared_out(amount, &weights)?;
        let by_step = bought.iter().map(|(step, _)| *step).zip(shared);
        Ok(by_step.filter(|(step, _)| *step > at).collect())
    }
}

/// An amount by weights, without a rest: the last with a weight takes what rounding leaves.
fn shared_out(total: Decimal, weights: &[Decimal]) -> Result<Vec<Decimal>, TaxError> {
    let sum = weights.iter().try_fold(Decimal::ZERO, |sum, w| add(sum, *w))?;
    let last = weights.iter().rposition(|weight| !weight.is_zero());
    let mut left = total;
    let mut parts = Vec::with_capacity(weights.len());
    for (index, weight) in weights.iter().enumerate() {
        let part = match last {
            Some(last) if index == last => left,
            _ if weight.is_zero() => Decimal::ZERO,
            _ => amount(div(mul(total, *weight)?, sum)?),
        };
        left = add(left, -part)?;
        parts.push(part);
    }
    Ok(parts)
}

/// A date moved by days; it stops at the ends of the calendar.
pub(super) fn shifted(date: Date, days: i32) -> Date {
    date.saturating_add(Span::new().days(days))
}
