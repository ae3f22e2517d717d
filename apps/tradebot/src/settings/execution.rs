//! The `execution` section: how orders are filled and paid for beyond the flat `costs`.

use serde::{Deserialize, Serialize};
use tradebot_brackets::cost::{
    Commission, Conversion, Impact, Participation, RegulatoryFees, Table, VenueFee,
};
use tradebot_brackets::settlement::SettlementSchedule;
use tradebot_brackets::{AccountKind, CostModel, ExecutionTerms};
use tradebot_domain::{Currency, Exchange};

/// What is not given is the preset's. The default charges flat costs, fills every order in full and
/// lets all cash be spent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Execution {
    /// What the other keys begin from.
    #[serde(skip_serializing_if = "Preset::is_plain")]
    pub preset: Preset,
    /// Where the shares are listed; by default where the account's currency is paid in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange: Option<Exchange>,
    /// Whether unsettled proceeds may be spent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountKind>,
    /// When trades settle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settlement: Option<Settlement>,
    /// Cap on an entry's share of the volume.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participation: Option<Participation>,
    /// Commission by trade date, instead of `costs.commission_per_share`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commission: Option<Table<Commission>>,
    /// Market impact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact: Option<Impact>,
    /// Fees of ECNs, ATSs and exchanges by trade date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub venues: Option<Table<Vec<VenueFee>>>,
    /// Fees on sales.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regulatory: Option<RegulatoryFees>,
    /// Currency conversion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversion: Option<Conversion>,
    /// Units of the account's currency for one of the listing's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange_rate: Option<ExchangeRate>,
}

/// Terms that others are given from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Flat costs, every order in full, all cash at once
    #[default]
    Plain,
    /// Questrade's dated fees, impact, 5 % of the volume, settled cash
    Questrade,
}

/// When trades settle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// On their trade date.
    AtOnce,
    /// On the exchange's cycle of their date.
    Exchange,
}

/// One rate for all dates, or rows by date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ExchangeRate {
    /// The same on all dates.
    Constant(f64),
    /// By date.
    Series(Table<f64>),
}

impl Preset {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
    const fn is_plain(&self) -> bool {
        matches!(self, Self::Plain)
    }
}

impl Execution {
    /// Nothing was asked for.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// The currency that prices are in, for an account in `account`.
    pub fn listing(&self, account: Currency) -> Currency {
        match self.exchange {
            Some(Exchange::Xnys) => Currency::Usd,
            Some(Exchange::Xtse) => Currency::Cad,
            None => account,
        }
    }

    /// The terms of a run; none where nothing was asked for.
    pub fn terms(&self, costs: CostModel, account: Currency) -> Option<ExecutionTerms> {
        if self.is_plain() {
            return None;
        }
        let exchange = match self.listing(account) {
            Currency::Usd => Exchange::Xnys,
            Currency::Cad => Exchange::Xtse,
        };
        let mut terms = match self.preset {
            Preset::Plain => ExecutionTerms { exchange, ..costs.into() },
            Preset::Questrade => ExecutionTerms::questrade(exchange, costs),
        };
        self.change(&mut terms);
        Some(terms)
    }

    fn change(&self, terms: &mut ExecutionTerms) {
        let Self { account, settlement, participation, .. } = self;
        terms.account = account.unwrap_or(terms.account);
        terms.participation = participation.or(terms.participation);
        match settlement {
            None => {}
            Some(Settlement::AtOnce) => terms.settlement = None,
            Some(Settlement::Exchange) => {
                let mut schedule = SettlementSchedule::of(terms.exchange);
                // Three days were the rule for some years before the schedule's first row, too.
                if let Some(first) = schedule.cycles.rows.first_mut() {
                    first.from = None;
                }
                terms.settlement = Some(schedule);
            }
        }
        let costs = &mut terms.costs;
        if let Some(commission) = &self.commission {
            costs.commission.clone_from(commission);
        }
        costs.impact = self.impact.or(costs.impact);
        costs.venues = self.venues.clone().or_else(|| costs.venues.take());
        costs.regulatory = self.regulatory.clone().or_else(|| costs.regulatory.take());
        costs.conversion = self.conversion.or(costs.conversion);
        terms.exchange_rate = self.exchange_rate.as_ref().map(|rate| match rate {
            ExchangeRate::Constant(rate) => Table::always(*rate),
            ExchangeRate::Series(table) => table.clone(),
        });
    }

    /// What is out of range, with its key.
    pub fn problem(&self, costs: CostModel, account: Currency) -> Option<String> {
        let error = self.terms(costs, account)?.validate().err()?;
        let key = error.at.strip_prefix("costs.").unwrap_or(&error.at);
        Some(format!("execution.{key} is {}; {} is allowed", error.value, error.allowed))
    }
}

#[cfg(test)]
mod tests {
    use figment::Figment;
    use figment::providers::{Format as _, Yaml};

    use super::*;

    fn read(yaml: &str) -> Execution {
        Figment::from(Yaml::string(yaml)).extract().unwrap()
    }

    fn terms(yaml: &str, account: Currency) -> ExecutionTerms {
        read(yaml).terms(CostModel::default(), account).unwrap()
    }

    #[test]
    fn nothing_asked_for_is_no_terms() {
        assert_eq!(read("{}").terms(CostModel::default(), Currency::Usd), None);
        assert_eq!(read("preset: plain").terms(CostModel::default(), Currency::Usd), None);
    }

    #[test]
    fn a_preset_is_the_brokers_tables_and_single_keys_change_it() {
        let own = terms("preset: questrade", Currency::Usd);
        let questrade = ExecutionTerms::questrade(Exchange::Xnys, CostModel::default());
        assert_eq!(own, questrade);
        let changed = terms(
            "{preset: questrade, account: margin, participation: {max_share: 0.01}}",
            Currency::Usd,
        );
        assert_eq!(changed.costs, questrade.costs);
        assert_eq!(changed.account, AccountKind::Margin);
        assert_eq!(changed.participation.unwrap().max_share, 0.01);
        let toronto = terms("preset: questrade", Currency::Cad);
        assert_eq!((toronto.exchange, toronto.costs.regulatory), (Exchange::Xtse, None));
    }

    #[test]
    fn an_account_in_canadian_dollars_may_trade_in_new_york() {
        let yaml = "
            exchange: XNYS
            conversion: {account: CAD, spread_bps: 150, per_trade: true}
            exchange_rate: 1.35
            settlement: exchange";
        let found = terms(yaml, Currency::Cad);
        assert!(found.converts() && found.waits_for_settlement());
        assert_eq!(found.exchange_rate, Some(Table::always(1.35)));
        found.validate().unwrap();
        let dated = "{exchange: XNYS, conversion: {account: CAD}, exchange_rate: {rows: [{terms: 1.3}, {from: 2005-01-03, terms: 1.2}]}}";
        let rates = terms(dated, Currency::Cad).exchange_rate.unwrap();
        assert_eq!(rates.on("2005-02-01".parse().unwrap()), Ok(&1.2));
    }

    #[test]
    fn a_value_out_of_range_is_told_by_its_key() {
        let told = |yaml: &str| read(yaml).problem(CostModel::default(), Currency::Usd).unwrap();
        let cap = told("participation: {max_share: 2}");
        assert_eq!(cap, "execution.participation.max_share is 2; above 0 and at most 1 is allowed");
        let rate = told("commission: {rows: [{terms: {per_share: {rate: 9}}}]}");
        assert!(rate.starts_with("execution.commission.rows[0].terms.rate is 9"), "{rate}");
    }
}
