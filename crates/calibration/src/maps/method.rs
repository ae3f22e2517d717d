//! All methods in one value.

use serde::{Deserialize, Serialize};

use super::{
    BinMap, BinSettings, CalibrationMap, CalibrationMethod, Estimate, Examples, IsotonicMap,
    SigmoidMap, VennAbersMap,
};
use crate::error::CalibrationError;

/// A method by name, as settings choose it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MapMethod {
    /// [`SigmoidMap::platt`].
    Platt,
    /// [`SigmoidMap::beta`].
    BetaAbm,
    /// [`SigmoidMap::beta_am`].
    BetaAm,
    /// [`SigmoidMap::temperature`].
    Temperature,
    /// [`IsotonicMap::fit`].
    Isotonic,
    /// [`VennAbersMap::fit`].
    VennAbers,
    /// [`BinMap::fit`].
    BetaBins(BinSettings),
}

/// A map fitted by any [`MapMethod`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FittedMap {
    /// Platt, beta calibration or temperature.
    Sigmoid(SigmoidMap),
    /// Isotonic regression.
    Isotonic(IsotonicMap),
    /// Venn-ABERS.
    VennAbers(VennAbersMap),
    /// Beta posteriors of bins.
    Bins(BinMap),
}

impl CalibrationMethod for MapMethod {
    type Map = FittedMap;

    fn name(&self) -> &'static str {
        match self {
            Self::Platt => "platt",
            Self::BetaAbm => "beta_abm",
            Self::BetaAm => "beta_am",
            Self::Temperature => "temperature",
            Self::Isotonic => "isotonic",
            Self::VennAbers => "venn_abers",
            Self::BetaBins(_) => "beta_bins",
        }
    }

    fn settings(&self) -> Vec<f64> {
        if let Self::BetaBins(settings) = self { settings.numbers() } else { Vec::new() }
    }

    fn fit(&self, examples: &Examples<'_>) -> FittedMap {
        match self {
            Self::Platt => FittedMap::Sigmoid(SigmoidMap::platt(examples)),
            Self::BetaAbm => FittedMap::Sigmoid(SigmoidMap::beta(examples)),
            Self::BetaAm => FittedMap::Sigmoid(SigmoidMap::beta_am(examples)),
            Self::Temperature => FittedMap::Sigmoid(SigmoidMap::temperature(examples)),
            Self::Isotonic => FittedMap::Isotonic(IsotonicMap::fit(examples)),
            Self::VennAbers => FittedMap::VennAbers(VennAbersMap::fit(examples)),
            Self::BetaBins(settings) => FittedMap::Bins(BinMap::fit(examples, settings)),
        }
    }
}

impl FittedMap {
    fn inner(&self) -> &dyn CalibrationMap {
        match self {
            Self::Sigmoid(map) => map,
            Self::Isotonic(map) => map,
            Self::VennAbers(map) => map,
            Self::Bins(map) => map,
        }
    }
}

impl CalibrationMap for FittedMap {
    fn calibrate(&self, p: f64) -> Result<Estimate, CalibrationError> {
        self.inner().calibrate(p)
    }

    fn parameters(&self) -> Vec<f64> {
        self.inner().parameters()
    }
}
