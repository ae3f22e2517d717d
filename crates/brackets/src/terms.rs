//! Everything that a configuration says about how orders are filled and paid for.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Currency, Date, Exchange};

use crate::cost::config::in_range;
use crate::cost::{
    ConfigError, CostModel, CostRefusal, CostSchedule, Financing, Participation, Table,
};
use crate::settlement::SettlementSchedule;

mod questrade;

/// Costs, size and settlement of orders in one listing market. The default charges
/// [`crate::CostModel::default`], fills every order in full and lets all cash be spent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExecutionTerms {
    /// What fills cost.
    pub costs: CostSchedule,
    /// What holding costs. A loop that is long only and never owes money pays none of it.
    pub financing: Financing,
    /// Cap on an order's share of the volume; none: every order is filled in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participation: Option<Participation>,
    /// When trades settle; none: on their trade date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settlement: Option<SettlementSchedule>,
    /// Whether unsettled proceeds may be spent.
    pub account: AccountKind,
    /// Where the shares are listed: the calendar that trades settle on, and their currency.
    pub exchange: Exchange,
    /// Units of the account's currency for one of the listing's, by date; none: the account is
    /// kept in the listing's currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange_rate: Option<Table<f64>>,
    /// Which of these figures nobody has vouched for, in words; for reports.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assumed: Vec<String>,
}

/// Whose money an account may spend.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// Its own, once it has settled.
    #[default]
    Cash,
    /// Proceeds of a sale at once, though they settle later. It owes nothing: cash is never below
    /// zero here.
    Margin,
}

/// What an exchange rate may be.
const RATE: (f64, f64) = (0.01, 100.0);

impl Default for ExecutionTerms {
    fn default() -> Self {
        Self::from(CostModel::default())
    }
}

impl From<CostModel> for ExecutionTerms {
    /// These flat costs, and no other terms.
    fn from(costs: CostModel) -> Self {
        Self {
            costs: costs.into(),
            financing: Financing::default(),
            participation: None,
            settlement: None,
            account: AccountKind::default(),
            exchange: Exchange::Xnys,
            exchange_rate: None,
            assumed: Vec::new(),
        }
    }
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
        if let Some(rates) = &self.exchange_rate {
            let each = |rate: &f64| in_range("rate", *rate, RATE);
            rates.validate(each).map_err(within("exchange_rate"))?;
            if !self.converts() {
                let found = self.currency();
                let allowed = "given for an account of another currency: set costs.conversion";
                return Err(ConfigError::new("exchange_rate", found, allowed));
            }
        }
        match &self.settlement {
            Some(settlement) => settlement.validate().map_err(within("settlement")),
            None => Ok(()),
        }
    }

    /// Every table knows every trade date of `from..=until`: see [`CostSchedule::covers`].
    ///
    /// # Errors
    /// [`CostRefusal::NotKnown`] with the first table that does not, and what it covers.
    pub fn covers(&self, from: Date, until: Date) -> Result<(), CostRefusal> {
        let not_known = |what| move |source| CostRefusal::NotKnown { what, source };
        self.costs.covers(from, until)?;
        if let Some(rates) = &self.exchange_rate {
            rates.covers(from, until).map_err(not_known("exchange rate"))?;
        }
        match &self.settlement {
            Some(settlement) => {
                settlement.cycles.covers(from, until).map_err(not_known("settlement cycle"))
            }
            None => Ok(()),
        }
    }

    /// The currency that prices are in.
    pub const fn currency(&self) -> Currency {
        match self.exchange {
            Exchange::Xnys => Currency::Usd,
            Exchange::Xtse => Currency::Cad,
        }
    }

    /// Money for a trade is changed from, and back into, the account's currency.
    pub fn converts(&self) -> bool {
        self.costs.conversion.is_some_and(|terms| terms.is_needed(self.currency()))
    }

    /// Proceeds may be spent only once they have settled.
    pub fn waits_for_settlement(&self) -> bool {
        self.settlement.is_some() && self.account == AccountKind::Cash
    }
}
