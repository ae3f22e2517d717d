//! A convex problem in the form that the interior point solver takes.
//!
//! Minimise x'Px / 2 + q'x such that each cone contains its rows of b - A x. The solver is
//! Clarabel (Goulart and Chen, "Clarabel: An interior-point solver for conic programs with quadratic
//! objectives", 2024). Its arithmetic does not depend on clocks or threads here: one thread, no time
//! limit.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{DefaultSettings, DefaultSolver, IPSolver, SupportedConeT};
use ndarray::{Array1, ArrayView2};

use super::error::PortfolioError;

/// Absolute and relative tolerance of gap and feasibility. Growth of daily returns is about 1e-4 a
/// period, so the solver's default of 1e-8 would be coarse.
const TOLERANCE: f64 = 1e-10;
/// Iterations allowed; problems of this kind take 20 to 60.
const ITERATIONS_MAX: u32 = 300;

/// A problem under construction, row by row.
#[derive(Default)]
pub(super) struct ConicProblem {
    rows: Vec<usize>,
    columns: Vec<usize>,
    values: Vec<f64>,
    constants: Vec<f64>,
    cones: Vec<SupportedConeT<f64>>,
}

/// What the solver says.
pub(super) struct ConicSolution {
    /// Variables.
    pub(super) x: Vec<f64>,
    /// Dual variable of each row.
    pub(super) duals: Vec<f64>,
    /// Its own word.
    pub(super) status: String,
}

impl ConicProblem {
    /// Adds the row constant + coefficients'x, and returns its number.
    pub(super) fn row(
        &mut self,
        constant: f64,
        coefficients: impl IntoIterator<Item = (usize, f64)>,
    ) -> usize {
        let row = self.constants.len();
        for (column, value) in coefficients.into_iter().filter(|(_, value)| *value != 0.0) {
            self.rows.push(row);
            self.columns.push(column);
            // The solver's rows are b - A x.
            self.values.push(-value);
        }
        self.constants.push(constant);
        row
    }

    /// The last `count` rows are at least zero.
    pub(super) fn nonnegative(&mut self, count: usize) {
        self.cones.push(SupportedConeT::NonnegativeConeT(count));
    }

    /// Of the last three rows (a, b, c): b exp(a / b) <= c.
    pub(super) fn exponential(&mut self) {
        self.cones.push(SupportedConeT::ExponentialConeT());
    }

    /// Of the last `count` rows the first is at least the Euclidean norm of the others.
    pub(super) fn second_order(&mut self, count: usize) {
        self.cones.push(SupportedConeT::SecondOrderConeT(count));
    }

    /// Weights as the first variables: at least zero, at most `caps`, at most 1 in sum.
    pub(super) fn weights(&mut self, caps: &Array1<f64>) {
        let before = self.constants.len();
        self.row(1.0, (0..caps.len()).map(|asset| (asset, -1.0)));
        for (asset, cap) in caps.iter().enumerate() {
            self.row(0.0, [(asset, 1.0)]);
            // A cap of 1 is in the sum already.
            if *cap < 1.0 {
                self.row(*cap, [(asset, -1.0)]);
            }
        }
        self.nonnegative(self.constants.len() - before);
    }

    /// Solves for as many variables as `linear` has entries; `squares` is P among the first of
    /// them, symmetric.
    pub(super) fn minimise(
        self,
        squares: Option<ArrayView2<'_, f64>>,
        linear: &[f64],
    ) -> Result<ConicSolution, PortfolioError> {
        let n = linear.len();
        let p = upper_triangle(squares, n);
        let m = self.constants.len();
        let a = CscMatrix::new_from_triplets(m, n, self.rows, self.columns, self.values);
        let settings = DefaultSettings {
            verbose: false,
            max_iter: ITERATIONS_MAX,
            max_threads: 1,
            tol_gap_abs: TOLERANCE,
            tol_gap_rel: TOLERANCE,
            tol_feas: TOLERANCE,
            ..DefaultSettings::default()
        };
        let solver = DefaultSolver::new(&p, linear, &a, &self.constants, &self.cones, settings);
        let mut solver = solver.map_err(|error| PortfolioError::NotSolved {
            status: error.to_string(),
            gap: f64::NAN,
        })?;
        solver.solve();
        let solution = solver.solution;
        let status = solution.status.to_string();
        let usable = solution.x.iter().chain(&solution.z).all(|value| value.is_finite());
        if usable {
            Ok(ConicSolution { x: solution.x, duals: solution.z, status })
        } else {
            Err(PortfolioError::NotSolved { status, gap: f64::NAN })
        }
    }
}

fn upper_triangle(squares: Option<ArrayView2<'_, f64>>, n: usize) -> CscMatrix<f64> {
    let (mut rows, mut columns, mut values) = (Vec::new(), Vec::new(), Vec::new());
    if let Some(squares) = squares {
        for ((row, column), value) in squares.indexed_iter().filter(|((i, j), _)| i <= j) {
            rows.push(row);
            columns.push(column);
            values.push(*value);
        }
    }
    CscMatrix::new_from_triplets(n, n, rows, columns, values)
}
