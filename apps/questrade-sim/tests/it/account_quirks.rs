//! Accounts, balances, activities: one test for each oddity of the account calls.

use serde_json::{Value, json};
use tradebot_broker_questrade::account::BalancesReply;
use tradebot_broker_questrade::read;
use tradebot_broker_questrade::words::Currency;

use crate::support::{MARGIN, RRSP, Sim, TFSA};

fn activities(sim: &mut Sim, account: &str, from: &str, to: &str) -> Value {
    let window = format!("startTime={from}T00:00:00-04:00&endTime={to}T00:00:00-04:00");
    sim.get(&format!("accounts/{account}/activities?{window}")).value()
}

#[test]
fn an_account_number_is_a_text_with_its_zero() {
    let mut sim = Sim::retail();
    let accounts = sim.get("accounts").value();
    assert_eq!(accounts["userId"], 3_001_234);
    let numbers: Vec<&str> = accounts["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| a["number"].as_str().unwrap())
        .collect();
    assert_eq!(numbers, [TFSA, MARGIN, RRSP]);
    assert_eq!(sim.get(&format!("accounts/{RRSP}/balances")).status, 200);
    assert_eq!(sim.get("accounts/1234567/balances").value()["code"], 1018);
}

#[test]
fn the_window_of_activities_is_a_month_at_most() {
    let mut sim = Sim::retail();
    assert!(activities(&mut sim, TFSA, "2026-06-01", "2026-07-02")["activities"].is_array());
    assert_eq!(activities(&mut sim, TFSA, "2026-06-01", "2026-07-03")["code"], 1002);
    let missing = sim.get(&format!("accounts/{TFSA}/activities?startTime=2026-07-01T00:00:00Z"));
    assert_eq!(missing.value()["code"], 1004);
}

#[test]
fn rows_are_posted_the_next_session_with_a_negative_commission() {
    let mut sim = Sim::partner();
    sim.placed(TFSA, "ZZQ.TO", json!({"quantity": 40}));
    sim.advance(60);
    assert_eq!(activities(&mut sim, TFSA, "2026-07-08", "2026-07-11")["activities"], json!([]));
    sim.go_to("2026-07-10T12:00:00-04:00");
    sim.log_in();
    let row = activities(&mut sim, TFSA, "2026-07-08", "2026-07-11")["activities"][0].clone();
    assert_eq!(row["tradeDate"], "2026-07-09T00:00:00.000000-04:00");
    assert_eq!(row["transactionDate"], "2026-07-10T00:00:00.000000-04:00");
    assert_eq!(row["settlementDate"], "2026-07-10T00:00:00.000000-04:00");
    assert_eq!((&row["commission"], &row["quantity"]), (&json!(-0.14), &json!(40)));
    let number = |key: &str| row[key].as_f64().unwrap();
    assert!((number("grossAmount") + 40.0 * number("price")).abs() < 1e-9);
    assert!((number("netAmount") - number("grossAmount") - number("commission")).abs() < 1e-9);
}

#[test]
fn equal_rows_come_twice_when_told_to() {
    let mut sim = Sim::with("{login: {profile: partner}, trading: {duplicate_activities: true}}");
    sim.placed(TFSA, "ZZQ.TO", json!({"quantity": 40}));
    sim.go_to("2026-07-10T12:00:00-04:00");
    sim.log_in();
    let rows = activities(&mut sim, TFSA, "2026-07-08", "2026-07-11");
    assert_eq!(rows["activities"].as_array().unwrap().len(), 2);
    assert_eq!(rows["activities"][0], rows["activities"][1]);
}

#[test]
fn a_position_closed_today_is_listed_with_no_shares() {
    let mut sim = Sim::partner();
    sim.placed(TFSA, "ZZQ.TO", json!({"action": "Sell", "quantity": 120}));
    sim.advance(600);
    let row = sim.position(TFSA, "ZZQ.TO");
    assert_eq!((&row["openQuantity"], &row["closedQuantity"]), (&json!(0), &json!(120)));
    assert_ne!(row["closedPnl"], json!(0));
    sim.go_to("2026-07-10T09:00:00-04:00");
    sim.log_in();
    assert_eq!(sim.position(TFSA, "ZZQ.TO"), Value::Null);
}

#[test]
fn balances_are_said_by_currency_and_once_in_each_and_start_negative() {
    let mut sim = Sim::retail();
    let reply = sim.get(&format!("accounts/{MARGIN}/balances"));
    let balances: BalancesReply = read(reply.status, &reply.body).unwrap();
    let usd = balances.held_in(&Currency::Usd).unwrap();
    assert_eq!(usd.cash.to_string(), "-310.4");
    let sod = balances.sod_per_currency_balances.iter().find(|b| b.currency == Currency::Usd);
    assert_eq!(sod.unwrap().cash.to_string(), "-310.4");
    assert_eq!(balances.implied_cad_per_usd().unwrap().round_dp(3).to_string(), "1.370");
    let cad = balances.held_in(&Currency::Cad).unwrap();
    let total =
        cad.total_equity + usd.total_equity * "1.37".parse::<rust_decimal::Decimal>().unwrap();
    let combined = balances.combined_in(&Currency::Cad).unwrap().total_equity;
    assert_eq!(combined.round_dp(2), total.round_dp(2));
}

#[test]
fn a_fraction_of_a_share_trades_at_the_market_and_not_at_a_limit() {
    let mut sim = Sim::partner();
    let id = sim.placed(MARGIN, "IBM", json!({"quantity": 0.5}));
    sim.advance(60);
    assert_eq!(sim.state(MARGIN, id), "Executed");
    let rows = sim.get(&format!("accounts/{MARGIN}/executions")).value();
    assert_eq!(rows["executions"][0]["quantity"], 0.5);
    let limit = json!({"quantity": 0.5, "orderType": "Limit", "limitPrice": 50.0});
    assert_eq!(sim.place(MARGIN, "IBM", limit).value()["code"], 3020);
}

#[test]
fn the_same_company_on_two_venues_is_two_symbols_and_two_currencies() {
    let mut sim = Sim::partner();
    assert_ne!(sim.id("ZZQ"), sim.id("ZZQ.TO"));
    sim.placed(MARGIN, "ZZQ", json!({"quantity": 5}));
    sim.advance(60);
    assert_eq!(sim.position(MARGIN, "ZZQ")["openQuantity"], 5);
    assert_eq!(sim.position(MARGIN, "ZZQ.TO"), Value::Null);
    let usd = sim.get(&format!("accounts/{MARGIN}/balances")).value();
    let row =
        usd["perCurrencyBalances"].as_array().unwrap().iter().find(|b| b["currency"] == "USD");
    assert!(row.unwrap()["cash"].as_f64().unwrap() < -310.4);
}

#[test]
fn an_unknown_order_is_an_empty_list_or_404() {
    let mut sim = Sim::retail();
    assert_eq!(sim.get(&format!("accounts/{TFSA}/orders/17")).value(), json!({"orders": []}));
    let mut strict = Sim::with("wire: {unknown_order_is_404: true}");
    assert_eq!(strict.get(&format!("accounts/{TFSA}/orders/17")).value()["code"], 1020);
}

#[test]
fn the_brokers_clock_can_be_off() {
    let mut sim = Sim::with("clock: {skew_ms: -3000}");
    assert_eq!(sim.get("time").value()["time"], "2026-07-09T10:31:19.417000-04:00");
}
