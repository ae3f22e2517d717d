//! Results on disk as they come, so that an interrupted sweep goes on where it was.
//!
//! Two files beside each other: a table with a line per trial, for people, and the trials' daily
//! returns, which every statistic of overfitting needs.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tradebot_backtest::sweep::results::{Writer, read};
use tradebot_backtest::sweep::{Space, Trial, TrialState};

use crate::exit::Failure;

/// The files of a sweep.
pub struct Kept {
    path: PathBuf,
    known: Vec<Trial>,
    open: Mutex<Open>,
}

struct Open {
    table: Writer<File>,
    returns: File,
    /// The first thing that could not be written.
    failed: Option<Failure>,
}

impl Kept {
    /// Opens the files of this sweep, or begins them.
    ///
    /// # Errors
    /// When they cannot be read or written, naming the file.
    pub fn open(home: &Path, space: &Space, subject: &str) -> Result<Self, Failure> {
        let folder = home.join("sweeps");
        fs::create_dir_all(&folder)
            .map_err(|e| Failure::work(format!("cannot make {}: {e}", folder.display())))?;
        let names = serde_json::to_vec(&(subject, &**space.names()))?;
        let name = format!("sweep-{}", &blake3::hash(&names).to_hex()[..12]);
        let path = folder.join(format!("{name}.csv"));
        let beside = folder.join(format!("{name}.returns"));
        let failed = |path: &Path, e: &dyn std::fmt::Display| {
            Failure::work(format!("{}: {e}", path.display()))
        };
        let mut known = Vec::new();
        let mut whole = 0;
        if path.is_file() {
            let file = File::open(&path).map_err(|e| failed(&path, &e))?;
            let found = read(file, space, subject).map_err(|e| failed(&path, &e))?;
            (known, whole) = (found.trials, found.whole_bytes);
        }
        let returns = returns_in(&beside).map_err(|e| failed(&beside, &e))?;
        for trial in &mut known {
            if let TrialState::Done(result) = &mut trial.state {
                result.daily_returns = returns.get(&trial.digest).cloned();
            }
        }
        let appending = |path: &Path| OpenOptions::new().create(true).append(true).open(path);
        let table = appending(&path).map_err(|e| failed(&path, &e))?;
        table.set_len(whole).map_err(|e| failed(&path, &e))?;
        let table = match whole {
            0 => Writer::begin(table, space).map_err(|e| failed(&path, &e))?,
            _ => Writer::go_on(table),
        };
        let returns = appending(&beside).map_err(|e| failed(&beside, &e))?;
        let open = Open { table, returns, failed: None };
        Ok(Self { path, known, open: Mutex::new(open) })
    }

    /// The table's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Trials read back, with their daily returns where those are whole.
    pub fn known(&self) -> Vec<Trial> {
        self.known.clone()
    }

    /// Writes a trial down. A failure is kept and told when the sweep ends: its results are still
    /// in memory.
    pub fn keep(&self, trial: &Trial) {
        let Ok(mut open) = self.open.lock() else { return };
        let open = &mut *open;
        let written = returns_line(trial)
            .map_or(Ok(()), |line| open.returns.write_all(line.as_bytes()))
            .map_err(|e| e.to_string())
            .and_then(|()| open.table.append(trial).map_err(|e| e.to_string()));
        if let Err(e) = written {
            let what = format!("{}: {e}; free some space and repeat", self.path.display());
            open.failed.get_or_insert_with(|| Failure::work(what));
        }
    }

    /// Ends keeping.
    ///
    /// # Errors
    /// When something could not be written.
    pub fn close(self) -> Result<(), Failure> {
        let open = self.open.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        match open.failed {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }
}

/// `digest r1 r2 ...`, in digits that read back as the same numbers; the line's own digest guards
/// against one that was cut.
fn returns_line(trial: &Trial) -> Option<String> {
    let returns = trial.result()?.daily_returns.as_ref()?;
    let mut text = trial.digest.clone();
    for value in returns {
        text.push(' ');
        text.push_str(&value.to_string());
    }
    let check = blake3::hash(text.as_bytes()).to_hex();
    Some(format!("{text} {}\n", &check[..16]))
}

fn returns_in(path: &Path) -> std::io::Result<BTreeMap<String, Vec<f64>>> {
    let mut found = BTreeMap::new();
    if !path.is_file() {
        return Ok(found);
    }
    for line in BufReader::new(File::open(path)?).split(b'\n') {
        let line = line?;
        let whole = std::str::from_utf8(&line).ok().and_then(returns_of);
        found.extend(whole);
    }
    Ok(found)
}

fn returns_of(line: &str) -> Option<(String, Vec<f64>)> {
    let (text, check) = line.rsplit_once(' ')?;
    if blake3::hash(text.as_bytes()).to_hex()[..16] != *check {
        return None;
    }
    let mut words = text.split(' ');
    let digest = words.next()?.to_owned();
    let values = words.map(|word| word.parse().ok()).collect::<Option<_>>()?;
    Some((digest, values))
}
