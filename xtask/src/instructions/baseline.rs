//! Stored counts, and what a new count says beside them.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

/// Instructions by leaf.
pub(super) type Counts = BTreeMap<String, u64>;

/// What counts depend on beside the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Toolchain {
    /// First line of `rustc -vV`.
    pub(super) rustc: String,
    /// Its `host`.
    pub(super) target: String,
}

/// Counts and the toolchain they are of; the content of `bench/instructions.json`.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Baseline {
    pub(super) toolchain: Toolchain,
    pub(super) leaves: Counts,
}

/// What is to be said of one leaf.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    Same { leaf: String, percent: f64 },
    More { leaf: String, stored: u64, now: u64, percent: f64 },
    Fewer { leaf: String, stored: u64, now: u64, percent: f64 },
    New { leaf: String, now: u64 },
    Gone { leaf: String, stored: u64 },
}

impl Toolchain {
    /// The compiler that builds here.
    pub(super) fn of_this_machine() -> anyhow::Result<Self> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let said = Command::new(rustc).arg("-vV").output().context("rustc -vV")?;
        Self::parse(&String::from_utf8_lossy(&said.stdout)).context("rustc -vV names its host")
    }

    fn parse(verbose: &str) -> Option<Self> {
        let rustc = verbose.lines().next()?.to_owned();
        let target = verbose.lines().find_map(|l| l.strip_prefix("host: "))?.to_owned();
        Some(Self { rustc, target })
    }

    /// How `here` differs from what was stored, as a sentence.
    pub(super) fn difference(&self, here: &Self) -> Option<String> {
        (self != here).then(|| {
            format!(
                "the baseline is of {} on {}, this is {} on {}; --bless stores a new one",
                self.rustc, self.target, here.rustc, here.target
            )
        })
    }
}

impl Baseline {
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)?;
        serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))
    }

    pub(super) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// A verdict on each leaf of either, in the order of names.
    pub(super) fn compare(&self, now: &Self, tolerance: f64) -> Vec<Verdict> {
        let mut leaves: Vec<&String> = self.leaves.keys().chain(now.leaves.keys()).collect();
        leaves.sort();
        leaves.dedup();
        let verdict = |leaf: &String| match (self.leaves.get(leaf), now.leaves.get(leaf)) {
            (Some(stored), Some(now)) => Verdict::of(leaf, *stored, *now, tolerance),
            (None, Some(now)) => Verdict::New { leaf: leaf.clone(), now: *now },
            (stored, None) => {
                Verdict::Gone { leaf: leaf.clone(), stored: stored.copied().unwrap_or(0) }
            }
        };
        leaves.into_iter().map(verdict).collect()
    }
}

impl Verdict {
    fn of(leaf: &str, stored: u64, now: u64, tolerance: f64) -> Self {
        let leaf = leaf.to_owned();
        let percent = (now as f64 / stored as f64 - 1.0) * 100.0;
        if now.abs_diff(stored) as f64 <= tolerance * stored as f64 {
            Self::Same { leaf, percent }
        } else if now < stored {
            Self::Fewer { leaf, stored, now, percent }
        } else {
            Self::More { leaf, stored, now, percent }
        }
    }

    /// Whether this is a regression.
    pub(super) const fn fails(&self) -> bool {
        matches!(self, Self::More { .. })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same { leaf, percent } => write!(f, "{leaf}: as before ({percent:+.2} %)"),
            Self::More { leaf, stored, now, percent } => write!(
                f,
                "{leaf}: SLOWER: {stored} instructions before, {now} now ({percent:+.2} %)"
            ),
            Self::Fewer { leaf, stored, now, percent } => write!(
                f,
                "{leaf}: faster: {stored} instructions before, {now} now ({percent:+.2} %); \
                 keep it with --bless"
            ),
            Self::New { leaf, now } => {
                write!(f, "{leaf}: {now} instructions, not in the baseline; --bless stores it")
            }
            Self::Gone { leaf, stored } => {
                write!(
                    f,
                    "{leaf}: {stored} instructions in the baseline, but there is no such leaf"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline(leaves: &[(&str, u64)]) -> Baseline {
        let leaves = leaves.iter().map(|(leaf, n)| ((*leaf).to_owned(), *n)).collect();
        let toolchain = Toolchain { rustc: "rustc 1.2.3".to_owned(), target: "x".to_owned() };
        Baseline { toolchain, leaves }
    }

    #[test]
    fn only_a_count_above_the_tolerance_fails_and_it_says_all_there_is_to_say() {
        let stored = baseline(&[("features", 1_000)]);
        let verdict = |now| stored.compare(&baseline(&[("features", now)]), 0.05).remove(0);
        for (now, fails) in [(1_051, true), (1_050, false), (1_000, false), (950, false)] {
            assert_eq!(verdict(now).fails(), fails, "{now}");
        }
        let said = verdict(1_200).to_string();
        assert_eq!(said, "features: SLOWER: 1000 instructions before, 1200 now (+20.00 %)");
    }

    #[test]
    fn a_count_below_the_tolerance_asks_to_be_stored() {
        let stored = baseline(&[("features", 1_000)]);
        let verdict = stored.compare(&baseline(&[("features", 949)]), 0.05).remove(0);
        assert!(!verdict.fails() && verdict.to_string().contains("--bless"), "{verdict}");
        let within = stored.compare(&baseline(&[("features", 951)]), 0.05).remove(0);
        assert!(!within.to_string().contains("--bless"), "{within}");
    }

    #[test]
    fn leaves_of_one_side_only_are_named() {
        let stored = baseline(&[("a", 1), ("b", 2)]);
        let verdicts = stored.compare(&baseline(&[("b", 2), ("c", 3)]), 0.05);
        let expected = [
            Verdict::Gone { leaf: "a".to_owned(), stored: 1 },
            Verdict::Same { leaf: "b".to_owned(), percent: 0.0 },
            Verdict::New { leaf: "c".to_owned(), now: 3 },
        ];
        assert_eq!(verdicts, expected);
    }

    #[test]
    fn a_baseline_that_was_nothing_is_a_regression_as_soon_as_there_is_something() {
        let stored = baseline(&[("a", 0)]);
        assert!(stored.compare(&baseline(&[("a", 7)]), 0.05)[0].fails());
    }

    #[test]
    fn counts_of_another_compiler_or_target_are_not_compared() {
        let verbose = "rustc 1.95.0 (59807616e 2026-04-14)\nbinary: rustc\nhost: x86_64-a\n";
        let stored = Toolchain::parse(verbose).unwrap();
        assert_eq!(stored.difference(&stored.clone()), None);
        for (from, to) in [("1.95.0", "1.96.0"), ("x86_64-a", "aarch64-b")] {
            let here = Toolchain::parse(&verbose.replace(from, to)).unwrap();
            let said = stored.difference(&here).unwrap();
            assert!(said.contains(from) && said.contains(to), "{said}");
        }
        assert_eq!(Toolchain::parse("rustc 1.95.0\n"), None);
    }

    #[test]
    fn a_baseline_survives_its_file_and_a_damaged_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("instructions.json");
        let stored = baseline(&[("features", 12_345_678_901)]);
        stored.write(&path).unwrap();
        assert_eq!(Baseline::read(&path).unwrap(), stored);
        for damaged in ["", "{}", r#"{"toolchain":{"rustc":"","target":""},"leaves":{"a":-1}}"#] {
            std::fs::write(&path, damaged).unwrap();
            assert!(Baseline::read(&path).is_err(), "{damaged}");
        }
    }
}
