//! How soon an operator forgets that it did not see the past.

use tradebot_domain::Bar;
use tradebot_features::Period;
use tradebot_features::operators::{
    Adx, Atr, Bollinger, CoMovement, Directional, Ema, EwmaVolatility, Macd, MidRankPercentile,
    Natr, Roc, RollingMax, RollingMin, Rsi, Slope, Sma, StandardDeviation,
};

use crate::series::index;

type Operator = Box<dyn FnMut(&Bar) -> Option<f64>>;
/// Name, maker, and the bar with which it has settled, as the module page declares it.
type Row = (&'static str, fn() -> Operator, usize);

const TOLERANCE: f64 = 1e-6;

fn close(make: impl FnMut(f64) -> Option<f64> + 'static) -> Operator {
    let mut update = make;
    Box::new(move |bar| update(bar.close))
}

/// The rows of the table on the page of `operators`.
const TABLE: [Row; 18] = [
    (
        "sma",
        || {
            let mut s = Sma::new(Period::of::<20>());
            close(move |x| s.update(x))
        },
        20,
    ),
    (
        "sd",
        || {
            let mut s = StandardDeviation::new(Period::of::<20>());
            close(move |x| s.update(x))
        },
        20,
    ),
    (
        "bollinger",
        || {
            let mut s = Bollinger::new(Period::of::<20>(), 2.0);
            close(move |x| s.update(x).map(|b| b.z(x)))
        },
        20,
    ),
    (
        "roc",
        || {
            let mut s = Roc::new(Period::of::<10>());
            close(move |x| s.update(x))
        },
        11,
    ),
    (
        "max",
        || {
            let mut s = RollingMax::new(Period::of::<252>());
            close(move |x| s.update(x))
        },
        252,
    ),
    (
        "min",
        || {
            let mut s = RollingMin::new(Period::of::<252>());
            close(move |x| s.update(x))
        },
        252,
    ),
    (
        "rank",
        || {
            let mut s = MidRankPercentile::new(Period::of::<252>());
            close(move |x| s.update(x))
        },
        252,
    ),
    (
        "co-movement",
        || {
            let mut s = CoMovement::new(Period::of::<60>());
            Box::new(move |b| {
                s.update((b.close / b.low).ln(), (b.high / b.open).ln()).map(|c| c.beta)
            })
        },
        60,
    ),
    (
        "slope",
        || {
            let mut s = Slope::new(Period::of::<20>());
            close(move |x| s.update(x.ln()))
        },
        20,
    ),
    (
        "ema",
        || {
            let mut s = Ema::new(Period::of::<20>());
            close(move |x| s.update(x))
        },
        130,
    ),
    (
        "macd line",
        || {
            let mut s = Macd::new(Period::of::<12>(), Period::of::<26>(), Period::of::<9>());
            close(move |x| s.update(x).map(|m| m.line))
        },
        230,
    ),
    (
        "macd histogram",
        || {
            let mut s = Macd::new(Period::of::<12>(), Period::of::<26>(), Period::of::<9>());
            close(move |x| s.update(x).map(|m| m.histogram))
        },
        230,
    ),
    (
        "rsi",
        || {
            let mut s = Rsi::new(Period::of::<14>());
            close(move |x| s.update(x))
        },
        210,
    ),
    (
        "atr",
        || {
            let mut s = Atr::new(Period::of::<14>());
            Box::new(move |b| s.update(b))
        },
        200,
    ),
    (
        "natr",
        || {
            let mut s = Natr::new(Period::of::<14>());
            Box::new(move |b| s.update(b))
        },
        200,
    ),
    (
        "+di",
        || {
            let mut s = Directional::new(Period::of::<14>());
            Box::new(move |b| s.update(b).map(|d| d.plus))
        },
        210,
    ),
    (
        "adx",
        || {
            let mut s = Adx::new(Period::of::<14>());
            Box::new(move |b| s.update(b))
        },
        250,
    ),
    (
        "ewma volatility",
        || {
            let mut s = EwmaVolatility::new(0.94);
            close(move |x| s.update(x))
        },
        240,
    ),
];

fn values(make: fn() -> Operator, bars: &[Bar]) -> Vec<Option<f64>> {
    let mut operator = make();
    bars.iter().map(&mut operator).collect()
}

/// The first bar, counted from 1, from which on an instance that starts at `start` stays within
/// the tolerance of one that saw everything. Errors are relative to the value or, where a value
/// happens to be near zero, to the typical size of the series.
fn settled_with(make: fn() -> Operator, long: &[Option<f64>], bars: &[Bar], start: usize) -> usize {
    let known: Vec<f64> = long.iter().flatten().copied().collect();
    let typical = (known.iter().map(|x| x * x).sum::<f64>() / known.len() as f64).sqrt();
    let fresh = values(make, &bars[start..]);
    let differs = fresh.iter().zip(&long[start..]).rposition(|(fresh, long)| {
        let (Some(fresh), Some(long)) = (fresh, long) else { return true };
        (fresh - long).abs() > TOLERANCE * long.abs().max(typical)
    });
    differs.map_or(1, |last| last + 2)
}

#[test]
fn every_operator_settles_with_the_bar_its_page_declares() {
    let bars = index();
    let mut wrong = Vec::new();
    for (name, make, declared) in TABLE {
        let long = values(make, &bars);
        let measured = (400..4_400)
            .step_by(125)
            .map(|start| settled_with(make, &long, &bars[..start + 600], start))
            .max()
            .unwrap();
        println!("{name}: settled with bar {measured}, declared {declared}");
        if !(measured..=measured + 40).contains(&declared) {
            wrong.push((name, measured, declared));
        }
    }
    assert_eq!(wrong, [], "operator, measured, declared");
}
