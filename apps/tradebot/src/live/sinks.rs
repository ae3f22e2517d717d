//! Which way orders leave in live mode: as tickets, unless everything speaks for the partner sink.

use tradebot_broker_questrade::client::Client;
use tradebot_broker_questrade::sink::{self, PartnerSink, Probe, Process};

use crate::exit::Failure;
use crate::settings::Live;

/// The way orders leave.
pub enum OrderSink {
    /// A person enters them.
    Ticket,
    /// The program does.
    Partner(PartnerSink),
}

/// A sink, and what is to be told about it at the start and in every status.
pub struct Opened {
    /// The sink.
    pub sink: OrderSink,
    /// A sentence.
    pub said: String,
}

/// The sink that configuration names, if the broker's answer to the probe bears it out; tickets
/// otherwise, with the reason. Only a process that began in live mode can ask.
///
/// # Errors
/// A usage failure when the partner sink is named without its permission or probe.
pub async fn open(
    live: &Live,
    process: &Process<sink::Live>,
    client: Client,
    account: &str,
) -> Result<Opened, Failure> {
    let Some(terms) = live.partner().map_err(Failure::usage)? else {
        let said = "a person enters orders: see `tradebot tickets list`".to_owned();
        return Ok(Opened { sink: OrderSink::Ticket, said });
    };
    let found = client.symbols_by_name(&[&terms.symbol]).await?;
    let Some(symbol) = found.first() else {
        return Err(Failure::usage(format!(
            "live.probe_symbol: the broker knows no symbol `{}`",
            terms.symbol
        )));
    };
    let (account, limit) = (account.to_owned(), terms.limit);
    let probe = Probe { account, symbol_id: symbol.symbol_id, limit };
    let permission = terms.permission.as_str().to_owned();
    Ok(match PartnerSink::arm(process, terms.permission, client, &probe).await {
        Ok(sink) => {
            let said = format!("the program places orders, by permission of {permission}");
            Opened { sink: OrderSink::Partner(sink), said }
        }
        Err(refused) => {
            let said = format!("{refused}. A person enters orders: see `tradebot tickets list`");
            tracing::error!("{said}");
            Opened { sink: OrderSink::Ticket, said }
        }
    })
}
