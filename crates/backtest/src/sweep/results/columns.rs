//! The table by columns, for files that are kept that way.

use crate::sweep::space::Value;
use crate::sweep::trial::{Trial, TrialResult, TrialState};

use super::Table;

/// A named column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name: of a parameter, or one of [`super::FIXED_COLUMNS`].
    pub name: String,
    /// One cell per trial.
    pub cells: Cells,
}

/// Cells of one kind; `None` where a trial has no such figure.
#[derive(Debug, Clone, PartialEq)]
pub enum Cells {
    /// Whole numbers.
    Integers(Vec<Option<i64>>),
    /// Real numbers.
    Numbers(Vec<Option<f64>>),
    /// Words.
    Texts(Vec<Option<String>>),
}

impl Table {
    /// All columns, in the order of a table's file. Daily returns are not among them.
    pub fn columns(&self) -> Vec<Column> {
        let mut columns = vec![
            self.column("trial", |t| i64::try_from(t.number).ok(), Cells::Integers),
            self.column("digest", |t| Some(t.digest.clone()), Cells::Texts),
            self.column("state", |t| Some(state_name(&t.state).to_owned()), Cells::Texts),
        ];
        columns.extend(self.names.iter().map(|name| self.parameter(name)));
        columns.extend([
            self.figure("final_equity", |r| Some(r.final_equity)),
            self.figure("total_return", |r| Some(r.total_return)),
            self.figure("cagr", |r| r.cagr),
            self.figure("sharpe", |r| r.sharpe),
            self.figure("max_drawdown", |r| Some(r.max_drawdown)),
            self.column("fills", |t| i64::try_from(t.result()?.fills).ok(), Cells::Integers),
            self.column("trades", |t| i64::try_from(t.result()?.trades).ok(), Cells::Integers),
            self.column("error", |t| error(&t.state).map(str::to_owned), Cells::Texts),
        ]);
        columns
    }

    fn column<T>(
        &self,
        name: &str,
        cell: impl Fn(&Trial) -> Option<T>,
        kind: impl Fn(Vec<Option<T>>) -> Cells,
    ) -> Column {
        Column { name: name.to_owned(), cells: kind(self.trials.iter().map(cell).collect()) }
    }

    fn figure(&self, name: &str, figure: impl Fn(&TrialResult) -> Option<f64>) -> Column {
        self.column(name, |trial| figure(trial.result()?), Cells::Numbers)
    }

    /// The kind is that of the first trial: all values of an axis are of one.
    fn parameter(&self, name: &str) -> Column {
        match self.trials.first().and_then(|trial| trial.parameters.get(name)) {
            Some(Value::Integer(_)) => self.column(
                name,
                |trial| match trial.parameters.get(name)? {
                    Value::Integer(value) => Some(*value),
                    _ => None,
                },
                Cells::Integers,
            ),
            Some(Value::Number(_)) => {
                self.column(name, |trial| trial.parameters.number(name), Cells::Numbers)
            }
            Some(Value::Text(_)) | None => self.column(
                name,
                |trial| trial.parameters.text(name).map(str::to_owned),
                Cells::Texts,
            ),
        }
    }
}

/// How a state is written.
pub(super) fn state_name(state: &TrialState) -> &'static str {
    match state {
        TrialState::Pending => "pending",
        TrialState::Done(_) => "done",
        TrialState::Failed(_) => "failed",
    }
}

/// The words of a failure.
pub(super) fn error(state: &TrialState) -> Option<&str> {
    match state {
        TrialState::Failed(why) => Some(why),
        TrialState::Pending | TrialState::Done(_) => None,
    }
}
