//! The runs cut to the sessions that all of them have.

use std::collections::BTreeMap;

use tradebot_backtest::RunResult;
use tradebot_backtest::trades::counted;
use tradebot_domain::Moment;
use tradebot_journal::{SnapshotRecord, TradeRecord};

/// All runs of a page.
#[derive(Debug, Clone)]
pub(crate) struct Compared<'r> {
    /// The runs in the order given.
    pub(crate) sides: Vec<Side<'r>>,
    /// First and last close that all runs with closes have; `None` when there are no two.
    pub(crate) window: Option<(Moment, Moment)>,
}

/// One run within the common sessions.
#[derive(Debug, Clone)]
pub(crate) struct Side<'r> {
    /// `A`, `B` ...: what it is called in charts and tables.
    pub(crate) letter: String,
    /// The whole run.
    pub(crate) run: &'r RunResult,
    /// Its closes in the common sessions; all of them when there are none.
    pub(crate) snapshots: &'r [SnapshotRecord],
}

impl<'r> Compared<'r> {
    /// Cuts the runs.
    pub(crate) fn of(runs: &'r [RunResult]) -> Self {
        let window = window(runs);
        let sides = runs.iter().enumerate().map(|(place, run)| Side {
            letter: letter(place),
            run,
            snapshots: within(&run.snapshots, window),
        });
        Self { sides: sides.collect(), window }
    }

    /// The first run and the others; `None` for fewer than two.
    pub(crate) fn pairs(&self) -> Option<(&Side<'r>, &[Side<'r>])> {
        self.sides.split_first().filter(|(_, others)| !others.is_empty())
    }
}

impl<'r> Side<'r> {
    /// Returns from close to close; one less than closes.
    pub(crate) fn returns(&self) -> Vec<f64> {
        self.snapshots.iter().skip(1).map(|s| s.day_return).collect()
    }

    /// Trades entered and left within the sessions, without those cut by the end of the data.
    pub(crate) fn trades(&self) -> Vec<&'r TradeRecord> {
        let (Some(first), Some(last)) = (self.snapshots.first(), self.snapshots.last()) else {
            return Vec::new();
        };
        counted(&self.run.trades)
            .filter(|t| t.entry_session >= first.session && t.exit_session <= last.session)
            .collect()
    }
}

/// Returns of two runs on the sessions of both, in order.
pub(crate) fn paired_returns(one: &Side<'_>, other: &Side<'_>) -> (Vec<f64>, Vec<f64>) {
    let theirs: BTreeMap<Moment, f64> =
        other.snapshots.iter().skip(1).map(|s| (s.session, s.day_return)).collect();
    let ours = one.snapshots.iter().skip(1);
    ours.filter_map(|s| Some((s.day_return, *theirs.get(&s.session)?))).unzip()
}

fn window(runs: &[RunResult]) -> Option<(Moment, Moment)> {
    let first = |r: &RunResult| r.snapshots.first().map(|s| s.session);
    let last = |r: &RunResult| r.snapshots.last().map(|s| s.session);
    let window = (runs.iter().filter_map(first).max()?, runs.iter().filter_map(last).min()?);
    (window.0 < window.1).then_some(window)
}

fn within(snapshots: &[SnapshotRecord], window: Option<(Moment, Moment)>) -> &[SnapshotRecord] {
    let Some((from, to)) = window else { return snapshots };
    let start = snapshots.partition_point(|s| s.session < from);
    let end = snapshots.partition_point(|s| s.session <= to);
    &snapshots[start..end]
}

/// `A` to `Z`, then `AA`, `AB` ...
fn letter(place: usize) -> String {
    let last = char::from(b'A' + u8::try_from(place % 26).unwrap_or_default());
    let before = if place < 26 { String::new() } else { letter(place / 26 - 1) };
    format!("{before}{last}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::MadeUp;

    #[test]
    fn letters_go_on_after_the_last() {
        let letters: Vec<String> = [0, 1, 25, 26, 51, 52, 702].into_iter().map(letter).collect();
        assert_eq!(letters, ["A", "B", "Z", "AA", "AZ", "BA", "AAA"]);
    }

    #[test]
    fn runs_are_cut_to_the_sessions_that_all_have() {
        let long = MadeUp::default().run();
        let mut late = MadeUp::default().run();
        late.snapshots.drain(..100);
        let mut short = MadeUp::default().run();
        short.snapshots.truncate(250);
        let empty = MadeUp { sessions: 0, ..MadeUp::default() }.run();
        let runs = [long, late, short, empty];
        let of = Compared::of(&runs);
        let (first, last) = (runs[0].snapshots[100].session, runs[0].snapshots[249].session);
        assert_eq!(of.window, Some((first, last)));
        let lengths: Vec<usize> = of.sides.iter().map(|s| s.snapshots.len()).collect();
        assert_eq!(lengths, [150, 150, 150, 0]);
        let inside = |t: &&TradeRecord| t.entry_session >= first && t.exit_session <= last;
        let (all, cut) = (&runs[0].trades, of.sides[0].trades());
        assert_eq!(cut.len(), all.iter().filter(inside).count());
        assert!(cut.len() < all.len() && !cut.is_empty());
    }

    #[test]
    fn returns_are_paired_by_session_and_not_by_place() {
        let run = MadeUp::default().run();
        let mut holed = run.clone();
        holed.snapshots.remove(200);
        let runs = [run, holed];
        let of = Compared::of(&runs);
        let (one, other) = paired_returns(&of.sides[0], &of.sides[1]);
        assert_eq!(one.len(), 398);
        assert_eq!(one, other);
    }
}
