//! The parts of the screen by themselves; the whole is compared with a loop over bars in the
//! integration tests.

use proptest::prelude::*;

use super::averages::Averages;
use super::stretches::Stretches;
use super::*;

fn rules() -> Rules {
    Rules { cash: 1_000.0, fee: 0.001, wait: 0 }
}

#[test]
fn what_cannot_be_traded_is_refused_with_its_numbers() {
    let screen = |opens: &[f64], closes: &[f64], rules| Screen::new(opens, closes, rules, &[1, 2]);
    let refused = |opens: &[f64], closes: &[f64]| screen(opens, closes, rules()).unwrap_err();
    assert_eq!(refused(&[1.0], &[1.0]), CrossoverError::Bars { opens: 1, closes: 1 });
    assert_eq!(refused(&[1.0; 3], &[1.0; 2]), CrossoverError::Bars { opens: 3, closes: 2 });
    let price = refused(&[1.0, 0.0, 1.0], &[1.0; 3]);
    assert_eq!(price, CrossoverError::Price { bar: 1, price: 0.0 });
    let price = refused(&[1.0; 3], &[1.0, 1.0, f64::INFINITY]);
    assert_eq!(price, CrossoverError::Price { bar: 2, price: f64::INFINITY });
    assert!(matches!(refused(&[f64::NAN; 2], &[1.0; 2]), CrossoverError::Price { bar: 0, .. }));
    for (cash, fee) in [(0.0, 0.0), (f64::NAN, 0.0), (1.0, 1.0), (1.0, -0.1), (1.0, f64::NAN)] {
        let refused = screen(&[1.0; 2], &[1.0; 2], Rules { cash, fee, wait: 0 }).unwrap_err();
        assert!(matches!(refused, CrossoverError::Rules { .. }));
    }
}

#[test]
fn a_pair_has_a_fast_period_below_its_slow_one() {
    for (fast, slow) in [(0, 5), (5, 5), (6, 5)] {
        assert_eq!(Pair::new(fast, slow), Err(CrossoverError::Pair { fast, slow }));
    }
    let pair = Pair::new(1, 2).unwrap();
    assert_eq!((pair.fast(), pair.slow()), (1, 2));
}

#[test]
fn a_period_that_was_not_prepared_is_an_error_and_one_beyond_the_bars_never_trades() {
    let closes = [1.0, 2.0, 3.0, 4.0];
    let screen = Screen::new(&closes, &closes, rules(), &[1, 9]).unwrap();
    let unknown = screen.evaluate(Pair::new(1, 2).unwrap());
    assert_eq!(unknown.unwrap_err(), CrossoverError::Period { period: 2 });
    let idle = screen.evaluate(Pair::new(1, 9).unwrap()).unwrap();
    assert_eq!((idle.final_equity, idle.total_return, idle.max_drawdown), (1_000.0, 0.0, 0.0));
    assert_eq!((idle.sharpe, idle.fills, idle.cagr), (None, 0, Some(0.0)));
    let refused = Screen::new(&closes, &closes, rules(), &[0]).unwrap_err();
    assert_eq!(refused, CrossoverError::Period { period: 0 });
    let far = Rules { wait: usize::MAX, ..rules() };
    let screen = Screen::new(&closes, &closes, far, &[1, 2]).unwrap();
    assert_eq!(screen.evaluate(Pair::new(1, 2).unwrap()).unwrap().fills, 0);
}

#[test]
fn a_point_of_a_sweep_has_to_have_the_counts() {
    use crate::sweep::{Axis, Space};

    let closes = [1.0, 2.0, 3.0, 4.0];
    let screen = Screen::new(&closes, &closes, rules(), &[1, 2]).unwrap();
    let axes = vec![Axis::integers("f", 1, 1, 1), Axis::linear("s", 2.0, 2.0, 1)];
    let point = Space::new(axes, Vec::new()).unwrap().at(&[0, 0]).unwrap();
    let error = screen.evaluate_point(&point, ("f", "s")).unwrap_err();
    assert_eq!(error.to_string(), "the point f=1;s=2 has no count called \"s\"");
}

/// Prices that meet again and again: whole numbers close together.
fn prices(bars: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(90_i32..110, bars).prop_map(|p| p.into_iter().map(f64::from).collect())
}

proptest! {
    #[test]
    fn a_stretch_is_what_a_walk_over_its_bars_finds(
        prices in (1_usize..300).prop_flat_map(prices), ends in (0_usize..300, 0_usize..300),
    ) {
        let (a, b) = (ends.0 % prices.len(), ends.1 % prices.len());
        let stretch = Stretches::new(&prices).over(a.min(b), a.max(b));
        let (mut highest, mut fallen) = (0.0_f64, 1.0_f64);
        for price in &prices[a.min(b)..=a.max(b)] {
            highest = highest.max(*price);
            fallen = fallen.min(price / highest);
        }
        let lowest = prices[a.min(b)..=a.max(b)].iter().copied().fold(f64::INFINITY, f64::min);
        prop_assert_eq!((stretch.lowest, stretch.highest), (lowest, highest));
        prop_assert_eq!(stretch.fallen, fallen);
    }

    #[test]
    fn a_line_is_the_mean_of_windows_and_its_first_bar_below_is_found(
        prices in (1_usize..200).prop_flat_map(prices),
        periods in (1_usize..20, 1_usize..20), from in 0_usize..220,
    ) {
        let averages = Averages::new(&prices, &[periods.0, periods.1, periods.0]);
        let mean = |bar: usize, period: usize| {
            let window = prices.get((bar + 1).checked_sub(period)?..=bar)?;
            Some(window.iter().sum::<f64>() / period as f64)
        };
        let below = |bar: &usize| {
            mean(*bar, periods.0).zip(mean(*bar, periods.1)).is_some_and(|(own, other)| own < other)
        };
        let first = (from..prices.len()).find(below);
        let line = |period| averages.line(period).unwrap();
        prop_assert_eq!(line(periods.0).first_below(line(periods.1), from), first);
        prop_assert!(averages.line(20).is_none());
    }
}
