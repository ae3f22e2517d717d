//! Twenty years of the S&P 500 through the regime detector.

use tradebot_domain::{Bar, Date, Moment};
use tradebot_market_data::History;
use tradebot_models::{VolatilityConfig, VolatilityForecast, VolatilityForecaster};
use tradebot_regime::{
    RegimeConfig, RegimeDetector, RegimeReading, SecondOpinion, SecondOpinionConfig,
    SecondOpinionReading,
};

use crate::exit::Failure;

/// Readings by session, from the first determined one.
#[derive(Debug, Clone)]
pub struct RegimeFacts {
    /// Session and reading.
    pub readings: Vec<(Moment, RegimeReading)>,
    /// Session and second opinion, from the first session.
    pub opinions: Vec<(Moment, SecondOpinionReading)>,
    /// Forecasts of volatility whose outcome is known, in order.
    pub outlooks: Vec<Outlook>,
    /// Sessions with a published VIX close, ascending.
    pub vix_published: Vec<Moment>,
    /// Sessions of a new trend state before it is believed.
    pub confirm_sessions: u32,
    /// Sessions of lower readings before severity falls.
    pub dwell_sessions: u32,
}

/// A forecast that the next 5 sessions move more than the median of the year, and its outcome.
#[derive(Debug, Clone, Copy)]
pub struct Outlook {
    /// Probability by the forecaster.
    pub p: f64,
    /// Probability by the HAR baseline on the same sessions.
    pub har: f64,
    /// They did.
    pub above: bool,
}

impl RegimeFacts {
    /// Feeds the bundled index, with the VIX close of the session before where there is one.
    ///
    /// # Errors
    /// When no second opinion can be formed.
    pub fn gather(history: &History) -> Result<Self, Failure> {
        let config = RegimeConfig::default();
        let mut detector = RegimeDetector::new(config);
        let mut second = SecondOpinion::new(SecondOpinionConfig::default())?;
        let mut forecaster = VolatilityForecaster::new(VolatilityConfig::default())?;
        let mut forecasts = Vec::new();
        let (mut readings, mut opinions) = (Vec::new(), Vec::new());
        let mut before: Option<Moment> = None;
        for bar in &history.index.bars {
            let known = before.and_then(|moment| vix_close(&history.vix, moment.date()));
            let reading = detector.update(bar, known);
            let severity = reading.as_ref().map(|r| r.severity);
            opinions.extend(second.update(bar.close, severity).map(|o| (bar.date, o)));
            forecasts.push(forecaster.update(bar, known));
            readings.extend(reading.map(|r| (bar.date, r)));
            before = Some(bar.date);
        }
        Ok(Self {
            readings,
            opinions,
            outlooks: outlooks(&history.index.bars, &forecasts),
            vix_published: history.vix.iter().map(|(date, _)| (*date).into()).collect(),
            confirm_sessions: config.confirm_sessions,
            dwell_sessions: config.dwell_sessions,
        })
    }
}

/// Forecasts beside the realised variance of the sessions that they were about.
fn outlooks(bars: &[Bar], forecasts: &[Option<VolatilityForecast>]) -> Vec<Outlook> {
    let horizon = VolatilityConfig::default().horizon;
    let outlook = |(at, forecast): (usize, &Option<VolatilityForecast>)| {
        let forecast = forecast.as_ref()?;
        let ahead = bars.get(at..=at + horizon)?;
        let realised: f64 = ahead.windows(2).map(|w| (w[1].close / w[0].close).ln().powi(2)).sum();
        let usual = forecast.median.powi(2) * horizon as f64 / 252.0;
        let (p, har) = (forecast.p_above_median, forecast.har.p_above_median);
        Some(Outlook { p, har, above: realised > usual })
    };
    forecasts.iter().enumerate().filter_map(outlook).collect()
}

fn vix_close(vix: &[(Date, f64)], date: Date) -> Option<f64> {
    vix.binary_search_by_key(&date, |(d, _)| *d).ok().map(|at| vix[at].1)
}
