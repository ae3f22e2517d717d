//! Corporate actions read back out of what vendors publish instead of them.
//!
//! Vendors rarely list splits and dividends; they publish a close adjusted for all later ones, or
//! a table of factors. Both hold the actions, and only the actions are safe to use: an adjusted
//! price of 2005 knows the split of 2014.

use tradebot_domain::{ActionKind, Bar, CorporateAction, Date, Decimal, Money};

/// Changes of the adjustment factor smaller than this are noise, however precise the data.
const STEP_MIN: f64 = 1e-6;
/// How near a step must come to a simple ratio to be that split, relative.
const RATIO_TOLERANCE: f64 = 1e-3;
/// A dividend of a larger share of the price than this is doubted.
const DIVIDEND_SHARE_DOUBTED: f64 = 0.25;

/// Actions, and what about them should be looked at by a person.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Derived {
    /// By ex-date.
    pub actions: Vec<CorporateAction>,
    /// Steps that make no sense as an action, or little.
    pub doubts: Vec<Doubt>,
}

/// A step of the adjustment factor that is no plain split or dividend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The date of the step.
    pub date: Date,
    /// What it looks like.
    pub detail: String,
}

/// A session's raw close and the close adjusted for all later actions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdjustedClose {
    /// The session.
    pub date: Date,
    /// As traded, currency per share.
    pub close: f64,
    /// Adjusted, same unit.
    pub adjusted: f64,
    /// What rounding of either can do to their ratio, relative: 0 for exact data.
    pub noise: f64,
}

/// A step of the adjustment factor from one session to the next.
#[derive(Debug, Clone, Copy)]
struct Step {
    ex_date: Date,
    /// Factor on the ex-date over the factor before.
    ratio: f64,
    close_before: f64,
    close_on: f64,
}

/// The close that a vendor puts a dividend in relation to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Base {
    /// q = 1 + dividend / close of the ex-date, as in the WIKI prices of Quandl.
    ExDate,
    /// q = 1 / (1 - dividend / close before), as with CRSP, Yahoo and LEAN.
    Before,
}

/// Actions from a series of adjusted closes, in date order.
///
/// With f = adjusted / close, a step q = f(t) / f(t-1) is an action with ex-date t: a split of
/// the simple ratio that q is near to, else a dividend of (q - 1) x close(t). Where that gives
/// fewer round amounts than (1 - 1 / q) x close(t-1), the vendor meant the latter.
///
/// Steps of at most 1e-6, or within the noise of the two closes, are not seen.
pub fn from_adjusted_close(rows: &[AdjustedClose]) -> Derived {
    let mut derived = Derived::default();
    let mut steps = Vec::new();
    for pair in rows.windows(2) {
        let (before, on) = (&pair[0], &pair[1]);
        let ratio = (on.adjusted / on.close) / (before.adjusted / before.close);
        if (ratio - 1.0).abs() > STEP_MIN.max(before.noise + on.noise) {
            let (close_before, close_on) = (before.close, on.close);
            steps.push(Step { ex_date: on.date, ratio, close_before, close_on });
        } else if !ratio.is_finite() {
            derived.doubt(on.date, format!("adjusted close {} cannot be used", on.adjusted));
        }
    }
    let base = Base::of(&steps);
    for step in steps {
        match simple_split(step.ratio) {
            Some(ratio) => derived.push(step.ex_date, ActionKind::Split { ratio }),
            None => derived.push_dividend(step.ex_date, step.amount(base), step.close_on, 4),
        }
    }
    derived
}

impl Step {
    fn amount(&self, base: Base) -> f64 {
        match base {
            Base::ExDate => (self.ratio - 1.0) * self.close_on,
            Base::Before => (1.0 - 1.0 / self.ratio) * self.close_before,
        }
    }
}

impl Base {
    /// The one under which more dividends are whole tenths of a cent, as announced ones are.
    fn of(steps: &[Step]) -> Self {
        let round = |base: Self| {
            let amounts = steps.iter().filter(|s| simple_split(s.ratio).is_none());
            amounts
                .map(|step| step.amount(base) * 1_000.0)
                .filter(|tenths| (tenths - tenths.round()).abs() < 0.05)
                .count()
        };
        if round(Self::Before) > round(Self::ExDate) { Self::Before } else { Self::ExDate }
    }
}

/// One row of a factor table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FactorRow {
    /// Last date the factors hold for; the row before says since when.
    pub last_date: Date,
    /// Product of the dividend factors of all later dates.
    pub price_factor: f64,
    /// Product of the inverse split ratios of all later dates.
    pub split_factor: f64,
    /// Raw close on `last_date`; 0 or 1 where the vendor has none.
    pub reference_close: f64,
}

/// Actions from a factor table sorted by date, for the dates that `bars` cover.
///
/// Factors change from one row to the next with an ex-date on the session after `last_date`:
/// split ratio = split factor after / before; dividend = (1 - price factor before / after) x close
/// before. `next_session` gives the session after a date, where known; else the next bar's is it.
///
/// **Source:** the factor files of QuantConnect LEAN.
pub fn from_factor_table(
    rows: &[FactorRow],
    bars: &[Bar],
    next_session: &dyn Fn(Date) -> Option<Date>,
) -> Derived {
    let mut derived = Derived::default();
    for pair in rows.windows(2) {
        let (before, after) = (&pair[0], &pair[1]);
        let at = bars.partition_point(|bar| bar.date.date() <= before.last_date);
        let (Some(last_cum), Some(next_bar)) = (at.checked_sub(1).map(|i| &bars[i]), bars.get(at))
        else {
            continue; // outside the bars there is nothing to adjust
        };
        let ex_date = next_session(before.last_date).unwrap_or(next_bar.date.date());
        let close = if last_cum.date.date() == before.last_date {
            last_cum.close
        } else {
            before.reference_close
        };
        derived.push_factors(ex_date, before, after, close);
    }
    derived
}

impl Derived {
    fn doubt(&mut self, date: Date, detail: String) {
        self.doubts.push(Doubt { date, detail });
    }

    fn push(&mut self, ex_date: Date, kind: ActionKind) {
        self.actions.push(CorporateAction { ex_date, kind });
    }

    fn push_dividend(&mut self, ex_date: Date, amount: f64, close: f64, decimals: u32) {
        let rounded = Money::from_f64(amount, decimals).map(|money| money.0.normalize());
        match rounded {
            Ok(amount) if amount > Decimal::ZERO => {
                self.push(ex_date, ActionKind::Dividend { amount });
            }
            _ => {
                let detail = format!("a dividend of {amount} per share is none; left out");
                return self.doubt(ex_date, detail);
            }
        }
        if amount > DIVIDEND_SHARE_DOUBTED * close {
            let detail = format!(
                "a step of {amount} at a close of {close} is no simple split; taken as a dividend"
            );
            self.doubt(ex_date, detail);
        }
    }

    fn push_factors(&mut self, ex_date: Date, before: &FactorRow, after: &FactorRow, close: f64) {
        let ratio = after.split_factor / before.split_factor;
        // Factors are written with six digits, so 1e-4 is well above their noise.
        if (ratio - 1.0).abs() > 1e-4 {
            match simple_split(ratio).map_or_else(|| Money::from_f64(ratio, 6).map(|m| m.0), Ok) {
                Ok(ratio) if ratio > Decimal::ZERO => {
                    self.push(ex_date, ActionKind::Split { ratio: ratio.normalize() });
                }
                _ => self.doubt(ex_date, format!("a split of {ratio} is none; left out")),
            }
        }
        let kept = before.price_factor / after.price_factor;
        if (kept - 1.0).abs() > STEP_MIN / 2.0 {
            let amount = (1.0 - kept) * close;
            let error = 1.5e-7 * close / before.price_factor;
            self.push_dividend(ex_date, amount, close, coarsest_decimals(amount, error));
        }
    }
}

/// The fewest decimals, from cents on, that change an amount by no more than its own error.
fn coarsest_decimals(amount: f64, error: f64) -> u32 {
    let off = |decimals: i32| {
        let unit = 10_f64.powi(decimals);
        ((amount * unit).round() / unit - amount).abs()
    };
    if off(2) <= error {
        2
    } else if off(3) <= error {
        3
    } else {
        4
    }
}

/// The simple ratio that a step is meant to be: 2, 3, 1.5, 0.5, 0.1 and their like, at least a
/// quarter up or a fifth down.
fn simple_split(step: f64) -> Option<Decimal> {
    let fractions = [(3, 2), (5, 2), (7, 2), (4, 3), (5, 3), (5, 4), (7, 4), (7, 5), (8, 5)];
    (2..=100)
        .map(|whole| (whole, 1))
        .chain(fractions)
        .flat_map(|(new, old)| [(new, old), (old, new)])
        .find(|&(new, old): &(i32, i32)| {
            let ratio = f64::from(new) / f64::from(old);
            (step / ratio - 1.0).abs() <= RATIO_TOLERANCE
        })
        .map(|(new, old)| Decimal::from(new) / Decimal::from(old))
}

#[cfg(test)]
mod tests;
