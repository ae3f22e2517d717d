//! Performance of returns and of trades.

use serde_json::Value;
use tradebot_backtest::activity::share;
use tradebot_backtest::performance::{Performance, performance};
use tradebot_backtest::trades::{TradeResult, trade_statistics};

use crate::vectors::{close, index_returns, json, near, number, numbers};

const RELATIVE: f64 = 1e-9;

fn check(got: &Performance, want: &Value) {
    for (key, got) in [
        ("total_return", got.total_return),
        ("cagr", got.cagr),
        ("vol", got.volatility),
        ("sharpe", got.sharpe),
        ("sortino", got.sortino),
        ("max_drawdown", got.max_drawdown),
        ("calmar", got.calmar),
        ("max_dd_duration_bars", got.drawdown_sessions.map(|n| n as f64)),
        ("ulcer", got.ulcer),
        ("var95_hist_linear", got.value_at_risk_95),
        ("cvar95_mean_of_worst_ceil", got.expected_shortfall_95),
        ("profit_factor_daily", got.omega),
    ] {
        close(key, got.unwrap(), number(&want[key]), RELATIVE);
    }
}

#[test]
fn returns_are_measured_as_the_reference_measures_them() {
    let expected = json("14_performance.json");
    let held = index_returns();
    let flat: Vec<f64> = held
        .iter()
        .enumerate()
        .map(|(i, r)| if i % 9 < 3 { 0.0 } else { (r * 1e10).round_ties_even() / 1e10 })
        .collect();
    for (case, returns) in [("buy_hold", held), ("with_flat_days", flat)] {
        let want = &expected["cases"][case]["spec"];
        check(&performance(&returns), want);
        // The reference has no positions and takes a return other than 0 for one.
        let exposure = share(returns.iter().map(|r| *r != 0.0)).unwrap();
        close("exposure", exposure, number(&want["exposure"]), RELATIVE);
    }
}

/// Results in units of risk of the reference's own trades; the list beside the figures is rounded.
fn bracket_results() -> Vec<f64> {
    let brackets = json("10_brackets.json");
    let cases = brackets["cases"].as_array().unwrap();
    let long = cases.iter().find(|c| c["tie"] == "stop" && c["side"] == 1).unwrap();
    let result = |row: &Value| {
        let [entry, stop, exit] = [2, 3, 6].map(|column| number(&row[column]));
        (exit - entry) / (entry - stop)
    };
    long["rows"].as_array().unwrap().iter().map(result).collect()
}

#[test]
fn trades_are_measured_as_the_reference_measures_them() {
    let expected = json("14_performance.json");
    let want = &expected["trades"];
    let results = bracket_results();
    for (got, want) in results.iter().zip(numbers(&want["R_multiples"])) {
        near("result", *got, want, 1e-8);
    }
    let trades: Vec<TradeResult> =
        results.into_iter().map(|r| TradeResult { net: r, r, sessions: 1 }).collect();
    let got = trade_statistics(&trades);
    assert_eq!(got.trades as f64, number(&want["n"]));
    for (key, got) in [
        ("expectancy", got.expectancy),
        ("sqn", got.sqn),
        ("sqn_uncapped", got.sqn_uncapped),
        ("win_rate", got.win_rate),
        ("profit_factor", got.profit_factor),
        ("payoff", got.payoff),
    ] {
        close(key, got.unwrap(), number(&want[key]), RELATIVE);
    }
}
