//! The guarantees, on random and adversarial streams; a linear pool has to fail them.

use proptest::prelude::*;

use super::*;

type Stream = Vec<(Vec<Option<f64>>, bool)>;

fn loss(p: f64, won: bool) -> f64 {
    (p - f64::from(u8::from(won))).powi(2)
}

fn awake(p: &[f64]) -> Vec<Option<f64>> {
    p.iter().copied().map(Some).collect()
}

/// Opinions of `experts` members with extremes among them, some asleep when `sleepers`.
fn stream(experts: usize, sleepers: bool) -> impl Strategy<Value = Stream> {
    let opinion = prop_oneof![Just(0.0), Just(1.0), 0.0_f64..=1.0];
    let opinion =
        (opinion, 0.0_f64..1.0).prop_map(move |(p, sleep)| (!sleepers || sleep > 0.3).then_some(p));
    let round = (prop::collection::vec(opinion, experts), any::<bool>());
    prop::collection::vec(round, 1..150)
}

/// Two members that always contradict each other, and outcomes that contradict the forecast.
fn adversary(rounds: usize, forecast: impl Fn(&[bool]) -> f64) -> Stream {
    let mut history: Vec<bool> = Vec::new();
    for _ in 0..rounds {
        let won = forecast(&history) < 0.5;
        history.push(won);
    }
    history.into_iter().map(|won| (awake(&[0.0, 1.0]), won)).collect()
}

/// Forecast and update in turn; the losses of the forecasts.
fn losses(algorithm: &mut AggregatingAlgorithm, stream: &Stream) -> Vec<f64> {
    stream
        .iter()
        .map(|(advice, won)| {
            let l = algorithm.forecast(advice).map_or(0.0, |p| loss(p, *won));
            algorithm.update(advice, *won);
            l
        })
        .collect()
}

/// The largest discounted regret against any expert at any time, over rounds it was awake in.
fn regret_max(own: &[f64], stream: &Stream, gamma: f64) -> f64 {
    let mut worst = f64::NEG_INFINITY;
    for k in 0..stream[0].0.len() {
        let mut regret = 0.0;
        for (l, (advice, won)) in own.iter().zip(stream) {
            regret = gamma * regret + advice[k].map_or(0.0, |p| l - loss(p, *won));
            worst = worst.max(regret);
        }
    }
    worst
}

fn run(stream: &Stream, memory: Memory) -> Vec<f64> {
    losses(&mut AggregatingAlgorithm::new(stream[0].0.len(), 2.0, memory), stream)
}

fn bound(stream: &Stream) -> f64 {
    (stream[0].0.len() as f64).ln() / 2.0 + 1e-9
}

fn aggregated(history: &[bool]) -> f64 {
    let mut algorithm = AggregatingAlgorithm::new(2, 2.0, Memory::Full);
    for won in history {
        algorithm.update(&awake(&[0.0, 1.0]), *won);
    }
    algorithm.forecast(&awake(&[0.0, 1.0])).unwrap()
}

fn linear_pool(history: &[bool]) -> f64 {
    let mut algorithm = AggregatingAlgorithm::new(2, 2.0, Memory::Full);
    for won in history {
        algorithm.update(&awake(&[0.0, 1.0]), *won);
    }
    pool::linear(&[0.0, 1.0], &algorithm.weights())
}

#[test]
fn an_adversary_cannot_break_the_bound() {
    let stream = adversary(200, aggregated);
    let regret = regret_max(&run(&stream, Memory::Full), &stream, 1.0);
    assert!(regret <= bound(&stream), "{regret}");
}

#[test]
fn the_same_adversary_breaks_a_linear_pool_of_the_same_weights() {
    let stream = adversary(200, linear_pool);
    let history: Vec<bool> = stream.iter().map(|(_, won)| *won).collect();
    let own: Vec<f64> = (0..200).map(|t| loss(linear_pool(&history[..t]), history[t])).collect();
    let regret = regret_max(&own, &stream, 1.0);
    assert!(regret > 2.0 * bound(&stream), "{regret}");
}

#[test]
fn a_member_that_was_wrong_for_years_can_come_back() {
    let mut algorithm = AggregatingAlgorithm::new(2, 2.0, Memory::Full);
    for _ in 0..5_000 {
        algorithm.update(&awake(&[0.0, 1.0]), true);
    }
    assert!(algorithm.weights()[0] > 0.9 * WEIGHT_MIN);
    for _ in 0..30 {
        algorithm.update(&awake(&[0.0, 1.0]), false);
    }
    assert!(algorithm.weights()[0] > 0.99, "{:?}", algorithm.weights());
}

#[test]
fn with_nobody_awake_there_is_no_forecast_and_no_change() {
    let mut algorithm = AggregatingAlgorithm::new(2, 2.0, Memory::Full);
    algorithm.update(&awake(&[0.1, 0.8]), true);
    let before = algorithm.clone();
    assert_eq!(algorithm.forecast(&[None, None]), None);
    algorithm.charge(&[None, None], true, 1.0);
    assert_eq!(algorithm, before);
}

#[test]
fn a_charge_of_half_weight_counts_half() {
    let mut half = AggregatingAlgorithm::new(2, 2.0, Memory::Full);
    half.charge(&awake(&[0.2, 0.9]), true, 0.5);
    let odds = half.weights()[1] / half.weights()[0];
    assert!((odds - (0.64_f64 - 0.01).exp()).abs() < 1e-12, "{odds}");
}

proptest! {
    // Each case is a whole stream.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn never_worse_than_the_best_expert_by_more_than_the_bound(stream in stream(4, false)) {
        let regret = regret_max(&run(&stream, Memory::Full), &stream, 1.0);
        prop_assert!(regret <= bound(&stream), "{regret}");
    }

    #[test]
    fn the_bound_holds_for_discounted_sums(stream in stream(3, false), gamma in 0.8_f64..1.0) {
        let own = run(&stream, Memory::Discount { gamma });
        let regret = regret_max(&own, &stream, gamma);
        prop_assert!(regret <= bound(&stream), "{regret}");
    }

    #[test]
    fn the_bound_holds_over_the_rounds_an_expert_was_awake_in(stream in stream(4, true)) {
        let regret = regret_max(&run(&stream, Memory::Full), &stream, 1.0);
        prop_assert!(regret <= bound(&stream), "{regret}");
    }

    /// Against the best expert of each of three stretches, at the price of two switches.
    #[test]
    fn fixed_share_follows_the_best_sequence(
        stream in stream(3, false), cuts in [0_usize..150, 0_usize..150], alpha in 0.005_f64..0.2,
    ) {
        let own: f64 = run(&stream, Memory::FixedShare { alpha }).iter().sum();
        let rounds = stream.len() as f64;
        let mut at = cuts.map(|cut| cut.min(stream.len()));
        at.sort_unstable();
        let best_of = |part: &[(Vec<Option<f64>>, bool)]| {
            (0..3)
                .map(|k| part.iter().map(|(p, won)| loss(p[k].unwrap(), *won)).sum::<f64>())
                .fold(f64::INFINITY, f64::min)
        };
        let parts = [&stream[..at[0]], &stream[at[0]..at[1]], &stream[at[1]..]];
        let best: f64 = parts.into_iter().map(best_of).sum();
        let switches = 2.0_f64.min(rounds - 1.0);
        let price = 3.0_f64.ln() + switches * (2.0 / alpha).ln()
            - (rounds - 1.0 - switches) * (1.0 - alpha).ln();
        prop_assert!(own <= best + price / 2.0 + 1e-9, "{own} {best} {price}");
    }

    #[test]
    fn sleepers_keep_their_weight_and_all_sum_to_one(stream in stream(4, true)) {
        let mut algorithm = AggregatingAlgorithm::new(4, 2.0, Memory::Full);
        for (advice, won) in &stream {
            let before = algorithm.weights();
            algorithm.update(advice, *won);
            let after = algorithm.weights();
            for (k, p) in advice.iter().enumerate() {
                if p.is_none() {
                    prop_assert!((after[k] / before[k] - 1.0).abs() < 1e-9);
                }
            }
            prop_assert!((after.iter().sum::<f64>() - 1.0).abs() < 1e-11);
        }
    }
}
