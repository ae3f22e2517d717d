//! Which world: its settings, its symbols, its days.

use tradebot_domain::{CalendarError, Currency, Date, Exchange, Symbol};

/// Most symbols of one world: five digits stand in their names.
pub const SYMBOLS_MAX: u32 = 99_999;

/// Settings of a world.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WorldConfig {
    /// Seed of everything that draws.
    pub seed: u64,
    /// How many symbols, 1 to [`SYMBOLS_MAX`]. Another number changes none of the others' bars.
    pub symbols: u32,
    /// Where the symbols are listed: its sessions, ticks, currency and suffix.
    pub exchange: Exchange,
    /// The world begins here. Another beginning is another world.
    pub from: Date,
    /// Last day. A later one adds days and changes none.
    pub to: Date,
    /// Listings, halts and ends.
    pub churn: Churn,
    /// A known edge to be found, in place of none.
    pub edge: Option<Edge>,
}

impl Default for WorldConfig {
    /// 100 symbols of the New York Stock Exchange, 2004 to 2023.
    fn default() -> Self {
        Self {
            seed: 42,
            symbols: 100,
            exchange: Exchange::Xnys,
            from: Date::constant(2004, 1, 2),
            to: Date::constant(2023, 12, 29),
            churn: Churn::default(),
            edge: None,
        }
    }
}

/// How symbols come, pause and go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Churn {
    /// Share of symbols that are listed later than the first day, in `0.0..=1.0`.
    pub listed_later: f64,
    /// Mean wait of those, in years.
    pub wait_years: f64,
    /// Ends of listing per symbol and year.
    pub delistings: f64,
    /// Halts of one to three sessions per symbol and year.
    pub halts: f64,
}

impl Churn {
    /// Every symbol has a bar on every session, from the first to the last.
    pub const NONE: Self = Self { listed_later: 0.0, wait_years: 1.0, delistings: 0.0, halts: 0.0 };
}

impl Default for Churn {
    fn default() -> Self {
        Self { listed_later: 0.25, wait_years: 6.0, delistings: 0.02, halts: 0.05 }
    }
}

/// A momentum that is known to be there: a symbol's own return of the day has the mean
/// `strength * sd * tanh(z)`, where z is its smoothed past return in standard deviations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// Mean of the day's own return in standard deviations of it, when z is large. 0.1 is much.
    pub strength: f64,
    /// Sessions over which the past is smoothed (exponentially), at least 2.
    pub sessions: f64,
}

/// Why there is no such world.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum WorldError {
    /// None, or more than names can be made for.
    #[error("{symbols} symbols were asked for; 1 to {SYMBOLS_MAX} are possible")]
    Symbols {
        /// How many.
        symbols: u32,
    },
    /// The days end before they begin, or hold no session.
    #[error("{from} to {to} holds no session of {exchange}")]
    NoSessions {
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
        /// Whose sessions.
        exchange: Exchange,
    },
    /// Days that no calendar covers.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// A setting outside its range.
    #[error("{name} is {value}; {min} to {max} is possible")]
    Setting {
        /// Which.
        name: &'static str,
        /// Its value.
        value: f64,
        /// Least.
        min: f64,
        /// Most.
        max: f64,
    },
}

/// A world, ready to happen. Cheap: nothing is drawn before it is asked for.
#[derive(Debug, Clone)]
pub struct World {
    config: WorldConfig,
    days: Vec<Day>,
}

/// One day of the world: an exchange at least is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day {
    pub(crate) date: Date,
    pub(crate) xnys: bool,
    pub(crate) xtse: bool,
}

impl Day {
    pub(crate) const fn open(self, exchange: Exchange) -> bool {
        match exchange {
            Exchange::Xnys => self.xnys,
            Exchange::Xtse => self.xtse,
        }
    }
}

impl World {
    /// # Errors
    /// [`WorldError`] for settings that make no world.
    pub fn new(config: WorldConfig) -> Result<Self, WorldError> {
        let WorldConfig { symbols, exchange, from, to, .. } = config;
        if !(1..=SYMBOLS_MAX).contains(&symbols) {
            return Err(WorldError::Symbols { symbols });
        }
        check_settings(&config)?;
        let days = days(from, to)?;
        if !days.iter().any(|day| day.open(exchange)) {
            return Err(WorldError::NoSessions { from, to, exchange });
        }
        Ok(Self { config, days })
    }

    /// The settings.
    pub const fn config(&self) -> &WorldConfig {
        &self.config
    }

    /// The symbols, in order: `SYN00001`, on the Toronto Stock Exchange `SYN00001.TO`.
    pub fn symbols(&self) -> Vec<Symbol> {
        (1..=self.config.symbols).map(|n| symbol(n, self.config.exchange)).collect()
    }

    /// Currency of the symbols' prices.
    pub const fn currency(&self) -> Currency {
        match self.config.exchange {
            Exchange::Xnys => Currency::Usd,
            Exchange::Xtse => Currency::Cad,
        }
    }

    /// What names the world as a source of data: that it is synthetic, and from which seed.
    pub fn label(&self) -> String {
        let WorldConfig { seed, exchange, from, .. } = self.config;
        let edge = if self.config.edge.is_some() { " with a planted edge" } else { "" };
        format!("{} seed {seed} {exchange} from {from}{edge}", crate::SYNTHETIC)
    }

    pub(crate) fn days(&self) -> &[Day] {
        &self.days
    }
}

pub(crate) fn symbol(n: u32, exchange: Exchange) -> Symbol {
    let suffix = if exchange == Exchange::Xtse { ".TO" } else { "" };
    Symbol::new(&format!("SYN{n:05}{suffix}")).expect("letters, digits and a point, below 23 bytes")
}

/// The days on which New York or Toronto trades, both of which move prices.
fn days(from: Date, to: Date) -> Result<Vec<Day>, WorldError> {
    let mut days: Vec<Day> = Vec::new();
    for exchange in Exchange::ALL {
        for date in exchange.sessions(from, to)? {
            days.push(Day {
                date,
                xnys: exchange == Exchange::Xnys,
                xtse: exchange == Exchange::Xtse,
            });
        }
    }
    days.sort_by_key(|day| day.date);
    days.dedup_by(|later, kept| {
        let same = later.date == kept.date;
        kept.xnys |= same && later.xnys;
        kept.xtse |= same && later.xtse;
        same
    });
    Ok(days)
}

fn check_settings(config: &WorldConfig) -> Result<(), WorldError> {
    let Churn { listed_later, wait_years, delistings, halts } = config.churn;
    let edge = config.edge.unwrap_or(Edge { strength: 0.0, sessions: 20.0 });
    let ranges = [
        ("churn.listed_later", listed_later, 0.0, 1.0),
        ("churn.wait_years", wait_years, 0.01, 100.0),
        ("churn.delistings", delistings, 0.0, 10.0),
        ("churn.halts", halts, 0.0, 10.0),
        ("edge.strength", edge.strength, -1.0, 1.0),
        ("edge.sessions", edge.sessions, 2.0, 1_000.0),
    ];
    for (name, value, min, max) in ranges {
        if !(min..=max).contains(&value) {
            return Err(WorldError::Setting { name, value, min, max });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl Fn(&mut WorldConfig)) -> String {
        let mut config = WorldConfig::default();
        change(&mut config);
        World::new(config).unwrap_err().to_string()
    }

    #[test]
    fn impossible_worlds_are_refused_with_what_is_possible() {
        assert!(refused(|c| c.symbols = 0).contains("1 to 99999"));
        assert!(refused(|c| c.symbols = 100_000).contains("100000 symbols"));
        assert!(refused(|c| c.to = Date::constant(2003, 1, 1)).contains("holds no session"));
        assert!(refused(|c| c.to = Date::constant(2040, 1, 1)).contains("2040-01-01 is outside"));
        assert!(refused(|c| c.churn.halts = f64::NAN).contains("churn.halts is NaN"));
        let edge = Some(Edge { strength: 0.1, sessions: 1.0 });
        assert!(refused(|c| c.edge = edge).contains("edge.sessions is 1"));
    }

    #[test]
    fn a_weekend_holds_no_session() {
        let (from, to) = (Date::constant(2022, 12, 31), Date::constant(2023, 1, 1));
        assert!(refused(|c| (c.from, c.to) = (from, to)).contains("holds no session of XNYS"));
    }

    #[test]
    fn canadian_listings_have_canadian_names_and_prices() {
        let config = WorldConfig { exchange: Exchange::Xtse, symbols: 2, ..WorldConfig::default() };
        let world = World::new(config).unwrap();
        let names: Vec<String> = world.symbols().iter().map(ToString::to_string).collect();
        assert_eq!(names, ["SYN00001.TO", "SYN00002.TO"]);
        assert_eq!(world.currency(), Currency::Cad);
        assert_eq!(world.label(), "SYNTHETIC seed 42 XTSE from 2004-01-02");
    }

    #[test]
    fn a_day_on_which_one_of_the_two_exchanges_trades_is_a_day() {
        // Independence Day: Toronto trades. Canada Day, observed on Monday 3 July: New York does.
        let days = days(Date::constant(2023, 7, 3), Date::constant(2023, 7, 5)).unwrap();
        let open: Vec<_> = days.iter().map(|day| (day.xnys, day.xtse)).collect();
        assert_eq!(open, [(true, false), (false, true), (true, true)]);
    }
}
