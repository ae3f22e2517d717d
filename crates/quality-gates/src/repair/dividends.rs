//! Dividends in another unit, of other shares, or told twice.
//!
//! On its ex-date a price falls by about what is paid. One dividend among the noise of its days says
//! little when it is small and much when it is large: a dividend of a third of the price that left no
//! trace was none. Small ones are judged together.

use tradebot_domain::{ActionKind, Bar, CorporateAction, Date, Decimal};

use super::levels::is_price;
use super::{Proposal, Repair};

/// Bars on either side that the noise is taken over.
const AROUND: usize = 20;
/// Noise is never taken to be less than this, as a log return.
const NOISE_MIN: f64 = 0.005;
/// Standard errors from which a fall and an amount do not fit each other ...
const REFUTED: f64 = 4.0;
/// ... where a split of these days is another reason to doubt the amount ...
const REFUTED_BY_SPLIT: f64 = 2.5;
/// ... and up to which they do.
const FITS: f64 = 3.0;
/// A price that did not move at all was not traded: it speaks against nothing but a yield above this.
const YIELD_OF_STILL: f64 = 0.1;
/// A yield below this is too small to be meant.
const YIELD_MIN: f64 = 0.001;
/// Dividends that are judged together, at least.
const TOGETHER: usize = 4;
/// Days within which the same amount again is the same dividend.
const DAYS_BETWEEN: i32 = 5;

/// A dividend and what its ex-date saw.
#[derive(Debug, Clone, Copy)]
struct Paid {
    ex_date: Date,
    amount: Decimal,
    /// Amount over the close before.
    share: f64,
    /// Log return into the close of the ex-date.
    log_return: f64,
    /// Standard deviation of the returns around it.
    noise: f64,
}

impl Paid {
    /// Standard errors between the fall that was seen and the one that `factor` times the amount
    /// explains.
    fn misfit(&self, factor: f64) -> f64 {
        let expected = (1.0 - factor * self.share).max(0.05).ln();
        (self.log_return - expected) / self.noise
    }
}

pub(super) fn propose(bars: &[Bar], actions: &[CorporateAction]) -> Vec<Proposal> {
    let paid: Vec<Paid> = actions.iter().filter_map(|action| paid(bars, action)).collect();
    let twice = told_twice(&paid);
    let once: Vec<Paid> =
        paid.iter().copied().filter(|p| !twice.iter().any(|t| t.1 == p.ex_date)).collect();
    let mut proposals: Vec<Proposal> = twice.into_iter().map(|(proposal, _)| proposal).collect();
    proposals.extend(once.iter().filter_map(|paid| too_large(paid, actions)));
    proposals.extend(too_small(&once));
    proposals
}

fn paid(bars: &[Bar], action: &CorporateAction) -> Option<Paid> {
    let ActionKind::Dividend { amount } = action.kind else { return None };
    let at = bars.partition_point(|bar| bar.date.date() < action.ex_date);
    let (before, of) = (bars.get(at.checked_sub(1)?)?, bars.get(at)?);
    let on_it = of.date.date() == action.ex_date && is_price(before.close) && is_price(of.close);
    let share = f64::try_from(amount).ok()? / before.close;
    on_it.then(|| Paid {
        ex_date: action.ex_date,
        amount,
        share,
        log_return: (of.close / before.close).ln(),
        noise: noise_around(bars, at),
    })
}

/// Standard deviation of the log returns around a bar, its own left out.
fn noise_around(bars: &[Bar], at: usize) -> f64 {
    let from = at.saturating_sub(AROUND).max(1);
    let returns: Vec<f64> = (from..(at + AROUND).min(bars.len()))
        .filter(|i| *i != at && is_price(bars[*i].close) && is_price(bars[i - 1].close))
        .map(|i| (bars[i].close / bars[i - 1].close).ln())
        .collect();
    if returns.len() < 2 {
        return f64::INFINITY;
    }
    let n = returns.len() as f64;
    let mean = returns.iter().sum::<f64>() / n;
    let squares: f64 = returns.iter().map(|r| (r - mean).powi(2)).sum();
    (squares / (n - 1.0)).sqrt().max(NOISE_MIN)
}

/// The same amount again a few days later: the price fell for one of them.
fn told_twice(paid: &[Paid]) -> Vec<(Proposal, Date)> {
    let pairs = paid.windows(2).filter(|pair| {
        let days = pair[1].ex_date - pair[0].ex_date;
        pair[0].amount == pair[1].amount && days.get_days() <= DAYS_BETWEEN
    });
    pairs
        .map(|pair| {
            let fell = |p: &Paid| p.log_return;
            let (kept, gone) =
                if fell(&pair[0]) < fell(&pair[1]) { (pair[0], pair[1]) } else { (pair[1], pair[0]) };
            let repair = Repair::DropDividend { ex_date: gone.ex_date, amount: gone.amount };
            let because = format!(
                "{} is told of {} and of {}; the price moved by {:+.1} % on the second and {:+.1} % on \
                 the first of them",
                gone.amount,
                kept.ex_date,
                gone.ex_date,
                100.0 * gone.log_return.exp_m1(),
                100.0 * kept.log_return.exp_m1()
            );
            (Proposal { repair, because }, gone.ex_date)
        })
        .collect()
}

/// An amount that the price did not fall by, where a hundredth or the split of these days explains
/// what it did.
fn too_large(paid: &Paid, actions: &[CorporateAction]) -> Option<Proposal> {
    if paid.log_return == 0.0 && paid.share < YIELD_OF_STILL {
        return None;
    }
    let misfit = paid.misfit(1.0);
    let hundredth = (Decimal::ONE / Decimal::ONE_HUNDRED, "in another unit", REFUTED);
    let splits = actions.iter().filter_map(|action| match action.kind {
        ActionKind::Split { ratio }
            if (action.ex_date - paid.ex_date).get_days().abs() <= DAYS_BETWEEN =>
        {
            let factor = Decimal::ONE.checked_div(ratio)?;
            Some((factor, "per share before the split", REFUTED_BY_SPLIT))
        }
        _ => None,
    });
    let explained = splits
        .chain([hundredth])
        .filter(|(.., refuted)| misfit >= *refuted)
        .map(|(factor, how, _)| (factor, how, paid.misfit(f64::try_from(factor).unwrap_or(1.0))))
        .filter(|(.., misfit)| misfit.abs() <= FITS)
        .min_by(|a, b| a.2.abs().total_cmp(&b.2.abs()))?;
    let (factor, how, _) = explained;
    let to = (paid.amount * factor).normalize();
    let because = format!(
        "{} is {:.1} % of the close before, and the price moved by {:+.1} %: {how}, {to} fits",
        paid.amount,
        100.0 * paid.share,
        100.0 * paid.log_return.exp_m1()
    );
    let repair = Repair::Dividend { ex_date: paid.ex_date, from: paid.amount, to };
    Some(Proposal { repair, because })
}

/// Amounts too small to be meant, after which prices fell by a hundred times as much, together.
fn too_small(paid: &[Paid]) -> Vec<Proposal> {
    let small: Vec<&Paid> =
        paid.iter().filter(|p| p.share < YIELD_MIN && 100.0 * p.share < 0.15).collect();
    if small.len() < TOGETHER {
        return Vec::new();
    }
    let scaled = (small.len() as f64).sqrt();
    let together = |factor| small.iter().map(|p| p.misfit(factor)).sum::<f64>() / scaled;
    let (as_told, as_meant) = (together(1.0), together(100.0));
    if as_told > -2.0 || as_meant.abs() > 2.0 {
        return Vec::new();
    }
    let because = format!(
        "{} dividends below {} % of the price were followed by falls {:.1} standard errors larger; a \
         hundred times as much fits ({as_meant:+.1})",
        small.len(),
        100.0 * YIELD_MIN,
        -as_told
    );
    small
        .into_iter()
        .map(|paid| {
            let to = (paid.amount * Decimal::ONE_HUNDRED).normalize();
            let repair = Repair::Dividend { ex_date: paid.ex_date, from: paid.amount, to };
            Proposal { repair, because: because.clone() }
        })
        .collect()
}
