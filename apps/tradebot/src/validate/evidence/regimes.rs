//! Twenty years of the S&P 500 through the regime detector.

use tradebot_domain::Date;
use tradebot_market_data::History;
use tradebot_regime::{
    RegimeConfig, RegimeDetector, RegimeReading, SecondOpinion, SecondOpinionConfig,
    SecondOpinionReading,
};

use crate::exit::Failure;

/// Readings by session, from the first determined one.
#[derive(Debug, Clone)]
pub struct RegimeFacts {
    /// Session and reading.
    pub readings: Vec<(Date, RegimeReading)>,
    /// Session and second opinion, from the first session.
    pub opinions: Vec<(Date, SecondOpinionReading)>,
    /// Sessions with a published VIX close, ascending.
    pub vix_published: Vec<Date>,
    /// Sessions of a new trend state before it is believed.
    pub confirm_sessions: u32,
    /// Sessions of lower readings before severity falls.
    pub dwell_sessions: u32,
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
        let (mut readings, mut opinions) = (Vec::new(), Vec::new());
        let mut before: Option<Date> = None;
        for bar in &history.index.bars {
            let known = before.and_then(|date| vix_close(&history.vix, date));
            let reading = detector.update(bar, known);
            let severity = reading.as_ref().map(|r| r.severity);
            opinions.extend(second.update(bar.close, severity).map(|o| (bar.date, o)));
            readings.extend(reading.map(|r| (bar.date, r)));
            before = Some(bar.date);
        }
        Ok(Self {
            readings,
            opinions,
            vix_published: history.vix.iter().map(|(date, _)| *date).collect(),
            confirm_sessions: config.confirm_sessions,
            dwell_sessions: config.dwell_sessions,
        })
    }
}

fn vix_close(vix: &[(Date, f64)], date: Date) -> Option<f64> {
    vix.binary_search_by_key(&date, |(d, _)| *d).ok().map(|at| vix[at].1)
}
