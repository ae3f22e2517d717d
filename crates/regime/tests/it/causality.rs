//! Cutting off the future changes nothing of the past, to the last bit; and this test would see it.

use proptest::prelude::*;
use tradebot_domain::Bar;
use tradebot_regime::bocpd::{Bocpd, BocpdConfig, Pruning};
use tradebot_regime::hindsight::{smooth, viterbi};
use tradebot_regime::hmm::{
    Covariance, ExpandingHmm, Filter, FitOptions, GaussianHmm, HmmParameters, RefitSchedule,
    VectorOptions, fit, fit_vectors,
};
use tradebot_regime::second_opinion::{SecondOpinion, SecondOpinionConfig};
use tradebot_regime::{RegimeConfig, RegimeDetector};

use crate::series::{closes_between, index, log_returns};

/// All that a detector says of a session, as bits.
type Said = Vec<u64>;

/// The first session of which `detector` says something else once everything after `end` is cut
/// off; `None` where it does not look ahead.
fn revised<T>(
    detector: impl Fn(&[T]) -> Vec<Said>,
    sessions: &[T],
    ends: &[usize],
) -> Option<usize> {
    let all = detector(sessions);
    assert_eq!(all.len(), sessions.len(), "one record for each session");
    ends.iter().find_map(|end| {
        let cut = detector(&sessions[..*end]);
        assert_eq!(cut.len(), *end, "one record for each session");
        cut.iter().zip(&all).position(|(cut, all)| cut != all)
    })
}

fn bits(values: &[f64]) -> Said {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Bars and the VIX close of the session before.
type Session = (Bar, Option<f64>);

fn rule(sessions: &[Session]) -> Vec<Said> {
    let mut detector = RegimeDetector::new(RegimeConfig::default());
    let said = sessions.iter().map(|(bar, vix)| {
        let Some(r) = detector.update(bar, *vix) else { return Said::new() };
        let labels = [r.severity.into(), r.trending.into(), u64::from(r.age), r.regime as u64];
        let numbers = [r.confidence, r.strength, r.adx, r.atr_percentile, r.vix];
        let chance = [r.transition_probability, f64::from(r.direction)];
        [&labels[..], &bits(&numbers), &bits(&chance)].concat()
    });
    said.collect()
}

fn expanding(values: &[f64]) -> Vec<Said> {
    let schedule = RefitSchedule { first: 60, every: 20, restart_every: 2 };
    let options = FitOptions { restarts: 3, ..FitOptions::default() };
    let mut hmm = ExpandingHmm::new(schedule, options).unwrap();
    values.iter().map(|x| hmm.update(*x).map(bits).unwrap_or_default()).collect()
}

fn vector_options() -> VectorOptions {
    let fit = FitOptions { restarts: 4, ..FitOptions::default() };
    VectorOptions { series: 2, covariance: Covariance::Full, fit }
}

/// Return and range of each session.
type Pair = [f64; 2];

fn expanding_vectors(values: &[Pair]) -> Vec<Said> {
    let schedule = RefitSchedule { first: 60, every: 20, restart_every: 2 };
    let mut hmm = ExpandingHmm::of_vectors(schedule, vector_options()).unwrap();
    values.iter().map(|seen| hmm.see(seen).map(bits).unwrap_or_default()).collect()
}

fn pairs_of_2008() -> Vec<Pair> {
    let values = crate::vectors::observations("2008-01-02", "2008-12-31");
    values.chunks(2).map(|seen| [seen[0], seen[1]]).collect()
}

#[test]
fn of_several_series_nothing_is_revised_but_by_smoothing_and_a_fit_on_the_whole() {
    let pairs = pairs_of_2008();
    let ends = [1, 59, 60, 79, 80, 81, 100, 200, 251];
    assert_eq!(revised(expanding_vectors, &pairs, &ends), None);
    let model = fit_vectors(&pairs.concat(), &vector_options()).unwrap().model;
    let smoothing = |v: &[Pair]| smooth(&model, &v.concat()).iter().map(|row| bits(row)).collect();
    assert!(revised(smoothing, &pairs, &[100, 180]).is_some(), "smoothing");
    let whole = |v: &[Pair]| {
        let fitted = fit_vectors(&v.concat(), &vector_options()).unwrap().model;
        let mut filter = Filter::new(fitted);
        v.iter().map(|seen| bits(filter.see(seen))).collect()
    };
    assert!(revised(whole, &pairs, &[100, 180]).is_some(), "a fit on the whole, then a filter");
}

fn change_points(pruning: Pruning, values: &[f64]) -> Vec<Said> {
    let mut bocpd = Bocpd::new(BocpdConfig { pruning, ..BocpdConfig::default() }).unwrap();
    let mut said = |x: &f64| {
        bocpd.update(*x);
        bits(&bocpd.posterior())
    };
    values.iter().map(&mut said).collect()
}

fn opinion(closes: &[f64]) -> Vec<Said> {
    let schedule = RefitSchedule { first: 60, every: 20, restart_every: 2 };
    let config = SecondOpinionConfig { schedule, ..SecondOpinionConfig::default() };
    let mut opinion = SecondOpinion::new(config).unwrap();
    let mut said = |close: &f64| {
        let Some(r) = opinion.update(*close, Some(1)) else { return Said::new() };
        let high = [r.high_volatility.unwrap_or(-1.0), r.high_volatility_sd.unwrap_or(-1.0)];
        let labels = [r.fitted_on as u64, r.disagreement.into(), r.alarm.into(), r.warning.into()];
        [&labels[..], &bits(&high), &bits(&[r.changed, r.run_length, r.forgetting])].concat()
    };
    closes.iter().map(&mut said).collect()
}

fn known_model() -> GaussianHmm {
    let (means, sds) = (vec![0.08, -0.12], vec![0.8, 2.4]);
    let transitions = vec![vec![0.98, 0.02], vec![0.05, 0.95]];
    GaussianHmm::new(HmmParameters { means, sds, transitions, start: None }).unwrap()
}

fn filtered(model: GaussianHmm, values: &[f64]) -> Vec<Said> {
    let mut filter = Filter::new(model);
    values.iter().map(|x| bits(filter.update(*x))).collect()
}

fn returns_of_2008() -> Vec<f64> {
    log_returns(&closes_between("2008-01-02", "2008-12-31"))
}

#[test]
fn on_real_years_nothing_is_revised() {
    let vix = |i: usize| (!i.is_multiple_of(3)).then_some(12.0 + (i % 97) as f64 / 3.0);
    let sessions: Vec<Session> =
        index().into_iter().take(900).enumerate().map(|(i, bar)| (bar, vix(i))).collect();
    assert_eq!(revised(rule, &sessions, &[265, 266, 300, 611, 899]), None);
    let values = returns_of_2008();
    let ends = [1, 59, 60, 79, 80, 81, 100, 200, 251];
    assert_eq!(revised(expanding, &values, &ends), None);
    assert_eq!(revised(|v| change_points(Pruning::None, v), &values, &ends), None);
    assert_eq!(revised(|v| change_points(Pruning::Below(1e-12), v), &values, &ends), None);
    assert_eq!(revised(|v| change_points(Pruning::Keep(30), v), &values, &ends), None);
    assert_eq!(revised(|v| filtered(known_model(), v), &values, &ends), None);
    let closes = closes_between("2008-01-02", "2008-12-31");
    assert_eq!(revised(opinion, &closes, &ends), None);
}

/// The three ways to look ahead that backtests are ruined by. If one of these passed as causal, the
/// test above would prove nothing.
#[test]
fn smoothing_viterbi_and_a_fit_on_the_whole_are_caught() {
    let values = returns_of_2008();
    let ends = [100, 180];
    let smoothing = |v: &[f64]| smooth(&known_model(), v).iter().map(|row| bits(row)).collect();
    assert!(revised(smoothing, &values, &ends).is_some(), "smoothing");
    let path = |v: &[f64]| viterbi(&known_model(), v).iter().map(|s| vec![*s as u64]).collect();
    // A path is revised only near a change: every cut is tried.
    let all: Vec<usize> = (1..values.len()).collect();
    assert!(revised(path, &values, &all).is_some(), "Viterbi");
    let whole = |v: &[f64]| filtered(fit(v, &FitOptions::default()).unwrap().model, v);
    assert!(revised(whole, &values, &ends).is_some(), "a fit on the whole, then a filter");
}

/// Prices of a market with jumps and holes of quiet.
fn markets() -> impl Strategy<Value = Vec<Session>> {
    let step = prop_oneof![5 => -0.01_f64..0.01, 1 => -0.08_f64..0.08];
    let session = (step, 0.0_f64..0.03, prop::option::of(9.0_f64..50.0));
    prop::collection::vec(session, 280..340).prop_map(|steps| {
        let mut close = 1_000.0;
        let date = tradebot_domain::Date::constant(2001, 1, 2);
        let session = |(step, range, vix): (f64, f64, Option<f64>)| {
            let open = close;
            close *= 1.0 + step;
            let (high, low) = (open.max(close) * (1.0 + range), open.min(close) * (1.0 - range));
            (Bar { date: date.into(), open, high, low, close, volume: 1.0 }, vix)
        };
        steps.into_iter().map(session).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn on_made_up_markets_nothing_is_revised(sessions in markets(), cut in 0.0_f64..1.0) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place")]
        let end = 1 + (cut * (sessions.len() - 1) as f64) as usize;
        prop_assert_eq!(revised(rule, &sessions, &[end, 270]), None);
        let closes: Vec<f64> = sessions.iter().map(|(bar, _)| bar.close).collect();
        let values = log_returns(&closes);
        let ends = [end.min(values.len())];
        prop_assert_eq!(revised(expanding, &values, &ends), None);
        prop_assert_eq!(revised(|v| change_points(Pruning::None, v), &values, &ends), None);
        prop_assert_eq!(revised(|v| change_points(Pruning::Below(1e-9), v), &values, &ends), None);
        prop_assert_eq!(revised(opinion, &closes, &[end]), None);
    }
}
