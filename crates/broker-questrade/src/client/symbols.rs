//! Symbols by id, by name and by search; option chains.

use std::collections::BTreeSet;

use super::windows::merged_by_key;
use super::{Client, ClientError, listed};
use crate::option::{Expiry, OptionsReply};
use crate::symbol::{SearchReply, SymbolDetail, SymbolMatch, SymbolsReply};
use crate::transport::Route;
use crate::words::{Currency, Exchange};

/// Ids or names in one call.
const LOT: usize = 50;
/// More pages than any search of use has.
const PAGES_MAX: usize = 50;

/// A symbol as its exact name and the market it is meant to be on. The same company has two
/// listings in two currencies, and a missing `.TO` names the other one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The broker's symbol.
    pub symbol: String,
    /// Where it is listed.
    pub exchange: Exchange,
    /// What it trades in.
    pub currency: Currency,
}

impl Client {
    /// Symbols by id, ascending by id; those the broker does not know are missing.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn symbols(&self, ids: &[i64]) -> Result<Vec<SymbolDetail>, ClientError> {
        let lots = ids.chunks(LOT).map(|ids| ("ids", listed(ids)));
        self.details(lots.collect()).await
    }

    /// Symbols by the broker's names, which must be exact.
    ///
    /// # Errors
    /// [`ClientError::Argument`] for a name that would read as two, or the call's error.
    pub async fn symbols_by_name(&self, names: &[&str]) -> Result<Vec<SymbolDetail>, ClientError> {
        if let Some(bad) = names.iter().find(|name| name.is_empty() || name.contains(',')) {
            return Err(ClientError::Argument { what: "symbol", value: (*bad).to_owned() });
        }
        self.details(names.chunks(LOT).map(|names| ("names", names.join(","))).collect()).await
    }

    /// Everything the broker finds for a prefix, page by page.
    ///
    /// # Errors
    /// [`ClientError::Endless`] when pages do not end, or the call's error.
    pub async fn search(&self, prefix: &str) -> Result<Vec<SymbolMatch>, ClientError> {
        let mut found: Vec<SymbolMatch> = Vec::new();
        let mut known = BTreeSet::new();
        for _ in 0..PAGES_MAX {
            let query = [("prefix", prefix.to_owned()), ("offset", found.len().to_string())];
            let reply: SearchReply = self.get(Route::Search, "symbols/search", &query).await?;
            let before = found.len();
            found.extend(reply.symbols.into_iter().filter(|s| known.insert(s.symbol_id)));
            // An empty page ends the list, and so does one that says only what was said: the
            // broker may not know the offset.
            if found.len() == before {
                return Ok(found);
            }
        }
        Err(ClientError::Endless { route: Route::Search, pages: PAGES_MAX })
    }

    /// The one symbol with this exact name, exchange and currency; none when there is none.
    ///
    /// # Errors
    /// As [`Client::search`].
    pub async fn find(&self, named: &Named) -> Result<Option<SymbolMatch>, ClientError> {
        let found = self.search(&named.symbol).await?;
        Ok(found.into_iter().find(|symbol| {
            symbol.symbol.eq_ignore_ascii_case(&named.symbol)
                && symbol.listing_exchange == named.exchange
                && symbol.currency == named.currency
        }))
    }

    /// The option chain of a symbol.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn options(&self, id: i64) -> Result<Vec<Expiry>, ClientError> {
        let path = format!("symbols/{id}/options");
        let reply: OptionsReply = self.get(Route::Options, &path, &[]).await?;
        Ok(reply.option_chain)
    }

    async fn details(
        &self,
        lots: Vec<(&'static str, String)>,
    ) -> Result<Vec<SymbolDetail>, ClientError> {
        let mut parts = Vec::new();
        for lot in lots {
            let reply: SymbolsReply = self.get(Route::Symbols, "symbols", &[lot]).await?;
            parts.push(reply.symbols);
        }
        Ok(merged_by_key(parts, |symbol| symbol.symbol_id, |_, _| true))
    }
}
