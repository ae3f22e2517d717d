//! The whole chain of each database, from the first entry to the last.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget};
use serde::Serialize;
use tradebot_journal::{BrokenChain, Event};
use tradebot_storage::{Mode, Reader, Store, StoreError};

use crate::cli::ReadMode;
use crate::commands::Context;
use crate::commands::figures::counted;
use crate::exit::{self, Failure};
use crate::output;
use crate::progress::say;

/// Plain lines come at most this often.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// What was found in one database. `--json` prints a list; the names are a contract.
#[derive(Debug, Clone, Default, Serialize)]
struct Verified {
    mode: String,
    database: PathBuf,
    /// Everything adds up.
    ok: bool,
    entries: Option<u64>,
    runs: Option<u64>,
    anchors: Option<u64>,
    /// Hash of the last entry, hex.
    head: Option<String>,
    /// What does not add up, and what to do.
    error: Option<String>,
    /// Sequence of the first entry that does not, when it is one entry.
    broken_entry: Option<u64>,
    /// Its kind, as far as it can still be read.
    broken_kind: Option<String>,
}

/// Verifies one database, or all that exist.
///
/// # Errors
/// When there is none. One that does not add up is no error but exit code 1.
pub(super) fn run(
    context: &Context,
    mode: Option<ReadMode>,
    json: bool,
) -> Result<ExitCode, Failure> {
    let home = &context.home;
    let wanted = mode.map_or_else(|| Mode::ALL.to_vec(), |mode| vec![mode.into()]);
    let there: Vec<Mode> = wanted.into_iter().filter(|m| m.database(home).is_file()).collect();
    if there.is_empty() {
        return Err(Failure::usage(format!(
            "there is no journal to verify in {}; a run writes one: tradebot run --mode demo",
            home.display()
        )));
    }
    let mut all = Vec::with_capacity(there.len());
    for mode in there {
        let verified = verify(context, mode);
        if !json {
            output::line(&verified.words())?;
        }
        all.push(verified);
    }
    if json {
        output::json(&all)?;
    }
    let ok = all.iter().all(|v| v.ok);
    Ok(if ok { ExitCode::SUCCESS } else { ExitCode::from(exit::FAILED) })
}

fn verify(context: &Context, mode: Mode) -> Verified {
    let database = mode.database(&context.home);
    let mut verified = Verified { mode: mode.to_string(), database, ..Verified::default() };
    let reader = match Store::open_read(&context.home, mode) {
        Ok(reader) => reader,
        Err(e) => return Verified { error: Some(e.to_string()), ..verified },
    };
    let mut watch = Watch::new(mode, context.global.quiet);
    let result = reader.verify(&mut |done, total| watch.at(done, total));
    watch.finish();
    match result {
        Ok(report) => Verified {
            ok: true,
            entries: Some(report.entries),
            runs: Some(report.runs),
            anchors: Some(report.anchors),
            head: Some(report.head),
            ..verified
        },
        Err(e) => {
            if let Some(seq) = broken_entry(&e) {
                verified.broken_entry = Some(seq);
                verified.broken_kind = kind_of(&reader, seq);
            }
            Verified { error: Some(e.to_string()), ..verified }
        }
    }
}

const fn broken_entry(error: &StoreError) -> Option<u64> {
    match error {
        StoreError::Broken { source, .. } => match source {
            BrokenChain::Altered { seq, .. } => Some(*seq),
            BrokenChain::Missing { expected, .. } => Some(*expected),
        },
        StoreError::Unreadable { seq, .. } => Some(*seq),
        _ => None,
    }
}

/// The kind that the body of an entry still tells, if it tells one.
fn kind_of(reader: &Reader, seq: u64) -> Option<String> {
    let runs = reader.runs().ok()?;
    let run = runs.iter().filter(|r| r.first_seq <= seq).max_by_key(|r| r.first_seq)?;
    let events: Vec<(u64, Event)> = reader.events(run.key, None, seq, 1).ok()?;
    events.first().filter(|(found, _)| *found == seq).map(|(_, event)| event.kind().to_owned())
}

impl Verified {
    fn words(&self) -> String {
        let Self { mode, .. } = self;
        if let Some(error) = &self.error {
            let place = match (self.broken_entry, &self.broken_kind) {
                (Some(seq), Some(kind)) => format!(" at entry {seq} ({kind})"),
                (Some(seq), None) => format!(" at entry {seq} (its kind cannot be read)"),
                (None, _) => String::new(),
            };
            return format!("{mode}: BROKEN{place}: {error}");
        }
        let count = |n: Option<u64>, noun: &str| {
            counted(usize::try_from(n.unwrap_or(0)).unwrap_or(usize::MAX), noun)
        };
        format!(
            "{mode}: adds up: {} entries, {}, {}, head {}",
            self.entries.unwrap_or(0),
            count(self.runs, "run"),
            count(self.anchors, "anchor"),
            self.head.as_deref().unwrap_or_default()
        )
    }
}

/// How far it is, on stderr: a bar on a terminal, else a line every few seconds.
struct Watch {
    mode: Mode,
    bar: Option<ProgressBar>,
    lines: bool,
    last_line: Instant,
}

impl Watch {
    fn new(mode: Mode, quiet: bool) -> Self {
        let terminal = output::stderr_is_terminal();
        let bar = (terminal && !quiet).then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Self { mode, bar, lines: !terminal && !quiet, last_line: now() }
    }

    fn at(&mut self, done: u64, total: u64) {
        if let Some(bar) = &self.bar {
            bar.set_length(total);
            bar.set_position(done);
        } else if self.lines && self.last_line.elapsed() >= LINE_EVERY {
            self.last_line = now();
            say(&format!("{}: {done} of {total} entries", self.mode));
        }
    }

    fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "progress is shown to people; no decision reads it")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_chain_names_entry_and_kind() {
        let broken = Verified {
            mode: "demo".to_owned(),
            error: Some("it was changed".to_owned()),
            broken_entry: Some(17),
            broken_kind: Some("fill".to_owned()),
            ..Verified::default()
        };
        assert_eq!(broken.words(), "demo: BROKEN at entry 17 (fill): it was changed");
        let unreadable = Verified { broken_kind: None, ..broken };
        assert!(unreadable.words().contains("entry 17 (its kind cannot be read)"));
    }

    #[test]
    fn the_entry_is_taken_from_the_error() {
        let source = BrokenChain::Missing { expected: 5, found: 6 };
        let error = StoreError::Broken { path: "demo.db".into(), source };
        assert_eq!(broken_entry(&error), Some(5));
        let error = StoreError::Corrupt { path: "demo.db".into(), detail: String::new() };
        assert_eq!(broken_entry(&error), None);
    }
}
