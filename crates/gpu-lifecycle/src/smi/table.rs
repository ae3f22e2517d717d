//! The table that nvidia-smi prints with `--format=csv,noheader,nounits`.

use crate::reading::{GpuReading, MEBIBYTE, ReadingSource};

/// Columns of a row.
const COLUMNS: usize = 15;
/// Columns before the name.
const BEFORE_NAME: usize = 2;
/// Columns after the name.
const AFTER_NAME: usize = COLUMNS - BEFORE_NAME - 1;

/// A row that is not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Fewer columns than asked for.
    #[error("nvidia-smi printed {found} columns instead of {COLUMNS}: {row}")]
    Columns {
        /// How many there are.
        found: usize,
        /// The row.
        row: String,
    },
    /// A value that is neither of its kind nor one of the words for "not known".
    #[error("nvidia-smi printed `{value}` as {column}")]
    Value {
        /// Which column.
        column: &'static str,
        /// What stands there.
        value: String,
    },
}

/// Reads the table; empty lines are skipped, and no row at all is no GPU.
///
/// # Errors
/// [`ParseError`] with the first row or value that is not what was asked for.
pub fn parse(output: &str) -> Result<Vec<GpuReading>, ParseError> {
    output.lines().filter(|line| !line.trim().is_empty()).map(row).collect()
}

fn row(line: &str) -> Result<GpuReading, ParseError> {
    let cells: Vec<_> = line.split(',').map(str::trim).collect();
    if cells.len() < COLUMNS {
        return Err(ParseError::Columns { found: cells.len(), row: line.to_owned() });
    }
    // A comma can only be part of the name.
    let (before, rest) = cells.split_at(BEFORE_NAME);
    let (name, after) = rest.split_at(rest.len() - AFTER_NAME);
    let [index, uuid] = before else { unreachable!("split at two") };
    let [driver, total, used, free, busy, memory_busy, heat, power, limit, ecc, state, clock] =
        after
    else {
        unreachable!("split at twelve from the end")
    };
    Ok(GpuReading {
        index: number("index", index)?.ok_or_else(|| wrong("index", index))?,
        uuid: known(uuid).map(str::to_owned),
        name: known(&name.join(", ")).map(str::to_owned),
        driver_version: known(driver).map(str::to_owned),
        memory_total_bytes: bytes("memory.total", total)?,
        memory_used_bytes: bytes("memory.used", used)?,
        memory_free_bytes: bytes("memory.free", free)?,
        utilization_gpu_percent: finite("utilization.gpu", busy)?,
        utilization_memory_percent: finite("utilization.memory", memory_busy)?,
        temperature_c: finite("temperature.gpu", heat)?,
        power_watts: finite("power.draw", power)?,
        power_limit_watts: finite("power.limit", limit)?,
        ecc_enabled: switch("ecc.mode.current", ecc)?,
        performance_state: number("pstate", state.strip_prefix('P').unwrap_or(state))?,
        clock_sm_mhz: finite("clocks.sm", clock)?,
        source: ReadingSource::NvidiaSmi,
    })
}

/// The text of a cell, unless it is one of the ways to say that there is none: anything in
/// brackets (`[N/A]`, `[Not Supported]`, `[Unknown Error]`, `[GPU requires reset]`), or bare.
fn known(cell: &str) -> Option<&str> {
    let bare = ["", "N/A", "Not Supported", "Unknown Error"].contains(&cell);
    (!bare && !cell.starts_with('[')).then_some(cell)
}

fn number<T: std::str::FromStr>(column: &'static str, cell: &str) -> Result<Option<T>, ParseError> {
    known(cell).map(|text| text.parse().map_err(|_| wrong(column, cell))).transpose()
}

fn finite(column: &'static str, cell: &str) -> Result<Option<f64>, ParseError> {
    match number::<f64>(column, cell)? {
        Some(value) if !value.is_finite() => Err(wrong(column, cell)),
        value => Ok(value),
    }
}

/// Mebibytes as bytes.
fn bytes(column: &'static str, cell: &str) -> Result<Option<u64>, ParseError> {
    number::<u64>(column, cell)?
        .map(|mebibytes| mebibytes.checked_mul(MEBIBYTE).ok_or_else(|| wrong(column, cell)))
        .transpose()
}

fn switch(column: &'static str, cell: &str) -> Result<Option<bool>, ParseError> {
    match known(cell) {
        None => Ok(None),
        Some("Enabled") => Ok(Some(true)),
        Some("Disabled") => Ok(Some(false)),
        Some(_) => Err(wrong(column, cell)),
    }
}

fn wrong(column: &'static str, cell: &str) -> ParseError {
    ParseError::Value { column, value: cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ROW: &str = "0, GPU-1a2b3c4d-0000-1111-2222-333344445555, Example GPU 24GB, 575.51, \
        24564, 8120, 16444, 37, 12, 58, 141.27, 350.00, [N/A], P2, 1905";

    #[test]
    fn a_full_row_is_read_in_our_units() {
        let [gpu] = &parse(ROW).unwrap()[..] else { panic!("one") };
        assert_eq!(gpu.index, 0);
        assert_eq!(gpu.uuid.as_deref(), Some("GPU-1a2b3c4d-0000-1111-2222-333344445555"));
        assert_eq!(gpu.name.as_deref(), Some("Example GPU 24GB"));
        assert_eq!(gpu.driver_version.as_deref(), Some("575.51"));
        assert_eq!(gpu.memory_total_bytes, Some(24_564 * 1_048_576));
        assert_eq!(gpu.memory_used_bytes, Some(8_120 * 1_048_576));
        assert_eq!(gpu.memory_free_bytes, Some(16_444 * 1_048_576));
        assert_eq!(gpu.utilization_gpu_percent, Some(37.0));
        assert_eq!(gpu.utilization_memory_percent, Some(12.0));
        assert_eq!(gpu.temperature_c, Some(58.0));
        assert_eq!(gpu.power_watts, Some(141.27));
        assert_eq!(gpu.power_limit_watts, Some(350.0));
        assert_eq!(gpu.ecc_enabled, None);
        assert_eq!(gpu.performance_state, Some(2));
        assert_eq!(gpu.clock_sm_mhz, Some(1905.0));
        assert_eq!(gpu.source, ReadingSource::NvidiaSmi);
    }

    #[test]
    fn what_a_card_does_not_tell_is_none_and_never_zero() {
        for word in [
            "[N/A]",
            "N/A",
            "[Not Supported]",
            "[Unknown Error]",
            "[GPU requires reset]",
            "[Insufficient Permissions]",
            "",
        ] {
            let row = format!("3{}", format!(", {word}").repeat(14));
            let [gpu] = &parse(&row).unwrap()[..] else { panic!("one") };
            let expected = GpuReading {
                index: 3,
                uuid: None,
                name: None,
                driver_version: None,
                memory_total_bytes: None,
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
                source: ReadingSource::NvidiaSmi,
            };
            assert_eq!(*gpu, expected, "{word}");
        }
    }

    #[test]
    fn several_gpus_and_line_ends_of_either_kind_are_read() {
        let second = ROW.replacen('0', "1", 1).replace("[N/A]", "Enabled");
        let table = format!("{ROW}\r\n{second}\r\n\r\n");
        let gpus = parse(&table).unwrap();
        assert_eq!(gpus.iter().map(|g| g.index).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(gpus[1].ecc_enabled, Some(true));
        assert_eq!(parse("").unwrap(), []);
        assert_eq!(parse("\n").unwrap(), []);
    }

    #[test]
    fn a_comma_in_a_name_stays_in_the_name() {
        let row = ROW.replace("Example GPU 24GB", "Example, GPU, 24GB");
        assert_eq!(parse(&row).unwrap()[0].name.as_deref(), Some("Example, GPU, 24GB"));
        assert_eq!(parse(&row).unwrap()[0].clock_sm_mhz, Some(1905.0));
    }

    #[test]
    fn what_is_not_the_table_is_refused_by_name() {
        let text = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.";
        assert!(matches!(parse(text), Err(ParseError::Columns { found: 1, .. })));
        for (from, to, column) in [
            ("24564", "24564 MiB", "memory.total"),
            ("24564", "-1", "memory.total"),
            ("24564", "99999999999999999999", "memory.total"),
            ("24564", "18446744073709551615", "memory.total"),
            ("58", "warm", "temperature.gpu"),
            ("141.27", "NaN", "power.draw"),
            ("[N/A]", "Maybe", "ecc.mode.current"),
            ("P2", "PX", "pstate"),
        ] {
            match parse(&ROW.replace(from, to)) {
                Err(ParseError::Value { column: found, .. }) => assert_eq!(found, column, "{to}"),
                other => panic!("{to}: {other:?}"),
            }
        }
        assert!(parse(&ROW.replacen('0', "[N/A]", 1)).is_err(), "a GPU without an index");
    }

    proptest! {
        #[test]
        fn no_output_makes_it_panic(text in "[-0-9A-Za-z.,\\[\\]/ \n]{0,200}") {
            let _ = parse(&text);
        }

        #[test]
        fn figures_come_back_as_printed(
            total in 1_u64..1_000_000, busy in 0_u32..=100, heat in 0_u32..120, watts in 0_u32..100_000,
        ) {
            let power = f64::from(watts) / 100.0;
            let row = format!("7, u, n, d, {total}, 0, {total}, {busy}, 0, {heat}, {power:.2}, 0, Disabled, P0, 0");
            let gpu = &parse(&row).unwrap()[0];
            prop_assert_eq!(gpu.memory_total_bytes, Some(total * MEBIBYTE));
            prop_assert_eq!(gpu.utilization_gpu_percent, Some(f64::from(busy)));
            prop_assert_eq!(gpu.temperature_c, Some(f64::from(heat)));
            prop_assert_eq!(gpu.power_watts, Some(power));
            prop_assert_eq!(gpu.ecc_enabled, Some(false));
        }
    }
}
