//! What the gate read: violations, scores, and the bar it admits.

use serde::Serialize;
use tradebot_domain::Bar;

use crate::check::{Check, Level};

/// The columns of a bar, in the order of scores.
pub(crate) const COLUMNS: [&str; 5] = ["open", "high", "low", "close", "volume"];

/// Positions in [`COLUMNS`] that a finding is about.
pub(crate) type Columns = &'static [usize];
/// Only the open.
pub(crate) const OPEN: Columns = &[0];
/// Only the high.
pub(crate) const HIGH: Columns = &[1];
/// Only the low.
pub(crate) const LOW: Columns = &[2];
/// Only the close.
pub(crate) const CLOSE: Columns = &[3];
/// Only the volume.
pub(crate) const VOLUME: Columns = &[4];
/// The four prices.
pub(crate) const PRICES: Columns = &[0, 1, 2, 3];
/// All five.
pub(crate) const EVERY: Columns = &[0, 1, 2, 3, 4];

/// A broken contract and the columns that broke it.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) violation: Violation,
    pub(crate) columns: Columns,
}

impl Finding {
    pub(crate) fn refuses(check: Check, columns: Columns, detail: String) -> Self {
        Self { violation: Violation { check, detail, refuses: true }, columns }
    }

    pub(crate) fn notes(check: Check, columns: Columns, detail: String) -> Self {
        Self { violation: Violation { check, detail, refuses: false }, columns }
    }

    /// What is left of a column's score: nothing after a refusal, three quarters after a note.
    fn factor(&self) -> f64 {
        if self.violation.refuses { 0.0 } else { 0.75 }
    }
}

/// One broken data contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Which one.
    pub check: Check,
    /// Reading and limit, in words.
    pub detail: String,
    /// The bar is refused because of it; else it is only noted.
    pub refuses: bool,
}

/// Everything the gate saw of one bar, or of its absence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reading {
    /// Overall quality, 0 to 1: half the mean of the columns, half the worst of them.
    pub score: f64,
    /// The score in words.
    pub level: Level,
    /// What was found, in the order of the checks.
    pub violations: Vec<Violation>,
    /// Digest of the raw bar, 16 hex digits; empty when no bar came.
    pub bar_digest: String,
    /// Quality of each column, 0 to 1, by name.
    pub column_scores: [(&'static str, f64); 5],
}

/// A bar that passed the gate. Only [`SymbolGate::admit`](crate::SymbolGate::admit) makes one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Admitted {
    bar: Bar,
}

impl Admitted {
    /// The bar, raw as it came.
    pub fn bar(&self) -> &Bar {
        &self.bar
    }
}

/// Why a symbol is not traded in this cycle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}: {detail}")]
pub struct Refused {
    /// The first check that refused.
    pub reason: Check,
    /// Reading and limit, in words.
    pub detail: String,
}

/// What was found, scored and decided on.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) findings: Vec<Finding>,
    pub(crate) score: f64,
    columns: [f64; 5],
}

impl Judged {
    /// Scores what was found and decides.
    pub(crate) fn of(mut findings: Vec<Finding>, min_score: f64) -> Self {
        let columns = column_scores(&findings);
        let score = if findings.is_empty() { 1.0 } else { overall(&columns) };
        if score < min_score
            && let Some(first) = findings.first_mut()
        {
            // Many notes together may say what none of them says alone.
            first.violation.refuses = true;
        }
        Self { findings, score, columns }
    }

    /// Nothing that was found refuses.
    pub(crate) fn admits(&self) -> bool {
        self.refusing().is_none()
    }

    fn refusing(&self) -> Option<&Violation> {
        self.findings.iter().map(|f| &f.violation).find(|violation| violation.refuses)
    }

    /// In words, with the bar if it is admitted.
    pub(crate) fn told(self, bar: Option<&Bar>) -> (Reading, Result<Admitted, Refused>) {
        let verdict = match (self.refusing(), bar) {
            (Some(v), _) => Err(Refused { reason: v.check, detail: v.detail.clone() }),
            (None, Some(bar)) => Ok(Admitted { bar: *bar }),
            (None, None) => Err(Refused { reason: Check::Gap, detail: "no bar came".to_owned() }),
        };
        let reading = Reading {
            score: self.score,
            level: Level::of(self.score),
            violations: self.findings.into_iter().map(|f| f.violation).collect(),
            bar_digest: bar.map(bar_digest).unwrap_or_default(),
            column_scores: std::array::from_fn(|i| (COLUMNS[i], self.columns[i])),
        };
        (reading, verdict)
    }
}

/// Scores what was found, decides, and says it.
pub(crate) fn conclude(
    bar: Option<&Bar>,
    findings: Vec<Finding>,
    min_score: f64,
) -> (Reading, Result<Admitted, Refused>) {
    Judged::of(findings, min_score).told(bar)
}

fn column_scores(findings: &[Finding]) -> [f64; 5] {
    let mut scores = [1.0; 5];
    for finding in findings {
        for &column in finding.columns {
            scores[column] *= finding.factor();
        }
    }
    scores
}

fn overall(columns: &[f64; 5]) -> f64 {
    let mean = columns.iter().sum::<f64>() / 5.0;
    let worst = columns.iter().copied().fold(1.0, f64::min);
    f64::midpoint(mean, worst)
}

/// BLAKE3 over the exact bits of a bar, first 16 hex digits.
pub fn bar_digest(bar: &Bar) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&bar.date.year().to_le_bytes());
    hasher.update(&[bar.date.month().unsigned_abs(), bar.date.day().unsigned_abs()]);
    if let Some(minute) = bar.date.minute() {
        hasher.update(&minute.to_le_bytes());
    }
    for value in [bar.open, bar.high, bar.low, bar.close, bar.volume] {
        hasher.update(&value.to_bits().to_le_bytes());
    }
    let mut hex = hasher.finalize().to_hex().to_string();
    hex.truncate(16);
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_note_leaves_a_bar_good_and_one_refusal_makes_it_critical() {
        let note = [Finding::notes(Check::OutlierReturn, CLOSE, String::new())];
        assert_eq!(overall(&column_scores(&note)), f64::midpoint(0.95, 0.75));
        let refusal = [Finding::refuses(Check::NonFinite, HIGH, String::new())];
        assert_eq!(Level::of(overall(&column_scores(&refusal))), Level::Critical);
    }

    #[test]
    fn many_notes_on_one_column_refuse_by_their_score() {
        let bar = Bar {
            date: "2005-02-28".parse().unwrap(),
            open: 1.0,
            high: 1.0,
            low: 1.0,
            close: 1.0,
            volume: 1.0,
        };
        let notes = |n: usize| {
            (0..n).map(|_| Finding::notes(Check::Constant, EVERY, "same".into())).collect()
        };
        assert!(conclude(Some(&bar), notes(1), 0.6).1.is_ok());
        let (reading, verdict) = conclude(Some(&bar), notes(2), 0.6);
        assert_eq!(verdict.unwrap_err().reason, Check::Constant);
        assert!(reading.violations[0].refuses && reading.score < 0.6);
    }

    #[test]
    fn the_digest_changes_with_any_bit_of_the_bar() {
        let bar = Bar {
            date: "2005-02-28".parse().unwrap(),
            open: 44.68,
            high: 45.14,
            low: 43.96,
            close: 44.86,
            volume: 23_271_800.0,
        };
        let digest = bar_digest(&bar);
        assert_eq!(digest.len(), 16);
        let close = f64::from_bits(bar.close.to_bits() + 1);
        let date = "2005-03-28".parse().unwrap();
        for other in [Bar { close, ..bar }, Bar { date, ..bar }, Bar { volume: -0.0, ..bar }] {
            assert_ne!(bar_digest(&other), digest, "{other:?}");
        }
    }
}
