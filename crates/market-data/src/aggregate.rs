//! Shorter bars into longer ones, within their session.
//!
//! A longer bar holds the shorter ones that came: a missing minute leaves it with fewer of them and
//! is never made up. No bar crosses a session, and a half day's last bar ends at its early close.
//! A bar appears when it is complete: when the shorter bar that ends with it has come, or a later
//! one that shows that none will come any more.

use tradebot_domain::{Bar, Date, Exchange, Interval, Moment, SessionMinutes};

/// Puts bars of a shorter interval together, one by one.
#[derive(Debug, Clone)]
pub struct Aggregator {
    exchange: Exchange,
    interval: Interval,
    /// The session that is being put together, with its hours; none on a day without a session.
    day: Option<(Date, Option<SessionMinutes>)>,
    /// The bar that is being put together; its date is when it will end.
    open: Option<Bar>,
    /// End of the last bar that was handed out or passed over.
    newest: Option<Moment>,
}

impl Aggregator {
    /// Bars of `interval` in the sessions of `exchange`.
    pub const fn new(exchange: Exchange, interval: Interval) -> Self {
        Self { exchange, interval, day: None, open: None, newest: None }
    }

    /// Takes the next shorter bar, and hands out what it completes: at most a bar that ended before
    /// it, and the one that ends with it.
    ///
    /// A bar outside of the exchange's sessions, one that is daily, and one that is not later than
    /// the bars before it belongs to no bar and is passed over.
    pub fn push(&mut self, bar: &Bar) -> [Option<Bar>; 2] {
        let Some((end, last)) = self.end_of(bar.date) else { return [None, None] };
        if self.newest.is_some_and(|newest| bar.date <= newest) {
            return [None, None];
        }
        self.newest = Some(bar.date);
        let earlier = self.open.take_if(|open| open.date != end);
        let mut all = self.open.take().map_or(Bar { date: end, ..*bar }, |open| joined(&open, bar));
        all.date = end;
        if last {
            return [earlier, Some(all)];
        }
        self.open = Some(all);
        [earlier, None]
    }

    /// The bar that no more shorter bars can belong to, now that time has come to `now`.
    pub fn finish(&mut self, now: Moment) -> Option<Bar> {
        self.open.take_if(|open| open.date <= now)
    }

    /// When the longer bar of a shorter one ends, and whether it is the last of it.
    pub(crate) fn end_of(&mut self, at: Moment) -> Option<(Moment, bool)> {
        let (date, minute) = (at.date(), at.minute()?);
        let hours = match self.day {
            Some((day, hours)) if day == date => hours,
            _ => {
                let hours = self.exchange.session_minutes(date).ok().flatten();
                self.day = Some((date, hours));
                hours
            }
        }?;
        let end = hours.end_of(minute, self.interval)?;
        let moment = if self.interval.is_daily() {
            Moment::daily(date)
        } else {
            Moment::at(date, u32::from(end)).ok()?
        };
        Some((moment, minute == end))
    }
}

/// Two bars, the second after the first, as one.
fn joined(first: &Bar, second: &Bar) -> Bar {
    Bar {
        date: first.date,
        open: first.open,
        high: first.high.max(second.high),
        low: first.low.min(second.low),
        close: second.close,
        volume: first.volume + second.volume,
    }
}

/// All bars of an interval that are complete by the last of `bars`, which are in order.
///
/// - **Causality:** of a beginning of `bars`, a beginning of the result.
/// - **Composition:** one-minute bars into fifteen minutes are the same by way of five, but for the
///   order in which volumes are added.
pub fn aggregate(bars: &[Bar], exchange: Exchange, interval: Interval) -> Vec<Bar> {
    let mut aggregator = Aggregator::new(exchange, interval);
    bars.iter().flat_map(|bar| aggregator.push(bar)).flatten().collect()
}

#[cfg(test)]
mod tests;
