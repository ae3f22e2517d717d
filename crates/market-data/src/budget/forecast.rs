//! When a window will be used up, if calls go on as they do.

use std::time::Duration;

use super::window::SlidingWindow;

/// The shortest stretch that a rate is taken from.
const SHORTEST: Duration = Duration::from_mins(1);

/// One window, and what becomes of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// Calls in it now.
    pub used: u32,
    /// Calls that decisions may fill.
    pub ceiling: u32,
    /// Calls per minute, over a tenth of the window and at least a minute.
    pub per_minute: f64,
    /// Time until decisions have to wait; none when that does not happen within the window's length.
    pub exhausted_in: Option<Duration>,
}

impl Forecast {
    /// Goes on at the rate of the last tenth of the window. Calls that leave the window meanwhile
    /// are counted out, as they left their times behind.
    pub fn of(window: &SlidingWindow, now: Duration, ceiling: u32) -> Self {
        let stretch = (window.length() / 10).max(SHORTEST).min(now.max(SHORTEST));
        let calls = window.since(now, stretch);
        let per_second = f64::from(calls) / stretch.as_secs_f64();
        let used = window.used(now);
        let exhausted_in = Self::exhausted(window, now, ceiling, per_second);
        Self { used, ceiling, per_minute: per_second * 60.0, exhausted_in }
    }

    fn exhausted(
        window: &SlidingWindow,
        now: Duration,
        ceiling: u32,
        per_second: f64,
    ) -> Option<Duration> {
        if window.used(now) >= ceiling {
            return Some(Duration::ZERO);
        }
        if per_second <= 0.0 {
            return None;
        }
        // In sixty steps over the window: what is in it then of today's calls, and of those to come.
        (1_u32..=60).map(|step| window.length() * step / 60).find(|ahead| {
            let stays = f64::from(window.used(now + *ahead));
            stays + per_second * ahead.as_secs_f64() >= f64::from(ceiling)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour_with(calls_per_minute: u64, minutes: u64) -> (SlidingWindow, Duration) {
        let mut window = SlidingWindow::new(Duration::from_hours(1));
        let step = 60_000 / calls_per_minute;
        let calls = calls_per_minute * minutes;
        (0..calls).for_each(|n| window.record(Duration::from_millis(n * step)));
        (window, Duration::from_secs(minutes * 60))
    }

    #[test]
    fn a_rate_that_the_window_bears_is_never_exhausted() {
        let (window, now) = hour_with(10, 30);
        let forecast = Forecast::of(&window, now, 700);
        assert!((forecast.per_minute - 10.0).abs() < 0.2, "{forecast:?}");
        assert_eq!((forecast.used, forecast.exhausted_in), (300, None));
    }

    #[test]
    fn a_rate_that_it_does_not_bear_is_told_before_it_happens() {
        let (window, now) = hour_with(20, 30);
        // 600 of 700 are used: 100 more take five minutes.
        let forecast = Forecast::of(&window, now, 700);
        let minutes = forecast.exhausted_in.map(|t| t.as_secs_f64() / 60.0);
        assert!(minutes.is_some_and(|m| (4.0..=6.0).contains(&m)), "{forecast:?}");
    }

    #[test]
    fn a_full_window_is_exhausted_now_and_an_idle_one_never() {
        let (window, now) = hour_with(20, 30);
        assert_eq!(Forecast::of(&window, now, 600).exhausted_in, Some(Duration::ZERO));
        let idle = SlidingWindow::new(Duration::from_mins(1));
        assert_eq!(Forecast::of(&idle, now, 1).exhausted_in, None);
    }
}
