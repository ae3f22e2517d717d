//! Modes, and the files that belong to each.

use std::fmt;
use std::path::{Path, PathBuf};

/// How the bot is run. Each mode has its own database file, and what one mode writes is never
/// read as if another had written it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Bundled history, simulated broker.
    Demo,
    /// Any history, simulated broker.
    Backtest,
    /// Live data, simulated broker.
    Paper,
    /// Live data, real account.
    Live,
}

impl Mode {
    /// All modes.
    pub const ALL: [Self; 4] = [Self::Demo, Self::Backtest, Self::Paper, Self::Live];

    /// The word in file names, run ids and commands.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Backtest => "backtest",
            Self::Paper => "paper",
            Self::Live => "live",
        }
    }

    /// The mode of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.name() == name)
    }

    /// The database file in `dir`, e.g. `demo.db`.
    pub fn database(self, dir: &Path) -> PathBuf {
        dir.join(format!("{}.db", self.name()))
    }

    /// The lock file of the one writer, e.g. `demo.lock`. It stays after the writer has gone.
    pub fn lock(self, dir: &Path) -> PathBuf {
        dir.join(format!("{}.lock", self.name()))
    }

    /// Heads of the chain, kept apart from the database, e.g. `demo.anchors`.
    pub fn anchors(self, dir: &Path) -> PathBuf {
        dir.join(format!("{}.anchors", self.name()))
    }

    /// Runs of this mode cost nothing but time to do again.
    pub(crate) const fn repeatable(self) -> bool {
        matches!(self, Self::Demo | Self::Backtest)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_modes_share_a_file() {
        let dir = Path::new("data");
        for a in Mode::ALL {
            assert_eq!(Mode::from_name(a.name()), Some(a));
            for b in Mode::ALL {
                assert_eq!(a == b, a.database(dir) == b.database(dir));
                assert_eq!(a == b, a.lock(dir) == b.lock(dir));
            }
        }
        assert_eq!(Mode::from_name("production"), None);
    }
}
