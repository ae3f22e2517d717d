//! The `live` section: how orders leave in live mode.

use serde::{Deserialize, Serialize};
use tradebot_broker_questrade::sink::PermissionReference;
use tradebot_domain::{Decimal, Price};

/// How orders leave in live mode. By default a person enters them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Live {
    /// `ticket`, or `partner` for an approved partner application.
    #[serde(skip_serializing_if = "SinkName::is_ticket")]
    pub sink: SinkName,
    /// Where the broker's written permission to place orders is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission_reference: Option<String>,
    /// The broker's symbol that the start-up probe asks about; nothing is placed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probe_symbol: Option<String>,
    /// Limit of the probe, far below the market.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probe_limit: Option<Decimal>,
}

/// A sink, as configuration names it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SinkName {
    /// A person enters orders
    #[default]
    Ticket,
    /// The program does, with a token that may
    Partner,
}

impl SinkName {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde calls")]
    const fn is_ticket(&self) -> bool {
        matches!(self, Self::Ticket)
    }
}

/// What it takes to try the partner sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerTerms {
    /// The permission.
    pub permission: PermissionReference,
    /// Symbol of the probe.
    pub symbol: String,
    /// Limit of the probe.
    pub limit: Price,
}

impl Live {
    /// Nothing was set.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// What the partner sink needs; none when it is not asked for.
    ///
    /// # Errors
    /// Which key is missing, for people.
    pub fn partner(&self) -> Result<Option<PartnerTerms>, String> {
        if self.sink == SinkName::Ticket {
            return Ok(None);
        }
        let reference = self.permission_reference.as_deref().and_then(PermissionReference::new);
        let permission = reference.ok_or(
            "live.sink is partner, which needs live.permission_reference: where the broker's written permission is \
             kept (a contract's number, the date and signatory of a letter). Without one leave live.sink at ticket",
        )?;
        let needs = "live.sink is partner, which needs live.probe_symbol and live.probe_limit: a symbol that may be \
                     traded and a price far below its market, for a question that places nothing";
        let symbol = self.probe_symbol.clone().filter(|symbol| !symbol.is_empty()).ok_or(needs)?;
        let limit = self.probe_limit.and_then(|limit| Price::new(limit).ok()).ok_or(needs)?;
        Ok(Some(PartnerTerms { permission, symbol, limit }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_enters_orders_unless_everything_is_named() {
        assert_eq!(Live::default().partner(), Ok(None));
        let mut live = Live { sink: SinkName::Partner, ..Live::default() };
        assert!(live.partner().unwrap_err().contains("live.permission_reference"));
        live.permission_reference = Some("todo".to_owned());
        assert!(live.partner().unwrap_err().contains("live.permission_reference"));
        live.permission_reference = Some("agreement 2026-17".to_owned());
        assert!(live.partner().unwrap_err().contains("live.probe_symbol"));
        live.probe_symbol = Some("IBM".to_owned());
        live.probe_limit = Some(Decimal::ZERO);
        assert!(live.partner().unwrap_err().contains("live.probe_limit"));
        live.probe_limit = Some(Decimal::ONE);
        assert_eq!(live.partner().unwrap().unwrap().symbol, "IBM");
    }
}
