//! The program, its libraries, and the machine it runs on.

use std::io::IsTerminal as _;

use jiff::Unit;
use tradebot_domain::calendar::CALENDAR_LAST;
use tradebot_domain::{Date, Exchange, Timestamp};
use tradebot_gpu_lifecycle::{GpuReading, GpuState, read_gpus};

use super::Finding;
use crate::output;

/// Warned when the calendars end in fewer days.
const CALENDAR_DAYS: i32 = 60;
/// Pages are laid out for at least so many columns.
const COLUMNS_MIN: u16 = 40;

/// Version of the program and of the Rust it is built with.
pub(super) fn program() -> Finding {
    Finding::ok(
        "program",
        format!(
            "tradebot {}, built with Rust {} or later for {}-{}",
            env!("CARGO_PKG_VERSION"),
            env!("CARGO_PKG_RUST_VERSION"),
            std::env::consts::ARCH,
            std::env::consts::OS
        ),
    )
}

/// Version of the database library, which is compiled in.
pub(super) fn sqlite() -> Finding {
    Finding::ok("sqlite", format!("SQLite {}, compiled in", rusqlite::version()))
}

/// Whether the exchange calendars know today.
pub(super) fn calendar() -> Finding {
    let today = today();
    let exchange = Exchange::Xnys;
    let last = CALENDAR_LAST;
    let days = today.until((Unit::Day, last)).map_or(0, |span| span.get_days());
    match exchange.is_session(today) {
        Err(_) => Finding::warn(
            "calendar",
            format!("the calendars end on {last}; today is {today}"),
            "get a newer version of tradebot; replays of earlier sessions are not affected",
        ),
        Ok(_) if days < CALENDAR_DAYS => Finding::warn(
            "calendar",
            format!("the calendars end on {last}, in {days} days"),
            "get a newer version of tradebot before then",
        ),
        Ok(open) => {
            let is = if open { "a session" } else { "no session" };
            Finding::ok("calendar", format!("{today} is {is} of {exchange}; known up to {last}"))
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "whether the calendar covers today is asked here")]
fn today() -> Date {
    Timestamp::now().to_zoned(Exchange::Xnys.time_zone()).date()
}

/// GPUs, which nothing needs.
pub(super) fn gpu() -> Finding {
    match read_gpus() {
        // What was tried stands in the log.
        GpuState::Absent { .. } => Finding::ok("gpu", "none, and none is needed"),
        GpuState::Present(readings) => {
            let cards: Vec<String> = readings.iter().map(card).collect();
            Finding::ok("gpu", cards.join("; "))
        }
    }
}

fn card(gpu: &GpuReading) -> String {
    let gib = |bytes: u64| bytes as f64 / f64::from(1_u32 << 30);
    let name = gpu.name.clone().unwrap_or_else(|| format!("GPU {}", gpu.index));
    let memory = gpu
        .memory_free_bytes
        .zip(gpu.memory_total_bytes)
        .map(|(free, total)| format!("{:.1} of {:.1} GiB free", gib(free), gib(total)));
    let heat = gpu.temperature_c.map(|degrees| format!("{degrees:.0} C"));
    [Some(name), memory, heat].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Width and colour of the terminal.
pub(super) fn terminal() -> Finding {
    let width = output::terminal_width();
    let kind = if std::io::stdout().is_terminal() { "a terminal" } else { "no terminal" };
    let colour = if output::colour() { "colours" } else { "no colours" };
    let found = format!("stdout is {kind} of {width} columns; {colour} on stderr");
    if width < COLUMNS_MIN {
        let remedy = format!("pages are laid out for {COLUMNS_MIN} columns or more; widen it");
        return Finding::warn("terminal", found, remedy);
    }
    Finding::ok("terminal", found)
}

/// Names of our variables. Their values may be nobody's business.
pub(super) fn variables() -> Finding {
    let mut names: Vec<String> = std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with("TRADEBOT_"))
        .collect();
    names.sort_unstable();
    let found = if names.is_empty() { "no TRADEBOT_* is set".to_owned() } else { names.join(", ") };
    Finding::ok("environment", found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradebot_gpu_lifecycle::ReadingSource;

    #[test]
    fn a_card_that_tells_nothing_still_has_a_name() {
        let gpu = GpuReading {
            index: 0,
            uuid: None,
            name: None,
            driver_version: None,
            memory_total_bytes: Some(8 << 30),
            memory_used_bytes: None,
            memory_free_bytes: None,
            utilization_gpu_percent: None,
            utilization_memory_percent: None,
            temperature_c: None,
            power_watts: None,
            power_limit_watts: None,
            ecc_enabled: None,
            performance_state: None,
            clock_sm_mhz: None,
            source: ReadingSource::Nvml,
        };
        assert_eq!(card(&gpu), "GPU 0");
        let told = GpuReading {
            name: Some("Example".to_owned()),
            memory_free_bytes: Some(6 << 30),
            temperature_c: Some(41.4),
            ..gpu
        };
        assert_eq!(card(&told), "Example, 6.0 of 8.0 GiB free, 41 C");
    }
}
