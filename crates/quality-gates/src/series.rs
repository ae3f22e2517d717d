//! The report on a whole series, for imports.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradebot_domain::{Bar, CorporateAction, Date, Moment, Symbol};

use crate::check::{Check, Level};
use crate::config::GateConfig;
use crate::gate::SymbolGate;
use crate::reading::Violation;

/// From this factor on, a jump that is no split suggests another instrument.
const IDENTITY_JUMP: f64 = 5.0;

/// What the gate would say of a series, bar by bar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeriesReport {
    /// Whose series.
    pub symbol: Symbol,
    /// Bars looked at.
    pub bars: usize,
    /// When the first bar ended; `None` without bars.
    pub first: Option<Moment>,
    /// When the last bar ended; `None` without bars.
    pub last: Option<Moment>,
    /// Sessions of the exchange between the first and last bar that have none.
    pub sessions_missing: usize,
    /// Mean score of the bars, times the share of sessions that have one. 0 without bars.
    pub score: f64,
    /// The score in words.
    pub level: Level,
    /// How often each check was broken.
    pub counts: BTreeMap<Check, usize>,
    /// What was found, in the order of the bars.
    pub findings: Vec<SeriesFinding>,
}

/// One thing found in a series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesFinding {
    /// When the bar ended.
    pub date: Moment,
    /// The contract it breaks.
    pub check: Check,
    /// Reading and limit, in words.
    pub detail: String,
    /// The series should not be used before this is settled. Outliers, gaps and still prices do
    /// not refuse a series: the gate deals with them on their day.
    pub refuses: bool,
}

impl SeriesReport {
    /// Findings that speak against using the series as it is.
    pub fn refusing(&self) -> impl Iterator<Item = &SeriesFinding> {
        self.findings.iter().filter(|finding| finding.refuses)
    }
}

/// Runs the gate over `bars` in the order given and reports.
///
/// `is_session` says whether the exchange traded on a date. `actions` are sorted by ex-date; those
/// between two bars reach the second.
pub fn assess_series(
    symbol: Symbol,
    bars: &[Bar],
    actions: &[CorporateAction],
    is_session: &dyn Fn(Date) -> bool,
    config: &GateConfig,
) -> SeriesReport {
    let mut gate = SymbolGate::new(symbol, *config);
    let mut report = empty(symbol, bars);
    let mut scores = 0.0;
    let mut newest: Option<&Bar> = None;
    for bar in bars {
        let missed =
            newest.map_or(0, |previous| missed_between(previous.date, bar.date, is_session));
        let due = due_actions(actions, newest.map(|previous| previous.date), bar.date);
        let judged = gate.examine(bar.date, bar, due, missed);
        scores += judged.score;
        let found = judged.findings.into_iter().map(|finding| finding.violation);
        let mut explained = false;
        for violation in found {
            explained |= violation.check == Check::SuspectedSplit;
            report.push(bar.date, violation);
        }
        if !is_session(bar.date.date()) && !report.counted_off_calendar(bar.date) {
            let detail = format!("the exchange held no session on {}", bar.date.date());
            report.push(bar.date, Violation { check: Check::OffCalendar, detail, refuses: true });
        }
        if let Some(previous) = newest
            && let Some(detail) = long_absence(previous, bar, missed, config)
                .or_else(|| foreign_price(previous, bar).filter(|_| !explained && due.is_empty()))
        {
            report.push(bar.date, Violation { check: Check::IdentityBreak, detail, refuses: true });
        }
        report.sessions_missing += missed as usize;
        if newest.is_none_or(|previous| bar.date > previous.date) {
            newest = Some(bar);
        }
    }
    report.conclude(scores);
    report
}

fn empty(symbol: Symbol, bars: &[Bar]) -> SeriesReport {
    SeriesReport {
        symbol,
        bars: bars.len(),
        first: bars.iter().map(|bar| bar.date).min(),
        last: bars.iter().map(|bar| bar.date).max(),
        sessions_missing: 0,
        score: 0.0,
        level: Level::Critical,
        counts: BTreeMap::new(),
        findings: Vec::new(),
    }
}

impl SeriesReport {
    fn push(&mut self, date: Moment, violation: Violation) {
        *self.counts.entry(violation.check).or_default() += 1;
        let refuses = violation.refuses && blocks_a_series(violation.check);
        let Violation { check, detail, .. } = violation;
        self.findings.push(SeriesFinding { date, check, detail, refuses });
    }

    /// The gate itself names weekends.
    fn counted_off_calendar(&self, date: Moment) -> bool {
        self.findings
            .iter()
            .rev()
            .take_while(|finding| finding.date == date)
            .any(|finding| finding.check == Check::OffCalendar)
    }

    fn conclude(&mut self, scores: f64) {
        if self.bars > 0 {
            let coverage = self.bars as f64 / (self.bars + self.sessions_missing) as f64;
            self.score = scores / self.bars as f64 * coverage;
        }
        self.level = Level::of(self.score);
    }
}

/// Checks that the gate cannot settle on the day itself.
const fn blocks_a_series(check: Check) -> bool {
    match check {
        Check::NonFinite
        | Check::OhlcInconsistent
        | Check::NonPositive
        | Check::Duplicate
        | Check::OutOfOrder
        | Check::SuspectedSplit
        | Check::CurrencyMismatch
        | Check::SymbolMismatch
        | Check::OutOfRange
        | Check::IdentityBreak => true,
        Check::Gap
        | Check::Stale
        | Check::Constant
        | Check::OutlierReturn
        | Check::ZeroVolume
        | Check::OffCalendar => false,
    }
}

/// Sessions strictly between two dates; none when they stand the wrong way round.
fn missed_between(after: Moment, before: Moment, is_session: &dyn Fn(Date) -> bool) -> u32 {
    let mut missed = 0;
    let (mut date, before) = (after.date(), before.date());
    while let Ok(next) = date.tomorrow()
        && next < before
    {
        missed += u32::from(is_session(next));
        date = next;
    }
    missed
}

fn due_actions(
    actions: &[CorporateAction],
    after: Option<Moment>,
    until: Moment,
) -> &[CorporateAction] {
    let from =
        after.map_or(0, |date| actions.partition_point(|action| action.ex_date <= date.date()));
    let to = actions.partition_point(|action| action.ex_date <= until.date());
    actions.get(from..to).unwrap_or_default()
}

/// The ticker slept so long that another company may have been given it.
fn long_absence(previous: &Bar, bar: &Bar, missed: u32, config: &GateConfig) -> Option<String> {
    (missed >= config.identity_gap).then(|| {
        format!(
            "{missed} sessions without a bar between {} and {}: the ticker was changed or given to \
             another company; import each part under its own symbol",
            previous.date, bar.date
        )
    })
}

/// A jump that one company's shares hardly make overnight.
fn foreign_price(previous: &Bar, bar: &Bar) -> Option<String> {
    let ratio = bar.close / previous.close;
    let jumps = ratio.is_finite() && !(1.0 / IDENTITY_JUMP..=IDENTITY_JUMP).contains(&ratio);
    jumps.then(|| {
        format!(
            "close {} on {} after {} on {}, without a split: two companies under one ticker, or \
             prices in another unit",
            bar.close, bar.date, previous.close, previous.date
        )
    })
}

#[cfg(test)]
mod tests;
