//! Orders, money and time: the life of orders, brackets, settlement, currencies, dividends.

use serde_json::{Value, json};

use crate::support::{MARGIN, RRSP, Sim, TFSA, cents};

fn limit(price: f64) -> Value {
    json!({"orderType": "Limit", "limitPrice": cents(price)})
}

fn cash(sim: &mut Sim, account: &str, currency: &str) -> f64 {
    let rows = sim.get(&format!("accounts/{account}/balances")).value();
    let rows = rows["perCurrencyBalances"].as_array().unwrap().clone();
    rows.iter().find(|b| b["currency"] == currency).unwrap()["cash"].as_f64().unwrap()
}

#[test]
fn an_order_is_pending_then_accepted_then_executed_at_the_offer() {
    let mut sim = Sim::partner();
    let ask = sim.quote("IBM")["askPrice"].as_f64().unwrap();
    let id = sim.placed(MARGIN, "IBM", json!({}));
    assert_eq!(sim.state(MARGIN, id), "Pending");
    sim.go_to("2026-07-09T10:31:22.500-04:00");
    assert_eq!(sim.state(MARGIN, id), "Accepted");
    sim.go_to("2026-07-09T10:31:23-04:00");
    let row = sim.order(MARGIN, id);
    assert_eq!((&row["state"], &row["avgExecPrice"]), (&json!("Executed"), &json!(ask)));
    let rows = sim.get(&format!("accounts/{MARGIN}/executions")).value();
    let execution = &rows["executions"][0];
    assert_eq!((&execution["orderId"], &execution["executionFee"]), (&json!(id), &json!(0.03)));
}

#[test]
fn a_cancel_is_asked_for_and_comes_later() {
    let mut sim = Sim::partner();
    let low = limit(sim.last("IBM") * 0.9);
    let id = sim.placed(MARGIN, "IBM", low);
    sim.advance(1);
    let path = format!("accounts/{MARGIN}/orders/{id}");
    assert_eq!(sim.delete(&path).value(), json!({"orderId": id}));
    assert_eq!(sim.state(MARGIN, id), "CancelPending");
    sim.advance(1);
    let row = sim.order(MARGIN, id);
    assert_eq!((&row["state"], &row["canceledQuantity"]), (&json!("Canceled"), &json!(10)));
    assert_eq!(sim.delete(&path).value()["code"], 3030);
    assert_eq!(sim.delete(&format!("accounts/{TFSA}/orders/{id}")).value()["code"], 1020);
}

#[test]
fn an_order_after_hours_waits_for_the_open_and_a_day_order_ends_at_the_close() {
    let mut sim = Sim::partner();
    sim.go_to("2026-07-09T18:00:00-04:00");
    sim.log_in();
    let market = sim.placed(MARGIN, "IBM", json!({}));
    let low = limit(sim.last("IBM") * 0.5);
    let resting = sim.placed(MARGIN, "IBM", low);
    sim.advance(60);
    assert_eq!(sim.state(MARGIN, market), "Queued");
    sim.go_to("2026-07-10T09:31:00-04:00");
    sim.log_in();
    assert_eq!(sim.state(MARGIN, market), "Executed");
    assert_eq!(sim.state(MARGIN, resting), "Accepted");
    sim.go_to("2026-07-10T16:00:00-04:00");
    sim.log_in();
    assert_eq!(sim.state(MARGIN, resting), "Expired");
}

#[test]
fn a_bracket_sleeps_wakes_with_the_fill_and_one_exit_cancels_the_other() {
    let mut sim = Sim::partner();
    let last = sim.last("ZZQ.TO");
    let part = |class: &str, action: &str, kind: &str, price: f64| {
        let key = if kind == "Stop" { "stopPrice" } else { "limitPrice" };
        let mut part = json!({"orderId": 0, "quantity": 10, "action": action, "orderType": kind,
            "timeInForce": "GoodTillCanceled", "orderClass": class});
        part[key] = json!(cents(price));
        part
    };
    let body = json!({"symbolId": sim.id("ZZQ.TO"), "primaryRoute": "AUTO", "secondaryRoute": "AUTO",
    "components": [
        part("Primary", "Buy", "Limit", last + 0.5),
        part("Limit", "Sell", "Limit", last * 5.0),
        part("StopLoss", "Sell", "Stop", last * 0.995),
    ]});
    let path = format!("accounts/{RRSP}/orders/bracket");
    let impact = sim.post(&format!("{path}/impact"), &body).value();
    assert_eq!(impact["impacts"].as_array().unwrap().len(), 3);
    let reply = sim.post(&path, &body).value();
    let ids: Vec<i64> =
        reply["orders"].as_array().unwrap().iter().map(|o| o["id"].as_i64().unwrap()).collect();
    let states = |sim: &mut Sim| ids.iter().map(|id| sim.state(RRSP, *id)).collect::<Vec<_>>();
    assert_eq!(states(&mut sim), ["Pending", "ContingentOrder", "ContingentOrder"]);
    sim.advance(30);
    assert_eq!(states(&mut sim), ["Executed", "Activated", "Activated"]);
    let group = sim.order(RRSP, ids[0])["orderGroupId"].clone();
    assert_eq!(sim.order(RRSP, ids[2])["orderGroupId"], group);
    let mut days = 0;
    while sim.state(RRSP, ids[2]) != "Executed" && days < 60 {
        sim.advance(86_400);
        sim.log_in();
        days += 1;
    }
    assert_eq!(states(&mut sim), ["Executed", "Canceled", "Executed"]);
    assert_eq!(sim.position(RRSP, "ZZQ.TO")["openQuantity"].as_i64().unwrap_or(0), 0);
    let odd = json!({"symbolId": sim.id("ZZQ.TO"), "primaryRoute": "AUTO", "secondaryRoute": "AUTO",
        "components": [part("Limit", "Sell", "Limit", last)]});
    assert_eq!(sim.post(&path, &odd).value()["code"], 1002);
}

#[test]
fn a_cancelled_primary_takes_its_exits_along() {
    let mut sim = Sim::partner();
    let last = sim.last("ZZQ.TO");
    let part = |class: &str, action: &str, price: f64| {
        json!({"quantity": 10, "action": action, "orderType": "Limit", "limitPrice": cents(price),
            "timeInForce": "Day", "orderClass": class})
    };
    let body = json!({"symbolId": sim.id("ZZQ.TO"), "primaryRoute": "AUTO", "secondaryRoute": "AUTO",
        "components": [part("Primary", "Buy", last * 0.5), part("Limit", "Sell", last * 2.0)]});
    let reply = sim.post(&format!("accounts/{RRSP}/orders/bracket"), &body).value();
    let ids = [0, 1].map(|n| reply["orders"][n]["id"].as_i64().unwrap());
    sim.delete(&format!("accounts/{RRSP}/orders/{}", ids[0]));
    sim.advance(1);
    assert_eq!(ids.map(|id| sim.state(RRSP, id)), ["Canceled", "Canceled"]);
}

#[test]
fn a_trailing_stop_follows_and_immediate_orders_do_not_wait() {
    let mut sim = Sim::partner();
    let trail = json!({"action": "Sell", "orderType": "TrailStopInDollar", "stopPrice": 0.05});
    let id = sim.placed(TFSA, "ZZQ.TO", trail);
    sim.advance(5_400);
    let row = sim.order(TFSA, id);
    assert_eq!(row["state"], "Executed");
    assert!(row["triggerStopPrice"].as_f64().is_some());
    let mut now = limit(sim.last("IBM") * 0.9);
    now["timeInForce"] = json!("ImmediateOrCancel");
    let id = sim.placed(MARGIN, "IBM", now.clone());
    sim.advance(1);
    assert_eq!(sim.state(MARGIN, id), "Canceled");
    now["timeInForce"] = json!("FillOrKill");
    assert_eq!(sim.place(TFSA, "ZZQ.TO", now).value()["code"], 3022);
}

#[test]
fn large_orders_fill_in_parts_and_orders_of_all_or_none_wait() {
    let mut sim = Sim::with("{login: {profile: partner}, trading: {participation_permille: 10}}");
    let big = json!({"quantity": 200, "orderType": "Limit", "limitPrice": cents(sim.last("ZZQ.TO") + 1.0)});
    let id = sim.placed(TFSA, "ZZQ.TO", big.clone());
    sim.advance(1);
    let row = sim.order(TFSA, id);
    assert_eq!(row["state"], "Partial");
    sim.advance(3_600 * 4);
    sim.log_in();
    assert_eq!(sim.state(TFSA, id), "Executed");
    let rows = sim.get(&format!("accounts/{TFSA}/executions")).value();
    assert!(rows["executions"].as_array().unwrap().len() > 5);
    let mut whole = big;
    whole["isAllOrNone"] = json!(true);
    let id = sim.placed(MARGIN, "ZZQ.TO", whole);
    sim.advance(300);
    assert_eq!(sim.order(MARGIN, id)["filledQuantity"], 0);
}

#[test]
fn orders_that_cannot_be_are_refused_with_the_name_of_what_is_wrong() {
    let mut sim = Sim::partner();
    for (rest, code) in [
        (json!({"quantity": 0}), 3020),
        (json!({"orderType": "Limit"}), 1004),
        (json!({"orderType": "Limit", "limitPrice": 50.001}), 3021),
        (json!({"orderType": "Peg"}), 1002),
        (json!({"timeInForce": "Forever"}), 1002),
        (json!({"action": "Short"}), 1002),
        (json!({"accountNumber": TFSA}), 1002),
        (json!({"symbolId": 17}), 1019),
        (json!({"orderType": "Stop"}), 1004),
    ] {
        assert_eq!(sim.place(MARGIN, "IBM", rest.clone()).value()["code"], code, "{rest}");
    }
    assert_eq!(sim.place(TFSA, "ZZQ.TO", json!({"primaryRoute": "ARCA"})).value()["code"], 3139);
    assert_eq!(sim.place(TFSA, "GSPC.IN", json!({})).value()["code"], 3011);
    sim.run(json!({"do": "status", "account": TFSA, "status": "Suspended (View Only)"}));
    assert_eq!(sim.place(TFSA, "ZZQ.TO", json!({})).value()["code"], 3010);
    sim.run(json!({"do": "status", "account": TFSA, "status": "Liquidate Only"}));
    assert_eq!(sim.place(TFSA, "ZZQ.TO", json!({})).value()["code"], 3010);
    assert_eq!(sim.place(TFSA, "ZZQ.TO", json!({"action": "Sell"})).status, 200);
}

#[test]
fn only_a_margin_account_sells_short_and_no_one_buys_beyond_their_means() {
    let mut sim = Sim::partner();
    let reply = sim.place(TFSA, "IBM", json!({"action": "Sell"})).value();
    assert_eq!(reply["code"], 3054);
    assert_eq!(
        sim.place(TFSA, "ZZQ.TO", json!({"action": "Sell", "quantity": 121})).value()["code"],
        3054
    );
    let id = sim.placed(MARGIN, "ZZQ.TO", json!({"action": "Sell", "quantity": 20}));
    sim.advance(60);
    assert_eq!(sim.order(MARGIN, id)["side"], "Short");
    let row = sim.position(MARGIN, "ZZQ.TO");
    assert_eq!(row["openQuantity"], -20);
    assert!(row["totalCost"].as_f64().unwrap() < 0.0);
    let id = sim.placed(MARGIN, "ZZQ.TO", json!({"quantity": 20}));
    assert_eq!(sim.order(MARGIN, id)["side"], "Cov");
    let much = json!({"quantity": 100_000});
    for account in [MARGIN, TFSA] {
        assert_eq!(sim.place(account, "IBM", much.clone()).value()["code"], 3054, "{account}");
    }
}

#[test]
fn an_impact_prices_without_placing() {
    let mut sim = Sim::partner();
    let body = sim.ticket(
        TFSA,
        "ZZQ.TO",
        json!({"quantity": 40, "orderType": "Limit", "limitPrice": 36.5}),
    );
    let impact = sim.post(&format!("accounts/{TFSA}/orders/impact"), &body).value();
    assert_eq!(impact["buyingPowerEffect"], -1460.0);
    assert_eq!(impact["tradeValueCalculation"], "40 x 36.50");
    assert_eq!((&impact["side"], &impact["price"]), (&json!("Buy"), &json!(36.5)));
    assert_eq!(sim.get(&format!("accounts/{TFSA}/orders")).value()["orders"], json!([]));
}

#[test]
fn a_registered_account_buys_the_dollars_it_lacks_at_the_end_of_the_day() {
    let mut sim = Sim::partner();
    sim.placed(TFSA, "IBM", json!({"quantity": 10}));
    sim.advance(60);
    let owed = -cash(&mut sim, TFSA, "USD");
    assert!(owed > 100.0);
    let before = cash(&mut sim, TFSA, "CAD");
    sim.go_to("2026-07-10T09:00:00-04:00");
    sim.log_in();
    assert_eq!(cash(&mut sim, TFSA, "USD"), 0.0);
    let paid = before - cash(&mut sim, TFSA, "CAD");
    assert!((paid - owed * 1.37 * 1.015).abs() < 0.006, "{paid} for {owed}");
    // A margin account owes instead.
    sim.placed(MARGIN, "IBM", json!({"quantity": 10}));
    sim.go_to("2026-07-13T09:00:00-04:00");
    sim.log_in();
    assert!(cash(&mut sim, MARGIN, "USD") < -310.4);
    let mut strict = Sim::with("{login: {profile: partner}, trading: {settlement: refuse}}");
    assert_eq!(strict.place(TFSA, "IBM", json!({"quantity": 1})).value()["code"], 3054);
}

#[test]
fn cash_settles_the_day_after_the_trade() {
    let mut sim = Sim::with("{login: {profile: partner}, control_token: c}");
    let settled = |sim: &mut Sim| {
        let request = questrade_sim::http::Request::new(
            questrade_sim::http::Host::Login,
            "GET",
            "/_sim/state",
        );
        let state = sim.world.handle(&request.with_bearer("c")).value();
        let account =
            state["accounts"].as_array().unwrap().iter().find(|a| a["number"] == TFSA).unwrap();
        let row =
            account["cash"].as_array().unwrap().iter().find(|c| c["currency"] == "CAD").unwrap();
        ["cash", "settled"].map(|k| row[k].as_str().unwrap().parse::<f64>().unwrap())
    };
    sim.placed(TFSA, "ZZQ.TO", json!({"action": "Sell", "quantity": 100}));
    sim.advance(60);
    let [now, done] = settled(&mut sim);
    assert!(now > done && done == 15_000.0);
    sim.go_to("2026-07-10T09:00:00-04:00");
    let [now, done] = settled(&mut sim);
    assert_eq!(now, done);
}

#[test]
fn dividends_are_paid_after_the_ex_date_less_the_tax_that_the_account_owes() {
    let mut sim = Sim::partner();
    for account in [TFSA, RRSP] {
        sim.placed(account, "IBM", json!({"quantity": 10}));
    }
    sim.advance(60);
    sim.run(json!({"do": "dividend", "symbol": "IBM", "amount": "2.00", "ex_date": "2026-07-13"}));
    sim.go_to("2026-07-31T09:00:00-04:00");
    sim.log_in();
    let paid = |sim: &mut Sim, account: &str| -> f64 {
        let path = format!(
            "accounts/{account}/activities?startTime=2026-07-10T00:00:00-04:00&endTime=2026-07-31T00:00:00-04:00"
        );
        let rows = sim.get(&path).value()["activities"].as_array().unwrap().clone();
        let mut dividends = rows
            .iter()
            .filter(|r| r["type"] == "Dividends" && r["grossAmount"].as_f64() > Some(10.0));
        dividends.next().unwrap()["netAmount"].as_f64().unwrap()
    };
    assert_eq!([paid(&mut sim, TFSA), paid(&mut sim, RRSP)], [17.0, 20.0]);
}

#[test]
fn a_split_multiplies_shares_divides_prices_and_cancels_orders() {
    let mut sim = Sim::partner();
    let mut order = limit(sim.last("ZZQ.TO") * 0.5);
    order["timeInForce"] = json!("GoodTillCanceled");
    let id = sim.placed(TFSA, "ZZQ.TO", order);
    let before = sim.last("ZZQ.TO");
    sim.run(json!({"do": "split", "symbol": "ZZQ.TO", "ratio": "3", "ex_date": "2026-07-10"}));
    sim.go_to("2026-07-10T09:31:00-04:00");
    sim.log_in();
    let row = sim.position(TFSA, "ZZQ.TO");
    assert_eq!(row["openQuantity"], 360);
    assert!((row["averageEntryPrice"].as_f64().unwrap() - 33.1 / 3.0).abs() < 1e-5);
    assert!((sim.last("ZZQ.TO") * 3.0 / before - 1.0).abs() < 0.1);
    assert_eq!(sim.state(TFSA, id), "Canceled");
    // Candles before it are divided as well.
    let symbol = sim.id("ZZQ.TO");
    let path = format!(
        "markets/candles/{symbol}?startTime=2026-07-09T00:00:00-04:00&endTime=2026-07-10T00:00:00-04:00&interval=OneDay"
    );
    let close = sim.get(&path).value()["candles"][0]["close"].as_f64().unwrap();
    assert!((close * 3.0 / before - 1.0).abs() < 0.1);
    let past = serde_json::from_value(
        json!({"do": "split", "symbol": "IBM", "ratio": "2", "ex_date": "2026-07-01"}),
    );
    assert!(sim.world.command(past.unwrap()).is_err());
}

#[test]
fn a_person_can_trade_beside_the_program() {
    let mut sim = Sim::retail();
    let order = sim.ticket(TFSA, "ZZQ.TO", json!({"quantity": 3}));
    let id = sim.run(json!({"do": "human", "account": TFSA, "order": order}))["orderId"]
        .as_i64()
        .unwrap();
    sim.advance(60);
    let row = sim.order(TFSA, id);
    assert_eq!((&row["source"], &row["state"]), (&json!("QuestradeIQEdge"), &json!("Executed")));
}

#[test]
fn equal_worlds_answer_equally_to_the_byte() {
    let run = || {
        let mut sim = Sim::partner();
        for n in 0..5 {
            sim.placed(MARGIN, "IBM", json!({"quantity": 3 + n}));
            sim.advance(977);
        }
        sim.log_in();
        let paths =
            [format!("accounts/{MARGIN}/executions"), format!("accounts/{MARGIN}/balances")];
        paths.map(|path| sim.get(&path).body_text())
    };
    assert_eq!(run(), run());
}
