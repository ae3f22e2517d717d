//! Calls counted over sliding windows.

use std::collections::BTreeMap;

use tradebot_domain::Timestamp;

use super::Window;

/// Arrivals by provider, in seconds.
#[derive(Debug, Default)]
pub(super) struct Limits(BTreeMap<String, Vec<i64>>);

impl Limits {
    /// Counts a call that fits into every window; one that does not is not counted.
    pub(super) fn admit(&mut self, provider: &str, windows: &[Window], now: Timestamp) -> bool {
        let arrivals = self.0.entry(provider.to_owned()).or_default();
        let now = now.as_second();
        let fits = |window: &Window| {
            arrivals.iter().filter(|at| **at > now - window.seconds).count() < window.calls
        };
        let fits = windows.iter().all(fits);
        if fits {
            arrivals.push(now);
        }
        fits
    }
}
