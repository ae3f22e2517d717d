//! Settings of symbols, prices and quotes.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// How `delay` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DelayStyle {
    /// 0 or 1.
    Int,
    /// false or true.
    Bool,
    /// 0 or the minutes, 15.
    Minutes,
}

/// A listing whose bars are drawn from the seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeneratedListing {
    /// The broker's symbol: `.TO` for Toronto.
    pub symbol: String,
    /// Name.
    pub description: String,
    /// Listing exchange as on the wire.
    pub exchange: String,
    /// `CAD` or `USD`.
    pub currency: String,
    /// About where prices are when the clock starts.
    pub price: f64,
    /// Usual daily move, per cent.
    pub volatility: f64,
    /// Usual daily volume, shares; 0 has days without a trade.
    pub volume: i64,
}

/// A listing whose bars stand in a file: `date,open,high,low,close,volume` with a header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsvListing {
    /// The broker's symbol.
    pub symbol: String,
    /// Name.
    #[serde(default)]
    pub description: String,
    /// Listing exchange as on the wire.
    pub exchange: String,
    /// `CAD` or `USD`.
    pub currency: String,
    /// The file.
    pub path: String,
}

/// Symbols, prices, quotes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches")]
pub struct MarketKnobs {
    /// Replay the bundled US stocks and indices.
    pub bundled: bool,
    /// The recorded session that is played on the day the clock starts; empty plays every bar on
    /// its own date.
    pub replay_from: String,
    /// Listings drawn from the seed.
    pub generated: Vec<GeneratedListing>,
    /// Listings read from files.
    pub csv: Vec<CsvListing>,
    /// The user has bought real-time data: no quota.
    pub real_time: bool,
    /// Snap quotes per market and day without real-time data.
    pub snap_quotes: i64,
    /// Age of delayed quotes in minutes.
    pub delay_minutes: i64,
    /// How `delay` is written in the live dialect.
    pub delay_style: DelayStyle,
    /// Most ids in one call.
    pub ids_max: usize,
    /// An unknown id in a list is 404/1019 instead of being left out.
    pub unknown_in_list_is_404: bool,
    /// Symbols on a page of the search.
    pub search_page: usize,
    /// Most candles of a reply; more is 400/1002.
    pub candles_max: usize,
    /// Candles before a split are divided by it.
    pub split_adjusted: bool,
    /// The first and the last candle are cut at the window asked for.
    pub clip_candles: bool,
    /// Distance from the last trade to bid and to ask, in ticks.
    pub half_spread_ticks: u32,
    /// Open, high and low before the first trade of the day are null instead of 0.
    pub null_before_trade: bool,
    /// Bid and ask are null outside the session.
    pub null_when_closed: bool,
    /// Implied volatility of made-up option quotes, a year.
    pub option_volatility: f64,
    /// Canadian dollars for a US dollar.
    pub usd_cad: Decimal,
    /// Further days without a US session, `YYYY-MM-DD`.
    pub closed_us: Vec<String>,
    /// Further days without a Canadian session.
    pub closed_ca: Vec<String>,
}

fn listing(
    (symbol, description): (&str, &str),
    (exchange, currency): (&str, &str),
    (price, volatility, volume): (f64, f64, i64),
) -> GeneratedListing {
    GeneratedListing {
        symbol: symbol.to_owned(),
        description: description.to_owned(),
        exchange: exchange.to_owned(),
        currency: currency.to_owned(),
        price,
        volatility,
        volume,
    }
}

impl Default for MarketKnobs {
    fn default() -> Self {
        Self {
            bundled: true,
            replay_from: "2009-07-09".to_owned(),
            generated: vec![
                listing(("ZZQ.TO", "ZZQ CORP"), ("TSX", "CAD"), (36.5, 1.2, 500_000)),
                listing(("ZZQ", "ZZQ CORP"), ("NYSE", "USD"), (26.7, 1.2, 900_000)),
                listing(("MPL.UN.TO", "MAPLE TRUST UNITS"), ("TSX", "CAD"), (14.2, 0.8, 90_000)),
                listing(("XMU.U.TO", "MINIMUM US INDEX ETF"), ("TSX", "USD"), (61.0, 0.7, 40_000)),
                listing(("PENY.VN", "PENNY VENTURES"), ("TSXV", "CAD"), (0.24, 4.0, 60_000)),
                listing(("SLOW.TO", "SLOW HOLDINGS"), ("TSX", "CAD"), (8.4, 1.0, 0)),
                listing(("PNKS", "PINK ROYALTY"), ("PINX", "USD"), (1.6, 3.0, 30_000)),
            ],
            csv: Vec::new(),
            real_time: false,
            snap_quotes: 50,
            delay_minutes: 15,
            delay_style: DelayStyle::Int,
            ids_max: 100,
            unknown_in_list_is_404: false,
            search_page: 20,
            candles_max: 2_000,
            split_adjusted: true,
            clip_candles: true,
            half_spread_ticks: 1,
            null_before_trade: false,
            null_when_closed: false,
            option_volatility: 0.3,
            usd_cad: Decimal::new(137, 2),
            closed_us: Vec::new(),
            closed_ca: Vec::new(),
        }
    }
}
