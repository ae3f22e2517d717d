//! The broker's candles as a source like any other: its client on one side, the trait on the other.

use std::path::PathBuf;

use jiff::ToSpan as _;
use tradebot_broker_questrade::client::{Client, ClientError, Interval, Window};
use tradebot_broker_questrade::transport::FaultClass;
use tradebot_domain::Currency;
use tradebot_market_data::source::{
    About, Answer, Bars, BarsAsk, Capability, Fault, Fetched, Provenance, Source, SourceError,
};

use crate::cli::TokenArgs;
use crate::commands::Context;
use crate::commands::token::place;
use crate::exit::Failure;

const ABOUT: About = About { name: "questrade", unofficial: false, can: &[Capability::DailyBars] };

/// The broker's candles.
pub(super) struct Questrade {
    client: Client,
    environment: &'static str,
}

impl Questrade {
    /// With the token that was brought in before.
    ///
    /// # Errors
    /// Without a key, or a token folder that can be used.
    pub(super) fn open(context: &Context, which: &TokenArgs) -> Result<Self, Failure> {
        let environment = place::environment(which)?;
        let folder: PathBuf =
            tradebot_broker_questrade::custody::folder(&context.home, environment.name());
        if !folder.is_dir() {
            return Err(Failure::usage("no token was brought in; see `tradebot token add`"));
        }
        let (custody, name) = (place::owner(context, which)?, environment.name());
        let client = Client::new(place::transport(environment)?, custody);
        Ok(Self { client, environment: name })
    }

    async fn fetch(&self, ask: &BarsAsk) -> Result<Fetched<Bars>, Fault> {
        let name = ask.symbol.as_str();
        let found = self.client.symbols_by_name(&[name]).await.map_err(|e| fault(&e))?;
        let unknown = || Fault::Unknown { name: name.to_owned() };
        let detail = found.iter().find(|detail| detail.symbol == name).ok_or_else(unknown)?;
        // The exchanges' clock, and whole days: nothing is clipped then.
        let zone = tradebot_domain::Exchange::Xnys.time_zone();
        let midnight =
            |date: tradebot_domain::Date| date.to_zoned(zone.clone()).map(|z| z.timestamp());
        let end = ask.to.saturating_add(1.day());
        let window = match (midnight(ask.from), midnight(end)) {
            (Ok(from), Ok(to)) => Window::new(from, to).map_err(|_| unknown())?,
            _ => return Err(unknown()),
        };
        let id = detail.symbol_id;
        let series =
            self.client.candles(id, Interval::OneDay, window).await.map_err(|e| fault(&e))?;
        let elsewhere = |words: String| Fault::Elsewhere { words, passes: false };
        let bars = series.daily_bars(ask.to).map_err(|e| elsewhere(e.to_string()))?;
        let bars: Vec<_> =
            bars.into_iter().filter(|b| (ask.from..=ask.to).contains(&b.date.date())).collect();
        // What came, in a form that hashes the same for the same candles.
        let text = format!("{bars:?}");
        let provenance = Provenance {
            source: ABOUT.name.to_owned(),
            url: format!(
                "{}:markets/candles/{id}?from={}&to={}",
                self.environment, ask.from, ask.to
            ),
            fetched_at: super::now(),
            blake3: blake3::hash(text.as_bytes()).to_hex().to_string(),
            unofficial: false,
        };
        let currency: Option<Currency> = detail.currency.to_string().parse().ok();
        Ok(Fetched { value: Bars { bars, currency, ..Bars::default() }, provenance })
    }
}

impl Source for Questrade {
    fn about(&self) -> About {
        ABOUT
    }

    fn daily_bars<'a>(&'a self, ask: &'a BarsAsk) -> Answer<'a, Bars> {
        Box::pin(async move {
            self.fetch(ask).await.map_err(|fault| SourceError::new(ABOUT.name, "candles", fault))
        })
    }
}

/// The broker's fault in the words of sources.
fn fault(error: &ClientError) -> Fault {
    let words = error.to_string();
    let Some(class) = error.fault().map(tradebot_broker_questrade::transport::Fault::class) else {
        // Without a session there is none for the next symbol either.
        return Fault::KeyRefused { words };
    };
    match class {
        FaultClass::Limit => Fault::Limited { words, retry_after: None, in_words: false },
        FaultClass::Auth => Fault::KeyRefused { words },
        FaultClass::Scope => Fault::Premium { words },
        other => Fault::Elsewhere { words, passes: other == FaultClass::Transient },
    }
}
