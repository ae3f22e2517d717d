//! Moments and correlations of returns.

use tradebot_domain::{Bar, CorporateAction};

pub(crate) fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

pub(crate) fn covariance(x: &[f64], y: &[f64]) -> f64 {
    let (mx, my) = (mean(x), mean(y));
    x.iter().zip(y).map(|(a, b)| (a - mx) * (b - my)).sum::<f64>() / x.len() as f64
}

pub(crate) fn correlation(x: &[f64], y: &[f64]) -> f64 {
    covariance(x, y) / (covariance(x, x) * covariance(y, y)).sqrt()
}

pub(crate) fn kurtosis(x: &[f64]) -> f64 {
    let m = mean(x);
    let fourth = x.iter().map(|a| (a - m).powi(4)).sum::<f64>() / x.len() as f64;
    fourth / covariance(x, x).powi(2)
}

/// Autocorrelation at a lag.
pub(crate) fn acf(x: &[f64], lag: usize) -> f64 {
    correlation(&x[..x.len() - lag], &x[lag..])
}

/// Log returns from close to close.
pub(crate) fn returns(closes: &[f64]) -> Vec<f64> {
    closes.windows(2).map(|pair| (pair[1] / pair[0]).ln()).collect()
}

/// Closes of the series that actions leave without a step.
pub(crate) fn continuous(bars: &[Bar], actions: &[CorporateAction]) -> Vec<f64> {
    let (mut factor, mut due) = (1.0, actions.iter().peekable());
    let mut closes = Vec::with_capacity(bars.len());
    for bar in bars {
        while let Some(action) = due.next_if(|action| action.ex_date <= bar.date.date()) {
            factor *= action.continuity_factor(bar.close);
        }
        closes.push(bar.close * factor);
    }
    closes
}
