//! Every operator against its definition: random parameters, random and real series.

use proptest::prelude::*;
use tradebot_domain::{Bar, Date};
use tradebot_features::operators::HarMeasure;

use crate::naive;
use crate::operator::Kind;
use crate::series::all;

/// Greatest difference that rounding explains, for a definition that says `expected` at `price`.
fn tolerance(kind: Kind, expected: &[f64], i: usize, price: f64) -> f64 {
    let unit = match kind {
        // These differences may be near zero, and the root of one magnifies its error.
        Kind::GarmanKlass(_) | Kind::RogersSatchell(_) | Kind::YangZhang(_) => {
            return 1e-9 * expected[i] + 1e-13 / (expected[i] + 3e-7);
        }
        // Running sums: a window that hardly moves after one that did has lost some digits.
        Kind::CoMovement(_) => 1e3,
        Kind::Roc(_)
        | Kind::Natr(_)
        | Kind::Rsi(_)
        | Kind::Directional(_)
        | Kind::Dx(_)
        | Kind::Adx(_) => 0.1,
        Kind::LogReturn(_) | Kind::Slope(_) | Kind::Har(..) => 1e-5,
        Kind::EwmaVolatility(_) | Kind::RealisedVolatility(_) | Kind::Parkinson(_) => 1e-3,
        _ => 1e-3 * price,
    };
    1e-9 * expected[i].abs().max(unit)
}

#[track_caller]
fn check(kind: Kind, bars: &[Bar]) {
    let price = bars.iter().fold(0.0, |highest: f64, bar| highest.max(bar.high));
    let rows = kind.answers(bars).into_iter().zip(naive::answers(kind, bars));
    for (row, (got, expected)) in rows.enumerate() {
        let (Some(got), Some(expected)) = (&got, &expected) else {
            assert_eq!(got, expected, "{kind:?} bar {row}");
            continue;
        };
        assert_eq!(got.len(), expected.len());
        for (i, (value, wanted)) in got.iter().zip(expected).enumerate() {
            assert!(
                (value - wanted).abs() <= tolerance(kind, expected, i, price),
                "{kind:?} bar {row}: got {got:?}, expected {expected:?}"
            );
        }
    }
}

#[test]
fn on_real_series_every_operator_says_what_its_definition_says() {
    for (name, bars) in all() {
        println!("{name}: {} bars", bars.len());
        for kind in Kind::usual().into_iter().chain(Kind::other_parameters()) {
            check(kind, &bars);
        }
    }
}

/// A day in small whole numbers, so that ties, flat days and inside days are common: gap, change
/// of the day, reach above and below; all in quarters of a percent.
type Day = (i32, i32, i32, i32);

fn days() -> impl Strategy<Value = Vec<Day>> {
    let gap = prop_oneof![6 => Just(0), 3 => -3..=3, 1 => -150..=150];
    let change = prop_oneof![2 => Just(0), 6 => -8..=8];
    prop::collection::vec((gap, change, 0..=5, 0..=5), 0..240)
}

fn bars(days: &[Day]) -> Vec<Bar> {
    let step = |quarters: i32| (f64::from(quarters) / 400.0).exp();
    let mut close = 100.0;
    let mut date = Date::constant(2010, 1, 4);
    let mut day = |&(gap, change, above, below): &Day| {
        date = date.tomorrow().unwrap();
        let open = close * step(gap);
        close = open * step(change);
        let (high, low) = (open.max(close) * step(above), open.min(close) * step(-below));
        Bar { date: date.into(), open, high, low, close, volume: 1.0 }
    };
    days.iter().map(&mut day).collect()
}

/// Every kind once, with parameters made of the numbers given.
fn kinds(n: usize, m: usize, k: f64) -> Vec<Kind> {
    let smallest_two = n.max(2);
    vec![
        Kind::RollingSum(n),
        Kind::Sma(n),
        Kind::Ema(n),
        Kind::Wilder(n),
        Kind::StandardDeviation(n),
        Kind::Bollinger(n, k),
        Kind::Roc(n),
        Kind::LogReturn(n),
        Kind::RollingMax(n),
        Kind::RollingMin(n),
        Kind::MidRankPercentile(n),
        Kind::CoMovement(n),
        Kind::Slope(n),
        Kind::Macd(n, m, n.min(20)),
        Kind::Macd(m, n, 1),
        Kind::Rsi(n),
        Kind::TrueRange,
        Kind::Atr(n),
        Kind::Natr(n),
        Kind::DirectionalMovement(n),
        Kind::Directional(n),
        Kind::Dx(n),
        Kind::Adx(n),
        Kind::Chandelier(n, m, k),
        Kind::EwmaVolatility(1.0 - 0.2 * k),
        Kind::RealisedVolatility(n),
        Kind::Har(HarMeasure::SquaredReturn, m, n),
        Kind::Har(HarMeasure::AbsoluteReturn, n, m),
        Kind::Parkinson(n),
        Kind::GarmanKlass(n),
        Kind::RogersSatchell(n),
        Kind::YangZhang(smallest_two),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn on_random_series_every_operator_says_what_its_definition_says(
        days in days(), n in 1_usize..=50, m in 1_usize..=50, k in 0.1_f64..5.0
    ) {
        let bars = bars(&days);
        for kind in kinds(n, m, k) {
            check(kind, &bars);
        }
    }
}
