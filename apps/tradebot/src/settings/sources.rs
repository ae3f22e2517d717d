//! The `sources` section: who is asked for market data, for what, and with which keys.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tradebot_market_data::source::{Key, Tolerance};

use super::{list_or_text, text_or_number};

/// What `data sync` asks for and whom. A source that needs a key and has none is off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sources {
    /// Symbols to keep up to date; none for those of the catalogue. A text with commas is understood.
    #[serde(deserialize_with = "list_or_text")]
    pub symbols: Option<Vec<String>>,
    /// First session wanted; none for two years back.
    pub from: Option<String>,
    /// Who is asked for daily bars, first to last: `questrade`, `alpha_vantage`, `files`, `yahoo`
    /// (unofficial: only where it is named).
    #[serde(deserialize_with = "names")]
    pub bars: Vec<String>,
    /// Who is asked whether new bars are right; none for nobody.
    pub check: Option<String>,
    /// How far two sources may be apart.
    pub tolerance: Tolerance,
    /// Keep `^VIX`, from Cboe, and FRED where there is a key.
    pub vix: bool,
    /// Keep `^USDCAD`, from the Bank of Canada.
    pub usdcad: bool,
    /// Who is asked for fundamentals: `alpha_vantage`.
    #[serde(deserialize_with = "names")]
    pub fundamentals: Vec<String>,
    /// Who is asked for dates of earnings and dividends: `finnhub`, `alpha_vantage`, `dates`.
    #[serde(deserialize_with = "names")]
    pub events: Vec<String>,
    /// Who is asked for news: `alpha_vantage`, `finnhub`, `newsapi`, `gdelt`.
    #[serde(deserialize_with = "names")]
    pub news: Vec<String>,
    /// Addresses of RSS and Atom feeds.
    #[serde(deserialize_with = "names")]
    pub feeds: Vec<String>,
    /// Folder of the source `files`: one file a symbol.
    pub folder: Option<PathBuf>,
    /// File of the source `dates`: `date,kind,symbol,detail`, such as those of central banks.
    pub dates: Option<PathBuf>,
    /// All sources at this address of this machine instead of at their own: a simulator.
    pub simulator: Option<String>,
    /// Keys.
    pub keys: Keys,
}

impl Default for Sources {
    fn default() -> Self {
        Self {
            symbols: None,
            from: None,
            bars: vec!["alpha_vantage".to_owned()],
            check: None,
            tolerance: Tolerance::default(),
            vix: true,
            usdcad: true,
            fundamentals: Vec::new(),
            events: Vec::new(),
            news: Vec::new(),
            feeds: Vec::new(),
            folder: None,
            dates: None,
            simulator: None,
            keys: Keys::default(),
        }
    }
}

impl Sources {
    /// Nothing is set.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// Keys of sources. They are never shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keys {
    /// Alpha Vantage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alpha_vantage: Option<Secret>,
    /// Finnhub.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finnhub: Option<Secret>,
    /// NewsAPI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newsapi: Option<Secret>,
    /// FRED.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fred: Option<Secret>,
}

impl Keys {
    /// The key of a source that needs one; `None` where there is none.
    pub fn of(&self, source: &str) -> Option<Key> {
        let secret = match source {
            "alpha_vantage" => &self.alpha_vantage,
            "finnhub" => &self.finnhub,
            "newsapi" => &self.newsapi,
            "fred" => &self.fred,
            _ => return None,
        };
        secret.as_ref().and_then(|secret| Key::new(&secret.0))
    }
}

/// A text that is read and never written.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Secret(#[serde(deserialize_with = "text_or_number")] String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(set)")
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("(set)")
    }
}

/// A list, or a text with commas.
fn names<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let list = list_or_text(deserializer)?.unwrap_or_default();
    Ok(list.into_iter().filter(|name| !name.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_and_never_shown() {
        let sources: Sources = serde_json::from_str(
            r#"{"keys": {"alpha_vantage": "canary", "finnhub": 7}, "bars": "yahoo,files", "news": []}"#,
        )
        .unwrap();
        assert!(sources.keys.of("alpha_vantage").is_some() && sources.keys.of("finnhub").is_some());
        assert!(sources.keys.of("fred").is_none() && sources.keys.of("cboe").is_none());
        assert_eq!(sources.bars, ["yahoo", "files"]);
        let shown = format!("{sources:?} {}", serde_json::to_string(&sources).unwrap());
        assert!(!shown.contains("canary") && shown.contains("(set)"), "{shown}");
        assert!(!sources.is_plain() && Sources::default().is_plain());
        assert!(serde_json::from_str::<Sources>(r#"{"keys": {"stooq": "x"}}"#).is_err());
    }
}
