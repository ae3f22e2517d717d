//! All paths of states through a short series: what the recursions must agree with, by the
//! definition alone.

use proptest::prelude::*;

use super::{GaussianHmm, HmmParameters};

/// Each path with ln of its joint density with the values.
pub(crate) fn paths(model: &GaussianHmm, values: &[f64]) -> Vec<(Vec<usize>, f64)> {
    let states = model.states();
    let count = states.pow(u32::try_from(values.len()).unwrap());
    (0..count)
        .map(|number| {
            let mut rest = number;
            let mut digit = || {
                let state = rest % states;
                rest /= states;
                state
            };
            let path: Vec<usize> = values.iter().map(|_| digit()).collect();
            let joint = log_joint(model, values, &path);
            (path, joint)
        })
        .collect()
}

fn log_joint(model: &GaussianHmm, values: &[f64], path: &[usize]) -> f64 {
    let mut sum = 0.0;
    for (t, (state, x)) in path.iter().zip(values).enumerate() {
        let chance = match t {
            0 => model.start()[*state],
            _ => model.transitions(path[t - 1])[*state],
        };
        sum += chance.ln();
        if x.is_finite() {
            let z = (x - model.means()[*state]) / model.sds()[*state];
            let height = model.sds()[*state] * (2.0 * std::f64::consts::PI).sqrt();
            sum -= 0.5 * z * z + height.ln();
        }
    }
    sum
}

/// P(state at `t` | values), from the paths.
pub(crate) fn shares(paths: &[(Vec<usize>, f64)], t: usize, states: usize) -> Vec<f64> {
    let largest = paths.iter().map(|(_, joint)| *joint).fold(f64::NEG_INFINITY, f64::max);
    let mut shares = vec![0.0; states];
    for (path, joint) in paths {
        shares[path[t]] += (joint - largest).exp();
    }
    let sum: f64 = shares.iter().sum();
    shares.into_iter().map(|share| share / sum).collect()
}

/// ln of the density of the values, from the paths.
pub(crate) fn log_likelihood(paths: &[(Vec<usize>, f64)]) -> f64 {
    let largest = paths.iter().map(|(_, joint)| *joint).fold(f64::NEG_INFINITY, f64::max);
    largest + paths.iter().map(|(_, joint)| (joint - largest).exp()).sum::<f64>().ln()
}

fn chances(len: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(0.001_f64..1.0, len).prop_map(|weights| {
        let sum: f64 = weights.iter().sum();
        weights.into_iter().map(|weight| weight / sum).collect()
    })
}

/// Models of 1 to 3 states, half of them with a given start.
pub(crate) fn models() -> impl Strategy<Value = GaussianHmm> {
    (1_usize..=3).prop_flat_map(|states| {
        let means = prop::collection::vec(-3.0_f64..3.0, states);
        let sds = prop::collection::vec(0.2_f64..4.0, states);
        let transitions = prop::collection::vec(chances(states), states);
        let start = prop::option::of(chances(states));
        (means, sds, transitions, start).prop_map(|(means, sds, transitions, start)| {
            GaussianHmm::new(HmmParameters { means, sds, transitions, start }).unwrap()
        })
    })
}

/// Short series, in which one value of eight is missing and one is far out.
pub(crate) fn series() -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![6 => -5.0_f64..5.0, 1 => Just(f64::NAN), 1 => -90.0_f64..90.0];
    prop::collection::vec(value, 1..=6)
}
