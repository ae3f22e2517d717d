//! Everything that a configuration says about how orders are filled and paid for.

use serde::{Deserialize, Serialize};

use crate::cost::{ConfigError, CostSchedule, Financing, Participation};
use crate::settlement::SettlementSchedule;

/// Costs, size and settlement of orders in one listing market. The default charges
/// [`crate::CostModel::default`], fills every order in full and lets all cash be spent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExecutionTerms {
    /// What fills cost.
    pub costs: CostSchedule,
    /// What holding costs.
    pub financing: Financing,
    /// Cap on an order's share of the volume; none: every order is filled in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participation: Option<Participation>,
    /// When trades settle; none: on their trade date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settlement: Option<SettlementSchedule>,
}

impl ExecutionTerms {
    /// # Errors
    /// [`ConfigError`] with the place, the value and the range of the first value outside it.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let within = |at: &'static str| move |error: ConfigError| error.within(at);
        self.costs.validate().map_err(within("costs"))?;
        self.financing.validate().map_err(within("financing"))?;
        if let Some(participation) = &self.participation {
            participation.validate().map_err(within("participation"))?;
        }
        match &self.settlement {
            Some(settlement) => settlement.validate().map_err(within("settlement")),
            None => Ok(()),
        }
    }
}
