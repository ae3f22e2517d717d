//! A measure over two parameters.

use serde::Serialize;

use crate::sweep::space::{Space, Value};
use crate::sweep::trial::{Measure, Trial};

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
        let (width, height) = (across.ladder.len(), upwards.ladder.len());
        let mut sums = vec![vec![0.0; width]; height];
        let mut trials = vec![vec![0_usize; width]; height];
        for (trial, value) in self.measured(measure) {
            let rung = |name: &str, trial: &Trial| {
                space.axis(name)?.ladder.rung(trial.parameters.get(name)?)
            };
            let (Some(column), Some(row)) = (rung(x, trial), rung(y, trial)) else { continue };
            let (sum, count) = (&mut sums[row][column], &mut trials[row][column]);
            *sum = match aggregate {
                Aggregate::Mean => *sum + value,
                Aggregate::Max if *count == 0 => value,
                Aggregate::Max => value.max(*sum),
            };
            *count += 1;
        }
        let cell = |(sum, count): (&f64, &usize)| match aggregate {
            _ if *count == 0 => None,
            Aggregate::Max => Some(*sum),
            Aggregate::Mean => Some(sum / *count as f64),
        };
        let row =
            |(sums, counts): (&Vec<f64>, &Vec<usize>)| sums.iter().zip(counts).map(cell).collect();
        let others = space.names().iter().filter(|name| *name != x && *name != y);
        Some(HeatMap {
            x: x.to_owned(),
            y: y.to_owned(),
            x_values: (0..width).filter_map(|rung| across.ladder.value(rung)).collect(),
            y_values: (0..height).filter_map(|rung| upwards.ladder.value(rung)).collect(),
            measure,
            aggregate,
            over: others.cloned().collect(),
            cells: sums.iter().zip(&trials).map(row).collect(),
            trials,
        })
    }
}
