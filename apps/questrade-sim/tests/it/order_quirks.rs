//! The named quirks of orders, each switched on by its name.

use questrade_sim::http::Delivery;
use serde_json::{Value, json};

use crate::support::{MARGIN, Sim, TFSA, cents};

/// A partner's session with one quirk on.
fn sim_with(quirk: &str) -> Sim {
    let mut sim = Sim::partner();
    sim.run(json!({"do": "quirk", "name": quirk, "times": 1}));
    sim
}

fn orders(sim: &mut Sim) -> Vec<Value> {
    let path = format!("accounts/{MARGIN}/orders");
    sim.get(&path).value()["orders"].as_array().unwrap().clone()
}

/// A buy that will not fill soon.
fn resting(sim: &mut Sim) -> Value {
    let price = cents(sim.last("IBM") * 0.9);
    json!({"orderType": "Limit", "limitPrice": price})
}

#[test]
fn q1_a_lost_request_leaves_nothing() {
    let mut sim = sim_with("q1_lost_request");
    assert_eq!(sim.place(MARGIN, "IBM", json!({})).delivery, Delivery::Drop);
    assert!(orders(&mut sim).is_empty());
    assert_eq!(sim.place(MARGIN, "IBM", json!({})).delivery, Delivery::Whole);
}

#[test]
fn q2_a_lost_response_leaves_an_order() {
    let mut sim = sim_with("q2_lost_response");
    assert_eq!(sim.place(MARGIN, "IBM", json!({})).delivery, Delivery::Drop);
    assert_eq!(orders(&mut sim).len(), 1);
}

#[test]
fn q3_a_late_order_appears_within_five_minutes() {
    let mut sim = sim_with("q3_late_accept");
    let late = resting(&mut sim);
    assert_eq!(sim.place(MARGIN, "IBM", late).delivery, Delivery::Drop);
    assert!(orders(&mut sim).is_empty());
    sim.advance(301);
    assert_eq!(orders(&mut sim).len(), 1);
}

#[test]
fn q4_and_q6_an_error_may_hide_an_order_or_none() {
    for (quirk, status, placed) in [
        ("q4_400_but_placed", 400, 1),
        ("q6_5xx_placed", 500, 1),
        ("q6_5xx_not_placed", 500, 0),
        ("q7_429", 429, 0),
    ] {
        let mut sim = sim_with(quirk);
        assert_eq!(sim.place(MARGIN, "IBM", json!({})).status, status, "{quirk}");
        assert_eq!(orders(&mut sim).len(), placed, "{quirk}");
    }
}

#[test]
fn q5_a_200_may_carry_a_code_and_the_id_of_a_rejected_order() {
    let mut sim = sim_with("q5_200_with_error");
    let reply = sim.place(MARGIN, "IBM", json!({}));
    let body = reply.value();
    assert_eq!((reply.status, body["code"].as_i64()), (200, Some(3054)));
    let id = body["orderId"].as_i64().unwrap();
    assert_eq!(body["orders"][0]["id"], id);
    assert_eq!(sim.state(MARGIN, id), "Rejected");
}

#[test]
fn q8_and_q9_lists_lag_and_end_in_the_middle() {
    let mut sim = Sim::partner();
    sim.run(json!({"do": "quirk", "name": "q8_list_lag"}));
    for _ in 0..2 {
        let order = resting(&mut sim);
        sim.placed(MARGIN, "IBM", order);
    }
    assert!(orders(&mut sim).is_empty());
    sim.advance(6);
    assert_eq!(orders(&mut sim).len(), 2);
    sim.run(json!({"do": "clear_quirk", "name": "q8_list_lag"}));
    sim.run(json!({"do": "quirk", "name": "q9_truncated_page", "times": 1}));
    assert_eq!(orders(&mut sim).len(), 1);
    assert_eq!(orders(&mut sim).len(), 2);
}

#[test]
fn q10_an_order_of_last_month_is_hidden_unless_a_window_is_given() {
    let mut sim = Sim::partner();
    let mut order = resting(&mut sim);
    order["limitPrice"] = json!(cents(sim.last("IBM") * 0.3));
    order["timeInForce"] = json!("GoodTillCanceled");
    let id = sim.placed(MARGIN, "IBM", order);
    sim.go_to("2026-08-12T11:00:00-04:00");
    sim.log_in();
    assert!(orders(&mut sim).is_empty());
    let open = format!("accounts/{MARGIN}/orders?stateFilter=Open");
    assert_eq!(sim.get(&open).value()["orders"], json!([]));
    let window =
        format!("{open}&startTime=2026-06-01T00:00:00-04:00&endTime=2026-08-13T00:00:00-04:00");
    assert_eq!(sim.get(&window).value()["orders"][0]["id"], id);
    // All states in more than 31 days are refused.
    assert_eq!(sim.get(&window.replace("Open", "All")).value()["code"], 1002);
    sim.run(json!({"do": "clear_quirk", "name": "q10_default_window"}));
    assert_eq!(orders(&mut sim).len(), 1);
}

#[test]
fn q11_a_filled_order_is_listed_as_accepted_once_more() {
    let mut sim = sim_with("q11_state_regression");
    let id = sim.placed(MARGIN, "IBM", json!({}));
    sim.advance(60);
    assert_eq!([sim.state(MARGIN, id), sim.state(MARGIN, id)], ["Accepted", "Executed"]);
}

#[test]
fn q12_executions_come_twice_and_in_reverse() {
    let mut sim = Sim::partner();
    for _ in 0..2 {
        sim.placed(MARGIN, "IBM", json!({}));
        sim.advance(60);
    }
    let ids = |sim: &mut Sim| {
        let rows = sim.get(&format!("accounts/{MARGIN}/executions")).value();
        let rows = rows["executions"].as_array().unwrap().clone();
        rows.iter().map(|e| e["id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    let once = ids(&mut sim);
    sim.run(json!({"do": "quirk", "name": "q12_duplicate_executions", "times": 1}));
    let twice = ids(&mut sim);
    assert_eq!(twice, [once[1], once[0], once[1], once[0]]);
}

#[test]
fn q15_a_replacement_has_a_new_id_and_the_same_chain() {
    let mut sim = Sim::partner();
    let order = resting(&mut sim);
    let id = sim.placed(MARGIN, "IBM", order);
    sim.advance(1);
    let path = |id: i64| format!("accounts/{MARGIN}/orders/{id}");
    let limit = cents(sim.last("IBM") * 0.8);
    let body = json!({"accountNumber": MARGIN, "orderId": id, "limitPrice": limit, "quantity": 7});
    let reply = sim.post(&path(id), &body).value();
    let new = reply["orderId"].as_i64().unwrap();
    let (old_row, new_row) = (sim.order(MARGIN, id), sim.order(MARGIN, new));
    assert_ne!(id, new);
    assert_eq!((&old_row["state"], &new_row["totalQuantity"]), (&json!("Replaced"), &json!(7)));
    assert_eq!(old_row["chainId"], new_row["chainId"]);
    sim.run(json!({"do": "clear_quirk", "name": "q15_replace_new_id"}));
    let again = sim.post(&path(new), &json!({"limitPrice": limit, "quantity": 6})).value();
    assert_eq!(
        (again["orderId"].as_i64(), &again["orders"][0]["totalQuantity"]),
        (Some(new), &json!(6))
    );
}

#[test]
fn q16_an_order_fills_while_its_cancel_is_under_way() {
    let mut sim = sim_with("q16_cancel_fill_race");
    let order = resting(&mut sim);
    let id = sim.placed(MARGIN, "IBM", order);
    sim.advance(1);
    let reply = sim.delete(&format!("accounts/{MARGIN}/orders/{id}"));
    assert_eq!((reply.status, reply.value()), (200, json!({"orderId": id})));
    assert_eq!(sim.state(MARGIN, id), "Executed");
}

#[test]
fn q17_a_stop_is_refused_or_triggers_and_does_not_fill() {
    let stop = |sim: &mut Sim| {
        let price = cents(sim.last("ZZQ.TO") + 0.5);
        sim.place(
            TFSA,
            "ZZQ.TO",
            json!({"action": "Sell", "orderType": "Stop", "stopPrice": price}),
        )
    };
    let mut refused = sim_with("q17_stop_refused");
    assert_eq!(stop(&mut refused).value()["code"], 3054);
    let mut stuck = sim_with("q17_triggered_unfilled");
    let id = stop(&mut stuck).value()["orderId"].as_i64().unwrap();
    stuck.advance(600);
    let row = stuck.order(TFSA, id);
    assert_eq!((&row["state"], &row["openQuantity"]), (&json!("Triggered"), &json!(10)));
    let mut plain = Sim::partner();
    let id = stop(&mut plain).value()["orderId"].as_i64().unwrap();
    plain.advance(600);
    assert_eq!(plain.state(TFSA, id), "Executed");
}

#[test]
fn q18_a_bust_gives_shares_and_cash_back() {
    let mut sim = sim_with("q18_bust");
    let before = sim.position(MARGIN, "IBM")["openQuantity"].clone();
    sim.placed(MARGIN, "IBM", json!({}));
    sim.advance(30);
    assert_eq!(sim.position(MARGIN, "IBM")["openQuantity"], json!(30));
    sim.advance(120);
    assert_eq!(sim.position(MARGIN, "IBM")["openQuantity"], before);
    let rows = sim.get(&format!("accounts/{MARGIN}/executions")).value();
    let quantities: Vec<i64> = rows["executions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["quantity"].as_i64().unwrap())
        .collect();
    assert_eq!(quantities, [10, -10]);
}

#[test]
fn q19_a_symbol_splits_overnight() {
    let mut sim = sim_with("q19_split_overnight");
    sim.placed(MARGIN, "IBM", json!({}));
    sim.advance(60);
    let before = sim.last("IBM");
    sim.go_to("2026-07-10T09:45:00-04:00");
    sim.log_in();
    let position = sim.position(MARGIN, "IBM");
    assert_eq!((&position["openQuantity"], &position["isUnderReorg"]), (&json!(60), &json!(true)));
    let after = sim.last("IBM");
    assert!((after / before - 0.5).abs() < 0.05, "{before} -> {after}");
}

#[test]
fn q20_a_token_is_spent_and_the_connection_cut() {
    let mut sim = sim_with("q20_token_consumed");
    let token = sim.refresh_token();
    assert_eq!(sim.exchange(&token).delivery, Delivery::Drop);
    assert_eq!(sim.exchange(&token).status, 400);
}

#[test]
fn q21_a_person_enters_the_same_order() {
    let mut sim = sim_with("q21_human_twin");
    let order = resting(&mut sim);
    sim.placed(MARGIN, "IBM", order);
    let rows = orders(&mut sim);
    let sources: Vec<&str> = rows.iter().map(|o| o["source"].as_str().unwrap()).collect();
    assert_eq!(sources, ["TradingAPI", "QuestradeIQEdge"]);
    assert_eq!(rows[0]["limitPrice"], rows[1]["limitPrice"]);
}

#[test]
fn q22_an_order_fills_in_part_and_then_no_more() {
    let mut sim = sim_with("q22_partial_then_stop");
    let id = sim.placed(MARGIN, "IBM", json!({}));
    sim.advance(3_600);
    let row = sim.order(MARGIN, id);
    assert_eq!((&row["state"], &row["filledQuantity"]), (&json!("Partial"), &json!(5)));
    sim.go_to("2026-07-09T16:30:00-04:00");
    sim.log_in();
    assert_eq!(sim.state(MARGIN, id), "Expired");
}

#[test]
fn q23_a_halt_suspends_an_order_until_trading_resumes() {
    let mut sim = sim_with("q23_halt");
    let id = sim.placed(MARGIN, "IBM", json!({}));
    sim.advance(600);
    assert_eq!(sim.state(MARGIN, id), "Suspended");
    assert_eq!(sim.position(MARGIN, "IBM")["currentPrice"], Value::Null);
    sim.run(json!({"do": "halt", "symbol": "IBM", "halted": false}));
    sim.advance(60);
    assert_eq!(sim.state(MARGIN, id), "Executed");
}

#[test]
fn q24_the_time_of_creation_is_off() {
    let mut sim = sim_with("q24_clock_offset");
    let order = resting(&mut sim);
    let id = sim.placed(MARGIN, "IBM", order);
    let row = sim.order(MARGIN, id);
    assert_eq!(row["creationTime"], "2026-07-09T10:29:52.417000-04:00");
    assert_eq!(row["updateTime"], "2026-07-09T10:31:22.417000-04:00");
}

#[test]
fn q25_the_broker_sells_a_position() {
    let mut sim = sim_with("q25_liquidation");
    sim.placed(MARGIN, "IBM", json!({}));
    sim.advance(30);
    assert_eq!(sim.position(MARGIN, "IBM")["openQuantity"], json!(30));
    sim.advance(300);
    assert_eq!(sim.position(MARGIN, "IBM")["openQuantity"], json!(0));
    assert!(orders(&mut sim).iter().any(|o| o["source"] == "RiskDesk"));
}

#[test]
fn orders_have_the_names_of_their_dialect() {
    let names = |yaml: &str| {
        let mut sim = Sim::with(yaml);
        let order = resting(&mut sim);
        let id = sim.placed(MARGIN, "IBM", order);
        sim.order(MARGIN, id)
    };
    let live = names("login: {profile: partner}");
    for key in ["type", "icebergQty", "clientReasonStr", "comissionCharged", "mainChainId"] {
        assert!(live.get(key).is_some(), "{key}");
    }
    let docs = names("{login: {profile: partner}, wire: {dialect: docs}}");
    for key in ["orderType", "icebergQuantity", "rejectionReason", "comissionCharged"] {
        assert!(docs.get(key).is_some(), "{key}");
    }
}
