//! What the providers know: the bundled shares, and made-up numbers where nothing is bundled.

use std::collections::BTreeMap;

use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};
use tradebot_domain::{ActionKind, Bar, CorporateAction, Date, Exchange, Symbol};
use tradebot_market_data::History;

/// The one made-up share, of Toronto.
pub(super) const MADE_UP: &str = "ZZQ.TO";

/// First date of made-up numbers.
const BEGIN: Date = Date::constant(2008, 1, 2);
/// Last date of made-up numbers.
const END: Date = Date::constant(2026, 12, 31);

#[derive(Debug)]
pub(super) struct Share {
    pub(super) currency: &'static str,
    pub(super) zone: &'static str,
    /// Raw, in order.
    pub(super) bars: Vec<Bar>,
    pub(super) actions: Vec<CorporateAction>,
}

#[derive(Debug)]
pub(super) struct Market {
    shares: BTreeMap<String, Share>,
    /// Closes of the volatility index.
    pub(super) vix: Vec<(Date, f64)>,
    /// Canadian dollars for one US dollar.
    pub(super) usdcad: Vec<(Date, f64)>,
    shifts: Vec<(String, Date, f64)>,
}

impl Market {
    pub(super) fn new(history: &History, seed: u64) -> Self {
        let mut shares = BTreeMap::new();
        for (symbol, series) in &history.series {
            let share = Share {
                currency: "USD",
                zone: "America/New_York",
                bars: series.bars.clone(),
                actions: series.actions.clone(),
            };
            shares.insert(symbol.to_string(), share);
        }
        shares.insert(MADE_UP.to_owned(), made_up(seed));
        let first_real = history.vix.first().map_or(END, |(date, _)| *date);
        let mut vix: Vec<(Date, f64)> = walk(seed ^ 1, Exchange::Xnys, (18.0, 0.04), (9.0, 70.0))
            .into_iter()
            .filter(|(date, _)| *date < first_real)
            .collect();
        vix.extend(&history.vix);
        let usdcad = walk(seed ^ 2, Exchange::Xtse, (1.05, 0.004), (0.9, 1.5));
        Self { shares, vix, usdcad, shifts: Vec::new() }
    }

    /// The share of that name as a provider tells it, up to `today`.
    pub(super) fn share(&self, provider: &str, name: &str, today: Date) -> Option<Share> {
        let share = self.shares.get(name)?;
        let factor = |date: Date| {
            let ours = self.shifts.iter().filter(|(p, from, _)| p == provider && *from <= date);
            ours.map(|(_, _, factor)| factor).product::<f64>()
        };
        let shifted = |bar: &Bar| {
            let factor = factor(bar.date.date());
            let price = |price: f64| (price * factor * 100.0).round() / 100.0;
            let (open, high, low, close) =
                (price(bar.open), price(bar.high), price(bar.low), price(bar.close));
            if factor == 1.0 { *bar } else { Bar { open, high, low, close, ..*bar } }
        };
        let bars = share.bars.iter().filter(|bar| bar.date.date() <= today).map(shifted).collect();
        let actions = share.actions.iter().filter(|a| a.ex_date <= today).copied().collect();
        Some(Share { currency: share.currency, zone: share.zone, bars, actions })
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.shares.contains_key(name)
    }

    pub(super) fn shift(&mut self, provider: String, from: Date, percent: u32) {
        self.shifts.push((provider, from, f64::from(percent) / 100.0));
    }
}

/// A share of Toronto that walks, pays each quarter and splits once.
fn made_up(seed: u64) -> Share {
    let closes = walk(seed, Exchange::Xtse, (40.0, 0.012), (5.0, 400.0));
    let split = Date::constant(2012, 6, 1);
    let cents = |price: f64| (price * 100.0).round() / 100.0;
    let mut before = closes.first().map_or(40.0, |(_, close)| *close);
    let mut draw = SplitMix64::seed_from_u64(seed ^ 3);
    let mut bars = Vec::new();
    for (date, close) in closes {
        let factor = if date < split { 2.0 } else { 1.0 };
        let (open, close_now) = (cents(before * factor), cents(close * factor));
        let high = cents(open.max(close_now) * 1.004);
        let low = cents(open.min(close_now) * 0.996);
        let volume = 100_000.0 + (draw.next_u64() % 900_000) as f64;
        bars.push(Bar { date: date.into(), open, high, low, close: close_now, volume });
        before = close;
    }
    let mut actions =
        vec![CorporateAction { ex_date: split, kind: ActionKind::Split { ratio: 2.into() } }];
    let mut quarter = 0;
    for bar in &bars {
        let date = bar.date.date();
        let this = i32::from(date.year()) * 4 + i32::from((date.month() - 1) / 3);
        if this != quarter && quarter != 0 {
            let amount = "0.25".parse().unwrap_or_default();
            actions.push(CorporateAction { ex_date: date, kind: ActionKind::Dividend { amount } });
        }
        quarter = this;
    }
    actions.sort_by_key(|action| action.ex_date);
    Share { currency: "CAD", zone: "America/Toronto", bars, actions }
}

/// A walk over the sessions of an exchange, kept between two bounds.
fn walk(
    seed: u64,
    exchange: Exchange,
    (start, step): (f64, f64),
    (least, most): (f64, f64),
) -> Vec<(Date, f64)> {
    let mut draw = SplitMix64::seed_from_u64(seed);
    let mut level = start;
    let sessions = exchange.sessions(BEGIN, END).unwrap_or_default();
    sessions
        .into_iter()
        .map(|date| {
            let unit = (draw.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
            level = (level * (1.0 + step * (2.0 * unit - 1.0))).clamp(least, most);
            (date, (level * 1e4).round() / 1e4)
        })
        .collect()
}

/// Our name of a symbol that a provider spells `BRK-B` or `ZZQ.TRT`.
pub(super) fn our_name(spelled: &str) -> String {
    let name = match spelled.strip_suffix(".TRT") {
        Some(stem) => format!("{stem}.TO"),
        None => spelled.to_owned(),
    };
    let name = name.replace('-', ".");
    Symbol::new(&name).map_or_else(|_| String::new(), |symbol| symbol.to_string())
}
