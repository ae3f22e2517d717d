//! A measure over two parameters.

use serde::Serialize;

use crate::summary::mean;
use crate::sweep::space::{Axis, Space, Value};
use crate::sweep::trial::Measure;

use super::Table;

/// What stands for several trials in one cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// The best of them: flatters, for each cell is chosen in sample.
    Max,
    /// Their mean.
    Mean,
}

/// A measure by two parameters, all others aggregated over.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeatMap {
    /// Name of the parameter across.
    pub x: String,
    /// Name of the parameter upwards.
    pub y: String,
    /// Values across, in the order of the ladder.
    pub x_values: Vec<Value>,
    /// Values upwards, in the order of the ladder.
    pub y_values: Vec<Value>,
    /// What is shown.
    pub measure: Measure,
    /// What stands for several trials.
    pub aggregate: Aggregate,
    /// Names of the parameters aggregated over; empty when there are only two.
    pub over: Vec<String>,
    /// `cells[y][x]`; `None` where no trial has the measure.
    pub cells: Vec<Vec<Option<f64>>>,
    /// `trials[y][x]`: how many a cell stands for.
    pub trials: Vec<Vec<usize>>,
}

impl Aggregate {
    /// `None` of nothing.
    fn of(self, values: &[f64]) -> Option<f64> {
        match self {
            Self::Max => values.iter().copied().reduce(f64::max),
            Self::Mean => mean(values),
        }
    }
}

impl Table {
    /// The measure over two different parameters of the space. Trials between its rungs are left
    /// out. `None` for names that are not two axes.
    pub fn heat_map(
        &self,
        space: &Space,
        (x, y): (&str, &str),
        measure: Measure,
        aggregate: Aggregate,
    ) -> Option<HeatMap> {
        let (across, upwards) = (space.axis(x)?, space.axis(y)?);
        if x == y {
            return None;
        }
        let mut values = vec![vec![Vec::new(); across.ladder.len()]; upwards.ladder.len()];
        for (trial, value) in self.measured(measure) {
            let rung = |axis: &Axis| axis.ladder.rung(trial.parameters.get(&axis.name)?);
            if let (Some(column), Some(row)) = (rung(across), rung(upwards)) {
                values[row][column].push(value);
            }
        }
        let others = space.names().iter().filter(|name| *name != x && *name != y);
        Some(HeatMap {
            x: x.to_owned(),
            y: y.to_owned(),
            x_values: all(across),
            y_values: all(upwards),
            measure,
            aggregate,
            over: others.cloned().collect(),
            cells: each(&values, |values| aggregate.of(values)),
            trials: each(&values, <[f64]>::len),
        })
    }
}

fn all(axis: &Axis) -> Vec<Value> {
    (0..axis.ladder.len()).filter_map(|rung| axis.ladder.value(rung)).collect()
}

fn each<T>(rows: &[Vec<Vec<f64>>], cell: impl Fn(&[f64]) -> T) -> Vec<Vec<T>> {
    rows.iter().map(|row| row.iter().map(|values| cell(values)).collect()).collect()
}
