//! Planted knowledge is found, noise is not, nothing is learned before its time, and a gate that
//! was stored goes on as if nothing had happened.

use proptest::prelude::*;
use tradebot_domain::Span;

use super::*;
use crate::chance::Chance;

const HORIZON: u32 = 16;

fn date(t: usize) -> Date {
    let days = i32::try_from(t).unwrap();
    Date::constant(2001, 1, 1).checked_add(Span::new().days(days)).unwrap()
}

/// One act: decided at session `decided`, known at session `known`.
#[derive(Debug, Clone, Copy)]
struct Act {
    known: usize,
    input: MetaInput,
    outcome: MetaOutcome,
    truth: f64,
}

/// Three acts a session; a win has chance 1/2 + `signal` x (0.5 - p_above_median).
fn acts(sessions: usize, signal: f64, seed: u64) -> Vec<Act> {
    let mut chance = Chance::new(seed, 31);
    let mut all = Vec::new();
    for t in 0..sessions {
        for name in ["AAPL", "IBM", "MSFT"] {
            let weather = chance.unit();
            let consensus = 0.5 + 0.2 * chance.unit();
            let row = Regime::ALL[t / 30 % 5];
            let input = MetaInput::new(row, consensus, 0.1 * chance.unit(), 0.05)
                .with_volatility(weather, chance.unit());
            let truth = 0.5 + signal * (0.5 - weather);
            let won = chance.unit() < truth;
            let uniqueness = 0.5 + 0.5 * chance.unit();
            let known = t + 1 + chance.below(8) + chance.below(8);
            let symbol = Symbol::new(name).unwrap();
            let outcome = MetaOutcome { decided: date(t), symbol, won, uniqueness };
            all.push(Act { known, input, outcome, truth });
        }
    }
    all
}

fn fresh() -> MetaGate {
    MetaGate::new(GateConfig { horizon: HORIZON, ..GateConfig::default() }).unwrap()
}

/// Runs sessions; gives, per act decided in them, the opinion that was issued then.
fn run(
    gate: &mut MetaGate,
    acts: &[Act],
    sessions: std::ops::Range<usize>,
) -> Vec<Option<MetaOpinion>> {
    let mut opinions = Vec::new();
    for t in sessions {
        for act in acts.iter().filter(|a| a.known == t) {
            gate.observe(&act.input, &act.outcome).unwrap();
        }
        gate.refit_if_due(date(t)).unwrap();
        for act in acts.iter().filter(|a| a.outcome.decided == date(t)) {
            opinions.push(gate.probability_right(&act.input).unwrap());
        }
    }
    opinions
}

#[test]
fn a_planted_weather_is_found_and_vetoed_where_it_is_bad() {
    let acts = acts(600, 0.6, 1);
    let mut gate = fresh();
    let opinions = run(&mut gate, &acts, 0..600);
    let late: Vec<(&Act, &Option<MetaOpinion>)> = acts.iter().zip(&opinions).skip(900).collect();
    let miss =
        |(act, opinion): &(&Act, &Option<MetaOpinion>)| (opinion.unwrap().p - act.truth).abs();
    let mean = late.iter().map(miss).sum::<f64>() / late.len() as f64;
    assert!(mean < 0.07, "mean distance from the truth {mean}");
    let calm = MetaInput::new(Regime::Transition, 0.6, 0.05, 0.05).with_volatility(0.05, 0.5);
    let stormy = calm.with_volatility(0.95, 0.5);
    assert_eq!((gate.allows(&calm, 0.5), gate.allows(&stormy, 0.5)), (Ok(true), Ok(false)));
    let card = gate.card();
    let leans_on = card.lines().find(|l| l.starts_with("leans on")).unwrap();
    assert!(leans_on.contains("(log odds per standard deviation)"), "{leans_on}");
    assert!(leans_on.starts_with("leans on    p_above_median -"), "{leans_on}");
    assert!(card.contains("chosen      precision"), "{card}");
}

#[test]
fn on_noise_it_stays_near_the_base_rate() {
    for seed in 0..4 {
        let acts = acts(500, 0.0, 100 + seed);
        let opinions = run(&mut fresh(), &acts, 0..500);
        let issued: Vec<MetaOpinion> = opinions.into_iter().flatten().collect();
        assert!(issued.len() > 900);
        let away = issued.iter().map(|o| (o.p - o.base_rate).abs()).sum::<f64>();
        let away = away / issued.len() as f64;
        assert!(away < 0.03, "seed {seed}: {away}");
    }
}

#[test]
fn it_refits_with_the_first_session_of_a_month_and_allows_all_before_the_first() {
    let acts = acts(260, 0.4, 2);
    let mut gate = fresh();
    assert_eq!(gate.allows(&acts[0].input, 0.99), Ok(true));
    let mut fits = Vec::new();
    for t in 0..260 {
        for act in acts.iter().filter(|a| a.known == t) {
            gate.observe(&act.input, &act.outcome).unwrap();
        }
        if let Some(fit) = gate.refit_if_due(date(t)).unwrap() {
            assert_eq!(date(t).day(), 1);
            assert_eq!(gate.fitted(), Some(&fit));
            assert_eq!(fit.last, date(t - HORIZON as usize), "the latest that must be known");
            assert!(fit.worth >= 100.0 && fit.outcomes == 3 * (t - HORIZON as usize + 1));
            fits.push(fit);
        }
    }
    assert_eq!(fits.len(), 6, "April to September, once they are worth 100: {fits:?}");
    let refused = gate.refit_if_due(date(259)).unwrap_err();
    assert!(refused.to_string().contains("comes too late"), "{refused}");
}

/// Quick losers and slow winners: without the purge the rate would begin far too low.
#[test]
fn an_outcome_waits_for_its_horizon_also_when_it_is_known() {
    let (mut all, mut quick) = (acts(400, 0.0, 6), Vec::new());
    for (i, act) in all.iter_mut().enumerate() {
        act.outcome.won = i % 2 == 0;
        act.known = i / 3 + if act.outcome.won { 15 } else { 1 };
    }
    let mut gate = fresh();
    for (act, opinion) in all.iter().zip(run(&mut gate, &all, 0..400)) {
        quick.extend(opinion.map(|o| (act.outcome.decided, o.base_rate)));
    }
    assert!(quick.iter().all(|(_, rate)| (rate - 0.5).abs() < 0.04), "{:?}", quick[0]);
}

#[test]
fn decisions_of_one_session_count_less_than_as_many_of_several() {
    let [one, three] = [3, 1].map(|per_session| {
        let mut gate = fresh();
        for act in acts(200, 0.2, 3).iter().filter(|a| a.known < 200) {
            let is_first = act.outcome.symbol.as_str() == "AAPL";
            if is_first || per_session == 3 {
                gate.observe(&act.input, &MetaOutcome { uniqueness: 1.0, ..act.outcome }).unwrap();
            }
        }
        for t in 0..200 {
            gate.refit_if_due(date(t)).unwrap();
        }
        gate.fitted().map(|fit| fit.worth / fit.outcomes as f64)
    });
    assert!((one.unwrap() - 1.0 / 1.6).abs() < 1e-12, "1 / (1 + 0.3 x 2): {one:?}");
    assert_eq!(three, Some(1.0));
}

#[test]
fn a_row_that_asks_anew_is_learned_with_its_new_answers() {
    let acts = acts(300, 0.3, 8);
    let (mut moved, mut told) = (fresh(), fresh());
    run(&mut moved, &acts, 0..280);
    run(&mut told, &acts, 0..1);
    let row = Regime::ChoppyLowVol;
    let new = |a: &Act| (!a.outcome.won, 0.4);
    let labels: BTreeMap<_, _> = acts
        .iter()
        .filter(|a| a.known < 250)
        .map(|a| ((a.outcome.decided, a.outcome.symbol), new(a)))
        .collect();
    moved.relabel(row, &labels).unwrap();
    for act in acts.iter().filter(|a| a.known > 0 && a.known < 280) {
        let is_moved = act.input.row == row;
        let (won, uniqueness) =
            if is_moved { new(act) } else { (act.outcome.won, act.outcome.uniqueness) };
        if !is_moved || act.known < 250 {
            told.observe(&act.input, &MetaOutcome { won, uniqueness, ..act.outcome }).unwrap();
        }
    }
    assert_eq!(moved.known, told.known);
    let bad = BTreeMap::from([((date(0), acts[0].outcome.symbol), (true, 1.5))]);
    let before = moved.clone();
    assert!(moved.relabel(row, &bad).is_err());
    assert_eq!(moved, before);
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let act = acts(1, 0.0, 1)[0];
    let mut gate = fresh();
    gate.observe(&act.input, &act.outcome).unwrap();
    let before = gate.clone();
    let twice = gate.observe(&act.input, &act.outcome).unwrap_err();
    assert_eq!(twice.to_string(), "AAPL of 2001-01-01 has its outcome already");
    for bad in [0.0, 1.1, f64::NAN] {
        let outcome = MetaOutcome { decided: date(3), uniqueness: bad, ..act.outcome };
        assert!(matches!(gate.observe(&act.input, &outcome), Err(MetaError::Uniqueness { .. })));
    }
    let loud = MetaInput { consensus: 1.2, ..act.input };
    assert!(gate.observe(&loud, &MetaOutcome { decided: date(3), ..act.outcome }).is_err());
    assert!(gate.probability_right(&loud).is_err() && gate.allows(&loud, 0.5).is_err());
    assert_eq!(gate, before);
    let good = GateConfig::default();
    for (name, bad) in [
        ("horizon", GateConfig { horizon: 0, ..good }),
        ("worth_min", GateConfig { worth_min: f64::NAN, ..good }),
        ("every_months", GateConfig { every_months: 13, ..good }),
        ("shared_movement", GateConfig { shared_movement: -0.1, ..good }),
    ] {
        let refused = MetaGate::new(bad).unwrap_err();
        assert!(refused.to_string().starts_with(name), "{refused}");
    }
}

#[test]
fn bytes_that_are_cut_longer_or_of_another_thing_are_refused() {
    let mut gate = fresh();
    run(&mut gate, &acts(200, 0.3, 5), 0..200);
    let bytes = gate.to_bytes();
    assert_eq!(MetaGate::from_bytes(&bytes).unwrap(), gate);
    for end in (0..bytes.len()).step_by(97).chain([bytes.len() - 1]) {
        assert!(MetaGate::from_bytes(&bytes[..end]).is_err(), "cut at {end}");
    }
    assert!(MetaGate::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    let mut other = bytes.clone();
    other[7] = 9;
    let refused = MetaGate::from_bytes(&other).unwrap_err();
    assert!(refused.to_string().contains("not of this format"), "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Through bytes, at any moment, and as long as one likes afterwards.
    #[test]
    fn a_restored_gate_goes_on_as_if_nothing_had_happened(seed in 0_u64..1_000, stop in 0_usize..240) {
        let acts = acts(240, 0.4, seed);
        let mut uninterrupted = fresh();
        run(&mut uninterrupted, &acts, 0..stop);
        let bytes = uninterrupted.to_bytes();
        let mut restored = MetaGate::from_bytes(&bytes).unwrap();
        prop_assert_eq!(&restored, &uninterrupted);
        prop_assert_eq!(restored.to_bytes(), bytes);
        let rest = run(&mut restored, &acts, stop..240);
        prop_assert_eq!(rest, run(&mut uninterrupted, &acts, stop..240));
        prop_assert_eq!(restored, uninterrupted);
    }

    /// Bit for bit: neither the future nor the order within a session has a part in an opinion.
    #[test]
    fn cutting_the_future_or_turning_the_order_changes_no_opinion(
        seed in 0_u64..1_000, cut in 100_usize..240
    ) {
        let acts = acts(240, 0.4, seed);
        let whole = run(&mut fresh(), &acts, 0..240);
        prop_assert_eq!(&run(&mut fresh(), &acts, 0..cut)[..], &whole[..3 * cut]);
        let (mut one, mut other) = (fresh(), fresh());
        run(&mut one, &acts, 0..240);
        run(&mut other, &acts.iter().rev().copied().collect::<Vec<_>>(), 0..240);
        prop_assert_eq!(one, other);
    }

    #[test]
    fn damaged_bytes_are_refused_or_still_safe_to_ask(at in 0.0_f64..1.0, byte: u8) {
        static STORED: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        let stored = STORED.get_or_init(|| {
            let mut gate = fresh();
            run(&mut gate, &acts(200, 0.3, 5), 0..200);
            gate.to_bytes()
        });
        let mut bytes = stored.clone();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at is in 0..1")]
        let place = (at * bytes.len() as f64) as usize;
        bytes[place] = byte;
        if let Ok(gate) = MetaGate::from_bytes(&bytes) {
            let asked = MetaInput::new(Regime::Transition, 0.6, 0.1, 0.1);
            let p = gate.probability_right(&asked).unwrap().map_or(0.5, |o| o.p);
            prop_assert!((0.0..=1.0).contains(&p), "{}", p);
        }
    }
}
