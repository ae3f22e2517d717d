//! Quotes, candles, symbols: one test for each oddity of the market calls.

use serde_json::{Value, json};

use crate::support::Sim;

/// A daily candle call.
fn candles(sim: &mut Sim, symbol: &str, from: &str, to: &str, interval: &str) -> Value {
    let id = sim.id(symbol);
    let target = format!("markets/candles/{id}?startTime={from}&endTime={to}&interval={interval}");
    sim.get(&target).value()
}

#[test]
fn delay_is_a_number_a_flag_or_minutes() {
    for (yaml, expected) in [
        ("market: {snap_quotes: 0, delay_style: int}", json!(1)),
        ("market: {snap_quotes: 0, delay_style: bool}", json!(true)),
        ("market: {snap_quotes: 0, delay_style: minutes}", json!(15)),
        ("{market: {snap_quotes: 0}, wire: {dialect: docs}}", json!(true)),
        ("market: {real_time: true, snap_quotes: 0}", json!(0)),
    ] {
        assert_eq!(Sim::with(yaml).quote("IBM")["delay"], expected, "{yaml}");
    }
}

#[test]
fn quotes_become_delayed_after_the_quota_of_their_market_and_fresh_the_next_day() {
    let mut sim = Sim::with("market: {snap_quotes: 3}");
    let delays: Vec<Value> = (0..5).map(|_| sim.quote("IBM")["delay"].clone()).collect();
    assert_eq!(delays, [0, 0, 0, 1, 1].map(Value::from));
    // Another market has a quota of its own.
    assert_eq!(sim.quote("ZZQ.TO")["delay"], 0);
    let old = sim.quote("IBM")["lastTradeTime"].as_str().unwrap().to_owned();
    assert!(old.starts_with("2026-07-09T10:16:22"), "{old}");
    sim.go_to("2026-07-10T10:00:00-04:00");
    sim.log_in();
    assert_eq!(sim.quote("IBM")["delay"], 0);
}

#[test]
fn sides_can_be_missing_and_a_halt_is_said() {
    let mut sim = Sim::retail();
    sim.run(json!({"do": "sides", "symbol": "IBM", "bid": false, "ask": true}));
    let quote = sim.quote("IBM");
    assert!(quote["bidPrice"].is_null() && quote["askPrice"].is_f64());
    assert_eq!(quote["bidSize"], 0);
    sim.run(json!({"do": "halt", "symbol": "IBM", "halted": true}));
    assert_eq!(sim.quote("IBM")["isHalted"], true);
    let index = sim.quote("GSPC.IN");
    assert!(index["bidPrice"].is_null() && index["askPrice"].is_null());
}

#[test]
fn before_the_first_trade_of_the_day_prices_are_zero_and_the_time_is_a_date() {
    let mut sim = Sim::retail();
    sim.go_to("2026-07-10T08:00:00-04:00");
    sim.log_in();
    let quote = sim.quote("IBM");
    for key in ["openPrice", "highPrice", "lowPrice", "volume"] {
        assert_eq!(quote[key], 0, "{key}");
    }
    assert_eq!(quote["lastTradeTime"], "2026-07-09T00:00:00.000000-04:00");
    sim.run(json!({"do": "set", "knobs": {"market": {"null_before_trade": true}}}));
    assert!(sim.quote("IBM")["openPrice"].is_null());
}

#[test]
fn each_dialect_has_its_names() {
    let (mut live, mut docs) = (Sim::retail(), Sim::with("wire: {dialect: docs}"));
    let id = live.id("ZZQ.TO");
    let options = format!("symbols/{id}/options");
    assert!(live.get(&options).value()["optionChain"].is_array());
    assert!(docs.get(&options).value()["options"].is_array());
    let (l, d) = (live.quote("ZZQ.TO"), docs.quote("ZZQ.TO"));
    assert!(l.get("lastTradePriceTrHrs").is_some() && l.get("VWAP").is_some());
    assert!(d.get("lastTradeTrHrs").is_some() && d.get("VWAP").is_none());
    let market = |sim: &mut Sim| sim.get("markets").value()["markets"].as_array().unwrap().clone();
    assert!(market(&mut live).iter().all(|m| m.get("currency").is_none()));
    assert!(market(&mut docs).iter().all(|m| m.get("currency").is_some()));
}

#[test]
fn the_pink_sheets_have_two_names() {
    for (yaml, name) in [("", "PINX"), ("wire: {dialect: docs}", "PinkSheets")] {
        let mut sim = Sim::with(yaml);
        let id = sim.id("PNKS");
        let reply = sim.get(&format!("symbols/{id}")).value();
        assert_eq!(reply["symbols"][0]["listingExchange"], name);
        let markets = sim.get("markets").value();
        assert!(markets["markets"].as_array().unwrap().iter().any(|m| m["name"] == name));
    }
}

#[test]
fn a_word_nobody_knows_can_come() {
    let mut sim = Sim::with("wire: {unknown_word: Tokenized}");
    let found = sim.get("symbols?names=IBM").value();
    assert_eq!(found["symbols"][0]["securityType"], "Tokenized");
}

#[test]
fn numbers_may_carry_the_noise_of_doubles() {
    let mut sim = Sim::with("wire: {float_noise: true}");
    let clean = Sim::retail().last("ZZQ.TO");
    let noisy = sim.last("ZZQ.TO");
    assert!(noisy != clean && (noisy - clean).abs() < 1e-8);
}

#[test]
fn a_search_finds_both_listings_and_words_and_pages() {
    let mut sim = Sim::with("market: {search_page: 1}");
    let mut page = |offset: usize| {
        sim.get(&format!("symbols/search?prefix=zzq&offset={offset}")).value()["symbols"].clone()
    };
    let found = [page(0), page(1)].map(|p| p[0].clone());
    assert_eq!((&found[0]["symbol"], &found[0]["currency"]), (&json!("ZZQ.TO"), &json!("CAD")));
    assert_eq!((&found[1]["symbol"], &found[1]["currency"]), (&json!("ZZQ"), &json!("USD")));
    assert_eq!(page(2), json!([]));
    assert_eq!(sim.get("symbols/search?prefix=TRUST").value()["symbols"][0]["symbol"], "MPL.UN.TO");
    let index = sim.get("symbols/search?prefix=GSPC").value()["symbols"][0].clone();
    assert_eq!((&index["isTradable"], &index["securityType"]), (&json!(false), &json!("Index")));
    assert_eq!(sim.get("symbols?names=ZZQ&ids=1").status, 400);
}

#[test]
fn a_symbol_may_get_another_id_overnight() {
    let mut sim = Sim::retail();
    let old = sim.id("ZZQ");
    let new = sim.run(json!({"do": "new_id", "symbol": "ZZQ"}))["symbolId"].as_i64().unwrap();
    assert_ne!(old, new);
    assert_eq!(sim.get(&format!("symbols/{old}")).value()["code"], 1019);
    let row = sim.get(&format!("symbols/{new}")).value()["symbols"][0].clone();
    assert_eq!((&row["symbol"], &row["description"]), (&json!("ZZQ"), &json!("ZZQ CORP")));
}

#[test]
fn in_a_list_an_unknown_id_is_left_out_and_alone_it_is_404() {
    let mut sim = Sim::retail();
    let id = sim.id("IBM");
    let list = sim.get(&format!("markets/quotes?ids={id},17")).value();
    assert_eq!(list["quotes"].as_array().unwrap().len(), 1);
    assert_eq!(sim.get("markets/quotes/17").value()["code"], 1019);
    let mut strict = Sim::with("market: {unknown_in_list_is_404: true}");
    assert_eq!(strict.get(&format!("markets/quotes?ids={id},17")).status, 404);
}

#[test]
fn a_plus_that_is_not_encoded_is_400() {
    let mut sim = Sim::retail();
    let bad =
        candles(&mut sim, "IBM", "2026-07-01T00:00:00+00:00", "2026-07-08T00:00:00Z", "OneDay");
    assert_eq!(bad["code"], 1002);
    let message = bad["message"].as_str().unwrap();
    assert!(message.ends_with("startTime"), "{message}");
    let good =
        candles(&mut sim, "IBM", "2026-07-01T00:00:00%2B00:00", "2026-07-08T00:00:00Z", "OneDay");
    assert!(good["candles"].is_array());
}

#[test]
fn more_than_two_thousand_candles_are_400() {
    let mut sim = Sim::retail();
    // Five sessions of 390 minutes and fifty more, to the minute.
    let from = "2026-06-30T09:30:00-04:00";
    let within = candles(&mut sim, "IBM", from, "2026-07-08T10:20:00-04:00", "OneMinute");
    assert_eq!(within["candles"].as_array().unwrap().len(), 5 * 390 + 50);
    let over = candles(&mut sim, "IBM", from, "2026-07-08T10:21:00-04:00", "OneMinute");
    assert_eq!(over["code"], 1002);
}

#[test]
fn the_first_and_last_candle_are_cut_at_the_window() {
    let mut sim = Sim::retail();
    let reply = candles(
        &mut sim,
        "IBM",
        "2026-07-07T10:15:00-04:00",
        "2026-07-09T10:00:00-04:00",
        "OneDay",
    );
    let rows = reply["candles"].as_array().unwrap();
    let spans: Vec<[&str; 2]> =
        rows.iter().map(|c| ["start", "end"].map(|k| c[k].as_str().unwrap())).collect();
    assert_eq!(
        spans,
        [
            ["2026-07-07T10:15:00.000000-04:00", "2026-07-08T00:00:00.000000-04:00"],
            ["2026-07-08T00:00:00.000000-04:00", "2026-07-09T00:00:00.000000-04:00"],
            ["2026-07-09T00:00:00.000000-04:00", "2026-07-09T10:00:00.000000-04:00"],
        ]
    );
    // The bar of a cut candle is whole all the same.
    let whole = candles(
        &mut sim,
        "IBM",
        "2026-07-07T00:00:00-04:00",
        "2026-07-08T00:00:00-04:00",
        "OneDay",
    );
    assert_eq!(whole["candles"][0]["volume"], rows[0]["volume"]);
    assert_eq!(whole["candles"].as_array().unwrap().len(), 1);
}

#[test]
fn candles_are_keyed_by_eastern_days_across_both_changes_of_the_clock() {
    let mut sim = Sim::retail();
    sim.go_to("2027-04-01T12:00:00-04:00");
    sim.log_in();
    let starts = |sim: &mut Sim, from: &str, to: &str| -> Vec<String> {
        let reply = candles(sim, "IBM", from, to, "OneDay");
        let rows = reply["candles"].as_array().unwrap().clone();
        rows.iter().map(|c| c["start"].as_str().unwrap().to_owned()).collect()
    };
    let autumn = starts(&mut sim, "2026-10-30T00:00:00-04:00", "2026-11-03T00:00:00-05:00");
    assert_eq!(autumn, ["2026-10-30T00:00:00.000000-04:00", "2026-11-02T00:00:00.000000-05:00"]);
    let spring = starts(&mut sim, "2027-03-12T00:00:00-05:00", "2027-03-16T00:00:00-04:00");
    assert_eq!(spring, ["2027-03-12T00:00:00.000000-05:00", "2027-03-15T00:00:00.000000-04:00"]);
    // A fixed winter offset in summer asks for an hour too much, and gets a sliver of another day.
    let shifted = starts(&mut sim, "2026-07-08T00:00:00-05:00", "2026-07-09T00:00:00-05:00");
    assert_eq!(shifted.len(), 2);
}

#[test]
fn holidays_and_days_without_a_trade_have_no_candle() {
    let mut sim = Sim::retail();
    let days = |sim: &mut Sim, symbol: &str| {
        let reply = candles(
            sim,
            symbol,
            "2026-06-29T00:00:00-04:00",
            "2026-07-07T00:00:00-04:00",
            "OneDay",
        );
        let rows = reply["candles"].as_array().unwrap().clone();
        rows.iter().map(|c| c["start"].as_str().unwrap()[5..10].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(days(&mut sim, "IBM"), ["06-29", "06-30", "07-01", "07-02", "07-06"]);
    assert_eq!(days(&mut sim, "ZZQ.TO"), ["06-29", "06-30", "07-02", "07-03", "07-06"]);
    let slow =
        candles(&mut sim, "SLOW.TO", "2026-01-01T00:00:00Z", "2026-07-01T00:00:00Z", "OneDay");
    let slow = slow["candles"].as_array().unwrap().len();
    assert!((50..115).contains(&slow), "{slow} of 124 sessions");
    // Markets fill their hours in on holidays as well.
    sim.go_to("2026-11-26T12:00:00-05:00");
    sim.log_in();
    let nyse = sim.get("markets").value()["markets"][5].clone();
    assert_eq!(nyse["startTime"], "2026-11-26T09:30:00.000000-05:00");
}

#[test]
fn weeks_months_and_minutes_are_sums_of_the_same_tape() {
    let mut sim = Sim::retail();
    let from = "2026-06-01T00:00:00-04:00";
    let mut to = "2026-06-29T00:00:00-04:00";
    let mut all = |interval: &str, to: &str| {
        candles(&mut sim, "IBM", from, to, interval)["candles"].as_array().unwrap().clone()
    };
    let volume = |rows: &[Value]| rows.iter().map(|c| c["volume"].as_i64().unwrap()).sum::<i64>();
    let high =
        |rows: &[Value]| rows.iter().map(|c| c["high"].as_f64().unwrap()).fold(0.0, f64::max);
    let mut days = all("OneDay", to);
    for interval in ["OneWeek", "FourHours", "HalfHour", "OneMonth"] {
        if interval == "OneMonth" {
            to = "2026-07-01T00:00:00-04:00";
            days = all("OneDay", to);
        }
        let rows = all(interval, to);
        assert_eq!((volume(&rows), high(&rows)), (volume(&days), high(&days)), "{interval}");
        assert_eq!(rows.last().unwrap()["close"], days.last().unwrap()["close"], "{interval}");
    }
    assert_eq!(all("OneMonth", to).len(), 1);
    assert_eq!(all("OneWeek", to).len(), 5);
}

#[test]
fn the_unfinished_candle_is_there_and_grows() {
    let mut sim = Sim::retail();
    let mut today = || {
        candles(&mut sim, "IBM", "2026-07-09T00:00:00-04:00", "2026-07-10T00:00:00-04:00", "OneDay")
            ["candles"][0]
            .clone()
    };
    let before = today();
    assert_eq!(before["end"], "2026-07-10T00:00:00.000000-04:00");
    let quote = sim.quote("IBM");
    assert_eq!(before["close"], quote["lastTradePrice"]);
    assert_eq!(before["volume"], quote["volume"]);
    sim.advance(3_600);
    sim.log_in();
    let later = sim.quote("IBM");
    assert!(later["volume"].as_i64() > quote["volume"].as_i64());
}

#[test]
fn options_are_found_quoted_and_filtered() {
    let mut sim = Sim::retail();
    let id = sim.id("ZZQ.TO");
    let chain = sim.get(&format!("symbols/{id}/options")).value();
    let expiry = chain["optionChain"][0].clone();
    let strike = expiry["chainPerRoot"][0]["chainPerStrikePrice"][2].clone();
    let call = strike["callSymbolId"].as_i64().unwrap();
    let by_id = sim.post("markets/quotes/options", &json!({"optionIds": [call]})).value();
    let quote = &by_id["optionQuotes"][0];
    assert_eq!((quote["symbolId"].as_i64(), &quote["underlying"]), (Some(call), &json!("ZZQ.TO")));
    assert!(quote["symbol"].as_str().unwrap().starts_with("ZZQ"), "{quote}");
    let filter = json!({"filters": [{"underlyingId": id, "expiryDate": expiry["expiryDate"],
        "optionType": "Call", "minstrikePrice": strike["strikePrice"]}]});
    let filtered = sim.post("markets/quotes/options", &filter).value();
    assert_eq!(filtered["optionQuotes"].as_array().unwrap().len(), 3);
    let put = strike["putSymbolId"].as_i64().unwrap();
    let legs = json!([{"symbolId": call, "ratio": 1, "action": "Buy"}, {"symbolId": put, "ratio": 1, "action": "Sell"}]);
    let variant = json!({"variants": [{"variantId": 7, "strategy": "Custom", "legs": legs}]});
    let strategy = sim.post("markets/quotes/strategies", &variant).value();
    assert_eq!(strategy["strategyQuotes"][0]["variantId"], 7);
    assert_eq!(sim.get("markets/quotes/strategies").value()["code"], 1012);
}
