//! What is varied in a sweep: axes with a finite number of values, and the combinations allowed.
//!
//! Every axis is a ladder: also a range of real numbers has a stated number of rungs. So a grid, a
//! random draw and a guided search speak of the same points, a point met again is known again, and
//! "the values next to these" is defined.

mod axis;
mod constraint;
mod draw;
mod parameters;

use std::sync::Arc;

use thiserror::Error;

pub use axis::{Axis, Ladder};
pub use constraint::{Constraint, ConstraintError};
pub use parameters::{Parameters, Value};

use crate::sweep::results::FIXED_COLUMNS;

/// Axes, and the constraints that a combination of their values has to meet.
#[derive(Debug, Clone, PartialEq)]
pub struct Space {
    axes: Vec<Axis>,
    constraints: Vec<Constraint>,
    names: Arc<[String]>,
}

/// Why something is no parameter space.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SpaceError {
    /// Nothing to vary.
    #[error("a sweep needs at least one axis")]
    NoAxis,
    /// A name with other characters than letters, digits and `_`, or without a letter in front.
    #[error("{name:?} is no name for an axis: letters, digits and _, and a letter first")]
    Name {
        /// The name.
        name: String,
    },
    /// A name that a table of results uses for a column of its own.
    #[error("{name:?} is the name of a column of results")]
    Reserved {
        /// The name.
        name: String,
    },
    /// Two axes of one name.
    #[error("two axes are called {name:?}")]
    Twice {
        /// The name.
        name: String,
    },
    /// A ladder without rungs, with an end that is not finite, or of a length beyond counting.
    #[error("axis {axis:?} has no values: {ladder:?}")]
    Ladder {
        /// Name of the axis.
        axis: String,
        /// Its ladder.
        ladder: Ladder,
    },
    /// A choice that is empty, given twice, or has characters that identifiers use.
    #[error("axis {axis:?} cannot have the choice {choice:?}")]
    Choice {
        /// Name of the axis.
        axis: String,
        /// The choice.
        choice: String,
    },
    /// A constraint on an axis that is not there or has no numbers.
    #[error("{constraint} speaks of {axis:?}, which is no axis of numbers here")]
    Constraint {
        /// The constraint.
        constraint: Constraint,
        /// The name it uses.
        axis: String,
    },
}

impl Space {
    /// A space of these axes; the last one varies fastest in a grid.
    ///
    /// # Errors
    /// [`SpaceError`] for what names no point or names one twice.
    pub fn new(axes: Vec<Axis>, constraints: Vec<Constraint>) -> Result<Self, SpaceError> {
        if axes.is_empty() {
            return Err(SpaceError::NoAxis);
        }
        for (n, axis) in axes.iter().enumerate() {
            axis.check()?;
            let name = axis.name.clone();
            if FIXED_COLUMNS.contains(&name.as_str()) {
                return Err(SpaceError::Reserved { name });
            }
            if axes[..n].iter().any(|other| other.name == name) {
                return Err(SpaceError::Twice { name });
            }
        }
        let names: Arc<[String]> = axes.iter().map(|axis| axis.name.clone()).collect();
        let space = Self { axes, constraints, names };
        space.check_constraints()?;
        Ok(space)
    }

    fn check_constraints(&self) -> Result<(), SpaceError> {
        for constraint in &self.constraints {
            for name in [&constraint.left, &constraint.right] {
                if !self.axis(name).is_some_and(|axis| axis.ladder.has_numbers()) {
                    let constraint = constraint.clone();
                    return Err(SpaceError::Constraint { constraint, axis: name.clone() });
                }
            }
        }
        Ok(())
    }

    /// The axes, in the order given.
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// The names of the axes, in the order given.
    pub fn names(&self) -> &Arc<[String]> {
        &self.names
    }

    /// The axis of a name.
    pub fn axis(&self, name: &str) -> Option<&Axis> {
        self.axes.iter().find(|axis| axis.name == name)
    }

    /// Points of the full grid before constraints; saturates.
    pub fn size(&self) -> u128 {
        self.axes.iter().fold(1, |size, axis| size.saturating_mul(axis.ladder.len() as u128))
    }

    /// The point at these rungs, one per axis from 0.
    ///
    /// `None` beyond the end of a ladder, for another number of rungs than axes, and where a
    /// constraint is not met.
    pub fn at(&self, rungs: &[usize]) -> Option<Parameters> {
        if rungs.len() != self.axes.len() {
            return None;
        }
        let value = |(axis, rung): (&Axis, &usize)| axis.ladder.value(*rung);
        let values = self.axes.iter().zip(rungs).map(value).collect::<Option<Vec<_>>>()?;
        let point = Parameters::new(Arc::clone(&self.names), values);
        self.constraints.iter().all(|c| c.is_met_by(&point)).then_some(point)
    }

    /// The rungs of a point; `None` when it has other axes or a value between rungs.
    pub fn rungs(&self, point: &Parameters) -> Option<Vec<usize>> {
        if point.len() != self.axes.len() {
            return None;
        }
        self.axes.iter().map(|axis| axis.ladder.rung(point.get(&axis.name)?)).collect()
    }

    /// All points that meet the constraints, in order: the last axis varies fastest.
    pub fn grid(&self) -> impl Iterator<Item = Parameters> + '_ {
        self.grid_rungs().filter_map(|rungs| self.at(&rungs))
    }

    fn grid_rungs(&self) -> impl Iterator<Item = Vec<usize>> + '_ {
        let first = Some(vec![0; self.axes.len()]);
        std::iter::successors(first, |rungs| {
            let mut next = rungs.clone();
            for (axis, rung) in self.axes.iter().zip(&mut next).rev() {
                *rung += 1;
                if *rung < axis.ladder.len() {
                    return Some(next);
                }
                *rung = 0;
            }
            None
        })
    }

    /// Rungs of the points within `reach` rungs on every axis of numbers, the point itself left
    /// out; choices are held, for they have no order. Constraints are not looked at.
    pub(crate) fn neighbours(&self, rungs: &[usize], reach: usize) -> Vec<Vec<usize>> {
        let mut around = vec![Vec::new()];
        for (axis, rung) in self.axes.iter().zip(rungs) {
            let reach = if axis.ladder.has_numbers() { reach } else { 0 };
            let last = (rung + reach).min(axis.ladder.len() - 1);
            let near = rung.saturating_sub(reach)..=last;
            around = around
                .into_iter()
                .flat_map(|head: Vec<usize>| {
                    near.clone().map(move |rung| [head.as_slice(), &[rung]].concat())
                })
                .collect();
        }
        around.retain(|other| other != rungs);
        around
    }
}

#[cfg(test)]
mod tests;
