//! Every operator under one roof: what to build, and how to run it on bars.

use tradebot_domain::Bar;
use tradebot_features::Period;
use tradebot_features::operators::{
    Adx, Atr, Bollinger, Chandelier, CoMovement, Directional, DirectionalMovement, Dx, Ema,
    EwmaVolatility, GarmanKlass, Har, HarMeasure, LogReturn, Macd, MidRankPercentile, Natr,
    Parkinson, RealisedVolatility, Roc, RogersSatchell, RollingMax, RollingMin, RollingSum, Rsi,
    Slope, Sma, StandardDeviation, TrueRange, Wilder, YangZhang,
};

/// An operator with its parameters. Operators on values take closes, unless it says else.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    RollingSum(usize),
    Sma(usize),
    Ema(usize),
    /// Of high - low.
    Wilder(usize),
    StandardDeviation(usize),
    Bollinger(usize, f64),
    Roc(usize),
    LogReturn(usize),
    RollingMax(usize),
    RollingMin(usize),
    MidRankPercentile(usize),
    /// Of ln(C / O) with ln(H / L).
    CoMovement(usize),
    /// Of ln C.
    Slope(usize),
    Macd(usize, usize, usize),
    Rsi(usize),
    TrueRange,
    Atr(usize),
    Natr(usize),
    DirectionalMovement(usize),
    Directional(usize),
    Dx(usize),
    Adx(usize),
    Chandelier(usize, usize, f64),
    EwmaVolatility(f64),
    RealisedVolatility(usize),
    Har(HarMeasure, usize, usize),
    Parkinson(usize),
    GarmanKlass(usize),
    RogersSatchell(usize),
    YangZhang(usize),
}

/// What an operator says of a bar: one number or several.
pub(crate) type Answer = Option<Vec<f64>>;

/// An operator at work.
pub(crate) struct Running {
    pub(crate) warm_up: usize,
    pub(crate) settling: usize,
    update: Box<dyn FnMut(&Bar) -> Answer>,
}

impl Running {
    pub(crate) fn update(&mut self, bar: &Bar) -> Answer {
        (self.update)(bar)
    }
}

macro_rules! run {
    ($operator:expr, |$it:ident, $bar:ident| $answer:expr) => {{
        let mut $it = $operator;
        Running {
            warm_up: $it.warm_up(),
            settling: $it.settling(),
            update: Box::new(move |$bar: &Bar| $answer),
        }
    }};
}

/// An operator that answers a close with one number.
macro_rules! on_close {
    ($operator:expr) => {
        run!($operator, |it, bar| it.update(bar.close).map(|x| vec![x]))
    };
}

/// An operator that answers a bar with one number.
macro_rules! on_bar {
    ($operator:expr) => {
        run!($operator, |it, bar| it.update(bar).map(|x| vec![x]))
    };
}

/// What an operator can work with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Input {
    /// Any finite number.
    Numbers,
    /// Any finite number but zero.
    NotZero,
    /// Finite numbers above zero.
    Prices,
    /// Bars with four prices.
    Bars,
}

fn bars(count: usize) -> Period {
    Period::new(count).unwrap()
}

impl Kind {
    /// A fresh instance.
    pub(crate) fn start(self) -> Running {
        match self {
            Self::RollingSum(n) => on_close!(RollingSum::new(bars(n))),
            Self::Sma(n) => on_close!(Sma::new(bars(n))),
            Self::Ema(n) => on_close!(Ema::new(bars(n))),
            Self::Wilder(n) => {
                run!(Wilder::new(bars(n)), |it, bar| it.update(bar.high - bar.low).map(|x| vec![x]))
            }
            Self::StandardDeviation(n) => on_close!(StandardDeviation::new(bars(n))),
            Self::Bollinger(n, k) => run!(Bollinger::new(bars(n), k), |it, bar| it
                .update(bar.close)
                .map(|b| vec![b.upper, b.middle, b.lower])),
            Self::Roc(n) => on_close!(Roc::new(bars(n))),
            Self::LogReturn(n) => on_close!(LogReturn::new(bars(n))),
            Self::RollingMax(n) => on_close!(RollingMax::new(bars(n))),
            Self::RollingMin(n) => on_close!(RollingMin::new(bars(n))),
            Self::MidRankPercentile(n) => on_close!(MidRankPercentile::new(bars(n))),
            Self::CoMovement(n) => run!(CoMovement::new(bars(n)), |it, bar| it
                .update((bar.close / bar.open).ln(), (bar.high / bar.low).ln())
                .map(|c| vec![c.correlation, c.beta])),
            Self::Slope(n) => {
                run!(Slope::new(bars(n)), |it, bar| it.update(bar.close.ln()).map(|x| vec![x]))
            }
            _ => self.start_indicator(),
        }
    }

    fn start_indicator(self) -> Running {
        match self {
            Self::Macd(fast, slow, signal) => {
                run!(Macd::new(bars(fast), bars(slow), bars(signal)), |it, bar| it
                    .update(bar.close)
                    .map(|m| vec![m.line, m.signal, m.histogram]))
            }
            Self::Rsi(n) => on_close!(Rsi::new(bars(n))),
            Self::TrueRange => on_bar!(TrueRange::new()),
            Self::Atr(n) => on_bar!(Atr::new(bars(n))),
            Self::Natr(n) => on_bar!(Natr::new(bars(n))),
            Self::DirectionalMovement(n) => {
                run!(DirectionalMovement::new(bars(n)), |it, bar| it
                    .update(bar)
                    .map(|d| vec![d.plus, d.minus]))
            }
            Self::Directional(n) => run!(Directional::new(bars(n)), |it, bar| it
                .update(bar)
                .map(|d| vec![d.plus, d.minus])),
            Self::Dx(n) => on_bar!(Dx::new(bars(n))),
            Self::Adx(n) => on_bar!(Adx::new(bars(n))),
            Self::Chandelier(lookback, atr, k) => {
                run!(Chandelier::new(bars(lookback), bars(atr), k).unwrap(), |it, bar| it
                    .update(bar)
                    .map(|c| vec![c.long, c.short]))
            }
            _ => self.start_volatility(),
        }
    }

    fn start_volatility(self) -> Running {
        match self {
            Self::EwmaVolatility(decay) => on_close!(EwmaVolatility::try_new(decay).unwrap()),
            Self::RealisedVolatility(n) => on_close!(RealisedVolatility::new(bars(n))),
            Self::Har(measure, week, month) => {
                run!(Har::with_horizons(measure, bars(week), bars(month)), |it, bar| it
                    .update(bar.close)
                    .map(|h| vec![h.daily, h.weekly, h.monthly]))
            }
            Self::Parkinson(n) => on_bar!(Parkinson::new(bars(n))),
            Self::GarmanKlass(n) => on_bar!(GarmanKlass::new(bars(n))),
            Self::RogersSatchell(n) => on_bar!(RogersSatchell::new(bars(n))),
            Self::YangZhang(n) => on_bar!(YangZhang::new(bars(n)).unwrap()),
            _ => unreachable!("{self:?} is started elsewhere"),
        }
    }

    /// What it can work with.
    pub(crate) const fn input(self) -> Input {
        match self {
            Self::RollingSum(_)
            | Self::Sma(_)
            | Self::Ema(_)
            | Self::Wilder(_)
            | Self::StandardDeviation(_)
            | Self::Bollinger(..)
            | Self::Macd(..)
            | Self::Rsi(_)
            | Self::RollingMax(_)
            | Self::RollingMin(_)
            | Self::MidRankPercentile(_)
            | Self::CoMovement(_)
            | Self::Slope(_) => Input::Numbers,
            Self::Roc(_) => Input::NotZero,
            Self::LogReturn(_)
            | Self::EwmaVolatility(_)
            | Self::RealisedVolatility(_)
            | Self::Har(..) => Input::Prices,
            _ => Input::Bars,
        }
    }

    /// All answers of a fresh instance.
    pub(crate) fn answers(self, bars: &[Bar]) -> Vec<Answer> {
        let mut running = self.start();
        bars.iter().map(|bar| running.update(bar)).collect()
    }

    /// The operator with the periods it is mostly used with, each kind once.
    pub(crate) fn usual() -> Vec<Self> {
        vec![
            Self::RollingSum(20),
            Self::Sma(20),
            Self::Ema(20),
            Self::Wilder(14),
            Self::StandardDeviation(20),
            Self::Bollinger(20, 2.0),
            Self::Roc(10),
            Self::LogReturn(1),
            Self::RollingMax(252),
            Self::RollingMin(252),
            Self::MidRankPercentile(252),
            Self::CoMovement(60),
            Self::Slope(20),
            Self::Macd(12, 26, 9),
            Self::Rsi(14),
            Self::TrueRange,
            Self::Atr(14),
            Self::Natr(14),
            Self::DirectionalMovement(14),
            Self::Directional(14),
            Self::Dx(14),
            Self::Adx(14),
            Self::Chandelier(22, 22, 3.0),
            Self::EwmaVolatility(0.94),
            Self::RealisedVolatility(21),
            Self::Har(HarMeasure::SquaredReturn, 5, 22),
            Self::Har(HarMeasure::AbsoluteReturn, 5, 22),
            Self::Parkinson(21),
            Self::GarmanKlass(21),
            Self::RogersSatchell(21),
            Self::YangZhang(21),
        ]
    }

    /// Shorter, longer and odder parameters than the usual ones.
    pub(crate) fn other_parameters() -> Vec<Self> {
        let mut kinds = Vec::new();
        for n in [1, 2, 3, 5, 10, 30, 50, 100, 200] {
            kinds.extend([Self::Sma(n), Self::Ema(n), Self::Roc(n), Self::StandardDeviation(n)]);
            kinds.extend([
                Self::Bollinger(n, 1.5),
                Self::LogReturn(n),
                Self::RealisedVolatility(n),
            ]);
        }
        for n in [1, 2, 3, 5, 10, 30, 50, 100] {
            kinds.extend([Self::Atr(n), Self::Natr(n), Self::Wilder(n), Self::Rsi(n)]);
        }
        for n in [2, 3, 5, 7, 10, 20, 30, 50] {
            kinds.extend([Self::DirectionalMovement(n), Self::Directional(n)]);
            kinds.extend([Self::Dx(n), Self::Adx(n), Self::YangZhang(n)]);
        }
        let macd = |(fast, slow, signal)| Self::Macd(fast, slow, signal);
        kinds.extend([(3, 10, 16), (26, 12, 9), (1, 2, 1), (5, 35, 5), (12, 26, 1)].map(macd));
        kinds.extend([(2, 3, 2), (25, 26, 9), (9, 10, 10), (12, 26, 26), (5, 20, 21)].map(macd));
        kinds.extend([(1, 50, 9), (50, 100, 20), (8, 17, 60), (2, 50, 2), (7, 7, 5)].map(macd));
        kinds.extend([0.0, 0.1, 0.5, 0.8, 0.9, 0.97, 0.99].map(Self::EwmaVolatility));
        for (lookback, atr, k) in [(22, 14, 1.0), (22, 22, 0.3), (10, 5, 10.0), (60, 50, 3.0)] {
            kinds.push(Self::Chandelier(lookback, atr, k));
        }
        kinds
    }
}
