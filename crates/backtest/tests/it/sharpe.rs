//! Probabilistic and deflated Sharpe ratios, minimum lengths.

use tradebot_backtest::sharpe::{
    SharpeEstimate, aggregation_factor, deflated_benchmark, expected_maximum, expected_maximum_of,
    minimum_backtest_years, minimum_backtest_years_for,
};

use crate::vectors::{close, index_returns, json, near, number};

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

/// The same formula on other estimates of the moments, which another library makes.
#[test]
fn other_moments_give_what_the_other_library_gives() {
    let expected = json("11_sharpe_inference.json");
    let result = &expected["result"];
    let variant = &result["variant_ddof0_unbiased_moments"];
    let want = |key: &str| number(&variant[key]);
    let estimate = SharpeEstimate {
        ratio: want("sr"),
        periods: index_returns().len(),
        skewness: want("skew"),
        kurtosis: want("kurt"),
    };
    let benchmark = number(&result["psr_benchmark"]);
    let variance = number(&result["dsr"]["var_sr_per_period"]);
    for (what, got, want) in [
        ("against 0", estimate.probabilistic(0.0), want("purgedcv_vs_0")),
        ("against another", estimate.probabilistic(benchmark), want("purgedcv_vs_benchmark")),
        ("deflated", estimate.deflated(50, variance), number(&result["dsr"]["purgedcv_variant"])),
    ] {
        close(what, got.unwrap(), want, RELATIVE);
    }
}

/// The examples that the papers print, to half a unit of their last digit.
#[test]
fn published_examples_are_reproduced() {
    let expected = json("11_sharpe_inference.json");
    let cases = expected["published"].as_array().unwrap();
    assert_eq!(cases.len(), 6);
    for case in cases {
        let value = |key: &str| case[key].as_f64();
        let name = case["case"].as_str().unwrap();
        let [skewness, kurtosis] =
            [("skew", 0.0), ("kurt", 3.0)].map(|(key, normal)| value(key).unwrap_or(normal));
        let estimate = |ratio: f64, periods: f64| SharpeEstimate {
            ratio,
            periods: format!("{periods:.0}").parse().unwrap(),
            skewness,
            kurtosis,
        };
        if let Some(variance) = value("var_sr") {
            let got = estimate(value("sr").unwrap(), value("T").unwrap());
            close(name, deflated_benchmark(100, variance), value("sr0").unwrap(), RELATIVE);
            near(name, got.deflated(100, variance).unwrap(), value("expected").unwrap(), 5e-5);
        } else if let Some(ratio) = value("sr") {
            let got = estimate(ratio, value("T").unwrap()).probabilistic(0.0);
            near(name, got.unwrap(), value("expected").unwrap(), 5e-4);
        } else if let Some(years) = value("expected_years") {
            let periods = value("periods").unwrap_or(52.0);
            let per_period = 1.0 / periods.sqrt();
            let got = estimate(2.0 * per_period, 100.0).minimum_track_record(per_period, 0.95);
            near(name, got.unwrap() / periods, years, 5e-3);
        } else {
            near(name, expected_maximum(10), value("expected").unwrap(), 5e-3);
        }
    }
}

#[test]
fn attempts_that_are_not_whole_lie_between_those_that_are() {
    assert_eq!(expected_maximum_of(50.0), expected_maximum(50));
    let between = expected_maximum_of(50.5);
    assert!(between > expected_maximum(50) && between < expected_maximum(51));
    assert_eq!([0.0, 1.0, f64::NAN].map(expected_maximum_of), [0.0; 3]);
    assert!(expected_maximum_of(1.01) >= 0.0);
    // Half the ratio takes four times the years.
    close("half", minimum_backtest_years_for(45, 0.5), 4.0 * minimum_backtest_years(45), 1e-12);
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
