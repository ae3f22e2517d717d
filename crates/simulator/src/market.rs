//! What all symbols share: the market's return, sectors, and the series that follow from them.
//!
//! The market's daily variance follows Glosten, Jagannathan and Runkle (1993):
//! `h' = omega + (alpha + gamma [e < 0]) e² + beta h`. Falls raise it more than rises, and it
//! forgets slowly: volatility clusters, and has the sign that is called leverage. The shock is a
//! Student t. Its mean is the same every day, so past returns say nothing of it.

use tradebot_domain::Bar;

use crate::chance::Chance;
use crate::shape::extremes;
use crate::world::Day;

/// Sessions of a year.
pub(crate) const YEAR: f64 = 252.0;
/// Part of a day's variance that falls between the close and the next open.
pub(crate) const NIGHT: f64 = 0.25;
/// Sectors of the world.
pub(crate) const SECTORS: u32 = 11;

/// The market's volatility over the long run, a year.
const VOLATILITY: f64 = 0.17;
/// The market's mean return, a year: what holding stocks has paid over cash and with it.
const MEAN: f64 = 0.07;
const GJR: Gjr = Gjr { alpha: 0.01, gamma: 0.12, beta: 0.915 };
/// Conditional volatility is kept below this, a year: what October 2008 reached.
const VOLATILITY_MAX: f64 = 0.90;
/// Half the degrees of freedom of the market's shock.
const TAIL_PAIRS: u32 = 5;
const SECTOR_VOLATILITY: f64 = 0.09;
const SECTOR_GJR: Gjr = Gjr { alpha: 0.05, gamma: 0.0, beta: 0.93 };
/// Days before the first one, so that worlds begin in all sorts of weather.
const BURN_IN: u32 = 500;

/// Coefficients of the variance equation; omega follows from the long-run variance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gjr {
    pub(crate) alpha: f64,
    pub(crate) gamma: f64,
    pub(crate) beta: f64,
}

impl Gjr {
    /// How much of today's distance from the long run is expected to be left tomorrow.
    pub(crate) fn persistence(self) -> f64 {
        self.alpha + self.gamma / 2.0 + self.beta
    }

    /// The next day's variance, below `max`.
    pub(crate) fn next(self, h: f64, shock: f64, long_run: f64, max: f64) -> f64 {
        let arch = self.alpha + if shock < 0.0 { self.gamma } else { 0.0 };
        let omega = long_run * (1.0 - self.persistence());
        (omega + arch * shock * shock + self.beta * h).min(max)
    }
}

/// A log return in its two parts, and the variance of each part as the day drew it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Move {
    /// From the close before to the open.
    pub(crate) night: f64,
    /// From the open to the close.
    pub(crate) day: f64,
    /// Variance of the day's part, tail included: how wide the bar is.
    pub(crate) spread: f64,
}

impl Move {
    /// A shock of variance `h`: both parts stretched by one tail, so that their sum is a t.
    pub(crate) fn shock(chance: &mut Chance, h: f64, pairs: u32) -> Self {
        let stretch = chance.tail(pairs);
        let (night, day) = chance.normals();
        let sd = h.sqrt() * stretch;
        Self {
            night: sd * NIGHT.sqrt() * night,
            day: sd * (1.0 - NIGHT).sqrt() * day,
            spread: sd * sd * (1.0 - NIGHT),
        }
    }

    pub(crate) fn whole(self) -> f64 {
        self.night + self.day
    }
}

/// What a day brought to everyone.
#[derive(Debug, Clone)]
pub(crate) struct Weather {
    pub(crate) market: Move,
    pub(crate) sectors: [Move; SECTORS as usize],
    /// Conditional variance of the sectors' moves.
    pub(crate) sector_variance: [f64; SECTORS as usize],
    /// Bars of index and VIX, on days New York trades.
    pub(crate) index: Option<Bar>,
    pub(crate) vix: Option<Bar>,
    /// US dollars in Canadian ones, on days Toronto trades.
    pub(crate) usdcad: Option<Bar>,
}

/// The state behind the weather.
#[derive(Debug, Clone)]
pub(crate) struct Market {
    shocks: Chance,
    sector_shocks: Chance,
    gauges: Chance,
    variance: f64,
    sector_variance: [f64; SECTORS as usize],
    index: Gauge,
    vix: f64,
    vix_noise: f64,
    usdcad: Gauge,
}

/// A level that is only seen on some days; what happened on the others is part of the next night.
#[derive(Debug, Clone)]
struct Gauge {
    close: f64,
    carried: f64,
}

impl Gauge {
    fn bar(&mut self, chance: &mut Chance, seen: Option<Day>, moved: Move) -> Option<Bar> {
        let Some(day) = seen else {
            self.carried += moved.whole();
            return None;
        };
        let open = self.close * (self.carried + moved.night).exp();
        self.carried = 0.0;
        let (high, low) = extremes(chance, moved.day, moved.spread.sqrt());
        self.close = open * moved.day.exp();
        let date = day.date;
        let (high, low) = (open * high.exp(), open * low.exp());
        Some(Bar { date: date.into(), open, high, low, close: self.close, volume: 0.0 })
    }
}

impl Market {
    pub(crate) fn new(seed: u64) -> Self {
        let mut market = Self {
            shocks: Chance::new(seed, "market"),
            sector_shocks: Chance::new(seed, "sectors"),
            gauges: Chance::new(seed, "gauges"),
            variance: long_run(),
            sector_variance: [SECTOR_VOLATILITY * SECTOR_VOLATILITY / YEAR; SECTORS as usize],
            index: Gauge { close: 1_400.0, carried: 0.0 },
            vix: 0.0,
            vix_noise: 0.0,
            usdcad: Gauge { close: 1.25, carried: 0.0 },
        };
        for _ in 0..BURN_IN {
            market.shocked();
            market.sectors();
        }
        market.vix = market.implied();
        market
    }

    pub(crate) fn step(&mut self, day: Day) -> Weather {
        let market = self.shocked();
        let sector_variance = self.sector_variance;
        let sectors = self.sectors();
        let index = self.index.bar(&mut self.gauges, day.xnys.then_some(day), market);
        let index = index.map(in_hundredths);
        let vix = day.xnys.then(|| self.vix_bar(day));
        let fx = self.currency_move(market);
        let usdcad = self.usdcad.bar(&mut self.gauges, day.xtse.then_some(day), fx);
        Weather { market, sectors, sector_variance, index, vix, usdcad }
    }

    fn shocked(&mut self) -> Move {
        let h = self.variance;
        let shock = Move::shock(&mut self.shocks, h, TAIL_PAIRS);
        let max = VOLATILITY_MAX * VOLATILITY_MAX / YEAR;
        self.variance = GJR.next(h, shock.whole(), long_run(), max);
        // Half the variance less, so that the mean of simple returns is the same every day.
        Move { day: shock.day + MEAN / YEAR - h / 2.0, ..shock }
    }

    fn sectors(&mut self) -> [Move; SECTORS as usize] {
        let long_run = SECTOR_VOLATILITY * SECTOR_VOLATILITY / YEAR;
        std::array::from_fn(|k| {
            let h = self.sector_variance[k];
            let shock = Move::shock(&mut self.sector_shocks, h, TAIL_PAIRS);
            self.sector_variance[k] = SECTOR_GJR.next(h, shock.whole(), long_run, 9.0 * long_run);
            shock
        })
    }

    /// Volatility expected over the next 21 sessions, in per cent a year, with the premium that
    /// buyers of options have paid for it.
    fn implied(&self) -> f64 {
        let rho = GJR.persistence();
        let weight = (1.0 - rho.powi(21)) / (21.0 * (1.0 - rho));
        let mean = long_run() + weight * (self.variance - long_run());
        100.0 * (YEAR * mean).sqrt() * (0.10 + self.vix_noise).exp()
    }

    fn vix_bar(&mut self, day: Day) -> Bar {
        let (jitter, night) = self.gauges.normals();
        self.vix_noise = 0.9 * self.vix_noise + 0.025 * jitter;
        let before = self.vix;
        self.vix = self.implied();
        let open = before * (self.vix / before).powf(NIGHT) * (0.01 * night).exp();
        let (up, down) = extremes(&mut self.gauges, (self.vix / open).ln(), 0.03);
        let (high, low) = (open * up.exp(), open * down.exp());
        let bar = Bar { date: day.date.into(), open, high, low, close: self.vix, volume: 0.0 };
        in_hundredths(bar)
    }

    /// The Canadian dollar falls when the market does, and returns slowly to 1.25.
    fn currency_move(&mut self, market: Move) -> Move {
        let own = Move::shock(&mut self.gauges, 0.005_f64.powi(2), TAIL_PAIRS);
        let pull = 0.001 * (1.25 / self.usdcad.close).ln();
        Move {
            night: own.night - 0.15 * market.night,
            day: own.day - 0.15 * market.day + pull,
            spread: own.spread + 0.15 * 0.15 * market.spread,
        }
    }
}

fn long_run() -> f64 {
    VOLATILITY * VOLATILITY / YEAR
}

/// Levels as they are published: two decimals.
fn in_hundredths(bar: Bar) -> Bar {
    let round = |x: f64| (x * 100.0).round() / 100.0;
    Bar {
        open: round(bar.open),
        high: round(bar.high),
        low: round(bar.low),
        close: round(bar.close),
        ..bar
    }
}
