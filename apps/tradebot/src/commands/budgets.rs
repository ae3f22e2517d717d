//! `tradebot budgets`: how much of each interface's limits is used, and what becomes of it.
//!
//! A running bot writes its calls every few seconds; this reads them and reckons with the same
//! windows as the bot does. Windows shorter than a minute are over before anyone could read them.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use serde::Serialize;
use tradebot_domain::Timestamp;
use tradebot_market_data::budget::{
    Clock, Governor, MachineClock, Quota, WindowStatus, standard_limits,
};
use tradebot_storage::{ApiUsage, Mode};

use super::{Context, columns};
use crate::cli::{BudgetsArgs, CallingMode};
use crate::exit::Failure;
use crate::live::usage;
use crate::output::{self, Column, number, text};

const COLUMNS: [Column; 10] = [
    text("interface"),
    text("window"),
    number("limit"),
    number("used"),
    number("left"),
    number("throttled"),
    number("failed"),
    text("exhausted"),
    text("empty again"),
    text("cache"),
];

/// What a narrow terminal can do without, the first first.
const DISPENSABLE: [&str; 4] = ["cache", "empty again", "failed", "throttled"];

/// The shortest window that rows of a minute say something of.
const ROW_SECONDS: u32 = 60;

/// One window of one interface. The names are a contract.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Line {
    interface: String,
    window_seconds: u32,
    /// Calls that the server allows in the window.
    limit: u32,
    /// Calls that decisions may make in it; the rest is kept for safety.
    ceiling: u32,
    /// Calls made; null for windows that are over before they can be read.
    used: Option<u32>,
    /// Calls that decisions may still make.
    left: Option<u32>,
    /// Calls that had to wait or were refused by the server, in the window.
    throttled: Option<u64>,
    failed: Option<u64>,
    /// Seconds until decisions have to wait, at the present rate; null when that does not happen.
    exhausted_in_seconds: Option<u64>,
    /// When nothing counts in the window any more, if nothing is called meanwhile.
    empty_at: Option<Timestamp>,
    cache_hits: Option<u64>,
    cache_misses: Option<u64>,
}

/// Prints the windows of every interface.
///
/// # Errors
/// When a database cannot be read.
pub fn run(context: &Context, args: &BudgetsArgs) -> Result<(), Failure> {
    let clock: Arc<dyn Clock> = Arc::new(MachineClock::new());
    let rows = rows(context, args.mode, clock.wall())?;
    let is_empty = rows.is_empty();
    let lines = lines(&clock, &rows)?;
    columns::records(args.format, &COLUMNS, &DISPENSABLE, &lines, |l| cells(l, &clock), "")?;
    if is_empty && !args.format.json && !args.format.csv {
        output::line(&format!(
            "\nNo call of the last day is on record in {}: runs in mode paper or live make them.",
            context.home.display()
        ))?;
    }
    Ok(())
}

fn rows(
    context: &Context,
    mode: Option<CallingMode>,
    now: Timestamp,
) -> Result<Vec<ApiUsage>, Failure> {
    let modes = match mode {
        Some(CallingMode::Paper) => vec![Mode::Paper],
        Some(CallingMode::Live) => vec![Mode::Live],
        None => Mode::ALL.to_vec(),
    };
    let mut rows = Vec::new();
    for mode in modes.into_iter().filter(|m| m.database(&context.home).is_file()) {
        rows.extend(usage::recorded(&context.home, mode, now)?);
    }
    Ok(rows)
}

/// The windows, with what is in the rows of each.
fn lines(clock: &Arc<dyn Clock>, rows: &[ApiUsage]) -> Result<Vec<Line>, Failure> {
    let now = clock.wall();
    let governor = Governor::new(Arc::clone(clock), standard_limits())?;
    usage::recall(&governor, rows.to_vec());
    for api in standard_limits().keys() {
        governor.know(api);
    }
    let mut lines = Vec::new();
    for (api, status) in governor.status() {
        let of_api: Vec<&ApiUsage> = rows.iter().filter(|row| row.api == api).collect();
        for window in status.windows {
            lines.push(line(&api, &window, &of_api, now));
        }
    }
    Ok(lines)
}

fn line(api: &str, window: &WindowStatus, rows: &[&ApiUsage], now: Timestamp) -> Line {
    let WindowStatus { quota, used, forecast, empty_in } = window;
    let told = quota.seconds >= ROW_SECONDS;
    let counted = |of: fn(&ApiUsage) -> u64| {
        let inside = rows.iter().filter(|row| is_in(row, *quota, now));
        told.then(|| inside.map(|row| of(row)).sum::<u64>())
    };
    let empty_at = SignedDuration::try_from(*empty_in).ok().and_then(|d| now.checked_add(d).ok());
    Line {
        interface: api.to_owned(),
        window_seconds: quota.seconds,
        limit: quota.calls,
        ceiling: forecast.ceiling,
        used: told.then_some(*used),
        left: told.then(|| forecast.ceiling.saturating_sub(*used)),
        throttled: counted(|row| row.throttled),
        failed: counted(|row| row.failed),
        exhausted_in_seconds: forecast.exhausted_in.filter(|_| told).map(|t| t.as_secs()),
        empty_at: empty_at.filter(|_| told && !empty_in.is_zero()),
        cache_hits: counted(|row| row.cache_hits),
        cache_misses: counted(|row| row.cache_misses),
    }
}

/// A row counts in a window until the end of its minute has left it, as the governor has it.
fn is_in(row: &ApiUsage, quota: Quota, now: Timestamp) -> bool {
    let end = row.window_start.as_second() + i64::from(row.window_secs);
    end + i64::from(quota.seconds) > now.as_second()
}

fn cells(line: &Line, clock: &Arc<dyn Clock>) -> Vec<String> {
    let shown = |n: Option<u64>| n.map_or_else(|| "-".to_owned(), |n| n.to_string());
    let asked = line.cache_hits.zip(line.cache_misses).filter(|(hits, misses)| hits + misses > 0);
    vec![
        line.interface.clone(),
        length(line.window_seconds),
        line.limit.to_string(),
        shown(line.used.map(u64::from)),
        shown(line.left.map(u64::from)),
        shown(line.throttled),
        shown(line.failed),
        match (line.used, line.exhausted_in_seconds) {
            (None, _) => "-".to_owned(),
            (_, None) => "no".to_owned(),
            (_, Some(0)) => "now".to_owned(),
            (_, Some(seconds)) => format!("in {}", stretch(seconds)),
        },
        line.empty_at.map_or_else(String::new, |at| {
            let left = at.duration_since(clock.wall()).as_secs();
            format!("in {}", stretch(u64::try_from(left).unwrap_or(0)))
        }),
        asked.map_or_else(String::new, |(hits, misses)| {
            let share = hits as f64 / (hits + misses) as f64;
            format!("{} of {}", output::percent(share, 0), hits + misses)
        }),
    ]
}

/// The word for a window.
fn length(seconds: u32) -> String {
    match seconds {
        1 => "second".to_owned(),
        60 => "minute".to_owned(),
        3_600 => "hour".to_owned(),
        86_400 => "day".to_owned(),
        other => format!("{other} s"),
    }
}

/// A stretch of time in its largest unit.
fn stretch(seconds: u64) -> String {
    let time = Duration::from_secs(seconds);
    match time.as_secs() {
        s @ 0..=119 => format!("{s} s"),
        s @ 120..=7_199 => format!("{} min", s / 60),
        s => format!("{} h", s / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(api: &str, minutes_ago: i64, calls: u64, now: Timestamp) -> ApiUsage {
        let at = now.as_second().div_euclid(60) * 60 - minutes_ago * 60;
        ApiUsage {
            api: api.to_owned(),
            window_start: Timestamp::from_second(at).unwrap(),
            window_secs: 60,
            calls,
            throttled: calls / 10,
            failed: 1,
            cache_hits: 9 * calls,
            cache_misses: calls,
        }
    }

    fn of<'a>(lines: &'a [Line], api: &str, seconds: u32) -> &'a Line {
        let found = lines.iter().find(|l| l.interface == api && l.window_seconds == seconds);
        found.unwrap_or_else(|| panic!("{api} {seconds}: {lines:#?}"))
    }

    #[tokio::test(start_paused = true)]
    async fn each_window_has_what_its_minutes_hold() {
        let now: Timestamp = "2026-03-02T14:30:20Z".parse().unwrap();
        let clock: Arc<dyn Clock> = Arc::new(MachineClock::at(now));
        let rows = vec![
            row("questrade_market", 200, 5_000, now),
            row("questrade_market", 40, 4_000, now),
            row("questrade_market", 0, 2_000, now),
            row("alpha_vantage", 60, 25, now),
            row("unheard_of", 1, 7, now),
        ];
        let lines = lines(&clock, &rows).unwrap();
        let hour = of(&lines, "questrade_market", 3_600);
        assert_eq!((hour.limit, hour.ceiling, hour.used), (15_000, 10_500, Some(6_000)));
        assert_eq!((hour.left, hour.throttled, hour.failed), (Some(4_500), Some(600), Some(2)));
        assert_eq!((hour.cache_hits, hour.cache_misses), (Some(54_000), Some(6_000)));
        assert!(hour.exhausted_in_seconds.is_some_and(|s| s > 0), "{hour:?}");
        let second = of(&lines, "questrade_market", 1);
        assert_eq!((second.limit, second.used, second.throttled), (20, None, None));
        let day = of(&lines, "alpha_vantage", 86_400);
        assert_eq!((day.used, day.left, day.exhausted_in_seconds), (Some(25), Some(0), Some(0)));
        assert_eq!(day.empty_at.unwrap().to_string(), "2026-03-03T13:31:00Z");
        assert_eq!(of(&lines, "unheard_of", 86_400).limit, 2_000);
        let idle = of(&lines, "finnhub", 60);
        assert_eq!((idle.used, idle.left, idle.empty_at), (Some(0), Some(60), None));
        let cells = cells(hour, &clock);
        assert_eq!(cells[..5], ["questrade_market", "hour", "15000", "6000", "4500"]);
        assert_eq!((cells[8].as_str(), cells[9].as_str()), ("in 60 min", "90 % of 60000"));
    }
}
