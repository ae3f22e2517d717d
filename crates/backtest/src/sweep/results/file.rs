//! Results in a file of comma-separated values, one line per trial.
//!
//! A file grows while a sweep runs, and the sweep may be killed in the middle of a line. Reading
//! back takes whole lines only and says where they end: cut the file there, and go on.

use std::io::{self, Read, Write};
use std::sync::Arc;

use thiserror::Error;

use crate::sweep::space::{Parameters, Space};
use crate::sweep::trial::{Trial, TrialResult, TrialState, digest};

use super::columns::{error, state_name};
use super::{FIXED_COLUMNS, Table};

/// Fixed columns before the parameters.
const BEFORE: usize = 3;

/// Why results cannot be written or read.
#[derive(Debug, Error)]
pub enum FileError {
    /// The stream failed.
    #[error("results cannot be read or written")]
    Io(#[from] io::Error),
    /// A line cannot be made or taken apart.
    #[error("not comma-separated values")]
    Csv(#[from] csv::Error),
    /// A Parquet file cannot be made.
    #[error("not a Parquet file")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// Results of other parameters.
    #[error("the columns are {found:?}, those of this sweep {expected:?}")]
    Header {
        /// The first line's fields.
        found: Vec<String>,
        /// What they have to be.
        expected: Vec<String>,
    },
}

/// Appends trials to a stream, a line each, and hands every line on at once.
#[derive(Debug)]
pub struct Writer<W: Write> {
    lines: csv::Writer<W>,
}

impl<W: Write> Writer<W> {
    /// Begins a file: writes the names of columns.
    ///
    /// # Errors
    /// [`FileError`] when the stream fails.
    pub fn begin(stream: W, space: &Space) -> Result<Self, FileError> {
        let mut writer = Self::go_on(stream);
        writer.lines.write_record(header(space.names()))?;
        writer.lines.flush()?;
        Ok(writer)
    }

    /// Goes on with a file that has whole lines only; see [`ReadBack::whole_bytes`].
    pub fn go_on(stream: W) -> Self {
        Self { lines: csv::Writer::from_writer(stream) }
    }

    /// Writes a trial and flushes the stream.
    ///
    /// # Errors
    /// [`FileError`] when the stream fails.
    pub fn append(&mut self, trial: &Trial) -> Result<(), FileError> {
        self.lines.write_record(fields(trial))?;
        self.lines.flush()?;
        Ok(())
    }
}

impl Table {
    /// Writes the whole table, pending trials too.
    ///
    /// # Errors
    /// [`FileError`] when the stream fails.
    pub fn write_csv<W: Write>(&self, stream: W) -> Result<(), FileError> {
        let mut lines = csv::Writer::from_writer(stream);
        lines.write_record(header(&self.names))?;
        for trial in &self.trials {
            lines.write_record(fields(trial))?;
        }
        lines.flush()?;
        Ok(())
    }
}

fn header(names: &[String]) -> Vec<String> {
    let fixed = |columns: &[&str]| columns.iter().map(|&c| c.to_owned()).collect::<Vec<_>>();
    [fixed(&FIXED_COLUMNS[..BEFORE]), names.to_vec(), fixed(&FIXED_COLUMNS[BEFORE..])].concat()
}

/// Numbers in the shortest digits that read back as the same number.
fn fields(trial: &Trial) -> Vec<String> {
    let number = |value: Option<f64>| value.map_or_else(String::new, |v| v.to_string());
    let whole = |value: Option<u64>| value.map_or_else(String::new, |v| v.to_string());
    let result = trial.result();
    let mut fields =
        vec![trial.number.to_string(), trial.digest.clone(), state_name(&trial.state).to_owned()];
    fields.extend(trial.parameters.iter().map(|(_, value)| value.to_string()));
    fields.extend([
        number(result.map(|r| r.final_equity)),
        number(result.map(|r| r.total_return)),
        number(result.and_then(|r| r.cagr)),
        number(result.and_then(|r| r.sharpe)),
        number(result.map(|r| r.max_drawdown)),
        whole(result.map(|r| r.fills)),
        whole(result.map(|r| r.trades)),
        error(&trial.state).unwrap_or_default().to_owned(),
    ]);
    fields
}

/// What a file still says.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadBack {
    /// Trials of this subject, in the order of lines; without daily returns, which no file holds.
    pub trials: Vec<Trial>,
    /// Whole lines of other subjects, or of axes that had other values.
    pub others: usize,
    /// Whole lines that say nothing; their trials are evaluated again.
    pub damaged: Vec<Damaged>,
    /// Length of the whole lines: cut the file here before going on. 0 when not even the names of
    /// columns are whole; then begin anew.
    pub whole_bytes: u64,
    /// Whether something came after them.
    pub torn: bool,
}

/// A line that is no trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    /// Number of the line, from 1.
    pub line: usize,
    /// The field that cannot be read, or what else is wrong.
    pub why: String,
}

/// Reads results of a subject back, as far as lines are whole.
///
/// # Errors
/// [`FileError`] when the stream fails or the file is one of other parameters.
pub fn read<R: Read>(mut stream: R, space: &Space, subject: &str) -> Result<ReadBack, FileError> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let torn = whole < bytes.len();
    let whole_bytes = whole as u64;
    let mut back =
        ReadBack { trials: Vec::new(), others: 0, damaged: Vec::new(), whole_bytes, torn };
    for (n, line) in bytes[..whole].split_inclusive(|byte| *byte == b'\n').enumerate() {
        if n == 0 {
            check_header(line, space)?;
            continue;
        }
        match parse(line, space) {
            Ok(trial) if trial.digest == digest(subject, &trial.parameters) => {
                back.trials.push(trial);
            }
            Ok(_) => back.others += 1,
            Err(why) => back.damaged.push(Damaged { line: n + 1, why }),
        }
    }
    Ok(back)
}

fn check_header(line: &[u8], space: &Space) -> Result<(), FileError> {
    let found = split(line).unwrap_or_default();
    let expected = header(space.names());
    if found == expected { Ok(()) } else { Err(FileError::Header { found, expected }) }
}

/// Fields of one line; each line by itself, so that a quote left open harms no other.
fn split(line: &[u8]) -> Option<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line);
    let record = reader.records().next()?.ok()?;
    Some(record.iter().map(str::to_owned).collect())
}

fn parse(line: &[u8], space: &Space) -> Result<Trial, String> {
    let fields = split(line).ok_or("not a line of values")?;
    let expected = FIXED_COLUMNS.len() + space.axes().len();
    if fields.len() != expected {
        return Err(format!("{} fields in place of {expected}", fields.len()));
    }
    let (before, rest) = fields.split_at(BEFORE);
    let (values, after) = rest.split_at(space.axes().len());
    let value = |(axis, text): (&crate::sweep::Axis, &String)| {
        axis.ladder.parse(text).ok_or_else(|| format!("{}: {text:?}", axis.name))
    };
    let values = space.axes().iter().zip(values).map(value).collect::<Result<_, _>>()?;
    Ok(Trial {
        number: before[0].parse().map_err(|_| format!("trial: {:?}", before[0]))?,
        digest: before[1].clone(),
        parameters: Parameters::new(Arc::clone(space.names()), values),
        state: state(&before[2], after)?,
    })
}

fn state(name: &str, figures: &[String]) -> Result<TrialState, String> {
    let [equity, total, cagr, sharpe, drawdown, fills, trades, why] = figures else {
        return Err("figures are missing".to_owned());
    };
    let figure = |name: &str, text: &str| {
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| format!("{name}: {text:?}"))
    };
    let optional = |name: &str, text: &str| {
        if text.is_empty() { Ok(None) } else { figure(name, text).map(Some) }
    };
    let whole = |name: &str, text: &str| text.parse().map_err(|_| format!("{name}: {text:?}"));
    Ok(match name {
        "pending" => TrialState::Pending,
        "failed" => TrialState::Failed(why.clone()),
        "done" => TrialState::Done(TrialResult {
            final_equity: figure("final_equity", equity)?,
            total_return: figure("total_return", total)?,
            cagr: optional("cagr", cagr)?,
            sharpe: optional("sharpe", sharpe)?,
            max_drawdown: figure("max_drawdown", drawdown)?,
            fills: whole("fills", fills)?,
            trades: whole("trades", trades)?,
            daily_returns: None,
        }),
        other => return Err(format!("state: {other:?}")),
    })
}
