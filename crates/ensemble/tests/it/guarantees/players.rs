//! The crate's forecasters as players.

use tradebot_ensemble::{AggregatingAlgorithm, RegimeAware};

use super::game::{Player, Scene};

impl Player for AggregatingAlgorithm {
    fn forecast(&mut self, scene: &Scene) -> Option<f64> {
        Self::forecast(self, &scene.advice)
    }

    fn learn(&mut self, scene: &Scene, won: bool) {
        self.discount();
        self.charge(&scene.advice, won, scene.weight);
        self.share();
    }
}

/// Weights fade before the forecast, not with the outcome.
pub(crate) struct FadesFirst(pub(crate) AggregatingAlgorithm);

impl Player for FadesFirst {
    fn forecast(&mut self, scene: &Scene) -> Option<f64> {
        self.0.discount();
        self.0.forecast(&scene.advice)
    }

    fn learn(&mut self, scene: &Scene, won: bool) {
        self.0.charge(&scene.advice, won, scene.weight);
    }
}

/// Two levels, and what the views said.
pub(crate) struct Views {
    pub(crate) both: RegimeAware<u8>,
    pub(crate) said: Vec<[Option<f64>; 2]>,
}

impl Player for Views {
    fn forecast(&mut self, scene: &Scene) -> Option<f64> {
        self.said.push(self.both.views(&scene.advice, Some(&scene.regime)));
        self.both.forecast(&scene.advice, Some(&scene.regime))
    }

    fn learn(&mut self, scene: &Scene, won: bool) {
        self.both.update(&scene.advice, Some(&scene.regime), won);
    }
}
