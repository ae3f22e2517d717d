//! How far a sync is: a bar on a terminal, a line a symbol otherwise, silence when asked.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::plan::Item;
use super::report::Line;
use crate::output;
use crate::progress::say;

/// Progress over a known number of symbols.
pub(super) struct Progress {
    total: usize,
    done: usize,
    bar: Option<ProgressBar>,
    lines: bool,
}

impl Progress {
    pub(super) fn new(total: usize, quiet: bool) -> Self {
        let terminal = output::stderr_is_terminal();
        let bar = (terminal && !quiet).then(|| {
            let target = ProgressDrawTarget::stderr_with_hz(10);
            let bar = ProgressBar::with_draw_target(Some(total as u64), target);
            let template = if output::terminal_width() >= 70 {
                "{msg:24} [{wide_bar}] {pos}/{len} symbols"
            } else {
                "{pos}/{len} {msg}"
            };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("=> "));
            }
            bar
        });
        Self { total, done: 0, bar, lines: !terminal && !quiet }
    }

    pub(super) fn begins(&self, item: &Item) {
        if let Some(bar) = &self.bar {
            bar.set_message(item.symbol().to_string());
            bar.tick();
        }
    }

    pub(super) fn ends(&mut self, line: &Line) {
        self.done += 1;
        if let Some(bar) = &self.bar {
            bar.inc(1);
        } else if self.lines {
            say(&format!("{} of {}: {}", self.done, self.total, line.words()));
        }
    }

    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
