//! Probabilistic and deflated Sharpe ratios, minimum lengths.

use tradebot_backtest::sharpe::{
    SharpeEstimate, aggregation_factor, deflated_benchmark, expected_maximum,
    minimum_backtest_years,
};

use crate::vectors::{close, index_returns, json, number};

const RELATIVE: f64 = 1e-9;

#[test]
fn the_index_is_judged_as_the_reference_judges_it() {
    let expected = json("11_sharpe_inference.json");
    let want = |key: &str| number(&expected["result"][key]);
    let returns = index_returns();
    let got = SharpeEstimate::of(&returns).unwrap();
    let benchmark = want("psr_benchmark");
    let trials = &expected["result"]["dsr"];
    let variance = number(&trials["var_sr_per_period"]);
    assert_eq!(got.periods as f64, want("n"));
    for (what, got, want) in [
        ("ratio", got.ratio, want("sr_per_period")),
        ("skewness", got.skewness, want("skew_biased")),
        ("kurtosis", got.kurtosis, want("kurt_biased_nonexcess")),
        ("against 0", got.probabilistic(0.0).unwrap(), want("psr_vs_0")),
        ("against another", got.probabilistic(benchmark).unwrap(), want("psr_vs_benchmark")),
        ("deflated benchmark", deflated_benchmark(50, variance), number(&trials["sr0"])),
        ("deflated", got.deflated(50, variance).unwrap(), number(&trials["value"])),
        ("error, normal", got.standard_error_normal(), want("lo_iid_se_per_period")),
        ("error", got.standard_error().unwrap(), want("mertens_se_per_period")),
        (
            "aggregation",
            aggregation_factor(&returns, 12).unwrap(),
            number(&expected["lo_eta"]["value"]),
        ),
    ] {
        close(what, got, want, RELATIVE);
    }
}

#[test]
fn minimum_lengths_equal_the_reference() {
    let expected = json("11_sharpe_inference.json");
    for case in expected["min_trl"].as_array().unwrap() {
        let estimate = SharpeEstimate {
            ratio: number(&case["sr"]),
            periods: 100,
            skewness: number(&case["skew"]),
            kurtosis: number(&case["kurt"]),
        };
        let got = estimate.minimum_track_record(number(&case["sr0"]), number(&case["conf"]));
        close("minimum track record", got.unwrap(), number(&case["n"]), RELATIVE);
    }
    for (trials, want) in expected["min_btl_years_for_emax_1"].as_object().unwrap() {
        let got = minimum_backtest_years(trials.parse().unwrap());
        close("minimum backtest", got, number(want), RELATIVE);
    }
    for (trials, want) in expected["emax"].as_object().unwrap() {
        close(trials, expected_maximum(trials.parse().unwrap()), number(want), RELATIVE);
    }
}
