//! Returns over one day to half a year.

use tradebot_domain::Bar;

use crate::operators::Window;
use crate::period::Period;
use crate::set::{Feature, Row};

/// One memory of log closes serves all horizons.
#[derive(Debug, Clone)]
pub(super) struct Momentum {
    logarithms: Window,
}

impl Momentum {
    pub(super) fn new() -> Self {
        Self { logarithms: Window::new(Period::of::<121>()) }
    }

    /// Writes the returns and gives that of one bar.
    pub(super) fn update(&mut self, bar: &Bar, row: &mut Row) -> Option<f64> {
        let before = self.logarithms.ago(0);
        let now = bar.close.ln();
        self.logarithms.push(now);
        for (feature, bars) in [
            (Feature::Return1, 1),
            (Feature::Return5, 5),
            (Feature::Return20, 20),
            (Feature::Return60, 60),
            (Feature::Return120, 120),
        ] {
            if let Some(then) = self.logarithms.ago(bars) {
                row.set(feature, now - then);
            }
        }
        if let Some(before) = before {
            row.set(Feature::Gap, bar.open.ln() - before);
        }
        before.map(|before| now - before)
    }
}
