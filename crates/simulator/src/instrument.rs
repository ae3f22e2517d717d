//! One symbol: what it is, and how it goes from day to day on its own stream of chance.
//!
//! Its log return is `beta` times the market's, a loading times its sector's, and a move of its own:
//! a GARCH(1,1) variance with a Student t shock, and now and then a day of news that is much wider.
//!
//! Prices are made on a continuous series, of which the raw one follows: the raw price is the
//! continuous price over the product of all split and dividend factors so far. So nothing is
//! gained or lost by an action but what a tick rounds off.

use tradebot_domain::{ActionKind, Bar, CorporateAction, Decimal, Exchange, Price};

use crate::chance::Chance;
use crate::market::{Gjr, Move, NIGHT, SECTORS, Weather, YEAR};
use crate::shape::{extremes, on_tick};
use crate::world::{Churn, Day, Edge, WorldConfig, symbol};

/// Half the degrees of freedom of a symbol's own shock.
const TAIL_PAIRS: u32 = 3;
const GARCH: Gjr = Gjr { alpha: 0.05, gamma: 0.0, beta: 0.93 };
/// Days of news a year, and how much wider they are.
const NEWS: f64 = 4.0;
const NEWS_WIDTH: f64 = 2.5;
/// What news add to the variance in the mean.
const NEWS_MEAN: f64 = 1.0 + NEWS / YEAR * (NEWS_WIDTH * NEWS_WIDTH - 1.0);
/// A share is split above the first price, and shares are joined below the second.
const SPLIT_ABOVE: f64 = 160.0;
const JOIN_BELOW: f64 = 2.0;
/// Sessions between two dividends.
const QUARTER: u32 = 63;

/// What never changes about a symbol.
#[derive(Debug, Clone, Copy)]
struct Traits {
    beta: f64,
    sector: usize,
    loading: f64,
    /// Long-run variance of its own moves, a day.
    variance: f64,
    /// Standard deviation of its whole return over the long run, a day.
    sd: f64,
    /// Dividends of a year over the price; 0 for those who pay none.
    dividends: f64,
    /// Shares of a usual day, at the first split factor.
    volume: f64,
}

/// Where a symbol is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Days until it is listed.
    Waiting(u32),
    Listed,
    /// Sessions without a bar that are left.
    Halted(u32),
    Ended,
}

/// What a day brought for one symbol.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Dealt {
    /// Its exchange was closed, or it is not listed yet, or no longer.
    Nothing,
    /// It is listed, and nobody could trade it.
    Halted,
    /// It will never trade again; said once.
    Ended,
    /// A raw bar, and an action that takes effect with it.
    Traded(Bar, Option<CorporateAction>),
}

/// One symbol on its way.
#[derive(Debug, Clone)]
pub(crate) struct Instrument {
    exchange: Exchange,
    churn: Churn,
    edge: Option<Edge>,
    traits: Traits,
    shocks: Chance,
    life: Chance,
    stage: Stage,
    variance: f64,
    /// Smoothed own returns in standard deviations: what an [`Edge`] goes by.
    momentum: f64,
    /// Close of the continuous series.
    close: f64,
    /// Log return since that close, of days without a bar.
    carried: f64,
    /// Product of all split and dividend factors.
    factor: f64,
    raw_close: f64,
    bulk: f64,
    until_dividend: u32,
}

impl Instrument {
    /// The n-th symbol of a world, the first being 1.
    pub(crate) fn new(n: u32, config: &WorldConfig) -> Self {
        let WorldConfig { seed, exchange, churn, edge, .. } = *config;
        let name = symbol(n, exchange);
        let mut life = Chance::new(seed, &format!("{name} life"));
        let traits = Traits::draw(&mut life);
        let first = on_tick(exchange, 40.0 * (0.7 * life.normal()).exp().clamp(0.15, 3.0));
        let later = life.happens(churn.listed_later);
        let wait = -life.uniform().ln() * churn.wait_years * YEAR;
        let phase = 1 + life.below(QUARTER);
        Self {
            exchange,
            churn,
            edge,
            traits,
            shocks: Chance::new(seed, &format!("{name} shocks")),
            life,
            stage: if later { Stage::Waiting(count(wait)) } else { Stage::Listed },
            variance: traits.variance,
            momentum: 0.0,
            close: first,
            carried: 0.0,
            factor: 1.0,
            raw_close: first,
            bulk: 0.0,
            until_dividend: phase,
        }
    }

    /// Lives through a day of the world.
    pub(crate) fn step(&mut self, day: Day, weather: &Weather) -> Dealt {
        match self.stage {
            Stage::Ended => return Dealt::Nothing,
            Stage::Waiting(0) if day.open(self.exchange) => self.stage = Stage::Listed,
            Stage::Waiting(days) => {
                self.stage = Stage::Waiting(days.saturating_sub(1));
                return Dealt::Nothing;
            }
            Stage::Listed | Stage::Halted(_) => {}
        }
        let moved = self.moved(weather);
        if !day.open(self.exchange) {
            self.carried += moved.whole();
            return Dealt::Nothing;
        }
        match self.fate() {
            Stage::Listed => {
                let action = self.action(day);
                Dealt::Traded(self.bar(day, moved, action), action)
            }
            Stage::Ended => Dealt::Ended,
            Stage::Halted(_) | Stage::Waiting(_) => {
                self.carried += moved.whole();
                Dealt::Halted
            }
        }
    }

    /// The symbol's log return of a day.
    fn moved(&mut self, weather: &Weather) -> Move {
        let Traits { beta, sector, loading, .. } = self.traits;
        let (market, shared) = (weather.market, weather.sectors[sector]);
        let h = self.variance;
        let news = if self.shocks.happens(NEWS / YEAR) { NEWS_WIDTH * NEWS_WIDTH } else { 1.0 };
        let own = Move::shock(&mut self.shocks, h * news, TAIL_PAIRS);
        let edge = self.edge.map_or(0.0, |edge| edge.mean(self.momentum) * h.sqrt());
        self.momentum = self.edge.map_or(0.0, |e| e.smooth(self.momentum, own.whole() / h.sqrt()));
        let long_run = self.traits.variance;
        // News pass: they widen a day, not the days after it.
        let shock = own.whole() / news.sqrt();
        self.variance = GARCH.next(h, shock, long_run, 9.0 * long_run);
        let variance = h * NEWS_MEAN + loading * loading * weather.sector_variance[sector];
        // Half the variance less, so that the mean of simple returns does not move with it.
        let convexity = 0.5 * variance;
        Move {
            night: beta * market.night + loading * shared.night + own.night,
            day: beta * market.day + loading * shared.day + own.day + edge - convexity,
            spread: beta * beta * market.spread + loading * loading * shared.spread + own.spread,
        }
    }

    /// Whether the symbol trades on a day its exchange is open.
    fn fate(&mut self) -> Stage {
        self.stage = match self.stage {
            Stage::Halted(left) if left > 1 => Stage::Halted(left - 1),
            Stage::Halted(_) => Stage::Listed,
            stage => {
                let draw = self.life.uniform();
                let (end, halt) = (self.churn.delistings / YEAR, self.churn.halts / YEAR);
                if draw < end {
                    Stage::Ended
                } else if draw < end + halt {
                    Stage::Halted(1 + self.life.below(3))
                } else {
                    stage
                }
            }
        };
        self.stage
    }

    /// A split where the price has left the range people like, else a dividend that is due.
    fn action(&mut self, day: Day) -> Option<CorporateAction> {
        self.until_dividend = self.until_dividend.saturating_sub(1);
        let kind = if self.raw_close > SPLIT_ABOVE {
            ActionKind::Split { ratio: Decimal::from(if self.life.happens(0.7) { 2 } else { 3 }) }
        } else if self.raw_close < JOIN_BELOW {
            ActionKind::Split { ratio: Decimal::new(1, 1) }
        } else if self.until_dividend == 0 {
            self.until_dividend = QUARTER;
            let cents = count(self.raw_close * self.traits.dividends / 4.0 * 100.0);
            if cents == 0 {
                return None;
            }
            ActionKind::Dividend { amount: Decimal::new(i64::from(cents), 2) }
        } else {
            return None;
        };
        Some(CorporateAction { ex_date: day.date, kind })
    }

    fn bar(&mut self, day: Day, moved: Move, action: Option<CorporateAction>) -> Bar {
        let open = self.close * (self.carried + moved.night).exp();
        self.carried = 0.0;
        let (up, down) = extremes(&mut self.shocks, moved.day, moved.spread.sqrt());
        let (high, low) = (open * up.exp(), open * down.exp());
        self.close = open * moved.day.exp();
        if let Some(action) = action {
            let without = self.close / self.factor - dividend(&action);
            self.factor *= action.continuity_factor(on_tick(self.exchange, without));
        }
        let raw = |price: f64| on_tick(self.exchange, price / self.factor);
        let (open, high, low, close) = (raw(open), raw(high), raw(low), raw(self.close));
        self.raw_close = close;
        let volume = self.volume(up - down);
        Bar { date: day.date.into(), open, high, low, close, volume }
    }

    /// Shares traded on a day with that range (log): wide days are busy ones, and busy ones follow
    /// each other.
    fn volume(&mut self, range: f64) -> f64 {
        self.bulk = 0.8 * self.bulk + 0.2 * self.shocks.normal();
        let usual = 1.6 * self.traits.sd * (1.0 - NIGHT).sqrt();
        let width = (range / usual).clamp(0.05, 20.0).powf(0.7);
        (self.traits.volume * self.bulk.exp() * width * self.factor).max(100.0).round()
    }
}

impl Traits {
    fn draw(life: &mut Chance) -> Self {
        let beta = (1.0 + 0.3 * life.normal()).clamp(0.3, 2.0);
        let sector = life.below(SECTORS) as usize;
        let loading = 0.5 + 0.7 * life.uniform();
        let own = (0.22 * (0.35 * life.normal()).exp()).clamp(0.10, 0.60);
        let pays = life.happens(0.6);
        let dividends = if pays { 0.01 + 0.03 * life.uniform() } else { 0.0 };
        let volume = 1.0e6 * (1.2 * life.normal()).exp();
        let variance = own * own / YEAR;
        let whole = own * own + (beta * 0.17).powi(2) + (loading * 0.09).powi(2);
        Self { beta, sector, loading, variance, sd: (whole / YEAR).sqrt(), dividends, volume }
    }
}

impl Edge {
    /// Mean of the next own return in standard deviations.
    fn mean(self, momentum: f64) -> f64 {
        let decay = 1.0 - 1.0 / self.sessions;
        self.strength * (momentum * (1.0 - decay * decay).sqrt()).tanh()
    }

    fn smooth(self, momentum: f64, shock: f64) -> f64 {
        (1.0 - 1.0 / self.sessions) * momentum + shock
    }
}

/// Cash of a dividend; nothing for a split.
fn dividend(action: &CorporateAction) -> f64 {
    match action.kind {
        ActionKind::Dividend { amount } => Price::new(amount).map_or(0.0, Price::to_f64),
        ActionKind::Split { .. } => 0.0,
    }
}

/// The nearest count; 0 for what is below a half.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to its range")]
fn count(value: f64) -> u32 {
    value.round().clamp(0.0, f64::from(u32::MAX)) as u32
}
