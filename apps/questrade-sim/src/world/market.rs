//! Instruments, their sessions, and what has been traded by a moment.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use tradebot_broker_questrade::words::{Currency, Exchange as Listing, SecurityType};
use tradebot_domain::{ActionKind, Bar, CorporateAction, Date, Exchange, SessionHours, Timestamp};

use crate::knobs::Knobs;
use crate::library::Library;
use crate::world::random::Draws;
use crate::world::time::{date_of, midnight};

mod candles;
mod listings;
pub(crate) mod tape;

pub(crate) use candles::{Interval, Window};
use tape::{Day, price, units};

/// One listing.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts of a listing")]
pub(crate) struct Instrument {
    pub(crate) id: i64,
    pub(crate) symbol: String,
    pub(crate) description: String,
    pub(crate) exchange: Listing,
    pub(crate) calendar: Exchange,
    pub(crate) currency: Currency,
    pub(crate) kind: SecurityType,
    pub(crate) tradable: bool,
    /// Raw bars by date, the future included.
    pub(crate) bars: Vec<Bar>,
    pub(crate) actions: Vec<CorporateAction>,
    pub(crate) halted: bool,
    pub(crate) no_bid: bool,
    pub(crate) no_ask: bool,
    /// Day on which a corporate action is under way.
    pub(crate) reorg: Option<Date>,
}

impl Instrument {
    pub(crate) fn bar(&self, date: Date) -> Option<&Bar> {
        self.bars.binary_search_by_key(&date, |bar| bar.date.date()).ok().map(|at| &self.bars[at])
    }

    /// Bars before a date.
    pub(crate) fn before(&self, date: Date) -> &[Bar] {
        &self.bars[..self.bars.partition_point(|bar| bar.date.date() < date)]
    }

    /// New shares today for one share of `date`: the splits between.
    pub(crate) fn split_factor(&self, date: Date, today: Date) -> f64 {
        self.actions
            .iter()
            .filter(|a| a.ex_date > date && a.ex_date <= today)
            .filter_map(|a| match a.kind {
                ActionKind::Split { ratio } => ratio.to_f64(),
                ActionKind::Dividend { .. } => None,
            })
            .product()
    }

    /// Price steps: from each price on, the step.
    pub(crate) fn ticks(&self) -> [(Decimal, Decimal); 2] {
        let canadian = self.calendar == Exchange::Xtse;
        if canadian {
            [(Decimal::ZERO, Decimal::new(5, 3)), (Decimal::new(5, 1), Decimal::new(1, 2))]
        } else {
            [(Decimal::ZERO, Decimal::new(1, 4)), (Decimal::ONE, Decimal::new(1, 2))]
        }
    }

    /// The price step at a price.
    pub(crate) fn tick_at(&self, at: Decimal) -> Decimal {
        let [low, high] = self.ticks();
        if at >= high.0 { high.1 } else { low.1 }
    }

    pub(crate) fn is_canadian(&self) -> bool {
        self.calendar == Exchange::Xtse
    }
}

/// What has been traded by a moment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Print {
    /// Last trade.
    pub(crate) last: Decimal,
    /// The trade before it, for the direction.
    pub(crate) before: Decimal,
    /// Open, high, low of the day; none before its first trade.
    pub(crate) day: Option<(Decimal, Decimal, Decimal)>,
    pub(crate) volume: i64,
    pub(crate) vwap: Decimal,
    /// When the last trade was; midnight of its day when it was not today.
    pub(crate) time: Timestamp,
    /// The session is on.
    pub(crate) open: bool,
    /// Shares traded in the running minute.
    pub(crate) minute_volume: i64,
}

/// All instruments.
#[derive(Debug)]
pub(crate) struct Market {
    instruments: BTreeMap<i64, Instrument>,
    seed: u64,
    closed: BTreeMap<Exchange, Vec<Date>>,
    days: RefCell<BTreeMap<(i64, Date), Arc<Day>>>,
    /// Snap quotes taken, by market, on a date.
    snaps: (Option<Date>, BTreeMap<String, i64>),
}

/// Played sessions to keep.
const DAYS_KEPT: usize = 256;

impl Market {
    pub(crate) fn new(knobs: &Knobs, library: &Library, start: Date) -> Self {
        let dates = |texts: &[String]| texts.iter().filter_map(|t| t.parse().ok()).collect();
        let closed = [
            (Exchange::Xnys, dates(&knobs.market.closed_us)),
            (Exchange::Xtse, dates(&knobs.market.closed_ca)),
        ];
        let instruments = listings::instruments(knobs, library, start);
        Self {
            instruments: instruments.into_iter().map(|i| (i.id, i)).collect(),
            seed: knobs.seed,
            closed: closed.into(),
            days: RefCell::default(),
            snaps: (None, BTreeMap::new()),
        }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Instrument> {
        self.instruments.values()
    }

    pub(crate) fn get(&self, id: i64) -> Option<&Instrument> {
        self.instruments.get(&id)
    }

    /// To change what is not a price; prices change by [`Market::act`] alone.
    pub(crate) fn get_mut(&mut self, id: i64) -> Option<&mut Instrument> {
        self.instruments.get_mut(&id)
    }

    pub(crate) fn named(&self, symbol: &str) -> Option<&Instrument> {
        self.all().find(|i| i.symbol.eq_ignore_ascii_case(symbol))
    }

    /// The session of a date; none on holidays, on days closed by the settings and outside the
    /// calendar.
    pub(crate) fn session(&self, calendar: Exchange, date: Date) -> Option<SessionHours> {
        let closed = self.closed.get(&calendar).is_some_and(|days| days.contains(&date));
        calendar.session(date).ok().flatten().filter(|_| !closed)
    }

    /// The first session after a date.
    pub(crate) fn next_session(&self, calendar: Exchange, date: Date) -> Option<Date> {
        let mut day = date;
        loop {
            day = calendar.next_session(day).ok()?;
            if self.session(calendar, day).is_some() {
                return Some(day);
            }
        }
    }

    /// The session is on at this moment.
    pub(crate) fn is_open(&self, calendar: Exchange, at: Timestamp) -> bool {
        let hours = self.session(calendar, date_of(at));
        hours.is_some_and(|h| h.open <= at && at < h.close)
    }

    /// The played session of a date; none without a session or a trade.
    pub(crate) fn day(&self, instrument: &Instrument, date: Date) -> Option<Arc<Day>> {
        let key = (instrument.id, date);
        if let Some(day) = self.days.borrow().get(&key) {
            return Some(Arc::clone(day));
        }
        let hours = self.session(instrument.calendar, date)?;
        let bar = instrument.bar(date)?;
        let tick = instrument.tick_at(price(units(bar.low))).to_f64().map_or(100, units);
        let number = u64::try_from(midnight(date).as_second()).unwrap_or(0);
        let mut draws = Draws::new(self.seed, &instrument.symbol, number);
        let day = Arc::new(Day::of(bar, hours, tick.max(1), &mut draws));
        let mut days = self.days.borrow_mut();
        if days.len() >= DAYS_KEPT {
            days.clear();
        }
        days.insert(key, Arc::clone(&day));
        Some(day)
    }

    /// What has been traded by a moment; none for a listing that never traded before it.
    pub(crate) fn print(&self, instrument: &Instrument, at: Timestamp) -> Option<Print> {
        let date = date_of(at);
        let day = self.day(instrument, date);
        let played = day.as_ref().and_then(|day| Some((day, day.minutes_at(at)?)));
        let Some((day, minutes)) = played else {
            return old_print(instrument, date);
        };
        let span = day.span(0, minutes);
        let before = day.prices[minutes.saturating_sub(1)];
        let second = Timestamp::from_second(at.as_second()).unwrap_or(at);
        Some(Print {
            last: price(span.close),
            before: price(before),
            day: Some((price(span.open), price(span.high), price(span.low))),
            volume: span.volume,
            vwap: span.vwap(),
            time: second.min(day.hours.close),
            open: at < day.hours.close,
            minute_volume: day.volumes.get(minutes).copied().unwrap_or(0),
        })
    }

    /// Bid and offer around a last trade.
    pub(crate) fn sides(
        instrument: &Instrument,
        print: &Print,
        ticks: u32,
    ) -> (Option<Decimal>, Option<Decimal>) {
        let step = instrument.tick_at(print.last) * Decimal::from(ticks);
        let bid = (print.last - step).max(instrument.tick_at(Decimal::ZERO));
        let shown = |gone: bool, side: Decimal| (!gone).then_some(side);
        (shown(instrument.no_bid, bid), shown(instrument.no_ask, print.last + step))
    }

    /// Counts a snap quote; whether the quota still had room.
    pub(crate) fn snap(&mut self, market: &str, date: Date, quota: i64) -> bool {
        if self.snaps.0 != Some(date) {
            self.snaps = (Some(date), BTreeMap::new());
        }
        let taken = self.snaps.1.entry(market.to_owned()).or_insert(0);
        *taken += 1;
        *taken <= quota
    }

    /// Adds a corporate action; a split changes the bars from its ex-date on.
    pub(crate) fn act(&mut self, id: i64, action: CorporateAction) {
        let Some(instrument) = self.instruments.get_mut(&id) else { return };
        if let ActionKind::Split { ratio } = action.kind {
            let factor = ratio.to_f64().unwrap_or(1.0);
            for bar in instrument.bars.iter_mut().filter(|b| b.date.date() >= action.ex_date) {
                *bar = bar.scaled(1.0 / factor);
            }
        }
        let at = instrument.actions.partition_point(|a| a.ex_date <= action.ex_date);
        instrument.actions.insert(at, action);
        self.days.borrow_mut().retain(|(of, date), _| *of != id || *date < action.ex_date);
    }

    /// The listing goes on under another id; the old one is unknown from now on.
    pub(crate) fn rename(&mut self, id: i64) -> Option<i64> {
        let mut instrument = self.instruments.remove(&id)?;
        let fresh = self.instruments.keys().next_back().copied().unwrap_or(id) + 1;
        instrument.id = fresh;
        self.instruments.insert(fresh, instrument);
        Some(fresh)
    }
}

/// The close of the session before `date`, when nothing was traded on it yet.
fn old_print(instrument: &Instrument, date: Date) -> Option<Print> {
    let bar = instrument.before(date).last()?;
    let close = price(units(bar.close / instrument.split_factor(bar.date.date(), date)));
    Some(Print {
        last: close,
        before: close,
        day: None,
        volume: 0,
        vwap: close,
        time: midnight(bar.date.date()),
        open: false,
        minute_volume: 0,
    })
}
