//! The home folder: databases, catalogue, reports and logs.

use std::path::PathBuf;

use crate::exit::Failure;

/// The folder named by flag or environment, else the data folder of the system.
///
/// # Errors
/// A usage failure when none was named and the system has no home either.
pub fn locate(named: Option<PathBuf>) -> Result<PathBuf, Failure> {
    if let Some(named) = named {
        return Ok(named);
    }
    let var = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    var("XDG_DATA_HOME")
        .or_else(|| var("HOME").map(|home| home.join(".local").join("share")))
        .or_else(|| var("LOCALAPPDATA"))
        .map(|data| data.join("tradebot"))
        .ok_or_else(|| {
            Failure::usage(
                "no home folder: set HOME, or name one with --home DIR (or TRADEBOT_HOME)",
            )
        })
}
