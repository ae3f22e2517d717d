//! The learner against an eager re-implementation, by example, and handed bad inputs.

use proptest::prelude::*;

use super::*;

const R: [f64; 5] = [2.0, 1.5, 1.5, 1.2, 1.3];
const ROW: Regime = Regime::TrendingLowVol;
const OTHER: Regime = Regime::ChoppyHighVol;

fn learner(config: LearnerConfig) -> Learner {
    let member = |name| MemberId::new(name).unwrap();
    Learner::new(config, &[member("momentum"), member("forest")], R)
}

fn no_decay() -> LearnerConfig {
    LearnerConfig { half_life_sessions: f64::INFINITY, ..LearnerConfig::default() }
}

fn outcome(row: Regime, raw: [Option<f64>; 2], net_r: f64, uniqueness: f64) -> ResolvedOutcome {
    ResolvedOutcome { row, raw: raw.to_vec(), won: net_r > 0.0, uniqueness, net_r }
}

#[track_caller]
fn close(got: f64, expected: f64) {
    assert!((got - expected).abs() < 1e-12, "{got}, expected {expected}");
}

#[test]
fn without_history_every_score_means_one_half_and_the_row_its_plan() {
    let learner = learner(LearnerConfig::default());
    let cell = learner.calibrate(0, ROW, 0.93).unwrap();
    close(cell.mean, 0.5);
    assert!((cell.lo - 0.405_582_836_335).abs() < 1e-9, "{cell:?}");
    assert!((cell.hi - 0.594_417_163_665).abs() < 1e-9, "{cell:?}");
    assert_eq!(cell.n, 0.0);
    let row = learner.row(ROW);
    assert_eq!((row.n, row.rate, row.mean_win, row.mean_loss), (0.0, 0.5, 2.0, 1.0));
    close(row.break_even, 1.0 / 3.0);
}

#[test]
fn each_level_is_centred_on_the_one_above_with_strength_twenty() {
    let mut learner = learner(no_decay());
    learner.learn_session(1, &[outcome(ROW, [Some(0.93), None], 1.5, 0.5)]).unwrap();
    learner.learn_session(1, &[outcome(ROW, [Some(0.35), None], -1.0, 0.25)]).unwrap();

    let all_rows = 2.5 / 4.75;
    let row = (20.0 * all_rows + 0.5) / 20.75;
    close(learner.row(ROW).rate, row);
    close(learner.row(OTHER).rate, all_rows);
    close(learner.calibrate(0, ROW, 0.95).unwrap().mean, (20.0 * row + 0.5) / 20.5);
    close(learner.calibrate(0, ROW, 0.31).unwrap().mean, 20.0 * row / 20.25);
    close(learner.calibrate(0, OTHER, 0.95).unwrap().mean, all_rows);
    close(learner.calibrate(1, ROW, 0.95).unwrap().mean, row);
    assert_eq!(learner.calibrate(0, ROW, 0.95).unwrap().n, 0.5);
}

#[test]
fn mean_win_and_mean_loss_begin_with_four_pseudo_outcomes_each() {
    let mut learner = learner(no_decay());
    let outcomes = [
        outcome(ROW, [None, None], 3.0, 0.5),
        outcome(ROW, [None, None], -0.4, 1.0),
        outcome(ROW, [None, None], 0.0, 0.5),
    ];
    learner.learn_session(3, &outcomes).unwrap();
    let row = learner.row(ROW);
    close(row.mean_win, (4.0 * 2.0 + 0.5 * 3.0) / 4.5);
    close(row.mean_loss, (4.0 + 0.4) / 5.5);
    close(row.break_even, row.mean_loss / (row.mean_win + row.mean_loss));
    assert_eq!(learner.row(OTHER).mean_win, 1.2);
}

#[test]
fn a_row_not_seen_for_long_returns_to_its_plan() {
    let mut learner = learner(LearnerConfig::default());
    learner.learn_session(1, &vec![outcome(ROW, [None, None], 9.0, 1.0); 50]).unwrap();
    let fresh = learner.row(ROW).mean_win;
    for _ in 0..1_250 {
        learner.learn_session(1, &[]).unwrap();
    }
    close(learner.row(ROW).n, 25.0);
    close(learner.row(ROW).mean_win, (8.0 + 25.0 * 9.0) / 29.0);
    for _ in 0..60_000 {
        learner.learn_session(0, &[]).unwrap();
    }
    let faded = learner.row(ROW);
    assert!(fresh > 8.0 && (faded.mean_win - 2.0).abs() < 1e-6 && faded.n < 1e-6, "{faded:?}");
}

#[test]
fn what_symbols_share_divides_count_and_bounds_but_not_the_rate() {
    let session = vec![outcome(ROW, [None, None], 1.0, 1.0); 10];
    let (mut alone, mut shared) = (learner(no_decay()), learner(no_decay()));
    alone.learn_session(1, &session).unwrap();
    shared.learn_session(11, &session).unwrap();
    shared.learn_session(0, &[]).unwrap();
    assert_eq!(shared.symbols_per_session(), 11.0);
    let (alone, shared) = (alone.row(ROW), shared.row(ROW));
    assert_eq!((alone.n, shared.n), (10.0, 2.5));
    assert_eq!(alone.rate, shared.rate);
    let divided = BetaPosterior::centred(12.0 / 14.0, 20.0).updated(2.5, 0.0);
    close(shared.rate_lo, divided.quantile(0.2));
    assert!(shared.rate_lo < alone.rate_lo);
}

#[test]
fn bounds_stop_at_the_rate_when_all_rows_pull_the_other_way() {
    let mut learner = learner(no_decay());
    let wins = vec![outcome(OTHER, [None, None], 1.0, 1.0); 2_000];
    let losses = vec![outcome(ROW, [None, None], -1.0, 1.0); 400];
    learner.learn_session(100, &wins).unwrap();
    learner.learn_session(100, &losses).unwrap();
    let row = learner.row(ROW);
    assert!(row.rate < 0.1, "{row:?}");
    assert_eq!(row.rate_lo, row.rate);
}

#[test]
fn two_half_outcomes_weigh_as_much_as_a_whole_one() {
    let (mut halves, mut whole) = (learner(no_decay()), learner(no_decay()));
    halves.learn_session(1, &vec![outcome(ROW, [Some(0.5), None], 1.0, 0.5); 2]).unwrap();
    whole.learn_session(1, &[outcome(ROW, [Some(0.5), None], 1.0, 1.0)]).unwrap();
    assert_eq!(halves.row(ROW), whole.row(ROW));
    assert_eq!(halves.calibrate(0, ROW, 0.5), whole.calibrate(0, ROW, 0.5));
}

#[test]
fn a_score_that_is_none_is_refused() {
    let learner = learner(LearnerConfig::default());
    for bad in [f64::NAN, -0.1, 1.1, f64::INFINITY] {
        let refused = learner.calibrate(0, ROW, bad);
        assert!(matches!(refused, Err(CalibrationError::Score { .. })), "{bad} {refused:?}");
    }
    assert_eq!(
        learner.calibrate(2, ROW, 0.5),
        Err(CalibrationError::Member { index: 2, members: 2 })
    );
    assert!(learner.calibrate(0, ROW, 0.0).is_ok() && learner.calibrate(0, ROW, 1.0).is_ok());
}

#[test]
fn a_session_with_one_faulty_outcome_teaches_nothing() {
    let good = outcome(ROW, [Some(0.5), None], 1.0, 1.0);
    let faulty = [
        outcome(ROW, [Some(1.5), None], 1.0, 1.0),
        outcome(ROW, [Some(f64::NAN), None], 1.0, 1.0),
        outcome(ROW, [None, None], 1.0, 0.0),
        outcome(ROW, [None, None], 1.0, 1.5),
        outcome(ROW, [None, None], 1.0, f64::NAN),
        outcome(ROW, [None, None], f64::NAN, 1.0),
        ResolvedOutcome { won: true, ..outcome(ROW, [None, None], -1.0, 1.0) },
        ResolvedOutcome { raw: vec![None], ..good.clone() },
    ];
    let mut learner = learner(LearnerConfig::default());
    learner.learn_session(4, std::slice::from_ref(&good)).unwrap();
    let before = learner.clone();
    for bad in faulty {
        let refused = learner.learn_session(4, &[good.clone(), bad.clone()]);
        assert!(refused.is_err(), "{bad:?}");
        assert_eq!(learner, before, "{bad:?}");
    }
}

#[test]
fn settings_outside_their_range_are_named() {
    let base = LearnerConfig::default();
    let bad = [
        ("bins", LearnerConfig { bins: 0, ..base }),
        ("strength", LearnerConfig { strength: f64::NAN, ..base }),
        ("half_life_sessions", LearnerConfig { half_life_sessions: 0.0, ..base }),
        ("quantile", LearnerConfig { quantile: 0.5, ..base }),
        ("shared_movement", LearnerConfig { shared_movement: -0.1, ..base }),
        ("prior_outcomes", LearnerConfig { prior_outcomes: 0.0, ..base }),
    ];
    for (name, config) in bad {
        assert_eq!(Learner::try_new(config, &[], R).unwrap_err().setting, name);
    }
    assert!(Learner::try_new(base, &[], [1.0, 1.0, 0.0, 1.0, 1.0]).is_err());
}

#[test]
fn cells_list_what_each_member_has_seen() {
    let mut learner = learner(no_decay());
    let session = [outcome(ROW, [Some(0.35), Some(1.0)], -1.0, 0.5)];
    learner.learn_session(1, &session).unwrap();
    let cells = learner.cells();
    let seen: Vec<_> =
        cells.iter().map(|c| (c.member.as_str(), c.row, c.bin, c.wins, c.losses)).collect();
    assert_eq!(seen, [("momentum", ROW, 3, 0.0, 0.5), ("forest", ROW, 9, 0.0, 0.5)]);
    assert_eq!(cells[0].mean, learner.calibrate(0, ROW, 0.35).unwrap().mean);
}

/// The same rules written down again, decaying everything at every session.
#[derive(Default)]
struct Eager {
    counts: std::collections::BTreeMap<String, (f64, f64)>,
    payoffs: std::collections::BTreeMap<String, (f64, f64)>,
}

impl Eager {
    fn learn(&mut self, outcomes: &[ResolvedOutcome]) {
        let factor = 0.5_f64.powf(1.0 / 1_250.0);
        for pair in self.counts.values_mut().chain(self.payoffs.values_mut()) {
            *pair = (pair.0 * factor, pair.1 * factor);
        }
        for o in outcomes {
            let mut keys = vec![String::from("all"), o.row.name().to_string()];
            for (member, raw) in o.raw.iter().enumerate() {
                keys.extend(raw.map(|raw| Self::cell(member, o.row, raw)));
            }
            for key in keys {
                let pair = self.counts.entry(key).or_default();
                if o.won { pair.0 += o.uniqueness } else { pair.1 += o.uniqueness }
            }
            let pair = self.payoffs.entry(format!("{} {}", o.row, o.won)).or_default();
            *pair = (pair.0 + o.uniqueness * o.net_r.abs(), pair.1 + o.uniqueness);
        }
    }

    fn cell(member: usize, row: Regime, raw: f64) -> String {
        format!("{member} {row} {}", bin_of(raw, 10).unwrap())
    }

    fn mean(&self, key: &str, above: f64, strength: f64) -> f64 {
        let (wins, losses) = self.counts.get(key).copied().unwrap_or_default();
        (strength * above + wins) / (strength + wins + losses)
    }

    fn calibrated(&self, member: usize, row: Regime, raw: f64) -> f64 {
        let row_mean = self.mean(row.name(), self.mean("all", 0.5, 4.0), 20.0);
        self.mean(&Self::cell(member, row, raw), row_mean, 20.0)
    }

    fn mean_win(&self, row: Regime) -> f64 {
        let key = format!("{row} true");
        let (size, weight) = self.payoffs.get(&key).copied().unwrap_or_default();
        (4.0 * R[row.index()] + size) / (4.0 + weight)
    }
}

fn any_outcome() -> impl Strategy<Value = ResolvedOutcome> {
    let raw = prop::option::of(0.0_f64..=1.0);
    (0_usize..5, [raw.clone(), raw], -1.5_f64..3.0, 0.01_f64..=1.0)
        .prop_map(|(row, raw, net_r, uniqueness)| outcome(Regime::ALL[row], raw, net_r, uniqueness))
}

fn any_sessions() -> impl Strategy<Value = Vec<(u32, Vec<ResolvedOutcome>)>> {
    prop::collection::vec((0_u32..20, prop::collection::vec(any_outcome(), 0..5)), 0..80)
}

fn taught(sessions: &[(u32, Vec<ResolvedOutcome>)]) -> Learner {
    let mut learner = learner(LearnerConfig::default());
    for (symbols, outcomes) in sessions {
        learner.learn_session(*symbols, outcomes).unwrap();
    }
    learner
}

proptest! {
    // Each case is a run of sessions.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn lazy_decay_equals_the_eager_rules(sessions in any_sessions(), raw in 0.0_f64..=1.0) {
        let learner = taught(&sessions);
        let mut eager = Eager::default();
        for (_, outcomes) in &sessions {
            eager.learn(outcomes);
        }
        for row in Regime::ALL {
            for member in 0..2 {
                let got = learner.calibrate(member, row, raw).unwrap().mean;
                let expected = eager.calibrated(member, row, raw);
                prop_assert!((got - expected).abs() < 1e-12, "{got} {expected}");
            }
            let (got, expected) = (learner.row(row).mean_win, eager.mean_win(row));
            prop_assert!((got - expected).abs() < 1e-12, "{got} {expected}");
        }
    }

    /// Replayed, or stopped, written out, read back and continued: the same bits.
    #[test]
    fn replay_and_restart_are_bit_identical(sessions in any_sessions(), cut in 0_usize..80) {
        let straight = taught(&sessions);
        let (before, after) = sessions.split_at(cut.min(sessions.len()));
        let text = serde_json::to_string(&taught(before)).unwrap();
        let mut resumed: Learner = serde_json::from_str(&text).unwrap();
        for (symbols, outcomes) in after {
            resumed.learn_session(*symbols, outcomes).unwrap();
        }
        prop_assert_eq!(&resumed, &straight);
        prop_assert_eq!(resumed.state_digest(), straight.state_digest());
        let mut further = straight.clone();
        further.learn_session(1, &[]).unwrap();
        prop_assert_ne!(further.state_digest(), straight.state_digest());
    }

    #[test]
    fn bounds_surround_the_mean_and_a_win_raises_it_and_a_loss_lowers_it(
        sessions in any_sessions(), raw in 0.0_f64..=1.0, row in 0_usize..5,
    ) {
        let row = Regime::ALL[row];
        let mut learner = taught(&sessions);
        let cell = learner.calibrate(0, row, raw).unwrap();
        prop_assert!(cell.lo <= cell.mean && cell.mean <= cell.hi);
        let state = learner.row(row);
        prop_assert!(state.rate_lo <= state.rate && state.rate <= state.rate_hi);
        prop_assert!(0.0 < state.break_even && state.break_even < 1.0);
        let before = learner.clone();
        let mean_after = |net_r: f64| {
            let mut taught = before.clone();
            taught.learn_session(0, &[outcome(row, [Some(raw), None], net_r, 1.0)]).unwrap();
            taught.calibrate(0, row, raw).unwrap().mean
        };
        learner.learn_session(0, &[]).unwrap();
        let nothing_new = learner.calibrate(0, row, raw).unwrap().mean;
        prop_assert!(mean_after(-1.0) < nothing_new && nothing_new < mean_after(1.0));
    }
}

#[test]
fn the_digest_of_a_known_history_does_not_change() {
    let mut learner = learner(LearnerConfig::default());
    learner.learn_session(7, &[outcome(ROW, [Some(0.93), None], 1.5, 0.5)]).unwrap();
    learner.learn_session(0, &[]).unwrap();
    learner.learn_session(5, &[outcome(OTHER, [Some(0.35), Some(1.0)], -1.0, 0.25)]).unwrap();
    let digest = "7ea22882852e143ed2980e3b1b03d2e024333e081c3172a92579cd6209e8c89a";
    assert_eq!(learner.state_digest(), digest);
}
