//! A run on shorter bars as a run of sessions: what statistics and reports look at.
//!
//! Sharpe ratios, drawdowns, months and comparisons are those of daily closes, whatever the bars a
//! run decided on, so that runs can be compared and nothing is annualised by a number of bars.

use tradebot_domain::Moment;
use tradebot_journal::SnapshotRecord;

use crate::result::{PricePoint, RunResult};

impl RunResult {
    /// The same run with one account, close and regime a session: the last of each. Entries, exits
    /// and forecasts stand on their sessions. A run of daily bars is returned as it is.
    ///
    /// The day's return of a snapshot is measured from the close of the session before, so the last
    /// one of a session is the session's.
    #[must_use]
    pub fn by_session(mut self) -> Self {
        if self.snapshots.first().is_none_or(|s| s.session.is_daily()) {
            return self;
        }
        keep_last(&mut self.snapshots, |s: &mut SnapshotRecord| &mut s.session);
        keep_last(&mut self.learned, |r| &mut r.session);
        keep_last(&mut self.regimes, |r| &mut r.session);
        for points in self.prices.values_mut() {
            keep_last(points, |p: &mut PricePoint| &mut p.session);
        }
        for trade in &mut self.trades {
            to_session(&mut trade.entry_session);
            to_session(&mut trade.exit_session);
        }
        for forecast in &mut self.forecasts {
            to_session(&mut forecast.issued);
            to_session(&mut forecast.resolved);
        }
        self.forecasts.sort_by_key(|f| (f.resolved, f.issued, f.symbol));
        self.fits.iter_mut().for_each(|fit| to_session(&mut fit.session));
        self.risk_events.iter_mut().for_each(|event| to_session(&mut event.session));
        self
    }
}

fn to_session(moment: &mut Moment) {
    *moment = moment.date().into();
}

/// Keeps the last of each session, in order, and puts it on its session.
fn keep_last<T>(all: &mut Vec<T>, of: impl Fn(&mut T) -> &mut Moment) {
    for item in all.iter_mut() {
        to_session(of(item));
    }
    all.reverse();
    all.dedup_by(|a, b| *of(a) == *of(b));
    all.reverse();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::run;

    #[test]
    fn a_run_of_sessions_is_left_as_it_is() {
        let daily = run(&[0.01, -0.02, 0.03]);
        assert_eq!(daily.clone().by_session(), daily);
    }

    #[test]
    fn the_last_bar_of_each_session_stands_for_it() {
        let daily = run(&[0.01, -0.02]);
        let mut bars = daily.clone();
        bars.snapshots = daily
            .snapshots
            .iter()
            .flat_map(|close| {
                let at = |minute| Moment::at(close.session.date(), minute).unwrap();
                let mut noon = close.clone();
                (noon.session, noon.day_return) = (at(720), 9.0);
                [noon, SnapshotRecord { session: at(960), ..close.clone() }]
            })
            .collect();
        assert_eq!(bars.snapshots.len(), 6);
        assert_eq!(bars.by_session(), daily);
    }
}
