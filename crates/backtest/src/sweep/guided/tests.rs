//! A guided search proposes, repeats its course and ends.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::sweep::space::Constraint;
use crate::sweep::trial::TrialResult;

fn space() -> Space {
    let axes = vec![
        Axis::integers("fast", 1, 100, 1),
        Axis::integers("slow", 1, 300, 1),
        Axis::log("risk", 0.001, 1.0, 40),
        Axis::choice("kind", &["ema", "sma", "wma"]),
    ];
    Space::new(axes, vec![Constraint::below("fast", "slow")]).unwrap()
}

/// A hill with its top at 30, 120, 0.03 and `sma`.
fn evaluate(point: &Parameters) -> Result<TrialResult, String> {
    let away = |name: &str, top: f64, width: f64| {
        let value = point.number(name).ok_or_else(|| format!("no {name}"))?;
        Ok::<_, String>(((value - top) / width).powi(2))
    };
    let risk = (point.number("risk").unwrap() / 0.03).ln() / 3.0;
    let kind = if point.text("kind") == Some("sma") { 0.0 } else { 0.5 };
    let height = 1.0 - away("fast", 30.0, 50.0)? - away("slow", 120.0, 150.0)? - risk * risk - kind;
    Ok(TrialResult::of_returns(100.0, &[0.1 * height, 0.0], 2, 1))
}

const PLAN: Guided =
    Guided { trials: 200, random: 20, batch: 4, measure: Measure::TotalReturn, seed: 3 };

#[test]
fn a_guided_search_climbs_higher_than_as_many_random_points() {
    for seed in 0..5 {
        let plan = Guided { seed, ..PLAN };
        let guided = Sweep::of("hill").guided(&space(), &plan, &evaluate);
        let points = space().random(200, seed);
        let random = Sweep::of("hill").run(&space(), points, &evaluate);
        let best = |table: &Table| table.best(Measure::TotalReturn).unwrap().value;
        assert_eq!(guided.trials().len(), 200);
        assert!(best(&guided) > 0.095, "{}", best(&guided));
        assert!(best(&guided) > best(&random), "{} {}", best(&guided), best(&random));
    }
}

#[test]
fn no_point_is_tried_twice_and_all_meet_the_constraint() {
    let table = Sweep::of("hill").guided(&space(), &PLAN, &evaluate);
    let ids: BTreeSet<String> = table.trials().iter().map(Trial::id).collect();
    assert_eq!(ids.len(), 200);
    let crossing = |t: &Trial| t.parameters.number("fast") < t.parameters.number("slow");
    assert!(table.trials().iter().all(crossing));
}

#[test]
fn the_course_depends_on_the_seed_and_not_on_threads() {
    let run = |threads: usize, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let plan = Guided { seed, trials: 60, ..PLAN };
        pool.install(|| Sweep::of("hill").guided(&space(), &plan, &evaluate))
    };
    assert_eq!(run(1, 3), run(3, 3));
    assert_ne!(run(1, 3), run(1, 4));
}

#[test]
fn a_killed_search_takes_the_same_course_again_without_evaluating_twice() {
    let whole = Sweep::of("hill").guided(&space(), &PLAN, &evaluate);
    let known = whole.trials()[..150].to_vec();
    let evaluated = AtomicUsize::new(0);
    let counting = |point: &Parameters| {
        evaluated.fetch_add(1, Ordering::Relaxed);
        evaluate(point)
    };
    let resumed = Sweep::of("hill").knowing(known).guided(&space(), &PLAN, &counting);
    assert_eq!((resumed, evaluated.into_inner()), (whole, 50));
}

#[test]
fn a_space_smaller_than_the_plan_is_tried_out_and_failures_do_not_stop_it() {
    let axes = vec![Axis::integers("n", 1, 5, 1), Axis::choice("kind", &["a", "b"])];
    let space = Space::new(axes, Vec::new()).unwrap();
    let odd = |point: &Parameters| match point.count("n") {
        Some(n) if n % 2 == 1 => Err("odd"),
        _ => Ok(TrialResult::of_returns(1.0, &[0.1, 0.2], 0, 0)),
    };
    let plan = Guided { trials: 50, random: 3, ..PLAN };
    let count = Sweep::of("small").guided(&space, &plan, &odd).count();
    assert_eq!((count.done, count.failed, count.pending), (4, 6, 0));
}
