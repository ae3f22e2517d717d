//! What an allocation may not do.

use ndarray::{Array1, ArrayView1};

use super::error::PortfolioError;

/// Bound on the chance of a deep drawdown, as the exponent lambda of
/// E[(1 + x'w)^-lambda] <= 1.
///
/// Where that holds, P(wealth ever falls below alpha of its start) < alpha^lambda, for every alpha.
///
/// **Source:** Busseti, Ryu, Boyd, "Risk-Constrained Kelly Gambling", Journal of Investing 25
/// (2016), section 3; arXiv 1603.06183.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DrawdownBound {
    lambda: f64,
}

impl DrawdownBound {
    /// P(wealth ever falls below `alpha` of its start) < `beta`: lambda = ln beta / ln alpha.
    ///
    /// # Errors
    /// [`PortfolioError::OutOfRange`] unless both lie in (0, 1).
    pub fn new(alpha: f64, beta: f64) -> Result<Self, PortfolioError> {
        for (what, value) in [("alpha", alpha), ("beta", beta)] {
            if !(value > 0.0 && value < 1.0) {
                return Err(out_of_range(what, value, "a number between 0 and 1"));
            }
        }
        Self::with_lambda(beta.ln() / alpha.ln())
    }

    /// The exponent itself, >= 0; 0 bounds nothing.
    ///
    /// # Errors
    /// [`PortfolioError::OutOfRange`] when it is negative or not finite.
    pub fn with_lambda(lambda: f64) -> Result<Self, PortfolioError> {
        if lambda >= 0.0 && lambda.is_finite() {
            Ok(Self { lambda })
        } else {
            Err(out_of_range("lambda", lambda, "a finite number of at least 0"))
        }
    }

    /// The exponent.
    pub const fn lambda(&self) -> f64 {
        self.lambda
    }

    /// What the chance of ever falling below `alpha` is bounded by: alpha^lambda.
    pub fn chance_below(&self, alpha: f64) -> f64 {
        alpha.powf(self.lambda)
    }
}

/// Caps on weights and a bound on drawdowns. Weights are never negative and never above 1 in sum,
/// whatever stands here: long only, without borrowing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Constraints {
    caps: Caps,
    drawdown: Option<DrawdownBound>,
}

#[derive(Debug, Clone, PartialEq, Default)]
enum Caps {
    #[default]
    None,
    Same(f64),
    Each(Array1<f64>),
}

impl Constraints {
    /// The same greatest weight for each asset, >= 0.
    #[must_use]
    pub fn cap(mut self, cap: f64) -> Self {
        self.caps = Caps::Same(cap);
        self
    }

    /// A greatest weight per asset, `[assets]`, >= 0.
    #[must_use]
    pub fn caps(mut self, caps: ArrayView1<'_, f64>) -> Self {
        self.caps = Caps::Each(caps.to_owned());
        self
    }

    /// A bound on drawdowns.
    #[must_use]
    pub fn drawdown(mut self, bound: DrawdownBound) -> Self {
        self.drawdown = Some(bound);
        self
    }

    /// The exponent of the drawdown bound; none where it bounds nothing.
    pub(super) fn lambda(&self) -> Option<f64> {
        self.drawdown.map(|bound| bound.lambda).filter(|lambda| *lambda > 0.0)
    }

    /// The cap of each of so many assets.
    pub(super) fn caps_of(&self, assets: usize) -> Result<Array1<f64>, PortfolioError> {
        let caps = match &self.caps {
            Caps::None => Array1::ones(assets),
            Caps::Same(cap) => Array1::from_elem(assets, *cap),
            Caps::Each(caps) => caps.clone(),
        };
        if caps.len() != assets {
            return Err(PortfolioError::Shape { what: "caps", found: caps.len(), wanted: assets });
        }
        match caps.iter().copied().find(|cap| cap.is_nan() || *cap < 0.0) {
            None => Ok(caps.mapv_into(|cap| cap.min(1.0))),
            Some(cap) => Err(out_of_range("a cap", cap, "a number of at least 0")),
        }
    }
}

const fn out_of_range(what: &'static str, value: f64, wanted: &'static str) -> PortfolioError {
    PortfolioError::OutOfRange { what, value, wanted }
}
