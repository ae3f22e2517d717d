//! Logistic regression with an L2 penalty for any table, fitted by linfa.
//!
//! Columns are brought to one scale first. linfa-logistic takes no example weights: examples are
//! drawn in proportion to them, and the penalty, which linfa counts against one unit of likelihood
//! per drawn example, is divided by the mean weight, so that it stands against the number of
//! independent outcomes.
//!
//! **Source:** Hastie, Tibshirani and Friedman (2009), The Elements of Statistical Learning, 4.4;
//! the solver is L-BFGS (Nocedal and Wright 2006, Numerical Optimization, 7.2).

use linfa::dataset::Dataset;
use linfa::traits::Fit as _;
use linfa_logistic::LogisticRegression as Solver;
use ndarray::{Array1, Array2};

use crate::bytes::{Reader, Writer};
use crate::chance::{Chance, stratified};
use crate::error::FitError;
use crate::scale::Scale;
use crate::table::{Examples, Table};

/// First bytes of a stored regression, the format's version last.
const MAGIC: [u8; 8] = *b"tblogit\x01";
/// Log odds beyond this are 0 or 1 in an f64.
const LOG_ODDS_MAX: f64 = 40.0;

/// Parameters of a [`LogisticRegression`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogisticConfig {
    /// Penalty `l2 / 2 x sum of squared coefficients` against one unit of log likelihood per
    /// independent outcome (1 / C elsewhere): a normal prior of spread 1 / sqrt(l2) on each
    /// coefficient of a standardised column. 0 or more and finite.
    pub l2: f64,
    /// Standardised values are cut at so many standard deviations; above 0, infinity for never.
    pub cut: f64,
    /// The solver stops at this gradient per example; above 0.
    pub gradient: f64,
    /// Or after so many iterations; 1 or more.
    pub iterations: u64,
    /// For the draw of weighted examples.
    pub seed: u64,
}

impl Default for LogisticConfig {
    fn default() -> Self {
        Self { l2: 1.0, cut: crate::scale::CUT, gradient: 1e-5, iterations: 100, seed: 0 }
    }
}

impl LogisticConfig {
    /// # Errors
    /// [`FitError::Parameter`] for the first that is out of its range.
    pub fn check(&self) -> Result<(), FitError> {
        let l2 = self.l2 >= 0.0 && self.l2.is_finite();
        FitError::unless(l2, "l2", self.l2, "0 or more and finite")?;
        FitError::unless(self.cut > 0.0, "cut", self.cut, "above 0")?;
        let gradient = self.gradient > 0.0 && self.gradient.is_finite();
        FitError::unless(gradient, "gradient", self.gradient, "above 0 and finite")?;
        FitError::unless(self.iterations > 0, "iterations", 0.0, "1 or more")
    }
}

/// Probability of a win = 1 / (1 + exp(-(intercept + sum of coefficient x standardised column))).
#[derive(Debug, Clone, PartialEq)]
pub struct LogisticRegression {
    scale: Scale,
    cut: f64,
    intercept: f64,
    coefficients: Vec<f64>,
}

impl LogisticRegression {
    /// Fits a regression. Where all outcomes are alike it answers their rate.
    ///
    /// Same examples and config: same bits on one platform; between platforms the last bits may
    /// differ, as `exp` and `ln` do.
    ///
    /// # Errors
    /// [`FitError::Parameter`] for a parameter out of its range, [`FitError::Solver`].
    pub fn fit(config: &LogisticConfig, examples: &Examples<'_>) -> Result<Self, FitError> {
        config.check()?;
        let x = examples.x();
        let scale = Scale::of_values(x.values(), x.columns());
        let drawn = draws(examples, config.seed);
        let won = Array1::from_iter(drawn.iter().map(|i| examples.won()[*i]));
        let (intercept, coefficients) = if won.iter().all(|w| *w == won[0]) {
            let rate = examples.base_rate();
            let log_odds = (rate / (1.0 - rate)).ln().clamp(-LOG_ODDS_MAX, LOG_ODDS_MAX);
            (log_odds, vec![0.0; x.columns()])
        } else {
            let n = examples.len() as f64;
            Problem {
                records: design(x, &scale, config.cut, &drawn),
                won,
                l2: config.l2 * n / examples.worth(),
                gradient: config.gradient * n,
                iterations: config.iterations,
            }
            .solve()?
        };
        Ok(Self { scale, cut: config.cut, intercept, coefficients })
    }

    /// Probability of a win for one row, in `0.0..=1.0`.
    ///
    /// `None` when the row has another number of columns than the examples had, or holds a value
    /// that is not finite.
    pub fn predict(&self, row: &[f64]) -> Option<f64> {
        let fits = row.len() == self.columns() && row.iter().all(|x| x.is_finite());
        fits.then(|| sigmoid(self.log_odds(row)))
    }

    /// [`LogisticRegression::predict`] for every row of a table.
    ///
    /// # Errors
    /// [`FitError::WrongCount`] when the table has another number of columns.
    pub fn predict_all(&self, x: Table<'_>) -> Result<Vec<f64>, FitError> {
        Ok(self.log_odds_all(x)?.into_iter().map(sigmoid).collect())
    }

    /// Log odds of every row of a table.
    pub(crate) fn log_odds_all(&self, x: Table<'_>) -> Result<Vec<f64>, FitError> {
        if x.columns() != self.columns() {
            let (expected, found) = (self.columns(), x.columns());
            return Err(FitError::WrongCount { example: 0, expected, found });
        }
        Ok((0..x.rows()).map(|i| self.log_odds(x.row(i))).collect())
    }

    /// Columns of the rows it answers.
    pub fn columns(&self) -> usize {
        self.coefficients.len()
    }

    /// Log odds where every column has its mean.
    pub fn intercept(&self) -> f64 {
        self.intercept
    }

    /// Change of the log odds per standard deviation of each column.
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// The regression as bytes: equal ones give equal bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.raw(&MAGIC);
        writer.u16(u16::try_from(self.columns()).expect("columns are few"));
        self.scale.write(&mut writer);
        writer.f64(self.cut);
        writer.f64(self.intercept);
        writer.floats(&self.coefficients);
        writer.finish()
    }

    /// Restores a regression: the same answers, bit for bit, and the same bytes again.
    ///
    /// # Errors
    /// [`FitError::Artefact`] when the bytes are no regression of this format.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FitError> {
        let read = || {
            let mut reader = Reader::new(bytes);
            if reader.take()? != MAGIC {
                return Err("it is not a regression of this format".to_owned());
            }
            let columns = usize::from(reader.u16()?);
            let scale = Scale::read(&mut reader, columns)?;
            let cut = f64::from_bits(reader.u64()?);
            if cut.is_nan() || cut <= 0.0 {
                return Err(format!("it cuts at {cut}"));
            }
            let intercept = reader.f64()?;
            let coefficients = reader.floats(columns)?;
            reader.finish().map(|()| Self { scale, cut, intercept, coefficients })
        };
        read().map_err(|detail| FitError::Artefact { member: "logistic", detail })
    }

    fn log_odds(&self, row: &[f64]) -> f64 {
        let terms = self.coefficients.iter().zip(row).enumerate();
        terms.fold(self.intercept, |sum, (j, (coefficient, x))| {
            sum + coefficient * self.scale.within(j, *x, self.cut)
        })
    }
}

/// Stable for any argument: 0 and 1 at the ends, never NaN for a number.
pub(crate) fn sigmoid(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// What linfa is asked.
pub(crate) struct Problem {
    /// Columns on one scale, a row per drawn example.
    pub(crate) records: Array2<f64>,
    /// Both outcomes.
    pub(crate) won: Array1<bool>,
    /// Penalty against one unit of log likelihood per drawn example.
    pub(crate) l2: f64,
    pub(crate) gradient: f64,
    pub(crate) iterations: u64,
}

impl Problem {
    /// Intercept and coefficients.
    pub(crate) fn solve(self) -> Result<(f64, Vec<f64>), FitError> {
        let fitted = Solver::default()
            .alpha(self.l2)
            .gradient_tolerance(self.gradient)
            .max_iterations(self.iterations)
            .fit(&Dataset::new(self.records, self.won))
            .map_err(|e| solver(e.to_string()))?;
        // linfa calls the commoner outcome positive.
        let sign = if fitted.labels().pos.class { 1.0 } else { -1.0 };
        let coefficients: Vec<f64> = fitted.params().iter().map(|b| sign * b).collect();
        let intercept = sign * fitted.intercept();
        if coefficients.iter().chain([&intercept]).any(|b| !b.is_finite()) {
            return Err(solver("a coefficient is not finite".to_owned()));
        }
        Ok((intercept, coefficients))
    }
}

/// Examples as often as their weights say; each once when they have none.
pub(crate) fn draws(examples: &Examples<'_>, seed: u64) -> Vec<usize> {
    match examples.weights() {
        [] => (0..examples.len()).collect(),
        weights => stratified(weights, &mut Chance::new(seed, 0)),
    }
}

/// The drawn rows on one scale, each column in one piece of memory: the solver's products run along
/// columns, and take half the time so.
pub(crate) fn design(x: Table<'_>, scale: &Scale, cut: f64, drawn: &[usize]) -> Array2<f64> {
    let mut values = Vec::with_capacity(drawn.len() * x.columns());
    for j in 0..x.columns() {
        values.extend(drawn.iter().map(|i| scale.within(j, x.row(*i)[j], cut)));
    }
    let by_column = Array2::from_shape_vec((x.columns(), drawn.len()), values);
    by_column.expect("one value per column and row").reversed_axes()
}

fn solver(detail: String) -> FitError {
    FitError::Solver { member: "logistic", detail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Plain;

    #[test]
    fn the_fit_stands_where_the_penalised_likelihood_is_flat() {
        let plain = Plain::world(700, 4, 0.4, 21);
        let config = LogisticConfig { l2: 3.0, gradient: 1e-7, ..LogisticConfig::default() };
        let model = LogisticRegression::fit(&config, &plain.examples()).unwrap();
        let scores = model.predict_all(plain.x()).unwrap();
        let mut gradient = [0.0; 5];
        for (i, p) in scores.iter().enumerate() {
            let miss = p - f64::from(u8::from(plain.won[i]));
            for (j, x) in plain.x().row(i).iter().enumerate() {
                gradient[j] += miss * model.scale.within(j, *x, config.cut);
            }
            gradient[4] += miss;
            assert_eq!(model.predict(plain.x().row(i)), Some(*p));
        }
        for (sum, b) in gradient.iter_mut().zip(model.coefficients()) {
            *sum += config.l2 * b;
        }
        assert!(gradient.iter().all(|g| g.abs() < 1e-4), "{gradient:?}");
        assert!(model.coefficients()[0] > 0.3, "the signal: {:?}", model.coefficients());
    }

    #[test]
    fn a_weight_counts_as_copies_do_and_a_halved_weight_as_twice_the_penalty() {
        let mut plain = Plain::world(400, 3, 0.3, 5);
        let config = LogisticConfig { l2: 10.0, gradient: 1e-8, ..LogisticConfig::default() };
        plain.weights.fill(0.5);
        let halved = LogisticRegression::fit(&config, &plain.examples()).unwrap();
        plain.weights.fill(1.0);
        let double = LogisticConfig { l2: 20.0, ..config };
        let penalised = LogisticRegression::fit(&double, &plain.examples()).unwrap();
        for (a, b) in halved.coefficients().iter().zip(penalised.coefficients()) {
            assert!((a - b).abs() < 1e-9, "{a} {b}");
        }
    }

    #[test]
    fn outcomes_that_are_all_alike_give_their_rate() {
        let mut plain = Plain::world(40, 2, 0.3, 5);
        for won in [true, false] {
            plain.won.fill(won);
            let model = LogisticRegression::fit(&LogisticConfig::default(), &plain.examples());
            let p = model.unwrap().predict(&[3.0, 3.0]).unwrap();
            assert!((p - f64::from(u8::from(won))).abs() < 1e-15, "{p}");
        }
    }

    #[test]
    fn parameters_out_of_their_range_are_refused_by_name() {
        let good = LogisticConfig::default();
        let bad = [
            ("l2", LogisticConfig { l2: -1.0, ..good }),
            ("cut", LogisticConfig { cut: 0.0, ..good }),
            ("gradient", LogisticConfig { gradient: f64::NAN, ..good }),
            ("iterations", LogisticConfig { iterations: 0, ..good }),
        ];
        for (name, config) in bad {
            let refused = config.check().unwrap_err();
            assert!(refused.to_string().starts_with(name), "{refused}");
        }
    }

    #[test]
    fn a_stored_regression_comes_back_exactly_also_without_a_cut() {
        let plain = Plain::world(200, 3, 0.4, 8);
        let config = LogisticConfig { cut: f64::INFINITY, ..LogisticConfig::default() };
        let model = LogisticRegression::fit(&config, &plain.examples()).unwrap();
        let bytes = model.to_bytes();
        assert_eq!(LogisticRegression::from_bytes(&bytes).unwrap(), model);
        assert!(LogisticRegression::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        assert!(LogisticRegression::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
        assert_eq!(model.predict(&[1.0, f64::NAN, 0.0]), None);
        assert_eq!(model.predict(&[1.0]), None);
    }

    #[test]
    fn the_sigmoid_is_a_probability_everywhere() {
        assert_eq!(sigmoid(0.0), 0.5);
        assert_eq!((sigmoid(f64::INFINITY), sigmoid(f64::NEG_INFINITY)), (1.0, 0.0));
        assert_eq!((sigmoid(1e6), sigmoid(-1e6)), (1.0, 0.0));
    }
}
