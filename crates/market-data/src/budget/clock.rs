//! Time as budgets, caches and retries see it.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;

/// Where time comes from: the machine, or a test that makes an hour pass in a moment.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Time since a fixed beginning. Never goes back, whatever happens to the time of day.
    fn now(&self) -> Duration;

    /// The time of day, for what servers and tables say in it.
    fn wall(&self) -> Timestamp;

    /// Ends when this much time has passed.
    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// The machine's clock, through tokio: under its paused time this clock is paused as well.
#[derive(Debug, Clone)]
pub struct MachineClock {
    begun: tokio::time::Instant,
    wall_at_start: Option<Timestamp>,
}

impl MachineClock {
    /// What it shows when it begins: calls of an earlier process have their place before that.
    pub const BEGINNING: Duration = Duration::from_hours(48);

    /// Begins now.
    pub fn new() -> Self {
        Self { begun: tokio::time::Instant::now(), wall_at_start: None }
    }

    /// Begins now, and calls it `wall`.
    pub fn at(wall: Timestamp) -> Self {
        Self { wall_at_start: Some(wall), ..Self::new() }
    }
}

impl Default for MachineClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for MachineClock {
    fn now(&self) -> Duration {
        Self::BEGINNING + self.begun.elapsed()
    }

    #[expect(clippy::disallowed_methods, reason = "an edge tells the time of day")]
    fn wall(&self) -> Timestamp {
        let elapsed = || jiff::SignedDuration::try_from(self.begun.elapsed()).ok();
        match self.wall_at_start {
            None => Timestamp::now(),
            Some(start) => {
                elapsed().and_then(|e| start.checked_add(e).ok()).unwrap_or(Timestamp::MAX)
            }
        }
    }

    fn sleep(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(time))
    }
}
