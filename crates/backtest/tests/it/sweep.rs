//! The screen for crossing averages against a plain loop over the bars, on real and made-up prices,
//! and against figures that other systems have computed.

use proptest::prelude::*;
use tradebot_backtest::performance;
use tradebot_backtest::sweep::crossover::{Fill, Pair, Rules, Screen, Side};
use tradebot_backtest::sweep::{Axis, Measure, Parameters, Space, Sweep, TrialResult};

use crate::vectors::index_bars;

/// Bars one by one: fills of the last signal first, then the averages, each the sum of its window.
fn loop_over_bars(
    (opens, closes): (&[f64], &[f64]),
    rules: Rules,
    pair: Pair,
) -> (Vec<Fill>, Vec<f64>) {
    let (mut cash, mut shares, mut wanted) = (rules.cash, 0.0, None);
    let (mut fills, mut equity) = (Vec::new(), Vec::new());
    for (bar, (&price, close)) in opens.iter().zip(closes).enumerate() {
        match wanted.take() {
            Some(Side::Buy) => {
                shares = cash / (price * (1.0 + rules.fee));
                cash = 0.0;
                fills.push(Fill { bar, side: Side::Buy, price, shares });
            }
            Some(Side::Sell) => {
                fills.push(Fill { bar, side: Side::Sell, price, shares });
                cash = shares * price * (1.0 - rules.fee);
                shares = 0.0;
            }
            None => {}
        }
        if bar + 1 >= pair.slow() + rules.wait {
            let mean =
                |period: usize| closes[bar + 1 - period..=bar].iter().sum::<f64>() / period as f64;
            let (fast, slow) = (mean(pair.fast()), mean(pair.slow()));
            if fast > slow && shares == 0.0 {
                wanted = Some(Side::Buy);
            } else if fast < slow && shares > 0.0 {
                wanted = Some(Side::Sell);
            }
        }
        equity.push(cash + shares * close);
    }
    (fills, equity)
}

fn near(a: f64, b: f64, relative: f64) -> bool {
    (a - b).abs() <= relative * b.abs().max(1e-3)
}

/// Everything that the screen says of a pair, against the loop.
fn compare(screen: &Screen, bars: (&[f64], &[f64]), rules: Rules, pair: Pair) -> usize {
    let (fills, equity) = loop_over_bars(bars, rules, pair);
    let screened = screen.fills(pair).unwrap();
    assert_eq!(screened.len(), fills.len(), "{pair:?}");
    for (ours, theirs) in screened.iter().zip(&fills) {
        assert_eq!((ours.bar, ours.side, ours.price), (theirs.bar, theirs.side, theirs.price));
        assert!(near(ours.shares, theirs.shares, 1e-12), "{pair:?}: {ours:?} {theirs:?}");
    }
    let figures = screen.evaluate_with_returns(pair).unwrap();
    let last = *equity.last().unwrap();
    assert!(near(figures.final_equity, last, 1e-12), "{pair:?}: {figures:?} {last}");
    assert_eq!(figures.fills, fills.len() as u64);
    assert_eq!(figures.trades, fills.len() as u64 / 2);
    let returns: Vec<f64> = equity.windows(2).map(|w| w[1] / w[0] - 1.0).collect();
    let ours = figures.daily_returns.as_deref().unwrap();
    assert_eq!(ours.len(), returns.len());
    assert!(ours.iter().zip(&returns).all(|(a, b)| (a - b).abs() < 1e-12), "{pair:?}");
    let measured = performance::performance(&returns);
    assert!(near(figures.max_drawdown, measured.max_drawdown.unwrap(), 1e-11), "{pair:?}");
    assert!(near(figures.cagr.unwrap(), measured.cagr.unwrap(), 1e-9), "{pair:?}");
    if fills.is_empty() {
        assert_eq!(figures.sharpe, None);
    } else if measured.volatility.is_some_and(|v| v > 1e-6) {
        let (ours, theirs) = (figures.sharpe.unwrap(), measured.sharpe.unwrap());
        assert!(near(ours, theirs, 1e-8), "{pair:?}: {ours} {theirs}");
    }
    assert_eq!(screen.evaluate(pair).unwrap(), TrialResult { daily_returns: None, ..figures });
    fills.len()
}

fn pairs(fast: impl Iterator<Item = usize>, slow: &[usize]) -> Vec<Pair> {
    fast.flat_map(|f| slow.iter().filter_map(move |s| Pair::new(f, *s).ok())).collect()
}

#[test]
fn on_two_indices_every_fill_and_the_equity_are_those_of_a_loop_over_bars() {
    let rules = Rules { cash: 1_000_000.0, fee: 0.001, wait: 1 };
    let pairs =
        pairs((1..60).step_by(2), &[2, 7, 20, 45, 50, 61, 75, 90, 120, 150, 177, 200, 260, 350]);
    assert!(pairs.len() > 300);
    for symbol in ["^GSPC", "^IXIC"] {
        // As they were published, in fractions, and in cents.
        let (opens, closes) = index_bars(symbol);
        let cents = |prices: &[f64]| prices.iter().map(|p| (p * 100.0).round()).collect::<Vec<_>>();
        for (opens, closes) in [(cents(&opens), cents(&closes)), (opens, closes)] {
            let screen = Screen::for_pairs(&opens, &closes, rules, &pairs).unwrap();
            let compared = |pair: &Pair| compare(&screen, (&opens, &closes), rules, *pair);
            assert!(pairs.iter().map(compared).sum::<usize>() > 10_000);
        }
    }
}

proptest! {
    #[test]
    fn on_random_walks_every_fill_and_the_equity_are_those_of_a_loop_over_bars(
        steps in prop::collection::vec((-3_i32..=3, -3_i32..=3), 2..400),
        (fast, more) in (1_usize..25, 1_usize..40),
        (fee, wait) in (0.0_f64..0.02, 0_usize..4),
    ) {
        // Whole numbers in small steps: averages meet exactly, and often.
        let mut close = 100;
        let walk = steps.iter().map(|(overnight, day)| {
            let open = (close + overnight).max(5);
            close = (open + day).max(5);
            (f64::from(open), f64::from(close))
        });
        let (opens, closes): (Vec<f64>, Vec<f64>) = walk.unzip();
        let rules = Rules { cash: 1_000.0, fee, wait };
        let pair = Pair::new(fast, fast + more).unwrap();
        let screen = Screen::for_pairs(&opens, &closes, rules, &[pair]).unwrap();
        compare(&screen, (&opens, &closes), rules, pair);
    }
}

/// Sums over a grid of the S&P 500 in cents, all in at the next open for 0.1 %, as a hand-written
/// loop compiled by numba and vectorbt 1.2.0 compute them.
#[test]
fn a_thousand_pairs_on_the_index_sum_to_what_other_systems_say() {
    let (opens, closes) = index_bars("^GSPC");
    let cents = |prices: &[f64]| prices.iter().map(|p| (p * 100.0).round()).collect::<Vec<_>>();
    let (opens, closes) = (cents(&opens), cents(&closes));
    let slow: Vec<usize> = (50..175).step_by(5).collect();
    let pairs = pairs(5..45, &slow);
    let rules = Rules { cash: 1_000_000.0, fee: 0.001, wait: 1 };
    let screen = Screen::for_pairs(&opens, &closes, rules, &pairs).unwrap();
    let figures = screen.evaluate_all(&pairs).unwrap();
    let sum = |of: &dyn Fn(&TrialResult) -> f64| figures.iter().map(of).sum::<f64>();
    assert_eq!((pairs.len(), figures.iter().map(|f| f.fills).sum::<u64>()), (1_000, 66_670));
    assert!(near(sum(&|f| f.final_equity), 1_718_644_131.242_5, 1e-13));
    assert!(near(sum(&|f| -f.max_drawdown) / 1e3, 0.335_621_855_597, 1e-11));
    assert!(near(sum(&|f| f.sharpe.unwrap()) / 1e3, 0.289_296_393_984, 1e-11));

    // The same as a sweep: one table, whatever the number of threads.
    let axes = vec![Axis::integers("fast", 5, 44, 1), Axis::integers("slow", 50, 170, 5)];
    let space = Space::new(axes, vec!["fast < slow".parse().unwrap()]).unwrap();
    let evaluate = |point: &Parameters| screen.evaluate_point(point, ("fast", "slow"));
    let table = Sweep::of("^GSPC, in cents").run(&space, space.grid(), &evaluate);
    assert!(table.trials().iter().map(|t| t.result().unwrap()).eq(&figures));
    let best = table.best(Measure::FinalEquity).unwrap();
    assert_eq!((best.trial.id().as_str(), best.of), ("fast=41;slow=165", 1_000));
    assert!(near(best.value, 2_927_449.787_731_6, 1e-13));
}
