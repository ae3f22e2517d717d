//! How far a replay is: a bar on a terminal, plain lines otherwise, silence when asked.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tradebot_journal::SnapshotRecord;

use crate::output;

/// Plain lines come at most this often.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// Progress over a known number of sessions.
pub struct Progress {
    total: u64,
    done: u64,
    bar: Option<ProgressBar>,
    lines: bool,
    last_line: Instant,
}

impl Progress {
    /// Progress over `total` sessions.
    pub fn new(total: u64, quiet: bool) -> Self {
        let terminal = output::stderr_is_terminal();
        let bar = (terminal && !quiet).then(|| {
            let bar =
                ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(10));
            let wide = output::terminal_width() >= 70;
            let template = if wide {
                "{msg:24} [{wide_bar}] {pos}/{len} sessions  {eta} left"
            } else {
                "{pos}/{len} {msg}"
            };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("=> "));
            }
            bar
        });
        Self { total, done: 0, bar, lines: !terminal && !quiet, last_line: now() }
    }

    /// One more session is done.
    pub fn session(&mut self, snapshot: &SnapshotRecord) {
        self.done += 1;
        let text = || format!("{}  {}", snapshot.session, output::money(snapshot.equity));
        if let Some(bar) = &self.bar {
            bar.set_position(self.done);
            if self.done.is_multiple_of(16) {
                bar.set_message(text());
            }
        } else if self.lines && self.last_line.elapsed() >= LINE_EVERY {
            self.last_line = now();
            say(&format!("{} of {} sessions, {}", self.done, self.total, text()));
        }
    }

    /// Removes the bar.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "progress is shown to people; no decision reads it")]
fn now() -> Instant {
    Instant::now()
}

/// A line of talk on stderr.
#[expect(clippy::print_stderr, reason = "talk goes to stderr, results to stdout")]
pub fn say(text: &str) {
    eprintln!("{text}");
}
