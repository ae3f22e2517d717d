//! What usually trades in a symbol, from sessions that are over.

use std::collections::VecDeque;

use tradebot_brackets::cost::{Market, Participation, VolumeError};
use tradebot_domain::{ActionKind, Bar, CorporateAction, Date, Money};

/// Sessions that medians and volatilities are over where no participation is configured.
pub(super) const SESSIONS: usize = 20;

/// Volumes and returns of the last sessions, in today's shares.
#[derive(Debug, Default)]
pub(super) struct History {
    volumes: VecDeque<f64>,
    returns: VecDeque<f64>,
    close: Option<f64>,
    /// The last session seen.
    last: Option<Date>,
    /// Actions that wait for the bar of their ex-date.
    due: Vec<CorporateAction>,
}

impl History {
    /// An action of its ex-date; a late or repeated one changes nothing.
    pub(super) fn act(&mut self, action: &CorporateAction) {
        let late = self.last.is_some_and(|last| action.ex_date <= last);
        if !late && !self.due.contains(action) {
            self.due.push(*action);
        }
    }

    /// Takes a session that is over into account, the actions of its date first.
    pub(super) fn observe(&mut self, bar: &Bar, sessions: usize) {
        if self.last.is_some_and(|last| bar.date.date() <= last) {
            return;
        }
        self.apply_due(bar.date.date());
        self.last = Some(bar.date.date());
        if let Some(before) = self.close.filter(|close| *close > 0.0) {
            push(&mut self.returns, (bar.close / before).ln(), sessions);
        }
        push(&mut self.volumes, bar.volume, sessions);
        self.close = Some(bar.close);
    }

    /// Brings what is kept into the shares of a session, before it is traded on.
    pub(super) fn apply_due(&mut self, session: Date) {
        let (due, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.due).into_iter().partition(|a| a.ex_date <= session);
        self.due = later;
        for action in due {
            match action.kind {
                ActionKind::Split { ratio } => {
                    let ratio = Money(ratio).to_f64();
                    self.volumes.iter_mut().for_each(|volume| *volume *= ratio);
                    self.close = self.close.map(|close| close / ratio);
                }
                ActionKind::Dividend { amount } => {
                    self.close = self.close.map(|close| close - Money(amount).to_f64());
                }
            }
        }
    }

    /// Median volume and the standard deviation of daily log returns.
    ///
    /// # Errors
    /// [`VolumeError`] while the history is too short.
    pub(super) fn market(&self, over: &Participation) -> Result<Market, VolumeError> {
        let volumes: Vec<f64> = self.volumes.iter().copied().collect();
        let adv_shares = over.median_volume(&volumes)?;
        Ok(Market { adv_shares, sigma_daily: deviation(&self.returns) })
    }
}

/// Sample standard deviation; 0 of fewer than two.
fn deviation(values: &VecDeque<f64>) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / (n - 1.0)).sqrt()
}

fn push(queue: &mut VecDeque<f64>, value: f64, most: usize) {
    if queue.len() >= most {
        queue.pop_front();
    }
    queue.push_back(value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{bar, dividend, split};

    const OVER: Participation = Participation { max_share: 0.1, sessions: 3 };

    fn seen() -> History {
        let mut history = History::default();
        for n in 0..3 {
            history.observe(&bar(n, [100.0, 101.0, 99.0, 100.0]), OVER.sessions);
        }
        history
    }

    #[test]
    fn a_short_history_has_no_median() {
        let mut history = History::default();
        history.observe(&bar(0, [100.0; 4]), OVER.sessions);
        assert_eq!(history.market(&OVER), Err(VolumeError::TooFew { needed: 3, found: 1 }));
    }

    #[test]
    fn a_split_and_a_dividend_leave_no_return_behind_and_count_once() {
        let mut history = seen();
        for action in [split(3, "2"), split(3, "2"), dividend(3, "1")] {
            history.act(&action);
        }
        history.observe(&bar(3, [49.0, 49.0, 49.0, 49.0]), OVER.sessions);
        let market = history.market(&OVER).unwrap();
        assert_eq!((market.adv_shares, market.sigma_daily), (2e6, 0.0));
        history.act(&split(2, "2"));
        history.observe(&bar(4, [49.0; 4]), OVER.sessions);
        assert_eq!(history.market(&OVER).unwrap().adv_shares, 1e6, "a late split is none");
    }

    #[test]
    fn volatility_is_that_of_the_last_sessions() {
        let mut history = seen();
        history.observe(&bar(3, [100.0, 111.0, 99.0, 110.0]), OVER.sessions);
        history.observe(&bar(4, [100.0, 111.0, 99.0, 100.0]), OVER.sessions);
        // Returns of 0, +r and -r: their deviation is r.
        let found = history.market(&OVER).unwrap().sigma_daily;
        assert!((found - 1.1_f64.ln()).abs() < 1e-12, "{found}");
    }
}
