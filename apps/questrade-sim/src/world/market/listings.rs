//! From recorded, given and drawn bars to instruments on the calendar of the virtual clock.

use tradebot_broker_questrade::words::{Currency, Exchange as Listing, SecurityType};
use tradebot_domain::calendar::{CALENDAR_FIRST, CALENDAR_LAST};
use tradebot_domain::{Bar, CorporateAction, Currency as Money, Date, Exchange};
use tradebot_market_data::Series;

use super::Instrument;
use crate::knobs::{CsvListing, GeneratedListing, Knobs};
use crate::library::Library;
use crate::world::random::Draws;

/// Id of the first instrument; the others follow.
const FIRST_ID: i64 = 9_001_001;

/// All instruments: drawn ones first, in the order of the settings, so that their ids stay when
/// files or the bundle change.
pub(super) fn instruments(knobs: &Knobs, library: &Library, start: Date) -> Vec<Instrument> {
    let market = &knobs.market;
    let mut all: Vec<Instrument> =
        market.generated.iter().map(|l| generated(l, knobs.seed, start)).collect();
    all.extend(library.files.iter().map(|(listing, bars)| filed(listing, bars)));
    let from: Option<Date> = market.replay_from.parse().ok();
    let recorded = library.series.iter().map(|series| replayed(series, from, start));
    all.extend(recorded.filter(|instrument| !instrument.bars.is_empty()));
    for (id, instrument) in (FIRST_ID..).zip(&mut all) {
        instrument.id = id;
    }
    all
}

/// The calendar that a listing keeps.
pub(super) fn calendar_of(listing: &Listing) -> Exchange {
    match listing {
        Listing::Tsx | Listing::TsxVenture | Listing::Cse | Listing::Neo | Listing::Montreal => {
            Exchange::Xtse
        }
        _ => Exchange::Xnys,
    }
}

fn instrument(symbol: &str, description: &str, exchange: &str, currency: &str) -> Instrument {
    let exchange = Listing::from(exchange);
    Instrument {
        id: 0,
        symbol: symbol.to_owned(),
        description: description.to_owned(),
        calendar: calendar_of(&exchange),
        exchange,
        currency: Currency::from(currency),
        kind: SecurityType::Stock,
        tradable: true,
        bars: Vec::new(),
        actions: Vec::new(),
        halted: false,
        no_bid: false,
        no_ask: false,
        reorg: None,
    }
}

fn filed(listing: &CsvListing, bars: &[Bar]) -> Instrument {
    let (description, exchange) = (&listing.description, &listing.exchange);
    let mut made = instrument(&listing.symbol, description, exchange, &listing.currency);
    made.bars = bars.to_vec();
    made
}

/// A recorded series, moved so that the session `from` is played on `start`.
fn replayed(series: &Series, from: Option<Date>, start: Date) -> Instrument {
    let index = series.symbol.as_str().strip_prefix('^');
    let name = index.map_or_else(|| series.symbol.to_string(), |name| format!("{name}.IN"));
    let exchange = match name.as_str() {
        "GSPC.IN" => "S&P",
        "IBM" => "NYSE",
        _ => "NASDAQ",
    };
    let currency = match series.currency {
        Money::Usd => "USD",
        Money::Cad => "CAD",
    };
    let mut made = instrument(&name, &format!("{name} REPLAYED"), exchange, currency);
    if index.is_some() {
        (made.kind, made.tradable) = (SecurityType::Index, false);
    }
    let Some(from) = from else {
        (made.bars, made.actions) = (series.bars.clone(), series.actions.clone());
        return made;
    };
    let moved = Moved::new(series.exchange, from, start);
    let bars = series.bars.iter();
    made.bars = bars
        .filter_map(|bar| Some(Bar { date: moved.date(bar.date.date())?.into(), ..*bar }))
        .collect();
    let action = |a: &CorporateAction| {
        Some(CorporateAction { ex_date: moved.date(a.ex_date)?, kind: a.kind })
    };
    made.actions = series.actions.iter().filter_map(action).collect();
    made
}

/// Sessions of one date range laid over those of another, by counting.
struct Moved {
    sessions: Vec<Date>,
    by: isize,
}

impl Moved {
    fn new(calendar: Exchange, from: Date, start: Date) -> Self {
        let sessions = calendar.sessions(CALENDAR_FIRST, CALENDAR_LAST).unwrap_or_default();
        let index = |date: Date| sessions.partition_point(|s| *s < date);
        let by = index(start).cast_signed() - index(from).cast_signed();
        Self { sessions, by }
    }

    fn date(&self, date: Date) -> Option<Date> {
        let index = self.sessions.binary_search(&date).ok()?;
        self.sessions.get(index.checked_add_signed(self.by)?).copied()
    }
}

/// Two years of drawn bars before the start and all that the calendar holds after it.
fn generated(listing: &GeneratedListing, seed: u64, start: Date) -> Instrument {
    let mut made =
        instrument(&listing.symbol, &listing.description, &listing.exchange, &listing.currency);
    let sessions = made.calendar.sessions(CALENDAR_FIRST, CALENDAR_LAST).unwrap_or_default();
    let now = sessions.partition_point(|s| *s < start);
    let mut draws = Draws::new(seed, &listing.symbol, 0);
    let walk = |dates: &mut dyn Iterator<Item = Date>, draws: &mut Draws| {
        let mut close = listing.price;
        dates.filter_map(|date| drawn_bar(listing, date, &mut close, draws)).collect::<Vec<_>>()
    };
    // Backwards from the start, then forwards, so that prices are near the given one at the start.
    let mut bars =
        walk(&mut sessions[now.saturating_sub(504)..now].iter().rev().copied(), &mut draws);
    bars.reverse();
    for bar in &mut bars {
        std::mem::swap(&mut bar.open, &mut bar.close);
    }
    bars.extend(walk(&mut sessions[now..].iter().copied(), &mut draws));
    made.bars = bars;
    made
}

/// One session of a walk; none on a day without a trade.
fn drawn_bar(
    listing: &GeneratedListing,
    date: Date,
    close: &mut f64,
    draws: &mut Draws,
) -> Option<Bar> {
    let sigma = listing.volatility / 100.0;
    let cents = |x: f64| ((x * 100.0).round() / 100.0).max(0.02);
    let open = cents(*close * (1.0 + 0.3 * sigma * draws.normal()));
    let end = cents(open * (1.0 + sigma * draws.normal()));
    let high = cents(open.max(end) * (1.0 + 0.5 * sigma * draws.unit()));
    let low = cents(open.min(end) * (1.0 - 0.5 * sigma * draws.unit()));
    let volume = (listing.volume.max(800) as f64 * (0.5 + draws.unit())).round();
    let silent = listing.volume == 0 && draws.below(3) == 0;
    *close = end;
    (!silent).then_some(Bar { date: date.into(), open, high, low, close: end, volume })
}
