//! Markets, quotes and quotes of options.

use super::windows::merged_by_key;
use super::{Client, ClientError, listed};
use crate::market::{Market, MarketsReply};
use crate::option_quote::{OptionQuote, OptionQuotesReply, OptionQuotesRequest};
use crate::quote::{Quote, QuotesReply};
use crate::transport::Route;

/// Ids in one call.
const IDS: usize = 100;

/// Quotes, and what is missing of what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quotes {
    /// The quotes, ascending by symbol id.
    pub quotes: Vec<Quote>,
    /// Ids the broker said nothing about.
    pub missing: Vec<i64>,
}

impl Quotes {
    /// How many are delayed. Past the quota of snap quotes the broker sends nothing else, and says
    /// so in this one field alone.
    pub fn delayed(&self) -> usize {
        self.quotes.iter().filter(|quote| quote.delay != 0).count()
    }
}

impl Client {
    /// The markets, with the quota of snap quotes of each.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn markets(&self) -> Result<Vec<Market>, ClientError> {
        let reply: MarketsReply = self.get(Route::Markets, "markets", &[]).await?;
        Ok(reply.markets)
    }

    /// Quotes by symbol id, asked for in lots of 100. Delayed ones are counted in
    /// `tradebot_broker_quotes_delayed_total` and keep their mark: whoever acts on a quote asks
    /// [`Quote::actionable`].
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn quotes(&self, ids: &[i64]) -> Result<Quotes, ClientError> {
        let mut parts = Vec::new();
        for ids in ids.chunks(IDS) {
            let query = [("ids", listed(ids))];
            let reply: QuotesReply = self.get(Route::Quotes, "markets/quotes", &query).await?;
            parts.push(reply.quotes);
        }
        let quotes = merged_by_key(parts, |quote| quote.symbol_id, |_, _| true);
        let missing = absent(ids, quotes.iter().map(|quote| quote.symbol_id));
        let quotes = Quotes { quotes, missing };
        let delayed = quotes.delayed() as u64;
        metrics::counter!("tradebot_broker_quotes_delayed_total").increment(delayed);
        Ok(quotes)
    }

    /// Quotes of options, by id or by filter; ids are asked for in lots of 100.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn option_quotes(
        &self,
        request: &OptionQuotesRequest,
    ) -> Result<Vec<OptionQuote>, ClientError> {
        let mut asks: Vec<OptionQuotesRequest> = request
            .option_ids
            .chunks(IDS)
            .map(|ids| OptionQuotesRequest { option_ids: ids.to_vec(), filters: Vec::new() })
            .collect();
        if !request.filters.is_empty() {
            asks.push(OptionQuotesRequest {
                option_ids: Vec::new(),
                filters: request.filters.clone(),
            });
        }
        let mut parts = Vec::new();
        for ask in asks {
            let json = serde_json::to_vec(&ask).expect("numbers and texts are JSON");
            let path = "markets/quotes/options";
            let reply: OptionQuotesReply = self.post(Route::OptionQuotes, path, &json).await?;
            parts.push(reply.option_quotes);
        }
        Ok(merged_by_key(parts, |quote| quote.symbol_id, |_, _| true))
    }
}

/// The ids that are not among those found, in the order they were asked for.
pub(super) fn absent(asked: &[i64], found: impl Iterator<Item = i64>) -> Vec<i64> {
    let found: std::collections::BTreeSet<i64> = found.collect();
    asked.iter().copied().filter(|id| !found.contains(id)).collect()
}
