//! Change points against reference values on the S&P 500 of 2008 and 2009.

use serde_json::Value;
use tradebot_regime::bocpd::{Bocpd, BocpdConfig, NormalInverseGamma, Pruning};

use crate::series::{closes_between, log_returns, reference};

/// Data rows 401 to 700 of 2007 to 2010: the return of row `i` stands at `i - 1`.
fn values() -> Vec<f64> {
    log_returns(&closes_between("2007-01-03", "2010-12-31"))[400..700].to_vec()
}

fn config(params: &Value, pruning: Pruning) -> BocpdConfig {
    let number = |key: &str| params[key].as_f64().unwrap();
    let (mean, kappa) = (number("mu0"), number("kappa0"));
    let prior = NormalInverseGamma { mean, kappa, alpha: number("alpha0"), beta: number("beta0") };
    BocpdConfig { hazard: number("hazard"), prior, pruning }
}

fn floats(value: &Value) -> Vec<f64> {
    serde_json::from_value(value.clone()).unwrap()
}

#[track_caller]
fn check(pruning: Pruning) -> Bocpd {
    let expected = reference("04_bocpd.json");
    let mut bocpd = Bocpd::new(config(&expected["params"], pruning)).unwrap();
    let (maps, means) = (&expected["map_run_length"], floats(&expected["mean_run_length"]));
    let young = floats(&expected["p_run_lt_10"]);
    let values = values();
    for (got, expected) in values.iter().zip(floats(&expected["x_first5"])) {
        assert!((got - expected).abs() < 1e-12, "the wrong rows: {got}, expected {expected}");
    }
    for (i, x) in values.iter().enumerate() {
        bocpd.update(*x);
        assert_eq!(Some(u64::from(bocpd.map_run_length())), maps[i].as_u64(), "value {i}");
        let mean = bocpd.mean_run_length();
        assert!((mean - means[i]).abs() < 1e-9, "value {i}: {mean}, expected {}", means[i]);
        let p = bocpd.probability_below(10);
        assert!((p - young[i]).abs() < 1e-9, "value {i}: {p}, expected {}", young[i]);
        if i == 10 {
            let posterior = floats(&expected["posterior_after_11"]);
            assert_eq!(bocpd.posterior().len(), posterior.len());
            for (got, expected) in bocpd.posterior().iter().zip(posterior) {
                assert!((got - expected).abs() < 1e-9, "{got}, expected {expected}");
            }
        }
    }
    let likelihood = expected["loglik"].as_f64().unwrap();
    assert!((bocpd.log_likelihood() - likelihood).abs() < 1e-9, "{}", bocpd.log_likelihood());
    bocpd
}

#[test]
fn run_lengths_equal_the_reference() {
    assert_eq!(check(Pruning::None).dropped(), 0.0);
}

#[test]
fn pruned_run_lengths_equal_the_reference_as_well() {
    let pruned = check(Pruning::Below(1e-14));
    assert!(pruned.considered() < 300, "{}", pruned.considered());
}
