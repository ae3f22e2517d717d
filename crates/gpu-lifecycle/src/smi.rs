//! Readings from the `nvidia-smi` command.

use std::path::Path;
use std::time::Duration;

use crate::reading::GpuReading;

mod command;
mod table;

pub use command::CommandError;
pub use table::{ParseError, parse};

/// Columns asked for, in the order in which [`parse`] reads them.
pub const COLUMNS: &str = "index,uuid,name,driver_version,memory.total,memory.used,memory.free,\
    utilization.gpu,utilization.memory,temperature.gpu,power.draw,power.limit,ecc.mode.current,\
    pstate,clocks.sm";

/// Why there is no table, or none that can be read.
#[derive(Debug, thiserror::Error)]
pub enum SmiError {
    /// The command did not run to a good end.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// Its output is not the table asked for.
    #[error(transparent)]
    Parse(#[from] ParseError),
}

/// Runs the command and reads its table; an empty table is no GPU.
///
/// # Errors
/// [`SmiError`] when the command is missing, fails, takes longer than `limit` (it is killed then),
/// or prints something else.
pub fn readings(program: &Path, limit: Duration) -> Result<Vec<GpuReading>, SmiError> {
    let query = format!("--query-gpu={COLUMNS}");
    let output = command::run(program, &[&query, "--format=csv,noheader,nounits"], limit)?;
    Ok(parse(&output)?)
}
