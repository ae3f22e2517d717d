//! Tests of the module `logistic`.

use super::*;
use crate::testing::{set_of, world};

/// Gradient of the penalised log likelihood, computed here from its definition.
#[test]
fn the_fit_stands_where_the_penalised_likelihood_is_flat() {
    let mut examples = world(600, 3, 0.4, 21);
    for e in &mut examples {
        e.weight = 0.25;
    }
    let set = set_of(&examples);
    let model = Logistic::fit(&set, 1).unwrap().unwrap();
    let mut gradient = [0.0; 9];
    for e in &examples {
        let miss = model.score(&e.input()) - f64::from(u8::from(e.won));
        for (j, x) in e.features.iter().enumerate() {
            gradient[j] += e.weight * miss * model.scale.standardised(j, *x);
        }
        gradient[3 + e.row.index()] += e.weight * miss;
        gradient[8] += e.weight * miss;
    }
    for (sum, coefficient) in gradient.iter_mut().zip(&model.coefficients) {
        *sum += L2 * coefficient;
    }
    let norm = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
    assert!(norm <= GRADIENT * set.effective_len(), "{norm}: {gradient:?}");
    assert!(model.coefficients[0] > 0.3, "the signal: {:?}", model.coefficients);
}

#[test]
fn ten_copies_of_a_tenth_of_the_weight_teach_the_same() {
    let once = world(300, 4, 0.3, 5);
    let mut copies = Vec::new();
    for _ in 0..10 {
        copies.extend(world(300, 4, 0.3, 5).into_iter().map(|mut e| {
            e.weight = 0.1;
            e
        }));
    }
    let a = Logistic::fit(&set_of(&once), 1).unwrap().unwrap();
    let b = Logistic::fit(&set_of(&copies), 1).unwrap().unwrap();
    for (x, y) in a.coefficients.iter().zip(&b.coefficients) {
        assert!((x - y).abs() < 1e-4, "{x} {y}");
    }
}

#[test]
fn the_sign_does_not_depend_on_which_outcome_is_commoner() {
    for flip in [false, true] {
        // Drop most wins, or most losses.
        let mut kept = 0;
        let mut examples = world(900, 2, 0.4, 8);
        examples.retain(|e| {
            kept += u32::from(e.won == flip);
            e.won != flip || kept % 4 == 0
        });
        let model = Logistic::fit(&set_of(&examples), 1).unwrap().unwrap();
        assert!(model.coefficients[0] > 0.1, "{:?}", model.coefficients);
    }
}
