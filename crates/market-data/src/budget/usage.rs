//! What was used, minute by minute, to be kept beside the journal.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// Length of a row, seconds.
pub(super) const ROW_SECONDS: u32 = 60;

/// Calls of one interface in one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Calls that left.
    pub calls: u64,
    /// Calls that had to wait for the budget, or were refused by the server's limit.
    pub throttled: u64,
    /// Calls that failed.
    pub failed: u64,
    /// Questions that a cache answered instead, those that joined another's question included.
    pub cache_hits: u64,
    /// Questions that a cache could not answer.
    pub cache_misses: u64,
}

/// Rows by interface and minute, until they are taken.
#[derive(Debug, Default)]
pub struct UsageLog {
    rows: BTreeMap<(i64, String), Usage>,
}

impl UsageLog {
    /// Counts into the minute of `at`.
    pub fn count(&mut self, api: &str, at: Timestamp, add: Usage) {
        let minute = at.as_second().div_euclid(i64::from(ROW_SECONDS));
        let row = self.rows.entry((minute, api.to_owned())).or_default();
        row.calls += add.calls;
        row.throttled += add.throttled;
        row.failed += add.failed;
        row.cache_hits += add.cache_hits;
        row.cache_misses += add.cache_misses;
    }

    /// Rows up to `now`, oldest first: interface, beginning of the minute, counts. The minute that
    /// is not over stays, and comes again with what is added to it: a later row of the same minute
    /// replaces an earlier one.
    pub fn take(&mut self, now: Timestamp) -> Vec<(String, Timestamp, Usage)> {
        let this = now.as_second().div_euclid(i64::from(ROW_SECONDS));
        let row = |((minute, api), usage): (&(i64, String), &Usage)| {
            let start = Timestamp::from_second(minute * i64::from(ROW_SECONDS)).ok()?;
            Some((api.clone(), start, *usage))
        };
        let rows = self.rows.iter().filter_map(row).collect();
        self.rows.retain(|(minute, _), _| *minute >= this);
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    const ONE: Usage = Usage { calls: 1, throttled: 0, failed: 0, cache_hits: 0, cache_misses: 0 };

    #[test]
    fn every_call_is_in_exactly_one_minute() {
        let mut log = UsageLog::default();
        log.count("a", at("2026-03-02T14:30:59Z"), ONE);
        log.count("a", at("2026-03-02T14:31:00Z"), ONE);
        log.count("b", at("2026-03-02T14:31:30Z"), ONE);
        log.count("a", at("2026-03-02T14:31:59Z"), ONE);
        let rows = log.take(at("2026-03-02T14:40:00Z"));
        let seen: Vec<_> =
            rows.iter().map(|(a, t, u)| (a.as_str(), t.to_string(), u.calls)).collect();
        assert_eq!(
            seen,
            [
                ("a", "2026-03-02T14:30:00Z".to_owned(), 1),
                ("a", "2026-03-02T14:31:00Z".to_owned(), 2),
                ("b", "2026-03-02T14:31:00Z".to_owned(), 1),
            ]
        );
        assert!(log.take(at("2026-03-02T14:40:00Z")).is_empty(), "taken once");
    }

    #[test]
    fn the_minute_that_is_not_over_comes_again_in_full() {
        let mut log = UsageLog::default();
        log.count("a", at("2026-03-02T14:31:10Z"), ONE);
        assert_eq!(log.take(at("2026-03-02T14:31:20Z"))[0].2.calls, 1);
        log.count("a", at("2026-03-02T14:31:30Z"), ONE);
        assert_eq!(log.take(at("2026-03-02T14:32:00Z"))[0].2.calls, 2);
    }
}
