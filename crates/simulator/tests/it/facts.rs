//! Stylised facts of asset returns (Cont 2001), measured on twenty years.

use tradebot_simulator::{Churn, Edge, Recorded, World, WorldConfig};

use crate::numbers::{acf, continuous, correlation, covariance, kurtosis, mean, returns};

fn calm(seed: u64, edge: Option<Edge>) -> World {
    let churn = Churn::NONE;
    World::new(WorldConfig { seed, symbols: 40, churn, edge, ..WorldConfig::default() })
        .expect("a world of plain settings")
}

fn symbols(world: &World) -> Vec<Recorded> {
    let shared = world.recorded();
    (1..=world.config().symbols).map(|n| shared.symbol(n)).collect()
}

fn returns_of(recorded: &Recorded) -> Vec<f64> {
    returns(&continuous(&recorded.bars, &recorded.actions))
}

fn index_returns(world: &World) -> Vec<f64> {
    let index = world.recorded().backdrop().index;
    returns(&index.iter().map(|bar| bar.close).collect::<Vec<_>>())
}

#[test]
fn tails_are_fat_in_every_symbol_and_in_the_index() {
    for seed in [1, 2, 3] {
        let world = calm(seed, None);
        let index = kurtosis(&index_returns(&world));
        assert!(index > 4.0, "seed {seed}: index {index}");
        for recorded in symbols(&world) {
            let k = kurtosis(&returns_of(&recorded));
            assert!(k > 3.5, "seed {seed}, {}: {k}", recorded.symbol);
        }
    }
}

#[test]
fn sizes_of_moves_cluster_and_forget_slowly_while_their_signs_do_not() {
    for seed in [1, 2, 3] {
        let moves = index_returns(&calm(seed, None));
        let sizes: Vec<f64> = moves.iter().map(|r| r.abs()).collect();
        for (lag, least) in [(1, 0.08), (5, 0.08), (20, 0.05)] {
            let found = acf(&sizes, lag);
            assert!(found > least, "seed {seed}: |r| at lag {lag}: {found}");
        }
        for lag in [1, 2, 5] {
            // Clustering widens the band of white noise (1.96 / 71) by about two.
            let found = acf(&moves, lag);
            assert!(found.abs() < 0.075, "seed {seed}: r at lag {lag}: {found}");
        }
    }
}

#[test]
fn falls_raise_the_volatility_that_follows() {
    for seed in [1, 2, 3] {
        let moves = index_returns(&calm(seed, None));
        let sizes: Vec<f64> = moves.iter().map(|r| r.abs()).collect();
        let lags: Vec<f64> =
            (1..=10).map(|k| correlation(&moves[..moves.len() - k], &sizes[k..])).collect();
        let leverage = mean(&lags);
        assert!(leverage < -0.03, "seed {seed}: {leverage}");
    }
}

#[test]
fn symbols_move_together_as_far_as_stocks_do() {
    let all: Vec<Vec<f64>> = symbols(&calm(5, None)).iter().map(returns_of).collect();
    let pairs = (0..all.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
    let found: Vec<f64> = pairs.map(|(i, j)| correlation(&all[i], &all[j])).collect();
    let average = mean(&found);
    assert!((0.20..0.50).contains(&average), "{average}");
    assert!(found.iter().all(|c| *c > 0.02 && *c < 0.85));
}

#[test]
fn the_vix_knows_the_volatility_to_come_and_moves_against_the_market() {
    let world = calm(9, None);
    let backdrop = world.recorded().backdrop();
    let vix: Vec<f64> = backdrop.vix.iter().map(|bar| bar.close).collect();
    let average = mean(&vix);
    assert!((14.0..26.0).contains(&average) && vix.iter().all(|v| *v > 5.0), "{average}");
    let moves = index_returns(&world);
    let ahead: Vec<f64> =
        moves.windows(21).map(|w| (252.0 * mean(&squares(w))).sqrt() * 100.0).collect();
    // The move at i leads from close i to close i + 1: what follows the VIX of close i.
    let known = correlation(&vix[..ahead.len()], &ahead);
    assert!(known > 0.4, "{known}");
    let against = correlation(&returns(&vix), &moves);
    assert!(against < -0.3, "{against}");
}

fn squares(x: &[f64]) -> Vec<f64> {
    x.iter().map(|r| r * r).collect()
}

#[test]
fn volume_goes_with_range_and_nights_are_calmer_than_days() {
    for recorded in symbols(&calm(4, None)).iter().take(10) {
        let bars = &recorded.bars;
        let since = recorded
            .actions
            .iter()
            .rev()
            .find(|a| matches!(a.kind, tradebot_domain::ActionKind::Split { .. }));
        let bars: Vec<_> =
            bars.iter().filter(|b| since.is_none_or(|a| b.date.date() > a.ex_date)).collect();
        if bars.len() < 500 {
            continue;
        }
        let ranges: Vec<f64> = bars.iter().map(|b| (b.high / b.low).ln()).collect();
        let volumes: Vec<f64> = bars.iter().map(|b| b.volume.ln()).collect();
        let together = correlation(&ranges, &volumes);
        assert!(together > 0.3, "{}: {together}", recorded.symbol);
        let nights: Vec<f64> = bars.windows(2).map(|w| (w[1].open / w[0].close).ln()).collect();
        let days: Vec<f64> = bars.iter().map(|b| (b.close / b.open).ln()).collect();
        let share = covariance(&nights, &nights) / covariance(&days, &days);
        assert!((0.2..0.55).contains(&share), "{}: {share}", recorded.symbol);
    }
}

/// Mean over symbols of the correlation between a symbol's past and its next own return.
fn momentum(world: &World) -> f64 {
    let all: Vec<Vec<f64>> = symbols(world).iter().map(returns_of).collect();
    let days = all[0].len();
    let market: Vec<f64> =
        (0..days).map(|t| all.iter().map(|r| r[t]).sum::<f64>() / all.len() as f64).collect();
    let each: Vec<f64> = all
        .iter()
        .map(|r| {
            let own: Vec<f64> = r.iter().zip(&market).map(|(a, m)| a - m).collect();
            let past: Vec<f64> = own.windows(20).map(|w| w.iter().sum()).collect();
            correlation(&past[..past.len() - 1], &own[20..])
        })
        .collect();
    mean(&each)
}

#[test]
fn nothing_can_be_forecast_unless_an_edge_is_asked_for() {
    // 40 symbols of 5,033 returns: the standard error of the mean correlation is about 0.0025.
    let none = momentum(&calm(8, None));
    assert!(none.abs() < 0.01, "{none}");
    let planted = momentum(&calm(8, Some(Edge { strength: 0.1, sessions: 20.0 })));
    assert!(planted > 0.03, "{planted}");
    let reversed = momentum(&calm(8, Some(Edge { strength: -0.1, sessions: 20.0 })));
    assert!(reversed < -0.03, "{reversed}");
}

#[test]
fn the_currency_stays_where_it_was_for_a_generation() {
    let usdcad = calm(6, None).recorded().backdrop().usdcad;
    assert!(usdcad.iter().all(|bar| (0.7..2.2).contains(&bar.close)));
    let moves = returns(&usdcad.iter().map(|bar| bar.close).collect::<Vec<_>>());
    let yearly = (252.0 * covariance(&moves, &moves)).sqrt();
    assert!((0.05..0.14).contains(&yearly), "{yearly}");
}
