//! Calibrators against eager rules and refits written again, live against replay, and bad rows.

use proptest::prelude::*;

use super::*;
use crate::bin_of;
use crate::maps::{
    CalibrationMap, CalibrationMethod, Estimate, Examples, IsotonicMap, MapMethod, VennAbersMap,
};
use crate::posterior::BetaPosterior;

fn row(id: u64, resolved_at: i64, p: f64, won: bool) -> ResolvedForecast {
    let issued_at = resolved_at - 1;
    ResolvedForecast { id, issued_at, resolved_at, p, regime: Some(1), won, weight: 1.0 }
}

fn beta(config: PrequentialBetaConfig) -> PrequentialBeta {
    PrequentialBeta::new(config).unwrap()
}

fn map(method: MapMethod, config: PrequentialMapConfig) -> PrequentialMap<MapMethod> {
    PrequentialMap::new(method, config).unwrap()
}

fn small(cadence: Cadence) -> PrequentialMapConfig {
    PrequentialMapConfig { window: 20, cadence, outcomes_min: 6, ..Default::default() }
}

/// Outcomes of a few moments each, in the order they are learned in, with ids of no order.
fn stream() -> impl Strategy<Value = Vec<ResolvedForecast>> {
    let one = (0_i64..3, 1_i64..9, 0.0_f64..=1.0, prop::option::of(0_u32..3), any::<bool>());
    prop::collection::vec((one, 0.01_f64..=1.0), 1..120).prop_map(|steps| {
        let mut moment = 100;
        let mut rows: Vec<ResolvedForecast> = steps
            .into_iter()
            .enumerate()
            .map(|(i, ((later, life, p, regime, won), weight))| {
                moment += later;
                // A bijection of the first 128 numbers, so that ids are unique and out of order.
                let id = (i as u64 * 37 + 11) % 128;
                let (issued_at, resolved_at) = (moment - life, moment);
                ResolvedForecast { id, issued_at, resolved_at, p, regime, won, weight }
            })
            .collect();
        rows.sort_by_key(|row| (row.resolved_at, row.id));
        rows
    })
}

/// The stream as it arrives: one call per moment, each in its own disorder.
fn batches(rows: &[ResolvedForecast]) -> Vec<Vec<ResolvedForecast>> {
    rows.chunk_by(|a, b| a.resolved_at == b.resolved_at)
        .map(|moment| moment.iter().rev().copied().collect())
        .collect()
}

fn shuffled(rows: &[ResolvedForecast], seed: usize) -> Vec<ResolvedForecast> {
    let mut rows = rows.to_vec();
    for i in (1..rows.len()).rev() {
        rows.swap(i, (seed.wrapping_mul(2_654_435_761) >> 7).wrapping_add(i * 7) % (i + 1));
    }
    rows
}

/// The rules of the two levels written down again, paying decay at every outcome.
struct Eager {
    config: PrequentialBetaConfig,
    bins: Vec<(f64, f64)>,
    cells: std::collections::BTreeMap<(u32, usize), (f64, f64)>,
}

impl Eager {
    fn taught(config: PrequentialBetaConfig, rows: &[ResolvedForecast]) -> Self {
        let bins = vec![(0.0, 0.0); config.bins];
        let mut eager = Self { config, bins, cells: std::collections::BTreeMap::new() };
        let factor = config.half_life_outcomes.map_or(1.0, |h| 0.5_f64.powf(1.0 / h));
        for row in rows {
            for cell in eager.bins.iter_mut().chain(eager.cells.values_mut()) {
                *cell = (cell.0 * factor, cell.1 * factor);
            }
            let bin = bin_of(row.p, config.bins).unwrap();
            let add = |cell: &mut (f64, f64)| {
                *(if row.won { &mut cell.0 } else { &mut cell.1 }) += row.weight;
            };
            add(&mut eager.bins[bin]);
            if let Some(regime) = row.regime {
                add(eager.cells.entry((regime, bin)).or_default());
            }
        }
        eager
    }

    fn belief(&self, p: f64, regime: Option<u32>) -> (f64, f64) {
        let PrequentialBetaConfig { root, strength, .. } = self.config;
        let bin = bin_of(p, self.config.bins).unwrap();
        let (s, f) = self.bins[bin];
        let above = (root.a + s) / (root.a + root.b + s + f);
        let cell = regime.and_then(|regime| self.cells.get(&(regime, bin)).copied());
        let (s, f) = cell.unwrap_or_default();
        (strength * above + s, strength * (1.0 - above) + f)
    }
}

#[test]
fn without_history_the_answer_is_the_root_at_the_strength_of_a_bin() {
    let said = beta(PrequentialBetaConfig::default()).calibrate(0, 0.3, Some(2)).unwrap();
    assert_eq!((said.mean, said.n), (0.5, 0.0));
    let twenty = BetaPosterior { a: 10.0, b: 10.0 };
    assert_eq!((said.lo, said.hi), twenty.interval(0.2));
    assert_eq!(said.var, twenty.variance());
}

#[test]
fn an_event_is_not_pulled_towards_one_half() {
    let config = PrequentialBetaConfig::for_event(0.27).unwrap();
    assert!((config.root.a - 1.08).abs() < 1e-12 && (config.root.b - 2.92).abs() < 1e-12);
    assert!((beta(config).calibrate(0, 0.9, None).unwrap().mean - 0.27).abs() < 1e-12);
    assert_eq!(PrequentialBetaConfig::for_event(0.5).unwrap(), PrequentialBetaConfig::default());
    for bad in [0.0, 1.0, f64::NAN, -0.1] {
        assert_eq!(PrequentialBetaConfig::for_event(bad).unwrap_err().setting, "base_rate");
    }
}

#[test]
fn in_an_unknown_regime_the_bin_speaks_alone() {
    let mut calibrator = beta(PrequentialBetaConfig::default());
    calibrator.learn(&[row(1, 1, 0.55, true), row(2, 2, 0.55, true)]).unwrap();
    let bin = calibrator.bins()[5].mean();
    let unknown = calibrator.calibrate(2, 0.55, None).unwrap();
    assert!((unknown.mean - bin).abs() < 1e-12 && unknown.n == 0.0, "{unknown:?}");
    let elsewhere = calibrator.calibrate(2, 0.55, Some(7)).unwrap();
    assert_eq!(elsewhere, unknown);
    assert!(calibrator.calibrate(2, 0.55, Some(1)).unwrap().mean > bin);

    let mut nameless = beta(PrequentialBetaConfig::default());
    let rows = [1, 2].map(|id| ResolvedForecast { regime: None, ..row(id, 3, 0.55, true) });
    nameless.learn(&rows).unwrap();
    assert!((nameless.bins()[5].mean() - bin).abs() < 1e-3);
    let said = nameless.calibrate(3, 0.55, Some(1)).unwrap();
    assert_eq!(said.n, 0.0);
}

#[test]
fn a_cell_never_holds_more_than_the_half_life_lets_it() {
    let mut calibrator = beta(PrequentialBetaConfig::default());
    let most = 1.0 / (1.0 - 0.5_f64.powf(1.0 / 250.0));
    for id in 0..5_000 {
        calibrator.learn(&[row(id, i64::try_from(id).unwrap(), 0.5, id % 3 == 0)]).unwrap();
        if id % 100 == 0 || id > 4_990 {
            let n = calibrator.calibrate(5_000, 0.5, Some(1)).unwrap().n;
            assert!(n <= most, "{n} after {id}");
        }
    }
    assert!(calibrator.calibrate(5_000, 0.5, Some(1)).unwrap().n > most - 0.01);
}

#[test]
fn without_forgetting_it_is_plain_counting() {
    let config = PrequentialBetaConfig { half_life_outcomes: None, ..Default::default() };
    let mut calibrator = beta(config);
    let rows: Vec<_> = (0..400).map(|id| row(id, 1, 0.5, id % 4 == 0)).collect();
    calibrator.learn(&rows).unwrap();
    assert_eq!(calibrator.bins()[5], BetaPosterior { a: 102.0, b: 302.0 });
    assert_eq!(calibrator.calibrate(1, 0.5, Some(1)).unwrap().n, 400.0);
    let text = serde_json::to_string(&calibrator).unwrap();
    assert_eq!(serde_json::from_str::<PrequentialBeta>(&text).unwrap(), calibrator);
}

#[test]
fn repaired_means_rise_and_regimes_are_centred_on_them() {
    let config = PrequentialBetaConfig { monotone: true, ..Default::default() };
    let mut calibrator = beta(config);
    let rows = (0..40).map(|id| row(id, 1, if id % 2 == 0 { 0.35 } else { 0.45 }, id % 2 == 0));
    calibrator.learn(&rows.collect::<Vec<_>>()).unwrap();
    let (raw, repaired) = (calibrator.bins(), calibrator.monotone_means());
    assert!(raw[3].mean() > 0.8 && raw[4].mean() < 0.2);
    assert!(repaired.windows(2).all(|w| w[0] <= w[1]), "{repaired:?}");
    let pooled = |bins: &[BetaPosterior]| {
        bins.iter().map(|b| b.a).sum::<f64>() / bins.iter().map(BetaPosterior::n).sum::<f64>()
    };
    assert!((repaired[3] - repaired[4]).abs() < 1e-12);
    assert!(pooled(&raw[3..5]) - 0.5 < 0.02);
    for p in [0.35, 0.45] {
        let mean = calibrator.belief(p, None).unwrap().mean();
        assert!((mean - repaired[bin_of(p, 10).unwrap()]).abs() < 1e-12);
    }
}

#[test]
fn faulty_rows_are_named_and_teach_nothing() {
    let good = row(5, 10, 0.5, true);
    let faulty = [
        ResolvedForecast { p: f64::NAN, ..row(6, 11, 0.5, true) },
        ResolvedForecast { p: 1.01, ..row(6, 11, 0.5, true) },
        ResolvedForecast { weight: 0.0, ..row(6, 11, 0.5, true) },
        ResolvedForecast { weight: 1.5, ..row(6, 11, 0.5, true) },
        ResolvedForecast { weight: f64::NAN, ..row(6, 11, 0.5, true) },
        ResolvedForecast { issued_at: 11, ..row(6, 11, 0.5, true) },
        ResolvedForecast { issued_at: 12, ..row(6, 11, 0.5, true) },
    ];
    let mut beliefs = beta(PrequentialBetaConfig::default());
    let mut expert = map(MapMethod::Isotonic, PrequentialMapConfig::default());
    beliefs.learn(&[good]).unwrap();
    expert.learn(&[good]).unwrap();
    let (before, expert_before) = (beliefs.clone(), expert.clone());
    for bad in faulty {
        let rows = [row(7, 12, 0.5, true), bad];
        let refused = beliefs.learn(&rows).unwrap_err();
        assert_eq!(expert.learn(&rows).unwrap_err().to_string(), refused.to_string());
        assert_eq!((&beliefs, &expert), (&before, &expert_before), "{bad:?}");
    }
    for bad in [f64::NAN, -0.1, 1.1] {
        assert!(beliefs.calibrate(10, bad, None).is_err());
        assert!(expert.calibrate(10, bad).is_err());
    }
}

#[test]
fn what_came_before_cannot_be_learned_after() {
    let mut calibrator = beta(PrequentialBetaConfig::default());
    calibrator.learn(&[row(5, 10, 0.5, true)]).unwrap();
    let before = calibrator.clone();
    for late in [row(6, 9, 0.5, true), row(4, 10, 0.5, true)] {
        let refused = calibrator.learn(&[row(9, 12, 0.5, true), late]).unwrap_err();
        let expected = PrequentialError::OutOfOrder {
            id: late.id,
            resolved_at: late.resolved_at,
            last_id: 5,
            last_at: 10,
        };
        assert_eq!(refused, expected);
        assert_eq!(calibrator, before);
    }
    // It enters at its arrival instead.
    let arrived = ResolvedForecast { resolved_at: 11, ..row(4, 10, 0.5, true) };
    assert_eq!(calibrator.learn(&[arrived]), Ok(1));
}

#[test]
fn a_forecast_cannot_know_what_happened_after_it() {
    let mut calibrator = beta(PrequentialBetaConfig::default());
    let mut expert = map(MapMethod::Platt, PrequentialMapConfig::default());
    assert!(calibrator.calibrate(i64::MIN, 0.5, None).is_ok());
    calibrator.learn(&[row(5, 10, 0.5, true)]).unwrap();
    expert.learn(&[row(5, 10, 0.5, true)]).unwrap();
    let refused = Err(PrequentialError::Hindsight { at: 9, last_at: 10 });
    assert_eq!(calibrator.calibrate(9, 0.5, None).map(|c| c.mean), refused);
    assert_eq!(expert.calibrate(9, 0.5).map(|c| c.mean), refused);
    assert!(calibrator.calibrate(10, 0.5, None).is_ok() && expert.calibrate(10, 0.5).is_ok());
}

#[test]
fn the_expert_answers_the_base_rate_until_it_can_tell_outcomes_apart() {
    let mut expert = map(MapMethod::BetaAbm, small(Cadence::Outcomes(5)));
    let wins: Vec<_> = (0..10).map(|id| row(id, 1, 0.1 * id as f64, true)).collect();
    expert.learn(&wins[..9]).unwrap();
    let said = expert.calibrate(1, 0.5).unwrap();
    assert_eq!(said.mean, 11.0 / 13.0);
    assert!(said.bounds.is_some_and(|b| b.lo < said.mean && said.mean < b.hi));
    expert.learn(&wins).unwrap();
    assert!(expert.fitted().is_none(), "all alike");
    let rest: Vec<_> = (10..15).map(|id| row(id, 1, 0.02 * id as f64, false)).collect();
    expert.learn(&rest[..4]).unwrap();
    assert!(expert.fitted().is_none(), "not due");
    expert.learn(&rest).unwrap();
    assert!(expert.fitted().is_some());
    let [low, high] = [0.2, 0.9].map(|p| expert.calibrated(1, p).unwrap());
    assert!(low.mean < high.mean, "{low:?} {high:?}");
    assert!([low, high].iter().all(|c| c.lo <= c.mean && c.mean <= c.hi && c.lo < c.hi));
    assert_eq!((low.n, expert.base_rate()), (15.0, BetaPosterior { a: 12.0, b: 7.0 }));
}

#[test]
fn a_moment_is_over_when_the_next_one_begins() {
    let mut expert = map(MapMethod::Isotonic, small(Cadence::Moments(2)));
    let rows: Vec<_> =
        (0..12).map(|id| row(id, 1 + (id / 4).cast_signed(), 0.5, id % 3 == 0)).collect();
    expert.learn(&rows[..8]).unwrap();
    assert!(expert.fitted().is_none(), "the second moment may go on");
    expert.learn(&rows[8..9]).unwrap();
    let share = expert.calibrate(3, 0.5).unwrap().mean;
    assert!((share - 3.0 / 8.0).abs() < 1e-12, "{share}: the first two moments only");
}

#[test]
fn settings_outside_their_range_are_named() {
    let base = PrequentialBetaConfig::default();
    let bad_root = BetaPosterior { a: f64::NAN, b: 1.0 };
    for (name, config) in [
        ("bins", PrequentialBetaConfig { bins: 0, ..base }),
        ("root", PrequentialBetaConfig { root: bad_root, ..base }),
        ("strength", PrequentialBetaConfig { strength: 0.0, ..base }),
        ("half_life_outcomes", PrequentialBetaConfig { half_life_outcomes: Some(0.0), ..base }),
        ("quantile", PrequentialBetaConfig { quantile: 0.0, ..base }),
    ] {
        assert_eq!(PrequentialBeta::new(config).unwrap_err().setting, name);
    }
    let base = PrequentialMapConfig::default();
    for (name, config) in [
        ("window", PrequentialMapConfig { window: 0, ..base }),
        ("cadence", PrequentialMapConfig { cadence: Cadence::Outcomes(0), ..base }),
        ("outcomes_min", PrequentialMapConfig { outcomes_min: 751, ..base }),
        ("root", PrequentialMapConfig { root: bad_root, ..base }),
        ("quantile", PrequentialMapConfig { quantile: f64::NAN, ..base }),
        ("strength", PrequentialMapConfig { strength: -1.0, ..base }),
    ] {
        assert_eq!(PrequentialMap::new(MapMethod::Platt, config).unwrap_err().setting, name);
    }
}

/// A method of somebody else's: always the share of wins.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Share;

#[derive(Debug, Clone, Copy, PartialEq)]
struct Constant(f64);

impl CalibrationMethod for Share {
    type Map = Constant;
    fn name(&self) -> &'static str {
        "share"
    }
    fn fit(&self, examples: &Examples<'_>) -> Constant {
        let (wins, losses) = examples.totals();
        Constant(wins / (wins + losses))
    }
}

impl CalibrationMap for Constant {
    fn calibrate(&self, _: f64) -> Result<Estimate, crate::CalibrationError> {
        Ok(Estimate::point(self.0))
    }
    fn parameters(&self) -> Vec<f64> {
        vec![self.0]
    }
}

#[test]
fn a_method_of_ones_own_is_taken_too() {
    let mut expert = PrequentialMap::new(Share, small(Cadence::Outcomes(6))).unwrap();
    let rows: Vec<_> = (0..6).map(|id| row(id, 1, 0.5, id < 2)).collect();
    expert.learn(&rows).unwrap();
    assert_eq!(expert.calibrate(1, 0.9).unwrap(), Estimate::point(2.0 / 6.0));
    let other = map(MapMethod::Isotonic, small(Cadence::Outcomes(6)));
    assert_ne!(expert.state_digest(), other.state_digest());
}

proptest! {
    // Each case is a whole run.
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn decay_owed_equals_decay_paid(
        rows in stream(), half_life in prop::option::of(3.0_f64..500.0), p in 0.0_f64..=1.0,
    ) {
        let config = PrequentialBetaConfig {
            half_life_outcomes: half_life,
            bins: 6,
            root: BetaPosterior { a: 1.1, b: 2.9 },
            strength: 7.0,
            ..Default::default()
        };
        let mut calibrator = beta(config);
        calibrator.learn(&rows).unwrap();
        let eager = Eager::taught(config, &rows);
        for regime in [None, Some(0), Some(1), Some(2), Some(9)] {
            let (got, (a, b)) = (calibrator.belief(p, regime).unwrap(), eager.belief(p, regime));
            prop_assert!((got.a - a).abs() < 1e-12 * a.max(1.0), "{:?} {} {}", got, a, b);
            prop_assert!((got.b - b).abs() < 1e-12 * b.max(1.0), "{:?} {} {}", got, a, b);
        }
    }

    /// Live, moment by moment; from the rows of a database in no order; and once more on top.
    #[test]
    fn replayed_beliefs_are_the_live_ones_to_the_bit(rows in stream(), seed in any::<usize>()) {
        let mut live = beta(PrequentialBetaConfig::default());
        for batch in batches(&rows) {
            prop_assert_eq!(live.learn(&batch), Ok(batch.len()));
            prop_assert_eq!(live.learn(&batch[..1]), Ok(0));
        }
        let mut replayed = beta(PrequentialBetaConfig::default());
        prop_assert_eq!(replayed.learn(&shuffled(&rows, seed)), Ok(rows.len()));
        prop_assert_eq!(&replayed, &live);
        prop_assert_eq!(replayed.state_digest(), live.state_digest());
        prop_assert_eq!(replayed.learn(&shuffled(&rows, !seed)), Ok(0));
        let twice: Vec<_> = rows.iter().chain(&rows).copied().collect();
        let mut doubled = beta(PrequentialBetaConfig::default());
        prop_assert_eq!(doubled.learn(&twice), Ok(rows.len()));
        for same in [&replayed, &doubled] {
            prop_assert_eq!(same.state_digest(), live.state_digest());
            prop_assert_eq!(same, &live);
        }
        let next = row(1_000, rows[rows.len() - 1].resolved_at, 0.5, true);
        live.learn(&[next]).unwrap();
        prop_assert_ne!(replayed.state_digest(), live.state_digest());
    }

    #[test]
    fn a_replayed_expert_is_the_live_one_to_the_bit(
        rows in stream(), seed in any::<usize>(), by_moment in any::<bool>(), cut in 0_usize..120,
    ) {
        let cadence = if by_moment { Cadence::Moments(3) } else { Cadence::Outcomes(7) };
        for method in [MapMethod::BetaAbm, MapMethod::VennAbers] {
            let mut live = map(method, small(cadence));
            for batch in batches(&rows) {
                prop_assert_eq!(live.learn(&batch), Ok(batch.len()));
            }
            let mut replayed = map(method, small(cadence));
            prop_assert_eq!(replayed.learn(&shuffled(&rows, seed)), Ok(rows.len()));
            prop_assert_eq!(replayed.learn(&rows), Ok(0));

            let mut stopped = map(method, small(cadence));
            stopped.learn(&rows[..cut.min(rows.len())]).unwrap();
            let text = serde_json::to_string(&stopped).unwrap();
            let mut resumed: PrequentialMap<MapMethod> = serde_json::from_str(&text).unwrap();
            resumed.learn(&rows).unwrap();
            for same in [replayed, resumed] {
                prop_assert_eq!(&same, &live);
                prop_assert_eq!(same.state_digest(), live.state_digest());
            }
        }
    }

    /// What is answered is the fit on the window as it was when the last fit was due.
    #[test]
    fn the_expert_answers_from_the_last_fit_only(rows in stream(), p in 0.0_f64..=1.0) {
        let mut expert = map(MapMethod::VennAbers, small(Cadence::Outcomes(7)));
        for (learned, row) in (1..).zip(&rows) {
            expert.learn(&[*row]).unwrap();
            let due = learned / 7 * 7;
            let window = &rows[due.max(20) - 20..due];
            let (scores, won): (Vec<f64>, Vec<bool>) =
                window.iter().map(|r| (r.p, r.won)).unzip();
            let weights: Vec<f64> = window.iter().map(|r| r.weight).collect();
            let apart = won.contains(&true) && won.contains(&false);
            let expected = (apart && due >= 6).then(|| {
                let of = Examples::weighted(&scores, &won, &weights).unwrap();
                VennAbersMap::fit(&of).calibrate(p).unwrap()
            });
            let said = expert.calibrate(row.resolved_at, p).unwrap();
            if let Some(expected) = expected {
                prop_assert_eq!(said, expected);
            } else {
                prop_assert_eq!(said.mean, expert.base_rate().mean());
            }
        }
    }
}

#[test]
fn a_window_forgets_what_left_it() {
    let mut expert = map(MapMethod::Isotonic, small(Cadence::Outcomes(10)));
    let rows: Vec<_> = (0..60)
        .map(|id| {
            let p = 0.05 * (id % 20) as f64;
            // The score is right in the second half and wrong in the first.
            row(id, 1, p, if id < 30 { p < 0.5 } else { p >= 0.5 })
        })
        .collect();
    expert.learn(&rows).unwrap();
    let (p, won): (Vec<f64>, Vec<bool>) = rows[40..].iter().map(|r| (r.p, r.won)).unzip();
    let last = IsotonicMap::fit(&Examples::new(&p, &won).unwrap());
    for p in [0.1, 0.5, 0.9] {
        assert_eq!(expert.calibrate(1, p).unwrap(), last.calibrate(p).unwrap());
    }
}
