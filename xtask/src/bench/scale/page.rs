//! The page of the manual.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::case::Measured;
use super::plot;
use crate::bench::measure::machine;

/// Writes the table and the plots.
pub(super) fn write(root: &Path, all: &[Measured]) -> anyhow::Result<()> {
    let folder = root.join("docs/src/reference");
    fs::write(folder.join("scale-symbols.svg"), plot::by_symbols(all)?)?;
    fs::write(folder.join("scale-years.svg"), plot::by_years(all)?)?;
    let path = folder.join("scale.md");
    let old = fs::read_to_string(&path).unwrap_or_default();
    // What people wrote below the figures stays.
    let kept = old.split_once(MARK).map_or("", |(_, kept)| kept);
    fs::write(&path, format!("{}{MARK}{kept}", page(all)?))?;
    println!("bench: wrote {}", path.display());
    Ok(())
}

const MARK: &str = "<!-- written by hand from here on -->\n";

fn page(all: &[Measured]) -> anyhow::Result<String> {
    let mut text = format!(
        "# Many symbols, many years\n\nMade by `cargo run --release -p tradebot-xtask -- bench --scale` on {}, {}, over \
         SYNTHETIC markets (see `crates/simulator`): all members, gates, calibration and sizing. A cycle is one session, \
         from the moment its bars are there to its snapshot on record, refits and commits included. One year of warm-up \
         is not counted.\n\n\
         | symbols | years | journal | cycles | wall of a cycle: median, p99, longest, ms | CPU of a cycle: median, p99, most, ms | CPU per symbol-day, µs | all cycles, s | peak memory, MB | on disk, MB | trades |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
        today(),
        machine()
    );
    for m in all {
        writeln!(
            text,
            "| {} | {} | {} | {} | {:.0}, {:.0}, {:.0} | {:.0}, {:.0}, {:.0} | {:.0} | {:.0} | {:.0} | {} | {} |",
            m.case.symbols,
            m.case.years,
            if m.case.sqlite { "SQLite" } else { "digest only" },
            m.cycles,
            m.median_ms,
            m.p99_ms,
            m.max_ms,
            m.cpu_median_ms,
            m.cpu_p99_ms,
            m.cpu_max_ms,
            m.cpu_us,
            m.wall_s,
            m.peak_rss_mb,
            m.database_mb.map_or_else(|| "-".to_owned(), |mb| format!("{mb:.0}")),
            m.trades,
        )?;
    }
    text.push_str(
        "\n![CPU time of a symbol-day by symbols](scale-symbols.svg)\n\n\
         ![CPU time of a symbol-day by years](scale-years.svg)\n\n",
    );
    Ok(text)
}

#[expect(clippy::disallowed_methods, reason = "a page says when it was made")]
fn today() -> jiff::civil::Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}
