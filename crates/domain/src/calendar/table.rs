//! One bit a day, computed from the rules once per process.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::{CALENDAR_FIRST, CALENDAR_LAST, Exchange, nyse, tsx};

/// Days from [`CALENDAR_FIRST`] to [`CALENDAR_LAST`], both included: 28 years, 7 of them leap.
pub(super) const DAYS: usize = 28 * 365 + 7;

const WORDS: usize = DAYS.div_ceil(64);

/// Sessions and half days of one exchange.
#[derive(Debug)]
pub(super) struct Table {
    sessions: Bits,
    half_days: Bits,
    time_zone: TimeZone,
}

impl Table {
    /// The table of an exchange, built at the first call.
    pub(super) fn of(exchange: Exchange) -> &'static Self {
        static XNYS: OnceLock<Table> = OnceLock::new();
        static XTSE: OnceLock<Table> = OnceLock::new();
        match exchange {
            Exchange::Xnys => {
                XNYS.get_or_init(|| Self::build(exchange, nyse::closures, nyse::half_days))
            }
            Exchange::Xtse => {
                XTSE.get_or_init(|| Self::build(exchange, tsx::closures, tsx::half_days))
            }
        }
    }

    fn build(
        exchange: Exchange,
        closures: fn(i16) -> Vec<Date>,
        half_days: fn(i16) -> Vec<Date>,
    ) -> Self {
        let years = CALENDAR_FIRST.year()..=CALENDAR_LAST.year();
        let closed: BTreeSet<Date> = years.clone().flat_map(closures).collect();
        let early: BTreeSet<Date> = years.flat_map(half_days).collect();
        let mut table = Self {
            sessions: Bits([0; WORDS]),
            half_days: Bits([0; WORDS]),
            time_zone: TimeZone::get(exchange.time_zone_name())
                .expect("the tz database compiled into the program has both zones"),
        };
        for day in 0..DAYS {
            let date = date_of(day);
            let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
            if weekend || closed.contains(&date) {
                continue;
            }
            table.sessions.set(day);
            if early.contains(&date) {
                table.half_days.set(day);
            }
        }
        table
    }

    pub(super) fn is_session(&self, day: usize) -> bool {
        self.sessions.get(day)
    }

    pub(super) fn is_half_day(&self, day: usize) -> bool {
        self.half_days.get(day)
    }

    /// Sessions from the calendar's first day to `day`, both included.
    pub(super) fn sessions_through(&self, day: usize) -> u32 {
        self.sessions.count_through(day)
    }

    pub(super) fn time_zone(&self) -> &TimeZone {
        &self.time_zone
    }
}

/// Days since [`CALENDAR_FIRST`]; `None` outside the calendar.
pub(super) fn day_of(date: Date) -> Option<usize> {
    let days = date.duration_since(CALENDAR_FIRST).as_hours() / 24;
    usize::try_from(days).ok().filter(|&day| day < DAYS)
}

/// The date that many days after [`CALENDAR_FIRST`]; [`DAYS`] gives the first date outside.
pub(super) fn date_of(day: usize) -> Date {
    let days = i32::try_from(day).expect("the calendar has about ten thousand days");
    CALENDAR_FIRST + days.days()
}

/// A set of days.
#[derive(Debug)]
struct Bits([u64; WORDS]);

impl Bits {
    fn set(&mut self, day: usize) {
        self.0[day / 64] |= 1 << (day % 64);
    }

    fn get(&self, day: usize) -> bool {
        self.0[day / 64] >> (day % 64) & 1 == 1
    }

    /// Members up to and including `day`.
    fn count_through(&self, day: usize) -> u32 {
        let (word, bit) = (day / 64, day % 64);
        let before: u32 = self.0[..word].iter().map(|w| w.count_ones()).sum();
        // shifts the days after `day` out at the top
        before + (self.0[word] << (63 - bit)).count_ones()
    }
}
